//! Which column of a table is what.

use super::choose::choose;
use super::guess::{ITEM_WORDS, are_alike, has_header, names_rows, plain};
use super::layout_error::LayoutError;
use super::shapes::{Counted, are_crossed, counted, frequency_column, tells_apart};
use super::words::{BOX_WORDS, LABEL_WORDS, RATER_WORDS};
use crate::domain::{TableLayout, TableOptions};
use std::collections::{BTreeMap, BTreeSet};

/// Columns with a meaning of their own.
pub const KNOWN: [&str; 16] = [
    "item",
    "rater",
    "label",
    "study",
    "stage",
    "role",
    "reference",
    "finished_at",
    "active_s",
    "confidence",
    "site",
    "modality",
    "session",
    "question",
    "condition",
    "frequency",
];
/// Those of them that say something about an item; in a table with a column a rater, every other column is a rater.
const OF_ITEMS: [&str; 8] = [
    "item",
    "study",
    "finished_at",
    "site",
    "modality",
    "session",
    "question",
    "condition",
];
/// Rows looked at to tell items from ratings.
pub const MAX_SAMPLE: usize = 200;

/// What a table's columns hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Names, where the table has them.
    pub names: Option<Vec<String>>,
    /// Whether the first row holds the names.
    pub has_header_row: bool,
    /// Column of each known field.
    pub known: BTreeMap<&'static str, usize>,
    pub shape: TableShape,
    /// Columns that are not read.
    pub unread: Vec<Unread>,
}

/// What a row is.
#[derive(Clone, Debug, PartialEq)]
pub enum TableShape {
    /// One rating.
    Long {
        /// Columns without a known meaning, kept as attributes.
        attributes: Vec<(usize, String)>,
    },
    /// One item, with a column a rater; or one pattern of ratings of as many items as the frequency says.
    Wide {
        raters: Vec<RaterColumn>,
        frequency: Option<usize>,
    },
    /// One item, with a column a category that says how many raters chose it.
    Counts { categories: Vec<(usize, String)> },
}

/// A column that is not read.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    pub column: usize,
    /// Its heading, for people.
    pub shown: String,
    pub why: &'static str,
}

/// A column of one rater's ratings, under one condition where readers are crossed with conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct RaterColumn {
    pub column: usize,
    pub rater: String,
    pub condition: Option<String>,
}

/// A table's first rows.
pub struct Sample<'a> {
    /// Names that the format keeps apart from the rows.
    pub names: Option<&'a [String]>,
    pub rows: Vec<Vec<String>>,
    /// R leaves out the name of the row names, so that the header is one field short.
    pub is_header_short: bool,
}

impl Layout {
    /// Tells the columns apart, given the user's names for known fields and what a mapping says.
    pub fn of(
        sample: &Sample<'_>,
        columns: &BTreeMap<String, String>,
        table: &TableOptions,
    ) -> Result<Self, LayoutError> {
        for field in columns.keys() {
            if !KNOWN.contains(&field.as_str()) {
                return Err(LayoutError::UnknownField {
                    field: field.clone(),
                });
            }
        }
        let has_header_row = sample.names.is_none() && has_header(sample, columns, table);
        let names: Option<Vec<String>> = match (sample.names, has_header_row) {
            (Some(names), _) => Some(names.to_vec()),
            (None, true) => sample
                .rows
                .first()
                .map(|first| header_names(first, sample.is_header_short)),
            (None, false) => None,
        };
        let rows = sample
            .rows
            .get(usize::from(has_header_row)..)
            .unwrap_or_default();
        let Some(names) = names else {
            if let Some(column) = columns.values().chain(&table.raters).next() {
                return Err(LayoutError::NoColumn {
                    column: column.clone(),
                    names: Vec::new(),
                });
            }
            return Self::by_rows(None, false, BTreeMap::new(), rows, table);
        };
        let mut known = known_columns(&names, columns)?;
        let is_complete = known.contains_key("item") && known.contains_key("label");
        match table.layout {
            Some(TableLayout::Long) if !is_complete => return Err(LayoutError::Unclear { names }),
            None | Some(TableLayout::Long) if is_complete => {
                known.remove("frequency");
                find_condition(&mut known, rows, &["item", "rater", "session", "question"]);
                let is_known = |index: &usize| known.values().any(|column| column == index);
                let others = names.iter().cloned().enumerate();
                let others = others.filter(|(index, _)| !is_known(index));
                let attributes = others.filter(|(_, name)| !name.is_empty()).collect();
                return Ok(Self {
                    names: Some(names),
                    has_header_row,
                    known,
                    shape: TableShape::Long { attributes },
                    unread: Vec::new(),
                });
            }
            _ => {}
        }
        if table.layout.is_none() && table.raters.is_empty() && table.rater_pattern.is_none() {
            check_words(&names, &known)?;
        }
        Self::by_rows(Some(names), has_header_row, known, rows, table)
    }

    /// A table whose rows are items or patterns.
    fn by_rows(
        names: Option<Vec<String>>,
        has_header_row: bool,
        mut known: BTreeMap<&'static str, usize>,
        rows: &[Vec<String>],
        table: &TableOptions,
    ) -> Result<Self, LayoutError> {
        let named_frequency = known.get("frequency").copied();
        known.retain(|field, _| OF_ITEMS.contains(field));
        let n_columns = names
            .as_ref()
            .map_or_else(|| rows.first().map_or(0, Vec::len), Vec::len);
        let is_taken = |known: &BTreeMap<&str, usize>, column: usize| {
            known.values().any(|taken| *taken == column) || named_frequency == Some(column)
        };
        if !known.contains_key("item") && !is_taken(&known, 0) {
            let first_name = names.as_ref().and_then(|names| names.first());
            if first_name.is_some_and(|name| ITEM_WORDS.contains(&plain(name).as_str()))
                || names_rows(rows)
            {
                known.insert("item", 0);
            }
        }
        let free: Vec<usize> = (0..n_columns)
            .filter(|column| !is_taken(&known, *column))
            .collect();
        let mut chosen = choose(names.as_deref(), &free, table)?;
        if matches!(table.layout, None | Some(TableLayout::Counts)) && table.raters.is_empty() {
            chosen.leave_out_sums(rows, table.layout.is_some());
        }
        let plain_columns: Vec<(usize, String)> = chosen
            .raters
            .iter()
            .map(|one| (one.column, one.rater.clone()))
            .collect();
        let counts: Vec<usize> = plain_columns.iter().map(|(column, _)| *column).collect();
        let counted = match table.layout {
            Some(TableLayout::Counts) => Counted::Yes,
            None if named_frequency.is_none() => counted(rows, &counts),
            _ => Counted::No,
        };
        let quoted = |columns: &[(usize, String)]| -> Vec<String> {
            columns.iter().map(|(_, name)| name.clone()).collect()
        };
        let has_own_names = names.is_some();
        let mut layout = Self {
            names,
            has_header_row,
            known,
            shape: TableShape::Counts {
                categories: Vec::new(),
            },
            unread: chosen.unread,
        };
        if plain_columns.len() < 2 {
            let found = plain_columns.len();
            return Err(LayoutError::TooFewRaters { found });
        }
        check_names(&chosen.raters)?;
        match counted {
            Counted::Yes => {
                let rename = |(column, name): (usize, String)| match has_own_names {
                    true => (column, name),
                    false => (column, name.replace("rater-", "category-")),
                };
                let categories = plain_columns.into_iter().map(rename).collect();
                layout.shape = TableShape::Counts { categories };
                return Ok(layout);
            }
            Counted::Maybe => {
                let names = quoted(&plain_columns);
                return Err(LayoutError::MaybeCounts { names });
            }
            Counted::No => {}
        }
        let frequency = match (named_frequency, table.layout) {
            (Some(column), _) => Some(column),
            (None, Some(TableLayout::Wide)) => None,
            (None, _) if layout.known.contains_key("item") && table.layout.is_none() => None,
            (None, _) => frequency_column(rows, &plain_columns),
        };
        if table.layout == Some(TableLayout::Patterns) && frequency.is_none() {
            return Err(LayoutError::NoFrequency);
        }
        chosen.raters.retain(|one| Some(one.column) != frequency);
        let raters: Vec<(usize, String)> = chosen
            .raters
            .iter()
            .map(|one| (one.column, one.rater.clone()))
            .collect();
        if chosen.raters.len() < 2 {
            let found = chosen.raters.len();
            return Err(LayoutError::TooFewRaters { found });
        }
        let names = quoted(&raters);
        let refs: Vec<&str> = names.iter().map(String::as_str).collect();
        let is_told = table.rater_pattern.is_some() || !table.raters.is_empty();
        if has_own_names && !is_told && are_crossed(&refs) {
            return Err(LayoutError::Crossed { names });
        }
        if !is_told && !are_alike(rows, &raters, has_own_names) {
            return Err(LayoutError::Unlike { names });
        }
        find_condition(&mut layout.known, rows, &["item", "session", "question"]);
        layout.shape = TableShape::Wide {
            raters: chosen.raters,
            frequency,
        };
        Ok(layout)
    }

    /// Where a field stands.
    pub fn column(&self, field: &str) -> Option<usize> {
        self.known.get(field).copied()
    }
}

fn check_names(raters: &[RaterColumn]) -> Result<(), LayoutError> {
    let mut seen = BTreeSet::new();
    let twice = raters
        .iter()
        .find(|one| !seen.insert((&one.rater, &one.condition)));
    twice.map_or(Ok(()), |one| {
        Err(LayoutError::SameName {
            name: one.rater.clone(),
        })
    })
}

/// A modality that alone tells readings of one item apart is the condition under which they were made.
fn find_condition(known: &mut BTreeMap<&'static str, usize>, rows: &[Vec<String>], keys: &[&str]) {
    let Some(&modality) = known.get("modality") else {
        return;
    };
    if known.contains_key("condition") || !known.contains_key("item") {
        return;
    }
    let keys: Vec<usize> = keys
        .iter()
        .filter_map(|key| known.get(key).copied())
        .collect();
    if tells_apart(rows, &keys, modality) {
        known.remove("modality");
        known.insert("condition", modality);
    }
}

fn header_names(first: &[String], is_short: bool) -> Vec<String> {
    let row_names = is_short.then(String::new);
    let n = first.len() - usize::from(is_short);
    row_names
        .into_iter()
        .chain(first.iter().take(n).cloned())
        .collect()
}

fn known_columns(
    names: &[String],
    columns: &BTreeMap<String, String>,
) -> Result<BTreeMap<&'static str, usize>, LayoutError> {
    let position = |wanted: &str| {
        let exact = names.iter().position(|name| name == wanted);
        exact.or_else(|| {
            names
                .iter()
                .position(|name| name.eq_ignore_ascii_case(wanted))
        })
    };
    let mut known = BTreeMap::new();
    for field in KNOWN {
        let found = match columns.get(field) {
            Some(column) => Some(position(column).ok_or_else(|| LayoutError::NoColumn {
                column: column.clone(),
                names: names.to_vec(),
            })?),
            // A column that the user gave to another field keeps that meaning only.
            None if columns
                .values()
                .any(|column| column.eq_ignore_ascii_case(field)) =>
            {
                None
            }
            None => position(field),
        };
        known.extend(found.map(|column| (field, column)));
    }
    Ok(known)
}

fn check_words(names: &[String], known: &BTreeMap<&'static str, usize>) -> Result<(), LayoutError> {
    let words: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if words
        .iter()
        .filter(|word| BOX_WORDS.contains(&word.as_str()))
        .count()
        > 1
    {
        return Err(LayoutError::Boxes {
            names: names.to_vec(),
        });
    }
    let names_fields = known.contains_key("rater") || known.contains_key("label");
    if names_fields || (has(&RATER_WORDS) && has(&LABEL_WORDS)) {
        return Err(LayoutError::Unclear {
            names: names.to_vec(),
        });
    }
    Ok(())
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
