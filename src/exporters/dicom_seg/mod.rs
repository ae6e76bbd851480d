//! DICOM segmentations: a file for each reading, with its masks as binary segments.

mod content;
mod data_set;
mod elements;
mod grid;
mod groups;

use super::report::Tally;
use super::sets::{Pass, Refused, passes};
use super::sidecar::{SIDECAR, Sidecar};
use super::source::file_name;
use super::spool::{close, create};
use super::{ExportError, ExportFormat, ExportReport, Exporter, ReadingSet, Source};
use crate::domain::{Annotation, Item, ReadingState};
use content::{Content, Ground, ground_of};
use data_set::data_set;
use dicom_object::FileMetaTableBuilder;
use elements::{fits, is_uid};
use std::path::Path;

const EXPLICIT_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";
/// Of this writer of DICOM files.
const IMPLEMENTATION: &str = "2.25.179841692129459422522630080975978710855";

/// Writes DICOM SEG.
pub(super) struct DicomSeg;

const FORMAT: ExportFormat = ExportFormat {
    key: "dicom-seg",
    title: "DICOM SEG",
    writes: "volumes whose grid is known and masks of images, on items and studies named by DICOM UIDs, as binary segments; one file for each \
             reading, rater as ContentCreatorName; places and directions with the digits that are kept; property codes by \
             their meaning, algorithm type, tracking UID; time",
    leaves_out: "boxes, rotated boxes, ellipses, polygons with their holes, polygons of several parts, lines, points, answers to a named question, ranks, cuboids, \
                 clouds, text and tracks; whole slides; volumes and masks without a place or without UIDs; readings that were skipped or never assigned. Without a count: \
                 confidence, further attributes and times of single masks",
};

impl Exporter for DicomSeg {
    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn write(&self, source: &dyn Source, folder: &Path) -> Result<ExportReport, ExportError> {
        let mut tally = Tally::default();
        let mut sidecar = Sidecar::default();
        let mut files = vec![SIDECAR.to_owned()];
        source.each(&mut |item, works| {
            let passes = passes(item, &item.key, works);
            let around = passes.values().find_map(ground_of);
            let mut is_written = false;
            for (set, pass) in &passes {
                let Some(content) = content_of(pass, around.as_ref(), &mut tally) else {
                    continue;
                };
                let file = write_file(pass, &content, set, folder)?;
                files.push(file);
                tally.n_readings += 1;
                tally.n_annotations += content.segments.len() as u64;
                is_written = true;
            }
            if is_written {
                tally.n_items += 1;
                // Such files know no names of images, so that the table goes by the item.
                sidecar.name(&Item {
                    image_name: None,
                    ..item.clone()
                });
            }
            Ok(())
        })?;
        sidecar.write(folder)?;
        let again = format!(
            "concord import FOLDER --format dicom_seg --pattern '{}' --sidecar FOLDER/{SIDECAR}",
            ReadingSet::PATTERN
        );
        Ok(tally.finish(FORMAT.key, files, again))
    }
}

/// What can be written of a reading; the rest is counted.
fn content_of<'a>(
    pass: &Pass<'a>,
    around: Option<&Ground>,
    tally: &mut Tally,
) -> Option<Content<'a>> {
    let key = &pass.item.key;
    let state = pass.reading.state;
    if !matches!(state, ReadingState::Annotated | ReadingState::ReviewedEmpty) {
        tally.leave_out(key, format!("{} cannot say `{state}`", FORMAT.title));
        return None;
    }
    let has_uids = is_uid(image_and_frame(key).0) && is_uid(&pass.item.study);
    let content = if has_uids {
        let mut refuse = |annotation: &Annotation, refused| match refused {
            Refused::NoForm => {
                let technique = annotation.shape.technique();
                let reason = format!("{} has no form for `{technique}`", FORMAT.title);
                tally.leave_out(key, reason);
            }
            Refused::Because(reason) => tally.leave_out(key, reason),
        };
        Content::of(pass, around, &mut refuse)
    } else {
        let reason = "its item or study is named by no DICOM UID";
        for _ in 0..pass.annotations.len().max(1) {
            tally.leave_out(key, reason);
        }
        None
    };
    if content.is_none() {
        tally.n_readings_left_out += 1;
        if has_uids && pass.annotations.is_empty() {
            let reason = "nothing was found on an item whose size is not known, so that no empty mask can be written";
            tally.leave_out(key, reason);
        }
    }
    content
}

fn write_file(
    pass: &Pass<'_>,
    content: &Content<'_>,
    set: &ReadingSet,
    folder: &Path,
) -> Result<String, ExportError> {
    let name = format!("{}/{}.dcm", set.folder(), file_name(&pass.item.key));
    // A name that is too long stands in the path alone.
    let creator = Some(set.rater())
        .filter(|rater| fits(rater))
        .unwrap_or_default();
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(EXPLICIT_LITTLE_ENDIAN)
        .implementation_class_uid(IMPLEMENTATION)
        .implementation_version_name("CONCORD");
    let object = data_set(pass, content, creator, set.folder())
        .with_meta(meta)
        .map_err(|error| ExportError::encode(&name, error))?;
    let mut out = create(folder, &name)?;
    object
        .write_all(&mut out)
        .map_err(|error| ExportError::encode(&name, error))?;
    close(&name, out)?;
    Ok(name)
}

/// The image of an item's key, and the number of its frame.
fn image_and_frame(key: &str) -> (&str, Option<&str>) {
    match key.split_once('#') {
        Some((image, number)) if number.parse::<u32>().is_ok() => (image, Some(number)),
        _ => (key, None),
    }
}
