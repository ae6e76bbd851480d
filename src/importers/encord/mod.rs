//! Encord JSON: label rows, each with its data units.
//!
//! | key | read as |
//! |---|---|
//! | `data_units.*` | `data_title` is the item, `width` and `height` its size |
//! | `labels.objects[]`, or `labels.{n}.objects[]` of videos and DICOM series | `name`, `shape`, `createdBy`, `createdAt`, `lastEditedBy`, `manualAnnotation`, `reviews` |
//! | `labels.{n}.metadata.dicom_instance_uid` | the slice, an item of its own; without it, frames are those of a track |
//! | `object_answers`, `classification_answers` | answers by `objectHash` and `classificationHash` |
//!
//! Coordinates are 0 to 1 of width and height; `polygons` holds parts of flat rings, the first of a part its outline, and replaces `polygon`.
//! `bitmask.rleString` is COCO's string code of runs that go row by row. `theta` is in degrees about the box's centre, clockwise.
//!
//! Read in <https://github.com/encord-team/encord-client-python>: `encord/objects/coordinates.py`, `encord/objects/types.py`,
//! `encord/objects/bitmask.py`, `encord/common/bitmask_operations`, `tests/objects/data/{native_image_data, dicom_labels_with_metadata,
//! video_with_classifications, image_group_with_reviews, skeleton_coordinates}.py`; `theta` as Encord Active turns it with shapely.

mod headers;
mod open;
mod reader;
mod shapes;
mod units;

use super::json::fields::max_record_bytes;
use super::json::{JsonStream, Kind, sketch};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};

const FORMAT: Format = Format {
    key: "encord",
    title: "Encord JSON",
    detected_by: "a JSON list of label rows, or one, with `label_hash` and `data_units`",
    maps: "boxes, turned boxes, polygons with holes, polylines, points, skeletons, bitmasks; on DICOM series by SOPInstanceUID, on videos as tracks; answers to classifications and objects; authors, times, reviews, corrections by others",
    ignores: "typed answers, answers that change over frames, classifications of video frames, data groups, shapes in space, circles, sounds and texts; counted or noted",
    rater: "`createdBy` by the part of the address before `@`, else the options",
    convention: "shares of the image's width and height; bitmasks row by row",
};

/// The importer for Encord JSON.
pub(super) struct Encord;

impl Importer for Encord {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let reason = "no JSON with `label_hash` and `data_units`";
        Detection::of_files(upload, 0.97, reason, is_encord)
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let max_bytes = max_record_bytes(upload.limits());
        let mut reader = reader::Reader::new(upload.limits(), context, sink);
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            let is_list = file.head_text().starts_with('[');
            let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
            if is_list && stream.enter()? != Kind::Array {
                return Err(ImportError::container(file.path(), "is no list"));
            }
            for at in 0.. {
                let place = || format!("`rows[{at}]`");
                let next = if is_list {
                    stream.next_element(place)?
                } else {
                    stream.next_value(place)?
                };
                let Some(element) = next else {
                    break;
                };
                reader.row(file.path(), at, &element, max_bytes)?;
            }
            if is_list {
                stream.finish()?;
            }
        }
        reader.finish()
    }
}

fn is_encord(file: &UploadFile) -> bool {
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
    // A label row may be longer than what is looked at; its hashes stand at its start.
    let head = file.head_text();
    (has("label_hash") && has("data_units"))
        || (sketch.is_list && head.contains("\"label_hash\"") && head.contains("\"dataset_hash\""))
}
