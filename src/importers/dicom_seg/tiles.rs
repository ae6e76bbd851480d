//! Tiles of a whole slide put together to masks of its total pixel matrix, run by run.
//!
//! Format: DICOM PS3.3, C.7.6.17.3 and C.8.12.14.

use super::Fault;
use super::header::Header;
use super::pixels::Pixels;
use crate::domain::Shape;
use crate::geometry::Mask;
use std::collections::BTreeMap;

/// Part of a row of the matrix.
type Span = [u32; 3];

/// One mask a segment, of the whole matrix of so many columns and rows.
pub(super) fn matrix_masks(
    header: &Header,
    [width, height]: [u32; 2],
    pixels: &mut Pixels<'_>,
) -> Result<Vec<(u32, Shape)>, Fault> {
    // Places below count to the number of its pixels.
    Mask::empty(width, height)?;
    let place = |index: usize| {
        let frame = header.frames.get(index);
        let [x, y] = frame.and_then(|frame| frame.tile).unwrap_or_default();
        (y, x, frame.and_then(|frame| frame.segment))
    };
    let mut order: Vec<usize> = (0..header.frames.len()).collect();
    order.sort_by_key(|&index| place(index));
    if let Some(pair) = order
        .windows(2)
        .find(|pair| place(pair[0]) == place(pair[1]))
    {
        return Err(Fault::invalid(format!(
            "frames {} and {} show one tile; export it again",
            pair[0].min(pair[1]) + 1,
            pair[0].max(pair[1]) + 1
        )));
    }
    let mut masks: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for band in order.chunk_by(|a, b| place(*a).0 == place(*b).0) {
        let mut spans: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
        for &index in band {
            let (y, x, _) = place(index);
            for (segment, bounds) in pixels.frame(index)? {
                let spans = spans.entry(segment).or_default();
                in_matrix(&bounds, header.width_px, [x, y], [width, height], spans);
            }
        }
        for (segment, mut spans) in spans {
            spans.sort_unstable();
            let bounds = masks.entry(segment).or_default();
            let n_before = bounds.len();
            for [y, x0, x1] in spans {
                append(bounds, y * width + x0, y * width + x1);
            }
            pixels.count(bounds.len().saturating_sub(n_before))?;
        }
    }
    let mut shapes = Vec::new();
    for (segment, bounds) in masks {
        let mask = Mask::from_bounds(width, height, rising(bounds))?;
        if !mask.is_empty() {
            shapes.push((segment, Shape::Mask(mask)));
        }
    }
    Ok(shapes)
}

/// The runs of a tile as parts of the matrix' rows; what a tile at the edge holds beyond the matrix is padding.
fn in_matrix(
    bounds: &[u32],
    tile_width: u32,
    [left, top]: [u32; 2],
    [width, height]: [u32; 2],
    spans: &mut Vec<Span>,
) {
    for run in bounds.chunks_exact(2) {
        let mut start = run[0];
        while start < run[1] {
            let row = start / tile_width;
            let end = run[1].min((row + 1).saturating_mul(tile_width));
            let x0 = left.saturating_add(start - row * tile_width);
            let x1 = left.saturating_add(end - row * tile_width).min(width);
            let y = top.saturating_add(row);
            if y < height && x0 < x1 {
                spans.push([y, x0, x1]);
            }
            start = end;
        }
    }
}

/// Adds a run, and joins it to the last where they touch.
fn append(bounds: &mut Vec<u32>, start: u32, end: u32) {
    match bounds.as_mut_slice() {
        [.., first, last] if *first <= start && start <= *last => *last = end.max(*last),
        _ => bounds.extend([start, end]),
    }
}

/// Runs in rising order. They are, unless tiles overlap.
fn rising(bounds: Vec<u32>) -> Vec<u32> {
    if bounds.is_sorted() {
        return bounds;
    }
    let mut runs: Vec<[u32; 2]> = bounds.chunks_exact(2).map(|run| [run[0], run[1]]).collect();
    runs.sort_unstable();
    let mut rising = Vec::new();
    for [start, end] in runs {
        append(&mut rising, start, end);
    }
    rising
}

#[cfg(test)]
mod tests {
    use super::{append, in_matrix, rising};

    #[test]
    fn a_tile_at_the_edge_is_cut_off() {
        let mut spans = Vec::new();
        // A full tile of 4 x 4 px at column 6 and row 2 of a matrix of 8 x 5.
        in_matrix(&[0, 16], 4, [6, 2], [8, 5], &mut spans);
        assert_eq!(spans, [[2, 6, 8], [3, 6, 8], [4, 6, 8]]);
        spans.clear();
        // A run over the end of a row.
        in_matrix(&[3, 6], 4, [0, 0], [8, 5], &mut spans);
        assert_eq!(spans, [[0, 3, 4], [1, 0, 2]]);
    }

    #[test]
    fn touching_and_overlapping_runs_become_one() {
        let mut bounds = Vec::new();
        for (start, end) in [(0, 2), (2, 4), (3, 5), (7, 9), (1, 3)] {
            append(&mut bounds, start, end);
        }
        assert_eq!(bounds, [0, 5, 7, 9, 1, 3]);
        assert_eq!(rising(bounds), [0, 5, 7, 9]);
    }
}
