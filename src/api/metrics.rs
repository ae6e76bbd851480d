//! Error rates, overlap, distance, agreement and throughput; JSON, CSV or Parquet by `Accept`.

use super::content::{CSV, JSON, JsonText, PARQUET, ReadTable, Tabular, negotiate};
use super::operations::{AGREEMENT, DISTANCE, ERRORS, Filters, OVERLAP, THROUGHPUT, group_by};
use super::parameters::{
    AGREEMENT_GROUP_BY, DISTANCE_METRIC, DISTANCES, ERROR_UNIT, GROUP_BY, Given, OVERLAP_METRIC,
    OVERLAPS, Parameter, RATED_UNIT, SIDES, THROUGHPUT_GROUP_BY,
};
use super::rows::{AgreementRow, DistributionRow, ErrorRateRow, TableRow, ThroughputRow};
use super::{ApiError, ApiState};
use crate::domain::ErrorUnit;
use crate::pipeline::{
    AgreementQuestion, Project, RatedUnit, agreement_metrics, distribution_metrics, error_metrics,
    throughput_metrics,
};
use crate::store::{AgreementUnit, OverlapMetric, Sides};
use poem::Request;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::{Binary, PlainText};
use poem_openapi::types::{Example, ParseFromJSON, ToJSON, Type};
use poem_openapi::{Object, OpenApi};

/// Rows with what they rest on.
#[derive(Object)]
#[oai(example)]
pub struct Metrics<T: ParseFromJSON + ToJSON + Type + Example> {
    /// Name of the project.
    project: String,
    /// SHA-256 of the protocol that the figures follow.
    protocol_hash: String,
    /// By what rows are split, beside the kind of reference.
    group_by: Vec<String>,
    /// One row a group.
    rows: Vec<T>,
}

impl<T: ParseFromJSON + ToJSON + Type + Example> Example for Metrics<T> {
    fn example() -> Self {
        Self {
            project: "chest".to_owned(),
            protocol_hash: "0a1b2c3d4e5f60718293a4b5c6d7e8f900112233445566778899aabbccddeeff"
                .to_owned(),
            group_by: vec!["stage".to_owned(), "rater".to_owned()],
            rows: vec![T::example()],
        }
    }
}

/// What an answer of rows is made of, beside the rows.
struct Form {
    media_type: &'static str,
    group_by: Vec<String>,
    if_none_match: Option<String>,
}

impl Form {
    fn read(
        request: &Request,
        given: &Given,
        group_by: &Parameter,
        known: Option<String>,
    ) -> Result<Self, ApiError> {
        Ok(Self {
            media_type: negotiate(request.headers(), &[JSON, CSV, PARQUET])?,
            group_by: given
                .list(group_by)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            if_none_match: known,
        })
    }

    fn answer<T>(self, project: &Project, rows: Vec<T>) -> Result<ReadTable<Metrics<T>>, ApiError>
    where
        T: TableRow + ParseFromJSON + ToJSON + Type + Example,
    {
        let content = match self.media_type {
            CSV => {
                let bytes = T::table(&rows).to_csv()?;
                let text = String::from_utf8(bytes).map_err(|error| ApiError::internal(&error))?;
                Tabular::Csv(PlainText(text))
            }
            PARQUET => Tabular::Parquet(Binary(T::table(&rows).to_parquet()?)),
            _ => Tabular::Json(JsonText::of(&Metrics {
                project: project.name.clone(),
                protocol_hash: project.protocol_hash.clone(),
                group_by: self.group_by,
                rows,
            })),
        };
        Ok(ReadTable::of(content, self.if_none_match.as_deref()))
    }
}

/// The metrics that a client asks for; all of the endpoint's unless it names some.
fn wanted(given: &Given, parameter: &Parameter, all: &[OverlapMetric]) -> Vec<OverlapMetric> {
    let named = given.list(parameter);
    all.iter()
        .copied()
        .filter(|metric| named.is_empty() || named.contains(&metric.as_str()))
        .collect()
}

type Rows<T> = Result<ReadTable<Metrics<T>>, ApiError>;

pub struct MetricsApi(pub ApiState);

impl MetricsApi {
    async fn distributions(
        &self,
        project: String,
        given: Given,
        metrics: Vec<OverlapMetric>,
        form: Form,
    ) -> Rows<DistributionRow> {
        let filters = Filters::read(&given)?;
        let by = group_by(&given);
        self.0
            .with_project(project, move |store, project| {
                let filter = filters.of(store, project)?;
                let figures = distribution_metrics(store, project, &metrics, &filter, by)?;
                form.answer(
                    project,
                    figures.into_iter().map(DistributionRow::from).collect(),
                )
            })
            .await
    }
}

#[OpenApi(tag = "super::Area::Metrics")]
impl MetricsApi {
    /// Error rates against references
    ///
    /// Numerator, denominator, Wilson interval, and the verdict against the stage's limit where rows are split by
    /// stage. Kinds of reference are never mixed in one row.
    #[oai(
        path = "/projects/:project/metrics/errors",
        method = "get",
        operation_id = "error_rates"
    )]
    async fn errors(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<ReadTable<Metrics<ErrorRateRow>>, ApiError> {
        let given = Given::read(request, ERRORS)?;
        let form = Form::read(request, &given, &GROUP_BY, if_none_match.0)?;
        let (filters, by) = (Filters::read(&given)?, group_by(&given));
        let unit = given.parsed::<ErrorUnit>(&ERROR_UNIT)?;
        self.0
            .with_project(project.0, move |store, project| {
                let filter = filters.of(store, project)?;
                let figures = error_metrics(store, project, unit, &filter, by)?;
                form.answer(
                    project,
                    figures.into_iter().map(ErrorRateRow::from).collect(),
                )
            })
            .await
    }

    /// Overlap of matched pairs
    ///
    /// Dice, IoU, OKS and differences in size. In peer comparisons that are not split by rater, a difference is
    /// that of the rater whose name comes second minus the first.
    #[oai(
        path = "/projects/:project/metrics/overlap",
        method = "get",
        operation_id = "overlap"
    )]
    async fn overlap(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<ReadTable<Metrics<DistributionRow>>, ApiError> {
        let given = Given::read(request, OVERLAP)?;
        let form = Form::read(request, &given, &GROUP_BY, if_none_match.0)?;
        let metrics = wanted(&given, &OVERLAP_METRIC, OVERLAPS);
        self.distributions(project.0, given, metrics, form).await
    }

    /// Distance of matched pairs
    ///
    /// Hausdorff distances, mean surface and boundary distances, NSD, box edges and keypoints; mm and px are never
    /// mixed in one row.
    #[oai(
        path = "/projects/:project/metrics/distance",
        method = "get",
        operation_id = "distance"
    )]
    async fn distance(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<ReadTable<Metrics<DistributionRow>>, ApiError> {
        let given = Given::read(request, DISTANCE)?;
        let form = Form::read(request, &given, &GROUP_BY, if_none_match.0)?;
        let metrics = wanted(&given, &DISTANCE_METRIC, DISTANCES);
        self.distributions(project.0, given, metrics, form).await
    }

    /// Agreement among peers
    ///
    /// Percent agreement and Cohen's κ, unweighted, and linear and quadratic where categories are ranks.
    #[oai(
        path = "/projects/:project/metrics/agreement",
        method = "get",
        operation_id = "agreement"
    )]
    async fn agreement(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<ReadTable<Metrics<AgreementRow>>, ApiError> {
        let given = Given::read(request, AGREEMENT)?;
        let form = Form::read(request, &given, &AGREEMENT_GROUP_BY, if_none_match.0)?;
        let filters = Filters::read(&given)?;
        let by = given.list(&AGREEMENT_GROUP_BY);
        let question = AgreementQuestion {
            unit: given
                .parsed::<RatedUnit>(&RATED_UNIT)?
                .unwrap_or(RatedUnit::Category(AgreementUnit::Presence)),
            sides: match given.text(&SIDES) {
                Some("pool") => Sides::EachAgainstOthers,
                _ => Sides::Pairs,
            },
            by_study: by.contains(&"study"),
            by_label: by.contains(&"label"),
        };
        self.0
            .with_project(project.0, move |store, project| {
                let filter = filters.of(store, project)?;
                let figures = agreement_metrics(store, project, question, &filter)?;
                form.answer(
                    project,
                    figures.into_iter().flat_map(AgreementRow::of).collect(),
                )
            })
            .await
    }

    /// Studies per specialist and working day
    ///
    /// A study counts once, on the local day on which the specialist finished the last of it.
    #[oai(
        path = "/projects/:project/metrics/throughput",
        method = "get",
        operation_id = "throughput"
    )]
    async fn throughput(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<ReadTable<Metrics<ThroughputRow>>, ApiError> {
        let given = Given::read(request, THROUGHPUT)?;
        let form = Form::read(request, &given, &THROUGHPUT_GROUP_BY, if_none_match.0)?;
        let filters = Filters::read(&given)?;
        let by_day = given.list(&THROUGHPUT_GROUP_BY).contains(&"day");
        self.0
            .with_project(project.0, move |store, project| {
                let filter = filters.of(store, project)?;
                let (days, summaries) = throughput_metrics(store, project, &filter)?;
                let rows = if by_day {
                    days.into_iter().map(ThroughputRow::from).collect()
                } else {
                    summaries.into_iter().map(ThroughputRow::from).collect()
                };
                form.answer(project, rows)
            })
            .await
    }
}
