//! Mappings of ratings tables: guessed, shown, saved and used again.

use crate::corpus::{fixtures, read_bytes, read_memory};
use concord::domain::{IngestOptions, ReferenceKind, Shape, TableLayout};
use concord::importers::{
    ImportError, Limits, Mapping, MemorySink, TablePreview, Upload, preview_table,
};

fn options(toml: &str) -> IngestOptions {
    let mut options = IngestOptions::default();
    Mapping::parse(toml)
        .unwrap_or_else(|error| panic!("{toml}: {error}"))
        .apply(&mut options);
    options
}

fn preview_of(name: &str, bytes: &[u8], toml: &str) -> Result<TablePreview, ImportError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("the temporary folder can be written");
    let upload = Upload::open(&path, Limits::DEFAULT)?;
    preview_table(&upload, &options(toml))
}

fn values(sink: &MemorySink) -> Vec<(&str, &str, String)> {
    let all = sink.readings.iter();
    all.flat_map(|(key, record)| record.annotations.iter().map(move |one| (key, one)))
        .map(|(key, one)| match &one.shape {
            Shape::Classification { value, .. } => (&*key.item, &*key.rater, value.clone()),
            Shape::Ordinal { rank, .. } => (&*key.item, &*key.rater, rank.to_string()),
            _ => panic!("a rating"),
        })
        .collect()
}

const DUTCH: &[u8] = b"Case;Reader;Modality ID;Score;Remark\nx;r1;CT;1;\nx;r1;MR;2;late\nx;r2;CT;0;\nTotal;;;3;\ny;r2;MR;1;\n";

#[test]
fn headings_are_guessed_shown_and_saved() {
    let shown = preview_of("t.csv", DUTCH, "").expect("readable");
    assert!(shown.is_guessed);
    assert_eq!(shown.layout, TableLayout::Long);
    let columns: Vec<(&str, &str)> = shown
        .columns
        .iter()
        .map(|one| (one.name.as_str(), one.role.as_str()))
        .collect();
    assert_eq!(
        columns,
        [
            ("Case", "item"),
            ("Reader", "rater"),
            ("Modality ID", "condition"),
            ("Score", "label"),
            ("Remark", "attribute")
        ]
    );
    assert_eq!(shown.rows.len(), 4);
    let second = &shown.rows[1];
    assert_eq!(
        [
            &second.place,
            &second.item,
            &second.rater,
            &second.session,
            &second.value
        ],
        ["row 3", "x", "r1", "MR", "2"]
    );
    assert_eq!((shown.n_ratings, shown.left_out[0].n), (4, 1));
    assert_eq!(
        shown.left_out[0].examples,
        ["t.csv row 5: sums up the table"]
    );
    assert_eq!(
        shown.mapping_toml,
        "scale = \"nominal\"\nlayout = \"long\"\ndelimiter = \";\"\n\n[columns]\ncondition = \"Modality ID\"\nitem = \"Case\"\n\
         label = \"Score\"\nrater = \"Reader\"\n"
    );
    let error = read_bytes("t.csv", DUTCH, &IngestOptions::default()).expect_err("no mapping");
    assert!(error.to_string().contains("do not say which column"));
    let (_, sink) = read_bytes("t.csv", DUTCH, &options(&shown.mapping_toml)).expect("mapped");
    assert_eq!(values(&sink).len(), 4);
}

#[test]
fn what_the_preview_saves_reads_every_fixture_as_without_it() {
    for path in fixtures("ratings_table", "good") {
        let upload = Upload::open(&path, Limits::DEFAULT).expect("readable");
        let shown = preview_table(&upload, &IngestOptions::default())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!shown.is_guessed, "{}", path.display());
        let (report, plain) = read_memory(&path, &IngestOptions::default()).expect("readable");
        let (_, mapped) = read_memory(&path, &options(&shown.mapping_toml))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(plain.readings, mapped.readings, "{}", path.display());
        assert_eq!(shown.n_ratings, report.counts.annotations);
        assert_eq!(
            shown.left_out.iter().map(|group| group.n).sum::<u64>(),
            report.n_skipped()
        );
        assert!(!shown.rows.is_empty() && !shown.columns.is_empty());
        assert_eq!(
            Mapping::parse(&shown.mapping_toml).expect("sound"),
            shown.mapping
        );
    }
}

#[test]
fn values_missing_cells_roles_and_studies_come_from_the_mapping() {
    let table = b"item,rater,label\nx,anna,1\nx,MV,1.0\ny,anna,0\ny,boris,0.0\ny,MV,2\n";
    let mapping = "missing = [\"0\"]\n[values]\n1 = \"benign\"\n[roles]\nMV = \"consensus\"\n[studies]\nx = \"s-1\"\n";
    let (report, sink) = read_bytes("t.csv", table, &options(mapping)).expect("readable");
    assert_eq!(
        values(&sink),
        [
            ("x", "MV", "benign".to_owned()),
            ("x", "anna", "benign".to_owned()),
            ("y", "MV", "2".to_owned())
        ]
    );
    let consensus = sink.readings.values().next().expect("a reading");
    assert_eq!(consensus.reading.reference, Some(ReferenceKind::Consensus));
    assert_eq!(sink.items["x"].study, "s-1");
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.ends_with("(empty, NA, N/A, null, .): 2"))
    );
    let (_, all) = read_bytes("t.csv", table, &IngestOptions::default()).expect("readable");
    assert_eq!(values(&all).len(), 5, "0 is a rating unless told otherwise");
}

#[test]
fn a_separator_and_columns_of_raters_can_be_named() {
    let table = b"case;note, private;r1;r2\nx;a, b;1;2\ny;c, d;2;2\n";
    let (report, sink) = read_bytes(
        "t.csv",
        table,
        &options("delimiter = \";\"\nraters = [\"r1\", \"r2\"]\nlayout = \"wide\""),
    )
    .expect("readable");
    assert_eq!(values(&sink).len(), 4);
    assert_eq!(
        report.skipped[0].examples,
        ["t.csv column `note, private`: not one of the columns that the mapping names"]
    );
    for (mapping, message) in [
        (
            "delimiter = \"x\"",
            "option `delimiter`: `t.csv`: it is one of `,`, `;`, `|` and `tab`",
        ),
        (
            "raters = [\"r3\"]",
            "option `columns`: `t.csv`: there is no column `r3`; the table has the columns `case`, `note, private`, `r1`, `r2`",
        ),
        (
            "rater_pattern = \"(?P<reader>.)\"",
            "option `columns`: `t.csv`: rater_pattern: group `reader` is not one of rater, condition",
        ),
        (
            "layout = \"patterns\"",
            "option `columns`: `t.csv`: the layout patterns needs a column frequency beside the raters; name it, as in --column frequency=N",
        ),
        (
            "[roles]\nr1 = \"boss\"",
            "option `roles`: `boss` is not one of clinician, annotator, physician, model, adjudicated, gold, verification, consensus",
        ),
    ] {
        let text: &[u8] = if mapping.starts_with("[roles]") || mapping.starts_with("layout") {
            b"case;r1;r2\nx;1;2\ny;2;2\n"
        } else {
            table
        };
        let error = read_bytes("t.csv", text, &options(mapping)).expect_err(mapping);
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn flags_go_before_the_mapping_and_wrong_mappings_are_refused() {
    let mut given = IngestOptions {
        scale: Some("ordinal".to_owned()),
        ..IngestOptions::default()
    };
    given.columns.insert("rater".to_owned(), "Lezer".to_owned());
    let saved = "scale = \"nominal\"\n[columns]\nrater = \"Reader\"\nitem = \"Case\"\n";
    Mapping::parse(saved).expect("sound").apply(&mut given);
    assert_eq!(given.scale.as_deref(), Some("ordinal"));
    assert_eq!(
        (&*given.columns["rater"], &*given.columns["item"]),
        ("Lezer", "Case")
    );
    for (text, message) in [
        ("colums = 1", "unknown field `colums`"),
        ("layout = \"tall\"", "unknown variant `tall`"),
        (
            "scale = \"ratio\"",
            "scale is `ratio`, not one of nominal, ordinal",
        ),
        ("= 1", "option `mapping`: "),
    ] {
        let error = Mapping::parse(text).expect_err(text).to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn options_stored_before_mappings_existed_stay_what_they_were() {
    let stored = serde_json::to_value(IngestOptions::default()).expect("plain data");
    assert!(stored.get("table").is_none());
    let read: IngestOptions = serde_json::from_value(stored).expect("old options");
    assert_eq!(read, IngestOptions::default());
    let told = options("sheet = \"Ratings\"");
    let stored = serde_json::to_string(&told).expect("plain data");
    assert_eq!(
        serde_json::from_str::<IngestOptions>(&stored).expect("new options"),
        told
    );
}

#[test]
fn a_preview_of_something_else_says_what_it_is() {
    let error = preview_of("t.json", b"{\"a\": [1]}", "").expect_err("no table");
    assert_eq!(
        error.to_string(),
        "`ratings_table` was asked for, but the file is JSON of nested objects, not of ratings"
    );
    let error =
        preview_of("t.csv", b"file,size,kind\na,10,cat\nb,20,dog\n", "").expect_err("no raters");
    assert!(
        error.to_string().contains("do not seem to be raters"),
        "{error}"
    );
}
