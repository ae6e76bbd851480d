//! The `value` of a result, as far as it is read.

use crate::importers::json::{Members, Shape as Field, member, record};
use serde::Deserialize;

/// What stands under `value`, whatever the kind of result.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RegionValue {
    pub x: Option<f64>,
    pub y: Option<f64>,
    pub width: Option<f64>,
    pub height: Option<f64>,
    pub rotation: Option<f64>,
    #[serde(rename = "radiusX")]
    pub radius_x: Option<f64>,
    #[serde(rename = "radiusY")]
    pub radius_y: Option<f64>,
    pub points: Option<Vec<[f64; 2]>>,
    pub closed: Option<bool>,
    pub rle: Option<Vec<u8>>,
    #[serde(rename = "imageDataURL")]
    pub image_data_url: Option<String>,
    pub vertices: Option<Vec<Vertex>>,
    /// Keyframes of a shape in a video.
    pub sequence: Option<Vec<Keyframe>>,
    #[serde(rename = "framesCount")]
    pub n_frames: Option<f64>,
    labels: Option<Vec<String>>,
    rectanglelabels: Option<Vec<String>>,
    polygonlabels: Option<Vec<String>>,
    keypointlabels: Option<Vec<String>>,
    ellipselabels: Option<Vec<String>>,
    brushlabels: Option<Vec<String>>,
    bitmasklabels: Option<Vec<String>>,
    vectorlabels: Option<Vec<String>>,
    /// Offsets of a span of text; of other kinds they may be paths or seconds.
    pub start: Option<serde_json::Value>,
    pub end: Option<serde_json::Value>,
    /// What the span reads, or what was typed.
    pub text: Option<serde_json::Value>,
    pub channel: Option<serde_json::Value>,
    pub choices: Option<Vec<Chosen>>,
    pub rating: Option<f64>,
    pub number: Option<f64>,
    pub datetime: Option<String>,
    pub taxonomy: Option<Vec<Chosen>>,
    /// Which of two was preferred.
    pub selected: Option<String>,
    pub ranker: Option<serde_json::Value>,
}

/// A point of a path.
#[derive(Deserialize, PartialEq)]
pub(super) struct Vertex {
    pub x: f64,
    pub y: f64,
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default, rename = "prevPointId")]
    pub previous: Option<String>,
    #[serde(default, rename = "isBezier")]
    pub is_bezier: bool,
}

/// A rectangle in one frame of a video.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub(super) struct Keyframe {
    /// From 1 on.
    pub frame: f64,
    pub enabled: bool,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    #[serde(default)]
    pub rotation: f64,
}

/// A choice, or the path to one in a tree of choices.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Chosen {
    One(String),
    Path(Vec<String>),
}

impl Chosen {
    /// The choice with those above it.
    pub fn named(&self) -> String {
        match self {
            Self::One(choice) => choice.clone(),
            Self::Path(path) => path.join(" / "),
        }
    }
}

const FIELDS: &[(&str, Field)] = &[
    ("x", Field::Number),
    ("y", Field::Number),
    ("width", Field::Number),
    ("height", Field::Number),
    ("rotation", Field::Number),
    ("radiusX", Field::Number),
    ("radiusY", Field::Number),
    ("framesCount", Field::Number),
    ("points", Field::Nested),
    ("rle", Field::Numbers),
    ("imageDataURL", Field::Text),
    ("vertices", Field::List),
    ("sequence", Field::List),
    ("choices", Field::List),
    ("taxonomy", Field::List),
    ("rating", Field::Number),
    ("number", Field::Number),
    ("datetime", Field::Text),
    ("selected", Field::Text),
];

impl RegionValue {
    /// Reads the `value` of a result.
    pub fn read(result: &Members) -> Result<Self, String> {
        let raw = member(result, "value").ok_or("has no `value`")?;
        record(raw, FIELDS).map_err(|fault| format!("`value`: {fault}"))
    }

    /// The labels given to the region.
    pub fn labels(&self) -> &[String] {
        [
            &self.rectanglelabels,
            &self.polygonlabels,
            &self.keypointlabels,
            &self.ellipselabels,
            &self.brushlabels,
            &self.bitmasklabels,
            &self.vectorlabels,
            &self.labels,
        ]
        .into_iter()
        .flatten()
        .find(|labels| !labels.is_empty())
        .map_or(&[], Vec::as_slice)
    }

    /// Whether two results are about the very same place, as those of several controls on one region are.
    pub fn is_at(&self, other: &Self) -> bool {
        let numbers = |value: &Self| {
            [
                value.x,
                value.y,
                value.width,
                value.height,
                value.rotation,
                value.radius_x,
                value.radius_y,
            ]
        };
        numbers(self) == numbers(other)
            && self.points == other.points
            && self.rle == other.rle
            && self.image_data_url == other.image_data_url
            && self.vertices == other.vertices
            && self.sequence == other.sequence
            && self.start == other.start
            && self.end == other.end
    }
}
