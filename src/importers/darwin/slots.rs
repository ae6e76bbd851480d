//! What an item shows: images, videos, and slices of volumes.

use crate::importers::json::fields::{count, given, list, number, size_px, word};
use serde_json::Value;

/// One pane of an item.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub name: String,
    /// Unique within the file: the series where the slot is the only one of it, else the item's name and the slot's.
    pub image: String,
    pub size_px: Option<(u32, u32)>,
    pub n_frames: u32,
    /// The slices of a volume rather than the frames of a video.
    pub is_volume: bool,
    /// Spacing along z, y, x of the slices as they are shown, where the plane is known.
    pub spacing_mm: Option<[f64; 3]>,
    /// Names the grid, so that volumes of another grid are not compared.
    pub grid: Option<String>,
    /// Why the numbers of drawn shapes cannot be told in pixels, if so.
    pub unsure: Option<String>,
    pub is_series: bool,
}

/// The item of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct ItemRead {
    pub name: String,
    pub slots: Vec<Slot>,
}

impl ItemRead {
    /// The slot that an annotation names; the first where it names none.
    pub fn slot_of(&self, annotation: &Value) -> Option<&Slot> {
        let named = list(annotation, "slot_names")
            .ok()
            .and_then(<[Value]>::first);
        match named.and_then(Value::as_str) {
            Some(name) => self.slots.iter().find(|slot| slot.name == name),
            None => self.slots.first(),
        }
    }
}

/// Reads `item` (2.0).
pub(super) fn item(value: &Value) -> Result<ItemRead, String> {
    let name = word(value, "name")
        .ok_or("`item` has no `name`")?
        .to_owned();
    let listed = list(value, "slots").map_err(|fault| format!("`item`: {fault}"))?;
    let mut slots: Vec<Slot> = listed.iter().map(|slot| read_slot(slot, &name)).collect();
    if slots.is_empty() {
        slots.push(plain(&name, None));
    }
    let images: Vec<String> = slots.iter().map(|slot| slot.image.clone()).collect();
    for slot in &mut slots {
        if images.iter().filter(|image| **image == slot.image).count() > 1 {
            slot.image = format!("{}/{}", slot.image, slot.name);
        }
    }
    Ok(ItemRead { name, slots })
}

/// Reads `image` (1.0).
pub(super) fn image(value: &Value) -> Result<ItemRead, String> {
    let name = word(value, "original_filename")
        .or_else(|| word(value, "filename"))
        .ok_or("`image` has no `original_filename`")?;
    let mut slot = plain(name, size_px(value));
    slot.n_frames = count(value, "frame_count").unwrap_or(1);
    Ok(ItemRead {
        name: name.to_owned(),
        slots: vec![slot],
    })
}

fn plain(name: &str, size_px: Option<(u32, u32)>) -> Slot {
    Slot {
        name: "0".to_owned(),
        image: name.to_owned(),
        size_px,
        n_frames: 1,
        is_volume: false,
        spacing_mm: None,
        grid: None,
        unsure: None,
        is_series: false,
    }
}

fn read_slot(value: &Value, item_name: &str) -> Slot {
    let name = word(value, "slot_name").unwrap_or("0").to_owned();
    let mut slot = Slot {
        name,
        n_frames: count(value, "frame_count").unwrap_or(1),
        ..plain(item_name, size_px(value))
    };
    let Some(metadata) = given(value, "metadata") else {
        return slot;
    };
    let source = list(value, "source_files")
        .ok()
        .and_then(<[Value]>::first)
        .and_then(|file| word(file, "file_name"))
        .unwrap_or(item_name)
        .to_ascii_lowercase();
    let is_nifti = [".nii", ".nii.gz"]
        .into_iter()
        .any(|end| source.ends_with(end));
    if let Some(uid) = word(metadata, "SeriesInstanceUID").filter(|_| !is_nifti) {
        // For NIfTI V7 makes up a UID, which no other tool knows.
        slot.image = uid.to_owned();
        slot.is_series = true;
    }
    if slot.size_px.is_none() {
        slot.size_px = shape_px(metadata);
    }
    let Some(pixdim) = pixdim(metadata) else {
        return slot;
    };
    let plane = plane(metadata, &slot.name);
    let [across, down, through] = match plane {
        Plane::Axial => [pixdim[0], pixdim[1], pixdim[2]],
        Plane::Coronal => [pixdim[0], pixdim[2], pixdim[1]],
        Plane::Sagittal => [pixdim[1], pixdim[2], pixdim[0]],
    };
    slot.is_volume = slot.n_frames > 1;
    slot.spacing_mm =
        (across > 0.0 && down > 0.0 && through > 0.0).then_some([through, down, across]);
    slot.grid = Some(format!(
        "darwin {plane:?} {}",
        given(metadata, "affine")
            .map(Value::to_string)
            .unwrap_or_default()
    ));
    slot.unsure = unsure(metadata, across, down);
    slot
}

fn shape_px(metadata: &Value) -> Option<(u32, u32)> {
    let shape = list(metadata, "shape").ok()?;
    let side = |at: usize| {
        let side = u32::try_from(shape.get(at)?.as_u64()?).ok()?;
        (side > 0).then_some(side)
    };
    side(1).zip(side(2)).filter(|_| shape.len() == 4)
}

/// V7's own conversions to voxels disagree for shapes on volumes: one divides by the voxel size, one stretches to square
/// voxels, one takes pixels. They agree where the voxel is 1 mm wide and high, and for all but MONAI's where it is square.
fn unsure(metadata: &Value, across: f64, down: f64) -> Option<String> {
    let is = |mm: f64, other: f64| (mm - other).abs() <= 1e-4 * other.abs();
    let is_monai = word(metadata, "handler") == Some("MONAI");
    if (is(across, 1.0) && is(down, 1.0)) || (!is_monai && is(across, down)) {
        return None;
    }
    Some(format!(
        "is drawn on voxels of `{across}x{down}` mm, by which V7 may have scaled it, and the export does not say so; draw it as a mask, which is never scaled"
    ))
}

#[derive(Clone, Copy, Debug)]
enum Plane {
    Axial,
    Coronal,
    Sagittal,
}

fn plane(metadata: &Value, slot: &str) -> Plane {
    let stated = word(metadata, "orientation")
        .or_else(|| word(metadata, "primary_plane"))
        .or_else(|| word(given(metadata, "plane_map")?, slot));
    match (stated, slot) {
        (Some("CORONAL"), _) | (None, "0.3") => Plane::Coronal,
        (Some("SAGITTAL"), _) | (None, "0.2") => Plane::Sagittal,
        _ => Plane::Axial,
    }
}

/// `(x, y, z)` as a text or a list; of four numbers the last three.
fn pixdim(metadata: &Value) -> Option<[f64; 3]> {
    let numbers: Vec<f64> = match given(metadata, "pixdim")? {
        Value::String(text) => text
            .trim_matches(|c| "()[] ".contains(c))
            .split(',')
            .map(|part| part.trim().parse().ok())
            .collect::<Option<_>>()?,
        Value::Array(all) => all.iter().map(Value::as_f64).collect::<Option<_>>()?,
        _ => return None,
    };
    let last = numbers.get(numbers.len().checked_sub(3)?..)?;
    match last {
        [x, y, z] if last.iter().all(|mm| mm.is_finite()) => Some([x.abs(), y.abs(), z.abs()]),
        _ => None,
    }
}

/// The length of `ranges` together: frames in which the annotation is seen.
pub(super) fn n_in_ranges(annotation: &Value) -> u64 {
    let ranges = list(annotation, "ranges").unwrap_or_default();
    ranges
        .iter()
        .filter_map(|range| {
            let ends = range.as_array()?;
            ends.get(1)?.as_u64()?.checked_sub(ends.first()?.as_u64()?)
        })
        .fold(0, u64::saturating_add)
}

/// Whether a frame lies in one of the `hidden_areas`.
pub(super) fn is_hidden(annotation: &Value, frame: u32) -> bool {
    let areas = list(annotation, "hidden_areas").unwrap_or_default();
    areas.iter().any(|area| {
        let end = |at: usize| area.get(at).and_then(Value::as_u64);
        end(0)
            .zip(end(1))
            .is_some_and(|(start, end)| (start..end).contains(&u64::from(frame)))
    })
}

/// A number under a key of a key, such as `center.x`.
pub(super) fn number_in(value: &Value, outer: &str, name: &str) -> Result<f64, String> {
    let held = given(value, outer).ok_or_else(|| format!("has no `{outer}`"))?;
    number(held, name).map_err(|fault| format!("`{outer}` {fault}"))
}
