//! Scoring what an import touched, in parallel, batch by batch.

use super::{PipelineError, Progress, Project};
use crate::analytics::{ReadingInput, score_item};
use crate::store::{ScoredItem, Store, StoredItem};
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
                let comparisons = score_item(&project.protocol, &stored.item, &inputs(stored));
                progress.advance(1);
                ScoredItem::of(stored, comparisons)
            })
            .collect();
        summary.n_items += scored.len();
        for item in &scored {
            summary.n_comparisons += item.comparisons.len();
            summary.n_units += item.comparisons.iter().map(|one| one.units.len()).sum::<usize>();
        }
        store.replace_scores(project.id, &project.protocol_hash, scored)?;
    }
    progress.finish();
    Ok(summary)
}

fn inputs(stored: &StoredItem) -> Vec<ReadingInput<'_>> {
    stored
        .readings
        .iter()
        .map(|reading| ReadingInput {
            reading: &reading.reading,
            annotations: reading
                .annotations
                .iter()
                .map(|(id, annotation)| (*id, annotation))
                .collect(),
        })
        .collect()
}
