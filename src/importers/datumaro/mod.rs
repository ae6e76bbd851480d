//! Datumaro JSON: items of one subset each file, with annotations of all kinds.
//!
//! `{"categories": {"label": {"labels": [{"name"}]}, "points": …}, "items": [{"id", "annotations": [{"type", …}], "image": {"size": [h, w]}}]}`.
//! Format: <https://open-edge-platform.github.io/datumaro/stable/docs/data-formats/formats/datumaro.html>.

mod annotations;
mod categories;
mod document;
mod shapes;
#[cfg(test)]
mod tests;

use super::json::{Sketch, sketch};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload};

const FORMAT: Format = Format {
    key: "datumaro",
    title: "Datumaro JSON",
    detected_by: "a JSON object with `categories` and `items` that have `id` and `annotations`",
    maps: "item: `id`; label, bbox (turned by the attribute `rotation` about its centre), polygon, polyline, points, skeleton, ellipse, mask \
           (run lengths column by column), cuboid_3d that stands upright; attributes, `group`, `z_order`; the attribute `score` as confidence",
    ignores: "captions, rotated_bbox and other types, tilted cuboids, counted; attributes of single points, keyframe flags, media; polygons of one \
              group stay annotations of their own",
    rater: "none in the format: from the options",
    convention: "pixels from the corner of the first one; sizes as height, width",
};

/// The importer for Datumaro JSON.
pub(super) struct Datumaro;

/// The one instance.
pub static IMPORTER: Datumaro = Datumaro;

impl Importer for Datumaro {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.95,
            "no JSON object with `categories` and `items` that have `id` and `annotations`",
            |file| sketch(file).is_some_and(|sketch| looks_right(&sketch)),
        )
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

fn looks_right(sketch: &Sketch) -> bool {
    let has = |name: &str| sketch.keys.iter().any(|(key, _)| key == name);
    let Some(keys) = sketch.element("items").filter(|_| !sketch.is_list) else {
        return false;
    };
    let of_item = |name: &str| keys.iter().any(|key| key == name);
    // An empty subset, or a first item that is too large to be looked at, is told by the rest of the frame.
    let is_known = (of_item("id") && of_item("annotations"))
        || (keys.is_empty() && (has("info") || has("infos")));
    has("categories") && !has("images") && is_known
}
