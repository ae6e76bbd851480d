//! The default tolerance of every technique, on both sides of its limit.

use super::cases::{
    annotation, box_shape, category, compare, item, one_to_one, points, rank, slab, square,
    square_mask,
};
use super::{OUT, RIGHT, kinds, verdict};
use concord::domain::{Annotation, ErrorKind, Protocol, Shape, UnitScore};

#[test]
fn each_edge_of_a_box_may_be_five_pixels_off_and_no_more() {
    let (protocol, item) = (Protocol::default(), item(None));
    let reference = || box_shape(100.0, 100.0, 200.0, 200.0);
    for edge in 0..4 {
        for sign in [-1.0, 1.0] {
            for (off, wanted) in [(5.0, RIGHT), (5.01, OUT)] {
                let mut at = [100.0, 100.0, 200.0, 200.0];
                at[edge] += sign * off;
                let candidate = box_shape(at[0], at[1], at[2], at[3]);
                let units = one_to_one(
                    &protocol,
                    &item,
                    annotation("r", "nodule", reference()),
                    annotation("c", "nodule", candidate),
                );
                assert_eq!(kinds(&units), [wanted], "edge {edge} by {}", sign * off);
                let signed = units[0].box_edges_px.expect("four edges")[edge];
                assert!((signed - sign * off).abs() < 1e-9, "candidate − reference");
            }
        }
    }
}

#[test]
fn five_pixels_are_five_pixels_in_decimals_that_binary_cannot_hold() {
    let (protocol, item) = (Protocol::default(), item(None));
    let mut n_beyond = 0;
    for tenth in 0..1000 {
        let left = f64::from(tenth) / 10.0;
        let other = format!("{:.1}", left + 5.0)
            .parse::<f64>()
            .expect("a decimal");
        n_beyond += usize::from(other - left > 5.0);
        let found = verdict(
            &protocol,
            &item,
            box_shape(left, 0.0, 300.0, 300.0),
            box_shape(other, 0.0, 300.0, 300.0),
        );
        assert_eq!(found, [RIGHT], "{left} against {other}");
    }
    assert!(n_beyond > 10, "rounding does push some beyond 5");
}

#[test]
fn a_polygon_must_lie_less_than_one_pixel_off_on_average() {
    let (protocol, item) = (Protocol::default(), item(None));
    // A square moved by t sideways: its boundary lies t/2 from the other's on average.
    for (moved, wanted) in [(1.98, RIGHT), (2.0, OUT), (2.02, OUT)] {
        let units = one_to_one(
            &protocol,
            &item,
            annotation("r", "nodule", square(100.0, 100.0, 20.0)),
            annotation("c", "nodule", square(100.0 + moved, 100.0, 20.0)),
        );
        assert_eq!(kinds(&units), [wanted], "{moved}");
        let found = units[0].boundary_px.expect("a distance");
        assert!((found - moved / 2.0).abs() < 1e-9, "{found} for {moved}");
    }
}

#[test]
fn a_polyline_must_lie_less_than_one_pixel_off_on_average() {
    let (protocol, item) = (Protocol::default(), item(None));
    let line = |y: f64| Shape::Polyline(vec![[0.0, y], [50.0, y]]);
    for (moved, wanted) in [(0.99, RIGHT), (1.0, OUT)] {
        assert_eq!(
            verdict(&protocol, &item, line(10.0), line(10.0 + moved)),
            [wanted]
        );
    }
}

#[test]
fn a_mask_may_lie_one_pixel_off_on_average_whatever_the_spacing() {
    let protocol = Protocol::default();
    // A square of 20 pixels moved by 2: two sides lie 2 off, two on each other; 1 px on average, corners included.
    for spacing_mm in [None, Some([0.0, 0.7, 0.7]), Some([0.0, 0.3, 0.9])] {
        for (moved, wanted) in [(1, RIGHT), (2, RIGHT), (3, OUT)] {
            let units = one_to_one(
                &protocol,
                &item(spacing_mm),
                annotation("r", "nodule", Shape::Mask(square_mask(10, 10, 20))),
                annotation("c", "nodule", Shape::Mask(square_mask(10 + moved, 10, 20))),
            );
            assert_eq!(kinds(&units), [wanted], "{moved} at {spacing_mm:?}");
            let found = units[0].surface_px.expect("a distance");
            if moved == 2 {
                assert!((found - 1.0).abs() < 1e-12, "{found}");
            }
        }
    }
}

#[test]
fn a_voxel_is_the_smallest_spacing() {
    let protocol = Protocol::default();
    let thick = item(Some([2.5, 0.8, 0.8]));
    let plates = |x0, z0| {
        one_to_one(
            &protocol,
            &thick,
            annotation("r", "nodule", slab(10, 10, 0, [40, 40, 4])),
            annotation("c", "nodule", slab(x0, 10, z0, [40, 40, 4])),
        )
    };
    // A plate lifted by a slice: faces of 2048 mm² lie 2.5 mm off, sides of 1280 mm² mostly on each other. Pushed
    // aside by a voxel, no part lies more than one off.
    assert_eq!(kinds(&plates(11, 0)), [RIGHT]);
    let lifted = plates(10, 1);
    assert_eq!(kinds(&lifted), [OUT]);
    let assd_mm = lifted[0].assd.expect("a distance");
    assert!(assd_mm > 1.3 && assd_mm < 2.0, "{assd_mm}");
    let voxels = lifted[0].surface_voxels.expect("a distance");
    assert!((voxels - assd_mm / 0.8).abs() < 1e-12);
    // Exactly at the limit is within it.
    for (limit, wanted) in [(voxels, RIGHT), (voxels * 0.999_999, OUT)] {
        let mut protocol = Protocol::default();
        protocol.tolerance.volume_voxels = limit;
        assert_eq!(
            verdict(
                &protocol,
                &thick,
                slab(10, 10, 0, [40, 40, 4]),
                slab(10, 10, 1, [40, 40, 4])
            ),
            [wanted]
        );
    }
}

#[test]
fn the_furthest_keypoint_may_lie_a_tenth_of_a_millimetre_off() {
    let protocol = Protocol::default();
    let fine = item(Some([0.0, 0.1, 0.1]));
    let set = |x: f64, y: f64| points(&[("carina", 10.3, 20.7), ("angle", x, y)]);
    for (x, y, wanted) in [
        (60.3, 80.7, RIGHT),
        (61.3, 80.7, RIGHT),
        (60.3, 79.7, RIGHT),
        (60.9, 81.5, RIGHT),
        (61.32, 80.7, OUT),
    ] {
        let found = verdict(&protocol, &fine, set(60.3, 80.7), set(x, y));
        assert_eq!(found, [wanted], "({x}, {y})");
    }
}

#[test]
fn without_spacing_a_keypoint_is_neither_right_nor_wrong() {
    let protocol = Protocol::default();
    let units = |candidate| {
        one_to_one(
            &protocol,
            &item(None),
            annotation("r", "marks", points(&[("a", 1.0, 1.0), ("b", 9.0, 9.0)])),
            annotation("c", "marks", candidate),
        )
    };
    let same = units(points(&[("a", 1.0, 1.0), ("b", 9.0, 9.0)]));
    assert_eq!((same[0].error, same[0].not_applicable), (None, true));
    assert!(
        same[0]
            .detail
            .as_deref()
            .is_some_and(|text| text.contains("spacing"))
    );
    // A point that is not there is wrong at any spacing, and is no part of the distance.
    let fewer = units(points(&[("a", 1.0, 1.0)]));
    let n = |units: &[UnitScore]| {
        let of = |n: Option<u32>| n.expect("counted");
        let unit = &units[0];
        (
            of(unit.n_points),
            of(unit.n_points_missing),
            of(unit.n_points_extra),
        )
    };
    assert_eq!((kinds(&fewer), n(&fewer)), (vec![OUT], (1, 1, 0)));
    assert_eq!(fewer[0].keypoint_px, Some(0.0));
    let other = units(points(&[("a", 1.0, 1.0), ("c", 9.0, 9.0)]));
    assert_eq!((kinds(&other), n(&other)), (vec![OUT], (1, 1, 1)));
}

#[test]
fn ranks_must_be_equal_unless_the_protocol_allows_steps() {
    let mut protocol = Protocol::default();
    let score = |protocol: &Protocol, a, b| {
        kinds(&one_to_one(
            protocol,
            &item(None),
            rank("severity", a),
            rank("severity", b),
        ))
    };
    assert_eq!(score(&protocol, 2.0, 2.0), [RIGHT]);
    assert_eq!(score(&protocol, 2.0, 3.0), [OUT]);
    assert_eq!(
        score(&protocol, 3.0, 2.0),
        [OUT],
        "too low is as wrong as too high"
    );
    protocol.tolerance.ordinal_steps = 1.0;
    assert_eq!(score(&protocol, 2.0, 1.0), [RIGHT]);
    assert_eq!(score(&protocol, 2.0, 4.0), [OUT]);
}

#[test]
fn a_classification_is_right_wrong_missing_or_extra_by_question() {
    let found = |a: Vec<Annotation>, b: Vec<Annotation>| {
        kinds(
            &compare(&Protocol::default(), &item(None), a, b)
                .expect("comparable")
                .units,
        )
    };
    let (yes, no) = (|| category("q", "yes"), || category("q", "no"));
    assert_eq!(found(vec![yes()], vec![yes()]), [RIGHT]);
    assert_eq!(
        found(vec![yes()], vec![no()]),
        [Some(ErrorKind::WrongLabel)]
    );
    assert_eq!(found(vec![yes()], vec![]), [Some(ErrorKind::Missing)]);
    assert_eq!(found(vec![], vec![yes()]), [Some(ErrorKind::Extra)]);
    assert_eq!(
        found(vec![category("p", "yes")], vec![yes()]),
        [Some(ErrorKind::Missing), Some(ErrorKind::Extra)],
        "answers to different questions do not meet"
    );
    assert_eq!(
        found(vec![yes(), no()], vec![no(), yes()]),
        [RIGHT, RIGHT],
        "several answers to one question meet by label, not by position"
    );
}
