//! The outlines of every rater on one item, over its image where there is one.

use super::PipelineError;
use crate::domain::{Protocol, Shape};
use crate::reports::figures::Naming;
use crate::reports::figures::outline::{RaterShapes, drawing};
use crate::reports::figures::overlay::{Frame, overlay_svg};
use crate::store::{Store, StoredItem};
use std::collections::BTreeMap;

/// A picture, and what it shows or why there is none.
#[derive(Clone, Debug, Default)]
pub struct ItemOverlay {
    pub svg: Option<String>,
    pub note: Option<String>,
}

/// Draws the shapes of all raters (of one protocol label, where given).
///
/// # Errors
/// What the store raises.
pub fn item_overlay(
    store: &Store,
    protocol: &Protocol,
    stored: &StoredItem,
    label: Option<&str>,
) -> Result<ItemOverlay, PipelineError> {
    let mut by_rater: BTreeMap<String, Vec<&Shape>> = BTreeMap::new();
    for reading in &stored.readings {
        let key = &reading.reading.key;
        let name = match reading.reading.reference {
            Some(kind) => format!("{} ({kind})", key.rater),
            None => key.rater.clone(),
        };
        for (_, annotation) in &reading.annotations {
            let wanted =
                label.is_none_or(|label| protocol.canonical_label(&annotation.label) == label);
            let drawn = !matches!(
                annotation.shape,
                Shape::Classification { .. } | Shape::Ordinal { .. }
            );
            if wanted && drawn {
                by_rater
                    .entry(name.clone())
                    .or_default()
                    .push(&annotation.shape);
            }
        }
    }
    if by_rater.is_empty() {
        return Ok(ItemOverlay {
            svg: None,
            note: Some("nothing was drawn on this item".to_owned()),
        });
    }
    let raters: Vec<RaterShapes<'_>> = by_rater
        .iter()
        .enumerate()
        .map(|(colour, (rater, shapes))| RaterShapes {
            rater,
            colour,
            shapes,
        })
        .collect();
    let drawn = drawing(&raters);
    let image = store.item_image(stored.id)?;
    let item = &stored.item;
    let (width_px, height_px) = match (item.width_px, item.height_px) {
        (Some(width), Some(height)) => (width, height),
        _ => grid(&by_rater).unwrap_or((512, 512)),
    };
    let frame = Frame {
        width_px,
        height_px,
        spacing_yx_mm: item
            .spacing_mm
            .map(|[_, y, x]| [y, x])
            .filter(|[y, x]| *y > 0.0 && *x > 0.0),
    };
    let id = format!("item-{}-{}", stored.id, label.unwrap_or("all"));
    let title = format!("Outlines on {}", item.key);
    let description = format!("Outlines of {} raters on item {}", raters.len(), item.key);
    // An image of another size than the item is no image of it, or of a stack of its slices.
    let fitting = image.filter(|image| (image.width_px, image.height_px) == (width_px, height_px));
    Ok(ItemOverlay {
        svg: Some(overlay_svg(
            Naming {
                id: &id,
                title: &title,
                description: &description,
            },
            &frame,
            fitting.as_ref().map(|image| image.png.as_slice()),
            &drawn.outlines,
        )),
        note: drawn.note,
    })
}

fn grid(by_rater: &BTreeMap<String, Vec<&Shape>>) -> Option<(u32, u32)> {
    by_rater.values().flatten().find_map(|shape| match shape {
        Shape::Mask(mask) => Some((mask.width_px(), mask.height_px())),
        Shape::Volume(volume) => Some((volume.width_px(), volume.height_px())),
        _ => None,
    })
}
