//! The weekly calibration session: this week against the trailing four, who moved, and what to talk about.

mod agenda;
mod agreement;
mod annotators;
mod confusion;
mod findings;
mod imports;
mod method;
mod stages;
mod week;

pub use agreement::{agreement_rows, heatmaps};
pub use annotators::{annotator_rows, throughput_of};
pub use confusion::{confusions, distributions};
pub(super) use stages::rate_figure;
pub use stages::stage_cards;
pub use week::{Week, latest_week};

use super::{PipelineError, Project};
use crate::domain::ComparisonKind;
use crate::reports::model::{CalibrationReport, ProtocolStamp};
use crate::store::Store;

/// The report of one ISO week (`2026-W47`), of the `latest` week, or of `all` weeks together.
///
/// # Errors
/// A week that is none, and what store and figures raise.
pub fn calibration(
    store: &Store,
    project: &Project,
    week: &str,
) -> Result<CalibrationReport, PipelineError> {
    let week = Week::parse(store, project, week)?;
    let stages = stages::stage_cards(store, project, &week)?;
    let annotators = annotators::annotator_rows(store, project, &week)?;
    let agreement = agreement::agreement_rows(store, project, &week)?;
    let throughput = annotators::throughput_of(store, project, &week)?;
    let mut report = CalibrationReport {
        project: project.name.clone(),
        week: week.name().to_owned(),
        period: week.period(),
        generated_on: jiff::Timestamp::now()
            .to_zoned(project.time_zone()?)
            .date()
            .to_string(),
        software: env!("CARGO_PKG_VERSION").to_owned(),
        protocol: protocol_stamp(project),
        error_unit: project.protocol.error_unit,
        findings: Vec::new(),
        stages,
        annotators,
        agreement,
        heatmaps: agreement::heatmaps(store, project, &week)?,
        confusions: confusion::confusions(store, project, &week)?,
        distributions: confusion::distributions(store, project, &week, ComparisonKind::Reference)?,
        throughput,
        agenda: agenda::agenda(store, project, &week)?,
        decisions: agenda::decisions(store, project, &week)?,
        tables: Vec::new(),
        method: method::notes(project),
        imports: imports::caveats(store, project)?,
    };
    report.findings = findings::findings(&report);
    Ok(report)
}

/// Which protocol the numbers follow.
pub fn protocol_stamp(project: &Project) -> ProtocolStamp {
    ProtocolStamp {
        name: project.protocol.name.clone(),
        version: project.protocol.version.clone(),
        hash: project.protocol_hash.clone(),
    }
}
