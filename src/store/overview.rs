//! Lists of what a project holds.

use super::query::{Params, query};
use super::{ImportId, ItemId, ProjectId, Store, StoreError};
use crate::domain::{ReadingState, Role, Stage, Technique};
use jiff::civil::Date;

/// A rater in one role, with what is current.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaterRow {
    pub rater: String,
    pub role: Role,
    pub n_studies: i64,
    pub n_items: i64,
    pub n_readings: i64,
    pub n_annotations: i64,
    /// `None` when no reading has a date.
    pub first_day: Option<Date>,
    pub last_day: Option<Date>,
}

/// A study with what is current.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyRow {
    pub study: String,
    /// The first of its items' sites by name; `None` when none is known.
    pub site: Option<String>,
    pub n_items: i64,
    pub n_readings: i64,
    pub n_annotations: i64,
    pub n_raters: i64,
    /// Units with an error against a reference.
    pub n_errors: i64,
}

/// An item of a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRow {
    pub id: ItemId,
    pub key: String,
    pub image_name: Option<String>,
    pub has_image: bool,
    pub dirty: bool,
    pub n_readings: i64,
    pub n_annotations: i64,
    pub n_errors: i64,
}

/// A label as exports spell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelRow {
    pub label: String,
    pub technique: Technique,
    pub n_annotations: i64,
    pub n_items: i64,
    pub n_raters: i64,
}

/// An ISO week in which something was finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekRow {
    pub week: String,
    pub n_readings: i64,
    pub n_comparisons: i64,
}

/// Current readings in one of the four states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingStateRow {
    pub rater: String,
    pub stage: Stage,
    pub state: ReadingState,
    pub n: i64,
}

/// Something that an import left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedRow {
    pub import: ImportId,
    pub reason: String,
    pub n: i64,
}

/// Two imports that contradict each other about an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemConflict {
    pub item: ItemId,
    pub item_key: String,
    pub import: ImportId,
    pub field: String,
    /// What stays in force, and what the import said.
    pub kept: String,
    pub offered: String,
}

impl Store {
    /// A project's raters, by name and role.
    ///
    /// # Errors
    /// `Database`.
    pub fn raters(&self, project: ProjectId) -> Result<Vec<RaterRow>, StoreError> {
        self.read(|conn| {
            query!("overview/raters.sql").rows(conn, &of(project), |row| {
                Ok(RaterRow {
                    rater: row.get(0)?,
                    role: row.named(1)?,
                    n_studies: row.get(2)?,
                    n_items: row.get(3)?,
                    n_readings: row.get(4)?,
                    n_annotations: row.get(5)?,
                    first_day: row.day(6)?,
                    last_day: row.day(7)?,
                })
            })
        })
    }

    /// A project's studies by name, from the one after `after`.
    ///
    /// # Errors
    /// `Database`.
    pub fn studies(
        &self,
        project: ProjectId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StudyRow>, StoreError> {
        let params = of(project)
            .optional_text("after", after)
            .with("limit", i64::from(limit));
        self.read(|conn| {
            query!("overview/studies.sql").rows(conn, &params, |row| {
                Ok(StudyRow {
                    study: row.get(0)?,
                    site: row.get(1)?,
                    n_items: row.get(2)?,
                    n_readings: row.get(3)?,
                    n_annotations: row.get(4)?,
                    n_raters: row.get(5)?,
                    n_errors: row.get(6)?,
                })
            })
        })
    }

    /// The items of one study, by key.
    ///
    /// # Errors
    /// `Database`.
    pub fn items_of_study(
        &self,
        project: ProjectId,
        study: &str,
    ) -> Result<Vec<ItemRow>, StoreError> {
        self.read(|conn| {
            query!("overview/items_of_study.sql").rows(
                conn,
                &of(project).text("study", study),
                |row| {
                    Ok(ItemRow {
                        id: row.get(0)?,
                        key: row.get(1)?,
                        image_name: row.get(2)?,
                        has_image: row.get(3)?,
                        dirty: row.get(4)?,
                        n_readings: row.get(5)?,
                        n_annotations: row.get(6)?,
                        n_errors: row.get(7)?,
                    })
                },
            )
        })
    }

    /// Labels in current readings, as exports spell them.
    ///
    /// # Errors
    /// `Database`.
    pub fn labels(&self, project: ProjectId) -> Result<Vec<LabelRow>, StoreError> {
        self.read(|conn| {
            query!("overview/labels.sql").rows(conn, &of(project), |row| {
                Ok(LabelRow {
                    label: row.get(0)?,
                    technique: row.named(1)?,
                    n_annotations: row.get(2)?,
                    n_items: row.get(3)?,
                    n_raters: row.get(4)?,
                })
            })
        })
    }

    /// ISO weeks with current readings or comparisons, oldest first.
    ///
    /// # Errors
    /// `Database`.
    pub fn weeks(&self, project: ProjectId) -> Result<Vec<WeekRow>, StoreError> {
        self.read(|conn| {
            query!("overview/weeks.sql").rows(conn, &of(project), |row| {
                Ok(WeekRow {
                    week: row.get(0)?,
                    n_readings: row.get(1)?,
                    n_comparisons: row.get(2)?,
                })
            })
        })
    }

    /// Current readings by rater, stage and state.
    ///
    /// # Errors
    /// `Database`.
    pub fn reading_states(&self, project: ProjectId) -> Result<Vec<ReadingStateRow>, StoreError> {
        self.read(|conn| {
            query!("overview/reading_states.sql").rows(conn, &of(project), |row| {
                Ok(ReadingStateRow {
                    rater: row.get(0)?,
                    stage: row.named(1)?,
                    state: row.named(2)?,
                    n: row.get(3)?,
                })
            })
        })
    }

    /// What imports left out, by import and reason.
    ///
    /// # Errors
    /// `Database`.
    pub fn skipped(&self, project: ProjectId) -> Result<Vec<SkippedRow>, StoreError> {
        self.read(|conn| {
            query!("overview/skipped.sql").rows(conn, &of(project), |row| {
                Ok(SkippedRow {
                    import: row.get(0)?,
                    reason: row.get(1)?,
                    n: row.get(2)?,
                })
            })
        })
    }

    /// Contradictions between imports about items.
    ///
    /// # Errors
    /// `Database`.
    pub fn item_conflicts(&self, project: ProjectId) -> Result<Vec<ItemConflict>, StoreError> {
        self.read(|conn| {
            query!("overview/item_conflicts.sql").rows(conn, &of(project), |row| {
                Ok(ItemConflict {
                    item: row.get(0)?,
                    item_key: row.get(1)?,
                    import: row.get(2)?,
                    field: row.get(3)?,
                    kept: row.get(4)?,
                    offered: row.get(5)?,
                })
            })
        })
    }
}

fn of(project: ProjectId) -> Params {
    Params::new().with("project", project)
}

/// An item and how many people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatersOfItem {
    pub study: String,
    pub item: String,
    pub n_raters: i64,
}

impl Store {
    /// How many people read each item, by study and key.
    ///
    /// # Errors
    /// `Database`.
    pub fn raters_per_item(&self, project: ProjectId) -> Result<Vec<RatersOfItem>, StoreError> {
        self.read(|conn| {
            query!("overview/raters_per_item.sql").rows(conn, &of(project), |row| {
                Ok(RatersOfItem {
                    study: row.get(0)?,
                    item: row.get(1)?,
                    n_raters: row.get(2)?,
                })
            })
        })
    }
}

#[cfg(test)]
mod tests;
