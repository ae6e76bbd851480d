//! Two annotations in, one value out. A value is a finite number or a stated reason why there is none; misuse is an error.

mod boundary;
mod clouds;
mod error;
mod keypoints;
mod lines;
mod overlap;
mod registry;
mod sizes;
mod spans;
mod tracks;
mod value;

pub use boundary::{Surfaces, assd, boundary_iou, boundary_width_px, hd, hd_percentile, hd95, nsd};
pub use clouds::{CloudComparison, LabelMean, LabelPoints, compare_clouds};
pub use error::MetricError;
pub use keypoints::{
    DistanceSummary, ExchangedSides, LimbComparison, LimbDifference, NamedPoint, PointComparison,
    PointDistance, ReferenceLength, coco_oks, compare_limbs, compare_points, exchanged_sides,
    mirror_name, reference_length,
};
pub use lines::{frechet, mean_boundary_distance, mean_line_distance, undirected_frechet};
pub use overlap::{Overlap, dice, iou, iou_matrix};
pub use registry::{ALL, Direction, EmptyPolicy, MetricSpec, WhenEmpty, find};
pub use sizes::{
    EdgeDeviation, box_edge_deviation, centroid_distance, centroid_distance_of_volumes,
    relative_volume_difference, volume_difference,
};
pub use spans::{
    LabelSpans, LabelledSpan, SpanComparison, SpanCounts, SpanMatch, TokenTable, character_table,
    compare_spans, token_table, tokens,
};
pub use tracks::{TrackCounts, TrackFrame, TrackHistory};
pub use value::{Measured, MetricValue, Undefined, Unit};

#[cfg(test)]
mod laws;
