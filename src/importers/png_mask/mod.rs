//! Masks as PNG images: one image a rater, item and (where classes are not drawn in it) label.

mod foreground;
mod meaning;
pub(super) mod pixels;

use super::{
    Context, Detection, Format, ImportError, Importer, Placement, Sink, Upload, UploadFile,
};
use crate::domain::{
    Annotation, Item, MaskForeground, ReadingKey, ReadingState, Shape, Skip, SkipReason,
};
use crate::geometry::Mask;
use foreground::{Frames, inverted};
use meaning::{Layer, Meaning, Name, meaning};
use pixels::{PixelError, Runs};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const DEFAULT_THRESHOLD: u8 = 128;
/// Images decoded side by side before they are passed on in order.
const FILES_AT_ONCE: usize = 16;
/// Items named in a note.
const MAX_EXAMPLES: usize = 3;

/// PNG masks.
pub struct PngMask;

const FORMAT: Format = Format {
    key: "png_mask",
    title: "PNG masks",
    detected_by: "PNG signature; with less confidence where JSON or XML files lie beside the images",
    maps: "rater, item, label, stage: from the file-name pattern or the options; 0/255 or 0/1: one mask (its light pixels, or the dark ones where \
           every border is light); palette indices, small \
           grey values and colours: a mask a class (class-1, #rrggbb), 0 and black being background; 16-bit values: instances; \
           smoothed edges: cut at 128 unless the threshold is set; all background: reviewed and empty",
    ignores: "images that look like pictures, images outside the pattern, animations, alpha (unless it alone varies)",
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
}

/// One image that holds masks, before it is decoded again to be passed on.
struct Plan<'a> {
    file: &'a UploadFile,
    placement: Placement,
    size_px: (u32, u32),
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
        Detection::of_files(upload, confidence, "there is no PNG image in it", |file| {
            file.head().starts_with(SIGNATURE)
        })
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
        let files: Vec<&UploadFile> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .collect();
        // Whether the value 1 is a class or "set", and whether an item's masks share a grid, only all images together tell.
        let mut survey = Survey::default();
        let mut plans = Vec::new();
        for chunk in files.chunks(FILES_AT_ONCE) {
            let looked: Vec<_> = chunk
                .par_iter()
                .map(|file| {
                    if context.is_outside_pattern(file.path(), file.name()) {
                        let detail = "does not match the pattern".to_owned();
                        return Err(Fault::File(SkipReason::NotAnnotation, detail));
                    }
                    decode(file, threshold, max_pixels)
                })
                .collect();
            for (file, looked) in chunk.iter().copied().zip(looked) {
                match looked {
                    Ok(decoded) => {
                        let placement = context.place(file.path(), file.name())?;
                        let size_px = (decoded.width_px, decoded.height_px);
                        survey.add(&placement, size_px, &decoded.meaning);
                        plans.push(Plan {
                            file,
                            placement,
                            size_px,
                        });
                    }
                    Err(Fault::File(SkipReason::InvalidRecord, detail)) if files.len() == 1 => {
                        return Err(ImportError::container(file.path(), detail));
                    }
                    Err(fault) => skip(fault, file, sink)?,
                }
            }
        }
        let foreground = context.options().mask_foreground;
        let mut given = BTreeMap::new();
        for chunk in plans.chunks(FILES_AT_ONCE) {
            let decoded: Vec<_> = chunk
                .par_iter()
                .map(|plan| decode(plan.file, threshold, max_pixels))
                .collect();
            for (plan, decoded) in chunk.iter().zip(decoded) {
                match decoded {
                    Ok(decoded) => {
                        let decoded = survey.drawn(plan, decoded, foreground);
                        pass_on(plan, decoded, &survey, &mut given, sink)?;
                    }
                    Err(fault) => skip(fault, plan.file, sink)?,
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

fn decode(file: &UploadFile, threshold: u8, max_pixels: u64) -> Result<Decoded, Fault> {
    let reader = file.open().map_err(Fault::Import)?;
    let runs = Runs::read(reader, max_pixels).map_err(|error| {
        let reason = match error {
            PixelError::Broken(_) => SkipReason::InvalidRecord,
            PixelError::Picture => SkipReason::NotAnnotation,
            PixelError::TooLarge { .. } | PixelError::Unsupported(_) => SkipReason::Unsupported,
        };
        Fault::File(reason, error.to_string())
    })?;
    let (width_px, height_px) = (runs.width_px, runs.height_px);
    let meaning = meaning(runs, threshold)
        .map_err(|picture| Fault::File(SkipReason::NotAnnotation, picture.0))?;
    Ok(Decoded {
        width_px,
        height_px,
        meaning,
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
    } = decoded;
    let file = plan.file.path();
    let key = plan.placement.reading_key(None);
    let state = if meaning.layers.is_empty() {
        ReadingState::ReviewedEmpty
    } else {
        ReadingState::Annotated
    };
    sink.item(survey.item(&plan.placement, plan.size_px))?;
    sink.reading(plan.placement.to_reading(key.clone(), state, file))?;
    for layer in meaning.layers {
        let (label, source_id, semantic) =
            survey.name(&layer, meaning.small_value, &plan.placement);
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

/// What all images together tell.
#[derive(Default)]
struct Survey {
    /// Number of masks by item and size.
    sizes: BTreeMap<String, BTreeMap<(u32, u32), u64>>,
    small_values: BTreeSet<u32>,
    has_classes: bool,
    n_thresholded: u64,
    frames: Frames,
}

impl Survey {
    fn add(&mut self, placement: &Placement, size_px: (u32, u32), meaning: &Meaning) {
        *self
            .sizes
            .entry(placement.item.clone())
            .or_default()
            .entry(size_px)
            .or_default() += 1;
        self.small_values.extend(meaning.small_value);
        self.has_classes |= meaning.has_classes;
        self.n_thresholded += u64::from(meaning.is_thresholded);
        self.frames
            .add(placement.rater.as_deref(), size_px, meaning);
    }

    /// The image with what is drawn in it set, be it light or dark.
    fn drawn(
        &self,
        plan: &Plan<'_>,
        decoded: Decoded,
        foreground: Option<MaskForeground>,
    ) -> Decoded {
        let is_class = decoded.meaning.small_value.is_some() && self.are_classes();
        if is_class
            || !self
                .frames
                .is_dark(plan.placement.rater.as_deref(), foreground)
        {
            return decoded;
        }
        Decoded {
            meaning: inverted(decoded.meaning, plan.size_px),
            ..decoded
        }
    }

    /// Whether small grey values are classes rather than "set".
    fn are_classes(&self) -> bool {
        self.has_classes || self.small_values.len() > 1
    }

    /// The item, with its size unless its masks lie on different grids.
    fn item(&self, placement: &Placement, (width_px, height_px): (u32, u32)) -> Item {
        let mut item = placement.to_item();
        item.n_slices = Some(1);
        if self
            .sizes
            .get(&placement.item)
            .is_some_and(|sizes| sizes.len() == 1)
        {
            item.width_px = Some(width_px);
            item.height_px = Some(height_px);
        }
        item
    }

    /// Label, id and whether the mask is the only one of its label.
    fn name(
        &self,
        layer: &Layer,
        small_value: Option<u32>,
        placement: &Placement,
    ) -> (String, String, bool) {
        let only = || placement.label.clone().unwrap_or_else(|| "mask".to_owned());
        let class = |value: u32| (format!("class-{value}"), value.to_string(), true);
        match (layer.name, small_value) {
            (Name::Only, Some(value)) if self.are_classes() => class(value),
            (Name::Only, _) => (only(), "1".to_owned(), true),
            (Name::Class(value), _) => class(value),
            (Name::Colour(colour), _) => (format!("#{colour:06x}"), format!("#{colour:06x}"), true),
            (Name::Instance(value), _) => (only(), value.to_string(), false),
        }
    }

    fn notes(&self, threshold: u8) -> Vec<String> {
        let mut notes = Vec::new();
        if self.n_thresholded > 0 {
            notes.push(format!(
                "images with smoothed edges, cut at grey value {threshold}: {}",
                self.n_thresholded
            ));
        }
        let differing: Vec<_> = self
            .sizes
            .iter()
            .filter(|(_, sizes)| sizes.len() > 1)
            .collect();
        if !differing.is_empty() {
            let examples: Vec<String> = differing
                .iter()
                .take(MAX_EXAMPLES)
                .map(|(item, sizes)| {
                    let sizes: Vec<String> = sizes
                        .iter()
                        .map(|((width, height), n)| format!("{width}x{height} px ({n})"))
                        .collect();
                    format!("`{item}` {}", sizes.join(" and "))
                })
                .collect();
            notes.push(format!(
                "items whose masks lie on different grids, of which only masks of one grid are compared: {} (such as {})",
                differing.len(),
                examples.join("; ")
            ));
        }
        notes
    }
}
