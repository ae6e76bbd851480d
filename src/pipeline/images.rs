//! Images to draw outlines over, kept beside the items that they show.

use super::{PipelineError, Project};
use crate::domain::IngestOptions;
use crate::importers::{Context, Limits, Upload};
use crate::store::{ItemImage, Store};
use std::path::Path;

/// A PNG larger than this is not kept.
const MAX_PNG_BYTES: u64 = 16 << 20;

/// What became of a folder of images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttachedImages {
    pub n_kept: usize,
    /// Images of no item of the project, or too large.
    pub n_unknown: usize,
}

/// Keeps every PNG of a folder or archive whose name leads to an item.
///
/// # Errors
/// What reading and storing raise.
pub fn attach_images(
    store: &Store,
    project: &Project,
    folder: &Path,
    options: &IngestOptions,
) -> Result<AttachedImages, PipelineError> {
    let upload = Upload::open(folder, Limits::DEFAULT)?;
    // The pattern speaks of annotation files; images go by their own names.
    let context = Context::new(&IngestOptions {
        item_key: options.item_key.clone(),
        ..IngestOptions::default()
    })?;
    let mut attached = AttachedImages::default();
    for file in upload.files() {
        let key = context.item_key(file.path());
        // Keys of items whose upper and lower case were folded are in lower case.
        let item = store
            .item_id(project.id, &key)
            .or_else(|_| store.item_id(project.id, &key.to_lowercase()));
        let (Ok(item), Some((width_px, height_px))) = (item, png_size(file.head())) else {
            attached.n_unknown += 1;
            continue;
        };
        if file.size_bytes() > MAX_PNG_BYTES {
            attached.n_unknown += 1;
            continue;
        }
        let png = file.read_all(MAX_PNG_BYTES)?;
        store.put_item_image(
            item,
            &ItemImage {
                png,
                width_px,
                height_px,
            },
        )?;
        attached.n_kept += 1;
    }
    Ok(attached)
}

/// Width and height from a PNG's first chunk.
fn png_size(head: &[u8]) -> Option<(u32, u32)> {
    if !head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return None;
    }
    let at = |from: usize| -> Option<u32> {
        Some(u32::from_be_bytes(
            head.get(from..from + 4)?.try_into().ok()?,
        ))
    };
    Some((at(16)?, at(20)?))
}
