//! Which image a label file is about, and how large it is.

use crate::importers::context::base_name;
use crate::importers::image_size::{ImageSize, image_size, is_image};
use crate::importers::{Context, ImportError, Upload};
use std::collections::HashMap;

/// Images of an upload, by path without extension and by name without extension.
pub(super) struct Images<'a> {
    upload: &'a Upload,
    by_path: HashMap<&'a str, usize>,
    /// `None` where several images share a name.
    by_name: HashMap<&'a str, Option<usize>>,
}

/// A path without its extension.
pub(super) fn without_extension(path: &str) -> &str {
    match path.rfind('.') {
        Some(at) if at > path.len() - base_name(path).len() => &path[..at],
        _ => path,
    }
}

/// A file name without folders and extension.
pub(super) fn stem(path: &str) -> &str {
    without_extension(base_name(path))
}

impl<'a> Images<'a> {
    pub fn of(upload: &'a Upload) -> Self {
        let mut images = Self {
            upload,
            by_path: HashMap::new(),
            by_name: HashMap::new(),
        };
        for (index, file) in upload.files().iter().enumerate() {
            if is_image(file) {
                images.by_path.insert(without_extension(file.path()), index);
                images
                    .by_name
                    .entry(stem(file.path()))
                    .and_modify(|known| *known = None)
                    .or_insert(Some(index));
            }
        }
        images
    }

    /// The image of a label file: beside it, or in the folder `images` that stands for its folder `labels`, or the
    /// only one of its name.
    pub fn of_labels(&self, labels: &str) -> Option<usize> {
        let path = without_extension(labels);
        let swapped = match path.rfind("labels/") {
            Some(at) if at == 0 || path.as_bytes()[at - 1] == b'/' => {
                Some(format!("{}images/{}", &path[..at], &path[at + 7..]))
            }
            _ => None,
        };
        let beside = self.by_path.get(path);
        beside
            .or_else(|| self.by_path.get(swapped?.as_str()))
            .copied()
            .or_else(|| *self.by_name.get(stem(labels))?)
    }

    /// Path of an image.
    pub fn path(&self, index: usize) -> &'a str {
        self.upload.files()[index].path()
    }

    /// The size of a label file's image, or what is needed to know it.
    ///
    /// # Errors
    /// As `Context::size_px`.
    pub fn size_px(
        &self,
        image: Option<usize>,
        labels: &str,
        name: &str,
        context: &Context,
    ) -> Result<Result<(u32, u32), &'static str>, ImportError> {
        let stated = context.size_px(labels, name)?;
        let seen = image.and_then(|index| image_size(&self.upload.files()[index]));
        Ok(match (seen, stated) {
            (Some(ImageSize::Known(width, height)), _) => Ok((width, height)),
            (_, Some(size)) => Ok(size),
            (Some(ImageSize::Turned(_)), None) => Err(
                "the image lies on its side by its Exif orientation; state the size that annotators saw in the sidecar's `width_px` and `height_px`",
            ),
            (None, None) => Err(
                "shares of an unknown image; send the image along, or its size in the sidecar's `width_px` and `height_px`",
            ),
        })
    }
}
