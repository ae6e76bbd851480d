//! Raters and their scorecards.

use super::content::Read;
use super::operations::SCORECARD;
use super::parameters::{Given, WEEK};
use super::rows::{AgreementRow, DistributionRow, ErrorRateRow, ThroughputRow};
use super::{ApiError, ApiState};
use crate::pipeline::{RaterCard, rater_card, raters};
use crate::store::RaterRow;
use poem::Request;
use poem_openapi::param::{Header, Path};
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

/// A rater in one role, with what is current.
#[derive(Object)]
#[oai(rename = "Annotator", example)]
pub struct AnnotatorDto {
    /// Pseudonym.
    rater: String,
    /// clinician, annotator, physician or model.
    role: String,
    /// Studies of which something was read.
    n_studies: u64,
    /// Items read.
    n_items: u64,
    /// Passes over items.
    n_readings: u64,
    /// Shapes and labels.
    n_annotations: u64,
    /// First local day of work; null when no time is known.
    first_day: Option<String>,
    /// Last local day of work.
    last_day: Option<String>,
}

impl Example for AnnotatorDto {
    fn example() -> Self {
        Self {
            rater: "reader-a".to_owned(),
            role: "annotator".to_owned(),
            n_studies: 40,
            n_items: 40,
            n_readings: 40,
            n_annotations: 87,
            first_day: Some("2026-11-02".to_owned()),
            last_day: Some("2026-11-20".to_owned()),
        }
    }
}

/// A count from the database, which is never negative.
pub fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

impl From<RaterRow> for AnnotatorDto {
    fn from(row: RaterRow) -> Self {
        Self {
            rater: row.rater,
            role: row.role.to_string(),
            n_studies: count(row.n_studies),
            n_items: count(row.n_items),
            n_readings: count(row.n_readings),
            n_annotations: count(row.n_annotations),
            first_day: row.first_day.map(|day| day.to_string()),
            last_day: row.last_day.map(|day| day.to_string()),
        }
    }
}

/// A project's raters.
#[derive(Object)]
#[oai(example)]
pub struct AnnotatorList {
    /// By name and role.
    annotators: Vec<AnnotatorDto>,
}

impl Example for AnnotatorList {
    fn example() -> Self {
        Self {
            annotators: vec![AnnotatorDto::example()],
        }
    }
}

/// Everything that is said of one rater.
#[derive(Object)]
#[oai(rename = "Scorecard", example)]
pub struct ScorecardDto {
    /// Pseudonym.
    rater: String,
    /// ISO week, or `all`.
    week: String,
    /// What the rater did in each role, in all weeks.
    roles: Vec<AnnotatorDto>,
    /// By stage and kind of reference.
    errors: Vec<ErrorRateRow>,
    /// By stage, label and kind of reference.
    errors_by_label: Vec<ErrorRateRow>,
    /// Dice and relative size difference by technique; a positive difference draws larger.
    overlap: Vec<DistributionRow>,
    /// Against all others together.
    agreement: Vec<AgreementRow>,
    /// Studies per working day, by stage.
    throughput: Vec<ThroughputRow>,
}

impl Example for ScorecardDto {
    fn example() -> Self {
        Self {
            rater: "reader-a".to_owned(),
            week: "2026-W47".to_owned(),
            roles: vec![AnnotatorDto::example()],
            errors: vec![ErrorRateRow::example()],
            errors_by_label: vec![ErrorRateRow::example()],
            overlap: vec![DistributionRow::example()],
            agreement: vec![AgreementRow::example()],
            throughput: vec![ThroughputRow::example()],
        }
    }
}

impl ScorecardDto {
    fn of(rater: String, card: RaterCard) -> Self {
        Self {
            rater,
            week: card.week.name().to_owned(),
            roles: card.rater.into_iter().map(AnnotatorDto::from).collect(),
            errors: card.errors.into_iter().map(ErrorRateRow::from).collect(),
            errors_by_label: card
                .errors_by_label
                .into_iter()
                .map(ErrorRateRow::from)
                .collect(),
            overlap: card
                .distributions
                .into_iter()
                .map(DistributionRow::from)
                .collect(),
            agreement: card
                .agreement
                .into_iter()
                .flat_map(AgreementRow::of)
                .collect(),
            throughput: card
                .throughput
                .into_iter()
                .map(ThroughputRow::from)
                .collect(),
        }
    }
}

pub struct AnnotatorsApi(pub ApiState);

#[OpenApi(tag = "super::Area::Annotators")]
impl AnnotatorsApi {
    /// List annotators
    #[oai(
        path = "/projects/:project/annotators",
        method = "get",
        operation_id = "list_annotators"
    )]
    async fn list(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<AnnotatorList>, ApiError> {
        Given::read(request, &[])?;
        self.0
            .with_project(project.0, move |store, project| {
                let found = raters(store, project)?
                    .into_iter()
                    .map(AnnotatorDto::from)
                    .collect();
                Ok(Read::of(
                    &AnnotatorList { annotators: found },
                    if_none_match.0.as_deref(),
                ))
            })
            .await
    }

    /// Read an annotator's scorecard
    ///
    /// All weeks together unless `week` is given.
    #[oai(
        path = "/projects/:project/annotators/:annotator/scorecard",
        method = "get",
        operation_id = "scorecard"
    )]
    async fn scorecard(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// Pseudonym of the annotator.
        annotator: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<ScorecardDto>, ApiError> {
        let week = Given::read(request, SCORECARD)?
            .owned(&WEEK)
            .unwrap_or_else(|| "all".to_owned());
        self.0
            .with_project(project.0, move |store, project| {
                let card = rater_card(store, project, &annotator, &week)?;
                Ok(Read::of(
                    &ScorecardDto::of(annotator.0, card),
                    if_none_match.0.as_deref(),
                ))
            })
            .await
    }
}
