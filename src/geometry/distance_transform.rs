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

/// Rows above which work is shared between threads.
const PARALLEL_FROM: usize = 1 << 15;
/// No seed on this line.
const NONE: u32 = u32::MAX;
/// Columns handled together, so that memory is read in whole cache lines.
const TILE: usize = 16;

impl Lattice {
    /// Distance from every query to the nearest seed, in the order of the queries.
    ///
    /// # Definition
    /// The squared distance separates by axis: along y the nearest seed in steps, then along z and x the lower envelope of the
    /// parabolas that the lines before give. The last pass visits only rows that hold a query. Exact up to rounding in f64.
    /// # Input
    /// At least one seed.
    /// # Reference
    /// Felzenszwalb & Huttenlocher 2012, Theory of Computing 8:415–428, doi:10.4086/toc.2012.v008a019.
    pub fn distances(&self, queries: &Points, seeds: &Points) -> Vec<f64> {
        let [n_z, n_y, n_x] = self.shape;
        let parallel = n_z * n_y * n_x >= PARALLEL_FROM;
        let steps = self.steps_along_y(seeds, parallel);
        let squares = self.squares_along_z(&steps, parallel);
        drop(steps);
        let of_rows = |rows: std::ops::Range<usize>| {
            let mut envelope = Envelope::new(self.spacing[2]);
            let mut found = Vec::new();
            for index in rows {
                let row = queries.rows[index];
                let at = (row.y as usize * n_z + row.z as usize) * n_x;
                envelope.build(squares[at..at + n_x].iter().copied());
                envelope.read(queries.row_x(index).iter().copied(), |square| {
                    found.push(square.sqrt());
                });
            }
            found
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

    /// Steps to the nearest seed along y, layout `(z, y, x)`; a scan down and a scan up, whole rows at a time.
    fn steps_along_y(&self, seeds: &Points, parallel: bool) -> Vec<u32> {
        let [n_z, n_y, n_x] = self.shape;
        let mut steps = vec![NONE; n_z * n_y * n_x];
        for (index, row) in seeds.rows.iter().enumerate() {
            let at = (row.z as usize * n_y + row.y as usize) * n_x;
            for &x in seeds.row_x(index) {
                steps[at + x as usize] = 0;
            }
        }
        let scan = |layer: &mut [u32]| {
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
            steps.par_chunks_mut(n_y * n_x).for_each(scan);
        } else {
            steps.chunks_mut(n_y * n_x).for_each(scan);
        }
        steps
    }

    /// Squared distance to the nearest seed in the plane across x, layout `(y, z, x)`.
    fn squares_along_z(&self, steps: &[u32], parallel: bool) -> Vec<f64> {
        let [n_z, n_y, n_x] = self.shape;
        let spacing_y = self.spacing[1];
        let squared = |n: u32| {
            if n == NONE {
                f64::INFINITY
            } else {
                let distance = f64::from(n) * spacing_y;
                distance * distance
            }
        };
        let mut squares = vec![0.0; n_z * n_y * n_x];
        let plane = |(y, plane): (usize, &mut [f64])| {
            let mut envelope = Envelope::new(self.spacing[0]);
            let mut columns = vec![f64::INFINITY; TILE * n_z];
            for from in (0..n_x).step_by(TILE) {
                let width = TILE.min(n_x - from);
                for z in 0..n_z {
                    let at = (z * n_y + y) * n_x + from;
                    for (column, &n) in steps[at..at + width].iter().enumerate() {
                        columns[column * n_z + z] = squared(n);
                    }
                }
                for column in columns.chunks_exact_mut(n_z).take(width) {
                    envelope.build(column.iter().copied());
                    let mut z = 0;
                    envelope.read(0..n_z as u32, |square| {
                        column[z] = square;
                        z += 1;
                    });
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

/// What a row knows plus one step, handed to its neighbour.
fn pass_on(from: &[u32], to: &mut [u32]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = (*to).min(from.saturating_add(1));
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

    fn build(&mut self, heights: impl Iterator<Item = f64>) {
        self.parabolas.clear();
        let square = self.spacing * self.spacing;
        for (place, height) in heights.enumerate() {
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

    /// Hands the envelope's height at each of the rising `places` to `give`; infinity where there is no parabola.
    fn read(&self, places: impl Iterator<Item = u32>, mut give: impl FnMut(f64)) {
        let mut index = 0;
        for place in places {
            let place = f64::from(place);
            while self
                .parabolas
                .get(index + 1)
                .is_some_and(|&(_, _, from)| from < place)
            {
                index += 1;
            }
            give(
                self.parabolas
                    .get(index)
                    .map_or(f64::INFINITY, |&(centre, height, _)| {
                        let distance = self.spacing * (place - centre);
                        height + distance * distance
                    }),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn points(shape: [usize; 3], picked: &[bool]) -> Points {
        let mut points = Points::default();
        for (index, row) in picked.chunks(shape[2]).enumerate() {
            let x = (0..row.len()).filter(|&x| row[x]).map(|x| x as u32);
            points.push_row((index / shape[1]) as u32, (index % shape[1]) as u32, x);
        }
        points
    }

    fn nearest(lattice: &Lattice, queries: &[bool], seeds: &[bool]) -> Vec<f64> {
        let [_, n_y, n_x] = lattice.shape;
        let place = |index: usize| {
            let [z, y, x] = [index / (n_y * n_x), index / n_x % n_y, index % n_x];
            [z as f64, y as f64, x as f64]
        };
        let distance = |p: usize, q: usize| {
            let (p, q) = (place(p), place(q));
            (0..3)
                .map(|k| ((p[k] - q[k]) * lattice.spacing[k]).powi(2))
                .sum::<f64>()
                .sqrt()
        };
        let all = |picked: &[bool]| (0..picked.len()).filter(|&i| picked[i]).collect::<Vec<_>>();
        let seeds = all(seeds);
        let closest = |p: usize| {
            seeds
                .iter()
                .map(|&q| distance(p, q))
                .fold(f64::INFINITY, f64::min)
        };
        all(queries).into_iter().map(closest).collect()
    }

    proptest! {
        #[test]
        fn distances_equal_those_by_trying_every_seed(
            shape in [1_usize..6, 1_usize..8, 1_usize..40],
            spacing in [0.1..4.0, 0.1..4.0, 0.1..4.0],
            seed in any::<u64>(),
        ) {
            let n = shape.iter().product::<usize>();
            let mut state = seed | 1;
            let mut draw = |share: u64| -> Vec<bool> {
                (0..n).map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 33) % 100 < share
                }).collect()
            };
            let (queries, mut seeds) = (draw(30), draw(4));
            seeds[n / 2] = true;
            let lattice = Lattice { shape, spacing };
            let found = lattice.distances(&points(shape, &queries), &points(shape, &seeds));
            let expected = nearest(&lattice, &queries, &seeds);
            prop_assert_eq!(found.len(), expected.len());
            for (f, e) in found.iter().zip(&expected) {
                prop_assert!((f - e).abs() < 1e-9, "{} against {}", f, e);
            }
        }
    }

    #[test]
    fn a_large_lattice_shares_its_work_and_gives_the_same() {
        let shape = [20, 40, 50];
        let lattice = Lattice {
            shape,
            spacing: [2.5, 0.7, 0.9],
        };
        let pick = |modulus: usize| (0..40_000).map(|i| i % modulus == 3).collect::<Vec<_>>();
        let (queries, seeds) = (pick(97), pick(1_009));
        let found = lattice.distances(&points(shape, &queries), &points(shape, &seeds));
        for (f, e) in found.iter().zip(nearest(&lattice, &queries, &seeds)) {
            assert!((f - e).abs() < 1e-9);
        }
    }
}
