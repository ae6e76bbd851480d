//! Shapes and grids: masks as runs, polygons, volumes as sparse slices, and the surfaces between them.
//!
//! Pixel coordinates are continuous: the first pixel covers 0 to 1 on both axes, its centre is `[0.5, 0.5]`. Points are `[x, y]`;
//! arrays and spacings are `(z, y, x)`.

#[cfg(test)]
pub(crate) mod boundary_cases;
mod cuboid;
mod distance_transform;
mod edge_boxes;
mod ellipse_overlap;
mod error;
mod grid;
mod mask;
mod morphology;
mod orientation;
mod outline;
mod outline_distance;
mod pixel_box;
mod pixel_counts;
mod planar_sweep;
mod polygon;
mod prepared_mask;
mod prepared_polygon;
mod prepared_rows;
mod prepared_strips;
mod rasterise;
mod rater_counts;
mod rings;
mod run_lengths;
mod segment_tree;
mod set_operations;
mod shapes;
mod simplicity;
mod slice_grid;
mod surface;
mod surface_elements;
mod volume;

pub use cuboid::Cuboid;
pub use error::GeometryError;
pub use grid::{GRID_TOLERANCE, Grid, GridMismatch};
pub use mask::Mask;
pub use outline_distance::{Outline, OutlineDistance};
pub use pixel_box::{PixelBox, Span};
pub use pixel_counts::{PixelCounts, Universe, union_box_px, union_box_voxels};
pub use polygon::{MultiPolygon, OverlapAreas, Polygon};
pub use prepared_mask::PreparedMask;
pub use prepared_polygon::PreparedPolygon;
pub use rater_counts::{label_counts, rater_counts, rater_counts_of_volumes};
pub use shapes::{ELLIPSE_CORNERS, Ellipse, Rect, RotatedRect};
pub use surface::{SurfaceDistances, SurfaceElement};
pub use volume::{SliceAxis, Volume};

#[cfg(test)]
mod oracle_tests;
