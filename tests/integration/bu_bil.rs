//! BU-BIL data set 6: five experts with two tools, seven crowd workers and a fused gold standard on 35 MR images of
//! aortas, from PNG masks to Dice and a report, against numpy (`tests/oracles/bu-bil`).

use crate::corpus::sample;
use concord::analytics::overlap_figures;
use concord::domain::{ComparisonKind, IngestOptions, ReferenceKind};
use concord::importers::{Limits, Upload};
use concord::pipeline::{
    Ingested, Project, Silent, attach_images, calibration, create_project, ingest, render_report,
};
use concord::store::{Filter, GroupBy, OverlapMetric, Store};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn oracle() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/bu-bil/dice.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the oracle file"))
        .expect("sound JSON")
}

fn options() -> IngestOptions {
    IngestOptions {
        pattern: Some(
            r"(?i)(?:(?P<rater>Person\d_\w+|mturk_annotation6-\d|GoldStandard)/)?seg_(?P<item>tpre\d+)\.png"
                .to_owned(),
        ),
        fold_case: true,
        label: Some("aorta".to_owned()),
        ..IngestOptions::default()
    }
}

fn import(
    store: &Store,
    project: &Project,
    folder: &str,
    options: &IngestOptions,
) -> Option<Ingested> {
    let path = sample(&format!("bu-bil-6/BU-BIL_Dataset6/{folder}"))?;
    let upload = Upload::open(&path, Limits::DEFAULT).expect("a folder");
    Some(ingest(store, project, &upload, options, &Silent).expect("readable masks"))
}

fn project() -> (Store, Project) {
    let store = Store::in_memory().expect("a database in memory");
    let project = create_project(&store, "aorta", None).expect("a project");
    (store, project)
}

/// Dice, sizes and what is shared, by pair and item, as stored.
fn of_pairs(
    store: &Store,
    project: &Project,
) -> BTreeMap<(String, String), BTreeMap<String, [f64; 4]>> {
    let mut found: BTreeMap<(String, String), BTreeMap<String, [f64; 4]>> = BTreeMap::new();
    for number in 1..=35 {
        let key = format!("tpre{number:02}");
        let item = store.item_id(project.id, &key).expect("an item");
        for unit in store.units_of_item(project.id, item).expect("units") {
            let score = &unit.score;
            let values = [
                score.dice,
                score.a_size,
                score.b_size,
                score.intersection_size,
            ];
            found
                .entry((unit.a_rater, unit.b_rater))
                .or_default()
                .insert(key.clone(), values.map(|value| value.expect("measured")));
        }
    }
    found
}

#[test]
fn every_pair_of_experts_crowd_and_gold_has_the_dice_of_numpy() {
    let (store, project) = project();
    let gold = IngestOptions {
        annotator: Some("GoldStandard".to_owned()),
        reference: Some(ReferenceKind::Gold),
        ..options()
    };
    let Some(imported) = import(&store, &project, "GoldStandard", &gold) else {
        return;
    };
    assert_eq!(imported.record.n_annotations, 35);
    assert!(
        imported
            .report
            .notes
            .iter()
            .any(|note| note.contains("dark on light")),
        "{:?}",
        imported.report.notes
    );
    for (folder, n) in [("ExpertAnnotations", 350), ("CrowdsourcedAnnotations", 245)] {
        let imported = import(&store, &project, folder, &options()).expect("the same samples");
        assert_eq!(imported.record.n_annotations, n);
    }
    let found = of_pairs(&store, &project);
    let oracle = oracle();
    let (mut n_compared, mut n_pairs) = (0, 0);
    for pair in oracle["pairs"].as_array().expect("pairs") {
        let [a, b] = ["a", "b"].map(|side| pair[side].as_str().expect("a rater").to_owned());
        let of_item = pair["of_item"].as_array().expect("items");
        let mine = found
            .get(&(a.clone(), b.clone()))
            .or_else(|| found.get(&(b.clone(), a.clone())));
        assert_eq!(mine.map_or(0, BTreeMap::len), of_item.len(), "{a} {b}");
        n_pairs += usize::from(mine.is_some());
        for row in of_item {
            let n = |place: usize| row[place].as_f64().expect("a count");
            let [size_a, size_b, both] = [n(1), n(2), n(3)];
            let item = row[0].as_str().expect("an item");
            let [dice, mine_a, mine_b, shared] = mine.expect("compared")[item];
            assert_eq!(
                (mine_a, mine_b, shared),
                (size_a, size_b, both),
                "{a} {b} {item}"
            );
            assert!(
                (dice - 2.0 * both / (size_a + size_b)).abs() < 1e-12,
                "{a} {b} {item}"
            );
            n_compared += 1;
        }
    }
    // Ten experts' masks and gold on one grid, seven crowd workers on another.
    assert_eq!((n_pairs, n_compared), (55 + 21, (55 + 21) * 35));
    against_gold(&store, &project, &oracle);
}

fn against_gold(store: &Store, project: &Project, oracle: &Value) {
    let by = GroupBy {
        rater: true,
        ..GroupBy::default()
    };
    let filter = Filter {
        kind: Some(ComparisonKind::Reference),
        ..Filter::default()
    };
    let figures = overlap_figures(store, project.id, &[OverlapMetric::Dice], &filter, by, 0.95)
        .expect("figures");
    assert_eq!(figures.len(), 10, "experts; the crowd's grid is another");
    for figure in figures {
        let rater = figure.group.rater.expect("a rater");
        let wanted = oracle["pairs"]
            .as_array()
            .expect("pairs")
            .iter()
            .find(|pair| pair["a"] == "GoldStandard" && pair["b"] == rater.as_str())
            .and_then(|pair| pair["mean_dice"].as_f64())
            .expect("a mean");
        assert!(
            (figure.mean.expect("a mean") - wanted).abs() < 1e-9,
            "{rater}"
        );
        assert!(wanted < 0.95, "aortas, not the background around them");
    }
    let refused = store
        .error_rates(
            project.id,
            concord::domain::ErrorUnit::Item,
            &Filter::default(),
            GroupBy::default(),
        )
        .expect("rates");
    assert_eq!(
        refused
            .iter()
            .map(|row| (row.denominator, row.n_refused))
            .collect::<Vec<_>>(),
        [(350, 245)]
    );
}

#[test]
fn a_report_shows_the_crowds_outlines_over_the_raw_images() {
    let (store, project) = project();
    let Some(_) = import(&store, &project, "CrowdsourcedAnnotations", &options()) else {
        return;
    };
    let folder = sample("bu-bil-6/BU-BIL_Dataset6/RawImages").expect("the same samples");
    let attached =
        attach_images(&store, &project, &folder, &IngestOptions::default()).expect("images");
    assert_eq!((attached.n_kept, attached.n_unknown), (35, 0));
    let report = calibration(&store, &project, "all").expect("a report");
    assert!(!report.agenda.is_empty());
    for case in &report.agenda {
        let svg = case.overlay_svg.as_deref().expect("a picture");
        assert!(
            svg.contains("<image ") && svg.contains("data:image/png;base64,"),
            "{}",
            case.item
        );
        assert_eq!(case.raters.len(), 7);
    }
    let html = render_report(&report, "html").expect("a page");
    let n_pictures = html.matches("href=\"data:image/png;base64,").count();
    assert_eq!(n_pictures, report.agenda.len());
}
