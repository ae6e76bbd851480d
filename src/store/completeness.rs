use super::filter::Filter;
use super::query::query;
use super::{AnnotationId, ItemId, ProjectId, Store, StoreError};
use crate::domain::{Stage, Technique};

/// How much of a study is labelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletenessRow {
    pub study: String,
    pub site: Option<String>,
    /// Items with a current reading that is annotated or reviewed and empty.
    pub n_labelled: i64,
    /// Items known.
    pub n_items: i64,
}

/// A current annotation that is structurally invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAnnotation {
    pub annotation: AnnotationId,
    pub item: ItemId,
    pub item_key: String,
    pub study: String,
    pub rater: String,
    pub stage: Stage,
    pub label: String,
    pub technique: Technique,
    pub source_file: String,
    pub source_id: String,
    pub reason: String,
}

impl Store {
    /// Labelled and known items by study. Takes the filter's stage (any, when `None`), rater, role, study and
    /// site. Readings by models do not label an item unless the filter names them; references do.
    ///
    /// # Errors
    /// `FilterUnsupported` for other filters, `Database`.
    pub fn completeness(
        &self,
        project: ProjectId,
        filter: &Filter,
    ) -> Result<Vec<CompletenessRow>, StoreError> {
        self.read(|conn| {
            query!("figures/completeness.sql").rows(conn, &filter.params(project), |row| {
                Ok(CompletenessRow {
                    study: row.get(0)?,
                    site: row.get(1)?,
                    n_labelled: row.get(2)?,
                    n_items: row.get(3)?,
                })
            })
        })
    }

    /// Structurally invalid annotations of current readings. Takes the filter's stage, rater, role, label (as
    /// the export spells it), study, site, technique, week and days.
    ///
    /// # Errors
    /// `FilterUnsupported` for other filters, `Database`.
    pub fn invalid_annotations(
        &self,
        project: ProjectId,
        filter: &Filter,
    ) -> Result<Vec<InvalidAnnotation>, StoreError> {
        self.read(|conn| {
            query!("figures/invalid_annotations.sql").rows(conn, &filter.params(project), |row| {
                Ok(InvalidAnnotation {
                    annotation: row.get(0)?,
                    item: row.get(1)?,
                    item_key: row.get(2)?,
                    study: row.get(3)?,
                    rater: row.get(4)?,
                    stage: row.named(5)?,
                    label: row.get(6)?,
                    technique: row.named(7)?,
                    source_file: row.get(8)?,
                    source_id: row.get(9)?,
                    reason: row.get(10)?,
                })
            })
        })
    }
}
