//! A ratings table in, every coefficient out. No store is needed.

use super::PipelineError;
use super::consensus::{ConsensusMethod, ConsensusReport, UnitKey, consensus};
use crate::agreement::{
    AgreementOptions, Bootstrap, Coefficient, RatingMatrix, Scale, all_coefficients,
};
use crate::domain::{IngestOptions, Shape};
use crate::importers::{ImportReport, Limits, MemorySink, Upload, import};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// The answer of `concord agreement`.
#[derive(Clone, Debug, Serialize)]
pub struct AgreementReport {
    pub n_units: usize,
    pub n_ratings: usize,
    pub raters: Vec<String>,
    pub categories: Vec<String>,
    pub scale: &'static str,
    pub coefficients: Vec<Coefficient>,
    /// One answer a unit and each rater against it, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consensus: Option<ConsensusReport>,
    /// Empty cells, broken records and the like; also in `left_out`.
    pub n_skipped: u64,
    pub notes: Vec<String>,
}

/// How to read the table and make intervals.
pub struct AgreementRequest {
    pub options: IngestOptions,
    pub scale: Scale,
    /// Categories in their order; numeric order, else alphabetical, where not given.
    pub categories: Option<Vec<String>>,
    pub level: f64,
    pub n_resamples: u32,
    pub seed: u64,
    /// How to work out a consensus, if at all.
    pub consensus: Option<ConsensusMethod>,
}

/// Reads a ratings table (long or wide) and works out every coefficient that applies to its scale.
///
/// # Errors
/// What importing raises, a rater who rated a unit twice in one session, ratings that are no numbers on a numeric scale, a consensus of
/// numbers.
pub fn agreement(
    path: &Path,
    request: &AgreementRequest,
) -> Result<(AgreementReport, ImportReport), PipelineError> {
    if let (Some(_), Scale::Interval | Scale::Ratio) = (request.consensus, request.scale) {
        return Err(PipelineError::Parameter {
            what: "--consensus",
            given: request.scale.name().to_owned(),
            detail: "a consensus is about categories; write --scale nominal or ordinal".to_owned(),
        });
    }
    let upload = Upload::open(path, Limits::DEFAULT)?;
    let mut options = request.options.clone();
    // Ratings are kept as they stand in the table; the scale decides later how they are read.
    options.scale = None;
    let mut sink = MemorySink::default();
    let report = import(&upload, &options, &mut sink)?;
    if report.lacks_annotator() {
        return Err(PipelineError::MissingAnnotator);
    }
    let mut rows: Vec<(String, String, String)> = Vec::new();
    let mut study_of_unit: BTreeMap<String, &str> = BTreeMap::new();
    let mut keys: HashMap<String, UnitKey> = HashMap::new();
    for (key, record) in &sink.readings {
        for annotation in &record.annotations {
            let (question, value) = match &annotation.shape {
                Shape::Classification { question, value } => (question, value.clone()),
                Shape::Ordinal { question, rank } => (question, rank.to_string()),
                _ => continue,
            };
            // One unit is one item, in one session, on one scale.
            let mut unit = key.item.clone();
            for part in [question, &key.session] {
                if !part.is_empty() {
                    unit.push_str(" · ");
                    unit.push_str(part);
                }
            }
            let item = sink.items.get(&key.item);
            let study = item.map_or(key.item.as_str(), |item| item.study.as_str());
            study_of_unit.insert(unit.clone(), study);
            keys.entry(unit.clone()).or_insert_with(|| UnitKey {
                item: key.item.clone(),
                session: key.session.clone(),
                question: question.clone(),
            });
            rows.push((unit, key.rater.clone(), value));
        }
    }
    if rows.is_empty() {
        return Err(PipelineError::NoReadings {
            side: "ratings table",
        });
    }
    let matrix = RatingMatrix::from_labels(
        rows.iter()
            .map(|(unit, rater, value)| (rater.as_str(), unit.as_str(), value.as_str())),
        request.categories.as_deref(),
    )?;
    let matrix = with_studies(matrix, &study_of_unit)?;
    let coefficients = all_coefficients(
        &matrix,
        request.scale,
        AgreementOptions {
            level: request.level,
            bootstrap: Bootstrap {
                n_resamples: request.n_resamples,
                seed: request.seed,
            },
        },
    )?;
    let consensus = match request.consensus {
        Some(method) => {
            let units = matrix.units().iter();
            let units = units.map(|unit| keys.remove(unit).unwrap_or_default());
            Some(consensus(&matrix, units.collect(), method, request.level)?)
        }
        None => None,
    };
    Ok((
        AgreementReport {
            n_units: matrix.units().len(),
            n_ratings: rows.len(),
            raters: matrix.raters().to_vec(),
            categories: matrix.categories().to_vec(),
            scale: request.scale.name(),
            coefficients,
            consensus,
            n_skipped: report.n_skipped(),
            notes: report.notes.clone(),
        },
        report,
    ))
}

/// The matrix with its studies, where some study holds more than one unit; else units stand alone.
fn with_studies(
    matrix: RatingMatrix,
    study_of_unit: &BTreeMap<String, &str>,
) -> Result<RatingMatrix, PipelineError> {
    let studies: Vec<&str> = matrix
        .units()
        .iter()
        .filter_map(|unit| study_of_unit.get(unit).copied())
        .collect();
    let distinct: BTreeSet<&str> = studies.iter().copied().collect();
    if distinct.len() == studies.len() {
        return Ok(matrix);
    }
    Ok(matrix.with_studies(&studies)?)
}
