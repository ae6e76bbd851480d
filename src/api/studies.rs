//! Studies, what is wrong in each, and the largest disagreements of all.

use super::annotators::count;
use super::content::Read;
use super::operations::{Filters, STUDIES, WORKLIST};
use super::parameters::{AFTER, Given, LIMIT, PER_PAIR};
use super::units::UnitDto;
use super::{ApiError, ApiState};
use crate::pipeline::{StudyDetail, study_detail, study_page, worklist};
use crate::store::{ItemRow, RankedUnit, StudyRow, WorklistLimits};
use poem::Request;
use poem_openapi::param::{Header, Path};
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

/// A study with what is current.
#[derive(Object)]
#[oai(rename = "Study", example)]
pub struct StudyDto {
    /// Study key.
    study: String,
    /// The first of its items' sites by name, where known.
    site: Option<String>,
    /// Items known.
    n_items: u64,
    /// Passes over its items.
    n_readings: u64,
    /// Shapes and labels.
    n_annotations: u64,
    /// Raters who read any of it.
    n_raters: u64,
    /// Units with an error against a reference.
    n_errors: u64,
}

impl Example for StudyDto {
    fn example() -> Self {
        Self {
            study: "study-0042".to_owned(),
            site: Some("north".to_owned()),
            n_items: 1,
            n_readings: 3,
            n_annotations: 7,
            n_raters: 3,
            n_errors: 1,
        }
    }
}

impl From<StudyRow> for StudyDto {
    fn from(row: StudyRow) -> Self {
        Self {
            study: row.study,
            site: row.site,
            n_items: count(row.n_items),
            n_readings: count(row.n_readings),
            n_annotations: count(row.n_annotations),
            n_raters: count(row.n_raters),
            n_errors: count(row.n_errors),
        }
    }
}

/// One page of studies.
#[derive(Object)]
#[oai(rename = "StudyPage", example)]
pub struct StudyPageDto {
    /// By key.
    studies: Vec<StudyDto>,
    /// Give it as `after` for the next page; null on the last.
    next: Option<String>,
}

impl Example for StudyPageDto {
    fn example() -> Self {
        Self {
            studies: vec![StudyDto::example()],
            next: Some("study-0042".to_owned()),
        }
    }
}

/// An item of a study.
#[derive(Object)]
#[oai(rename = "Item", example)]
pub struct ItemDto {
    /// Item key.
    item: String,
    /// File name of the image, as the export gives it.
    image_name: Option<String>,
    /// An image is kept to draw outlines over.
    has_image: bool,
    /// Newer annotations than scores; scoring goes on.
    awaits_scoring: bool,
    /// Passes over it.
    n_readings: u64,
    /// Shapes and labels on it.
    n_annotations: u64,
    /// Units with an error against a reference.
    n_errors: u64,
}

impl Example for ItemDto {
    fn example() -> Self {
        Self {
            item: "image-0007".to_owned(),
            image_name: Some("image-0007.png".to_owned()),
            has_image: true,
            awaits_scoring: false,
            n_readings: 3,
            n_annotations: 7,
            n_errors: 1,
        }
    }
}

impl From<ItemRow> for ItemDto {
    fn from(row: ItemRow) -> Self {
        Self {
            item: row.key,
            image_name: row.image_name,
            has_image: row.has_image,
            awaits_scoring: row.dirty,
            n_readings: count(row.n_readings),
            n_annotations: count(row.n_annotations),
            n_errors: count(row.n_errors),
        }
    }
}

/// One study with its items and errors.
#[derive(Object)]
#[oai(rename = "StudyDetail", example)]
pub struct StudyDetailDto {
    /// Study key.
    study: String,
    /// By key.
    items: Vec<ItemDto>,
    /// Units with an error against a reference; at most 1,000.
    errors: Vec<UnitDto>,
    /// There are more errors than these.
    errors_cut: bool,
}

impl Example for StudyDetailDto {
    fn example() -> Self {
        Self {
            study: "study-0042".to_owned(),
            items: vec![ItemDto::example()],
            errors: vec![UnitDto::example()],
            errors_cut: false,
        }
    }
}

impl StudyDetailDto {
    fn of(study: String, detail: StudyDetail) -> Self {
        Self {
            study,
            items: detail.items.into_iter().map(ItemDto::from).collect(),
            errors: detail.errors.into_iter().map(UnitDto::from).collect(),
            errors_cut: detail.errors_cut,
        }
    }
}

/// A disagreement and its size.
#[derive(Object)]
#[oai(rename = "RankedUnit", example)]
pub struct RankedDto {
    /// 1 for missing, extra and wrong labels, else 1 − Dice, else 1 − OKS, else 1 for an error.
    severity: f64,
    /// Clinical weight of the label; rows are ranked by severity × weight.
    weight: f64,
    /// What disagrees.
    unit: UnitDto,
}

impl Example for RankedDto {
    fn example() -> Self {
        Self {
            severity: 0.16,
            weight: 2.0,
            unit: UnitDto::example(),
        }
    }
}

impl From<RankedUnit> for RankedDto {
    fn from(ranked: RankedUnit) -> Self {
        Self {
            severity: ranked.severity,
            weight: ranked.weight,
            unit: ranked.unit.into(),
        }
    }
}

/// The largest disagreements.
#[derive(Object)]
#[oai(rename = "Worklist", example)]
pub struct WorklistDto {
    /// Worst first.
    units: Vec<RankedDto>,
}

impl Example for WorklistDto {
    fn example() -> Self {
        Self {
            units: vec![RankedDto::example()],
        }
    }
}

pub struct StudiesApi(pub ApiState);

#[OpenApi(tag = "super::Area::Studies")]
impl StudiesApi {
    /// List studies, page by page
    #[oai(
        path = "/projects/:project/studies",
        method = "get",
        operation_id = "list_studies"
    )]
    async fn list(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<StudyPageDto>, ApiError> {
        let given = Given::read(request, STUDIES)?;
        let (after, limit) = (given.owned(&AFTER), given.whole(&LIMIT, 100)?);
        self.0
            .with_project(project.0, move |store, project| {
                let page = study_page(store, project, after.as_deref(), limit)?;
                let page = StudyPageDto {
                    studies: page.studies.into_iter().map(StudyDto::from).collect(),
                    next: page.next,
                };
                Ok(Read::of(&page, if_none_match.0.as_deref()))
            })
            .await
    }

    /// Read a study with its items and errors
    #[oai(
        path = "/projects/:project/studies/:study",
        method = "get",
        operation_id = "get_study"
    )]
    async fn get(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// Study key.
        study: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<StudyDetailDto>, ApiError> {
        Given::read(request, &[])?;
        self.0
            .with_project(project.0, move |store, project| {
                let detail = study_detail(store, project, &study)?;
                Ok(Read::of(
                    &StudyDetailDto::of(study.0, detail),
                    if_none_match.0.as_deref(),
                ))
            })
            .await
    }

    /// List the largest disagreements
    ///
    /// Ranked by size × clinical weight of the label, so that a session begins with what teaches most.
    #[oai(
        path = "/projects/:project/worklist",
        method = "get",
        operation_id = "worklist"
    )]
    async fn worklist(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<WorklistDto>, ApiError> {
        let given = Given::read(request, WORKLIST)?;
        let filters = Filters::read(&given)?;
        let limits = WorklistLimits {
            per_pair: given.whole(&PER_PAIR, 10)?,
            total: given.whole(&LIMIT, 100)?,
        };
        self.0
            .with_project(project.0, move |store, project| {
                let filter = filters.of(store, project)?;
                let units = worklist(store, project, &filter, limits)?
                    .into_iter()
                    .map(RankedDto::from)
                    .collect();
                Ok(Read::of(&WorklistDto { units }, if_none_match.0.as_deref()))
            })
            .await
    }
}
