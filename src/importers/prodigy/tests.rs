use crate::domain::{IngestOptions, ReadingState, ReferenceKind, Role, Shape, TextSpan};
use crate::importers::ImportReport;
use crate::importers::MemorySink;
use crate::importers::testing::{annotations, read_files, skips};

fn import_with(lines: &str, options: &IngestOptions) -> (ImportReport, MemorySink) {
    let (report, sink) = read_files(&[("d.jsonl", lines)], options).expect("a readable file");
    assert_eq!(report.format, "prodigy");
    (report, sink)
}

fn import(lines: &str) -> (ImportReport, MemorySink) {
    import_with(lines, &IngestOptions::default())
}

/// A task of input 7 with these members.
fn task(members: &str) -> String {
    format!("{{{members},\"_input_hash\":7,\"_task_hash\":8,\"_annotator_id\":\"d-ann\"}}\n")
}

fn answers(sink: &MemorySink) -> Vec<(String, String)> {
    annotations(sink)
        .iter()
        .map(|one| match &one.shape {
            Shape::Classification { question, value } => (question.clone(), value.clone()),
            _ => panic!("no answer"),
        })
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(question, value)| ((*question).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn a_choice_of_one_is_a_class_and_a_choice_of_several_a_question_for_each_option() {
    let options =
        r#""text":"x","options":[{"id":"A","text":"a"},{"id":2,"text":"b"}],"answer":"accept""#;
    let (_, sink) = import(&task(&format!(r#"{options},"accept":[2]"#)));
    assert_eq!(answers(&sink), pairs(&[("", "2")]));
    let said = format!(r#"{options},"accept":["A"],"config":{{"choice_style":"multiple"}}"#);
    let both = pairs(&[("A", "accept"), ("2", "reject")]);
    assert_eq!(answers(&import(&task(&said)).1), both);
    // One task with two choices shows what the others allowed.
    let two = task(&format!(r#"{options},"accept":["A",2]"#)).replace(":7", ":9");
    let one = task(&format!(r#"{options},"accept":["A"]"#));
    let (_, sink) = import(&format!("{one}{two}"));
    let expected = [
        ("A", "accept"),
        ("2", "reject"),
        ("A", "accept"),
        ("2", "accept"),
    ];
    assert_eq!(answers(&sink), pairs(&expected));
    let wrong = format!(r#"{options},"accept":["C"]"#);
    assert!(skips(&import(&task(&wrong)).1)[0].contains("`accept[0]` is none of the ids"));
}

#[test]
fn a_label_is_answered_with_yes_or_no_once_each() {
    let of = |label: &str, answer: &str| {
        let members = format!(
            r#""text":"x","label":"{label}","answer":"{answer}","_view_id":"classification""#
        );
        task(&members)
    };
    let lines = [
        of("URGENT", "accept"),
        of("OLD", "reject"),
        of("NEW", "ignore"),
        of("URGENT", "reject"),
    ];
    let (report, sink) = import(&lines.concat());
    let expected = [
        ("URGENT", "accept"),
        ("OLD", "reject"),
        ("URGENT", "reject"),
    ];
    assert_eq!(answers(&sink), pairs(&expected));
    let sessions: Vec<&str> = sink
        .readings
        .keys()
        .map(|key| key.session.as_str())
        .collect();
    assert_eq!(sessions, ["", "#2"]);
    assert!(report.notes[0].contains("1 tasks answer a question"));
    assert_eq!(skips(&sink).len(), 1);
}

#[test]
fn a_suggested_span_says_nothing_about_the_rest_of_the_text() {
    let spans = r#""text":"a drug","spans":[{"start":2,"end":6,"label":"DRUG"}]"#;
    for more in [r#""_view_id":"ner""#, r#""_is_binary":true"#] {
        let (_, sink) = import(&task(&format!(r#"{spans},"answer":"accept",{more}"#)));
        assert!(sink.readings.is_empty());
        assert!(skips(&sink)[0].starts_with("unsupported line 1: is a yes or no"));
    }
    let (_, sink) = import(&task(&format!(
        r#"{spans},"answer":"accept","_view_id":"ner_manual""#
    )));
    let span = Shape::TextSpan(TextSpan { start: 2, end: 6 });
    assert_eq!(annotations(&sink)[0].shape, span);
}

#[test]
fn rejected_and_ignored_tasks_are_passed_over_unless_they_were_done_after_all() {
    let of = |hash: u32, answer: &str| {
        let members = format!(
            r#""text":"a drug","spans":[{{"start":2,"end":6,"label":"DRUG"}}],"answer":"{answer}""#
        );
        task(&members).replace(":7", &format!(":{hash}"))
    };
    let (_, sink) = import(
        &[
            of(1, "reject"),
            of(2, "ignore"),
            of(3, "ignore"),
            of(3, "accept"),
        ]
        .concat(),
    );
    let states: Vec<ReadingState> = sink
        .readings
        .values()
        .map(|record| record.reading.state)
        .collect();
    let skipped = ReadingState::Skipped;
    assert_eq!(states, [skipped, skipped, ReadingState::Annotated]);
    assert_eq!(annotations(&sink).len(), 1);
    assert_eq!(skips(&sink).len(), 3);
    assert!(skips(&sink)[0].contains("withdrawn line 1: was rejected as a whole, with 1 spans"));
}

#[test]
fn a_task_without_an_answer_is_nobody_s_unless_it_is_a_model_s() {
    let line = task(r#""text":"a drug","spans":[{"start":2,"end":6,"label":"DRUG","score":0.5}]"#);
    let (_, sink) = import(&line);
    assert!(sink.readings.is_empty());
    assert!(skips(&sink)[0].starts_with("not_human line 1"));
    let options = IngestOptions {
        role: Some(Role::Model),
        ..IngestOptions::default()
    };
    let (report, sink) = import_with(&line, &options);
    assert_eq!(report.raters, ["model"]);
    assert_eq!(annotations(&sink)[0].confidence, Some(0.5));
}

#[test]
fn a_review_is_adjudicated_and_its_versions_are_counted() {
    let versions = r#"[{"spans":[],"sessions":["d-bob"]},{"spans":[],"sessions":["d-cy"]}]"#;
    let members = format!(
        r#""text":"a drug","spans":[],"_view_id":"review","view_id":"ner_manual","versions":{versions},"answer":"accept""#
    );
    let (_, sink) = import(&task(&members));
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.reference, Some(ReferenceKind::Adjudicated));
    assert_eq!(record.reading.state, ReadingState::ReviewedEmpty);
    assert_eq!(skips(&sink).len(), 2);
}

#[test]
fn lines_that_repeat_each_other_are_read_once_and_broken_ones_leave_the_others() {
    let line = task(r#""text":"x","label":"A","answer":"accept""#);
    let (_, sink) = import(&format!(
        "{line}{line}{{\"text\":\n7\n{}",
        line.replace("\"A\"", "\"B\"")
    ));
    assert_eq!(answers(&sink), pairs(&[("A", "accept"), ("B", "accept")]));
    let found = skips(&sink);
    assert_eq!(found.len(), 3);
    assert!(found[0].contains("line 2: repeats an earlier line"));
    assert!(found[1].contains("line 3"), "{found:?}");
}

#[test]
fn an_address_is_shortened_and_a_rater_of_the_options_steps_in_for_a_time() {
    let line = task(r#""text":"x","label":"A","answer":"accept""#);
    let (report, _) = import(&line.replace("d-ann", "d-ann@clinic.org"));
    assert_eq!(report.raters, ["d-ann"]);
    let unnamed = line.replace("d-ann", "2024-02-06_10-17-19");
    assert!(import(&unnamed).0.lacks_annotator());
}
