//! Which column of a table is what.

use super::guess::{ITEM_WORDS, are_alike, has_header, names_rows, plain};
use std::collections::{BTreeMap, BTreeSet};

/// Columns with a meaning of their own.
pub const KNOWN: [&str; 14] = [
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
];
/// Those of them that say something about an item; in a table with a column a rater, every other column is a rater.
const OF_ITEMS: [&str; 6] = [
    "item",
    "study",
    "finished_at",
    "site",
    "modality",
    "session",
];
/// Rows looked at to tell items from ratings.
pub const MAX_SAMPLE: usize = 200;

/// Words that tell a long table with columns of its own naming from a table with one column a rater.
const RATER_WORDS: [&str; 14] = [
    "rater",
    "reader",
    "annotator",
    "observer",
    "reviewer",
    "grader",
    "coder",
    "judge",
    "assessor",
    "evaluator",
    "user",
    "labeler",
    "labeller",
    "worker",
];
const LABEL_WORDS: [&str; 11] = [
    "label",
    "rating",
    "score",
    "grade",
    "diagnosis",
    "class",
    "category",
    "value",
    "response",
    "answer",
    "annotation",
];
const BOX_WORDS: [&str; 6] = ["xmin", "ymin", "xmax", "ymax", "bbox", "x1"];

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
}

/// One rating a row, or one row an item.
#[derive(Clone, Debug, PartialEq)]
pub enum TableShape {
    Long {
        /// Columns without a known meaning, kept as attributes.
        attributes: Vec<(usize, String)>,
    },
    Wide {
        raters: Vec<(usize, String)>,
    },
}

/// Why the columns cannot be told apart.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LayoutError {
    #[error("`{field}` is not a known column; known are {}", KNOWN.join(", "))]
    UnknownField { field: String },
    #[error("there is no column `{column}`; the table has {}", quoted(names))]
    NoColumn { column: String, names: Vec<String> },
    #[error(
        "{} do not say which column is the item, the rater and the label; name them, as in --column rater=Reader",
        quoted(names)
    )]
    Unclear { names: Vec<String> },
    #[error("{} hold boxes, not ratings", quoted(names))]
    Boxes { names: Vec<String> },
    #[error("two columns are called `{name}`; rename one")]
    SameName { name: String },
    #[error(
        "{} share no values, so they do not seem to be raters; name the item, the rater and the label, as in --column rater=Reader",
        quoted(names)
    )]
    Unlike { names: Vec<String> },
    #[error(
        "there are {found} columns of ratings; at least two are needed, or the columns item, rater and label"
    )]
    TooFewRaters { found: usize },
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
    /// Tells the columns apart, given the user's names for known fields.
    pub fn of(
        sample: &Sample<'_>,
        columns: &BTreeMap<String, String>,
    ) -> Result<Self, LayoutError> {
        for field in columns.keys() {
            if !KNOWN.contains(&field.as_str()) {
                return Err(LayoutError::UnknownField {
                    field: field.clone(),
                });
            }
        }
        let has_header_row = sample.names.is_none() && has_header(sample, columns);
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
            if let Some(column) = columns.values().next() {
                return Err(LayoutError::NoColumn {
                    column: column.clone(),
                    names: Vec::new(),
                });
            }
            return Self::wide(None, false, BTreeMap::new(), rows);
        };
        let known = known_columns(&names, columns)?;
        if known.contains_key("item") && known.contains_key("label") {
            let is_known = |index: &usize| known.values().any(|column| column == index);
            let others = names
                .iter()
                .cloned()
                .enumerate()
                .filter(|(index, _)| !is_known(index));
            let attributes = others.filter(|(_, name)| !name.is_empty()).collect();
            return Ok(Self {
                names: Some(names),
                has_header_row,
                known,
                shape: TableShape::Long { attributes },
            });
        }
        check_words(&names, &known)?;
        Self::wide(Some(names), has_header_row, known, rows)
    }

    fn wide(
        names: Option<Vec<String>>,
        has_header_row: bool,
        mut known: BTreeMap<&'static str, usize>,
        rows: &[Vec<String>],
    ) -> Result<Self, LayoutError> {
        known.retain(|field, _| OF_ITEMS.contains(field));
        let n_columns = names
            .as_ref()
            .map_or_else(|| rows.first().map_or(0, Vec::len), Vec::len);
        if !known.contains_key("item") && known.values().all(|column| *column != 0) {
            let first_name = names.as_ref().and_then(|names| names.first());
            if first_name.is_some_and(|name| ITEM_WORDS.contains(&plain(name).as_str()))
                || names_rows(rows)
            {
                known.insert("item", 0);
            }
        }
        let taken: BTreeSet<usize> = known.values().copied().collect();
        let raters: Vec<(usize, String)> = (0..n_columns)
            .filter(|column| !taken.contains(column))
            .enumerate()
            .map(|(number, column)| {
                let name = names
                    .as_ref()
                    .and_then(|names| names.get(column))
                    .filter(|name| !name.is_empty());
                (
                    column,
                    name.cloned()
                        .unwrap_or_else(|| format!("rater-{}", number + 1)),
                )
            })
            .collect();
        if raters.len() < 2 {
            return Err(LayoutError::TooFewRaters {
                found: raters.len(),
            });
        }
        let mut seen = BTreeSet::new();
        if let Some((_, name)) = raters.iter().find(|(_, name)| !seen.insert(name.as_str())) {
            return Err(LayoutError::SameName { name: name.clone() });
        }
        if !are_alike(rows, &raters, names.is_some()) {
            let names = raters.into_iter().map(|(_, name)| name).collect();
            return Err(LayoutError::Unlike { names });
        }
        Ok(Self {
            names,
            has_header_row,
            known,
            shape: TableShape::Wide { raters },
        })
    }

    /// Where a field stands.
    pub fn column(&self, field: &str) -> Option<usize> {
        self.known.get(field).copied()
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

fn quoted(names: &[String]) -> String {
    if names.is_empty() {
        return "no header row".to_owned();
    }
    let shown: Vec<String> = names
        .iter()
        .take(12)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > 12 { ", …" } else { "" };
    format!("the columns {}{more}", shown.join(", "))
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
