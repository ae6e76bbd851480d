//! Tasks and the versions in them.

use crate::importers::json::fields::{given, instant, list, word};
use crate::importers::people::People;
use serde_json::Value;

/// One person's version of a task, or the consensus of all.
pub(super) struct Version<'v> {
    /// Where it stands in the task; "" for the task itself.
    pub place: String,
    pub held: &'v Value,
    pub rater: Option<String>,
    pub finished_at_us: Option<i64>,
    pub is_consensus: bool,
    pub is_skipped: bool,
    /// Someone opened it, so that nothing in it means that nothing was found.
    pub was_worked_on: bool,
}

fn version<'v>(
    place: String,
    held: &'v Value,
    status: Option<&str>,
    people: &mut People,
) -> Version<'v> {
    let rater = word(held, "updatedBy").or_else(|| word(held, "updatedByUserId"));
    let status = word(held, "status").or(status);
    Version {
        place,
        held,
        finished_at_us: instant(held, "updatedAt"),
        is_consensus: false,
        is_skipped: status == Some("SKIPPED"),
        was_worked_on: rater.is_some()
            && !matches!(status, Some("UNASSIGNED" | "ASSIGNED" | "STAGED")),
        rater: rater.map(|address| people.name(address)),
    }
}

/// The versions of a task: each annotator's, and the super truth; else the task itself.
pub(super) fn versions<'v>(
    task: &'v Value,
    people: &mut People,
) -> Result<Vec<Version<'v>>, String> {
    let status = word(task, "status");
    let mut found = Vec::new();
    for (at, held) in list(task, "consensusTasks")?.iter().enumerate() {
        found.push(version(
            format!(".consensusTasks[{at}]"),
            held,
            None,
            people,
        ));
    }
    if let Some(held) = given(task, "superTruth").filter(|held| held.is_object()) {
        let consensus = version(".superTruth".to_owned(), held, None, people);
        found.push(Version {
            is_consensus: true,
            is_skipped: false,
            was_worked_on: true,
            ..consensus
        });
    }
    if found.is_empty() {
        found.push(version(String::new(), task, status, people));
    }
    Ok(found)
}

/// The paths of a series' images.
pub(super) fn images(series: &Value) -> Vec<&str> {
    match given(series, "items") {
        Some(Value::String(path)) => vec![path],
        Some(Value::Array(paths)) => paths.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
