//! Two exports in, every pair and metric out. No store is needed.

mod figures;
mod label_means;
mod report;
mod whole_items;

use super::PipelineError;
use crate::analytics::{ReadingInput, compare_readings};
use crate::domain::{Annotation, Comparison, IngestOptions, Item, Protocol};
use crate::importers::{ImportReport, Limits, MemorySink, ReadingRecord, Upload, import};
use figures::{cells, error_rate, further_cells, point_rows, summarise};
use label_means::label_means;
pub use report::{CompareReport, PairRow, SourceInfo};
use report::{ErrorRow, ItemRemark, Unmatched};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use whole_items::WholeItems;

/// One of the two exports, and how to read it.
pub struct CompareSource<'a> {
    pub path: &'a Path,
    pub options: IngestOptions,
    /// Which rater of the export to take, where it holds several.
    pub rater: Option<String>,
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
        spans: Vec::new(),
        text_kappa: None,
        videos: Vec::new(),
        clouds: Vec::new(),
        label_means: Vec::new(),
        error_rate: error_rate(protocol, &[])?,
        unmatched: Unmatched::default(),
        suspected: Vec::new(),
        protocol: format!("{} {}", protocol.name, protocol.version),
    };
    let keys: BTreeSet<&String> = reference
        .items
        .keys()
        .chain(candidate.items.keys())
        .collect();
    let mut assessed: Vec<(String, Comparison)> = Vec::new();
    let mut wholes = WholeItems::default();
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
                    report.unmatched.refused.push(ItemRemark {
                        item: key.clone(),
                        reason: "the two sides hold no technique in common".to_owned(),
                    });
                    continue;
                };
                if let Some(reason) = &comparison.refused {
                    report.unmatched.refused.push(ItemRemark {
                        item: key.clone(),
                        reason: reason.clone(),
                    });
                    continue;
                }
                if let Some(reason) = &comparison.suspected {
                    report.suspected.push(ItemRemark {
                        item: key.clone(),
                        reason: reason.clone(),
                    });
                }
                describe(protocol, &item, &comparison, a, b, &mut report);
                wholes.add(protocol, &item, &annotations(a), &annotations(b));
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
    let refused = std::mem::take(&mut wholes.refused).into_iter();
    let refused = refused.map(|(item, reason)| ItemRemark { item, reason });
    report.unmatched.refused.extend(refused);
    report.spans = wholes.span_rows();
    report.text_kappa = wholes.text_kappa(protocol.confidence)?;
    report.videos = wholes.video_rows();
    report.clouds = wholes.cloud_rows();
    report.summary = summarise(&report.pairs, protocol.confidence);
    report.error_rate = error_rate(protocol, &assessed)?;
    report.label_means = label_means(assessed.iter().map(|(_, comparison)| comparison));
    Ok(report)
}

fn annotations(records: &[ReadingRecord]) -> Vec<&Annotation> {
    let all = records.iter().flat_map(|record| &record.annotations);
    all.collect()
}

fn sample<'a>(keys: impl Iterator<Item = &'a String>) -> Vec<String> {
    keys.take(3).cloned().collect()
}

fn inputs(records: &[ReadingRecord]) -> Vec<ReadingInput<'_>> {
    let records = records.iter();
    ReadingInput::numbered(records.map(|record| (&record.reading, record.annotations.as_slice())))
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
    let (a_annotations, b_annotations) = (annotations(a), annotations(b));
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
        let mut metrics = cells(unit, protocol);
        let points = match (&a_annotation, &b_annotation) {
            (Some(a), Some(b)) => {
                metrics.extend(further_cells(protocol, item, a, b));
                point_rows(item, a, b)
            }
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
            metrics,
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
