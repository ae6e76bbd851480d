//! Backups of CVAT through the public interface: fixtures worked out by hand, cut files, tables that name raters.

use crate::corpus::read_memory;
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::IngestOptions;
use concord::importers::{ImportReport, MemorySink, ReadingRecord};
use std::path::Path;

/// Every second image from the second on: frames 0 to 4 are a1 to a9, of which a7 was taken out. The last job holds the references.
const TASK: &[&str] = &[
    "a1/ [0].tags[0] good: class =good source=manual",
    "a1/ [0].shapes[0] nodule: box 4,5 14.5,13 grade=3 occluded=0 source=manual",
    "a1/ [0].shapes[1] nodule: turned box 25,15 10x10 45° group=6 occluded=1 source=semi-auto z_order=1",
    "a1/ [0].shapes[2] nodule: polygon 20,10 32,10 32,22 occluded=0 source=manual",
    "a1/ [0].shapes[3] vessel: line 1,2 3,4 9.5,4 occluded=0 source=manual",
    "a1/ [0].shapes[4] ruler: points 0@10.5,11 Visible 1@30,14 Visible occluded=0 source=manual",
    "a1/ [0].shapes[5] nodule: ellipse 30,20 8x5 15° occluded=0 source=manual",
    "a1/ [0].shapes[6] nodule: mask 64x48 30:41-43 31:41-43 occluded=0 source=manual",
    "a1/ [0].shapes[7] hand: points tip@50,40 Occluded occluded=0 source=manual tip.sure=no",
    "a1/ [0].shapes[8] block: points tl1@2,30 Visible bl1@2,40 Visible tr1@12,30 Visible br1@12,40 Visible \
     tl2@15,27 Visible bl2@15,37 Visible tr2@5,27 Visible br2@5,37 Visible occluded=0 source=manual",
    "a5/ [1].tracks[0]@2 nodule: box 4,4 8,8 grade=2 occluded=0 sharp=yes source=manual track_id=[1].tracks[0]",
    "a5/ground_truth [2].shapes[0] nodule: box 4,4 9,8 occluded=0 source=manual",
    "a9/ [1].tracks[0]@4 nodule: box 8,4 12,8 grade=2 occluded=1 sharp=no source=manual track_id=[1].tracks[0]",
];

/// Every third frame from frame 10 on; frame 13 was taken out. Halves of the first task are replicas by people who are not named.
const PROJECT_BACKUP: &[&str] = &[
    "colon.mp4/ [0].shapes[0] polyp: track 16[polygon 1,1 5,1 5,6] occluded=0 source=manual",
    "colon.mp4/ [0].tracks[0] polyp: track 10[ellipse 20,20 6x4 350°] 16[ellipse 24,22 8x6 10°] paris=Is source=manual",
    "colon.mp4/ [0].tracks[1] tool: track 10[points tip@5,6 Visible shaft@15,6 Occluded] 16[points shaft@15,6 Occluded] \
     19[points shaft@15,6 Occluded] source=manual",
    "s1/consensus [0].shapes[0] polyp: box 1,1 5,4 occluded=0 source=consensus",
    "s1/task_0 job 1 [1].shapes[0] polyp: box 1,1 5,5 occluded=0 source=manual",
    "s1/task_0 job 2 [2].shapes[0] polyp: box 1,1 6,4 occluded=0 source=manual",
    "s2/model [2].tags[0] blurred: class =blurred source=auto",
];

fn good(name: &str) -> (ImportReport, MemorySink) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cvat/good");
    let (report, sink) =
        read_memory(&path.join(name), &IngestOptions::default()).expect("a good fixture");
    let n_skipped = u64::from(name == "backup_task");
    assert_eq!(
        (report.format.as_str(), report.n_invalid, report.n_skipped()),
        ("cvat", 0, n_skipped),
        "{name}"
    );
    (report, sink)
}

#[test]
fn good_backups_are_read_to_the_last_shape() {
    for (name, expected) in [("backup_task", TASK), ("backup_project", PROJECT_BACKUP)] {
        let (_, sink) = good(name);
        check(&sink, expected);
        assert!(check_mutants(&sink, |sink| lines(sink) == expected) >= 5);
    }
}

/// Item, rater, state, reference, and what the reviewer said.
fn standing(sink: &MemorySink) -> Vec<String> {
    let line = |record: &ReadingRecord| {
        let reading = &record.reading;
        let reference = reading.reference.map_or("-", |kind| kind.as_str());
        let review = reading
            .review
            .as_ref()
            .map_or("-", |one| one.outcome.as_str());
        let key = &reading.key;
        format!(
            "{}/{} {} {reference} {review}",
            key.item, key.rater, reading.state
        )
    };
    sink.readings.values().map(line).collect()
}

#[test]
fn jobs_of_a_backup_are_readings_of_their_own_standing() {
    let (report, sink) = good("backup_task");
    let expected = [
        "a1/ annotated - accepted",
        "a1/ground_truth reviewed_empty gold -",
        "a3/ reviewed_empty - accepted",
        "a5/ annotated - -",
        "a5/ground_truth annotated gold -",
        "a9/ annotated - -",
    ];
    assert_eq!(standing(&sink), expected);
    assert_eq!(skipped(&sink), ["withdrawn [1].shapes[0]"]);
    assert_eq!(sink.items["a9"].width_px, Some(40));
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("1 frames were taken out"))
    );
    let (report, sink) = good("backup_project");
    let expected = [
        "colon.mp4/ annotated - -",
        "s1/consensus annotated consensus -",
        "s1/task_0 job 1 annotated - -",
        "s1/task_0 job 2 annotated - -",
        "s2/consensus reviewed_empty consensus -",
        "s2/model annotated - -",
        "s2/task_0 job 1 reviewed_empty - -",
    ];
    assert_eq!(standing(&sink), expected);
    for said in [
        "2 jobs share images",
        "1 jobs hold no annotation",
        "1 images or videos hold nothing but",
    ] {
        assert!(
            report.notes.iter().any(|note| note.contains(said)),
            "{said}"
        );
    }
}

#[test]
fn a_table_names_whom_a_backup_does_not() {
    let row = |job: u32, rater: &str| {
        let file = format!("task_0/annotations.json[{job}]");
        [("file", file.as_str()), ("rater", rater)]
            .map(|(column, value)| (column.to_owned(), value.to_owned()))
            .into()
    };
    let options = IngestOptions {
        sidecar: vec![row(1, "reader-a"), row(2, "reader-b")],
        annotator: Some("reader-c".to_owned()),
        ..IngestOptions::default()
    };
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cvat/good/backup_project");
    let (report, _) = read_memory(&path, &options).expect("a good fixture");
    assert_eq!(
        report.raters,
        ["consensus", "model", "reader-a", "reader-b", "reader-c"]
    );
}
