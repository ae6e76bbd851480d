//! Labelbox exports: version 2 (a line or list element for each data row) and version 1 (one for each label).
//!
//! | version 2 | read as |
//! |---|---|
//! | `data_row.{global_key, external_id, id}` | the item, by the first that is there |
//! | `media_attributes.{width, height}` | its size |
//! | `projects.*.labels[]` | readings: `label_details.{created_by, created_at, reviews}`, `performance_details.{seconds_to_create, skipped}` |
//! | `annotations.objects[]` | `bounding_box` {top, left, height, width}, `polygon`, `line`, `point`, `location`; pixels |
//! | `annotations.classifications[]` | `radio_answer`, `checklist_answers`, `text_answer`, each with `classifications` below it |
//! | `annotations.frames.{n}` | the same, a frame, from 1 |
//!
//! Version 1 says `Labeled Data`, `Label.objects[].{bbox, polygon, line, point, data.location}`, `answer`, `answers`, `Created By`.
//! Read in <https://github.com/Labelbox/labelbox-python>, `libs/labelbox/src/labelbox/data/serialization/labelbox_v1/` and
//! `libs/labelbox/tests/data/assets/labelbox_v1/`; version 2 in <https://docs.labelbox.com/reference/export-image-annotations>.
//! The end of an entity belongs to it: the samples hold one from 372 to 372.

mod answers;
mod details;
mod objects;
mod reader;
mod video;

use super::json::fields::max_record_bytes;
use super::json::{JsonStream, Kind, sketch};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload};

const FORMAT: Format = Format {
    key: "labelbox",
    title: "Labelbox export",
    detected_by: "JSON lines or a list with `data_row` and `projects` (version 2), or with `Labeled Data` and `Label` (version 1)",
    maps: "boxes, polygons, lines, points, text entities, radio and checklist answers (nested ones as attributes), objects of videos as tracks; author, time of creation and of work, skipped labels, reviews, image size",
    ignores: "masks, which an export holds as links; typed texts, relationships, answers on video frames, boxes on document pages, predictions of model runs; counted or noted",
    rater: "`created_by` by the part of the address before `@`, else the options",
    convention: "pixels from the image's top left corner",
};

/// The importer for Labelbox exports.
pub(super) struct Labelbox;

/// What a file is, by the keys of its first record.
fn version(keys: &[String]) -> Option<bool> {
    let has = |key: &str| keys.iter().any(|found| found == key);
    if has("data_row") && (has("projects") || has("experiments")) {
        return Some(true);
    }
    (has("Labeled Data") && has("Label")).then_some(false)
}

impl Importer for Labelbox {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let mut is_payload = false;
        let reason =
            "no JSON lines or list with `data_row` and `projects`, or `Labeled Data` and `Label`";
        let found = Detection::of_files(upload, 0.96, reason, |file| {
            let Some(sketch) = sketch(file) else {
                return false;
            };
            let keys: Vec<String> = if sketch.is_list {
                sketch.element("").unwrap_or_default().to_vec()
            } else {
                sketch.keys.iter().map(|(key, _)| key.clone()).collect()
            };
            let has = |key: &str| keys.iter().any(|found| found == key);
            is_payload |= has("dataRow") && (has("uuid") || has("schemaId") || has("name"));
            version(&keys).is_some()
        });
        match found {
            Detection::Rejects { .. } if is_payload => Detection::rejects(
                "this is a payload for an import into Labelbox, which names no author; export the project instead",
            ),
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
        let max_bytes = max_record_bytes(upload.limits());
        let mut reader = reader::Reader::new(max_bytes, context, sink);
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
                reader.row(file.path(), at, &element)?;
            }
            if is_list {
                stream.finish()?;
            }
        }
        reader.finish()
    }
}
