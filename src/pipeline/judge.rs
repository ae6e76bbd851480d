//! The release gate: what a policy asks about a lot, gathered from the store and judged.

use super::signing::evidence_key;
use super::{PipelineError, Project};
use crate::analytics::{agreement_figures_of_studies, pixel_figures_of_studies};
use crate::domain::{ErrorUnit, ReferenceKind, Stage};
use crate::gates::inputs::{
    AgreementFigure, Completeness, Lot, LotFigures, OpenInvalid, RatersPerItem, SiteStudies,
    SpecialistDay, StageErrorCount, StudyGap,
};
use crate::gates::{CheckRule, Day, Evaluation, Evidence, Policy, evaluate};
use crate::statistics::{ClusterCount, Population};
use crate::store::{
    AgreementUnit, ContingencyQuestion, Filter, GroupBy, NewGateRecord, Sides, Store,
};
use std::collections::{BTreeMap, BTreeSet};

/// Invalid annotations and gaps that are named; all are counted.
const MAX_EXAMPLES: usize = 10;

/// Which studies are proposed for release, and when they are judged.
#[derive(Clone, Debug, Default)]
pub struct LotRequest {
    /// Study keys; all studies of the project when `None`.
    pub studies: Option<Vec<String>>,
    /// Day on which waivers are looked at; today in the project's time zone when `None`.
    pub evaluated_on: Option<String>,
}

/// Judges the lot and keeps the record.
///
/// # Errors
/// Studies that the project does not have, a day that is none, and what the store raises.
pub fn judge(
    store: &Store,
    project: &Project,
    policy: &Policy,
    request: &LotRequest,
) -> Result<Evidence, PipelineError> {
    let evaluated_on = match &request.evaluated_on {
        Some(text) => text
            .parse::<Day>()
            .map_err(|detail| PipelineError::Parameter {
                what: "day",
                given: text.clone(),
                detail: detail.to_string(),
            })?,
        None => today(project)?,
    };
    let lot = lot(store, project, request)?;
    let figures = lot_figures(store, project, policy, lot)?;
    let mut import_hashes: Vec<String> = store
        .imports(project.id)?
        .into_iter()
        .map(|record| record.identity.sha256)
        .collect();
    import_hashes.sort();
    let evidence = evaluate(&Evaluation {
        policy,
        protocol: &project.protocol,
        figures: &figures,
        software_version: env!("CARGO_PKG_VERSION"),
        import_hashes: &import_hashes,
        evaluated_on,
    });
    let evidence = match evidence_key(store)? {
        Some(key) => evidence.signed(&key),
        None => evidence,
    };
    store.record_gate_evaluation(
        project.id,
        &NewGateRecord {
            policy_name: evidence.policy.name.clone(),
            policy_hash: evidence.policy.hash.clone(),
            lot_hash: evidence.lot.hash.clone(),
            status: evidence.status,
            evidence_json: evidence.to_json(),
            created_at_us: jiff::Timestamp::now().as_microsecond(),
        },
    )?;
    Ok(evidence)
}

fn today(project: &Project) -> Result<Day, PipelineError> {
    let zone = project.time_zone()?;
    let date = jiff::Timestamp::now().to_zoned(zone).date().to_string();
    date.parse::<Day>()
        .map_err(|error| PipelineError::Internal(error.to_string()))
}

fn lot(store: &Store, project: &Project, request: &LotRequest) -> Result<Lot, PipelineError> {
    let known: BTreeSet<String> = all_studies(store, project)?;
    match &request.studies {
        None => Ok(Lot {
            source: format!("project {}, all studies", project.name),
            studies: known.into_iter().collect(),
        }),
        Some(asked) => {
            if let Some(stranger) = asked.iter().find(|study| !known.contains(*study)) {
                return Err(PipelineError::Parameter {
                    what: "lot",
                    given: stranger.clone(),
                    detail: format!("project `{}` has no such study", project.name),
                });
            }
            Ok(Lot {
                source: format!("project {}, list of {} studies", project.name, asked.len()),
                studies: asked.clone(),
            })
        }
    }
}

fn all_studies(store: &Store, project: &Project) -> Result<BTreeSet<String>, PipelineError> {
    let mut found = BTreeSet::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.studies(project.id, after.as_deref(), 10_000)?;
        let Some(last) = page.last() else {
            return Ok(found);
        };
        after = Some(last.study.clone());
        found.extend(page.into_iter().map(|row| row.study));
    }
}

/// Gathers everything that the policy may ask about the lot.
///
/// # Errors
/// What the store raises.
pub fn lot_figures(
    store: &Store,
    project: &Project,
    policy: &Policy,
    lot: Lot,
) -> Result<LotFigures, PipelineError> {
    let members: BTreeSet<&str> = lot.studies.iter().map(String::as_str).collect();
    let error_counts = error_counts(store, project, policy, &members)?;
    let agreement = agreement(store, project, policy, &members)?;
    let completeness_rows = store.completeness(project.id, &Filter::default())?;
    let mut completeness = Completeness::default();
    let mut sites: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for row in completeness_rows
        .iter()
        .filter(|row| members.contains(row.study.as_str()))
    {
        let (labelled, known) = (count(row.n_labelled), count(row.n_items));
        completeness.n_required += known;
        completeness.n_labelled += labelled;
        if labelled < known {
            completeness.gaps.push(StudyGap {
                study: row.study.clone(),
                n_missing: known - labelled,
            });
        }
        *sites.entry(row.site.clone()).or_default() += 1;
    }
    let throughput = store
        .throughput(project.id, &Filter::default())?
        .into_iter()
        .filter(|row| row.n_studies > 0)
        .filter_map(|row| {
            let day = row.local_day?;
            crate::analytics::is_workday(&project.protocol.calendar, day).then_some(())?;
            Some(SpecialistDay {
                annotator: row.rater,
                stage: row.stage,
                day: day.to_string().parse().ok()?,
                n_studies: u32::try_from(row.n_studies).unwrap_or(u32::MAX),
            })
        })
        .collect();
    let invalid = store.invalid_annotations(project.id, &Filter::default(), &project.protocol)?;
    let in_lot: Vec<_> = invalid
        .iter()
        .filter(|found| members.contains(found.study.as_str()))
        .collect();
    Ok(LotFigures {
        error_counts,
        agreement,
        completeness,
        throughput,
        raters: raters_per_item(store, project, &members)?,
        open_invalid: OpenInvalid {
            n_annotations: n_annotations(store, project, &members)?,
            n_open: in_lot.len() as u64,
            examples: in_lot
                .iter()
                .take(MAX_EXAMPLES)
                .map(|found| {
                    format!(
                        "{} by {} on {}: {}",
                        found.label, found.rater, found.item_key, found.reason
                    )
                })
                .collect(),
        },
        sites: sites
            .into_iter()
            .map(|(site, n_studies)| SiteStudies { site, n_studies })
            .collect(),
        lot,
    })
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// Counts by stage, unit and kind, from the studies of the lot alone.
fn error_counts(
    store: &Store,
    project: &Project,
    policy: &Policy,
    members: &BTreeSet<&str>,
) -> Result<Vec<StageErrorCount>, PipelineError> {
    let units: BTreeSet<ErrorUnit> = policy
        .checks
        .iter()
        .filter_map(|check| match &check.rule {
            CheckRule::ErrorRate { unit, .. } => Some(unit.unwrap_or(project.protocol.error_unit)),
            _ => None,
        })
        .collect();
    let by_study = GroupBy {
        stage: true,
        study: true,
        ..GroupBy::default()
    };
    let mut found = Vec::new();
    for unit in units {
        let mut studies: BTreeMap<(Stage, ReferenceKind), Vec<[u64; 4]>> = BTreeMap::new();
        for row in store.error_rates(project.id, unit, &Filter::default(), by_study)? {
            let (Some(stage), Some(kind), Some(study)) = (
                row.group.stage,
                row.group.reference_kind,
                row.group.study.as_deref(),
            ) else {
                continue;
            };
            if members.contains(study) {
                studies.entry((stage, kind)).or_default().push([
                    count(row.numerator),
                    count(row.denominator),
                    count(row.n_not_applicable),
                    count(row.n_refused),
                ]);
            }
        }
        for ((stage, reference_kind), rows) in studies {
            let total = rows.iter().fold([0; 4], |mut sum, row| {
                for (sum, n) in sum.iter_mut().zip(row) {
                    *sum += n;
                }
                sum
            });
            let [n_errors, n_assessed, n_not_applicable, n_refused] = total;
            found.push(StageErrorCount {
                stage,
                unit,
                reference_kind,
                n_errors,
                n_assessed,
                n_not_applicable,
                n_refused,
                population: population(stage, unit, n_assessed, &rows, members.len() as u64),
                by_study: if unit == ErrorUnit::Study {
                    Vec::new()
                } else {
                    rows.iter()
                        .map(|row| ClusterCount {
                            errors: row[0],
                            assessed: row[1],
                        })
                        .collect()
                },
            });
        }
    }
    Ok(found)
}

/// A lot is finite where each of its studies is one unit: the annotation stage, counted in studies, each assessed
/// once. Training, and physicians checked on a sample, are processes that go on.
fn population(
    stage: Stage,
    unit: ErrorUnit,
    n_assessed: u64,
    rows: &[[u64; 4]],
    n_studies: u64,
) -> Population {
    let each_once = rows.iter().all(|row| row[1] <= 1);
    if stage == Stage::Annotation
        && unit == ErrorUnit::Study
        && each_once
        && n_assessed <= n_studies
    {
        Population::Lot(n_studies)
    } else {
        Population::Process
    }
}

/// The weakest pair of raters by label and coefficient: a floor must hold for every pair.
fn agreement(
    store: &Store,
    project: &Project,
    policy: &Policy,
    members: &BTreeSet<&str>,
) -> Result<Vec<AgreementFigure>, PipelineError> {
    let wanted = policy
        .checks
        .iter()
        .any(|check| matches!(check.rule, CheckRule::AgreementFloor { .. }));
    if !wanted {
        return Ok(Vec::new());
    }
    let level = project.protocol.confidence;
    let mut figures = Vec::new();
    for unit in [
        AgreementUnit::Classification,
        AgreementUnit::Ordinal,
        AgreementUnit::InstanceLabel,
        AgreementUnit::Presence,
    ] {
        let question = ContingencyQuestion {
            unit,
            sides: Sides::Pairs,
            by_study: false,
            by_label: unit == AgreementUnit::Presence,
        };
        figures.extend(agreement_figures_of_studies(
            store, project.id, &question, members, level,
        )?);
    }
    figures.extend(pixel_figures_of_studies(store, project.id, members, level)?);
    Ok(figures
        .into_iter()
        .flat_map(|figure| {
            let label = figure.group.scope.clone().filter(|scope| !scope.is_empty());
            figure
                .coefficients
                .into_iter()
                .map(move |coefficient| AgreementFigure {
                    label: label.clone(),
                    coefficient: match coefficient.weights {
                        Some(weights) if weights != "unweighted" => {
                            format!("{}_{weights}", coefficient.name)
                        }
                        _ => coefficient.name.to_owned(),
                    },
                    raters: coefficient.raters.clone(),
                    value: coefficient.value,
                    lower: coefficient.lower,
                    upper: coefficient.upper,
                    level: Some(coefficient.level),
                    method: Some(coefficient.method.clone()),
                    n: coefficient.n,
                    undefined: coefficient
                        .undefined
                        .map(|undefined| undefined.reason.to_owned()),
                })
        })
        .collect())
}

fn raters_per_item(
    store: &Store,
    project: &Project,
    members: &BTreeSet<&str>,
) -> Result<RatersPerItem, PipelineError> {
    let mut found = RatersPerItem::default();
    let rows = store.raters_per_item(project.id)?;
    let fewest = rows
        .iter()
        .filter(|row| members.contains(row.study.as_str()))
        .map(|row| row.n_raters)
        .min();
    for row in rows
        .iter()
        .filter(|row| members.contains(row.study.as_str()))
    {
        let n_raters = u32::try_from(row.n_raters).unwrap_or(0);
        *found.n_items_by_raters.entry(n_raters).or_default() += 1;
        if Some(row.n_raters) == fewest && found.fewest.len() < MAX_EXAMPLES {
            found.fewest.push(row.item.clone());
        }
    }
    Ok(found)
}

fn n_annotations(
    store: &Store,
    project: &Project,
    members: &BTreeSet<&str>,
) -> Result<u64, PipelineError> {
    let mut total = 0;
    let mut after: Option<String> = None;
    loop {
        let page = store.studies(project.id, after.as_deref(), 10_000)?;
        let Some(last) = page.last() else {
            return Ok(total);
        };
        after = Some(last.study.clone());
        total += page
            .iter()
            .filter(|row| members.contains(row.study.as_str()))
            .map(|row| count(row.n_annotations))
            .sum::<u64>();
    }
}
