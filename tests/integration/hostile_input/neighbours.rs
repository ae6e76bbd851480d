//! One bad record, or one bad file, among good ones: the bad one is named and counted, the good ones are kept.

use super::{Outcome, annotations, read_hostile, read_hostile_with};
use crate::corpus::fixtures;
use concord::domain::IngestOptions;
use std::io::Write;

/// Reads a file of two good records around a bad one; both are kept, and the report says what was bad and where.
fn keeps_both(name: &str, text: &str, fault: &str) {
    let Outcome::Read(read) = read_hostile(name, text.as_bytes(), fault) else {
        panic!("{name}: the good records went with the bad one: {fault}");
    };
    let (report, sink) = *read;
    let sound = annotations(&sink)
        .filter(|one| one.invalid.is_none())
        .count();
    assert_eq!(sound, 2, "{name}: {text}: {fault}: {report:?}");
    let mut said: Vec<String> = report
        .skipped
        .iter()
        .flat_map(|group| group.examples.clone())
        .collect();
    said.extend(annotations(&sink).filter_map(|one| one.invalid.clone()));
    assert!(
        said.iter().any(|line| line.contains(fault)),
        "{name}: `{fault}` is not among {said:#?}"
    );
}

fn coco(bad: &str) -> String {
    format!(
        r#"{{"images": [{{"id": 1, "file_name": "a.png", "width": 64, "height": 48}}],
  "categories": [{{"id": 1, "name": "nodule"}}, {{"id": 2, "name": "hand", "keypoints": ["tip", "base"]}}],
  "annotations": [{{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}}, {bad},
    {{"id": 3, "image_id": 1, "category_id": 1, "bbox": [5, 6, 7, 8]}}]}}"#
    )
}

#[test]
fn a_bad_coco_annotation_leaves_its_neighbours() {
    let of = |rest: &str| format!(r#"{{"id": 2, "image_id": 1, "category_id": 1, {rest}}}"#);
    let cases = [
        (
            of(r#""bbox": [10, 10, -4, 5]"#),
            "both sides must be positive",
        ),
        (
            of(r#""bbox": [10, 10, 0, 0]"#),
            "both sides must be positive",
        ),
        (of(r#""bbox": [10, NaN, 4, 5]"#), "`NaN`"),
        (of(r#""bbox": [10, 1e999, 4, 5]"#), "annotations[1]"),
        (of(r#""bbox": [10, 10, 4]"#), "annotations[1]"),
        (of(r#""bbox": "10 10 4 5""#), "annotations[1]"),
        (of(r#""bbox": [60, 40, 100, 100]"#), "outside the image"),
        (of(r#""segmentation": [[1, 1, 5, 5]]"#), "2 points"),
        (of(r#""segmentation": [[1, 1, 5, 5, 9]]"#), "annotations[1]"),
        (
            of(r#""segmentation": [[1, 1, 5, null, 9, 9]]"#),
            "annotations[1]",
        ),
        (
            of(r#""segmentation": {"size": [48, 64], "counts": [3000]}"#),
            "add up to `3000`",
        ),
        (
            of(r#""segmentation": {"size": [48, 64], "counts": [3000, 73]}"#),
            "add up to `3073`",
        ),
        (
            of(r#""segmentation": {"size": [48, 64], "counts": [-1, 3073]}"#),
            "annotations[1]",
        ),
        (
            of(r#""segmentation": {"size": [48, 64], "counts": [18446744073709551615, 3073]}"#),
            "annotations[1]",
        ),
        (
            of(r#""segmentation": {"size": [48, 64], "counts": "zzzz"}"#),
            "annotations[1]",
        ),
        (
            of(r#""segmentation": {"size": [48, 64], "counts": "ooooooooooooooooooooo"}"#),
            "annotations[1]",
        ),
        (
            of(r#""segmentation": {"size": [64], "counts": [3072]}"#),
            "annotations[1]",
        ),
        (
            of(r#""segmentation": {"size": [4000000000, 4000000000], "counts": []}"#),
            "more than an image may have",
        ),
        (
            r#"{"id": 2, "image_id": 9, "category_id": 1, "bbox": [1, 2, 3, 4]}"#.to_owned(),
            "names image `9`",
        ),
        (
            r#"{"id": 2, "image_id": 1, "category_id": 9, "bbox": [1, 2, 3, 4]}"#.to_owned(),
            "names category `9`",
        ),
        (
            r#"{"id": 2, "category_id": 1, "bbox": [1, 2, 3, 4]}"#.to_owned(),
            "annotations[1]",
        ),
        (
            r#"{"id": 2, "image_id": 1, "category_id": 2, "keypoints": [1, 2]}"#.to_owned(),
            "annotations[1]",
        ),
        (
            r#"{"id": 2, "image_id": 1, "category_id": 2, "keypoints": [1, 2, 9, 3, 4, 2]}"#
                .to_owned(),
            "annotations[1]",
        ),
        (r#""text""#.to_owned(), "annotations[1]"),
        ("null".to_owned(), "annotations[1]"),
        ("{}".to_owned(), "annotations[1]"),
    ];
    for (bad, fault) in &cases {
        keeps_both("bad.json", &coco(bad), fault);
    }
    assert_eq!(cases.len(), 26);
}

#[test]
fn a_bad_cvat_shape_leaves_its_neighbours() {
    let cases = [
        (
            r#"<box label="n" xtl="9" ytl="2" xbr="3" ybr="4"/>"#,
            "both sides must be positive",
        ),
        (
            r#"<box label="n" xtl="NaN" ytl="2" xbr="3" ybr="4"/>"#,
            "`xtl`",
        ),
        (r#"<box label="n" xtl="1" ytl="2" xbr="3"/>"#, "`ybr`"),
        (r#"<box xtl="1" ytl="2" xbr="3" ybr="4"/>"#, "label"),
        (
            r#"<box label="n" xtl="1" ytl="2" xbr="3" ybr="4" rotation="inf"/>"#,
            "`rotation`",
        ),
        (r#"<polygon label="n" points="1,2;3,4"/>"#, "2 points"),
        (r#"<polygon label="n" points="1,2;3;4,5"/>"#, "image[0]"),
        (r#"<polygon label="n" points="1,2;3,x;4,5"/>"#, "image[0]"),
        (r#"<polygon label="n" points=""/>"#, "image[0]"),
        (r#"<polyline label="n" points="1,2"/>"#, "image[0]"),
        (
            r#"<mask label="n" rle="1, 2" left="0" top="0" width="3" height="2"/>"#,
            "add up to `3`",
        ),
        (
            r#"<mask label="n" rle="1, 9" left="0" top="0" width="3" height="2"/>"#,
            "add up to `10`",
        ),
        (
            r#"<mask label="n" rle="-1, 7" left="0" top="0" width="3" height="2"/>"#,
            "image[0]",
        ),
        (
            r#"<mask label="n" rle="0, 6" left="63" top="0" width="3" height="2"/>"#,
            "image[0]",
        ),
        (
            r#"<mask label="n" rle="0, 6" left="0" top="0" width="4294967295" height="4294967295"/>"#,
            "image[0]",
        ),
        (
            r#"<ellipse label="n" cx="3" cy="4" rx="-1" ry="2"/>"#,
            "both sides must be positive",
        ),
        (r#"<skeleton label="n"></skeleton>"#, "no point is set"),
    ];
    for (bad, fault) in &cases {
        let text = format!(
            r#"<annotations><version>1.1</version><image id="0" name="a.png" width="64" height="48">
<box label="n" xtl="1" ytl="2" xbr="3" ybr="4"/>{bad}<box label="n" xtl="5" ytl="6" xbr="7" ybr="8"/></image></annotations>"#
        );
        keeps_both("bad.xml", &text, fault);
    }
    assert_eq!(cases.len(), 17);
}

#[test]
fn a_bad_label_studio_result_leaves_its_neighbours() {
    let size = r#""original_width": 64, "original_height": 48"#;
    let shape = |kind: &str, value: &str| {
        format!(
            r#"{{"id": "x", "type": "{kind}", "from_name": "f", "to_name": "i", {size}, "value": {value}}}"#
        )
    };
    let cases = [
        (
            shape(
                "rectanglelabels",
                r#"{"x": 1, "y": 2, "width": -3, "height": 4, "rectanglelabels": ["n"]}"#,
            ),
            "both sides must be positive",
        ),
        (
            shape(
                "rectanglelabels",
                r#"{"x": null, "y": 2, "width": 3, "height": 4, "rectanglelabels": ["n"]}"#,
            ),
            "result[1]",
        ),
        (
            shape(
                "rectanglelabels",
                r#"{"x": 1e999, "y": 2, "width": 3, "height": 4, "rectanglelabels": ["n"]}"#,
            ),
            "result[1]",
        ),
        (
            shape(
                "rectanglelabels",
                r#"{"x": 1, "y": 2, "width": 3, "height": 4, "rectanglelabels": []}"#,
            ),
            "result[1]",
        ),
        (shape("rectanglelabels", "7"), "result[1]"),
        (
            shape(
                "polygonlabels",
                r#"{"points": [[1, 2], [3, 4]], "polygonlabels": ["n"]}"#,
            ),
            "2 points",
        ),
        (
            shape(
                "polygonlabels",
                r#"{"points": [[1, 2], [3], [5, 6]], "polygonlabels": ["n"]}"#,
            ),
            "result[1]",
        ),
        (
            shape(
                "ellipselabels",
                r#"{"x": 5, "y": 5, "radiusX": 0, "radiusY": 1, "ellipselabels": ["n"]}"#,
            ),
            "must be positive",
        ),
        (
            shape(
                "brushlabels",
                r#"{"format": "rle", "rle": [0, 0, 48, 0, 57], "brushlabels": ["n"]}"#,
            ),
            "rle",
        ),
        (
            shape(
                "brushlabels",
                r#"{"format": "rle", "rle": [], "brushlabels": ["n"]}"#,
            ),
            "rle",
        ),
        (
            shape(
                "brushlabels",
                r#"{"format": "rle", "rle": [300, -1], "brushlabels": ["n"]}"#,
            ),
            "result[1]",
        ),
        (
            shape(
                "brushlabels",
                r#"{"format": "rle", "rle": [255, 255, 255, 255, 57, 27, 255], "brushlabels": ["n"]}"#,
            ),
            "rle",
        ),
        ("3".to_owned(), "result[1]"),
        ("{}".to_owned(), "result[1]"),
    ];
    for (bad, fault) in &cases {
        let good = |id: &str| {
            format!(
                r#"{{"id": "{id}", "type": "rectanglelabels", "from_name": "f", "to_name": "i", {size}, "value": {{"x": 1, "y": 2, "width": 3, "height": 4, "rectanglelabels": ["n"]}}}}"#
            )
        };
        let text = format!(
            r#"[{{"id": 1, "data": {{"image": "a.png"}}, "annotations": [{{"id": 1, "completed_by": 1, "result": [{}, {bad}, {}]}}]}}]"#,
            good("a"),
            good("b")
        );
        keeps_both("bad.json", &text, fault);
    }
    assert_eq!(cases.len(), 14);
}

#[test]
fn a_bad_row_of_a_ratings_table_leaves_its_neighbours() {
    let cases = [
        (",anna,benign", "row 3"),
        ("case-2,,benign", "row 3"),
        ("case-2,anna,#REF!", "#REF!"),
        ("case-2,anna,benign,too,many", "row 3"),
        ("case-1,anna,malignant", "row 3"),
    ];
    for (bad, fault) in &cases {
        let text = format!("item,rater,label\ncase-1,anna,benign\n{bad}\ncase-3,anna,malignant\n");
        keeps_both("bad.csv", &text, fault);
    }
    assert_eq!(cases.len(), 5);
}

#[test]
fn a_bad_reading_of_a_lidc_file_leaves_its_neighbours() {
    let good = fixtures("lidc", "good");
    let path = good
        .iter()
        .find(|path| path.ends_with("two_readers.xml"))
        .expect("the scan");
    let text = std::fs::read_to_string(path).expect("a fixture");
    let cases = [
        ("<xCoord>100</xCoord>", "<xCoord>NaN</xCoord>", "xCoord"),
        ("<xCoord>100</xCoord>", "<xCoord>-5</xCoord>", "xCoord"),
        (
            "<xCoord>100</xCoord>",
            "<xCoord>99999999999</xCoord>",
            "xCoord",
        ),
        ("<xCoord>100</xCoord>", "", "xCoord"),
        (
            "<imageZposition>4.5<",
            "<imageZposition>inf<",
            "imageZposition",
        ),
        (
            "<imageZposition>4.5<",
            "<imageZposition>high<",
            "imageZposition",
        ),
    ];
    let count = |text: &str| match read_hostile("r.xml", text.as_bytes(), "lidc") {
        Outcome::Read(read) => *read,
        Outcome::Refused(said) => panic!("the good readings went with the bad one: {said}"),
    };
    let (whole, _) = count(&text);
    for (good, bad, fault) in &cases {
        assert!(text.contains(good));
        let (report, _) = count(&text.replace(good, bad));
        assert_eq!(
            report.counts.annotations + 1,
            whole.counts.annotations,
            "{fault} {bad}: {report:?}"
        );
        assert!(
            report
                .skipped
                .iter()
                .flat_map(|group| &group.examples)
                .any(|line| line.contains(fault)),
            "{fault} is not among {:?}",
            report.skipped
        );
    }
    assert_eq!(cases.len(), 6);
}

/// An archive of stored files.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options: zip::write::FileOptions<()> = zip::write::FileOptions::default();
    for (name, bytes) in files {
        writer.start_file(*name, options).expect("an entry");
        writer.write_all(bytes).expect("bytes");
    }
    writer.finish().expect("an archive").into_inner()
}

#[test]
fn a_bad_file_of_an_archive_is_named_and_never_passed_over() {
    let mut n_cases = 0;
    for (key, good, bads) in [
        (
            "png_mask",
            "one.png",
            ["cut_short.png", "checksum.png", "picture.png"],
        ),
        (
            "dicom_seg",
            "binary.dcm",
            [
                "frames_missing.dcm",
                "too_few_pixels.dcm",
                "endless_element.dcm",
            ],
        ),
        (
            "coco",
            "instances.json",
            ["cut_short.json", "stray_comma.json", "runs_short.json"],
        ),
        (
            "cvat",
            "job.xml",
            ["cut_short.xml", "deep.xml", "entities.xml"],
        ),
        (
            "lidc",
            "two_readers.xml",
            ["cut_short.xml", "deep.xml", "entity.xml"],
        ),
        (
            "label_studio",
            "project.json",
            ["cut_short.json", "brush_cut.json", "no_label.json"],
        ),
    ] {
        let read = |kind: &str, name: &str| {
            let path = fixtures(key, kind)
                .into_iter()
                .find(|path| path.ends_with(name));
            std::fs::read(path.expect("a fixture of that name")).expect("a fixture")
        };
        let ending = good.rsplit('.').next().expect("an ending");
        let name_of = |stem: &str| format!("{stem}.{ending}");
        for bad in bads {
            let bytes = archive(&[
                (&name_of("a"), &read("good", good)),
                (&name_of("b"), &read("bad", bad)),
            ]);
            let options = IngestOptions {
                format: Some(key.to_owned()),
                ..IngestOptions::default()
            };
            match read_hostile_with("upload.zip", &bytes, bad, &options) {
                Outcome::Refused(said) => assert!(said.contains(&name_of("b")), "{bad}: {said}"),
                Outcome::Read(read) => {
                    assert!(
                        read.0.n_skipped() + read.0.n_invalid > 0,
                        "{bad}: {:?}",
                        read.0
                    );
                    assert!(read.0.counts.annotations > 0, "{bad}: {:?}", read.0);
                }
            }
            n_cases += 1;
        }
    }
    assert_eq!(n_cases, 18);
}
