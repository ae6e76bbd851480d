//! The three renderings of one small report.

use super::sample::report;
use super::*;
use crate::domain::Status;
use crate::reports::model::{CalibrationReport, Figure};

#[test]
fn json_is_the_model_and_comes_back_as_it_was() {
    let text = json(&report()).unwrap();
    let back: CalibrationReport = serde_json::from_str(&text).unwrap();
    assert_eq!(back, report());
}

#[test]
fn the_html_file_needs_nothing_from_outside() {
    let page = html(&report(), Audience::File).unwrap();
    let plain = page.replace("http://www.w3.org/2000/svg", "");
    for outside in [
        "http://", "https://", "src=\"//", "@import", "<link", "<script", "url(\"",
    ] {
        assert!(!plain.contains(outside), "{outside}");
    }
    assert!(page.contains("Week 47 of 2026: annotation over the limit"));
    assert!(page.contains("3.6\u{a0}%") && page.contains("9\u{a0}of\u{a0}250"));
}

#[test]
fn links_to_the_server_stay_out_of_a_file() {
    let file = html(&report(), Audience::File).unwrap();
    let page = html(&report(), Audience::Server).unwrap();
    assert!(!file.contains("/agreement/nodule"));
    assert!(page.contains("href=\"/agreement/nodule\""));
    assert!(file.contains("href=\"#stage-annotation\""));
}

#[test]
fn ids_are_unique_and_every_jump_has_a_target() {
    let page = html(&report(), Audience::File).unwrap();
    let ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len());
    let targets = page
        .split("href=\"#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    for target in targets {
        assert!(unique.contains(&target), "{target}");
    }
}

#[test]
fn hostile_text_is_printed_and_never_run() {
    let hostile = "<script>alert(1)</script>";
    let mut report = report();
    report.project = hostile.to_owned();
    report.findings[0].sentence = hostile.to_owned();
    report.findings[0].link = Some("javascript:alert(1)".to_owned());
    report.annotators[0].rater = hostile.to_owned();
    report.agenda[0].item = hostile.to_owned();
    report.agreement[0].label = hostile.to_owned();
    let page = html(&report, Audience::Server).unwrap();
    assert!(!page.contains("<script") && !page.contains("javascript:"));
    let text = markdown(&report);
    assert!(!text.contains("<script"));
}

#[test]
fn an_empty_report_says_what_to_import() {
    let mut empty = report();
    empty.stages.clear();
    empty.findings.clear();
    empty.agenda.clear();
    empty.annotators.clear();
    empty.agreement.clear();
    empty.decisions.clear();
    empty.throughput = None;
    let page = html(&empty, Audience::File).unwrap();
    assert!(page.contains("no stage assessed"));
    assert!(page.contains("Import annotations together with a reference"));
    assert!(page.contains("finished-at times"));
}

#[test]
fn a_card_short_of_evidence_says_how_many_audits_would_pass() {
    let mut report = report();
    let card = &mut report.stages[0];
    card.status = Status::InsufficientEvidence;
    card.rate = Figure::rate(0, 117);
    card.further_clean_audits = Some(132);
    let page = html(&report, Audience::File).unwrap();
    assert!(page.contains("132 more audits without error would pass"));
    assert!(page.contains("not enough evidence yet at annotation"));
}

#[test]
fn markdown_of_the_small_report_reads_as_written_here() {
    assert_eq!(markdown(&report()), include_str!("sample.md"));
}
