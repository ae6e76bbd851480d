//! DICOM structure sets: made-up ones to the last pixel, real ones against areas and voxels of other tools.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden;
use concord::domain::{GRID_ATTRIBUTE, IngestOptions, ReadingState, ReviewOutcome, Role, Shape};
use concord::importers::MemorySink;
use serde_json::Value;
use std::path::{Path, PathBuf};

const ROOT: &str = "1.2.826.0.1.3680043.10.9997";

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("dicom_rtstruct", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn read(name: &str) -> MemorySink {
    let (report, sink) =
        read_memory(&fixture(name), &IngestOptions::default()).expect("a readable upload");
    assert_eq!(report.format, "dicom_rtstruct", "{name}");
    sink
}

/// `item rater label: shape`, with volumes as `µm y:x-x`.
fn drawn(sink: &MemorySink) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, record) in &sink.readings {
        for one in &record.annotations {
            let item = key.item.strip_prefix(ROOT).expect("own root");
            let shape = match &one.shape {
                Shape::Volume(volume) => {
                    let mut text = format!("{}x{}", volume.width_px(), volume.height_px());
                    for (um, mask) in volume.slices() {
                        text.push_str(&format!(" {um}"));
                        for span in mask.spans() {
                            text.push_str(&format!(" {}:{}-{}", span.y, span.x0, span.x1));
                        }
                    }
                    text
                }
                Shape::Polygon(polygon) => {
                    let rings: Vec<String> = polygon.rings().map(points).collect();
                    rings.join(" | ")
                }
                Shape::Polyline(line) => points(line),
                Shape::Keypoints(found) => {
                    let point = &found[0];
                    let z_mm = point.z_mm.expect("a height");
                    format!("{:.3},{:.3} z {z_mm:.3}", point.x_px, point.y_px)
                }
                _ => panic!("no such shape in a structure set"),
            };
            lines.push(format!("{item} {} {}: {shape}", key.rater, one.label));
        }
    }
    lines
}

fn points(points: &[[f64; 2]]) -> String {
    let texts: Vec<String> = points
        .iter()
        .map(|[x, y]| format!("{x:.2},{y:.2}"))
        .collect();
    texts.join(" ")
}

/// What is drawn on slices at these heights, in µm, with the item of the second slice.
fn on_grid([a, b, c]: [&str; 3], point_mm: &str, second: &str) -> Vec<String> {
    let line = |text: String| text.replace("  ", " ");
    vec![
        line(format!(
            ".5 PlanFinder 3 Body: 10x8 {a} 0:0-10 1:0-10 2:0-10 3:0-10 4:0-10 5:0-10 6:0-10 7:0-10"
        )),
        line(format!(".5 Reader^One Isocentre: 3.250,4.500 z {point_mm}")),
        line(format!(
            ".5 Reader^One Liver: 10x8 {a} 1:1-5 2:1-2 2:4-5 3:1-2 3:4-5 4:1-5 \
             {b} 1:1-6 2:1-6 3:1-3 3:4-6 4:1-6 5:1-6 {c} 0:0-2 1:0-2 5:5-7 6:5-7"
        )),
        line(format!(
            ".5 Reader^Two Tumour: 10x8 {a} 0:0-4 1:0-4 2:0-2 2:4-6 3:0-2 3:4-6 4:2-6 5:2-6"
        )),
        format!("{second} Reader^One Catheter: 1.00,2.00 3.50,4.00 6.00,2.00"),
    ]
}

#[test]
fn contours_become_voxels_of_the_images_beside_them() {
    let axial = ["5000", "7500", "10000"];
    assert_eq!(drawn(&read("with_images")), on_grid(axial, "6.100", ".9.2"));
    assert_eq!(
        drawn(&read("enhanced")),
        on_grid(axial, "6.100", ".9.1#3"),
        "frames of one image, in another order than their positions"
    );
    assert_eq!(
        drawn(&read("sagittal")),
        on_grid(["10000", "12500", "15000"], "11.100", ".9.2")
    );
}

#[test]
fn a_grid_that_the_file_states_serves_as_well() {
    let mut expected = on_grid(["5000", "7500", "10000"], "6.100", ".9.2");
    expected.pop();
    expected.push(".9.2#mm Reader^One Catheter: -9.75,21.20 -8.50,22.80 -7.25,21.20".to_owned());
    assert_eq!(drawn(&read("stated_planes.dcm")), expected);
}

const IN_MM: &[&str] = &[
    ".4#mm Reader^One Isocentre: -8.625,23.200 z 6.100",
    ".9.1#mm PlanFinder 3 Body: -10.25,19.60 -5.25,19.60 -5.25,26.00 -10.25,26.00",
    ".9.1#mm Reader^One Liver: -9.75,20.40 -7.75,20.40 -7.75,23.60 -9.75,23.60 | -9.25,21.20 -8.25,21.20 -8.25,22.80 -9.25,22.80",
    ".9.1#mm Reader^Two Tumour: -10.25,19.60 -8.25,19.60 -8.25,22.80 -10.25,22.80 | -9.25,21.20 -7.25,21.20 -7.25,24.40 -9.25,24.40",
    ".9.2#mm Reader^One Catheter: -9.75,21.20 -8.50,22.80 -7.25,21.20",
    ".9.2#mm Reader^One Liver: -9.75,20.40 -7.25,20.40 -7.25,24.40 -9.75,24.40 -9.75,22.00 -8.75,22.00 -8.75,22.80 -8.25,22.80 -8.25,22.00 -9.75,22.00",
    ".9.3#mm Reader^One Liver: -10.25,19.60 -9.25,19.60 -9.25,21.20 -10.25,21.20 | -7.75,23.60 -6.75,23.60 -6.75,25.20 -7.75,25.20",
];

#[test]
fn without_images_outlines_stay_in_millimetres_of_the_patient() {
    for name in ["without_images.dcm", "implicit.dcm", "without_preamble.dcm"] {
        assert_eq!(drawn(&read(name)), IN_MM, "{name}");
    }
    let by_height = drawn(&read("by_height.dcm"));
    let items: Vec<&str> = by_height
        .iter()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(
        items,
        [
            ".4#mm",
            ".4#mm@10.00",
            ".4#mm@5.00",
            ".4#mm@5.00",
            ".4#mm@5.02",
            ".4#mm@7.50",
            ".4#mm@7.50"
        ]
    );
    let sink = read("without_images.dcm");
    assert_eq!(
        sink.items[&format!("{ROOT}.9.1#mm")].spacing_mm,
        Some([0.0, 1.0, 1.0])
    );
    assert_eq!(
        sink.items[&format!("{ROOT}.4#mm")].spacing_mm,
        Some([1.0; 3])
    );
}

#[test]
fn a_misread_convention_would_be_noticed() {
    let expected = on_grid(["5000", "7500", "10000"], "6.100", ".9.2");
    check_mutants(&read("with_images"), |sink| drawn(sink) == expected);
    check_mutants(&read("without_images.dcm"), |sink| drawn(sink) == IN_MM);
}

#[test]
fn items_readings_and_attributes_say_what_the_file_says() {
    let sink = read("with_images");
    let item = &sink.items[&format!("{ROOT}.5")];
    assert_eq!(
        (item.width_px, item.height_px, item.n_slices),
        (Some(10), Some(8), Some(3))
    );
    assert_eq!(item.spacing_mm, Some([2.5, 0.8, 0.5]));
    assert_eq!(item.modality.as_deref(), Some("CT"));
    assert_eq!(item.study, format!("{ROOT}.2"));
    for (key, record) in &sink.readings {
        let reading = &record.reading;
        assert_eq!(reading.finished_at_us, Some(1_794_817_800_500_000));
        assert_eq!(reading.role == Role::Model, key.rater == "PlanFinder 3");
        let review = reading.review.as_ref().expect("an approval");
        assert_eq!(review.outcome, ReviewOutcome::Accepted);
        assert_eq!(review.reviewer.as_deref(), Some("Senior^Zoë"));
        assert_eq!(review.at_us, Some(1_794_898_800_000_000));
    }
    let annotations = || {
        sink.readings
            .values()
            .flat_map(|record| &record.annotations)
    };
    let liver = annotations()
        .find(|one| one.label == "Liver")
        .expect("a liver");
    assert_eq!(liver.source_id, "1");
    assert_eq!(liver.attributes["interpreted_type"], "ORGAN");
    assert_eq!(liver.attributes["algorithm_type"], "MANUAL");
    // As segmentations on the same images state it, so that both can be compared.
    assert_eq!(
        liver.attributes[GRID_ATTRIBUTE],
        "10 × 8 px, spacing 0.80 × 0.50 mm, in-plane origin -10.00, 20.00 mm, direction \
         1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000"
    );
    assert_eq!(
        golden::skipped(&sink),
        ["unsupported ROI 5.contours[0]", "not_annotation ROI 6"]
    );
}

#[test]
fn a_rejection_by_the_rater_is_no_review_and_no_contour_is_an_empty_reading() {
    for record in read("by_height.dcm").readings.values() {
        let outcome = record.reading.review.as_ref().map(|review| review.outcome);
        let own = record.reading.key.rater == "Senior^Zoë";
        assert_eq!(outcome, (!own).then_some(ReviewOutcome::Rejected));
    }
    let sink = read("nothing_drawn.dcm");
    assert_eq!(sink.readings.len(), 3, "each image that is listed");
    for (key, record) in &sink.readings {
        assert_eq!(record.reading.state, ReadingState::ReviewedEmpty);
        assert_eq!(
            (key.rater.as_str(), &record.reading.review),
            ("Reader^One", &None)
        );
    }
    assert_eq!(
        drawn(&read("short_point.dcm")),
        [".4#mm Reader^One Liver: 1.000,2.000 z 3.000"]
    );
    let long = drawn(&read("long_contour.dcm"));
    assert_eq!(long.len(), 1);
    // One point is written twice in a row.
    assert_eq!(long[0].split(' ').count(), 3 + 3999, "contour data as UN");
}

fn oracle() -> Value {
    serde_json::from_str(include_str!("../oracles/importers/dicom_rtstruct.json")).expect("JSON")
}

#[test]
fn real_outlines_have_the_areas_that_shapely_finds() {
    let Some(folder) = sample("dicom/rtstruct") else {
        return;
    };
    for (name, expected) in oracle()["files"].as_object().expect("files") {
        let (_, sink) =
            read_memory(&folder.join(name), &IngestOptions::default()).expect("readable");
        let mut n_areas = 0;
        for (key, record) in &sink.readings {
            for one in &record.annotations {
                let image = key.item.strip_suffix("#mm").expect("an item in mm");
                let area = expected["regions"][&one.label]["areas"][image]
                    .as_f64()
                    .unwrap_or_else(|| panic!("{name}: no {} on {image}", one.label));
                let Shape::Polygon(polygon) = &one.shape else {
                    panic!("an outline")
                };
                let found = polygon.area_px2();
                assert!(
                    (found - area).abs() <= 1e-9 * area.max(1.0),
                    "{name} {}: {found} against {area}",
                    one.label
                );
                n_areas += 1;
            }
        }
        let regions = expected["regions"].as_object().expect("regions");
        let n_expected: usize = regions
            .values()
            .map(|region| region["areas"].as_object().expect("areas").len())
            .sum();
        assert_eq!(n_areas, n_expected, "{name}");
        let n_images = expected["images"].as_array().expect("images").len();
        assert!(
            sink.readings.len() >= n_images,
            "{name}: listed images were read"
        );
    }
}

#[test]
fn real_contours_fill_the_voxels_that_numpy_finds() {
    let Some(folder) = sample("dicom/rtstruct") else {
        return;
    };
    let oracle = oracle();
    for (name, expected) in oracle["files"].as_object().expect("files") {
        let upload = tempfile::tempdir().expect("a folder");
        std::fs::copy(folder.join(name), upload.path().join("rt.dcm")).expect("a copy");
        write_images(upload.path(), &oracle["grid"], expected);
        let (_, sink) = read_memory(upload.path(), &IngestOptions::default()).expect("readable");
        let mut n_regions = 0;
        for one in sink
            .readings
            .values()
            .flat_map(|record| &record.annotations)
        {
            let Shape::Volume(volume) = &one.shape else {
                panic!("a volume")
            };
            let found: Vec<(i64, u64, u64, u64)> = volume
                .slices()
                .iter()
                .map(|(um, mask)| {
                    let pixels = mask
                        .spans()
                        .flat_map(|span| (span.x0..span.x1).map(move |x| (x, span.y)));
                    let (n, x, y) = pixels.fold((0, 0, 0), |(n, sx, sy), (x, y)| {
                        (n + 1, sx + u64::from(x), sy + u64::from(y))
                    });
                    (*um, n, x, y)
                })
                .collect();
            let planes = expected["regions"][&one.label]["planes"].clone();
            let mut planes: Vec<(i64, u64, u64, u64)> =
                serde_json::from_value(planes).expect("planes");
            planes.retain(|plane| plane.1 > 0);
            assert_eq!(found, planes, "{name} {}", one.label);
            n_regions += 1;
        }
        let regions = expected["regions"].as_object().expect("regions");
        assert_eq!(n_regions, regions.len(), "{name}");
    }
}

/// Headers of images on the oracle's grid, one for each plane that has a contour.
fn write_images(folder: &Path, grid: &Value, expected: &Value) {
    let mut planes: Vec<i64> = expected["regions"]
        .as_object()
        .expect("regions")
        .values()
        .flat_map(|region| region["planes"].as_array().expect("planes"))
        .map(|plane| plane[0].as_i64().expect("µm"))
        .collect();
    planes.sort_unstable();
    planes.dedup();
    let text = |name: &str| expected[name].as_str().expect("a UID").to_owned();
    for (at, um) in planes.iter().enumerate() {
        let mut bytes = vec![0; 128];
        bytes.extend(b"DICM");
        let mut element = |group: u16, element: u16, vr: &[u8; 2], value: &[u8]| {
            bytes.extend(group.to_le_bytes());
            bytes.extend(element.to_le_bytes());
            bytes.extend(vr);
            bytes.extend((value.len() as u16 + value.len() as u16 % 2).to_le_bytes());
            bytes.extend(value);
            bytes.resize(bytes.len() + value.len() % 2, b' ');
        };
        let mm = *um as f64 / 1000.0;
        let position = format!("{}\\{}\\{mm}", grid["x0_mm"], grid["y0_mm"]);
        let spacing = format!("{}\\{}", grid["dy_mm"], grid["dx_mm"]);
        let side = |name: &str| (grid[name].as_u64().expect("a size") as u16).to_le_bytes();
        element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1\0");
        element(8, 0x16, b"UI", b"1.2.840.10008.5.1.4.1.1.2");
        element(8, 0x18, b"UI", format!("1.2.3.{at}").as_bytes());
        element(0x20, 0xE, b"UI", text("series").as_bytes());
        element(0x20, 0x32, b"DS", position.as_bytes());
        element(0x20, 0x37, b"DS", b"1\\0\\0\\0\\1\\0");
        element(0x20, 0x52, b"UI", text("frame_of_reference").as_bytes());
        element(0x28, 0x10, b"US", &side("rows"));
        element(0x28, 0x11, b"US", &side("columns"));
        element(0x28, 0x30, b"DS", spacing.as_bytes());
        std::fs::write(folder.join(format!("{at}.dcm")), &bytes).expect("written");
    }
}

#[test]
fn a_structure_set_without_a_class_is_known_by_its_modality() {
    let Some(path) = sample("dicom/pydicom/rtstruct.dcm") else {
        return;
    };
    let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("readable");
    assert_eq!(report.format, "dicom_rtstruct");
    assert_eq!(
        report.counts.annotations, 5,
        "three outlines and two points"
    );
    assert!(sink.readings.keys().all(|key| key.rater == "dmason"));
}

#[test]
fn patients_and_free_texts_are_never_passed_on() {
    for path in fixtures("dicom_rtstruct", "good") {
        let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("readable");
        let everything = format!("{report:?} {sink:?}");
        assert!(!everything.contains("SECRET") && !everything.contains("Nobody"));
    }
}

#[test]
fn broken_files_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("dicom_rtstruct", &IngestOptions::default()),
        24
    );
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for name in ["without_images.dcm", "stated_planes.dcm"] {
        assert!(truncations(&fixture(name), &IngestOptions::default(), 250) >= 200);
    }
}
