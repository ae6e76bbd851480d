use super::projects::reserve_ids;
use super::query::{Params, query};
use super::{ProjectId, Store, StoreError};

/// What a calibration session decided, about to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCalibrationDecision {
    /// ISO week of the session, such as `2026-W47`.
    pub week: String,
    pub decision: String,
    /// The metric that it should move.
    pub metric: String,
    pub created_at_us: i64,
}

/// A recorded decision. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalibrationDecision {
    pub id: i64,
    pub decision: NewCalibrationDecision,
}

impl Store {
    /// Adds a decision; its id.
    ///
    /// # Errors
    /// `Database`.
    pub fn record_calibration_decision(
        &self,
        project: ProjectId,
        decision: &NewCalibrationDecision,
    ) -> Result<i64, StoreError> {
        self.write(|conn| {
            let id = reserve_ids(conn, "calibration_decision", 1)?;
            query!("records/insert_calibration_decision.sql").execute(
                conn,
                &Params::new()
                    .with("id", id)
                    .with("project", project)
                    .text("week", &decision.week)
                    .text("decision", &decision.decision)
                    .text("metric", &decision.metric)
                    .with("created_at_us", decision.created_at_us),
            )?;
            Ok(id)
        })
    }

    /// A project's decisions up to and including a week (`None`: all), oldest first.
    ///
    /// # Errors
    /// `Database`.
    pub fn calibration_decisions(
        &self,
        project: ProjectId,
        up_to_week: Option<&str>,
    ) -> Result<Vec<CalibrationDecision>, StoreError> {
        self.read(|conn| {
            query!("records/list_calibration_decisions.sql").rows(
                conn,
                &Params::new()
                    .with("project", project)
                    .optional_text("up_to_week", up_to_week),
                |row| {
                    Ok(CalibrationDecision {
                        id: row.get(0)?,
                        decision: NewCalibrationDecision {
                            week: row.get(1)?,
                            decision: row.get(2)?,
                            metric: row.get(3)?,
                            created_at_us: row.get(4)?,
                        },
                    })
                },
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::NewCalibrationDecision;
    use crate::store::Store;

    #[test]
    fn decisions_up_to_a_week_include_that_week() {
        let store = Store::in_memory().unwrap();
        for (week, at) in [("2026-W47", 3), ("2025-W52", 1), ("2026-W48", 9)] {
            let decision = NewCalibrationDecision {
                week: week.to_owned(),
                decision: "draw to the outer edge".to_owned(),
                metric: "dice:lesion".to_owned(),
                created_at_us: at,
            };
            store.record_calibration_decision(1, &decision).unwrap();
        }
        let weeks = |up_to| -> Vec<String> {
            let found = store.calibration_decisions(1, up_to).unwrap();
            found.into_iter().map(|found| found.decision.week).collect()
        };
        assert_eq!(weeks(Some("2026-W47")), ["2025-W52", "2026-W47"]);
        assert_eq!(weeks(None).len(), 3);
        assert!(weeks(Some("2024-W01")).is_empty());
    }
}
