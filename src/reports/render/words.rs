//! Sentences and titles that HTML and Markdown share.

use crate::domain::{ErrorUnit, Status};
use crate::reports::format::{self, list};
use crate::reports::model::{AgendaCase, CalibrationReport, ImportCaveat, StageCard};

/// `studies`, for `n of N studies`.
pub fn units(unit: ErrorUnit) -> &'static str {
    match unit {
        ErrorUnit::Study => "studies",
        ErrorUnit::Item => "items",
        ErrorUnit::Instance => "instances",
    }
}

/// A stable name such as `rotated_box` as words.
pub fn plain(name: &str) -> String {
    name.replace('_', " ")
}

/// The verdict over all stages in one line, for the title of the page.
pub fn headline(report: &CalibrationReport) -> String {
    let of = |status: Status| {
        let cards = report
            .stages
            .iter()
            .filter(move |card| card.status == status);
        cards.map(|card| card.stage.as_str()).collect::<Vec<_>>()
    };
    let (broken, over, unsure) = (
        of(Status::Error),
        of(Status::Fail),
        of(Status::InsufficientEvidence),
    );
    let passed = of(Status::Pass);
    let verdict = if !broken.is_empty() {
        format!("{} could not be judged", list(&broken))
    } else if !over.is_empty() {
        match unsure.as_slice() {
            [] => format!("{} over the limit", list(&over)),
            unsure => format!(
                "{} over the limit, {} short of evidence",
                list(&over),
                list(unsure)
            ),
        }
    } else if !unsure.is_empty() {
        format!("not enough evidence yet at {}", list(&unsure))
    } else if !passed.is_empty() && passed.len() == report.stages.len() {
        "every stage below its limit".to_owned()
    } else if passed.is_empty() {
        "no stage assessed".to_owned()
    } else {
        format!("{} below the limit, the rest not assessed", list(&passed))
    };
    format!("{}: {verdict}", week(&report.week))
}

/// `Week 47 of 2026` for an ISO week, `All weeks` for `all`.
pub fn week(week: &str) -> String {
    match week.split_once("-W") {
        Some((year, number)) => format!("Week {} of {year}", number.trim_start_matches('0')),
        None if week == "all" => "All weeks".to_owned(),
        None => week.to_owned(),
    }
}

/// Period, protocol, software and date in one line.
pub fn stamp(report: &CalibrationReport) -> String {
    let mut parts = Vec::new();
    if let Some(period) = &report.period {
        parts.push(format!("{} to {}", period.first_day, period.last_day));
    }
    parts.push(format!(
        "protocol {} {}",
        report.protocol.name, report.protocol.version
    ));
    parts.push(format!("Concord {}", report.software));
    parts.push(format!("generated {}", report.generated_on));
    parts.join(" · ")
}

/// What stands in small print on a card.
pub fn facts(card: &StageCard) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(kind) = card.reference_kind {
        let method = match card.rate.method.as_str() {
            "" => String::new(),
            method => format!(" · {}", method.replace(" %", "\u{a0}%")),
        };
        facts.push(format!("Against {kind}{method}"));
    }
    if let Some(previous) = &card.previous {
        let text = match previous.value {
            Some(_) => previous.text_with_interval(),
            None => previous.reason(),
        };
        facts.push(format!("Four weeks before: {text}, {}", previous.n_text()));
    }
    for other in &card.other_kinds {
        let rate = other.rate.text_with_interval();
        facts.push(format!(
            "Against {}: {rate}, {}",
            other.reference_kind,
            other.rate.n_text()
        ));
    }
    if card.n_not_applicable > 0 {
        facts.push(format!(
            "{} that no tolerance could judge, not counted",
            format::count(card.n_not_applicable)
        ));
    }
    facts
}

/// How many clean audits would pass, where the evidence is short.
pub fn audits(card: &StageCard) -> Option<String> {
    let n = card
        .further_clean_audits
        .filter(|_| card.status == Status::InsufficientEvidence)?;
    Some(match n {
        1 => "1 more audit without error would pass".to_owned(),
        n => format!("{} more audits without error would pass", format::count(n)),
    })
}

/// Names the case by what it is about.
pub fn case_title(case: &AgendaCase) -> String {
    let raters: Vec<_> = case.raters.iter().map(String::as_str).collect();
    // Beyond a handful, names are read in the legend.
    let who = match raters.len() {
        0..=6 => list(&raters),
        n => format!("{n} raters"),
    };
    format!("{}: {who} disagree", case.label)
}

/// What an import left out, in one line.
pub fn caveat(import: &ImportCaveat) -> String {
    let reasons: Vec<_> = import
        .skipped
        .iter()
        .map(|skip| {
            format!(
                "{} {}",
                format::count(skip.n),
                format::reason_text(&skip.reason)
            )
        })
        .collect();
    match reasons.as_slice() {
        [] => "nothing skipped".to_owned(),
        reasons => reasons.join(", "),
    }
}

/// States what became of earlier decisions.
pub fn decisions_title(report: &CalibrationReport) -> String {
    let n_open = report
        .decisions
        .iter()
        .filter(|decision| decision.open)
        .count();
    let n_moved = report
        .decisions
        .iter()
        .filter(|decision| decision.moved == Some(true))
        .count();
    match report.decisions.len() {
        0 => "No earlier decisions".to_owned(),
        n => format!("Earlier decisions: {n_moved} of {n} moved their metric, {n_open} still open"),
    }
}

/// States who stands out.
pub fn annotators_title(report: &CalibrationReport) -> String {
    let over = report
        .annotators
        .iter()
        .filter(|row| row.status == Status::Fail);
    let over: Vec<_> = over.map(|row| row.rater.as_str()).collect();
    match over.as_slice() {
        [] if report.annotators.is_empty() => "Annotators".to_owned(),
        [] => "Annotators: nobody is shown to be over the limit".to_owned(),
        over => format!("Annotators: {} over the limit", list(over)),
    }
}

/// States how much was left out.
pub fn imports_title(report: &CalibrationReport) -> String {
    let n: u64 = report.imports.iter().map(ImportCaveat::n_skipped).sum();
    match (report.imports.len(), n) {
        (0, _) => "Imports".to_owned(),
        (_, 0) => "Imports: nothing was skipped".to_owned(),
        (_, n) => format!("Imports: {} records were skipped", format::count(n)),
    }
}
