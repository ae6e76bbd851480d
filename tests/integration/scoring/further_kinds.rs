//! Spans of a text, labels on a cloud, tracks of a video and cuboids: matched, measured and judged.

use super::cases::{annotation, box_shape, compare as compared, item, points};
use super::{OUT, RIGHT, kinds, verdict};
use concord::analytics::{cloud_counts, text_counts, video_counts};
use concord::domain::{
    Annotation, Comparison, ErrorKind, Item, PointLabels, Protocol, Shape, Technique, TextSpan,
    Track, TrackedShape,
};
use concord::geometry::Cuboid;
use concord::metrics::SpanMatch;

fn compare(
    protocol: &Protocol,
    item: &Item,
    reference: Vec<Annotation>,
    candidate: Vec<Annotation>,
) -> Comparison {
    compared(protocol, item, reference, candidate).expect("comparable")
}

fn span(start: u64, end: u64) -> Shape {
    Shape::TextSpan(TextSpan { start, end })
}

fn marked(label: &str, start: u64, end: u64) -> Annotation {
    annotation(&format!("{label}-{start}"), label, span(start, end))
}

fn cloud(labels: &[&str], codes: &[u32]) -> Shape {
    Shape::PointLabels(PointLabels {
        labels: labels.iter().map(|&label| label.to_owned()).collect(),
        codes: codes.to_vec(),
    })
}

/// A box of 10 by 10 px in each frame, at these places.
fn track(places: &[(u32, f64)]) -> Shape {
    let shapes = places.iter().map(|&(frame, x)| TrackedShape {
        frame,
        shape: box_shape(x, 0.0, x + 10.0, 10.0),
    });
    Shape::Track(Track::new(shapes.collect()).expect("one box a frame"))
}

#[test]
fn a_span_has_to_start_and_end_where_the_reference_does() {
    let (protocol, item) = (Protocol::default(), item(None));
    for (start, end, wanted) in [(10, 20, RIGHT), (11, 20, OUT), (10, 19, OUT), (8, 22, OUT)] {
        let found = verdict(&protocol, &item, span(10, 20), span(start, end));
        assert_eq!(found, [wanted], "{start} to {end}");
    }
    let mut wider = protocol;
    wider.tolerance.text_chars = 2.0;
    assert_eq!(verdict(&wider, &item, span(10, 20), span(8, 22)), [RIGHT]);
    assert_eq!(verdict(&wider, &item, span(10, 20), span(7, 20)), [OUT]);
}

#[test]
fn a_pair_of_spans_is_measured_in_characters() {
    let (protocol, item) = (Protocol::default(), item(None));
    let found = compare(
        &protocol,
        &item,
        vec![marked("drug", 10, 20)],
        vec![marked("drug", 12, 24)],
    );
    let unit = &found.units[0];
    assert_eq!(unit.technique, Some(Technique::TextSpan));
    assert_eq!((unit.a_size, unit.b_size), (Some(10.0), Some(12.0)));
    assert_eq!(unit.iou, Some(8.0 / 14.0));
    assert_eq!(unit.dice, Some(16.0 / 22.0));
    let ends = (unit.start_difference_chars, unit.end_difference_chars);
    assert_eq!(ends, (Some(2.0), Some(4.0)));
    assert_eq!(unit.frame_size, Some(14.0));
    assert_eq!(unit.size_unit, None);
}

#[test]
fn spans_meet_within_labels_first_and_what_is_left_is_a_wrong_label_missing_or_extra() {
    let (protocol, item) = (Protocol::default(), item(None));
    let reference = vec![
        marked("drug", 0, 7),
        marked("dose", 8, 13),
        marked("drug", 40, 50),
    ];
    // The same drug, a dose taken for a drug, and something that is nowhere in the reference.
    let candidate = vec![
        marked("drug", 0, 7),
        marked("drug", 8, 13),
        marked("finding", 60, 66),
    ];
    let found = compare(&protocol, &item, reference, candidate);
    let mut errors = kinds(&found.units);
    errors.sort();
    let wanted = [
        None,
        Some(ErrorKind::Missing),
        Some(ErrorKind::Extra),
        Some(ErrorKind::WrongLabel),
    ];
    assert_eq!(errors, wanted);
}

#[test]
fn a_whole_text_is_counted_exactly_by_overlap_and_by_character() {
    let protocol = Protocol::default();
    let reference = [marked("drug", 0, 5), marked("drug", 9, 12)];
    let candidate = [marked("drug", 0, 5), marked("drug", 8, 12)];
    let (a, b): (Vec<_>, Vec<_>) = (reference.iter().collect(), candidate.iter().collect());
    let found = text_counts(&protocol, &a, &b).unwrap().expect("a text");
    let f1 = |by| found.spans.micro(by).f1().value();
    assert_eq!(f1(SpanMatch::Exact), Some(0.5));
    assert_eq!(f1(SpanMatch::Overlap), Some(1.0));
    assert_eq!(f1(SpanMatch::Characters), Some(16.0 / 17.0));
    assert_eq!(found.characters.n(), 12);
    assert_eq!(text_counts(&protocol, &[], &[]).unwrap(), None);
}

#[test]
fn a_cloud_gives_a_unit_for_each_label() {
    let (protocol, item) = (Protocol::default(), item(None));
    // By name: bone 3, vessel 2 against bone 2 (all shared), vessel 2 (one shared), wall 1. Codes differ on purpose.
    let reference = cloud(&["bone", "vessel"], &[0, 0, 0, 1, 1]);
    let candidate = cloud(&["wall", "vessel", "bone"], &[2, 2, 1, 1, 0]);
    let found = compare(
        &protocol,
        &item,
        vec![annotation("r", "cloud", reference)],
        vec![annotation("c", "cloud", candidate)],
    );
    let units: Vec<_> = found
        .units
        .iter()
        .map(|unit| (unit.a_label.as_deref(), unit.b_label.as_deref(), unit.iou))
        .collect();
    assert_eq!(
        units,
        [
            (Some("bone"), Some("bone"), Some(2.0 / 3.0)),
            (Some("vessel"), Some("vessel"), Some(1.0 / 3.0)),
            (None, Some("wall"), Some(0.0)),
        ]
    );
    let wanted = [OUT, OUT, Some(ErrorKind::Extra)];
    assert_eq!(kinds(&found.units), wanted);
    assert_eq!(found.units[0].frame_size, Some(5.0));
    let mut lenient = protocol;
    // Bone: 1 of 3 points differs; vessel: 2 of 3.
    lenient.tolerance.cloud_error_share = 1.0 / 3.0;
    let reference = cloud(&["bone", "vessel"], &[0, 0, 0, 1, 1]);
    let candidate = cloud(&["bone", "vessel"], &[0, 0, 1, 1, 1]);
    assert_eq!(
        verdict(&lenient, &item, reference, candidate),
        [RIGHT, RIGHT]
    );
}

#[test]
fn clouds_of_two_sizes_are_refused_and_points_without_label_make_no_unit() {
    let (protocol, item) = (Protocol::default(), item(None));
    let of = |codes: &[u32]| vec![annotation("x", "cloud", cloud(&["bone"], codes))];
    let found = compare(&protocol, &item, of(&[0, 0]), of(&[0]));
    assert!(found.refused.expect("refused").contains("one cloud only"));
    let found = compare(&protocol, &item, of(&[0, 9]), of(&[0, 9]));
    assert_eq!(kinds(&found.units), [RIGHT]);
    let (a, b) = (of(&[0, 9, 9]), of(&[0, 9, 0]));
    let counts = cloud_counts(&protocol, &[&a[0]], &[&b[0]]).unwrap();
    let (names, counts) = counts.expect("two clouds");
    assert_eq!((names, counts.n_equal()), (vec!["bone".to_owned()], 2));
}

#[test]
fn equal_tracks_are_right_and_each_frame_has_its_own_tolerance() {
    let (protocol, item) = (Protocol::default(), item(None));
    let reference = || track(&[(0, 0.0), (1, 5.0), (2, 10.0)]);
    assert_eq!(verdict(&protocol, &item, reference(), reference()), [RIGHT]);
    // Five pixels off in one frame are within the tolerance of boxes, six are not.
    let moved = |by: f64| track(&[(0, 0.0), (1, 5.0 + by), (2, 10.0)]);
    assert_eq!(verdict(&protocol, &item, reference(), moved(5.0)), [RIGHT]);
    let found = compare(
        &protocol,
        &item,
        vec![annotation("r", "polyp", reference())],
        vec![annotation("c", "polyp", moved(6.0))],
    );
    let unit = &found.units[0];
    assert_eq!(unit.error, OUT);
    let detail = unit.detail.as_deref().expect("a reason");
    assert!(
        detail.starts_with("1 of 3 shared frames are off, first frame 1: the furthest edge"),
        "{detail}"
    );
    // 300 px² each, of which 100 + 40 + 100 are shared.
    assert_eq!(unit.iou, Some(240.0 / 360.0));
    // The frame in which they overlap by a quarter is no match there.
    assert_eq!(unit.n_frames_matched, Some(2));
    assert_eq!(unit.n_fragmentations, Some(1));
}

#[test]
fn a_track_that_starts_late_lacks_frames() {
    let (mut protocol, item) = (Protocol::default(), item(None));
    let reference = || track(&[(0, 0.0), (1, 0.0), (2, 0.0)]);
    let late = || track(&[(1, 0.0), (2, 0.0), (3, 0.0)]);
    let found = compare(
        &protocol,
        &item,
        vec![annotation("r", "polyp", reference())],
        vec![annotation("c", "polyp", late())],
    );
    let unit = &found.units[0];
    assert_eq!(
        unit.detail.as_deref(),
        Some("1 frames are missing and 1 are extra")
    );
    let frames = (unit.n_frames_a, unit.n_frames_b, unit.n_frames_matched);
    assert_eq!(frames, (Some(3), Some(3), Some(2)));
    protocol.tolerance.track_frames = 2.0;
    assert_eq!(verdict(&protocol, &item, reference(), late()), [RIGHT]);
}

#[test]
fn a_track_that_goes_over_to_another_is_an_identity_switch() {
    let (mut protocol, item) = (Protocol::default(), item(None));
    protocol.tolerance.track_frames = 10.0;
    // The candidate follows the first object for three frames, and from then on under the name of a new track.
    let reference = vec![annotation(
        "r",
        "polyp",
        track(&[(0, 0.0), (1, 0.0), (2, 0.0), (3, 0.0)]),
    )];
    let candidate = vec![
        annotation("c1", "polyp", track(&[(0, 0.0), (1, 0.0), (2, 0.0)])),
        annotation("c2", "polyp", track(&[(3, 0.0)])),
    ];
    let found = compare(&protocol, &item, reference.clone(), candidate.clone());
    assert_eq!(kinds(&found.units), [OUT, Some(ErrorKind::Extra)]);
    assert_eq!(found.units[0].n_identity_switches, Some(1));
    assert_eq!(
        found.units[0].detail.as_deref(),
        Some("1 identity switches")
    );
    let (a, b): (Vec<_>, Vec<_>) = (reference.iter().collect(), candidate.iter().collect());
    let counts = video_counts(&protocol, &a, &b).unwrap().expect("a video");
    assert_eq!((counts.n_switches, counts.n_misses()), (1, 0));
    // 1 − 1 switch / 4; three of four frames under one name.
    assert_eq!(counts.mota().value(), Some(0.75));
    assert_eq!(counts.idf1().value(), Some(0.75));
    assert_eq!(video_counts(&protocol, &[], &[]).unwrap(), None);
}

#[test]
fn tracks_of_points_cannot_be_judged_without_spacing() {
    let protocol = Protocol::default();
    let followed = |x: f64| {
        let shape = points(&[("tip", x, 0.0), ("base", x, 40.0)]);
        let shapes = vec![TrackedShape { frame: 0, shape }];
        Shape::Track(Track::new(shapes).expect("one frame"))
    };
    let of = |x: f64| vec![annotation("x", "probe", followed(x))];
    let found = compare(&protocol, &item(None), of(0.0), of(0.1));
    assert!(found.units[0].not_applicable && found.units[0].error.is_none());
    let spaced = item(Some([0.0, 1.0, 1.0]));
    assert_eq!(
        verdict(&protocol, &spaced, followed(0.0), followed(0.1)),
        [RIGHT]
    );
    assert_eq!(
        verdict(&protocol, &spaced, followed(0.0), followed(0.2)),
        [OUT]
    );
}

#[test]
fn a_track_has_one_drawn_shape_a_frame() {
    let shape = || box_shape(0.0, 0.0, 1.0, 1.0);
    let at = |frame, shape| TrackedShape { frame, shape };
    let twice = Track::new(vec![at(3, shape()), at(3, shape())]).unwrap_err();
    assert_eq!(
        twice.to_string(),
        "frame 3 has two shapes of one track; a track has one a frame"
    );
    assert!(Track::new(vec![at(0, track(&[(0, 0.0)]))]).is_err());
    let sorted = Track::new(vec![at(5, shape()), at(2, shape())]).unwrap();
    assert_eq!(sorted.shapes()[0].frame, 2);
    assert!(sorted.at(5).is_some() && sorted.at(4).is_none());
}

#[test]
fn cuboids_are_matched_by_volume_and_have_no_tolerance() {
    let (protocol, item) = (Protocol::default(), item(None));
    let cuboid = |x: f64| {
        let made = Cuboid::new([x, 0.0, 0.0], [4.0, 2.0, 2.0], 0.0).expect("finite");
        vec![annotation("x", "vertebra", Shape::Cuboid(made))]
    };
    let found = compare(&protocol, &item, cuboid(0.0), cuboid(1.0));
    let unit = &found.units[0];
    assert_eq!(unit.iou, Some(12.0 / 20.0));
    assert!(unit.not_applicable && unit.error.is_none());
    let found = compare(&protocol, &item, cuboid(0.0), cuboid(30.0));
    let apart = [Some(ErrorKind::Missing), Some(ErrorKind::Extra)];
    assert_eq!(kinds(&found.units), apart);
}
