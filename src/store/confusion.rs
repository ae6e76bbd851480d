use super::filter::{Filter, Group, GroupBy, N_GROUP_COLUMNS};
use super::query::query;
use super::{ProjectId, Store, StoreError};

/// How often one side says one label and the other side another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionRow {
    pub group: Group,
    /// The reference's label (a's, among peers), or `(none)` where only b has something.
    pub a_label: String,
    pub b_label: String,
    pub n: i64,
}

impl Store {
    /// Labels against labels, over matched and left-over units. Among peers a is the rater whose name comes
    /// first; split by rater, each rater stands on side b in turn. A label filter admits units in which either
    /// side has it.
    ///
    /// # Errors
    /// `FilterUnsupported` when split by label, `Database`.
    pub fn confusion(
        &self,
        project: ProjectId,
        filter: &Filter,
        by: GroupBy,
    ) -> Result<Vec<ConfusionRow>, StoreError> {
        let params = by.bind(filter.params(project));
        self.read(|conn| {
            query!("figures/confusion.sql").rows(conn, &params, |row| {
                Ok(ConfusionRow {
                    group: Group::of(row)?,
                    a_label: row.get(N_GROUP_COLUMNS)?,
                    b_label: row.get(N_GROUP_COLUMNS + 1)?,
                    n: row.get(N_GROUP_COLUMNS + 2)?,
                })
            })
        })
    }
}
