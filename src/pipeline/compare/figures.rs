//! Metrics of each pair as cells, their summary, and the error rate.

use super::report::{ErrorRate, MetricCell, PairRow, PointRow, SummaryRow};
use crate::analytics::{
    bootstrap_method, further_metrics, mean_interval_by_study, point_distances,
};
use crate::domain::{Annotation, Comparison, ErrorUnit, Item, Protocol, Technique, UnitScore};
use crate::metrics::{Measured, rank_difference};
use crate::pipeline::PipelineError;
use crate::statistics::wilson;
use std::collections::BTreeMap;

pub(super) fn point_rows(item: &Item, a: &Annotation, b: &Annotation) -> Vec<PointRow> {
    point_distances(item, a, b)
        .into_iter()
        .map(|point| PointRow {
            name: point.name,
            distance_px: point.distance_px,
            distance_mm: point.distance_mm,
            status: point.status,
        })
        .collect()
}

/// The metrics that a technique has, as cells; those without a value say why.
pub(super) fn cells(unit: &UnitScore, protocol: &Protocol) -> BTreeMap<&'static str, MetricCell> {
    let mut found = BTreeMap::new();
    let mut put =
        |key: &'static str, value: Option<f64>, unit_symbol: &str, tolerance: Option<f64>| {
            let undefined = value.is_none().then(|| {
                unit.undefined
                    .clone()
                    .unwrap_or_else(|| "not_applicable".to_owned())
            });
            found.insert(
                key,
                MetricCell {
                    value,
                    unit: unit_symbol.to_owned(),
                    tolerance,
                    undefined,
                },
            );
        };
    let distance = unit.distance_unit.map_or("px", |unit| unit.as_str());
    let size_unit = unit.size_unit.as_deref().unwrap_or("px");
    let Some(technique) = unit.technique else {
        return found;
    };
    match technique {
        Technique::Mask | Technique::VolumeMask => {
            put("dice", unit.dice, "ratio", None);
            put("iou", unit.iou, "ratio", None);
            put("hd", unit.hd, distance, None);
            put("hd95", unit.hd95, distance, None);
            put("assd", unit.assd, distance, None);
            put("nsd", unit.nsd, "ratio", Some(protocol.nsd_tolerance));
            put("volume_difference", unit.size_difference, size_unit, None);
            put(
                "relative_volume_difference",
                unit.relative_size_difference,
                "ratio",
                None,
            );
        }
        Technique::Box | Technique::RotatedBox => {
            put("dice", unit.dice, "ratio", None);
            put("iou", unit.iou, "ratio", None);
            put("box_edge_deviation", unit.box_edge_px, "px", None);
            if let Some([left, top, right, bottom]) = unit.box_edges_px {
                put("box_edge_left", Some(left), "px", None);
                put("box_edge_top", Some(top), "px", None);
                put("box_edge_right", Some(right), "px", None);
                put("box_edge_bottom", Some(bottom), "px", None);
            }
            put("volume_difference", unit.size_difference, size_unit, None);
        }
        Technique::Polygon | Technique::Ellipse => {
            put("dice", unit.dice, "ratio", None);
            put("iou", unit.iou, "ratio", None);
            put("boundary_distance", unit.boundary_px, "px", None);
            put("volume_difference", unit.size_difference, size_unit, None);
        }
        Technique::Polyline => put("boundary_distance", unit.boundary_px, "px", None),
        Technique::Keypoints => {
            put("distance_px", unit.keypoint_px, "px", None);
            put("distance_mm", unit.keypoint_mm, "mm", None);
            put("oks", unit.oks, "ratio", None);
        }
        Technique::Ordinal => {
            let steps = rank_difference(unit.a_rank, unit.b_rank);
            let steps = steps.ok().and_then(|steps| steps.value.value());
            put("rank_difference", steps, "steps", None);
        }
        Technique::Cuboid => {
            put("dice", unit.dice, "ratio", None);
            put("iou", unit.iou, "ratio", None);
        }
        Technique::PointCloud => {
            put("dice", unit.dice, "ratio", None);
            put("iou", unit.iou, "ratio", None);
        }
        Technique::TextSpan => {
            put("dice", unit.dice, "ratio", None);
            put("iou", unit.iou, "ratio", None);
            let (start, end) = (unit.start_difference_chars, unit.end_difference_chars);
            put("start_difference", start, "characters", None);
            put("end_difference", end, "characters", None);
        }
        Technique::Track => {
            put("dice", unit.dice, "ratio", None);
            put("iou", unit.iou, "ratio", None);
            let number = |n: Option<u32>| n.map(f64::from);
            put("frames_reference", number(unit.n_frames_a), "count", None);
            put("frames_candidate", number(unit.n_frames_b), "count", None);
            put(
                "frames_matched",
                number(unit.n_frames_matched),
                "count",
                None,
            );
            put(
                "identity_switches",
                number(unit.n_identity_switches),
                "count",
                None,
            );
            put(
                "fragmentations",
                number(unit.n_fragmentations),
                "count",
                None,
            );
        }
        Technique::Classification => {}
    }
    found
}

/// Metrics that are worked out here only, as cells.
pub(super) fn further_cells(
    protocol: &Protocol,
    item: &Item,
    a: &Annotation,
    b: &Annotation,
) -> impl Iterator<Item = (&'static str, MetricCell)> {
    let found = further_metrics(protocol, item, a, b);
    found.into_iter().map(|further| {
        let Measured { value, unit } = further.measured;
        let cell = MetricCell {
            value: value.value(),
            unit: unit.code().to_owned(),
            tolerance: further.tolerance,
            undefined: value.undefined().map(|reason| reason.code().to_owned()),
        };
        (further.key, cell)
    })
}

/// Mean, median and an interval of each metric by label and technique.
pub(super) fn summarise(pairs: &[PairRow], level: f64) -> Vec<SummaryRow> {
    type Key<'a> = (&'a str, &'a str, &'static str);
    // Study and value of each pair, how many are undefined, and the unit.
    type Values<'a> = (Vec<(&'a str, f64)>, u64, &'a str);
    let mut grouped: BTreeMap<Key<'_>, Values<'_>> = BTreeMap::new();
    for pair in pairs {
        for (metric, cell) in &pair.metrics {
            let entry = grouped
                .entry((&pair.label, &pair.technique, metric))
                .or_insert_with(|| (Vec::new(), 0, &cell.unit));
            match cell.value {
                Some(value) => {
                    entry.0.push((&pair.study, value));
                    entry.2 = &cell.unit;
                }
                None => entry.1 += 1,
            }
        }
    }
    grouped
        .into_iter()
        .map(
            |((label, technique, metric), (values, n_undefined, unit))| {
                let interval = mean_interval_by_study(values.iter().copied(), level);
                let mut plain: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
                plain.sort_by(f64::total_cmp);
                SummaryRow {
                    label: label.to_owned(),
                    technique: technique.to_owned(),
                    metric: metric.to_owned(),
                    unit: unit.to_owned(),
                    n: plain.len() as u64,
                    n_undefined,
                    mean: crate::statistics::mean(&plain),
                    median: crate::statistics::median(&plain),
                    lower: interval.map(|found| found.lower),
                    upper: interval.map(|found| found.upper),
                    level,
                    method: format!("mean with {}", bootstrap_method()),
                }
            },
        )
        .collect()
}

/// Error rate in the protocol's unit; a unit counts as assessed once any part of it was judged.
pub(super) fn error_rate(
    protocol: &Protocol,
    assessed: &[(String, Comparison)],
) -> Result<ErrorRate, PipelineError> {
    let mut n_not_applicable = 0;
    let (mut numerator, mut denominator) = (0_u64, 0_u64);
    let mut by_key: BTreeMap<&str, bool> = BTreeMap::new();
    for (study, comparison) in assessed {
        let n_undecided = comparison
            .units
            .iter()
            .filter(|unit| unit.not_applicable)
            .count();
        n_not_applicable += n_undecided as u64;
        let undecided = n_undecided > 0 && n_undecided == comparison.units.len();
        match protocol.error_unit {
            ErrorUnit::Instance => {
                numerator += comparison.n_errors() as u64;
                denominator += (comparison.units.len() - n_undecided) as u64;
            }
            ErrorUnit::Item | ErrorUnit::Study if undecided => {}
            unit => {
                let key = if unit == ErrorUnit::Item {
                    &comparison.item
                } else {
                    study
                };
                *by_key.entry(key).or_default() |= comparison.n_errors() > 0;
            }
        }
    }
    if protocol.error_unit != ErrorUnit::Instance {
        denominator = by_key.len() as u64;
        numerator = by_key.values().filter(|wrong| **wrong).count() as u64;
    }
    let interval = wilson(numerator, denominator, protocol.confidence)?;
    Ok(ErrorRate {
        unit: protocol.error_unit.to_string(),
        numerator,
        denominator,
        rate: (denominator > 0).then(|| numerator as f64 / denominator as f64),
        lower: interval.map(|interval| interval.lower),
        upper: interval.map(|interval| interval.upper),
        method: "wilson".to_owned(),
        level: protocol.confidence,
        n_not_applicable,
        undefined: (denominator == 0).then(|| "no_assessed_units".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::printed_under;

    #[test]
    fn every_name_that_is_printed_is_one_of_the_registry() {
        let mut n_names = 0;
        for &technique in Technique::ALL {
            let unit = UnitScore {
                technique: Some(technique),
                box_edges_px: Some([0.0; 4]),
                ..UnitScore::default()
            };
            for name in cells(&unit, &Protocol::default()).into_keys() {
                assert!(
                    printed_under(name).next().is_some(),
                    "{technique}: `{name}` is not declared"
                );
                n_names += 1;
            }
        }
        assert!(n_names >= 40, "only {n_names} names seen");
    }
}
