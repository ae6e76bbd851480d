//! CVAT XML and backups through the public interface: samples against lxml and numpy, fixtures worked out by hand, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_bytes, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines};
use concord::domain::{IngestOptions, Keypoint, ReadingState, Shape};
use concord::importers::{ImportReport, MemorySink};
use serde_json::{Value, json};
use std::path::Path;

const COUNTS: &str = include_str!("../oracles/importers/counts.json");
const ORACLE: &str = include_str!("../oracles/importers/cvat.json");

/// The technique that a CVAT tag is read as.
fn technique(tag: &str) -> &str {
    match tag {
        "points" | "skeleton" => "keypoints",
        "tag" => "classification",
        other => other,
    }
}

#[test]
fn samples_hold_what_lxml_and_numpy_count() {
    let counts: Value = serde_json::from_str(COUNTS).expect("the oracle file is JSON");
    let mut n_read = 0;
    for (path, expected) in counts["cvat"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (report, sink) =
            read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        assert_eq!(
            Value::from(report.counts.items),
            expected["items"],
            "{path}"
        );
        assert_eq!(json!(report.by_label), expected["labels"], "{path}");
        let mut kinds = std::collections::BTreeMap::<&str, u64>::new();
        for (tag, n) in expected["kinds"].as_object().expect("kinds") {
            *kinds.entry(technique(tag)).or_default() += n.as_u64().expect("a count");
        }
        let n_tracks = expected["tracks"].as_u64().expect("a count");
        if n_tracks > 0 {
            kinds.insert("track", n_tracks);
        }
        assert_eq!(json!(report.by_technique), json!(kinds), "{path}");
        let mut masks = Vec::new();
        let mut frames: Vec<Vec<u32>> = Vec::new();
        let mut points = Vec::new();
        for annotation in sink
            .readings
            .values()
            .flat_map(|record| &record.annotations)
        {
            match &annotation.shape {
                Shape::Mask(mask) => {
                    let [x, y] = mask.centroid_px().expect("a mask that is not empty");
                    masks.push((mask.area_px(), x, y));
                }
                Shape::Keypoints(found) if annotation.source_id.contains("skeleton") => {
                    points.push(found.len())
                }
                Shape::Track(track) => {
                    frames.push(track.shapes().iter().map(|one| one.frame).collect());
                }
                _ => {}
            }
        }
        assert_eq!(json!(frames), expected["track_frames"], "{path}");
        assert_eq!(json!(points), expected["skeleton_points"], "{path}");
        let wanted = expected["masks"].as_array().expect("masks");
        assert_eq!(masks.len(), wanted.len(), "{path}");
        for ((area, x, y), wanted) in masks.into_iter().zip(wanted) {
            assert_eq!(Value::from(area), wanted[0]);
            assert!((x - wanted[1].as_f64().expect("x")).abs() < 1e-9);
            assert!((y - wanted[2].as_f64().expect("y")).abs() < 1e-9);
        }
        n_read += 1;
    }
    assert_eq!(n_read, 4);
}

#[test]
fn samples_lie_where_lxml_and_numpy_find_them() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle file is JSON");
    for (path, wanted) in oracle["samples"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (_, sink) = read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        // Records of one image stand together, and images come in the order of the file.
        let mut found: Vec<(String, String, Value)> = Vec::new();
        for (key, record) in &sink.readings {
            let image = &sink.items[&key.item].image_name;
            for one in &record.annotations {
                let is_track = matches!(one.shape, Shape::Track(_));
                let image = image.clone().filter(|_| !is_track).unwrap_or_default();
                found.push((image, one.label.clone(), placed(&one.shape)));
            }
        }
        let wanted: Vec<(String, String, Value)> = wanted
            .as_array()
            .expect("records")
            .iter()
            .filter(|one| one["label"] != "")
            .map(|one| {
                let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
                (text("image"), text("label"), plain(one))
            })
            .collect();
        assert_eq!(found, wanted, "{path}");
    }
}

/// An oracle's record without its names.
fn plain(record: &Value) -> Value {
    let mut plain = record.clone();
    let held = plain.as_object_mut().expect("an object");
    held.remove("image");
    held.remove("label");
    plain
}

/// A shape as the oracle writes it.
fn placed(shape: &Shape) -> Value {
    let named = |points: &[Keypoint]| -> Value {
        let one = |point: &Keypoint| (point.name.clone(), json!([point.x_px, point.y_px]));
        Value::Object(points.iter().map(one).collect())
    };
    match shape {
        Shape::Box(rect) => json!({"kind": "box", "at": [rect.x0, rect.y0, rect.x1, rect.y1]}),
        Shape::Polygon(polygon) => {
            json!({"kind": "polygon", "at": polygon.rings().next().expect("a ring")})
        }
        Shape::Polyline(line) => json!({"kind": "polyline", "at": line}),
        // Points without names of their own are numbered.
        Shape::Keypoints(points) if points[0].name == "0" => {
            let at: Vec<[f64; 2]> = points
                .iter()
                .map(|point| [point.x_px, point.y_px])
                .collect();
            json!({"kind": "points", "at": at})
        }
        Shape::Keypoints(points) => json!({"kind": "skeleton", "points": named(points)}),
        Shape::Mask(mask) => {
            let mut pixels: Vec<[u32; 2]> = mask
                .spans()
                .flat_map(|span| (span.x0..span.x1).map(move |x| [x, span.y]))
                .collect();
            pixels.sort_unstable();
            json!({"kind": "mask", "pixels": pixels})
        }
        Shape::Classification { .. } => json!({"kind": "tag"}),
        Shape::Track(track) => {
            let one =
                |one: &concord::domain::TrackedShape| (one.frame.to_string(), placed(&one.shape));
            let frames: serde_json::Map<String, Value> = track.shapes().iter().map(one).collect();
            json!({"kind": "track", "frames": frames})
        }
        other => panic!("no sample holds {other:?}"),
    }
}

#[test]
fn outlines_and_lines_between_keyframes_lie_where_brute_force_finds_them() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle file is JSON");
    let cases = oracle["between"].as_array().expect("cases");
    for (number, case) in cases.iter().enumerate() {
        let kind = if case["is_ring"] == true {
            "polygon"
        } else {
            "polyline"
        };
        let points = |name: &str| {
            let pairs = case[name].as_array().expect("points").iter();
            let pairs: Vec<String> = pairs.map(|p| format!("{},{}", p[0], p[1])).collect();
            pairs.join(";")
        };
        // Four frames apart, so that every share of the oracle is a frame.
        let text = format!(
            "<annotations><version>1.1</version><track label=\"n\">\
             <{kind} frame=\"0\" keyframe=\"1\" points=\"{}\"/>\
             <{kind} frame=\"4\" keyframe=\"1\" points=\"{}\"/></track></annotations>",
            points("from"),
            points("to")
        );
        let (_, sink) = read_bytes("a.xml", text.as_bytes(), &IngestOptions::default())
            .expect("a readable file");
        let track = sink
            .readings
            .values()
            .next()
            .map(|record| &record.annotations[0].shape);
        let Some(Shape::Track(track)) = track else {
            panic!("case {number} is no track");
        };
        let frame = (case["share"].as_f64().expect("a share") * 4.0) as u32;
        let found = track.at(frame).map(|shape| placed(shape)["at"].clone());
        let found: Vec<[f64; 2]> =
            serde_json::from_value(found.expect("a shape between")).expect("points");
        let wanted: Vec<[f64; 2]> = serde_json::from_value(case["found"].clone()).expect("points");
        assert_eq!(found.len(), wanted.len(), "case {number}");
        for (found, wanted) in found.iter().flatten().zip(wanted.iter().flatten()) {
            assert!((found - wanted).abs() < 1e-9, "case {number}");
        }
    }
    assert_eq!(cases.len(), 60);
}

/// Worked out by hand from the numbers in the file.
const JOB: &[&str] = &[
    "scan-001/reader-a image[0]/box[0] nodule: box 4,5 14.5,13 grade=3 occluded=0 source=manual",
    "scan-001/reader-a image[0]/box[1] nodule: turned box 25,15 10x10 45° occluded=0 source=manual",
    "scan-001/reader-a image[0]/polygon[0] nodule: polygon 20,10 32,10 32,22 occluded=0 source=manual",
    "scan-001/reader-a image[0]/polyline[0] vessel: line 1,2 3,4 9.5,4 occluded=0 source=manual",
    "scan-001/reader-a image[0]/points[0] ruler: points 0@10.5,11 Visible 1@30,14 Visible occluded=0 source=manual",
    "scan-001/reader-a image[0]/ellipse[0] nodule: ellipse 30,20 8x5 15° occluded=0 source=manual",
    "scan-001/reader-a image[0]/mask[0] nodule: mask 64x48 30:41-43 31:41-43 occluded=0 source=manual",
    "scan-001/reader-a image[0]/skeleton[0] hand: points tip@50,40 Occluded source=manual",
    "scan-001/reader-a image[0]/tag[0] good: class =good source=manual",
    "scan-001/reader-a image[0]/cuboid[0] block: points tl1@2,30 Visible bl1@2,40 Visible tr1@12,30 Visible br1@12,40 Visible \
     tl2@15,27 Visible bl2@15,37 Visible tr2@5,27 Visible br2@5,37 Visible occluded=0 source=manual z_order=2",
];

/// Frame 12 of the outline and frame 14 of the line lie halfway, as does frame 1 of the cuboid; the mask stays; the tip is gone.
const PROJECT: &[&str] = &[
    "colon/reader-a track[0] polyp: track 10[polygon 10,10 18,10 18,18 10,18] 12[polygon 12,11 20,11 20,19 12,19] \
     14[polygon 14,12 22,12 22,20 14,20] source=manual",
    "colon/reader-a track[1] vessel: track 12[line 1,2 9,2] 14[line 1,4 9,6] 16[line 1,6 9,10] source=manual",
    "stomach/reader-b track[2] tool: track 0[points tip@5,6 Visible shaft@15,6 Occluded] 1[points shaft@16,6.5 Occluded] source=manual",
    "stomach/reader-b track[3] block: track 0[points tl1@2,10 Visible bl1@2,20 Visible tr1@12,10 Visible br1@12,20 Visible \
     tl2@15,7 Visible bl2@15,17 Visible tr2@5,7 Visible br2@5,17 Visible] \
     1[points tl1@3,10.5 Visible bl1@3,20.5 Visible tr1@13,10.5 Visible br1@13,20.5 Visible \
     tl2@16,7.5 Visible bl2@16,17.5 Visible tr2@6,7.5 Visible br2@6,17.5 Visible] source=manual",
    "stomach/reader-b track[4] stain: track 0[mask 40x30 20:31-33 21:31-33] 1[mask 40x30 20:31-33 21:31-33] source=manual",
];

const SOURCES: &[&str] = &[
    "slide-1/model image[0]/box[0] cell: box 2,3 8,9.5 occluded=0 source=auto",
    "slide-1/model image[0]/box[1] cell: box 12,3 18,9.5 occluded=0 source=auto",
    "slide-2/reader-c image[1]/box[0] cell: box 2,3 8,9.5 occluded=0 source=auto",
    "slide-2/reader-c image[1]/ellipse[0] cell: ellipse 20,12 4x2 90° group=5 occluded=1 source=semi-auto z_order=1",
    "slide-3/consensus image[2]/polygon[0] cell: polygon 4,4 10,4 10,12 4,14 occluded=0 source=consensus",
    "slide-3/consensus image[2]/tag[0] blurred: class =blurred source=manual",
];

const VIDEO_A: &[&str] = &[
    "colon.mp4/reader-a track[0] polyp: track 0[box 10,10 20,20] 1[box 11,10 21,20] 2[box 12,10 22,20] paris=Is source=manual",
    "colon.mp4/reader-a track[1] instrument: track 0[points tip@30,30 Visible shaft@40,30 Visible] 1[points tip@31,30 Occluded] source=manual",
];

const VIDEO_B: &[&str] = &[
    "colon.mp4/reader-b track[0] polyp: track 0[box 10,10 20,20] 1[box 11,10 21,20] source=manual",
    "colon.mp4/reader-b track[1] polyp: track 2[box 12,10 22,20] source=manual",
];

fn good(name: &str) -> (ImportReport, MemorySink) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cvat/good");
    let (report, sink) =
        read_memory(&path.join(name), &IngestOptions::default()).expect("a good fixture");
    assert_eq!(
        (report.format.as_str(), report.n_invalid, report.n_skipped()),
        ("cvat", 0, 0),
        "{name}"
    );
    (report, sink)
}

fn states(sink: &MemorySink) -> Vec<(&str, ReadingState)> {
    let readings = sink.readings.iter();
    readings
        .map(|(key, record)| (key.item.as_str(), record.reading.state))
        .collect()
}

#[test]
fn good_fixtures_are_read_to_the_last_shape() {
    let expected: &[(&str, &[&str])] = &[
        ("job.xml", JOB),
        (
            "no_meta.xml",
            &["scan-001/ image[0]/box[0] nodule: box 1,2 3,4"],
        ),
        ("project_videos.xml", PROJECT),
        ("sources.xml", SOURCES),
        (
            "video.xml",
            &["video.xml/reader-a track[0] nodule: track 1[box 1,1 2,2]"],
        ),
        ("video_reader_a.xml", VIDEO_A),
        ("video_reader_b.xml", VIDEO_B),
    ];
    for (name, expected) in expected {
        let (_, sink) = good(name);
        check(&sink, expected);
    }
    let n_files = fixtures("cvat", "good")
        .iter()
        .filter(|path| path.is_file())
        .count();
    assert_eq!(n_files, expected.len());
    assert_eq!(
        states(&good("job.xml").1),
        [
            ("scan-001", ReadingState::Annotated),
            ("scan-002", ReadingState::ReviewedEmpty)
        ]
    );
}

#[test]
fn a_shift_a_swap_and_a_flip_do_not_go_unnoticed() {
    let drawn = [("job.xml", JOB), ("project_videos.xml", PROJECT)];
    for (name, expected) in drawn {
        let (_, sink) = good(name);
        assert!(check_mutants(&sink, |sink| lines(sink) == expected) >= 5);
    }
}

#[test]
fn merged_work_is_the_consensus_and_a_model_s_work_the_model_s() {
    let (report, sink) = good("sources.xml");
    let found: Vec<String> = sink
        .readings
        .values()
        .map(|record| {
            let reading = &record.reading;
            let reference = reading.reference.map_or("-", |kind| kind.as_str());
            format!(
                "{} {} {reference} {}",
                reading.key.rater, reading.role, reading.state
            )
        })
        .collect();
    let expected = [
        "model model - annotated",
        "reader-c annotator - annotated",
        "consensus model consensus annotated",
        "reader-c annotator - reviewed_empty",
    ];
    assert_eq!(found, expected);
    assert!(report.notes.iter().any(|note| note.contains("on 1 images")));
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("cvat", &IngestOptions::default()), 23);
}

#[test]
fn cut_files_never_panic() {
    let n_cases: usize = fixtures("cvat", "good")
        .iter()
        .map(|path| {
            // A backup's many files are written anew for every cut.
            let max_cases = if path.is_dir() { 25 } else { 300 };
            truncations(path, &IngestOptions::default(), max_cases)
        })
        .sum();
    assert!(n_cases > 1_000, "only {n_cases} cases ran");
}

#[test]
fn an_export_with_its_images_is_recognised() {
    for folder in ["for_images", "for_video"] {
        let path = format!("datumaro-assets/cvat_dataset/{folder}");
        let Some(folder) = sample(&path) else { return };
        let (report, sink) = read_memory(&folder, &IngestOptions::default()).expect("a sample");
        assert_eq!(report.format, "cvat", "{path}");
        assert!(!sink.readings.is_empty(), "{path}");
        let images = sink
            .skips
            .iter()
            .filter(|skip| skip.file.starts_with("images/"));
        assert_eq!(images.count(), 2, "{path}");
    }
}
