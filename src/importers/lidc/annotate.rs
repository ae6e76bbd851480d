//! Nodules and non-nodules as annotations.

use super::SinkError;
use super::interior::interior;
use super::message::{CHARACTERISTICS, Message, Nodule, NonNodule, Roi, Session};
use crate::domain::{
    Annotation, Item, Keypoint, Reading, ReadingState, Shape, Skip, SkipReason, Visibility,
};
use crate::geometry::{Mask, SliceAxis, Volume};
use crate::importers::{Placement, Sink};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const MIN_SIDE_PX: u32 = 512;

/// What a file yields, ready to be passed on.
pub(super) struct Findings {
    file: String,
    side_px: u32,
    item: Item,
    readings: Vec<(Reading, Vec<Annotation>)>,
    skips: Vec<Skip>,
    tally: Tally,
}

/// What is said once about the whole upload.
#[derive(Default)]
pub(super) struct Tally {
    n_read: u64,
    n_without_spacing: u64,
    n_open: u64,
    widest_gap_px: u32,
    n_off_scale: u64,
}

impl Findings {
    pub(super) fn new(message: &Message, placement: &Placement, file: &str) -> Self {
        let side_px = side_px(message);
        let mut item = placement.to_item();
        if !message.study.is_empty() {
            item.study.clone_from(&message.study);
        }
        item.width_px = Some(side_px);
        item.height_px = Some(side_px);
        item.modality.get_or_insert_with(|| "CT".to_owned());
        if let (Some([0.0, y, x]), Some(step_um)) = (item.spacing_mm, slice_step_um(message)) {
            item.spacing_mm = Some([step_um as f64 / 1000.0, y, x]);
        }
        let tally = Tally {
            n_read: 1,
            n_without_spacing: u64::from(item.spacing_mm.is_none()),
            ..Tally::default()
        };
        Self {
            file: file.to_owned(),
            side_px,
            item,
            readings: Vec::new(),
            skips: Vec::new(),
            tally,
        }
    }

    pub(super) fn add(&mut self, index: usize, session: &Session, mut reading: Reading) {
        let mut annotations = Vec::new();
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for nodule in &session.nodules {
            let id = unique_id(&nodule.id, &mut seen);
            match self.nodule(nodule, id) {
                Ok(annotation) => annotations.push(annotation),
                Err(detail) => self.skip(index, "unblindedReadNodule", &nodule.id, detail),
            }
        }
        for non_nodule in &session.non_nodules {
            let id = unique_id(&non_nodule.id, &mut seen);
            match point_of(non_nodule) {
                Ok(shape) => annotations.push(annotation(id, "non-nodule", shape)),
                Err(detail) => self.skip(index, "nonNodule", &non_nodule.id, detail),
            }
        }
        if reading.state == ReadingState::Annotated {
            for annotation in &mut annotations {
                annotation.finished_at_us = reading.finished_at_us;
            }
        }
        reading.source_file.clone_from(&self.file);
        self.readings.push((reading, annotations));
    }

    fn nodule(&mut self, nodule: &Nodule, id: String) -> Result<Annotation, String> {
        if let Some(fault) = &nodule.fault {
            return Err(fault.clone());
        }
        match nodule.rois.as_slice() {
            [] => Err("has no roi; one outline or point is expected".to_owned()),
            [Roi { z_mm, points, .. }]
                if nodule.characteristics.is_empty() && points.len() == 1 =>
            {
                let shape = keypoint(points[0], *z_mm);
                Ok(annotation(id, "nodule<3mm", shape))
            }
            rois => {
                let volume = self.volume(rois)?;
                let invalid = volume
                    .is_empty()
                    .then(|| "no pixel lies strictly inside its outlines".to_owned());
                Ok(Annotation {
                    attributes: self.attributes(nodule),
                    invalid,
                    ..annotation(id, "nodule", Shape::Volume(volume))
                })
            }
        }
    }

    fn volume(&mut self, rois: &[Roi]) -> Result<Volume, String> {
        let side_px = self.side_px;
        let mut slices: BTreeMap<i64, [Option<Mask>; 2]> = BTreeMap::new();
        for roi in rois {
            self.tally.count_gap(&roi.points);
            let mask =
                interior(&roi.points, side_px, side_px).map_err(|error| error.to_string())?;
            let [drawn, holes] = slices.entry(key_um(roi.z_mm)).or_default();
            let place = if roi.included == Some(false) {
                holes
            } else {
                drawn
            };
            *place = Some(match place.take() {
                None => mask,
                Some(known) => known.union(&mask).map_err(|error| error.to_string())?,
            });
        }
        let mut masks = Vec::with_capacity(slices.len());
        for (key, [drawn, holes]) in slices {
            let Some(drawn) = drawn else { continue };
            let mask = match holes {
                None => drawn,
                Some(holes) => drawn
                    .difference(&holes)
                    .map_err(|error| error.to_string())?,
            };
            masks.push((key, mask));
        }
        Volume::new(side_px, side_px, SliceAxis::Micrometres, masks)
            .map_err(|error| error.to_string())
    }

    fn attributes(&mut self, nodule: &Nodule) -> BTreeMap<String, String> {
        let mut attributes = BTreeMap::new();
        for (name, highest) in CHARACTERISTICS {
            let Some(value) = nodule.characteristics.get(name) else {
                continue;
            };
            match value.parse::<u8>() {
                Ok(rank) if (1..=highest).contains(&rank) => {
                    attributes.insert(name.to_owned(), rank.to_string());
                }
                _ => self.tally.n_off_scale += 1,
            }
        }
        attributes
    }

    fn skip(&mut self, session: usize, element: &str, id: &str, detail: String) {
        self.skips.push(Skip {
            reason: SkipReason::InvalidRecord,
            file: self.file.clone(),
            record: format!("readingSession[{session}] {element} `{id}`"),
            detail,
        });
    }

    pub(super) fn pass_on(self, sink: &mut dyn Sink, tally: &mut Tally) -> Result<(), SinkError> {
        tally.add(&self.tally);
        sink.item(self.item)?;
        for (reading, annotations) in self.readings {
            let key = reading.key.clone();
            sink.reading(reading)?;
            for annotation in annotations {
                sink.annotation(&key, annotation)?;
            }
        }
        self.skips.into_iter().try_for_each(|skip| sink.skip(skip))
    }
}

impl Tally {
    pub(super) fn count_radiograph(&mut self, n_off_scale: u64) {
        self.n_read += 1;
        self.n_off_scale += n_off_scale;
    }

    fn count_gap(&mut self, points: &[[u32; 2]]) {
        if let [first, .., last] = points {
            let gap_px = first[0].abs_diff(last[0]).max(first[1].abs_diff(last[1]));
            if gap_px > 1 {
                self.n_open += 1;
                self.widest_gap_px = self.widest_gap_px.max(gap_px);
            }
        }
    }

    fn add(&mut self, other: &Self) {
        self.n_read += other.n_read;
        self.n_without_spacing += other.n_without_spacing;
        self.n_open += other.n_open;
        self.widest_gap_px = self.widest_gap_px.max(other.widest_gap_px);
        self.n_off_scale += other.n_off_scale;
    }

    pub(super) fn notes(&self) -> impl Iterator<Item = String> + use<> {
        let mut notes = Vec::new();
        if self.n_read > 0 {
            notes.push(
                "readers are numbered within each file (`reader-1` of two files need not be one person), and compared only there"
                    .to_owned(),
            );
        }
        if self.n_without_spacing > 0 {
            notes.push(
                "these files give no pixel spacing: distances are in pixels unless the spacing is given with the upload"
                    .to_owned(),
            );
        }
        if self.n_open > 0 {
            notes.push(format!(
                "{} outlines do not end where they began (by up to {} px) and were closed by a straight line",
                self.n_open, self.widest_gap_px
            ));
        }
        if self.n_off_scale > 0 {
            notes.push(format!(
                "{} characteristics lie off their scale (0, or above its top) and were left out",
                self.n_off_scale
            ));
        }
        notes.into_iter()
    }
}

/// The export's id, with a number where a session uses it again.
pub(super) fn unique_id<'a>(id: &'a str, seen: &mut HashMap<&'a str, usize>) -> String {
    let n = seen.entry(id).or_default();
    *n += 1;
    if *n == 1 {
        id.to_owned()
    } else {
        format!("{id}#{n}")
    }
}

fn annotation(source_id: String, label: &str, shape: Shape) -> Annotation {
    Annotation {
        source_id,
        label: label.to_owned(),
        shape,
        attributes: BTreeMap::new(),
        confidence: None,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
        invalid: None,
    }
}

fn point_of(non_nodule: &NonNodule) -> Result<Shape, String> {
    match (&non_nodule.fault, non_nodule.points.as_slice()) {
        (Some(fault), _) => Err(fault.clone()),
        (None, [point]) => Ok(keypoint(*point, non_nodule.z_mm)),
        (None, points) => Err(format!("has {} loci; one is expected", points.len())),
    }
}

/// A pixel index as the centre of that pixel.
fn keypoint([x, y]: [u32; 2], z_mm: f64) -> Shape {
    Shape::Keypoints(vec![Keypoint {
        name: "centre".to_owned(),
        x_px: f64::from(x) + 0.5,
        y_px: f64::from(y) + 0.5,
        z_mm: Some(z_mm),
        visibility: Visibility::Visible,
    }])
}

fn key_um(z_mm: f64) -> i64 {
    (z_mm * 1000.0).round() as i64
}

/// The files give no matrix size: 512, or the next power of two that holds every point of the file.
fn side_px(message: &Message) -> u32 {
    let of_nodules = message.sessions.iter().flat_map(|session| &session.nodules);
    let highest = of_nodules
        .flat_map(|nodule| &nodule.rois)
        .flat_map(|roi| &roi.points)
        .chain(
            message
                .sessions
                .iter()
                .flat_map(|session| &session.non_nodules)
                .flat_map(|one| &one.points),
        )
        .flatten()
        .max();
    highest.map_or(MIN_SIDE_PX, |highest| {
        (highest + 1).next_power_of_two().max(MIN_SIDE_PX)
    })
}

/// The step between slices, where all marked positions of the file lie on multiples of the smallest one.
fn slice_step_um(message: &Message) -> Option<i64> {
    let rois = message
        .sessions
        .iter()
        .flat_map(|session| &session.nodules)
        .flat_map(|nodule| &nodule.rois);
    let positions: BTreeSet<i64> = rois
        .filter(|roi| roi.z_mm.is_finite())
        .map(|roi| key_um(roi.z_mm))
        .collect();
    let steps = || {
        positions
            .iter()
            .zip(positions.iter().skip(1))
            .map(|(low, high)| high - low)
    };
    let smallest = steps().min()?;
    steps().all(|step| step % smallest == 0).then_some(smallest)
}
