//! Workbooks and tables that are cut, changed or made to unfold without end.

use crate::corpus::{fixtures, read_bytes, truncations};
use concord::domain::IngestOptions;
use std::io::Write;
use std::path::PathBuf;

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("ratings_table", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn ordinal() -> IngestOptions {
    IngestOptions {
        scale: Some("ordinal".to_owned()),
        ..IngestOptions::default()
    }
}

#[test]
fn a_workbook_that_unfolds_without_end_is_refused_before_it_is_read() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options: zip::write::FileOptions<()> =
        zip::write::FileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for part in ["xl/workbook.xml", "xl/sharedStrings.xml"] {
        writer.start_file(part, options).expect("an entry");
        let spaces = vec![b' '; 1 << 20];
        for _ in 0..65 {
            writer.write_all(&spaces).expect("bytes");
        }
    }
    let packed = writer.finish().expect("an archive").into_inner();
    let forced = IngestOptions {
        format: Some("ratings_table".to_owned()),
        ..IngestOptions::default()
    };
    let error = read_bytes("bomb.xlsx", &packed, &forced).expect_err("a bomb");
    assert_eq!(
        error.to_string(),
        "`bomb.xlsx`: a part of the workbook unpacks to far more than it should; the limit is 8388608 bytes"
    );
}

#[test]
fn cut_workbooks_and_lines_never_panic_and_never_yield_more() {
    for name in [
        "workbook.xlsx",
        "wide.xlsx",
        "lines.ndjson",
        "utf_16.csv",
        "counts.csv",
        "patterns.csv",
    ] {
        let n_cases = truncations(&fixture(name), &ordinal(), 120);
        assert!(n_cases >= 60, "{name}: {n_cases}");
    }
}

#[test]
fn a_changed_byte_of_a_sheet_never_panics() {
    let whole = std::fs::read(fixture("workbook.xlsx")).expect("a fixture");
    let mut source = zip::ZipArchive::new(std::io::Cursor::new(&whole)).expect("an archive");
    let names: Vec<String> = (0..source.len())
        .map(|at| {
            source
                .by_index(at)
                .expect("a part")
                .name()
                .expect("a name")
                .into_owned()
        })
        .filter(|name| name.starts_with("xl/"))
        .collect();
    let parts: Vec<(String, Vec<u8>)> = names
        .into_iter()
        .map(|name| {
            let mut content = Vec::new();
            let mut part = source.by_name(&name).expect("a part");
            std::io::Read::read_to_end(&mut part, &mut content).expect("bytes");
            (name, content)
        })
        .collect();
    let mut n_read = 0;
    for seed in 0..400_usize {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options: zip::write::FileOptions<()> = zip::write::FileOptions::default();
        for (at, (name, content)) in parts.iter().enumerate() {
            let mut content = content.clone();
            if at == seed % parts.len() {
                let place = seed.wrapping_mul(7_919) % content.len();
                content[place] = [b'<', b'9', b'"', 0xFF, b'Z'][seed / parts.len() % 5];
            }
            writer.start_file(name.as_str(), options).expect("an entry");
            writer.write_all(&content).expect("bytes");
        }
        let packed = writer.finish().expect("an archive").into_inner();
        if let Err(error) = read_bytes("changed.xlsx", &packed, &IngestOptions::default()) {
            assert!(error.to_string().len() > 10);
        }
        n_read += 1;
    }
    assert_eq!(n_read, 400);
}

#[test]
fn a_changed_byte_of_text_never_panics() {
    for name in [
        "lines.ndjson",
        "utf_16.csv",
        "counts.csv",
        "patterns.csv",
        "bars.csv",
        "long.csv",
    ] {
        let whole = std::fs::read(fixture(name)).expect("a fixture");
        for seed in 0..150_usize {
            let mut bytes = whole.clone();
            let place = seed.wrapping_mul(7_919) % bytes.len();
            bytes[place] = [b'"', b'9', b'\r', 0xFF, b',', b'{', 0][seed % 7];
            if let Err(error) = read_bytes(name, &bytes, &IngestOptions::default()) {
                assert!(error.to_string().len() > 10, "{name}: {error}");
            }
        }
    }
}

#[test]
fn a_cell_that_lies_far_outside_is_refused_before_rows_are_made_for_it() {
    let whole = std::fs::read(fixture("merged.xlsx")).expect("a fixture");
    for place in ["ZZZZZZZZZZZZZZZ2", "XFD2", "A99999999999"] {
        let mut source = zip::ZipArchive::new(std::io::Cursor::new(&whole)).expect("an archive");
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options: zip::write::FileOptions<()> = zip::write::FileOptions::default();
        for at in 0..source.len() {
            let mut part = source.by_index(at).expect("a part");
            let name = part.name().expect("a name").into_owned();
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut part, &mut content).expect("bytes");
            if name == "xl/worksheets/sheet1.xml" {
                let text = String::from_utf8(content).expect("text");
                content = text
                    .replace("r=\"A2\"", &format!("r=\"{place}\""))
                    .into_bytes();
            }
            writer.start_file(name, options).expect("an entry");
            writer.write_all(&content).expect("bytes");
        }
        let packed = writer.finish().expect("an archive").into_inner();
        let error = read_bytes("far.xlsx", &packed, &IngestOptions::default()).expect_err(place);
        assert!(
            error
                .to_string()
                .contains("a cell lies outside what a table of ratings needs")
                || error.to_string().contains("the workbook is broken"),
            "{place}: {error}"
        );
    }
}
