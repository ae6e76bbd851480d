use super::fixtures::{TODAY, clean_lot, count, day, judged};
use crate::domain::{ReferenceKind, Stage};
use crate::gates::inputs::LotFigures;
use crate::gates::*;
use quick_xml::Reader;
use quick_xml::events::Event;

/// One check of each outcome: pass, fail, waived fail, insufficient, not applicable, error.
fn mixed() -> Evidence {
    let mut figures = clean_lot();
    figures.error_counts[1] = count(Stage::Annotation, ReferenceKind::Gold, 20, 100);
    figures.error_counts[2] = count(Stage::Verification, ReferenceKind::Gold, 0, 48);
    figures.throughput.clear();
    figures.open_invalid.n_open = 9999;
    figures.completeness.n_labelled = 299;
    figures.completeness.gaps = vec![inputs::StudyGap {
        study: "<s>&\"'\u{1}|\n".to_owned(),
        n_missing: 1,
    }];
    let waiver = Waiver {
        check: "completeness".to_owned(),
        name: "A & <B>".to_owned(),
        reason: "one | two".to_owned(),
        expires: day(TODAY),
    };
    judged(
        &Policy {
            name: "<release> & \"more\"".to_owned(),
            waivers: vec![waiver],
            ..Policy::default()
        },
        &figures,
    )
}

/// Every element with its attributes, in order.
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = Reader::from_str(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => {
                let name = start.name().as_ref().to_owned();
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let key = attribute.key.as_ref().to_owned();
                    (
                        key,
                        quick_xml::escape::unescape(&attribute.value)
                            .unwrap()
                            .into_owned(),
                    )
                });
                found.push((name, attributes.collect()));
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn junit_has_one_case_a_check_and_maps_every_outcome() {
    let evidence = mixed();
    let elements = elements(&junit_xml(&evidence));
    let n_cases = elements
        .iter()
        .filter(|(name, _)| name == "testcase")
        .count();
    assert_eq!(n_cases, evidence.checks.len());
    let outcomes: Vec<_> = elements
        .iter()
        .filter_map(|(name, attributes)| match name.as_str() {
            "system-out" => Some("pass".to_owned()),
            "failure" | "error" => Some(format!("{name} {}", attributes[0].1)),
            "skipped" => Some(name.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            "pass",
            "failure fail",
            "failure insufficient_evidence",
            "skipped",
            "error error",
            "error not_applicable"
        ]
    );
    let totals = |(_, attributes): &(String, Vec<(String, String)>)| {
        attributes
            .iter()
            .skip(1)
            .map(|(_, value)| value.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(totals(&elements[0]), ["6", "2", "2", "1"]);
    assert_eq!(totals(&elements[1]), ["6", "2", "2", "1"]);
}

#[test]
fn junit_text_is_escaped_and_survives() {
    let xml = junit_xml(&mixed());
    let elements = elements(&xml);
    assert_eq!(elements[1].1[0].1, "concord gate <release> & \"more\"");
    let (_, skipped) = elements.iter().find(|(name, _)| name == "skipped").unwrap();
    assert!(
        skipped[0]
            .1
            .starts_with("Failure waived by A & <B>. 299 of 300"),
        "{}",
        skipped[0].1
    );
    assert!(skipped[0].1.contains("<s>&\"'\u{fffd}|\n"));
    assert!(!xml.contains('\u{1}'));
}

#[test]
fn junit_is_green_exactly_where_the_gate_is_open() {
    let red = |evidence: &Evidence| {
        let elements = elements(&junit_xml(evidence));
        elements
            .iter()
            .any(|(name, _)| name == "failure" || name == "error")
    };
    let mut spoilt: Vec<LotFigures> = vec![clean_lot(); 6];
    spoilt[1].error_counts.clear();
    spoilt[2].completeness.n_labelled = 1;
    spoilt[3].error_counts[0].n_assessed = 9;
    spoilt[4].open_invalid.n_open = 1000;
    spoilt[5].lot.studies.clear();
    for figures in &spoilt {
        let evidence = judged(&Policy::default(), figures);
        assert_eq!(red(&evidence), !evidence.opens_gate());
    }
    assert!(judged(&Policy::default(), &spoilt[0]).opens_gate());
}

#[test]
fn markdown_rows_stay_whole_and_hold_no_markup_of_the_uploader() {
    let evidence = mixed();
    let text = markdown_summary(&evidence);
    let unescaped_bars = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 2 + evidence.checks.len() + 2 + 1);
    for (position, row) in rows.iter().enumerate() {
        let columns = if position < 2 + evidence.checks.len() {
            6
        } else {
            5
        };
        assert_eq!(unescaped_bars(row), columns + 1, "{row}");
    }
    assert!(!text.contains("<s>") && !text.contains("<B>"));
    assert!(text.contains("| ✕ waived by A &amp; &lt;B&gt; | completeness |"));
    assert!(text.contains("| 0 / 48 = 0 % | 0 % to 6.05 % |"));
    assert!(text.contains(&evidence.hash()) && text.contains(&evidence.lot.hash));
}

#[test]
fn markdown_says_first_whether_the_gate_is_open() {
    let text = markdown_summary(&judged(&Policy::default(), &clean_lot()));
    assert!(text.starts_with("## Release gate: pass\n\nThe gate is open: all 6 checks pass.\n"));
    assert!(text.contains(
        "| ✓ pass | error_rate.training | below 1.2 % | 0 / 249 = 0 % | 0 % to 1.196 % |"
    ));
}
