//! What more than half of an item's raters say, as one reading.

use crate::consensus::{ConsensusError, fuse_boxes, majority_mask, majority_volume};
use crate::domain::{
    Annotation, GRID_ATTRIBUTE, Item, Reading, ReadingKey, ReadingState, ReferenceKind, Role, Shape,
};
use crate::exporters::Work;
use crate::geometry::{Mask, Rect, Volume};
use std::collections::{BTreeMap, BTreeSet};

/// Two boxes are of one thing from this overlap on.
const MIN_IOU: f64 = 0.5;

/// The consensus of the human readings of an item in each stage and session that two or more raters read: masks and volumes by majority of each
/// pixel, boxes fused by the median of their edges, answers by majority. What has no majority of its own kind (outlines, points,
/// lines, ranks) is left out of it.
///
/// A tie is no majority. A rater without a mask of a label counts as one who set no pixel of it. References do not vote.
pub(super) fn agreed(item: &Item, works: &[Work]) -> Result<Vec<Work>, ConsensusError> {
    let mut groups: BTreeMap<(_, &str), BTreeMap<&str, Vec<&Work>>> = BTreeMap::new();
    for work in works {
        let reading = &work.reading;
        let votes = reading.role != Role::Model
            && reading.reference.is_none()
            && matches!(
                reading.state,
                ReadingState::Annotated | ReadingState::ReviewedEmpty
            );
        if votes {
            groups
                .entry((reading.key.stage, reading.key.session.as_str()))
                .or_default()
                .entry(&reading.key.rater)
                .or_default()
                .push(work);
        }
    }
    let mut found = Vec::new();
    for ((stage, session), raters) in groups {
        if raters.len() < 2 {
            continue;
        }
        let raters: Vec<Vec<&Annotation>> = raters
            .values()
            .map(|works| {
                works
                    .iter()
                    .flat_map(|work| &work.annotations)
                    .filter(|annotation| annotation.invalid.is_none())
                    .collect()
            })
            .collect();
        let mut annotations = answers(&raters);
        let labels: BTreeSet<&str> = raters
            .iter()
            .flatten()
            .map(|annotation| annotation.label.as_str())
            .collect();
        for label in labels {
            annotations.extend(of_label(label, &raters)?);
        }
        let state = if annotations.is_empty() {
            ReadingState::ReviewedEmpty
        } else {
            ReadingState::Annotated
        };
        let reading = Reading {
            key: ReadingKey {
                item: item.key.clone(),
                rater: "consensus".to_owned(),
                stage,
                session: session.to_owned(),
                layer: "annotations".to_owned(),
            },
            role: Role::Model,
            reference: Some(ReferenceKind::Consensus),
            state,
            finished_at_us: None,
            active_ms: None,
            review: None,
            source_convention: String::new(),
            source_file: String::new(),
        };
        found.push(Work {
            reading,
            annotations,
        });
    }
    Ok(found)
}

fn of_label(label: &str, raters: &[Vec<&Annotation>]) -> Result<Vec<Annotation>, ConsensusError> {
    let of = |rater: &'_ [&Annotation]| -> Vec<Annotation> {
        rater
            .iter()
            .filter(|annotation| annotation.label == label)
            .map(|annotation| (*annotation).clone())
            .collect()
    };
    let drawn: Vec<Vec<Annotation>> = raters.iter().map(|rater| of(rater)).collect();
    let mut found = Vec::new();
    let n_votes = format!("{} raters", raters.len());
    let annotation = |at: usize, shape: Shape, grid: Option<&String>, votes: String| Annotation {
        source_id: format!("{label}-{at}"),
        label: label.to_owned(),
        shape,
        attributes: std::iter::once(("votes".to_owned(), votes))
            .chain(grid.map(|grid| (GRID_ATTRIBUTE.to_owned(), grid.clone())))
            .collect(),
        confidence: None,
        finished_at_us: None,
        active_ms: None,
        semantic: true,
        invalid: None,
    };
    let boxes: Vec<Vec<Rect>> = drawn
        .iter()
        .map(|rater| {
            rater
                .iter()
                .filter_map(|one| match one.shape {
                    Shape::Box(rect) => Some(rect),
                    _ => None,
                })
                .collect()
        })
        .collect();
    if boxes.iter().any(|boxes| !boxes.is_empty()) {
        let fused = fuse_boxes(&boxes, MIN_IOU, raters.len() / 2 + 1)?;
        for (at, area) in fused.accepted().enumerate() {
            let votes = format!("{} of {}", area.n_votes(), raters.len());
            let one = annotation(at, Shape::Box(area.area), None, votes);
            found.push(Annotation {
                semantic: false,
                ..one
            });
        }
    }
    let masks: Vec<Option<Mask>> = drawn.iter().map(|rater| united(rater)).collect();
    if let Some(first) = masks.iter().flatten().next() {
        let empty = Mask::empty(first.width_px(), first.height_px())?;
        let same_size = masks
            .iter()
            .flatten()
            .all(|mask| mask.check_size(first).is_ok());
        if same_size {
            let votes: Vec<&Mask> = masks
                .iter()
                .map(|mask| mask.as_ref().unwrap_or(&empty))
                .collect();
            let agreed = majority_mask(&votes)?.consensus;
            if !agreed.is_empty() {
                found.push(annotation(0, Shape::Mask(agreed), None, n_votes.clone()));
            }
        }
    }
    let volumes: Vec<Option<(&Volume, Option<&String>)>> = drawn
        .iter()
        .map(|rater| {
            rater.iter().find_map(|one| match &one.shape {
                Shape::Volume(volume) => Some((volume, one.attributes.get(GRID_ATTRIBUTE))),
                _ => None,
            })
        })
        .collect();
    if let Some((first, grid)) = volumes.iter().flatten().next().copied() {
        let on_one_grid = volumes
            .iter()
            .flatten()
            .all(|(volume, other)| volume.check_grid(first).is_ok() && *other == grid);
        if on_one_grid {
            let empty = Volume::new(
                first.width_px(),
                first.height_px(),
                first.axis(),
                Vec::new(),
            )?;
            let votes: Vec<&Volume> = volumes
                .iter()
                .map(|one| one.map_or(&empty, |(volume, _)| volume))
                .collect();
            let agreed = majority_volume(&votes)?.consensus;
            if !agreed.is_empty() {
                found.push(annotation(0, Shape::Volume(agreed), grid, n_votes));
            }
        }
    }
    Ok(found)
}

/// All masks of one rater and label as one; `None` where there is none or their sizes differ.
fn united(annotations: &[Annotation]) -> Option<Mask> {
    let mut masks = annotations.iter().filter_map(|one| match &one.shape {
        Shape::Mask(mask) => Some(mask),
        _ => None,
    });
    let first = masks.next()?.clone();
    masks.try_fold(first, |all, mask| all.union(mask).ok())
}

/// Answers that more than half of all raters gave to a question about the whole item.
fn answers(raters: &[Vec<&Annotation>]) -> Vec<Annotation> {
    let mut votes: BTreeMap<(&str, &str), (usize, &Annotation)> = BTreeMap::new();
    for rater in raters {
        let mut given = BTreeSet::new();
        for annotation in rater {
            if let Shape::Classification { question, value } = &annotation.shape
                && given.insert((question, value))
            {
                votes.entry((question, value)).or_insert((0, annotation)).0 += 1;
            }
        }
    }
    votes
        .into_values()
        .filter(|(n, _)| 2 * n > raters.len())
        .map(|(n, annotation)| Annotation {
            attributes: BTreeMap::from([("votes".to_owned(), format!("{n} of {}", raters.len()))]),
            confidence: None,
            finished_at_us: None,
            active_ms: None,
            ..(*annotation).clone()
        })
        .collect()
}
