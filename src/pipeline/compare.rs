//! Two exports in, every pair and metric out. No store is needed.

use super::PipelineError;
use crate::analytics::{
    ReadingInput, bootstrap_method, compare_readings, mean_interval_by_study, point_distances,
};
use crate::domain::{
    Annotation, Comparison, ErrorUnit, IngestOptions, Item, Protocol, Technique, UnitScore,
};
use crate::importers::{ImportReport, Limits, MemorySink, ReadingRecord, Upload, import};
use crate::statistics::wilson;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// One of the two exports, and how to read it.
pub struct CompareSource<'a> {
    pub path: &'a Path,
    pub options: IngestOptions,
    /// Which rater of the export to take, where it holds several.
    pub rater: Option<String>,
}

/// Where one side came from.
#[derive(Clone, Debug, Serialize)]
pub struct SourceInfo {
    pub file: String,
    pub format: String,
    pub sha256: String,
    pub rater: String,
    pub n_items: usize,
    pub n_annotations: u64,
    pub n_skipped: u64,
    pub n_invalid: u64,
}

/// A metric of one pair: a value with its unit, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricCell {
    pub value: Option<f64>,
    pub unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
}

/// One matched pair.
#[derive(Clone, Debug, Serialize)]
pub struct PairRow {
    pub item: String,
    pub study: String,
    pub technique: String,
    pub label: String,
    pub candidate_label: String,
    pub reference_id: String,
    pub candidate_id: String,
    pub metrics: BTreeMap<&'static str, MetricCell>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<PointRow>,
    pub verdict: String,
    pub detail: Option<String>,
}

/// One named keypoint of a pair.
#[derive(Clone, Debug, Serialize)]
pub struct PointRow {
    pub name: String,
    pub distance_px: Option<f64>,
    pub distance_mm: Option<f64>,
    pub status: &'static str,
}

/// One unit in error.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorRow {
    pub item: String,
    pub study: String,
    pub label: String,
    pub kind: String,
    pub reference_id: Option<String>,
    pub candidate_id: Option<String>,
    pub detail: Option<String>,
}

/// A metric over all pairs of one label and technique.
#[derive(Clone, Debug, Serialize)]
pub struct SummaryRow {
    pub label: String,
    pub technique: String,
    pub metric: String,
    pub unit: String,
    pub n: u64,
    /// Pairs for which the metric is undefined; they are left out of mean and median.
    pub n_undefined: u64,
    pub mean: Option<f64>,
    pub median: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub level: f64,
    pub method: String,
}

/// Erroneous over assessed units.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorRate {
    pub unit: String,
    pub numerator: u64,
    pub denominator: u64,
    pub rate: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub method: String,
    pub level: f64,
    pub n_not_applicable: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
}

/// Items that only one side has; they are in no figure.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Unmatched {
    pub reference_only: Vec<String>,
    pub candidate_only: Vec<String>,
    /// Items on both sides of which nothing could be compared, with the reason.
    pub refused: Vec<RefusedItem>,
}

/// An item that both sides have and that could not be compared.
#[derive(Clone, Debug, Serialize)]
pub struct RefusedItem {
    pub item: String,
    pub reason: String,
}

/// The whole answer of `concord compare`.
#[derive(Clone, Debug, Serialize)]
pub struct CompareReport {
    pub reference: SourceInfo,
    pub candidate: SourceInfo,
    pub pairs: Vec<PairRow>,
    pub errors: Vec<ErrorRow>,
    pub summary: Vec<SummaryRow>,
    pub error_rate: ErrorRate,
    pub unmatched: Unmatched,
    pub protocol: String,
}

struct Side {
    info: SourceInfo,
    items: BTreeMap<String, Item>,
    readings: BTreeMap<String, Vec<ReadingRecord>>,
}

/// Reads both exports and compares the items that they share.
///
/// # Errors
/// What importing raises; an export with several raters of which none was named; no shared item.
pub fn compare(
    reference: &CompareSource<'_>,
    candidate: &CompareSource<'_>,
    protocol: &Protocol,
) -> Result<CompareReport, PipelineError> {
    let reference = read_side(reference, "reference")?;
    let candidate = read_side(candidate, "candidate")?;
    let mut report = CompareReport {
        reference: reference.info.clone(),
        candidate: candidate.info.clone(),
        pairs: Vec::new(),
        errors: Vec::new(),
        summary: Vec::new(),
        error_rate: error_rate(protocol, &[])?,
        unmatched: Unmatched::default(),
        protocol: format!("{} {}", protocol.name, protocol.version),
    };
    let keys: BTreeSet<&String> = reference
        .items
        .keys()
        .chain(candidate.items.keys())
        .collect();
    let mut assessed: Vec<(String, Comparison)> = Vec::new();
    for key in keys {
        match (reference.readings.get(key), candidate.readings.get(key)) {
            (Some(a), Some(b)) => {
                let mut item = reference.items.get(key).cloned().unwrap_or_default();
                if let Some(other) = candidate.items.get(key) {
                    item.fill_from(other);
                }
                let (a_inputs, b_inputs) = (inputs(a), inputs(b));
                let Some(comparison) = compare_readings(protocol, &item, &a_inputs, &b_inputs)
                else {
                    report.unmatched.refused.push(RefusedItem {
                        item: key.clone(),
                        reason: "the two sides hold no technique in common".to_owned(),
                    });
                    continue;
                };
                if let Some(reason) = &comparison.refused {
                    report.unmatched.refused.push(RefusedItem {
                        item: key.clone(),
                        reason: reason.clone(),
                    });
                    continue;
                }
                describe(protocol, &item, &comparison, a, b, &mut report);
                assessed.push((item.study.clone(), comparison));
            }
            (Some(_), None) => report.unmatched.reference_only.push(key.clone()),
            (None, Some(_)) => report.unmatched.candidate_only.push(key.clone()),
            (None, None) => {}
        }
    }
    if assessed.is_empty() {
        return Err(PipelineError::NothingInCommon {
            reference: sample(reference.items.keys()),
            candidate: sample(candidate.items.keys()),
            refused: report
                .unmatched
                .refused
                .first()
                .map(|refused| refused.reason.clone()),
        });
    }
    report.summary = summarise(&report.pairs, protocol.confidence);
    report.error_rate = error_rate(protocol, &assessed)?;
    Ok(report)
}

fn sample<'a>(keys: impl Iterator<Item = &'a String>) -> Vec<String> {
    keys.take(3).cloned().collect()
}

fn inputs(records: &[ReadingRecord]) -> Vec<ReadingInput<'_>> {
    let mut next = 0;
    records
        .iter()
        .map(|record| ReadingInput {
            reading: &record.reading,
            annotations: record
                .annotations
                .iter()
                .map(|annotation| {
                    next += 1;
                    (next - 1, annotation)
                })
                .collect(),
        })
        .collect()
}

fn read_side(source: &CompareSource<'_>, side: &'static str) -> Result<Side, PipelineError> {
    let upload = Upload::open(source.path, Limits::DEFAULT)?;
    let mut options = source.options.clone();
    // The two sides need no names; one given by the user or the export is kept.
    options.annotator.get_or_insert_with(|| side.to_owned());
    let mut sink = MemorySink::default();
    let report = import(&upload, &options, &mut sink)?;
    let rater = chosen_rater(side, source.rater.as_deref(), &report)?;
    let mut readings: BTreeMap<String, Vec<ReadingRecord>> = BTreeMap::new();
    let mut passes: BTreeSet<(String, String, String)> = BTreeSet::new();
    for (key, record) in sink.readings {
        if key.rater != rater {
            continue;
        }
        passes.insert((key.item.clone(), key.stage.to_string(), key.session.clone()));
        readings.entry(key.item).or_default().push(record);
    }
    if let Some((item, _)) = readings.iter().find(|(item, _)| {
        passes
            .iter()
            .filter(|(of, _, _)| of == *item)
            .nth(1)
            .is_some()
    }) {
        return Err(PipelineError::SeveralReadings {
            side,
            rater,
            item: item.clone(),
        });
    }
    let items = sink
        .items
        .into_iter()
        .filter(|(key, _)| readings.contains_key(key))
        .collect();
    Ok(Side {
        info: SourceInfo {
            file: upload.name().to_owned(),
            format: report.format.clone(),
            sha256: upload.sha256().to_owned(),
            rater,
            n_items: readings.len(),
            n_annotations: report.counts.annotations,
            n_skipped: report.n_skipped(),
            n_invalid: report.n_invalid,
        },
        items,
        readings,
    })
}

fn chosen_rater(
    side: &'static str,
    named: Option<&str>,
    report: &ImportReport,
) -> Result<String, PipelineError> {
    match (named, report.raters.as_slice()) {
        (Some(name), raters) if raters.iter().any(|rater| rater == name) => Ok(name.to_owned()),
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(PipelineError::NoReadings { side }),
        (_, raters) => Err(PipelineError::WhichRater {
            side,
            raters: raters.to_vec(),
        }),
    }
}

fn describe(
    protocol: &Protocol,
    item: &Item,
    comparison: &Comparison,
    a: &[ReadingRecord],
    b: &[ReadingRecord],
    report: &mut CompareReport,
) {
    let a_annotations: Vec<_> = a.iter().flat_map(|record| &record.annotations).collect();
    let b_annotations: Vec<_> = b.iter().flat_map(|record| &record.annotations).collect();
    let annotation = |list: &[&'_ Annotation], number: Option<usize>| -> Option<Annotation> {
        list.get(number?).map(|found| (*found).clone())
    };
    for unit in &comparison.units {
        let a_annotation = annotation(&a_annotations, unit.a_annotation);
        let b_annotation = annotation(&b_annotations, unit.b_annotation);
        let reference_id = a_annotation.as_ref().map(|found| found.source_id.clone());
        let candidate_id = b_annotation.as_ref().map(|found| found.source_id.clone());
        let label = unit
            .a_label
            .clone()
            .or_else(|| unit.b_label.clone())
            .unwrap_or_default();
        if let Some(kind) = unit.error {
            report.errors.push(ErrorRow {
                item: item.key.clone(),
                study: item.study.clone(),
                label: label.clone(),
                kind: kind.to_string(),
                reference_id: reference_id.clone(),
                candidate_id: candidate_id.clone(),
                detail: unit.detail.clone(),
            });
        }
        let (Some(reference_id), Some(candidate_id)) = (reference_id, candidate_id) else {
            continue;
        };
        let points = match (&a_annotation, &b_annotation) {
            (Some(a), Some(b)) => point_rows(item, a, b),
            _ => Vec::new(),
        };
        report.pairs.push(PairRow {
            item: item.key.clone(),
            study: item.study.clone(),
            technique: unit
                .technique
                .map(|technique| technique.to_string())
                .unwrap_or_default(),
            label,
            candidate_label: unit.b_label.clone().unwrap_or_default(),
            reference_id,
            candidate_id,
            metrics: cells(unit, protocol),
            points,
            verdict: match (unit.error, unit.not_applicable) {
                (Some(kind), _) => kind.to_string(),
                (None, true) => "not_applicable".to_owned(),
                (None, false) => "right".to_owned(),
            },
            detail: unit.detail.clone(),
        });
    }
}

fn point_rows(item: &Item, a: &Annotation, b: &Annotation) -> Vec<PointRow> {
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
fn cells(unit: &UnitScore, protocol: &Protocol) -> BTreeMap<&'static str, MetricCell> {
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
            let steps = unit.a_rank.zip(unit.b_rank).map(|(a, b)| b - a);
            put("rank_difference", steps, "steps", None);
        }
        Technique::Classification => {}
    }
    found
}

/// Mean, median and an interval of each metric by label and technique.
fn summarise(pairs: &[PairRow], level: f64) -> Vec<SummaryRow> {
    type Key<'a> = (&'a str, &'a str, &'static str);
    let mut grouped: BTreeMap<Key<'_>, (Vec<(&str, f64)>, u64, &str)> = BTreeMap::new();
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
fn error_rate(
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
