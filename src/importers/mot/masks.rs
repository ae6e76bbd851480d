//! Masks of MOTS: run lengths as COCO writes them.

use super::lines::walk;
use super::sequence::Sequences;
use super::tracks::{Identity, Seen, Tracks};
use crate::domain::{ReadingKey, Shape, SkipReason};
use crate::geometry::Mask;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Sink, Upload, UploadFile};
use std::collections::HashSet;

/// Sides beyond this are no image.
const MAX_SIDE_PX: u64 = 1_000_000;
/// Classes of MOTS, which are not those of MOTChallenge.
const CAR: i64 = 1;
const PEDESTRIAN: i64 = 2;
/// What is not to be counted.
const IGNORED: i64 = 10;

/// Reads one file.
pub(super) fn read(
    file: &UploadFile,
    upload: &Upload,
    sequences: &Sequences,
    context: &Context,
    seen: &mut HashSet<ReadingKey>,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut sequence = sequences.of_file(upload, file);
    let max_pixels = upload.limits().max_pixels;
    let mut tracks = Tracks::default();
    let mut n_lines = 0;
    walk(file, |number, text| {
        n_lines += 1;
        match line(text, number, max_pixels) {
            Ok((object, one, size_px)) => {
                sequence.size_px.get_or_insert(size_px);
                tracks.add(object, one);
                Ok(())
            }
            Err(detail) => {
                let reason = SkipReason::InvalidRecord;
                Ok(skip(
                    sink,
                    reason,
                    file.path(),
                    format!("line {number}"),
                    detail,
                )?)
            }
        }
    })?;
    sequence.set_labels_of_masks();
    let convention = "masks by run lengths down the columns";
    tracks.pass_on(
        file, &sequence, convention, false, n_lines, context, seen, sink,
    )
}

/// The name of a class.
pub(super) fn label(class: i64) -> Option<&'static str> {
    match class {
        CAR => Some("car"),
        PEDESTRIAN => Some("pedestrian"),
        IGNORED => Some("ignore region"),
        _ => None,
    }
}

fn line(text: &str, number: u64, max_pixels: u64) -> Result<(Identity, Seen, (u32, u32)), String> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let &[frame, id, class, height, width, runs] = &words[..] else {
        return Err(format!("has {} columns; 6 are needed", words.len()));
    };
    let whole = |word: &str, what: &str| {
        word.parse::<u32>()
            .map_err(|_| format!("has no whole number of {what}"))
    };
    let (width, height) = (whole(width, "columns")?, whole(height, "rows")?);
    let n_pixels = u64::from(width) * u64::from(height);
    if u64::from(width.max(height)) > MAX_SIDE_PX || n_pixels > max_pixels {
        return Err(format!(
            "its image is `{width}x{height}` px; that is more than an image may have"
        ));
    }
    let mask = Mask::from_coco_string(width, height, runs)
        .map_err(|error| format!("its run lengths: {error}"))?;
    let class = i64::from(whole(class, "a class")?);
    let id = i64::from(whole(id, "an object")?);
    let seen = Seen {
        frame: whole(frame, "a frame")?,
        line: number,
        shape: Shape::Mask(mask),
        is_ignored: class == IGNORED,
        confidence: None,
    };
    let object = match class {
        // Regions to ignore all have one number.
        IGNORED => Identity::Alone {
            line: number,
            class,
        },
        _ => Identity::Followed { id, class },
    };
    Ok((object, seen, (width, height)))
}
