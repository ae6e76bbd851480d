//! Small readings made by hand, for suites that check scoring rule by rule.

use concord::analytics::{ReadingInput, compare_readings, score_item};
use concord::domain::{
    Annotation, Comparison, Item, Keypoint, Protocol, Reading, ReadingKey, ReadingState, Role,
    Shape, Stage, UnitScore, Visibility,
};
use concord::geometry::{Mask, MultiPolygon, Rect, SliceAxis, Volume};
use std::collections::BTreeMap;

/// A reading with its annotations.
#[derive(Clone, Debug)]
pub struct Given {
    pub reading: Reading,
    pub annotations: Vec<Annotation>,
}

pub fn given(rater: &str, stage: Stage, annotations: Vec<Annotation>) -> Given {
    let key = ReadingKey {
        item: "item-1".to_owned(),
        rater: rater.to_owned(),
        stage,
        session: String::new(),
        layer: "annotations".to_owned(),
    };
    let state = if annotations.is_empty() {
        ReadingState::ReviewedEmpty
    } else {
        ReadingState::Annotated
    };
    Given {
        reading: Reading::new(key, Role::Annotator, state),
        annotations,
    }
}

pub fn item(spacing_mm: Option<[f64; 3]>) -> Item {
    Item {
        key: "item-1".to_owned(),
        study: "study-1".to_owned(),
        spacing_mm,
        ..Item::default()
    }
}

pub fn annotation(source_id: &str, label: &str, shape: Shape) -> Annotation {
    Annotation {
        source_id: source_id.to_owned(),
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

pub fn box_shape(x0: f64, y0: f64, x1: f64, y1: f64) -> Shape {
    Shape::Box(Rect { x0, y0, x1, y1 })
}

pub fn square(x0: f64, y0: f64, side: f64) -> Shape {
    let (x1, y1) = (x0 + side, y0 + side);
    let ring = vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
    Shape::Polygon(MultiPolygon::from_ring(ring).expect("four corners"))
}

/// A square of set pixels on a grid of 64 by 64.
pub fn square_mask(x0: u32, y0: u32, side: u32) -> Mask {
    rectangle(64, 64, [x0, y0, x0 + side, y0 + side])
}

pub fn rectangle(width_px: u32, height_px: u32, [x0, y0, x1, y1]: [u32; 4]) -> Mask {
    let bounds = (y0..y1)
        .flat_map(|y| [y * width_px + x0, y * width_px + x1])
        .collect();
    Mask::from_bounds(width_px, height_px, bounds).expect("inside the grid")
}

/// A block of set voxels, `size` along x, y and z, on slices of 64 by 64.
pub fn slab(x0: u32, y0: u32, z0: i64, [x, y, z]: [u32; 3]) -> Shape {
    let slices = (z0..z0 + i64::from(z))
        .map(|z| (z, rectangle(64, 64, [x0, y0, x0 + x, y0 + y])))
        .collect();
    Shape::Volume(Volume::new(64, 64, SliceAxis::Index, slices).expect("one mask a slice"))
}

pub fn points(places: &[(&str, f64, f64)]) -> Shape {
    let point = |&(name, x_px, y_px): &(&str, f64, f64)| Keypoint {
        name: name.to_owned(),
        x_px,
        y_px,
        z_mm: None,
        visibility: Visibility::Visible,
    };
    Shape::Keypoints(places.iter().map(point).collect())
}

pub fn category(question: &str, value: &str) -> Annotation {
    let shape = Shape::Classification {
        question: question.to_owned(),
        value: value.to_owned(),
    };
    annotation(value, value, shape)
}

pub fn rank(question: &str, rank: f64) -> Annotation {
    let shape = Shape::Ordinal {
        question: question.to_owned(),
        rank,
    };
    annotation("rank", question, shape)
}

fn inputs(readings: &[Given], first: usize) -> Vec<ReadingInput<'_>> {
    let mut next = first;
    let mut number = || {
        next += 1;
        next - 1
    };
    readings
        .iter()
        .map(|given| ReadingInput {
            reading: &given.reading,
            annotations: given
                .annotations
                .iter()
                .map(|annotation| (number(), annotation))
                .collect(),
        })
        .collect()
}

pub fn score(protocol: &Protocol, item: &Item, readings: &[Given]) -> Vec<Comparison> {
    score_item(protocol, item, &inputs(readings, 0))
}

/// Compares two lists; the candidate's annotations are numbered from 100.
pub fn compare(
    protocol: &Protocol,
    item: &Item,
    reference: Vec<Annotation>,
    candidate: Vec<Annotation>,
) -> Option<Comparison> {
    let reference = [given("a", Stage::Annotation, reference)];
    let candidate = [given("b", Stage::Annotation, candidate)];
    compare_readings(
        protocol,
        item,
        &inputs(&reference, 0),
        &inputs(&candidate, 100),
    )
}

/// The units of one annotation against one other.
pub fn one_to_one(
    protocol: &Protocol,
    item: &Item,
    reference: Annotation,
    candidate: Annotation,
) -> Vec<UnitScore> {
    compare(protocol, item, vec![reference], vec![candidate])
        .expect("comparable")
        .units
}
