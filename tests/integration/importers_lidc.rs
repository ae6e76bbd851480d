//! LIDC-IDRI: the whole release against counts and masks made by independent code.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use concord::domain::{IngestOptions, ReadingState, Shape};
use concord::importers::{ImportReport, MemorySink};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

fn oracle(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/oracles/lidc")
        .join(name);
    serde_json::from_str(&std::fs::read_to_string(path).expect("the oracle file"))
        .expect("sound JSON")
}

/// The whole release, unpacked with the system's tar and read once for all tests.
fn release() -> Option<&'static (ImportReport, MemorySink)> {
    static READ: OnceLock<Option<(ImportReport, MemorySink)>> = OnceLock::new();
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
        Some(read_memory(folder.path(), &IngestOptions::default()).expect("a readable release"))
    })
    .as_ref()
}

/// Annotations on the items of one modality.
fn of_modality<'s>(
    sink: &'s MemorySink,
    modality: &str,
) -> impl Iterator<Item = &'s concord::domain::Annotation> {
    sink.readings
        .iter()
        .filter(move |(key, _)| sink.items[&key.item].modality.as_deref() == Some(modality))
        .flat_map(|(_, record)| &record.annotations)
}

#[test]
fn radiographs_have_the_points_and_ratings_that_lxml_sums() {
    let Some((_, sink)) = release() else { return };
    let oracle = oracle("radiographs.json");
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for annotation in of_modality(sink, "CXR") {
        let Shape::Keypoints(points) = &annotation.shape else {
            panic!("no point");
        };
        *sums.entry("x").or_default() += points[0].x_px;
        *sums.entry("y").or_default() += points[0].y_px;
        for (name, value) in &annotation.attributes {
            *sums.entry(name).or_default() += value.parse::<f64>().expect("a rank");
        }
    }
    let expected: BTreeMap<&str, f64> = oracle["sums"]
        .as_object()
        .expect("sums by name")
        .iter()
        .map(|(name, sum)| (name.as_str(), sum.as_f64().expect("a sum")))
        .collect();
    assert_eq!(sums, expected);
}

#[test]
fn a_radiograph_is_read_to_the_point() {
    let path = &fixtures("lidc", "good")[0];
    assert!(path.ends_with("radiographs.xml"));
    let (report, sink) = read_memory(path, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "lidc");
    let expected = [
        "1.2.9.1/reader-1 Nodule 001 nodule: points centre@1207.5,545.5 Visible confidence=3 obscuration=2 reason=1 subtlety=5",
        "1.2.9.1/reader-1 Nodule 002 nodule: points centre@10.5,900.5 Visible confidence=1",
        "1.2.9.2/reader-2 Nodule 001 nodule: points centre@7.5,8.5 Visible confidence=2",
    ];
    crate::golden::check(&sink, &expected);
    crate::frame::check_mutants(&sink, |sink| crate::golden::lines(sink) == expected);
    let states: Vec<_> = sink
        .readings
        .iter()
        .map(|(key, record)| (key.item.as_str(), key.rater.as_str(), record.reading.state))
        .collect();
    use ReadingState::{Annotated, ReviewedEmpty};
    let expected = [
        ("1.2.9.1", "reader-1", Annotated),
        ("1.2.9.1", "reader-2", ReviewedEmpty),
        ("1.2.9.1", "reader-3", ReviewedEmpty),
        ("1.2.9.2", "reader-1", ReviewedEmpty),
        ("1.2.9.2", "reader-2", Annotated),
        ("1.2.9.2", "reader-3", ReviewedEmpty),
    ];
    assert_eq!(states, expected);
    assert_eq!(sink.items["1.2.9.1"].study, "1.2.9");
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.key.session, "1.2.3.0");
    // 2010-10-10 12:00:00 UTC.
    assert_eq!(record.reading.finished_at_us, Some(1_286_712_000_000_000));
}

#[test]
fn the_whole_release_has_the_independently_counted_readings() {
    let Some((report, sink)) = release() else {
        return;
    };
    let counts = &oracle("counts.json")["counts"];
    let count = |name: &str| counts[name].as_u64().expect("a count");
    let label = |name: &str| report.by_label.get(name).copied().unwrap_or(0);
    assert_eq!(report.format, "lidc");
    assert_eq!(
        report.counts.files,
        count("ct_files") + count("radiograph_files")
    );
    let radiographs = &oracle("radiographs.json")["counts"];
    let of_radiographs = |name: &str| radiographs[name].as_u64().expect("a count");
    assert_eq!(
        report.counts.items,
        count("series") + of_radiographs("images")
    );
    assert_eq!(
        report.counts.studies,
        count("series") + of_radiographs("studies")
    );
    assert_eq!(
        report.counts.readings,
        count("sessions") + of_radiographs("readings")
    );
    assert_eq!(
        label("nodule"),
        count("nodules_3mm") + of_radiographs("marks")
    );
    assert_eq!(label("nodule<3mm"), count("nodules_small"));
    assert_eq!(label("non-nodule"), count("non_nodules"));
    assert_eq!(report.n_skipped(), of_radiographs("files_without_session"));
    let n_empty = sink
        .readings
        .values()
        .filter(|record| record.reading.state == ReadingState::ReviewedEmpty)
        .count();
    let n_empty_expected = count("empty_sessions") + of_radiographs("empty_readings");
    assert_eq!(n_empty as u64, n_empty_expected);
    assert_eq!(report.raters.len(), 8, "one file holds eight sessions");
    assert_eq!(
        report.n_invalid, 2,
        "two nodules have ratings and a single point"
    );
}

#[test]
fn the_ratings_add_up_to_the_independent_sums() {
    let Some((report, sink)) = release() else {
        return;
    };
    let oracle = oracle("counts.json");
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    let mut n_rated = 0;
    for annotation in of_modality(sink, "CT") {
        n_rated += u64::from(!annotation.attributes.is_empty());
        for (name, value) in &annotation.attributes {
            *sums.entry(name).or_default() += value.parse::<u64>().expect("a rank");
        }
    }
    let expected: BTreeMap<&str, u64> = oracle["rating_sums"]
        .as_object()
        .expect("sums by name")
        .iter()
        .map(|(name, sum)| (name.as_str(), sum.as_u64().expect("a sum")))
        .collect();
    assert_eq!(sums, expected);
    // Two nodules have nothing but zeros, which lie off every scale.
    assert_eq!(
        n_rated + 2,
        oracle["counts"]["nodules_with_ratings"]
            .as_u64()
            .expect("a count")
    );
    let off_scale = oracle["ratings_off_scale"].as_u64().expect("a count");
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.starts_with(&format!("{off_scale} characteristics lie off")))
    );
}

#[test]
fn a_sample_of_nodules_has_the_pixels_of_an_independent_rasteriser() {
    let Some((_, sink)) = release() else { return };
    let oracle = oracle("masks.json");
    let nodules = oracle["nodules"].as_array().expect("nodules");
    assert!(nodules.len() >= 200);
    let by_reading: BTreeMap<(&str, &str), &Vec<_>> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            (
                (key.session.as_str(), key.rater.as_str()),
                &record.annotations,
            )
        })
        .collect();
    for nodule in nodules {
        let session = nodule["session_uid"].as_str().expect("a uid");
        let rater = format!("reader-{}", nodule["reader"]);
        let position = nodule["position"].as_u64().expect("a position") as usize;
        let annotation = &by_reading[&(session, rater.as_str())][position];
        let Shape::Volume(volume) = &annotation.shape else {
            panic!("{session} {rater} {position} is no volume")
        };
        let found: Vec<[i64; 4]> = volume
            .slices()
            .iter()
            .map(|(key, mask)| {
                let pixels = mask
                    .spans()
                    .flat_map(|span| (span.x0..span.x1).map(move |x| (x, span.y)));
                let (n, x, y) = pixels.fold((0, 0, 0), |(n, sx, sy), (x, y)| {
                    (n + 1, sx + i64::from(x), sy + i64::from(y))
                });
                [*key, n, x, y]
            })
            .collect();
        let expected: Vec<[i64; 4]> =
            serde_json::from_value(nodule["slices"].clone()).expect("slices");
        assert_eq!(found, expected, "{session} {rater} {position}");
    }
}

#[test]
fn loose_files_are_read_as_the_release_is() {
    let Some(path) = sample("lidc-idri/tcia-lidc-xml/157/158.xml") else {
        return;
    };
    let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("readable");
    assert_eq!((report.counts.items, report.counts.readings), (1, 4));
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(
        record.reading.finished_at_us,
        Some(1_149_527_126_000_000),
        "2006-06-05 17:05:26 UTC"
    );
}

#[test]
fn the_fixture_is_read_to_the_pixel() {
    let path = &fixtures("lidc", "good")[1];
    assert!(path.ends_with("two_readers.xml"));
    let (_, sink) = read_memory(
        path,
        &IngestOptions {
            spacing_mm: Some([0.0, 0.7, 0.7]),
            ..IngestOptions::default()
        },
    )
    .expect("readable");
    let item = &sink.items["1.2.3.4"];
    assert_eq!(
        (item.study.as_str(), item.width_px, item.modality.as_deref()),
        ("1.2.3.5", Some(512), Some("CT"))
    );
    // 2.25 mm from the nodule's first slice to its second, but 12.5 mm on to the small one: not one regular step.
    assert_eq!(item.spacing_mm, Some([0.0, 0.7, 0.7]));
    let readings: Vec<_> = sink.readings.values().collect();
    assert_eq!(readings[1].reading.state, ReadingState::ReviewedEmpty);
    assert_eq!(readings[0].reading.key.session, "1.2.3.10");
    let [nodule, small, other] = readings[0].annotations.as_slice() else {
        panic!("three annotations")
    };
    let Shape::Volume(volume) = &nodule.shape else {
        panic!("a volume")
    };
    // Inside 10..18 are 7 x 7 pixels; strictly inside the hole 12..15 are 2 x 2; the diamond holds its centre.
    let sizes: Vec<(i64, u64)> = volume
        .slices()
        .iter()
        .map(|(key, mask)| (*key, mask.area_px()))
        .collect();
    assert_eq!(sizes, [(-10_250, 45), (-8_000, 1)]);
    assert_eq!(
        nodule.attributes.len(),
        8,
        "spiculation 0 lies off its scale"
    );
    let point = |shape: &Shape| match shape {
        Shape::Keypoints(points) => (points[0].x_px, points[0].y_px, points[0].z_mm),
        _ => panic!("a point"),
    };
    assert_eq!(
        (small.label.as_str(), point(&small.shape)),
        ("nodule<3mm", (100.5, 200.5, Some(4.5)))
    );
    assert_eq!(
        (other.label.as_str(), point(&other.shape)),
        ("non-nodule", (300.5, 301.5, Some(7.0)))
    );
}

#[test]
fn broken_files_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("lidc", &IngestOptions::default()), 13);
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for path in fixtures("lidc", "good") {
        let n = truncations(&path, &IngestOptions::default(), 400);
        assert!(n >= 300, "{n}");
    }
}
