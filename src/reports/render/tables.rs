//! Tables as printed cells, for HTML and Markdown alike.

use crate::domain::Status;
use crate::reports::format;
use crate::reports::model::Figure;

/// A table ready to be printed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableView {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<CellView>>,
    pub caption: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub numeric: bool,
}

/// One cell: a text, small print below it, and a status mark before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellView {
    pub text: String,
    /// Interval and n, or the reason why there is no number.
    pub sub: Vec<String>,
    pub numeric: bool,
    pub strong: bool,
    pub status: Option<Status>,
    pub link: Option<String>,
}

impl CellView {
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    pub fn count(n: u64) -> Self {
        Self {
            numeric: true,
            ..Self::text(format::count(n))
        }
    }

    pub fn status(status: Status) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// A value with interval and n below it.
    pub fn figure(figure: &Figure) -> Self {
        let sub = match figure.value {
            Some(_) => [figure.interval_text(), figure.n_text()],
            None => [figure.reason(), figure.n_text()],
        };
        Self {
            sub: lines(sub),
            numeric: true,
            ..Self::text(figure.text())
        }
    }

    /// A plain coefficient with fixed decimals.
    pub fn plain_number(value: Option<f64>, decimals: usize) -> Self {
        Self {
            numeric: true,
            ..Self::text(format::coefficient(value, decimals))
        }
    }
}

impl TableView {
    /// A table whose columns are numeric where every cell of theirs is.
    pub fn new(names: &[&str], rows: Vec<Vec<CellView>>, caption: impl Into<String>) -> Self {
        let numeric = |i: usize| {
            let mut cells = rows.iter().filter_map(|row| row.get(i));
            !rows.is_empty() && cells.all(|cell| cell.numeric)
        };
        let column = |(i, name): (usize, &&str)| Column {
            name: (*name).to_owned(),
            numeric: numeric(i),
        };
        let columns = names.iter().enumerate().map(column).collect();
        let mut table = Self {
            columns,
            rows,
            caption: caption.into(),
        };
        for i in 0..table.columns.len() {
            table.align_points(i);
        }
        table
    }

    /// Pads at the end with spaces as wide as digits, so that the decimal points of a column stand below each other.
    fn align_points(&mut self, column: usize) {
        let cells = || self.rows.iter().filter_map(|row| row.get(column));
        let same_unit = |cell: &CellView| cell.numeric && cell.text != "–";
        let widest = cells()
            .filter(|cell| same_unit(cell))
            .map(|cell| n_decimals(&cell.text))
            .max();
        let Some(widest) = widest.filter(|&n| n > 0) else {
            return;
        };
        for cell in self.rows.iter_mut().filter_map(|row| row.get_mut(column)) {
            if !same_unit(cell) {
                continue;
            }
            let n = n_decimals(&cell.text);
            let mut pad = "\u{2007}".repeat(widest - n);
            if n == 0 {
                // A space as wide as the point itself.
                pad.insert(0, '\u{2008}');
            }
            cell.text.push_str(&pad);
        }
    }
}

/// Decimals of a printed number such as `0.84 %`.
fn n_decimals(text: &str) -> usize {
    let number = text.split(format::NO_BREAK).next().unwrap_or(text);
    number
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.chars().count())
}

/// Small print, a line each.
pub(super) fn lines<const N: usize>(parts: [String; N]) -> Vec<String> {
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_points_of_a_column_stand_below_each_other() {
        let cell = |text: &str| {
            vec![CellView {
                numeric: true,
                ..CellView::text(text)
            }]
        };
        let rows = vec![
            cell("0.84\u{a0}%"),
            cell("8\u{a0}%"),
            cell("–"),
            cell("1.2\u{a0}%"),
        ];
        let table = TableView::new(&["Rate"], rows, "");
        let texts: Vec<_> = table.rows.iter().map(|row| row[0].text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "0.84\u{a0}%",
                "8\u{a0}%\u{2008}\u{2007}\u{2007}",
                "–",
                "1.2\u{a0}%\u{2007}"
            ]
        );
        assert!(table.columns[0].numeric);
    }
}
