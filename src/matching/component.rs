//! Maximum-weight matching within one connected component, by shortest augmenting paths on the sparse graph.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

const FREE: usize = usize::MAX;

/// The column matched to each row, or `None`, such that the total weight is greatest.
///
/// # Definition
/// Each row also has a column of its own of weight 0, which stands for staying unmatched; every row then takes a column at least
/// cost (cost = −weight) by Dijkstra's search over reduced costs, as in Jonker & Volgenant 1987, doi:10.1007/BF02278710. Ties go
/// to the lower column, so the result depends on the numbering only.
/// # Input
/// `rows[i]`: columns below `n_columns` with positive weights.
pub(super) fn heaviest(rows: &[Vec<(usize, f64)>], n_columns: usize) -> Vec<Option<usize>> {
    let mut search = Search::new(rows, n_columns);
    for row in 0..rows.len() {
        search.insert(row);
    }
    let columns = search.column_of.into_iter();
    columns
        .map(|column| (column < n_columns).then_some(column))
        .collect()
}

struct Search<'a> {
    rows: &'a [Vec<(usize, f64)>],
    n_columns: usize,
    row_price: Vec<f64>,
    column_price: Vec<f64>,
    column_of: Vec<usize>,
    row_of: Vec<usize>,
    distance: Vec<f64>,
    reached_from: Vec<usize>,
    done: Vec<bool>,
    touched: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(rows: &'a [Vec<(usize, f64)>], n_columns: usize) -> Self {
        let n_all = n_columns + rows.len();
        Self {
            rows,
            n_columns,
            row_price: vec![0.0; rows.len()],
            column_price: vec![0.0; n_all],
            column_of: vec![FREE; rows.len()],
            row_of: vec![FREE; n_all],
            distance: vec![f64::INFINITY; n_all],
            reached_from: vec![FREE; n_all],
            done: vec![false; n_all],
            touched: Vec::new(),
        }
    }

    /// Columns open to a row with their costs; the last is its own.
    fn choices(&self, row: usize) -> impl Iterator<Item = (usize, f64)> + use<'a> {
        let own = (self.n_columns + row, 0.0);
        let rows = self.rows;
        rows[row]
            .iter()
            .map(|&(column, weight)| (column, -weight))
            .chain([own])
    }

    fn insert(&mut self, start: usize) {
        self.row_price[start] = self
            .choices(start)
            .map(|(column, cost)| cost - self.column_price[column])
            .fold(f64::INFINITY, f64::min);
        let end = self.cheapest_free_column(start);
        let length = self.distance[end];
        self.row_price[start] += length;
        for index in 0..self.touched.len() {
            let column = self.touched[index];
            if self.done[column] && column != end {
                let slack = length - self.distance[column];
                self.column_price[column] -= slack;
                self.row_price[self.row_of[column]] += slack;
            }
        }
        let mut column = end;
        loop {
            let row = self.reached_from[column];
            self.row_of[column] = row;
            std::mem::swap(&mut self.column_of[row], &mut column);
            if row == start {
                break;
            }
        }
        for column in self.touched.drain(..) {
            self.distance[column] = f64::INFINITY;
            self.done[column] = false;
        }
    }

    fn cheapest_free_column(&mut self, start: usize) -> usize {
        let mut heap = BinaryHeap::new();
        let (mut row, mut base) = (start, 0.0);
        loop {
            for (column, cost) in self.choices(row) {
                // Rounding may leave a reduced cost a hair below zero.
                let reduced = (cost - self.row_price[row] - self.column_price[column]).max(0.0);
                let distance = base + reduced;
                if distance < self.distance[column] {
                    if self.distance[column] == f64::INFINITY {
                        self.touched.push(column);
                    }
                    self.distance[column] = distance;
                    self.reached_from[column] = row;
                    heap.push(Reached { distance, column });
                }
            }
            let next = loop {
                let reached = heap
                    .pop()
                    .expect("the row's own column is free, so a path always ends");
                if !self.done[reached.column] {
                    break reached;
                }
            };
            self.done[next.column] = true;
            if self.row_of[next.column] == FREE {
                return next.column;
            }
            (row, base) = (self.row_of[next.column], next.distance);
        }
    }
}

#[derive(PartialEq)]
struct Reached {
    distance: f64,
    column: usize,
}

impl Eq for Reached {}

impl Ord for Reached {
    /// The heap gives its greatest first: the nearest, then the lowest column.
    fn cmp(&self, other: &Self) -> Ordering {
        let by_distance = other.distance.total_cmp(&self.distance);
        by_distance.then(other.column.cmp(&self.column))
    }
}

impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
