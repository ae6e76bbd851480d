//! One markup of a JSON file.

use super::frame::{Frame, upright};
use super::shapes::{Point, cuboid, curve, landmarks, numbered, too_few};
use super::write::Writer;
use crate::domain::{MEASUREMENT_PREFIX, SkipReason};
use crate::importers::ImportError;
use crate::importers::json::fields::{given, list, word};
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads one markup into the sink.
pub(super) fn read(markup: &Value, place: &str, writer: &mut Writer) -> Result<(), ImportError> {
    let frame = match Frame::of(markup) {
        Ok(frame) => frame,
        Err(detail) => return writer.skip(SkipReason::Unsupported, place, detail),
    };
    writer.frame(frame);
    let kind = word(markup, "type").unwrap_or_default();
    match kind {
        "ROI" => return region(markup, frame, place, writer),
        "Plane" => {
            return writer.skip(
                SkipReason::Unsupported,
                place,
                "a plane, which no comparison knows",
            );
        }
        "Fiducial" | "Line" | "Angle" | "Curve" | "ClosedCurve" => {}
        _ => {
            return writer.skip(
                SkipReason::Unsupported,
                place,
                "its type is none of Fiducial, Line, Angle, Curve, ClosedCurve, ROI",
            );
        }
    }
    let stated = match list(markup, "controlPoints") {
        Ok(stated) => stated,
        Err(detail) => return writer.skip(SkipReason::InvalidRecord, place, detail),
    };
    let (points, is_broken) = points(stated, frame, place, writer)?;
    if is_broken && kind != "Fiducial" {
        let detail = "one of its points cannot be read, and without it, it would be another shape";
        return writer.skip(SkipReason::InvalidRecord, place, detail);
    }
    if stated.is_empty() || (kind == "Fiducial" && points.is_empty()) {
        return Ok(());
    }
    let label = writer.label(word(markup, "name"), kind);
    let measured = measurements(markup);
    let n_needed = match kind {
        "Fiducial" => {
            for mut annotation in landmarks(&points, &label, place) {
                annotation.attributes.clone_from(&measured);
                writer.keep(annotation)?;
            }
            return Ok(());
        }
        "Line" => 2,
        "Angle" => 3,
        _ => {
            let is_closed = kind == "ClosedCurve";
            return match curve(&points, is_closed) {
                Ok((z_mm, shape)) => {
                    writer.n_curves += 1;
                    writer.keep_in_plane(z_mm, shape, label, place, measured)
                }
                Err((reason, detail)) => writer.skip(reason, place, detail),
            };
        }
    };
    if points.len() != n_needed {
        let detail = too_few(points.len(), n_needed);
        return writer.skip(SkipReason::InvalidRecord, place, detail);
    }
    writer.keep_shape(numbered(&points), label, place, measured)
}

/// The placed points, and whether one is broken.
fn points(
    stated: &[Value],
    frame: Frame,
    place: &str,
    writer: &mut Writer,
) -> Result<(Vec<Point>, bool), ImportError> {
    let mut found = Vec::with_capacity(stated.len());
    let mut is_broken = false;
    for (at, point) in stated.iter().enumerate() {
        let record = || format!("{place}.controlPoints[{at}]");
        match given(point, "positionStatus").map(Value::as_str) {
            None | Some(Some("defined")) => {}
            Some(Some("undefined" | "preview" | "missing")) => {
                writer.skip(
                    SkipReason::NotAnnotation,
                    record(),
                    "a point that is not placed",
                )?;
                continue;
            }
            Some(_) => {
                writer.skip(
                    SkipReason::Unsupported,
                    record(),
                    "its `positionStatus` is none of defined, undefined, preview, missing",
                )?;
                is_broken = true;
                continue;
            }
        }
        match numbers::<3>(point, "position") {
            Ok(position) => found.push(Point {
                at,
                label: word(point, "label").unwrap_or_default().to_owned(),
                mm: frame.to_lps_mm(position),
            }),
            Err(detail) => {
                writer.skip(SkipReason::InvalidRecord, record(), detail)?;
                is_broken = true;
            }
        }
    }
    Ok((found, is_broken))
}

fn region(
    markup: &Value,
    frame: Frame,
    place: &str,
    writer: &mut Writer,
) -> Result<(), ImportError> {
    if given(markup, "insideOut").and_then(Value::as_bool) == Some(true) {
        return writer.skip(
            SkipReason::Unsupported,
            place,
            "a region that is everything outside its box",
        );
    }
    let read = || -> Result<_, String> {
        let centre = frame.to_lps_mm(numbers(markup, "center")?);
        let size = numbers::<3>(markup, "size")?.map(|side| side * frame.mm_per_unit);
        let [a, b, c, d, e, f, g, h, i] = match given(markup, "orientation") {
            None => [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
            Some(_) => numbers(markup, "orientation")?,
        };
        // Axes stand in columns.
        let axes = [[a, d, g], [b, e, h], [c, f, i]].map(|axis| frame.turned(axis));
        Ok((centre, size, upright(axes)))
    };
    let (centre, size, stand) = match read() {
        Ok(read) => read,
        Err(detail) => return writer.skip(SkipReason::InvalidRecord, place, detail),
    };
    let Some(stand) = stand else {
        return writer.skip(
            SkipReason::Unsupported,
            place,
            "a region that is tilted; only regions with one axis from feet to head are read",
        );
    };
    match cuboid(centre, size, stand) {
        Ok(shape) => {
            let label = writer.label(word(markup, "name"), "ROI");
            writer.keep_shape(shape, label, place, measurements(markup))
        }
        Err(detail) => writer.skip(SkipReason::InvalidRecord, place, detail),
    }
}

/// Finite numbers, exactly so many.
fn numbers<const N: usize>(holder: &Value, name: &str) -> Result<[f64; N], String> {
    let stated = list(holder, name)?;
    let numbers: Option<Vec<f64>> = stated
        .iter()
        .map(|number| number.as_f64().filter(|number| number.is_finite()))
        .collect();
    numbers
        .and_then(|numbers| numbers.try_into().ok())
        .ok_or_else(|| format!("`{name}` is not {N} finite numbers"))
}

/// What Slicer measured on the markup.
fn measurements(markup: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for one in list(markup, "measurements").unwrap_or_default() {
        let (Some(name), Some(value)) = (
            word(one, "name"),
            given(one, "value").and_then(Value::as_f64),
        ) else {
            continue;
        };
        let unit = word(one, "units").map_or_else(String::new, |unit| format!(" [{unit}]"));
        found.insert(
            format!("{MEASUREMENT_PREFIX}{name}{unit}"),
            value.to_string(),
        );
    }
    found
}
