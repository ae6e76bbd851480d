//! Polygons to pixels.

use super::mask::{RunBuilder, n_pixels};
use super::polygon::edges;
use super::{GeometryError, Mask, MultiPolygon};

impl Mask {
    /// The pixels whose centre lies inside a polygon.
    ///
    /// # Definition
    /// Even-odd over the rings of a part, union over parts. A centre exactly on an outline belongs to the shape when the shape lies
    /// to its right, or below on a level edge, so two shapes with a common border never share or lose a pixel. What lies outside
    /// the image is cut off.
    ///
    /// # Errors
    /// An unusable size or a coordinate that is not finite.
    pub fn from_polygon(
        width_px: u32,
        height_px: u32,
        polygon: &MultiPolygon,
    ) -> Result<Self, GeometryError> {
        n_pixels(width_px, height_px)?;
        let mut edges = row_edges(height_px, polygon)?;
        edges.sort_unstable_by_key(|edge| edge.first_row);
        let (mut runs, mut next) = (RunBuilder::default(), 0);
        let (mut active, mut crossings, mut spans) = (Vec::new(), Vec::new(), Vec::new());
        let mut y = 0;
        while next < edges.len() || !active.is_empty() {
            if active.is_empty() {
                y = edges.get(next).map_or(y, |edge| edge.first_row);
            }
            while let Some(edge) = edges.get(next).filter(|edge| edge.first_row <= y) {
                active.push(edge);
                next += 1;
            }
            active.retain(|edge| edge.end_row > y);
            crossings.clear();
            crossings.extend(
                active
                    .iter()
                    .map(|edge| (edge.part, edge.x_at(y, width_px))),
            );
            crossings.sort_unstable();
            spans.clear();
            // Each part crosses a row an even number of times, so pairs never straddle two parts.
            spans.extend(crossings.chunks_exact(2).map(|pair| (pair[0].1, pair[1].1)));
            spans.sort_unstable();
            for &(x0, x1) in &spans {
                if x0 < x1 {
                    runs.push(y * width_px + x0, y * width_px + x1);
                }
            }
            y += 1;
        }
        Ok(Mask::from_runs(width_px, height_px, runs.finish()))
    }
}

/// An edge and the rows whose centre line it crosses.
struct RowEdge {
    part: usize,
    first_row: u32,
    end_row: u32,
    x0: f64,
    y0: f64,
    slope: f64,
}

impl RowEdge {
    /// The first pixel of row `y` whose centre is not left of the edge.
    fn x_at(&self, y: u32, width_px: u32) -> u32 {
        let x = self.x0 + (f64::from(y) + 0.5 - self.y0) * self.slope;
        (x - 0.5).ceil().clamp(0.0, f64::from(width_px)) as u32
    }
}

fn row_edges(height_px: u32, polygon: &MultiPolygon) -> Result<Vec<RowEdge>, GeometryError> {
    let mut list = Vec::new();
    for (part, rings) in polygon.parts.iter().enumerate() {
        for [p, q] in rings.rings().flat_map(edges) {
            for value in [p[0], p[1], q[0], q[1]] {
                super::error::finite("a polygon's coordinate", value)?;
            }
            let (upper, lower) = if p[1] < q[1] { (p, q) } else { (q, p) };
            let row = |y: f64| (y - 0.5).ceil().clamp(0.0, f64::from(height_px)) as u32;
            let (first_row, end_row) = (row(upper[1]), row(lower[1]));
            if first_row < end_row {
                list.push(RowEdge {
                    part,
                    first_row,
                    end_row,
                    x0: upper[0],
                    y0: upper[1],
                    slope: (lower[0] - upper[0]) / (lower[1] - upper[1]),
                });
            }
        }
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Polygon, Rect};

    #[test]
    fn whole_pixel_rectangles_fill_exactly_their_pixels() {
        let rect = Rect::from_corners([1.0, 1.0], [3.0, 2.0]);
        let mask = Mask::from_polygon(4, 3, &MultiPolygon::from(&rect)).unwrap();
        assert_eq!(mask.bounds(), [5, 7]);
    }

    #[test]
    fn a_hole_stays_empty_and_parts_unite() {
        let ring = |x0: f64, x1: f64| Rect::from_corners([x0, x0], [x1, x1]).to_polygon().exterior;
        let frame = Polygon::new(ring(0.0, 3.0), vec![ring(1.0, 2.0)]).unwrap();
        let alone = Mask::from_polygon(4, 4, &frame.clone().into()).unwrap();
        assert_eq!(alone.area_px(), 8);
        let filled = MultiPolygon::new(vec![frame, Polygon::new(ring(1.0, 3.0), vec![]).unwrap()]);
        assert_eq!(Mask::from_polygon(4, 4, &filled).unwrap().area_px(), 9);
    }

    #[test]
    fn shapes_with_a_common_border_through_centres_share_no_pixel() {
        let halves = [
            vec![[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]],
            vec![[6.0, 6.0], [6.0, 0.0], [0.0, 6.0]],
        ];
        let [a, b] = halves
            .map(|ring| Mask::from_polygon(6, 6, &MultiPolygon::from_ring(ring).unwrap()).unwrap());
        assert_eq!(a.intersection_px(&b), Ok(0));
        assert_eq!(a.area_px() + b.area_px(), 36);
    }

    #[test]
    fn what_lies_outside_the_image_is_cut_off() {
        let huge = Rect::from_corners([-1e12, -1e12], [1e12, 1e12]);
        let mask = Mask::from_polygon(4, 3, &MultiPolygon::from(&huge)).unwrap();
        assert_eq!(mask.bounds(), [0, 12]);
        let apart = Rect::from_corners([10.0, 0.0], [12.0, 3.0]);
        let mask = Mask::from_polygon(4, 3, &MultiPolygon::from(&apart)).unwrap();
        assert!(mask.is_empty());
    }
}
