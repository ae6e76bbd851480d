//! Exact Euclidean distance from some points of a lattice to the nearest of others, with its own spacing per axis.

use rayon::prelude::*;

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
    /// Adds a row's points; rows must come in order.
    pub fn push_row(&mut self, z: u32, y: u32, x: impl Iterator<Item = u32>) {
        let start = self.x.len();
        self.x.extend(x);
        if self.x.len() > start {
            self.rows.push(PointRow { z, y, start });
        }
    }

    fn row_x(&self, index: usize) -> &[u32] {
        let end = self
            .rows
            .get(index + 1)
            .map_or(self.x.len(), |row| row.start);
        &self.x[self.rows[index].start..end]
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
    /// looks outwards along x and z until no nearer seed can come; where a trial shows that surfaces are too far apart for that, the
    /// lower envelopes of parabolas along z come first, and queries look along x only. Both ways are exact up to rounding in f64.
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
            return self.each_row(queries, parallel, |row, x| {
                self.search(&closeness, row, x, &mut 0)
            });
        }
        let squares = self.squares_along_z(&closeness, parallel);
        drop(closeness);
        let [n_z, _, n_x] = self.shape;
        self.each_row(queries, parallel, |row, x| {
            let at = (row.y as usize * n_z + row.z as usize) * n_x;
            self.search_row(&squares[at..at + n_x], x)
        })
    }

    fn each_row(
        &self,
        queries: &Points,
        parallel: bool,
        square: impl Fn(PointRow, u32) -> f64 + Sync,
    ) -> Vec<f64> {
        let of_rows = |rows: std::ops::Range<usize>| -> Vec<f64> {
            let rows = rows.map(|index| (queries.rows[index], queries.row_x(index)));
            rows.flat_map(|(row, x)| x.iter().map(move |&x| (row, x)))
                .map(|(row, x)| square(row, x).sqrt())
                .collect()
        };
        let n_rows = queries.rows.len();
        if !parallel {
            return of_rows(0..n_rows);
        }
        let blocks: Vec<Vec<f64>> = (0..n_rows.div_ceil(128))
            .into_par_iter()
            .map(|block| of_rows(block * 128..n_rows.min((block + 1) * 128)))
            .collect();
        blocks.concat()
    }

    /// Least squared distance from a point, looking outwards along x and z.
    fn search(&self, closeness: &[u16], row: PointRow, x: u32, n_visits: &mut usize) -> f64 {
        let [n_z, n_y, n_x] = self.shape;
        let (z, y, x) = (row.z as usize, row.y as usize, x as usize);
        let mut best = f64::INFINITY;
        for (dx, columns) in outwards(x, n_x) {
            let square_x = square(dx, self.spacing[2]);
            if square_x >= best {
                break;
            }
            for (dz, layers) in outwards(z, n_z) {
                let square_xz = square_x + square(dz, self.spacing[0]);
                if square_xz >= best {
                    break;
                }
                for layer in layers.into_iter().flatten() {
                    for column in columns.into_iter().flatten() {
                        *n_visits += 1;
                        let close = closeness[(layer * n_y + y) * n_x + column];
                        if close > 0 {
                            best = best.min(square_xz + self.square_y(close));
                        }
                    }
                }
            }
        }
        best
    }

    /// Least squared distance from place `x`, given those within the planes across the row.
    fn search_row(&self, squares: &[f64], x: u32) -> f64 {
        let mut best = f64::INFINITY;
        for (dx, columns) in outwards(x as usize, squares.len()) {
            let square_x = square(dx, self.spacing[2]);
            if square_x >= best {
                break;
            }
            for column in columns.into_iter().flatten() {
                best = best.min(square_x + squares[column]);
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
            for &x in seeds.row_x(index) {
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
            closeness
                .par_chunks_mut(n_y * n_x)
                .zip(&has_seed)
                .for_each(scan);
        } else {
            closeness
                .chunks_mut(n_y * n_x)
                .zip(&has_seed)
                .for_each(scan);
        }
        closeness
    }

    /// Squared distance to the nearest seed in the plane across x, layout `(y, z, x)`.
    fn squares_along_z(&self, closeness: &[u16], parallel: bool) -> Vec<f64> {
        let [n_z, n_y, n_x] = self.shape;
        let mut squares = vec![0.0; n_z * n_y * n_x];
        let plane = |(y, plane): (usize, &mut [f64])| {
            let mut envelope = Envelope::new(self.spacing[0]);
            let mut columns = vec![f64::INFINITY; TILE * n_z];
            for from in (0..n_x).step_by(TILE) {
                let width = TILE.min(n_x - from);
                for z in 0..n_z {
                    let at = (z * n_y + y) * n_x + from;
                    for (column, &close) in closeness[at..at + width].iter().enumerate() {
                        let none = close == 0;
                        let square = if none {
                            f64::INFINITY
                        } else {
                            self.square_y(close)
                        };
                        columns[column * n_z + z] = square;
                    }
                }
                for column in columns.chunks_exact_mut(n_z).take(width) {
                    envelope.build(column);
                    envelope.read(column);
                }
                for z in 0..n_z {
                    let row = &mut plane[z * n_x + from..z * n_x + from + width];
                    for (column, square) in row.iter_mut().enumerate() {
                        *square = columns[column * n_z + z];
                    }
                }
            }
        };
        if parallel {
            squares
                .par_chunks_mut(n_z * n_x)
                .enumerate()
                .for_each(plane);
        } else {
            squares.chunks_mut(n_z * n_x).enumerate().for_each(plane);
        }
        squares
    }
}

fn square(steps: usize, spacing: f64) -> f64 {
    let distance = steps as f64 * spacing;
    distance * distance
}

/// Places of a line by rising distance from `start`: the distance in steps, and the one or two places there.
fn outwards(start: usize, n: usize) -> impl Iterator<Item = (usize, [Option<usize>; 2])> {
    let furthest = start.max(n - 1 - start);
    (0..=furthest).map(move |steps| {
        let below = if steps > 0 {
            start.checked_sub(steps)
        } else {
            None
        };
        let above = Some(start + steps).filter(|&place| place < n);
        (steps, [below, above])
    })
}

/// What a row knows less one step, handed to its neighbour.
fn pass_on(from: &[u16], to: &mut [u16]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = (*to).max(from.saturating_sub(1));
    }
}

/// The lower envelope of parabolas `height + (spacing · (x − place))²`.
struct Envelope {
    spacing: f64,
    /// Place, height, and where the parabola starts to be the lowest.
    parabolas: Vec<(f64, f64, f64)>,
}

impl Envelope {
    fn new(spacing: f64) -> Self {
        Self {
            spacing,
            parabolas: Vec::new(),
        }
    }

    fn build(&mut self, heights: &[f64]) {
        self.parabolas.clear();
        let square = self.spacing * self.spacing;
        for (place, &height) in heights.iter().enumerate() {
            if height == f64::INFINITY {
                continue;
            }
            let place = place as f64;
            let mut from = f64::NEG_INFINITY;
            while let Some(&(other, other_height, other_from)) = self.parabolas.last() {
                let rise = (height - other_height) / (square * (place - other));
                from = 0.5 * (rise + place + other);
                if from > other_from {
                    break;
                }
                self.parabolas.pop();
                from = f64::NEG_INFINITY;
            }
            self.parabolas.push((place, height, from));
        }
    }

    /// Writes the envelope's height at every place; infinity where there is no parabola.
    fn read(&self, heights: &mut [f64]) {
        let mut index = 0;
        for (place, height) in heights.iter_mut().enumerate() {
            let place = place as f64;
            let next = |index: usize| self.parabolas.get(index + 1);
            while next(index).is_some_and(|&(_, _, from)| from < place) {
                index += 1;
            }
            let lowest = self.parabolas.get(index);
            *height = lowest.map_or(f64::INFINITY, |&(centre, height, _)| {
                let distance = self.spacing * (place - centre);
                height + distance * distance
            });
        }
    }
}

#[cfg(test)]
mod tests;
