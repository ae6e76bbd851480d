//! Shapes of tables that only their numbers give away: counts of categories, patterns with a frequency, readers crossed
//! with conditions.

use super::cells::is_missing;
use super::guess::plain;
use super::text::SPREADSHEET_ERRORS;
use std::collections::{BTreeMap, BTreeSet};

/// Rows from which on equal sums are no accident.
const MIN_COUNTED_ROWS: usize = 5;
/// Headings of a column that says how many items show a pattern of ratings.
const FREQUENCY_WORDS: [&str; 5] = ["frequency", "freq", "count", "counts", "n"];
/// Headings and first cells of what sums up a table.
pub(super) const TOTALS: [&str; 16] = [
    "total",
    "totals",
    "grand total",
    "subtotal",
    "sum",
    "mean",
    "average",
    "median",
    "std",
    "totaal",
    "gemiddelde",
    "summe",
    "gesamt",
    "mittelwert",
    "somme",
    "moyenne",
];

pub(super) fn is_total(text: &str) -> bool {
    TOTALS.contains(&text.to_lowercase().as_str())
}

/// What equal sums of rows say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    No,
    /// Too few rows to tell counts from ratings.
    Maybe,
    Yes,
}

/// Whether columns hold counts of categories: whole numbers, every row with the same sum of at least two. Ranks that share one set
/// of values are no counts, nor are rows that never name one category twice.
pub(super) fn counted(rows: &[Vec<String>], columns: &[usize]) -> Counted {
    let mut sums = BTreeSet::new();
    let mut sets = BTreeSet::new();
    let (mut largest, mut has_zero, mut n_rows) = (0, false, 0);
    for row in rows {
        let cells = columns
            .iter()
            .map(|&column| row.get(column).map_or("", String::as_str));
        let cells: Vec<&str> = cells.collect();
        // A broken row is reported when it is read; the others say what the columns are.
        let is_broken = cells.iter().any(|cell| SPREADSHEET_ERRORS.contains(cell));
        if is_broken || cells.iter().all(|cell| is_missing(cell)) {
            continue;
        }
        let Some(mut counts) = cells
            .iter()
            .map(|cell| whole(cell))
            .collect::<Option<Vec<u64>>>()
        else {
            return Counted::No;
        };
        has_zero |= counts.contains(&0);
        largest = largest.max(counts.iter().copied().max().unwrap_or_default());
        sums.insert(counts.iter().fold(0, |sum: u64, n| sum.saturating_add(*n)));
        counts.sort_unstable();
        sets.insert(counts);
        n_rows += 1;
    }
    let has_one_sum = sums.len() == 1 && sums.first().is_some_and(|sum| *sum >= 2);
    if columns.len() < 2 || n_rows < 2 || !has_one_sum || sets.len() < 2 || largest < 2 || !has_zero
    {
        Counted::No
    } else if n_rows < MIN_COUNTED_ROWS {
        Counted::Maybe
    } else {
        Counted::Yes
    }
}

/// The column that sums up the others in every row, beside counts: it is no category.
pub(super) fn sum_column(rows: &[Vec<String>], columns: &[usize], is_told: bool) -> Option<usize> {
    let sums_up = |at: usize| {
        let others: Vec<usize> = columns.iter().copied().filter(|one| *one != at).collect();
        let equals = |row: &Vec<String>| {
            let count = |column: &usize| row.get(*column).and_then(|cell| whole(cell));
            let sum = others
                .iter()
                .map(count)
                .try_fold(0, |sum: u64, n| Some(sum.saturating_add(n?)));
            sum.is_some() && sum == count(&at)
        };
        rows.len() >= 2
            && others.len() >= 2
            && rows.iter().all(equals)
            && (is_told || counted(rows, &others) != Counted::No)
    };
    columns.iter().copied().find(|at| sums_up(*at))
}

/// A whole number that is not negative, `3` or `3.0`.
pub(super) fn whole(cell: &str) -> Option<u64> {
    let digits = match cell.split_once('.') {
        Some((digits, rest)) if !rest.is_empty() && rest.bytes().all(|byte| byte == b'0') => digits,
        Some(_) => return None,
        None => cell,
    };
    digits.parse().ok()
}

/// The column that says how often a pattern occurs, where every other one can be a rater's.
pub(super) fn frequency_column(rows: &[Vec<String>], raters: &[(usize, String)]) -> Option<usize> {
    let words = |word: &str| {
        raters
            .iter()
            .filter(|(_, name)| plain(name) == word)
            .map(|(column, _)| *column)
            .collect::<Vec<_>>()
    };
    let column = FREQUENCY_WORDS
        .iter()
        .find_map(|word| match words(word)[..] {
            [column] => Some((word, column)),
            _ => None,
        });
    let (word, column) = column?;
    let others: Vec<&(usize, String)> = raters.iter().filter(|(at, _)| *at != column).collect();
    // Among raters a, b, … n is one of them.
    let are_letters = others.iter().all(|(_, name)| name.chars().count() == 1);
    let are_counts = rows
        .iter()
        .all(|row| row.get(column).is_some_and(|cell| whole(cell).is_some()));
    (others.len() >= 2 && are_counts && !(*word == "n" && are_letters)).then_some(column)
}

/// Whether names such as `R1_CT`, `R1_MR`, `R2_CT`, `R2_MR` cross two lists: each reader under each condition.
pub(super) fn are_crossed(names: &[&str]) -> bool {
    ['_', '.', '-', ':', '/', ' ', '|'].iter().any(|separator| {
        let Some(pairs) = names
            .iter()
            .map(|name| name.rsplit_once(*separator))
            .collect::<Option<BTreeSet<_>>>()
        else {
            return false;
        };
        let first: BTreeSet<&str> = pairs.iter().map(|(first, _)| *first).collect();
        let second: BTreeSet<&str> = pairs.iter().map(|(_, second)| *second).collect();
        first.len() >= 2
            && second.len() >= 2
            && first.iter().chain(&second).all(|part| !part.is_empty())
            && pairs.len() == first.len() * second.len()
    })
}

/// Whether a column's values tell apart rows that are equal in all `keys`: then it is a condition under which items were read,
/// not a property of the items.
pub(super) fn tells_apart(rows: &[Vec<String>], keys: &[usize], column: usize) -> bool {
    let mut seen: BTreeMap<Vec<&str>, BTreeSet<&str>> = BTreeMap::new();
    let mut n_values = 0;
    for row in rows {
        let cell = |at: &usize| row.get(*at).map_or("", String::as_str);
        let key: Vec<&str> = keys.iter().map(cell).collect();
        if !seen.entry(key).or_default().insert(cell(&column)) {
            return false;
        }
        n_values += 1;
    }
    n_values > seen.len()
}

#[cfg(test)]
mod tests {
    use super::{Counted, are_crossed, counted, frequency_column, sum_column, tells_apart};

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines()
            .map(|line| line.split(',').map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn equal_sums_are_counts_but_ranks_and_choices_are_not() {
        let five = rows("0,3\n1,2\n3,0\n2,1\n0,3");
        assert_eq!(counted(&five, &[0, 1]), Counted::Yes);
        assert_eq!(counted(&five[..3], &[0, 1]), Counted::Maybe);
        assert_eq!(
            counted(&rows("1,2,3\n3,2,1\n2,1,3\n2,3,1\n1,3,2"), &[0, 1, 2]),
            Counted::No
        );
        assert_eq!(
            counted(&rows("0,1\n1,0\n0,1\n1,0\n0,1"), &[0, 1]),
            Counted::No
        );
        assert_eq!(
            counted(&rows("0,3\n1,2\n3,0\n2,1\n0,2"), &[0, 1]),
            Counted::No
        );
        assert_eq!(
            counted(&rows("1,2\n2,1\n3,0\n1,2\n.,3"), &[0, 1]),
            Counted::No
        );
    }

    #[test]
    fn a_column_of_sums_is_found_beside_counts_only() {
        let table = rows("3,0,3\n1,2,3\n0,3,3\n2,1,3\n0,3,3");
        assert_eq!(sum_column(&table, &[0, 1, 2], false), Some(2));
        assert_eq!(sum_column(&table, &[0, 1], false), None);
        let ratings = rows("1,1,2\n1,2,3\n1,1,2");
        assert_eq!(sum_column(&ratings, &[0, 1, 2], false), None);
        assert_eq!(sum_column(&ratings, &[0, 1, 2], true), Some(2));
    }

    #[test]
    fn a_frequency_stands_beside_two_raters_at_least() {
        let names = |list: &[&str]| -> Vec<(usize, String)> {
            list.iter()
                .map(|name| name.to_string())
                .enumerate()
                .collect()
        };
        let table = rows("1,1,40\n1,2,3");
        assert_eq!(
            frequency_column(&table, &names(&["r1", "r2", "Freq"])),
            Some(2)
        );
        assert_eq!(frequency_column(&table, &names(&["l", "m", "n"])), None);
        assert_eq!(
            frequency_column(&rows("1,40\n2,3"), &names(&["r1", "n"])),
            None
        );
    }

    #[test]
    fn names_cross_when_every_pair_occurs() {
        assert!(are_crossed(&["R1_CT", "R1_MR", "R2_CT", "R2_MR"]));
        assert!(!are_crossed(&["R1_CT", "R1_MR", "R2_CT", "R3_MR"]));
        assert!(!are_crossed(&[
            "reader_1", "reader_2", "reader_3", "reader_4"
        ]));
    }

    #[test]
    fn a_modality_that_tells_equal_rows_apart_is_a_condition() {
        let table = rows("x,r1,CT\nx,r1,MR\ny,r1,CT\ny,r1,MR");
        assert!(tells_apart(&table, &[0, 1], 2));
        assert!(!tells_apart(&rows("x,r1,CT\nx,r2,CT\ny,r1,MR"), &[0, 1], 2));
    }
}
