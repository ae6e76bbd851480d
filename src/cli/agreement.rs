//! `concord agreement`: a ratings table in, coefficients with intervals out.

use super::ingest_flags::IngestFlags;
use super::output::{self, Align};
use crate::agreement::Scale;
use crate::pipeline::{
    AgreementReport, AgreementRequest, ConsensusFigures, ConsensusMethod, ConsensusReport,
    PipelineError, agreement, consensus_table, write_file,
};
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
pub struct AgreementArgs {
    /// Table of item, rater, label (long), or one column per rater (wide); CSV or Parquet
    ratings: PathBuf,
    /// table or json
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
    /// Categories in their order, for weighted coefficients: none,mild,severe
    #[arg(long, value_delimiter = ',', value_name = "A,B,…")]
    categories: Option<Vec<String>>,
    /// Confidence level of the intervals
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    /// Resamples behind the interval of Krippendorff's α, and behind the intervals over whole studies where a study holds several units
    #[arg(long, default_value_t = 1000, value_name = "B")]
    resamples: u32,
    /// Seed of the resampling
    #[arg(long, default_value_t = 20_261_102)]
    seed: u64,
    /// One answer a unit and each rater against it: majority or dawid-skene
    #[arg(long, value_name = "METHOD", value_parser = ["majority", "dawid-skene"])]
    consensus: Option<String>,
    /// CSV of the consensus by unit, for `concord import --reference consensus`
    #[arg(long, value_name = "FILE", requires = "consensus")]
    consensus_output: Option<PathBuf>,
    #[command(flatten)]
    ingest: IngestFlags,
}

pub fn run(args: &AgreementArgs) -> Result<u8, PipelineError> {
    let scale = match args.ingest.scale.as_deref() {
        None | Some("nominal") => Scale::Nominal,
        Some("ordinal") => Scale::Ordinal,
        Some("interval") => Scale::Interval,
        Some("ratio") => Scale::Ratio,
        Some(other) => {
            return Err(PipelineError::Parameter {
                what: "--scale",
                given: other.to_owned(),
                detail: "write nominal, ordinal, interval or ratio".to_owned(),
            });
        }
    };
    let (report, _) = agreement(
        &args.ratings,
        &AgreementRequest {
            options: args.ingest.to_options()?,
            scale,
            categories: args.categories.clone(),
            level: args.level,
            n_resamples: args.resamples,
            seed: args.seed,
            consensus: args.consensus.as_deref().map(|method| match method {
                "majority" => ConsensusMethod::Majority,
                _ => ConsensusMethod::DawidSkene,
            }),
        },
    )?;
    if let (Some(path), Some(consensus)) = (&args.consensus_output, &report.consensus) {
        write_file(path, &consensus_table(consensus).to_csv()?)?;
    }
    if args.output == "json" {
        output::json(&report)?;
    } else {
        output::data(&as_text(&report))?;
    }
    Ok(0)
}

fn as_text(report: &AgreementReport) -> String {
    let mut text = format!(
        "{} ratings of {} units by {} raters on a {} scale; categories: {}\n",
        report.n_ratings,
        report.n_units,
        report.raters.len(),
        report.scale,
        report.categories.join(", ")
    );
    for note in &report.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    if report.n_skipped > 0 {
        text.push_str(&format!(
            "left out: {} (`concord explain` says why)\n",
            report.n_skipped
        ));
    }
    text.push('\n');
    let has_studies = report
        .coefficients
        .iter()
        .any(|found| found.study_interval.is_some());
    let rows: Vec<Vec<String>> = report
        .coefficients
        .iter()
        .map(|found| {
            let variant: Vec<&str> = [
                found.weights,
                found.scale,
                found.form,
                found.category.as_deref(),
            ]
            .into_iter()
            .flatten()
            .collect();
            let raters = if found.raters.len() == 2 && report.raters.len() > 2 {
                found.raters.join(" × ")
            } else {
                "all".to_owned()
            };
            let bounds = interval(found.lower, found.upper);
            let reason = found.undefined.as_ref().map(|undefined| undefined.reason);
            let studies = match found.study_interval {
                Some(over) => interval(over.lower, over.upper),
                None => String::new(),
            };
            let mut row = vec![
                found.name.to_owned(),
                variant.join(" "),
                raters,
                found.n.to_string(),
                output::number(found.value, reason),
                output::number(found.se, None),
                bounds,
            ];
            if has_studies {
                row.push(studies);
            }
            row
        })
        .collect();
    let level = format!(
        "{:.0} % interval",
        report.coefficients.first().map_or(0.95, |c| c.level) * 100.0
    );
    let mut columns = vec![
        ("coefficient", Align::Left),
        ("variant", Align::Left),
        ("raters", Align::Left),
        ("n", Align::Right),
        ("value", Align::Right),
        ("se", Align::Right),
        (level.as_str(), Align::Left),
    ];
    if has_studies {
        columns.push(("over whole studies", Align::Left));
    }
    text.push_str(&output::table(&columns, &rows));
    if let Some(consensus) = &report.consensus {
        text.push('\n');
        text.push_str(&consensus_text(consensus));
    }
    text
}

fn interval(lower: Option<f64>, upper: Option<f64>) -> String {
    match (lower, upper) {
        (Some(lower), Some(upper)) => format!(
            "{} – {}",
            output::number(Some(lower), None),
            output::number(Some(upper), None)
        ),
        _ => "–".to_owned(),
    }
}

fn consensus_text(found: &ConsensusReport) -> String {
    let mut text = format!(
        "consensus by {}: {} of {} units decided, {} tied\n",
        found.method, found.n_decided, found.n_units, found.n_tied
    );
    match &found.figures {
        ConsensusFigures::Majority { level, raters } => {
            let level = format!("{:.0} % interval", level * 100.0);
            let rows: Vec<Vec<String>> = raters
                .iter()
                .map(|one| {
                    let (all, others) = (&one.shares.with_all, &one.shares.with_others);
                    vec![
                        one.rater.clone(),
                        format!("{} / {}", all.n_agreed, all.n),
                        output::number(all.share, None),
                        format!("{} / {}", others.n_agreed, others.n),
                        output::number(others.share, None),
                        interval(others.lower, others.upper),
                    ]
                })
                .collect();
            text.push_str(&output::table(
                &[
                    ("rater", Align::Left),
                    ("with all", Align::Right),
                    ("share", Align::Right),
                    ("with the others", Align::Right),
                    ("share", Align::Right),
                    (&level, Align::Left),
                ],
                &rows,
            ));
        }
        ConsensusFigures::DawidSkene {
            convergence,
            slipped_categories,
            raters,
            ..
        } => {
            text.push_str(&format!(
                "{} after {} iterations; log-likelihood {}\n",
                if convergence.converged {
                    "converged"
                } else {
                    "not converged"
                },
                convergence.n_iterations,
                output::number(convergence.log_likelihood, None)
            ));
            if !slipped_categories.is_empty() {
                text.push_str(&format!(
                    "note: not to be trusted, since the raters mostly call them by another name: {}\n",
                    slipped_categories.join(", ")
                ));
            }
            let rows: Vec<Vec<String>> = raters
                .iter()
                .flat_map(|rater| {
                    rater.categories.iter().map(|one| {
                        vec![
                            rater.rater.clone(),
                            one.category.clone(),
                            output::number(Some(one.n_expected), None),
                            output::number(one.sensitivity, None),
                            output::number(one.specificity, None),
                        ]
                    })
                })
                .collect();
            text.push_str(&output::table(
                &[
                    ("rater", Align::Left),
                    ("category", Align::Left),
                    ("expected n", Align::Right),
                    ("sensitivity", Align::Right),
                    ("specificity", Align::Right),
                ],
                &rows,
            ));
        }
    }
    text
}
