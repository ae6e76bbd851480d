//! Masks as PNG images: one image a rater, item and (where classes are not drawn in it) label.

mod cityscapes;
mod foreground;
mod meaning;
mod names;
pub(in crate::importers) mod pixels;
mod survey;
mod voc_pairs;

use super::context::base_name;
use super::{
    Context, Detection, Format, ImportError, Importer, Placement, Sink, Upload, UploadFile,
};
use crate::domain::{Annotation, ReadingKey, ReadingState, Shape, Skip, SkipReason};
use crate::geometry::Mask;
use cityscapes::Part;
use meaning::{Meaning, Name, meaning, named};
use names::{Classes, Names, is_list_of_names};
use pixels::{PixelError, Runs};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use survey::Survey;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const DEFAULT_THRESHOLD: u8 = 128;
/// Images decoded side by side before they are passed on in order.
const FILES_AT_ONCE: usize = 16;

/// PNG masks.
pub struct PngMask;

const FORMAT: Format = Format {
    key: "png_mask",
    title: "PNG masks",
    detected_by: "PNG signature; with less confidence where JSON or XML files lie beside the images",
    maps: "rater, item, label, stage: from the file-name pattern or the options; 0/255 or 0/1: one mask (its light pixels, or the dark ones where \
           every border is light); palette indices, small \
           grey values and colours: a mask a class (class-1, #rrggbb), 0 and black being background; 16-bit values: instances; \
           names from labelmap.txt, label_colors.txt, class_dict.csv, dataset.json, classes.txt (if it begins with the background) beside or above the \
           images, or from the sidecar's columns `value` (2 or #ff0000) and `label`; things of SegmentationObject by the class of SegmentationClass; \
           numbers of Cityscapes' `_gtFine_labelIds.png` and its kind; smoothed edges: cut at 128 unless the threshold is set; all background: reviewed and empty",
    ignores: "images that repeat another (colours and labels of Cityscapes where instances lie beside), images that look like pictures, images outside the pattern, animations, alpha (unless it alone varies)",
    rater: "the pattern's rater group, a sidecar table, or the upload's annotator",
    convention: "pixels of the picture",
};

enum Fault {
    Import(ImportError),
    File(SkipReason, String),
}

/// One image, decoded.
struct Decoded {
    width_px: u32,
    height_px: u32,
    meaning: Meaning,
    /// What is wrong with single things of it.
    faults: Vec<String>,
}

/// One image that holds masks, before it is decoded again to be passed on.
struct Plan<'a> {
    task: Task<'a>,
    placement: Placement,
    size_px: (u32, u32),
}

/// One image, and what is known about it beforehand.
#[derive(Clone)]
struct Task<'a> {
    file: &'a UploadFile,
    /// The name of the image that it is about.
    image: &'a str,
    part: Option<Part>,
    classes: Option<Cow<'a, Classes>>,
    /// The image of single things that goes with it.
    objects: Option<&'a UploadFile>,
}

impl Importer for PngMask {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let has_annotations = upload.files().iter().any(|file| {
            matches!(
                file.head_text().as_bytes().first(),
                Some(b'{' | b'[' | b'<')
            )
        });
        let confidence = if has_annotations { 0.1 } else { 0.5 };
        let found =
            Detection::of_files(upload, confidence, "there is no PNG image in it", |file| {
                file.head().starts_with(SIGNATURE)
            });
        match found {
            Detection::Accepts { mut files, .. } => {
                let all = upload.files().iter().enumerate();
                files.extend(
                    all.filter(|(_, file)| is_list_of_names(file))
                        .map(|(at, _)| at),
                );
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
        let threshold = context
            .options()
            .mask_threshold
            .unwrap_or(DEFAULT_THRESHOLD);
        let max_pixels = upload.limits().max_pixels;
        let names = Names::of(upload, context)?;
        for (file, reason) in &names.unused {
            sink.note(format!("{file} {reason}"))?;
        }
        let images: Vec<&UploadFile> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .filter(|file| file.head().starts_with(SIGNATURE))
            .collect();
        let tasks = tasks(&images, &names, sink)?;
        // Whether the value 1 is a class or "set", and whether an item's masks share a grid, only all images together tell.
        let mut survey = Survey::default();
        let mut plans = Vec::new();
        for chunk in tasks.chunks(FILES_AT_ONCE) {
            let looked: Vec<_> = chunk
                .par_iter()
                .map(|task| {
                    if context.is_outside_pattern(task.file.path(), task.file.name()) {
                        let detail = "does not match the pattern".to_owned();
                        return Err(Fault::File(SkipReason::NotAnnotation, detail));
                    }
                    decode(task, threshold, max_pixels)
                })
                .collect();
            for (task, looked) in chunk.iter().zip(looked) {
                match looked {
                    Ok(decoded) => {
                        let placement = context.place(task.file.path(), task.image)?;
                        let size_px = (decoded.width_px, decoded.height_px);
                        survey.add(&placement, size_px, &decoded.meaning);
                        plans.push(Plan {
                            task: task.clone(),
                            placement,
                            size_px,
                        });
                    }
                    Err(Fault::File(SkipReason::InvalidRecord, detail)) if images.len() == 1 => {
                        return Err(ImportError::container(task.file.path(), detail));
                    }
                    Err(fault) => skip(fault, task.file, sink)?,
                }
            }
        }
        let foreground = context.options().mask_foreground;
        let mut given = BTreeMap::new();
        for chunk in plans.chunks(FILES_AT_ONCE) {
            let decoded: Vec<_> = chunk
                .par_iter()
                .map(|plan| decode(&plan.task, threshold, max_pixels))
                .collect();
            for (plan, decoded) in chunk.iter().zip(decoded) {
                match decoded {
                    Ok(decoded) => {
                        let decoded = survey.drawn(plan, decoded, foreground);
                        pass_on(plan, decoded, &survey, &mut given, sink)?;
                    }
                    Err(fault) => skip(fault, plan.task.file, sink)?,
                }
            }
        }
        Ok(survey
            .notes(threshold)
            .into_iter()
            .chain(survey.frames.notes(foreground))
            .try_for_each(|note| sink.note(note))?)
    }
}

/// Which images are read, and how: those that only repeat others are counted.
fn tasks<'a>(
    images: &[&'a UploadFile],
    names: &'a Names,
    sink: &mut dyn Sink,
) -> Result<Vec<Task<'a>>, ImportError> {
    let pairs = voc_pairs::pairs(images);
    let paired: BTreeSet<&str> = pairs.values().map(|file| file.path()).collect();
    // Of one image of Cityscapes, the file that says most.
    let mut best: BTreeMap<&str, Part> = BTreeMap::new();
    for file in images {
        if let Some((image, part)) = cityscapes::part(file.path()) {
            let known = best.entry(image).or_insert(part);
            *known = part.max(*known);
        }
    }
    let mut tasks = Vec::new();
    for &file in images {
        let part = cityscapes::part(file.path());
        let repeats = match (part, cityscapes::is_for_viewing(file.path())) {
            (Some((image, part)), _) => best.get(image).is_some_and(|best| *best > part),
            (None, Some(image)) => best.contains_key(image),
            _ => false,
        };
        if repeats {
            let detail = "says less of the same than a file of numbers beside it";
            let fault = Fault::File(SkipReason::NotAnnotation, detail.to_owned());
            skip(fault, file, sink)?;
            continue;
        }
        if paired.contains(file.path()) {
            continue;
        }
        let listed = names.of_path(file.path());
        let by_value = listed.filter(|classes| classes.has_values());
        tasks.push(Task {
            file,
            image: part.map_or(file.name(), |(image, _)| base_name(image)),
            part: part.map(|(_, part)| part),
            classes: match (part, by_value) {
                (Some((_, part)), None) => Some(Cow::Owned(cityscapes::classes(part))),
                (Some(_), Some(classes)) => Some(Cow::Borrowed(classes)),
                (None, _) => listed.map(Cow::Borrowed),
            },
            objects: pairs.get(file.path()).copied(),
        });
    }
    Ok(tasks)
}

fn pixels(file: &UploadFile, max_pixels: u64) -> Result<Runs, Fault> {
    let reader = file.open().map_err(Fault::Import)?;
    Runs::read(reader, max_pixels).map_err(|error| {
        let reason = match error {
            PixelError::Broken(_) => SkipReason::InvalidRecord,
            PixelError::Picture => SkipReason::NotAnnotation,
            PixelError::TooLarge { .. } | PixelError::Unsupported(_) => SkipReason::Unsupported,
        };
        Fault::File(reason, error.to_string())
    })
}

fn decode(task: &Task, threshold: u8, max_pixels: u64) -> Result<Decoded, Fault> {
    let runs = pixels(task.file, max_pixels)?;
    let (width_px, height_px) = (runs.width_px, runs.height_px);
    let draws_things = voc_pairs::draws_things(task.file.path());
    // Things are numbered or coloured one by one: no list names them.
    let classes = task.classes.as_deref().filter(|_| !draws_things);
    let is_of_voc = voc_pairs::is_of_voc(task.file.path());
    let found = match (task.part, classes) {
        (Some(Part::Instances), Some(classes)) => Ok(cityscapes::instances(runs, classes)),
        (_, Some(classes)) => match named(&runs, classes, is_of_voc) {
            Some(found) => found,
            None => meaning(runs, threshold),
        },
        (_, None) => meaning(runs, threshold),
    };
    let mut meaning = found.map_err(|picture| Fault::File(SkipReason::NotAnnotation, picture.0))?;
    if is_of_voc && classes.is_none() {
        meaning
            .layers
            .retain(|layer| layer.name != Name::Class(voc_pairs::VOID));
    }
    if draws_things {
        for layer in &mut meaning.layers {
            if let Name::Class(value) | Name::Colour(value) = layer.name {
                layer.name = Name::Instance(value);
            }
        }
    }
    let mut faults = Vec::new();
    if let Some(objects) = task.objects {
        let objects = pixels(objects, max_pixels)?;
        (meaning, faults) = voc_pairs::things(meaning, (width_px, height_px), objects)
            .map_err(|detail| Fault::File(SkipReason::InvalidRecord, detail))?;
    }
    Ok(Decoded {
        width_px,
        height_px,
        meaning,
        faults,
    })
}

fn skip(fault: Fault, file: &UploadFile, sink: &mut dyn Sink) -> Result<(), ImportError> {
    match fault {
        Fault::Import(error) => Err(error),
        Fault::File(reason, detail) => Ok(sink.skip(Skip {
            reason,
            file: file.path().to_owned(),
            record: String::new(),
            detail,
        })?),
    }
}

fn pass_on(
    plan: &Plan,
    decoded: Decoded,
    survey: &Survey,
    given: &mut BTreeMap<(ReadingKey, String), String>,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let Decoded {
        width_px,
        height_px,
        meaning,
        faults,
    } = decoded;
    let file = plan.task.file.path();
    let key = plan.placement.reading_key(None);
    for detail in &faults {
        let fault = Fault::File(SkipReason::InvalidRecord, detail.clone());
        skip(fault, plan.task.file, sink)?;
    }
    if meaning.layers.is_empty() && !faults.is_empty() {
        return Ok(sink.item(survey.item(&plan.placement, plan.size_px))?);
    }
    let state = if meaning.layers.is_empty() {
        ReadingState::ReviewedEmpty
    } else {
        ReadingState::Annotated
    };
    sink.item(survey.item(&plan.placement, plan.size_px))?;
    sink.reading(plan.placement.to_reading(key.clone(), state, file))?;
    let classes = plan.task.classes.as_deref();
    for layer in meaning.layers {
        let (label, source_id, semantic) =
            survey.name(&layer, meaning.small_value, &plan.placement, classes);
        let first = given
            .entry((key.clone(), label.clone()))
            .or_insert_with(|| file.to_owned());
        if first != file {
            sink.skip(Skip {
                reason: SkipReason::InvalidRecord,
                file: file.to_owned(),
                record: label.clone(),
                detail: format!(
                    "`{first}` already gives this label for this rater and item; tell them apart by a label, rater or session group of the pattern"
                ),
            })?;
            continue;
        }
        let mask = Mask::from_bounds(width_px, height_px, layer.bounds)
            .map_err(|error| ImportError::container(file, error.to_string()))?;
        sink.annotation(
            &key,
            Annotation {
                source_id,
                label,
                shape: Shape::Mask(mask),
                attributes: BTreeMap::new(),
                confidence: None,
                finished_at_us: plan.placement.finished_at_us,
                active_ms: None,
                semantic,
                invalid: None,
            },
        )?;
    }
    Ok(())
}
