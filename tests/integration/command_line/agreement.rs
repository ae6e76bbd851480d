//! `concord agreement`: the coefficients by name, on both layouts of a table, against published formulas.

use super::{folder, json, refused, run, stdout};
use serde_json::Value;
use std::collections::BTreeSet;

/// 50 cases of two raters: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no. κ = (0.7 − 0.5) / (1 − 0.5) = 0.4.
fn answers() -> Vec<(&'static str, &'static str)> {
    [
        (("yes", "yes"), 20),
        (("yes", "no"), 5),
        (("no", "yes"), 10),
        (("no", "no"), 15),
    ]
    .into_iter()
    .flat_map(|(pair, n)| std::iter::repeat_n(pair, n))
    .collect()
}

fn named<'a>(report: &'a Value, name: &str) -> Vec<&'a Value> {
    report["coefficients"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["name"] == name)
        .collect()
}

fn names(report: &Value) -> BTreeSet<&str> {
    report["coefficients"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["name"].as_str().expect("a name"))
        .collect()
}

#[test]
fn long_and_wide_tables_of_the_same_ratings_give_the_same_coefficients() {
    let folder = folder();
    let long: String = answers()
        .iter()
        .enumerate()
        .map(|(at, (a, b))| format!("u{at:02},r1,{a}\nu{at:02},r2,{b}\n"))
        .collect();
    let wide: String = answers()
        .iter()
        .enumerate()
        .map(|(at, (a, b))| format!("u{at:02},{a},{b}\n"))
        .collect();
    std::fs::write(
        folder.path().join("long.csv"),
        format!("item,rater,label\n{long}"),
    )
    .expect("a file");
    std::fs::write(
        folder.path().join("wide.csv"),
        format!("item,r1,r2\n{wide}"),
    )
    .expect("a file");
    let of = |file: &str| json(folder.path(), &["agreement", file, "--output", "json"]);
    let (long, wide) = (of("long.csv"), of("wide.csv"));
    assert_eq!(long["coefficients"], wide["coefficients"]);
    assert_eq!(long["n_units"], 50);
    assert_eq!(long["raters"], serde_json::json!(["r1", "r2"]));
    assert_eq!(long["categories"], serde_json::json!(["no", "yes"]));
    assert_eq!(long["scale"], "nominal");
    let wanted = [
        "brennan_prediger",
        "cohen_kappa",
        "fleiss_kappa",
        "fleiss_kappa_category",
        "gwet_ac1",
        "krippendorff_alpha",
        "percent_agreement",
        "scott_pi",
    ];
    assert_eq!(names(&long), BTreeSet::from(wanted));
    let near = |name: &str, wanted: f64| {
        let found = named(&long, name)[0]["value"].as_f64().expect("a value");
        assert!(
            (found - wanted).abs() < 1e-12,
            "{name}: {found} is not {wanted}"
        );
    };
    near("percent_agreement", 0.7);
    near("cohen_kappa", 0.4);
    // Chance agreement of pooled shares .55 and .45: .505.
    near("scott_pi", (0.7 - 0.505) / (1.0 - 0.505));
    near("fleiss_kappa", (0.7 - 0.505) / (1.0 - 0.505));
    near("gwet_ac1", (0.7 - 0.495) / (1.0 - 0.495));
    near("brennan_prediger", 0.4);
    // 1 − (N − 1) · observed / (2 · n_yes · n_no) · …: 100 values, 55 yes, 45 no, 15 unequal pairs.
    near(
        "krippendorff_alpha",
        1.0 - 99.0 * 30.0 / (2.0 * 55.0 * 45.0),
    );
    for one in long["coefficients"].as_array().expect("a list") {
        for field in [
            "name",
            "raters",
            "value",
            "se",
            "lower",
            "upper",
            "level",
            "n",
            "undefined",
            "method",
        ] {
            assert!(one.get(field).is_some(), "{field}: {one}");
        }
        let at = |field: &str| one[field].as_f64().expect("a number");
        assert!(
            at("lower") <= at("value") && at("value") <= at("upper"),
            "{one}"
        );
    }
    let table = stdout(&run(folder.path(), &["agreement", "wide.csv"]));
    assert!(
        table.contains("cohen_kappa") && table.contains("95 % interval"),
        "{table}"
    );
}

#[test]
fn every_scale_brings_its_own_coefficients() {
    let folder = folder();
    let rows: String = (0..30)
        .map(|at| {
            let value = 1 + at % 5;
            format!(
                "u{at},{value},{},{}\n",
                value + at % 2,
                (value - i32::from(at % 3 == 0)).max(1)
            )
        })
        .collect();
    std::fs::write(
        folder.path().join("t.csv"),
        format!("item,r1,r2,r3\n{rows}"),
    )
    .expect("a file");
    let of = |scale: &str| {
        json(
            folder.path(),
            &["agreement", "t.csv", "--scale", scale, "--output", "json"],
        )
    };
    let ordinal = of("ordinal");
    assert!(
        names(&ordinal).contains("gwet_ac2"),
        "{:?}",
        names(&ordinal)
    );
    let weights: BTreeSet<&str> = named(&ordinal, "cohen_kappa")
        .iter()
        .map(|one| one["weights"].as_str().expect("weights"))
        .collect();
    assert_eq!(
        weights,
        BTreeSet::from(["linear", "quadratic", "unweighted"])
    );
    assert_eq!(
        named(&ordinal, "cohen_kappa").len(),
        9,
        "three pairs, three weights"
    );
    for scale in ["interval", "ratio"] {
        let found = of(scale);
        assert_eq!(named(&found, "krippendorff_alpha")[0]["scale"], scale);
        let forms: Vec<&str> = named(&found, "icc")
            .iter()
            .map(|one| one["form"].as_str().expect("a form"))
            .collect();
        assert_eq!(
            forms,
            [
                "ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"
            ]
        );
        let limits = named(&found, "bland_altman");
        assert_eq!(limits.len(), 3, "one of each pair");
        for one in limits {
            let at = |field: &str| one[field].as_f64().expect("a number");
            assert!(
                at("loa_lower") < at("bias") && at("bias") < at("loa_upper"),
                "{one}"
            );
        }
    }
    let said = ["--scale", "`cubic`", "nominal, ordinal, interval or ratio"];
    refused(
        folder.path(),
        &["agreement", "t.csv", "--scale", "cubic"],
        &said,
    );
    refused(
        folder.path(),
        &["agreement", "t.csv", "--level", "1.5"],
        &["1.5"],
    );
    std::fs::write(
        folder.path().join("words.csv"),
        "item,r1,r2\na,yes,no\nb,no,no\n",
    )
    .expect("a file");
    refused(
        folder.path(),
        &["agreement", "words.csv", "--scale", "interval"],
        &["is not a number"],
    );
}

#[test]
fn an_interval_always_holds_its_value_even_with_gaps() {
    let folder = folder();
    std::fs::write(
        folder.path().join("t.csv"),
        "item,rater,label\na,r1,x\na,r2,y\nb,r1,x\n",
    )
    .expect("a file");
    let found = json(folder.path(), &["agreement", "t.csv", "--output", "json"]);
    let mut n_seen = 0;
    for one in found["coefficients"].as_array().expect("a list") {
        if let (Some(value), Some(lower), Some(upper)) = (
            one["value"].as_f64(),
            one["lower"].as_f64(),
            one["upper"].as_f64(),
        ) {
            assert!(lower <= value && value <= upper, "{one}");
            n_seen += 1;
        }
    }
    assert!(n_seen >= 3, "only {n_seen} intervals");
}
