//! COCO JSON: instances, keypoints, labels, and results of a model.
//!
//! A file is read in one pass where its images and categories stand before its annotations, else in two.

mod annotation;
mod index;
mod instances;
mod records;
mod results;
mod shapes;
#[cfg(test)]
mod tests;

use super::json::{Sketch, sketch};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload};
use index::Companions;

const FORMAT: Format = Format {
    key: "coco",
    title: "COCO JSON",
    detected_by: "a JSON object with `images` and `annotations` that carry `image_id`, or a list of results with `image_id` and `category_id`",
    maps: "boxes, polygons, run-length masks, keypoints (v = 0 is absent), labels without a shape; one annotation a record: keypoints, else the segmentation, else the box; `attributes`, `iscrowd`, `score`",
    ignores: "captions, panoptic segments, licences",
    rater: "none in the format: from the options; results without an annotator are a model's, named after their file",
    convention: "pixels from the corner of the first one; masks by run lengths down the columns",
};

/// The importer for COCO JSON.
pub(super) struct Coco;

/// The one instance.
pub static IMPORTER: Coco = Coco;

impl Importer for Coco {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.95,
            "no JSON object with `images` and `annotations` by `image_id`, and no list of results with `image_id` and `category_id`",
            |file| sketch(file).is_some_and(|sketch| is_dataset(&sketch) || is_results(&sketch)),
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let mut results = Vec::new();
        let mut datasets = Vec::new();
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            let is_list = sketch(file).is_some_and(|sketch| sketch.is_list);
            if is_list {
                results.push(file)
            } else {
                datasets.push(file)
            }
        }
        let mut companions = Companions::default();
        for file in datasets {
            let (index, n_annotations) = instances::read(file, upload.limits(), context, sink)?;
            if !results.is_empty() {
                companions.take(index, n_annotations);
            }
        }
        for file in results {
            results::read(file, upload.limits(), context, &companions, sink)?;
        }
        Ok(())
    }
}

fn is_dataset(sketch: &Sketch) -> bool {
    let has = |list: &str, key: &str| {
        sketch
            .element(list)
            .is_some_and(|keys| keys.iter().any(|found| found == key))
    };
    !sketch.is_list
        && (has("annotations", "image_id")
            || (has("images", "id") && (has("images", "file_name") || has("images", "width"))))
}

fn is_results(sketch: &Sketch) -> bool {
    let has = |key: &str| {
        sketch
            .element("")
            .is_some_and(|keys| keys.iter().any(|found| found == key))
    };
    sketch.is_list
        && has("image_id")
        && has("category_id")
        && ["score", "bbox", "segmentation", "keypoints"]
            .into_iter()
            .any(has)
}
