use super::projects::reserve_ids;
use super::query::{Fields, Params, query};
use super::{ProjectId, Store, StoreError};
use crate::domain::Status;

/// A verdict about to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGateRecord {
    pub policy_name: String,
    pub policy_hash: String,
    pub lot_hash: String,
    pub status: Status,
    /// The evidence record, byte for byte.
    pub evidence_json: String,
    pub created_at_us: i64,
}

/// A recorded verdict. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateRecord {
    pub id: i64,
    pub record: NewGateRecord,
}

impl Store {
    /// Adds a verdict; its id.
    ///
    /// # Errors
    /// `Database`.
    pub fn record_gate_evaluation(
        &self,
        project: ProjectId,
        record: &NewGateRecord,
    ) -> Result<i64, StoreError> {
        self.write(|conn| {
            let id = reserve_ids(conn, "gate_evaluation", 1)?;
            query!("records/insert_gate_evaluation.sql").execute(
                conn,
                &Params::new()
                    .with("id", id)
                    .with("project", project)
                    .text("policy_name", &record.policy_name)
                    .text("policy_hash", &record.policy_hash)
                    .text("lot_hash", &record.lot_hash)
                    .text("status", record.status.as_str())
                    .text("evidence_json", &record.evidence_json)
                    .with("created_at_us", record.created_at_us),
            )?;
            Ok(id)
        })
    }

    /// One verdict of a project.
    ///
    /// # Errors
    /// `NotFound`, `Database`.
    pub fn gate_evaluation(&self, project: ProjectId, id: i64) -> Result<GateRecord, StoreError> {
        self.read(|conn| {
            query!("records/gate_evaluation.sql")
                .first(
                    conn,
                    &Params::new().with("project", project).with("id", id),
                    gate_record,
                )?
                .ok_or_else(|| StoreError::NotFound {
                    what: "gate evaluation",
                    key: id.to_string(),
                })
        })
    }

    /// A project's verdicts, newest first, of one policy or of all.
    ///
    /// # Errors
    /// `Database`.
    pub fn gate_evaluations(
        &self,
        project: ProjectId,
        policy_name: Option<&str>,
    ) -> Result<Vec<GateRecord>, StoreError> {
        self.read(|conn| {
            query!("records/list_gate_evaluations.sql").rows(
                conn,
                &Params::new()
                    .with("project", project)
                    .optional_text("policy_name", policy_name),
                gate_record,
            )
        })
    }
}

fn gate_record(row: &Fields<'_>) -> Result<GateRecord, StoreError> {
    Ok(GateRecord {
        id: row.get(0)?,
        record: NewGateRecord {
            policy_name: row.get(1)?,
            policy_hash: row.get(2)?,
            lot_hash: row.get(3)?,
            status: row.named(4)?,
            evidence_json: row.get(5)?,
            created_at_us: row.get(6)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::NewGateRecord;
    use crate::domain::Status;
    use crate::store::Store;

    #[test]
    fn verdicts_are_listed_newest_first_and_kept_byte_for_byte() {
        let store = Store::in_memory().unwrap();
        let new = |policy: &str, status| NewGateRecord {
            policy_name: policy.to_owned(),
            policy_hash: "p".to_owned(),
            lot_hash: "l".to_owned(),
            status,
            evidence_json: "{ \"rate\":0.0120 }\n".to_owned(),
            created_at_us: 7,
        };
        assert_eq!(store.gate_evaluations(1, None).unwrap(), []);
        let first = store
            .record_gate_evaluation(1, &new("release", Status::Fail))
            .unwrap();
        let second = store
            .record_gate_evaluation(1, &new("pilot", Status::Pass))
            .unwrap();
        let ids = |policy| -> Vec<i64> {
            let found = store.gate_evaluations(1, policy).unwrap();
            found.into_iter().map(|found| found.id).collect()
        };
        assert_eq!(ids(None), [second, first]);
        assert_eq!(ids(Some("release")), [first]);
        let read = store.gate_evaluation(1, first).unwrap();
        assert_eq!(read.record, new("release", Status::Fail));
        assert!(store.gate_evaluation(2, first).is_err());
    }
}
