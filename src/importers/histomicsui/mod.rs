//! Annotations of HistomicsUI and the Digital Slide Archive, as `large_image` keeps them.
//!
//! | key | read as |
//! |---|---|
//! | `itemId`, `creatorId`, `created`, `updatedId`, `updated` | item, rater, times, corrections; an annotation without these stands alone |
//! | `annotation.elements[]`, or `elements[]` | `type`, `group`, `label.value`, `id` |
//! | `center`, `radius`, `width`, `height`, `rotation` | `point`, `circle`, `ellipse`, `rectangle`; the turn in radians, from x towards y |
//! | `points`, `closed`, `holes` | `polyline`: an outline where closed, else a line |
//!
//! Coordinates are `[x, y, z]` in pixels of the full resolution. Files may be of any size, so they are walked twice: first what
//! stands around the elements, then these.
//!
//! Read in <https://github.com/girder/large_image>: `girder_annotation/docs/annotations.rst`,
//! `girder_annotation/girder_large_image_annotation/utils/__init__.py` (`rotate`), `models/annotation.py`.

mod document;
mod elements;
mod records;

use super::json::{Sketch, sketch};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};

const FORMAT: Format = Format {
    key: "histomicsui",
    title: "HistomicsUI JSON",
    detected_by: "JSON annotations with `annotation` and `itemId` or `creatorId`, or with `elements` that have `type` and coordinates",
    maps: "points, circles, ellipses, rectangles (turned ones too), outlines with holes, lines; group as label; creator, times, corrections",
    ignores: "heat maps, grids, arrows, overlays of images and pixel maps, captions, heights above the slide; counted or noted",
    rater: "`creatorId`, else the options",
    convention: "pixels of the full resolution from the slide's top left corner; turns in radians, clockwise",
};

/// The importer for HistomicsUI annotations.
pub(super) struct Histomicsui;

/// The one instance.
pub static IMPORTER: Histomicsui = Histomicsui;

impl Importer for Histomicsui {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let reason = "no JSON annotations with `annotation` and `itemId`, or with `elements` by `type`, as large_image keeps them";
        Detection::of_files(upload, 0.95, reason, |file| {
            sketch(file).is_some_and(|sketch| is_annotation(file, &sketch))
        })
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let mut reader = document::Reader::new(upload.limits(), context, sink);
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            reader.file(file)?;
        }
        reader.finish()
    }
}

fn is_annotation(file: &UploadFile, sketch: &Sketch) -> bool {
    let has = |key: &str| {
        if sketch.is_list {
            sketch
                .element("")
                .is_some_and(|keys| keys.iter().any(|found| found == key))
        } else {
            sketch.element(key).is_some()
        }
    };
    if has("annotation") && (has("itemId") || has("creatorId")) {
        return true;
    }
    let shape_keys = ["center", "points", "lineColor", "girderId"];
    match sketch.element("elements") {
        Some(keys) => {
            let holds = |key: &str| keys.iter().any(|found| found == key);
            holds("type") && shape_keys.into_iter().any(holds)
        }
        None => {
            let head = file.head_text();
            let is_shape = |key: &str| head.contains(&format!("\"{key}\""));
            sketch.is_list && has("elements") && shape_keys.into_iter().any(is_shape)
        }
    }
}
