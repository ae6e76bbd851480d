//! Scoring what an import touched, in parallel, batch by batch.

use super::{PipelineError, Progress, Project};
use crate::analytics::{ReadingInput, score_item};
use crate::store::{AnnotationId, ScoredComparison, ScoredItem, Store, StoredItem};
use rayon::prelude::*;

/// Items loaded, scored and written at a time; bounds memory.
const BATCH: usize = 256;

/// How much was scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScoreSummary {
    pub n_items: usize,
    pub n_comparisons: usize,
    pub n_units: usize,
}

/// Scores every item whose annotations or protocol are newer than its scores.
///
/// # Errors
/// What the store raises; finished batches stay.
pub fn score_dirty(
    store: &Store,
    project: &Project,
    progress: &dyn Progress,
) -> Result<ScoreSummary, PipelineError> {
    let dirty = store.dirty_items(project.id)?;
    let mut summary = ScoreSummary::default();
    if dirty.is_empty() {
        return Ok(summary);
    }
    progress.start("scoring", dirty.len() as u64);
    for batch in dirty.chunks(BATCH) {
        let items = store.load_items(project.id, batch)?;
        let scored: Vec<ScoredItem> = items
            .par_iter()
            .map(|stored| {
                let scored = score_one(project, stored);
                progress.advance(1);
                scored
            })
            .collect();
        let kept = store.replace_scores(project.id, &project.protocol_hash, &scored)?;
        summary.n_items += kept.n_items;
        summary.n_comparisons += kept.n_comparisons;
        summary.n_units += kept.n_units;
    }
    progress.finish();
    Ok(summary)
}

fn score_one(project: &Project, stored: &StoredItem) -> ScoredItem {
    // Scoring numbers the annotations of the whole item through; the list turns numbers back into ids.
    let mut ids: Vec<AnnotationId> = Vec::new();
    let inputs: Vec<ReadingInput<'_>> = stored
        .readings
        .iter()
        .map(|reading| ReadingInput {
            reading: &reading.reading,
            annotations: reading
                .annotations
                .iter()
                .map(|(id, annotation)| {
                    ids.push(*id);
                    (ids.len() - 1, annotation)
                })
                .collect(),
        })
        .collect();
    ScoredItem {
        item: stored.id,
        revision: stored.revision,
        comparisons: score_item(&project.protocol, &stored.item, &inputs)
            .into_iter()
            .map(|comparison| ScoredComparison {
                comparison,
                a_annotations: ids.clone(),
                b_annotations: ids.clone(),
            })
            .collect(),
    }
}

/// Scores what any project still waits for, such as after a stop between import and scoring.
///
/// # Errors
/// As [`score_dirty`].
pub fn score_all(store: &Store, progress: &dyn Progress) -> Result<(), PipelineError> {
    for project in super::projects(store)? {
        score_dirty(store, &project, progress)?;
    }
    Ok(())
}
