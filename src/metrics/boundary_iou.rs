//! Overlap of rims: boundary IoU.

use super::{MetricError, MetricValue, Overlap, iou};
use crate::geometry::{Mask, SliceAxis, Volume};

/// Boundary IoU.
///
/// # Definition
/// [`iou`] of the pixels of each mask no further than `width_px` (in king's moves) from what is not the mask; beyond the image
/// nothing is.
/// # Input
/// Masks of one size; `width_px` ≥ 1, for instance [`boundary_width_px`].
/// # Edge cases
/// As for [`iou`].
/// # Properties
/// In [0, 1]; symmetric; equals [`iou`] once the width reaches through both masks.
/// # Errors
/// `SizeMismatch`; `NotPositive` width.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::boundary_iou;
/// // Blocks of 3 by 3 pixels, shifted by one column: rims of 8 pixels each share 4, two in each common column.
/// let block = |x: u32| Mask::from_bounds(6, 5, (1..4).flat_map(|y| [y * 6 + x, y * 6 + x + 3]).collect());
/// assert_eq!(boundary_iou(&block(1)?, &block(2)?, 1)?.value(), Some(4.0 / 12.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Cheng et al. 2021, Boundary IoU, CVPR, doi:10.1109/CVPR46437.2021.01508. MetricsReloaded's function of that name measures
/// Euclidean distances between pixel centres from a border of side neighbours.
/// # Checked against
/// The published steps in OpenCV 5.0.0, `tests/oracles/boundary/boundary_iou.json`; where it differs,
/// MetricsReloaded cb38dfc, `tests/oracles/boundary/metrics_reloaded.json`.
pub fn boundary_iou(a: &Mask, b: &Mask, width_px: u32) -> Result<MetricValue, MetricError> {
    some_width(&[width_px])?;
    let rim = |mask: &Mask| mask.difference(&mask.eroded(width_px));
    Ok(iou(&Overlap::of_masks(&rim(a)?, &rim(b)?)?))
}

/// Boundary IoU of volumes.
///
/// # Definition
/// As [`boundary_iou`], with rims `[z, y, x]` voxels wide, since slices are often further apart than pixels: a voxel belongs to the
/// rim where the box of `2·width + 1` voxels along each axis around it is not wholly set. Slices that are not given are empty.
/// # Input
/// Volumes on one grid; a width of 0 leaves an axis out, so `[0, w, w]` takes the rims slice by slice. `spacing_mm` is needed for
/// slices placed in micrometres only.
/// # Edge cases
/// As for [`iou`].
/// # Properties
/// In [0, 1]; symmetric; equals [`iou`] once the width along some axis reaches through both volumes.
/// # Errors
/// `SizeMismatch`, `AxisMismatch`, `IrregularSlices`; `NoSliceSpacing` for slices in micrometres without spacing; `NotPositive` when
/// all widths are 0.
/// # Example
/// ```
/// use concord::geometry::{Mask, SliceAxis, Volume};
/// use concord::metrics::boundary_iou_of_volumes;
/// // A cube of 3 voxels a side and the same without its middle: equal but for the voxel that no rim holds.
/// let full = Mask::from_bounds(5, 5, vec![6, 9, 11, 14, 16, 19])?;
/// let ring = Mask::from_bounds(5, 5, vec![6, 9, 11, 12, 13, 14, 16, 19])?;
/// let cube = |middle: &Mask| {
///     let slices = vec![(0, full.clone()), (1, middle.clone()), (2, full.clone())];
///     Volume::new(5, 5, SliceAxis::Index, slices)
/// };
/// let value = boundary_iou_of_volumes(&cube(&full)?, &cube(&ring)?, [1, 1, 1], None)?;
/// assert_eq!(value.value(), Some(1.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// After Cheng et al. 2021, doi:10.1109/CVPR46437.2021.01508, who treat images only.
/// # Checked against
/// The same steps with SciPy 1.17.1's erosion, `tests/oracles/boundary/boundary_iou.json`.
pub fn boundary_iou_of_volumes(
    a: &Volume,
    b: &Volume,
    widths_voxels: [u32; 3],
    spacing_mm: Option<[f64; 3]>,
) -> Result<MetricValue, MetricError> {
    some_width(&widths_voxels)?;
    a.check_grid(b)?;
    let step_mm = match (a.axis(), spacing_mm) {
        (_, Some([z, _, _])) => z,
        (SliceAxis::Index, None) => 1.0,
        (SliceAxis::Micrometres, None) => return Err(MetricError::NoSliceSpacing),
    };
    super::error::positive("spacing along z", step_mm)?;
    let rim = |volume: &Volume| volume.difference(&volume.eroded(widths_voxels, step_mm)?);
    Ok(iou(&Overlap::of_volumes(&rim(a)?, &rim(b)?)?))
}

/// The boundary width of the reference for an image: 2 % of its diagonal, rounded, at least 1 px.
///
/// # Definition
/// max(1, round(0.02 · √(width² + height²))), halves to the even number as in the public implementation.
/// # Input
/// Size of the image in pixels.
/// # Edge cases
/// Below a diagonal of 75 px the width is 1.
/// # Properties
/// At least 1; the same for an image and its transpose.
/// # Errors
/// None.
/// # Example
/// ```
/// use concord::metrics::boundary_width_px;
/// // A diagonal of 800 px.
/// assert_eq!(boundary_width_px(640, 480), 16);
/// ```
/// # Reference
/// Cheng et al. 2021, section 4, doi:10.1109/CVPR46437.2021.01508.
/// # Checked against
/// The published formula on 60 image sizes, `tests/oracles/boundary/boundary_iou.json`.
pub fn boundary_width_px(image_width_px: u32, image_height_px: u32) -> u32 {
    let [width, height] = [image_width_px, image_height_px].map(f64::from);
    let diagonal = (width * width + height * height).sqrt();
    (0.02 * diagonal).round_ties_even().max(1.0) as u32
}

fn some_width(widths: &[u32]) -> Result<(), MetricError> {
    if widths.iter().all(|&width| width == 0) {
        return Err(MetricError::NotPositive {
            what: "boundary width in px",
            found: 0.0,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
