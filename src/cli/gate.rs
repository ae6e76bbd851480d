//! `concord gate`: may this release ship?

use super::Global;
use super::output::{self, Align};
use crate::gates::{Evidence, exit_code, junit_xml, markdown_summary};
use crate::pipeline::{
    LotRequest, PipelineError, judge, open_store, project, read_policy, read_text, write_file,
};
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
pub struct GateArgs {
    /// Project whose studies are proposed for release
    #[arg(long, short, default_value = "default")]
    project: String,
    /// Policy file; the default policy where none is given
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// File with one study key a line: the lot; all studies of the project otherwise
    #[arg(long, value_name = "FILE")]
    lot: Option<PathBuf>,
    /// Day on which waivers are looked at (YYYY-MM-DD); today otherwise
    #[arg(long, value_name = "DAY")]
    on: Option<String>,
    /// table, json (the evidence record) or md
    #[arg(long, default_value = "table", value_parser = ["table", "json", "md"])]
    output: String,
    /// Also write the checks as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

pub fn run(args: &GateArgs, global: &Global) -> Result<u8, PipelineError> {
    let policy = read_policy(args.policy.as_deref())?;
    let store = open_store(&global.data_dir)?;
    let target = project(&store, &args.project)?;
    let request = LotRequest {
        studies: match &args.lot {
            Some(path) => Some(
                read_text(path)?
                    .lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty() && !line.starts_with('#'))
                    .map(str::to_owned)
                    .collect(),
            ),
            None => None,
        },
        evaluated_on: args.on.clone(),
    };
    let evidence = judge(&store, &target, &policy, &request)?;
    if let Some(path) = &args.junit {
        write_file(path, junit_xml(&evidence).as_bytes())?;
    }
    match args.output.as_str() {
        "json" => output::data(&format!("{}\n", evidence.to_json()))?,
        "md" => output::data(&markdown_summary(&evidence))?,
        _ => output::data(&as_text(&evidence))?,
    }
    Ok(exit_code(evidence.status))
}

/// The record as people read it.
pub(super) fn as_text(evidence: &Evidence) -> String {
    let percent = |share: Option<f64>| {
        share.map_or("–".to_owned(), |share| format!("{:.2} %", share * 100.0))
    };
    let rows: Vec<Vec<String>> = evidence
        .checks
        .iter()
        .map(|check| {
            let counted = match (check.numerator, check.denominator) {
                (Some(numerator), Some(denominator)) => format!("{numerator} of {denominator}"),
                _ => check
                    .value
                    .map_or("–".to_owned(), |value| output::number(Some(value), None)),
            };
            vec![
                check.status.mark().to_owned(),
                check.name.clone(),
                check.status.word().to_owned(),
                counted,
                percent(check.rate),
                check.requirement.clone(),
                check.reason.clone(),
            ]
        })
        .collect();
    let mut text = format!("{}\n\n", evidence.headline());
    text.push_str(&output::table(
        &[
            ("", Align::Left),
            ("check", Align::Left),
            ("status", Align::Left),
            ("counted", Align::Right),
            ("rate", Align::Right),
            ("required", Align::Left),
            ("reason", Align::Left),
        ],
        &rows,
    ));
    text.push_str(&format!(
        "\nlot {} ({}) · policy {} {} · evidence {}\n",
        short(&evidence.lot.hash),
        n_studies(evidence.lot.n_studies),
        evidence.policy.name,
        short(&evidence.policy.hash),
        short(&evidence.hash())
    ));
    text
}

pub(super) fn n_studies(n: u64) -> String {
    format!("{n} {}", if n == 1 { "study" } else { "studies" })
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
