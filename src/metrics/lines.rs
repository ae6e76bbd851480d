//! Distances between polygon outlines and between open lines.

use super::error::positive;
use super::{Measured, MetricError, MetricValue, Undefined, Unit};
use crate::geometry::{GeometryError, MultiPolygon, Outline};

/// Mean symmetric distance between the outlines of two polygons; in mm on a spacing of `[y, x]`, in px without.
///
/// # Definition
/// (∫ over the outline of A of the distance to that of B + ∫ over B to A) / (length of A + length of B), exact up to rounding, on
/// all rings as drawn.
/// # Input
/// Polygons in px. Holes count as outline; so does what one part hides of another.
/// # Edge cases
/// Undefined when a polygon has no points, by the side that has none.
/// # Properties
/// At least 0; symmetric; 0 for equal outlines; never above [`outline_hausdorff`]; independent of how densely corners are set.
/// # Errors
/// A coordinate that is not finite; a spacing that is not positive.
/// # Example
/// ```
/// use concord::geometry::{MultiPolygon, Rect};
/// use concord::metrics::mean_boundary_distance;
/// let square = MultiPolygon::from(&Rect::from_corners([0.0, 0.0], [4.0, 4.0]));
/// let same = mean_boundary_distance(&square, &square, None)?;
/// assert_eq!(same.value.value(), Some(0.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Heimann et al. 2009, doi:10.1109/TMI.2009.2013851 (there on voxels).
/// # Checked against
/// shapely 2.2.0 by dense sampling, `tests/oracles/overlap/polygons.json`.
pub fn mean_boundary_distance(
    a: &MultiPolygon,
    b: &MultiPolygon,
    spacing_mm: Option<[f64; 2]>,
) -> Result<Measured, MetricError> {
    let (outlines, unit) = outlines(a, b, spacing_mm)?;
    between(
        "mean_boundary_distance",
        outlines,
        unit,
        Outline::mean_symmetric_distance_px,
    )
}

/// Greatest distance between the outlines of two polygons; in mm on a spacing of `[y, x]`, in px without.
///
/// # Definition
/// The Hausdorff distance of the outlines: the greatest distance from any point of one outline, corner or not, to the nearest point of
/// the other, over both outlines. Exact up to rounding: along an edge the distance is greatest at its ends or where the nearest piece
/// of the other outline changes, and all those places are found.
/// # Input
/// Polygons in px; all rings as drawn.
/// # Edge cases
/// Undefined when a polygon has no points, by the side that has none.
/// # Properties
/// At least 0; symmetric; 0 for equal outlines; independent of how densely corners are set.
/// # Errors
/// A coordinate that is not finite; a spacing that is not positive.
/// # Example
/// ```
/// use concord::geometry::{MultiPolygon, Rect};
/// use concord::metrics::outline_hausdorff;
/// let inner = MultiPolygon::from(&Rect::from_corners([3.0, 4.0], [9.0, 9.0]));
/// let outer = MultiPolygon::from(&Rect::from_corners([0.0, 0.0], [9.0, 9.0]));
/// // From the outer corner to the inner one.
/// assert_eq!(outline_hausdorff(&inner, &outer, None)?.value.value(), Some(5.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Hausdorff 1914, Grundzüge der Mengenlehre; Huttenlocher et al. 1993, doi:10.1109/34.232073.
/// # Checked against
/// shapely 2.2.0, which looks from corners only, and from densely set points, `tests/oracles/vectors/polygons.json`.
pub fn outline_hausdorff(
    a: &MultiPolygon,
    b: &MultiPolygon,
    spacing_mm: Option<[f64; 2]>,
) -> Result<Measured, MetricError> {
    let (outlines, unit) = outlines(a, b, spacing_mm)?;
    between("outline_hausdorff", outlines, unit, Outline::hausdorff_px)
}

/// Mean symmetric distance between two open lines; in mm on a spacing of `[y, x]`, in px without.
///
/// # Definition
/// (∫ along A of the distance to B + ∫ along B to A) / (length of A + length of B), exact up to rounding.
/// # Input
/// Points `[x, y]` in px, in the order drawn.
/// # Edge cases
/// A line without length counts by its distance: two of them have the mean of both, and beside a line with length it weighs nothing.
/// Undefined when a line has no points, by the side that has none.
/// # Properties
/// At least 0; symmetric; 0 for equal lines. Independent of the direction of drawing, and of how densely points are set.
/// # Errors
/// A coordinate that is not finite; a spacing that is not positive.
/// # Example
/// ```
/// use concord::metrics::mean_line_distance;
/// let a = [[0.0, 0.0], [4.0, 0.0]];
/// let b = [[4.0, 3.0], [2.0, 3.0], [0.0, 3.0]];
/// assert_eq!(mean_line_distance(&a, &b, None)?.value.value(), Some(3.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Heimann et al. 2009, doi:10.1109/TMI.2009.2013851 (there on voxels).
/// # Checked against
/// shapely 2.2.0 by adaptive integration, `tests/oracles/vectors/lines.json`.
pub fn mean_line_distance(
    a: &[[f64; 2]],
    b: &[[f64; 2]],
    spacing_mm: Option<[f64; 2]>,
) -> Result<Measured, MetricError> {
    let (scale, unit) = scale_xy(spacing_mm)?;
    check(a)?;
    check(b)?;
    let outlines = [a, b].map(|line| Outline::of_line(&scaled(line, scale)));
    between(
        "mean_line_distance",
        outlines,
        unit,
        Outline::mean_symmetric_distance_px,
    )
}

/// Discrete Fréchet distance between two open lines; in mm on a spacing of `[y, x]`, in px without.
///
/// # Definition
/// The least, over all ways to walk both lists of points forward in turn or together, of the greatest distance on the walk. Takes
/// steps of the product of the two numbers of points, and memory of the smaller one.
/// # Input
/// Points `[x, y]` in px, in the order drawn.
/// # Edge cases
/// Undefined when a line has no points, by the side that has none.
/// # Properties
/// At least 0; symmetric. It depends on the direction of drawing (see [`undirected_frechet`]) and on where the points are set.
/// # Errors
/// A coordinate that is not finite; a spacing that is not positive.
/// # Example
/// ```
/// use concord::metrics::frechet;
/// let a = [[0.0, 0.0], [4.0, 0.0]];
/// let b = [[0.0, 3.0], [4.0, 1.0]];
/// assert_eq!(frechet(&a, &b, None)?.value.value(), Some(3.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Eiter & Mannila 1994, Computing discrete Fréchet distance, TU Wien CD-TR 94/64.
/// # Checked against
/// The programme over all pairs of points in Python, and shapely 2.2.0 (GEOS 3.14), which gives a greater distance for 5 of 600 pairs of
/// lines, `tests/oracles/vectors/lines.json`.
pub fn frechet(
    a: &[[f64; 2]],
    b: &[[f64; 2]],
    spacing_mm: Option<[f64; 2]>,
) -> Result<Measured, MetricError> {
    let (scale, unit) = scale_xy(spacing_mm)?;
    check(a)?;
    check(b)?;
    let value = match empty(a.is_empty(), b.is_empty()) {
        Some(reason) => reason.into(),
        None => {
            let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
            let found = walk(&scaled(long, scale), &scaled(short, scale));
            MetricValue::defined("frechet", found)?
        }
    };
    Ok(Measured { value, unit })
}

/// [`frechet`] in the better of the two directions of drawing.
///
/// # Definition
/// The smaller of the distances of `a` to `b` and of `a` to `b` read backwards.
/// # Input
/// As for [`frechet`], where nothing says which end comes first.
/// # Edge cases
/// As for [`frechet`].
/// # Properties
/// Symmetric; never above [`frechet`]; independent of the direction of drawing.
/// # Errors
/// As for [`frechet`].
/// # Example
/// ```
/// use concord::metrics::undirected_frechet;
/// let a = [[0.0, 0.0], [4.0, 0.0]];
/// let back = [[4.0, 1.0], [0.0, 1.0]];
/// assert_eq!(undirected_frechet(&a, &back, None)?.value.value(), Some(1.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Eiter & Mannila 1994, TU Wien CD-TR 94/64.
/// # Checked against
/// As for [`frechet`], `tests/oracles/vectors/lines.json`.
pub fn undirected_frechet(
    a: &[[f64; 2]],
    b: &[[f64; 2]],
    spacing_mm: Option<[f64; 2]>,
) -> Result<Measured, MetricError> {
    let reversed: Vec<_> = b.iter().rev().copied().collect();
    let (forward, back) = (
        frechet(a, b, spacing_mm)?,
        frechet(a, &reversed, spacing_mm)?,
    );
    Ok(match (forward.value.value(), back.value.value()) {
        (Some(one), Some(other)) if other < one => back,
        _ => forward,
    })
}

/// Dynamic programme over pairs of points, one row at a time, on squared distances.
fn walk(a: &[[f64; 2]], b: &[[f64; 2]]) -> f64 {
    let mut row: Vec<f64> = Vec::with_capacity(b.len());
    for (i, p) in a.iter().enumerate() {
        let mut corner = f64::INFINITY;
        for (j, q) in b.iter().enumerate() {
            let (dx, dy) = (p[0] - q[0], p[1] - q[1]);
            let square = dx * dx + dy * dy;
            let above = if i > 0 { row[j] } else { f64::INFINITY };
            let left = if j > 0 { row[j - 1] } else { f64::INFINITY };
            let start = i == 0 && j == 0;
            let reached = if start {
                square
            } else {
                square.max(above.min(left).min(corner))
            };
            corner = above;
            match row.get_mut(j) {
                Some(place) => *place = reached,
                None => row.push(reached),
            }
        }
    }
    row.last().copied().unwrap_or(0.0).sqrt()
}

type Outlines = [Option<Outline>; 2];

fn outlines(
    a: &MultiPolygon,
    b: &MultiPolygon,
    spacing_mm: Option<[f64; 2]>,
) -> Result<(Outlines, Unit), MetricError> {
    let (scale, unit) = scale_xy(spacing_mm)?;
    check(a.rings().flatten())?;
    check(b.rings().flatten())?;
    let outlines = [a, b].map(|polygon| Outline::of_polygon(&polygon.scaled(scale)));
    Ok((outlines, unit))
}

fn between(
    metric: &'static str,
    [a, b]: Outlines,
    unit: Unit,
    distance: impl Fn(&Outline, &Outline) -> f64,
) -> Result<Measured, MetricError> {
    let value = match (&a, &b) {
        (Some(a), Some(b)) => MetricValue::defined(metric, distance(a, b))?,
        (a, b) => empty(a.is_none(), b.is_none())
            .unwrap_or(Undefined::BothEmpty)
            .into(),
    };
    Ok(Measured { value, unit })
}

fn empty(reference: bool, candidate: bool) -> Option<Undefined> {
    match (reference, candidate) {
        (true, true) => Some(Undefined::BothEmpty),
        (true, false) => Some(Undefined::ReferenceEmpty),
        (false, true) => Some(Undefined::CandidateEmpty),
        (false, false) => None,
    }
}

/// Factors for `[x, y]` from a spacing of `[y, x]`, and the unit that they lead to.
pub(super) fn scale_xy(spacing_mm: Option<[f64; 2]>) -> Result<([f64; 2], Unit), MetricError> {
    let Some([y, x]) = spacing_mm else {
        return Ok(([1.0; 2], Unit::Px));
    };
    let scale = [
        positive("spacing along x", x)?,
        positive("spacing along y", y)?,
    ];
    Ok((scale, Unit::Mm))
}

pub(super) fn scaled(points: &[[f64; 2]], scale: [f64; 2]) -> Vec<[f64; 2]> {
    let scaled = points.iter().map(|[x, y]| [x * scale[0], y * scale[1]]);
    scaled.collect()
}

pub(super) fn check<'a>(points: impl IntoIterator<Item = &'a [f64; 2]>) -> Result<(), MetricError> {
    let mut values = points.into_iter().flatten();
    match values.find(|value| !value.is_finite()) {
        Some(&found) => Err(MetricError::Geometry(GeometryError::NotFinite {
            what: "a coordinate",
            found,
        })),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_in_mm_use_the_spacing_of_each_axis() {
        let a = [[0.0, 0.0], [4.0, 0.0]];
        let b = [[0.0, 3.0], [4.0, 3.0]];
        let px = mean_line_distance(&a, &b, None).unwrap();
        let mm = mean_line_distance(&a, &b, Some([0.5, 7.0])).unwrap();
        assert_eq!((px.value.value(), px.unit), (Some(3.0), Unit::Px));
        assert_eq!((mm.value.value(), mm.unit), (Some(1.5), Unit::Mm));
    }

    #[test]
    fn a_detour_counts_for_frechet_and_direction_matters() {
        let straight = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]];
        let detour = [[0.0, 0.0], [1.0, 5.0], [2.0, 0.0]];
        let value = |found: Measured| found.value.value().unwrap();
        assert_eq!(value(frechet(&straight, &detour, None).unwrap()), 5.0);
        let back = [[2.0, 0.0], [1.0, 0.0], [0.0, 0.0]];
        assert_eq!(value(frechet(&straight, &back, None).unwrap()), 2.0);
        assert_eq!(
            value(undirected_frechet(&straight, &back, None).unwrap()),
            0.0
        );
    }

    #[test]
    fn lines_without_points_are_undefined_by_side() {
        let line = [[0.0, 0.0]];
        let reason = |a: &[[f64; 2]], b: &[[f64; 2]]| {
            let both = [frechet(a, b, None), mean_line_distance(a, b, None)];
            both.map(|found| found.unwrap().value.undefined())
        };
        assert_eq!(reason(&[], &[]), [Some(Undefined::BothEmpty); 2]);
        assert_eq!(reason(&[], &line), [Some(Undefined::ReferenceEmpty); 2]);
        assert_eq!(reason(&line, &[]), [Some(Undefined::CandidateEmpty); 2]);
        assert_eq!(reason(&line, &line), [None; 2]);
    }

    #[test]
    fn coordinates_must_be_numbers_and_spacings_positive() {
        let broken = [[f64::NAN, 0.0]];
        assert!(frechet(&broken, &[[0.0, 0.0]], None).is_err());
        assert!(mean_line_distance(&[[0.0, 0.0]], &broken, None).is_err());
        assert!(frechet(&[[0.0, 0.0]], &[[0.0, 0.0]], Some([0.0, 1.0])).is_err());
    }
}
