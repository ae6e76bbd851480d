//! Scoring one item: a pure function from the protocol and the item's readings to comparisons.
//!
//! Nothing here reaches for the store, a clock or a thread, so that the same function can run anywhere.

use super::orientation::suspected_turn;
use super::pairing::pair_annotations;
use super::works::{Pairing, ReadingInput, pairings, works_of};
use crate::domain::{Comparison, Item, Protocol};

/// Compares every candidate with its reference and all peers with each other.
///
/// # Definition
/// References and peers are chosen as in [`super::works::pairings`]; instances are matched optimally per
/// technique (quality model §5); each pair is measured and judged against the protocol's tolerances (§6).
/// # Input
/// All current readings of one item; annotation ids are returned in the units as given.
/// # Edge cases
/// Two empty readings give a comparison without units: a correct absence. Grids that differ give a comparison
/// that says so in `refused` and has no units.
pub fn score_item(
    protocol: &Protocol,
    item: &Item,
    readings: &[ReadingInput<'_>],
) -> Vec<Comparison> {
    let works = works_of(readings);
    pairings(&works, protocol)
        .into_iter()
        .filter_map(|pairing| compare(protocol, item, &pairing))
        .collect()
}

fn compare(protocol: &Protocol, item: &Item, pairing: &Pairing<'_, '_>) -> Option<Comparison> {
    let outcome = pair_annotations(protocol, item, pairing.a, pairing.b)?;
    let (refused, units) = match outcome {
        Ok(units) => (None, units),
        Err(reason) => (Some(reason), Vec::new()),
    };
    let suspected = refused
        .is_none()
        .then(|| suspected_turn(pairing.a, pairing.b))
        .flatten();
    Some(Comparison {
        item: item.key.clone(),
        kind: pairing.kind,
        stage: pairing.b.stage,
        session: pairing.b.session.to_owned(),
        reference_kind: pairing.reference_kind,
        a_rater: pairing.a.rater.to_owned(),
        a_stage: pairing.a.stage,
        b_rater: pairing.b.rater.to_owned(),
        refused,
        suspected,
        units,
    })
}

/// Compares one rater's readings of an item, called true, with another's, whatever stage or kind they carry.
///
/// `None` when the two have nothing in common that could be compared. See [`score_item`].
pub fn compare_readings(
    protocol: &Protocol,
    item: &Item,
    reference: &[ReadingInput<'_>],
    candidate: &[ReadingInput<'_>],
) -> Option<Comparison> {
    let references = works_of(reference);
    let candidates = works_of(candidate);
    let a = references.first()?;
    let b = candidates.first()?;
    let pairing = Pairing {
        kind: crate::domain::ComparisonKind::Reference,
        reference_kind: a.reference,
        a,
        b,
    };
    compare(protocol, item, &pairing)
}
