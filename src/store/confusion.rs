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

#[cfg(test)]
mod tests {
    use crate::domain::ComparisonKind::{self, Peer, Reference};
    use crate::domain::{ErrorKind, UnitScore};
    use crate::store::seed::{Seed, comparison, delivered, unit};
    use crate::store::{Filter, GroupBy, StoreError};

    fn taken_for(a: &str, b: &str) -> UnitScore {
        UnitScore {
            b_label: Some(b.to_owned()),
            ..unit(a, Some(ErrorKind::WrongLabel))
        }
    }

    fn cells(
        seed: &Seed,
        kind: ComparisonKind,
        by: GroupBy,
    ) -> Vec<(Option<String>, String, String, i64)> {
        let filter = Filter {
            kind: Some(kind),
            ..Filter::default()
        };
        let rows = seed.store.confusion(seed.project, &filter, by).unwrap();
        rows.into_iter()
            .map(|row| (row.group.rater, row.a_label, row.b_label, row.n))
            .collect()
    }

    #[test]
    fn labels_are_counted_against_labels_and_against_nothing() {
        let seed = Seed::new();
        let readings = ["gold", "zoe", "ann"].map(|rater| delivered("i1", rater, None, vec![]));
        seed.import(&[], &readings);
        assert_eq!(cells(&seed, Reference, GroupBy::default()), []);
        seed.score(
            "i1",
            vec![
                comparison(
                    "i1",
                    Reference,
                    "gold",
                    "ann",
                    vec![
                        taken_for("cyst", "mass"),
                        taken_for("cyst", "mass"),
                        unit("mass", None),
                        unit("cyst", Some(ErrorKind::Missing)),
                        unit("mass", Some(ErrorKind::Extra)),
                    ],
                ),
                // Scored with the later name as a.
                comparison("i1", Peer, "zoe", "ann", vec![taken_for("cyst", "mass")]),
            ],
        );
        let cell = |rater: Option<&str>, a: &str, b: &str, n| {
            (rater.map(str::to_owned), a.to_owned(), b.to_owned(), n)
        };
        assert_eq!(
            cells(&seed, Reference, GroupBy::default()),
            [
                cell(None, "(none)", "mass", 1),
                cell(None, "cyst", "(none)", 1),
                cell(None, "cyst", "mass", 2),
                cell(None, "mass", "mass", 1)
            ]
        );
        let pairs = GroupBy {
            rater_pair: true,
            ..GroupBy::default()
        };
        assert_eq!(
            cells(&seed, Peer, pairs),
            [cell(Some("zoe"), "mass", "cyst", 1)]
        );
        let each = GroupBy {
            rater: true,
            ..GroupBy::default()
        };
        assert_eq!(
            cells(&seed, Peer, each),
            [
                cell(Some("ann"), "cyst", "mass", 1),
                cell(Some("zoe"), "mass", "cyst", 1)
            ]
        );
        let by_label = GroupBy {
            label: true,
            ..GroupBy::default()
        };
        let refused = seed
            .store
            .confusion(seed.project, &Filter::default(), by_label);
        assert!(matches!(refused, Err(StoreError::FilterUnsupported { .. })));
    }
}
