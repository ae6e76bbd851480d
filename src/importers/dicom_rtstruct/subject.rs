//! What a region belongs to: its rater, the grid that it was drawn on, its item.

use super::Known;
use super::images::Images;
use super::regions::Region;
use super::stack::Stack;
use super::structure_set::{Drawing, Roi, StructureSet};
use crate::domain::{Annotation, Item};
use std::collections::BTreeSet;

/// Who drew a region.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rater {
    pub name: Option<String>,
    pub is_model: bool,
}

/// One region with what is needed to place it.
pub(super) struct Subject<'s> {
    pub number: i64,
    pub roi: &'s Roi,
    pub rater: Rater,
    pub stack: Option<&'s Stack>,
    /// The item of the whole series.
    pub series: Option<String>,
}

/// The stack that a region was drawn on, and the item of its series.
pub(super) fn stack_of<'a>(
    set: &StructureSet,
    images: &'a Images,
    roi: &Roi,
    drawing: &'a Drawing,
    known: &mut Known,
) -> (Option<&'a Stack>, Option<String>) {
    let space = roi.frame_of_reference.as_deref();
    let named = set.series_of(roi);
    let in_space = |stack: &&Stack| {
        let own = stack.frame_of_reference.as_deref();
        own.is_none() || space.is_none() || own == space
    };
    let mut found: Vec<&Stack> = Vec::new();
    for series in named {
        match images.of_series(&series.uid) {
            Some(Ok(stack)) => found.extend(Some(stack).filter(in_space)),
            Some(Err(why)) => {
                known.unusable.insert(why.to_owned());
            }
            None => {}
        }
    }
    if named.len() > 1 {
        let drawn_on: BTreeSet<&String> = drawing
            .contours
            .iter()
            .flatten()
            .flat_map(|contour| &contour.images)
            .collect();
        found.retain(|stack| drawn_on.iter().any(|image| stack.holds(image)));
    }
    let stack = match (&found[..], space) {
        ([one], _) => Some(*one),
        ([], Some(space)) if named.is_empty() => images.only_in(space),
        _ => None,
    };
    let only_series = match named {
        [one] => Some(one.uid.clone()),
        _ => None,
    };
    match stack {
        Some(stack) => (Some(stack), Some(stack.series.clone())),
        None => (
            drawing.stated_planes.as_ref(),
            only_series.or_else(|| roi.frame_of_reference.clone()),
        ),
    }
}

/// The item of a whole series.
pub(super) fn series_item(series: &str, stack: &Stack) -> Item {
    Item {
        key: series.to_owned(),
        study: stack.study.clone().unwrap_or_default(),
        width_px: Some(stack.plane.width_px),
        height_px: Some(stack.plane.height_px),
        n_slices: u32::try_from(stack.n_slices()).ok(),
        spacing_mm: Some(stack.spacing_mm()),
        modality: stack.modality.clone(),
        ..Item::default()
    }
}

/// Who drew a region: its interpreter, else a program where it was made automatically, else the operator.
pub(super) fn rater(set: &StructureSet, roi: &Roi) -> Rater {
    let is_model = roi.interpreter.is_none() && roi.is_automatic;
    let name = if is_model {
        Some(set.program.clone().unwrap_or_else(|| "model".to_owned()))
    } else {
        roi.interpreter.clone().or_else(|| set.operator.clone())
    };
    Rater { name, is_model }
}

/// An item whose pixels are millimetres of the patient.
pub(super) fn in_mm(key: String, z_mm: f64) -> Item {
    Item {
        key,
        spacing_mm: Some([z_mm, 1.0, 1.0]),
        ..Item::default()
    }
}

/// An annotation of a region; `part` tells its pieces apart.
pub(super) fn annotation(subject: &Subject, part: String, region: Region) -> Annotation {
    Annotation {
        source_id: format!("{}{part}", subject.number),
        label: subject.roi.label.clone(),
        shape: region.shape,
        attributes: subject.roi.attributes.clone(),
        confidence: None,
        finished_at_us: None,
        active_ms: None,
        semantic: true,
        invalid: region.invalid,
    }
}
