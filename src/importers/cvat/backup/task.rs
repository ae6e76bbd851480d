//! `task.json`: the jobs of a task, and how its frames were chosen.

use crate::importers::json::fields::max_record_bytes;
use crate::importers::{ImportError, Limits, UploadFile};
use serde::Deserialize;
use std::collections::HashSet;

/// What is known of a task.
#[derive(Debug, Default)]
pub(super) struct Task {
    pub name: String,
    /// The first frame of the media that is annotated, and how many lie from one to the next.
    pub start: u32,
    pub step: u32,
    /// Frames that were taken out, counted within the task.
    pub deleted: HashSet<u32>,
    pub jobs: Vec<Job>,
}

/// What a job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JobKind {
    Annotation,
    /// The references of a task.
    GroundTruth,
    /// One annotator's share of a consensus.
    Replica,
}

/// One job. Frames are counted within the task.
#[derive(Debug)]
pub(super) struct Job {
    pub kind: JobKind,
    pub first: u32,
    pub last: u32,
    /// Its frames, where it has not all from the first to the last; sorted.
    pub only: Option<Vec<u32>>,
    /// Names of its frames in their order, where the task lays them out itself.
    pub files: Option<Vec<String>>,
    /// Whether it passed acceptance.
    pub is_accepted: bool,
    /// Whether it was handed on by its annotator.
    pub is_handed_on: bool,
    /// A user's name, where the backup holds one.
    pub assignee: Option<String>,
}

impl Job {
    /// Where a frame stands among those of the job.
    pub fn place_of(&self, frame: u32) -> Option<usize> {
        match &self.only {
            Some(only) => only.binary_search(&frame).ok(),
            None => (self.first..=self.last)
                .contains(&frame)
                .then(|| (frame - self.first) as usize),
        }
    }

    /// The frame at a place.
    pub fn frame_at(&self, place: usize) -> Option<u32> {
        match &self.only {
            Some(only) => only.get(place).copied(),
            None => {
                let frame = self.first.checked_add(u32::try_from(place).ok()?)?;
                (frame <= self.last).then_some(frame)
            }
        }
    }
}

#[derive(Deserialize)]
struct TaskRecord {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    data: DataRecord,
    jobs: Vec<JobRecord>,
}

#[derive(Default, Deserialize)]
struct DataRecord {
    #[serde(default)]
    start_frame: Option<u32>,
    #[serde(default)]
    frame_filter: Option<String>,
    #[serde(default)]
    deleted_frames: Option<Vec<u32>>,
}

#[derive(Deserialize)]
struct JobRecord {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    status: Option<String>,
    start_frame: u32,
    stop_frame: u32,
    #[serde(default)]
    frames: Option<Vec<u32>>,
    #[serde(default)]
    files: Option<Vec<String>>,
    #[serde(default)]
    assignee: Option<Assignee>,
}

/// A user as other parts of CVAT write one; backups leave it out.
#[derive(Deserialize)]
#[serde(untagged)]
enum Assignee {
    Name(String),
    User { username: String },
    Other(serde::de::IgnoredAny),
}

impl Task {
    pub fn read(file: &UploadFile, limits: &Limits) -> Result<Self, ImportError> {
        let bytes = file.read_all(max_record_bytes(limits) as u64)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let record: TaskRecord = serde_json::from_slice(bytes).map_err(|error| {
            let detail = format!(
                "is no task of CVAT near line {}: `jobs` with whole numbers as `start_frame` and `stop_frame`, and `data` are needed",
                error.line()
            );
            ImportError::container(file.path(), detail)
        })?;
        let step = record
            .data
            .frame_filter
            .as_deref()
            .and_then(|filter| filter.trim().strip_prefix("step="))
            .and_then(|step| step.trim().parse().ok())
            .filter(|step| *step > 0);
        Ok(Self {
            name: record.name.unwrap_or_default(),
            start: record.data.start_frame.unwrap_or(0),
            step: step.unwrap_or(1),
            deleted: record.data.deleted_frames.into_iter().flatten().collect(),
            jobs: record.jobs.into_iter().map(job).collect(),
        })
    }

    /// Whether the task was given to several annotators at once.
    pub fn has_replicas(&self) -> bool {
        self.jobs.iter().any(|job| job.kind == JobKind::Replica)
    }

    /// A frame's number in the media, which is what CVAT's other exports count by.
    pub fn in_media(&self, frame: u32) -> u32 {
        self.start.saturating_add(frame.saturating_mul(self.step))
    }
}

fn job(record: JobRecord) -> Job {
    let kind = match record.kind.as_deref() {
        Some("ground_truth") => JobKind::GroundTruth,
        Some("consensus_replica") => JobKind::Replica,
        _ => JobKind::Annotation,
    };
    let only = record.frames.filter(|frames| !frames.is_empty());
    let status = record.status.as_deref();
    Job {
        kind,
        first: record.start_frame,
        last: record.stop_frame,
        only: only.map(|mut frames| {
            frames.sort_unstable();
            frames.dedup();
            frames
        }),
        files: record.files.filter(|files| !files.is_empty()),
        is_accepted: status == Some("completed"),
        is_handed_on: matches!(status, Some("completed" | "validation")),
        assignee: match record.assignee {
            Some(Assignee::Name(name) | Assignee::User { username: name }) if !name.is_empty() => {
                Some(name)
            }
            _ => None,
        },
    }
}
