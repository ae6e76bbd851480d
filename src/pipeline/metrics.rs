//! The figures that clients ask for: error rates, distributions, agreement, throughput.

use super::{PipelineError, Project};
use crate::analytics::{
    AgreementFigure, ErrorFigure, OverlapFigure, ThroughputDay, ThroughputSummary,
    agreement_figures, error_figures, overlap_figures, pixel_figures, throughput,
};
use crate::domain::ErrorUnit;
use crate::store::{
    AgreementUnit, ContingencyQuestion, Filter, GroupBy, OverlapMetric, Sides, Store,
};
use std::str::FromStr;

/// On what raters agree or do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RatedUnit {
    Category(AgreementUnit),
    /// Pixels or voxels within the box around each pair of masks.
    Pixel,
}

impl RatedUnit {
    /// Every unit by the name that clients write.
    pub const ALL: &'static [(&'static str, Self)] = &[
        (
            "classification",
            Self::Category(AgreementUnit::Classification),
        ),
        ("ordinal", Self::Category(AgreementUnit::Ordinal)),
        (
            "instance_label",
            Self::Category(AgreementUnit::InstanceLabel),
        ),
        ("presence", Self::Category(AgreementUnit::Presence)),
        ("attribute", Self::Category(AgreementUnit::Attribute)),
        ("pixel", Self::Pixel),
    ];
}

impl FromStr for RatedUnit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, unit)| *unit)
            .ok_or_else(|| {
                let names: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
                format!("`{text}` is not one of {}", names.join(", "))
            })
    }
}

/// What agreement is asked of, and how it is split.
#[derive(Clone, Copy, Debug)]
pub struct AgreementQuestion {
    pub unit: RatedUnit,
    pub sides: Sides,
    pub by_study: bool,
    pub by_label: bool,
}

/// Error rates against references; counted in the protocol's unit where none is named.
///
/// # Errors
/// What the store or the statistics raise.
pub fn error_metrics(
    store: &Store,
    project: &Project,
    unit: Option<ErrorUnit>,
    filter: &Filter,
    by: GroupBy,
) -> Result<Vec<ErrorFigure>, PipelineError> {
    let unit = unit.unwrap_or(project.protocol.error_unit);
    Ok(error_figures(
        store,
        project.id,
        &project.protocol,
        unit,
        filter,
        by,
    )?)
}

/// Distributions of metrics of matched pairs, such as Dice and distances.
///
/// # Errors
/// What the store raises.
pub fn distribution_metrics(
    store: &Store,
    project: &Project,
    metrics: &[OverlapMetric],
    filter: &Filter,
    by: GroupBy,
) -> Result<Vec<OverlapFigure>, PipelineError> {
    let level = project.protocol.confidence;
    Ok(overlap_figures(
        store, project.id, metrics, filter, by, level,
    )?)
}

/// Agreement among peers.
///
/// # Errors
/// What the store or the coefficients raise.
pub fn agreement_metrics(
    store: &Store,
    project: &Project,
    question: AgreementQuestion,
    filter: &Filter,
) -> Result<Vec<AgreementFigure>, PipelineError> {
    let level = project.protocol.confidence;
    let AgreementQuestion {
        unit,
        sides,
        by_study,
        by_label,
    } = question;
    Ok(match unit {
        RatedUnit::Category(unit) => {
            let question = ContingencyQuestion {
                unit,
                sides,
                by_study,
                by_label,
            };
            agreement_figures(store, project.id, &question, filter, level)?
        }
        RatedUnit::Pixel => {
            pixel_figures(store, project.id, sides, by_study, by_label, filter, level)?
        }
    })
}

/// Studies by specialist and day, and each specialist's days together.
///
/// # Errors
/// What the store raises.
pub fn throughput_metrics(
    store: &Store,
    project: &Project,
    filter: &Filter,
) -> Result<(Vec<ThroughputDay>, Vec<ThroughputSummary>), PipelineError> {
    Ok(throughput(store, project.id, &project.protocol, filter)?)
}

#[cfg(test)]
mod tests {
    use super::RatedUnit;

    #[test]
    fn an_unknown_unit_is_answered_with_all_known_ones() {
        assert_eq!("pixel".parse(), Ok(RatedUnit::Pixel));
        let refusal = "voxel".parse::<RatedUnit>().expect_err("no such unit");
        assert!(
            RatedUnit::ALL
                .iter()
                .all(|(name, _)| refusal.contains(name)),
            "{refusal}"
        );
    }
}
