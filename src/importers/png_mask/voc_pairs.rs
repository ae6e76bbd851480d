//! Folders as Pascal VOC and CVAT write them: `SegmentationClass` draws classes, `SegmentationObject` single things.

use super::meaning::{Layer, Meaning, Name};
use super::pixels::{Kind, Runs};
use crate::geometry::Mask;
use crate::importers::UploadFile;
use std::collections::{BTreeMap, HashMap};

const CLASSES: &str = "SegmentationClass/";
const OBJECTS: &str = "SegmentationObject/";
/// Palette index of borders that belong to no one.
pub const VOID: u32 = 255;

/// Whether an image lies in one of the two folders.
pub fn is_of_voc(path: &str) -> bool {
    [CLASSES, OBJECTS]
        .iter()
        .any(|folder| within(path, folder).is_some())
}

/// Whether an image draws single things by numbers of their own.
pub fn draws_things(path: &str) -> bool {
    within(path, OBJECTS).is_some()
}

fn within<'p>(path: &'p str, folder: &str) -> Option<(&'p str, &'p str)> {
    let at = path.rfind(folder)?;
    let is_whole = at == 0 || path.as_bytes().get(at - 1) == Some(&b'/');
    is_whole.then(|| (&path[..at], &path[at + folder.len()..]))
}

/// Images of things by the image of classes that they go with.
pub fn pairs<'u>(files: &[&'u UploadFile]) -> HashMap<&'u str, &'u UploadFile> {
    let mut objects: HashMap<(&str, &str), &UploadFile> = HashMap::new();
    for &file in files {
        if let Some(place) = within(file.path(), OBJECTS) {
            objects.insert(place, file);
        }
    }
    let classes = files.iter().map(|file| file.path());
    classes
        .filter_map(|path| Some((path, *objects.get(&within(path, CLASSES)?)?)))
        .collect()
}

/// The single things of an image, each named by the class that it lies in, and what is wrong with those that lie in none or in several.
///
/// # Errors
/// Images of different sizes.
pub fn things(
    meaning: Meaning,
    size_px: (u32, u32),
    objects: Runs,
) -> Result<(Meaning, Vec<String>), String> {
    if (objects.width_px, objects.height_px) != size_px {
        return Err(format!(
            "its image in `SegmentationObject` is `{}x{}` px, this one `{}x{}`",
            objects.width_px, objects.height_px, size_px.0, size_px.1
        ));
    }
    let mask = |bounds: Vec<u32>| {
        Mask::from_bounds(size_px.0, size_px.1, bounds).map_err(|said| said.to_string())
    };
    let mut classes = Vec::new();
    for layer in meaning.layers {
        classes.push((layer.name, mask(layer.bounds)?));
    }
    let number = |value: u32| match objects.kind {
        Kind::Colour => value >> 8,
        _ => value,
    };
    let is_nothing = |value: u32| {
        let is_void = objects.kind == Kind::Palette && value == VOID;
        number(value) == 0 || is_void
    };
    let values: BTreeMap<u32, Vec<u32>> = objects.bounds.into_iter().collect();
    let (mut layers, mut faults) = (Vec::new(), Vec::new());
    for (value, bounds) in values {
        if is_nothing(value) {
            continue;
        }
        let thing = mask(bounds.clone())?;
        let mut inside = Vec::new();
        for (name, class) in &classes {
            let n_shared = class
                .intersection_px(&thing)
                .map_err(|said| said.to_string())?;
            if n_shared > 0 {
                inside.push((*name, n_shared));
            }
        }
        let value = number(value);
        let name = match inside[..] {
            [(Name::Named(at), n)] if n == thing.area_px() => Name::NamedThing(at, value),
            [(Name::Class(class), n)] if n == thing.area_px() => Name::ClassThing(class, value),
            [(Name::Colour(class), n)] if n == thing.area_px() => Name::ColourThing(class, value),
            [(_, n)] if n == thing.area_px() => Name::Instance(value),
            _ => {
                faults.push(format!(
                    "thing `{value}` of `SegmentationObject` lies in {} classes, or in part in none",
                    inside.len()
                ));
                continue;
            }
        };
        layers.push(Layer { name, bounds });
    }
    Ok((Meaning { layers, ..meaning }, faults))
}
