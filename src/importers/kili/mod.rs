//! Kili exports: assets with their labels, a list or one file an asset.
//!
//! | key | read as |
//! |---|---|
//! | `externalId`, `id` | the item |
//! | `resolution.{width, height}` | its size |
//! | `labels[]`, `latestLabels[]` or `latestLabel` | readings: `author.email`, `createdAt`, `labelType`, `secondsToLabel`, `skipped`, `isSentBackToQueue`, `modelName` |
//! | `jsonResponse.{job}` | `categories` of the whole; `annotations[].{type, categories, mid, children}`; of a video, the same a frame, from 0 |
//! | `boundingPoly[].normalizedVertices` | `rectangle` (4 corners around it), `polygon`, `semantic`: the outline, then its holes; several with one `mid` are parts of one object |
//! | `point`, `polyline`, `points[].{code, point}` | `marker`, `polyline` or `vector`, `pose` |
//! | `beginOffset`, `endOffset`, `content` | an entity of a text |
//!
//! Coordinates are shares of width and height from the top left corner; `vertices` are pixels.
//! Read in <https://github.com/kili-technology/kili-python-sdk>: `tests/unit/services/export/fakes/`, `src/kili/utils/labels/`,
//! `src/kili/services/export/format/voc/` (frames from 0); kinds of labels in `src/kili/domain/label.py`;
//! <https://docs.kili-technology.com/reference/export-object-entity-detection-and-relation>.

mod answers;
mod frames;
mod labels;
mod objects;
mod reader;
mod shapes;

use super::json::fields::max_record_bytes;
use super::json::{JsonStream, Kind, sketch};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload};

const FORMAT: Format = Format {
    key: "kili",
    title: "Kili JSON",
    detected_by: "JSON assets with `externalId` and `latestLabel`, `latestLabels` or `labels`",
    maps: "rectangles (turned ones too), polygons and semantic outlines with holes and parts, markers, lines, vectors, poses, entities of texts, classifications (nested ones too), objects of videos as tracks; the last label of each author and kind, time of submission and of work, skipped labels, reviews (as readings of verification, and what they made of a single author's label), honeypots as gold, predictions as a model's",
    ignores: "transcriptions, relations, objects on pages of documents and on maps, answers on video frames, drafts, labels that a later one replaces; counted or noted",
    rater: "`author.email` by the part before `@`, else the options; predictions and inferences are the model's, by `modelName`",
    convention: "shares of width and height from the top left corner",
};

/// The importer for Kili exports.
pub(super) struct Kili;

/// The one instance.
pub static IMPORTER: Kili = Kili;

impl Importer for Kili {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let reason =
            "no JSON assets with `externalId` and `latestLabel`, `latestLabels` or `labels`";
        Detection::of_files(upload, 0.95, reason, |file| {
            let Some(sketch) = sketch(file) else {
                return false;
            };
            let has = |key: &str| {
                if sketch.is_list {
                    sketch
                        .element("")
                        .is_some_and(|keys| keys.iter().any(|found| found == key))
                } else {
                    sketch.element(key).is_some()
                }
            };
            let is_any = |keys: &[&str]| keys.iter().any(|key| has(key));
            has("externalId")
                && is_any(&["latestLabel", "latestLabels", "labels"])
                && is_any(&["content", "jsonContent", "jsonMetadata", "resolution", "id"])
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
        let mut reader = reader::Reader::new(max_bytes, context, sink);
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            let is_list = file.head_text().starts_with('[');
            let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
            if is_list && stream.enter()? != Kind::Array {
                return Err(ImportError::container(file.path(), "is no list"));
            }
            for at in 0.. {
                let place = || format!("`assets[{at}]`");
                let next = if is_list {
                    stream.next_element(place)?
                } else {
                    stream.next_value(place)?
                };
                let Some(element) = next else {
                    break;
                };
                reader.asset(file.path(), at, &element)?;
            }
            if is_list {
                stream.finish()?;
            }
        }
        reader.finish()
    }
}
