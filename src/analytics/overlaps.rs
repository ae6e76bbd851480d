//! Distributions of Dice, IoU, distances and biases, with intervals that respect studies.

use super::AnalyticsError;
use super::errors::count;
use super::study_bootstrap::mean_interval_by_study;
use crate::statistics::Interval;
use crate::store::{Filter, Group, GroupBy, Measure, OverlapMetric, ProjectId, Store};
use std::collections::HashMap;

/// The distribution of one metric in one group.
#[derive(Clone, Debug)]
pub struct OverlapFigure {
    pub group: Group,
    pub metric: OverlapMetric,
    pub measure: Measure,
    pub n: u64,
    /// Pairs for which the metric is undefined; they are left out.
    pub n_undefined: u64,
    pub mean: Option<f64>,
    /// Of the mean, by cluster bootstrap over studies; `None` with fewer than two studies.
    pub interval: Option<Interval>,
    pub min: Option<f64>,
    pub p05: Option<f64>,
    pub q1: Option<f64>,
    pub median: Option<f64>,
    pub q3: Option<f64>,
    pub p95: Option<f64>,
    pub max: Option<f64>,
}

/// Distributions by group; `metrics` limits which are worked out (all that occur when empty).
///
/// # Errors
/// What the store raises.
pub fn overlap_figures(
    store: &Store,
    project: ProjectId,
    metrics: &[OverlapMetric],
    filter: &Filter,
    by: GroupBy,
    level: f64,
) -> Result<Vec<OverlapFigure>, AnalyticsError> {
    let rows = store.overlap_summary(project, filter, by)?;
    let mut intervals: HashMap<(OverlapMetric, Group, Measure), Option<Interval>> = HashMap::new();
    let mut seen: Vec<OverlapMetric> = rows.iter().map(|row| row.metric).collect();
    seen.sort();
    seen.dedup();
    seen.retain(|metric| metrics.is_empty() || metrics.contains(metric));
    for &metric in &seen {
        let mut values: HashMap<(Group, Measure), Vec<(String, f64)>> = HashMap::new();
        for row in store.overlap_values(project, metric, filter, by)? {
            values
                .entry((row.group, row.measure))
                .or_default()
                .push((row.study, row.value));
        }
        for ((group, measure), of_group) in values {
            let pairs = of_group
                .iter()
                .map(|(study, value)| (study.as_str(), *value));
            intervals.insert(
                (metric, group, measure),
                mean_interval_by_study(pairs, level),
            );
        }
    }
    Ok(rows
        .into_iter()
        .filter(|row| seen.contains(&row.metric))
        .map(|row| {
            let key = (row.metric, row.group, row.measure);
            let interval = intervals.get(&key).copied().flatten();
            let (metric, group, measure) = key;
            OverlapFigure {
                group,
                metric,
                measure,
                n: count(row.n),
                n_undefined: count(row.n_undefined),
                mean: row.mean,
                interval,
                min: row.min,
                p05: row.p05,
                q1: row.q1,
                median: row.median,
                q3: row.q3,
                p95: row.p95,
                max: row.max,
            }
        })
        .collect())
}
