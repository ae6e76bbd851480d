//! Who worked on a CVAT export, and when: the `<meta>` block.

use crate::importers::written::instant_us;
use crate::importers::xml::Node;
use std::collections::HashMap;

/// What `<meta>` says. CVAT names no author per shape; a job's assignee is the best there is.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Meta {
    assignee: Option<String>,
    by_task: HashMap<String, String>,
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
        Self {
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
