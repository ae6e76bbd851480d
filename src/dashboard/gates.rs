//! The release gate: its history as a line of marks, and each record with everything needed to challenge it.

use super::PagesState;
use super::answer::{PageError, answer};
use super::frame::Frame;
use super::links::{Link, key_of};
use super::needs::verb;
use super::views::{Empty, Section, instant, linked, no_number, plain, plural};
use crate::domain::Status;
use crate::gates::{CheckResult, Evidence, ReferenceFigure};
use crate::pipeline::{self, Project};
use crate::reports::format;
use crate::reports::render::{CellView, TableView};
use crate::store::{GateRecord, Store};
use askama::Template;
use jiff::tz::TimeZone;
use poem::web::{Data, Path};
use poem::{Response, handler};

struct Mark {
    href: String,
    status: Status,
    title: String,
}

#[derive(Template)]
#[template(path = "pages/gates.html")]
struct GatesPage<'a> {
    frame: &'a Frame,
    /// Oldest first, by policy.
    lines: Vec<(String, Vec<Mark>)>,
    sections: &'a [Section],
}

#[handler]
pub async fn show_list(state: Data<&PagesState>, Path(project): Path<String>) -> Response {
    answer(&state, move |store| history(store, key_of(&project))).await
}

fn history(store: &Store, name: &str) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let zone = project.time_zone()?;
    let records = store.gate_evaluations(project.id, None)?;
    let link = |record: &GateRecord| Link::project(name).to("gates").to(&record.id.to_string());
    let mut lines: Vec<(String, Vec<Mark>)> = Vec::new();
    for record in records.iter().rev() {
        let mark = Mark {
            href: link(record).into(),
            status: record.record.status,
            title: format!(
                "{}: {}",
                instant(record.record.created_at_us, &zone),
                record.record.status.word()
            ),
        };
        match lines
            .iter_mut()
            .find(|(policy, _)| *policy == record.record.policy_name)
        {
            Some((_, marks)) => marks.push(mark),
            None => lines.push((record.record.policy_name.clone(), vec![mark])),
        }
    }
    let row = |record: &GateRecord| {
        let evidence = serde_json::from_str::<Evidence>(&record.record.evidence_json).ok();
        vec![
            linked(
                CellView::text(instant(record.record.created_at_us, &zone)),
                link(record),
            ),
            CellView::text(&record.record.policy_name),
            CellView::status(record.record.status),
            evidence.as_ref().map_or_else(no_number, |evidence| {
                CellView::count(evidence.lot.n_studies)
            }),
            CellView::text(evidence.map_or_else(
                || "the record does not read back".to_owned(),
                |evidence| evidence.headline(),
            )),
        ]
    };
    let table = TableView::new(
        &["Asked", "Policy", "Verdict", "Studies in the lot", "Why"],
        records.iter().map(row).collect(),
        "A record is never changed; asking again adds a new one.",
    );
    let headline = match records.first() {
        None => "No release gate has been asked yet".to_owned(),
        Some(newest) if newest.record.status == Status::Pass => {
            format!(
                "The gate is open: policy {} passes",
                newest.record.policy_name
            )
        }
        Some(newest) => format!(
            "The gate is shut: policy {} {}",
            newest.record.policy_name,
            verb(newest.record.status)
        ),
    };
    let frame = Frame::new(project, "gates", headline);
    let section = Section::new("records", "").table(
        table,
        Empty::new(
            "A gate judges a lot against a policy and keeps the evidence.",
            format!("concord gate --project {name} --policy POLICY.toml"),
        ),
    );
    let page = GatesPage {
        frame: &frame,
        lines,
        sections: &[section],
    };
    Ok(page.render()?)
}

struct CheckView {
    id: String,
    check: CheckResult,
    kind: String,
    /// `12 of 390`, or the value.
    found: String,
    fraction: String,
    interval: String,
    method: String,
    audits: Option<String>,
    others: Option<TableView>,
    left_out: Vec<String>,
}

#[derive(Template)]
#[template(path = "pages/gate.html")]
struct GatePage<'a> {
    frame: &'a Frame,
    evidence: &'a Evidence,
    asked: String,
    record_hash: String,
    checks: Vec<CheckView>,
    summary: TableView,
    waivers: Option<TableView>,
    studies: String,
    all: String,
}

/// Studies of a lot that are named on the page; the record has all.
const MOST_STUDIES: usize = 400;

#[handler]
pub async fn show_record(
    state: Data<&PagesState>,
    Path((project, record)): Path<(String, String)>,
) -> Response {
    answer(&state, move |store| {
        record_page(store, key_of(&project), &record)
    })
    .await
}

fn record_page(store: &Store, name: &str, id: &str) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let zone = project.time_zone()?;
    let unknown = || PageError::not_found(format!("project `{name}` has no gate record `{id}`"));
    let record = store.gate_evaluation(project.id, id.parse().map_err(|_| unknown())?)?;
    let evidence: Evidence = serde_json::from_str(&record.record.evidence_json).map_err(|_| {
        PageError::not_found("the record was written by another version and does not read back")
    })?;
    let frame = Frame::new(project, "gates", evidence.headline());
    let page = GatePage {
        frame: &frame,
        asked: asked(project, &record, &zone),
        record_hash: evidence.hash(),
        checks: evidence.checks.iter().map(check_view).collect(),
        summary: summary(&evidence.checks),
        waivers: waivers(&evidence),
        studies: studies(&evidence),
        all: Link::project(name).to("gates").into(),
        evidence: &evidence,
    };
    Ok(page.render()?)
}

fn asked(project: &Project, record: &GateRecord, zone: &TimeZone) -> String {
    format!(
        "record {} of project {}, kept {}",
        record.id,
        project.name,
        instant(record.record.created_at_us, zone)
    )
}

/// The check's own scale: rates in per cent, coefficients and counts as they are.
fn number(check: &CheckResult, value: f64) -> String {
    let is_share = check.rate.is_some();
    let scaled = if is_share { value * 100.0 } else { value };
    let decimals = if scaled.fract() == 0.0 { 0 } else { 2 };
    let text = format::number(scaled, decimals, false);
    if is_share {
        format!("{text}{}%", format::NO_BREAK)
    } else {
        text
    }
}

fn fraction(check: &CheckResult) -> String {
    match (check.numerator, check.denominator) {
        (Some(numerator), Some(denominator)) => {
            format!(
                "{} of {}",
                format::count(numerator),
                format::count(denominator)
            )
        }
        _ => "–".to_owned(),
    }
}

fn found(check: &CheckResult) -> String {
    match check.rate.or(check.value) {
        Some(value) => number(check, value),
        None => "–".to_owned(),
    }
}

fn interval(check: &CheckResult) -> String {
    match (check.lower, check.upper) {
        (Some(lower), Some(upper)) => {
            format!("{} to {}", number(check, lower), number(check, upper))
        }
        (None, Some(upper)) => format!("at most {}", number(check, upper)),
        (Some(lower), None) => format!("at least {}", number(check, lower)),
        (None, None) => "–".to_owned(),
    }
}

fn summary(checks: &[CheckResult]) -> TableView {
    let row = |check: &CheckResult| {
        vec![
            CellView {
                link: Some(format!("#{}", anchor(&check.name))),
                ..CellView::text(&check.name)
            },
            CellView {
                sub: check
                    .waived_by
                    .iter()
                    .map(|who| format!("waived by {who}"))
                    .collect(),
                ..CellView::status(check.status)
            },
            CellView::text(&check.requirement),
            CellView {
                numeric: true,
                ..CellView::text(found(check))
            },
            CellView {
                numeric: true,
                ..CellView::text(fraction(check))
            },
            CellView {
                numeric: true,
                ..CellView::text(interval(check))
            },
        ]
    };
    TableView::new(
        &["Check", "Verdict", "Asked", "Found", "Counted", "Bounds"],
        checks.iter().map(row).collect(),
        "",
    )
}

fn check_view(check: &CheckResult) -> CheckView {
    let mut left_out = Vec::new();
    if check.n_not_applicable > 0 {
        left_out.push(format!(
            "{} could not be judged by any tolerance",
            plural(check.n_not_applicable, "unit", "units")
        ));
    }
    if check.n_refused > 0 {
        left_out.push(format!(
            "{} could not be compared at all",
            plural(check.n_refused, "unit", "units")
        ));
    }
    CheckView {
        id: anchor(&check.name),
        kind: plain(&check.kind),
        found: found(check),
        fraction: fraction(check),
        interval: interval(check),
        method: match (check.level, &check.method) {
            (Some(level), Some(method)) => format!("{}, {:.0} %", plain(method), level * 100.0),
            (_, method) => method.as_deref().map_or_else(|| "–".to_owned(), plain),
        },
        audits: further_audits(check),
        others: (check.by_reference.len() > 1).then(|| references(check)),
        left_out,
        check: check.clone(),
    }
}

fn references(check: &CheckResult) -> TableView {
    let row = |figure: &ReferenceFigure| {
        let percent = |share: f64| {
            format!(
                "{}{}%",
                format::number(share * 100.0, 2, false),
                format::NO_BREAK
            )
        };
        let numeric = |text: String| CellView {
            numeric: true,
            ..CellView::text(text)
        };
        vec![
            CellView::text(figure.reference.as_str()),
            CellView::status(figure.status),
            numeric(figure.rate.map_or_else(|| "–".to_owned(), percent)),
            numeric(format!(
                "{} of {}",
                format::count(figure.numerator),
                format::count(figure.denominator)
            )),
            numeric(match (figure.lower, figure.upper) {
                (Some(lower), Some(upper)) => format!("{} to {}", percent(lower), percent(upper)),
                _ => "–".to_owned(),
            }),
        ]
    };
    TableView::new(
        &["Kind of reference", "Verdict", "Rate", "Counted", "Bounds"],
        check.by_reference.iter().map(row).collect(),
        "",
    )
}

fn waivers(evidence: &Evidence) -> Option<TableView> {
    use crate::gates::WaiverState;
    let row = |waiver: &crate::gates::WaiverRecord| {
        vec![
            CellView::text(&waiver.check),
            CellView::text(&waiver.name),
            CellView::text(&waiver.reason),
            CellView::text(waiver.expires.to_string()),
            CellView::text(match waiver.state {
                WaiverState::Applied => "lets a failure pass",
                WaiverState::Expired => "expired",
                WaiverState::NotNeeded => "not needed",
                WaiverState::NotWaivable => "cannot be waived: not judged or not proved",
                WaiverState::UnknownCheck => "the policy has no such check",
            }),
        ]
    };
    (!evidence.waivers.is_empty()).then(|| {
        TableView::new(
            &["Check", "Who", "Why", "Until", "State"],
            evidence.waivers.iter().map(row).collect(),
            "",
        )
    })
}

fn studies(evidence: &Evidence) -> String {
    let shown: Vec<&str> = evidence
        .lot
        .studies
        .iter()
        .take(MOST_STUDIES)
        .map(String::as_str)
        .collect();
    let n_more = evidence.lot.studies.len() - shown.len();
    match n_more {
        0 => shown.join(", "),
        n => format!("{} and {n} more", shown.join(", ")),
    }
}

/// Letters, digits and dashes of a check's name.
fn anchor(name: &str) -> String {
    format!("check-{}", crate::reports::figures::identifier(name))
}

/// What would pass, where something would.
fn further_audits(check: &CheckResult) -> Option<String> {
    let audits = check.further_clean_audits.filter(|n| *n > 0);
    let studies = check.further_clean_studies.filter(|n| *n > 0);
    let more = match (audits, studies) {
        (Some(n), _) => plural(n, "more audit", "more audits"),
        (None, Some(n)) => plural(n, "more study like these", "more studies like these"),
        (None, None) => return None,
    };
    Some(format!("{more} without an error would pass"))
}
