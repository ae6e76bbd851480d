//! Raster layers: all masks of one image in one run-length code, row by row.

use crate::geometry::Mask;
use crate::importers::json::fields::{given, list};
use serde_json::Value;
use std::collections::HashMap;

/// The masks of a layer by the id of their annotation. A mask that is named and has no pixel is empty.
pub(super) fn masks(
    layer: &Value,
    (width_px, height_px): (u32, u32),
    max_pixels: u64,
) -> Result<Vec<(String, Mask)>, String> {
    let n_pixels = u64::from(width_px) * u64::from(height_px);
    if n_pixels > max_pixels.min(u64::from(u32::MAX)) {
        return Err(format!(
            "`raster_layer` is of {n_pixels} pixels; at most {max_pixels} are read"
        ));
    }
    let named = given(layer, "mask_annotation_ids_mapping")
        .and_then(Value::as_object)
        .ok_or("`raster_layer` has no `mask_annotation_ids_mapping` that is an object")?;
    let mut ids: HashMap<u64, usize> = HashMap::new();
    let mut found: Vec<(String, Vec<u32>)> = Vec::new();
    for (id, value) in named {
        let value = value.as_u64().filter(|value| *value > 0).ok_or(
            "`mask_annotation_ids_mapping` holds a value that is no whole number from 1 on",
        )?;
        if ids.insert(value, found.len()).is_some() {
            return Err(format!(
                "`mask_annotation_ids_mapping` gives value `{value}` to two masks"
            ));
        }
        found.push((id.clone(), Vec::new()));
    }
    let runs = list(layer, "dense_rle").map_err(|fault| format!("`raster_layer` {fault}"))?;
    if runs.len() % 2 != 0 {
        return Err("`dense_rle` holds a value without a count".to_owned());
    }
    let mut at = 0_u64;
    for run in runs.chunks_exact(2) {
        let [value, count] = [&run[0], &run[1]].map(Value::as_u64);
        let (value, count) = value
            .zip(count)
            .ok_or("`dense_rle` holds something other than whole numbers from 0 on")?;
        let end = at.saturating_add(count);
        if end > n_pixels {
            break_off(end, width_px, height_px)?;
        }
        if let (true, Some(&mask)) = (count > 0 && value > 0, ids.get(&value)) {
            found[mask].1.extend([at as u32, end as u32]);
        } else if value > 0 && count > 0 {
            return Err(format!(
                "`dense_rle` holds value `{value}`, which belongs to no mask"
            ));
        }
        at = end;
    }
    if at != n_pixels {
        break_off(at, width_px, height_px)?;
    }
    found
        .into_iter()
        .map(|(id, bounds)| {
            let mask = Mask::from_bounds(width_px, height_px, bounds)
                .map_err(|error| error.to_string())?;
            Ok((id, mask))
        })
        .collect()
}

fn break_off(n: u64, width_px: u32, height_px: u32) -> Result<(), String> {
    Err(format!(
        "`dense_rle` counts at least {n} pixels; the image is `{width_px}x{height_px}`"
    ))
}

#[cfg(test)]
mod tests {
    use super::masks;
    use serde_json::json;

    #[test]
    fn runs_go_row_by_row_and_must_fill_the_image() {
        let layer = json!({"dense_rle": [0, 1, 1, 3, 2, 1, 0, 1], "mask_annotation_ids_mapping": {"a": 1, "b": 2}});
        let read = masks(&layer, (3, 2), 100).expect("sound");
        assert_eq!(read[0].1.bounds(), [1, 4]);
        assert_eq!(read[1].1.bounds(), [4, 5]);
        let said = |size| masks(&layer, size, 100).expect_err("another size");
        assert_eq!(
            said((4, 2)),
            "`dense_rle` counts at least 6 pixels; the image is `4x2`"
        );
        assert!(said((3, 1)).contains("counts at least 4 pixels"));
        assert!(masks(&layer, (30, 20), 100).is_err());
        let huge = json!({"dense_rle": [1, u64::MAX, 1, u64::MAX], "mask_annotation_ids_mapping": {"a": 1}});
        assert!(masks(&huge, (3, 2), 100).is_err());
    }
}
