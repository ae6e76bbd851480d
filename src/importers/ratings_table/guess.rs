//! What first rows give away about a table: names or data, items or ratings, raters or something else.

use super::cells::is_missing;
use super::layout::{KNOWN, Sample};
use super::shapes::{Counted, counted};
use super::text::SPREADSHEET_ERRORS;
use super::words::{CONDITION_WORDS, LABEL_WORDS, RATER_WORDS};
use crate::domain::TableOptions;
use std::collections::{BTreeMap, BTreeSet};

/// Different numbers beyond which a matrix without names is no matrix of ratings.
const MAX_UNNAMED_RANKS: usize = 30;
/// Rows from which on a column that counts up by one is taken for row numbers.
const MIN_NUMBERED_ROWS: usize = 6;
/// Headings of a column of items.
pub(super) const ITEM_WORDS: [&str; 18] = [
    "", "item", "id", "case", "image", "slide", "subject", "sample", "specimen", "lesion", "row",
    "no", "nr", "number", "file", "filename", "patient", "scan",
];

/// Lower case without marks and without a trailing "id" or "name".
pub(super) fn plain(name: &str) -> String {
    let word: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let stem = word
        .strip_suffix("id")
        .or_else(|| word.strip_suffix("name"))
        .filter(|stem| !stem.is_empty());
    stem.map_or(word.clone(), str::to_owned)
}

/// Whether the first row holds names.
pub(super) fn has_header(
    sample: &Sample<'_>,
    columns: &BTreeMap<String, String>,
    table: &TableOptions,
) -> bool {
    let Some((first, rest)) = sample.rows.split_first() else {
        return false;
    };
    if sample.is_header_short {
        return true;
    }
    let is_name = |cell: &String| {
        KNOWN.iter().any(|field| cell.eq_ignore_ascii_case(field))
            || columns
                .values()
                .chain(&table.raters)
                .any(|column| cell.eq_ignore_ascii_case(column))
    };
    if first.iter().any(is_name) {
        return true;
    }
    // Categories that are called 1, 2, 3 … over counts.
    let is_numbered = first
        .iter()
        .zip(1..)
        .all(|(cell, n)| cell == &n.to_string());
    let all: Vec<usize> = (0..first.len()).collect();
    if is_numbered && counted(rest, &all) != Counted::No {
        return true;
    }
    let is_text = |cell: &String| !cell.is_empty() && number(cell).is_none();
    let begins_with_id = first
        .first()
        .is_some_and(|cell| ITEM_WORDS.contains(&plain(cell).as_str()));
    let is_unnamed = first.first().is_some_and(String::is_empty);
    if begins_with_id && !is_unnamed {
        return true;
    }
    let distinct: BTreeSet<&String> = first.iter().collect();
    if distinct.len() < first.len() {
        return false;
    }
    // An empty corner is the heading of row names over text, and a missing rating over numbers.
    if is_unnamed {
        return first.iter().skip(1).all(is_text);
    }
    let values: BTreeSet<&String> = rest.iter().flatten().collect();
    first.iter().all(is_text) && !first.iter().all(|cell| values.contains(cell))
}

/// Columns by their headings, beyond those that are known or given; `None` unless item, rater and label are found.
pub(super) fn guess_columns(
    names: &[String],
    given: &BTreeMap<String, String>,
) -> Option<BTreeMap<String, String>> {
    let mut columns = given.clone();
    for (field, words) in [
        ("item", &ITEM_WORDS[1..]),
        ("rater", &RATER_WORDS[..]),
        ("label", &LABEL_WORDS[..]),
        ("condition", &CONDITION_WORDS[..]),
    ] {
        let is_known = |name: &String| name.eq_ignore_ascii_case(field);
        if columns.contains_key(field) {
            continue;
        }
        let found = names.iter().find(|name| is_known(name)).or_else(|| {
            // The order of the words is that of their weight, not that of the columns.
            words.iter().find_map(|word| {
                let is_free = |name: &&String| !columns.values().any(|taken| taken == *name);
                names
                    .iter()
                    .filter(is_free)
                    .find(|name| plain(name) == *word)
            })
        });
        if let Some(name) = found.cloned() {
            columns.insert(field.to_owned(), name);
        }
    }
    let is_whole = ["item", "rater", "label"]
        .iter()
        .all(|field| columns.contains_key(*field));
    is_whole.then_some(columns)
}

/// Whether the first column names items: text that never repeats, or numbers that count rows and are no ratings.
pub(super) fn names_rows(rows: &[Vec<String>]) -> bool {
    let first: Vec<&String> = rows.iter().filter_map(|row| row.first()).collect();
    let distinct: BTreeSet<&String> = first.iter().copied().collect();
    if first.len() < 3 || distinct.len() < first.len() || first.iter().any(|cell| cell.is_empty()) {
        return false;
    }
    let ratings: BTreeSet<&String> = rows.iter().flat_map(|row| row.iter().skip(1)).collect();
    if first.iter().all(|cell| ratings.contains(cell)) {
        return false;
    }
    let numbers: Vec<f64> = first.iter().filter_map(|cell| number(cell)).collect();
    if numbers.is_empty() {
        return true;
    }
    numbers.len() == first.len()
        && numbers.len() >= MIN_NUMBERED_ROWS
        && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1.0)
}

/// Whether columns can be ratings of the same things: all numbers (few different ones, where nothing names the columns), or
/// categories of which each column shares one with another.
pub(super) fn are_alike(rows: &[Vec<String>], raters: &[(usize, String)], are_named: bool) -> bool {
    let values_of = |column: usize| -> BTreeSet<&str> {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(String::as_str);
        cells
            .filter(|cell| !is_missing(cell) && !SPREADSHEET_ERRORS.contains(cell))
            .collect()
    };
    let values: Vec<BTreeSet<&str>> = raters
        .iter()
        .map(|(column, _)| values_of(*column))
        .collect();
    let pooled: BTreeSet<&str> = values.iter().flatten().copied().collect();
    if pooled.iter().all(|value| number(value).is_some()) {
        return are_named || pooled.len() <= MAX_UNNAMED_RANKS;
    }
    let others_share = |at: usize, value: &str| {
        values
            .iter()
            .enumerate()
            .any(|(other, values)| other != at && values.contains(value))
    };
    values
        .iter()
        .enumerate()
        .all(|(at, own)| own.is_empty() || own.iter().any(|value| others_share(at, value)))
}

/// A number, with a point or a decimal comma.
pub fn number(text: &str) -> Option<f64> {
    text.replacen(',', ".", 1)
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
}
