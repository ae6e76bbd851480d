//! What single cells say: a rating, a duration, or nothing.

use super::guess::number;
use super::text::SPREADSHEET_ERRORS;
use crate::domain::{Shape, SkipReason, TableOptions};
use std::collections::{BTreeMap, BTreeSet};

/// Why one rating was left out, and in which column it stands.
pub struct Fault {
    pub reason: SkipReason,
    pub detail: String,
    pub column: Option<usize>,
}

pub fn invalid(detail: impl Into<String>) -> Fault {
    Fault {
        reason: SkipReason::InvalidRecord,
        detail: detail.into(),
        column: None,
    }
}

impl Fault {
    /// The same fault, of a cell rather than of a row.
    pub fn at(self, column: Option<usize>) -> Self {
        Self {
            column: self.column.or(column),
            ..self
        }
    }
}

/// What is said once about the whole upload.
#[derive(Default)]
pub struct Tally {
    pub n_missing: u64,
    pub n_trimmed: u64,
    /// Readings of unnamed raters, from counts.
    pub n_unnamed: u64,
    /// Items that stand for one of many equal ones, from frequencies.
    pub n_expanded: u64,
    /// Raters that are taken for something else than people, with what they are taken for.
    pub no_people: BTreeMap<String, String>,
}

impl Tally {
    pub fn notes(&self) -> Vec<String> {
        let counted = [
            (
                "cells without a rating (empty, NA, N/A, null, .)",
                self.n_missing,
            ),
            ("labels such as `1.0`, read as `1`", self.n_trimmed),
            (
                "items made from the frequencies of patterns",
                self.n_expanded,
            ),
        ];
        let mut notes: Vec<String> = counted
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(what, n)| format!("{what}: {n}"))
            .collect();
        if self.n_unnamed > 0 {
            notes.push(format!(
                "readings of unknown raters, from counts of categories: {}; they are numbered within each item (reading-1, \
                 reading-2, …), so that only coefficients that need no raters hold: Fleiss' kappa, Krippendorff's alpha, \
                 Gwet's AC1, percent agreement; Cohen's and Conger's kappa, ICC(2) and ICC(3) and figures by rater mean nothing",
                self.n_unnamed
            ));
        }
        for (rater, what) in &self.no_people {
            notes.push(format!(
                "rater `{rater}` is taken for {what}; a mapping can say otherwise under [roles]"
            ));
        }
        notes
    }
}

/// How cells are read.
pub struct Cells {
    pub is_ordinal: bool,
    pub has_decimal_commas: bool,
    missing: BTreeSet<String>,
    values: BTreeMap<String, String>,
}

impl Cells {
    pub fn new(is_ordinal: bool, has_decimal_commas: bool, table: &TableOptions) -> Self {
        Self {
            is_ordinal,
            has_decimal_commas,
            missing: table.missing.iter().cloned().collect(),
            values: table.values.clone(),
        }
    }

    /// Whether a cell holds no rating, by itself or as the mapping says.
    pub fn is_missing(&self, cell: &str) -> bool {
        is_missing(cell)
            || self.missing.contains(cell)
            || whole_part(cell).is_some_and(|whole| self.missing.contains(whole))
    }

    /// A label or rank; `kind` names an ordinal rating.
    pub fn rating(
        &self,
        cell: &str,
        question: String,
        kind: Option<&str>,
        tally: &mut Tally,
    ) -> Result<(String, Shape), Fault> {
        check_error(cell)?;
        let mapped = self.values.get(cell).map(String::as_str);
        if !self.is_ordinal {
            let value = match mapped {
                Some(label) => label.to_owned(),
                None => self.plain_label(cell, tally),
            };
            return Ok((value.clone(), Shape::Classification { question, value }));
        }
        let text = mapped.unwrap_or(cell);
        let rank = if self.has_decimal_commas {
            number(text)
        } else {
            text.parse().ok().filter(|rank: &f64| rank.is_finite())
        };
        let rank = rank.ok_or_else(|| {
            invalid(format!(
                "the rank is `{cell}`; a number is expected on an ordinal scale"
            ))
        })?;
        let label = kind.unwrap_or("rating").to_owned();
        Ok((label, Shape::Ordinal { question, rank }))
    }

    /// Columns with gaps come out of data frames as `1.0` where others have `1`; both are one category.
    fn plain_label(&self, cell: &str, tally: &mut Tally) -> String {
        match whole_part(cell) {
            Some(whole) => {
                tally.n_trimmed += 1;
                let mapped = self.values.get(whole);
                mapped.cloned().unwrap_or_else(|| whole.to_owned())
            }
            None => cell.to_owned(),
        }
    }
}

/// The `1` of `1.0`.
fn whole_part(cell: &str) -> Option<&str> {
    let (whole, rest) = cell.split_once('.')?;
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_whole = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte == b'0');
    is_whole.then_some(whole)
}

/// Refuses what a spreadsheet writes in place of a value.
pub fn check_error(cell: &str) -> Result<(), Fault> {
    if SPREADSHEET_ERRORS.contains(&cell) {
        return Err(invalid(format!("holds the spreadsheet error `{cell}`")));
    }
    Ok(())
}

pub fn is_missing(cell: &str) -> bool {
    cell.is_empty()
        || cell == "."
        || ["na", "n/a", "#n/a", "null", "nan"].contains(&cell.to_ascii_lowercase().as_str())
}

pub fn parsed<T: std::str::FromStr<Err = String>>(field: &str, text: &str) -> Result<T, Fault> {
    text.to_ascii_lowercase()
        .parse()
        .map_err(|error| invalid(format!("{field}: {error}")))
}

/// Seconds, minutes:seconds or hours:minutes:seconds as milliseconds.
pub fn duration_ms(text: &str) -> Option<i64> {
    let mut seconds = 0.0;
    for part in text.split(':') {
        let part = number(part).filter(|part| *part >= 0.0)?;
        seconds = seconds * 60.0 + part;
    }
    (text.split(':').count() <= 3 && seconds < 1e9).then_some((seconds * 1000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::{duration_ms, is_missing};

    #[test]
    fn durations_are_seconds_or_clock_times() {
        assert_eq!(duration_ms("12.5"), Some(12_500));
        assert_eq!(duration_ms("2:03"), Some(123_000));
        assert_eq!(duration_ms("1:00:00"), Some(3_600_000));
        assert_eq!(duration_ms("1:0:0:0"), None);
        assert_eq!(duration_ms("-1"), None);
    }

    #[test]
    fn zero_is_a_rating_and_nothing_is_not() {
        assert!(
            ["", "NA", "n/a", "NULL", ".", "NaN"]
                .into_iter()
                .all(is_missing)
        );
        assert!(!is_missing("0") && !is_missing("none"));
    }
}
