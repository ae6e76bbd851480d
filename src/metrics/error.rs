//! Misuse of a metric.

use thiserror::Error;

use super::Unit;
use crate::geometry::GeometryError;

/// Inputs that a metric cannot be asked about.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MetricError {
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    #[error(
        "`{metric}` came out as `{found}`; a coordinate or spacing is out of any sensible range"
    )]
    NotFinite { metric: &'static str, found: f64 },
    #[error("{what} is `{found}`; it must be a finite number of at least 0")]
    Negative { what: &'static str, found: f64 },
    #[error("{what} is `{found}`; it must be a finite number above 0")]
    NotPositive { what: &'static str, found: f64 },
    #[error("percentile is `{found}`; it must lie from 0 to 100")]
    Percentile { found: f64 },
    #[error("areas do not fit: `{a}` and `{b}` share `{intersection}`")]
    Overlap { a: f64, b: f64, intersection: f64 },
    #[error("point `{name}` is placed twice in one annotation; names must be unique")]
    RepeatedPoint { name: String },
    #[error("point `{name}` has no sigma; object keypoint similarity needs one for every point")]
    NoSigma { name: String },
    #[error(
        "the reference is in `{}`, the candidate in `{}`; give both in one unit",
        reference.code(),
        candidate.code()
    )]
    UnitMismatch { reference: Unit, candidate: Unit },
    #[error(
        "slices are placed in micrometres, but the pixel spacing is not known; give it as z, y, x"
    )]
    NoSliceSpacing,
    #[error(
        "the reference labels {n_reference} points and the candidate {n_candidate}; labels can be compared on one cloud only"
    )]
    CloudSizes {
        n_reference: usize,
        n_candidate: usize,
    },
    #[error("span from `{start}` to `{end}` holds no character; the end must lie behind the start")]
    EmptySpan { start: u64, end: u64 },
    #[error(
        "token from `{start}` to `{end}` is empty or does not lie behind the one before; give tokens in their order"
    )]
    TokenOrder { start: u64, end: u64 },
    #[error("more than {most} labels lie on one token")]
    TooManyLabels { most: usize },
    #[error("track `{track}` is seen twice in frame {frame}; a track has one shape a frame")]
    RepeatedTrack { track: usize, frame: usize },
    #[error("frame {frame} names shape {index}, of which it has none")]
    NoSuchShape { frame: usize, index: usize },
}

/// A finite number of at least 0.
pub(super) fn not_negative(what: &'static str, found: f64) -> Result<f64, MetricError> {
    if found.is_finite() && found >= 0.0 {
        Ok(found)
    } else {
        Err(MetricError::Negative { what, found })
    }
}

/// A finite number above 0.
pub(super) fn positive(what: &'static str, found: f64) -> Result<f64, MetricError> {
    if found.is_finite() && found > 0.0 {
        Ok(found)
    } else {
        Err(MetricError::NotPositive { what, found })
    }
}
