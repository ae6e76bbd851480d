//! Prodigy's JSON lines: one task a line, with what one annotator answered.
//!
//! `{"text", "spans": [{"start", "end", "label"}], "answer": "accept", "_input_hash", "_task_hash", "_view_id", "_annotator_id", "_timestamp"}`; tasks
//! of images have `image` and spans with `points`, choices have `options` and `accept`, yes-or-no questions have `label`.
//! Format: <https://prodi.gy/docs/api-interfaces>.

mod answers;
mod lines;
mod reader;
mod spans;
mod task;
#[cfg(test)]
mod tests;

use super::json::sketch;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};

const FORMAT: Format = Format {
    key: "prodigy",
    title: "Prodigy JSON lines",
    detected_by: "JSON lines whose first object has `_input_hash` and `_task_hash`",
    maps: "item: `_input_hash`, of images the file's name; spans of text, boxes and outlines on images; choices (of several, a yes or no for each \
           option), yes-or-no questions by label; when it was answered; ignored and rejected tasks as skipped; tasks of `review` as adjudicated; \
           a task that is answered again as a further reading",
    ignores: "yes-or-no questions about suggested spans, relations, sounds, typed texts, other views, tasks without an answer (unless the role is \
              `model`), the versions that a review was made from, lines that repeat an earlier one, counted; tokens, `meta`, the text itself, \
              which only tells whether spans lie in it",
    rater: "`_annotator_id`, else `_session_id`, both the name of a session (an e-mail address is shortened); a session without a name is called after \
            its time, which is nobody: then from the options",
    convention: "Unicode code points from the start of the text, the end behind the last character; pixels of the image from the corner of its first one",
};

/// The importer for Prodigy.
pub(super) struct Prodigy;

impl Importer for Prodigy {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.97,
            "no JSON lines with `_input_hash` and `_task_hash`",
            looks_right,
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let files: Vec<&UploadFile> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .collect();
        let mut styles = answers::Styles::default();
        for file in &files {
            lines::each(file, upload.limits(), |_, line| {
                if let lines::Line::Whole(line) = line {
                    styles.see(line);
                }
                Ok(())
            })?;
        }
        let mut reader = reader::Reader::new(upload.limits(), context, sink, &styles);
        for file in files {
            lines::each(file, upload.limits(), |at, line| {
                reader.line(file.path(), &format!("line {at}"), line)
            })?;
        }
        reader.finish()
    }
}

fn looks_right(file: &UploadFile) -> bool {
    sketch(file).is_some_and(|sketch| {
        let has = |name: &str| sketch.keys.iter().any(|(key, _)| key == name);
        !sketch.is_list && has("_input_hash") && has("_task_hash")
    })
}
