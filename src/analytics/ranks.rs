//! The order of categories, with the ranks between them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// More ranks than this are a measurement, not a scale.
const MAX_RANKS: f64 = 256.0;

/// Categories in numeric order where all are numbers, else alphabetically.
///
/// Ranks on a regular step are filled in between, since weights go by position: without a 2 that nobody gave, 1 and 3
/// would count as neighbours.
pub fn ordered_categories<'a>(found: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let names: BTreeSet<&str> = found.into_iter().collect();
    let numbers: Option<BTreeMap<Rank, &str>> = names
        .iter()
        .map(|name| {
            Some((
                Rank(name.parse().ok().filter(|rank: &f64| rank.is_finite())?),
                *name,
            ))
        })
        .collect();
    match numbers {
        Some(numbers) if numbers.len() == names.len() => filled(&numbers),
        _ => names.into_iter().map(str::to_owned).collect(),
    }
}

#[derive(Clone, Copy, PartialEq)]
struct Rank(f64);

impl Eq for Rank {}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Ranks with the steps between them that nobody gave; as they are where they lie on no regular step.
fn filled(ranks: &BTreeMap<Rank, &str>) -> Vec<String> {
    let as_found = || ranks.values().map(|name| (*name).to_owned()).collect();
    let values: Vec<f64> = ranks.keys().map(|rank| rank.0).collect();
    let (Some(first), Some(last)) = (values.first(), values.last()) else {
        return Vec::new();
    };
    let step = values
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .fold(f64::INFINITY, f64::min);
    let place = |value: f64| (value - first) / step;
    let regular = values
        .iter()
        .all(|&value| (place(value) - place(value).round()).abs() < 1e-6);
    if !step.is_finite() || !regular || place(*last) >= MAX_RANKS {
        return as_found();
    }
    let mut names: Vec<Option<String>> = vec![None; place(*last).round() as usize + 1];
    for (rank, name) in ranks {
        names[place(rank.0).round() as usize] = Some((*name).to_owned());
    }
    names
        .into_iter()
        .enumerate()
        .map(|(i, name)| name.unwrap_or_else(|| (first + i as f64 * step).to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ordered_categories;

    #[test]
    fn a_rank_that_nobody_gave_keeps_its_place() {
        assert_eq!(
            ordered_categories(["10", "2", "4"]),
            ["2", "4", "6", "8", "10"]
        );
        assert_eq!(
            ordered_categories(["1.0", "3.0", "4.0"]),
            ["1.0", "2", "3.0", "4.0"]
        );
        assert_eq!(ordered_categories(["5"]), ["5"]);
    }

    #[test]
    fn names_and_ranks_on_no_step_stay_as_they_are() {
        assert_eq!(ordered_categories(["b", "a", "10"]), ["10", "a", "b"]);
        assert_eq!(ordered_categories(["1", "2", "3.5"]), ["1", "2", "3.5"]);
        assert_eq!(ordered_categories(["1", "1.0"]), ["1", "1.0"]);
        assert_eq!(
            ordered_categories(["0", "1", "1000000"]),
            ["0", "1", "1000000"]
        );
    }
}
