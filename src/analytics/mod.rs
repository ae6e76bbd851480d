//! Pairing, scoring and aggregation: from stored readings to comparisons, from comparisons to figures.

mod agreements;
mod alike;
mod clouds;
mod distances;
mod error;
mod errors;
mod further;
mod measure;
mod orientation;
mod overlaps;
mod pairing;
mod points;
mod ranks;
mod region;
mod scoring;
mod study_bootstrap;
mod texts;
mod throughput;
mod tracks;
mod verdict;
mod works;

pub use agreements::{
    AgreementFigure, AgreementGroup, agreement_figures, agreement_figures_of_studies, judged_rows,
    pixel_figures, pixel_figures_of_studies,
};
pub use clouds::cloud_counts;
pub use error::AnalyticsError;
pub use errors::{ErrorFigure, error_figures};
pub use further::{FurtherMetric, further_metrics};
pub use overlaps::{OverlapFigure, overlap_figures};
pub use points::{PointDistance, point_distances};
pub use ranks::ordered_categories;
pub use scoring::{compare_readings, score_item};
pub use study_bootstrap::{mean_interval_by_study, method as bootstrap_method};
pub use texts::{TextCounts, text_counts};
pub use throughput::{BandPlace, ThroughputDay, ThroughputSummary, is_workday, throughput};
pub use tracks::video_counts;
pub use works::ReadingInput;
