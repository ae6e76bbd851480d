use crate::domain::{IngestOptions, Shape, TextSpan};
use crate::importers::ImportReport;
use crate::importers::MemorySink;
use crate::importers::testing::{annotations, read_files, skips};

fn import(files: &[(&str, &str)]) -> (ImportReport, MemorySink) {
    read_files(files, &IngestOptions::default()).expect("a readable upload")
}

fn spans(sink: &MemorySink) -> Vec<(u64, u64, bool)> {
    annotations(sink)
        .iter()
        .map(|one| match one.shape {
            Shape::TextSpan(TextSpan { start, end }) => (start, end, one.invalid.is_none()),
            _ => panic!("no span"),
        })
        .collect()
}

#[test]
fn line_breaks_count_once_whichever_way_the_file_counts_them() {
    let text = ("d.txt", "one\r\ntwo\r\nthree");
    // As brat counts, and as a reader of bytes would.
    for record in ["T1\tX 8 13\tthree\n", "T1\tX 10 15\tthree\n"] {
        let (_, sink) = import(&[("d.ann", record), text]);
        assert_eq!(spans(&sink), [(8, 13, true)], "{record}");
    }
}

#[test]
fn offsets_of_another_unit_are_kept_and_flagged() {
    let text = ("d.txt", "😀 drug");
    let (_, sink) = import(&[
        ("d.ann", "T1\tX 2 6\tdrug\nT2\tX 3 7\tdrug\nT3\tX 2 9\tdrug"),
        text,
    ]);
    assert_eq!(spans(&sink), [(2, 6, true), (3, 7, false), (2, 9, false)]);
    let invalid = annotations(&sink)[2].invalid.clone().unwrap_or_default();
    assert!(
        invalid.contains("behind the end of the text (`6`)"),
        "{invalid}"
    );
}

#[test]
fn without_the_text_offsets_are_kept_and_the_report_says_so() {
    let (report, sink) = import(&[("d.ann", "T1\tX 2 6\tdrug\n")]);
    assert_eq!(spans(&sink), [(2, 6, true)]);
    assert!(report.notes[0].contains("1 annotation files have no text beside them"));
}

#[test]
fn attributes_of_an_event_lie_on_its_trigger_unless_it_has_several() {
    let records = "T1\tGive 0 4\tgive\nT2\tTake 5 9\ttake\nE1\tGive:T1\nE2\tTake:T2\nE3\tTake:T2\n\
        A1\tNegation E1\nA2\tNegation E2\nA3\tNegation E9\nA4\tNegation E1\nA5\tSure R1 yes\nE4\tTake:T7\n";
    let (_, sink) = import(&[("d.ann", records), ("d.txt", "give take")]);
    let found = annotations(&sink);
    assert_eq!(found[0].attributes["Negation"], "true");
    assert!(found[1].attributes.is_empty());
    let places: Vec<String> = skips(&sink)
        .iter()
        .map(|line| line.split(':').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        places,
        [
            "unsupported line 7",
            "dangling line 8",
            "invalid_record line 9",
            "unsupported line 10",
            "dangling line 11"
        ]
    );
}

#[test]
fn two_files_of_one_item_and_rater_never_become_one_reading() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for rater in ["ann", "bob"] {
        std::fs::create_dir(folder.path().join(rater)).expect("a folder");
        std::fs::write(folder.path().join(rater).join("d.ann"), "T1\tX 0 4\tdrug\n")
            .expect("a file");
    }
    let read = |pattern: Option<&str>| {
        let options = IngestOptions {
            pattern: pattern.map(str::to_owned),
            ..IngestOptions::default()
        };
        let upload =
            crate::importers::Upload::open(folder.path(), crate::importers::Limits::DEFAULT)
                .expect("an upload");
        let mut sink = MemorySink::default();
        let report = crate::importers::import(&upload, &options, &mut sink).expect("readable");
        (report, sink)
    };
    let (report, sink) = read(None);
    assert_eq!((sink.readings.len(), report.counts.annotations), (1, 1));
    assert!(skips(&sink)[0].contains("name raters by folder"));
    let (report, sink) = read(Some("(?P<rater>[^/]+)/[^/]+$"));
    assert_eq!(report.raters, ["ann", "bob"]);
    assert_eq!((sink.readings.len(), sink.skips.len()), (2, 0));
}

#[test]
fn other_tables_of_tabs_are_not_taken() {
    let table = ("t.tsv", "item\trater\tlabel\nT1\tann\tyes\nT2\tann\tno\n");
    let (report, _) = import(&[table]);
    assert_eq!(report.format, "ratings_table");
}

#[test]
fn more_unticked_attributes_than_anyone_could_mean_are_left_unknown() {
    let asked: String = (0..2_000).map(|at| format!("Q{at} Arg:<ANY>\n")).collect();
    let conf = format!("[entities]\nX\n[attributes]\n{asked}");
    let spans: String = (0..600).map(|at| format!("T{at}\tX 0 1\ta\n")).collect();
    let (_, sink) = import(&[
        ("d.ann", spans.as_str()),
        ("annotation.conf", conf.as_str()),
    ]);
    assert!(
        annotations(&sink)
            .iter()
            .all(|one| one.attributes.is_empty())
    );
    assert!(skips(&sink)[0].contains("attributes that were not ticked stay unknown"));
}
