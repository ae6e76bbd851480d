//! One file a check; each reads the figures of the lot and answers with a verdict.

mod agreement_floor;
mod completeness;
mod error_rate;
mod follows;
mod min_raters;
mod open_invalid;
mod site_diversity;
mod throughput_band;

pub(super) use follows::follows_from_counts;

use super::policy::{CheckRule, PolicyCheck};
use super::verdict::{CheckResult, Judge};
use crate::domain::Status;

/// Judges one check.
pub(super) fn judge(judge: &Judge<'_>, check: &PolicyCheck) -> CheckResult {
    if judge.figures.lot.studies.is_empty() {
        let reason = "The lot holds no study; choose the studies that are to ship.";
        return CheckResult::new(check, Status::NotApplicable, reason);
    }
    match &check.rule {
        CheckRule::ErrorRate {
            stage,
            limit,
            unit,
            reference,
        } => error_rate::judge(
            judge,
            check,
            &error_rate::Question::new(judge, *stage, *limit, *unit, *reference),
        ),
        CheckRule::AgreementFloor {
            label,
            coefficient,
            floor,
        } => agreement_floor::judge(judge, check, label.as_deref(), coefficient, *floor),
        CheckRule::Completeness { min } => completeness::judge(judge, check, *min),
        CheckRule::ThroughputBand {
            stage,
            min_share,
            band,
        } => throughput_band::judge(judge, check, *stage, *min_share, *band),
        CheckRule::MinRatersPerItem { min } => min_raters::judge(judge, check, *min),
        CheckRule::OpenInvalidAnnotations { max } => open_invalid::judge(judge, check, *max),
        CheckRule::SiteDiversity {
            min_sites,
            max_share,
        } => site_diversity::judge(judge, check, *min_sites, *max_share),
    }
}
