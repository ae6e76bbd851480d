//! The bar of a verdict card: rate and interval on the fixed axis, with the limit line.

use super::RATE_AXIS;
use super::axis::{Scale, Whisker, whisker};
use super::canvas::{Anchor, Canvas, Naming};
use super::paint::Paint;
use crate::domain::Status;
use crate::reports::format;
use crate::reports::model::StageCard;

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 46.0;
const MARGIN: f64 = 8.0;
const BAR_Y: f64 = 17.0;

/// The paint that goes with a status; its mark and word always stand beside it.
pub(super) fn status_paint(status: Status) -> Paint {
    match status {
        Status::Pass => Paint::Pass,
        Status::Fail => Paint::Fail,
        Status::InsufficientEvidence => Paint::Unsure,
        Status::NotApplicable => Paint::Muted,
        Status::Error => Paint::Error,
    }
}

/// The interval bar of one card.
pub fn svg(id: &str, card: &StageCard) -> String {
    let scale = Scale {
        values: RATE_AXIS,
        pixels: (MARGIN, WIDTH - MARGIN),
    };
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    let (left, right) = scale.pixels;
    canvas.rect([left, BAR_Y - 5.0, right - left, 10.0], Paint::Surface);
    for percent in 0..=5 {
        let x = scale.at(f64::from(percent) / 100.0);
        canvas.line([x, BAR_Y + 5.0], [x, BAR_Y + 8.0], Paint::Rule, 1.0);
    }
    let end = format::limit(RATE_AXIS.1);
    canvas.text([left, HEIGHT - 7.0], "0", 10.0, Anchor::Start, Paint::Muted);
    canvas.text([right, HEIGHT - 7.0], &end, 10.0, Anchor::End, Paint::Muted);

    let limit_x = scale.within(card.limit);
    canvas.line([limit_x, 4.0], [limit_x, BAR_Y + 13.0], Paint::Limit, 1.6);
    let limit = format!("limit {}", format::limit(card.limit));
    canvas.text(
        [limit_x, HEIGHT - 7.0],
        &limit,
        10.0,
        Anchor::Middle,
        Paint::Limit,
    );

    if let Some(value) = card.rate.value {
        let paint = status_paint(card.status);
        if let Some((lower, upper)) = card.rate.interval() {
            let (from, to) = (scale.within(lower), scale.within(upper));
            canvas.group(&[("opacity", "0.28")], |canvas| {
                canvas.rect([from, BAR_Y - 5.0, to - from, 10.0], paint);
            });
        }
        let mark = Whisker {
            value,
            interval: card.rate.interval(),
            y: BAR_Y,
            paint,
            hollow: false,
            text: &card.rate.text(),
        };
        whisker(&mut canvas, &scale, &mark);
    } else {
        let x = (left + right) / 2.0;
        canvas.text(
            [x, BAR_Y],
            &card.rate.reason(),
            10.5,
            Anchor::Middle,
            Paint::Muted,
        );
    }
    canvas.finish(Naming {
        id,
        title: &format!(
            "Error rate at {}: {}",
            card.stage,
            card.rate.text_with_interval()
        ),
        description: &format!(
            "{} on a fixed axis from 0 to {end}; {limit}; {}",
            card.rate.n_text(),
            card.status.word(),
        ),
    })
}
