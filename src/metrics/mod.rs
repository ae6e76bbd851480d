//! Two annotations in, one value out. A value is a finite number or a stated reason why there is none; misuse is an error.

mod boundary;
mod boundary_iou;
mod clouds;
mod error;
mod keypoints;
mod labels;
mod lines;
mod measurements;
mod overlap;
mod overlap_matrix;
mod ranks;
mod registry;
mod sizes;
mod spans;
mod tracks;
mod value;

pub use boundary::{Surfaces, assd, hd, hd_percentile, hd95, masd, nsd, surface_overlap};
pub use boundary_iou::{boundary_iou, boundary_iou_of_volumes, boundary_width_px};
pub use clouds::{CloudComparison, LabelPoints, compare_clouds};
pub use error::MetricError;
pub use keypoints::{
    DistanceSummary, ExchangedSides, LimbComparison, LimbDifference, NamedPoint, PointComparison,
    PointDistance, ReferenceLength, coco_oks, compare_limbs, compare_points, exchanged_sides,
    mirror_name, reference_length,
};
pub use labels::{LabelMean, LabelOverlaps};
pub use lines::{
    frechet, mean_boundary_distance, mean_line_distance, outline_hausdorff, undirected_frechet,
};
pub use measurements::{Turn, angle_at, angle_difference, length_difference, line_length};
pub use overlap::{Overlap, dice, iou};
pub use overlap_matrix::{OverlapMatrix, dice_matrix, iou_matrix};
pub use ranks::rank_difference;
pub use registry::{
    ALL, Direction, EmptyPolicy, Exchange, MetricSpec, WhenEmpty, find, printed_under,
};
pub use sizes::{
    EdgeDeviation, absolute_relative_volume_difference, absolute_volume_difference,
    box_edge_deviation, centroid_distance, centroid_distance_of_volumes,
    relative_volume_difference, volume_difference, volume_similarity,
};
pub use spans::{
    LabelSpans, LabelledSpan, SpanComparison, SpanCounts, SpanMatch, TokenTable, character_table,
    compare_spans, token_table, tokens,
};
pub use tracks::{TrackCounts, TrackFrame, TrackHistory};
pub use value::{Measured, MetricValue, Undefined, Unit};

#[cfg(test)]
mod laws;
#[cfg(test)]
mod vector_oracle_tests;
