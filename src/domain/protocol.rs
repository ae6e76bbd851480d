//! The annotation protocol: label set, tolerances, stages, thresholds and calendar.
//!
//! Files are read in `gates`; here are the values and their defaults.

use super::people::{ReferenceKind, Stage, named_enum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

named_enum! {
    /// How something is annotated; the tolerance hangs on it.
    Technique {
        Box => "box",
        RotatedBox => "rotated_box",
        Polygon => "polygon",
        Polyline => "polyline",
        Ellipse => "ellipse",
        Keypoints => "keypoints",
        Mask => "mask",
        VolumeMask => "volume_mask",
        Classification => "classification",
        Ordinal => "ordinal",
        Cuboid => "cuboid",
        /// A label on every point of a cloud.
        PointCloud => "point_cloud",
        TextSpan => "text_span",
        /// One object over the frames of a video.
        Track => "track",
    }
}

named_enum! {
    /// What an error rate counts.
    ErrorUnit {
        Study => "study",
        Item => "item",
        Instance => "instance",
    }
}

/// How far a candidate may lie from its reference and still be right.
///
/// # Definition
/// Quality model, §6. An inclusive tolerance may be met exactly, an exclusive one must be undercut.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tolerance {
    /// Every edge of a box within this many pixels of the reference edge (inclusive).
    pub box_edge_px: f64,
    /// Mean symmetric boundary distance of polygons below this many pixels (exclusive).
    pub polygon_px: f64,
    /// Distance of each keypoint in mm (inclusive).
    pub keypoint_mm: f64,
    /// Mean surface distance of 2D masks in pixels (inclusive).
    pub mask_px: f64,
    /// Mean surface distance of volume masks in voxels, a voxel being the smallest spacing (inclusive).
    pub volume_voxels: f64,
    /// Absolute difference of ranks (inclusive).
    pub ordinal_steps: f64,
    /// Share of a label's points in a cloud that the two label differently, of all points to which either gave it (inclusive).
    pub cloud_error_share: f64,
    /// Distance of the start, and of the end, of a text span in characters (inclusive).
    pub text_chars: f64,
    /// Frames of a track that one side shows and the other does not (inclusive). In the frames that both show, the tolerance of the
    /// frame's own technique applies.
    pub track_frames: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self {
            box_edge_px: 5.0,
            polygon_px: 1.0,
            keypoint_mm: 0.1,
            mask_px: 1.0,
            volume_voxels: 1.0,
            ordinal_steps: 0.0,
            cloud_error_share: 0.0,
            text_chars: 0.0,
            track_frames: 0.0,
        }
    }
}

/// What the protocol says about one label.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelRule {
    /// Other names that exports use for it.
    pub aliases: Vec<String>,
    /// Overrides of the protocol's tolerances.
    pub tolerance: Option<Tolerance>,
    /// Attributes that must agree for a unit to be right.
    pub required_attributes: Vec<String>,
    /// Clinical weight when disagreements are ranked; 1 unless stated.
    pub clinical_weight: Option<f64>,
}

/// How instances are matched.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Matching {
    /// Least IoU (OKS for keypoints) at which two instances can be the same thing.
    pub min_overlap: f64,
}

/// The limit that one stage is held to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageLimit {
    /// The error rate must lie below this share (strict).
    pub max_error_rate: f64,
}

/// Studies per specialist and working day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThroughputBand {
    pub min_per_day: u32,
    pub max_per_day: u32,
}

/// Which days count, and where the day begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    /// IANA name of the project's time zone.
    pub time_zone: String,
    /// ISO weekdays that are worked, 1 = Monday.
    pub workdays: Vec<u8>,
    /// Dates without work, `YYYY-MM-DD`.
    pub holidays: Vec<String>,
}

/// Everything that turns a comparison into right or wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Protocol {
    pub name: String,
    pub version: String,
    pub error_unit: ErrorUnit,
    /// One-sided confidence of verdicts and two-sided level of shown intervals.
    pub confidence: f64,
    /// How much errors of one study are taken to hang together until there are enough to measure it: 1, a study
    /// right or wrong as a whole; 0, not at all.
    pub within_study_correlation: f64,
    pub tolerance: Tolerance,
    pub matching: Matching,
    /// Empty: every label that occurs is accepted.
    pub labels: BTreeMap<String, LabelRule>,
    pub stages: BTreeMap<Stage, StageLimit>,
    pub throughput: ThroughputBand,
    pub calendar: Calendar,
    /// Highest first.
    pub reference_precedence: Vec<ReferenceKind>,
    /// Tolerance of the normalised surface distance, in mm where spacing is known and px otherwise.
    pub nsd_tolerance: f64,
    /// OKS sigma per keypoint name; `default_keypoint_sigma` for the rest.
    pub keypoint_sigmas: BTreeMap<String, f64>,
    pub default_keypoint_sigma: f64,
}

impl Default for Protocol {
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            version: "1".to_owned(),
            error_unit: ErrorUnit::Study,
            confidence: 0.95,
            within_study_correlation: 1.0,
            tolerance: Tolerance::default(),
            matching: Matching { min_overlap: 0.5 },
            labels: BTreeMap::new(),
            stages: Stage::ALL
                .iter()
                .map(|&stage| {
                    (
                        stage,
                        StageLimit {
                            max_error_rate: 0.012,
                        },
                    )
                })
                .collect(),
            throughput: ThroughputBand {
                min_per_day: 45,
                max_per_day: 50,
            },
            calendar: Calendar {
                time_zone: "UTC".to_owned(),
                workdays: vec![1, 2, 3, 4, 5],
                holidays: Vec::new(),
            },
            reference_precedence: ReferenceKind::ALL.to_vec(),
            nsd_tolerance: 1.0,
            keypoint_sigmas: BTreeMap::new(),
            // COCO's widest published keypoint sigma is 0.107 (hips); 0.05 lies mid-range of 0.025–0.107.
            default_keypoint_sigma: 0.05,
        }
    }
}

impl Protocol {
    /// The protocol's name for a label that an export spells its own way.
    pub fn canonical_label<'a>(&'a self, label: &'a str) -> &'a str {
        if self.labels.contains_key(label) {
            return label;
        }
        self.labels
            .iter()
            .find(|(_, rule)| rule.aliases.iter().any(|alias| alias == label))
            .map_or(label, |(name, _)| name.as_str())
    }

    /// Every spelling of a label that the protocol knows: names and aliases, sorted. `None` where it lists no labels, which admits all.
    pub fn admitted_labels(&self) -> Option<Vec<String>> {
        if self.labels.is_empty() {
            return None;
        }
        let aliases = self.labels.values().flat_map(|rule| &rule.aliases);
        let mut all: Vec<String> = self.labels.keys().chain(aliases).cloned().collect();
        all.sort_unstable();
        all.dedup();
        Some(all)
    }

    /// The tolerance for a (canonical) label.
    pub fn tolerance_for(&self, label: &str) -> Tolerance {
        self.labels
            .get(label)
            .and_then(|rule| rule.tolerance)
            .unwrap_or(self.tolerance)
    }
}
