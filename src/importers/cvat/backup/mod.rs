//! CVAT's own backups of tasks and projects: `task.json` says which jobs there are, `data/manifest.jsonl` names the frames, and
//! `annotations.json` holds tags, shapes and tracks of one job after the other. A project holds a folder for each of its tasks.
//!
//! A backup names no people. Jobs that share images, as the replicas of a consensus do, are therefore kept apart by number.

mod frames;
mod images;
mod jobs;
mod record;
mod task;
#[cfg(test)]
mod tests;
mod track;
mod videos;
mod walk;

use super::document::Known;
use crate::domain::SkipReason;
use crate::importers::json::sketch;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Sink, Upload, UploadFile};
use frames::{Frames, Media};
use jobs::Jobs;
use std::collections::{HashMap, HashSet};
use task::Task;

const TASK: &str = "task.json";
const ANNOTATIONS: &str = "annotations.json";
const MANIFEST: &str = "data/manifest.jsonl";
/// What belongs to a task, seen from its folder.
const PARTS: [&str; 4] = [TASK, ANNOTATIONS, MANIFEST, "data/index.json"];
const PROJECT: &str = "project.json";

/// One task of an upload, with the files that belong to it.
struct Parts<'a> {
    task: &'a UploadFile,
    annotations: Option<&'a UploadFile>,
    manifest: Option<&'a UploadFile>,
}

/// The files of an upload that belong to backups, in rising order.
pub(super) fn claimed(upload: &Upload) -> Vec<usize> {
    let folders: HashSet<&str> = upload.files().iter().filter_map(task_folder).collect();
    // A project's folder is one above those of its tasks.
    let projects: HashSet<&str> = folders.iter().map(|folder| parent(folder)).collect();
    let belongs = |path: &str| {
        let is_part = |part: &&str| {
            path.strip_suffix(*part)
                .is_some_and(|folder| folders.contains(folder))
        };
        let project = path.strip_suffix(PROJECT);
        PARTS.iter().any(is_part) || project.is_some_and(|folder| projects.contains(folder))
    };
    let files = upload.files().iter().enumerate();
    let claimed = files.filter(|(_, file)| belongs(file.path()));
    claimed.map(|(index, _)| index).collect()
}

/// The folder of a task, `/` included, where a file describes one.
fn task_folder(file: &UploadFile) -> Option<&str> {
    let folder = file.path().strip_suffix(TASK)?;
    if !(folder.is_empty() || folder.ends_with('/')) {
        return None;
    }
    let sketch = sketch(file)?;
    let has = |name: &str| sketch.keys.iter().any(|(key, _)| key == name);
    let of_job = sketch.element("jobs")?;
    let is_job = ["start_frame", "stop_frame"]
        .iter()
        .all(|name| of_job.iter().any(|key| key == name));
    (is_job && has("data") && has("version")).then_some(folder)
}

fn parent(folder: &str) -> &str {
    let inner = folder.strip_suffix('/').unwrap_or(folder);
    inner.rfind('/').map_or("", |at| &folder[..=at])
}

/// Reads every task whose description is among the files of these indices.
pub(super) fn read(
    upload: &Upload,
    files: &[usize],
    context: &Context,
    known: &mut Known,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let files: Vec<&UploadFile> = files
        .iter()
        .filter_map(|&index| upload.files().get(index))
        .collect();
    let by_path: HashMap<&str, &UploadFile> =
        files.iter().map(|file| (file.path(), *file)).collect();
    for task in &files {
        let Some(folder) = task_folder(task) else {
            continue;
        };
        let part = |name: &str| by_path.get(format!("{folder}{name}").as_str()).copied();
        let parts = Parts {
            task,
            annotations: part(ANNOTATIONS),
            manifest: part(MANIFEST),
        };
        read_task(&parts, upload, context, known, sink)?;
    }
    Ok(())
}

fn read_task(
    parts: &Parts<'_>,
    upload: &Upload,
    context: &Context,
    known: &mut Known,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let task = Task::read(parts.task, upload.limits())?;
    let Some(annotations) = parts.annotations else {
        let detail = format!("no `{ANNOTATIONS}` lies beside it");
        let path = parts.task.path();
        return Ok(skip(sink, SkipReason::Dangling, path, "", detail)?);
    };
    let media = match parts.manifest {
        Some(manifest) => Media::read(manifest, upload.limits())?,
        None => Media::Unnamed,
    };
    let frames = Frames::new(&task, media);
    let jobs = Jobs::new(&task, &frames, annotations.path(), context, known);
    if jobs.n_by_number > 0 {
        sink.note(format!(
            "{}: {} jobs share images and name no one; each is a rater of its own by number. Rows of a table for `{}[0]` and so on, with a \
             column `rater`, name them",
            annotations.path(),
            jobs.n_by_number,
            annotations.path()
        ))?;
    }
    let job = walk::Walk {
        file: annotations,
        limits: upload.limits(),
        n_jobs: task.jobs.len(),
    };
    if frames.is_video() {
        videos::read(&job, &task, &frames, &jobs, context, known, sink)
    } else {
        images::read(&job, &task, &frames, &jobs, context, known, sink)
    }
}

/// Notes what concerns a whole task: jobs that say nothing, images that are a model's, frames that are gaps.
fn say(
    sink: &mut dyn Sink,
    file: &str,
    task: &Task,
    [n_silent, n_by_model, n_gaps]: [u64; 3],
) -> Result<(), ImportError> {
    let notes = [
        (
            n_silent,
            "jobs hold no annotation and were not handed on; what they show is not counted as read",
        ),
        (
            n_by_model,
            "images or videos hold nothing but what a model drew and nobody changed; they are the rater `model`'s. Where an annotator \
             checked them, state the role of the upload",
        ),
        (
            n_gaps,
            "frames between keyframes of changing shapes are not filled in",
        ),
        (
            task.deleted.len() as u64,
            "frames were taken out of the task and are left out",
        ),
    ];
    for (n, what) in notes.into_iter().filter(|(n, _)| *n > 0) {
        sink.note(format!("{file}: {n} {what}"))?;
    }
    Ok(())
}
