//! Labels of an asset: whose they are, of which kind, and which of them count.

use crate::domain::{ReferenceKind, Review, ReviewOutcome, Role, Stage};
use crate::importers::json::fields::{given, instant, list, word};
use crate::importers::people::People;
use serde_json::Value;

/// The kinds of labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Default,
    Review,
    Prediction,
    Inference,
    Consensus,
    /// Not handed in.
    Draft,
}

/// A label with what it says about itself.
pub(super) struct Label<'v> {
    pub value: &'v Value,
    /// Where it stands within the asset.
    pub place: String,
    pub kind: Kind,
    pub rater: Option<String>,
    pub at_us: Option<i64>,
    pub active_ms: Option<i64>,
    pub is_skipped: bool,
    pub is_sent_back: bool,
    pub is_honeypot: bool,
    is_latest: bool,
}

/// What becomes of a label's stage, role and reference; `None` keeps what the options say.
pub(super) struct Part {
    pub stage: Option<Stage>,
    pub role: Option<Role>,
    pub reference: Option<ReferenceKind>,
}

impl Label<'_> {
    pub fn is_model(&self) -> bool {
        matches!(self.kind, Kind::Prediction | Kind::Inference)
    }

    /// The part that the label plays. The label of a honeypot that a reviewer made is what others are measured by.
    pub fn part(&self, asset_is_honeypot: bool) -> Part {
        match self.kind {
            Kind::Default | Kind::Draft => Part {
                stage: None,
                role: None,
                reference: self.is_honeypot.then_some(ReferenceKind::Gold),
            },
            Kind::Review => Part {
                stage: Some(Stage::Verification),
                role: Some(Role::Physician),
                reference: (self.is_honeypot || asset_is_honeypot).then_some(ReferenceKind::Gold),
            },
            Kind::Prediction | Kind::Inference => Part {
                stage: None,
                role: Some(Role::Model),
                reference: None,
            },
            Kind::Consensus => Part {
                stage: None,
                role: Some(Role::Model),
                reference: Some(ReferenceKind::Consensus),
            },
        }
    }
}

/// The labels of an asset, and the places of those that cannot be read, with the reasons.
#[derive(Default)]
pub(super) struct Labels<'v> {
    pub read: Vec<Label<'v>>,
    pub faults: Vec<(String, String)>,
}

/// The labels of an asset: all of them, or the latest where the export holds no more.
pub(super) fn labels<'v>(asset: &'v Value, people: &mut People) -> Result<Labels<'v>, String> {
    let mut found = Labels::default();
    let mut take = |value: &'v Value, place: String| match label(value, place.clone(), people) {
        Ok(label) => found.read.push(label),
        Err(detail) => found.faults.push((place, detail)),
    };
    for name in ["labels", "latestLabels"] {
        let listed: Vec<_> = list(asset, name)?.iter().enumerate().collect();
        let mut given = listed
            .into_iter()
            .filter(|(_, one)| !one.is_null())
            .peekable();
        if given.peek().is_some() {
            given.for_each(|(at, value)| take(value, format!("{name}[{at}]")));
            return Ok(found);
        }
    }
    if let Some(value) = given(asset, "latestLabel") {
        take(value, "latestLabel".to_owned());
    }
    Ok(found)
}

fn label<'v>(value: &'v Value, place: String, people: &mut People) -> Result<Label<'v>, String> {
    let kind = match word(value, "labelType") {
        None | Some("DEFAULT") => Kind::Default,
        Some("REVIEW") => Kind::Review,
        Some("PREDICTION") => Kind::Prediction,
        Some("INFERENCE") => Kind::Inference,
        Some("CONSENSUS") => Kind::Consensus,
        Some("AUTOSAVE") => Kind::Draft,
        Some(_) => {
            return Err("`labelType` is none of DEFAULT, REVIEW, PREDICTION, INFERENCE, CONSENSUS, AUTOSAVE".to_owned());
        }
    };
    let author = given(value, "author")
        .and_then(|author| word(author, "email").or_else(|| word(author, "id")));
    let is_set = |name: &str| value.get(name) == Some(&Value::Bool(true));
    let rater = match kind {
        Kind::Prediction | Kind::Inference => {
            Some(word(value, "modelName").unwrap_or("model").to_owned())
        }
        Kind::Consensus => Some("consensus".to_owned()),
        Kind::Default | Kind::Review | Kind::Draft => author.map(|address| people.name(address)),
    };
    Ok(Label {
        value,
        place,
        kind,
        rater,
        at_us: instant(value, "createdAt"),
        active_ms: given(value, "secondsToLabel")
            .and_then(Value::as_f64)
            .filter(|seconds| (0.0..1e9).contains(seconds))
            .map(|seconds| (seconds * 1000.0).round() as i64),
        is_skipped: is_set("skipped"),
        is_sent_back: is_set("isSentBackToQueue"),
        is_honeypot: is_set("isHoneypot"),
        is_latest: is_set("isLatestLabelForUser"),
    })
}

/// Whether a later label of the same author and kind stands in the list.
pub(super) fn is_replaced(labels: &[Label], at: usize) -> bool {
    let mine = &labels[at];
    let rank = |at: usize, label: &Label| (label.at_us, label.is_latest, at);
    labels.iter().enumerate().any(|(other_at, other)| {
        other_at != at
            && other.kind == mine.kind
            && other.rater == mine.rater
            && rank(other_at, other) > rank(at, mine)
    })
}

/// What became of a label: sent back, or what the asset's only reviewer made of its only label.
pub(super) fn review(labels: &[Label], at: usize) -> Option<Review> {
    let mine = &labels[at];
    if mine.kind != Kind::Default {
        return None;
    }
    let counts = |kind: Kind| {
        (0..labels.len())
            .filter(|&at| labels[at].kind == kind && !is_replaced(labels, at))
            .collect::<Vec<_>>()
    };
    let reviews = counts(Kind::Review);
    let last = reviews
        .iter()
        .map(|&at| &labels[at])
        .max_by_key(|review| review.at_us);
    if mine.is_sent_back {
        return Some(Review {
            outcome: ReviewOutcome::Rejected,
            reviewer: last.and_then(|review| review.rater.clone()),
            at_us: None,
        });
    }
    // Of several labels, a review starts from one, and the export does not say from which.
    let is_only = counts(Kind::Default).len() == 1;
    let review = last.filter(|review| is_only && review.at_us >= mine.at_us)?;
    let is_same = review.value.get("jsonResponse") == mine.value.get("jsonResponse");
    Some(Review {
        outcome: if is_same {
            ReviewOutcome::Accepted
        } else {
            ReviewOutcome::Corrected
        },
        reviewer: review.rater.clone(),
        at_us: review.at_us,
    })
}
