//! MD.ai JSON: one project with its label groups and, per dataset, studies and annotations.
//!
//! | key | read as |
//! |---|---|
//! | `labelGroups[].labels[]` | what a label is: `name`, `scope` (EXAM or STUDY, SERIES, IMAGE or INSTANCE), `annotationMode` (none: a global label) |
//! | `datasets[].annotations[]` | `labelId`, UIDs, `frameNumber` (from 0), `createdById`, times, `height` and `width` of the image, `data` |
//! | `data` | `{x, y, width, height}`, `{vertices: [[x, y], …]}`, `{x, y}`, `{foreground: [[[x, y], …], …], background: …}`, null for a global label |
//!
//! Field names as read in <https://github.com/mdai/mdai-client-py>, `mdai/utils/common_utils.py` and `mdai/visualize.py`
//! (`load_mask` decides by `annotationMode` and fills `foreground`, then clears `background`).

mod labels;
mod reader;
mod shapes;

use super::json::fields::max_record_bytes;
use super::json::sketch;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload};

const FORMAT: Format = Format {
    key: "mdai",
    title: "MD.ai JSON",
    detected_by: "a JSON object with `labelGroups` and `datasets`",
    maps: "boxes, polygons, freeforms, lines, locations, masks of foreground and background outlines, global labels by study, series or image; UIDs, author, times, reviews, notes of import; labels put on a drawn annotation become its attribute",
    ignores: "other annotation modes, notes and RadLex tags; labels on another reader's annotation; studies without annotations, which nobody may have read; counted or noted",
    rater: "`createdById`, else the options; with `modelId` the model",
    convention: "pixels from the image's top left corner",
};

/// The importer for MD.ai JSON.
pub(super) struct Mdai;

impl Importer for Mdai {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let reason = "no JSON object with `labelGroups` and `datasets`";
        Detection::of_files(upload, 0.97, reason, |file| {
            sketch(file).is_some_and(|sketch| {
                !sketch.is_list
                    && sketch.element("labelGroups").is_some()
                    && sketch.element("datasets").is_some()
            })
        })
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let max_bytes = max_record_bytes(upload.limits());
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            let found = labels::look_through(file, max_bytes)?;
            reader::Reader::new(file, found, context, sink).read(max_bytes)?;
        }
        Ok(())
    }
}
