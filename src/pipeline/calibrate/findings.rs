//! The first page: what changed, who moved, what to talk about. Most urgent first.

use crate::domain::Status;
use crate::reports::format;
use crate::reports::model::{AgreementRow, AnnotatorRow, CalibrationReport, Finding, Severity};

/// Size bias below this is not worth a sentence, however certain.
const BIAS_WORTH_SAYING: f64 = 0.02;
/// Fewer missing units than this are no habit.
const MISSES_WORTH_SAYING: u64 = 5;
const MAX_FINDINGS: usize = 12;
/// κ below which a calibration session should look: the lower end of "substantial" (Landis & Koch 1977).
const WEAK_KAPPA: f64 = 0.6;

/// Sentences from the report's own figures.
pub(super) fn findings(report: &CalibrationReport) -> Vec<Finding> {
    let mut found = Vec::new();
    for card in &report.stages {
        let severity = match card.status {
            Status::Fail | Status::Error => Severity::Act,
            Status::InsufficientEvidence => Severity::Watch,
            Status::Pass | Status::NotApplicable => Severity::Note,
        };
        let rate = match card.rate.value {
            Some(_) => format!(
                "{} ({})",
                card.rate.text_with_interval(),
                card.rate.n_text()
            ),
            None => card.rate.reason(),
        };
        found.push(finding(
            severity,
            format!(
                "{} stage, {}: {rate}. {}",
                capital(card.stage.as_str()),
                card.status.word(),
                card.sentence
            ),
            "#stages",
        ));
    }
    for row in &report.annotators {
        annotator(row, report, &mut found);
    }
    weak_agreement(report, &mut found);
    let n_skipped: u64 = report
        .imports
        .iter()
        .map(crate::reports::model::ImportCaveat::n_skipped)
        .sum();
    if n_skipped > 0 {
        found.push(finding(
            Severity::Note,
            format!(
                "{} records of the imports were left out; the reasons are listed below.",
                format::count(n_skipped)
            ),
            "#imports",
        ));
    }
    found.sort_by_key(|finding| finding.severity);
    found.truncate(MAX_FINDINGS);
    found
}

/// One sentence on all labels whose κ lies below the usual floor, the weakest named.
fn weak_agreement(report: &CalibrationReport, found: &mut Vec<Finding>) {
    let kappas: Vec<&AgreementRow> = report
        .agreement
        .iter()
        .filter(|row| row.coefficient.starts_with("cohen_kappa") && row.value.value.is_some())
        .collect();
    let mut weak: Vec<&AgreementRow> = kappas
        .iter()
        .copied()
        .filter(|row| {
            row.value
                .interval()
                .is_some_and(|(_, upper)| upper < WEAK_KAPPA)
        })
        .collect();
    weak.sort_by(|left, right| {
        left.value
            .value
            .unwrap_or(1.0)
            .total_cmp(&right.value.value.unwrap_or(1.0))
    });
    if let Some(row) = weak.first() {
        found.push(finding(
            Severity::Watch,
            format!(
                "Agreement is weak (κ below {WEAK_KAPPA}) on {} of {} scales; weakest: {} ({}), κ {}, {}.",
                weak.len(),
                kappas.len(),
                row.label,
                row.unit,
                row.value.text_with_interval(),
                row.value.n_text()
            ),
            "#agreement",
        ));
    }
}

fn annotator(row: &AnnotatorRow, report: &CalibrationReport, found: &mut Vec<Finding>) {
    let name = &row.rater;
    if row.status == Status::Fail {
        found.push(finding(
            Severity::Act,
            format!(
                "{name} is over the limit: {} ({}).",
                row.rate.text_with_interval(),
                row.rate.n_text()
            ),
            "#annotators",
        ));
    }
    if let Some(change) = row.change.as_ref().filter(|change| change.moved) {
        let worse = change.difference.value.is_some_and(|value| value > 0.0);
        found.push(finding(
            if worse { Severity::Act } else { Severity::Note },
            format!(
                "{name} got {}: the error rate moved by {} against the four weeks before.",
                if worse { "worse" } else { "better" },
                change.difference.text_with_interval()
            ),
            "#annotators",
        ));
    }
    if let (Some(bias), Some((lower, upper))) = (row.size_bias.value, row.size_bias.interval())
        && bias.abs() >= BIAS_WORTH_SAYING
        && (lower > 0.0 || upper < 0.0)
    {
        found.push(finding(
            Severity::Watch,
            format!(
                "{name} draws {} than the reference: {}, {}{}.",
                if bias > 0.0 { "larger" } else { "smaller" },
                row.size_bias.text_with_interval(),
                row.size_of().map_or(String::new(), |of| format!("{of}, ")),
                row.size_bias.n_text()
            ),
            "#annotators",
        ));
    }
    // A shape drawn elsewhere is one missing and one extra; what is not found at all has no extra beside it.
    let lost = |row: &AnnotatorRow| row.n_missing.saturating_sub(row.n_extra);
    let others: u64 = report
        .annotators
        .iter()
        .filter(|other| other.role == row.role && other.rater != row.rater)
        .map(lost)
        .max()
        .unwrap_or(0);
    if lost(row) >= MISSES_WORTH_SAYING && lost(row) >= 2 * others.max(1) {
        found.push(finding(
            Severity::Watch,
            format!(
                "{name} misses more than anyone else: {} units missing and {} extra; of the others nobody misses more than {others} beyond what they add.",
                row.n_missing, row.n_extra
            ),
            "#annotators",
        ));
    }
    let band = report.throughput.as_ref().map(|throughput| throughput.band);
    if let (Some(per_day), Some(band)) = (row.studies_per_day.value, band)
        && per_day > f64::from(band.max_per_day)
    {
        found.push(finding(
                Severity::Watch,
                format!(
                    "{name} works above the band: {} studies a day against {}–{}, with an error rate of {}. Rushing is a risk.",
                    format::number(per_day, 0, false),
                    band.min_per_day,
                    band.max_per_day,
                    row.rate.text_with_interval()
                ),
                "#throughput",
            ));
    }
}

fn finding(severity: Severity, sentence: String, link: &str) -> Finding {
    Finding {
        severity,
        sentence,
        link: Some(link.to_owned()),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}
