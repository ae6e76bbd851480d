//! NIfTI label maps: one file a reading, all readings of an item on one grid, and label tables beside.

mod direction;
mod file;
mod frame;
mod tables;

use super::report::Tally;
use super::sets::{Pass, passes};
use super::sidecar::{SIDECAR, Sidecar};
use super::source::file_name;
use super::spool::create;
use super::vocabulary::Vocabulary;
use super::{ExportError, ExportFormat, ExportReport, Exporter, ReadingSet, Source};
use crate::domain::{Annotation, ReadingState, Shape};
use file::{Slices, write};
use frame::{Extents, Frame, Place};
use std::collections::BTreeMap;
use std::path::Path;

/// Writes NIfTI label maps.
pub(super) struct Nifti;

const FORMAT: ExportFormat = ExportFormat {
    key: "nifti",
    title: "NIfTI label maps",
    writes: "volumes and masks as label values on their grid (.nii.gz with sform and qform), one file a reading, regions that overlap in further files \
             below `overlap N`; one value a label in the whole export, named in labels.json and, for ITK-SNAP, in labels.txt",
    leaves_out: "all other shapes; several regions of one label in one reading; volumes without a place or with irregular slices; skipped readings; \
                 attributes, times, confidence",
};

impl Exporter for Nifti {
    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn write(&self, source: &dyn Source, folder: &Path) -> Result<ExportReport, ExportError> {
        let vocabulary = Vocabulary::of(source)?;
        let mut extents = Extents::default();
        source.each(&mut |item, works| {
            for annotation in works.iter().flat_map(|work| &work.annotations) {
                extents.add(&item.key, annotation);
            }
            Ok(())
        })?;
        let mut export = Export {
            folder,
            most: vocabulary.labels().count() as u32,
            vocabulary,
            extents,
            tally: Tally::default(),
            names: vec![SIDECAR.to_owned()],
        };
        let mut sidecar = Sidecar::default();
        source.each(&mut |item, works| {
            let image = sidecar.name_as(item, file_name);
            let mut is_written = false;
            for (set, pass) in passes(item, &image, works) {
                is_written |= export.reading(&set, &pass)?;
            }
            export.tally.n_items += u64::from(is_written);
            Ok(())
        })?;
        sidecar.write(folder)?;
        export
            .names
            .extend(tables::write(&export.vocabulary, folder)?);
        let again = format!(
            "concord import FOLDER --format nifti --pattern '{}' --sidecar FOLDER/{SIDECAR}",
            ReadingSet::PATTERN
        );
        Ok(export.tally.finish(FORMAT.key, export.names, again))
    }
}

struct Export<'a> {
    folder: &'a Path,
    vocabulary: Vocabulary,
    /// The largest label value.
    most: u32,
    extents: Extents,
    tally: Tally,
    names: Vec<String>,
}

/// One region on its way into a file.
struct Region<'a> {
    value: u32,
    annotation: &'a Annotation,
}

impl Export<'_> {
    /// Writes a reading; whether anything of it could be.
    fn reading(&mut self, set: &ReadingSet, pass: &Pass<'_>) -> Result<bool, ExportError> {
        let item = &pass.item.key;
        let state = pass.reading.state;
        if !matches!(state, ReadingState::Annotated | ReadingState::ReviewedEmpty) {
            let reason = format!("{} cannot say `{state}`", FORMAT.title);
            self.tally.leave_out(item, reason);
            return Ok(false);
        }
        let (place, regions) = self.regions(pass);
        if regions.is_empty() && !pass.annotations.is_empty() {
            self.tally.n_readings_left_out += 1;
            return Ok(false);
        }
        let place = place
            .or_else(|| self.extents.first(item).cloned())
            .or_else(|| Place::as_stored(pass.item));
        let frame = place
            .ok_or("a map of nothing needs a grid, which nothing of its item says")
            .and_then(|place| self.extents.frame(pass.item, &place));
        let frame = match frame {
            Ok(frame) => frame,
            Err(reason) => {
                for _ in 0..regions.len().max(1) {
                    self.tally.leave_out(item, reason);
                }
                self.tally.n_readings_left_out += 1;
                return Ok(false);
            }
        };
        let mut maps = self.maps(item, &frame, regions);
        if maps.is_empty() {
            if !pass.annotations.is_empty() {
                self.tally.n_readings_left_out += 1;
                return Ok(false);
            }
            maps.push(Vec::new());
        }
        for (map, above) in maps.iter().zip(0_usize..) {
            let name = format!("{}/{}.nii.gz", set.folder(), pass.image);
            let name = match above {
                0 => name,
                _ => format!("overlap {}/{name}", above + 1),
            };
            let out = create(self.folder, &name)?;
            write(out, &frame, &slices(&frame, map), self.most)
                .map_err(|source| ExportError::io(&name, source))?;
            self.tally.n_annotations += map.len() as u64;
            self.names.push(name);
        }
        self.tally.n_readings += 1;
        Ok(true)
    }

    /// What a label map can hold of a reading, all on the grid of the first; the rest is counted.
    fn regions<'p>(&mut self, pass: &Pass<'p>) -> (Option<Place>, Vec<Region<'p>>) {
        let mut n_of: BTreeMap<&str, usize> = BTreeMap::new();
        let drawn = pass.annotations.iter().copied();
        for annotation in drawn.filter(|one| Place::of(one).is_some()) {
            *n_of.entry(&annotation.label).or_default() += 1;
        }
        let mut kept: Option<Place> = None;
        let mut regions = Vec::new();
        for annotation in pass.annotations.iter().copied() {
            let mut refuse = |reason: String| self.tally.leave_out(&pass.item.key, reason);
            let Some(place) = Place::of(annotation) else {
                let technique = annotation.shape.technique();
                refuse(format!("{} has no form for `{technique}`", FORMAT.title));
                continue;
            };
            let is_empty = match &annotation.shape {
                Shape::Mask(mask) => mask.is_empty(),
                Shape::Volume(volume) => volume.is_empty(),
                _ => true,
            };
            let fault = if is_empty {
                Some("a region of a label map has at least one voxel")
            } else if n_of.get(annotation.label.as_str()) != Some(&1) {
                Some("a label map holds one region of each label")
            } else if annotation.label.is_empty() {
                Some("a region of a label map needs a label")
            } else if kept.as_ref().is_some_and(|kept| *kept != place) {
                Some("the reading has regions on several grids")
            } else {
                None
            };
            let at = self.vocabulary.place(&annotation.label);
            match (fault, at) {
                (Some(reason), _) => refuse(reason.to_owned()),
                (None, Some(at)) => {
                    kept.get_or_insert(place);
                    regions.push(Region {
                        value: at as u32 + 1,
                        annotation,
                    });
                }
                (None, None) => {
                    refuse("its label appeared while the export was written".to_owned())
                }
            }
        }
        (kept, regions)
    }

    /// Regions shared out among as few maps as their order needs, none overlapping another.
    fn maps<'p>(
        &mut self,
        item: &str,
        frame: &Frame,
        regions: Vec<Region<'p>>,
    ) -> Vec<Vec<Region<'p>>> {
        let mut maps: Vec<Vec<Region<'p>>> = Vec::new();
        for region in regions {
            if !lies_on(frame, region.annotation) {
                self.tally
                    .leave_out(item, "the distance of its slices is not regular");
                continue;
            }
            let free = maps.iter().position(|map| {
                map.iter()
                    .all(|other| !overlap(other.annotation, region.annotation))
            });
            match free.and_then(|at| maps.get_mut(at)) {
                Some(map) => map.push(region),
                None => maps.push(vec![region]),
            }
        }
        maps
    }
}

fn lies_on(frame: &Frame, annotation: &Annotation) -> bool {
    match &annotation.shape {
        Shape::Volume(volume) => volume
            .slices()
            .iter()
            .all(|(key, _)| frame.slice(*key).is_some()),
        _ => true,
    }
}

/// Whether two regions share a voxel; what cannot be compared is taken to.
fn overlap(a: &Annotation, b: &Annotation) -> bool {
    let n_shared = match (&a.shape, &b.shape) {
        (Shape::Mask(a), Shape::Mask(b)) => a.intersection_px(b).ok(),
        (Shape::Volume(a), Shape::Volume(b)) => a.intersection_voxels(b).ok(),
        _ => None,
    };
    n_shared != Some(0)
}

fn slices<'p>(frame: &Frame, map: &[Region<'p>]) -> Slices<'p> {
    let mut found = Slices::new();
    for region in map {
        match &region.annotation.shape {
            Shape::Mask(mask) => found.entry(0).or_default().push((region.value, mask)),
            Shape::Volume(volume) => {
                for (key, mask) in volume.slices() {
                    if let Some(slice) = frame.slice(*key) {
                        found.entry(slice).or_default().push((region.value, mask));
                    }
                }
            }
            _ => {}
        }
    }
    found
}
