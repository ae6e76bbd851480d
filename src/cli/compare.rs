//! `concord compare`: two exports in, every pair and metric out.

use super::Global;
use super::ingest_flags::IngestFlags;
use super::output::{self, Align};
use crate::domain::{ErrorUnit, IngestOptions, Protocol};
use crate::pipeline::{
    CompareReport, CompareSource, PipelineError, compare, pairs_table, read_protocol,
};
use std::path::PathBuf;

/// Items named on the terminal; the rest is counted.
const MOST_REMARKS: usize = 5;

#[derive(clap::Args, Debug)]
pub struct CompareArgs {
    /// The export that is called true
    reference: PathBuf,
    /// The export that is held against it
    candidate: PathBuf,
    /// table, json, csv or parquet (csv and parquet: one row a pair)
    #[arg(long, default_value = "table", value_parser = ["table", "json", "csv", "parquet"])]
    output: String,
    /// Protocol file with labels and tolerances
    #[arg(long, value_name = "FILE")]
    protocol: Option<PathBuf>,
    /// Tolerance of the normalised surface distance, in mm where spacing is known, else px
    #[arg(long, value_name = "DISTANCE")]
    nsd_tolerance: Option<f64>,
    /// Least overlap at which two instances can be the same thing
    #[arg(long, value_name = "0-1")]
    min_overlap: Option<f64>,
    /// What the error rate counts: study, item or instance
    #[arg(long, value_name = "UNIT")]
    unit: Option<ErrorUnit>,
    /// Rater to take from the reference, where it holds several
    #[arg(long, value_name = "NAME")]
    reference_rater: Option<String>,
    /// Rater to take from the candidate, where it holds several
    #[arg(long, value_name = "NAME")]
    candidate_rater: Option<String>,
    /// Format of the reference, where it differs from --format
    #[arg(long, value_name = "FORMAT")]
    reference_format: Option<String>,
    /// Pattern for the paths of the reference, where it differs from --pattern
    #[arg(long, value_name = "REGEX")]
    reference_pattern: Option<String>,
    #[command(flatten)]
    ingest: IngestFlags,
}

pub fn run(args: &CompareArgs, global: &Global) -> Result<u8, PipelineError> {
    let mut protocol = match &args.protocol {
        Some(path) => read_protocol(path)?,
        None => Protocol::default(),
    };
    override_protocol(args, &mut protocol)?;
    let options = args.ingest.to_options()?;
    let reference_options = IngestOptions {
        format: args
            .reference_format
            .clone()
            .or_else(|| options.format.clone()),
        pattern: args
            .reference_pattern
            .clone()
            .or_else(|| options.pattern.clone()),
        ..options.clone()
    };
    let report = compare(
        &CompareSource {
            path: &args.reference,
            options: reference_options,
            rater: args.reference_rater.clone(),
        },
        &CompareSource {
            path: &args.candidate,
            options,
            rater: args.candidate_rater.clone(),
        },
        &protocol,
    )?;
    let n_unmatched = report.unmatched.reference_only.len() + report.unmatched.candidate_only.len();
    if !global.quiet && n_unmatched > 0 {
        output::message(&format!(
            "{} items are only in the reference and {} only in the candidate; they are in no figure",
            report.unmatched.reference_only.len(),
            report.unmatched.candidate_only.len()
        ));
    }
    if !global.quiet {
        for remark in report.suspected.iter().take(MOST_REMARKS) {
            output::message(&format!("{}: {}", remark.item, remark.reason));
        }
        if report.suspected.len() > MOST_REMARKS {
            output::message(&format!(
                "{} further items look turned as well; --output json lists them",
                report.suspected.len() - MOST_REMARKS
            ));
        }
    }
    match args.output.as_str() {
        "json" => output::json(&report)?,
        "csv" => output::bytes(&pairs_table(&report)?.to_csv()?)?,
        "parquet" => output::bytes(&pairs_table(&report)?.to_parquet()?)?,
        _ => output::data(&as_text(&report))?,
    }
    Ok(0)
}

fn override_protocol(args: &CompareArgs, protocol: &mut Protocol) -> Result<(), PipelineError> {
    if let Some(unit) = args.unit {
        protocol.error_unit = unit;
    }
    if let Some(tolerance) = args.nsd_tolerance {
        if !tolerance.is_finite() || tolerance < 0.0 {
            return Err(PipelineError::Parameter {
                what: "--nsd-tolerance",
                given: tolerance.to_string(),
                detail: "a distance of at least 0 is needed".to_owned(),
            });
        }
        protocol.nsd_tolerance = tolerance;
    }
    if let Some(overlap) = args.min_overlap {
        if !(overlap > 0.0 && overlap <= 1.0) {
            return Err(PipelineError::Parameter {
                what: "--min-overlap",
                given: overlap.to_string(),
                detail: "a share above 0 and at most 1 is needed".to_owned(),
            });
        }
        protocol.matching.min_overlap = overlap;
    }
    Ok(())
}

fn as_text(report: &CompareReport) -> String {
    let side = |name: &str, info: &crate::pipeline::SourceInfo| {
        format!(
            "{name:<10} {} ({}, {} items, {} annotations, {} left out)\n",
            info.file, info.format, info.n_items, info.n_annotations, info.n_skipped
        )
    };
    let mut text = side("reference", &report.reference) + &side("candidate", &report.candidate);
    let rows: Vec<Vec<String>> = report
        .summary
        .iter()
        .map(|row| {
            let unit = if row.unit == "ratio" {
                String::new()
            } else {
                row.unit.clone()
            };
            let interval = match (row.lower, row.upper) {
                (Some(lower), Some(upper)) => format!(
                    "{} – {}",
                    output::number(Some(lower), None),
                    output::number(Some(upper), None)
                ),
                _ => "–".to_owned(),
            };
            vec![
                row.label.clone(),
                row.technique.clone(),
                row.metric.clone(),
                unit,
                row.n.to_string(),
                row.n_undefined.to_string(),
                output::number(row.mean, None),
                interval,
                output::number(row.median, None),
            ]
        })
        .collect();
    text.push('\n');
    text.push_str(&output::table(
        &[
            ("label", Align::Left),
            ("technique", Align::Left),
            ("metric", Align::Left),
            ("unit", Align::Left),
            ("n", Align::Right),
            ("undefined", Align::Right),
            ("mean", Align::Right),
            ("95 % interval", Align::Left),
            ("median", Align::Right),
        ],
        &rows,
    ));
    for row in &report.label_means {
        text.push_str(&format!(
            "{} {} over {} labels of {}: {}\n",
            row.mean,
            row.metric,
            row.n,
            row.technique,
            output::number(row.value, row.undefined.as_deref()),
        ));
    }
    text.push_str(&super::compare_wholes::as_text(report));
    let mut kinds: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    for error in &report.errors {
        *kinds.entry(&error.kind).or_default() += 1;
    }
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(kind, n)| format!("{kind} {n}"))
        .collect();
    let rate = &report.error_rate;
    text.push_str(&format!(
        "\n{} pairs, {} errors{}\n",
        report.pairs.len(),
        report.errors.len(),
        if kinds.is_empty() {
            String::new()
        } else {
            format!(" ({})", kinds.join(", "))
        }
    ));
    text.push_str(&match (rate.rate, rate.lower, rate.upper) {
        (Some(value), Some(lower), Some(upper)) => format!(
            "error rate {:.2} % ({} of {} {}; 95 % Wilson {:.2} – {:.2} %)\n",
            value * 100.0,
            rate.numerator,
            rate.denominator,
            units_of(&rate.unit, rate.denominator),
            lower * 100.0,
            upper * 100.0
        ),
        _ => format!(
            "error rate undefined: {}\n",
            rate.undefined.as_deref().unwrap_or("no assessed units")
        ),
    });
    text
}

/// `study` in the plural where there are several.
fn units_of(unit: &str, n: u64) -> String {
    match (unit, n) {
        (unit, 1) => unit.to_owned(),
        ("study", _) => "studies".to_owned(),
        (unit, _) => format!("{unit}s"),
    }
}
