//! Data sets for classification: no label files, but a folder of images for each class.
//!
//! `train/cyst/1.jpg` says that image 1 shows a cyst. Reference: <https://docs.ultralytics.com/datasets/classify/>.

use crate::domain::{Annotation, ReadingKey, ReadingState, Shape, SkipReason};
use crate::importers::context::base_name;
use crate::importers::image_size::{ImageSize, image_size, is_image};
use crate::importers::one_reading::plain;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Sink, Upload, UploadFile};
use std::collections::{BTreeSet, HashSet};

/// Folders that hold the classes; without one of them folders could be cases or readers.
const SPLITS: &[&str] = &["train", "val", "valid", "test"];
/// Folders that hold a part of a data set, and are no class.
const PARTS: &[&str] = &[
    "images",
    "image",
    "img",
    "imgs",
    "masks",
    "mask",
    "labels",
    "label",
    "annotations",
    "instances",
    "jpegimages",
    "segmentationclass",
    "segmentationobject",
];
/// PNG images in folders are masks more often than pictures.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The images of an upload in which every image lies in the folder of its class.
pub(super) fn images(upload: &Upload) -> Option<Vec<usize>> {
    let files = upload.files().iter().enumerate();
    let images: Vec<usize> = files
        .filter(|(_, file)| is_image(file))
        .map(|(index, _)| index)
        .collect();
    let mut classes = BTreeSet::new();
    let mut roots = BTreeSet::new();
    for &index in &images {
        let (root, class) = class_of(upload.files()[index].path())?;
        roots.insert(root);
        classes.insert(class);
    }
    (classes.len() > 1 && roots.len() == 1).then_some(images)
}

/// How sure it is that folders of images are classes.
pub(super) fn confidence(upload: &Upload, images: &[usize]) -> f64 {
    let is_png = |index: &usize| upload.files()[*index].head().starts_with(PNG);
    if images.iter().any(is_png) { 0.4 } else { 0.6 }
}

/// What stands before the split's folder, and the class: the folder between split and image.
fn class_of(path: &str) -> Option<(&str, &str)> {
    let (folders, _) = path.rsplit_once('/')?;
    let (above, class) = folders.rsplit_once('/')?;
    let (root, split) = above.rsplit_once('/').unwrap_or(("", above));
    let is_part = PARTS.contains(&class.to_ascii_lowercase().as_str());
    (SPLITS.contains(&split) && !is_part).then_some((root, class))
}

/// Reads every image's class.
pub(super) fn read(
    upload: &Upload,
    images: &[usize],
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut seen = HashSet::new();
    for file in images.iter().filter_map(|&index| upload.files().get(index)) {
        if let Some((_, class)) = class_of(file.path()) {
            one(file, class, context, &mut seen, sink)?;
        }
    }
    Ok(())
}

fn one(
    file: &UploadFile,
    class: &str,
    context: &Context,
    seen: &mut HashSet<ReadingKey>,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let placement = context.place(file.path(), file.path())?;
    let key = placement.reading_key(None);
    if !seen.insert(key.clone()) {
        let detail =
            "gives the same item key as an earlier image; name items by path (item key `path`)";
        let reason = SkipReason::InvalidRecord;
        return Ok(skip(sink, reason, file.path(), "", detail)?);
    }
    let mut item = placement.to_item();
    if let Some(ImageSize::Known(width, height)) = image_size(file) {
        (item.width_px, item.height_px) = (Some(width), Some(height));
    }
    item.image_name = Some(base_name(file.path()).to_owned());
    sink.item(item)?;
    sink.reading(placement.to_reading(key.clone(), ReadingState::Annotated, file.path()))?;
    let shape = Shape::Classification {
        question: String::new(),
        value: class.to_owned(),
    };
    let annotation: Annotation = plain("folder", class, shape);
    Ok(sink.annotation(&key, annotation)?)
}

#[cfg(test)]
mod tests {
    use super::class_of;

    #[test]
    fn a_class_is_the_folder_between_split_and_image() {
        assert_eq!(class_of("train/cyst/1.jpg"), Some(("", "cyst")));
        assert_eq!(class_of("set/a/val/cyst/1.jpg"), Some(("set/a", "cyst")));
        for other in [
            "cyst/1.jpg",
            "train/1.jpg",
            "images/train/1.jpg",
            "train/a/b/1.jpg",
            "train/masks/1.jpg",
        ] {
            assert_eq!(class_of(other), None, "{other}");
        }
    }
}
