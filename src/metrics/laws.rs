//! Laws that every metric in the registry keeps. A metric without a way to evaluate it here fails the suite.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::geometry::{Mask, MultiPolygon, Rect, SliceAxis, Volume};

const SIDE: u32 = 24;
const WINDOW: usize = 6;

/// One annotator's work in every technique. A scene with nothing in it is empty in all of them.
#[derive(Clone, Debug, Default)]
struct Scene {
    pixels: Vec<bool>,
    rings: Vec<Vec<[f64; 2]>>,
    line: Vec<[f64; 2]>,
    corners: [[f64; 2]; 2],
    points: Vec<[f64; 2]>,
    rank: Option<f64>,
    moved_by: u32,
}

/// How a scene is looked at: spacing `[z, y, x]` in mm, and the tolerance in px or mm.
#[derive(Clone, Copy)]
struct View {
    spacing_mm: Option<[f64; 3]>,
    tolerance: f64,
}

const IN_PX: View = View {
    spacing_mm: None,
    tolerance: 1.5,
};

impl View {
    fn plane(&self) -> Option<[f64; 2]> {
        self.spacing_mm.map(|[_, y, x]| [y, x])
    }

    fn length(&self) -> Unit {
        if self.spacing_mm.is_some() {
            Unit::Mm
        } else {
            Unit::Px
        }
    }
}

impl Scene {
    /// Slice `z` of two.
    fn slice(&self, z: usize) -> Mask {
        let mut raster = vec![0_u8; (SIDE * SIDE) as usize];
        let set = (0..WINDOW * WINDOW)
            .filter(|at| self.pixels.get(z * WINDOW * WINDOW + at) == Some(&true));
        for at in set {
            let (x, y) = (at % WINDOW + 4, at / WINDOW + 4);
            raster[(y + self.moved_by as usize) * SIDE as usize + x + self.moved_by as usize] = 1;
        }
        Mask::from_raster(SIDE, SIDE, &raster).unwrap()
    }

    fn volume(&self) -> Volume {
        let slices = (0..2).map(|z| (z as i64 + 7, self.slice(z))).collect();
        Volume::new(SIDE, SIDE, SliceAxis::Index, slices).unwrap()
    }

    fn at(&self, points: &[[f64; 2]]) -> Vec<[f64; 2]> {
        let by = f64::from(self.moved_by);
        points.iter().map(|[x, y]| [x + by, y + by]).collect()
    }

    fn polygon(&self) -> MultiPolygon {
        let parts = self
            .rings
            .iter()
            .map(|ring| MultiPolygon::from_ring(self.at(ring)).unwrap());
        MultiPolygon::new(parts.flat_map(|shape| shape.parts).collect())
    }

    fn rect(&self) -> Rect {
        let corners = self.at(&self.corners);
        Rect::from_corners(corners[0], corners[1])
    }

    /// Label 1 on the points that stand for set pixels, 0 elsewhere; every cloud has as many points.
    fn labels(&self) -> Vec<u32> {
        let is_set = |at| u32::from(self.pixels.get(at) == Some(&true));
        (0..2 * WINDOW * WINDOW).map(is_set).collect()
    }

    /// Runs of set pixels, with labels in turn.
    fn spans(&self) -> Vec<LabelledSpan> {
        let labels = self.labels();
        let mut found: Vec<LabelledSpan> = Vec::new();
        for at in (0..labels.len()).filter(|at| labels[*at] == 1) {
            let at = at as u64 + u64::from(self.moved_by);
            match found.last_mut().filter(|last| last.end == at) {
                Some(last) => last.end += 1,
                None => found.push(LabelledSpan {
                    start: at,
                    end: at + 1,
                    label: ["x", "y"][found.len() % 2].to_owned(),
                }),
            }
        }
        found
    }

    /// Two frames in which each point is a track with a wide box, followed by the other scene's track of the same number.
    fn tracks_with(&self, other: &Self) -> TrackCounts {
        let boxes = |scene: &Self| -> Vec<Rect> {
            let corner = scene.at(&scene.points).into_iter();
            let wide = |[x, y]: [f64; 2]| Rect::from_corners([x, y], [x + 40.0, y + 40.0]);
            corner.map(wide).collect()
        };
        let (ours, theirs) = (boxes(self), boxes(other));
        let frame = TrackFrame {
            reference: (0..ours.len()).collect(),
            candidate: (0..theirs.len()).collect(),
            similar: Vec::new(),
        };
        let alike = |(i, (a, b)): (usize, (&Rect, &Rect))| {
            let overlap = Overlap::of_rects(a, b).unwrap();
            (i, i, iou(&overlap).value().unwrap())
        };
        let pairs: Vec<_> = ours.iter().zip(&theirs).enumerate().map(alike).collect();
        let n_identity = 2 * pairs.len() as u64;
        let frames = [frame.clone(), frame];
        TrackCounts::of(&frames, &[pairs.clone(), pairs], n_identity).unwrap()
    }

    fn named_points(&self) -> Vec<NamedPoint> {
        let named = |(index, [x, y]): (usize, [f64; 2])| NamedPoint {
            name: format!("p{index}"),
            x,
            y,
            z_mm: None,
            visible: None,
        };
        self.at(&self.points)
            .into_iter()
            .enumerate()
            .map(named)
            .collect()
    }
}

/// Every way in which a metric is offered, with the unit of its value; `None` when the registry's key is not known here.
fn evaluate(key: &str, a: &Scene, b: &Scene, view: View) -> Option<Vec<Measured>> {
    let (mask_a, mask_b) = (a.slice(0), b.slice(0));
    let (volume_a, volume_b) = (a.volume(), b.volume());
    let (polygon_a, polygon_b) = (a.polygon(), b.polygon());
    let ratio = |value| Measured {
        value,
        unit: Unit::Ratio,
    };
    let overlaps = || {
        let masks = Overlap::of_masks(&mask_a, &mask_b).unwrap();
        let volumes = Overlap::of_volumes(&volume_a, &volume_b).unwrap();
        let polygons = Overlap::of_polygons(&polygon_a, &polygon_b).unwrap();
        [masks, volumes, polygons]
    };
    let size = |metric: fn(&Overlap) -> MetricValue| {
        let voxels = Overlap::of_volumes(&volume_a, &volume_b).unwrap();
        let (sizes, unit) = match view.spacing_mm {
            Some([z, y, x]) => (voxels.scaled(z * y * x).unwrap(), Unit::Mm3),
            None => (voxels, Unit::Voxel),
        };
        Measured {
            value: metric(&sizes),
            unit,
        }
    };
    let surfaces = || {
        let flat = Surfaces::of_masks(&mask_a, &mask_b, view.plane()).unwrap();
        let deep = Surfaces::of_volumes(&volume_a, &volume_b, view.spacing_mm).unwrap();
        [flat, deep]
    };
    let distances = |read: fn(&Surfaces) -> MetricValue| {
        let read = |s: &Surfaces| Measured {
            value: read(s),
            unit: s.unit(),
        };
        surfaces().iter().map(read).collect()
    };
    let spans = || compare_spans(&a.spans(), &b.spans()).unwrap();
    let tracks = || a.tracks_with(b);
    let points = || compare_points(&a.named_points(), &b.named_points(), view.plane()).unwrap();
    Some(match key {
        "dice" => overlaps().iter().map(dice).map(ratio).collect(),
        "iou" => overlaps().iter().map(iou).map(ratio).collect(),
        "boundary_iou" => {
            let deep =
                boundary_iou_of_volumes(&volume_a, &volume_b, [1, 1, 2], view.spacing_mm).unwrap();
            vec![
                ratio(boundary_iou(&mask_a, &mask_b, 2).unwrap()),
                ratio(deep),
            ]
        }
        "hd" => distances(hd),
        "hd95" => distances(hd95),
        "assd" => distances(assd),
        "masd" => distances(masd),
        "nsd" => surfaces()
            .iter()
            .map(|s| ratio(nsd(s, view.tolerance).unwrap()))
            .collect(),
        "centroid_distance" => vec![
            centroid_distance(&mask_a, &mask_b, view.plane()).unwrap(),
            centroid_distance_of_volumes(&volume_a, &volume_b, view.spacing_mm).unwrap(),
        ],
        "volume_difference" => vec![size(volume_difference)],
        "absolute_volume_difference" => vec![size(absolute_volume_difference)],
        "absolute_relative_volume_difference" => overlaps()
            .iter()
            .map(absolute_relative_volume_difference)
            .map(ratio)
            .collect(),
        "volume_similarity" => overlaps()
            .iter()
            .map(volume_similarity)
            .map(ratio)
            .collect(),
        "relative_volume_difference" => overlaps()
            .iter()
            .map(relative_volume_difference)
            .map(ratio)
            .collect(),
        "box_edge_deviation" => {
            let largest = box_edge_deviation(&a.rect(), &b.rect())
                .unwrap()
                .largest_px();
            vec![Measured {
                value: MetricValue::Defined(largest),
                unit: Unit::Px,
            }]
        }
        "mean_boundary_distance" => {
            vec![mean_boundary_distance(&polygon_a, &polygon_b, view.plane()).unwrap()]
        }
        "outline_hausdorff" => {
            vec![outline_hausdorff(&polygon_a, &polygon_b, view.plane()).unwrap()]
        }
        "length_difference" => {
            let length = |scene: &Scene| line_length(&scene.at(&scene.line), view.plane()).unwrap();
            vec![length_difference(length(a), length(b)).unwrap()]
        }
        "angle_difference" => {
            // Between the x axis and a line that is never without length, but in an empty scene.
            let angle = |scene: &Scene| {
                let [vertex, [x, y]] = scene.corners;
                let arm = if scene.line.is_empty() {
                    vertex
                } else {
                    [x + 20.0, y]
                };
                angle_at(arm, vertex, [vertex[0] + 1.0, vertex[1]], view.plane()).unwrap()
            };
            vec![angle_difference(angle(a), angle(b), Turn::Full).unwrap()]
        }
        "rank_difference" => vec![rank_difference(a.rank, b.rank).unwrap()],
        "point_distance" => vec![Measured {
            value: points().summary(view.length()).mean,
            unit: view.length(),
        }],
        "pck" => vec![ratio(points().pck(view.length(), view.tolerance).unwrap())],
        "oks" => {
            let sigmas: BTreeMap<_, _> = (0..9).map(|index| (format!("p{index}"), 0.05)).collect();
            vec![ratio(points().oks(&sigmas, 400.0).unwrap())]
        }
        "coco_oks" => {
            let sigmas: BTreeMap<_, _> = (0..9).map(|index| (format!("p{index}"), 0.05)).collect();
            let (a, b) = (a.named_points(), b.named_points());
            vec![ratio(coco_oks(&a, &b, &sigmas, 400.0, None).unwrap())]
        }
        "cloud_mean_iou" => {
            let found = compare_clouds(&a.labels(), &b.labels()).unwrap();
            vec![ratio(found.mean_iou(&[1]).value)]
        }
        "span_f1_exact" => vec![ratio(spans().micro(SpanMatch::Exact).f1())],
        "span_f1_overlap" => vec![ratio(spans().micro(SpanMatch::Overlap).f1())],
        "span_f1_characters" => vec![ratio(spans().micro(SpanMatch::Characters).f1())],
        "mota" => vec![ratio(tracks().mota())],
        "motp" => vec![ratio(tracks().motp())],
        "idf1" => vec![ratio(tracks().idf1())],
        "frechet" => vec![frechet(&a.at(&a.line), &b.at(&b.line), view.plane()).unwrap()],
        "mean_line_distance" => {
            vec![mean_line_distance(&a.at(&a.line), &b.at(&b.line), view.plane()).unwrap()]
        }
        _ => return None,
    })
}

fn scene() -> impl Strategy<Value = Scene> {
    let n = WINDOW * WINDOW * 2;
    let pixels = proptest::collection::vec(proptest::bool::weighted(0.4), n);
    let place = || [4.0..16.0, 4.0..16.0];
    let ring = proptest::collection::vec(place(), 0..6).prop_map(|mut ring| {
        ring.extend([[4.5, 5.0], [9.0, 6.5], [7.0, 11.0]]);
        ring
    });
    let rings = proptest::collection::vec(ring, 1..3);
    let line = proptest::collection::vec(place(), 1..7);
    let points = proptest::collection::vec(place(), 1..6);
    let rank = proptest::num::i8::ANY;
    (pixels, rings, line, [place(), place()], points, rank).prop_map(
        move |(mut pixels, rings, line, corners, points, rank)| {
            // Neither slice is empty; empty scenes have laws of their own.
            pixels[0] = true;
            pixels[n - 1] = true;
            Scene {
                pixels,
                rings,
                line,
                corners,
                points,
                rank: Some(f64::from(rank)),
                moved_by: 0,
            }
        },
    )
}

fn all(a: &Scene, b: &Scene, view: View) -> impl Iterator<Item = (&'static MetricSpec, Measured)> {
    ALL.iter().flat_map(move |spec| {
        let values = evaluate(spec.key, a, b, view).expect("the registry test covers every key");
        values.into_iter().map(move |measured| (spec, measured))
    })
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

#[test]
fn every_metric_in_the_registry_has_laws() {
    let without: Vec<_> = ALL
        .iter()
        .filter(|spec| evaluate(spec.key, &Scene::default(), &Scene::default(), IN_PX).is_none())
        .map(|spec| spec.key)
        .collect();
    assert!(
        without.is_empty(),
        "no laws for {without:?}; teach `evaluate` to compute them"
    );
    assert!(ALL.len() >= 21);
}

proptest! {
    #[test]
    fn equal_annotations_get_the_best_value(a in scene()) {
        for (spec, found) in all(&a, &a, IN_PX) {
            let best = if spec.direction == Direction::HigherIsBetter { 1.0 } else { 0.0 };
            let value = found.value.value().unwrap();
            prop_assert!((value - best).abs() < 1e-9, "{} gives {}", spec.key, value);
        }
    }

    #[test]
    fn exchanging_the_sides_does_as_the_registry_says(a in scene(), b in scene()) {
        for ((spec, one), (_, other)) in all(&a, &b, IN_PX).zip(all(&b, &a, IN_PX)) {
            let (one, other) = (one.value.value().unwrap(), other.value.value().unwrap());
            match spec.exchange {
                Exchange::Same => prop_assert!(near(one, other), "{}: {} against {}", spec.key, one, other),
                Exchange::Sign => prop_assert_eq!(one, -other, "{}", spec.key),
                Exchange::Other => {}
            }
        }
    }

    #[test]
    fn values_keep_to_their_range_and_unit(a in scene(), b in scene()) {
        let in_mm = View { spacing_mm: Some([2.5, 0.7, 0.9]), tolerance: 1.0 };
        for view in [IN_PX, in_mm] {
            for (spec, found) in all(&a, &b, view) {
                let value = found.value.value().unwrap();
                prop_assert!(spec.range.0 <= value && value <= spec.range.1, "{} gives {}", spec.key, value);
                prop_assert!(value != 0.0 || value.is_sign_positive(), "{} gives -0", spec.key);
                let with_spacing = spec.unit_with_spacing.filter(|_| view.spacing_mm.is_some());
                prop_assert_eq!(found.unit, with_spacing.unwrap_or(spec.unit), "{}", spec.key);
            }
        }
    }

    #[test]
    fn moving_both_changes_nothing(a in scene(), b in scene(), by in 1_u32..9) {
        let moved = |scene: &Scene| Scene { moved_by: by, ..scene.clone() };
        for ((spec, one), (_, other)) in all(&a, &b, IN_PX).zip(all(&moved(&a), &moved(&b), IN_PX)) {
            let (one, other) = (one.value.value().unwrap(), other.value.value().unwrap());
            prop_assert!(near(one, other), "{}: {} against {}", spec.key, one, other);
        }
    }

    #[test]
    fn a_coarser_spacing_scales_lengths_and_leaves_ratios(a in scene(), b in scene(), factor in 0.25..4.0) {
        let fine = View { spacing_mm: Some([2.5, 0.7, 0.9]), tolerance: 1.3 };
        let coarse = View {
            spacing_mm: fine.spacing_mm.map(|spacing| spacing.map(|s| s * factor)),
            tolerance: fine.tolerance * factor,
        };
        for ((spec, one), (_, other)) in all(&a, &b, fine).zip(all(&a, &b, coarse)) {
            let power = match one.unit { Unit::Mm => 1, Unit::Mm3 => 3, _ => 0 };
            let (one, other) = (one.value.value().unwrap(), other.value.value().unwrap());
            prop_assert!(near(one * f64::powi(factor, power), other), "{}: {} against {}", spec.key, one, other);
        }
    }

    #[test]
    fn empty_sides_follow_the_registry(a in scene()) {
        let none = Scene::default();
        let cases = [
            (&none, &none, Undefined::BothEmpty),
            (&none, &a, Undefined::ReferenceEmpty),
            (&a, &none, Undefined::CandidateEmpty),
        ];
        for (reference, candidate, reason) in cases {
            for (spec, found) in all(reference, candidate, IN_PX) {
                let rule = match reason {
                    Undefined::BothEmpty => spec.empty.both,
                    Undefined::ReferenceEmpty => spec.empty.reference,
                    _ => spec.empty.candidate,
                };
                match rule {
                    WhenEmpty::Undefined => prop_assert_eq!(found.value, reason.into(), "{}", spec.key),
                    WhenEmpty::Value(value) => prop_assert_eq!(found.value.value(), Some(value), "{}", spec.key),
                    WhenEmpty::Formula => prop_assert!(found.value.value().is_some(), "{}", spec.key),
                }
            }
        }
    }
}
