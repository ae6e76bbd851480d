//! Who worked on a CVAT export, and when: the `<meta>` block.

use crate::importers::written::instant_us;
use crate::importers::xml::Node;
use std::collections::HashMap;

/// What `<meta>` says. CVAT names no author per shape; a job's assignee is the best there is.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Meta {
    assignee: Option<String>,
    by_task: HashMap<String, String>,
    /// File name of the video, else the task's name.
    pub video: Option<String>,
    /// Whether the export says that it is of a video.
    pub is_video: bool,
    pub size_px: Option<(u32, u32)>,
    /// Between annotated frames; 1 unless stated.
    pub frame_step: Option<u32>,
    pub stop_frame: Option<u32>,
    /// When the job, else the task or project, was last changed.
    pub updated_us: Option<i64>,
}

impl Meta {
    pub fn read(meta: &Node) -> Self {
        let assignee = |kind: &str| {
            meta.text_at(&[kind, "assignee", "username"])
                .map(str::to_owned)
        };
        let updated = ["job", "task", "project"]
            .into_iter()
            .find_map(|kind| meta.text_at(&[kind, "updated"]));
        let tasks = meta
            .at(&["project", "tasks"])
            .into_iter()
            .flat_map(|tasks| tasks.all("task"));
        let first = |path: &[&str]| {
            ["job", "task"].into_iter().find_map(|kind| {
                let path: Vec<&str> = [kind].into_iter().chain(path.iter().copied()).collect();
                meta.text_at(&path)
            })
        };
        let side = |name: &str| {
            let text = first(&["original_size", name])
                .or_else(|| meta.text_at(&["original_size", name]))?;
            text.parse::<u32>().ok().filter(|side| *side > 0)
        };
        Self {
            video: meta
                .text_at(&["source"])
                .or_else(|| first(&["name"]))
                .map(str::to_owned),
            is_video: first(&["mode"]) == Some("interpolation"),
            size_px: side("width").zip(side("height")),
            frame_step: first(&["frame_filter"])
                .and_then(|filter| filter.strip_prefix("step="))
                .and_then(|step| step.trim().parse().ok())
                .filter(|step| *step > 0),
            stop_frame: first(&["stop_frame"]).and_then(|frame| frame.parse().ok()),
            assignee: assignee("job").or_else(|| assignee("task")),
            by_task: tasks
                .filter_map(|task| {
                    let id = task.text_at(&["id"])?;
                    let name = task.text_at(&["assignee", "username"])?;
                    Some((id.to_owned(), name.to_owned()))
                })
                .collect(),
            updated_us: updated.and_then(instant_us),
        }
    }

    /// The rater of an image; exports of a project say to which task an image belongs.
    pub fn rater(&self, task_id: Option<&str>) -> Option<&str> {
        task_id
            .and_then(|id| self.by_task.get(id))
            .or(self.assignee.as_ref())
            .map(String::as_str)
    }
}
