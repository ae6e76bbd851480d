//! Similarity and share within tolerance against pycocotools and numpy, on sets that both sides draw from one generator.

use super::*;
use crate::draw::Draw;
use crate::geometry::Rect;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Oracle {
    seed: u64,
    sigmas: Vec<f64>,
    cases: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    oks: f64,
    pck: Option<(f64, Option<f64>)>,
    distances: Option<[f64; 4]>,
}

struct Case {
    reference: Vec<NamedPoint>,
    candidate: Vec<NamedPoint>,
    /// The candidate as pycocotools sees it: points that were left out lie at (0, 0).
    written: Vec<NamedPoint>,
    frame: Rect,
    area_px2: f64,
    scale: f64,
}

fn case(draw: &mut Draw, index: usize) -> Case {
    let scale = draw.between(5.0, 400.0);
    let near = draw.between(0.0, 0.3);
    let (mut reference, mut candidate, mut written) = (Vec::new(), Vec::new(), Vec::new());
    for name in 0..17 {
        let point = |x: f64, y: f64, v: u8| NamedPoint {
            name: name.to_string(),
            x,
            y,
            z_mm: None,
            visible: Some(v == 2),
        };
        let (x, y) = (draw.between(0.0, scale), draw.between(0.0, scale));
        let v = if index % 10 == 9 {
            draw.share();
            0
        } else {
            (draw.share() * 3.0) as u8
        };
        let dx = draw.between(-near, near) * scale;
        let dy = draw.between(-near, near) * scale;
        let left_out = draw.share() < 0.3 && index % 3 == 2;
        if v > 0 {
            reference.push(point(x, y, v));
        }
        if left_out {
            written.push(point(0.0, 0.0, 0));
        } else {
            let placed = point(x + dx, y + dy, 1 + (draw.share() * 2.0) as u8);
            candidate.push(placed.clone());
            written.push(placed);
        }
    }
    let (x0, y0) = (draw.between(0.0, scale), draw.between(0.0, scale));
    let width = draw.between(0.0, 0.5) * scale;
    let height = draw.between(0.0, 0.5) * scale;
    let area_px2 = if index.is_multiple_of(50) {
        0.0
    } else {
        draw.between(0.1, 1.0) * scale * scale
    };
    Case {
        reference,
        candidate,
        written,
        frame: Rect {
            x0,
            y0,
            x1: x0 + width,
            y1: y0 + height,
        },
        area_px2,
        scale,
    }
}

fn oracle() -> (Oracle, BTreeMap<String, f64>, Draw) {
    let text = include_str!("../../../tests/oracles/keypoints/coco.json");
    let oracle: Oracle = serde_json::from_str(text).unwrap();
    assert_eq!(oracle.cases.len(), 600);
    let sigmas = oracle.sigmas.iter().enumerate();
    let sigmas = sigmas.map(|(name, sigma)| (name.to_string(), *sigma));
    let draw = Draw(oracle.seed);
    let sigmas = sigmas.collect();
    (oracle, sigmas, draw)
}

#[test]
fn similarity_is_that_of_pycocotools_whatever_is_labelled() {
    let (oracle, sigmas, mut draw) = oracle();
    let (mut n_unlabelled, mut n_differ) = (0, 0);
    for (index, answer) in oracle.cases.iter().enumerate() {
        let one = case(&mut draw, index);
        n_unlabelled += usize::from(one.reference.is_empty());
        let similarity = |candidate: &[NamedPoint]| {
            coco_oks(
                &one.reference,
                candidate,
                &sigmas,
                one.area_px2,
                Some(one.frame),
            )
            .unwrap()
            .value()
            .unwrap()
        };
        let found = similarity(&one.written);
        assert!(
            (found - answer.oks).abs() < 1e-13,
            "case {index}: {found} against {}",
            answer.oks
        );
        // DIFFERENCE: a point that the candidate left out stands at (0, 0) for pycocotools and is measured like any other.
        if one.candidate.len() < one.written.len() && !one.reference.is_empty() {
            let without = similarity(&one.candidate);
            assert!(without <= found + 1e-15, "case {index}");
            n_differ += usize::from(found - without > 1e-9);
        }
    }
    assert_eq!(n_unlabelled, 60);
    assert_eq!(n_differ, N_DIFFER, "the difference in points left out");
}

/// Cases in which pycocotools gives credit for points that nobody placed.
const N_DIFFER: usize = 114;

#[test]
fn share_within_tolerance_is_that_of_numpy() {
    let (oracle, _, mut draw) = oracle();
    let mut n_judged = 0;
    for (index, answer) in oracle.cases.iter().enumerate() {
        let one = case(&mut draw, index);
        let found = compare_points(&one.reference, &one.candidate, None).unwrap();
        let Some((at_px, at_side)) = answer.pck else {
            assert!(found.points.is_empty(), "case {index}");
            continue;
        };
        n_judged += 1;
        let summary = found.summary(Unit::Px);
        let ours = [summary.mean, summary.median, summary.p95, summary.max];
        for (ours, theirs) in ours.iter().zip(answer.distances.unwrap()) {
            let ours = ours.value().unwrap();
            assert!(
                (ours - theirs).abs() < 1e-12 * one.scale,
                "case {index}: {ours} against {theirs}"
            );
        }
        let pck = found.pck(Unit::Px, 0.05 * one.scale).unwrap();
        assert_eq!(pck.value(), Some(at_px), "case {index}");
        let side = reference_length(&one.reference, ReferenceLength::Box, Unit::Px, None).unwrap();
        let relative = found.pck_relative(Unit::Px, 0.1, side).unwrap();
        assert_eq!(relative.value(), at_side, "case {index}");
    }
    assert_eq!(n_judged, 540);
}
