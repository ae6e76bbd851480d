//! One SQL file as a value, its parameters by name, and its rows by position.

use super::StoreError;
use duckdb::types::{FromSql, Value};
use duckdb::{Connection, Row, ToSql};
use jiff::civil::Date;
use std::fmt::Display;
use std::str::FromStr;

/// One file of `queries/`.
#[derive(Clone, Copy)]
pub(super) struct Query {
    pub name: &'static str,
    pub sql: &'static str,
}

/// Embeds one file of `queries/`.
macro_rules! query {
    ($path:literal) => {
        $crate::store::query::Query {
            name: $path,
            sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/queries/", $path)),
        }
    };
}
pub(super) use query;

/// Bound parameters by name.
///
/// A parameter that says nothing (NULL, or a flag that is off) may be one that the query does not know;
/// one that says something must be known, so that no filter is ever ignored.
#[derive(Clone, Default)]
pub(super) struct Params(Vec<(&'static str, Value)>);

impl Params {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    pub(super) fn text(self, name: &'static str, value: &str) -> Self {
        self.with(name, value.to_owned())
    }

    pub(super) fn optional_text(self, name: &'static str, value: Option<&str>) -> Self {
        self.with(name, value.map(str::to_owned))
    }

    pub(super) fn day(self, name: &'static str, value: Option<Date>) -> Self {
        self.with(name, value.map_or(Value::Null, day_value))
    }

    pub(super) fn ids(self, name: &'static str, ids: &[i64]) -> Self {
        let list = ids.iter().map(|&id| Value::BigInt(id)).collect();
        self.with(name, Value::List(list))
    }

    pub(super) fn texts(self, name: &'static str, texts: impl IntoIterator<Item = String>) -> Self {
        let list = texts.into_iter().map(Value::Text).collect();
        self.with(name, Value::List(list))
    }

    pub(super) fn numbers(
        self,
        name: &'static str,
        numbers: impl IntoIterator<Item = f64>,
    ) -> Self {
        let list = numbers.into_iter().map(Value::Double).collect();
        self.with(name, Value::List(list))
    }
}

impl Query {
    fn failed(&self, source: duckdb::Error) -> StoreError {
        StoreError::Database {
            during: self.name,
            source,
        }
    }

    /// Every row, through `map`.
    pub(super) fn rows<T>(
        &self,
        conn: &Connection,
        params: &Params,
        mut map: impl FnMut(&Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = conn
            .prepare_cached(self.sql)
            .map_err(|error| self.failed(error))?;
        let bound = self.choose(&statement, params)?;
        let mut rows = statement
            .query(bound.as_slice())
            .map_err(|error| self.failed(error))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|error| self.failed(error))? {
            found.push(map(&Fields { row, query: self })?);
        }
        Ok(found)
    }

    /// The first row, if there is one.
    pub(super) fn first<T>(
        &self,
        conn: &Connection,
        params: &Params,
        map: impl FnMut(&Fields<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(conn, params, map)?.into_iter().next())
    }

    /// Runs a statement that returns no rows; the number of rows changed.
    pub(super) fn execute(&self, conn: &Connection, params: &Params) -> Result<usize, StoreError> {
        let mut statement = conn
            .prepare_cached(self.sql)
            .map_err(|error| self.failed(error))?;
        let bound = self.choose(&statement, params)?;
        statement
            .execute(bound.as_slice())
            .map_err(|error| self.failed(error))
    }

    /// The parameters that this statement knows.
    fn choose<'a>(
        &self,
        statement: &duckdb::Statement<'_>,
        params: &'a Params,
    ) -> Result<Vec<(&'static str, &'a dyn ToSql)>, StoreError> {
        let known = (1..=statement.parameter_count())
            .map(|index| statement.parameter_name(index))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| self.failed(error))?;
        let mut chosen: Vec<(&'static str, &dyn ToSql)> = Vec::with_capacity(known.len());
        for (name, value) in &params.0 {
            if known.iter().any(|known| known == name) {
                chosen.push((name, value));
            } else if !matches!(value, Value::Null | Value::Boolean(false)) {
                return Err(StoreError::FilterUnsupported {
                    question: self.name,
                    by: (*name).to_owned(),
                });
            }
        }
        Ok(chosen)
    }
}

/// One row, whose columns say where they failed.
pub(super) struct Fields<'a> {
    row: &'a Row<'a>,
    query: &'a Query,
}

impl Fields<'_> {
    /// The column at `column`.
    pub(super) fn get<T: FromSql>(&self, column: usize) -> Result<T, StoreError> {
        self.row
            .get(column)
            .map_err(|error| self.corrupt(column, error.to_string()))
    }

    /// A name that parses into an enum.
    pub(super) fn named<T: FromStr>(&self, column: usize) -> Result<T, StoreError>
    where
        T::Err: Display,
    {
        let text: String = self.get(column)?;
        text.parse()
            .map_err(|error: T::Err| self.corrupt(column, error.to_string()))
    }

    /// A name that parses into an enum, or NULL.
    pub(super) fn maybe_named<T: FromStr>(&self, column: usize) -> Result<Option<T>, StoreError>
    where
        T::Err: Display,
    {
        match self.get::<Option<String>>(column)? {
            None => Ok(None),
            Some(_) => self.named(column).map(Some),
        }
    }

    /// A day, or NULL.
    pub(super) fn day(&self, column: usize) -> Result<Option<Date>, StoreError> {
        self.get::<Option<i32>>(column)?
            .map(|days| day_of(days).ok_or_else(|| self.corrupt(column, format!("day {days}"))))
            .transpose()
    }

    fn corrupt(&self, column: usize, detail: String) -> StoreError {
        StoreError::Corrupt {
            during: self.query.name,
            column,
            detail,
        }
    }
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// A day as the database holds it: days since 1970-01-01.
pub(super) fn day_value(day: Date) -> Value {
    Value::Date32(day.duration_since(EPOCH).as_hours() as i32 / 24)
}

fn day_of(days: i32) -> Option<Date> {
    EPOCH
        .checked_add(jiff::Span::new().try_days(days).ok()?)
        .ok()
}

/// The ISO week of a day, such as `2026-W47`; the year is the week's, not the day's.
pub(super) fn iso_week(day: Date) -> String {
    let week = day.iso_week_date();
    format!("{:04}-W{:02}", week.year(), week.week())
}

#[cfg(test)]
mod tests {
    use super::{Params, Query, day_of, day_value, iso_week};
    use crate::store::StoreError;
    use duckdb::Connection;
    use duckdb::types::Value;
    use jiff::civil::date;

    #[test]
    fn days_survive_the_way_into_the_database_and_back() {
        for day in [
            date(1970, 1, 1),
            date(1969, 12, 31),
            date(2026, 11, 22),
            date(2024, 2, 29),
        ] {
            let Value::Date32(days) = day_value(day) else {
                panic!("a day is a Date32");
            };
            assert_eq!(day_of(days), Some(day));
        }
        assert_eq!(day_value(date(1970, 1, 2)), Value::Date32(1));
    }

    #[test]
    fn the_iso_week_carries_its_own_year() {
        assert_eq!(iso_week(date(2026, 11, 22)), "2026-W47");
        assert_eq!(iso_week(date(2027, 1, 1)), "2026-W53");
        assert_eq!(iso_week(date(2024, 12, 30)), "2025-W01");
    }

    #[test]
    fn a_parameter_that_says_something_must_be_known_to_the_query() {
        let conn = Connection::open_in_memory().unwrap();
        let query = Query {
            name: "test",
            sql: "SELECT $kept",
        };
        let quiet = Params::new()
            .with("kept", 1_i64)
            .with("other", None::<i64>)
            .with("flag", false);
        assert_eq!(
            query.rows(&conn, &quiet, |row| row.get::<i64>(0)).unwrap(),
            [1]
        );
        let loud = quiet.with("week", "2026-W47".to_owned());
        assert!(matches!(
            query.rows(&conn, &loud, |row| row.get::<i64>(0)),
            Err(StoreError::FilterUnsupported { by, .. }) if by == "week"
        ));
    }
}
