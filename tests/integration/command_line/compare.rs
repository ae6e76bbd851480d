//! `concord compare`: every shape that it answers in, and its figures against figures made by hand.

use super::{folder, json, keys, refused, run, stderr, stdout};
use crate::corpus::sample;
use serde_json::Value;
use std::path::{Path, PathBuf};

const REFERENCE: &str = r#"{"images": [
  {"id": 1, "file_name": "a.png", "width": 100, "height": 80}, {"id": 2, "file_name": "b.png", "width": 100, "height": 80},
  {"id": 3, "file_name": "only.png", "width": 100, "height": 80}],
 "categories": [{"id": 1, "name": "n"}, {"id": 2, "name": "k", "keypoints": ["tip", "base"]}],
 "annotations": [
  {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10]},
  {"id": 2, "image_id": 1, "category_id": 2, "keypoints": [10, 10, 2, 30, 10, 2]},
  {"id": 3, "image_id": 2, "category_id": 1, "bbox": [50, 50, 10, 10]},
  {"id": 4, "image_id": 3, "category_id": 1, "bbox": [50, 50, 10, 10]}]}"#;

/// The reference with one box moved by 2 px, one point by (3, 4) px, one box elsewhere, one item renamed.
fn pair(folder: &Path) {
    let candidate = REFERENCE
        .replace("only.png", "else.png")
        .replace("[0, 0, 10, 10]", "[2, 0, 10, 10]")
        .replace("[10, 10, 2, 30, 10, 2]", "[13, 14, 2, 30, 10, 2]")
        .replace(
            "\"image_id\": 2, \"category_id\": 1, \"bbox\": [50, 50, 10, 10]",
            "\"image_id\": 2, \"category_id\": 1, \"bbox\": [70, 10, 5, 5]",
        );
    std::fs::write(folder.join("r.json"), REFERENCE).expect("a file");
    std::fs::write(folder.join("c.json"), candidate).expect("a file");
}

fn near(found: &Value, wanted: f64) {
    let found = found.as_f64().expect("a number");
    assert!((found - wanted).abs() < 1e-12, "{found} is not {wanted}");
}

#[test]
fn the_json_of_a_comparison_has_the_shape_that_clients_parse() {
    let folder = folder();
    pair(folder.path());
    let found = json(
        folder.path(),
        &[
            "compare",
            "r.json",
            "c.json",
            "--annotator",
            "x",
            "--spacing-mm",
            "0.5,0.5",
            "--output",
            "json",
        ],
    );
    for side in ["reference", "candidate"] {
        assert_eq!(found[side]["format"], "coco");
        assert!(
            found[side]["sha256"]
                .as_str()
                .is_some_and(|hash| hash.len() == 64)
        );
    }
    assert_eq!(
        (&found["reference"]["file"], &found["candidate"]["file"]),
        (&"r.json".into(), &"c.json".into())
    );
    let pairs = found["pairs"].as_array().expect("a list");
    assert_eq!(pairs.len(), 2);
    for pair in pairs {
        for field in [
            "item",
            "study",
            "technique",
            "label",
            "reference_id",
            "candidate_id",
            "metrics",
        ] {
            assert!(!pair[field].is_null(), "{field}: {pair}");
        }
        for (name, cell) in pair["metrics"].as_object().expect("an object") {
            assert!(cell["unit"].is_string(), "{name}: {cell}");
            assert!(
                cell["value"].is_number() != cell["undefined"].is_string(),
                "{name}: {cell}"
            );
        }
    }
    let the_box = &pairs
        .iter()
        .find(|pair| pair["technique"] == "box")
        .expect("a box")["metrics"];
    // 10 x 10 px, 2 px apart: 80 px² in common of 100 each.
    near(&the_box["dice"]["value"], 0.8);
    near(&the_box["iou"]["value"], 80.0 / 120.0);
    let points = pairs
        .iter()
        .find(|pair| pair["technique"] == "keypoints")
        .expect("points");
    // One point 5 px off, the other in place; 0.5 mm to the pixel.
    near(&points["metrics"]["distance_px"]["value"], 2.5);
    near(&points["metrics"]["distance_mm"]["value"], 1.25);
    assert_eq!(points["metrics"]["distance_mm"]["unit"], "mm");
    let oks = points["metrics"]["oks"]["value"]
        .as_f64()
        .expect("a number");
    assert!((0.0..1.0).contains(&oks), "{oks}");
    let list = points["points"].as_array().expect("a list");
    assert_eq!(list.len(), 2);
    assert_eq!(list[0]["name"], "tip");
    near(&list[0]["distance_px"], 5.0);
    near(&list[0]["distance_mm"], 2.5);
    near(&list[1]["distance_px"], 0.0);

    let errors = found["errors"].as_array().expect("a list");
    let mut kinds: Vec<&str> = errors
        .iter()
        .map(|error| error["kind"].as_str().expect("a kind"))
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["extra", "missing", "out_of_tolerance"]);
    for error in errors {
        let mut has = keys(error);
        has.sort_unstable();
        assert_eq!(
            has,
            [
                "candidate_id",
                "detail",
                "item",
                "kind",
                "label",
                "reference_id",
                "study"
            ]
        );
        assert_eq!(error["reference_id"].is_null(), error["kind"] == "extra");
        assert_eq!(error["candidate_id"].is_null(), error["kind"] == "missing");
    }
    for row in found["summary"].as_array().expect("a list") {
        for field in [
            "label",
            "technique",
            "metric",
            "n",
            "n_undefined",
            "mean",
            "median",
            "lower",
            "upper",
        ] {
            assert!(row.get(field).is_some(), "{field}: {row}");
        }
    }
    let rate = &found["error_rate"];
    assert_eq!(
        (&rate["numerator"], &rate["denominator"]),
        (&2.into(), &2.into())
    );
    assert_eq!(
        (&rate["method"], &rate["level"]),
        (&"wilson".into(), &0.95.into())
    );
    // Wilson's bounds of 2 in 2 at 95 %: 2 / (2 + z²) and 1.
    near(
        &rate["lower"],
        2.0 / (2.0 + 1.959_963_984_540_054_f64.powi(2)),
    );
    near(&rate["upper"], 1.0);
    assert_eq!(
        found["unmatched"]["reference_only"],
        serde_json::json!(["only"])
    );
    assert_eq!(
        found["unmatched"]["candidate_only"],
        serde_json::json!(["else"])
    );
}

#[test]
fn a_metric_without_a_value_says_why() {
    let folder = folder();
    let empty = REFERENCE.replace(
        "\"bbox\": [0, 0, 10, 10]",
        "\"segmentation\": {\"size\": [80, 100], \"counts\": [8000]}",
    );
    std::fs::write(folder.path().join("r.json"), &empty).expect("a file");
    let found = json(
        folder.path(),
        &[
            "compare",
            "r.json",
            "r.json",
            "--annotator",
            "x",
            "--output",
            "json",
        ],
    );
    let cells: Vec<&Value> = found["pairs"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|pair| pair["metrics"].as_object().expect("an object").values())
        .filter(|cell| cell["value"].is_null())
        .collect();
    assert!(
        cells.iter().all(|cell| cell["undefined"].is_string()),
        "{cells:?}"
    );
}

#[test]
fn csv_parquet_and_table_hold_the_same_pairs() {
    let folder = folder();
    pair(folder.path());
    let call = |output: &str| {
        run(
            folder.path(),
            &[
                "compare",
                "r.json",
                "c.json",
                "--annotator",
                "x",
                "--output",
                output,
            ],
        )
    };
    let csv = call("csv");
    let text = stdout(&csv);
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    assert_eq!(
        &header[..5],
        ["item", "study", "technique", "label", "candidate_label"]
    );
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 2);
    let column = |name: &str| {
        header
            .iter()
            .position(|column| *column == name)
            .unwrap_or_else(|| panic!("{name} in {header:?}"))
    };
    let boxed = rows.iter().find(|row| row[2] == "box").expect("a box");
    assert_eq!(boxed[column("dice")], "0.8");
    assert_eq!(
        boxed[column("distance_px")],
        "",
        "an empty cell where there is no value"
    );
    assert!(
        stderr(&csv).contains("1 items are only in the reference and 1 only in the candidate"),
        "{}",
        stderr(&csv)
    );

    let parquet = call("parquet").stdout;
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    let path = folder.path().join("pairs.parquet");
    std::fs::write(&path, &parquet).expect("a file");
    use polars::prelude::{ParquetReader, SerReader};
    let frame = ParquetReader::new(std::fs::File::open(&path).expect("a file"))
        .finish()
        .expect("a table");
    assert_eq!(frame.height(), 2);
    assert_eq!(
        frame
            .get_column_names()
            .iter()
            .map(|name| name.as_str())
            .collect::<Vec<_>>(),
        header
    );

    let table = stdout(&call("table"));
    assert!(
        table.contains("2 pairs, 2 errors (extra 1, missing 1)"),
        "{table}"
    );
    assert!(
        table.contains("(1 of 2 studies; 95 % Wilson 9.45 – 90.55 %)"),
        "{table}"
    );
}

#[test]
fn exports_without_a_common_item_are_refused_with_what_each_has() {
    let folder = folder();
    std::fs::write(folder.path().join("r.json"), REFERENCE).expect("a file");
    let other = REFERENCE.replace(".png", "-x.png");
    std::fs::write(folder.path().join("c.json"), other).expect("a file");
    refused(
        folder.path(),
        &["compare", "r.json", "c.json", "--annotator", "x"],
        &["no item could be compared", "`a`", "`a-x`", "--item-key"],
    );
}

/// Set pixels of a grey or palette PNG, by anything but the program's own reader of masks.
fn set_pixels(path: &Path) -> Vec<bool> {
    let mut decoder = png::Decoder::new(std::io::BufReader::new(
        std::fs::File::open(path).expect("a picture"),
    ));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().expect("a picture");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a small picture")];
    let info = reader.next_frame(&mut bytes).expect("a picture");
    let n_channels = info.color_type.samples();
    bytes[..info.buffer_size()]
        .chunks(n_channels)
        .map(|pixel| pixel[0] > 127)
        .collect()
}

#[test]
fn experts_against_gold_have_the_dice_that_counting_pixels_gives() {
    let Some(root) = sample("bu-bil-6/BU-BIL_Dataset6") else {
        return;
    };
    let folder = folder();
    let mut n_pairs = 0;
    for expert in ["Person1_ImageJ", "Person3_Amira"] {
        let gold = root.join("GoldStandard");
        let masks = root.join("ExpertAnnotations").join(expert);
        let paths: [PathBuf; 2] = [gold.clone(), masks.clone()];
        let [gold_text, masks_text] = paths.map(|path| path.to_string_lossy().into_owned());
        let found = json(
            folder.path(),
            &[
                "compare",
                &gold_text,
                &masks_text,
                "--annotator",
                "x",
                "--label",
                "aorta",
                "--output",
                "json",
                "--pattern",
                r"(?i)seg_tpre(?<item>\d+)",
            ],
        );
        let files = |folder: &Path| -> Vec<PathBuf> {
            let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
                .expect("a folder")
                .map(|entry| entry.expect("an entry").path())
                .filter(|path| {
                    path.extension()
                        .is_some_and(|ending| ending.eq_ignore_ascii_case("png"))
                })
                .collect();
            files.sort();
            files
        };
        let number = |path: &Path| -> String {
            path.to_string_lossy()
                .chars()
                .rev()
                .skip(4)
                .take_while(char::is_ascii_digit)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect()
        };
        for pair in found["pairs"].as_array().expect("a list") {
            let item = pair["item"].as_str().expect("an item");
            let of = |folder: &Path| {
                let path = files(folder).into_iter().find(|path| number(path) == item);
                set_pixels(&path.unwrap_or_else(|| panic!("no mask {item}")))
            };
            let (a, b) = (of(&gold), of(&masks));
            let both = a.iter().zip(&b).filter(|(a, b)| **a && **b).count() as f64;
            let size = |mask: &[bool]| mask.iter().filter(|set| **set).count() as f64;
            near(
                &pair["metrics"]["dice"]["value"],
                2.0 * both / (size(&a) + size(&b)),
            );
            near(
                &pair["metrics"]["iou"]["value"],
                both / (size(&a) + size(&b) - both),
            );
            near(
                &pair["metrics"]["volume_difference"]["value"],
                size(&b) - size(&a),
            );
            n_pairs += 1;
        }
    }
    assert_eq!(n_pairs, 70, "35 masks of each expert");
}
