//! Tracks of a backup, which holds their keyframes only.

use super::record::{Fault, Record};
use crate::domain::TrackedShape;
use crate::importers::cvat::tracks::{Budget, FrameGrid, Listed, Skeleton, filled};

/// How the frames of a task are counted, and how large they are.
pub(super) struct Track<'a> {
    pub grid: FrameGrid,
    /// From a frame of the task to the number by which it is kept.
    pub number: &'a dyn Fn(u32) -> u32,
    /// Size of a frame of the task.
    pub size_px: &'a dyn Fn(u32) -> Option<(u32, u32)>,
    pub is_cloud: bool,
}

/// The shapes that are seen, and why one is invalid by its numbers alone.
pub(super) type Seen = (Vec<TrackedShape>, Option<String>);

impl Track<'_> {
    pub fn shapes(&self, record: &Record, budget: &mut Budget) -> Result<Seen, Fault> {
        if record.elements().is_empty() {
            let (listed, invalid) = self.listed(record, record.label.as_deref())?;
            return Ok((filled(listed, false, self.grid, budget)?, invalid));
        }
        let mut found = Skeleton::default();
        for element in record.elements() {
            let name = element
                .label(None)
                .map_err(|_| "a point of the skeleton has no `label`".to_owned())?;
            let (listed, _) = self.listed(element, Some(&name))?;
            found.add(&name, filled(listed, false, self.grid, budget)?)?;
        }
        Ok((found.shapes(), None))
    }

    fn listed(
        &self,
        record: &Record,
        label: Option<&str>,
    ) -> Result<(Vec<Listed>, Option<String>), Fault> {
        let mut found = Vec::new();
        let mut invalid = None;
        for shape in record.shapes() {
            let frame = shape.frame()?;
            let number = (self.number)(frame);
            let at_frame = |fault: Fault| match fault {
                Fault::Invalid(detail) => Fault::Invalid(format!("frame {number}: {detail}")),
                Fault::Unsupported(detail) => Fault::Unsupported(detail),
            };
            let mut drawn = shape
                .drawn(label, (self.size_px)(frame), self.is_cloud)
                .map_err(at_frame)?;
            let is_outside = shape.is_outside();
            if let Some(fault) = drawn.invalid.take().filter(|_| !is_outside) {
                invalid.get_or_insert(format!("frame {number}: {fault}"));
            }
            found.push(Listed {
                frame: number,
                is_outside,
                drawn,
            });
        }
        Ok((found, invalid))
    }
}
