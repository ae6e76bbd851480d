//! Union, intersection and difference of masks, run by run.

use super::mask::RunBuilder;
use super::{GeometryError, Mask};

impl Mask {
    /// Number of pixels set in both.
    ///
    /// # Definition
    /// |A∩B|, counted by walking both lists of runs within the range that both cover. For one mask against many see
    /// [`PreparedMask`](super::PreparedMask).
    /// # Input
    /// Masks of one image size.
    /// # Edge cases
    /// An empty mask shares nothing.
    /// # Properties
    /// Symmetric; at most the area of either.
    /// # Errors
    /// `SizeMismatch` when the images differ in size.
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// let (a, b) = (Mask::from_bounds(4, 3, vec![0, 4])?, Mask::from_bounds(4, 3, vec![2, 6])?);
    /// assert_eq!(a.intersection_px(&b)?, 2);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Lin et al. 2014, Microsoft COCO, doi:10.1007/978-3-319-10602-1_48; the code is defined by its public implementation.
    /// # Checked against
    /// pycocotools 2.0.11 on 200 pairs of masks, `tests/oracles/overlap/masks.json`.
    pub fn intersection_px(&self, other: &Mask) -> Result<u64, GeometryError> {
        self.check_size(other)?;
        Ok(shared_px(self.bounds(), other.bounds()))
    }

    /// Pixels set in either.
    ///
    /// # Definition
    /// A ∪ B.
    /// # Input
    /// Masks of one image size.
    /// # Edge cases
    /// An empty mask adds nothing.
    /// # Properties
    /// Symmetric; |A∪B| = |A| + |B| − |A∩B|.
    /// # Errors
    /// `SizeMismatch` when the images differ in size.
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// let (a, b) = (Mask::from_bounds(4, 3, vec![0, 4])?, Mask::from_bounds(4, 3, vec![2, 6])?);
    /// assert_eq!(a.union(&b)?.bounds(), [0, 6]);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Lin et al. 2014, Microsoft COCO, doi:10.1007/978-3-319-10602-1_48; the code is defined by its public implementation.
    /// # Checked against
    /// Every pixel of random masks.
    pub fn union(&self, other: &Mask) -> Result<Mask, GeometryError> {
        self.combined(other, |a, b| a || b)
    }

    /// Pixels set in both.
    ///
    /// # Definition
    /// A ∩ B.
    /// # Input
    /// Masks of one image size.
    /// # Edge cases
    /// An empty mask leaves nothing.
    /// # Properties
    /// Symmetric; its area is [`Mask::intersection_px`].
    /// # Errors
    /// `SizeMismatch` when the images differ in size.
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// let (a, b) = (Mask::from_bounds(4, 3, vec![0, 4])?, Mask::from_bounds(4, 3, vec![2, 6])?);
    /// assert_eq!(a.intersection(&b)?.bounds(), [2, 4]);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Lin et al. 2014, Microsoft COCO, doi:10.1007/978-3-319-10602-1_48; the code is defined by its public implementation.
    /// # Checked against
    /// Every pixel of random masks.
    pub fn intersection(&self, other: &Mask) -> Result<Mask, GeometryError> {
        self.combined(other, |a, b| a && b)
    }

    /// Pixels set here and not in `other`.
    ///
    /// # Definition
    /// A ∖ B.
    /// # Input
    /// Masks of one image size.
    /// # Edge cases
    /// An empty mask takes nothing away.
    /// # Properties
    /// Shares nothing with `other`; |A∖B| = |A| − |A∩B|.
    /// # Errors
    /// `SizeMismatch` when the images differ in size.
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// let (a, b) = (Mask::from_bounds(4, 3, vec![0, 4])?, Mask::from_bounds(4, 3, vec![2, 6])?);
    /// assert_eq!(a.difference(&b)?.bounds(), [0, 2]);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Lin et al. 2014, Microsoft COCO, doi:10.1007/978-3-319-10602-1_48; the code is defined by its public implementation.
    /// # Checked against
    /// Every pixel of random masks.
    pub fn difference(&self, other: &Mask) -> Result<Mask, GeometryError> {
        self.combined(other, |a, b| a && !b)
    }

    /// Whether two masks are of one image size.
    ///
    /// # Errors
    /// `SizeMismatch` when they are not.
    pub fn check_size(&self, other: &Mask) -> Result<(), GeometryError> {
        if self.width_px() == other.width_px() && self.height_px() == other.height_px() {
            return Ok(());
        }
        Err(GeometryError::SizeMismatch {
            a_width_px: self.width_px(),
            a_height_px: self.height_px(),
            b_width_px: other.width_px(),
            b_height_px: other.height_px(),
        })
    }

    /// Walks both lists of bounds; a pixel is kept where `keep(in self, in other)` holds. `keep(false, false)` must be false.
    fn combined(
        &self,
        other: &Mask,
        keep: impl Fn(bool, bool) -> bool,
    ) -> Result<Mask, GeometryError> {
        self.check_size(other)?;
        let (a, b) = (self.bounds(), other.bounds());
        let (mut i, mut j, mut start) = (0, 0, None);
        let mut runs = RunBuilder::default();
        while i < a.len() || j < b.len() {
            let at = match (a.get(i), b.get(j)) {
                (Some(&x), Some(&y)) => x.min(y),
                (Some(&x), None) => x,
                (None, Some(&y)) => y,
                (None, None) => break,
            };
            i += usize::from(a.get(i) == Some(&at));
            j += usize::from(b.get(j) == Some(&at));
            // An odd number of bounds passed means that the walk is inside a run.
            match (keep(i % 2 == 1, j % 2 == 1), start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    runs.push(from, at);
                    start = None;
                }
                _ => {}
            }
        }
        Ok(Mask::from_runs(
            self.width_px(),
            self.height_px(),
            runs.finish(),
        ))
    }
}

/// Pixels shared by two lists of run bounds of the same image.
pub(super) fn shared_px(a: &[u32], b: &[u32]) -> u64 {
    let (a, b) = (reaching(a, b), reaching(b, a));
    let (n_a, n_b) = (a.len() & !1, b.len() & !1);
    let (mut i, mut j, mut shared) = (0, 0, 0_u64);
    // No data-dependent branch: the run that ends first is passed, both when they end together.
    while i < n_a && j < n_b {
        let (a_start, a_end, b_start, b_end) = (a[i], a[i + 1], b[j], b[j + 1]);
        let overlap = a_end.min(b_end).saturating_sub(a_start.max(b_start));
        shared += u64::from(overlap);
        i += 2 * usize::from(a_end <= b_end);
        j += 2 * usize::from(b_end <= a_end);
    }
    shared
}

/// The runs of `of` that can meet the range which `other` covers.
fn reaching<'a>(of: &'a [u32], other: &[u32]) -> &'a [u32] {
    let (Some(&first), Some(&last)) = (other.first(), other.last()) else {
        return &[];
    };
    // An even index keeps whole runs: ends sit at odd places.
    let from = of.partition_point(|&bound| bound <= first) & !1;
    let to = of
        .partition_point(|&bound| bound < last)
        .next_multiple_of(2);
    of.get(from..to.min(of.len())).unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mask_strategy() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        let raster = || proptest::collection::vec(0_u8..2, 35);
        (raster(), raster())
    }

    proptest! {
        #[test]
        fn set_operations_agree_with_pixels((a, b) in mask_strategy()) {
            let (mask_a, mask_b) = (Mask::from_raster(7, 5, &a).unwrap(), Mask::from_raster(7, 5, &b).unwrap());
            let by_pixel = |f: fn(u8, u8) -> u8| {
                let raster: Vec<u8> = a.iter().zip(&b).map(|(&x, &y)| f(x, y)).collect();
                Mask::from_raster(7, 5, &raster).unwrap()
            };
            prop_assert_eq!(mask_a.union(&mask_b).unwrap(), by_pixel(|x, y| x | y));
            prop_assert_eq!(mask_a.difference(&mask_b).unwrap(), by_pixel(|x, y| x & (1 - y)));
            let shared = by_pixel(|x, y| x & y);
            prop_assert_eq!(mask_a.intersection_px(&mask_b).unwrap(), shared.area_px());
            prop_assert_eq!(mask_a.intersection(&mask_b).unwrap(), shared);
        }
    }

    #[test]
    fn masks_of_two_image_sizes_are_not_compared() {
        let (a, b) = (Mask::empty(4, 3).unwrap(), Mask::empty(3, 4).unwrap());
        assert!(matches!(
            a.intersection_px(&b),
            Err(GeometryError::SizeMismatch { .. })
        ));
    }

    #[test]
    fn runs_apart_share_nothing() {
        assert_eq!(shared_px(&[0, 5], &[5, 9]), 0);
        assert_eq!(shared_px(&[], &[5, 9]), 0);
        assert_eq!(shared_px(&[0, 2, 4, 8, 20, 30], &[6, 25]), 7);
    }
}
