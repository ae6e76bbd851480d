//! The results of one annotation: regions with what belongs to them, and answers about the whole task.

use super::keypoints::keypoints;
use super::shapes::{Frame, RegionValue, drawn};
use super::texts::{Texts, offsets};
use crate::domain::{Annotation, Shape, SkipReason};
use crate::importers::json::{Members, member, members, text};
use crate::importers::structure;
use std::collections::{BTreeMap, HashSet};

/// Controls that ask about the whole task, or about a region when they share its id.
const QUESTIONS: &[&str] = &[
    "choices", "rating", "textarea", "taxonomy", "number", "datetime", "pairwise", "ranker",
];
const REGIONS: &[&str] = &[
    "rectanglelabels",
    "rectangle",
    "polygonlabels",
    "polygon",
    "ellipselabels",
    "ellipse",
    "brushlabels",
    "brush",
    "keypointlabels",
    "keypoint",
];

/// What the results of one annotation come to.
#[derive(Default)]
pub(super) struct Outcome {
    pub annotations: Vec<Annotation>,
    /// Index of the result, reason and detail.
    pub left_out: Vec<(usize, SkipReason, String)>,
    pub size_px: Option<(u32, u32)>,
    /// Spans whose text is not in the export.
    pub n_unsure_spans: u64,
}

/// How results are read.
pub(super) struct Settings<'a> {
    /// The task shows several images, so that no region has a place.
    pub several_images: bool,
    /// Scores are a model's confidence.
    pub is_model: bool,
    pub alpha_threshold: u8,
    /// The label for regions without one.
    pub label: Option<&'a str>,
    /// Where the annotation stands, for results without an id.
    pub place: &'a str,
    /// The texts of the task.
    pub texts: &'a Texts,
}

/// One result, taken apart.
pub(super) struct Piece {
    pub at: usize,
    pub id: String,
    pub kind: String,
    pub from_name: String,
    pub parent: Option<String>,
    pub value: RegionValue,
    pub frame: Option<Frame>,
    pub outer_rotation: Option<f64>,
    pub confidence: Option<f64>,
    pub origin: Option<String>,
    /// A stretch of sound, which has offsets like a text.
    pub is_sound: bool,
}

impl Piece {
    pub fn is_region(&self) -> bool {
        REGIONS.contains(&self.kind.as_str())
    }

    pub fn is_keypoint(&self) -> bool {
        self.kind.starts_with("keypoint")
    }

    pub fn frame(&self) -> Result<Frame, String> {
        self.frame.ok_or_else(|| {
            "needs `original_width` and `original_height` to turn percent into pixels".to_owned()
        })
    }
}

/// Reads the raw results of one annotation.
pub(super) fn read(raw: &[&[u8]], settings: &Settings) -> Outcome {
    let mut outcome = Outcome::default();
    let mut pieces = Vec::new();
    let mut region_ids = HashSet::new();
    for (at, raw) in raw.iter().enumerate() {
        match piece(at, raw, settings, &mut region_ids) {
            Ok(piece) => pieces.push(piece),
            Err((reason, detail)) => outcome.left_out.push((at, reason, detail)),
        }
    }
    outcome.size_px = pieces
        .iter()
        .find_map(|piece| piece.frame.map(|frame| (frame.width_px, frame.height_px)));
    let mut kept_ids = HashSet::new();
    for piece in pieces
        .iter()
        .filter(|piece| piece.is_region() && !piece.is_keypoint())
    {
        match region(piece, &pieces, settings) {
            Ok(annotations) => {
                kept_ids.insert(piece.id.as_str());
                outcome.annotations.extend(annotations);
            }
            Err(detail) => outcome
                .left_out
                .push((piece.at, SkipReason::InvalidRecord, detail)),
        }
    }
    keypoints(&pieces, settings, &mut kept_ids, &mut outcome);
    spans(&pieces, settings, &mut kept_ids, &mut outcome);
    let is_rest = |piece: &&Piece| !piece.is_region() && offsets(piece).is_none();
    for piece in pieces.iter().filter(is_rest) {
        if region_ids.contains(&piece.id) {
            if !kept_ids.contains(piece.id.as_str()) {
                let detail = "belongs to a region that is not read".to_owned();
                outcome
                    .left_out
                    .push((piece.at, SkipReason::Unsupported, detail));
            }
        } else {
            match answers(piece) {
                Ok(annotations) => outcome.annotations.extend(annotations),
                Err(detail) => outcome
                    .left_out
                    .push((piece.at, SkipReason::InvalidRecord, detail)),
            }
        }
    }
    outcome
}

fn piece(
    at: usize,
    raw: &[u8],
    settings: &Settings,
    region_ids: &mut HashSet<String>,
) -> Result<Piece, (SkipReason, String)> {
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    let members = members(raw).map_err(invalid)?;
    let word = |name: &str| {
        member(&members, name)
            .and_then(text)
            .map(|text| text.into_owned())
    };
    let kind = word("type").ok_or_else(|| invalid("has no `type`".to_owned()))?;
    let id = identity(&members, "id").unwrap_or_else(|| format!("{}.result[{at}]", settings.place));
    let is_region = REGIONS.contains(&kind.as_str());
    if !QUESTIONS.contains(&kind.as_str()) {
        region_ids.insert(id.clone());
    }
    if !is_region && !matches!(kind.as_str(), "choices" | "rating" | "labels") {
        return Err((
            SkipReason::Unsupported,
            "results of this type are not read".to_owned(),
        ));
    }
    if is_region && settings.several_images {
        let detail =
            "lies on one of several images of its task, which are not told apart".to_owned();
        return Err((SkipReason::Unsupported, detail));
    }
    let number = |name: &str| number(&members, name);
    if is_region
        && number("image_rotation")
            .map_err(invalid)?
            .is_some_and(|turn| turn != 0.0)
    {
        let detail =
            "was drawn on a turned image; turn it back in the tool and export again".to_owned();
        return Err((SkipReason::Unsupported, detail));
    }
    let side = |name: &str| -> Result<Option<u32>, (SkipReason, String)> {
        Ok(number(name)
            .map_err(invalid)?
            .filter(|side| *side >= 1.0 && side.fract() == 0.0 && *side <= f64::from(u32::MAX))
            .map(|side| side as u32))
    };
    let frame = side("original_width")?.zip(side("original_height")?);
    Ok(Piece {
        at,
        value: RegionValue::read(&members).map_err(invalid)?,
        frame: frame.map(|(width_px, height_px)| Frame {
            width_px,
            height_px,
        }),
        outer_rotation: number("rotation").map_err(invalid)?,
        confidence: number("score")
            .map_err(invalid)?
            .filter(|score| settings.is_model && (0.0..=1.0).contains(score)),
        from_name: word("from_name").unwrap_or_default(),
        parent: identity(&members, "parentID"),
        origin: word("origin").filter(|origin| origin != "manual"),
        is_sound: member(&members, "original_length").is_some(),
        id,
        kind,
    })
}

/// An id, which may be a text or a number.
pub(super) fn identity(members: &Members, name: &str) -> Option<String> {
    let raw = member(members, name)?;
    match text(raw) {
        Some(text) => Some(text.into_owned()),
        None => serde_json::from_slice::<i64>(raw)
            .ok()
            .map(|number| number.to_string()),
    }
}

/// A number that may be missing or null.
pub(super) fn number(members: &Members, name: &str) -> Result<Option<f64>, String> {
    member(members, name)
        .map(|raw| {
            serde_json::from_slice(raw)
                .map_err(|_| format!("`{name}` does not hold a finite number"))
        })
        .transpose()
}

fn region(piece: &Piece, pieces: &[Piece], settings: &Settings) -> Result<Vec<Annotation>, String> {
    let frame = piece.frame()?;
    let (shape, fault) = drawn(
        &piece.kind,
        &piece.value,
        piece.outer_rotation,
        frame,
        settings.alpha_threshold,
    )?;
    let invalid =
        fault.or_else(|| structure::invalid(&shape, Some((frame.width_px, frame.height_px))));
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
    pieces: &[Piece],
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
    pieces: &'a [Piece],
    settings: &Settings,
    kept_ids: &mut HashSet<&'a str>,
    outcome: &mut Outcome,
) {
    for piece in pieces {
        let Some(offsets) = offsets(piece) else {
            continue;
        };
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
                outcome.annotations.extend(drawn);
            }
            Err(detail) => outcome
                .left_out
                .push((piece.at, SkipReason::InvalidRecord, detail)),
        }
    }
}

/// A region's labels: its own, else those of a `labels` control with its id, else the options'.
pub(super) fn labels(piece: &Piece, pieces: &[Piece], settings: &Settings) -> Vec<String> {
    let own = piece.value.labels();
    let found = if own.is_empty() {
        pieces
            .iter()
            .filter(|other| other.kind == "labels" && other.id == piece.id)
            .map(|other| other.value.labels())
            .find(|labels| !labels.is_empty())
            .unwrap_or_default()
    } else {
        own
    };
    if found.is_empty() {
        return settings.label.map(str::to_owned).into_iter().collect();
    }
    found.to_vec()
}

/// What was asked about this region alone.
pub(super) fn attributes(piece: &Piece, pieces: &[Piece]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if let Some(origin) = &piece.origin {
        found.insert("origin".to_owned(), origin.clone());
    }
    for other in pieces.iter().filter(|other| other.id == piece.id) {
        let value = match (&other.value.choices, other.value.rating) {
            (Some(choices), _) => choices.join(", "),
            (None, Some(rating)) => rating.to_string(),
            (None, None) => continue,
        };
        found.insert(other.from_name.clone(), value);
    }
    found
}

fn answers(piece: &Piece) -> Result<Vec<Annotation>, String> {
    let question = piece.from_name.clone();
    let plain = |index: Option<usize>, label: String, shape: Shape| Annotation {
        source_id: index.map_or_else(|| piece.id.clone(), |index| format!("{}#{index}", piece.id)),
        label,
        shape,
        attributes: BTreeMap::new(),
        confidence: piece.confidence,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
        invalid: None,
    };
    match (&piece.value.choices, piece.value.rating) {
        (Some(choices), _) if choices.is_empty() => Err("`choices` names no choice".to_owned()),
        (Some(choices), _) => Ok(choices
            .iter()
            .enumerate()
            .map(|(index, value)| {
                let shape = Shape::Classification {
                    question: question.clone(),
                    value: value.clone(),
                };
                plain((choices.len() > 1).then_some(index), value.clone(), shape)
            })
            .collect()),
        (None, Some(rank)) => Ok(vec![plain(
            None,
            question.clone(),
            Shape::Ordinal { question, rank },
        )]),
        (None, None) => Err(format!("`value` has no `{}`", piece.kind)),
    }
}
