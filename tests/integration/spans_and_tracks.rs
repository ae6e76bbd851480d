//! Text spans and video tracks from two raters' exports to the answers of `compare`, the store and the weekly report. Every figure is
//! worked out by hand from the fixtures.

use crate::stored::import_text;
use concord::domain::{
    ErrorKind, ErrorUnit, IngestOptions, Protocol, ReferenceKind, Technique, UnitScore,
};
use concord::pipeline::{
    CompareReport, CompareSource, Project, calibration, compare, create_project, render_report,
};
use concord::store::{Store, StoredUnit};
use std::path::{Path, PathBuf};

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(path)
}

/// Two exports, each with the rater to take where it holds several.
fn compared(reference: (&str, Option<&str>), candidate: (&str, Option<&str>)) -> CompareReport {
    let protocol = Protocol {
        error_unit: ErrorUnit::Instance,
        ..Protocol::default()
    };
    let (reference_path, candidate_path) = (fixture(reference.0), fixture(candidate.0));
    let source = |path, rater: Option<&str>| CompareSource {
        path,
        options: IngestOptions::default(),
        rater: rater.map(str::to_owned),
    };
    compare(
        &source(&reference_path, reference.1),
        &source(&candidate_path, candidate.1),
        &protocol,
    )
    .expect("two comparable exports")
}

fn near(found: Option<f64>, expected: f64) {
    let found = found.expect("a figure");
    assert!(
        (found - expected).abs() < 1e-12,
        "{found} against {expected}"
    );
}

#[test]
fn two_raters_spans_give_precision_recall_f1_and_kappa() {
    let texts = "label_studio/good/texts.json";
    let report = compared((texts, Some("user-1")), (texts, Some("user-2")));
    let row = |label: &str, by: &str| {
        let mut rows = report.spans.iter();
        rows.find(|row| row.label == label && row.matched_by == by)
            .expect("a row")
    };
    // Drug and finding are equal; the dose ends at 13 by the one and at 19 by the other.
    let exact = row("(all labels)", "exact");
    assert_eq!(
        (exact.n_reference, exact.n_candidate, exact.n_matched),
        (3, 3, 2)
    );
    near(exact.f1, 2.0 / 3.0);
    near(row("(all labels)", "overlap").f1, 1.0);
    // 17 characters and 23, of which 17 are shared.
    let characters = row("(all labels)", "characters");
    near(characters.precision, 17.0 / 23.0);
    near(characters.recall, 1.0);
    near(characters.f1, 34.0 / 40.0);
    assert_eq!(row("dose", "exact").f1, Some(0.0));
    // 31 characters from the first to the last marked: 25 equal; drug 7 and 7, dose 5 and 11, finding 5 and 5, outside 14 and 8.
    let kappa = report.text_kappa.as_ref().expect("κ");
    assert_eq!(kappa.n, 31);
    let chance = f64::from(7 * 7 + 5 * 11 + 5 * 5 + 14 * 8) / (31.0 * 31.0);
    near(kappa.value, (25.0 / 31.0 - chance) / (1.0 - chance));
    // The doses share 5 of 11 characters, which is less than half: one is missing and one extra.
    let mut kinds: Vec<&str> = report
        .errors
        .iter()
        .map(|error| error.kind.as_str())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["extra", "missing"]);
    assert_eq!(
        (report.error_rate.numerator, report.error_rate.denominator),
        (2, 4)
    );
    let start = report.pairs[0].metrics["start_difference"].clone();
    assert_eq!(
        (start.value, start.unit.as_str()),
        (Some(0.0), "characters")
    );
}

#[test]
fn two_raters_tracks_give_identity_switches_and_clear_mot_figures() {
    let report = compared(
        ("cvat/good/video_reader_a.xml", None),
        ("cvat/good/video_reader_b.xml", None),
    );
    assert_eq!(report.videos.len(), 1);
    let video = &report.videos[0];
    // The polyp is followed for three frames, in the last under another track; the instrument's two frames are missed.
    assert_eq!(
        (
            video.n_frames,
            video.n_reference,
            video.n_candidate,
            video.n_matched
        ),
        (3, 5, 3, 3)
    );
    assert_eq!(
        (
            video.n_misses,
            video.n_false_positives,
            video.n_identity_switches
        ),
        (2, 0, 1)
    );
    near(video.mota, 1.0 - 3.0 / 5.0);
    near(video.motp, 1.0);
    near(video.idf1, 2.0 * 2.0 / 8.0);
    let pair = &report.pairs[0];
    assert_eq!((report.pairs.len(), pair.technique.as_str()), (1, "track"));
    assert_eq!(pair.metrics["identity_switches"].value, Some(1.0));
    assert_eq!(pair.metrics["frames_matched"].value, Some(3.0));
    // Two of three boxes are on the same pair of tracks: 200 of 300 px².
    near(pair.metrics["iou"].value, 200.0 / 300.0);
    assert_eq!(pair.verdict, "out_of_tolerance");
    let detail = pair.detail.as_deref().expect("a reason");
    assert!(
        detail.starts_with("1 identity switches; 1 frames are missing and 0 are extra"),
        "{detail}"
    );
    let mut kinds: Vec<&str> = report
        .errors
        .iter()
        .map(|error| error.kind.as_str())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["extra", "missing", "out_of_tolerance"]);
}

fn imported(store: &Store, project: &Project, path: &str, options: &IngestOptions) {
    let file = fixture(path);
    let text = std::fs::read_to_string(&file).expect("a fixture");
    let name = file
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    import_text(store, project, &name, &text, options).expect("a readable fixture");
}

fn units(store: &Store, project: &Project, item: &str) -> Vec<StoredUnit> {
    let item = store.item_id(project.id, item).expect("an item");
    store.units_of_item(project.id, item).expect("units")
}

fn of<'a>(units: &'a [StoredUnit], error: Option<ErrorKind>, label: &str) -> &'a UnitScore {
    let found = units.iter().map(|unit| &unit.score).find(|score| {
        let of_label = score.a_label.as_deref().or(score.b_label.as_deref()) == Some(label);
        of_label && score.error == error
    });
    found.expect("a unit")
}

#[test]
fn what_was_measured_on_spans_and_tracks_comes_back_from_the_store() {
    let store = Store::in_memory().expect("a database in memory");
    let project = create_project(&store, "wards", None).expect("a project");
    imported(
        &store,
        &project,
        "label_studio/good/texts.json",
        &IngestOptions::default(),
    );
    let gold = IngestOptions {
        reference: Some(ReferenceKind::Gold),
        ..IngestOptions::default()
    };
    imported(&store, &project, "cvat/good/video_reader_a.xml", &gold);
    imported(
        &store,
        &project,
        "cvat/good/video_reader_b.xml",
        &IngestOptions::default(),
    );
    let spans = units(&store, &project, "task-31");
    let drug = of(&spans, None, "drug");
    assert_eq!(drug.technique, Some(Technique::TextSpan));
    assert_eq!(
        (drug.dice, drug.start_difference_chars),
        (Some(1.0), Some(0.0))
    );
    of(&spans, Some(ErrorKind::Missing), "dose");
    of(&spans, Some(ErrorKind::Extra), "dose");
    let video = store_key(&store, &project);
    let tracks = units(&store, &project, &video);
    let polyp = of(&tracks, Some(ErrorKind::OutOfTolerance), "polyp");
    assert_eq!(polyp.technique, Some(Technique::Track));
    assert_eq!(
        (polyp.n_frames_a, polyp.n_frames_b, polyp.n_frames_matched),
        (Some(3), Some(2), Some(3))
    );
    assert_eq!(
        (polyp.n_identity_switches, polyp.n_fragmentations),
        (Some(1), Some(0))
    );
    of(&tracks, Some(ErrorKind::Missing), "instrument");
}

/// The item that the video became.
fn store_key(store: &Store, project: &Project) -> String {
    ["colon", "colon.mp4"]
        .into_iter()
        .find(|key| store.item_id(project.id, key).is_ok())
        .expect("the video")
        .to_owned()
}

#[test]
fn the_weekly_report_shows_disagreements_on_spans_and_tracks() {
    let store = Store::in_memory().expect("a database in memory");
    let project = create_project(&store, "wards", None).expect("a project");
    for path in [
        "label_studio/good/texts.json",
        "cvat/good/video_reader_a.xml",
        "cvat/good/video_reader_b.xml",
    ] {
        imported(&store, &project, path, &IngestOptions::default());
    }
    let report = calibration(&store, &project, "all").expect("a report");
    let techniques: Vec<&str> = report
        .agenda
        .iter()
        .map(|case| case.technique.as_str())
        .collect();
    assert!(techniques.contains(&"text_span"), "{techniques:?}");
    assert!(techniques.contains(&"track"), "{techniques:?}");
    let case = report.agenda.iter().find(|case| case.technique == "track");
    let case = case.expect("the video");
    assert!(case.rule.contains("no identity switch"), "{}", case.rule);
    let said = render_report(&report, "json").expect("JSON");
    assert!(said.contains("identity switches"));
}
