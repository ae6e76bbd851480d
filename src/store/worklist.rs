use super::error_units::{StoredUnit, stored_unit};
use super::filter::Filter;
use super::query::query;
use super::{ProjectId, Store, StoreError};
use std::collections::BTreeMap;

/// How long a worklist may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorklistLimits {
    /// At most this many units per pair of raters.
    pub per_pair: u32,
    pub total: u32,
}

/// A disagreement and its size.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedUnit {
    /// In [0, 1]: 1 for missing, extra and wrong labels, else 1 − Dice, else 1 − OKS, else 1 for an error.
    pub severity: f64,
    /// The label's clinical weight; units are ranked by severity × weight, then by distance.
    pub weight: f64,
    pub unit: StoredUnit,
}

impl Store {
    /// The largest disagreements, worst first. `clinical_weights` holds labels whose weight is not 1.
    ///
    /// # Errors
    /// `Database`.
    pub fn worklist(
        &self,
        project: ProjectId,
        filter: &Filter,
        clinical_weights: &BTreeMap<String, f64>,
        limits: WorklistLimits,
    ) -> Result<Vec<RankedUnit>, StoreError> {
        let params = filter
            .params(project)
            .texts("weighted_labels", clinical_weights.keys().cloned())
            .numbers("weights", clinical_weights.values().copied())
            .with("per_pair", i64::from(limits.per_pair))
            .with("limit", i64::from(limits.total));
        self.read(|conn| {
            query!("figures/worklist.sql").rows(conn, &params, |row| {
                Ok(RankedUnit {
                    severity: row.get(0)?,
                    weight: row.get(1)?,
                    unit: stored_unit(row, 2)?,
                })
            })
        })
    }
}
