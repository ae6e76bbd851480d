//! What one object of the LabelMe web tool draws, and what it says about itself.

use crate::domain::{Shape, SkipReason};
use crate::geometry::{Mask, Rect};
use crate::importers::annotation_root::number;
use crate::importers::drawn::outline;
use crate::importers::one_reading::point;
use crate::importers::png_mask::pixels::Runs;
use crate::importers::turned::is_upright;
use crate::importers::xml::Node;
use crate::importers::{Upload, UploadFile};
use std::collections::{BTreeMap, HashSet};

type Refusal = (SkipReason, String);

/// The shape of an object and who drew it; `used` takes the path of its mask.
pub(super) fn drawn<'a>(
    object: &'a Node,
    label: &str,
    file: &UploadFile,
    upload: &Upload,
    used: &mut HashSet<String>,
) -> Result<(Shape, Option<&'a str>), Refusal> {
    if let Some(segment) = object.at(&["segm"]) {
        let shape = mask(segment, file, upload, used)?;
        return Ok((shape, segment.text_at(&["username"])));
    }
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    let polygon = object
        .at(&["polygon"])
        .ok_or_else(|| invalid("has neither `polygon` nor `segm`".to_owned()))?;
    let mut ring = Vec::new();
    for (at, point) in polygon.all("pt").enumerate() {
        let read = |axis| number(point, axis).map_err(|said| invalid(format!("pt[{at}]: {said}")));
        ring.push([read("x")?, read("y")?]);
    }
    let is_box = object.text_at(&["type"]) == Some("bounding_box");
    let shape = match ring[..] {
        [] => return Err(invalid("its polygon has no `pt`".to_owned())),
        [only] => point(label, only),
        [_, _] => Shape::Polyline(ring),
        [a, b, c, d] if is_box && is_upright([a, b, c, d]) => Shape::Box(Rect::from_corners(a, c)),
        _ => {
            let (shape, _) = outline(ring).map_err(invalid)?;
            shape
        }
    };
    Ok((shape, polygon.text_at(&["username"])))
}

/// A mask drawn into an image of the upload: every pixel that is not black.
fn mask(
    segment: &Node,
    file: &UploadFile,
    upload: &Upload,
    used: &mut HashSet<String>,
) -> Result<Shape, Refusal> {
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    let name = segment
        .text_at(&["mask"])
        .ok_or_else(|| invalid("its `segm` has no `mask`".to_owned()))?;
    let folder = file.path().rfind('/').map_or("", |at| &file.path()[..=at]);
    let place = format!("{folder}Masks/{name}");
    let found = upload.files().iter().find(|one| one.path() == place);
    let found = found.ok_or_else(|| {
        let detail = "its mask is not in the folder `Masks` beside the file; send it along";
        (SkipReason::Dangling, detail.to_owned())
    })?;
    let reader = found
        .open()
        .map_err(|_| invalid("its mask cannot be read".to_owned()))?;
    let runs = Runs::read(reader, upload.limits().max_pixels)
        .map_err(|said| invalid(format!("its mask {said}")))?;
    used.insert(place);
    let spans = runs.not_black();
    Mask::from_bounds(runs.width_px, runs.height_px, spans)
        .map(Shape::Mask)
        .map_err(|said| invalid(format!("its mask: {said}")))
}

/// What annotators ticked and typed: `occluded`, and attributes as `name=value` or a word that holds.
pub(super) fn attributes(object: &Node) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if let Some(occluded) = object.text_at(&["occluded"]) {
        found.insert("occluded".to_owned(), occluded.to_owned());
    }
    if let Some(whole) = object.text_at(&["parts", "ispartof"]) {
        found.insert("group".to_owned(), whole.to_owned());
    }
    let typed = object.text_at(&["attributes"]).unwrap_or_default();
    for one in typed
        .split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty())
    {
        let (name, value) = one.split_once('=').unwrap_or((one, "true"));
        found.insert(name.trim().to_owned(), value.trim().to_owned());
    }
    found
}

/// `15-Nov-2019 14:38:51`, which the tool's server writes in its own time; taken as UTC.
pub(super) fn finished_at_us(text: &str) -> Option<i64> {
    let civil = jiff::civil::DateTime::strptime("%d-%b-%Y %H:%M:%S", text).ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_microsecond())
}
