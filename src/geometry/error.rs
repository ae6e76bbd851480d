//! What can be wrong with a shape or a grid.

use thiserror::Error;

/// A shape, run-length code or grid that cannot be used as given.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum GeometryError {
    #[error(
        "image size `{width_px}x{height_px}` is not usable; both sides must be at least 1 and their product at most `4294967295`"
    )]
    ImageSize { width_px: u32, height_px: u32 },
    #[error(
        "masks differ in size: `{a_width_px}x{a_height_px}` against `{b_width_px}x{b_height_px}`; compare masks of one image only"
    )]
    SizeMismatch {
        a_width_px: u32,
        a_height_px: u32,
        b_width_px: u32,
        b_height_px: u32,
    },
    #[error("run bounds have `{found}` entries; starts and ends must come in pairs")]
    OddBounds { found: usize },
    #[error("run bound {index} is `{found}` after `{previous}`; bounds must not decrease")]
    BoundsOrder {
        index: usize,
        found: u32,
        previous: u32,
    },
    #[error("run bounds reach `{found}`, but the image has `{n_pixels}` pixels")]
    BoundsOutside { found: u32, n_pixels: u32 },
    #[error(
        "run counts add up to `{found}`, but the image has `{expected}` pixels; check the size and the order of the counts"
    )]
    CountsSum { found: u64, expected: u64 },
    #[error("run-length string breaks at byte {position}: {reason}")]
    CountsString {
        position: usize,
        reason: &'static str,
    },
    #[error("raster has `{found}` values, but the image has `{expected}` pixels")]
    RasterLength { found: usize, expected: u64 },
    #[error(
        "shape spans x `{x0}..{x1}`, y `{y0}..{y1}`, outside the image of `{width_px}x{height_px}` pixels"
    )]
    OutsideImage {
        x0: i64,
        y0: i64,
        x1: i64,
        y1: i64,
        width_px: u32,
        height_px: u32,
    },
    #[error("ring has `{found}` distinct points; at least 3 are needed")]
    TooFewPoints { found: usize },
    #[error("{what} is `{found}`; a finite number is needed")]
    NotFinite { what: &'static str, found: f64 },
    #[error("{what} is `{found}`; a positive number is needed")]
    NotPositive { what: &'static str, found: f64 },
    #[error("spacing is `{found}`; it must be a number from {least:e} to {most:e}")]
    SpacingRange { found: f64, least: f64, most: f64 },
    #[error("slice `{key}` is given twice; each slice position may hold one mask")]
    DuplicateSlice { key: i64 },
    #[error(
        "slices are placed by {a} in one volume and by {b} in the other; both must use the same"
    )]
    AxisMismatch { a: &'static str, b: &'static str },
    #[error(
        "slice positions are not on one regular grid: step `{step}`, but `{found}` lies off it; surfaces in 3D need evenly spaced slices"
    )]
    IrregularSlices { step: i64, found: i64 },
    #[error(
        "the slices' window of `{n_voxels}` voxels is too large to hold; the most is `{limit}`"
    )]
    TooLarge { n_voxels: u64, limit: u64 },
    #[error(
        "`{found}` pixels were given to count agreement on, but `{needed}` are marked; give at least as many"
    )]
    UniverseTooSmall { found: u64, needed: u64 },
    #[error(
        "a volume does not say how many slices its image has; give the number of voxels of the image"
    )]
    NoWholeVolume,
    #[error("no mask was given; at least one is needed")]
    NoMasks,
    #[error("`{n_a}` labels on one side and `{n_b}` on the other; give one mask a label on both")]
    LabelCount { n_a: usize, n_b: usize },
    #[error(
        "labels {first} and {second} of one side share `{n_px}` pixels; a pixel of a label map has one label"
    )]
    LabelsOverlap {
        first: usize,
        second: usize,
        n_px: u64,
    },
    #[error(
        "the window around both shapes has `{n_rows}` rows; surfaces are measured on at most `{limit}`"
    )]
    TooManyRows { n_rows: u64, limit: u64 },
    #[error(transparent)]
    Grid(#[from] super::GridMismatch),
}

/// Refuses NaN and the infinities.
pub(crate) fn finite(what: &'static str, found: f64) -> Result<f64, GeometryError> {
    if found.is_finite() {
        Ok(found)
    } else {
        Err(GeometryError::NotFinite { what, found })
    }
}

/// Refuses NaN, the infinities, zero and less.
pub(crate) fn positive(what: &'static str, found: f64) -> Result<f64, GeometryError> {
    finite(what, found)?;
    if found > 0.0 {
        Ok(found)
    } else {
        Err(GeometryError::NotPositive { what, found })
    }
}
