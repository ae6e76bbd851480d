//! V7 Darwin JSON 2.0, one file an item; 1.0, which has `image` in the place of `item`, as far as it is the same.
//!
//! | key | read as |
//! |---|---|
//! | `item.slots[]` | what is shown: `width`, `height`, `frame_count`, `metadata` (`SeriesInstanceUID`, `shape`, `affine`, `pixdim`, `handler`) |
//! | `annotations[]` | `name` is the label; the kind is a key: `bounding_box`, `polygon.paths`, `ellipse`, `line.path`, `keypoint`, `skeleton.nodes`, `tag`, `mask` |
//! | `frames.{n}` | the same, a frame or slice |
//! | `raster_layer` | `dense_rle` = value, count, value, count … row by row; `mask_annotation_ids_mapping` names the mask of a value |
//!
//! Read in <https://github.com/v7labs/darwin-py>: `darwin/utils/utils.py` (keys, frames that repeat the frame before),
//! `darwin/exporter/formats/nifti.py` (`decode_rle`; `shift_polygon_coords` scales by the voxel size in two ways that do not agree).
//! The angle of an ellipse is taken to be in radians, clockwise on the screen.

mod annotate;
mod frames;
mod headers;
mod raster;
mod reader;
mod shapes;
mod slots;

use super::json::sketch;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};

const FORMAT: Format = Format {
    key: "darwin",
    title: "V7 Darwin JSON",
    detected_by: "a JSON object with `item` and `annotations` of version 2, or with `image` and `annotations` of version 1",
    maps: "boxes, polygons (even-odd), ellipses, lines, keypoints, skeletons, tags, masks; on videos as tracks; on volumes masks and polygons as volumes (slice by slice, by pixel centres) and the rest as tracks; annotators, properties, attributes, instance ids, SeriesInstanceUID, model confidence",
    ignores: "cuboids, tables, strings, graphs, typed texts; tags on some frames only; item properties without a named rater; shapes on volumes whose voxel size may scale them; reviewers, whose verdict the format does not state; counted or noted",
    rater: "`annotators[]` (several: joined by `+`) by the part of the address before `@`, else the options; `inference` without annotators is a model",
    convention: "pixels from the top left corner; masks row by row; slices by number",
};

/// The importer for V7 Darwin JSON.
pub(super) struct Darwin;

impl Importer for Darwin {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let reason =
            "no JSON object with `item` or `image`, and `annotations`, as Darwin writes them";
        Detection::of_files(upload, 0.96, reason, is_darwin)
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let mut reader = reader::Reader::new(upload.limits(), context, sink);
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            reader.file(file)?;
        }
        reader.finish()
    }
}

fn is_darwin(file: &UploadFile) -> bool {
    let Some(sketch) = sketch(file).filter(|sketch| !sketch.is_list) else {
        return false;
    };
    let has = |key: &str| sketch.element(key).is_some();
    if !has("annotations") {
        return false;
    }
    let head = file.head_text();
    (has("item") && has("version") && (has("schema_ref") || head.contains("\"slots\"")))
        || (has("image") && head.contains("\"original_filename\""))
}
