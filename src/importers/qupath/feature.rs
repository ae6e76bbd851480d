//! One feature: which object of QuPath it is, its class, its measurements.

use super::geometry::shapes;
use crate::domain::{Annotation, MEASUREMENT_PREFIX, Shape, SkipReason};
use crate::importers::json::{Members, elements, member, members, text};
use crate::importers::one_reading::{UNCLASSIFIED, plain};
use std::collections::BTreeMap;

/// What becomes of a record: nothing more to say, or why it is left out.
pub(super) type Kept = Result<(), (SkipReason, String)>;

/// What an object of QuPath is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// An annotation, which a person draws.
    Drawn,
    /// A detection, cell or tile, which a command or model makes.
    Computed,
    /// A core of a tissue array.
    Core,
}

/// An object that is kept.
pub(super) struct Feature {
    source_id: String,
    label: Option<String>,
    shapes: Vec<Shape>,
    /// Of a stack and a time series.
    pub plane: [u32; 2],
    attributes: BTreeMap<String, String>,
}

impl Feature {
    /// The annotations that it stands for: one, but for several points one each.
    pub fn into_annotations(self, stated_label: Option<&str>) -> Vec<Annotation> {
        let label = self.label.as_deref().or(stated_label);
        let label = label.unwrap_or(UNCLASSIFIED);
        let is_one = self.shapes.len() == 1;
        let annotation = |(at, shape): (usize, Shape)| {
            let id = match is_one {
                true => self.source_id.clone(),
                false => format!("{}#{at}", self.source_id),
            };
            let shape = named(shape, label);
            Annotation {
                attributes: self.attributes.clone(),
                ..plain(id, label, shape)
            }
        };
        self.shapes
            .into_iter()
            .enumerate()
            .map(annotation)
            .collect()
    }
}

/// Points bear the name of their label.
fn named(mut shape: Shape, label: &str) -> Shape {
    if let Shape::Keypoints(points) = &mut shape {
        for point in points {
            label.clone_into(&mut point.name);
        }
    }
    shape
}

/// What kind of object a raw feature is; `None` when it is none of QuPath's.
pub(super) fn purpose_of(raw: &[u8]) -> Option<Purpose> {
    let feature = members(raw).ok()?;
    let of = |key: &str| member(&feature, key).and_then(text);
    let properties = member(&feature, "properties").and_then(|raw| members(raw).ok());
    let stated = properties
        .as_ref()
        .and_then(|properties| member(properties, "objectType"))
        .and_then(text);
    if let Some(stated) = stated {
        return match stated.as_ref() {
            "annotation" => Some(Purpose::Drawn),
            "detection" | "cell" | "tile" => Some(Purpose::Computed),
            "tma_core" | "tma" | "tmaCore" | "root" => Some(Purpose::Core),
            _ => None,
        };
    }
    match of("id")?.as_ref() {
        "PathAnnotationObject" => Some(Purpose::Drawn),
        "PathDetectionObject" | "PathCellObject" | "PathTileObject" => Some(Purpose::Computed),
        "TMACoreObject" | "PathRootObject" => Some(Purpose::Core),
        _ => None,
    }
}

/// Reads an object, or says why not. `record` names it where it has no id of its own.
pub(super) fn parse(raw: &[u8], record: &str) -> Result<Feature, (SkipReason, String)> {
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    let feature = members(raw).map_err(invalid)?;
    let geometry = member(&feature, "geometry")
        .ok_or_else(|| invalid("has no `geometry`".to_owned()))
        .and_then(|raw| members(raw).map_err(|fault| invalid(format!("`geometry` {fault}"))))?;
    let shapes = shapes(&geometry)?;
    let properties = match member(&feature, "properties") {
        Some(raw) => members(raw).map_err(|fault| invalid(format!("`properties` {fault}")))?,
        None => Members::new(),
    };
    let id = member(&feature, "id").and_then(text);
    let id = id.filter(|id| !id.is_empty() && !id.ends_with("Object"));
    Ok(Feature {
        source_id: id.map_or_else(|| record.to_owned(), |id| id.into_owned()),
        label: class_of(&properties).or_else(|| text_of(&properties, "name")),
        shapes,
        plane: plane_of(&geometry).map_err(invalid)?,
        attributes: measurements(&properties).map_err(invalid)?,
    })
}

fn text_of(members: &Members, key: &str) -> Option<String> {
    let found = member(members, key).and_then(text)?;
    let found = found.trim();
    (!found.is_empty()).then(|| found.to_owned())
}

/// The class: a name, or the names that a derived class is put together from, joined as QuPath shows them.
fn class_of(properties: &Members) -> Option<String> {
    let raw = member(properties, "classification")?;
    let Ok(class) = members(raw) else {
        return text_of(properties, "classification");
    };
    if let Some(name) = text_of(&class, "name") {
        return Some(name);
    }
    let names = member(&class, "names").and_then(|raw| elements(raw).ok())?;
    let names: Vec<_> = names.into_iter().filter_map(text).collect();
    (!names.is_empty()).then(|| names.join(": "))
}

/// The place in a stack and a time series.
fn plane_of(geometry: &Members) -> Result<[u32; 2], String> {
    let Some(raw) = member(geometry, "plane") else {
        return Ok([0, 0]);
    };
    let plane = members(raw).map_err(|fault| format!("`geometry.plane` {fault}"))?;
    let mut found = [0; 2];
    for (place, key) in found.iter_mut().zip(["z", "t"]) {
        if let Some(raw) = member(&plane, key) {
            *place = serde_json::from_slice(raw)
                .map_err(|_| format!("`geometry.plane.{key}` is no whole number from 0 on"))?;
        }
    }
    Ok(found)
}

/// Measurements: an object of names and numbers, before QuPath 0.4 a list of objects with `name` and `value`.
/// Values that are no number (`NaN` is written as a text) were not measured.
fn measurements(properties: &Members) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    let Some(raw) = member(properties, "measurements") else {
        return Ok(found);
    };
    let mut add = |name: &str, raw: &[u8]| {
        if let Some(value) = serde_json::from_slice::<f64>(raw)
            .ok()
            .filter(|v| v.is_finite())
        {
            found.insert(format!("{MEASUREMENT_PREFIX}{name}"), value.to_string());
        }
    };
    if let Ok(named) = members(raw) {
        for (name, value) in &named {
            add(name, value);
        }
        return Ok(found);
    }
    let listed = elements(raw).map_err(|fault| format!("`measurements` {fault}"))?;
    for (at, raw) in listed.into_iter().enumerate() {
        let one = members(raw).map_err(|fault| format!("`measurements[{at}]` {fault}"))?;
        if let (Some(name), Some(value)) = (text_of(&one, "name"), member(&one, "value")) {
            add(&name, value);
        }
    }
    Ok(found)
}
