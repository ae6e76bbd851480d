//! Error rate by rater with interval whiskers and the limit, lowest first.

use super::axis::{Scale, Whisker, whisker};
use super::canvas::{Anchor, Canvas, Naming, TEXT, shortened};
use super::paint::Paint;
use super::verdict_bar::status_paint;
use crate::domain::Status;
use crate::reports::format::{self, list};
use crate::reports::model::AnnotatorRow;

const WIDTH: f64 = 620.0;
const LEFT: f64 = 170.0;
const RIGHT: f64 = 130.0;
const TOP: f64 = 22.0;
const ROW: f64 = 26.0;
/// The axis ends here unless a rate lies beyond.
const LEAST_END: f64 = 0.05;

/// What the figure shows, in one sentence.
pub fn headline(rows: &[AnnotatorRow], limit: f64) -> String {
    let over: Vec<&str> = rows
        .iter()
        .filter(|row| row.status == Status::Fail)
        .map(|row| row.rater.as_str())
        .collect();
    let limit = format::limit(limit);
    match over.as_slice() {
        [] => format!("No whisker lies wholly above {limit}"),
        over => format!("{} above {limit}, chance left out", list(over)),
    }
}

/// What is counted, and how the whiskers were made.
pub fn caption(rows: &[AnnotatorRow]) -> String {
    let method = rows
        .iter()
        .map(|row| row.rate.method.as_str())
        .find(|method| !method.is_empty());
    match method {
        Some(method) => {
            format!("Errors over assessed units, lowest rate first; whiskers: {method}")
        }
        None => "Errors over assessed units, lowest rate first".to_owned(),
    }
}

/// One row for everyone with a rate.
pub fn svg(id: &str, rows: &[AnnotatorRow], limit: f64) -> String {
    let mut sorted: Vec<(f64, &AnnotatorRow)> = rows
        .iter()
        .filter_map(|row| Some((row.rate.value?, row)))
        .collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.rater.cmp(&b.1.rater)));
    let furthest = sorted
        .iter()
        .map(|(rate, _)| *rate)
        .fold(LEAST_END, f64::max);
    // Up to the next fortieth, with room for part of the whisker; what is longer ends in an arrow.
    let end = if furthest > LEAST_END {
        (furthest * 1.35 * 40.0).ceil() / 40.0
    } else {
        LEAST_END
    };
    let scale = Scale {
        values: (0.0, end.min(1.0)),
        pixels: (LEFT, WIDTH - RIGHT),
    };
    let bottom = TOP + ROW * sorted.len() as f64;
    let mut canvas = Canvas::new(WIDTH, bottom + 22.0);
    for tick in scale.ticks(6) {
        let x = scale.at(tick);
        canvas.line([x, TOP], [x, bottom], Paint::Rule, 0.7);
        canvas.text(
            [x, bottom + 11.0],
            &format::limit(tick),
            10.0,
            Anchor::Middle,
            Paint::Muted,
        );
    }
    let limit_x = scale.within(limit);
    canvas.line([limit_x, TOP - 3.0], [limit_x, bottom], Paint::Limit, 1.4);
    let text = format!("limit {}", format::limit(limit));
    canvas.text(
        [limit_x, TOP - 11.0],
        &text,
        10.0,
        Anchor::Middle,
        Paint::Limit,
    );
    for (i, (value, row)) in sorted.iter().enumerate() {
        let y = TOP + ROW * (i as f64 + 0.5);
        let tip = format!(
            "{}: {}, {}",
            row.rater,
            row.rate.text_with_interval(),
            row.rate.n_text()
        );
        canvas.linked(row.link.as_deref(), &tip, |canvas| {
            let name = format!("{} {}", row.status.mark(), shortened(&row.rater, 22));
            canvas.text([0.0, y], &name, TEXT + 0.5, Anchor::Start, Paint::Ink);
            let text = row.rate.text_beside(limit);
            let mark = Whisker {
                value: *value,
                interval: row.rate.interval(),
                y,
                paint: status_paint(row.status),
                hollow: false,
                text: &text,
            };
            whisker(canvas, &scale, &mark);
            canvas.bold(
                [WIDTH - 72.0, y],
                &text,
                TEXT + 0.5,
                Anchor::End,
                Paint::Ink,
            );
            canvas.text(
                [WIDTH, y],
                &row.rate.n_text(),
                10.0,
                Anchor::End,
                Paint::Muted,
            );
        });
    }
    canvas.finish(Naming {
        id,
        title: &headline(rows, limit),
        description: &caption(rows),
    })
}
