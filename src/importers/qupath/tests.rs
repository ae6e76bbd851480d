use crate::importers::testing::{annotations, read, skips};

fn collection(features: &str) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#)
}

fn feature(geometry: &str, properties: &str) -> String {
    format!(
        r#"{{"type":"Feature","id":"a","geometry":{geometry},"properties":{{"objectType":"annotation"{properties}}}}}"#
    )
}

const POINT: &str = r#"{"type":"Point","coordinates":[3,4]}"#;

#[test]
fn a_label_is_the_class_else_the_name() {
    for (properties, expected) in [
        (r#","classification":{"name":"Tumor"},"name":"x""#, "Tumor"),
        (
            r#","classification":{"names":["Tumor","Positive"]}"#,
            "Tumor: Positive",
        ),
        (r#","classification":"Tumor""#, "Tumor"),
        (r#","classification":null,"name":" gland ""#, "gland"),
        (
            r#","classification":{"color":[1,2,3]},"name":"""#,
            "unclassified",
        ),
    ] {
        let (_, sink) = read("s.geojson", &collection(&feature(POINT, properties)));
        assert_eq!(annotations(&sink)[0].label, expected, "{properties}");
    }
}

#[test]
fn features_of_other_tools_beside_objects_are_counted() {
    let other = r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"city":"x"}}"#;
    let text = collection(&format!("{other},{}", feature(POINT, "")));
    let (report, sink) = read("s.geojson", &text);
    assert_eq!(report.counts.annotations, 1);
    assert_eq!(
        skips(&sink),
        ["unsupported features[0]: says in no `objectType` that it is an annotation"]
    );
}

#[test]
fn a_height_is_passed_over_and_a_number_too_few_is_a_fault() {
    let high = r#"{"type":"LineString","coordinates":[[1,2,0],[3,4,0]]}"#;
    let short = r#"{"type":"LineString","coordinates":[[1,2],[3]]}"#;
    let text = collection(&format!("{},{}", feature(high, ""), feature(short, "")));
    let (report, sink) = read("s.geojson", &text);
    assert_eq!(report.counts.annotations, 1);
    assert_eq!(
        skips(&sink),
        [
            "invalid_record features[1]: `geometry.coordinates` does not hold points of finite numbers"
        ]
    );
}

#[test]
fn measurements_are_no_judgement_and_unmeasured_ones_are_absent() {
    let properties = r#","measurements":{"Area µm^2":12.5,"Length":"NaN"}"#;
    let (_, sink) = read("s.geojson", &collection(&feature(POINT, properties)));
    let attributes = &annotations(&sink)[0].attributes;
    assert_eq!(attributes.len(), 1);
    assert_eq!(attributes["measured: Area µm^2"], "12.5");
    assert!(!crate::domain::is_judged("measured: Area µm^2"));
}
