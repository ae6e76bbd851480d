//! Maximum-weight matching within one connected component, by shortest augmenting paths on the sparse graph.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// No row, or no column.
pub(super) const FREE: u32 = u32::MAX;

/// Bids of the first phase per row, before the search for paths takes over.
const BIDS_PER_ROW: usize = 8;

/// Candidates of one component: rows are instances of a, columns of b, both in their order.
pub(super) struct Component {
    /// Where each row's choices begin; one more than there are rows.
    pub starts: Vec<usize>,
    pub columns: Vec<u32>,
    pub weights: Vec<i64>,
    pub n_columns: usize,
}

/// An optimal matching with the prices that prove it.
///
/// `row_price[i] + column_price[j] ≥ weight` for every candidate, with equality where matched; prices are at least 0, and 0 where
/// unmatched (linear programming duality).
pub(super) struct Matching {
    pub column_of: Vec<u32>,
    pub row_of: Vec<u32>,
    pub row_price: Vec<i64>,
    pub column_price: Vec<i64>,
}

impl Component {
    pub fn n_rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Choices of a row as (column, weight), by rising column.
    pub fn choices(&self, row: usize) -> impl Iterator<Item = (usize, i64)> + Clone {
        let range = self.starts[row]..self.starts[row + 1];
        let columns = self.columns[range.clone()].iter();
        columns
            .map(|&column| column as usize)
            .zip(self.weights[range].iter().copied())
    }

    /// A matching of greatest total weight; rows and columns may stay unmatched.
    pub fn heaviest(&self) -> Matching {
        let mut search = Search {
            of: self,
            found: Matching {
                column_of: vec![FREE; self.n_rows()],
                row_of: vec![FREE; self.n_columns],
                row_price: vec![0; self.n_rows()],
                column_price: vec![0; self.n_columns],
            },
            distance: vec![i64::MAX; self.n_columns],
            reached_from: vec![FREE; self.n_columns],
            touched: Vec::new(),
            heap: BinaryHeap::new(),
            n_pushed: 0,
        };
        for row in search.bid() {
            search.insert(row as usize);
        }
        search.found
    }
}

struct Search<'a> {
    of: &'a Component,
    found: Matching,
    distance: Vec<i64>,
    reached_from: Vec<u32>,
    touched: Vec<u32>,
    /// Columns by distance; among equals the one reached last, since a path that goes on ends sooner than one that spreads.
    heap: BinaryHeap<(Reverse<i64>, u32, u32)>,
    n_pushed: u32,
}

/// Where a path ends.
#[derive(Clone, Copy)]
enum End {
    /// This column was free.
    Column(usize),
    /// This row gives up its column.
    Row(usize),
}

impl Search<'_> {
    /// Each row takes its best column, at the price that leaves it as well off with its second best; who held it bids again.
    /// Rows that cannot raise a price, and what is left when bids run out, are returned.
    fn bid(&mut self) -> Vec<u32> {
        let n_rows = self.of.n_rows();
        // The heaviest first: what they take is seldom taken from them again.
        let heaviest = |&row: &u32| {
            let weights = self.of.choices(row as usize).map(|(_, weight)| weight);
            weights.max().unwrap_or(0)
        };
        let mut waiting: Vec<u32> = (0..n_rows as u32).rev().collect();
        waiting.sort_by_cached_key(heaviest);
        let mut left = Vec::new();
        let mut bids_left = n_rows.saturating_mul(BIDS_PER_ROW);
        while let Some(row) = waiting.pop() {
            if bids_left == 0 {
                left.push(row);
                continue;
            }
            bids_left -= 1;
            let (mut best, mut second, mut at, mut at_is_free) = (0, 0, FREE, false);
            for (column, weight) in self.of.choices(row as usize) {
                let gain = weight - self.found.column_price[column];
                let is_free = self.found.row_of[column] == FREE;
                if gain > best {
                    (second, best, at, at_is_free) = (best, gain, column as u32, is_free);
                } else if gain == best && best > 0 && is_free && !at_is_free {
                    // As good, and nobody has to give way.
                    (second, at, at_is_free) = (best, column as u32, true);
                } else if gain > second {
                    second = gain;
                }
            }
            if at == FREE {
                self.found.row_price[row as usize] = 0;
                continue;
            }
            let column = at as usize;
            let before = self.found.row_of[column];
            if before != FREE && best == second {
                left.push(row);
                continue;
            }
            // The price of a column that nobody wanted before stays 0.
            let raise = if before == FREE { 0 } else { best - second };
            self.found.column_price[column] += raise;
            self.found.row_price[row as usize] = best - raise;
            self.found.row_of[column] = row;
            self.found.column_of[row as usize] = at;
            if before != FREE {
                self.found.column_of[before as usize] = FREE;
                waiting.push(before);
            }
        }
        left
    }

    /// Matches one more row by the cheapest change of the matching.
    fn insert(&mut self, start: usize) {
        let gains = self.of.choices(start);
        let best = gains
            .map(|(column, weight)| weight - self.found.column_price[column])
            .fold(0, i64::max);
        self.found.row_price[start] = best;
        let (end, length) = self.cheapest_end(start);
        self.found.row_price[start] -= length;
        for &column in &self.touched {
            let distance = self.distance[column as usize];
            if distance < length && self.found.row_of[column as usize] != FREE {
                let slack = length - distance;
                self.found.column_price[column as usize] += slack;
                self.found.row_price[self.found.row_of[column as usize] as usize] -= slack;
            }
        }
        self.shift(start, end);
        for column in self.touched.drain(..) {
            self.distance[column as usize] = i64::MAX;
        }
        self.heap.clear();
    }

    /// Hands columns along the path that leads from `start` to `end`.
    fn shift(&mut self, start: usize, end: End) {
        let mut column = match end {
            End::Column(column) => column as u32,
            End::Row(row) => {
                let column = self.found.column_of[row];
                self.found.column_of[row] = FREE;
                column
            }
        };
        // `start` holds no column, so a path that ends where it starts changes nothing.
        while column != FREE {
            let row = self.reached_from[column as usize];
            self.found.row_of[column as usize] = row;
            std::mem::swap(&mut self.found.column_of[row as usize], &mut column);
            if row as usize == start {
                break;
            }
        }
    }

    /// Dijkstra's search over slack: the nearest free column, or row that is as well off unmatched.
    fn cheapest_end(&mut self, start: usize) -> (End, i64) {
        let (mut end, mut length) = (End::Row(start), i64::MAX);
        let (mut row, mut base) = (start, 0);
        loop {
            let unmatched = base + self.found.row_price[row];
            if unmatched < length {
                (end, length) = (End::Row(row), unmatched);
            }
            for (column, weight) in self.of.choices(row) {
                let slack = self.found.row_price[row] + self.found.column_price[column] - weight;
                let distance = base + slack;
                if distance >= length || distance >= self.distance[column] {
                    continue;
                }
                if self.distance[column] == i64::MAX {
                    self.touched.push(column as u32);
                }
                self.distance[column] = distance;
                self.reached_from[column] = row as u32;
                if self.found.row_of[column] == FREE {
                    (end, length) = (End::Column(column), distance);
                } else {
                    self.n_pushed = self.n_pushed.wrapping_add(1);
                    self.heap
                        .push((Reverse(distance), self.n_pushed, column as u32));
                }
            }
            let next = loop {
                match self.heap.pop() {
                    Some((Reverse(distance), _, column)) if distance < length => {
                        // An entry that was overtaken by a nearer one is passed.
                        if distance == self.distance[column as usize] {
                            break Some((distance, column as usize));
                        }
                    }
                    _ => break None,
                }
            };
            match next {
                Some((distance, column)) => {
                    (row, base) = (self.found.row_of[column] as usize, distance);
                }
                None => return (end, length),
            }
        }
    }
}
