//! Tags, shapes and tracks as a backup writes them, turned into what they draw.

use crate::domain::{Keypoint, Shape};
use crate::geometry::Cuboid;
use crate::importers::cvat::drawing::{self, Drawn, Motion, visibility};
use crate::importers::json::{Shape as Field, record};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Numbers of a cuboid on an image, and of one in space, of which the last seven are not used.
const N_CUBOID: usize = 16;

/// A tag, a shape, a track, a shape of a track, or a point of a skeleton.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Record {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    pub frame: Option<u32>,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    group: Option<i64>,
    #[serde(default)]
    z_order: Option<i64>,
    #[serde(default)]
    rotation: Option<f64>,
    #[serde(default)]
    occluded: Option<bool>,
    #[serde(default)]
    outside: Option<bool>,
    #[serde(default)]
    points: Option<Vec<f64>>,
    #[serde(default)]
    attributes: Option<Vec<Attribute>>,
    #[serde(default)]
    pub elements: Option<Vec<Record>>,
    #[serde(default)]
    pub shapes: Option<Vec<Record>>,
}

#[derive(Debug, Deserialize)]
struct Attribute {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    value: Value,
}

/// Fields by which a fault is named.
const FIELDS: &[(&str, Field)] = &[
    ("type", Field::Text),
    ("frame", Field::Number),
    ("label", Field::Text),
    ("source", Field::Text),
    ("rotation", Field::Number),
    ("points", Field::Numbers),
    ("attributes", Field::List),
    ("elements", Field::List),
    ("shapes", Field::List),
];

/// What stands in the way of a record.
pub(super) enum Fault {
    Invalid(String),
    Unsupported(String),
}

impl From<String> for Fault {
    fn from(detail: String) -> Self {
        Self::Invalid(detail)
    }
}

impl Record {
    pub fn read(raw: &[u8]) -> Result<Self, String> {
        record(raw, FIELDS)
    }

    /// The frame within the task.
    pub fn frame(&self) -> Result<u32, String> {
        self.frame.ok_or_else(|| "has no `frame`".to_owned())
    }

    pub fn is_outside(&self) -> bool {
        self.outside == Some(true)
    }

    pub fn elements(&self) -> &[Self] {
        self.elements.as_deref().unwrap_or_default()
    }

    pub fn shapes(&self) -> &[Self] {
        self.shapes.as_deref().unwrap_or_default()
    }

    /// The label, or the one that the options give for records without.
    pub fn label(&self, fallback: Option<&str>) -> Result<String, String> {
        let own = self.label.as_deref().filter(|label| !label.is_empty());
        own.or(fallback)
            .map(str::to_owned)
            .ok_or_else(|| "has no `label`".to_owned())
    }

    /// What annotators ticked and typed, and what the tool knows about the shape.
    pub fn attributes(&self) -> BTreeMap<String, String> {
        let mut found = self.typed("");
        for element in self.elements() {
            let name = element.label.as_deref().unwrap_or_default();
            found.extend(element.typed(&format!("{name}.")));
        }
        let mut known = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                found.insert(name.to_owned(), value);
            }
        };
        known("source", self.source.clone());
        known("occluded", self.occluded.map(|is| u8::from(is).to_string()));
        // 0 stands for the lowest layer and for no group.
        let unless_none = |number: Option<i64>| number.filter(|n| *n != 0).map(|n| n.to_string());
        known("z_order", unless_none(self.z_order));
        known("group", unless_none(self.group));
        found
    }

    fn typed(&self, prefix: &str) -> BTreeMap<String, String> {
        let attributes = self.attributes.iter().flatten();
        let one = |attribute: &Attribute| {
            let value = match &attribute.value {
                Value::String(text) => text.trim().to_owned(),
                Value::Null => return None,
                other => other.to_string(),
            };
            Some((format!("{prefix}{}", attribute.name.as_ref()?), value))
        };
        attributes.filter_map(one).collect()
    }

    /// What a shape draws. `is_cloud` tells cuboids in space from those on an image.
    pub fn drawn(
        &self,
        label: Option<&str>,
        size_px: Option<(u32, u32)>,
        is_cloud: bool,
    ) -> Result<Drawn, Fault> {
        let angle_deg = self.rotation.unwrap_or(0.0);
        let kind = self.kind.as_deref().ok_or("has no `type`".to_owned())?;
        Ok(match kind {
            "rectangle" => drawing::boxed(self.numbers()?, angle_deg),
            "polygon" => drawing::polygon(self.pairs()?)?,
            "polyline" => drawing::polyline(self.pairs()?)?,
            "points" => drawing::points(self.pairs()?, label, self.visibility()),
            // Centre, and the ends of the axes to the right and to the top.
            "ellipse" => {
                let [cx, cy, right, top] = self.numbers()?;
                drawing::ellipse([cx, cy], [right - cx, cy - top], angle_deg)
            }
            "cuboid" if is_cloud => self.in_space()?,
            "cuboid" => {
                let flat: [f64; N_CUBOID] = self.numbers()?;
                let mut corners = [[0.0; 2]; N_CUBOID / 2];
                for (corner, xy) in corners.iter_mut().zip(flat.chunks_exact(2)) {
                    *corner = [xy[0], xy[1]];
                }
                drawing::cuboid(corners, self.visibility())
            }
            "mask" => self.mask(size_px)?,
            "skeleton" => self.skeleton()?,
            _ => {
                let detail = "is of a `type` that is not read".to_owned();
                return Err(Fault::Unsupported(detail));
            }
        })
    }

    fn visibility(&self) -> crate::domain::Visibility {
        visibility(self.occluded == Some(true))
    }

    fn numbers<const N: usize>(&self) -> Result<[f64; N], String> {
        let points = self.points.as_deref().unwrap_or_default();
        <[f64; N]>::try_from(points)
            .map_err(|_| format!("`points` holds {} numbers; {N} are needed", points.len()))
    }

    fn pairs(&self) -> Result<Vec<[f64; 2]>, String> {
        let points = self.points.as_deref().unwrap_or_default();
        if points.is_empty() || !points.len().is_multiple_of(2) {
            return Err(format!(
                "`points` holds {} numbers; x and y must come in pairs",
                points.len()
            ));
        }
        Ok(points.chunks_exact(2).map(|xy| [xy[0], xy[1]]).collect())
    }

    /// Run lengths, and behind them the first and last column and row of the frame.
    fn mask(&self, size_px: Option<(u32, u32)>) -> Result<Drawn, String> {
        let points = self.points.as_deref().unwrap_or_default();
        let Some((runs, [left, top, right, bottom])) = points.split_last_chunk::<4>() else {
            return Err("`points` holds no run lengths with a frame behind them".to_owned());
        };
        let whole = |number: f64| {
            let is_whole = number.fract() == 0.0 && (0.0..f64::from(u32::MAX)).contains(&number);
            is_whole
                .then_some(number as u32)
                .ok_or_else(|| "`points` of a mask are whole numbers from 0 on".to_owned())
        };
        let (left, top, right, bottom) =
            (whole(*left)?, whole(*top)?, whole(*right)?, whole(*bottom)?);
        let extent = |low: u32, high: u32| {
            let distance = high.checked_sub(low).map(|distance| distance + 1);
            distance.ok_or_else(|| "the frame of a mask ends before it begins".to_owned())
        };
        let runs = runs
            .iter()
            .map(|count| whole(*count).map(u64::from))
            .collect::<Result<Vec<_>, _>>()?;
        let frame = [left, top, extent(left, right)?, extent(top, bottom)?];
        drawing::mask(runs, frame, size_px)
    }

    fn skeleton(&self) -> Result<Drawn, String> {
        let mut found: Vec<Keypoint> = Vec::new();
        for element in self.elements().iter().filter(|one| !one.is_outside()) {
            let name = element
                .label(None)
                .map_err(|_| "a point of the skeleton has no `label`".to_owned())?;
            let &[at] = element.pairs()?.as_slice() else {
                return Err("a point of the skeleton is not one point".to_owned());
            };
            found.push(drawing::keypoint(name, at, element.visibility()));
        }
        Ok(Drawn::sound(Shape::Keypoints(found), Motion::Stays))
    }

    /// Centre, turn about each axis in radians and full extents, in the cloud's own frame.
    fn in_space(&self) -> Result<Drawn, Fault> {
        let points: [f64; N_CUBOID] = self.numbers()?;
        let triple = |at: usize| [points[at], points[at + 1], points[at + 2]];
        let (centre, [roll, pitch, yaw_rad], size) = (triple(0), triple(3), triple(6));
        if roll != 0.0 || pitch != 0.0 {
            let detail = "cuboid is tilted about x or y; only upright ones are compared".to_owned();
            return Err(Fault::Unsupported(detail));
        }
        let cuboid = Cuboid::new(centre, size, yaw_rad).map_err(|error| error.to_string())?;
        Ok(Drawn::sound(Shape::Cuboid(cuboid), Motion::Straight))
    }
}
