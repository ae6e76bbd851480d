//! The page of all figures, `docs/metrics.md`.

use crate::pipeline::CatalogueEntry;

/// The page: a table of all, then each in full.
pub(super) fn page(entries: &[CatalogueEntry]) -> String {
    let mut text = String::from(
        "# Metrics and coefficients\n\n\
         Made by `concord metrics --output markdown` from the registries and the docstrings of the functions that compute the \
         figures; a test keeps this page equal to them. Undefined is a value of its own, with its reason: never 0, 1 or NaN.\n\n\
         | figure | key | of | unit | range | best | symmetric |\n|---|---|---|---|---|---|---|\n",
    );
    for entry in entries {
        text.push_str(&format!(
            "| [{}](#{}) | `{}` | {} | {} | {} | {} | {} |\n",
            cell(entry.title),
            entry.key,
            entry.key,
            entry.kind,
            cell(&entry.unit_text()),
            entry.range_text(),
            entry.better,
            entry.symmetric_text(),
        ));
    }
    for entry in entries {
        text.push_str(&format!("\n## {}\n\n{}", entry.key, entry.title));
        match entry.explanation() {
            Some(more) => text.push_str(&format!(": {more}\n\n")),
            None => text.push_str(".\n\n"),
        }
        text.push_str("| | |\n|---|---|\n");
        for (name, value) in entry.facts() {
            text.push_str(&format!("| {name} | {} |\n", cell(&value)));
        }
        for section in &entry.sections {
            text.push_str(&format!("\n### {}\n\n{}\n", section.heading, section.text));
        }
    }
    text
}

/// Text within a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
