//! Bad input gets a clear error and loses nothing: every importer under wrong values, damaged bytes, broken and
//! malicious containers, and a flood of nonsense.

mod containers;
mod damage;
mod flood;
mod neighbours;
mod values;

use crate::corpus::read_bytes;
use concord::domain::{Annotation, IngestOptions, Shape};
use concord::importers::{ImportError, ImportReport, MemorySink};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What became of one hostile upload.
enum Outcome {
    Refused(String),
    Read(Box<(ImportReport, MemorySink)>),
}

/// Reads bytes that mean harm. A panic, an error without its place, or a number that is not finite fails the test.
fn read_hostile(name: &str, bytes: &[u8], what: &str) -> Outcome {
    read_hostile_with(name, bytes, what, &IngestOptions::default())
}

fn read_hostile_with(name: &str, bytes: &[u8], what: &str, options: &IngestOptions) -> Outcome {
    bear(name, what, || read_bytes(name, bytes, options))
}

/// Holds any way of reading to the same.
fn bear(
    name: &str,
    what: &str,
    read: impl FnOnce() -> Result<(ImportReport, MemorySink), ImportError>,
) -> Outcome {
    match catch_unwind(AssertUnwindSafe(read)) {
        Err(_) => panic!("{name}, {what}: the importer panicked"),
        Ok(Err(error)) => {
            let said = error.to_string();
            let has_place = said.contains('`') || said.starts_with("no known format");
            assert!(
                has_place && said.len() > 30,
                "{name}, {what}: says only: {said}"
            );
            Outcome::Refused(said)
        }
        Ok(Ok((report, sink))) => {
            for group in &report.skipped {
                for example in &group.examples {
                    // Place, colon, and what was found.
                    assert!(
                        example.len() > 15 && example.contains(": "),
                        "{name}, {what}: says only: {example}"
                    );
                }
            }
            for annotation in annotations(&sink) {
                assert!(
                    is_finite(&annotation.shape),
                    "{name}, {what}: {annotation:?}"
                );
                assert!(
                    has_extent(&annotation.shape) || annotation.invalid.is_some(),
                    "{name}, {what}: kept without a flag: {annotation:?}"
                );
            }
            Outcome::Read(Box::new((report, sink)))
        }
    }
}

fn annotations(sink: &MemorySink) -> impl Iterator<Item = &Annotation> {
    sink.readings
        .values()
        .flat_map(|record| &record.annotations)
}

fn is_finite(shape: &Shape) -> bool {
    match shape {
        Shape::Box(rect) => rect.is_finite(),
        Shape::RotatedBox(rect) => rect.is_finite(),
        Shape::Ellipse(ellipse) => ellipse.is_finite(),
        Shape::Polygon(polygon) => polygon.is_finite(),
        Shape::Polyline(points) => points.iter().flatten().all(|value| value.is_finite()),
        Shape::Keypoints(points) => points
            .iter()
            .all(|point| point.x_px.is_finite() && point.y_px.is_finite()),
        Shape::Ordinal { rank, .. } => rank.is_finite(),
        Shape::Cuboid(cuboid) => cuboid.is_finite(),
        Shape::Track(track) => track.shapes().iter().all(|one| is_finite(&one.shape)),
        Shape::Mask(_)
        | Shape::Volume(_)
        | Shape::Classification { .. }
        | Shape::PointLabels(_)
        | Shape::TextSpan(_) => true,
    }
}

fn has_extent(shape: &Shape) -> bool {
    match shape {
        Shape::Box(rect) => rect.width_px() > 0.0 && rect.height_px() > 0.0,
        Shape::RotatedBox(rect) => rect.width > 0.0 && rect.height > 0.0,
        Shape::Ellipse(ellipse) => ellipse.rx > 0.0 && ellipse.ry > 0.0,
        Shape::Mask(mask) => !mask.is_empty(),
        Shape::Keypoints(points) => !points.is_empty(),
        Shape::TextSpan(span) => span.n_chars() > 0,
        Shape::Track(track) => {
            !track.shapes().is_empty() && track.shapes().iter().all(|one| has_extent(&one.shape))
        }
        _ => true,
    }
}

/// What a fault took away without a word: fewer annotations than the whole file has, and no error, skip or note
/// beyond those of the whole. `None` when nothing went missing or the report says why.
fn lost_silently(outcome: &Outcome, whole: &ImportReport) -> Option<String> {
    let Outcome::Read(read) = outcome else {
        return None;
    };
    let report = &read.0;
    let said = |report: &ImportReport| -> BTreeSet<String> {
        let examples = report.skipped.iter().flat_map(|group| &group.examples);
        examples.chain(&report.notes).cloned().collect()
    };
    let told = !said(report).is_subset(&said(whole));
    (!told && report.counts.annotations < whole.counts.annotations).then(|| {
        format!(
            "{} annotations of {} are left and nothing says why",
            report.counts.annotations, whole.counts.annotations
        )
    })
}
