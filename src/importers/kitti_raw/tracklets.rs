//! One object of a drive: its label, its size, and where it is from frame to frame.

use crate::domain::{Annotation, MEASUREMENT_PREFIX, Shape, SkipReason};
use crate::geometry::Cuboid;
use crate::importers::one_reading::plain;
use crate::importers::structure;
use crate::importers::xml::Node;
use std::collections::BTreeMap;

/// Which side is which, and where in the cuboid its position lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sides {
    /// As KITTI means it: length ahead, width to the left, height up, position at the bottom.
    Kitti,
    /// As CVAT and Datumaro export: `w`, `h`, `l` along x, y, z, position in the middle.
    Centred,
}

/// What holds for all poses of an object.
pub(super) struct Tracklet<'a> {
    label: &'a str,
    /// Along x, y and z of the object.
    size: [f64; 3],
    /// How far above its position the middle lies.
    rise: f64,
    first_frame: u32,
    poses: Vec<&'a Node>,
}

/// Why a record is left out.
pub(super) type Refused = (SkipReason, String);

/// A pose: its frame, and the annotation or why there is none.
pub(super) type Posed = (u32, Result<Annotation, Refused>);

impl<'a> Tracklet<'a> {
    pub fn read(item: &'a Node, sides: Sides) -> Result<Self, String> {
        let label = item.text_at(&["objectType"]).ok_or("has no `objectType`")?;
        let [h, w, l] = [number(item, "h")?, number(item, "w")?, number(item, "l")?];
        let (size, rise) = match sides {
            Sides::Kitti => ([l, w, h], 0.5 * h),
            Sides::Centred => ([w, h, l], 0.0),
        };
        let first = item.text_at(&["first_frame"]);
        let first_frame = first
            .and_then(|frame| frame.parse().ok())
            .ok_or("has no `first_frame` that is a whole number from 0 on")?;
        let poses: Vec<&Node> = item
            .at(&["poses"])
            .map(|poses| poses.all("item").collect())
            .unwrap_or_default();
        if poses.is_empty() {
            return Err("has no `poses`".to_owned());
        }
        Ok(Self {
            label,
            size,
            rise,
            first_frame,
            poses,
        })
    }

    /// All poses, with the frame of each; those beyond what numbers can count are given up.
    pub fn poses(&self, record: &str) -> impl Iterator<Item = Posed> {
        self.poses.iter().enumerate().map_while(move |(at, pose)| {
            let frame = self.first_frame.checked_add(u32::try_from(at).ok()?)?;
            let annotation = self.pose(pose, &format!("{record}.pose[{at}]"), record);
            Some((frame, annotation))
        })
    }

    fn pose(&self, pose: &Node, source_id: &str, track: &str) -> Result<Annotation, Refused> {
        let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
        // 2 and 3: beside and behind the image, where nobody labelled; writers also fill gaps of a track with these.
        if matches!(pose.text_at(&["truncation"]), Some("2" | "3")) {
            let detail = "lies outside the image, where nothing was labelled".to_owned();
            return Err((SkipReason::NotAnnotation, detail));
        }
        let mut numbers = [0.0; 6];
        for (found, name) in numbers.iter_mut().zip(["tx", "ty", "tz", "rx", "ry", "rz"]) {
            *found = number(pose, name).map_err(invalid)?;
        }
        let [x, y, z, roll, pitch, yaw_rad] = numbers;
        if roll != 0.0 || pitch != 0.0 {
            let detail = "cuboid is tilted about x or y; only upright ones are compared".to_owned();
            return Err((SkipReason::Unsupported, detail));
        }
        let cuboid = Cuboid::new([x, y, z + self.rise], self.size, yaw_rad)
            .map_err(|error| invalid(error.to_string()))?;
        let shape = Shape::Cuboid(cuboid);
        let mut annotation = plain(source_id, self.label, shape);
        annotation.invalid = structure::invalid(&annotation.shape, None);
        annotation.attributes = attributes(pose);
        annotation
            .attributes
            .insert("track_id".to_owned(), track.to_owned());
        Ok(annotation)
    }
}

fn attributes(pose: &Node) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for attribute in pose
        .at(&["attributes"])
        .into_iter()
        .flat_map(|all| all.all("attribute"))
    {
        if let Some(name) = attribute.text_at(&["name"]) {
            let value = attribute.text_at(&["value"]).unwrap_or_default();
            found.insert(name.to_owned(), value.to_owned());
        }
    }
    // Other numbers stand for what is not known.
    if let Some(hidden @ ("0" | "1" | "2")) = pose.text_at(&["occlusion"]) {
        found.insert("occluded".to_owned(), hidden.to_owned());
    }
    if let Some(cut @ ("0" | "1")) = pose.text_at(&["truncation"]) {
        found.insert(format!("{MEASUREMENT_PREFIX}truncated"), cut.to_owned());
    }
    if pose.text_at(&["state"]) == Some("1") {
        found.insert(format!("{MEASUREMENT_PREFIX}interpolated"), "1".to_owned());
    }
    found
}

fn number(node: &Node, name: &str) -> Result<f64, String> {
    let text = node
        .text_at(&[name])
        .ok_or_else(|| format!("has no `{name}`"))?;
    text.parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
        .ok_or_else(|| format!("`{name}` is no finite number"))
}
