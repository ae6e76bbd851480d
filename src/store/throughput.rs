use super::filter::Filter;
use super::query::query;
use super::{ProjectId, Store, StoreError};
use crate::domain::{Role, Stage};
use jiff::civil::Date;

/// What one rater finished at one stage on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThroughputRow {
    pub rater: String,
    pub role: Role,
    pub stage: Stage,
    /// `None`: the export gives no time.
    pub local_day: Option<Date>,
    /// Studies whose last first delivery falls on this day. A study counts once.
    pub n_studies: i64,
    /// Studies that were finished before and of which something was delivered again with a later time.
    pub n_rework: i64,
    /// Items first delivered on this day, and their annotations.
    pub n_items: i64,
    pub n_annotations: i64,
    /// Working time on those items over the readings that report it; `None` when none does.
    pub active_ms: Option<i64>,
    /// Readings among them without a working time.
    pub n_active_unknown: i64,
}

impl Store {
    /// Work by rater, stage and day. Takes the filter's stage, rater, role, study, site, week and days; the
    /// week and days are those of the row.
    ///
    /// # Errors
    /// `FilterUnsupported` for other filters, `Database`.
    pub fn throughput(
        &self,
        project: ProjectId,
        filter: &Filter,
    ) -> Result<Vec<ThroughputRow>, StoreError> {
        self.read(|conn| {
            query!("figures/throughput.sql").rows(conn, &filter.params(project), |row| {
                Ok(ThroughputRow {
                    rater: row.get(0)?,
                    role: row.named(1)?,
                    stage: row.named(2)?,
                    local_day: row.day(3)?,
                    n_studies: row.get(4)?,
                    n_rework: row.get(5)?,
                    n_items: row.get(6)?,
                    n_annotations: row.get(7)?,
                    active_ms: row.get(8)?,
                    n_active_unknown: row.get(9)?,
                })
            })
        })
    }
}
