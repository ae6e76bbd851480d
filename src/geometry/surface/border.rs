//! The surface elements of one shape, found 64 pixels at a time.

use super::super::distance_transform::Points;
use super::super::mask::PixelBox;
use super::{Mask, SurfaceElement};

/// Surface elements in the order of the lattice of pixel corners.
#[derive(Default)]
pub(super) struct Border {
    pub points: Points,
    /// For each point the set pixels around it, one bit each, the first (lowest z, y, x) highest.
    codes: Vec<u8>,
}

impl Border {
    /// The corners of a mask: where the 2x2 block around is neither empty nor full.
    pub fn of_mask(mask: &Mask, area: PixelBox) -> Self {
        let layer = BitLayer::of_mask(mask, area);
        let mut border = Self::default();
        for y in 0..layer.n_rows - 1 {
            let rows = [layer.row(y), layer.row(y + 1)];
            // As a block of two equal layers, whose lower half is the code of the plane.
            border.push_row(0, y, [rows[0], rows[1], rows[0], rows[1]], 0b1111);
        }
        border
    }

    /// The corners of slices with their layers: where the 2x2x2 block around is neither empty nor full. Layer `z` of the lattice
    /// lies between slice layers `z - 1` and `z`.
    pub fn of_slices<'a>(
        slices: impl Iterator<Item = (&'a Mask, usize)>,
        area: PixelBox,
        n_layers: usize,
    ) -> Self {
        let mut slices = slices.peekable();
        let mut border = Self::default();
        let empty = BitLayer::empty(area);
        let mut below = None;
        for z in 0..n_layers {
            let above = below;
            let here = slices.next_if(|(_, at)| *at == z);
            below = here.map(|(mask, _)| BitLayer::of_mask(mask, area));
            if above.is_none() && below.is_none() {
                continue;
            }
            let [upper, lower] = [&above, &below].map(|layer| layer.as_ref().unwrap_or(&empty));
            for y in 0..empty.n_rows - 1 {
                let rows = [
                    upper.row(y),
                    upper.row(y + 1),
                    lower.row(y),
                    lower.row(y + 1),
                ];
                border.push_row(z, y, rows, 0xff);
            }
        }
        border
    }

    /// Adds the corners between four rows; `kept` are the bits of the code that count.
    fn push_row(&mut self, z: usize, y: usize, rows: [&[u64]; 4], kept: u8) {
        let start = self.points.x.len();
        let n_words = rows[0].len() - 1;
        for word in 0..n_words {
            let here = rows.map(|row| row[word]);
            // The last word of a row is empty, so that the next bit can always be looked up.
            let next = rows.map(|row| row[word] >> 1 | row[word + 1] << 63);
            let any = here.iter().chain(&next).fold(0, |any, bits| any | bits);
            let all = here
                .iter()
                .chain(&next)
                .fold(u64::MAX, |all, bits| all & bits);
            let mut border = any & !all;
            while border != 0 {
                let at = border.trailing_zeros();
                border &= border - 1;
                let bit = |bits: u64| (bits >> at & 1) as u8;
                let code = (0..4).fold(0, |code, row| {
                    code << 2 | bit(here[row]) << 1 | bit(next[row])
                });
                self.points.x.push(word as u32 * 64 + at);
                self.codes.push(code & kept);
            }
        }
        self.points.end_row(z, y, start);
    }

    /// The elements by rising distance, with the size of each code.
    pub fn elements(&self, distances: Vec<f64>, sizes: &[f64]) -> Vec<SurfaceElement> {
        let pairs = distances.into_iter().zip(&self.codes);
        let element = |(distance, &code): (f64, &u8)| SurfaceElement {
            distance,
            size: sizes[usize::from(code)],
        };
        let mut elements: Vec<_> = pairs.map(element).collect();
        // Sizes settle ties, so that sums do not depend on the order of the lattice. Bits of numbers from 0 on sort as the numbers.
        let bits = |value: f64| u128::from(value.to_bits());
        elements.sort_unstable_by_key(|one| bits(one.distance) << 64 | bits(one.size));
        elements
    }
}

/// The pixels of a window as bits, with one unset pixel all round and an unset word at the end of each row.
struct BitLayer {
    n_rows: usize,
    stride: usize,
    words: Vec<u64>,
}

impl BitLayer {
    fn empty(area: PixelBox) -> Self {
        let n_rows = area.height_px() as usize + 2;
        let stride = (area.width_px() as usize + 2).div_ceil(64) + 1;
        Self {
            n_rows,
            stride,
            words: vec![0; n_rows * stride],
        }
    }

    fn of_mask(mask: &Mask, area: PixelBox) -> Self {
        let mut layer = Self::empty(area);
        for span in mask.spans() {
            let start = (span.y - area.y0 + 1) as usize * layer.stride;
            let row = &mut layer.words[start..start + layer.stride];
            let (from, to) = (span.x0 - area.x0 + 1, span.x1 - area.x0 + 1);
            let (first, last) = (from as usize / 64, (to as usize - 1) / 64);
            let head = u64::MAX << (from % 64);
            let tail = u64::MAX >> (63 - (to - 1) % 64);
            if first == last {
                row[first] |= head & tail;
            } else {
                row[first] |= head;
                row[first + 1..last].fill(u64::MAX);
                row[last] |= tail;
            }
        }
        layer
    }

    fn row(&self, y: usize) -> &[u64] {
        &self.words[y * self.stride..(y + 1) * self.stride]
    }
}
