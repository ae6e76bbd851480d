//! `concord metrics`: every figure, what it means, and what it promises.

mod markdown;

use super::output::{self, Align};
use crate::pipeline::{CatalogueEntry, PipelineError, catalogue};

#[derive(clap::Args, Debug)]
pub struct MetricsArgs {
    /// One figure, by its key or as `compare` prints it, with its whole definition
    key: Option<String>,
    /// table, json or markdown
    #[arg(long, default_value = "table", value_parser = ["table", "json", "markdown"])]
    output: String,
}

pub fn run(args: &MetricsArgs) -> Result<u8, PipelineError> {
    let mut entries = catalogue();
    if let Some(key) = &args.key {
        entries.retain(|entry| entry.key == key || entry.printed_as.contains(&key.as_str()));
        if entries.is_empty() {
            return Err(PipelineError::Parameter {
                what: "KEY",
                given: key.clone(),
                detail: "`concord metrics` lists the keys".to_owned(),
            });
        }
    }
    match args.output.as_str() {
        "json" => output::json(&entries)?,
        "markdown" => output::data(&markdown::page(&entries))?,
        _ if args.key.is_some() => {
            let texts: Vec<String> = entries.iter().map(in_full).collect();
            output::data(&texts.join("\n"))?;
        }
        _ => output::data(&table(&entries))?,
    }
    Ok(0)
}

fn table(entries: &[CatalogueEntry]) -> String {
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            vec![
                entry.key.to_owned(),
                entry.title.to_owned(),
                entry.kind.to_owned(),
                entry.unit_text(),
                entry.range_text(),
                entry.better.to_owned(),
                entry.symmetric_text().to_owned(),
                entry.undefined.clone(),
            ]
        })
        .collect();
    let headers = [
        "key",
        "figure",
        "of",
        "unit",
        "range",
        "best",
        "symmetric",
        "without value",
    ]
    .map(|name| (name, Align::Left));
    let mut text = output::table(&headers, &rows);
    text.push_str("\n`concord metrics KEY` gives the whole definition, its source, and what it was checked against.\n");
    text
}

fn in_full(entry: &CatalogueEntry) -> String {
    let mut text = format!("{}: {}\n", entry.key, entry.title);
    if let Some(more) = entry.explanation() {
        text.push_str(&format!("\n{more}\n"));
    }
    for (name, value) in entry.facts() {
        text.push_str(&format!("\n{name:<16}{value}"));
    }
    text.push('\n');
    for section in &entry.sections {
        text.push_str(&format!("\n{}\n", section.heading));
        let lines = section.text.lines();
        for line in lines.filter(|line| !line.starts_with("```")) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}
