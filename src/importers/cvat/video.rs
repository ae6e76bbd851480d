//! The tracks of one file: all of one video, or of the videos of a project's tasks.

use super::document::{Document, annotation};
use super::held::{Asks, Held, Kept};
use super::xml_tracks::track;
use crate::domain::{Annotation, ReadingState, Shape, SkipReason};
use crate::importers::ImportError;
use crate::importers::context::base_name;
use crate::importers::xml::Node;

impl Document<'_> {
    /// Reads one track.
    pub(super) fn track(&mut self, node: &Node) -> Result<(), ImportError> {
        let record = format!("track[{}]", self.n_tracks);
        self.n_tracks += 1;
        let task_id = node.tag.get("task_id");
        let task = task_id.map(str::to_owned);
        let mut video = match self.videos.remove(&task) {
            Some(video) => video,
            None => self.open_video(task_id)?,
        };
        if let Err((reason, detail)) = self.tracked(node, &record, &mut video)? {
            self.skip(reason, &record, &detail)?;
        }
        self.videos.insert(task, video);
        Ok(())
    }

    /// The item that the tracks of a task belong to: the video by its name, else the task's, else the file itself.
    fn open_video(&mut self, task_id: Option<&str>) -> Result<Held, ImportError> {
        let work = self.meta.work(task_id);
        let size_px = work.size_px;
        let name = work.video.clone().unwrap_or_else(|| match task_id {
            Some(id) => format!("task {id}"),
            None => self.file.path().to_owned(),
        });
        let placement = match self.meta.first_frame_of_a_later_job() {
            // Two jobs show different frames of a video, and are not compared with each other.
            Some(first) => {
                let item = format!("{}#{first}", self.context.item_key(&name));
                self.context.place_item(self.file.path(), &name, item)?
            }
            None => self.context.place(self.file.path(), &name)?,
        };
        let rater = self.rater(task_id);
        let key = placement.reading_key(rater.as_deref());
        let mut item = placement.to_item();
        item.width_px = size_px.map(|(width, _)| width);
        item.height_px = size_px.map(|(_, height)| height);
        item.image_name = Some(base_name(&name).to_owned());
        self.desk.sink.item(item)?;
        let asks = Asks::new(&placement, self.context, self.file.path(), &name);
        let record = "video".to_owned();
        let may_be_consensus = self.may_be_consensus;
        Ok(Held::new(
            record,
            placement,
            key,
            size_px,
            asks,
            may_be_consensus,
        ))
    }

    /// Says what concerns all tracks. A video that was exported without any was looked at.
    pub(super) fn finish_videos(&mut self) -> Result<(), ImportError> {
        for (_, mut video) in std::mem::take(&mut self.videos) {
            video.settle(&mut self.desk)?;
        }
        let path = self.file.path();
        if self.budget.n_gaps > 0 {
            self.desk.sink.note(format!(
                "{path}: {} frames between keyframes of changing shapes are not filled in; export from CVAT, which writes every frame",
                self.budget.n_gaps
            ))?;
        }
        if self.n_changing > 0 {
            self.desk.sink.note(format!(
                "{path}: {} attributes change within their track and are not kept; those that hold for all of it are",
                self.n_changing
            ))?;
        }
        let is_empty_video =
            self.meta.work(None).is_video && self.n_tracks == 0 && self.n_images == 0;
        if is_empty_video && self.context.listed_is_reviewed() {
            let mut video = self.open_video(None)?;
            video.announce(ReadingState::ReviewedEmpty, &mut self.desk)?;
        }
        Ok(())
    }

    fn tracked(
        &mut self,
        node: &Node,
        record: &str,
        video: &mut Held,
    ) -> Result<Kept, ImportError> {
        let label = match self.label_of(node, video) {
            Ok(label) => label,
            Err(refused) => return Ok(Err(refused)),
        };
        let grid = self.meta.work(node.tag.get("task_id")).grid();
        let found = match track(node, &label, video.size_px, grid, &mut self.budget) {
            Ok(found) => found,
            Err(detail) => return Ok(Err((SkipReason::InvalidRecord, detail))),
        };
        self.n_changing += found.n_changing;
        let shape = Shape::Track(found.track);
        let annotation = Annotation {
            attributes: found.attributes,
            ..annotation(record, label, shape, found.invalid, video.size_px)
        };
        video.keep(annotation, node.tag.get("source"), &mut self.desk)?;
        Ok(Ok(()))
    }
}
