//! Optimal assignment of instances.

use std::collections::BTreeMap;

use super::component::heaviest;

/// A pair `(a, b, similarity)`.
type Pair = (usize, usize, f64);

/// Who was matched with whom; all lists rise by index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment {
    pub pairs: Vec<(usize, usize, f64)>,
    pub unmatched_a: Vec<usize>,
    pub unmatched_b: Vec<usize>,
}

/// Matches within labels, matches across labels, and what is left. `a` is the reference.
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
/// greatest sum of similarities. Leaving instances unmatched is allowed. Solved exactly in each connected component.
/// # Input
/// Sparse `(a, b, similarity)`; a pair given twice counts with its greater similarity; indices outside `n_a`, `n_b` and
/// similarities that are not finite are passed over.
/// # Properties
/// Independent of the order of `candidates`. Equal totals are settled by the numbering of `a` and `b` alone; where that numbering
/// is an accident of a file, use [`assign_keyed`].
/// # Example
/// ```
/// use concord::matching::assign;
/// // Greedy would take 0.9 first and lose: 0.9 + 0.0 < 0.8 + 0.7.
/// let found = assign(2, 2, &[(0, 0, 0.9), (0, 1, 0.8), (1, 0, 0.7)], 0.5);
/// assert_eq!(found.pairs, [(0, 1, 0.8), (1, 0, 0.7)]);
/// ```
/// # Reference
/// Kuhn 1955, doi:10.1002/nav.3800020109; Jonker & Volgenant 1987, doi:10.1007/BF02278710.
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
/// Keys are best taken from the geometry (corner coordinates, then label): the result then does not depend on the order of either
/// file, since instances with equal keys are alike.
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
    let mut weights: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for &(a, b, similarity) in candidates {
        let usable = similarity.is_finite() && similarity > 0.0 && similarity >= min_overlap;
        if usable && a < n_a && b < n_b {
            let weight = weights.entry((a, b)).or_insert(similarity);
            *weight = weight.max(similarity);
        }
    }
    let mut pairs = Vec::new();
    for component in components(n_a, n_b, &weights) {
        if let [only] = component[..] {
            pairs.push(only);
            continue;
        }
        let rows_of = numbering(component.iter().map(|&(a, ..)| a));
        let columns_of = numbering(component.iter().map(|&(_, b, _)| b));
        let mut rows = vec![Vec::new(); rows_of.len()];
        for (a, b, weight) in &component {
            rows[rows_of[a]].push((columns_of[b], *weight));
        }
        let matched = heaviest(&rows, columns_of.len());
        pairs.extend(
            component
                .into_iter()
                .filter(|(a, b, _)| matched[rows_of[a]] == Some(columns_of[b])),
        );
    }
    pairs.sort_unstable_by_key(|&(a, b, _)| (a, b));
    pairs
}

/// Candidates grouped by connected component, each in rising order.
fn components(n_a: usize, n_b: usize, weights: &BTreeMap<(usize, usize), f64>) -> Vec<Vec<Pair>> {
    let mut parent: Vec<usize> = (0..n_a + n_b).collect();
    for &(a, b) in weights.keys() {
        let (p, q) = (root(&mut parent, a), root(&mut parent, n_a + b));
        parent[p.max(q)] = p.min(q);
    }
    let mut groups: BTreeMap<usize, Vec<Pair>> = BTreeMap::new();
    for (&(a, b), &weight) in weights {
        let group = root(&mut parent, a);
        groups.entry(group).or_default().push((a, b, weight));
    }
    groups.into_values().collect()
}

fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}

fn numbering(indices: impl Iterator<Item = usize>) -> BTreeMap<usize, usize> {
    let mut numbers: BTreeMap<usize, usize> = indices.map(|index| (index, 0)).collect();
    for (number, place) in numbers.values_mut().enumerate() {
        *place = number;
    }
    numbers
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
