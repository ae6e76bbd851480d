//! The report as GitHub-flavoured Markdown: the same sentences and tables, without figures.

use super::rows;
use super::tables::{CellView, TableView};
use super::words;
use crate::reports::format;
use crate::reports::model::{CalibrationReport, Finding, StageCard};
use std::fmt::Write as _;

/// The whole report.
pub fn markdown(report: &CalibrationReport) -> String {
    let mut text = format!(
        "# {}\n\n{}: {}\n",
        escape(&words::headline(report)),
        escape(&report.project),
        escape(&words::stamp(report)),
    );
    section(&mut text, "Findings");
    for finding in &report.findings {
        let _ = writeln!(text, "- {}", finding_line(finding));
    }
    if report.findings.is_empty() {
        text.push_str("Nothing changed that the intervals could tell from chance.\n");
    }
    section(&mut text, "Stages");
    table(&mut text, &stages(&report.stages));
    section(&mut text, "Cases to discuss");
    for (i, case) in report.agenda.iter().enumerate() {
        let _ = writeln!(
            text,
            "### {}. {}\n",
            i + 1,
            escape(&words::case_title(case))
        );
        let technique = words::plain(&case.technique);
        let _ = writeln!(
            text,
            "{}, study {}, {technique}\n",
            escape(&case.item),
            escape(&case.study)
        );
        let _ = writeln!(text, "- Why this case: {}", escape(&case.why));
        let _ = writeln!(text, "- What the protocol says: {}", escape(&case.rule));
        if let Some(note) = &case.overlay_note {
            let _ = writeln!(text, "- Picture (HTML report): {}", escape(note));
        }
        text.push('\n');
        if !case.pairs.is_empty() {
            table(&mut text, &rows::pairs(case));
            text.push('\n');
        }
    }
    if report.agenda.is_empty() {
        text.push_str("None: no two raters drew or named the same item differently.\n");
    }
    section(&mut text, &words::decisions_title(report));
    table(&mut text, &rows::decisions(&report.decisions));
    section(&mut text, &words::annotators_title(report));
    table(&mut text, &rows::annotators(&report.annotators));
    section(&mut text, "Agreement between raters");
    table(&mut text, &rows::agreement(&report.agreement));
    for matrix in &report.confusions {
        section(&mut text, &matrix.title);
        table(&mut text, &rows::confusions(matrix));
    }
    if let Some(throughput) = &report.throughput {
        section(&mut text, "Throughput");
        table(&mut text, &rows::throughput(throughput));
    }
    for data in &report.tables {
        section(&mut text, &data.title);
        table(&mut text, &rows::data(data));
    }
    section(&mut text, &words::imports_title(report));
    table(&mut text, &rows::imports(&report.imports));
    section(&mut text, "Method and versions");
    for note in &report.method {
        let _ = writeln!(text, "- {}: {}", escape(&note.topic), escape(&note.text));
    }
    let protocol = &report.protocol;
    let _ = writeln!(
        text,
        "- Protocol: {}, version {}, content hash `{}`",
        escape(&protocol.name),
        escape(&protocol.version),
        protocol.hash.replace('`', ""),
    );
    let _ = writeln!(text, "- Software: Concord {}", escape(&report.software));
    // Typographic spaces would only be in the way of a search.
    text.replace(format::NO_BREAK, " ")
        .replace(['\u{2007}', '\u{2008}'], "")
}

fn section(text: &mut String, title: &str) {
    let _ = write!(text, "\n## {}\n\n", escape(title));
}

fn finding_line(finding: &Finding) -> String {
    format!(
        "**{}**: {}",
        finding.severity.word(),
        escape(&finding.sentence)
    )
}

fn stages(cards: &[StageCard]) -> TableView {
    let row = |card: &StageCard| {
        let mut rate = CellView::figure(&card.rate);
        rate.text = card.rate.text_beside(card.limit);
        let audits = words::audits(card).map_or_else(String::new, |audits| format!(" {audits}."));
        vec![
            CellView::text(card.stage.as_str()),
            CellView::status(card.status),
            rate,
            CellView {
                numeric: true,
                ..CellView::text(format::limit(card.limit))
            },
            CellView::text(words::facts(card).join("; ")),
            CellView::text(format!("{}{audits}", card.sentence)),
        ]
    };
    let names = [
        "Stage",
        "Status",
        "Error rate",
        "Limit",
        "Evidence",
        "What to do",
    ];
    TableView::new(&names, cards.iter().map(row).collect(), "")
}

fn table(text: &mut String, table: &TableView) {
    if table.rows.is_empty() {
        text.push_str("Nothing to show.\n");
        return;
    }
    let names: Vec<_> = table
        .columns
        .iter()
        .map(|column| escape(&column.name))
        .collect();
    let rules = table
        .columns
        .iter()
        .map(|column| if column.numeric { "---:" } else { "---" });
    let _ = writeln!(text, "| {} |", names.join(" | "));
    let _ = writeln!(text, "| {} |", rules.collect::<Vec<_>>().join(" | "));
    for row in &table.rows {
        let cells: Vec<_> = row.iter().map(cell).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    if !table.caption.is_empty() {
        let _ = writeln!(text, "\n{}", escape(&table.caption));
    }
}

fn cell(cell: &CellView) -> String {
    let status = cell.status.map_or_else(String::new, |status| {
        format!("{} {}", status.mark(), status.word())
    });
    let main = [status, escape(&cell.text)]
        .into_iter()
        .filter(|part| !part.is_empty());
    let main = main.collect::<Vec<_>>().join(" ");
    match cell.sub.join(", ") {
        sub if sub.is_empty() => main,
        sub => format!("{main} ({})", escape(&sub)),
    }
}

/// Text that Markdown prints as it stands.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => escaped.extend(['\\', c]),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
