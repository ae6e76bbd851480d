//! Cells of a table as readings.

use super::guess::number;
use super::layout::{Layout, TableShape};
use super::rows::Batch;
use super::text::{Dialect, SPREADSHEET_ERRORS};
use crate::domain::{
    Annotation, ReadingKey, ReadingState, ReferenceKind, Role, Shape, Skip, SkipReason, Stage,
};
use crate::importers::context::default_role;
use crate::importers::written::instant_us;
use crate::importers::{Context, ImportError, Placement, Sink, UploadFile, item_key_of};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// First cells of rows that sum up a table.
const TOTALS: [&str; 7] = [
    "total",
    "totals",
    "sum",
    "mean",
    "average",
    "grand total",
    "totaal",
];

/// What is said once about the whole upload.
#[derive(Default)]
pub struct Tally {
    n_missing: u64,
    n_trimmed: u64,
}

impl Tally {
    pub fn notes(&self) -> Vec<String> {
        let counted = [
            (
                "cells without a rating (empty, NA, N/A, null, .)",
                self.n_missing,
            ),
            ("labels such as `1.0`, read as `1`", self.n_trimmed),
        ];
        counted
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(what, n)| format!("{what}: {n}"))
            .collect()
    }
}

/// One table being passed on.
pub struct Table<'a> {
    file: &'a UploadFile,
    context: &'a Context,
    layout: Layout,
    is_ordinal: bool,
    has_decimal_commas: bool,
    /// Set where several tables could mean different things by equal row numbers.
    stem: Option<String>,
    given: HashSet<u64>,
    n_rows: u64,
    tally: &'a mut Tally,
}

/// Why one rating was left out.
struct Fault(SkipReason, String);

fn invalid(detail: String) -> Fault {
    Fault(SkipReason::InvalidRecord, detail)
}

impl<'a> Table<'a> {
    pub fn new(
        file: &'a UploadFile,
        context: &'a Context,
        layout: Layout,
        is_ordinal: bool,
        dialect: Option<Dialect>,
        is_one_of_several: bool,
        tally: &'a mut Tally,
    ) -> Self {
        let name = item_key_of(file.name());
        let stem = name
            .rsplit_once('.')
            .map_or(name.as_str(), |(stem, _)| stem)
            .to_owned();
        Self {
            file,
            context,
            layout,
            is_ordinal,
            has_decimal_commas: dialect.is_some_and(|dialect| dialect.separator != b','),
            stem: is_one_of_several.then_some(stem),
            given: HashSet::new(),
            n_rows: 0,
            tally,
        }
    }

    /// Passes on all ratings of some rows.
    pub fn pass_on(&mut self, batch: &Batch, sink: &mut dyn Sink) -> Result<(), ImportError> {
        let shape = self.layout.shape.clone();
        for row in 0..batch.n_rows() {
            self.n_rows += 1;
            if self.layout.has_header_row && self.n_rows == 1 {
                continue;
            }
            if batch.overflows(row) {
                let fields = batch.n_columns();
                self.skip(
                    String::new(),
                    invalid(format!("has more than the table's {fields} fields")),
                    sink,
                )?;
                continue;
            }
            match &shape {
                TableShape::Long { attributes } => self.long_row(batch, row, attributes, sink)?,
                TableShape::Wide { raters } => self.wide_row(batch, row, raters, sink)?,
            }
        }
        Ok(())
    }

    fn skip(&self, column: String, fault: Fault, sink: &mut dyn Sink) -> Result<(), ImportError> {
        let Fault(reason, detail) = fault;
        Ok(sink.skip(Skip {
            reason,
            file: self.file.path().to_owned(),
            record: format!("row {}{column}", self.n_rows),
            detail,
        })?)
    }

    fn field<'b>(&self, batch: &'b Batch, row: usize, field: &str) -> Option<&'b str> {
        let cell = batch.cell(row, self.layout.column(field)?);
        (!is_missing(cell)).then_some(cell)
    }

    fn long_row(
        &mut self,
        batch: &Batch,
        row: usize,
        attributes: &[(usize, String)],
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let Some(item) = self.field(batch, row, "item") else {
            return self.skip(String::new(), invalid("has no item".to_owned()), sink);
        };
        let Some(label) = self.field(batch, row, "label") else {
            self.tally.n_missing += 1;
            return Ok(());
        };
        let placement = self.placement(item)?;
        let rating = self.placed(batch, row, placement).and_then(|mut placed| {
            placed.key.rater = match self.field(batch, row, "rater") {
                Some(rater) => rater.to_owned(),
                None if placed.key.rater.is_empty() => {
                    return Err(invalid("has no rater".to_owned()));
                }
                None => placed.key.rater,
            };
            let question = self
                .field(batch, row, "question")
                // Tables of different layers answer different questions, even where no column says so.
                .or(self.context.options().layer.as_deref())
                .unwrap_or_default()
                .to_owned();
            let shape = self.rating(label, question, &placed.placement)?;
            Ok((placed, shape))
        });
        let (placed, (label, shape)) = match rating {
            Ok(rating) => rating,
            Err(fault) => return self.skip(String::new(), fault, sink),
        };
        let mut annotation = self.annotation(label, shape, format!("row {}", self.n_rows), &placed);
        for (column, name) in attributes {
            let cell = batch.cell(row, *column);
            if !is_missing(cell) {
                annotation.attributes.insert(name.clone(), cell.to_owned());
            }
        }
        self.emit(placed, annotation, String::new(), sink)
    }

    fn wide_row(
        &mut self,
        batch: &Batch,
        row: usize,
        raters: &[(usize, String)],
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let number = self.n_rows - u64::from(self.layout.has_header_row);
        let item = match (self.layout.column("item"), self.field(batch, row, "item")) {
            (Some(_), None) => {
                return self.skip(String::new(), invalid("has no item".to_owned()), sink);
            }
            (Some(_), Some(item)) if TOTALS.contains(&item.to_lowercase().as_str()) => {
                let fault = Fault(SkipReason::NotAnnotation, "sums up the table".to_owned());
                return self.skip(String::new(), fault, sink);
            }
            (_, Some(item)) => item.to_owned(),
            (None, None) => match &self.stem {
                None => format!("row-{number}"),
                Some(stem) => format!("{stem}:row-{number}"),
            },
        };
        let placement = self.placement(&item)?;
        for (column, rater) in raters {
            let cell = batch.cell(row, *column);
            if is_missing(cell) {
                self.tally.n_missing += 1;
                continue;
            }
            let question = self.stem.clone().unwrap_or_default();
            let rating = self
                .placed(batch, row, placement.clone())
                .and_then(|mut placed| {
                    placed.key.rater.clone_from(rater);
                    let shape = self.rating(cell, question, &placed.placement)?;
                    Ok((placed, shape))
                });
            let place = format!(", column `{rater}`");
            match rating {
                Ok((placed, (label, shape))) => {
                    let id = format!("row {}{place}", self.n_rows);
                    let annotation = self.annotation(label, shape, id, &placed);
                    self.emit(placed, annotation, place, sink)?;
                }
                Err(fault) => self.skip(place, fault, sink)?,
            }
        }
        Ok(())
    }

    fn placement(&self, item: &str) -> Result<Placement, ImportError> {
        let mut placement = self
            .context
            .place_item(self.file.path(), item, item.to_owned())?;
        if self.context.options().layer.is_none() {
            placement.layer = "ratings".to_owned();
        }
        Ok(placement)
    }

    /// What the row's other columns say about the reading.
    fn placed(&self, batch: &Batch, row: usize, mut placement: Placement) -> Result<Placed, Fault> {
        let text = |field| self.field(batch, row, field);
        let owned = |field| text(field).map(str::to_owned);
        if let Some(stage) = text("stage") {
            let stage: Stage = parsed("stage", stage)?;
            if placement.role == default_role(placement.stage) {
                placement.role = self.context.options().role.unwrap_or(default_role(stage));
            }
            placement.stage = stage;
        }
        if let Some(role) = text("role") {
            placement.role = parsed::<Role>("role", role)?;
        }
        if let Some(reference) = text("reference") {
            placement.reference = Some(parsed::<ReferenceKind>("reference", reference)?);
        }
        if let Some(time) = text("finished_at") {
            let instant = instant_us(time).ok_or_else(|| {
                invalid(format!(
                    "finished_at is `{time}`; a time such as 2026-11-16T09:30:00+01:00 is expected"
                ))
            })?;
            placement.finished_at_us = Some(instant);
        }
        if let Some(seconds) = text("active_s") {
            placement.active_ms = Some(duration_ms(seconds).ok_or_else(|| {
                invalid(format!(
                    "active_s is `{seconds}`; seconds or minutes:seconds are expected"
                ))
            })?);
        }
        let confidence = match text("confidence").map(|text| (text, number(text))) {
            None => None,
            Some((_, Some(share))) if (0.0..=1.0).contains(&share) => Some(share),
            Some((text, _)) => {
                return Err(invalid(format!(
                    "confidence is `{text}`; 0 to 1 is expected"
                )));
            }
        };
        placement.study = owned("study").unwrap_or(placement.study);
        placement.site = owned("site").or(placement.site);
        placement.modality = owned("modality").or(placement.modality);
        placement.session = owned("session").unwrap_or(placement.session);
        Ok(Placed {
            key: placement.reading_key(None),
            placement,
            confidence,
        })
    }

    fn rating(
        &mut self,
        cell: &str,
        question: String,
        placement: &Placement,
    ) -> Result<(String, Shape), Fault> {
        if SPREADSHEET_ERRORS.contains(&cell) {
            return Err(invalid(format!("holds the spreadsheet error `{cell}`")));
        }
        if !self.is_ordinal {
            let value = self.plain_label(cell);
            return Ok((value.clone(), Shape::Classification { question, value }));
        }
        let rank = if self.has_decimal_commas {
            number(cell)
        } else {
            cell.parse().ok().filter(|rank: &f64| rank.is_finite())
        };
        let rank = rank.ok_or_else(|| {
            invalid(format!(
                "the rank is `{cell}`; a number is expected on an ordinal scale"
            ))
        })?;
        let label = placement
            .label
            .clone()
            .unwrap_or_else(|| "rating".to_owned());
        Ok((label, Shape::Ordinal { question, rank }))
    }

    /// Columns with gaps come out of data frames as `1.0` where others have `1`; both are one category.
    fn plain_label(&mut self, cell: &str) -> String {
        let whole = cell.split_once('.').filter(|(whole, rest)| {
            let digits = whole.strip_prefix('-').unwrap_or(whole);
            !digits.is_empty()
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && !rest.is_empty()
                && rest.bytes().all(|byte| byte == b'0')
        });
        match whole {
            Some((whole, _)) => {
                self.tally.n_trimmed += 1;
                whole.to_owned()
            }
            None => cell.to_owned(),
        }
    }

    fn annotation(
        &self,
        label: String,
        shape: Shape,
        source_id: String,
        placed: &Placed,
    ) -> Annotation {
        Annotation {
            source_id,
            label,
            shape,
            attributes: BTreeMap::new(),
            confidence: placed.confidence,
            finished_at_us: placed.placement.finished_at_us,
            active_ms: placed.placement.active_ms,
            semantic: false,
            invalid: None,
        }
    }

    fn emit(
        &mut self,
        placed: Placed,
        annotation: Annotation,
        place: String,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let mut hasher = DefaultHasher::new();
        let question = match &annotation.shape {
            Shape::Classification { question, .. } | Shape::Ordinal { question, .. } => {
                question.as_str()
            }
            _ => "",
        };
        (&placed.key, question).hash(&mut hasher);
        if !self.given.insert(hasher.finish()) {
            let fault = invalid(format!(
                "`{}` already has a rating of this rater; tell repeated readings apart by a session column",
                placed.key.item
            ));
            return self.skip(place, fault, sink);
        }
        let Placed { key, placement, .. } = placed;
        sink.item(placement.to_item())?;
        sink.reading(placement.to_reading(key.clone(), ReadingState::Annotated, self.file.path()))?;
        Ok(sink.annotation(&key, annotation)?)
    }
}

/// A rating's place: its reading's key and what is known about it.
struct Placed {
    key: ReadingKey,
    placement: Placement,
    confidence: Option<f64>,
}

pub(super) fn is_missing(cell: &str) -> bool {
    cell.is_empty()
        || cell == "."
        || ["na", "n/a", "#n/a", "null", "nan"].contains(&cell.to_ascii_lowercase().as_str())
}

fn parsed<T: std::str::FromStr<Err = String>>(field: &str, text: &str) -> Result<T, Fault> {
    text.to_ascii_lowercase()
        .parse()
        .map_err(|error| invalid(format!("{field}: {error}")))
}

/// Seconds, minutes:seconds or hours:minutes:seconds as milliseconds.
fn duration_ms(text: &str) -> Option<i64> {
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
