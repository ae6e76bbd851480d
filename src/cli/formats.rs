//! `concord formats`: what can be read, and what can be written.

use super::output;
use crate::exporters;
use crate::importers::ALL;
use crate::pipeline::PipelineError;
use serde::Serialize;

#[derive(clap::Args, Debug)]
pub struct FormatsArgs {
    /// table, json or markdown
    #[arg(long, default_value = "table", value_parser = ["table", "json", "markdown"])]
    output: String,
    /// With json: the formats that `concord export` writes, instead of those that are read
    #[arg(long)]
    written: bool,
}

#[derive(Serialize)]
struct FormatRow {
    format: &'static str,
    title: &'static str,
    detected_by: &'static str,
    maps: &'static str,
    ignores: &'static str,
    rater: &'static str,
    convention: &'static str,
}

#[derive(Serialize)]
struct ExportRow {
    export: &'static str,
    title: &'static str,
    writes: &'static str,
    leaves_out: &'static str,
}

struct Formats {
    importers: Vec<FormatRow>,
    exporters: Vec<ExportRow>,
}

pub fn run(args: &FormatsArgs) -> Result<u8, PipelineError> {
    let formats = Formats {
        importers: ALL
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
                    convention: format.convention,
                }
            })
            .collect(),
        exporters: exporters::ALL
            .iter()
            .map(|exporter| {
                let format = exporter.format();
                ExportRow {
                    export: format.key,
                    title: format.title,
                    writes: format.writes,
                    leaves_out: format.leaves_out,
                }
            })
            .collect(),
    };
    match args.output.as_str() {
        "json" if args.written => output::json(&formats.exporters)?,
        "json" => output::json(&formats.importers)?,
        "markdown" => output::data(&as_page(&formats))?,
        _ => output::data(&as_text(&formats))?,
    }
    Ok(0)
}

fn as_text(formats: &Formats) -> String {
    let mut text = String::new();
    for row in &formats.importers {
        text.push_str(&format!(
            "{} ({})\n  recognised by  {}\n  maps           {}\n  leaves out     {}\n  rater          {}\n  positions      {}\n",
            row.format,
            row.title,
            row.detected_by,
            row.maps,
            row.ignores,
            row.rater,
            positions(row)
        ));
    }
    text.push_str("\nto write with `concord export --format`:\n");
    for row in &formats.exporters {
        text.push_str(&format!(
            "{} ({})\n  writes         {}\n  leaves out     {}\n",
            row.export, row.title, row.writes, row.leaves_out
        ));
    }
    text
}

/// `docs/formats.md`.
fn as_page(formats: &Formats) -> String {
    let mut page = format!(
        "# Formats\n\n\
         What `concord formats` says; this page is made from it. {} formats are read, {} are written.\n\n\
         Everything is brought into one frame: pixels from 0 with the origin at the corner of the first pixel (pixel i spans i to i + 1), \
         patient millimetres towards left, posterior and superior in space. How the source states positions is kept with every reading. \
         What is left out is counted in the import's report, with its place and reason; nothing is skipped in silence.\n\n\
         Items meet by DICOM UID where the export has them, else by the image's file name without folder and extension \
         (`--item-key name` or `path` choose otherwise; `--pattern` and a sidecar table with a column `item` decide case by case; \
         `concord explain` previews it).\n\n## Read\n",
        formats.importers.len(),
        formats.exporters.len()
    );
    for row in &formats.importers {
        page.push_str(&format!(
            "\n### {}\n\n`{}`\n\n- **Recognised by:** {}\n- **Mapped:** {}\n- **Left out and counted:** {}\n- **Rater:** {}\n- **Positions:** {}\n",
            row.title,
            row.format,
            escaped(row.detected_by),
            escaped(row.maps),
            escaped(row.ignores),
            escaped(row.rater),
            escaped(positions(row))
        ));
    }
    page.push_str("\n## Written\n\n`concord export --format KEY --into FOLDER`\n");
    for row in &formats.exporters {
        page.push_str(&format!(
            "\n### {}\n\n`{}`\n\n- **Written:** {}\n- **Left out and counted:** {}\n",
            row.title,
            row.export,
            escaped(row.writes),
            escaped(row.leaves_out)
        ));
    }
    page
}

fn positions(row: &FormatRow) -> &'static str {
    match row.convention {
        "" => "none: nothing is drawn",
        stated => stated,
    }
}

/// Angle brackets outside code would be taken for tags.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut in_code = false;
    for letter in text.chars() {
        in_code ^= letter == '`';
        match letter {
            '<' if !in_code => out.push_str("&lt;"),
            letter => out.push(letter),
        }
    }
    out
}
