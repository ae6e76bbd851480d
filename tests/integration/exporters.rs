//! Round trips: what is exported and imported again is the same, in every format and for every shape that it holds.

use crate::corpus::read_memory;
use crate::draw::Draw;
use concord::domain::{
    Annotation, IngestOptions, Item, Keypoint, PointLabels, Reading, ReadingKey, ReadingState,
    ReferenceKind, Review, ReviewOutcome, Role, Shape, Stage, TextSpan, Track, TrackedShape,
    Visibility,
};
use concord::exporters::{self, ExportError, ExportReport, ReadingSet, Source, Work};
use concord::geometry::{
    Cuboid, Ellipse, Mask, MultiPolygon, Polygon, Rect, RotatedRect, SliceAxis, Volume,
};
use concord::importers::{MemorySink, read_sidecar};
use std::collections::BTreeMap;

struct Given(Vec<(Item, Vec<Work>)>);

impl Source for Given {
    fn each(
        &self,
        visit: &mut dyn FnMut(&Item, &[Work]) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        self.0
            .iter()
            .try_for_each(|(item, works)| visit(item, works))
    }
}

const WIDTH_PX: u32 = 317;
const HEIGHT_PX: u32 = 211;

fn item(number: usize) -> Item {
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

fn work(item: &str, rater: &str, annotations: Vec<Annotation>) -> Work {
    let state = if annotations.is_empty() {
        ReadingState::ReviewedEmpty
    } else {
        ReadingState::Annotated
    };
    Work {
        reading: Reading {
            key: ReadingKey {
                item: item.to_owned(),
                rater: rater.to_owned(),
                stage: Stage::Annotation,
                session: String::new(),
                layer: "annotations".to_owned(),
            },
            role: Role::Annotator,
            reference: None,
            state,
            finished_at_us: Some(1_795_597_200_000_000),
            active_ms: Some(61_500),
            review: None,
            source_convention: String::new(),
            source_file: "made-up".to_owned(),
        },
        annotations,
    }
}

fn annotation(label: &str, shape: Shape) -> Annotation {
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

fn given() -> Given {
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

/// Exports and imports again.
fn there_and_back(key: &str, given: &Given) -> (ExportReport, MemorySink) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let exporter = exporters::by_key(key).expect("an exporter of that name");
    let report = exporter.write(given, folder.path()).expect("an export");
    for file in &report.files {
        assert!(folder.path().join(file).is_file(), "{file} is not there");
    }
    let sidecar = folder.path().join("sidecar.csv");
    let options = if sidecar.exists() {
        IngestOptions {
            pattern: Some(ReadingSet::PATTERN.to_owned()),
            sidecar: read_sidecar(&sidecar).expect("the sidecar can be read"),
            ..IngestOptions::default()
        }
    } else {
        IngestOptions::default()
    };
    let (_, sink) = read_memory(folder.path(), &options).expect("the export can be imported");
    (report, sink)
}

/// Numbers in a shape to nine digits, so that percent and back are no difference.
fn rounded(annotation: &Annotation) -> String {
    let value = serde_json::to_value((
        &annotation.label,
        &annotation.shape,
        &annotation.attributes,
        annotation.confidence,
    ))
    .expect("serialisable");
    fn walk(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Number(number) if number.is_f64() => {
                serde_json::json!(format!("{:.9}", number.as_f64().unwrap_or_default() + 0.0))
            }
            serde_json::Value::Array(all) => all.into_iter().map(walk).collect(),
            serde_json::Value::Object(all) => all
                .into_iter()
                .map(|(key, value)| (key, walk(value)))
                .collect(),
            other => other,
        }
    }
    walk(value).to_string()
}

/// Every label that `holds` names comes back as it was, for every reading; nothing else does.
fn check(key: &str, holds: &[&str], keeps_times: bool) {
    let given = given();
    let (report, sink) = there_and_back(key, &given);
    assert_eq!(
        sink.skips
            .iter()
            .filter(|skip| skip.file != "sidecar.csv")
            .count(),
        0,
        "{:?}",
        sink.skips
    );
    let mut n_expected = 0;
    let mut n_all = 0;
    for (item, works) in &given.0 {
        let found = sink
            .items
            .get(&item.key)
            .unwrap_or_else(|| panic!("{} is lost", item.key));
        assert_eq!(
            (&found.study, &found.site, &found.modality, found.spacing_mm),
            (&item.study, &item.site, &item.modality, item.spacing_mm)
        );
        assert_eq!(found.image_name, item.image_name);
        assert_eq!(
            (found.width_px, found.height_px),
            (item.width_px, item.height_px)
        );
        for work in works {
            let record = sink.readings.get(&work.reading.key).unwrap_or_else(|| {
                panic!(
                    "{:?} is lost among {:?}",
                    work.reading.key,
                    sink.readings.keys()
                )
            });
            assert_eq!(
                (
                    record.reading.role,
                    record.reading.reference,
                    record.reading.state
                ),
                (
                    work.reading.role,
                    work.reading.reference,
                    work.reading.state
                )
            );
            if keeps_times {
                assert_eq!(
                    (record.reading.finished_at_us, record.reading.active_ms),
                    (work.reading.finished_at_us, work.reading.active_ms)
                );
            }
            let mut expected: Vec<String> = work
                .annotations
                .iter()
                .filter(|one| holds.contains(&one.label.as_str()))
                .map(rounded)
                .collect();
            let mut found: Vec<String> = record
                .annotations
                .iter()
                .map(|one| {
                    let mut one = one.clone();
                    // What the tool adds by itself.
                    for name in ["iscrowd", "area_px2"] {
                        one.attributes.remove(name);
                    }
                    rounded(&one)
                })
                .collect();
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{key}: {:?}", work.reading.key);
            n_expected += expected.len() as u64;
            n_all += work.annotations.len() as u64;
        }
    }
    assert!(n_expected > 0);
    assert_eq!(report.n_annotations, n_expected, "{key}");
    assert_eq!(
        report.n_left_out(),
        n_all - n_expected,
        "{key}: {:?}",
        report.left_out
    );
    assert_eq!(report.n_readings, 18);
}

#[test]
fn coco_comes_back_as_it_was() {
    check(
        "coco",
        &[
            "box", "outline", "parts", "joints", "leg", "organ", "finding",
        ],
        false,
    );
}

#[test]
fn cvat_comes_back_as_it_was() {
    check(
        "cvat",
        &[
            "box", "turned", "ellipse", "outline", "line", "joints", "leg", "organ", "finding",
        ],
        false,
    );
}

#[test]
fn label_studio_comes_back_as_it_was() {
    check(
        "label-studio",
        &[
            "box", "turned", "ellipse", "outline", "joints", "organ", "finding", "severe", "grade",
        ],
        true,
    );
}

#[test]
fn parquet_loses_nothing() {
    let mut given = given();
    let (item, works) = &mut given.0[0];
    item.n_slices = Some(9);
    item.spacing_mm = Some([2.0, 0.5, 0.5]);
    let reading = &mut works[0].reading;
    reading.review = Some(Review {
        outcome: ReviewOutcome::Corrected,
        reviewer: Some("dr gold".to_owned()),
        at_us: Some(1_795_600_000_000_000),
    });
    reading.source_convention = "voxel centres, RAS".to_owned();
    let slice = random_mask(&mut Draw(5));
    let volume = Volume::new(
        WIDTH_PX,
        HEIGHT_PX,
        SliceAxis::Micrometres,
        vec![(-2500, slice)],
    )
    .expect("a volume");
    let tracked = TrackedShape {
        frame: 4,
        shape: Shape::Box(Rect::from_corners([1.0, 2.0], [3.0, 4.5])),
    };
    works[0].annotations.extend([
        Annotation {
            semantic: true,
            confidence: Some(0.1 + 0.2),
            finished_at_us: Some(7),
            active_ms: Some(8),
            source_id: "7.b".to_owned(),
            ..annotation("organ", Shape::Volume(volume))
        },
        annotation(
            "vehicle",
            Shape::Cuboid(Cuboid::new([1.0, 2.0, 3.0], [4.0, 5.0, 6.0], 0.3).expect("a cuboid")),
        ),
        annotation(
            "points",
            Shape::PointLabels(PointLabels {
                labels: vec!["bone".to_owned()],
                codes: vec![0, 1, 0],
            }),
        ),
        annotation("drug", Shape::TextSpan(TextSpan { start: 3, end: 9 })),
        annotation(
            "tool",
            Shape::Track(Track::new(vec![tracked]).expect("a track")),
        ),
        Annotation {
            invalid: Some("outline was not closed".to_owned()),
            ..annotation("odd", Shape::Polyline(vec![[0.0, 0.0], [1.0, 1.0]]))
        },
    ]);
    let (report, sink) = there_and_back("parquet", &given);
    assert_eq!((report.n_left_out(), sink.skips.len()), (0, 0));
    for (item, works) in &given.0 {
        assert_eq!(sink.items.get(&item.key), Some(item));
        for work in works {
            let found = &sink.readings[&work.reading.key];
            let expected = Reading {
                source_file: "annotations.parquet".to_owned(),
                ..work.reading.clone()
            };
            assert_eq!(found.reading, expected);
            assert_eq!(found.annotations, work.annotations);
        }
    }
}
