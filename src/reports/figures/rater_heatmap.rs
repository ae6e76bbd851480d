//! Agreement of every rater with every other: value and n in the cell, undefined cells hatched with their reason.

use super::canvas::{Anchor, Canvas, Naming, shortened, text_width, two_lines};
use super::paint::{Paint, sequential};
use crate::reports::format;
use crate::reports::model::{HeatCell, Heatmap};

const CELL_WIDTH: f64 = 62.0;
const CELL_HEIGHT: f64 = 40.0;
const GAP: f64 = 1.5;
const TOP: f64 = 30.0;
const LEGEND: f64 = 30.0;
/// Characters of a name beside a row and above a column.
const NAME: usize = 16;
const SHORT_NAME: usize = 10;

/// What the matrix shows, in one sentence.
pub fn headline(heatmap: &Heatmap) -> String {
    let cells = heatmap.cells.iter().filter(|cell| cell.row != cell.column);
    let defined = cells.filter_map(|cell| cell.value.value.map(|value| (value, cell)));
    let weakest = defined.min_by(|a, b| a.0.total_cmp(&b.0));
    match weakest {
        Some((_, cell)) => format!(
            "{}: {} and {} agree least, {} {} ({})",
            heatmap.label,
            rater(heatmap, cell.row),
            rater(heatmap, cell.column),
            heatmap.metric,
            cell.value.text(),
            cell.value.n_text(),
        ),
        None => format!("{}: no pair of raters can be compared", heatmap.label),
    }
}

fn rater(heatmap: &Heatmap, index: usize) -> &str {
    heatmap.raters.get(index).map_or("?", String::as_str)
}

/// Rater × rater; the matrix is symmetric, a pair given once fills both cells.
pub fn svg(id: &str, heatmap: &Heatmap) -> String {
    let n = heatmap.raters.len();
    let widest = heatmap
        .raters
        .iter()
        .map(|name| text_width(&shortened(name, NAME), 11.0));
    let left = widest.fold(40.0, f64::max) + 8.0;
    let (width, height) = (
        left + CELL_WIDTH * n as f64,
        TOP + CELL_HEIGHT * n as f64 + LEGEND,
    );
    let mut canvas = Canvas::new(width.max(240.0), height);
    for (i, name) in heatmap.raters.iter().enumerate() {
        let across = left + CELL_WIDTH * (i as f64 + 0.5);
        let down = TOP + CELL_HEIGHT * (i as f64 + 0.5);
        let lines = two_lines(name, SHORT_NAME);
        for (j, line) in lines.iter().enumerate() {
            let y = TOP - 8.0 - 11.0 * (lines.len() - 1 - j) as f64;
            canvas.text([across, y], line, 10.0, Anchor::Middle, Paint::Muted);
        }
        let name = shortened(name, NAME);
        canvas.text([left - 8.0, down], &name, 11.0, Anchor::End, Paint::Ink);
    }
    for row in 0..n {
        for column in 0..n {
            let area = [
                left + CELL_WIDTH * column as f64,
                TOP + CELL_HEIGHT * row as f64,
                CELL_WIDTH - GAP,
                CELL_HEIGHT - GAP,
            ];
            let is_pair = |cell: &&HeatCell| {
                (cell.row, cell.column) == (row, column) || (cell.row, cell.column) == (column, row)
            };
            match heatmap.cells.iter().find(is_pair) {
                _ if row == column => canvas.rect(area, Paint::Surface),
                Some(cell) => pair_cell(&mut canvas, heatmap, cell, area),
                None => {
                    hatch(&mut canvas, area);
                    note(&mut canvas, area, "never paired");
                }
            }
        }
    }
    legend(&mut canvas, &heatmap.metric, left, height - LEGEND + 8.0);
    canvas.finish(Naming {
        id,
        title: &headline(heatmap),
        description: &heatmap.caption,
    })
}

fn pair_cell(canvas: &mut Canvas, heatmap: &Heatmap, cell: &HeatCell, area: [f64; 4]) {
    let [x, y, width, height] = area;
    let figure = &cell.value;
    let tip = format!(
        "{} and {}: {} {} ({}) {}",
        rater(heatmap, cell.row),
        rater(heatmap, cell.column),
        heatmap.metric,
        figure.text_with_interval(),
        figure.n_text(),
        figure.reason(),
    );
    canvas.linked(cell.link.as_deref(), tip.trim_end(), |canvas| {
        let Some(value) = figure.value else {
            hatch(canvas, area);
            note(canvas, area, &figure.reason());
            return;
        };
        let (fill, text) = sequential(value);
        canvas.rect(area, fill);
        let (middle, centre) = (x + width / 2.0, y + height / 2.0);
        canvas.bold(
            [middle, centre - 6.0],
            &figure.text(),
            12.5,
            Anchor::Middle,
            text,
        );
        let n = format!("n {}", format::count(figure.n));
        canvas.text([middle, centre + 9.0], &n, 9.5, Anchor::Middle, text);
    });
}

/// Diagonal lines, which read as "no value" in print and without colour.
pub(super) fn hatch(canvas: &mut Canvas, [x, y, width, height]: [f64; 4]) {
    canvas.rect([x, y, width, height], Paint::Surface);
    let mut from = -height;
    while from < width {
        // The line x = from + t, y = bottom − t, cut to the cell.
        let (start, end) = (from.max(0.0), (from + height).min(width));
        if end > start {
            let at = |across: f64| [x + across, y + height - (across - from)];
            canvas.group(&[("opacity", "0.4")], |canvas| {
                canvas.line(at(start), at(end), Paint::Muted, 1.0);
            });
        }
        from += 7.0;
    }
}

/// A short reason over at most two lines, on a patch that keeps it legible.
fn note(canvas: &mut Canvas, [x, y, width, height]: [f64; 4], reason: &str) {
    let (middle, centre) = (x + width / 2.0, y + height / 2.0);
    let lines = two_lines(reason, 11);
    let patch = 11.0 * lines.len() as f64;
    let widest = lines
        .iter()
        .map(|line| text_width(line, 9.0))
        .fold(0.0, f64::max);
    let patch_width = (widest + 4.0).min(width);
    let area = [
        middle - patch_width / 2.0,
        centre - patch / 2.0 - 1.0,
        patch_width,
        patch + 2.0,
    ];
    canvas.rect(area, Paint::Surface);
    for (i, line) in lines.iter().enumerate() {
        let y = centre + 11.0 * (i as f64 - (lines.len() as f64 - 1.0) / 2.0);
        canvas.text([middle, y], line, 9.0, Anchor::Middle, Paint::Muted);
    }
}

/// The colour scale, from 0 (and below) to 1.
fn legend(canvas: &mut Canvas, metric: &str, left: f64, y: f64) {
    let (steps, width) = (40, 90.0);
    let lowest = format!("{metric} ≤ 0");
    let from = left + text_width(&lowest, 10.0) + 4.0;
    canvas.text([left, y + 5.0], &lowest, 10.0, Anchor::Start, Paint::Muted);
    for step in 0..steps {
        let share = f64::from(step) / f64::from(steps - 1);
        let x = from + width * f64::from(step) / f64::from(steps);
        canvas.rect(
            [
                x,
                y,
                (width / f64::from(steps) + 1.0).min(from + width - x),
                10.0,
            ],
            sequential(share).0,
        );
    }
    canvas.text(
        [from + width + 5.0, y + 5.0],
        "1",
        10.0,
        Anchor::Start,
        Paint::Muted,
    );
}
