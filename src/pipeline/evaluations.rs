//! Records of gate evaluations: made, listed, read back.

use super::{LotRequest, PipelineError, Project, judge};
use crate::gates::{Policy, default_policy_toml, parse_policy};
use crate::store::{GateRecord, Store, StoreError};

/// The name under which clients ask for the policy that the product ships with.
pub const SHIPPED_POLICY: &str = "default";

/// The policy of this name: as written in `toml`, else the shipped one.
///
/// # Errors
/// A faulty policy, one that calls itself otherwise, a name without a policy.
pub fn policy_named(name: &str, toml: Option<&str>) -> Result<Policy, PipelineError> {
    let policy = parse_policy("policy", toml.unwrap_or(default_policy_toml()))?;
    match toml {
        _ if policy.name == name => Ok(policy),
        None if name == SHIPPED_POLICY => Ok(policy),
        None => Err(StoreError::NotFound {
            what: "policy",
            key: name.to_owned(),
        }
        .into()),
        Some(_) => Err(PipelineError::Parameter {
            what: "policy",
            given: name.to_owned(),
            detail: format!(
                "the policy in the body is named `{}`; use one name",
                policy.name
            ),
        }),
    }
}

/// Judges the lot, keeps the record, and gives it back as it is kept.
///
/// # Errors
/// As `judge`.
pub fn evaluate_lot(
    store: &Store,
    project: &Project,
    policy: &Policy,
    request: &LotRequest,
) -> Result<GateRecord, PipelineError> {
    let json = judge(store, project, policy, request)?.to_json();
    store
        .gate_evaluations(project.id, Some(&policy.name))?
        .into_iter()
        .find(|kept| kept.record.evidence_json == json)
        .ok_or_else(|| PipelineError::Internal("a gate evaluation was not kept".to_owned()))
}

/// Records of the policy of this name, newest first.
///
/// # Errors
/// What the store raises.
pub fn evaluations(
    store: &Store,
    project: &Project,
    name: &str,
) -> Result<Vec<GateRecord>, PipelineError> {
    Ok(store.gate_evaluations(project.id, Some(&stored_name(name)?))?)
}

/// One record of the policy of this name.
///
/// # Errors
/// `NotFound`, and what the store raises.
pub fn evaluation(
    store: &Store,
    project: &Project,
    name: &str,
    id: i64,
) -> Result<GateRecord, PipelineError> {
    let found = store.gate_evaluation(project.id, id)?;
    if found.record.policy_name == stored_name(name)? {
        Ok(found)
    } else {
        Err(StoreError::NotFound {
            what: "gate evaluation",
            key: id.to_string(),
        }
        .into())
    }
}

fn stored_name(name: &str) -> Result<String, PipelineError> {
    if name == SHIPPED_POLICY {
        return Ok(policy_named(name, None)?.name);
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{SHIPPED_POLICY, policy_named, stored_name};

    #[test]
    fn the_shipped_policy_is_found_under_both_of_its_names() {
        let shipped = policy_named(SHIPPED_POLICY, None).expect("the shipped policy");
        assert_eq!(
            policy_named(&shipped.name, None).expect("by its own name"),
            shipped
        );
        assert_eq!(stored_name(SHIPPED_POLICY).expect("a name"), shipped.name);
        assert!(policy_named("strict", None).is_err());
    }

    #[test]
    fn a_policy_is_judged_under_the_name_that_it_gives_itself() {
        let toml = "name = \"strict\"\n[[check]]\nkind = \"completeness\"\nmin = 1.0\n";
        assert_eq!(
            policy_named("strict", Some(toml)).expect("one name").name,
            "strict"
        );
        let error = policy_named("release", Some(toml))
            .expect_err("two names")
            .to_string();
        assert!(error.contains("`strict`"), "{error}");
    }
}
