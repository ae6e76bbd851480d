//! Confusion matrix: reference labels down, candidate labels across, shaded by the share of the row.

use super::canvas::{Anchor, Canvas, Naming, shortened, text_width, two_lines};
use super::paint::{Paint, sequential};
use super::rater_heatmap::hatch;
use crate::reports::format;
use crate::reports::model::ConfusionMatrix;

const CELL_WIDTH: f64 = 62.0;
const CELL_HEIGHT: f64 = 30.0;
const GAP: f64 = 1.5;
const TOP: f64 = 48.0;

/// What the matrix shows, in one sentence.
pub fn headline(matrix: &ConfusionMatrix) -> String {
    match matrix.top.first() {
        Some(top) => format!(
            "{} is most often taken for {}: {} ({})",
            top.reference,
            top.candidate,
            top.share.text(),
            top.share.n_text(),
        ),
        None => format!("{}: no label is taken for another", matrix.title),
    }
}

pub fn svg(id: &str, matrix: &ConfusionMatrix) -> String {
    let n = matrix.labels.len();
    let widest = matrix
        .labels
        .iter()
        .map(|label| text_width(&shortened(label, 18), 11.0));
    let left = widest.fold(60.0, f64::max) + 8.0;
    // One more column holds the total of the row.
    let width = left + CELL_WIDTH * (n + 1) as f64;
    let mut canvas = Canvas::new(width.max(240.0), TOP + CELL_HEIGHT * n as f64 + 4.0);
    let sides = format!("{} ↓  {} →", matrix.row_side, matrix.column_side);
    canvas.text([0.0, 10.0], &sides, 10.0, Anchor::Start, Paint::Muted);
    for (i, label) in matrix.labels.iter().enumerate() {
        let across = left + CELL_WIDTH * (i as f64 + 0.5);
        let down = TOP + CELL_HEIGHT * (i as f64 + 0.5);
        let lines = two_lines(label, 9);
        for (j, line) in lines.iter().enumerate() {
            let y = TOP - 9.0 - 11.0 * (lines.len() - 1 - j) as f64;
            canvas.text([across, y], line, 10.0, Anchor::Middle, Paint::Muted);
        }
        canvas.text(
            [left - 8.0, down],
            &shortened(label, 18),
            11.0,
            Anchor::End,
            Paint::Ink,
        );
    }
    let totals_x = left + CELL_WIDTH * (n as f64 + 0.5);
    canvas.text(
        [totals_x, TOP - 9.0],
        "total",
        10.0,
        Anchor::Middle,
        Paint::Muted,
    );
    for (row, counts) in matrix.counts.iter().enumerate().take(n) {
        let total: u64 = counts.iter().sum();
        let y = TOP + CELL_HEIGHT * row as f64;
        for (column, &count) in counts.iter().enumerate().take(n) {
            let x = left + CELL_WIDTH * column as f64;
            let area = [x, y, CELL_WIDTH - GAP, CELL_HEIGHT - GAP];
            let tip = format!(
                "{} as {}: {count} of {total}",
                matrix.labels[row], matrix.labels[column]
            );
            canvas.linked(None, &tip, |canvas| {
                cell(canvas, area, count, total, row == column)
            });
        }
        let at = [totals_x, y + CELL_HEIGHT / 2.0];
        canvas.text(
            at,
            &format::count(total),
            10.5,
            Anchor::Middle,
            Paint::Muted,
        );
    }
    canvas.finish(Naming {
        id,
        title: &headline(matrix),
        description: &matrix.caption,
    })
}

fn cell(canvas: &mut Canvas, area: [f64; 4], count: u64, total: u64, diagonal: bool) {
    let [x, y, width, height] = area;
    if total == 0 {
        hatch(canvas, area);
        return;
    }
    let (fill, text) = match count {
        0 => (Paint::Surface, Paint::Muted),
        _ => sequential(count as f64 / total as f64),
    };
    canvas.rect(area, fill);
    if diagonal {
        canvas.frame(
            [x + 0.7, y + 0.7, width - 1.4, height - 1.4],
            Paint::Ink,
            1.2,
        );
    }
    let at = [x + width / 2.0, y + height / 2.0];
    canvas.text(at, &format::count(count), 11.5, Anchor::Middle, text);
}
