//! Shapes and annotations from numbers that several formats write alike.

use super::structure;
use crate::domain::{Annotation, Keypoint, Shape, Visibility};
use crate::geometry::{Mask, MultiPolygon, Polygon, Rect, RotatedRect};
use std::collections::BTreeMap;

/// A shape, and why it is invalid where its numbers alone tell.
pub(super) type Drawn = (Shape, Option<String>);

/// A box from its corner and sides; sides that are not positive are kept and named.
pub(super) fn boxed(x: f64, y: f64, width: f64, height: f64) -> Drawn {
    let fault = (width <= 0.0 || height <= 0.0).then(|| structure::no_extent("box", width, height));
    let rect = Rect::from_corners([x, y], [x + width, y + height]);
    (Shape::Box(rect), fault)
}

/// A box or ellipse whose numbers have not grown beyond what can be held.
pub(super) fn finite((shape, fault): Drawn) -> Result<Drawn, String> {
    let is_finite = match &shape {
        Shape::Box(rect) => rect.is_finite(),
        Shape::Ellipse(ellipse) => ellipse.is_finite(),
        _ => true,
    };
    if is_finite {
        Ok((shape, fault))
    } else {
        Err("reaches beyond what numbers can hold".to_owned())
    }
}

/// A polygon of one ring.
pub(super) fn outline(ring: Vec<[f64; 2]>) -> Result<Drawn, String> {
    let n = ring.len();
    let polygon = MultiPolygon::from_ring(ring).map_err(|_| too_few(n))?;
    Ok((Shape::Polygon(polygon), None))
}

/// Rings beyond this are not sorted into parts; the area is the same, only which ring is a hole is not told.
const MAX_SORTED_RINGS: usize = 200;

/// A polygon of several rings that is inside where an odd number of them lie around a point: parts, holes, islands in holes.
pub(super) fn even_odd(rings: Vec<Vec<[f64; 2]>>) -> Result<Drawn, String> {
    let mut simple = Vec::with_capacity(rings.len());
    for ring in rings {
        let n = ring.len();
        simple.push(Polygon::new(ring, Vec::new()).map_err(|_| too_few(n))?);
    }
    let Some(parts) = sorted(&simple) else {
        let mut rings = simple.into_iter().map(|ring| ring.exterior);
        let first = rings.next().ok_or_else(|| too_few(0))?;
        let whole = Polygon::new(first, rings.collect()).map_err(|error| error.to_string())?;
        return Ok((Shape::Polygon(whole.into()), None));
    };
    Ok((Shape::Polygon(MultiPolygon::new(parts)), None))
}

/// Rings as parts with holes; `None` where rings cross or there are too many.
pub(super) fn sorted(rings: &[Polygon]) -> Option<Vec<Polygon>> {
    if rings.is_empty() || rings.len() > MAX_SORTED_RINGS {
        return None;
    }
    let whole: Vec<MultiPolygon> = rings.iter().cloned().map(MultiPolygon::from).collect();
    let areas: Vec<f64> = whole.iter().map(MultiPolygon::area_px2).collect();
    let mut around: Vec<Vec<usize>> = vec![Vec::new(); rings.len()];
    for inner in 0..rings.len() {
        for outer in (0..rings.len()).filter(|&outer| outer != inner) {
            let shared = whole[inner].intersection_area_px2(&whole[outer]);
            let slack = 1e-9 * areas[inner].min(areas[outer]);
            let is_inside = areas[inner] < areas[outer] && shared >= areas[inner] - slack;
            let holds_other = areas[outer] < areas[inner] && shared >= areas[outer] - slack;
            if is_inside {
                around[inner].push(outer);
            } else if !holds_other && shared > slack {
                return None;
            }
        }
    }
    let mut parts = Vec::new();
    for (at, ring) in rings.iter().enumerate() {
        if around[at].len().is_multiple_of(2) {
            let is_hole = |other: usize| {
                around[other].len() == around[at].len() + 1 && around[other].contains(&at)
            };
            let holes = (0..rings.len())
                .filter(|&other| is_hole(other))
                .map(|other| rings[other].exterior.clone())
                .collect();
            parts.push(Polygon::new(ring.exterior.clone(), holes).ok()?);
        }
    }
    Some(parts)
}

/// What to say of a ring that spans no area.
pub(super) fn too_few(n: usize) -> String {
    format!("polygon has {n} points; at least 3 different ones are needed")
}

/// Runs that the outlines of one file may be filled with; more is no annotation but an attack on memory.
pub(super) const MAX_FILLED_RUNS: u64 = 20_000_000;

/// The pixels whose centre an outline holds. `n_left` is how many runs the file may still be filled with.
pub(super) fn filled(
    polygon: &MultiPolygon,
    (width_px, height_px): (u32, u32),
    n_left: &mut u64,
) -> Result<Mask, String> {
    let row = |y: f64| y.clamp(0.0, f64::from(height_px));
    let n_runs: f64 = polygon
        .rings()
        .flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)))
        .map(|(p, q)| (row(p[1]) - row(q[1])).abs() + 1.0)
        .sum();
    // Asked before any is made. An edge crosses a row once, and two crossings make a run.
    *n_left = n_left
        .checked_sub((n_runs / 2.0).ceil() as u64)
        .ok_or_else(|| {
            format!("the outlines of this file fill more than {MAX_FILLED_RUNS} runs of pixels")
        })?;
    Mask::from_polygon(width_px, height_px, polygon).map_err(|error| error.to_string())
}

/// How far a corner may lie from a rectangle's, in px or as a share of the longer side: exports round.
const CORNER_SLACK: [f64; 2] = [0.05, 5e-4];

/// A box turned as its four corners say, in order around it. Corners that make no rectangle are kept as an outline, and named.
pub(super) fn turned(corners: [[f64; 2]; 4]) -> Result<Drawn, String> {
    let [a, b, c, d] = corners;
    let mean = |of: fn(&[f64; 2]) -> f64| corners.iter().map(of).sum::<f64>() / 4.0;
    let (cx, cy) = (mean(|p| p[0]), mean(|p| p[1]));
    let half = |p: [f64; 2], q: [f64; 2], r: [f64; 2], s: [f64; 2]| {
        [0, 1].map(|axis| (q[axis] - p[axis] + r[axis] - s[axis]) / 2.0)
    };
    let (across, down) = (half(a, b, c, d), half(b, c, d, a));
    let (width, height) = (across[0].hypot(across[1]), down[0].hypot(down[1]));
    let slack = CORNER_SLACK[0].max(CORNER_SLACK[1] * width.max(height));
    let sign = (across[0] * down[1] - across[1] * down[0]).signum();
    let is_rectangle = width > 0.0 && {
        // Turned by a quarter, the side across points along the side down.
        let upright = [-across[1], across[0]].map(|part| sign * part / width * height);
        corners
            .iter()
            .zip([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
            .all(|(corner, [u, v])| {
                let x = cx + (u * across[0] + v * upright[0]) / 2.0;
                let y = cy + (u * across[1] + v * upright[1]) / 2.0;
                (corner[0] - x).hypot(corner[1] - y) <= slack
            })
    };
    if is_rectangle {
        let rect = RotatedRect {
            cx,
            cy,
            width,
            height,
            angle_deg: across[1].atan2(across[0]).to_degrees(),
        };
        return Ok((Shape::RotatedBox(rect), None));
    }
    let (shape, _) = outline(corners.to_vec())?;
    Ok((shape, Some("corners make no rectangle".to_owned())))
}

/// An open line; a single point is none.
pub(super) fn line(points: Vec<[f64; 2]>) -> Result<Drawn, String> {
    if points.len() < 2 {
        return Err(format!(
            "line has {} points; at least 2 are needed",
            points.len()
        ));
    }
    Ok((Shape::Polyline(points), None))
}

/// One point, named like its label.
pub(super) fn dot(name: &str, [x_px, y_px]: [f64; 2]) -> Drawn {
    let point = Keypoint {
        name: name.to_owned(),
        x_px,
        y_px,
        z_mm: None,
        visibility: Visibility::Visible,
    };
    (Shape::Keypoints(vec![point]), None)
}

/// An annotation without attributes; structural faults are looked for here.
pub(super) fn annotation(
    source_id: String,
    label: &str,
    (shape, fault): Drawn,
    size_px: Option<(u32, u32)>,
) -> Annotation {
    Annotation {
        source_id,
        label: label.to_owned(),
        invalid: fault.or_else(|| structure::invalid(&shape, size_px)),
        shape,
        attributes: BTreeMap::new(),
        confidence: None,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(low: f64, high: f64) -> Vec<[f64; 2]> {
        vec![[low, low], [high, low], [high, high], [low, high]]
    }

    #[test]
    fn rings_become_parts_holes_and_islands() {
        let beside = vec![[20.0, 0.0], [22.0, 0.0], [22.0, 2.0], [20.0, 2.0]];
        let rings = vec![
            square(2.0, 8.0),
            square(0.0, 10.0),
            square(4.0, 5.0),
            beside,
        ];
        let (Shape::Polygon(polygon), None) = even_odd(rings).expect("sound rings") else {
            panic!("a polygon");
        };
        assert_eq!(polygon.area_px2(), 100.0 - 36.0 + 1.0 + 4.0);
        let n_holes: Vec<usize> = polygon.parts.iter().map(|part| part.holes.len()).collect();
        assert_eq!(n_holes, [1, 0, 0]);
    }

    #[test]
    fn four_corners_are_a_turned_box_or_said_to_be_none() {
        // 3-4-5: 10 across along (4, 3), 5 down along (-3, 4), from (10, 20).
        let corners = [[10.0, 20.0], [18.0, 26.0], [15.0, 30.0], [7.0, 24.0]];
        let (Shape::RotatedBox(rect), None) = turned(corners).expect("sound") else {
            panic!("a turned box");
        };
        assert_eq!(
            (rect.cx, rect.cy, rect.width, rect.height),
            (12.5, 25.0, 10.0, 5.0)
        );
        assert!((rect.angle_deg - 36.869_897_645_844_02).abs() < 1e-12);
        let [a, b, c, d] = corners;
        let (Shape::RotatedBox(mirrored), None) = turned([b, a, d, c]).expect("sound") else {
            panic!("a turned box");
        };
        assert_eq!((mirrored.width, mirrored.height), (10.0, 5.0));
        let (_, fault) = turned([a, b, c, [7.0, 25.0]]).expect("an outline");
        assert_eq!(fault.as_deref(), Some("corners make no rectangle"));
        assert!(turned([a, a, a, a]).is_err());
    }

    #[test]
    fn outlines_are_filled_within_a_budget() {
        let polygon = MultiPolygon::from_ring(square(1.0, 4.0)).expect("a ring");
        let mut n_left = 10;
        let mask = filled(&polygon, (5, 5), &mut n_left).expect("a small mask");
        assert_eq!((mask.area_px(), n_left), (9, 5));
        let tall = MultiPolygon::from_ring(square(0.0, 4e9)).expect("a ring");
        let refused = filled(&tall, (1, u32::MAX), &mut n_left).expect_err("a tower of rows");
        assert!(refused.contains("more than 20000000 runs"), "{refused}");
    }

    #[test]
    fn rings_that_cross_keep_their_even_odd_area() {
        let crossing = vec![[5.0, 5.0], [15.0, 5.0], [15.0, 15.0], [5.0, 15.0]];
        let (Shape::Polygon(polygon), None) =
            even_odd(vec![square(0.0, 10.0), crossing]).expect("sound rings")
        else {
            panic!("a polygon");
        };
        assert_eq!(polygon.area_px2(), 150.0);
        assert!(even_odd(vec![square(1.0, 1.0)]).is_err());
    }
}
