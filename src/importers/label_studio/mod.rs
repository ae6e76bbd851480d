//! Label Studio's own exports: tasks with the annotations of several people (JSON, one list or one a line), and the flat
//! exports with one annotation a row (JSON-MIN, CSV, TSV).

#[cfg(test)]
mod answer_tests;
mod answers;
mod bitmask;
mod brush;
mod delimited;
mod flat;
mod header;
mod keypoints;
mod kinds;
mod notes;
mod pages;
mod paths;
mod pieces;
#[cfg(test)]
mod reading_tests;
mod results;
mod reviews;
mod shapes;
mod signature;
mod spots;
mod task;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod text_tests;
mod texts;
mod value;
mod video;

use super::json::JsonStream;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload};

const FORMAT: Format = Format {
    key: "label_studio",
    title: "Label Studio JSON",
    detected_by: "a JSON list, or one object a line, of tasks with `data` and `annotations`, `completions` or `predictions`; annotations with their `task`; rows with `annotation_id`, `annotator` and `lead_time` as JSON-MIN, CSV or TSV",
    maps: "rectangles (turned about their top left corner), polygons, ellipses, brush masks, bitmasks, straight vectors, keypoints (one set per parent region or control), rectangles in videos as tracks, spans of plain text (offsets become Unicode characters); choices, taxonomies, ratings, numbers, dates, pairwise choices and rankings, about the task or a region; several images of a task by `item_index` or by `to_name`, each an item; working time, finishing time, cancelled tasks, ground truth, the last review of each annotation; predictions as readings of a model with their scores; UIDs in `data`",
    ignores: "typed texts, relations, spans of HTML and dialogues, sounds, time series and time lines, curves, regions on turned images and on images that nothing tells apart, drafts; in flat exports single choices, unless --column label= names their column; all counted or noted",
    rater: "`completed_by` as `user-<id>`, where only an address is given what stands before its @, else the options; a prediction's `model_version`",
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
        Detection::of_files(
            upload,
            0.95,
            "no JSON of tasks with `data` and `annotations`, `completions` or `predictions`, and no table with `annotation_id`, `annotator` and `lead_time`",
            |file| signature::is_json(file) || delimited::separator(file).is_some(),
        )
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
            if let Some(separator) = delimited::separator(file) {
                delimited::read(&mut reader, file, separator, upload.limits())?;
                continue;
            }
            let max = upload.limits().max_token_bytes;
            let mut stream = JsonStream::new(file.path(), file.open()?, max);
            let mut at = 0;
            if signature::is_list(file) {
                stream.enter()?;
                while let Some(element) = stream.next_element(|| format!("`tasks[{at}]`"))? {
                    reader.record(file.path(), &format!("tasks[{at}]"), at, element)?;
                    at += 1;
                }
                stream.finish()?;
                continue;
            }
            while let Some(element) = stream.next_value(|| format!("line `tasks[{at}]`"))? {
                reader.record(file.path(), &format!("tasks[{at}]"), at, element)?;
                at += 1;
            }
        }
        reader.finish()
    }
}
