//! Evidence as JUnit XML, so that pipelines show it among their tests.

use super::evidence::Evidence;
use super::verdict::CheckResult;
use crate::domain::Status;
use std::fmt::Write;

/// One test case a check. A run is green exactly where the gate is open: lacking evidence is a failure,
/// nothing to judge an error, and only a waived failure is skipped.
pub fn junit_xml(evidence: &Evidence) -> String {
    let outcomes: Vec<_> = evidence.checks.iter().map(outcome).collect();
    let count = |wanted: Element| {
        outcomes
            .iter()
            .filter(|outcome| **outcome == wanted)
            .count()
    };
    let totals = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        outcomes.len(),
        count(Element::Failure),
        count(Element::Error),
        count(Element::Skipped)
    );
    let suite = escaped(&format!("concord gate {}", evidence.policy.name));
    let mut cases = String::new();
    for (check, outcome) in evidence.checks.iter().zip(&outcomes) {
        write_case(&mut cases, &suite, check, *outcome).expect("writing to a String cannot fail");
    }
    let properties: String = [
        ("status", evidence.status.as_str()),
        ("lot_hash", &evidence.lot.hash),
        ("policy_hash", &evidence.policy.hash),
        ("protocol_hash", &evidence.protocol.hash),
        ("software_version", &evidence.software_version),
        ("evaluated_on", &evidence.evaluated_on.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| {
        format!(
            "      <property name=\"{name}\" value=\"{}\"/>\n",
            escaped(value)
        )
    })
    .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"concord gate\" {totals}>\n  <testsuite name=\"{suite}\" {totals}>\n    <properties>\n{properties}    </properties>\n{cases}  </testsuite>\n</testsuites>\n"
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    None,
    Failure,
    Error,
    Skipped,
}

fn outcome(check: &CheckResult) -> Element {
    match check.status {
        Status::Pass => Element::None,
        Status::Fail if check.waived_by.is_some() => Element::Skipped,
        Status::Fail | Status::InsufficientEvidence => Element::Failure,
        Status::Error | Status::NotApplicable => Element::Error,
    }
}

fn write_case(
    xml: &mut String,
    suite: &str,
    check: &CheckResult,
    outcome: Element,
) -> std::fmt::Result {
    let (name, reason) = (escaped(&check.name), escaped(&check.reason));
    let kind = check.status.as_str();
    writeln!(xml, "    <testcase classname=\"{suite}\" name=\"{name}\">")?;
    match outcome {
        Element::None => writeln!(xml, "      <system-out>{reason}</system-out>")?,
        Element::Failure => writeln!(xml, "      <failure type=\"{kind}\" message=\"{reason}\"/>")?,
        Element::Error => writeln!(xml, "      <error type=\"{kind}\" message=\"{reason}\"/>")?,
        Element::Skipped => {
            let who = escaped(check.waived_by.as_deref().unwrap_or_default());
            writeln!(
                xml,
                "      <skipped message=\"Failure waived by {who}. {reason}\"/>"
            )?;
        }
    }
    writeln!(xml, "    </testcase>")
}

/// Text for an attribute or element; characters that XML 1.0 cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            '\t' | '\n' | '\r' => xml.push_str(&format!("&#{};", u32::from(character))),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => xml.push('\u{fffd}'),
            plain => xml.push(plain),
        }
    }
    xml
}
