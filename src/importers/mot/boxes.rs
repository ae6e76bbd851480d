//! Boxes of MOTChallenge: true ones of people, or a model's.

use super::lines::{Kind, walk};
use super::sequence::{Origin, Sequences};
use super::tracks::{Identity, Seen, Tracks};
use crate::domain::{ReadingKey, Shape, SkipReason};
use crate::geometry::Rect;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Sink, Upload, UploadFile};
use std::collections::HashSet;

/// The numbers of one line.
struct Line {
    frame: u32,
    id: i64,
    numbers: Vec<f64>,
}

/// Reads one file.
pub(super) fn read(
    file: &UploadFile,
    kind: Kind,
    upload: &Upload,
    sequences: &Sequences,
    context: &Context,
    seen: &mut HashSet<ReadingKey>,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let sequence = sequences.of_file(upload, file);
    let origin = sequence.origin(file, context)?;
    // Frames count from 1; one that is 0 shows that this writer counts otherwise.
    let mut first_frame = 1;
    walk(file, |_, text| {
        if line(text, kind).is_ok_and(|line| line.frame == 0) {
            first_frame = 0;
        }
        Ok(())
    })?;
    // What people drew is called so where its columns do not say it.
    let is_model = kind == Kind::Results && file.name() != "gt.txt";
    let mut tracks = Tracks::default();
    let mut n_lines = 0;
    walk(file, |number, text| {
        n_lines += 1;
        match line(text, kind) {
            Ok(line) => {
                let (object, one) = object(&line, number, kind, origin, first_frame, is_model);
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
    let convention = match origin {
        Origin::One => "pixels counted from 1",
        Origin::Zero => "corners in pixels from 0",
    };
    sink.note(format!(
        "positions are read as {convention} (sidecar column `origin` says otherwise)"
    ))?;
    tracks.pass_on(
        file, &sequence, convention, is_model, n_lines, context, seen, sink,
    )
}

fn line(text: &str, kind: Kind) -> Result<Line, String> {
    let mut numbers = Vec::with_capacity(10);
    for (at, cell) in text.split(',').enumerate() {
        let number = cell
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite());
        numbers.push(number.ok_or_else(|| format!("column {} is no finite number", at + 1))?);
    }
    let needed = if kind == Kind::Truth { 9 } else { 10 };
    if numbers.len() != needed {
        return Err(format!(
            "has {} columns; {needed} are needed",
            numbers.len()
        ));
    }
    let whole = |at: usize, least: f64, most: f64| {
        let number = numbers[at];
        (number.fract() == 0.0 && (least..=most).contains(&number)).then_some(number as i64)
    };
    let frame = whole(0, 0.0, f64::from(u32::MAX));
    let frame = frame.ok_or("has no whole number of a frame")?;
    let id = whole(1, -1.0, 9e15).ok_or("has no whole number of an object, or -1")?;
    if !(numbers[2] + numbers[4]).is_finite() || !(numbers[3] + numbers[5]).is_finite() {
        return Err("reaches beyond what numbers can hold".to_owned());
    }
    if kind == Kind::Truth && whole(7, -1.0, 9e15).is_none() {
        return Err("has no whole number of a class, or -1".to_owned());
    }
    Ok(Line {
        frame: frame as u32,
        id,
        numbers,
    })
}

fn object(
    line: &Line,
    number: u64,
    kind: Kind,
    origin: Origin,
    first_frame: u32,
    is_model: bool,
) -> (Identity, Seen) {
    let off = f64::from(u8::from(origin == Origin::One));
    let [x, y, width, height] = [2, 3, 4, 5].map(|at| line.numbers[at]);
    let (x, y) = (x - off, y - off);
    let class = match kind {
        Kind::Truth => line.numbers[7] as i64,
        _ => -1,
    };
    let object = if line.id > 0 {
        Identity::Followed { id: line.id, class }
    } else {
        Identity::Alone {
            line: number,
            class,
        }
    };
    // A box of negative sides is kept as it stands and found invalid with its track.
    let rect = Rect {
        x0: x,
        y0: y,
        x1: x + width,
        y1: y + height,
    };
    let seen = Seen {
        frame: line.frame - first_frame,
        line: number,
        shape: Shape::Box(rect),
        is_ignored: !is_model && line.numbers[6] == 0.0,
        confidence: is_model.then_some(line.numbers[6]),
    };
    (object, seen)
}
