//! Which columns hold one rater's ratings (or one category's counts) each.

use super::layout::{RaterColumn, Unread};
use super::layout_error::LayoutError;
use super::shapes::{is_total, sum_column};
use crate::domain::TableOptions;
use regex::Regex;

/// Why a column of sums is left out.
pub(super) const SUMS_UP: &str = "it sums up the others";

/// Columns taken for raters or categories, and those that are not read.
pub(super) struct Chosen {
    pub raters: Vec<RaterColumn>,
    pub unread: Vec<Unread>,
}

impl Chosen {
    /// Leaves out the column that sums up counts, whatever it is called.
    pub fn leave_out_sums(&mut self, rows: &[Vec<String>], is_told: bool) {
        let columns: Vec<usize> = self.raters.iter().map(|one| one.column).collect();
        let Some(column) = sum_column(rows, &columns, is_told) else {
            return;
        };
        let place = self.raters.iter().position(|one| one.column == column);
        if let Some(one) = place.map(|place| self.raters.remove(place)) {
            self.unread.push(Unread {
                column,
                shown: format!("column `{}`", one.rater),
                why: SUMS_UP,
            });
        }
    }
}

pub(super) fn choose(
    names: Option<&[String]>,
    free: &[usize],
    table: &TableOptions,
) -> Result<Chosen, LayoutError> {
    let pattern = table
        .rater_pattern
        .as_deref()
        .map(rater_pattern)
        .transpose()?;
    let mut chosen = Chosen {
        raters: Vec::new(),
        unread: Vec::new(),
    };
    if let Some(names) = names
        && let Some(missing) = table.raters.iter().find(|name| !names.contains(name))
    {
        return Err(LayoutError::NoColumn {
            column: missing.clone(),
            names: names.to_vec(),
        });
    }
    for (number, &column) in free.iter().enumerate() {
        let mut push = |rater: String, condition: Option<String>| {
            chosen.raters.push(RaterColumn {
                column,
                rater,
                condition,
            });
        };
        let Some(name) = names.map(|names| names.get(column).map_or("", String::as_str)) else {
            push(format!("rater-{}", number + 1), None);
            continue;
        };
        let why = if !table.raters.is_empty() && !table.raters.iter().any(|one| one == name) {
            "not one of the columns that the mapping names"
        } else if name.is_empty() {
            "it has no name"
        } else if let Some(pattern) = &pattern {
            let found = pattern.captures(name);
            let part = |group: &str| {
                let found = found.as_ref().and_then(|found| found.name(group));
                found.map(|part| part.as_str().to_owned())
            };
            match part("rater") {
                Some(rater) => {
                    push(rater, part("condition"));
                    continue;
                }
                None => "its name does not fit rater_pattern",
            }
        } else if table.raters.is_empty() && is_total(name) {
            SUMS_UP
        } else {
            push(name.to_owned(), None);
            continue;
        };
        let shown = if name.is_empty() {
            format!("column {}", column + 1)
        } else {
            format!("column `{name}`")
        };
        chosen.unread.push(Unread { column, shown, why });
    }
    Ok(chosen)
}

fn rater_pattern(text: &str) -> Result<Regex, LayoutError> {
    let refuse = |detail: String| LayoutError::Pattern { detail };
    // The whole name is to fit, so that no column is taken by half of its name.
    let pattern =
        Regex::new(&format!("^(?:{text})$")).map_err(|error| refuse(error.to_string()))?;
    let mut groups = pattern.capture_names().flatten();
    if let Some(other) = groups.find(|name| !["rater", "condition"].contains(name)) {
        return Err(refuse(format!(
            "group `{other}` is not one of rater, condition"
        )));
    }
    if pattern
        .capture_names()
        .flatten()
        .all(|name| name != "rater")
    {
        return Err(refuse("the group rater is needed".to_owned()));
    }
    Ok(pattern)
}
