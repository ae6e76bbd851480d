//! What an annotation or a prediction says about itself: who made it, when, and what became of it.

use super::pieces::{identity, number};
use super::reviews::Reviews;
use crate::importers::json::{Members, elements, member, members, text};
use crate::importers::people::People;
use crate::importers::written::instant_us;

/// One annotation of a task, or one prediction, before its results are read.
pub(super) struct Header<'r> {
    pub record: String,
    /// A person, or the version of a model.
    pub rater: Option<String>,
    pub is_cancelled: bool,
    pub is_ground_truth: bool,
    /// It began as a prediction or as another annotation, and is not independent of it.
    pub is_derived: bool,
    pub finished_at_us: Option<i64>,
    pub active_ms: Option<i64>,
    pub results: Vec<&'r [u8]>,
    /// Where each result stands in a row of a flat export; empty for a list of results.
    pub columns: Vec<String>,
    pub reviews: Reviews,
    /// What a model says about its prediction as a whole.
    pub score: Option<f64>,
}

impl<'r> Header<'r> {
    /// Where a result stands.
    pub fn place(&self, at: usize) -> String {
        match self.columns.get(at) {
            Some(column) => format!("{}.{column}", self.record),
            None => format!("{}.result[{at}]", self.record),
        }
    }

    /// Reads an annotation.
    pub fn of_annotation(
        found: &Members<'r>,
        record: String,
        people: &mut People,
    ) -> Result<Self, String> {
        let flag = |name: &str| member(found, name) == Some(b"true");
        let created_at_us = instant(found, "created_at");
        // A change by someone else (a reviewer) does not move the time at which the rater was done.
        let changed_by_other = user_id(found, "updated_by")
            .zip(user_id(found, "completed_by"))
            .is_some_and(|(by, rater)| by != rater);
        let updated_at_us = instant(found, "updated_at").filter(|_| !changed_by_other);
        let is_cancelled = flag("was_cancelled") || flag("skipped");
        let results = match member(found, "result") {
            Some(raw) => elements(raw).map_err(|fault| format!("`result` {fault}"))?,
            // Taken for an empty list it would say that the rater looked and found nothing.
            None if !is_cancelled => {
                return Err("has no `result`; a list is needed, which may be empty".to_owned());
            }
            None => Vec::new(),
        };
        let is_given = |name: &str| member(found, name).is_some();
        Ok(Self {
            rater: person(found, "completed_by", people),
            is_ground_truth: flag("ground_truth"),
            is_derived: is_given("parent_prediction") || is_given("parent_annotation"),
            finished_at_us: updated_at_us.or(created_at_us),
            active_ms: active_ms(number(found, "lead_time")?),
            results,
            columns: Vec::new(),
            is_cancelled,
            record,
            reviews: Reviews::of(found, people),
            score: None,
        })
    }

    /// Reads a prediction.
    pub fn of_prediction(found: &Members<'r>, record: String) -> Result<Self, String> {
        let version = member(found, "model_version").and_then(text);
        // A model that calls itself like a person must not become one.
        let rater = version.map(|name| match name.strip_prefix("user-") {
            Some(_) => format!("model {name}"),
            None => name.into_owned(),
        });
        let results = member(found, "result").map(elements);
        let results = results.ok_or("has no `result`; a list is needed, which may be empty")?;
        Ok(Self {
            rater: rater.filter(|rater| !rater.is_empty()),
            is_cancelled: false,
            is_ground_truth: false,
            is_derived: false,
            finished_at_us: instant(found, "updated_at").or(instant(found, "created_at")),
            active_ms: None,
            results: results.map_err(|fault| format!("`result` {fault}"))?,
            columns: Vec::new(),
            reviews: Reviews::default(),
            score: number(found, "score")?,
            record,
        })
    }
}

/// Seconds of work as milliseconds, where they are a time that somebody can have taken.
pub(super) fn active_ms(lead_time_s: Option<f64>) -> Option<i64> {
    let sound = lead_time_s.filter(|seconds| (0.0..1e9).contains(seconds));
    sound.map(|seconds| (seconds * 1000.0).round() as i64)
}

/// A time in microseconds since the epoch, where it is in a form that is known.
pub(super) fn instant(found: &Members, name: &str) -> Option<i64> {
    member(found, name)
        .and_then(text)
        .and_then(|text| instant_us(&text))
}

/// A person's name here: the number of the user, else what stands before the `@` of the address, which is all that some exports give.
pub(super) fn person(found: &Members, name: &str, people: &mut People) -> Option<String> {
    if let Some(id) = user_id(found, name) {
        return Some(format!("user-{id}"));
    }
    let raw = member(found, name)?;
    let address = if raw.starts_with(b"{") {
        let holder = members(raw).ok()?;
        text(member(&holder, "email")?)?.into_owned()
    } else {
        text(raw)?.into_owned()
    };
    let short = people.name(&address);
    (!short.is_empty()).then_some(short)
}

/// The number of a user, given alone or in an object beside the e-mail address.
fn user_id(found: &Members, name: &str) -> Option<String> {
    let raw = member(found, name)?;
    let id = if raw.starts_with(b"{") {
        identity(&members(raw).ok()?, "id")
    } else {
        identity(found, name)
    };
    id.filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}
