//! Label Studio JSON: a list of tasks, each with the annotations of several people.

mod brush;
mod keypoints;
mod names;
#[cfg(test)]
mod reading_tests;
mod results;
mod reviews;
mod shapes;
mod task;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod text_tests;
mod texts;

use super::json::{JsonStream, Kind, sketch};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload};

const FORMAT: Format = Format {
    key: "label_studio",
    title: "Label Studio JSON",
    detected_by: "a JSON list of tasks with `data` and `annotations`, `completions` or `predictions`",
    maps: "rectangles (turned about their top left corner), polygons, ellipses, brush masks, keypoints (one set per parent region or control), spans of plain text (offsets become Unicode characters), choices, ratings; working time, finishing time, cancelled tasks, ground truth, the last review of each annotation",
    ignores: "spans of HTML and dialogues, sounds, typed texts, relations, taxonomies, regions on turned images and on tasks with several images; predictions, unless the role is `model`; all counted",
    rater: "`completed_by` as `user-<id>`, else the options; never an e-mail address",
    convention: "percent of the image from its top left corner; boxes turn clockwise in degrees about their top left corner",
};

/// The importer for Label Studio JSON.
pub(super) struct LabelStudio;

/// The one instance.
pub static IMPORTER: LabelStudio = LabelStudio;

impl Importer for LabelStudio {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let mut is_flat = false;
        let found = Detection::of_files(
            upload,
            0.95,
            "no JSON list of tasks with `data` and `annotations`, `completions` or `predictions`",
            |file| {
                let Some(sketch) = sketch(file).filter(|sketch| sketch.is_list) else {
                    return false;
                };
                let has = |key: &str| {
                    sketch
                        .element("")
                        .is_some_and(|keys| keys.iter().any(|found| found == key))
                };
                is_flat |= has("annotation_id") && has("annotator");
                has("data")
                    && ["annotations", "completions", "predictions"]
                        .into_iter()
                        .any(has)
            },
        );
        match found {
            Detection::Rejects { .. } if is_flat => Detection::rejects(
                "this is Label Studio's JSON-MIN, which drops what a comparison needs; export as JSON",
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
        let mut reader = task::Reader::new(upload.limits(), context, sink);
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            let max = upload.limits().max_token_bytes;
            let mut stream = JsonStream::new(file.path(), file.open()?, max);
            if stream.enter()? != Kind::Array {
                return Err(ImportError::container(
                    file.path(),
                    "is no list; an export is a list of tasks",
                ));
            }
            let mut at = 0;
            while let Some(element) = stream.next_element(|| format!("`tasks[{at}]`"))? {
                reader.task(file.path(), at, element)?;
                at += 1;
            }
            stream.finish()?;
        }
        reader.finish()
    }
}
