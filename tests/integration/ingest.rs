//! From export to figures through the pipeline: what is kept, superseded, refused, scored again, and on which day
//! it counts.

use crate::stored::import_text;
use concord::analytics::throughput;
use concord::domain::{ErrorUnit, IngestOptions, Role, Stage};
use concord::pipeline::{
    Ingested, PipelineError, Project, Silent, attach_images, create_project, project, score_all,
    update_protocol,
};
use concord::store::{Filter, GroupBy, Store};
use std::collections::BTreeMap;

const HEADER: &str = "item,rater,label,study,stage,role,reference,finished_at";

fn with_project(protocol: Option<&str>) -> (Store, Project) {
    let store = Store::in_memory().expect("a database in memory");
    let project = create_project(&store, "chest", protocol).expect("a project");
    (store, project)
}

fn table(store: &Store, project: &Project, rows: &[&str]) -> Ingested {
    let text = format!("{HEADER}\n{}\n", rows.join("\n"));
    import_text(
        store,
        project,
        "ratings.csv",
        &text,
        &IngestOptions::default(),
    )
    .expect("a sound table")
}

const GOLD: [&str; 3] = [
    "film-1,gold-1,nodule,S1,annotation,clinician,gold,2026-11-02T08:00:00Z",
    "film-2,gold-1,opacity,S2,annotation,clinician,gold,2026-11-02T08:00:00Z",
    "film-3,gold-1,nodule,S3,annotation,clinician,gold,2026-11-02T08:00:00Z",
];
const READER: [&str; 3] = [
    "film-1,reader,nodule,S1,annotation,annotator,,2026-11-02T09:00:00Z",
    "film-2,reader,nodule,S2,annotation,annotator,,2026-11-02T09:00:00Z",
    "film-3,reader,nodule,S3,annotation,annotator,,2026-11-02T09:00:00Z",
];

/// Errors and assessed studies over everything.
fn rate(store: &Store, project: &Project) -> (i64, i64) {
    let rows = store
        .error_rates(
            project.id,
            ErrorUnit::Study,
            &Filter::default(),
            GroupBy::default(),
        )
        .expect("rates");
    rows.iter().fold((0, 0), |(errors, assessed), row| {
        (errors + row.numerator, assessed + row.denominator)
    })
}

#[test]
fn the_same_bytes_with_the_same_options_are_the_same_import() {
    let (store, project) = with_project(None);
    table(&store, &project, &GOLD);
    let first = table(&store, &project, &READER);
    let before = (
        rate(&store, &project),
        store.studies(project.id, None, 10).expect("studies"),
    );
    assert_eq!(before.0, (1, 3));
    let again = table(&store, &project, &READER);
    assert!(again.already_imported && !first.already_imported);
    assert_eq!(
        (again.record.id, again.scored.n_items),
        (first.record.id, 0)
    );
    assert_eq!(again.report, first.report);
    assert_eq!(store.imports(project.id).expect("imports").len(), 2);
    let after = (
        rate(&store, &project),
        store.studies(project.id, None, 10).expect("studies"),
    );
    assert_eq!(after, before);

    let text = format!("{HEADER}\n{}\n", READER.join("\n"));
    let options = IngestOptions {
        session: Some("second".to_owned()),
        ..IngestOptions::default()
    };
    let other = import_text(&store, &project, "ratings.csv", &text, &options).expect("an import");
    assert!(!other.already_imported, "other options, another import");
    assert_eq!(
        rate(&store, &project),
        (2, 6),
        "a second session is a second reading"
    );
}

#[test]
fn a_corrected_export_takes_the_place_of_the_earlier_one() {
    let (store, project) = with_project(None);
    table(&store, &project, &GOLD);
    let wrong = table(&store, &project, &READER);
    assert_eq!(rate(&store, &project), (1, 3));
    let corrected = READER.map(|row| row.replace("film-2,reader,nodule", "film-2,reader,opacity"));
    let rows: Vec<&str> = corrected.iter().map(String::as_str).collect();
    table(&store, &project, &rows);
    assert_eq!(rate(&store, &project), (0, 3), "counted once, as corrected");
    let studies = store.studies(project.id, None, 10).expect("studies");
    assert!(
        studies
            .iter()
            .all(|study| (study.n_readings, study.n_annotations) == (2, 2))
    );

    let history = store.imports(project.id).expect("imports");
    assert_eq!(history.len(), 3, "newest first, none forgotten");
    assert_eq!(history[1], wrong.record);
    assert_eq!((history[1].n_readings, history[1].n_annotations), (3, 3));
    assert_eq!(history[1].report_json, wrong.record.report_json);
}

const COCO: &str = r#"{"images": [{"id": 1, "file_name": "film-1.png", "width": 64, "height": 64}],
  "categories": [{"id": 1, "name": "nodule"}],
  "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "area": 400, "iscrowd": 0}]}"#;

#[test]
fn an_export_that_names_no_rater_is_refused_and_leaves_nothing_behind() {
    let (store, project) = with_project(None);
    let none = IngestOptions::default();
    let refused = import_text(&store, &project, "coco.json", COCO, &none);
    assert!(
        matches!(refused, Err(PipelineError::MissingAnnotator)),
        "{refused:?}"
    );
    let broken = import_text(
        &store,
        &project,
        "coco.json",
        &COCO[..COCO.len() / 2],
        &none,
    );
    assert!(broken.is_err());
    assert!(store.imports(project.id).expect("imports").is_empty());
    assert!(
        store
            .studies(project.id, None, 10)
            .expect("studies")
            .is_empty()
    );
    assert!(store.raters(project.id).expect("raters").is_empty());
    assert!(store.dirty_items(project.id).expect("items").is_empty());

    let named = IngestOptions {
        annotator: Some("reader".to_owned()),
        ..none
    };
    let kept = import_text(&store, &project, "coco.json", COCO, &named).expect("now it has one");
    assert!(
        !kept.already_imported,
        "the refused import is not remembered as done"
    );
    assert_eq!(kept.record.n_annotations, 1);
}

#[test]
fn the_export_speaks_before_the_sidecar_the_sidecar_before_the_pattern_the_pattern_before_options()
{
    let options = IngestOptions {
        annotator: Some("from-option".to_owned()),
        study: Some("study-option".to_owned()),
        site: Some("site-option".to_owned()),
        role: Some(Role::Physician),
        ..IngestOptions::default()
    };
    let pattern = IngestOptions {
        pattern: Some(r"(?P<rater>from-pattern)_(?P<study>study-pattern)".to_owned()),
        ..options.clone()
    };
    let sidecar = IngestOptions {
        sidecar: vec![
            [("item", "film-1"), ("rater", "from-sidecar")]
                .map(|(column, value)| (column.to_owned(), value.to_owned()))
                .into(),
        ],
        ..pattern.clone()
    };
    let name = "from-pattern_study-pattern.json";
    for (options, rater, study) in [
        (&options, "from-option", "study-option"),
        (&pattern, "from-pattern", "study-pattern"),
        (&sidecar, "from-sidecar", "study-pattern"),
    ] {
        let (store, project) = with_project(None);
        import_text(&store, &project, name, COCO, options).expect("an import");
        let raters = store.raters(project.id).expect("raters");
        assert_eq!((raters.len(), raters[0].rater.as_str()), (1, rater));
        assert_eq!(
            raters[0].role,
            Role::Physician,
            "what nothing else says, options say"
        );
        let studies = store.studies(project.id, None, 10).expect("studies");
        assert_eq!(studies[0].study, study);
        assert_eq!(studies[0].site.as_deref(), Some("site-option"));
    }
    let (store, project) = with_project(None);
    let text = "item,rater,label\nfilm-1,from-export,nodule\n";
    import_text(&store, &project, name, text, &sidecar).expect("an import");
    let raters = store.raters(project.id).expect("raters");
    assert_eq!(raters[0].rater, "from-export");
}

/// The comparisons of each item, by id.
fn comparisons(store: &Store, project: &Project) -> BTreeMap<String, Vec<i64>> {
    ["film-1", "film-2", "film-3"]
        .into_iter()
        .map(|key| {
            let item = store.item_id(project.id, key).expect("an item");
            let units = store.units_of_item(project.id, item).expect("units");
            let ids = units.iter().map(|unit| unit.comparison).collect();
            (key.to_owned(), ids)
        })
        .collect()
}

#[test]
fn only_what_an_import_touches_is_scored_again() {
    let (store, project) = with_project(None);
    assert_eq!(table(&store, &project, &GOLD).scored.n_items, 3);
    assert_eq!(table(&store, &project, &READER).scored.n_items, 3);
    let before = comparisons(&store, &project);
    let later = "film-2,reader,opacity,S2,annotation,annotator,,2026-11-03T09:00:00Z";
    let touched = table(&store, &project, &[later]).scored;
    assert_eq!((touched.n_items, touched.n_comparisons), (1, 1));
    let after = comparisons(&store, &project);
    for key in ["film-1", "film-3"] {
        assert_eq!(after[key], before[key], "{key} was not touched");
    }
    assert_ne!(after["film-2"], before["film-2"]);
    assert_eq!(rate(&store, &project), (0, 3));
}

#[test]
fn a_new_protocol_scores_everything_again_and_the_same_one_nothing() {
    let protocol = |steps: &str| {
        format!("name = \"p\"\nversion = \"1\"\n[tolerance]\nordinal_steps = {steps}\n")
    };
    let (store, at_first) = with_project(Some(&protocol("0.0")));
    let options = IngestOptions {
        scale: Some("ordinal".to_owned()),
        ..IngestOptions::default()
    };
    let ranks = format!(
        "{HEADER}\n\
         film-1,gold-1,2,S1,annotation,clinician,gold,2026-11-02T08:00:00Z\n\
         film-1,reader,3,S1,annotation,annotator,,2026-11-02T08:00:00Z\n\
         film-2,gold-1,2,S2,annotation,clinician,gold,2026-11-02T08:00:00Z\n\
         film-2,reader,4,S2,annotation,annotator,,2026-11-02T08:00:00Z\n"
    );
    import_text(&store, &at_first, "ranks.csv", &ranks, &options).expect("an import");
    assert_eq!(rate(&store, &at_first), (2, 2));
    assert!(!update_protocol(&store, &at_first, &protocol("0.0")).expect("read"));
    assert!(store.dirty_items(at_first.id).expect("items").is_empty());

    assert!(update_protocol(&store, &at_first, &protocol("1.0")).expect("read"));
    assert_eq!(store.dirty_items(at_first.id).expect("items").len(), 2);
    score_all(&store, &Silent).expect("scored");
    let now = project(&store, "chest").expect("the project");
    assert_eq!(rate(&store, &now), (1, 2));
    assert_ne!(now.protocol_hash, at_first.protocol_hash);
    assert_eq!(now.protocol_version_no, 2);
    let history = store.protocols(now.id).expect("both");
    assert_eq!(history.len(), 2, "the earlier one stays readable");
}

/// Studies finished by day of Berlin.
fn by_day(store: &Store, project: &Project) -> BTreeMap<String, u64> {
    let (days, _) =
        throughput(store, project.id, &project.protocol, &Filter::default()).expect("days");
    days.iter()
        .filter(|day| day.n_studies > 0)
        .map(|day| {
            (
                day.day.map_or("unknown".to_owned(), |day| day.to_string()),
                day.n_studies,
            )
        })
        .collect()
}

fn finished(instants: &[(&str, &str)]) -> Vec<String> {
    instants
        .iter()
        .enumerate()
        .map(|(n, (study, at))| {
            format!("film-{n},reader,nodule,{study},annotation,annotator,,{at}")
        })
        .collect()
}

fn berlin() -> (Store, Project) {
    with_project(Some(
        "name = \"p\"\nversion = \"1\"\n[calendar]\ntime_zone = \"Europe/Berlin\"\nworkdays = [1, 2, 3, 4, 5]\n",
    ))
}

fn days_of(instants: &[(&str, &str)]) -> BTreeMap<String, u64> {
    let (store, project) = berlin();
    let rows = finished(instants);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    table(&store, &project, &rows);
    by_day(&store, &project)
}

fn days(wanted: &[(&str, u64)]) -> BTreeMap<String, u64> {
    wanted
        .iter()
        .map(|(day, n)| ((*day).to_owned(), *n))
        .collect()
}

#[test]
fn a_day_ends_at_local_midnight_in_winter_in_summer_and_when_clocks_change() {
    // Winter: UTC + 1.
    assert_eq!(
        days_of(&[("A", "2026-01-14T22:59:59Z"), ("B", "2026-01-14T23:00:00Z")]),
        days(&[("2026-01-14", 1), ("2026-01-15", 1)])
    );
    // Summer: UTC + 2.
    assert_eq!(
        days_of(&[("A", "2026-07-14T21:59:59Z"), ("B", "2026-07-14T22:00:00Z")]),
        days(&[("2026-07-14", 1), ("2026-07-15", 1)])
    );
    // 29 March begins in winter time and ends in summer time; 23 hours.
    assert_eq!(
        days_of(&[
            ("A", "2026-03-28T22:59:59Z"),
            ("B", "2026-03-28T23:00:00Z"),
            ("C", "2026-03-29T21:59:59Z"),
            ("D", "2026-03-29T22:00:00Z"),
        ]),
        days(&[("2026-03-28", 1), ("2026-03-29", 2), ("2026-03-30", 1)])
    );
    // 25 October begins in summer time and ends in winter time; 25 hours.
    assert_eq!(
        days_of(&[
            ("A", "2026-10-24T21:59:59Z"),
            ("B", "2026-10-24T22:00:00Z"),
            ("C", "2026-10-25T22:59:59Z"),
            ("D", "2026-10-25T23:00:00Z"),
        ]),
        days(&[("2026-10-24", 1), ("2026-10-25", 2), ("2026-10-26", 1)])
    );
    // The offset that the export writes is honoured.
    assert_eq!(
        days_of(&[("A", "2026-01-14T20:30:00-05:00")]),
        days(&[("2026-01-15", 1)])
    );
}

#[test]
fn a_study_counts_once_on_the_day_of_its_last_item() {
    assert_eq!(
        days_of(&[
            ("A", "2026-01-14T22:00:00Z"),
            ("A", "2026-01-14T23:30:00Z"),
            ("B", "2026-01-14T22:10:00Z"),
        ]),
        days(&[("2026-01-14", 1), ("2026-01-15", 1)])
    );
}

#[test]
fn rework_is_no_second_study_and_weekends_are_no_working_days() {
    let (store, project) = berlin();
    let rows = [
        "film-1,reader,nodule,A,annotation,annotator,,2026-01-16T10:00:00Z",
        "film-2,reader,nodule,B,annotation,annotator,,2026-01-17T10:00:00Z",
    ];
    table(&store, &project, &rows);
    // A cumulative export repeats film-2 as it was and brings film-1 anew.
    let again = "film-1,reader,opacity,A,annotation,annotator,,2026-01-19T10:00:00Z";
    table(&store, &project, &[again, rows[1]]);
    assert_eq!(
        by_day(&store, &project),
        days(&[("2026-01-16", 1), ("2026-01-17", 1)])
    );
    let (every, summaries) =
        throughput(&store, project.id, &project.protocol, &Filter::default()).expect("days");
    let rework: Vec<(String, u64)> = every
        .iter()
        .filter(|day| day.n_rework > 0)
        .map(|day| (day.day.expect("dated").to_string(), day.n_rework))
        .collect();
    assert_eq!(rework, [("2026-01-19".to_owned(), 1)]);
    assert_eq!(summaries.len(), 1);
    let summary = &summaries[0];
    assert_eq!(
        (summary.stage, summary.n_studies, summary.n_rework),
        (Stage::Annotation, 2, 1)
    );
    assert_eq!(
        (summary.n_days, summary.mean_per_day),
        (1, Some(1.0)),
        "Saturday is no working day"
    );
}

#[test]
fn images_are_kept_for_the_items_that_they_show() {
    let (store, project) = with_project(None);
    table(&store, &project, &GOLD);
    let folder = tempfile::tempdir().expect("a folder");
    for (name, width, height) in [("film-1.png", 3, 2), ("stranger.png", 3, 2)] {
        let file = std::fs::File::create(folder.path().join(name)).expect("a new file");
        let mut encoder = png::Encoder::new(file, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().expect("a header");
        writer
            .write_image_data(&[0, 50, 100, 150, 200, 250])
            .expect("pixels");
    }
    std::fs::write(folder.path().join("film-2.png"), b"no image").expect("a new file");
    let attached =
        attach_images(&store, &project, folder.path(), &IngestOptions::default()).expect("kept");
    assert_eq!((attached.n_kept, attached.n_unknown), (1, 2));
    let image = |key| {
        let item = store.item_id(project.id, key).expect("an item");
        store.item_image(item).expect("read")
    };
    let kept = image("film-1").expect("an image");
    assert_eq!((kept.width_px, kept.height_px), (3, 2));
    let bytes = std::fs::read(folder.path().join("film-1.png")).expect("a file");
    assert_eq!(kept.png, bytes);
    assert_eq!(image("film-2"), None);
}
