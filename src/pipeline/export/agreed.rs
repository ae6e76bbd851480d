//! What more than half of an item's raters say, as one reading.

use super::remarks::Remarks;
use crate::consensus::{ConsensusError, fuse_boxes, majority_mask, majority_volume};
use crate::domain::{
    Annotation, EXACT_GRID_ATTRIBUTE, GRID_ATTRIBUTE, Item, Reading, ReadingKey, ReadingState,
    ReferenceKind, Role, Shape, Stage,
};
use crate::exporters::Work;
use crate::geometry::{Mask, Rect, Volume};
use std::collections::{BTreeMap, BTreeSet};

/// Two boxes are of one thing from this overlap on.
const MIN_IOU: f64 = 0.5;

/// Raters vote among those who read the same layer of an item at one stage and session: who only answered questions did not see
/// that there is no mask.
type Ballot<'a> = (Stage, &'a str, &'a str);

/// The consensus of an item's human readings wherever two or more raters read the same: masks and volumes by majority of each pixel
/// (all masks of one rater and label together), boxes fused by the median of their edges, answers by majority.
///
/// A tie is no majority. A rater without a mask of a label counts as one who set no pixel of it. References and models do not vote. What
/// has no majority of its own kind (outlines, points, lines, ranks), invalid annotations, masks on several grids and several volumes
/// of one label are remarked.
pub(super) fn agreed(
    item: &Item,
    works: &[Work],
    remarks: &mut Remarks,
) -> Result<Vec<Work>, ConsensusError> {
    let mut ballots: BTreeMap<Ballot<'_>, Vec<&Work>> = BTreeMap::new();
    for work in works {
        let reading = &work.reading;
        let votes = reading.role != Role::Model
            && reading.reference.is_none()
            && matches!(
                reading.state,
                ReadingState::Annotated | ReadingState::ReviewedEmpty
            );
        if votes {
            let key = &reading.key;
            ballots
                .entry((key.stage, &key.session, &key.layer))
                .or_default()
                .push(work);
        }
    }
    let mut found = Vec::new();
    for ((stage, session, layer), works) in ballots {
        if works.len() < 2 {
            remarks.leave_out(&item.key, "only one rater read it");
            continue;
        }
        remarks.select();
        let raters: Vec<Vec<&Annotation>> = works
            .iter()
            .map(|work| valid(item, &work.annotations, remarks))
            .collect();
        let mut annotations = answers(&raters);
        let labels: BTreeSet<&str> = raters
            .iter()
            .flatten()
            .map(|annotation| annotation.label.as_str())
            .collect();
        for label in labels {
            let ballot = LabelBallot::of(label, &raters);
            annotations.extend(ballot.boxes()?);
            annotations.extend(ballot.mask(item, remarks)?);
            annotations.extend(ballot.volume(item, remarks)?);
        }
        let state = if annotations.is_empty() {
            ReadingState::ReviewedEmpty
        } else {
            ReadingState::Annotated
        };
        let key = ReadingKey {
            item: item.key.clone(),
            rater: "consensus".to_owned(),
            stage,
            session: session.to_owned(),
            layer: layer.to_owned(),
        };
        let reading = Reading {
            reference: Some(ReferenceKind::Consensus),
            ..Reading::new(key, Role::Model, state)
        };
        found.push(Work {
            reading,
            annotations,
        });
    }
    Ok(found)
}

/// The annotations that can be voted on.
fn valid<'a>(
    item: &Item,
    annotations: &'a [Annotation],
    remarks: &mut Remarks,
) -> Vec<&'a Annotation> {
    let mut found = Vec::new();
    for annotation in annotations {
        if annotation.invalid.is_some() {
            remarks.leave_out(&item.key, "structurally invalid, so it does not vote");
            continue;
        }
        match &annotation.shape {
            Shape::Box(_) | Shape::Mask(_) | Shape::Volume(_) | Shape::Classification { .. } => {
                found.push(annotation);
            }
            other => {
                let technique = other.technique();
                remarks.leave_out(&item.key, format!("there is no majority of `{technique}`"));
            }
        }
    }
    found
}

/// What all raters drew with one label.
struct LabelBallot<'a> {
    label: &'a str,
    /// By rater.
    drawn: Vec<Vec<&'a Annotation>>,
}

impl<'a> LabelBallot<'a> {
    fn of(label: &'a str, raters: &[Vec<&'a Annotation>]) -> Self {
        let of_rater = |rater: &Vec<&'a Annotation>| {
            let all = rater.iter().copied();
            all.filter(|annotation| annotation.label == label).collect()
        };
        Self {
            label,
            drawn: raters.iter().map(of_rater).collect(),
        }
    }

    fn annotation(&self, shape: Shape, semantic: bool, votes: String) -> Annotation {
        Annotation {
            source_id: String::new(),
            label: self.label.to_owned(),
            shape,
            attributes: BTreeMap::from([("votes".to_owned(), votes)]),
            confidence: None,
            finished_at_us: None,
            active_ms: None,
            semantic,
            invalid: None,
        }
    }

    fn boxes(&self) -> Result<Vec<Annotation>, ConsensusError> {
        let of_rater = |rater: &Vec<&Annotation>| -> Vec<Rect> {
            let rects = rater.iter().filter_map(|one| match one.shape {
                Shape::Box(rect) => Some(rect),
                _ => None,
            });
            rects.collect()
        };
        let boxes: Vec<Vec<Rect>> = self.drawn.iter().map(of_rater).collect();
        if boxes.iter().all(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let n_raters = boxes.len();
        let fused = fuse_boxes(&boxes, MIN_IOU, n_raters / 2 + 1)?;
        Ok(fused
            .accepted()
            .map(|fused| {
                let votes = format!("{} of {n_raters}", fused.n_votes());
                self.annotation(Shape::Box(fused.area), false, votes)
            })
            .collect())
    }

    fn mask(
        &self,
        item: &Item,
        remarks: &mut Remarks,
    ) -> Result<Option<Annotation>, ConsensusError> {
        let of_rater = |rater: &Vec<&'a Annotation>| -> Vec<&'a Mask> {
            let masks = rater.iter().filter_map(|one| match &one.shape {
                Shape::Mask(mask) => Some(mask),
                _ => None,
            });
            masks.collect()
        };
        let masks: Vec<Vec<&Mask>> = self.drawn.iter().map(of_rater).collect();
        let Some(first) = masks.iter().flatten().next() else {
            return Ok(None);
        };
        if masks
            .iter()
            .flatten()
            .any(|mask| mask.check_size(first).is_err())
        {
            remarks.leave_out(&item.key, "masks of several sizes have no majority");
            return Ok(None);
        }
        let empty = Mask::empty(first.width_px(), first.height_px())?;
        let united = masks
            .iter()
            .map(|masks| {
                masks
                    .iter()
                    .try_fold(empty.clone(), |all, mask| all.union(mask))
            })
            .collect::<Result<Vec<Mask>, _>>()?;
        let agreed = majority_mask(&united.iter().collect::<Vec<_>>())?.consensus;
        let votes = format!("{} raters", united.len());
        Ok((!agreed.is_empty()).then(|| self.annotation(Shape::Mask(agreed), true, votes)))
    }

    fn volume(
        &self,
        item: &Item,
        remarks: &mut Remarks,
    ) -> Result<Option<Annotation>, ConsensusError> {
        let mut volumes: Vec<Option<&Volume>> = Vec::new();
        let mut grids: BTreeSet<Option<&String>> = BTreeSet::new();
        for rater in &self.drawn {
            let mut of_rater = rater.iter().filter_map(|one| match &one.shape {
                Shape::Volume(volume) => Some((volume, one.attributes.get(GRID_ATTRIBUTE))),
                _ => None,
            });
            let first = of_rater.next();
            if of_rater.next().is_some() {
                remarks.leave_out(
                    &item.key,
                    "several volumes of one label and rater have no majority",
                );
                return Ok(None);
            }
            grids.extend(first.map(|(_, grid)| grid));
            volumes.push(first.map(|(volume, _)| volume));
        }
        let Some(first) = volumes.iter().flatten().copied().next() else {
            return Ok(None);
        };
        let same_grid = volumes
            .iter()
            .flatten()
            .all(|volume| volume.check_grid(first).is_ok());
        if !same_grid || grids.len() > 1 {
            remarks.leave_out(&item.key, "volumes on several grids have no majority");
            return Ok(None);
        }
        let (width, height) = (first.width_px(), first.height_px());
        let empty = Volume::new(width, height, first.axis(), Vec::new())?;
        let votes: Vec<&Volume> = volumes.iter().map(|one| one.unwrap_or(&empty)).collect();
        let agreed = majority_volume(&votes)?.consensus;
        if agreed.is_empty() {
            return Ok(None);
        }
        let n_votes = format!("{} raters", votes.len());
        let mut annotation = self.annotation(Shape::Volume(agreed), true, n_votes);
        if let Some(grid) = grids.into_iter().flatten().next() {
            annotation
                .attributes
                .insert(GRID_ATTRIBUTE.to_owned(), grid.clone());
            // Equal in words, so any rater's digits will do.
            let mut exact = self.drawn.iter().flatten().filter_map(|one| {
                let words = one.attributes.get(EXACT_GRID_ATTRIBUTE)?;
                Some((EXACT_GRID_ATTRIBUTE.to_owned(), words.clone()))
            });
            annotation.attributes.extend(exact.next());
        }
        Ok(Some(annotation))
    }
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
