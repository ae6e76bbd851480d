//! A mask's pixels as bits, laid out so that many rows are compared at once.

use super::{Mask, PixelBox};

/// Pixels in a word.
const BITS: u32 = u64::BITS;

/// Bits of the box around a mask in strips of 64 pixels: all rows of the first strip, then all rows of the second, and so on.
///
/// Strips start at multiples of 64 of the image, so two masks' words can be compared as they stand.
#[derive(Debug)]
pub(super) struct Strips {
    /// Number of the first strip in the image.
    first: u32,
    y0: u32,
    n_rows: usize,
    words: Vec<u64>,
}

impl Strips {
    /// `None` where the words would be much larger than the runs. `area` is the box around the mask.
    pub fn new(mask: &Mask, area: PixelBox) -> Option<Self> {
        let (first, last) = (area.x0 / BITS, (area.x1 - 1) / BITS);
        let n_rows = area.height_px() as usize;
        let n_words = u64::from(last - first + 1) * n_rows as u64;
        if n_words > 8 * mask.bounds().len() as u64 + 1024 {
            return None;
        }
        let mut words = vec![0_u64; n_words as usize];
        for span in mask.spans() {
            let row = (span.y - area.y0) as usize;
            let (from, to) = (span.x0 / BITS, (span.x1 - 1) / BITS);
            for strip in from..=to {
                let mut bits = u64::MAX;
                if strip == from {
                    bits &= u64::MAX << (span.x0 % BITS);
                }
                if strip == to {
                    bits &= u64::MAX >> (BITS - 1 - (span.x1 - 1) % BITS);
                }
                words[(strip - first) as usize * n_rows + row] |= bits;
            }
        }
        Some(Self {
            first,
            y0: area.y0,
            n_rows,
            words,
        })
    }

    /// Pixels set in both; `shared` is what the boxes around both share, and not empty.
    pub fn shared_px(&self, other: &Self, shared: PixelBox) -> u64 {
        let strips = shared.x0 / BITS..=(shared.x1 - 1) / BITS;
        strips
            .map(|strip| both_px(self.rows(strip, shared), other.rows(strip, shared)))
            .sum()
    }

    fn rows(&self, strip: u32, shared: PixelBox) -> &[u64] {
        let at = (strip - self.first) as usize * self.n_rows + (shared.y0 - self.y0) as usize;
        &self.words[at..at + shared.height_px() as usize]
    }
}

/// Bits set in both of two lists of words.
fn both_px(a: &[u64], b: &[u64]) -> u64 {
    let words = a.iter().zip(b);
    words.map(|(a, b)| u64::from((a & b).count_ones())).sum()
}
