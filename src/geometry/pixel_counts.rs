//! On how many pixels or voxels two raters agree, by run-length arithmetic.

use super::volume::same_position;
use super::{GeometryError, Mask, PixelBox, SliceAxis, Volume};

/// Which pixels or voxels count as units of agreement: how much background there is decides how large κ is, so the choice is
/// printed beside the figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Universe {
    /// The smallest box around all that anybody marked. In volumes, rows and columns of that box on each of its slices.
    UnionBox,
    /// Every pixel of the image.
    WholeImage,
    /// This number of pixels or voxels, such as those within the body.
    Given(u64),
}

impl Universe {
    /// The choice as printed.
    ///
    /// # Example
    /// ```
    /// use concord::geometry::Universe;
    /// assert_eq!(Universe::UnionBox.name(), "within the box around all marks");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::UnionBox => "within the box around all marks",
            Self::WholeImage => "within the whole image",
            Self::Given(_) => "within a given number of pixels",
        }
    }
}

/// How two raters marked the pixels or voxels of a [`Universe`].
///
/// # Definition
/// |A∩B|, |A∖B|, |B∖A| and n − |A∪B|, n being the size of the universe. Counts of several items add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PixelCounts {
    pub both: u64,
    pub a_only: u64,
    pub b_only: u64,
    pub neither: u64,
}

impl PixelCounts {
    /// Counts of two masks of one image.
    ///
    /// # Definition
    /// See [`PixelCounts`]; runs are never unpacked into pixels.
    /// # Input
    /// Masks of one image size. A given universe holds at least the union's pixels.
    /// # Edge cases
    /// | case | `UnionBox` | other universes |
    /// |---|---|---|
    /// | both empty | all counts 0: κ is undefined (`no_units`) | all pixels `neither`: κ is undefined (`no_variation`) |
    /// | one empty | the other's box; κ is 0, or undefined where it fills its box and nothing else varies | κ is 0 |
    /// | both fill the universe | κ is undefined (`no_variation`) | the same |
    /// # Properties
    /// Exchanging a and b exchanges `a_only` and `b_only`; the sum of all four is the size of the universe.
    /// # Errors
    /// `SizeMismatch`; `UniverseTooSmall` where a given number is below |A∪B|.
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, PixelCounts, Universe};
    /// // . # # .   and   . . # #   of a row of four: the box is three wide.
    /// let (a, b) = (Mask::from_bounds(4, 1, vec![1, 3])?, Mask::from_bounds(4, 1, vec![2, 4])?);
    /// let counts = PixelCounts::of_masks(&a, &b, Universe::UnionBox)?;
    /// assert_eq!((counts.both, counts.a_only, counts.b_only, counts.neither), (1, 1, 1, 0));
    /// assert_eq!(PixelCounts::of_masks(&a, &b, Universe::WholeImage)?.neither, 1);
    /// assert_eq!(PixelCounts::of_masks(&a, &b, Universe::Given(10))?.neither, 7);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Cohen 1960, Educ Psychol Meas 20(1):37-46, doi:10.1177/001316446002000104, with pixels as units.
    /// # Checked against
    /// scikit-learn's `cohen_kappa_score` on unpacked arrays, `tests/oracles/pixel_agreement/`.
    pub fn of_masks(a: &Mask, b: &Mask, universe: Universe) -> Result<Self, GeometryError> {
        let both = a.intersection_px(b)?;
        let n = match universe {
            Universe::UnionBox => union_box_px([a, b]),
            Universe::WholeImage => u64::from(a.width_px()) * u64::from(a.height_px()),
            Universe::Given(n) => n,
        };
        Self::within(n, a.area_px(), b.area_px(), both)
    }

    /// Counts of two volumes on one grid.
    ///
    /// # Definition
    /// See [`PixelCounts`]. The union's box covers, where slices are numbered, all slices from the first to the last of either;
    /// where they are placed in micrometres, the slices that either occupies, since the step between others is not known.
    /// # Input
    /// Volumes of one slice size and axis.
    /// # Edge cases
    /// As for [`PixelCounts::of_masks`].
    /// # Properties
    /// As for [`PixelCounts::of_masks`].
    /// # Errors
    /// `SizeMismatch`, `AxisMismatch`; `UniverseTooSmall`; `NoWholeVolume`: a volume holds only its slices with something in them,
    /// so the number of voxels of its image has to be given.
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, PixelCounts, SliceAxis, Universe, Volume};
    /// let slice = |key| Ok::<_, concord::geometry::GeometryError>((key, Mask::from_bounds(4, 1, vec![1, 3])?));
    /// let a = Volume::new(4, 1, SliceAxis::Index, vec![slice(2)?])?;
    /// let b = Volume::new(4, 1, SliceAxis::Index, vec![slice(2)?, slice(4)?])?;
    /// // A box of 2 columns, 1 row and slices 2 to 4.
    /// let counts = PixelCounts::of_volumes(&a, &b, Universe::UnionBox)?;
    /// assert_eq!((counts.both, counts.a_only, counts.b_only, counts.neither), (2, 0, 2, 2));
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// As for [`PixelCounts::of_masks`].
    /// # Checked against
    /// As for [`PixelCounts::of_masks`].
    pub fn of_volumes(a: &Volume, b: &Volume, universe: Universe) -> Result<Self, GeometryError> {
        let both = a.intersection_voxels(b)?;
        let n = match universe {
            Universe::UnionBox => union_box_voxels([a, b]),
            Universe::WholeImage => return Err(GeometryError::NoWholeVolume),
            Universe::Given(n) => n,
        };
        Self::within(n, a.voxels(), b.voxels(), both)
    }

    fn within(n: u64, a: u64, b: u64, both: u64) -> Result<Self, GeometryError> {
        let union = a + b - both;
        let neither = n
            .checked_sub(union)
            .ok_or(GeometryError::UniverseTooSmall {
                found: n,
                needed: union,
            })?;
        Ok(Self {
            both,
            a_only: a - both,
            b_only: b - both,
            neither,
        })
    }

    /// Pixels or voxels in all.
    pub fn total(&self) -> u64 {
        self.both + self.a_only + self.b_only + self.neither
    }
}

/// Pixels of the smallest box around all masks; 0 where all are empty.
///
/// # Definition
/// Width × height of the box around the union.
/// # Input
/// Masks of one image.
/// # Example
/// ```
/// use concord::geometry::{Mask, union_box_px};
/// let (a, b) = (Mask::from_bounds(4, 3, vec![0, 1])?, Mask::from_bounds(4, 3, vec![6, 7])?);
/// // Three columns, two rows.
/// assert_eq!(union_box_px([&a, &b]), 6);
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
pub fn union_box_px<'a>(masks: impl IntoIterator<Item = &'a Mask>) -> u64 {
    let boxes = masks.into_iter().filter_map(Mask::bounding_box);
    let area = boxes.reduce(|left, right| left.around(&right));
    area.map_or(0, PixelBox::n_px)
}

/// Voxels of the smallest box around all volumes; 0 where all are empty.
///
/// # Definition
/// Width × height of the box around the union on any slice × number of slices: from the first to the last where slices are
/// numbered, those that any volume occupies where they are placed in micrometres (positions that differ by 1 are one).
/// # Input
/// Volumes on one grid.
/// # Example
/// ```
/// use concord::geometry::{Mask, SliceAxis, Volume, union_box_voxels};
/// let mask = Mask::from_bounds(4, 1, vec![1, 3])?;
/// let placed = |axis| Volume::new(4, 1, axis, vec![(0, mask.clone()), (3, mask.clone())]);
/// assert_eq!(union_box_voxels([&placed(SliceAxis::Index)?]), 8);
/// assert_eq!(union_box_voxels([&placed(SliceAxis::Micrometres)?]), 4);
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
pub fn union_box_voxels<'a>(volumes: impl IntoIterator<Item = &'a Volume>) -> u64 {
    let (mut axis, mut area, mut keys) = (SliceAxis::Index, None, Vec::new());
    for volume in volumes {
        axis = volume.axis();
        for (key, mask) in volume.slices() {
            keys.push(*key);
            area = match (area, mask.bounding_box()) {
                (None, found) => found,
                (Some(area), Some(found)) => Some(found.around(&area)),
                (some, None) => some,
            };
        }
    }
    area.map_or(0, PixelBox::n_px)
        .saturating_mul(n_slices(axis, keys))
}

fn n_slices(axis: SliceAxis, mut keys: Vec<i64>) -> u64 {
    keys.sort_unstable();
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else {
        return 0;
    };
    match axis {
        SliceAxis::Index => last.abs_diff(*first).saturating_add(1),
        SliceAxis::Micrometres => {
            let apart = |pair: &&[i64]| !same_position(axis, pair[0], pair[1]);
            1 + keys.windows(2).filter(apart).count() as u64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(bounds: &[u32]) -> Mask {
        Mask::from_bounds(10, 2, bounds.to_vec()).unwrap()
    }

    #[test]
    fn two_empty_masks_have_no_units_within_their_box() {
        let counts = |universe| PixelCounts::of_masks(&row(&[]), &row(&[]), universe).unwrap();
        assert_eq!(counts(Universe::UnionBox), PixelCounts::default());
        assert_eq!(counts(Universe::WholeImage).neither, 20);
    }

    #[test]
    fn one_empty_mask_leaves_the_box_of_the_other() {
        let found = PixelCounts::of_masks(&row(&[1, 3, 12, 15]), &row(&[]), Universe::UnionBox);
        let expected = PixelCounts {
            a_only: 5,
            neither: 3,
            ..PixelCounts::default()
        };
        assert_eq!(found, Ok(expected));
    }

    #[test]
    fn a_universe_below_the_union_is_refused_and_one_equal_to_it_is_not() {
        let (a, b) = (row(&[0, 3]), row(&[2, 6]));
        let counts = |n| PixelCounts::of_masks(&a, &b, Universe::Given(n));
        let expected = GeometryError::UniverseTooSmall {
            found: 5,
            needed: 6,
        };
        assert_eq!(counts(5), Err(expected));
        assert_eq!(counts(6).unwrap().neither, 0);
    }

    #[test]
    fn slices_a_micrometre_apart_are_one_slice_of_the_box() {
        let at = |key| {
            let slices = vec![(key, row(&[0, 4]))];
            Volume::new(10, 2, SliceAxis::Micrometres, slices).unwrap()
        };
        let counts = PixelCounts::of_volumes(&at(1_250), &at(1_251), Universe::UnionBox).unwrap();
        assert_eq!((counts.both, counts.total()), (4, 4));
        let apart = PixelCounts::of_volumes(&at(1_250), &at(2_500), Universe::UnionBox).unwrap();
        assert_eq!(
            (apart.both, apart.a_only, apart.b_only, apart.neither),
            (0, 4, 4, 0)
        );
        let whole = PixelCounts::of_volumes(&at(0), &at(0), Universe::WholeImage);
        assert_eq!(whole, Err(GeometryError::NoWholeVolume));
    }

    #[test]
    fn keys_at_both_ends_of_their_range_do_not_overflow() {
        let slices = vec![(i64::MIN, row(&[0, 20])), (i64::MAX, row(&[0, 1]))];
        let volume = Volume::new(10, 2, SliceAxis::Index, slices).unwrap();
        assert_eq!(union_box_voxels([&volume]), u64::MAX);
    }
}
