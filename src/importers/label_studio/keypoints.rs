//! Keypoints, which Label Studio exports one by one, gathered into sets.

use super::kinds::is_region;
use super::pieces::{Piece, Pieces};
use super::results::{Outcome, Settings, attributes, labels};
use super::shapes::{drawn, needed};
use crate::domain::{Annotation, Keypoint, Shape, Visibility};
use crate::importers::structure;
use std::collections::{HashMap, HashSet};

/// Points of one parent region, else of one control, are one set of named points; where a name occurs twice
/// they are separate things, and each stands for itself.
pub(super) fn keypoints<'a>(
    pieces: &'a Pieces,
    settings: &Settings,
    kept_ids: &mut HashSet<&'a str>,
    outcome: &mut Outcome,
) {
    let mut groups: Vec<(&str, Vec<(&Piece, Keypoint)>)> = Vec::new();
    let mut places: HashMap<(Option<usize>, &str), usize> = HashMap::new();
    for piece in pieces.all.iter().filter(|piece| piece.is_keypoint()) {
        if pieces.is_further_word(piece) {
            continue;
        }
        let point = match point(piece, pieces, settings) {
            Ok(point) => point,
            Err(detail) => {
                outcome.left_out.push(piece.left_out(detail));
                continue;
            }
        };
        kept_ids.insert(&piece.id);
        let group = piece.parent.as_deref().unwrap_or(&piece.from_name);
        let place = *places.entry((piece.page, group)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, points)) => points.push((piece, point)),
            None => groups.push((group, vec![(piece, point)])),
        }
    }
    for (name, points) in groups {
        let names: HashSet<&str> = points
            .iter()
            .map(|(_, point)| point.name.as_str())
            .collect();
        let parent = pieces
            .of_id(name)
            .find(|piece| is_region(&piece.kind) && !piece.is_keypoint());
        if names.len() < points.len() || (points.len() == 1 && parent.is_none()) {
            for (piece, point) in points {
                let label = point.name.clone();
                let alone = point_set(piece, label, vec![point], pieces, None);
                outcome.annotations.push((piece.page, alone));
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
        let set = point_set(first, label, set, pieces, area);
        outcome.annotations.push((first.page, set));
    }
}

fn point_set(
    piece: &Piece,
    label: String,
    points: Vec<Keypoint>,
    pieces: &Pieces,
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

fn point(piece: &Piece, pieces: &Pieces, settings: &Settings) -> Result<Keypoint, String> {
    let frame = piece.frame()?;
    let name = labels(piece, pieces, settings)
        .into_iter()
        .next()
        .ok_or("has no label")?;
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
    let (shape, fault) = drawn(
        &parent.kind,
        &parent.value,
        parent.outer_rotation,
        frame,
        &settings.masks,
    )
    .ok()?;
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
