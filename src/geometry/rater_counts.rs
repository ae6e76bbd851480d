//! How many of several raters marked each pixel or voxel, and label maps against each other, by run-length arithmetic.

use super::volume::same_position;
use super::{GeometryError, Mask, PreparedMask, Universe, Volume, union_box_px, union_box_voxels};

/// Pixels by the number of masks that hold them.
///
/// # Definition
/// `counts[k]` is the number of pixels of the universe that exactly k of the m masks hold, k = 0 … m.
/// # Input
/// At least one mask; all of one image size, one mask a rater.
/// # Edge cases
/// All empty: within the union's box all counts are 0.
/// # Properties
/// Independent of the order of masks; the counts add up to the size of the universe.
/// # Errors
/// `NoMasks`; `SizeMismatch`; `UniverseTooSmall` where a given number is below the union.
/// # Example
/// ```
/// use concord::geometry::{Mask, Universe, rater_counts};
/// let row = |from, to| Mask::from_bounds(8, 1, vec![from, to]);
/// // Pixel 2 is held by all three, pixels 1 and 3 by two, 0 and 4 by one.
/// let masks = [row(0, 3)?, row(1, 4)?, row(2, 5)?];
/// assert_eq!(rater_counts(&masks, Universe::WholeImage)?, [3, 2, 2, 1]);
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
/// # Reference
/// Fleiss 1971, Psychol Bull 76(5):378-382, doi:10.1037/h0031619, with pixels as units.
/// # Checked against
/// statsmodels' `fleiss_kappa` on unpacked arrays, `tests/oracles/pixel_agreement/`.
pub fn rater_counts(masks: &[Mask], universe: Universe) -> Result<Vec<u64>, GeometryError> {
    let first = masks.first().ok_or(GeometryError::NoMasks)?;
    let n = match universe {
        Universe::UnionBox => union_box_px(masks),
        Universe::WholeImage => u64::from(first.width_px()) * u64::from(first.height_px()),
        Universe::Given(n) => n,
    };
    let mut counts = vec![0; masks.len() + 1];
    for mask in masks {
        first.check_size(mask)?;
    }
    let of = masks.iter().collect::<Vec<_>>();
    add_held(&of, &mut counts);
    fill_unheld(counts, n)
}

/// Voxels by the number of volumes that hold them.
///
/// # Definition
/// As [`rater_counts`]; the union's box as in [`union_box_voxels`].
/// # Input
/// At least one volume; all on one grid, one volume a rater. Positions in micrometres that differ by 1 are one slice.
/// # Edge cases
/// As for [`rater_counts`].
/// # Properties
/// As for [`rater_counts`].
/// # Errors
/// `NoMasks`; `SizeMismatch`, `AxisMismatch`; `UniverseTooSmall`; `NoWholeVolume` for the whole image; `DuplicateSlice` where
/// positions a micrometre apart from each other chain two slices of one rater together.
/// # Example
/// ```
/// use concord::geometry::{Mask, SliceAxis, Universe, Volume, rater_counts_of_volumes};
/// let slice = |key| Ok::<_, concord::geometry::GeometryError>((key, Mask::from_bounds(4, 1, vec![1, 3])?));
/// let a = Volume::new(4, 1, SliceAxis::Index, vec![slice(2)?])?;
/// let b = Volume::new(4, 1, SliceAxis::Index, vec![slice(2)?, slice(4)?])?;
/// assert_eq!(rater_counts_of_volumes(&[a, b], Universe::UnionBox)?, [2, 2, 2]);
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
/// # Reference
/// As for [`rater_counts`].
/// # Checked against
/// As for [`rater_counts`].
pub fn rater_counts_of_volumes(
    volumes: &[Volume],
    universe: Universe,
) -> Result<Vec<u64>, GeometryError> {
    let first = volumes.first().ok_or(GeometryError::NoMasks)?;
    for volume in volumes {
        first.check_grid(volume)?;
    }
    let n = match universe {
        Universe::UnionBox => union_box_voxels(volumes),
        Universe::WholeImage => return Err(GeometryError::NoWholeVolume),
        Universe::Given(n) => n,
    };
    let slices = volumes.iter().enumerate().flat_map(|(rater, volume)| {
        let of = volume.slices().iter();
        of.map(move |(key, mask)| (*key, rater, mask))
    });
    let mut slices: Vec<(i64, usize, &Mask)> = slices.collect();
    slices.sort_by_key(|&(key, rater, _)| (key, rater));
    let mut counts = vec![0; volumes.len() + 1];
    let same =
        |p: &(i64, usize, &Mask), q: &(i64, usize, &Mask)| same_position(first.axis(), p.0, q.0);
    for position in slices.chunk_by(same) {
        let mut raters: Vec<usize> = position.iter().map(|&(_, rater, _)| rater).collect();
        raters.sort_unstable();
        if raters.windows(2).any(|pair| pair[0] == pair[1]) {
            // Positions each a micrometre from the next: two slices of one rater would be one.
            return Err(GeometryError::DuplicateSlice { key: position[0].0 });
        }
        let masks: Vec<&Mask> = position.iter().map(|&(.., mask)| mask).collect();
        add_held(&masks, &mut counts);
    }
    fill_unheld(counts, n)
}

/// Adds to `counts[k]` the pixels that exactly k > 0 masks hold; there are more counts than masks.
fn add_held(masks: &[&Mask], counts: &mut [u64]) {
    let runs = masks.iter().flat_map(|mask| mask.bounds().chunks_exact(2));
    let mut changes: Vec<(u32, i32)> = runs.flat_map(|run| [(run[0], 1), (run[1], -1)]).collect();
    changes.sort_unstable();
    let (mut before, mut held) = (0, 0_i32);
    for (at, change) in changes {
        counts[held as usize] += u64::from(at - before);
        (before, held) = (at, held + change);
    }
}

/// What nobody holds is what is left of the universe.
fn fill_unheld(mut counts: Vec<u64>, n: u64) -> Result<Vec<u64>, GeometryError> {
    let union = counts.iter().skip(1).sum();
    let too_small = GeometryError::UniverseTooSmall {
        found: n,
        needed: union,
    };
    counts[0] = n.checked_sub(union).ok_or(too_small)?;
    Ok(counts)
}

/// Pixels by the label that a gives them and the label that b gives them.
///
/// # Definition
/// A table of (k + 1) × (k + 1) counts, row by row: `|Aᵢ ∩ Bⱼ|` for labels i, j = 0 … k − 1; the last row and column are pixels
/// without a label.
/// # Input
/// One mask a label on each side, in one order of labels, all of one image; masks of one side do not overlap.
/// # Edge cases
/// A label that a side does not use: an empty mask. No label at all: one cell, 0 within the union's box.
/// # Properties
/// Exchanging a and b transposes the table; the counts add up to the size of the universe.
/// # Errors
/// `LabelCount` where the two sides have different numbers of masks; `SizeMismatch`; `LabelsOverlap` where two labels of one side
/// share pixels, since such a pixel has no single category; `UniverseTooSmall`; `NoMasks` for the whole image of no mask.
/// # Example
/// ```
/// use concord::geometry::{Mask, Universe, label_counts};
/// let row = |bounds: &[u32]| Mask::from_bounds(6, 1, bounds.to_vec());
/// // a: 0 0 1 1 . .   b: 0 1 1 1 . .
/// let (a, b) = ([row(&[0, 2])?, row(&[2, 4])?], [row(&[0, 1])?, row(&[1, 4])?]);
/// assert_eq!(label_counts(&a, &b, Universe::WholeImage)?, [1, 1, 0, 0, 2, 0, 0, 0, 2]);
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
/// # Reference
/// Cohen 1960, Educ Psychol Meas 20(1):37-46, doi:10.1177/001316446002000104, with pixels as units.
/// # Checked against
/// scikit-learn's `cohen_kappa_score` on unpacked label maps, `tests/oracles/pixel_agreement/`.
pub fn label_counts(a: &[Mask], b: &[Mask], universe: Universe) -> Result<Vec<u64>, GeometryError> {
    if a.len() != b.len() {
        return Err(GeometryError::LabelCount {
            n_a: a.len(),
            n_b: b.len(),
        });
    }
    if let Some(first) = a.first() {
        for mask in a.iter().chain(b) {
            first.check_size(mask)?;
        }
    }
    let n = match (universe, a.first()) {
        (Universe::UnionBox, _) => union_box_px(a.iter().chain(b)),
        (Universe::WholeImage, Some(first)) => {
            u64::from(first.width_px()) * u64::from(first.height_px())
        }
        (Universe::WholeImage, None) => return Err(GeometryError::NoMasks),
        (Universe::Given(n), _) => n,
    };
    let (a, b) = (prepared(a)?, prepared(b)?);
    let side = a.len() + 1;
    let mut counts = vec![0; side * side];
    let (mut unlabelled_b, mut union): (Vec<u64>, u64) =
        (b.iter().map(PreparedMask::area_px).collect(), 0);
    for (i, ours) in a.iter().enumerate() {
        let mut left = ours.area_px();
        for (j, theirs) in b.iter().enumerate() {
            let shared = ours.shared_px(theirs);
            counts[i * side + j] = shared;
            left -= shared;
            unlabelled_b[j] -= shared;
        }
        counts[i * side + side - 1] = left;
        union += ours.area_px();
    }
    for (j, left) in unlabelled_b.into_iter().enumerate() {
        counts[(side - 1) * side + j] = left;
        union += left;
    }
    let too_small = GeometryError::UniverseTooSmall {
        found: n,
        needed: union,
    };
    counts[side * side - 1] = n.checked_sub(union).ok_or(too_small)?;
    Ok(counts)
}

/// Masks of one side, known not to overlap.
fn prepared(labels: &[Mask]) -> Result<Vec<PreparedMask<'_>>, GeometryError> {
    let all: Vec<PreparedMask> = labels.iter().map(PreparedMask::new).collect();
    for (second, mask) in all.iter().enumerate() {
        for (first, other) in all.iter().enumerate().take(second) {
            let n_px = mask.shared_px(other);
            if n_px > 0 {
                return Err(GeometryError::LabelsOverlap {
                    first,
                    second,
                    n_px,
                });
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::PixelCounts;

    fn mask(raster: &[u8]) -> Mask {
        Mask::from_raster(9, 4, raster).unwrap()
    }

    proptest! {
        #[test]
        fn counts_agree_with_pixels(
            rasters in proptest::collection::vec(proptest::collection::vec(0_u8..2, 36), 1..5),
        ) {
            let masks: Vec<Mask> = rasters.iter().map(|raster| mask(raster)).collect();
            let mut expected = vec![0; masks.len() + 1];
            for at in 0..36 {
                expected[rasters.iter().filter(|raster| raster[at] == 1).count()] += 1;
            }
            prop_assert_eq!(rater_counts(&masks, Universe::WholeImage).unwrap(), expected);
            if let [a, b] = &masks[..] {
                let pair = PixelCounts::of_masks(a, b, Universe::UnionBox).unwrap();
                let all = rater_counts(&masks, Universe::UnionBox).unwrap();
                prop_assert_eq!(all, [pair.neither, pair.a_only + pair.b_only, pair.both]);
                let labels = label_counts(&masks[..1], &masks[1..], Universe::UnionBox).unwrap();
                prop_assert_eq!(labels, [pair.both, pair.a_only, pair.b_only, pair.neither]);
            }
        }
    }

    #[test]
    fn labels_of_one_side_that_overlap_are_refused() {
        let row = |from, to| Mask::from_bounds(9, 4, vec![from, to]).unwrap();
        let (a, b) = ([row(0, 3), row(2, 5)], [row(0, 1), row(1, 2)]);
        let expected = GeometryError::LabelsOverlap {
            first: 0,
            second: 1,
            n_px: 1,
        };
        assert_eq!(
            label_counts(&a, &b, Universe::UnionBox),
            Err(expected.clone())
        );
        assert_eq!(label_counts(&b, &a, Universe::UnionBox), Err(expected));
        let uneven = label_counts(&b, &a[..1], Universe::UnionBox);
        assert_eq!(uneven, Err(GeometryError::LabelCount { n_a: 2, n_b: 1 }));
    }

    #[test]
    fn nobody_and_nothing_have_stated_answers() {
        assert_eq!(
            rater_counts(&[], Universe::Given(5)),
            Err(GeometryError::NoMasks)
        );
        assert_eq!(
            rater_counts_of_volumes(&[], Universe::Given(5)),
            Err(GeometryError::NoMasks)
        );
        let empty = vec![Mask::empty(9, 4).unwrap(); 3];
        assert_eq!(rater_counts(&empty, Universe::UnionBox), Ok(vec![0; 4]));
        assert_eq!(
            rater_counts(&empty, Universe::Given(7)),
            Ok(vec![7, 0, 0, 0])
        );
        assert_eq!(label_counts(&[], &[], Universe::UnionBox), Ok(vec![0]));
    }
}
