//! Fused boxes against complete linkage and weighted boxes fusion.

use crate::draw::Draw;

use super::close;
use crate::oracle::{count, number, oracle, rows};
use concord::consensus::fuse_boxes;
use concord::geometry::Rect;
use serde_json::Value;

fn boxes(case: &Value) -> Vec<Vec<Rect>> {
    let mut draw = Draw(case["seed"].as_u64().unwrap());
    let jitter = number(&case["jitter"]);
    let mut raters = vec![Vec::new(); count(&case["n_raters"])];
    for _ in 0..count(&case["n_findings"]) {
        let (x, y) = (draw.between(0.0, 300.0), draw.between(0.0, 300.0));
        let (w, h) = (draw.between(20.0, 60.0), draw.between(20.0, 60.0));
        for rater in &mut raters {
            if draw.share() < number(&case["missing"]) {
                continue;
            }
            let [x0, y0, x1, y1] =
                [x, y, x + w, y + h].map(|edge| edge + draw.between(-jitter, jitter));
            rater.push(Rect { x0, y0, x1, y1 });
        }
    }
    for rater in &mut raters {
        for _ in 0..count(&case["extra"]) {
            let (x0, y0) = (draw.between(0.0, 300.0), draw.between(0.0, 300.0));
            let (x1, y1) = (x0 + draw.between(10.0, 40.0), y0 + draw.between(10.0, 40.0));
            rater.push(Rect { x0, y0, x1, y1 });
        }
    }
    raters
}

fn edges(area: &Rect) -> [f64; 4] {
    [area.x0, area.y0, area.x1, area.y1]
}

#[test]
fn clusters_of_boxes_agree_with_scipy() {
    let file = oracle("consensus/boxes.json");
    let cases = rows(&file["cases"]);
    assert_eq!(cases.len(), 6);
    let mut n = 0;
    for case in cases {
        let found = fuse_boxes(&boxes(case), number(&case["min_iou"]), 1).unwrap();
        let mut clusters: Vec<_> = found
            .boxes
            .iter()
            .map(|one| (one.members.clone(), one.area))
            .collect();
        clusters.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = rows(&case["clusters"]);
        assert_eq!(clusters.len(), expected.len(), "seed {}", case["seed"]);
        let medians = rows(&case["medians"]);
        for ((members, area), (cluster, median)) in
            clusters.iter().zip(expected.iter().zip(medians))
        {
            let cluster: Vec<(usize, usize)> = rows(cluster)
                .iter()
                .map(|member| (count(&member[0]), count(&member[1])))
                .collect();
            assert_eq!(*members, cluster, "seed {}", case["seed"]);
            for (edge, expected) in edges(area).iter().zip(rows(median)) {
                close(*edge, number(expected), 1e-12, "edge");
            }
            n += 1;
        }
    }
    assert!(n > 400, "only {n} clusters compared");
}

#[test]
fn findings_that_lie_apart_are_those_of_weighted_boxes_fusion() {
    let file = oracle("consensus/boxes.json");
    let cases = rows(&file["apart"]);
    assert_eq!(cases.len(), 2);
    for case in cases {
        let read = |area: &Value| {
            let corner = |at: usize| number(&area[at]);
            let (x0, y0, x1, y1) = (corner(0), corner(1), corner(2), corner(3));
            Rect { x0, y0, x1, y1 }
        };
        let raters: Vec<Vec<Rect>> = rows(&case["raters"])
            .iter()
            .map(|boxes| rows(boxes).iter().map(read).collect())
            .collect();
        let found = fuse_boxes(&raters, 0.5, raters.len()).unwrap();
        let fused = rows(&case["fused"]);
        assert_eq!((found.accepted().count(), fused.len()), (9, 9));
        let mut largest = 0.0_f64;
        for one in &found.boxes {
            let off = |other: &Value| {
                let pairs = edges(&one.area).into_iter().zip(rows(other));
                pairs
                    .map(|(a, b)| (a - number(b)).abs())
                    .fold(0.0, f64::max)
            };
            largest = largest.max(fused.iter().map(off).fold(f64::INFINITY, f64::min));
        }
        if raters.len() == 2 {
            // The median of two is their mean; the peer works with 32 bits.
            assert!(largest < 1e-4, "{largest}");
        } else {
            // DIFFERENCE: weighted boxes fusion takes the mean of three edges, Concord the median.
            assert!(largest > 0.3 && largest < 8.0, "{largest}");
        }
    }
}
