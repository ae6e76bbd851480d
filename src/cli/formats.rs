//! `concord formats`: what can be read.

use super::output;
use crate::importers::ALL;
use crate::pipeline::PipelineError;
use serde::Serialize;

#[derive(clap::Args, Debug)]
pub struct FormatsArgs {
    /// table or json
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
}

#[derive(Serialize)]
struct FormatRow {
    format: &'static str,
    title: &'static str,
    detected_by: &'static str,
    maps: &'static str,
    ignores: &'static str,
    rater: &'static str,
}

pub fn run(args: &FormatsArgs) -> Result<u8, PipelineError> {
    let rows: Vec<FormatRow> = ALL
        .iter()
        .map(|importer| {
            let format = importer.format();
            FormatRow {
                format: format.key,
                title: format.title,
                detected_by: format.detected_by,
                maps: format.maps,
                ignores: format.ignores,
                rater: format.rater,
            }
        })
        .collect();
    if args.output == "json" {
        output::json(&rows)?;
        return Ok(0);
    }
    let text: String = rows
        .iter()
        .map(|row| {
            format!(
                "{} ({})\n  recognised by  {}\n  maps           {}\n  leaves out     {}\n  rater          {}\n",
                row.format, row.title, row.detected_by, row.maps, row.ignores, row.rater
            )
        })
        .collect();
    output::data(&text)?;
    Ok(0)
}
