//! A file's label map on its way into the sink, and what the files of one upload say together.

use super::fault::Fault;
use super::frame::Frame;
use super::labels::Slices;
use super::names::unnamed;
use super::{Layout, Names};
use crate::domain::{Annotation, ReadingKey, ReadingState, Shape, SkipReason};
use crate::geometry::{Grid, SliceAxis, Volume};
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Sink, UploadFile};
use std::collections::{BTreeMap, HashMap};

/// How far a slice may lie off the other file's slices, as a share of their distance.
const STEP_TOLERANCE: f64 = 0.05;

/// One region of a label map.
#[derive(Debug, Default)]
pub struct Region {
    pub source_id: String,
    pub label: String,
    pub attributes: BTreeMap<String, String>,
    pub slices: Slices,
}

/// What one file draws.
pub struct LabelMap<'a> {
    pub file: &'a UploadFile,
    /// The image that it is about: a file name.
    pub image: &'a str,
    pub frame: Frame,
    pub layout: Layout,
    pub regions: Vec<Region>,
    /// The file says that the work has not begun: without regions it is no reading.
    pub is_unread: bool,
}

/// What earlier files of the upload said, and what is remarked on at the end.
#[derive(Default)]
pub struct Known {
    grids: HashMap<String, (Frame, Grid, String)>,
    given: HashMap<(ReadingKey, String), String>,
    pub n_probability: u64,
    pub n_unnamed: u64,
    pub n_contradictions: u64,
    n_without_place: u64,
    more: BTreeMap<&'static str, u64>,
}

impl Known {
    /// Counts something that is remarked on once for the whole upload.
    pub fn remark(&mut self, what: &'static str) {
        *self.more.entry(what).or_default() += 1;
    }

    /// Regions of a label map whose values a table names. `only` is what the options call the one value of a map.
    pub fn regions(
        &mut self,
        labels: BTreeMap<i64, Slices>,
        names: &Names,
        only: Option<&str>,
    ) -> Vec<Region> {
        if only.is_some() && labels.len() > 1 {
            self.remark("label maps of several values, for which the one label that the upload names does not hold");
        }
        let only = only.filter(|_| labels.len() == 1);
        let mut regions = Vec::new();
        for (value, slices) in labels {
            let named = only.or_else(|| names.name(value));
            self.n_unnamed += u64::from(named.is_none());
            regions.push(Region {
                source_id: value.to_string(),
                label: named.map_or_else(|| unnamed(value), str::to_owned),
                attributes: BTreeMap::new(),
                slices,
            });
        }
        self.n_contradictions += names.n_contradictions;
        regions
    }

    /// Masks of one item on different grids cannot be compared, and nothing is resampled.
    fn check_grid(&mut self, item: &str, map: &LabelMap<'_>) -> Result<(), Fault> {
        let grid = map.frame.grid(map.layout.size_px());
        let Some((frame, first, other)) = self.grids.get(item) else {
            let file = map.file.path().to_owned();
            self.grids
                .insert(item.to_owned(), (map.frame.clone(), grid, file));
            return Ok(());
        };
        let refuse = |why: String| {
            Err(Fault::unsupported(format!(
                "lies on another grid than `{other}`: {why}"
            )))
        };
        if std::mem::discriminant(frame) != std::mem::discriminant(&map.frame) {
            return refuse(format!(
                "{} against {}",
                kind(frame, first),
                kind(&map.frame, &grid)
            ));
        }
        if let Err(mismatch) = first.same_as(&grid) {
            return refuse(mismatch.to_string());
        }
        if let (Frame::Placed(_), Some([step_mm, _, _])) = (frame, first.spacing_mm) {
            let apart_um = map.frame.key(0) as f64 - frame.key(0) as f64;
            let steps = apart_um / (step_mm * 1000.0);
            if (steps - steps.round()).abs() > STEP_TOLERANCE {
                return refuse(format!(
                    "grids differ in slices: `{} µm` against `{} µm` along their normal lie no whole number of steps of `{step_mm} mm` apart; nothing is resampled, so export both on one grid",
                    frame.key(0),
                    map.frame.key(0)
                ));
            }
        }
        Ok(())
    }

    /// Passes a label map on.
    pub fn keep(
        &mut self,
        map: LabelMap<'_>,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), Fault> {
        let file = map.file.path();
        let placement = context.place(file, map.image)?;
        self.check_grid(&placement.item, &map)?;
        let size_px = map.layout.size_px();
        let mut item = placement.to_item();
        item.width_px = Some(size_px.0);
        item.height_px = Some(size_px.1);
        item.n_slices = Some(map.layout.grid_size()[2]);
        item.spacing_mm = map.frame.spacing_mm().or(item.spacing_mm);
        sink.item(item)?;
        let shapes = map
            .regions
            .into_iter()
            .map(|region| shape(region, &map.frame, size_px))
            .collect::<Result<Vec<_>, Fault>>()?;
        let state = if shapes.is_empty() {
            if map.is_unread || !context.listed_is_reviewed() {
                return Ok(());
            }
            ReadingState::ReviewedEmpty
        } else {
            ReadingState::Annotated
        };
        let key = placement.reading_key(None);
        sink.reading(placement.to_reading(key.clone(), state, file))?;
        self.n_without_place += u64::from(matches!(map.frame, Frame::Stack { .. }));
        let grid = map.frame.attributes(size_px);
        for (region, shape) in shapes {
            let named = (key.clone(), region.label);
            if let Some(first) = self.given.get(&named).filter(|first| *first != file) {
                skip(
                    sink,
                    SkipReason::InvalidRecord,
                    file,
                    format!("label {}", region.source_id),
                    format!(
                        "`{first}` already gives a region of this label for this rater and item; tell them apart by a label, rater or session group of the pattern"
                    ),
                )?;
                continue;
            }
            let mut attributes = region.attributes;
            attributes.extend(grid.clone());
            sink.annotation(
                &key,
                Annotation {
                    source_id: region.source_id,
                    label: named.1.clone(),
                    shape,
                    attributes,
                    confidence: None,
                    finished_at_us: placement.finished_at_us,
                    active_ms: None,
                    semantic: true,
                    invalid: None,
                },
            )?;
            self.given.insert(named, file.to_owned());
        }
        Ok(())
    }

    /// What a user should see once all files are read.
    pub fn finish(self, sink: &mut dyn Sink) -> Result<(), ImportError> {
        let counted = [
            ("files of probabilities, cut at 0.5", self.n_probability),
            (
                "label values without a name, called class-N (a label table beside the files names them)",
                self.n_unnamed,
            ),
            (
                "label values that two tables name differently (the first is taken, JSON before text)",
                self.n_contradictions,
            ),
            (
                "files that do not say where they lie in the patient, kept as stored; nothing shows whether two of them lie the same way round",
                self.n_without_place,
            ),
        ];
        let counted = counted.into_iter().chain(self.more);
        for (what, n) in counted.filter(|(_, n)| *n > 0) {
            sink.note(format!("{what}: {n}"))?;
        }
        Ok(())
    }
}

fn kind(frame: &Frame, grid: &Grid) -> String {
    match frame {
        Frame::Plane { .. } => format!("a plain image of {}x{} px", grid.width_px, grid.height_px),
        Frame::Stack { .. } => "a stack that does not say where it lies".to_owned(),
        Frame::Placed(_) => "a volume placed in the patient".to_owned(),
    }
}

/// A region without its slices, and what it draws.
fn shape(
    mut region: Region,
    frame: &Frame,
    (width_px, height_px): (u32, u32),
) -> Result<(Region, Shape), Fault> {
    let slices = std::mem::take(&mut region.slices);
    let shape = match frame {
        Frame::Plane { .. } => match slices.into_iter().next() {
            Some((_, mask)) => Shape::Mask(mask),
            None => Shape::Mask(crate::geometry::Mask::empty(width_px, height_px)?),
        },
        Frame::Placed(_) | Frame::Stack { .. } => {
            let axis: SliceAxis = frame.axis();
            let keyed = slices
                .into_iter()
                .map(|(slice, mask)| (frame.key(slice), mask))
                .collect();
            Shape::Volume(Volume::new(width_px, height_px, axis, keyed)?)
        }
    };
    Ok((region, shape))
}
