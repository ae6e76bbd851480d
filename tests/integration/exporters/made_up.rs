//! Readings of every kind, drawn with a fixed seed.

use crate::draw::Draw;
use concord::domain::{
    Annotation, Item, Keypoint, Reading, ReadingKey, ReadingState, ReferenceKind, Role, Shape,
    Stage, Visibility,
};
use concord::exporters::{ExportError, Source, Visitor, Work};
use concord::geometry::{Ellipse, Mask, MultiPolygon, Polygon, Rect, RotatedRect};
use std::collections::BTreeMap;

pub struct Given(pub Vec<(Item, Vec<Work>)>);

impl Source for Given {
    fn each(&self, visit: &mut Visitor<'_>) -> Result<(), ExportError> {
        self.0
            .iter()
            .try_for_each(|(item, works)| visit(item, works))
    }
}

pub const WIDTH_PX: u32 = 317;
pub const HEIGHT_PX: u32 = 211;

pub fn item(number: usize) -> Item {
    Item {
        key: format!("case {number}"),
        study: format!("study, \"{}\"", number / 2),
        width_px: Some(WIDTH_PX),
        height_px: Some(HEIGHT_PX),
        spacing_mm: Some([0.0, 0.25, 0.5]),
        modality: Some("DX".to_owned()),
        site: Some("site é".to_owned()),
        // A name that the item's key cannot be told from.
        image_name: Some(format!("IMG_{number}.png")),
        ..Item::default()
    }
}

pub fn work(item: &str, rater: &str, annotations: Vec<Annotation>) -> Work {
    let state = if annotations.is_empty() {
        ReadingState::ReviewedEmpty
    } else {
        ReadingState::Annotated
    };
    let key = ReadingKey {
        item: item.to_owned(),
        rater: rater.to_owned(),
        stage: Stage::Annotation,
        session: String::new(),
        layer: "annotations".to_owned(),
    };
    Work {
        reading: Reading {
            finished_at_us: Some(1_795_597_200_000_000),
            active_ms: Some(61_500),
            ..Reading::new(key, Role::Annotator, state)
        },
        annotations,
    }
}

pub fn annotation(label: &str, shape: Shape) -> Annotation {
    Annotation {
        source_id: String::new(),
        label: label.to_owned(),
        shape,
        attributes: BTreeMap::from([("certainty".to_owned(), "high & \"sure\"".to_owned())]),
        confidence: None,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
        invalid: None,
    }
}

fn random_mask(draw: &mut Draw) -> Mask {
    let mut bounds = Vec::new();
    let (x0, x1) = (draw.below(150_u32), 160 + draw.below(150_u32));
    for y in draw.below(100_u32)..110 + draw.below(100_u32) {
        let wobble = draw.below(9_u32);
        bounds.extend([y * WIDTH_PX + x0 + wobble, y * WIDTH_PX + x1 - wobble]);
    }
    Mask::from_bounds(WIDTH_PX, HEIGHT_PX, bounds).expect("a sound mask")
}

fn ring(draw: &mut Draw, cx: f64, cy: f64, n: usize) -> Vec<[f64; 2]> {
    (0..n)
        .map(|at| {
            let (sin, cos) = (at as f64 / n as f64 * std::f64::consts::TAU).sin_cos();
            let radius = draw.between(8.0, 30.0);
            [cx + radius * cos, cy + radius * sin]
        })
        .collect()
}

/// One annotation of every kind.
fn shapes(draw: &mut Draw) -> Vec<Annotation> {
    let mut at = |low: f64, high: f64| draw.between(low, high);
    let rect = Rect::from_corners(
        [at(0.0, 50.0), at(0.0, 50.0)],
        [at(60.0, 300.0), at(60.0, 200.0)],
    );
    let turned = RotatedRect {
        cx: at(100.0, 200.0),
        cy: at(80.0, 120.0),
        width: at(10.0, 80.0),
        height: at(10.0, 60.0),
        angle_deg: at(1.0, 359.0),
    };
    let ellipse = Ellipse {
        cx: at(100.0, 200.0),
        cy: at(80.0, 120.0),
        rx: at(10.0, 60.0),
        ry: at(10.0, 40.0),
        angle_deg: at(1.0, 89.0),
    };
    let point = |name: &str, x_px: f64, y_px: f64, visibility| Keypoint {
        name: name.to_owned(),
        x_px,
        y_px,
        z_mm: None,
        visibility,
    };
    let joints = vec![
        point("hip", at(0.0, 300.0), at(0.0, 200.0), Visibility::Visible),
        point("knee", at(0.0, 300.0), at(0.0, 200.0), Visibility::Visible),
    ];
    let mut hidden = joints.clone();
    hidden[1].visibility = Visibility::Occluded;
    hidden[1].name = "ankle".to_owned();
    let line = vec![
        [at(0.0, 9.0), at(0.0, 9.0)],
        [at(20.0, 90.0), at(20.0, 90.0)],
    ];
    let (one, two) = (ring(draw, 100.0, 100.0, 7), ring(draw, 220.0, 100.0, 5));
    let hole = ring(draw, 100.0, 100.0, 4)
        .into_iter()
        .map(|[x, y]| [100.0 + (x - 100.0) / 20.0, 100.0 + (y - 100.0) / 20.0])
        .collect();
    let polygon = |ring: &Vec<[f64; 2]>| Polygon::new(ring.clone(), vec![]).expect("a ring");
    vec![
        annotation("box", Shape::Box(rect)),
        annotation("turned", Shape::RotatedBox(turned)),
        annotation("ellipse", Shape::Ellipse(ellipse)),
        annotation(
            "outline",
            Shape::Polygon(MultiPolygon::new(vec![polygon(&one)])),
        ),
        annotation(
            "parts",
            Shape::Polygon(MultiPolygon::new(vec![polygon(&one), polygon(&two)])),
        ),
        annotation(
            "holed",
            Shape::Polygon(MultiPolygon::new(vec![
                Polygon::new(one, vec![hole]).expect("rings"),
            ])),
        ),
        annotation("line", Shape::Polyline(line)),
        annotation("joints", Shape::Keypoints(joints)),
        annotation("leg", Shape::Keypoints(hidden)),
        annotation("organ", Shape::Mask(random_mask(draw))),
        Annotation {
            attributes: BTreeMap::new(),
            ..annotation(
                "finding",
                Shape::Classification {
                    question: String::new(),
                    value: "finding".to_owned(),
                },
            )
        },
        Annotation {
            attributes: BTreeMap::new(),
            ..annotation(
                "severe",
                Shape::Classification {
                    question: "severity".to_owned(),
                    value: "severe".to_owned(),
                },
            )
        },
        Annotation {
            attributes: BTreeMap::new(),
            ..annotation(
                "grade",
                Shape::Ordinal {
                    question: "grade".to_owned(),
                    rank: 3.0,
                },
            )
        },
    ]
}

pub fn given() -> Given {
    let mut draw = Draw(20_261_124);
    Given(
        (0..6)
            .map(|number| {
                let item = item(number);
                let mut gold = work(&item.key, "dr gold", shapes(&mut draw));
                gold.reading.reference = Some(ReferenceKind::Gold);
                gold.reading.role = Role::Clinician;
                let works = vec![
                    work(&item.key, "reader-a", shapes(&mut draw)),
                    work(
                        &item.key,
                        "reader b@site",
                        if number == 3 {
                            vec![]
                        } else {
                            shapes(&mut draw)
                        },
                    ),
                    gold,
                ];
                (item, works)
            })
            .collect(),
    )
}
