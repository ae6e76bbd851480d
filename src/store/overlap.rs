use super::filter::{Filter, Group, GroupBy, N_GROUP_COLUMNS};
use super::query::query;
use super::{ProjectId, Store, StoreError};
use serde::{Deserialize, Serialize};

/// A metric of a unit that can be summarised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverlapMetric {
    Dice,
    Iou,
    Hd,
    Hd95,
    Assd,
    Nsd,
    SurfacePx,
    SurfaceVoxels,
    BoundaryPx,
    BoxEdgePx,
    KeypointPx,
    KeypointMm,
    KeypointMaxMm,
    Oks,
    SizeDifference,
    RelativeSizeDifference,
}

impl OverlapMetric {
    pub const ALL: &'static [Self] = &[
        Self::Dice,
        Self::Iou,
        Self::Hd,
        Self::Hd95,
        Self::Assd,
        Self::Nsd,
        Self::SurfacePx,
        Self::SurfaceVoxels,
        Self::BoundaryPx,
        Self::BoxEdgePx,
        Self::KeypointPx,
        Self::KeypointMm,
        Self::KeypointMaxMm,
        Self::Oks,
        Self::SizeDifference,
        Self::RelativeSizeDifference,
    ];

    /// The name in queries and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dice => "dice",
            Self::Iou => "iou",
            Self::Hd => "hd",
            Self::Hd95 => "hd95",
            Self::Assd => "assd",
            Self::Nsd => "nsd",
            Self::SurfacePx => "surface_px",
            Self::SurfaceVoxels => "surface_voxels",
            Self::BoundaryPx => "boundary_px",
            Self::BoxEdgePx => "box_edge_px",
            Self::KeypointPx => "keypoint_px",
            Self::KeypointMm => "keypoint_mm",
            Self::KeypointMaxMm => "keypoint_max_mm",
            Self::Oks => "oks",
            Self::SizeDifference => "size_difference",
            Self::RelativeSizeDifference => "relative_size_difference",
        }
    }
}

impl std::str::FromStr for OverlapMetric {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|metric| metric.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no metric of a unit"))
    }
}

/// What a metric's values are measured in. Values of different measures are never put together.
#[derive(Clone, Debug)]
pub struct Measure {
    /// `ratio`, `px`, `mm`, …; `None` where a value is undefined and its unit unknown.
    pub unit: Option<String>,
    /// The tolerance of `nsd`, in `tolerance_unit`.
    pub tolerance: Option<f64>,
    pub tolerance_unit: Option<String>,
}

/// Tolerances, which are not negative, are compared by their bits, so that a measure can be a key.
impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Measure {}

impl PartialOrd for Measure {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Measure {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl std::hash::Hash for Measure {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl Measure {
    fn key(&self) -> (&Option<String>, Option<u64>, &Option<String>) {
        (
            &self.unit,
            self.tolerance.map(f64::to_bits),
            &self.tolerance_unit,
        )
    }
}

/// The distribution of one metric. Undefined values are left out and counted.
#[derive(Clone, Debug, PartialEq)]
pub struct OverlapSummaryRow {
    pub group: Group,
    pub metric: OverlapMetric,
    pub measure: Measure,
    pub n: i64,
    pub n_undefined: i64,
    /// `None`, with the rest, when n is 0. Quantiles interpolate between neighbours (Hyndman & Fan type 7).
    pub mean: Option<f64>,
    pub min: Option<f64>,
    pub p05: Option<f64>,
    pub q1: Option<f64>,
    pub median: Option<f64>,
    pub q3: Option<f64>,
    pub p95: Option<f64>,
    pub max: Option<f64>,
}

/// One value of one metric, with the study that it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct OverlapValueRow {
    pub group: Group,
    pub measure: Measure,
    pub study: String,
    pub value: f64,
}

/// Whether a rater draws larger than the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct BiasRow {
    pub group: Group,
    pub n: i64,
    pub n_undefined: i64,
    /// Mean and median of (candidate − reference) / reference; `None` when n is 0.
    pub mean: Option<f64>,
    pub median: Option<f64>,
}

impl Store {
    /// Distributions of every metric that occurs. Split by rater, a peer comparison counts for both raters.
    ///
    /// # Errors
    /// `Database`.
    pub fn overlap_summary(
        &self,
        project: ProjectId,
        filter: &Filter,
        by: GroupBy,
    ) -> Result<Vec<OverlapSummaryRow>, StoreError> {
        let params = by.bind(filter.params(project));
        self.read(|conn| {
            query!("figures/overlap_summary.sql").rows(conn, &params, |row| {
                let at = |column: usize| N_GROUP_COLUMNS + column;
                Ok(OverlapSummaryRow {
                    group: Group::of(row)?,
                    metric: row.named(at(0))?,
                    measure: Measure {
                        unit: row.get(at(1))?,
                        tolerance: row.get(at(2))?,
                        tolerance_unit: row.get(at(3))?,
                    },
                    n: row.get(at(4))?,
                    n_undefined: row.get(at(5))?,
                    mean: row.get(at(6))?,
                    min: row.get(at(7))?,
                    p05: row.get(at(8))?,
                    q1: row.get(at(9))?,
                    median: row.get(at(10))?,
                    q3: row.get(at(11))?,
                    p95: row.get(at(12))?,
                    max: row.get(at(13))?,
                })
            })
        })
    }

    /// The defined values of one metric with their studies, for bootstraps over studies.
    ///
    /// # Errors
    /// `Database`.
    pub fn overlap_values(
        &self,
        project: ProjectId,
        metric: OverlapMetric,
        filter: &Filter,
        by: GroupBy,
    ) -> Result<Vec<OverlapValueRow>, StoreError> {
        let params = by
            .bind(filter.params(project))
            .text("metric", metric.as_str());
        self.read(|conn| {
            query!("figures/overlap_values.sql").rows(conn, &params, |row| {
                let at = |column: usize| N_GROUP_COLUMNS + column;
                Ok(OverlapValueRow {
                    group: Group::of(row)?,
                    measure: Measure {
                        unit: row.get(at(0))?,
                        tolerance: row.get(at(1))?,
                        tolerance_unit: row.get(at(2))?,
                    },
                    study: row.get(at(3))?,
                    value: row.get(at(4))?,
                })
            })
        })
    }

    /// Relative size differences of matched units against references; positive: the candidate draws larger.
    ///
    /// # Errors
    /// `Database`.
    pub fn size_bias(
        &self,
        project: ProjectId,
        filter: &Filter,
        by: GroupBy,
    ) -> Result<Vec<BiasRow>, StoreError> {
        let params = by.bind(filter.params(project));
        self.read(|conn| {
            query!("figures/size_bias.sql").rows(conn, &params, |row| {
                Ok(BiasRow {
                    group: Group::of(row)?,
                    n: row.get(N_GROUP_COLUMNS)?,
                    n_undefined: row.get(N_GROUP_COLUMNS + 1)?,
                    mean: row.get(N_GROUP_COLUMNS + 2)?,
                    median: row.get(N_GROUP_COLUMNS + 3)?,
                })
            })
        })
    }
}

#[cfg(test)]
mod tests;
