//! Evidence as Markdown, for the summary of a pipeline or a pull request.

use super::evidence::{Evidence, WaiverState};
use super::verdict::CheckResult;
use super::wording::{beside, percent_beside};
use crate::domain::Status;

/// Headline, a table of the checks, waivers and hashes.
pub fn markdown_summary(evidence: &Evidence) -> String {
    let mut lines = vec![
        format!("## Release gate: {}", evidence.status.word()),
        String::new(),
        cell(&evidence.headline()),
        String::new(),
        "| | check | asked | found | interval | reason |".to_owned(),
        "|---|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(evidence.checks.iter().map(row));
    if !evidence.waivers.is_empty() {
        lines.extend([
            String::new(),
            "| waiver for | by | until | state | reason |".to_owned(),
            "|---|---|---|---|---|".to_owned(),
        ]);
        lines.extend(evidence.waivers.iter().map(|waiver| {
            let state = match waiver.state {
                WaiverState::Applied => "applied",
                WaiverState::Expired => "expired",
                WaiverState::NotNeeded => "not needed",
                WaiverState::NotWaivable => "cannot be waived",
                WaiverState::UnknownCheck => "no such check",
            };
            let (check, name) = (cell(&waiver.check), cell(&waiver.name));
            format!(
                "| {check} | {name} | {} | {state} | {} |",
                waiver.expires,
                cell(&waiver.reason)
            )
        }));
    }
    let count = evidence.lot.n_studies;
    let studies = super::wording::counted(count, "study", "studies");
    let named = |name: &str, version: &str| format!("{} version {}", cell(name), cell(version));
    let (policy, protocol) = (&evidence.policy, &evidence.protocol);
    lines.extend([
        String::new(),
        format!(
            "- lot: {studies}, {}, `{}`",
            cell(&evidence.lot.source),
            evidence.lot.hash
        ),
        format!(
            "- policy: {}, `{}`",
            named(&policy.name, &policy.version),
            policy.hash
        ),
        format!(
            "- protocol: {}, `{}`",
            named(&protocol.name, &protocol.version),
            protocol.hash
        ),
        format!(
            "- evaluated on {} by Concord {}",
            evidence.evaluated_on,
            cell(&evidence.software_version)
        ),
        format!("- evidence: `{}`", evidence.hash()),
        String::new(),
    ]);
    lines.join("\n")
}

fn row(check: &CheckResult) -> String {
    let status = match (&check.waived_by, check.status) {
        (Some(who), Status::Fail) => format!("{} waived by {}", check.status.mark(), cell(who)),
        _ => format!("{} {}", check.status.mark(), check.status.word()),
    };
    let (name, asked) = (cell(&check.name), cell(&check.requirement));
    let (found, interval, reason) = (found(check), interval(check), cell(&check.reason));
    format!("| {status} | {name} | {asked} | {found} | {interval} | {reason} |")
}

fn found(check: &CheckResult) -> String {
    let limit = check.limit.unwrap_or_default();
    match (check.numerator, check.denominator, check.rate, check.value) {
        (Some(n), Some(of), Some(rate), _) => {
            format!("{n} / {of} = {}", percent_beside(rate, limit))
        }
        (Some(n), Some(of), None, _) => format!("{n} / {of}"),
        (_, Some(n), _, Some(value)) => format!("{} (n = {n})", beside(value, limit)),
        _ => "–".to_owned(),
    }
}

fn interval(check: &CheckResult) -> String {
    let limit = check.limit.unwrap_or_default();
    let as_text = |bound: f64| match check.rate {
        Some(_) => percent_beside(bound, limit),
        None => beside(bound, limit),
    };
    match (check.lower, check.upper) {
        (Some(lower), Some(upper)) => format!("{} to {}", as_text(lower), as_text(upper)),
        _ => "–".to_owned(),
    }
}

/// Text that cannot break out of its cell or become markup.
fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => safe.push(' '),
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '|' | '[' | ']' | '*' | '\\' => {
                safe.push('\\');
                safe.push(character);
            }
            plain => safe.push(plain),
        }
    }
    safe
}
