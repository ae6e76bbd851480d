//! COCO results: a list of detections, which name images and categories by number only.

use super::annotation::{annotation, unsupported};
use super::index::Companions;
use super::instances::parse;
use super::records::{ANNOTATION_FIELDS, AnnotationRecord, Id, Segmentation};
use crate::domain::{ReadingKey, ReadingState, Role, SkipReason};
use crate::importers::context::base_name;
use crate::importers::json::{JsonStream, Kind};
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile, item_key_of};
use std::collections::HashMap;

/// Reads a results file.
pub(super) fn read(
    file: &UploadFile,
    limits: &Limits,
    context: &Context,
    companions: &Companions,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut stream = JsonStream::new(file.path(), file.open()?, limits.max_token_bytes);
    if stream.enter()? != Kind::Array {
        return Err(ImportError::container(
            file.path(),
            "is no list; COCO results are a list",
        ));
    }
    if companions.is_empty() {
        sink.note(format!(
            "{}: results name images and categories by number only; send the data set's file along for names and sizes",
            file.path()
        ))?;
    }
    let mut readings: HashMap<Id, ReadingKey> = HashMap::new();
    let mut at = 0;
    while let Some(element) = stream.next_element(|| format!("`results[{at}]`"))? {
        let place = format!("results[{at}]");
        at += 1;
        let outcome = match parse::<AnnotationRecord>(element, ANNOTATION_FIELDS, limits) {
            Ok(record) => keep(
                &record,
                &place,
                file,
                limits,
                context,
                companions,
                &mut readings,
                sink,
            )?,
            Err(reason) => Err((SkipReason::InvalidRecord, reason)),
        };
        if let Err((reason, detail)) = outcome {
            skip(sink, reason, file.path(), place, detail)?;
        }
    }
    stream.finish()
}

#[expect(
    clippy::too_many_arguments,
    reason = "one caller, and a struct would only rename them"
)]
fn keep(
    record: &AnnotationRecord,
    place: &str,
    file: &UploadFile,
    limits: &Limits,
    context: &Context,
    companions: &Companions,
    readings: &mut HashMap<Id, ReadingKey>,
    sink: &mut dyn Sink,
) -> Result<Result<(), super::annotation::Refusal>, ImportError> {
    let (Some(image_id), Some(category_id)) = (&record.image_id, &record.category_id) else {
        let detail = "has no `image_id` or no `category_id`".to_owned();
        return Ok(Err((SkipReason::InvalidRecord, detail)));
    };
    if let Some(detail) = unsupported(record) {
        return Ok(Err((SkipReason::Unsupported, detail)));
    }
    let dangling = |detail| Ok(Err((SkipReason::Dangling, detail)));
    let (name, size_px, category) = if companions.is_empty() {
        (image_id.to_string(), runs_size(record), None)
    } else {
        let (name, size_px) = match companions.image(image_id) {
            Ok(found) => found,
            Err(detail) => return dangling(detail),
        };
        match companions.category(category_id) {
            Ok(category) => (name.to_string(), *size_px, Some(category)),
            Err(detail) => return dangling(detail),
        }
    };
    let label = category.map_or_else(|| category_id.to_string(), |category| category.name.clone());
    let annotation = match annotation(record, category, label, size_px, place, true, limits) {
        Ok(annotation) => annotation,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !readings.contains_key(image_id) {
        let placement = context.place(file.path(), &name)?;
        let mut item = placement.to_item();
        item.width_px = size_px.map(|(width, _)| width);
        item.height_px = size_px.map(|(_, height)| height);
        item.image_name = (!companions.is_empty()).then(|| base_name(&name).to_owned());
        sink.item(item)?;
        // The options' one annotator stands for the data set where that holds annotations of its own.
        let stated = placement.rater.clone().filter(|rater| {
            companions.n_annotations == 0 || context.options().annotator.as_ref() != Some(rater)
        });
        let is_model = stated.is_none();
        let rater = stated.unwrap_or_else(|| item_key_of(file.name().trim_end_matches(".json")));
        let key = placement.reading_key(Some(&rater));
        let mut reading = placement.to_reading(key.clone(), ReadingState::Annotated, file.path());
        if is_model {
            reading.role = context.options().role.unwrap_or(Role::Model);
            reading.reference = None;
        }
        sink.reading(reading)?;
        readings.insert(image_id.clone(), key);
    }
    if let Some(key) = readings.get(image_id) {
        sink.annotation(key, annotation)?;
    }
    Ok(Ok(()))
}

/// The image size that run lengths state.
fn runs_size(record: &AnnotationRecord) -> Option<(u32, u32)> {
    match &record.segmentation {
        Some(Segmentation::Runs {
            size: [height, width],
            ..
        }) => Some((u32::try_from(*width).ok()?, u32::try_from(*height).ok()?)),
        _ => None,
    }
}
