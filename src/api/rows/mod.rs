//! The rows of metrics: one field is one key in JSON and one column in CSV and Parquet.

use crate::pipeline::{Column, Table};
use crate::store::Group;

/// Rows that can be laid out as a table.
pub trait TableRow: Sized {
    /// One column a field, in the order of the fields.
    fn table(rows: &[Self]) -> Table;
}

/// A kind of cell.
trait Cell: Sized {
    fn column(cells: Vec<Self>) -> Column;
}

impl Cell for String {
    fn column(cells: Vec<Self>) -> Column {
        Column::Text(cells.into_iter().map(Some).collect())
    }
}

impl Cell for Option<String> {
    fn column(cells: Vec<Self>) -> Column {
        Column::Text(cells)
    }
}

impl Cell for Option<f64> {
    fn column(cells: Vec<Self>) -> Column {
        Column::Number(cells)
    }
}

impl Cell for f64 {
    fn column(cells: Vec<Self>) -> Column {
        Column::Number(cells.into_iter().map(Some).collect())
    }
}

impl Cell for u64 {
    fn column(cells: Vec<Self>) -> Column {
        Column::Count(cells.into_iter().map(Some).collect())
    }
}

impl Cell for Option<u64> {
    fn column(cells: Vec<Self>) -> Column {
        Column::Count(cells)
    }
}

/// Defines a row and its columns in one place, so that the forms of an answer cannot drift apart.
macro_rules! table_row {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $kind:ty,)+ }) => {
        $(#[$meta])*
        pub struct $name {
            $($(#[$field_meta])* pub $field: $kind,)+
        }

        impl TableRow for $name {
            fn table(rows: &[Self]) -> Table {
                Table::default()
                    $(.with(stringify!($field), Cell::column(rows.iter().map(|row| row.$field.clone()).collect())))+
            }
        }
    };
}

mod agreement;
mod distributions;
mod error_rates;
mod throughput;

pub use agreement::AgreementRow;
pub use distributions::DistributionRow;
pub use error_rates::ErrorRateRow;
pub use throughput::ThroughputRow;

/// What a group's row is about, as text.
struct Split {
    reference: Option<String>,
    stage: Option<String>,
    technique: Option<String>,
}

impl Split {
    fn of(group: &Group) -> Self {
        Self {
            reference: group.reference_kind.map(|kind| kind.to_string()),
            stage: group.stage.map(|stage| stage.to_string()),
            technique: group.technique.map(|technique| technique.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AgreementRow, DistributionRow, ErrorRateRow, TableRow, ThroughputRow};
    use poem_openapi::types::{Example, ToJSON};

    fn check<T: TableRow + ToJSON + Example>() {
        let csv = T::table(&[T::example()]).to_csv().expect("a table");
        let csv = String::from_utf8(csv).expect("text");
        let header: Vec<&str> = csv.lines().next().expect("a header").split(',').collect();
        let json = T::example().to_json().expect("an object");
        let keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
        assert_eq!(header.len(), keys.len());
        assert!(
            keys.iter().all(|key| header.contains(&key.as_str())),
            "{header:?}"
        );
    }

    #[test]
    fn every_key_of_a_row_is_a_column() {
        check::<ErrorRateRow>();
        check::<DistributionRow>();
        check::<AgreementRow>();
        check::<ThroughputRow>();
    }

    #[test]
    fn no_rows_still_have_a_header() {
        let csv = ErrorRateRow::table(&[]).to_csv().expect("a table");
        assert!(
            csv.starts_with(b"reference,stage,rater,"),
            "{}",
            String::from_utf8_lossy(&csv)
        );
        assert!(
            ErrorRateRow::table(&[])
                .to_parquet()
                .expect("a table")
                .starts_with(b"PAR1")
        );
    }
}
