//! Who worked on a CVAT export, on what, and when: the `<meta>` block.

use super::tracks::FrameGrid;
use crate::importers::written::instant_us;
use crate::importers::xml::Node;
use std::collections::HashMap;

/// What `<meta>` says. CVAT names no author per shape; a job's assignee is the best there is.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Meta {
    /// The job or task that was exported.
    own: Work,
    by_task: HashMap<String, Work>,
    /// Whether the export is of one job.
    is_job: bool,
    /// When the job, else the task or project, was last changed.
    pub updated_us: Option<i64>,
}

/// One task or job.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Work {
    pub assignee: Option<String>,
    /// File name of the video, else the task's name.
    pub video: Option<String>,
    /// Whether the export says that it is of a video.
    pub is_video: bool,
    pub size_px: Option<(u32, u32)>,
    /// Between annotated frames; 1 unless stated.
    frame_step: Option<u32>,
    start_frame: Option<u32>,
    stop_frame: Option<u32>,
    /// Place of the first frame within the task, and jobs that it is split into.
    first_place: Option<u32>,
    n_segments: usize,
}

impl Meta {
    pub fn read(meta: &Node) -> Self {
        let updated = ["job", "task", "project"]
            .into_iter()
            .find_map(|kind| meta.text_at(&[kind, "updated"]));
        let tasks = meta
            .at(&["project", "tasks"])
            .into_iter()
            .flat_map(|tasks| tasks.all("task"));
        let of_task = |task: &Node| {
            let work = Work::read(task, meta);
            Some((task.text_at(&["id"])?.to_owned(), work))
        };
        let job = meta.at(&["job"]);
        let mut own = job
            .or_else(|| meta.at(&["task"]))
            .map(|node| Work::read(node, meta))
            .unwrap_or_default();
        if let (Some(_), Some(task)) = (job, meta.at(&["task"])) {
            let task = Work::read(task, meta);
            own.assignee = own.assignee.or(task.assignee);
        }
        own.video = meta.text_at(&["source"]).map(str::to_owned).or(own.video);
        Self {
            own,
            by_task: tasks.filter_map(of_task).collect(),
            is_job: job.is_some(),
            updated_us: updated.and_then(instant_us),
        }
    }

    /// The task that an image or track of a project belongs to, else the job or task that was exported.
    pub fn work(&self, task_id: Option<&str>) -> &Work {
        task_id
            .and_then(|id| self.by_task.get(id))
            .unwrap_or(&self.own)
    }

    /// Whom the export names for an image or track.
    pub fn assignee(&self, task_id: Option<&str>) -> Option<&str> {
        let of_task = self.work(task_id).assignee.as_ref();
        of_task.or(self.own.assignee.as_ref()).map(String::as_str)
    }

    /// Jobs that a task with one assignee was split into, where that is all that is known of who worked on them.
    pub fn n_unnamed_jobs(&self) -> usize {
        let is_unsure = |work: &&Work| work.assignee.is_some() && work.n_segments > 1;
        let own = (!self.is_job).then_some(&self.own);
        own.into_iter()
            .chain(self.by_task.values())
            .filter(is_unsure)
            .map(|work| work.n_segments)
            .sum()
    }

    /// Where a job begins that is not the first one of its video.
    pub fn first_frame_of_a_later_job(&self) -> Option<u32> {
        let is_later = self.is_job && self.own.first_place.is_some_and(|place| place > 0);
        self.own.start_frame.filter(|_| is_later)
    }
}

impl Work {
    fn read(node: &Node, meta: &Node) -> Self {
        let size_of = |node: &Node| {
            let side = |name: &str| {
                let text = node.text_at(&["original_size", name])?;
                text.parse::<u32>().ok().filter(|side| *side > 0)
            };
            side("width").zip(side("height"))
        };
        let frame = |name: &str| node.text_at(&[name])?.parse::<u32>().ok();
        let segments = node.at(&["segments"]);
        Self {
            assignee: node.text_at(&["assignee", "username"]).map(str::to_owned),
            video: node.text_at(&["name"]).map(str::to_owned),
            is_video: node.text_at(&["mode"]) == Some("interpolation"),
            size_px: size_of(node).or_else(|| size_of(meta)),
            frame_step: node
                .text_at(&["frame_filter"])
                .and_then(|filter| filter.strip_prefix("step="))
                .and_then(|step| step.trim().parse().ok())
                .filter(|step| *step > 0),
            start_frame: frame("start_frame"),
            stop_frame: frame("stop_frame"),
            first_place: segments
                .and_then(|segments| segments.text_at(&["segment", "start"]))
                .and_then(|place| place.parse().ok()),
            n_segments: segments.map_or(0, |segments| segments.all("segment").count()),
        }
    }

    pub fn grid(&self) -> FrameGrid {
        FrameGrid {
            step: self.frame_step.unwrap_or(1),
            stop: self.stop_frame,
        }
    }
}
