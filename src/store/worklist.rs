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

#[cfg(test)]
mod tests {
    use super::WorklistLimits;
    use crate::domain::ComparisonKind::{Peer, Reference};
    use crate::domain::{ErrorKind, UnitScore};
    use crate::store::seed::{Seed, comparison, delivered, unit};
    use crate::store::{Filter, RankedUnit};
    use std::collections::BTreeMap;

    fn overlapping(label: &str, dice: f64) -> UnitScore {
        UnitScore {
            dice: Some(dice),
            ..unit(label, None)
        }
    }

    fn seeded() -> Seed {
        let seed = Seed::new();
        let readings = ["gold", "ann", "bob"].map(|rater| delivered("i1", rater, None, vec![]));
        seed.import(&[], &readings);
        seed.score(
            "i1",
            vec![
                comparison(
                    "i1",
                    Reference,
                    "gold",
                    "ann",
                    vec![
                        overlapping("lesion", 1.0),
                        overlapping("lesion", 0.75),
                        overlapping("nodule", 0.5),
                        unit("lesion", Some(ErrorKind::Missing)),
                    ],
                ),
                comparison("i1", Peer, "ann", "bob", vec![overlapping("nodule", 0.875)]),
            ],
        );
        seed
    }

    fn list(
        seed: &Seed,
        weights: &BTreeMap<String, f64>,
        per_pair: u32,
        total: u32,
    ) -> Vec<RankedUnit> {
        let limits = WorklistLimits { per_pair, total };
        seed.store
            .worklist(seed.project, &Filter::default(), weights, limits)
            .unwrap()
    }

    #[test]
    fn the_largest_disagreements_come_first_and_agreement_is_not_listed() {
        let seed = seeded();
        let severities = |per_pair, total| -> Vec<f64> {
            let found = list(&seed, &BTreeMap::new(), per_pair, total);
            found.iter().map(|one| one.severity).collect()
        };
        assert_eq!(severities(9, 9), [1.0, 0.5, 0.25, 0.125]);
        assert_eq!(severities(1, 9), [1.0, 0.125], "one of each pair");
        assert_eq!(severities(9, 2), [1.0, 0.5]);
        let empty = Seed::new();
        assert_eq!(list(&empty, &BTreeMap::new(), 3, 9), []);
    }

    #[test]
    fn a_clinical_weight_moves_a_label_up() {
        let seed = seeded();
        let weights = BTreeMap::from([("nodule".to_owned(), 3.0), ("cyst".to_owned(), 9.0)]);
        let found = list(&seed, &weights, 9, 9);
        let ranked: Vec<_> = found.iter().map(|one| (one.severity, one.weight)).collect();
        assert_eq!(ranked, [(0.5, 3.0), (1.0, 1.0), (0.125, 3.0), (0.25, 1.0)]);
        assert_eq!(found[0].unit.score.a_label.as_deref(), Some("nodule"));
    }
}
