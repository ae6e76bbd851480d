//! One rater: errors, size and overlap, agreement with the others, throughput.

use super::metrics::{
    AgreementQuestion, RatedUnit, agreement_metrics, distribution_metrics, error_metrics,
    throughput_metrics,
};
use super::{PipelineError, Project, Week};
use crate::analytics::{AgreementFigure, ErrorFigure, OverlapFigure, ThroughputSummary};
use crate::store::{Filter, GroupBy, OverlapMetric, RaterRow, Sides, Store, StoreError};

/// All raters with what they did, by name and role.
///
/// # Errors
/// What the store raises.
pub fn raters(store: &Store, project: &Project) -> Result<Vec<RaterRow>, PipelineError> {
    Ok(store.raters(project.id)?)
}

/// Everything that is said of one rater.
#[derive(Clone, Debug)]
pub struct RaterCard {
    /// One row a role.
    pub rater: Vec<RaterRow>,
    pub week: Week,
    /// By stage and kind of reference, in the protocol's unit.
    pub errors: Vec<ErrorFigure>,
    /// By stage and label.
    pub errors_by_label: Vec<ErrorFigure>,
    /// Dice and relative size difference, by kind of comparison and technique.
    pub distributions: Vec<OverlapFigure>,
    /// Against all others, by every unit that occurs.
    pub agreement: Vec<AgreementFigure>,
    pub throughput: Vec<ThroughputSummary>,
}

/// The scorecard of one rater in one week (`2026-W47`, `latest`) or over `all`.
///
/// # Errors
/// `NotFound`, a week that is none, and what store and figures raise.
pub fn rater_card(
    store: &Store,
    project: &Project,
    rater: &str,
    week: &str,
) -> Result<RaterCard, PipelineError> {
    let rows: Vec<RaterRow> = store
        .raters(project.id)?
        .into_iter()
        .filter(|row| row.rater == rater)
        .collect();
    if rows.is_empty() {
        // The name stays out of the message: names of people never reach an error.
        return Err(StoreError::NotFound {
            what: "annotator",
            key: "of this name".to_owned(),
        }
        .into());
    }
    let week = Week::parse(store, project, week)?;
    let filter = Filter {
        rater: Some(rater.to_owned()),
        ..week.filter()
    };
    let by_stage = GroupBy {
        stage: true,
        ..GroupBy::default()
    };
    let by_label = GroupBy {
        label: true,
        ..by_stage
    };
    // Split by rater, so that in a peer comparison the sign of a difference is this rater's.
    let by_technique = GroupBy {
        technique: true,
        rater: true,
        ..GroupBy::default()
    };
    let metrics = [OverlapMetric::Dice, OverlapMetric::RelativeSizeDifference];
    let mut distributions = distribution_metrics(store, project, &metrics, &filter, by_technique)?;
    distributions.retain(|figure| figure.group.rater.as_deref() == Some(rater));
    let mut agreement = Vec::new();
    for (_, unit) in RatedUnit::ALL {
        let question = AgreementQuestion {
            unit: *unit,
            sides: Sides::EachAgainstOthers,
            by_study: false,
            by_label: false,
        };
        agreement.extend(agreement_metrics(store, project, question, &filter)?);
    }
    agreement.retain(|figure| figure.group.a_rater == rater);
    Ok(RaterCard {
        errors: error_metrics(store, project, None, &filter, by_stage)?,
        errors_by_label: error_metrics(store, project, None, &filter, by_label)?,
        distributions,
        agreement,
        throughput: throughput_metrics(store, project, &filter)?.1,
        rater: rows,
        week,
    })
}
