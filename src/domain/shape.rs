//! What one annotation draws or states, in Concord's one frame:
//! 0-based pixels with the origin at the corner of the first pixel (pixel i spans [i, i+1]).

use super::protocol::Technique;
use crate::geometry::{Ellipse, Mask, MultiPolygon, Rect, RotatedRect, Volume};
use serde::{Deserialize, Serialize};

/// Whether a keypoint can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Visibility {
    /// Labelled, but hidden behind something (COCO v = 1).
    Occluded,
    /// Labelled and visible (COCO v = 2).
    Visible,
}

/// One named point. A point that was not labelled is absent, not (0, 0).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keypoint {
    pub name: String,
    pub x_px: f64,
    pub y_px: f64,
    /// Position along the slice normal, where known.
    pub z_mm: Option<f64>,
    pub visibility: Visibility,
}

/// One drawn shape or stated label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    Box(Rect),
    RotatedBox(RotatedRect),
    Polygon(MultiPolygon),
    Polyline(Vec<[f64; 2]>),
    Ellipse(Ellipse),
    Keypoints(Vec<Keypoint>),
    Mask(Mask),
    Volume(Volume),
    /// A category for the whole item. `question` names the scale ("" when the export has one only).
    Classification {
        question: String,
        value: String,
    },
    /// A rank on an ordered scale for the whole item.
    Ordinal {
        question: String,
        rank: f64,
    },
}

impl Shape {
    /// The technique whose tolerance applies to this shape.
    pub fn technique(&self) -> Technique {
        match self {
            Self::Box(_) => Technique::Box,
            Self::RotatedBox(_) => Technique::RotatedBox,
            Self::Polygon(_) => Technique::Polygon,
            Self::Polyline(_) => Technique::Polyline,
            Self::Ellipse(_) => Technique::Ellipse,
            Self::Keypoints(_) => Technique::Keypoints,
            Self::Mask(_) => Technique::Mask,
            Self::Volume(_) => Technique::VolumeMask,
            Self::Classification { .. } => Technique::Classification,
            Self::Ordinal { .. } => Technique::Ordinal,
        }
    }
}
