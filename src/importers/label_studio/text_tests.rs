use crate::domain::{Shape, TextSpan};
use crate::importers::testing::{annotations, read, skips};

fn task(text: &str, results: &str) -> String {
    format!(
        r#"[{{"id":5,"data":{{"text":"{text}"}},"annotations":[{{"id":9,"completed_by":4,"result":[{results}]}}]}}]"#
    )
}

fn result(id: &str, kind: &str, value: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"{kind}","from_name":"ner","to_name":"text","value":{{{value}}}}}"#
    )
}

#[test]
fn a_span_has_its_labels_its_answers_and_unicode_offsets() {
    let spans = [
        result(
            "s",
            "labels",
            r#""start":3,"end":7,"text":"drug","labels":["drug","name"]"#,
        ),
        result(
            "s",
            "choices",
            r#""start":3,"end":7,"text":"drug","choices":["brand"]"#,
        ),
    ];
    let (report, sink) = read("a.json", &task("😀 drug", &spans.join(",")));
    assert_eq!(skips(&sink), Vec::<String>::new());
    assert_eq!(report.notes, Vec::<String>::new());
    let found: Vec<(&str, &str, &Shape)> = annotations(&sink)
        .into_iter()
        .map(|one| (one.source_id.as_str(), one.label.as_str(), &one.shape))
        .collect();
    let span = Shape::TextSpan(TextSpan { start: 2, end: 6 });
    assert_eq!(found, [("s#0", "drug", &span), ("s#1", "name", &span)]);
    assert_eq!(annotations(&sink)[0].attributes["ner"], "brand");
    assert!(sink.items.contains_key("task-5"));
}

#[test]
fn without_the_text_the_offsets_stay_and_the_report_says_so() {
    let span = result(
        "s",
        "labels",
        r#""start":3,"end":7,"text":"drug","labels":["drug"]"#,
    );
    let (report, sink) = read("a.json", &task("https://host/a.txt", &span));
    let span = Shape::TextSpan(TextSpan { start: 3, end: 7 });
    assert_eq!(annotations(&sink)[0].shape, span);
    assert!(report.notes[0].contains("1 spans lie in texts that are not in this export"));
}

#[test]
fn sounds_and_html_are_counted_and_not_read_as_text() {
    let results = [
        result(
            "a",
            "labels",
            r#""start":0.5,"end":7,"channel":0,"labels":["speech"]"#,
        ),
        result(
            "b",
            "hypertextlabels",
            r#""start":"/p[1]/text()[1]","end":"/p[1]/text()[1]","startOffset":1,"endOffset":4,"hypertextlabels":["x"]"#,
        ),
        r#"{"id":"c","type":"labels","from_name":"ner","to_name":"audio","original_length":9.5,
            "value":{"start":1,"end":2,"labels":["speech"]}}"#
            .to_owned(),
    ];
    let (_, sink) = read("a.json", &task("x", &results.join(",")));
    assert!(annotations(&sink).is_empty());
    let reasons: Vec<String> = skips(&sink);
    assert_eq!(reasons.len(), 3);
    assert!(
        reasons
            .iter()
            .all(|reason| reason.starts_with("unsupported")),
        "{reasons:?}"
    );
}

#[test]
fn a_span_that_cannot_be_is_left_out_once_and_one_without_characters_is_kept_as_invalid() {
    let results = [
        result("a", "labels", r#""start":-1,"end":2,"labels":["x"]"#),
        result("b", "labels", r#""start":0,"end":2"#),
        result("c", "labels", r#""start":2,"end":2,"labels":["x"]"#),
    ];
    let (_, sink) = read("a.json", &task("abc", &results.join(",")));
    assert_eq!(
        skips(&sink),
        [
            "invalid_record tasks[0].annotations[0].result[0]: `start` holds no whole number from 0 on",
            "invalid_record tasks[0].annotations[0].result[1]: has no label",
        ]
    );
    let invalid = annotations(&sink)[0].invalid.clone();
    assert!(invalid.expect("flagged").contains("holds no character"));
}
