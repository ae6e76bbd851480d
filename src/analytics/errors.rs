//! Error rates with their evidence: counts from SQL, intervals and verdicts from `statistics`.

use super::AnalyticsError;
use crate::domain::{ErrorKind, ErrorUnit, Protocol};
use crate::statistics::{Interval, Population, RateVerdict, Rule, judge_rate, wilson};
use crate::store::{Filter, Group, GroupBy, ProjectId, Store};
use std::collections::BTreeMap;

/// An error rate of one group against one kind of reference.
#[derive(Clone, Debug)]
pub struct ErrorFigure {
    pub group: Group,
    pub unit: ErrorUnit,
    pub n_errors: u64,
    pub n_assessed: u64,
    /// `None` when nothing was assessed.
    pub rate: Option<f64>,
    /// Wilson, for display.
    pub interval: Option<Interval>,
    /// The verdict against the stage's limit; `None` when the group spans several stages.
    pub verdict: Option<RateVerdict>,
    pub limit: Option<f64>,
    pub n_not_applicable: u64,
    pub n_refused: u64,
    /// Instances in error, by primary kind; their sum may exceed `n_errors`, which counts units.
    pub kinds: BTreeMap<ErrorKind, u64>,
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
            let verdict = limit.map(|limit| {
                judge_rate(
                    n_errors,
                    n_assessed,
                    Population::Process,
                    limit,
                    protocol.confidence,
                    Rule::Bounds,
                )
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
                interval: wilson(n_errors, n_assessed, protocol.confidence)?,
                verdict,
                limit,
                n_not_applicable: count(row.n_not_applicable),
                n_refused: count(row.n_refused),
                kinds: own,
            })
        })
        .collect()
}

/// A count from the database, which is never negative.
pub(super) fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
