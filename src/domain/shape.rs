//! What one annotation draws or states, in Concord's one frame:
//! 0-based pixels with the origin at the corner of the first pixel (pixel i spans [i, i+1]).

use super::protocol::Technique;
use crate::geometry::{Cuboid, Ellipse, Mask, MultiPolygon, Rect, RotatedRect, Volume};
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

/// Labels on the points of one cloud, in the order of its points.
///
/// # Input
/// `codes[i]` is the place in `labels` of point i's label. Codes beyond the list stand for points without a label.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PointLabels {
    pub labels: Vec<String>,
    pub codes: Vec<u32>,
}

/// A stretch of the item's text.
///
/// # Input
/// Offsets count Unicode scalar values from the start of the text: `start` is the first that belongs to it, `end` the first that does not.
/// The text itself is not kept: it may hold a patient's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TextSpan {
    pub start: u64,
    pub end: u64,
}

impl TextSpan {
    /// Characters in it; 0 where the end does not lie behind the start.
    pub fn n_chars(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Characters that two spans share.
    ///
    /// # Example
    /// ```
    /// use concord::domain::TextSpan;
    /// let (a, b) = (TextSpan { start: 0, end: 5 }, TextSpan { start: 3, end: 9 });
    /// assert_eq!(a.n_shared(&b), 2);
    /// ```
    pub fn n_shared(&self, other: &Self) -> u64 {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        end.saturating_sub(start)
    }
}

/// One shape of a track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackedShape {
    /// Number of the frame in the video, from 0.
    pub frame: u32,
    pub shape: Shape,
}

/// One object over the frames of a video; frames in which it is not seen have no shape.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Track {
    shapes: Vec<TrackedShape>,
}

/// Why shapes are no track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrackFault {
    #[error("frame {0} has two shapes of one track; a track has one a frame")]
    RepeatedFrame(u32),
    #[error("frame {0} holds no drawn shape; labels, texts, volumes and tracks cannot be tracked")]
    NotDrawn(u32),
}

impl Track {
    /// A track from its shapes, in any order.
    ///
    /// # Errors
    /// `RepeatedFrame`; `NotDrawn` for a shape that no single frame can show.
    pub fn new(mut shapes: Vec<TrackedShape>) -> Result<Self, TrackFault> {
        shapes.sort_by_key(|one| one.frame);
        if let Some(pair) = shapes
            .windows(2)
            .find(|pair| pair[0].frame == pair[1].frame)
        {
            return Err(TrackFault::RepeatedFrame(pair[0].frame));
        }
        if let Some(one) = shapes.iter().find(|one| !one.shape.lies_in_a_plane()) {
            return Err(TrackFault::NotDrawn(one.frame));
        }
        Ok(Self { shapes })
    }

    /// The shapes by rising frame.
    pub fn shapes(&self) -> &[TrackedShape] {
        &self.shapes
    }

    /// The shape in a frame; `None` where the object is not seen.
    pub fn at(&self, frame: u32) -> Option<&Shape> {
        let found = self.shapes.binary_search_by_key(&frame, |one| one.frame);
        found.ok().map(|at| &self.shapes[at].shape)
    }
}

/// One drawn shape or stated label. Stored as bytes by position: new kinds go to the end.
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
    Cuboid(Cuboid),
    PointLabels(PointLabels),
    TextSpan(TextSpan),
    Track(Track),
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
            Self::Cuboid(_) => Technique::Cuboid,
            Self::PointLabels(_) => Technique::PointCloud,
            Self::TextSpan(_) => Technique::TextSpan,
            Self::Track(_) => Technique::Track,
        }
    }

    /// Whether the shape can be drawn on one image: no label for the whole item, text, cloud, or body in space.
    pub fn lies_in_a_plane(&self) -> bool {
        match self {
            Self::Box(_)
            | Self::RotatedBox(_)
            | Self::Polygon(_)
            | Self::Polyline(_)
            | Self::Ellipse(_)
            | Self::Keypoints(_)
            | Self::Mask(_) => true,
            Self::Volume(_)
            | Self::Classification { .. }
            | Self::Ordinal { .. }
            | Self::Cuboid(_)
            | Self::PointLabels(_)
            | Self::TextSpan(_)
            | Self::Track(_) => false,
        }
    }
}
