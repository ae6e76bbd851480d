//! Rows of a table as readings.

use super::batch::Batch;
use super::cells::{Cells, Fault, Tally, check_error, invalid};
use super::layout::{Layout, RaterColumn, TableShape};
use super::placed::{Placed, place};
use super::rows::{Place, Rows};
use super::shapes::{is_total, whole};
use super::standing::Standings;
use crate::domain::{Annotation, ReadingState, Shape, Skip, SkipReason};
use crate::importers::{Context, ImportError, Placement, Sink, UploadFile, item_key_of};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// One table being passed on.
pub struct Table<'a> {
    pub(super) file: &'a UploadFile,
    pub(super) context: &'a Context,
    layout: Layout,
    place: Place,
    pub(super) cells: Cells,
    standings: Standings,
    /// Set where several tables could mean different things by equal row numbers.
    stem: Option<String>,
    pub(super) given: HashSet<u64>,
    n_rows: u64,
    pub(super) n_data_rows: u64,
    pub(super) tally: &'a mut Tally,
}

impl<'a> Table<'a> {
    /// # Errors
    /// Options that no table can be read with.
    pub fn new(
        file: &'a UploadFile,
        context: &'a Context,
        layout: Layout,
        is_ordinal: bool,
        rows: &Rows,
        is_one_of_several: bool,
        tally: &'a mut Tally,
    ) -> Result<Self, ImportError> {
        let name = item_key_of(file.name());
        let stem = name
            .rsplit_once('.')
            .map_or(name.as_str(), |(stem, _)| stem)
            .to_owned();
        let table = &context.options().table;
        Ok(Self {
            file,
            context,
            layout,
            place: rows.place(),
            cells: Cells::new(is_ordinal, rows.has_decimal_commas(), table),
            standings: Standings::of(table)?,
            stem: is_one_of_several.then_some(stem),
            given: HashSet::new(),
            n_rows: 0,
            n_data_rows: 0,
            tally,
        })
    }

    /// Passes on all ratings of some rows.
    pub fn pass_on(&mut self, batch: &Batch, sink: &mut dyn Sink) -> Result<(), ImportError> {
        let shape = self.layout.shape.clone();
        for row in 0..batch.n_rows() {
            let is_header = self.layout.has_header_row && self.n_rows == 0;
            self.n_rows += 1;
            if is_header {
                continue;
            }
            self.n_data_rows += 1;
            let at = Row {
                batch,
                row,
                number: batch.number(row).unwrap_or(self.n_rows),
            };
            if let Some(fault) = batch.fault(row) {
                self.skip(&at, None, invalid(fault), sink)?;
                continue;
            }
            match &shape {
                TableShape::Long { attributes } => self.long_row(&at, attributes, sink)?,
                TableShape::Wide { raters, frequency } => {
                    self.wide_row(&at, raters, *frequency, sink)?;
                }
                TableShape::Counts { categories } => self.counts_row(&at, categories, sink)?,
            }
        }
        Ok(())
    }

    /// The place of a row or cell, for people.
    pub(super) fn place_of(&self, at: &Row<'_>, column: Option<usize>) -> String {
        let name = |column: usize| -> Option<&str> {
            if let Some(names) = &self.layout.names {
                return names.get(column).map(String::as_str);
            }
            let TableShape::Wide { raters, .. } = &self.layout.shape else {
                return None;
            };
            let rater = raters.iter().find(|one| one.column == column);
            rater.map(|one| one.rater.as_str())
        };
        let cell = column.and_then(|column| Some((column, name(column)?)));
        self.place.of(at.number, cell)
    }

    pub(super) fn skip(
        &self,
        at: &Row<'_>,
        column: Option<usize>,
        fault: Fault,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        Ok(sink.skip(Skip {
            reason: fault.reason,
            file: self.file.path().to_owned(),
            record: self.place_of(at, fault.column.or(column)),
            detail: fault.detail,
        })?)
    }

    pub(super) fn field<'b>(&self, at: &Row<'b>, field: &str) -> Option<&'b str> {
        let cell = at.cell(self.layout.column(field)?);
        (!super::cells::is_missing(cell)).then_some(cell)
    }

    fn long_row(
        &mut self,
        at: &Row<'_>,
        attributes: &[(usize, String)],
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let Some(item) = self.field(at, "item") else {
            return self.skip(at, None, invalid("has no item"), sink);
        };
        if is_total(item) && self.field(at, "rater").is_none() {
            return self.skip(at, None, sums_up(), sink);
        }
        let label_column = self.layout.column("label");
        let label = at.cell(label_column.unwrap_or(usize::MAX));
        if self.cells.is_missing(label) {
            self.tally.n_missing += 1;
            return Ok(());
        }
        let placement = self.placement(item)?;
        let rating = self.long_rating(at, label, placement);
        let (placed, (label, shape)) = match rating {
            Ok(rating) => rating,
            Err(fault) => return self.skip(at, None, fault, sink),
        };
        let mut annotation = annotation(label, shape, self.place_of(at, None), &placed);
        for (column, name) in attributes {
            let cell = at.cell(*column);
            if !super::cells::is_missing(cell) {
                annotation.attributes.insert(name.clone(), cell.to_owned());
            }
        }
        self.emit(at, placed, annotation, None, sink)
    }

    fn long_rating(
        &mut self,
        at: &Row<'_>,
        label: &str,
        placement: Placement,
    ) -> Result<(Placed, (String, Shape)), Fault> {
        self.check_errors(at)?;
        let mut placed = place(|field| self.field(at, field), self.context, placement)?;
        placed.key.rater = match self.field(at, "rater") {
            Some(rater) => rater.to_owned(),
            None if placed.key.rater.is_empty() => return Err(invalid("has no rater")),
            None => placed.key.rater,
        };
        self.stand(at, &mut placed);
        let question = self
            .field(at, "question")
            // Tables of different layers answer different questions, even where no column says so.
            .or(self.context.options().layer.as_deref())
            .unwrap_or_default()
            .to_owned();
        let kind = placed.placement.label.as_deref();
        let rating = self
            .cells
            .rating(label, question, kind, self.tally)
            .map_err(|fault| match self.place {
                // A cell's address says more than a row; other tables name rows of one rating only.
                Place::Sheet { .. } => fault.at(self.layout.column("label")),
                _ => fault,
            })?;
        Ok((placed, rating))
    }

    fn wide_row(
        &mut self,
        at: &Row<'_>,
        raters: &[RaterColumn],
        frequency: Option<usize>,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let number = self.n_data_rows;
        let named = match self.item(at) {
            Ok(named) => named,
            Err(fault) => return self.skip(at, None, fault, sink),
        };
        let Some(column) = frequency else {
            let item = named.unwrap_or_else(|| self.numbered("row", number));
            return self.rated_item(at, raters, &item, false, sink);
        };
        let cell = at.cell(column);
        let Some(n_items) = whole(cell) else {
            let fault = invalid("the frequency is no whole number of items");
            return self.skip(at, Some(column), fault, sink);
        };
        let base = named.unwrap_or_else(|| self.numbered("pattern", number));
        if !self.given.insert(hash_of(&base)) {
            let fault = invalid("names a pattern that an earlier row names too");
            return self.skip(at, None, fault, sink);
        }
        self.expand(at, n_items.saturating_mul(raters.len() as u64))?;
        self.tally.n_expanded += n_items;
        for nth in 1..=n_items {
            self.rated_item(at, raters, &format!("{base}:{nth}"), true, sink)?;
        }
        Ok(())
    }

    /// One item's ratings, from a row with a column a rater.
    fn rated_item(
        &mut self,
        at: &Row<'_>,
        raters: &[RaterColumn],
        item: &str,
        is_new: bool,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let placement = self.placement(item)?;
        for one in raters {
            let cell = at.cell(one.column);
            if self.cells.is_missing(cell) {
                self.tally.n_missing += 1;
                continue;
            }
            let rating = self.wide_rating(at, one, placement.clone());
            match rating {
                Ok((placed, (label, shape))) => {
                    let id = self.place_of(at, Some(one.column));
                    let annotation = annotation(label, shape, id, &placed);
                    if is_new {
                        self.pass(placed, annotation, sink)?;
                    } else {
                        self.emit(at, placed, annotation, Some(one.column), sink)?;
                    }
                }
                Err(fault) => self.skip(at, Some(one.column), fault, sink)?,
            }
        }
        Ok(())
    }

    fn wide_rating(
        &mut self,
        at: &Row<'_>,
        one: &RaterColumn,
        mut placement: Placement,
    ) -> Result<(Placed, (String, Shape)), Fault> {
        self.check_errors(at)?;
        if let Some(condition) = &one.condition {
            placement.session.clone_from(condition);
        }
        let mut placed = place(|field| self.field(at, field), self.context, placement)?;
        placed.key.rater.clone_from(&one.rater);
        self.stand(at, &mut placed);
        let question = self.question(at);
        let kind = placed.placement.label.as_deref();
        let cell = at.cell(one.column);
        let rating = self.cells.rating(cell, question, kind, self.tally)?;
        Ok((placed, rating))
    }

    pub(super) fn question(&self, at: &Row<'_>) -> String {
        let column = self.field(at, "question").map(str::to_owned);
        column.or_else(|| self.stem.clone()).unwrap_or_default()
    }

    /// The item that a row names, if the table has a column of items.
    pub(super) fn item(&self, at: &Row<'_>) -> Result<Option<String>, Fault> {
        match (self.layout.column("item"), self.field(at, "item")) {
            (None, _) => Ok(None),
            (Some(_), None) => Err(invalid("has no item")),
            (Some(_), Some(item)) if is_total(item) => Err(sums_up()),
            (Some(_), Some(item)) => Ok(Some(item.to_owned())),
        }
    }

    pub(super) fn numbered(&self, word: &str, number: u64) -> String {
        match &self.stem {
            None => format!("{word}-{number}"),
            Some(stem) => format!("{stem}:{word}-{number}"),
        }
    }

    /// Refuses a row whose item, rater, time … is a spreadsheet's error.
    pub(super) fn check_errors(&self, at: &Row<'_>) -> Result<(), Fault> {
        let known = self.layout.known.iter();
        let mut columns = known.filter(|(field, _)| **field != "label");
        columns.try_for_each(|(_, column)| {
            check_error(at.cell(*column)).map_err(|fault| fault.at(Some(*column)))
        })
    }

    pub(super) fn placement(&self, item: &str) -> Result<Placement, ImportError> {
        let mut placement = self
            .context
            .place_item(self.file.path(), item, item.to_owned())?;
        if self.context.options().layer.is_none() {
            placement.layer = "ratings".to_owned();
        }
        if let Some(study) = self.context.options().table.studies.get(item) {
            placement.study.clone_from(study);
        }
        Ok(placement)
    }

    /// Sets apart raters that are no people, unless the row itself says what they are.
    fn stand(&mut self, at: &Row<'_>, placed: &mut Placed) {
        let rater = &placed.key.rater;
        let standing = self.standings.of_rater(rater);
        let mut taken_for = Vec::new();
        if let (Some(role), None) = (standing.role, self.field(at, "role")) {
            placed.placement.role = role;
            taken_for.push(format!("role {role}"));
        }
        if let (Some(kind), None) = (standing.reference, self.field(at, "reference")) {
            placed.placement.reference = Some(kind);
            taken_for.push(format!("reference {kind}"));
        }
        if !taken_for.is_empty() && !self.tally.no_people.contains_key(rater) {
            let what = taken_for.join(", ");
            self.tally.no_people.insert(rater.clone(), what);
        }
    }

    fn emit(
        &mut self,
        at: &Row<'_>,
        placed: Placed,
        annotation: Annotation,
        column: Option<usize>,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let question = match &annotation.shape {
            Shape::Classification { question, .. } | Shape::Ordinal { question, .. } => {
                question.as_str()
            }
            _ => "",
        };
        if !self.given.insert(hash_of(&(&placed.key, question))) {
            let fault = invalid(format!(
                "`{}` already has a rating of this rater; tell repeated readings apart by a session column",
                placed.key.item
            ));
            return self.skip(at, column, fault, sink);
        }
        self.pass(placed, annotation, sink)
    }

    pub(super) fn pass(
        &mut self,
        placed: Placed,
        annotation: Annotation,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let Placed { key, placement, .. } = placed;
        sink.item(placement.to_item())?;
        sink.reading(placement.to_reading(key.clone(), ReadingState::Annotated, self.file.path()))?;
        Ok(sink.annotation(&key, annotation)?)
    }
}

/// A row of a batch and its number in the file.
pub(super) struct Row<'b> {
    batch: &'b Batch,
    row: usize,
    number: u64,
}

impl<'b> Row<'b> {
    pub(super) fn cell(&self, column: usize) -> &'b str {
        self.batch.cell(self.row, column)
    }
}

fn sums_up() -> Fault {
    Fault {
        reason: SkipReason::NotAnnotation,
        detail: "sums up the table".to_owned(),
        column: None,
    }
}

pub(super) fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

pub(super) fn annotation(
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
