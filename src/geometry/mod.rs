//! Shapes and grids: masks as runs, polygons, volumes as sparse slices, and the surfaces between them.
//!
//! Pixel coordinates are continuous: the first pixel covers 0 to 1 on both axes, its centre is `[0.5, 0.5]`. Points are `[x, y]`;
//! arrays and spacings are `(z, y, x)`.

mod error;
mod grid;
mod mask;
mod outline;
mod planar_sweep;
mod polygon;
mod rasterise;
mod run_lengths;
mod set_operations;
mod shapes;
mod volume;

pub use error::GeometryError;
pub use grid::{GRID_TOLERANCE, Grid, GridMismatch};
pub use mask::{Mask, PixelBox, Span};
pub use polygon::{MultiPolygon, OverlapAreas, Polygon};
pub use shapes::{ELLIPSE_CORNERS, Ellipse, Rect, RotatedRect};
pub use volume::{SliceAxis, Volume};
