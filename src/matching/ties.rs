//! Which of several optimal matchings is taken.

use super::component::{Component, FREE, Matching};

/// Changes an optimal matching into the one that comes first: the first row has the earliest column that any optimal matching gives
/// it (being unmatched comes last), then the second row, and so on.
///
/// # Definition
/// All optimal matchings lie on candidates that the prices make tight. A row can exchange its column for another exactly where a
/// cycle of such exchanges leads back; "nobody" is a node of its own, which holds what is unmatched. Nodes that lie on a common cycle
/// are found once (strongly connected components; Tarjan 1972, doi:10.1137/0201010), so a matching without ties costs one pass.
pub(super) fn take_first(of: &Component, found: &mut Matching) {
    let mut graph = Exchanges::new(of);
    let group = graph.groups(found);
    let mut size = vec![0_u32; group.len()];
    for &number in &group {
        size[number as usize] += 1;
    }
    for row in 0..of.n_rows() {
        // A row and its column alone are one node each.
        if size[group[row] as usize] > 1 {
            graph.improve(row, found, &group);
        }
    }
}

struct Exchanges<'a> {
    of: &'a Component,
    /// Node through which another was reached; `FREE` where it was not.
    from: Vec<u32>,
    reached: Vec<u32>,
}

impl<'a> Exchanges<'a> {
    fn new(of: &'a Component) -> Self {
        Self {
            of,
            from: vec![FREE; of.n_rows() + of.n_columns + 1],
            reached: Vec::new(),
        }
    }

    fn column_node(&self, column: usize) -> usize {
        self.of.n_rows() + column
    }

    fn nobody(&self) -> usize {
        self.of.n_rows() + self.of.n_columns
    }

    /// Nodes to which an exchange can go on: a row to columns it could take, a column to who holds it, nobody to columns that could
    /// be left and to rows that are unmatched.
    fn next(&self, node: usize, found: &Matching, into: &mut Vec<u32>) {
        let n_rows = self.of.n_rows();
        into.clear();
        if node < n_rows {
            let price = found.row_price[node];
            let tight = self.of.choices(node).filter(|&(column, weight)| {
                price + found.column_price[column] == weight
                    && found.column_of[node] != column as u32
            });
            into.extend(tight.map(|(column, _)| (n_rows + column) as u32));
            if price == 0 && found.column_of[node] != FREE {
                into.push(self.nobody() as u32);
            }
        } else if node < self.nobody() {
            let row = found.row_of[node - n_rows];
            into.push(if row == FREE {
                self.nobody() as u32
            } else {
                row
            });
        } else {
            let columns = (0..self.of.n_columns)
                .filter(|&column| found.row_of[column] != FREE && found.column_price[column] == 0);
            into.extend(columns.map(|column| self.column_node(column) as u32));
            let rows = (0..n_rows).filter(|&row| found.column_of[row] == FREE);
            into.extend(rows.map(|row| row as u32));
        }
    }

    /// The number of the strongly connected component of each node, without recursion.
    fn groups(&self, found: &Matching) -> Vec<u32> {
        let n_nodes = self.from.len();
        let (mut group, mut low, mut order) =
            (vec![FREE; n_nodes], vec![0; n_nodes], vec![FREE; n_nodes]);
        let (mut n_groups, mut n_seen) = (0, 0);
        let (mut open, mut path): (Vec<u32>, Vec<(u32, usize, usize)>) = (Vec::new(), Vec::new());
        let (mut arcs, mut next): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        for root in 0..n_nodes as u32 {
            if order[root as usize] != FREE {
                continue;
            }
            let mut entering = Some(root);
            loop {
                if let Some(node) = entering.take() {
                    (order[node as usize], low[node as usize]) = (n_seen, n_seen);
                    n_seen += 1;
                    open.push(node);
                    self.next(node as usize, found, &mut next);
                    path.push((node, arcs.len(), arcs.len()));
                    arcs.extend_from_slice(&next);
                }
                let Some(&mut (node, first, ref mut at)) = path.last_mut() else {
                    break;
                };
                let node = node as usize;
                if let Some(&target) = arcs.get(*at) {
                    *at += 1;
                    if order[target as usize] == FREE {
                        entering = Some(target);
                    } else if group[target as usize] == FREE {
                        low[node] = low[node].min(order[target as usize]);
                    }
                    continue;
                }
                if low[node] == order[node] {
                    while let Some(member) = open.pop() {
                        group[member as usize] = n_groups;
                        if member as usize == node {
                            break;
                        }
                    }
                    n_groups += 1;
                }
                arcs.truncate(first);
                path.pop();
                if let Some(&(parent, ..)) = path.last() {
                    low[parent as usize] = low[parent as usize].min(low[node]);
                }
            }
        }
        group
    }

    /// Gives `row` the earliest column that leaves all rows before it with theirs.
    fn improve(&mut self, row: usize, found: &mut Matching, group: &[u32]) {
        let old = found.column_of[row];
        let goal = if old == FREE {
            self.nobody()
        } else {
            self.column_node(old as usize)
        };
        let of = self.of;
        for (column, weight) in of.choices(row) {
            // Columns rise, so those from the old one on are no better.
            if column as u32 >= old {
                break;
            }
            let start = self.column_node(column);
            let tight = found.row_price[row] + found.column_price[column] == weight;
            let exchangeable = tight && group[start] == group[row];
            let locked = found.row_of[column] != FREE && (found.row_of[column] as usize) < row;
            // A node reached in vain for an earlier column leads nowhere for this one either.
            if exchangeable
                && !locked
                && self.from[start] == FREE
                && self.reach(start, goal, row, found, group)
            {
                self.exchange(row, start, goal, found);
                break;
            }
        }
        for node in self.reached.drain(..) {
            self.from[node as usize] = FREE;
        }
    }

    /// Searches from a column for `goal`, without touching rows up to `row`.
    fn reach(
        &mut self,
        start: usize,
        goal: usize,
        row: usize,
        found: &Matching,
        group: &[u32],
    ) -> bool {
        let n_rows = self.of.n_rows();
        // The start's own mark only says that it was reached.
        self.from[start] = start as u32;
        let mut at = self.reached.len();
        self.reached.push(start as u32);
        let mut next = Vec::new();
        while let Some(&node) = self.reached.get(at) {
            at += 1;
            self.next(node as usize, found, &mut next);
            for &target in &next {
                let target = target as usize;
                let holder = match target.checked_sub(n_rows) {
                    None => target as u32,
                    Some(column) if column < self.of.n_columns => found.row_of[column],
                    Some(_) => FREE,
                };
                let locked = holder != FREE && (holder as usize) <= row && target != goal;
                if !locked && self.from[target] == FREE && group[target] == group[row] {
                    self.from[target] = node;
                    self.reached.push(target as u32);
                    if target == goal {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// `row` takes the column of `start`, and everyone on the way to `goal` moves on.
    fn exchange(&self, row: usize, start: usize, goal: usize, found: &mut Matching) {
        let n_rows = self.of.n_rows();
        let mut node = goal;
        while node != start {
            let before = self.from[node] as usize;
            self.hand(before, node, found);
            node = before;
        }
        found.row_of[start - n_rows] = row as u32;
        found.column_of[row] = (start - n_rows) as u32;
    }

    /// A step of an exchange, from who takes to what is taken.
    fn hand(&self, taker: usize, taken: usize, found: &mut Matching) {
        let n_rows = self.of.n_rows();
        if taker < n_rows {
            if taken == self.nobody() {
                found.column_of[taker] = FREE;
            } else {
                found.column_of[taker] = (taken - n_rows) as u32;
                found.row_of[taken - n_rows] = taker as u32;
            }
        } else if taker == self.nobody() && taken >= n_rows {
            found.row_of[taken - n_rows] = FREE;
        }
    }
}

#[cfg(test)]
mod tests;
