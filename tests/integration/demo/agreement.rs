//! κ of pairs of readers, and coefficients of all of them together.

use super::{Demo, demo, expected, near, project_file};
use concord::agreement::{Coefficient, Scale};
use concord::analytics::agreement_figures;
use concord::domain::{IngestOptions, Stage};
use concord::pipeline::{AgreementRequest, agreement};
use concord::store::{AgreementUnit, ContingencyQuestion, Filter, Sides};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn kappa_of_every_pair_is_that_of_scikit_learn() {
    let Demo { store, programme } = demo();
    let question = ContingencyQuestion {
        unit: AgreementUnit::Classification,
        sides: Sides::Pairs,
        by_study: false,
        by_label: false,
    };
    // Training films are read by all five as well; the oracle speaks of calibration films.
    let filter = Filter {
        stage: Some(Stage::Annotation),
        ..Filter::default()
    };
    let figures =
        agreement_figures(store, programme.project.id, &question, &filter, 0.95).expect("figures");
    let wanted = expected()["agreement"]["finding_cohen_kappa"]
        .as_object()
        .expect("pairs");
    assert_eq!(figures.len(), wanted.len());
    for figure in &figures {
        let b = figure.group.b_rater.clone().expect("a pair");
        let name = format!("{}/{b}", figure.group.a_rater);
        let kappa = figure.coefficient("cohen_kappa", None).expect("κ");
        assert_eq!(Some(kappa.n), expected()["agreement"]["n_films"].as_u64());
        near(kappa.value.expect("defined"), &wanted[&name], 1e-9, &name);
    }
}

/// Lines of a table that hold for `keep`, as a file of its own.
fn part(tables: &[&str], keep: impl Fn(&[&str]) -> bool) -> tempfile::NamedTempFile {
    let mut text = String::new();
    for table in tables {
        let whole = std::fs::read_to_string(project_file(table)).expect("a table");
        for (number, line) in whole.lines().enumerate() {
            let cells: Vec<&str> = line.split(',').collect();
            if (number == 0 && text.is_empty()) || (number > 0 && keep(&cells)) {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    let file = tempfile::Builder::new()
        .suffix(".csv")
        .tempfile()
        .expect("a file");
    std::fs::write(file.path(), text).expect("written");
    file
}

fn coefficients(file: &Path, scale: Scale) -> (usize, Vec<Coefficient>) {
    let request = AgreementRequest {
        options: IngestOptions::default(),
        scale,
        categories: None,
        level: 0.95,
        n_resamples: 50,
        consensus: None,
        seed: 1,
    };
    let (report, _) = agreement(file, &request).expect("coefficients");
    (report.n_units, report.coefficients)
}

#[test]
fn coefficients_of_many_raters_are_those_of_statsmodels_and_krippendorff() {
    let wanted = &expected()["agreement"];
    let severity =
        std::fs::read_to_string(project_file("examples/csv/severity.csv")).expect("a table");
    let films: BTreeSet<&str> = severity
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    let reader = |cells: &[&str]| cells[1].starts_with("reader-") && films.contains(cells[0]);
    let weeks = [
        "examples/csv/2026-W45-findings.csv",
        "examples/csv/2026-W46-findings.csv",
        "examples/csv/2026-W47-findings.csv",
    ];
    let value = |found: &[Coefficient], name: &str| {
        found
            .iter()
            .find(|coefficient| coefficient.name == name)
            .and_then(|coefficient| coefficient.value)
            .unwrap_or_else(|| panic!("{name}"))
    };
    let (n_units, found) = coefficients(part(&weeks, reader).path(), Scale::Nominal);
    assert_eq!(Some(n_units as u64), wanted["n_films"].as_u64());
    near(
        value(&found, "fleiss_kappa"),
        &wanted["finding_fleiss_kappa"],
        1e-9,
        "Fleiss",
    );
    near(
        value(&found, "krippendorff_alpha"),
        &wanted["finding_krippendorff_alpha_nominal"],
        1e-9,
        "α",
    );
    let (_, found) = coefficients(
        part(&["examples/csv/severity.csv"], reader).path(),
        Scale::Ordinal,
    );
    near(
        value(&found, "krippendorff_alpha"),
        &wanted["severity_krippendorff_alpha_ordinal"],
        1e-9,
        "ordinal α",
    );
}
