//! Rows that stand for many ratings: counts of categories, and the bound on what they may ask for.

use super::cells::{Fault, check_error, invalid};
use super::placed::{Placed, place};
use super::ratings::{Row, Table, annotation, hash_of};
use super::shapes::whole;
use crate::domain::Shape;
use crate::importers::{ImportError, Placement, Sink};

/// Ratings made from counts or frequencies; a table of a few bytes can ask for any number.
const MAX_EXPANDED: u64 = 1_000_000;

impl Table<'_> {
    /// One item's counts of categories, as readings without names: who chose what is not known.
    pub(super) fn counts_row(
        &mut self,
        at: &Row<'_>,
        categories: &[(usize, String)],
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let number = self.n_data_rows;
        let named = match self.item(at) {
            Ok(named) => named,
            Err(fault) => return self.skip(at, None, fault, sink),
        };
        let item = named.unwrap_or_else(|| self.numbered("row", number));
        let reading = (
            &item,
            self.question(at),
            self.field(at, "session"),
            self.field(at, "condition"),
        );
        if !self.given.insert(hash_of(&reading)) {
            let fault = invalid(format!("`{item}` has counts in an earlier row too"));
            return self.skip(at, None, fault, sink);
        }
        let mut counts = Vec::new();
        for (column, name) in categories {
            let cell = at.cell(*column);
            if self.cells.is_missing(cell) {
                self.tally.n_missing += 1;
                continue;
            }
            let fault = match (check_error(cell), whole(cell)) {
                (Err(fault), _) => fault,
                (Ok(()), None) => invalid("the count is no whole number of raters"),
                (Ok(()), Some(n)) => {
                    counts.push((*column, name, n));
                    continue;
                }
            };
            // Counts of which one is broken are no distribution.
            return self.skip(at, Some(*column), fault, sink);
        }
        let n_raters = counts
            .iter()
            .fold(0, |sum: u64, (_, _, n)| sum.saturating_add(*n));
        self.expand(at, n_raters)?;
        self.tally.n_unnamed += n_raters;
        let placement = self.placement(&item)?;
        let mut nth = 0;
        for (column, category, n) in counts {
            for _ in 0..n {
                nth += 1;
                let rated = self.counted_rating(at, category, nth, placement.clone());
                let (placed, (label, shape)) = match rated {
                    Ok(rated) => rated,
                    Err(fault) => return self.skip(at, Some(column), fault, sink),
                };
                let id = self.place_of(at, Some(column));
                let annotation = annotation(label, shape, id, &placed);
                self.pass(placed, annotation, sink)?;
            }
        }
        Ok(())
    }

    fn counted_rating(
        &mut self,
        at: &Row<'_>,
        category: &str,
        nth: u64,
        placement: Placement,
    ) -> Result<(Placed, (String, Shape)), Fault> {
        self.check_errors(at)?;
        let mut placed = place(|field| self.field(at, field), self.context, placement)?;
        placed.key.rater = format!("reading-{nth}");
        let question = self.question(at);
        let kind = placed.placement.label.as_deref();
        let rating = self.cells.rating(category, question, kind, self.tally)?;
        Ok((placed, rating))
    }

    /// Counts ratings that a single cell asks for.
    pub(super) fn expand(&self, at: &Row<'_>, n: u64) -> Result<(), ImportError> {
        let known = self.tally.n_expanded.saturating_add(self.tally.n_unnamed);
        if known.saturating_add(n) <= MAX_EXPANDED {
            return Ok(());
        }
        Err(ImportError::Limit {
            file: self.file.path().to_owned(),
            detail: format!("{} asks for {n} ratings", self.place_of(at, None)),
            limit: format!("{MAX_EXPANDED} ratings from counts or frequencies"),
        })
    }
}
