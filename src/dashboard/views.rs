//! Pieces that pages are put together from.

use super::links::Link;
use crate::reports::model::Figure;
use crate::reports::render::{CellView, Plot, TableView};

/// A part of a page: a heading, figures, a table, and what to do when there is nothing.
#[derive(Clone, Debug, Default)]
pub struct Section {
    pub id: String,
    pub title: String,
    pub note: String,
    pub plots: Vec<Plot>,
    pub table: Option<TableView>,
    pub sortable: bool,
    pub matrix: Option<Matrix>,
    /// What to import, with the command, when there is neither table nor figure.
    pub empty: Option<Empty>,
    /// Text and address of what follows.
    pub more: Option<(String, String)>,
}

/// Why there is nothing, and what to type.
#[derive(Clone, Debug, Default)]
pub struct Empty {
    pub text: String,
    pub command: String,
}

impl Empty {
    pub fn new(text: impl Into<String>, command: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            command: command.into(),
        }
    }

    /// Nothing to do.
    pub fn quiet(text: impl Into<String>) -> Self {
        Self::new(text, "")
    }
}

impl Section {
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            ..Self::default()
        }
    }

    /// A table; without rows the reason is shown in its place.
    #[must_use]
    pub fn table(mut self, table: TableView, empty: Empty) -> Self {
        if table.rows.is_empty() {
            self.empty = Some(empty);
        } else {
            self.table = Some(table);
        }
        self
    }

    /// A table that its columns sort.
    #[must_use]
    pub fn sortable(mut self, table: TableView, empty: Empty) -> Self {
        self.sortable = true;
        self.table(table, empty)
    }

    #[must_use]
    pub fn plots(mut self, plots: Vec<Plot>) -> Self {
        self.plots = plots;
        self
    }

    #[must_use]
    pub fn more(mut self, text: impl Into<String>, link: Link) -> Self {
        self.more = Some((text.into(), link.into()));
        self
    }
}

/// Counts with rows and columns, shaded by the share of the row; each count is a link.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    pub row_side: String,
    pub column_side: String,
    pub columns: Vec<String>,
    pub rows: Vec<MatrixRow>,
    pub caption: String,
}

#[derive(Clone, Debug, Default)]
pub struct MatrixRow {
    pub name: String,
    pub cells: Vec<MatrixCell>,
    pub total: String,
}

#[derive(Clone, Debug, Default)]
pub struct MatrixCell {
    pub text: String,
    /// Share of the row in per cent, for the shade.
    pub percent: u64,
    pub diagonal: bool,
    pub link: Option<String>,
}

/// A cell that leads somewhere.
pub fn linked(cell: CellView, link: Link) -> CellView {
    CellView {
        link: Some(link.into()),
        ..cell
    }
}

/// A figure that leads to its rows, where there are any.
pub fn linked_figure(figure: &Figure, link: Link) -> CellView {
    let mut cell = CellView::figure(figure);
    if figure.value.is_none() {
        // n = 0 says nothing beyond the reason.
        cell.sub.truncate(1);
    }
    match figure.value {
        Some(_) if figure.numerator != Some(0) => linked(cell, link),
        _ => cell,
    }
}

/// A count that leads to what was counted; nothing to see where it is 0.
pub fn linked_count(n: u64, link: Link) -> CellView {
    match n {
        0 => CellView::count(0),
        n => linked(CellView::count(n), link),
    }
}

/// A count from the database, which is never negative.
pub fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// A stable name such as `wrong_label` as words.
pub fn plain(name: &str) -> String {
    name.replace('_', " ")
}

/// `1 item`, `2 items`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        crate::reports::format::count(n),
        if n == 1 { one } else { many }
    )
}

/// A dash in a column of numbers.
pub fn no_number() -> CellView {
    CellView {
        numeric: true,
        ..CellView::text("–")
    }
}

/// A table without the columns in which every cell is a dash.
pub fn filled_columns(names: &[&str], rows: Vec<Vec<CellView>>, caption: &str) -> TableView {
    let filled = |i: &usize| {
        rows.iter()
            .any(|row| row.get(*i).is_some_and(|cell| cell.text != "–"))
    };
    let kept: Vec<usize> = (0..names.len()).filter(filled).collect();
    let names: Vec<&str> = kept.iter().filter_map(|&i| names.get(i).copied()).collect();
    let rows = rows
        .into_iter()
        .map(|row| {
            let cells = row
                .into_iter()
                .enumerate()
                .filter(|(i, _)| kept.contains(i));
            cells.map(|(_, cell)| cell).collect()
        })
        .collect();
    TableView::new(&names, rows, caption)
}

/// A point in time, in the project's zone.
pub fn instant(us: i64, zone: &jiff::tz::TimeZone) -> String {
    jiff::Timestamp::from_microsecond(us).map_or_else(
        |_| "unknown".to_owned(),
        |instant| {
            instant
                .to_zoned(zone.clone())
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        },
    )
}
