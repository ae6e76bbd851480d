//! Exact Euclidean distance from some points of a lattice to the nearest of others, with its own spacing per axis.

mod envelope;

use std::ops::Range;

use rayon::prelude::*;

use envelope::Envelope;

/// Points of a lattice, sorted by z, then y, then x, and grouped by row.
#[derive(Default)]
pub(super) struct Points {
    pub rows: Vec<PointRow>,
    pub x: Vec<u32>,
}

/// The points `start..` (up to the next row's start) lie in row `y` of layer `z`.
#[derive(Clone, Copy)]
pub(super) struct PointRow {
    pub z: u32,
    pub y: u32,
    pub start: usize,
}

impl Points {
    /// Ends a row whose points have been pushed to `x` from `start` on; rows must come in order.
    pub fn end_row(&mut self, z: usize, y: usize, start: usize) {
        if self.x.len() > start {
            let (z, y) = (z as u32, y as u32);
            self.rows.push(PointRow { z, y, start });
        }
    }

    fn of_row(&self, index: usize) -> Range<usize> {
        let end = self
            .rows
            .get(index + 1)
            .map_or(self.x.len(), |row| row.start);
        self.rows[index].start..end
    }
}

/// A lattice: numbers of points and spacings, `[z, y, x]`.
#[derive(Clone, Copy)]
pub(super) struct Lattice {
    pub shape: [usize; 3],
    pub spacing: [f64; 3],
}

/// Lattice points above which work is shared between threads.
const PARALLEL_FROM: usize = 1 << 15;
/// Most points along y, so that steps fit 16 bits.
pub(super) const MOST_ROWS: usize = 65_535;
/// Closeness of a seed to itself; a step away it is one less, and 0 means that no seed lies on the line.
const AT_SEED: u16 = u16::MAX;
/// Columns handled together, so that memory is read in whole cache lines.
const TILE: usize = 32;
/// Queries tried before it is decided how to go on.
const N_TRIALS: usize = 64;
/// Visits of a search that cost as much as one point of a full pass.
const VISITS_PER_POINT: usize = 4;

impl Lattice {
    /// Distance from every query to the nearest seed, in the order of the queries.
    ///
    /// # Definition
    /// The squared distance separates by axis. Steps to the nearest seed along y come first, for the whole lattice. Then each query
    /// looks outwards along x and z until no nearer seed can come. Where a trial shows that surfaces are too far apart for that,
    /// lower envelopes of parabolas along z, then x, are taken plane by plane. Both ways are exact up to rounding in f64, and hold
    /// 2 bytes for each point of the lattice.
    /// # Input
    /// At least one seed; at most [`MOST_ROWS`] points along y.
    /// # Reference
    /// Felzenszwalb & Huttenlocher 2012, Theory of Computing 8:415–428, doi:10.4086/toc.2012.v008a019.
    pub fn distances(&self, queries: &Points, seeds: &Points) -> Vec<f64> {
        let n_points = self.shape.iter().product::<usize>();
        let parallel = n_points >= PARALLEL_FROM;
        let closeness = self.closeness_along_y(seeds, parallel);
        let n_rows = queries.rows.len();
        let (mut n_tried, mut n_visits) = (0, 0);
        for index in (0..n_rows).step_by(n_rows.div_ceil(N_TRIALS).max(1)) {
            let row = queries.rows[index];
            self.search(&closeness, row, queries.x[row.start], &mut n_visits);
            n_tried += 1;
        }
        let is_near = n_visits * queries.x.len() <= VISITS_PER_POINT * n_points * n_tried;
        if is_near {
            self.by_search(&closeness, queries, parallel)
        } else {
            self.by_planes(&closeness, queries, parallel)
        }
    }

    fn by_search(&self, closeness: &[u16], queries: &Points, parallel: bool) -> Vec<f64> {
        let n_rows = queries.rows.len();
        let of_rows = |rows: Range<usize>, found: &mut Vec<f64>| {
            for index in rows {
                let row = queries.rows[index];
                for &x in &queries.x[queries.of_row(index)] {
                    found.push(self.search(closeness, row, x, &mut 0).sqrt());
                }
            }
        };
        if !parallel {
            let mut found = Vec::with_capacity(queries.x.len());
            of_rows(0..n_rows, &mut found);
            return found;
        }
        let blocks = (0..n_rows.div_ceil(128)).into_par_iter().map(|block| {
            let mut found = Vec::new();
            of_rows(block * 128..n_rows.min((block + 1) * 128), &mut found);
            found
        });
        blocks.collect::<Vec<_>>().concat()
    }

    /// Least squared distance from a point, looking outwards along x and z.
    fn search(&self, closeness: &[u16], row: PointRow, x: u32, n_visits: &mut usize) -> f64 {
        let [n_z, n_y, n_x] = self.shape;
        let (z, x) = (row.z as usize, x as usize);
        let layer = n_y * n_x;
        let own = (z * n_y + row.y as usize) * n_x;
        if closeness[own + x] == AT_SEED {
            *n_visits += 1;
            return 0.0;
        }
        let mut best = f64::INFINITY;
        for dx in 0..=x.max(n_x - 1 - x) {
            let square_x = square(dx, self.spacing[2]);
            if square_x >= best {
                break;
            }
            for (side, is_inside) in [x >= dx, dx > 0 && x + dx < n_x].into_iter().enumerate() {
                if !is_inside {
                    continue;
                }
                let column = own + if side == 0 { x - dx } else { x + dx };
                let mut see = |at: usize, square_xz: f64| {
                    *n_visits += 1;
                    let close = closeness[at];
                    if close > 0 {
                        best = best.min(square_xz + self.square_y(close));
                    }
                    best
                };
                let mut least = see(column, square_x);
                for dz in 1..=z.max(n_z - 1 - z) {
                    let square_xz = square_x + square(dz, self.spacing[0]);
                    if square_xz >= least {
                        break;
                    }
                    if z >= dz {
                        least = see(column - dz * layer, square_xz);
                    }
                    if z + dz < n_z {
                        least = see(column + dz * layer, square_xz);
                    }
                }
            }
        }
        best
    }

    fn square_y(&self, closeness: u16) -> f64 {
        square(usize::from(AT_SEED - closeness), self.spacing[1])
    }

    /// Closeness to the nearest seed along y, layout `(z, y, x)`; a scan down and a scan up, whole rows at a time.
    fn closeness_along_y(&self, seeds: &Points, parallel: bool) -> Vec<u16> {
        let [n_z, n_y, n_x] = self.shape;
        let mut closeness = vec![0; n_z * n_y * n_x];
        let mut has_seed = vec![false; n_z];
        for (index, row) in seeds.rows.iter().enumerate() {
            has_seed[row.z as usize] = true;
            let at = (row.z as usize * n_y + row.y as usize) * n_x;
            for &x in &seeds.x[seeds.of_row(index)] {
                closeness[at + x as usize] = AT_SEED;
            }
        }
        let scan = |(layer, &has_seed): (&mut [u16], &bool)| {
            if !has_seed {
                return;
            }
            for y in 1..n_y {
                let (above, row) = layer.split_at_mut(y * n_x);
                pass_on(&above[(y - 1) * n_x..], &mut row[..n_x]);
            }
            for y in (1..n_y).rev() {
                let (above, row) = layer.split_at_mut(y * n_x);
                pass_on(&row[..n_x], &mut above[(y - 1) * n_x..]);
            }
        };
        if parallel {
            let layers = closeness.par_chunks_mut(n_y * n_x).zip(&has_seed);
            layers.for_each(scan);
        } else {
            let layers = closeness.chunks_mut(n_y * n_x).zip(&has_seed);
            layers.for_each(scan);
        }
        closeness
    }

    /// Lower envelopes in each plane across y that holds queries.
    fn by_planes(&self, closeness: &[u16], queries: &Points, parallel: bool) -> Vec<f64> {
        let mut by_y: Vec<usize> = (0..queries.rows.len()).collect();
        by_y.sort_by_key(|&index| queries.rows[index].y);
        let planes: Vec<&[usize]> = by_y
            .chunk_by(|&i, &j| queries.rows[i].y == queries.rows[j].y)
            .collect();
        let of_plane = |rows: &&[usize]| -> Vec<f64> { self.plane(closeness, queries, rows) };
        let found: Vec<Vec<f64>> = if parallel {
            planes.par_iter().map(of_plane).collect()
        } else {
            planes.iter().map(of_plane).collect()
        };
        let mut distances = vec![0.0; queries.x.len()];
        for (rows, found) in planes.iter().zip(found) {
            let mut found = &found[..];
            for &index in *rows {
                let places = queries.of_row(index);
                let (here, rest) = found.split_at(places.len());
                distances[places].copy_from_slice(here);
                found = rest;
            }
        }
        distances
    }

    /// Distances of the queries in `rows`, which lie in one plane across y.
    fn plane(&self, closeness: &[u16], queries: &Points, rows: &[usize]) -> Vec<f64> {
        let [n_z, n_y, n_x] = self.shape;
        let y = queries.rows[rows[0]].y as usize;
        let mut plane = vec![f64::INFINITY; n_z * n_x];
        let mut along_z = Envelope::new(self.spacing[0]);
        let mut columns = vec![f64::INFINITY; TILE * n_z];
        for from in (0..n_x).step_by(TILE) {
            let width = TILE.min(n_x - from);
            for z in 0..n_z {
                let at = (z * n_y + y) * n_x + from;
                for (column, &close) in closeness[at..at + width].iter().enumerate() {
                    columns[column * n_z + z] = if close == 0 {
                        f64::INFINITY
                    } else {
                        self.square_y(close)
                    };
                }
            }
            for column in columns.chunks_exact_mut(n_z).take(width) {
                along_z.build(column);
                along_z.read(column);
            }
            for z in 0..n_z {
                let row = &mut plane[z * n_x + from..z * n_x + from + width];
                for (column, square) in row.iter_mut().enumerate() {
                    *square = columns[column * n_z + z];
                }
            }
        }
        let mut along_x = Envelope::new(self.spacing[2]);
        let mut found = Vec::new();
        for &index in rows {
            let z = queries.rows[index].z as usize;
            let row = &mut plane[z * n_x..(z + 1) * n_x];
            along_x.build(row);
            along_x.read(row);
            let x = queries.x[queries.of_row(index)].iter();
            found.extend(x.map(|&x| row[x as usize].sqrt()));
        }
        found
    }
}

fn square(steps: usize, spacing: f64) -> f64 {
    let distance = steps as f64 * spacing;
    distance * distance
}

/// What a row knows less one step, handed to its neighbour.
fn pass_on(from: &[u16], to: &mut [u16]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = (*to).max(from.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests;
