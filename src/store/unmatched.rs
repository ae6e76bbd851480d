use super::query::{Params, query};
use super::{ItemId, ProjectId, Store, StoreError};

/// An item that was read and yet compared with nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmatchedItem {
    pub item: ItemId,
    pub item_key: String,
    pub study: String,
    pub n_readings: i64,
    /// The first of its raters by name.
    pub rater: String,
}

/// A comparison in which one side's masks seem to be stored mirrored or turned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspectedTurn {
    pub item_key: String,
    pub study: String,
    pub a_rater: String,
    pub b_rater: String,
    /// Both overlaps and the turn.
    pub why: String,
}

impl Store {
    /// Comparisons whose masks overlap much better when turned, by study, item and raters.
    ///
    /// # Errors
    /// `Database`.
    pub fn suspected_turns(&self, project: ProjectId) -> Result<Vec<SuspectedTurn>, StoreError> {
        self.read(|conn| {
            let params = Params::new().with("project", project);
            query!("overview/suspected_turns.sql").rows(conn, &params, |row| {
                Ok(SuspectedTurn {
                    item_key: row.get(0)?,
                    study: row.get(1)?,
                    a_rater: row.get(2)?,
                    b_rater: row.get(3)?,
                    why: row.get(4)?,
                })
            })
        })
    }

    /// Items without a second reading or a reference to compare with, by study and key. Items that wait for
    /// scoring are left out.
    ///
    /// # Errors
    /// `Database`.
    pub fn unmatched_items(&self, project: ProjectId) -> Result<Vec<UnmatchedItem>, StoreError> {
        self.read(|conn| {
            let params = Params::new().with("project", project);
            query!("overview/unmatched_items.sql").rows(conn, &params, |row| {
                Ok(UnmatchedItem {
                    item: row.get(0)?,
                    item_key: row.get(1)?,
                    study: row.get(2)?,
                    n_readings: row.get(3)?,
                    rater: row.get(4)?,
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{Comparison, ComparisonKind};
    use crate::store::seed::{Seed, comparison, delivered, drawn, item, unit};

    #[test]
    fn an_item_is_matched_once_it_was_compared() {
        let seed = Seed::new();
        seed.import(
            &[item("i1", "s1"), item("i2", "s1"), item("unread", "s1")],
            &[
                delivered("i1", "a", None, vec![drawn("nodule")]),
                delivered("i1", "b", None, vec![drawn("nodule")]),
                delivered("i2", "b", None, vec![drawn("nodule")]),
            ],
        );
        // Nothing is said of items that wait for scoring.
        assert_eq!(seed.store.unmatched_items(seed.project).unwrap(), []);
        seed.score(
            "i1",
            vec![Comparison {
                suspected: Some("turned".to_owned()),
                ..comparison(
                    "i1",
                    ComparisonKind::Peer,
                    "a",
                    "b",
                    vec![unit("nodule", None)],
                )
            }],
        );
        seed.score("i2", vec![]);
        seed.score("unread", vec![]);
        let found = seed.store.unmatched_items(seed.project).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (
                found[0].item_key.as_str(),
                found[0].rater.as_str(),
                found[0].n_readings
            ),
            ("i2", "b", 1)
        );
        let turns = seed.store.suspected_turns(seed.project).unwrap();
        let said: Vec<_> = turns
            .iter()
            .map(|turn| {
                (
                    turn.item_key.as_str(),
                    turn.b_rater.as_str(),
                    turn.why.as_str(),
                )
            })
            .collect();
        assert_eq!(said, [("i1", "b", "turned")]);
    }
}
