//! Tables on stdout, messages on stderr.

use crate::pipeline::PipelineError;
use std::error::Error;
use std::io::Write;

/// Writes data to stdout. A reader that stops early (`| head`) is no error.
///
/// # Errors
/// When stdout cannot be written.
pub fn data(text: &str) -> Result<(), PipelineError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(PipelineError::Io {
            file: "stdout".to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}

/// Writes bytes to stdout, as `data`.
///
/// # Errors
/// When stdout cannot be written.
pub fn bytes(content: &[u8]) -> Result<(), PipelineError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(content).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(PipelineError::Io {
            file: "stdout".to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}

/// Serialises to indented JSON on stdout.
///
/// # Errors
/// When stdout cannot be written.
pub fn json(value: &impl serde::Serialize) -> Result<(), PipelineError> {
    let mut text = serde_json::to_string_pretty(value)
        .map_err(|error| PipelineError::Internal(error.to_string()))?;
    text.push('\n');
    data(&text)
}

/// Writes one message line to stderr; a closed stderr is ignored.
pub fn message(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// An error with its causes, outermost first.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// How a column is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// A plain text table with a header line; numbers right, words left.
pub fn table(headers: &[(&str, Align)], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = headers
        .iter()
        .map(|(name, _)| name.chars().count())
        .collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    let mut line = |cells: Vec<&str>| {
        let mut out = String::new();
        for ((cell, (_, align)), width) in cells.iter().zip(headers).zip(&widths) {
            let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
            match align {
                Align::Left => out.push_str(&format!("{cell}{pad}  ")),
                Align::Right => out.push_str(&format!("{pad}{cell}  ")),
            }
        }
        text.push_str(out.trim_end());
        text.push('\n');
    };
    line(headers.iter().map(|(name, _)| *name).collect());
    let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    line(rules.iter().map(String::as_str).collect());
    for row in rows {
        line(row.iter().map(String::as_str).collect());
    }
    text
}

/// A number with up to four digits after the point, or why there is none.
pub fn number(value: Option<f64>, undefined: Option<&str>) -> String {
    match value {
        Some(value) => {
            let text = format!("{value:.4}");
            let trimmed = text.trim_end_matches('0').trim_end_matches('.');
            if trimmed.is_empty() || trimmed == "-0" {
                "0".to_owned()
            } else {
                trimmed.to_owned()
            }
        }
        None => undefined.unwrap_or("–").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Align, number, table};

    #[test]
    fn an_undefined_number_says_why() {
        assert_eq!(number(None, Some("both_empty")), "both_empty");
        assert_eq!(number(Some(0.91), None), "0.91");
        assert_eq!(number(Some(-0.000001), None), "0");
    }

    #[test]
    fn columns_line_up_with_words_left_and_numbers_right() {
        let text = table(
            &[("label", Align::Left), ("n", Align::Right)],
            &[
                vec!["nodule".into(), "7".into()],
                vec!["x".into(), "12".into()],
            ],
        );
        assert_eq!(text, "label    n\n──────  ──\nnodule   7\nx       12\n");
    }
}
