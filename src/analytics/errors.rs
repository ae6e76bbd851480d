//! Error rates with their evidence: counts from SQL, intervals and verdicts from `statistics`.

use super::AnalyticsError;
use crate::domain::{ErrorKind, ErrorUnit, Protocol};
use crate::statistics::{
    ClusterCount, ClusteredVerdict, Interval, IntervalMethod, Population, RateVerdict, Rule,
    clustered_rate, judge_clustered_rate, judge_rate, wilson,
};
use crate::store::{Filter, Group, GroupBy, ProjectId, Store};
use std::collections::{BTreeMap, HashMap};

/// An error rate of one group against one kind of reference.
#[derive(Clone, Debug)]
pub struct ErrorFigure {
    pub group: Group,
    pub unit: ErrorUnit,
    pub n_errors: u64,
    pub n_assessed: u64,
    /// `None` when nothing was assessed.
    pub rate: Option<f64>,
    /// Wilson, for display; of the effective sample where units of one study hang together.
    pub interval: Option<Interval>,
    /// The verdict against the stage's limit, with units of one study worth less than units apart; `None` when the group
    /// spans several stages.
    pub verdict: Option<RateVerdict>,
    /// Independent units that the assessed ones are worth, where several of one study were assessed.
    pub effective_n: Option<f64>,
    /// Further studies like these, all without error, after which the rate would pass; there where `effective_n` is.
    pub further_clean_studies: Option<u64>,
    pub limit: Option<f64>,
    pub n_not_applicable: u64,
    pub n_refused: u64,
    /// Instances in error, by primary kind; their sum may exceed `n_errors`, which counts units.
    pub kinds: BTreeMap<ErrorKind, u64>,
}

impl ErrorFigure {
    /// Name of the method behind `interval`.
    pub fn interval_method(&self) -> Option<&'static str> {
        self.interval.map(|interval| match interval.method {
            IntervalMethod::EffectiveSample => "effective_sample",
            _ => "wilson",
        })
    }
}

/// Error rates by group, with intervals and verdicts for an unbounded process.
///
/// # Errors
/// What the store or the statistics raise.
pub fn error_figures(
    store: &Store,
    project: ProjectId,
    protocol: &Protocol,
    unit: ErrorUnit,
    filter: &Filter,
    by: GroupBy,
) -> Result<Vec<ErrorFigure>, AnalyticsError> {
    let mut kinds: Vec<(Group, ErrorKind, u64)> = store
        .error_kinds(project, filter, by)?
        .into_iter()
        .map(|row| (row.group, row.error, count(row.n)))
        .collect();
    let mut studies = by_study(store, project, unit, filter, by)?;
    store
        .error_rates(project, unit, filter, by)?
        .into_iter()
        .map(|row| {
            let (n_errors, n_assessed) = (count(row.numerator), count(row.denominator));
            let limit = row
                .group
                .stage
                .and_then(|stage| protocol.stages.get(&stage))
                .map(|stage| stage.max_error_rate);
            let own_studies = studies.remove(&row.group).unwrap_or_default();
            let judged = limit.map(|limit| {
                let (process, rule) = (Population::Process, Rule::Bounds);
                let level = protocol.confidence;
                if unit == ErrorUnit::Study {
                    let verdict = judge_rate(n_errors, n_assessed, process, limit, level, rule);
                    return ClusteredVerdict {
                        verdict,
                        worth: None,
                        further_clean_clusters: None,
                    };
                }
                let correlation = protocol.within_study_correlation;
                judge_clustered_rate(&own_studies, process, limit, level, rule, correlation)
            });
            let mut own = BTreeMap::new();
            kinds.retain(|(group, kind, n)| {
                let mine = *group == row.group;
                if mine {
                    own.insert(*kind, *n);
                }
                !mine
            });
            Ok(ErrorFigure {
                group: row.group,
                unit,
                n_errors,
                n_assessed,
                rate: (n_assessed > 0).then(|| n_errors as f64 / n_assessed as f64),
                interval: shown_interval(&own_studies, n_errors, n_assessed, protocol)?,
                effective_n: judged
                    .as_ref()
                    .and_then(|judged| judged.worth)
                    .map(|worth| worth.effective_n),
                further_clean_studies: judged
                    .as_ref()
                    .and_then(|judged| judged.further_clean_clusters),
                verdict: judged.map(|judged| judged.verdict),
                limit,
                n_not_applicable: count(row.n_not_applicable),
                n_refused: count(row.n_refused),
                kinds: own,
            })
        })
        .collect()
}

/// Every group's counts study by study, where the unit lies below the study.
fn by_study(
    store: &Store,
    project: ProjectId,
    unit: ErrorUnit,
    filter: &Filter,
    by: GroupBy,
) -> Result<HashMap<Group, Vec<ClusterCount>>, AnalyticsError> {
    let mut studies: HashMap<Group, Vec<ClusterCount>> = HashMap::new();
    if unit == ErrorUnit::Study {
        return Ok(studies);
    }
    let split = GroupBy { study: true, ..by };
    for row in store.error_rates(project, unit, filter, split)? {
        let group = Group {
            study: row.group.study.filter(|_| by.study),
            ..row.group
        };
        studies.entry(group).or_default().push(ClusterCount {
            errors: count(row.numerator),
            assessed: count(row.denominator),
        });
    }
    Ok(studies)
}

fn shown_interval(
    studies: &[ClusterCount],
    n_errors: u64,
    n_assessed: u64,
    protocol: &Protocol,
) -> Result<Option<Interval>, AnalyticsError> {
    let level = protocol.confidence;
    if studies.iter().all(|study| study.assessed <= 1) {
        return Ok(wilson(n_errors, n_assessed, level)?);
    }
    let two_sided = f64::midpoint(1.0, level);
    let bounds = clustered_rate(studies, two_sided, protocol.within_study_correlation)?;
    Ok(bounds.map(|bounds| Interval {
        lower: bounds.lower,
        upper: bounds.upper,
        level,
        method: IntervalMethod::EffectiveSample,
    }))
}

/// A count from the database, which is never negative.
pub(super) fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
