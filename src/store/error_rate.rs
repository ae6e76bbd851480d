use super::filter::{Filter, Group, GroupBy, N_GROUP_COLUMNS};
use super::query::{Fields, query};
use super::{ProjectId, Store, StoreError};
use crate::domain::{ErrorKind, ErrorUnit};

/// Erroneous and assessed units against one kind of reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorRateRow {
    pub group: Group,
    /// Units with an error.
    pub numerator: i64,
    /// Assessed units; where both sides are empty, an item or study is assessed and right.
    pub denominator: i64,
    /// Units that could not be judged at all (a tolerance in mm without spacing). Not in the denominator.
    pub n_not_applicable: i64,
    /// Units that could not be compared at all (grids that differ); comparisons, where units are instances.
    /// Not in the denominator.
    pub n_refused: i64,
    /// Assessed units of which a part was refused or not applicable.
    pub n_partly_assessed: i64,
}

/// How often one kind of error occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorKindRow {
    pub group: Group,
    pub error: ErrorKind,
    /// Instances with this as their primary error.
    pub n: i64,
}

impl Store {
    /// Error counts against references, by group.
    ///
    /// A study (or item) is counted once per rater, stage and session that read it, so that the raters' counts
    /// add up to the whole. Split by or filtered to a label or technique, only studies and items in which
    /// either side has it are assessed; refused comparisons have no label and stand in a row of their own.
    ///
    /// # Errors
    /// `Database`.
    pub fn error_rates(
        &self,
        project: ProjectId,
        unit: ErrorUnit,
        filter: &Filter,
        by: GroupBy,
    ) -> Result<Vec<ErrorRateRow>, StoreError> {
        let params = by.bind(filter.params(project));
        let query = match unit {
            ErrorUnit::Study => query!("figures/error_rate_by_study.sql"),
            ErrorUnit::Item => query!("figures/error_rate_by_item.sql"),
            ErrorUnit::Instance => query!("figures/error_rate_by_instance.sql"),
        };
        self.read(|conn| query.rows(conn, &params, error_rate))
    }

    /// Errors against references by kind and group; kinds that do not occur have no row.
    ///
    /// # Errors
    /// `Database`.
    pub fn error_kinds(
        &self,
        project: ProjectId,
        filter: &Filter,
        by: GroupBy,
    ) -> Result<Vec<ErrorKindRow>, StoreError> {
        let params = by.bind(filter.params(project));
        self.read(|conn| {
            query!("figures/error_kinds.sql").rows(conn, &params, |row| {
                Ok(ErrorKindRow {
                    group: Group::of(row)?,
                    error: row.named(N_GROUP_COLUMNS)?,
                    n: row.get(N_GROUP_COLUMNS + 1)?,
                })
            })
        })
    }
}

fn error_rate(row: &Fields<'_>) -> Result<ErrorRateRow, StoreError> {
    Ok(ErrorRateRow {
        group: Group::of(row)?,
        numerator: row.get(N_GROUP_COLUMNS)?,
        denominator: row.get(N_GROUP_COLUMNS + 1)?,
        n_not_applicable: row.get(N_GROUP_COLUMNS + 2)?,
        n_refused: row.get(N_GROUP_COLUMNS + 3)?,
        n_partly_assessed: row.get(N_GROUP_COLUMNS + 4)?,
    })
}

#[cfg(test)]
mod tests;
