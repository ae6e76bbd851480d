//! Run-length codes of other tools: row-major counts (CVAT), column-major counts and strings (COCO).

use super::mask::{RunBuilder, n_pixels};
use super::{GeometryError, Mask};

impl Mask {
    /// A mask from row-major run lengths, zeros first (CVAT; uncompressed row-major codes).
    ///
    /// # Definition
    /// The first count is of unset pixels, the second of set ones, and so on, row by row.
    /// # Input
    /// Counts that add up to the number of pixels.
    /// # Edge cases
    /// Counts of 0 are allowed anywhere.
    /// # Properties
    /// Reads back what [`Mask::to_row_major_counts`] writes.
    /// # Errors
    /// `ImageSize`; `CountsSum` unless the counts add up to `width_px * height_px` exactly. What is allocated grows with the number of
    /// counts, never with the sizes that they claim.
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// assert_eq!(Mask::from_row_major_counts(4, 3, [1, 2, 1, 5, 3])?.bounds(), [1, 3, 4, 9]);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Lin et al. 2014, Microsoft COCO, doi:10.1007/978-3-319-10602-1_48; the code is defined by its public implementation.
    /// # Checked against
    /// pycocotools 2.0.11 on 200 pairs of masks, `tests/oracles/overlap/masks.json`.
    pub fn from_row_major_counts(
        width_px: u32,
        height_px: u32,
        counts: impl IntoIterator<Item = u64>,
    ) -> Result<Self, GeometryError> {
        let bounds = bounds_from_counts(n_pixels(width_px, height_px)?, counts)?;
        Ok(Mask::from_runs(width_px, height_px, bounds))
    }

    /// A mask from column-major run lengths, zeros first (COCO).
    ///
    /// # Definition
    /// As [`Mask::from_row_major_counts`], column by column.
    /// # Input
    /// Counts that add up to the number of pixels.
    /// # Edge cases
    /// Counts of 0 are allowed anywhere.
    /// # Properties
    /// Reads back what [`Mask::to_column_major_counts`] writes.
    /// # Errors
    /// As for [`Mask::from_row_major_counts`].
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// // Columns of 3: the second is full, the third has its top pixel.
    /// assert_eq!(Mask::from_column_major_counts(4, 3, [3, 4, 5])?.bounds(), [1, 3, 5, 6, 9, 10]);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Lin et al. 2014, Microsoft COCO, doi:10.1007/978-3-319-10602-1_48; the code is defined by its public implementation.
    /// # Checked against
    /// pycocotools 2.0.11 on 200 pairs of masks, `tests/oracles/overlap/masks.json`.
    pub fn from_column_major_counts(
        width_px: u32,
        height_px: u32,
        counts: impl IntoIterator<Item = u64>,
    ) -> Result<Self, GeometryError> {
        let columns = bounds_from_counts(n_pixels(width_px, height_px)?, counts)?;
        let bounds = transposed(&columns, height_px, width_px);
        Ok(Mask::from_runs(width_px, height_px, bounds))
    }

    /// A mask from COCO's compressed string.
    ///
    /// # Definition
    /// Each count is written in groups of five bits, lowest first, as bytes from `0` (48) on; bit 5 says that more follow, bit 4
    /// of the last group is the sign. From the fourth count on, the difference to the count two before is written.
    /// # Input
    /// Column-major counts, zeros first, as COCO's `counts` holds them.
    /// # Edge cases
    /// An empty string counts no pixels, so it fits no image.
    /// # Properties
    /// Reads back what [`Mask::to_coco_string`] writes.
    /// # Errors
    /// `CountsString` where the text breaks; otherwise as for [`Mask::from_row_major_counts`].
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// assert_eq!(Mask::from_coco_string(4, 3, "345")?.bounds(), [1, 3, 5, 6, 9, 10]);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Lin et al. 2014, Microsoft COCO, doi:10.1007/978-3-319-10602-1_48; the code is defined by its public implementation.
    /// # Checked against
    /// pycocotools 2.0.11 on 200 pairs of masks, `tests/oracles/overlap/masks.json`.
    pub fn from_coco_string(
        width_px: u32,
        height_px: u32,
        text: &str,
    ) -> Result<Self, GeometryError> {
        let mut counts: Vec<u64> = Vec::new();
        let mut bytes = text.bytes().enumerate();
        while let Some((position, first)) = bytes.next() {
            let fault = |reason| GeometryError::CountsString { position, reason };
            let (mut value, mut shift, mut byte) = (0_i64, 0_u32, first);
            loop {
                let group = byte
                    .checked_sub(48)
                    .filter(|&group| group < 64)
                    .ok_or_else(|| fault("a byte outside `0` to `o`"))?;
                if shift > 35 {
                    return Err(fault("a count of more than 40 bits"));
                }
                value |= i64::from(group & 0x1f) << shift;
                shift += 5;
                if group & 0x20 == 0 {
                    if group & 0x10 != 0 {
                        value |= -1 << shift;
                    }
                    break;
                }
                (_, byte) = bytes
                    .next()
                    .ok_or_else(|| fault("the text ends within a count"))?;
            }
            if let Some(&before) = counts.len().checked_sub(2).and_then(|at| counts.get(at))
                && counts.len() > 2
            {
                value += before as i64;
            }
            counts.push(u64::try_from(value).map_err(|_| fault("a count below zero"))?);
        }
        Self::from_column_major_counts(width_px, height_px, counts)
    }

    /// Row-major run lengths, zeros first.
    ///
    /// # Definition
    /// As [`Mask::from_row_major_counts`] reads them.
    /// # Input
    /// Any mask.
    /// # Edge cases
    /// An empty mask: one count. A first pixel that is set: a count of 0 first.
    /// # Properties
    /// The counts add up to the number of pixels; only the first may be 0.
    /// # Errors
    /// None.
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// assert_eq!(Mask::from_bounds(4, 3, vec![1, 3, 4, 9])?.to_row_major_counts(), [1, 2, 1, 5, 3]);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Lin et al. 2014, Microsoft COCO, doi:10.1007/978-3-319-10602-1_48; the code is defined by its public implementation.
    /// # Checked against
    /// pycocotools 2.0.11 on 200 pairs of masks, `tests/oracles/overlap/masks.json`.
    pub fn to_row_major_counts(&self) -> Vec<u32> {
        counts_from_bounds(self.bounds(), self.width_px() * self.height_px())
    }

    /// Column-major run lengths, zeros first (COCO).
    ///
    /// # Definition
    /// As [`Mask::from_column_major_counts`] reads them.
    /// # Input
    /// Any mask.
    /// # Edge cases
    /// An empty mask: one count. A first pixel that is set: a count of 0 first.
    /// # Properties
    /// The counts add up to the number of pixels; only the first may be 0.
    /// # Errors
    /// None.
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// assert_eq!(Mask::from_bounds(4, 3, vec![0, 12])?.to_column_major_counts(), [0, 12]);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Lin et al. 2014, Microsoft COCO, doi:10.1007/978-3-319-10602-1_48; the code is defined by its public implementation.
    /// # Checked against
    /// pycocotools 2.0.11 on 200 pairs of masks, `tests/oracles/overlap/masks.json`.
    pub fn to_column_major_counts(&self) -> Vec<u32> {
        let columns = transposed(self.bounds(), self.width_px(), self.height_px());
        counts_from_bounds(&columns, self.width_px() * self.height_px())
    }

    /// COCO's compressed string; see [`Mask::from_coco_string`].
    ///
    /// # Definition
    /// [`Mask::to_column_major_counts`], written in groups of five bits.
    /// # Input
    /// Any mask.
    /// # Edge cases
    /// An empty mask: the number of its pixels.
    /// # Properties
    /// The same string for equal masks.
    /// # Errors
    /// None.
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// assert_eq!(Mask::from_bounds(4, 3, vec![1, 3, 5, 6, 9, 10])?.to_coco_string(), "345");
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Lin et al. 2014, Microsoft COCO, doi:10.1007/978-3-319-10602-1_48; the code is defined by its public implementation.
    /// # Checked against
    /// pycocotools 2.0.11 on 200 pairs of masks, `tests/oracles/overlap/masks.json`.
    pub fn to_coco_string(&self) -> String {
        let counts = self.to_column_major_counts();
        let mut text = String::new();
        for (index, &count) in counts.iter().enumerate() {
            let mut value = i64::from(count);
            if index > 2 {
                value -= i64::from(counts[index - 2]);
            }
            loop {
                let group = (value & 0x1f) as u8;
                value >>= 5;
                let last = if group & 0x10 == 0 {
                    value == 0
                } else {
                    value == -1
                };
                text.push(char::from(48 + group + if last { 0 } else { 0x20 }));
                if last {
                    break;
                }
            }
        }
        text
    }
}

/// Run bounds from counts; the sum must be the number of pixels.
fn bounds_from_counts(
    n_pixels: u32,
    counts: impl IntoIterator<Item = u64>,
) -> Result<Vec<u32>, GeometryError> {
    let (mut sum, mut runs) = (0_u64, RunBuilder::default());
    for (index, count) in counts.into_iter().enumerate() {
        let start = sum;
        sum = sum.saturating_add(count);
        if index % 2 == 1 && sum <= u64::from(n_pixels) {
            runs.push(start as u32, sum as u32);
        }
    }
    if sum != u64::from(n_pixels) {
        return Err(GeometryError::CountsSum {
            found: sum,
            expected: u64::from(n_pixels),
        });
    }
    Ok(runs.finish())
}

fn counts_from_bounds(bounds: &[u32], n_pixels: u32) -> Vec<u32> {
    let mut counts = Vec::with_capacity(bounds.len() + 1);
    let mut before = 0;
    for &bound in bounds {
        counts.push(bound - before);
        before = bound;
    }
    if before < n_pixels || bounds.is_empty() {
        counts.push(n_pixels - before);
    }
    counts
}

/// Run bounds of the transposed image. `bounds` run along lines of `line` pixels, of which there are `n_lines`.
///
/// A pixel of the transposed image starts or ends a run exactly where two neighbouring lines differ, so only differences between
/// lines are ever written down: no raster, and equal lines cost nothing.
fn transposed(bounds: &[u32], line: u32, n_lines: u32) -> Vec<u32> {
    let mut changes = Changes::default();
    let mut segments: Vec<u32> = Vec::new();
    let mut at = 0;
    for run in bounds.chunks_exact(2) {
        let (first, last) = (run[0] / line, (run[1] - 1) / line);
        if first != at {
            changes.line(at, &segments);
            segments.clear();
        }
        let (from, to) = (run[0] % line, (run[1] - 1) % line + 1);
        if first == last {
            segments.extend([from, to]);
        } else {
            segments.extend([from, line]);
            changes.line(first, &segments);
            if last > first + 1 {
                changes.line(first + 1, &[0, line]);
                changes.at = last - 1;
            }
            segments.clear();
            segments.extend([0, to]);
        }
        at = last;
    }
    changes.line(at, &segments);
    changes.toggle(changes.at.saturating_add(1), &[]);
    changes.runs(line, n_lines)
}

/// Where each line differs from the one before it: pixels `from..to` change at line `at`.
#[derive(Default)]
struct Changes {
    at: u32,
    before: Vec<u32>,
    list: Vec<[u32; 3]>,
}

impl Changes {
    /// The line at `at` holds `segments`; lines since the last one given are empty.
    fn line(&mut self, at: u32, segments: &[u32]) {
        if at > self.at + 1 {
            self.toggle(self.at + 1, &[]);
        }
        self.toggle(at, segments);
        self.at = at;
    }

    /// Bounds of the symmetric difference: those that stand in one list only.
    fn toggle(&mut self, at: u32, segments: &[u32]) {
        let (mut i, mut j, mut open) = (0, 0, None);
        while i < self.before.len() || j < segments.len() {
            let left = self.before.get(i).copied();
            let right = segments.get(j).copied();
            let bound = left.unwrap_or(u32::MAX).min(right.unwrap_or(u32::MAX));
            let (in_left, in_right) = (left == Some(bound), right == Some(bound));
            i += usize::from(in_left);
            j += usize::from(in_right);
            if in_left != in_right {
                open = match open {
                    None => Some(bound),
                    Some(from) => {
                        self.list.push([at, from, bound]);
                        None
                    }
                };
            }
        }
        self.before.clear();
        self.before.extend_from_slice(segments);
    }

    /// Sorts the changes by transposed line (a counting sort), where they alternate between start and end.
    fn runs(self, line: u32, n_lines: u32) -> Vec<u32> {
        let mut offsets = vec![0_usize; line as usize + 1];
        for &[_, from, to] in &self.list {
            for y in from..to {
                offsets[y as usize + 1] += 1;
            }
        }
        for y in 0..line as usize {
            offsets[y + 1] += offsets[y];
        }
        let mut bounds = vec![0_u32; offsets[line as usize]];
        for &[at, from, to] in &self.list {
            for y in from..to {
                let slot = &mut offsets[y as usize];
                bounds[*slot] = y * n_lines + at;
                *slot += 1;
            }
        }
        let mut runs = RunBuilder::default();
        for run in bounds.chunks_exact(2) {
            runs.push(run[0], run[1]);
        }
        runs.finish()
    }
}

#[cfg(test)]
mod tests;
