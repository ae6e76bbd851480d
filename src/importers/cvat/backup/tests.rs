use crate::domain::{IngestOptions, Shape};
use crate::importers::testing::{annotations, skips};
use crate::importers::{ImportReport, Limits, MemorySink, Upload, import};

const MANIFEST: &str = "{\"version\":\"1.1\"}\n{\"type\":\"images\"}\n";

/// Reads a backup of one task with these jobs, image names and annotations.
fn read(data: &str, jobs: &str, names: &[&str], records: &str) -> (ImportReport, MemorySink) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let images: String = names
        .iter()
        .map(|name| {
            let (stem, extension) = name.split_once('.').expect("an extension");
            format!("{{\"name\":\"{stem}\",\"extension\":\".{extension}\",\"width\":20,\"height\":10}}\n")
        })
        .collect();
    let task = format!(
        "{{\"name\":\"t\",\"version\":\"1.0\",\"labels\":[],\"data\":{{{data}}},\"jobs\":[{jobs}]}}"
    );
    std::fs::create_dir(folder.path().join("data")).expect("a folder");
    for (name, text) in [
        ("task.json", task.as_str()),
        ("annotations.json", records),
        ("data/manifest.jsonl", &format!("{MANIFEST}{images}")),
    ] {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    let upload = Upload::open(folder.path(), Limits::DEFAULT).expect("a folder");
    let mut sink = MemorySink::default();
    let report = import(&upload, &IngestOptions::default(), &mut sink).expect("a readable backup");
    (report, sink)
}

fn job(kind: &str, frames: (u32, u32), more: &str) -> String {
    let (first, last) = frames;
    format!(
        "{{\"type\":\"{kind}\",\"status\":\"validation\",\"start_frame\":{first},\"stop_frame\":{last}{more}}}"
    )
}

fn tag(frame: u32) -> String {
    format!("{{\"tags\":[{{\"frame\":{frame},\"label\":\"n\"}}],\"shapes\":[],\"tracks\":[]}}")
}

fn readings(sink: &MemorySink) -> Vec<String> {
    let line = |(key, record): (&crate::domain::ReadingKey, &crate::importers::ReadingRecord)| {
        format!("{}/{} {}", key.item, key.rater, record.reading.state)
    };
    sink.readings.iter().map(line).collect()
}

#[test]
fn hidden_checks_are_the_images_that_the_job_s_list_of_files_names() {
    // Frame 1 of the first job shows the image of the references, frame 3, once more.
    let jobs = [
        job("annotation", (0, 1), ",\"files\":[\"a.png\",\"g.png\"]"),
        job("annotation", (2, 2), ",\"files\":[\"g.png\"]"),
        job("ground_truth", (3, 3), ",\"files\":[\"g.png\"]"),
    ];
    let records = format!("[{},{},{}]", tag(1), tag(2), tag(3));
    let (_, sink) = read(
        "",
        &jobs.join(","),
        &["a.png", "b.png", "c.png", "g.png"],
        &records,
    );
    assert_eq!(
        readings(&sink),
        [
            "a/job 0 reviewed_empty",
            "g/ground_truth annotated",
            "g/job 0 annotated",
            "g/job 1 annotated"
        ]
    );
    assert_eq!(sink.items["g"].width_px, Some(20));
}

#[test]
fn jobs_that_overlap_are_kept_apart_and_assignees_are_taken_where_they_stand() {
    let jobs = [job("annotation", (0, 1), ""), job("annotation", (1, 2), "")];
    let records = format!("[{},{}]", tag(1), tag(1));
    let names = ["a.png", "b.png", "c.png"];
    let (_, sink) = read("", &jobs.join(","), &names, &records);
    assert_eq!(
        readings(&sink),
        [
            "a/job 0 reviewed_empty",
            "b/job 0 annotated",
            "b/job 1 annotated",
            "c/job 1 reviewed_empty"
        ]
    );
    let jobs = [
        job(
            "annotation",
            (0, 1),
            ",\"assignee\":{\"username\":\"anna@x.org\",\"id\":3}",
        ),
        job("annotation", (1, 2), ",\"assignee\":\"bert\""),
    ];
    let (report, _) = read("", &jobs.join(","), &names, &records);
    assert_eq!(report.raters, ["anna", "bert"]);
}

#[test]
fn two_images_of_one_key_are_not_read_as_one() {
    let jobs = job("annotation", (0, 1), "");
    let records = "[{\"tags\":[{\"frame\":0,\"label\":\"n\"},{\"frame\":1,\"label\":\"n\"}]}]";
    let (_, sink) = read("", &jobs, &["x/a.png", "y/a.png"], records);
    assert_eq!(annotations(&sink).len(), 1);
    assert!(
        skips(&sink)[0]
            .starts_with("invalid_record [0].tags[1]: its image gives the same item key")
    );
    let (_, sink) = read("", &jobs, &["x/a.png", "y/a.png"], "[{\"tags\":[]}]");
    assert!(skips(&sink)[0].starts_with("invalid_record [0] frame 1: gives the same item key"));
}

#[test]
fn cuboids_on_clouds_stand_in_space() {
    let cuboid = |roll: f64| {
        format!(
            "{{\"type\":\"cuboid\",\"frame\":0,\"label\":\"car\",\"points\":[1,2,3,{roll},0,0.5,4,2,1.5,0,0,0,0,0,0,0]}}"
        )
    };
    let records = format!("[{{\"shapes\":[{},{}]}}]", cuboid(0.0), cuboid(0.1));
    let (_, sink) = read("", &job("annotation", (0, 0), ""), &["a.pcd"], &records);
    let Shape::Cuboid(found) = &annotations(&sink)[0].shape else {
        panic!("a cuboid is needed");
    };
    assert_eq!(
        (found.centre, found.size, found.yaw_rad),
        ([1.0, 2.0, 3.0], [4.0, 2.0, 1.5], 0.5)
    );
    assert_eq!(
        skips(&sink),
        [
            "unsupported [0].shapes[1]: cuboid is tilted about x or y; only upright ones are compared"
        ]
    );
}

#[test]
fn a_job_that_nobody_handed_on_and_nobody_drew_in_says_nothing() {
    let new = job("annotation", (0, 0), "").replace("validation", "annotation");
    let (report, sink) = read("", &new, &["a.png"], "[{\"tags\":[]}]");
    assert_eq!((sink.items.len(), sink.readings.len()), (1, 0));
    assert!(report.notes[0].contains("1 jobs hold no annotation"));
}

#[test]
fn jobs_of_more_images_than_there_are_end_with_the_images() {
    let jobs = job("annotation", (0, u32::MAX), "");
    let data = "\"start_frame\":4294967295,\"frame_filter\":\"step=4294967295\"";
    let (_, sink) = read(data, &jobs, &["a.png"], &format!("[{}]", tag(u32::MAX)));
    assert!(skips(&sink)[0].contains("no image is named for frame 4294967295"));
    assert_eq!(sink.items.len(), 0);
}

#[test]
fn records_outside_lists_and_jobs_are_counted() {
    let records = format!("[{},7,{}]", tag(0), tag(0));
    let (_, sink) = read(
        "",
        &[job("annotation", (0, 0), ""), job("annotation", (1, 1), "")].join(","),
        &["a.png", "b.png"],
        &records,
    );
    assert_eq!(
        skips(&sink),
        [
            "invalid_record [1]: is no object with `tags`, `shapes` and `tracks`",
            "dangling [2]: belongs to no job; `task.json` lists 2"
        ]
    );
}
