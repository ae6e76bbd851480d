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

/// Tolerances are equal when their bits are, so that a measure can be a key.
impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Measure {}

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
mod tests {
    use super::{OverlapMetric, OverlapSummaryRow};
    use crate::domain::ComparisonKind::{Peer, Reference};
    use crate::domain::{DistanceUnit, ErrorKind, Technique, UnitScore};
    use crate::store::seed::{Seed, comparison, delivered, unit};
    use crate::store::{Filter, GroupBy};

    fn measured(dice: f64, assd: Option<(f64, DistanceUnit)>) -> UnitScore {
        UnitScore {
            technique: Some(Technique::Mask),
            dice: Some(dice),
            assd: assd.map(|(value, _)| value),
            distance_unit: assd.map(|(_, unit)| unit),
            ..unit("lesion", None)
        }
    }

    fn seeded(units: Vec<UnitScore>) -> Seed {
        let seed = Seed::new();
        let readings = ["gold", "ann", "bob"].map(|rater| delivered("i1", rater, None, vec![]));
        seed.import(&[], &readings);
        seed.score(
            "i1",
            vec![
                comparison("i1", Reference, "gold", "ann", units),
                comparison("i1", Peer, "ann", "bob", vec![measured(0.5, None)]),
            ],
        );
        seed
    }

    fn summary(seed: &Seed, filter: &Filter, metric: OverlapMetric) -> Vec<OverlapSummaryRow> {
        let rows = seed
            .store
            .overlap_summary(seed.project, filter, GroupBy::default())
            .unwrap();
        rows.into_iter()
            .filter(|row| row.metric == metric)
            .collect()
    }

    fn references() -> Filter {
        Filter {
            kind: Some(Reference),
            ..Filter::default()
        }
    }

    #[test]
    fn quantiles_interpolate_and_undefined_values_are_counted_apart() {
        let undefined = UnitScore {
            dice: None,
            undefined: Some("both_empty".to_owned()),
            ..measured(0.0, None)
        };
        let missing = UnitScore {
            technique: Some(Technique::Mask),
            undefined: Some("candidate_empty".to_owned()),
            ..unit("lesion", Some(ErrorKind::Missing))
        };
        let mut units: Vec<UnitScore> = [0.0, 0.1, 0.2, 0.3, 1.0]
            .map(|dice| measured(dice, None))
            .to_vec();
        units.extend([undefined, missing]);
        let seed = seeded(units);
        let rows = summary(&seed, &references(), OverlapMetric::Dice);
        let [row] = rows.as_slice() else {
            panic!("one row, found {rows:?}");
        };
        assert_eq!(
            (row.n, row.n_undefined),
            (5, 1),
            "a missing instance has no overlap"
        );
        assert_eq!(row.measure.unit.as_deref(), Some("ratio"));
        let close = |found: Option<f64>, wanted: f64| (found.unwrap() - wanted).abs() < 1e-12;
        assert!(close(row.mean, 0.32));
        assert!(close(row.min, 0.0) && close(row.max, 1.0));
        assert!(close(row.q1, 0.1) && close(row.median, 0.2) && close(row.q3, 0.3));
        // Type 7: position 0.05 × 4 = 0.2 between 0.0 and 0.1; 0.95 × 4 = 3.8 between 0.3 and 1.0.
        assert!(close(row.p05, 0.02) && close(row.p95, 0.86));
    }

    #[test]
    fn millimetres_and_pixels_are_never_put_together() {
        let seed = seeded(vec![
            measured(0.9, Some((1.0, DistanceUnit::Mm))),
            measured(0.9, Some((10.0, DistanceUnit::Px))),
        ]);
        let rows = summary(&seed, &references(), OverlapMetric::Assd);
        let found: Vec<_> = rows
            .iter()
            .map(|row| (row.measure.unit.as_deref(), row.n, row.mean))
            .collect();
        assert_eq!(
            found,
            [(Some("mm"), 1, Some(1.0)), (Some("px"), 1, Some(10.0))]
        );
    }

    #[test]
    fn a_peer_comparison_counts_for_both_raters_and_once_for_the_pair() {
        let seed = seeded(vec![]);
        let values = |by: GroupBy, filter: &Filter| -> Vec<(Option<String>, Option<String>)> {
            let rows = seed
                .store
                .overlap_values(seed.project, OverlapMetric::Dice, filter, by)
                .unwrap();
            assert!(rows.iter().all(|row| row.value == 0.5 && row.study == "i1"));
            rows.into_iter()
                .map(|row| (row.group.a_rater, row.group.rater))
                .collect()
        };
        let name = |text: &str| Some(text.to_owned());
        let by_rater = GroupBy {
            rater: true,
            ..GroupBy::default()
        };
        let all = Filter::default();
        assert_eq!(
            values(by_rater, &all),
            [(None, name("ann")), (None, name("bob"))]
        );
        let ann = Filter {
            rater: name("ann"),
            ..Filter::default()
        };
        assert_eq!(values(by_rater, &ann), [(None, name("ann"))]);
        let by_pair = GroupBy {
            rater_pair: true,
            ..GroupBy::default()
        };
        assert_eq!(values(by_pair, &all), [(name("ann"), name("bob"))]);
        assert_eq!(values(GroupBy::default(), &all), [(None, None)]);
    }

    #[test]
    fn bias_is_positive_where_the_candidate_draws_larger() {
        let sized = |relative: Option<f64>| UnitScore {
            a_size: Some(10.0),
            b_size: Some(12.0),
            relative_size_difference: relative,
            ..measured(0.9, None)
        };
        let seed = seeded(vec![
            sized(Some(0.2)),
            sized(Some(0.4)),
            sized(None),
            measured(0.1, None),
        ]);
        let rows = seed
            .store
            .size_bias(seed.project, &Filter::default(), GroupBy::default())
            .unwrap();
        assert_eq!((rows[0].n, rows[0].n_undefined), (2, 1));
        assert!((rows[0].mean.unwrap() - 0.3).abs() < 1e-12);
        assert!((rows[0].median.unwrap() - 0.3).abs() < 1e-12);
        let empty = Seed::new();
        let none = empty
            .store
            .size_bias(empty.project, &Filter::default(), GroupBy::default());
        assert_eq!(none.unwrap(), []);
        let none =
            empty
                .store
                .overlap_summary(empty.project, &Filter::default(), GroupBy::default());
        assert_eq!(none.unwrap(), []);
    }

    #[test]
    fn equal_data_give_an_equal_mean_to_the_last_bit() {
        let seed = seeded(vec![measured(0.5, None)]);
        // Values whose sum depends on the order of addition, in more blocks of rows than threads take at once.
        let rows = "INSERT INTO unit (comparison_id, unit_no, project_id, item_id, technique, not_applicable, dice)
            SELECT 1, n, 1, 1, 'mask', FALSE, pow(((n * 7919) % 1000003 + 0.1) / 1000003, 9)
            FROM range(1, 1500000) AS t (n)";
        seed.store.writer().execute_batch(rows).unwrap();
        let mean = || {
            summary(&seed, &references(), OverlapMetric::Dice)[0]
                .mean
                .unwrap()
                .to_bits()
        };
        let first = mean();
        for _ in 0..10 {
            assert_eq!(mean(), first);
        }
    }
}
