//! KITTI `label_2`: one text file an image, one object a line.
//!
//! `type truncated occluded alpha left top right bottom height width length x y z rotation_y [score]`.
//! Format: the development kit of <https://www.cvlibs.net/datasets/kitti/eval_object.php>.

mod document;
mod objects;
#[cfg(test)]
mod tests;

use super::context::base_name;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use std::collections::HashSet;

const FORMAT: Format = Format {
    key: "kitti",
    title: "KITTI label_2",
    detected_by: "text files whose lines are a word and 14 numbers, or 15 with a score",
    maps: "item: the file's name without .txt; the 2D box; the 3D box as an upright cuboid in metres, x ahead, y left, z up (the camera's frame \
           is x right, y down, z ahead, its boxes stand on their bottom); occluded, truncated; score; an empty file beside others is an empty image",
    ignores: "DontCare regions, counted; alpha, which follows from the rest; boxes of -1, which stand for none; tracklets",
    rater: "none in the format: from the options; files with scores and without an annotator are a model's",
    convention: "corners in pixels from 0; camera frame in metres, boxes on the middle of their bottom",
};

/// The importer for KITTI's labels.
pub(super) struct Kitti;

/// The one instance.
pub static IMPORTER: Kitti = Kitti;

impl Importer for Kitti {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let of_objects: Vec<bool> = upload.files().iter().map(looks_right).collect();
        let folders: HashSet<&str> = upload
            .files()
            .iter()
            .zip(&of_objects)
            .filter(|(_, is_right)| **is_right)
            .map(|(file, _)| folder(file))
            .collect();
        let files: Vec<usize> = (0..of_objects.len())
            .filter(|&index| {
                let file = &upload.files()[index];
                of_objects[index] || (is_blank(file) && folders.contains(folder(file)))
            })
            .collect();
        if folders.is_empty() {
            return Detection::rejects(
                "no text file has lines of a word and 14 or 15 numbers, as KITTI's labels do",
            );
        }
        Detection::Accepts {
            confidence: 0.9,
            files,
        }
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            document::read(file, upload.limits(), context, sink)?;
        }
        Ok(())
    }
}

fn folder(file: &UploadFile) -> &str {
    let path = file.path();
    &path[..path.len() - base_name(path).len()]
}

/// A text file without an object.
fn is_blank(file: &UploadFile) -> bool {
    file.name().to_ascii_lowercase().ends_with(".txt")
        && file.size_bytes() as usize == file.head().len()
        && file.head().trim_ascii().is_empty()
}

/// Whether most lines at the beginning are objects, and the first one is.
fn looks_right(file: &UploadFile) -> bool {
    let Ok(mut head) = std::str::from_utf8(file.head()).or_else(|error| {
        // The beginning may end within a character.
        let sound = &file.head()[..error.valid_up_to()];
        match error.error_len() {
            None => std::str::from_utf8(sound),
            Some(_) => Err(error),
        }
    }) else {
        return false;
    };
    if file.size_bytes() as usize > file.head().len() {
        head = head.rsplit_once('\n').map_or("", |(whole, _)| whole);
    }
    let lines: Vec<bool> = head
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(objects::looks_right)
        .collect();
    let n_right = lines.iter().filter(|is_right| **is_right).count();
    lines.first() == Some(&true) && 2 * n_right > lines.len()
}
