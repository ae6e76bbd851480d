//! A mask's runs by row, laid out so that many rows are compared at once.

use super::Mask;

/// Rows that are compared at once.
const LANES: usize = 8;

/// Runs of rows in layers: the first run of each row, the second of each row, and so on.
///
/// A layer covers the rows from the first to the last that have such a run; rows between without one hold the empty run 0..0.
/// `LANES` empty rows follow each layer, so that a walk in steps of `LANES` ends within it.
#[derive(Debug)]
pub(super) struct RowLayers {
    layers: Vec<Layer>,
    starts: Vec<u16>,
    ends: Vec<u16>,
}

#[derive(Clone, Copy, Debug)]
struct Layer {
    y0: u32,
    y1: u32,
    /// Place of row `y0`.
    offset: usize,
}

impl RowLayers {
    /// `None` where the layers would be much larger than the runs, or an image wider than 2¹⁶ − 1 pixels.
    pub fn new(mask: &Mask) -> Option<Self> {
        if mask.width_px() > u32::from(u16::MAX) {
            return None;
        }
        let most = 4 * mask.bounds().len() + 512;
        let (mut layers, mut n_spans): (Vec<Layer>, usize) = (Vec::new(), 0);
        let (mut row, mut level) = (u32::MAX, 0);
        for span in mask.spans() {
            level = if span.y == row { level + 1 } else { 0 };
            row = span.y;
            match layers.get_mut(level) {
                Some(layer) => layer.y1 = row + 1,
                None => layers.push(Layer {
                    y0: row,
                    y1: row + 1,
                    offset: 0,
                }),
            }
            n_spans += 1;
            // A run may go on over very many rows.
            if n_spans > most {
                return None;
            }
        }
        let mut n_places = 0;
        for layer in &mut layers {
            layer.offset = n_places;
            n_places += (layer.y1 - layer.y0) as usize + LANES;
            if n_places > most + LANES * layers_allowance(n_spans) {
                return None;
            }
        }
        let (mut starts, mut ends) = (vec![0; n_places], vec![0; n_places]);
        (row, level) = (u32::MAX, 0);
        for span in mask.spans() {
            level = if span.y == row { level + 1 } else { 0 };
            row = span.y;
            let layer = layers[level];
            let place = layer.offset + (row - layer.y0) as usize;
            // The width fits, so its positions do.
            starts[place] = span.x0 as u16;
            ends[place] = span.x1 as u16;
        }
        Some(Self {
            layers,
            starts,
            ends,
        })
    }

    pub fn n_layers(&self) -> u64 {
        self.layers.len() as u64
    }

    /// Pixels set in both.
    pub fn shared_px(&self, other: &Self) -> u64 {
        let mut sum = 0;
        for p in &self.layers {
            for q in &other.layers {
                let (y0, y1) = (p.y0.max(q.y0), p.y1.min(q.y1));
                if y0 >= y1 {
                    continue;
                }
                let length = ((y1 - y0) as usize).next_multiple_of(LANES);
                let from = |layer: &Layer| layer.offset + (y0 - layer.y0) as usize;
                let (i, j) = (from(p), from(q));
                sum += rows_shared_px(
                    &self.starts[i..i + length],
                    &self.ends[i..i + length],
                    &other.starts[j..j + length],
                    &other.ends[j..j + length],
                );
            }
        }
        sum
    }
}

/// Layers of one or few rows cost mostly what follows them; noise may have this many.
fn layers_allowance(n_spans: usize) -> usize {
    n_spans.min(64)
}

/// Sum over rows of what two runs share. All four are of one length, a multiple of `LANES`.
fn rows_shared_px(a_starts: &[u16], a_ends: &[u16], b_starts: &[u16], b_ends: &[u16]) -> u64 {
    // A sum of pixels of one image: no lane can overflow.
    let mut sums = [0_u32; LANES];
    let (a_starts, a_ends) = (
        a_starts.as_chunks::<LANES>().0,
        a_ends.as_chunks::<LANES>().0,
    );
    let (b_starts, b_ends) = (
        b_starts.as_chunks::<LANES>().0,
        b_ends.as_chunks::<LANES>().0,
    );
    let rows = a_starts.iter().zip(a_ends).zip(b_starts.iter().zip(b_ends));
    for ((a0, a1), (b0, b1)) in rows {
        for lane in 0..LANES {
            let overlap = a1[lane]
                .min(b1[lane])
                .saturating_sub(a0[lane].max(b0[lane]));
            sums[lane] += u32::from(overlap);
        }
    }
    sums.iter().map(|&sum| u64::from(sum)).sum()
}
