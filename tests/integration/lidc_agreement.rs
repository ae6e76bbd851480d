//! Agreement on the whole LIDC-IDRI release, from XML to κ, against independent code (`tests/oracles/lidc/agree.py`).

use crate::corpus::sample;
use concord::agreement::Coefficient;
use concord::analytics::agreement_figures;
use concord::domain::{IngestOptions, Technique};
use concord::importers::{Limits, Upload};
use concord::pipeline::{Ingested, Project, Silent, create_project, ingest};
use concord::store::{AgreementUnit, ContingencyQuestion, Filter, Sides, Store, StoredUnit};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

struct Release {
    store: Store,
    project: Project,
    ingested: Ingested,
}

const PROTOCOL: &str = "name = \"lidc\"\nversion = \"1\"\n[matching]\nmin_overlap = 0.1\n";

/// The release, imported and scored once.
fn release() -> Option<&'static Release> {
    static READ: OnceLock<Option<Release>> = OnceLock::new();
    READ.get_or_init(|| {
        let archive = sample("lidc-idri/tcia-lidc-xml.tar.xz")?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let unpacked = Command::new("tar")
            .arg("-xJf")
            .arg(&archive)
            .arg("-C")
            .arg(folder.path())
            .status();
        if !unpacked.is_ok_and(|status| status.success()) {
            assert!(
                std::env::var_os("CI").is_none(),
                "tar with xz is needed to unpack the LIDC release"
            );
            println!("skipped: tar with xz is missing, the LIDC release was not read");
            return None;
        }
        leave_out_radiographs(folder.path());
        let store = Store::in_memory().expect("a database in memory");
        let project = create_project(&store, "lidc", Some(PROTOCOL)).expect("a project");
        let upload = Upload::open(folder.path(), Limits::DEFAULT).expect("a folder");
        let ingested = ingest(
            &store,
            &project,
            &upload,
            &IngestOptions::default(),
            &Silent,
        )
        .expect("a readable release");
        Some(Release {
            store,
            project,
            ingested,
        })
    })
    .as_ref()
}

/// The oracle knows the CT readings only.
fn leave_out_radiographs(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("an unpacked folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            leave_out_radiographs(&path);
        } else if std::fs::read_to_string(&path).is_ok_and(|text| text.contains("<IdriReadMessage"))
        {
            std::fs::remove_file(&path).expect("a file of our own");
        }
    }
}

fn oracle() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/lidc/agree.json");
        let text = std::fs::read_to_string(path).expect("the oracle file");
        serde_json::from_str(&text).expect("sound JSON")
    })
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Volumes of one pair of readers on one scan: sizes, Dice and IoU of matches; what each has alone.
#[derive(Debug, Default)]
struct Found {
    matched: Vec<[f64; 5]>,
    n_a_only: u64,
    n_b_only: u64,
}

impl Found {
    fn add(&mut self, unit: &StoredUnit) {
        match (unit.a_annotation, unit.b_annotation) {
            (Some(_), Some(_)) => {
                let score = &unit.score;
                let of = |value: Option<f64>| value.expect("measured");
                self.matched.push([
                    of(score.a_size),
                    of(score.b_size),
                    of(score.intersection_size),
                    of(score.dice),
                    of(score.iou),
                ]);
            }
            (Some(_), None) => self.n_a_only += 1,
            (None, _) => self.n_b_only += 1,
        }
    }
}

fn of_scan(release: &Release, item: &str, session: &str) -> BTreeMap<String, Found> {
    let id = release
        .store
        .item_id(release.project.id, item)
        .expect("an item");
    let units = release
        .store
        .units_of_item(release.project.id, id)
        .expect("units");
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for unit in units.iter().filter(|unit| {
        unit.session == session && unit.score.technique == Some(Technique::VolumeMask)
    }) {
        let pair = format!("{}/{}", unit.a_rater, unit.b_rater);
        found.entry(pair).or_default().add(unit);
    }
    for pair in found.values_mut() {
        pair.matched
            .sort_by(|left, right| left.partial_cmp(right).expect("numbers"));
    }
    found
}

#[test]
fn the_release_becomes_items_readings_and_comparisons() {
    let Some(release) = release() else { return };
    assert_eq!(release.ingested.report.counts.items, 1_018);
    assert_eq!(release.ingested.scored.n_items, 1_018);
    // Every two readers of one file are compared.
    assert_eq!(
        Some(release.ingested.scored.n_comparisons as u64),
        oracle()["n_pairs_of_readers"].as_u64()
    );
}

#[test]
fn matched_nodules_have_the_dice_and_iou_of_independent_code() {
    let Some(release) = release() else { return };
    let scans = oracle()["scans"].as_array().expect("scans");
    assert!(scans.len() >= 150);
    let mut n_matched = 0;
    for scan in scans {
        let (item, session) = (text(&scan["item"]), text(&scan["session"]));
        let found = of_scan(release, item, session);
        for wanted in scan["pairs"].as_array().expect("pairs") {
            let pair = text(&wanted["raters"]);
            let none = Found::default();
            let mine = found.get(pair).unwrap_or(&none);
            let matched: Vec<[f64; 5]> =
                serde_json::from_value(wanted["matched"].clone()).expect("numbers");
            let what = format!("{item} {pair}");
            assert_eq!(mine.matched.len(), matched.len(), "{what}");
            let n = |side: &str| wanted[side].as_u64().expect("a count") - matched.len() as u64;
            assert_eq!(
                (mine.n_a_only, mine.n_b_only),
                (n("n_a"), n("n_b")),
                "{what}"
            );
            for (mine, wanted) in mine.matched.iter().zip(&matched) {
                assert_eq!(mine[..3], wanted[..3], "voxels of {what}");
                for place in [3, 4] {
                    assert!(
                        (mine[place] - wanted[place]).abs() < 1e-9,
                        "{what}: {mine:?} {wanted:?}"
                    );
                }
                n_matched += 1;
            }
        }
    }
    assert!(n_matched > 1_000, "{n_matched}");
}

#[test]
fn over_the_whole_release_as_many_nodules_match_with_the_same_mean_dice() {
    let Some(release) = release() else { return };
    let by_pair = concord::store::GroupBy {
        rater_pair: true,
        technique: true,
        ..concord::store::GroupBy::default()
    };
    let filter = Filter {
        technique: Some(Technique::VolumeMask),
        ..Filter::default()
    };
    let rows = release
        .store
        .overlap_summary(release.project.id, &filter, by_pair)
        .expect("figures");
    for wanted in oracle()["totals"].as_array().expect("totals") {
        let Some(mean) = wanted["mean_dice"].as_f64() else {
            continue;
        };
        let pair = text(&wanted["raters"]);
        let row = rows
            .iter()
            .find(|row| {
                let raters = [row.group.a_rater.as_deref(), row.group.rater.as_deref()];
                row.metric == concord::store::OverlapMetric::Dice
                    && raters.map(Option::unwrap_or_default).join("/") == pair
            })
            .unwrap_or_else(|| panic!("{pair}"));
        assert_eq!(Some(row.n as u64), wanted["n_matched"].as_u64(), "{pair}");
        assert!((row.mean.expect("a mean") - mean).abs() < 1e-9, "{pair}");
    }
}

#[test]
fn quadratic_kappa_on_malignancy_and_subtlety_is_that_of_scikit_learn() {
    let Some(release) = release() else { return };
    let question = ContingencyQuestion {
        unit: AgreementUnit::Attribute,
        sides: Sides::Pairs,
        by_study: false,
        by_label: false,
    };
    let figures = agreement_figures(
        &release.store,
        release.project.id,
        &question,
        &Filter::default(),
        0.95,
    )
    .expect("figures");
    let wanted = oracle()["kappa"].as_array().expect("κ");
    assert_eq!(wanted.len(), 12, "six pairs, two ratings");
    for wanted in wanted {
        let (pair, rating) = (text(&wanted["raters"]), text(&wanted["rating"]));
        let kappa: &Coefficient = figures
            .iter()
            .filter(|figure| figure.group.scope.as_deref() == Some(rating))
            .find(|figure| {
                let b = figure.group.b_rater.as_deref().unwrap_or_default();
                format!("{}/{b}", figure.group.a_rater) == pair
            })
            .and_then(|figure| figure.coefficient("cohen_kappa", Some("quadratic")))
            .unwrap_or_else(|| panic!("{pair} {rating}"));
        assert_eq!(Some(kappa.n), wanted["n"].as_u64(), "{pair} {rating}");
        let value = wanted["value"].as_f64().expect("a number");
        let found = kappa.value.expect("defined");
        assert!(
            (found - value).abs() < 1e-9,
            "{pair} {rating}: {found} instead of {value}"
        );
    }
}
