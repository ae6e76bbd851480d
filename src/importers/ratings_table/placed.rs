//! What a row's columns say about the reading that it belongs to.

use super::cells::{Fault, duration_ms, invalid, parsed};
use super::guess::number;
use crate::domain::{ReadingKey, ReferenceKind, Role, Stage};
use crate::importers::context::default_role;
use crate::importers::written::instant_us;
use crate::importers::{Context, Placement};

/// A rating's place: its reading's key and what is known about it.
pub struct Placed {
    pub key: ReadingKey,
    pub placement: Placement,
    pub confidence: Option<f64>,
}

/// Places a row, given its text under known fields.
pub fn place<'b>(
    text: impl Fn(&str) -> Option<&'b str>,
    context: &Context,
    mut placement: Placement,
) -> Result<Placed, Fault> {
    let owned = |field| text(field).map(str::to_owned);
    if let Some(stage) = text("stage") {
        let stage: Stage = parsed("stage", stage)?;
        if placement.role == default_role(placement.stage) {
            placement.role = context.options().role.unwrap_or(default_role(stage));
        }
        placement.stage = stage;
    }
    if let Some(role) = text("role") {
        placement.role = parsed::<Role>("role", role)?;
    }
    if let Some(reference) = text("reference") {
        placement.reference = Some(parsed::<ReferenceKind>("reference", reference)?);
    }
    if let Some(time) = text("finished_at") {
        let instant = instant_us(time).ok_or_else(|| {
            invalid(format!(
                "finished_at is `{time}`; a time such as 2026-11-16T09:30:00+01:00 is expected"
            ))
        })?;
        placement.finished_at_us = Some(instant);
    }
    if let Some(seconds) = text("active_s") {
        placement.active_ms = Some(duration_ms(seconds).ok_or_else(|| {
            invalid(format!(
                "active_s is `{seconds}`; seconds or minutes:seconds are expected"
            ))
        })?);
    }
    let confidence = match text("confidence").map(|text| (text, number(text))) {
        None => None,
        Some((_, Some(share))) if (0.0..=1.0).contains(&share) => Some(share),
        Some((text, _)) => {
            return Err(invalid(format!(
                "confidence is `{text}`; 0 to 1 is expected"
            )));
        }
    };
    placement.study = owned("study").unwrap_or(placement.study);
    placement.site = owned("site").or(placement.site);
    placement.modality = owned("modality").or(placement.modality);
    placement.session = owned("session").unwrap_or(placement.session);
    // Readings under different conditions are different sessions: only those of one condition are compared with each other.
    if let Some(condition) = text("condition") {
        placement.session = if placement.session.is_empty() {
            condition.to_owned()
        } else {
            format!("{} / {condition}", placement.session)
        };
    }
    Ok(Placed {
        key: placement.reading_key(None),
        placement,
        confidence,
    })
}
