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
    let mut graph = Exchanges::new(of, found);
    let group = graph.groups(found);
    let mut size = vec![0_u32; group.len()];
    for &number in &group {
        size[number as usize] += 1;
    }
    for row in 0..of.n_rows() {
        // Without an exchange a node is alone.
        if size[group[row] as usize] > 1 {
            graph.improve(row, found, &group);
        }
    }
}

/// The graph of exchanges. Nodes are rows, then columns, then nobody, which holds what is unmatched.
struct Exchanges {
    n_rows: usize,
    n_columns: usize,
    /// Columns of each row whose candidate is tight, and the same by column.
    columns_of: Lists,
    rows_of: Lists,
    /// The node before, for nodes that can be reached from a start, and the node after, for those from which the goal can be
    /// reached; `FREE` for others.
    before: Vec<u32>,
    after: Vec<u32>,
    reached: Vec<u32>,
    reaching: Vec<u32>,
    /// Places in the two lists above from which the search goes on.
    next_reached: usize,
    next_reaching: usize,
}

/// Lists of numbers, one after the other.
struct Lists {
    starts: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    /// Lists from (list, item) in rising order of lists.
    fn new(n_lists: usize, pairs: impl Iterator<Item = (usize, u32)>) -> Self {
        let (mut starts, mut items) = (vec![0; n_lists + 1], Vec::new());
        for (list, item) in pairs {
            items.push(item);
            starts[list + 1] = items.len();
        }
        for list in 0..n_lists {
            starts[list + 1] = starts[list + 1].max(starts[list]);
        }
        Self { starts, items }
    }

    fn of(&self, list: usize) -> &[u32] {
        &self.items[self.starts[list]..self.starts[list + 1]]
    }
}

impl Exchanges {
    fn new(of: &Component, found: &Matching) -> Self {
        let (n_rows, n_columns) = (of.n_rows(), of.n_columns);
        let tight = |row: usize| {
            let price = found.row_price[row];
            let is_tight = move |&(column, weight): &(usize, i64)| {
                price + found.column_price[column] == weight
            };
            of.choices(row).filter(is_tight)
        };
        let all = (0..n_rows).flat_map(|row| tight(row).map(move |(column, _)| (row, column)));
        let mut by_column: Vec<(usize, u32)> = all
            .clone()
            .map(|(row, column)| (column, row as u32))
            .collect();
        by_column.sort_unstable();
        let n_nodes = n_rows + n_columns + 1;
        Self {
            n_rows,
            n_columns,
            columns_of: Lists::new(n_rows, all.map(|(row, column)| (row, column as u32))),
            rows_of: Lists::new(n_columns, by_column.into_iter()),
            before: vec![FREE; n_nodes],
            after: vec![FREE; n_nodes],
            reached: Vec::new(),
            reaching: Vec::new(),
            next_reached: 0,
            next_reaching: 0,
        }
    }

    fn column_node(&self, column: u32) -> u32 {
        self.n_rows as u32 + column
    }

    fn nobody(&self) -> u32 {
        (self.n_rows + self.n_columns) as u32
    }

    /// Nodes to which an exchange can go on: from a row to columns it could take, from a column to who holds it, from nobody to
    /// columns that could be left and to rows that are unmatched.
    fn onward(&self, node: u32, found: &Matching, into: &mut Vec<u32>) {
        let at = node as usize;
        into.clear();
        if at < self.n_rows {
            let held = found.column_of[at];
            let others = self
                .columns_of
                .of(at)
                .iter()
                .filter(|&&column| column != held);
            into.extend(others.map(|&column| self.column_node(column)));
            if found.row_price[at] == 0 && held != FREE {
                into.push(self.nobody());
            }
        } else if node < self.nobody() {
            let row = found.row_of[at - self.n_rows];
            into.push(if row == FREE { self.nobody() } else { row });
        } else {
            let columns = (0..self.n_columns as u32).filter(|&column| {
                let column = column as usize;
                found.row_of[column] != FREE && found.column_price[column] == 0
            });
            into.extend(columns.map(|column| self.column_node(column)));
            let rows = 0..self.n_rows as u32;
            into.extend(rows.filter(|&row| found.column_of[row as usize] == FREE));
        }
    }

    /// Nodes from which an exchange can come: [`Self::onward`] the other way round.
    fn backward(&self, node: u32, found: &Matching, into: &mut Vec<u32>) {
        let at = node as usize;
        into.clear();
        if at < self.n_rows {
            let held = found.column_of[at];
            into.push(if held == FREE {
                self.nobody()
            } else {
                self.column_node(held)
            });
        } else if node < self.nobody() {
            let column = at - self.n_rows;
            let holder = found.row_of[column];
            let others = self.rows_of.of(column).iter();
            into.extend(others.filter(|&&row| row != holder));
            if found.column_price[column] == 0 && holder != FREE {
                into.push(self.nobody());
            }
        } else {
            let columns = 0..self.n_columns as u32;
            let free = columns.filter(|&column| found.row_of[column as usize] == FREE);
            into.extend(free.map(|column| self.column_node(column)));
            let rows = 0..self.n_rows as u32;
            into.extend(rows.filter(|&row| {
                found.column_of[row as usize] != FREE && found.row_price[row as usize] == 0
            }));
        }
    }

    /// The number of the strongly connected component of each node, without recursion.
    fn groups(&self, found: &Matching) -> Vec<u32> {
        let n_nodes = self.before.len();
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
                    self.onward(node, found, &mut next);
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
            self.column_node(old)
        };
        let open = |node: u32| group[node as usize] == group[row];
        self.after[goal as usize] = goal;
        self.reaching.push(goal);
        for at in self.columns_of.starts[row]..self.columns_of.starts[row + 1] {
            let column = self.columns_of.items[at];
            // Columns rise, so those from the old one on are no better.
            if column >= old {
                break;
            }
            let start = self.column_node(column);
            let holder = found.row_of[column as usize];
            let locked = holder != FREE && (holder as usize) < row;
            // A node reached in vain from an earlier column leads nowhere from this one either.
            if locked || !open(start) || self.before[start as usize] != FREE {
                continue;
            }
            if let Some(meeting) = self.way(start, goal, row, found, open) {
                self.exchange(row, start, meeting, goal, found);
                break;
            }
        }
        for node in self.reached.drain(..) {
            self.before[node as usize] = FREE;
        }
        for node in self.reaching.drain(..) {
            self.after[node as usize] = FREE;
        }
        (self.next_reached, self.next_reaching) = (0, 0);
    }

    /// Searches from a column onward and from `goal` backward, in turn, without touching rows up to `row`: the node where both meet.
    /// Where there is no way, one of the two ends soon.
    fn way(
        &mut self,
        start: u32,
        goal: u32,
        row: usize,
        found: &Matching,
        open: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let n_rows = self.n_rows;
        let nobody = self.nobody();
        let may_enter = |node: u32| {
            let holder = match (node as usize).checked_sub(n_rows) {
                None => node,
                Some(_) if node == nobody => FREE,
                Some(column) => found.row_of[column],
            };
            (holder == FREE || holder as usize > row || node == goal) && open(node)
        };
        self.before[start as usize] = start;
        self.reached.push(start);
        if self.after[start as usize] != FREE {
            return Some(start);
        }
        let mut next = Vec::new();
        loop {
            let &node = self.reached.get(self.next_reached)?;
            self.next_reached += 1;
            self.onward(node, found, &mut next);
            for &target in &next {
                if self.before[target as usize] == FREE && may_enter(target) {
                    self.before[target as usize] = node;
                    self.reached.push(target);
                    if self.after[target as usize] != FREE {
                        return Some(target);
                    }
                }
            }
            let &node = self.reaching.get(self.next_reaching)?;
            self.next_reaching += 1;
            self.backward(node, found, &mut next);
            for &source in &next {
                if self.after[source as usize] == FREE && may_enter(source) {
                    self.after[source as usize] = node;
                    self.reaching.push(source);
                    if self.before[source as usize] != FREE {
                        return Some(source);
                    }
                }
            }
        }
    }

    /// `row` takes the column of `start`, and everyone on the way by `meeting` to `goal` moves on.
    fn exchange(&self, row: usize, start: u32, meeting: u32, goal: u32, found: &mut Matching) {
        let mut node = meeting;
        while node != start {
            let before = self.before[node as usize];
            self.hand(before, node, found);
            node = before;
        }
        node = meeting;
        while node != goal {
            let after = self.after[node as usize];
            self.hand(node, after, found);
            node = after;
        }
        let column = start as usize - self.n_rows;
        found.row_of[column] = row as u32;
        found.column_of[row] = column as u32;
    }

    /// A step of an exchange, from who takes to what is taken.
    fn hand(&self, taker: u32, taken: u32, found: &mut Matching) {
        let n_rows = self.n_rows;
        if (taker as usize) < n_rows {
            if taken == self.nobody() {
                found.column_of[taker as usize] = FREE;
            } else {
                let column = taken as usize - n_rows;
                found.column_of[taker as usize] = column as u32;
                found.row_of[column] = taker;
            }
        } else if taker == self.nobody() && taken as usize >= n_rows {
            found.row_of[taken as usize - n_rows] = FREE;
        }
    }
}

#[cfg(test)]
mod tests;
