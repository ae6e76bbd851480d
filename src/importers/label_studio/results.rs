//! The results of one annotation: regions with what belongs to them, and answers about the whole task.

use super::answers::{answers, in_words};
use super::keypoints::keypoints;
use super::kinds::{drawn_kind, is_question, is_region};
use super::pages::Pages;
use super::pieces::{LeftOut, Piece, Pieces, piece};
use super::shapes::{MaskRules, drawn};
use super::texts::{Texts, offsets};
use super::video;
use crate::domain::{Annotation, Shape, SkipReason};
use crate::importers::structure;
use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};

/// What the results of one annotation come to.
#[derive(Default)]
pub(super) struct Outcome {
    /// With the image that each lies on; `None` for what is about the whole task.
    pub annotations: Vec<(Option<usize>, Annotation)>,
    pub left_out: Vec<LeftOut>,
    /// Spans whose text is not in the export.
    pub n_unsure_spans: u64,
    /// Scores that are no confidence between 0 and 1.
    pub n_scores_outside: u64,
}

/// How results are read.
pub(super) struct Settings<'a> {
    pub pages: &'a Pages,
    /// Sizes of the images, for results that do not state their own.
    pub sizes: &'a [Option<(u32, u32)>],
    /// Scores are a model's confidence; the prediction's own stands for results without one.
    pub score: Option<Option<f64>>,
    pub masks: MaskRules,
    /// Shapes that tracks may still take.
    pub shapes_left: Cell<u64>,
    /// The label for regions without one.
    pub label: Option<&'a str>,
    /// Where the annotation stands, for results without an id.
    pub place: &'a str,
    /// The texts of the task.
    pub texts: &'a Texts<'a>,
}

/// Reads the raw results of one annotation.
pub(super) fn read(raw: &[&[u8]], settings: &Settings) -> Outcome {
    let mut outcome = Outcome::default();
    let mut pieces = Vec::new();
    let mut region_ids = HashSet::new();
    for (at, raw) in raw.iter().enumerate() {
        match piece(at, raw, settings, &mut region_ids, &mut outcome) {
            Ok(piece) => pieces.push(piece),
            Err(left_out) => outcome.left_out.push(left_out),
        }
    }
    let pieces = Pieces::new(pieces);
    let mut kept_ids = HashSet::new();
    for piece in &pieces.all {
        if !is_region(&piece.kind) || piece.is_keypoint() || pieces.is_further_word(piece) {
            continue;
        }
        match region(piece, &pieces, settings) {
            Ok(annotations) => {
                kept_ids.insert(piece.id.as_str());
                let kept = annotations.into_iter().map(|one| (piece.page, one));
                outcome.annotations.extend(kept);
            }
            Err(detail) => outcome.left_out.push(piece.left_out(detail)),
        }
    }
    keypoints(&pieces, settings, &mut kept_ids, &mut outcome);
    spans(&pieces, settings, &mut kept_ids, &mut outcome);
    for piece in pieces.all.iter().filter(|piece| !piece.is_place()) {
        if region_ids.contains(&piece.id) {
            if !kept_ids.contains(piece.id.as_str()) {
                outcome.left_out.push(LeftOut {
                    reason: SkipReason::Unsupported,
                    ..piece.left_out("belongs to a region that is not read".to_owned())
                });
            }
            continue;
        }
        match answers(piece) {
            Ok(annotations) => {
                let kept = annotations.into_iter().map(|one| (piece.page, one));
                outcome.annotations.extend(kept);
            }
            Err(detail) => outcome.left_out.push(piece.left_out(detail)),
        }
    }
    outcome
}

fn region(piece: &Piece, pieces: &Pieces, settings: &Settings) -> Result<Vec<Annotation>, String> {
    let frame = piece.frame()?;
    let (shape, fault) = if drawn_kind(&piece.kind) == "videorectangle" {
        let mut n_left = settings.shapes_left.get();
        let (track, fault) = video::track(&piece.value, frame, &mut n_left)?;
        settings.shapes_left.set(n_left);
        (Shape::Track(track), fault)
    } else {
        let turn = piece.outer_rotation;
        drawn(&piece.kind, &piece.value, turn, frame, &settings.masks)?
    };
    let size = (frame.width_px, frame.height_px);
    let invalid = fault.or_else(|| structure::invalid(&shape, Some(size)));
    let labels = labels(piece, pieces, settings);
    if labels.is_empty() {
        return Err("has no label".to_owned());
    }
    Ok(annotations_of(
        piece,
        pieces,
        labels,
        &shape,
        invalid.as_ref(),
    ))
}

/// One annotation for each label of a region.
fn annotations_of(
    piece: &Piece,
    pieces: &Pieces,
    labels: Vec<String>,
    shape: &Shape,
    invalid: Option<&String>,
) -> Vec<Annotation> {
    let several = labels.len() > 1;
    labels
        .into_iter()
        .enumerate()
        .map(|(index, label)| Annotation {
            source_id: if several {
                format!("{}#{index}", piece.id)
            } else {
                piece.id.clone()
            },
            label,
            shape: shape.clone(),
            attributes: attributes(piece, pieces),
            confidence: piece.confidence,
            finished_at_us: None,
            active_ms: None,
            semantic: false,
            invalid: invalid.cloned(),
        })
        .collect()
}

/// Spans of text, each with its labels and what was asked about it.
fn spans<'a>(
    pieces: &'a Pieces,
    settings: &Settings,
    kept_ids: &mut HashSet<&'a str>,
    outcome: &mut Outcome,
) {
    for piece in &pieces.all {
        let Some(offsets) = offsets(piece) else {
            continue;
        };
        if pieces.is_further_word(piece) {
            continue;
        }
        let quoted = piece.value.text.as_ref().and_then(|text| text.as_str());
        let located = offsets.and_then(|(start, end)| settings.texts.locate(start, end, quoted));
        let labels = labels(piece, pieces, settings);
        let located = match located {
            Ok(_) if labels.is_empty() => Err("has no label".to_owned()),
            located => located,
        };
        match located {
            Ok(located) => {
                kept_ids.insert(piece.id.as_str());
                outcome.n_unsure_spans += u64::from(!located.is_sure);
                let shape = Shape::TextSpan(located.span);
                let invalid = located.invalid.or_else(|| structure::invalid(&shape, None));
                let drawn = annotations_of(piece, pieces, labels, &shape, invalid.as_ref());
                let drawn = drawn.into_iter().map(|one| (piece.page, one));
                outcome.annotations.extend(drawn);
            }
            Err(detail) => outcome.left_out.push(piece.left_out(detail)),
        }
    }
}

/// The result that names a region's labels: the region itself, else the first `labels` control with its id.
fn labelled_by<'p>(piece: &'p Piece, pieces: &'p Pieces) -> Option<&'p Piece> {
    if !piece.value.labels().is_empty() {
        return Some(piece);
    }
    pieces
        .of_id(&piece.id)
        .filter(|other| other.kind == "labels" || other.value.is_at(&piece.value))
        .find(|other| !is_question(&other.kind) && !other.value.labels().is_empty())
}

/// A region's labels: its own, else those of a further control with its id, else the options'.
pub(super) fn labels(piece: &Piece, pieces: &Pieces, settings: &Settings) -> Vec<String> {
    match labelled_by(piece, pieces) {
        Some(found) => found.value.labels().to_vec(),
        None => settings.label.map(str::to_owned).into_iter().collect(),
    }
}

/// What was asked about this region alone, and what further controls call it.
pub(super) fn attributes(piece: &Piece, pieces: &Pieces) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if let Some(source) = &piece.source {
        found.insert("source".to_owned(), source.clone());
    }
    let named_at = labelled_by(piece, pieces).map(|by| by.at);
    for other in pieces.of_id(&piece.id).filter(|other| other.at != piece.at) {
        let said = if is_question(&other.kind) {
            in_words(other)
        } else if Some(other.at) != named_at && other.value.is_at(&piece.value) {
            let labels = other.value.labels();
            (!labels.is_empty()).then(|| labels.join(", "))
        } else {
            None
        };
        if let Some(said) = said {
            found.insert(other.from_name.clone(), said);
        }
    }
    found
}
