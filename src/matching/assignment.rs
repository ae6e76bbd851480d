//! Optimal assignment of instances.

use rayon::prelude::*;

use super::component::Component;
use super::ties::take_first;
use super::usable::is_usable;

/// A pair `(a, b, similarity)`.
type Pair = (usize, usize, f64);

/// Who was matched with whom; all lists rise by index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment {
    pub pairs: Vec<(usize, usize, f64)>,
    pub unmatched_a: Vec<usize>,
    pub unmatched_b: Vec<usize>,
}

/// Matches within labels, matches across labels, and what is left; all lists rise by index. `a` is the reference.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelledAssignment {
    pub same_label: Vec<(usize, usize, f64)>,
    pub wrong_label: Vec<(usize, usize, f64)>,
    pub missing: Vec<usize>,
    pub extra: Vec<usize>,
}

/// The one-to-one assignment with the greatest total similarity.
///
/// # Definition
/// Over all ways to pair `a` with `b`, each used at most once, from candidates with similarity ≥ `min_overlap` and above 0: the
/// greatest sum of similarities. Leaving instances unmatched is allowed. Each connected component is solved exactly, in whole
/// numbers: a similarity counts in steps of 2⁻⁶⁰ of the greatest power of two up to the component's greatest, so that sums are
/// exact and those of at least 1/128 of the greatest enter unrounded.
///
/// Ties: among all assignments of greatest total, the one in which the first of `a` has the earliest of `b` that it can have,
/// unmatched being last; then the second of `a`, and so on.
/// # Input
/// Sparse `(a, b, similarity)`; a pair given twice counts with its greater similarity; indices outside `n_a`, `n_b` (or over
/// 2³² − 2) and similarities that are not finite are passed over. Memory grows with the candidates and with `n_a + n_b`, never with
/// their product.
/// # Edge cases
/// No candidates: all unmatched. A similarity equal to `min_overlap` counts; 0 never does. `min_overlap` NaN: no pairs.
/// # Properties
/// Independent of the order of `candidates`; the same on any number of cores. Equal totals are settled by the numbering of `a` and
/// `b` alone; where that numbering is an accident of a file, use [`assign_keyed`].
/// # Example
/// ```
/// use concord::matching::assign;
/// // Greedy would take 0.9 first and lose: 0.9 + 0.0 < 0.8 + 0.7.
/// let found = assign(2, 2, &[(0, 0, 0.9), (0, 1, 0.8), (1, 0, 0.7)], 0.5);
/// assert_eq!(found.pairs, [(0, 1, 0.8), (1, 0, 0.7)]);
/// // All four pairs alike: the first goes with the first.
/// let tied = assign(2, 2, &[(1, 1, 0.6), (1, 0, 0.6), (0, 1, 0.6), (0, 0, 0.6)], 0.5);
/// assert_eq!(tied.pairs, [(0, 0, 0.6), (1, 1, 0.6)]);
/// ```
/// # Reference
/// Kuhn 1955, Nav Res Logist Q 2:83-97, doi:10.1002/nav.3800020109; Jonker & Volgenant 1987, Computing 38:325-340,
/// doi:10.1007/BF02278710.
/// # Checked against
/// SciPy's `linear_sum_assignment`, `tests/oracles/matching/`; all assignments tried out on small instances.
pub fn assign(
    n_a: usize,
    n_b: usize,
    candidates: &[(usize, usize, f64)],
    min_overlap: f64,
) -> Assignment {
    let pairs = heaviest_pairs(n_a, n_b, candidates, min_overlap);
    let (mut used_a, mut used_b) = (vec![false; n_a], vec![false; n_b]);
    for &(a, b, _) in &pairs {
        (used_a[a], used_b[b]) = (true, true);
    }
    Assignment {
        pairs,
        unmatched_a: unused(&used_a),
        unmatched_b: unused(&used_b),
    }
}

/// As [`assign`], with equal totals settled by the order of `keys` instead of the numbering.
///
/// # Definition
/// [`assign`] with `a` and `b` numbered by rising key; the result names them by their own numbers.
/// # Input
/// A key for each instance. Keys are best taken from the geometry (corner coordinates, then label): the result then does not depend on
/// the order of either file, since instances with equal keys are alike.
/// # Edge cases
/// Equal keys keep the order of the numbering. Otherwise as [`assign`].
/// # Properties
/// Renumbering instances together with their keys renumbers the result, as long as keys differ.
/// # Example
/// ```
/// use concord::matching::assign_keyed;
/// // All pairs alike: the lowest key of a goes with the lowest key of b.
/// let all = [(0, 0, 0.6), (0, 1, 0.6), (1, 0, 0.6), (1, 1, 0.6)];
/// assert_eq!(assign_keyed(&[10, 20], &[7, 5], &all, 0.5).pairs, [(0, 1, 0.6), (1, 0, 0.6)]);
/// ```
/// # Reference
/// As for [`assign`].
/// # Checked against
/// As for [`assign`].
pub fn assign_keyed<K: Ord>(
    keys_a: &[K],
    keys_b: &[K],
    candidates: &[(usize, usize, f64)],
    min_overlap: f64,
) -> Assignment {
    let (order_a, order_b) = (ordered(keys_a), ordered(keys_b));
    let (rank_a, rank_b) = (inverse(&order_a), inverse(&order_b));
    let ranked: Vec<Pair> = candidates
        .iter()
        .filter_map(|&(a, b, similarity)| Some((*rank_a.get(a)?, *rank_b.get(b)?, similarity)))
        .collect();
    let found = assign(keys_a.len(), keys_b.len(), &ranked, min_overlap);
    let back = |list: Vec<usize>, order: &[usize]| {
        let mut list: Vec<usize> = list.into_iter().map(|rank| order[rank]).collect();
        list.sort_unstable();
        list
    };
    let mut pairs: Vec<Pair> = found
        .pairs
        .into_iter()
        .map(|(a, b, similarity)| (order_a[a], order_b[b], similarity))
        .collect();
    pairs.sort_unstable_by_key(|&(a, b, _)| (a, b));
    Assignment {
        pairs,
        unmatched_a: back(found.unmatched_a, &order_a),
        unmatched_b: back(found.unmatched_b, &order_b),
    }
}

/// Two passes: equal labels first, then what is left regardless of label.
///
/// # Definition
/// First [`assign`] over candidates of equal label. Then [`assign`] over the candidates between what that left: a pair found there
/// has the wrong label. The rest is missing (in `a` only) or extra (in `b` only).
/// # Input
/// A label for each instance; candidates as for [`assign`].
/// # Edge cases
/// An instance without a counterpart at or above `min_overlap` is missing or extra, whatever its label.
/// # Properties
/// Every instance is in exactly one list. Independent of the order of `candidates`; ties as in [`assign`].
/// # Example
/// ```
/// use concord::matching::assign_by_label;
/// let found = assign_by_label(&["cyst", "mass"], &["cyst", "cyst"], &[(0, 0, 0.6), (0, 1, 0.9), (1, 0, 0.8)], 0.5);
/// assert_eq!(found.same_label, [(0, 1, 0.9)]);
/// assert_eq!(found.wrong_label, [(1, 0, 0.8)]);
/// ```
/// # Reference
/// As for [`assign`].
/// # Checked against
/// As for [`assign`].
pub fn assign_by_label(
    labels_a: &[&str],
    labels_b: &[&str],
    candidates: &[(usize, usize, f64)],
    min_overlap: f64,
) -> LabelledAssignment {
    let (n_a, n_b) = (labels_a.len(), labels_b.len());
    let equal = |a: usize, b: usize| match (labels_a.get(a), labels_b.get(b)) {
        (Some(label_a), Some(label_b)) => label_a == label_b,
        _ => false,
    };
    let within: Vec<Pair> = candidates
        .iter()
        .filter(|&&(a, b, _)| equal(a, b))
        .copied()
        .collect();
    let first = assign(n_a, n_b, &within, min_overlap);
    let is_left = |list: &[usize], index: usize| list.binary_search(&index).is_ok();
    let across: Vec<Pair> = candidates
        .iter()
        .filter(|&&(a, b, _)| is_left(&first.unmatched_a, a) && is_left(&first.unmatched_b, b))
        .copied()
        .collect();
    let second = assign(n_a, n_b, &across, min_overlap);
    let both = |first: &[usize], second: Vec<usize>| {
        let left = second.into_iter().filter(|&index| is_left(first, index));
        left.collect()
    };
    LabelledAssignment {
        missing: both(&first.unmatched_a, second.unmatched_a),
        extra: both(&first.unmatched_b, second.unmatched_b),
        same_label: first.pairs,
        wrong_label: second.pairs,
    }
}

fn heaviest_pairs(n_a: usize, n_b: usize, candidates: &[Pair], min_overlap: f64) -> Vec<Pair> {
    let limit = u32::MAX as usize - 1;
    let mut edges: Vec<Edge> = candidates
        .iter()
        .filter(|&&(a, b, similarity)| {
            is_usable(similarity, min_overlap) && a < n_a.min(limit) && b < n_b.min(limit)
        })
        .map(|&(a, b, similarity)| Edge {
            a: a as u32,
            b: b as u32,
            similarity,
        })
        .collect();
    let order = |p: &Edge, q: &Edge| {
        let greatest_first = q.similarity.total_cmp(&p.similarity);
        (p.a, p.b).cmp(&(q.a, q.b)).then(greatest_first)
    };
    edges.par_sort_unstable_by(order);
    edges.dedup_by_key(|edge| (edge.a, edge.b));
    let starts = by_component(&mut edges);
    let mut pairs: Vec<Pair> = starts
        .par_windows(2)
        .flat_map_iter(|range| matched(&edges[range[0]..range[1]]))
        .map(|edge| (edge.a as usize, edge.b as usize, edge.similarity))
        .collect();
    pairs.par_sort_unstable_by_key(|&(a, b, _)| (a, b));
    pairs
}

/// A candidate that may be matched.
#[derive(Clone, Copy)]
struct Edge {
    a: u32,
    b: u32,
    similarity: f64,
}

/// The matched edges of one connected component, whose edges rise by a and b.
fn matched(edges: &[Edge]) -> Vec<Edge> {
    if edges.len() < 2 {
        return edges.to_vec();
    }
    let mut columns: Vec<u32> = edges.iter().map(|edge| edge.b).collect();
    columns.sort_unstable();
    columns.dedup();
    let number = |b: u32| columns.partition_point(|&column| column < b) as u32;
    let greatest = edges.iter().map(|edge| edge.similarity).fold(0.0, f64::max);
    let unit = power_of_two(greatest);
    let rows = edges.chunk_by(|p, q| p.a == q.a);
    let ends = rows.scan(0, |end, row| {
        *end += row.len();
        Some(*end)
    });
    let component = Component {
        starts: std::iter::once(0).chain(ends).collect(),
        columns: edges.iter().map(|edge| number(edge.b)).collect(),
        weights: edges
            .iter()
            .map(|edge| whole(edge.similarity, unit))
            .collect(),
        n_columns: columns.len(),
    };
    let mut found = component.heaviest();
    take_first(&component, &mut found);
    let rows = edges.chunk_by(|p, q| p.a == q.a).zip(&found.column_of);
    rows.filter_map(|(row, &column)| {
        let b = *columns.get(column as usize)?;
        row.iter().find(|edge| edge.b == b).copied()
    })
    .collect()
}

/// The greatest power of two up to a positive number.
fn power_of_two(number: f64) -> f64 {
    let bits = number.to_bits();
    let exponent = bits & (0x7ff << 52);
    f64::from_bits(if exponent == 0 {
        // A number below the smallest normal one: its highest bit.
        1 << bits.max(1).ilog2()
    } else {
        exponent
    })
}

/// A similarity in steps of 2⁻⁵⁹ of `unit`; less than two units, so at most 2⁶⁰. What is smaller than a step is one.
fn whole(similarity: f64, unit: f64) -> i64 {
    let steps = (similarity / unit) * (1_u64 << 59) as f64;
    (steps.round() as i64).max(1)
}

/// Brings the edges of each connected component together, in rising order within, and says where each begins; the last is the end.
fn by_component(edges: &mut [Edge]) -> Vec<usize> {
    let n_a = edges.last().map_or(0, |edge| edge.a as usize + 1);
    let n_b = edges.iter().map(|edge| edge.b as usize + 1).max();
    let mut parent: Vec<u32> = Vec::new();
    let n_b = n_b.unwrap_or(0);
    let mut parent_of_b: Vec<u32> = vec![u32::MAX; n_b];
    let mut row_of_a: Vec<u32> = vec![u32::MAX; n_a];
    // Rows are the distinct a in order; each b joins the rows that it meets.
    for edge in edges.iter() {
        let row = &mut row_of_a[edge.a as usize];
        if *row == u32::MAX {
            *row = parent.len() as u32;
            parent.push(*row);
        }
        let (row, first) = (*row, &mut parent_of_b[edge.b as usize]);
        if *first == u32::MAX {
            *first = row;
        } else {
            let (p, q) = (root(&mut parent, row), root(&mut parent, *first));
            parent[p.max(q) as usize] = p.min(q);
        }
    }
    let mut roots: Vec<u32> = vec![0; n_a];
    for (a, &row) in row_of_a.iter().enumerate() {
        if row != u32::MAX {
            roots[a] = root(&mut parent, row);
        }
    }
    // Stable, so edges keep their order within a component.
    edges.par_sort_by_key(|edge| roots[edge.a as usize]);
    let groups = edges.chunk_by(|p, q| roots[p.a as usize] == roots[q.a as usize]);
    let ends = groups.scan(0, |end, group| {
        *end += group.len();
        Some(*end)
    });
    std::iter::once(0).chain(ends).collect()
}

fn root(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        parent[node as usize] = parent[parent[node as usize] as usize];
        node = parent[node as usize];
    }
    node
}

fn unused(used: &[bool]) -> Vec<usize> {
    (0..used.len()).filter(|&index| !used[index]).collect()
}

fn ordered<K: Ord>(keys: &[K]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|&p, &q| keys[p].cmp(&keys[q]));
    order
}

fn inverse(order: &[usize]) -> Vec<usize> {
    let mut ranks = vec![0; order.len()];
    for (rank, &index) in order.iter().enumerate() {
        ranks[index] = rank;
    }
    ranks
}

#[cfg(test)]
mod tests;
