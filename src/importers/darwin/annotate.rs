//! One annotation into a reading.

use super::headers::Header;
use super::slots::{ItemRead, Slot};
use crate::domain::{GRID_ATTRIBUTE, Item, ReadingState, Role, Shape};
use crate::importers::drawn::{Drawn, annotation};
use crate::importers::{Context, ImportError, Placement, Sink};

/// Where a slot's annotations go.
pub(super) fn placed(
    context: &Context,
    file: &str,
    item: &ItemRead,
    slot: &Slot,
) -> Result<(Placement, Item), ImportError> {
    let mut placement = if slot.is_series {
        context.place_item(file, &item.name, slot.image.clone())?
    } else {
        context.place(file, &slot.image)?
    };
    if let (Some((_, pane)), false) = (slot.image.rsplit_once('/'), slot.is_series) {
        // Several panes of one name: the item's key, and the pane's behind it.
        let base = context.place(file, &item.name)?;
        placement.item = format!("{}/{pane}", base.item);
        placement.study = base.study;
    }
    let mut read = placement.to_item();
    read.image_name = Some(item.name.clone());
    if let Some((width, height)) = slot.size_px {
        read.width_px = Some(width);
        read.height_px = Some(height);
    }
    if slot.is_volume {
        read.n_slices = Some(slot.n_frames);
    }
    read.spacing_mm = slot.spacing_mm.or(read.spacing_mm);
    Ok((placement, read))
}

/// Keeps one shape with its header.
pub(super) fn keep(
    sink: &mut dyn Sink,
    (placement, item): &(Placement, Item),
    file: &str,
    header: &Header,
    slot: &Slot,
    drawn: Drawn,
) -> Result<(), ImportError> {
    let key = placement.reading_key(header.rater.as_deref());
    let mut reading = placement.to_reading(key.clone(), ReadingState::Annotated, file);
    if header.is_model {
        reading.role = Role::Model;
    }
    let mut kept = annotation(header.id.clone(), &header.label, drawn, slot.size_px);
    kept.attributes.clone_from(&header.attributes);
    kept.confidence = header.confidence.filter(|_| header.is_model);
    if let (Shape::Volume(_), Some(grid)) = (&kept.shape, &slot.grid) {
        kept.attributes
            .insert(GRID_ATTRIBUTE.to_owned(), grid.clone());
    }
    sink.item(item.clone())?;
    sink.reading(reading)?;
    Ok(sink.annotation(&key, kept)?)
}
