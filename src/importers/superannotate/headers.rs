//! Who made an instance, when, what was said of it, and its attributes.

use super::classes::Classes;
use super::image::ImageInfo;
use crate::domain::{Review, ReviewOutcome, Role};
use crate::importers::by_maker::Maker;
use crate::importers::json::fields::{given, instant, list, word};
use crate::importers::people::People;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What an instance says about itself beside its shape.
pub(super) struct Header {
    pub maker: Maker,
    /// A model's certainty, for what a model drew.
    pub confidence: Option<f64>,
    /// Where the instance came from, if it was not drawn by hand.
    pub source: Option<&'static str>,
}

/// Reads who made an instance. One that another person changed later is that person's correction.
pub(super) fn header(instance: &Value, image: &ImageInfo, people: &mut People) -> Header {
    let user = |name: &str| given(instance, name).and_then(|user| word(user, "email"));
    let (creator, editor) = (user("createdBy"), user("updatedBy"));
    let created_at_us = instant(instance, "createdAt");
    let updated_at_us = instant(instance, "updatedAt");
    let is_changed = updated_at_us > created_at_us;
    let mut header = Header {
        maker: Maker::default(),
        confidence: None,
        source: None,
    };
    match word(instance, "creationType") {
        Some("Prediction") if !(is_changed && editor.is_some()) => {
            header.source = Some("prediction");
            header.maker.rater = Some("model".to_owned());
            header.maker.role = Some(Role::Model);
            header.maker.finished_at_us = created_at_us;
            header.confidence = given(instance, "probability")
                .and_then(Value::as_f64)
                .map(|percent| percent / 100.0)
                .filter(|share| (0.0..=1.0).contains(share));
            return header;
        }
        Some("Prediction") => {
            // Whoever changes a prediction answers for it.
            header.source = Some("changed prediction");
            header.maker.rater = editor.map(|address| people.name(address));
            header.maker.finished_at_us = updated_at_us;
            header.maker.review = weightier(said_of(instance, image), image.review.clone());
            return header;
        }
        Some("Preannotation") => {
            header.source = Some("preannotation");
            header.maker.rater = creator.map(|address| people.name(address));
        }
        _ => {
            header.maker.rater = creator
                .map(|address| people.name(address))
                .or_else(|| image.annotator.clone());
        }
    }
    let changed_by_other = editor.filter(|editor| is_changed && Some(*editor) != creator);
    header.maker.finished_at_us = match changed_by_other {
        Some(_) => created_at_us,
        None => updated_at_us.or(created_at_us),
    };
    let corrected = changed_by_other
        .filter(|_| creator.is_some())
        .map(|editor| Review {
            outcome: ReviewOutcome::Corrected,
            reviewer: Some(people.name(editor)),
            at_us: updated_at_us,
        });
    header.maker.review = weightier(
        said_of(instance, image),
        weightier(corrected, image.review.clone()),
    );
    header
}

/// `error` is what quality assurance said of a single instance: set, it was disapproved.
fn said_of(instance: &Value, image: &ImageInfo) -> Option<Review> {
    let outcome = match given(instance, "error")?.as_bool()? {
        true => ReviewOutcome::Rejected,
        false => ReviewOutcome::Accepted,
    };
    Some(Review {
        outcome,
        reviewer: image.reviewer.clone(),
        at_us: None,
    })
}

/// The review that weighs more: a rejection, then a correction, then acceptance.
fn weightier(first: Option<Review>, second: Option<Review>) -> Option<Review> {
    let weight = |review: &Option<Review>| match review.as_ref().map(|review| review.outcome) {
        None => 0,
        Some(ReviewOutcome::Accepted) => 1,
        Some(ReviewOutcome::Corrected) => 2,
        Some(ReviewOutcome::Rejected) => 3,
    };
    if weight(&second) > weight(&first) {
        second
    } else {
        first
    }
}

/// What was chosen in the groups of attributes; typed texts are counted only.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Attributes {
    pub chosen: BTreeMap<String, BTreeSet<String>>,
    pub numbers: BTreeMap<String, f64>,
    pub n_typed: u64,
}

/// Reads the attributes by group.
pub(super) fn attributes(instance: &Value, classes: &Classes) -> Result<Attributes, String> {
    let mut found = Attributes::default();
    for attribute in list(instance, "attributes")? {
        let group_id = given(attribute, "groupId").and_then(Value::as_i64);
        let group = word(attribute, "groupName")
            .map(str::to_owned)
            .or_else(|| group_id.map(|id| format!("group {id}")))
            .ok_or("`attributes` holds one without `groupName`")?;
        match given(attribute, "name") {
            Some(Value::Number(number)) => {
                found
                    .numbers
                    .extend(number.as_f64().map(|number| (group, number)));
            }
            Some(Value::String(name)) => {
                let stated = group_id.and_then(|id| classes.is_typed(id));
                // A choice has an id of its own; a text that was typed has none.
                if stated.unwrap_or_else(|| given(attribute, "id").is_none()) {
                    found.n_typed += 1;
                } else {
                    found.chosen.entry(group).or_default().insert(name.clone());
                }
            }
            _ => return Err("`attributes` holds one without `name`".to_owned()),
        }
    }
    Ok(found)
}

impl Attributes {
    /// As the attributes of a shape.
    pub fn into_shape(self) -> BTreeMap<String, String> {
        let chosen = self.chosen.into_iter().map(|(group, names)| {
            let names: Vec<String> = names.into_iter().collect();
            (group, names.join(", "))
        });
        let numbers = self
            .numbers
            .into_iter()
            .map(|(group, number)| (group, number.to_string()));
        chosen.chain(numbers).collect()
    }
}
