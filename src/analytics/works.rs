//! Which readings of an item are compared with which.

use crate::domain::{
    Annotation, ComparisonKind, Protocol, Reading, ReadingState, ReferenceKind, Role, Stage,
};
use std::collections::BTreeMap;

/// One reading as handed to scoring: the header and its annotations with their numbers.
#[derive(Clone, Debug)]
pub struct ReadingInput<'a> {
    pub reading: &'a Reading,
    pub annotations: Vec<(usize, &'a Annotation)>,
}

impl<'a> ReadingInput<'a> {
    /// Readings of one side, their annotations numbered through in this order.
    pub fn numbered(
        readings: impl IntoIterator<Item = (&'a Reading, &'a [Annotation])>,
    ) -> Vec<Self> {
        let mut next = 0;
        readings
            .into_iter()
            .map(|(reading, annotations)| Self {
                reading,
                annotations: annotations
                    .iter()
                    .map(|annotation| {
                        next += 1;
                        (next - 1, annotation)
                    })
                    .collect(),
            })
            .collect()
    }
}

/// One rater's whole work on one item at one stage and session, over all layers.
#[derive(Clone, Debug)]
pub(super) struct Work<'a> {
    pub rater: &'a str,
    pub role: Role,
    pub stage: Stage,
    pub session: &'a str,
    pub reference: Option<ReferenceKind>,
    pub finished_at_us: Option<i64>,
    pub layers: Vec<&'a str>,
    /// Layer, id, annotation; structurally invalid ones are left out, they are reported apart.
    pub annotations: Vec<(&'a str, usize, &'a Annotation)>,
}

impl Work<'_> {
    pub fn has_layer(&self, layer: &str) -> bool {
        self.layers.contains(&layer)
    }
}

/// Two works to be compared; a is the reference where there is one.
pub(super) struct Pairing<'w, 'a> {
    pub kind: ComparisonKind,
    pub reference_kind: Option<ReferenceKind>,
    pub a: &'w Work<'a>,
    pub b: &'w Work<'a>,
}

/// Merges the layers of each rater, stage and session. Skipped and unassigned readings are no works.
pub(super) fn works_of<'a>(readings: &[ReadingInput<'a>]) -> Vec<Work<'a>> {
    let mut works: BTreeMap<(Stage, &str, &str), Work<'a>> = BTreeMap::new();
    for input in readings {
        let reading = input.reading;
        if !matches!(
            reading.state,
            ReadingState::Annotated | ReadingState::ReviewedEmpty
        ) {
            continue;
        }
        let key = &reading.key;
        let work = works
            .entry((key.stage, key.rater.as_str(), key.session.as_str()))
            .or_insert_with(|| Work {
                rater: &key.rater,
                role: reading.role,
                stage: key.stage,
                session: &key.session,
                reference: reading.reference,
                finished_at_us: None,
                layers: Vec::new(),
                annotations: Vec::new(),
            });
        work.reference = work.reference.or(reading.reference);
        work.finished_at_us = work.finished_at_us.max(reading.finished_at_us);
        work.layers.push(&key.layer);
        work.annotations.extend(
            input
                .annotations
                .iter()
                .filter(|(_, annotation)| annotation.invalid.is_none())
                .map(|&(id, annotation)| (key.layer.as_str(), id, annotation)),
        );
    }
    works.into_values().collect()
}

/// Every comparison that an item's works give rise to.
///
/// Each candidate meets one reference: the one of the kind that comes first in the protocol's precedence; of
/// several of that kind, the one finished last. A physician's work at the verification stage is the reference of
/// the annotation stage. Peers are works of the same stage and session that are no gold or adjudicated reference
/// and no model's.
pub(super) fn pairings<'w, 'a>(works: &'w [Work<'a>], protocol: &Protocol) -> Vec<Pairing<'w, 'a>> {
    let mut found = Vec::new();
    for candidate in works.iter().filter(|work| is_candidate(work)) {
        if let Some((kind, reference)) = reference_for(candidate, works, protocol) {
            found.push(Pairing {
                kind: ComparisonKind::Reference,
                reference_kind: Some(kind),
                a: reference,
                b: candidate,
            });
        }
    }
    let peers: Vec<&Work<'a>> = works
        .iter()
        .filter(|work| is_candidate(work) && work.role != Role::Model)
        .collect();
    for (index, &a) in peers.iter().enumerate() {
        for &b in &peers[index + 1..] {
            if a.stage == b.stage && a.session == b.session && a.rater != b.rater {
                found.push(Pairing {
                    kind: ComparisonKind::Peer,
                    reference_kind: None,
                    a,
                    b,
                });
            }
        }
    }
    found
}

fn is_candidate(work: &Work<'_>) -> bool {
    matches!(work.reference, None | Some(ReferenceKind::Verification))
}

/// The kind as which `work` can serve for `candidate`, if any.
fn kind_for(work: &Work<'_>, candidate: &Work<'_>) -> Option<ReferenceKind> {
    if work.rater == candidate.rater {
        return None;
    }
    let verifies = candidate.stage == Stage::Annotation && work.stage == Stage::Verification;
    match work.reference {
        Some(ReferenceKind::Verification) | None => {
            (verifies && work.role != Role::Model).then_some(ReferenceKind::Verification)
        }
        Some(kind) => Some(kind),
    }
}

fn reference_for<'w, 'a>(
    candidate: &Work<'a>,
    works: &'w [Work<'a>],
    protocol: &Protocol,
) -> Option<(ReferenceKind, &'w Work<'a>)> {
    let rank = |kind: ReferenceKind| {
        protocol
            .reference_precedence
            .iter()
            .position(|&listed| listed == kind)
    };
    works
        .iter()
        .filter_map(|work| {
            let kind = kind_for(work, candidate)?;
            Some((rank(kind)?, kind, work))
        })
        // Lowest rank first; then the latest; then a stable name.
        .min_by_key(|(rank, _, work)| {
            (
                *rank,
                std::cmp::Reverse(work.finished_at_us),
                work.rater,
                work.session,
            )
        })
        .map(|(_, kind, work)| (kind, work))
}
