//! The tracks of one file, all of one video.

use super::document::{Document, Image, Kept};
use super::tracks::{FrameGrid, track};
use crate::domain::{ReadingState, Shape, SkipReason};
use crate::importers::ImportError;
use crate::importers::context::base_name;
use crate::importers::structure;
use crate::importers::xml::Node;

impl Document<'_> {
    /// Reads one track.
    pub(super) fn track(&mut self, node: &Node) -> Result<(), ImportError> {
        let record = format!("track[{}]", self.n_tracks);
        self.n_tracks += 1;
        let mut video = match self.video.take() {
            Some(video) => video,
            None => self.open_video()?,
        };
        if let Err((reason, detail)) = self.tracked(node, &record, &mut video)? {
            self.skip(reason, &record, &detail)?;
        }
        self.video = Some(video);
        Ok(())
    }

    /// The item that all tracks of a file belong to: the video by its name, else the task's, else the file itself.
    fn open_video(&mut self) -> Result<Image, ImportError> {
        let name = self.meta.video.clone();
        let name = name.unwrap_or_else(|| self.file.path().to_owned());
        let placement = self.context.place(self.file.path(), &name)?;
        let key = placement.reading_key(self.meta.rater(None));
        let mut item = placement.to_item();
        let size_px = self.meta.size_px;
        item.width_px = size_px.map(|(width, _)| width);
        item.height_px = size_px.map(|(_, height)| height);
        item.image_name = Some(base_name(&name).to_owned());
        self.sink.item(item)?;
        // An image of the same key has announced the reading already.
        let announced = !self.readings.insert(key.clone());
        Ok(Image {
            record: "video".to_owned(),
            placement,
            key,
            size_px,
            announced,
        })
    }

    /// Says what concerns all tracks. A video that was exported without any was looked at.
    pub(super) fn finish_video(&mut self) -> Result<(), ImportError> {
        if self.n_gaps > 0 {
            self.sink.note(format!(
                "{}: {} frames between keyframes of polygons, lines or changing shapes are not filled in; export from CVAT, which writes every frame",
                self.file.path(),
                self.n_gaps
            ))?;
        }
        let is_empty_video = self.meta.is_video && self.n_tracks == 0 && self.n_images == 0;
        if is_empty_video && self.context.listed_is_reviewed() {
            let mut video = self.open_video()?;
            self.announce(&mut video, ReadingState::ReviewedEmpty)?;
        }
        Ok(())
    }

    fn tracked(
        &mut self,
        node: &Node,
        record: &str,
        video: &mut Image,
    ) -> Result<Kept, ImportError> {
        let label = match self.label_of(node, video) {
            Ok(label) => label,
            Err(refused) => return Ok(Err(refused)),
        };
        if node.all("cuboid").next().is_some() {
            let detail = "cuboids are not read".to_owned();
            return Ok(Err((SkipReason::Unsupported, detail)));
        }
        let grid = FrameGrid {
            step: self.meta.frame_step.unwrap_or(1),
            stop: self.meta.stop_frame,
        };
        let n_left = &mut self.n_filled_left;
        let found = match track(node, &label, video.size_px, grid, n_left) {
            Ok(found) => found,
            Err(detail) => return Ok(Err((SkipReason::InvalidRecord, detail))),
        };
        self.n_gaps += found.n_gaps;
        let shape = Shape::Track(found.track);
        let invalid = found
            .invalid
            .or_else(|| structure::invalid(&shape, video.size_px));
        self.keep(video, record, label, shape, found.attributes, invalid)?;
        Ok(Ok(()))
    }
}
