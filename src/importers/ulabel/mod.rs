//! ULabel JSON: what one person saved of one image or series, as in the raw data of KiTS21.
//!
//! | key | read as |
//! |---|---|
//! | `annotations[]`, or `annotations.{subtask}[]` | `spatial_type`, `spatial_payload`, `frame`, `created_by`, `created_at`, `last_edited_by`, `deprecated` |
//! | `bbox`, `point`, `polyline`, `contour`, `tbar` | `[x, y]` points: two corners, one, a line, a freehand line, the long stroke of a T |
//! | `polygon` | a ring, or rings of which those within others are holes |
//! | `bbox3` | two corners `[x, y, frame]`, both frames included |
//! | `whole-image`, `global` | a label of a frame, of the whole |
//! | `classification_payloads[]` | `class_id` by the highest `confidence`; names are in the page that showed the image, not in the file |
//!
//! `…/<case>/raw/<region>/<number>/<task>/<seconds>_<user>.json` is how KiTS21 keeps files: the last save in a folder counts.
//!
//! Read in <https://github.com/SenteraLLC/ulabel>: `api_spec.md`, `src/annotation.ts`, `src/index.js` (`draw_bbox3`, `draw_tbar`);
//! <https://github.com/neheller/kits21>: `annotation/import.py` (`get_most_recent_save`) and files below `data/case_00000/raw`.

mod place;
mod reader;
mod shapes;

use super::json::{Sketch, sketch};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};

const FORMAT: Format = Format {
    key: "ulabel",
    title: "ULabel JSON",
    detected_by: "a JSON object with `task_meta` and `annotations` that have `spatial_type`",
    maps: "boxes, polygons with holes, lines, contours and T bars as lines, points, labels of frames and of the whole, boxes over frames as cuboids (px, frames); frames as items of their own; makers, times, corrections; user, time and task from paths like KiTS21's",
    ignores: "deprecated annotations, areas of deletion, typed texts, saves that a later one in their folder replaces; all counted or noted",
    rater: "`created_by` unless `guest`, else the options, else the user in the file's name",
    convention: "fractions of pixels from the image's top left corner; frames from 0",
};

/// The importer for ULabel JSON.
pub(super) struct Ulabel;

/// The one instance.
pub static IMPORTER: Ulabel = Ulabel;

impl Importer for Ulabel {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let reason = "no JSON object with `task_meta` and `annotations` that have `spatial_type`";
        Detection::of_files(upload, 0.96, reason, |file| {
            sketch(file).is_some_and(|sketch| is_ulabel(file, &sketch))
        })
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let files: Vec<&UploadFile> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .collect();
        let mut reader = reader::Reader::new(upload.limits(), context, sink);
        for (file, place) in place::in_order(&files) {
            reader.file(file, &place)?;
        }
        reader.finish()
    }
}

fn is_ulabel(file: &UploadFile, sketch: &Sketch) -> bool {
    let (Some(first), false) = (sketch.element("annotations"), sketch.is_list) else {
        return false;
    };
    if first.iter().any(|key| key == "spatial_type") {
        return true;
    }
    sketch.element("task_meta").is_some()
        && first.is_empty()
        && (file.head_text().contains("\"spatial_type\"") || sketch.keys.len() <= 3)
}
