//! The results of one annotation: regions with what belongs to them, and answers about the whole task.

use super::shapes::{Frame, RegionValue, drawn, needed};
use crate::domain::{Annotation, Keypoint, Shape, SkipReason, Visibility};
use crate::importers::json::{Members, member, members, text};
use crate::importers::structure;
use std::collections::{BTreeMap, HashSet};

/// Controls that ask about the whole task, or about a region when they share its id.
const QUESTIONS: &[&str] = &[
    "choices", "rating", "textarea", "taxonomy", "number", "datetime", "pairwise", "ranker",
];
const REGIONS: &[&str] = &[
    "rectanglelabels", "rectangle", "polygonlabels", "polygon", "ellipselabels", "ellipse", "brushlabels",
    "brush", "keypointlabels", "keypoint",
];

/// What the results of one annotation come to.
#[derive(Default)]
pub(super) struct Outcome {
    pub annotations: Vec<Annotation>,
    /// Index of the result, reason and detail.
    pub left_out: Vec<(usize, SkipReason, String)>,
    pub size_px: Option<(u32, u32)>,
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
}

struct Piece {
    at: usize,
    id: String,
    kind: String,
    from_name: String,
    parent: Option<String>,
    value: RegionValue,
    frame: Option<Frame>,
    outer_rotation: Option<f64>,
    confidence: Option<f64>,
    origin: Option<String>,
}

impl Piece {
    fn is_region(&self) -> bool {
        REGIONS.contains(&self.kind.as_str())
    }

    fn is_keypoint(&self) -> bool {
        self.kind.starts_with("keypoint")
    }

    fn frame(&self) -> Result<Frame, String> {
        self.frame
            .ok_or_else(|| "needs `original_width` and `original_height` to turn percent into pixels".to_owned())
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
    for piece in pieces.iter().filter(|piece| piece.is_region() && !piece.is_keypoint()) {
        match region(piece, &pieces, settings) {
            Ok(annotations) => {
                kept_ids.insert(piece.id.as_str());
                outcome.annotations.extend(annotations);
            }
            Err(detail) => outcome.left_out.push((piece.at, SkipReason::InvalidRecord, detail)),
        }
    }
    keypoints(&pieces, settings, &mut kept_ids, &mut outcome);
    for piece in pieces.iter().filter(|piece| !piece.is_region()) {
        if region_ids.contains(&piece.id) {
            if !kept_ids.contains(piece.id.as_str()) {
                let detail = "belongs to a region that is not read".to_owned();
                outcome.left_out.push((piece.at, SkipReason::Unsupported, detail));
            }
        } else {
            match answers(piece) {
                Ok(annotations) => outcome.annotations.extend(annotations),
                Err(detail) => outcome.left_out.push((piece.at, SkipReason::InvalidRecord, detail)),
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
    let word = |name: &str| member(&members, name).and_then(text).map(|text| text.into_owned());
    let kind = word("type").ok_or_else(|| invalid("has no `type`".to_owned()))?;
    let id = identity(&members, "id").unwrap_or_else(|| format!("{}.result[{at}]", settings.place));
    let is_region = REGIONS.contains(&kind.as_str());
    if !QUESTIONS.contains(&kind.as_str()) {
        region_ids.insert(id.clone());
    }
    if !is_region && !matches!(kind.as_str(), "choices" | "rating" | "labels") {
        return Err((SkipReason::Unsupported, "results of this type are not read".to_owned()));
    }
    if is_region && settings.several_images {
        let detail = "lies on one of several images of its task, which are not told apart".to_owned();
        return Err((SkipReason::Unsupported, detail));
    }
    let number = |name: &str| number(&members, name);
    if is_region && number("image_rotation").map_err(invalid)?.is_some_and(|turn| turn != 0.0) {
        let detail = "was drawn on a turned image; turn it back in the tool and export again".to_owned();
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
        frame: frame.map(|(width_px, height_px)| Frame { width_px, height_px }),
        outer_rotation: number("rotation").map_err(invalid)?,
        confidence: number("score")
            .map_err(invalid)?
            .filter(|score| settings.is_model && (0.0..=1.0).contains(score)),
        from_name: word("from_name").unwrap_or_default(),
        parent: identity(&members, "parentID"),
        origin: word("origin").filter(|origin| origin != "manual"),
        id,
        kind,
    })
}

/// An id, which may be a text or a number.
pub(super) fn identity(members: &Members, name: &str) -> Option<String> {
    let raw = member(members, name)?;
    match text(raw) {
        Some(text) => Some(text.into_owned()),
        None => serde_json::from_slice::<i64>(raw).ok().map(|number| number.to_string()),
    }
}

/// A number that may be missing or null.
pub(super) fn number(members: &Members, name: &str) -> Result<Option<f64>, String> {
    member(members, name)
        .map(|raw| {
            serde_json::from_slice(raw).map_err(|_| format!("`{name}` does not hold a finite number"))
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
    let invalid = fault.or_else(|| structure::invalid(&shape, Some((frame.width_px, frame.height_px))));
    let labels = labels(piece, pieces, settings);
    if labels.is_empty() {
        return Err("has no label".to_owned());
    }
    let several = labels.len() > 1;
    Ok(labels
        .into_iter()
        .enumerate()
        .map(|(index, label)| Annotation {
            source_id: if several { format!("{}#{index}", piece.id) } else { piece.id.clone() },
            label,
            shape: shape.clone(),
            attributes: attributes(piece, pieces),
            confidence: piece.confidence,
            finished_at_us: None,
            active_ms: None,
            semantic: false,
            invalid: invalid.clone(),
        })
        .collect())
}

/// A region's labels: its own, else those of a `labels` control with its id, else the options'.
fn labels(piece: &Piece, pieces: &[Piece], settings: &Settings) -> Vec<String> {
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
fn attributes(piece: &Piece, pieces: &[Piece]) -> BTreeMap<String, String> {
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

/// Points of one parent region, else of one control, are one set of named points; where a name occurs twice
/// they are separate things, and each stands for itself.
fn keypoints<'a>(
    pieces: &'a [Piece],
    settings: &Settings,
    kept_ids: &mut HashSet<&'a str>,
    outcome: &mut Outcome,
) {
    let mut groups: Vec<(&str, Vec<(&Piece, Keypoint)>)> = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.is_keypoint()) {
        let point = match point(piece, pieces, settings) {
            Ok(point) => point,
            Err(detail) => {
                outcome.left_out.push((piece.at, SkipReason::InvalidRecord, detail));
                continue;
            }
        };
        kept_ids.insert(&piece.id);
        let group = piece.parent.as_deref().unwrap_or(&piece.from_name);
        match groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, points)) => points.push((piece, point)),
            None => groups.push((group, vec![(piece, point)])),
        }
    }
    for (name, points) in groups {
        let names: HashSet<&str> = points.iter().map(|(_, point)| point.name.as_str()).collect();
        let parent = pieces
            .iter()
            .find(|piece| piece.id == name && piece.is_region() && !piece.is_keypoint());
        if names.len() < points.len() || (points.len() == 1 && parent.is_none()) {
            for (piece, point) in points {
                let label = point.name.clone();
                outcome.annotations.push(point_set(piece, label, vec![point], pieces, None));
            }
            continue;
        }
        let label = parent
            .and_then(|parent| labels(parent, pieces, settings).into_iter().next())
            .unwrap_or_else(|| name.to_owned());
        let Some((first, _)) = points.first() else {
            continue;
        };
        let first = *first;
        let set = points.into_iter().map(|(_, point)| point).collect();
        let area = parent.and_then(|parent| parent_area_px2(parent, settings));
        outcome.annotations.push(point_set(first, label, set, pieces, area));
    }
}

fn point_set(
    piece: &Piece,
    label: String,
    points: Vec<Keypoint>,
    pieces: &[Piece],
    area_px2: Option<f64>,
) -> Annotation {
    let shape = Shape::Keypoints(points);
    let size_px = piece.frame.map(|frame| (frame.width_px, frame.height_px));
    let mut attributes = attributes(piece, pieces);
    if let Some(area) = area_px2 {
        attributes.insert("area_px2".to_owned(), area.to_string());
    }
    Annotation {
        source_id: piece.id.clone(),
        label,
        invalid: structure::invalid(&shape, size_px),
        shape,
        attributes,
        confidence: piece.confidence,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
    }
}

fn point(piece: &Piece, pieces: &[Piece], settings: &Settings) -> Result<Keypoint, String> {
    let frame = piece.frame()?;
    let name = labels(piece, pieces, settings).into_iter().next().ok_or("has no label")?;
    Ok(Keypoint {
        name,
        x_px: frame.x_px(needed(piece.value.x, "x")?),
        y_px: frame.y_px(needed(piece.value.y, "y")?),
        z_mm: None,
        visibility: Visibility::Visible,
    })
}

/// The size of the region that points belong to, which similarity of keypoints is scaled by.
fn parent_area_px2(parent: &Piece, settings: &Settings) -> Option<f64> {
    let frame = parent.frame?;
    let (shape, fault) =
        drawn(&parent.kind, &parent.value, parent.outer_rotation, frame, settings.alpha_threshold).ok()?;
    let area = match (&shape, fault) {
        (Shape::Box(rect), None) => rect.area_px2(),
        (Shape::RotatedBox(rect), None) => rect.area_px2(),
        (Shape::Ellipse(ellipse), None) => ellipse.area_px2(),
        (Shape::Polygon(polygon), None) => polygon.area_px2(),
        (Shape::Mask(mask), None) => mask.area_px() as f64,
        _ => return None,
    };
    (area > 0.0).then_some(area)
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
        (None, Some(rank)) => Ok(vec![plain(None, question.clone(), Shape::Ordinal { question, rank })]),
        (None, None) => Err(format!("`value` has no `{}`", piece.kind)),
    }
}
