//! A file from its first line to its last.

use super::objects::{Line, line};
use crate::domain::{Annotation, Role, SkipReason};
use crate::importers::one_reading::{OneReading, image_of};
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};

/// The rater of files with scores that the options name none for.
const MODEL: &str = "model";

/// Reads one file.
pub(super) fn read(
    file: &UploadFile,
    limits: &Limits,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let bytes = file.read_all(limits.max_token_bytes as u64)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let detail = format!(
            "is no UTF-8 text at byte {}; save it as UTF-8",
            error.valid_up_to()
        );
        ImportError::container(file.path(), detail)
    })?;
    let image = image_of(file, &[".txt"]);
    let mut reading = OneReading::new(file, image, None, context)?;
    let mut found: Vec<Annotation> = Vec::new();
    let mut n_objects = 0;
    let mut is_scored = false;
    for (at, text) in text.lines().enumerate() {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            continue;
        }
        let record = format!("line {}", at + 1);
        match line(text, &record) {
            Ok(Line::DontCare) => {
                let detail = "marks a region that was not labelled (DontCare)";
                reading.skip(sink, SkipReason::NotAnnotation, &record, detail)?;
                continue;
            }
            Ok(Line::Object(boxes)) => {
                is_scored |= text.split_ascii_whitespace().count() == 16;
                found.extend(boxes);
            }
            Err(detail) => reading.skip(sink, SkipReason::InvalidRecord, &record, &detail)?,
        }
        n_objects += 1;
    }
    if is_scored && reading.placement.rater.is_none() {
        MODEL.clone_into(&mut reading.reading.key.rater);
        reading.reading.role = context.options().role.unwrap_or(Role::Model);
    }
    for annotation in found {
        reading.keep(sink, annotation)?;
    }
    // A file with nothing but regions that were not labelled has no object.
    reading.finish(sink, context, n_objects)
}
