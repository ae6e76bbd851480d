use super::tests::{result, task};
use crate::domain::{IngestOptions, ReadingState, ReferenceKind, Review, ReviewOutcome, Role};
use crate::importers::testing::{annotations, read, read_files, skips};

#[test]
fn a_reading_knows_its_rater_time_and_effort_but_no_address() {
    let (report, sink) = read("a.json", &task(""));
    assert_eq!(report.raters, ["user-4"]);
    let (key, record) = sink.readings.iter().next().expect("a reading");
    assert_eq!(key.item, "a");
    assert_eq!(record.reading.state, ReadingState::ReviewedEmpty);
    assert_eq!(record.reading.finished_at_us, Some(1_795_597_200_000_000));
    assert_eq!(record.reading.active_ms, Some(12_346));
    assert!(!format!("{sink:?}").contains("example.com"));
    let changed = task("").replace(r#""id":9"#, r#""id":9,"updated_by":8"#);
    let (_, sink) = read("a.json", &changed);
    let reading = &sink.readings.values().next().expect("a reading").reading;
    assert_eq!(
        reading.finished_at_us,
        Some(1_795_593_600_000_000),
        "a reviewer's change does not count"
    );
}

#[test]
fn states_of_a_task_are_kept_apart() {
    let text = r#"[{"id":1,"data":{"image":"a.png"},"annotations":[
            {"id":1,"completed_by":1,"was_cancelled":true,"result":[]},
            {"id":2,"completed_by":2,"ground_truth":true,"result":[]},
            {"id":3,"completed_by":2,"result":[]}]},
        {"id":2,"data":{"text":"x"},"annotations":[],"drafts":[{"id":1}],
         "predictions":[{"id":1,"result":[]}]}]"#;
    let (report, sink) = read("a.json", text);
    let readings: Vec<(&str, &str, ReadingState, Option<ReferenceKind>)> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            (
                key.rater.as_str(),
                key.session.as_str(),
                record.reading.state,
                record.reading.reference,
            )
        })
        .collect();
    assert_eq!(
        readings,
        [
            ("user-1", "", ReadingState::Skipped, None),
            (
                "user-2",
                "",
                ReadingState::ReviewedEmpty,
                Some(ReferenceKind::Gold)
            ),
            ("user-2", "#2", ReadingState::ReviewedEmpty, None),
            ("model", "", ReadingState::ReviewedEmpty, None),
        ]
    );
    assert!(sink.items.contains_key("task-2"));
    assert_eq!(
        skips(&sink),
        ["withdrawn tasks[1].drafts[0]: is a draft that was never submitted",]
    );
    assert!(report.notes[0].contains("1 annotations are a further reading"));
}

#[test]
fn predictions_are_a_model_s_beside_people_and_alone_when_the_upload_is_declared_a_model_s() {
    let box_ = result(
        "r",
        "rectanglelabels",
        r#""x":0,"y":0,"width":10,"height":10,"rectanglelabels":["n"]"#,
    )
    .replacen('{', r#"{"score":0.75,"#, 1);
    let text = task(&box_).replace(
        r#""annotations""#,
        &format!(
            r#""predictions":[{{"id":1,"model_version":"net 2","result":[{box_}]}}],"annotations""#
        ),
    );
    let options = IngestOptions {
        role: Some(Role::Model),
        ..IngestOptions::default()
    };
    let (report, sink) = read_files(&[("a.json", &text)], &options).expect("a readable file");
    assert_eq!(report.raters, ["net 2"]);
    assert_eq!(annotations(&sink)[0].confidence, Some(0.75));
    assert!(
        skips(&sink)[0].starts_with("unsupported tasks[0].annotations[0]: was made by a person")
    );
    let (report, sink) = read("a.json", &text);
    assert_eq!(report.raters, ["net 2", "user-4"]);
    let found: Vec<(Role, Option<f64>)> = sink
        .readings
        .values()
        .map(|record| (record.reading.role, record.annotations[0].confidence))
        .collect();
    assert_eq!(found, [(Role::Model, Some(0.75)), (Role::Annotator, None)]);
}

#[test]
fn what_the_options_say_about_people_is_not_said_about_a_model() {
    let text = r#"[{"id":1,"data":{"image":"a.png"},"annotations":[],"predictions":[
        {"id":1,"model_version":"user-1","score":0.5,"created_at":"2026-11-25T09:00:00Z","result":[
            {"id":"c","type":"choices","from_name":"q","to_name":"i","value":{"choices":["x"]}}]},
        {"id":2,"score":80,"result":[{"id":"c","type":"choices","from_name":"q","to_name":"i","value":{"choices":["x"]}}]},
        7]}]"#;
    let options = IngestOptions {
        annotator: Some("Reader".to_owned()),
        reference: Some(ReferenceKind::Gold),
        ..IngestOptions::default()
    };
    let (report, sink) = read_files(&[("a.json", text)], &options).expect("a readable file");
    assert_eq!(report.raters, ["model", "model user-1"]);
    for record in sink.readings.values() {
        let reading = &record.reading;
        assert_eq!((reading.role, reading.reference), (Role::Model, None));
    }
    // The score of the prediction stands for a result without one; 80 is no share.
    let confidence: Vec<Option<f64>> = annotations(&sink)
        .iter()
        .map(|one| one.confidence)
        .collect();
    assert_eq!(confidence, [None, Some(0.5)]);
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.starts_with("1 scores of predictions do not lie"))
    );
    assert_eq!(
        skips(&sink),
        ["not_human tasks[0].predictions[2]: is given by its number only; export with predictions"]
    );
}

#[test]
fn the_latest_review_is_kept_with_its_reading() {
    let text = r#"[{"id":1,"data":{"image":"a.png"},"annotations":[
        {"id":1,"completed_by":1,"result":[],"reviews":[
            {"accepted":true,"created_by":7,"created_at":"2026-11-25T10:00:00Z","fixed_annotation_history":33},
            {"accepted":false,"created_by":{"id":8,"email":"eve@example.com"},"created_at":"2026-11-25T09:00:00Z"},
            {"comment":"says nothing"}]},
        {"id":2,"completed_by":2,"result":[],"reviews":[{"accepted":false}]},
        {"id":3,"completed_by":3,"result":[]},
        {"id":4,"completed_by":4,"result":[],"last_action":"fixed_and_accepted","last_created_by":9,"parent_annotation":3}]}]"#;
    let (report, sink) = read("a.json", text);
    let review_of = |rater: &str| {
        let record = sink
            .readings
            .values()
            .find(|record| record.reading.key.rater == rater);
        record.expect("a reading").reading.review.clone()
    };
    assert_eq!(
        review_of("user-1"),
        Some(Review {
            outcome: ReviewOutcome::Corrected,
            reviewer: Some("user-7".to_owned()),
            at_us: Some(1_795_600_800_000_000),
        })
    );
    let rejected = review_of("user-2").expect("a review");
    assert_eq!(
        (rejected.outcome, rejected.reviewer),
        (ReviewOutcome::Rejected, None)
    );
    assert_eq!(review_of("user-3"), None);
    let fixed = review_of("user-4").expect("a last action");
    assert_eq!(
        (fixed.outcome, fixed.reviewer.as_deref(), fixed.at_us),
        (ReviewOutcome::Corrected, Some("user-9"), None)
    );
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.starts_with("1 annotations began as"))
    );
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.starts_with("5 reviews") && note.contains("(2 rejected)"))
    );
    assert!(!format!("{sink:?}").contains("example.com"));
    let stated = &sink
        .readings
        .values()
        .next()
        .expect("a reading")
        .reading
        .source_convention;
    assert!(stated.starts_with("percent of the image"));
}

#[test]
fn people_known_by_their_address_keep_what_stands_before_the_at() {
    let text = r#"[{"id":1,"data":{"image":"a.png"},"annotations":[
        {"id":1,"completed_by":"anna@example.com","result":[]},
        {"id":2,"completed_by":{"email":"ben@example.com"},"result":[]},
        {"id":3,"completed_by":"7","result":[]},
        {"id":4,"completed_by":{},"result":[]}]}]"#;
    let (report, sink) = read("a.json", text);
    let raters: Vec<&str> = sink.readings.keys().map(|key| key.rater.as_str()).collect();
    assert_eq!(raters, ["", "anna", "ben", "user-7"]);
    assert!(!format!("{report:?} {sink:?}").contains("example.com"));
}

#[test]
fn tasks_one_a_line_and_annotations_with_their_task_are_read() {
    let of = |user: u32| {
        format!(
            r#"{{"id":{user},"result":[],"completed_by":{user},"task":{{"id":5,"data":{{"image":"b.png","SOPInstanceUID":"1.2.3","StudyInstanceUID":"1.2","Modality":"CR"}}}}}}"#
        )
    };
    let lines = format!(
        "{}\n\n{}\nnull\n",
        task("")
            .replace(['\n', '\r'], " ")
            .trim_start_matches('[')
            .trim_end_matches(']'),
        of(6)
    );
    let (report, sink) = read("tasks", &lines);
    assert_eq!(report.format, "label_studio");
    let keys: Vec<(&str, &str)> = sink
        .readings
        .keys()
        .map(|key| (key.item.as_str(), key.rater.as_str()))
        .collect();
    assert_eq!(keys, [("1.2.3", "user-6"), ("a", "user-4")]);
    let item = &sink.items["1.2.3"];
    assert_eq!(
        (item.study.as_str(), item.modality.as_deref()),
        ("1.2", Some("CR"))
    );
    assert_eq!(
        skips(&sink),
        ["invalid_record tasks[2]: is null; an object is needed"]
    );
    let stored = of(7);
    let (_, sink) = read_files(&[("7", &stored), ("8", &of(8))], &IngestOptions::default())
        .expect("annotations as they lie in storage");
    assert_eq!(sink.readings.len(), 2);
}

#[test]
fn a_first_task_larger_than_what_others_look_at_is_recognised() {
    let long = "x".repeat(5 << 20);
    let text = format!(
        r#"[{{"id":1,"annotations":[{{"id":1,"completed_by":1,"note":"{long}","result":[]}}],"data":{{"image":"a.png"}}}}]"#
    );
    let (report, sink) = read("a.json", &text);
    assert_eq!(
        (report.format.as_str(), sink.readings.len()),
        ("label_studio", 1)
    );
}
