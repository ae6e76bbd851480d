//! RedBrick AI JSON: tasks with their series, and of consensus tasks each annotator's version.
//!
//! | key | read as |
//! |---|---|
//! | `taskId`, `name`, `status`, `updatedBy`, `updatedAt` | who saved the task last, and when |
//! | `consensusTasks[]` | one version for each annotator; `superTruth` is the consensus |
//! | `series[].{boundingBoxes, polygons, polylines, ellipses, landmarks}[]` | shares of the image's width and height; `video.frameIndex`, `video.trackId` |
//! | `series[].{landmarks3d, measurements}[]` | voxel indices i, j, k; a voxel's index is its centre |
//! | `series[].segmentMap` | masks, which lie in NIfTI files |
//! | `classification`, `datapointClassification`, `series[].classifications[]` | `attributes`: answers |
//!
//! The export states no image size: it is taken from the images that lie beside it in the upload, DICOM or other.
//! On mammograms and tomosyntheses RedBrick counts x from the right, so shapes on modality MG are refused. The schema states the
//! vertical radius of an ellipse as a share of the width, so ellipses are read on square images only.
//!
//! Read in <https://github.com/redbrick-ai/redbrick-sdk>, `redbrick/types/task.py` and `redbrick/common/enums.py`.

mod answers;
mod pictures;
mod reader;
mod said;
mod shapes;
mod tasks;

use super::json::fields::max_record_bytes;
use super::json::{JsonStream, Kind, sketch};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};

const FORMAT: Format = Format {
    key: "redbrick",
    title: "RedBrick AI JSON",
    detected_by: "a JSON list of tasks, or one, with `taskId` and `series`",
    maps: "boxes, polygons, polylines, landmarks, ellipses on square images (with the images in the upload); landmarks in space and measurements by slice; classifications and attributes; one reading for each annotator of a consensus task, the super truth as consensus; skipped tasks",
    ignores: "masks, which lie in NIfTI files to be imported beside; cuboids; shapes on mammograms, whose x may run from the right; shapes on images that are not in the upload; long texts; counted",
    rater: "`updatedBy`, who saved last, by the part of the address before `@`, else the options",
    convention: "shares of the image's width and height from the top left; voxel indices at centres",
};

/// The importer for RedBrick AI JSON.
pub(super) struct Redbrick;

impl Importer for Redbrick {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.96,
            "no JSON with `taskId` and `series`",
            is_redbrick,
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let max_bytes = max_record_bytes(upload.limits());
        let pictures = pictures::Pictures::new(upload);
        let mut reader = reader::Reader::new(pictures, context, sink);
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            let is_list = file.head_text().starts_with('[');
            let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
            if is_list && stream.enter()? != Kind::Array {
                return Err(ImportError::container(file.path(), "is no list"));
            }
            for at in 0.. {
                let place = || format!("`tasks[{at}]`");
                let next = if is_list {
                    stream.next_element(place)?
                } else {
                    stream.next_value(place)?
                };
                let Some(element) = next else {
                    break;
                };
                reader.task(file.path(), at, &element, max_bytes)?;
            }
            if is_list {
                stream.finish()?;
            }
        }
        Ok(())
    }
}

fn is_redbrick(file: &UploadFile) -> bool {
    let Some(sketch) = sketch(file) else {
        return false;
    };
    let has = |key: &str| {
        if sketch.is_list {
            let keys = sketch.element("").unwrap_or_default();
            keys.iter().any(|found| found == key)
        } else {
            sketch.element(key).is_some()
        }
    };
    // A task may be longer than what is looked at.
    let head = file.head_text();
    (has("taskId") && has("series"))
        || (sketch.is_list && head.contains("\"taskId\"") && head.contains("\"currentStageName\""))
}
