//! What one row says.

use super::cells::Cells;
use super::shapes::shape;
use crate::domain::{Annotation, Item, Reading, ReadingKey, Review};
use crate::importers::Limits;

/// An item, one of its readings, and one annotation of that.
pub(super) struct Row {
    pub item: Item,
    pub reading: Option<Reading>,
    pub annotation: Option<Annotation>,
}

/// Reads a row.
pub(super) fn row(cells: &Cells, limits: &Limits) -> Result<Row, String> {
    let item = item(cells)?;
    let Some(rater) = cells.owned("rater")? else {
        let is_reading = cells.text("state")?.is_some() || cells.text("shape")?.is_some();
        if is_reading {
            return Err("has no `rater`".to_owned());
        }
        return Ok(Row {
            item,
            reading: None,
            annotation: None,
        });
    };
    let reading = reading(cells, &item, rater)?;
    let annotation = match cells.text("shape")? {
        Some(shape) => Some(annotation(cells, shape, limits)?),
        None => None,
    };
    Ok(Row {
        item,
        reading: Some(reading),
        annotation,
    })
}

fn item(cells: &Cells) -> Result<Item, String> {
    let spacing = [
        cells.fraction("spacing_z_mm")?,
        cells.fraction("spacing_y_mm")?,
        cells.fraction("spacing_x_mm")?,
    ];
    let spacing_mm = match spacing {
        [Some(z), Some(y), Some(x)] if z >= 0.0 && y > 0.0 && x > 0.0 => Some([z, y, x]),
        [None, None, None] => None,
        _ => return Err("the spacing is not three positive numbers".to_owned()),
    };
    Ok(Item {
        key: cells.needed("item")?,
        study: cells.needed("study")?,
        width_px: cells.size("width_px")?,
        height_px: cells.size("height_px")?,
        n_slices: cells.size("n_slices")?,
        spacing_mm,
        modality: cells.owned("modality")?,
        site: cells.owned("site")?,
        image_name: cells.owned("image_name")?,
    })
}

fn reading(cells: &Cells, item: &Item, rater: String) -> Result<Reading, String> {
    let key = ReadingKey {
        item: item.key.clone(),
        rater,
        stage: cells.needed_word("stage")?,
        session: cells.owned("session")?.unwrap_or_default(),
        layer: cells.needed("layer")?,
    };
    let review = match cells.word("review")? {
        Some(outcome) => Some(Review {
            outcome,
            reviewer: cells.owned("reviewer")?,
            at_us: cells.whole("reviewed_at_us")?,
        }),
        None => None,
    };
    Ok(Reading {
        role: cells.needed_word("role")?,
        reference: cells.word("reference")?,
        state: cells.needed_word("state")?,
        finished_at_us: cells.whole("finished_at_us")?,
        active_ms: cells.whole("active_ms")?,
        review,
        source_convention: cells.owned("source_convention")?.unwrap_or_default(),
        source_file: cells.owned("source_file")?.unwrap_or_default(),
        key,
    })
}

fn annotation(cells: &Cells, text: &str, limits: &Limits) -> Result<Annotation, String> {
    let attributes = match cells.text("attributes")? {
        // The messages of the reader of JSON could hold what stands in the file.
        Some(text) => serde_json::from_str(text)
            .map_err(|_| "`attributes` is not what Concord writes".to_owned())?,
        None => Default::default(),
    };
    let shape = shape(text, limits)?;
    if cells.text("technique")? != Some(shape.technique().as_str()) {
        return Err(format!(
            "`technique` does not fit its shape, which is `{}`",
            shape.technique()
        ));
    }
    Ok(Annotation {
        source_id: cells.owned("source_id")?.unwrap_or_default(),
        label: cells.needed("label")?,
        shape,
        attributes,
        confidence: cells.fraction("confidence")?,
        finished_at_us: cells.whole("annotation_finished_at_us")?,
        active_ms: cells.whole("annotation_active_ms")?,
        semantic: cells.flag("semantic")?,
        // What was found when it was read first: with the image's size of that time.
        invalid: cells.owned("invalid")?,
    })
}
