//! COCO JSON: instances, keypoints, labels, panoptic segments with their pictures, and results of a model.
//!
//! A file is read in one pass where its images and categories stand before its annotations, else in two.

mod annotation;
mod index;
mod instances;
mod panoptic;
mod records;
mod results;
mod shapes;
#[cfg(test)]
mod tests;

use super::json::{Sketch, sketch};
use super::skips::skip;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload};
use crate::domain::SkipReason;
use index::Companions;
use panoptic::{Pictures, is_picture};

const FORMAT: Format = Format {
    key: "coco",
    title: "COCO JSON",
    detected_by: "a JSON object with `images` and `annotations` that carry `image_id`, or a list of results with `image_id` and `category_id`",
    maps: "boxes, polygons, run-length masks, keypoints (v = 0 is absent), labels without a shape, panoptic segments from the PNG pictures beside the file (stuff as one mask a label, things as instances); one annotation a record: keypoints, else the segmentation, else the box; `attributes`, `iscrowd`, `score`",
    ignores: "captions; panoptic segments without their picture, pixels of a picture that no segment lists, PNG images that no annotation names: counted; licences",
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
        let mut is_panoptic = false;
        let found = Detection::of_files(
            upload,
            0.95,
            "no JSON object with `images` and `annotations` by `image_id`, and no list of results with `image_id` and `category_id`",
            |file| {
                sketch(file).is_some_and(|sketch| {
                    is_panoptic |= has(&sketch, "annotations", "segments_info");
                    is_dataset(&sketch) || is_results(&sketch)
                })
            },
        );
        match found {
            Detection::Accepts {
                confidence,
                mut files,
            } if is_panoptic => {
                let all = upload.files().iter().enumerate();
                files.extend(all.filter(|(_, file)| is_picture(file)).map(|(at, _)| at));
                files.sort_unstable();
                Detection::Accepts { confidence, files }
            }
            found => found,
        }
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
        let files = files.iter().filter_map(|&index| upload.files().get(index));
        let (pictures, files): (Vec<_>, Vec<_>) = files.partition(|file| is_picture(file));
        let has_pictures = !pictures.is_empty();
        let mut pictures = Pictures::of(upload);
        for file in files {
            let is_list = sketch(file).is_some_and(|sketch| sketch.is_list);
            if is_list {
                results.push(file)
            } else {
                datasets.push(file)
            }
        }
        let mut companions = Companions::default();
        for file in datasets {
            let (index, n_annotations) =
                instances::read(file, upload.limits(), context, &mut pictures, sink)?;
            if !results.is_empty() {
                companions.take(index, n_annotations);
            }
        }
        for file in results {
            results::read(file, upload.limits(), context, &companions, sink)?;
        }
        for file in pictures.unused().into_iter().filter(|_| has_pictures) {
            let detail = "is no picture of segments that an annotation names";
            skip(sink, SkipReason::NotAnnotation, file.path(), "", detail)?;
        }
        Ok(())
    }
}

/// Whether the first element of a list has a key.
fn has(sketch: &Sketch, list: &str, key: &str) -> bool {
    sketch
        .element(list)
        .is_some_and(|keys| keys.iter().any(|found| found == key))
}

fn is_dataset(sketch: &Sketch) -> bool {
    let has = |list: &str, key: &str| has(sketch, list, key);
    !sketch.is_list
        && (has("annotations", "image_id")
            || (has("images", "id") && (has("images", "file_name") || has("images", "width"))))
}

fn is_results(sketch: &Sketch) -> bool {
    let has = |key: &str| has(sketch, "", key);
    sketch.is_list
        && has("image_id")
        && has("category_id")
        && ["score", "bbox", "segmentation", "keypoints"]
            .into_iter()
            .any(has)
}
