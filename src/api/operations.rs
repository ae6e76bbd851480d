//! Which query parameters each operation takes, by its id in the OpenAPI document.

use super::parameters::{
    AFTER, AGREEMENT_GROUP_BY, DISTANCE_METRIC, ERROR_UNIT, EVALUATED_ON, FROM, GROUP_BY, Given,
    KIND, LABEL, LIMIT, LOT_STUDY, OVERLAP_METRIC, PER_PAIR, Parameter, RATED_UNIT, RATER,
    REFERENCE, ROLE, SIDES, SITE, STAGE, STUDY, TECHNIQUE, THROUGHPUT_GROUP_BY, TO, WEEK,
};
use super::{ApiError, import_options};
use crate::domain::{ComparisonKind, ReferenceKind, Role, Stage, Technique};
use crate::pipeline::{PipelineError, Project, Week};
use crate::store::{Filter, GroupBy, Store};
use jiff::civil::Date;

pub const ERRORS: &[Parameter] = &[
    GROUP_BY, ERROR_UNIT, STAGE, RATER, ROLE, LABEL, STUDY, SITE, TECHNIQUE, REFERENCE, WEEK, FROM,
    TO,
];
pub const OVERLAP: &[Parameter] = &[
    GROUP_BY,
    OVERLAP_METRIC,
    STAGE,
    RATER,
    ROLE,
    LABEL,
    STUDY,
    SITE,
    TECHNIQUE,
    REFERENCE,
    KIND,
    WEEK,
    FROM,
    TO,
];
pub const DISTANCE: &[Parameter] = &[
    GROUP_BY,
    DISTANCE_METRIC,
    STAGE,
    RATER,
    ROLE,
    LABEL,
    STUDY,
    SITE,
    TECHNIQUE,
    REFERENCE,
    KIND,
    WEEK,
    FROM,
    TO,
];
pub const AGREEMENT: &[Parameter] = &[
    RATED_UNIT,
    SIDES,
    AGREEMENT_GROUP_BY,
    STAGE,
    RATER,
    ROLE,
    LABEL,
    STUDY,
    SITE,
    WEEK,
    FROM,
    TO,
];
pub const THROUGHPUT: &[Parameter] = &[
    THROUGHPUT_GROUP_BY,
    STAGE,
    RATER,
    ROLE,
    STUDY,
    SITE,
    WEEK,
    FROM,
    TO,
];
pub const SCORECARD: &[Parameter] = &[WEEK];
pub const STUDIES: &[Parameter] = &[AFTER, LIMIT];
pub const WORKLIST: &[Parameter] = &[
    PER_PAIR, LIMIT, STAGE, RATER, ROLE, LABEL, STUDY, SITE, TECHNIQUE, REFERENCE, KIND, WEEK,
    FROM, TO,
];
pub const EVALUATE: &[Parameter] = &[LOT_STUDY, EVALUATED_ON];

/// Operations with query parameters, by their ids.
pub const WITH_PARAMETERS: &[(&str, &[Parameter])] = &[
    ("error_rates", ERRORS),
    ("overlap", OVERLAP),
    ("distance", DISTANCE),
    ("agreement", AGREEMENT),
    ("throughput", THROUGHPUT),
    ("scorecard", SCORECARD),
    ("list_studies", STUDIES),
    ("worklist", WORKLIST),
    ("evaluate_gate", EVALUATE),
    ("import", import_options::ALL),
    ("explain", import_options::ALL),
];

/// The filters of a question; the week is looked up when the project is known.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    filter: Filter,
    week: Option<String>,
}

impl Filters {
    /// Reads every filter that is given.
    ///
    /// # Errors
    /// 400 for a value that means nothing.
    pub fn read(given: &Given) -> Result<Self, ApiError> {
        let filter = Filter {
            stage: given.parsed::<Stage>(&STAGE)?,
            rater: given.owned(&RATER),
            role: given.parsed::<Role>(&ROLE)?,
            label: given.owned(&LABEL),
            study: given.owned(&STUDY),
            site: given.owned(&SITE),
            technique: given.parsed::<Technique>(&TECHNIQUE)?,
            reference_kind: given.parsed::<ReferenceKind>(&REFERENCE)?,
            week: None,
            local_day_from: given.parsed::<Date>(&FROM)?,
            local_day_to: given.parsed::<Date>(&TO)?,
            kind: given.parsed::<ComparisonKind>(&KIND)?,
        };
        Ok(Self {
            filter,
            week: given.owned(&WEEK),
        })
    }

    /// The filter for this project.
    ///
    /// # Errors
    /// A week that is none, and what the store raises.
    pub fn of(&self, store: &Store, project: &Project) -> Result<Filter, PipelineError> {
        let week = match &self.week {
            Some(text) => Week::parse(store, project, text)?.filter().week,
            None => None,
        };
        Ok(Filter {
            week,
            ..self.filter.clone()
        })
    }
}

/// By what comparisons are split.
pub fn group_by(given: &Given) -> GroupBy {
    let names = given.list(&GROUP_BY);
    let by = |name: &str| names.contains(&name);
    GroupBy {
        stage: by("stage"),
        rater: by("rater"),
        rater_pair: false,
        label: by("label"),
        technique: by("technique"),
        study: by("study"),
        site: by("site"),
        week: by("week"),
    }
}
