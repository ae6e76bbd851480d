//! Whose the work of each job is.

use super::frames::Frames;
use super::task::{Job, JobKind, Task};
use crate::domain::{Reading, ReadingState, ReferenceKind, Review, ReviewOutcome};
use crate::importers::cvat::document::Known;
use crate::importers::cvat::held::{Asks, By, Sources, reading};
use crate::importers::{Context, Placement};
use std::collections::HashMap;

/// Rater and standing of every job of a task.
pub(super) struct Jobs {
    raters: Vec<Option<String>>,
    /// Whether annotations of the task's own jobs were merged from replicas.
    is_consensus: bool,
    /// Jobs that share images, of which nobody says who worked on them.
    pub n_by_number: usize,
    file: String,
}

impl Jobs {
    pub fn new(
        task: &Task,
        frames: &Frames,
        file: &str,
        context: &Context,
        known: &mut Known,
    ) -> Self {
        let is_apart = task.has_replicas() || (!frames.is_video() && shares_images(task, frames));
        let folder = file.rsplit('/').nth(1);
        let mut raters = Vec::with_capacity(task.jobs.len());
        let mut n_by_number = 0;
        for (index, job) in task.jobs.iter().enumerate() {
            let place = format!("{file}[{index}]");
            let stated = context.stated(&place, &place, "rater").map(str::to_owned);
            let assignee = job.assignee.as_deref().map(|user| known.rater(user));
            let by_number = || match folder {
                Some(folder) => format!("{folder} job {index}"),
                None => format!("job {index}"),
            };
            let named = assignee.or(stated);
            raters.push(match job.kind {
                _ if named.is_some() => named,
                JobKind::GroundTruth => Some("ground_truth".to_owned()),
                // What was merged is no one's.
                JobKind::Annotation if task.has_replicas() => None,
                JobKind::Annotation | JobKind::Replica if is_apart => {
                    n_by_number += 1;
                    Some(by_number())
                }
                JobKind::Annotation | JobKind::Replica => None,
            });
        }
        Self {
            raters,
            is_consensus: task.has_replicas(),
            n_by_number,
            file: file.to_owned(),
        }
    }

    /// The reading of an image or video by a job.
    pub fn reading(
        &self,
        index: usize,
        job: &Job,
        (placement, image): (&Placement, &str),
        sources: Sources,
        context: &Context,
    ) -> Reading {
        let key = placement.reading_key(self.raters[index].as_deref());
        let is_merged = self.is_consensus && job.kind == JobKind::Annotation;
        let asks = Asks::new(placement, context, &self.file, image);
        let by = match job.kind {
            JobKind::Annotation if is_merged && asks.of_consensus => By::Consensus,
            JobKind::Annotation | JobKind::Replica => sources.by(asks),
            JobKind::GroundTruth => By::Annotator,
        };
        let mut found = reading(placement, &key, by, ReadingState::Annotated, &self.file);
        if job.kind == JobKind::GroundTruth {
            found.reference = found.reference.or(Some(ReferenceKind::Gold));
        }
        found.review = job.is_accepted.then_some(Review {
            outcome: ReviewOutcome::Accepted,
            reviewer: None,
            at_us: None,
        });
        found
    }

    /// Whether a job without any annotation says nothing: nobody handed it on, or nothing was merged yet.
    pub fn is_silent(&self, job: &Job) -> bool {
        !job.is_handed_on || (self.is_consensus && job.kind == JobKind::Annotation)
    }
}

/// Whether an image belongs to several jobs of annotators, by overlap or as a hidden check.
fn shares_images(task: &Task, frames: &Frames) -> bool {
    let mut job_of: HashMap<String, usize> = HashMap::new();
    let of_annotators = |(_, job): &(usize, &Job)| job.kind != JobKind::GroundTruth;
    for (index, job) in task.jobs.iter().enumerate().filter(of_annotators) {
        for place in 0.. {
            let Some(frame) = frames.at(job, place) else {
                break;
            };
            if *job_of.entry(frame.name).or_insert(index) != index {
                return true;
            }
        }
    }
    false
}
