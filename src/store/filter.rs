use super::query::{Fields, Params};
use super::{ProjectId, StoreError};
use crate::domain::{ComparisonKind, ReferenceKind, Role, Stage, Technique};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Which comparisons count. `None` admits all; a question that cannot honour a set field refuses it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub stage: Option<Stage>,
    /// The candidate; in peer comparisons either of the two.
    pub rater: Option<String>,
    /// The candidate's role. `None` admits people only, unless `rater` names a model.
    pub role: Option<Role>,
    /// The protocol's name of the label.
    pub label: Option<String>,
    pub study: Option<String>,
    pub site: Option<String>,
    pub technique: Option<Technique>,
    pub reference_kind: Option<ReferenceKind>,
    /// ISO week, such as `2026-W47`.
    pub week: Option<String>,
    /// First and last day, both included, in the project's time zone. A reading without a date is in no range.
    pub local_day_from: Option<Date>,
    pub local_day_to: Option<Date>,
    pub kind: Option<ComparisonKind>,
}

/// By what a figure is split. Every figure is split by the kind of reference in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupBy {
    pub stage: bool,
    /// The candidate; in peer comparisons each of the two in turn.
    pub rater: bool,
    /// Both sides of the comparison; takes the place of `rater`.
    pub rater_pair: bool,
    pub label: bool,
    pub technique: bool,
    pub study: bool,
    pub site: bool,
    pub week: bool,
}

/// What a figure's row is about; `None` in a field by which it was not split.
///
/// A field can also be `None` in a split figure: no study's site, no day, no label (see each figure).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Group {
    pub kind: ComparisonKind,
    pub reference_kind: Option<ReferenceKind>,
    pub stage: Option<Stage>,
    /// The other side, when split by pairs.
    pub a_rater: Option<String>,
    pub rater: Option<String>,
    pub label: Option<String>,
    pub technique: Option<Technique>,
    pub study: Option<String>,
    pub site: Option<String>,
    pub week: Option<String>,
}

/// How many columns `Group` takes.
pub(super) const N_GROUP_COLUMNS: usize = 10;

impl Group {
    /// A group from a row's first columns.
    pub(super) fn of(row: &Fields<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            kind: row.named(0)?,
            reference_kind: row.maybe_named(1)?,
            stage: row.maybe_named(2)?,
            a_rater: row.get(3)?,
            rater: row.get(4)?,
            label: row.get(5)?,
            technique: row.maybe_named(6)?,
            study: row.get(7)?,
            site: row.get(8)?,
            week: row.get(9)?,
        })
    }
}

impl Filter {
    /// The filter as bound parameters, with the project.
    pub(super) fn params(&self, project: ProjectId) -> Params {
        Params::new()
            .with("project", project)
            .optional_text("stage", self.stage.map(Stage::as_str))
            .optional_text("rater", self.rater.as_deref())
            .optional_text("role", self.role.map(Role::as_str))
            .optional_text("label", self.label.as_deref())
            .optional_text("study", self.study.as_deref())
            .optional_text("site", self.site.as_deref())
            .optional_text("technique", self.technique.map(Technique::as_str))
            .optional_text(
                "reference_kind",
                self.reference_kind.map(ReferenceKind::as_str),
            )
            .optional_text("week", self.week.as_deref())
            .day("local_day_from", self.local_day_from)
            .day("local_day_to", self.local_day_to)
            .optional_text("kind", self.kind.map(ComparisonKind::as_str))
    }
}

impl GroupBy {
    pub(super) fn bind(self, params: Params) -> Params {
        params
            .with("by_stage", self.stage)
            .with("by_rater", self.rater && !self.rater_pair)
            .with("by_rater_pair", self.rater_pair)
            .with("by_label", self.label)
            .with("by_technique", self.technique)
            .with("by_study", self.study)
            .with("by_site", self.site)
            .with("by_week", self.week)
    }
}
