//! Studies page by page, one study with its items and errors, and the worklist.

use super::{PipelineError, Project};
use crate::domain::ComparisonKind;
use crate::store::{
    Filter, ItemRow, RankedUnit, Store, StoreError, StoredUnit, StudyRow, WorklistLimits,
};

/// Errors that one study is shown with; beyond them the error metrics tell more.
const MAX_ERRORS: u32 = 1_000;

/// One page of studies.
#[derive(Clone, Debug)]
pub struct StudyPage {
    pub studies: Vec<StudyRow>,
    /// The study after which the next page begins; `None` on the last page.
    pub next: Option<String>,
}

/// Up to `limit` studies by name, from the one after `after`.
///
/// # Errors
/// What the store raises.
pub fn study_page(
    store: &Store,
    project: &Project,
    after: Option<&str>,
    limit: u32,
) -> Result<StudyPage, PipelineError> {
    // One more than asked for tells whether there is a next page.
    let mut studies = store.studies(project.id, after, limit.saturating_add(1))?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = studies.len() > wanted;
    studies.truncate(wanted);
    let next = studies
        .last()
        .filter(|_| more)
        .map(|last| last.study.clone());
    Ok(StudyPage { studies, next })
}

/// One study.
#[derive(Clone, Debug)]
pub struct StudyDetail {
    pub items: Vec<ItemRow>,
    /// Errors against references, at most a thousand.
    pub errors: Vec<StoredUnit>,
    /// There are more errors than `errors` holds.
    pub errors_cut: bool,
}

/// The items of one study and their errors against references.
///
/// # Errors
/// `NotFound`, and what the store raises.
pub fn study_detail(
    store: &Store,
    project: &Project,
    study: &str,
) -> Result<StudyDetail, PipelineError> {
    let items = store.items_of_study(project.id, study)?;
    if items.is_empty() {
        // The key stays out of the message: it may be a patient's.
        return Err(StoreError::NotFound {
            what: "study",
            key: "of this key".to_owned(),
        }
        .into());
    }
    let filter = Filter {
        study: Some(study.to_owned()),
        kind: Some(ComparisonKind::Reference),
        ..Filter::default()
    };
    let mut errors = store.error_units(project.id, &filter, None, None, MAX_ERRORS + 1)?;
    let kept = usize::try_from(MAX_ERRORS).unwrap_or(usize::MAX);
    let errors_cut = errors.len() > kept;
    errors.truncate(kept);
    Ok(StudyDetail {
        items,
        errors,
        errors_cut,
    })
}

/// The largest disagreements by size × clinical weight of the label, worst first.
///
/// # Errors
/// What the store raises.
pub fn worklist(
    store: &Store,
    project: &Project,
    filter: &Filter,
    limits: WorklistLimits,
) -> Result<Vec<RankedUnit>, PipelineError> {
    let weights = project
        .protocol
        .labels
        .iter()
        .filter_map(|(label, rule)| Some((label.clone(), rule.clinical_weight?)))
        .collect();
    Ok(store.worklist(project.id, filter, &weights, limits)?)
}
