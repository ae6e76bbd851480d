//! Error rate by stage with interval whiskers on the fixed axis; the trailing weeks hollow below.

use super::RATE_AXIS;
use super::axis::{Scale, Whisker, whisker};
use super::canvas::{Anchor, Canvas, Naming, TEXT};
use super::paint::Paint;
use super::verdict_bar::status_paint;
use crate::domain::Status;
use crate::reports::format::{self, list};
use crate::reports::model::StageCard;

const WIDTH: f64 = 460.0;
const LEFT: f64 = 96.0;
const RIGHT: f64 = 78.0;
const TOP: f64 = 22.0;
const ROW: f64 = 44.0;

/// What the figure shows, in one sentence.
pub fn headline(cards: &[StageCard]) -> String {
    let over: Vec<_> = named(cards, Status::Fail);
    let unsure = named(cards, Status::InsufficientEvidence);
    let passed = named(cards, Status::Pass);
    match (over.as_slice(), unsure.as_slice(), passed.as_slice()) {
        ([], [], []) => "No stage has been assessed".to_owned(),
        ([], [], _) if passed.len() == cards.len() => "Every stage is below its limit".to_owned(),
        ([], [], passed) => format!("{} below the limit; the rest is not assessed", list(passed)),
        ([], unsure, _) => format!("Not enough evidence yet at {}", list(unsure)),
        (over, ..) => format!("Over the limit at {}", list(over)),
    }
}

fn named(cards: &[StageCard], status: Status) -> Vec<&'static str> {
    let of_status = cards.iter().filter(|card| card.status == status);
    of_status.map(|card| card.stage.as_str()).collect()
}

/// One row a stage, in the given order.
pub fn svg(id: &str, cards: &[StageCard]) -> String {
    let height = TOP + ROW * cards.len() as f64 + 24.0;
    let scale = Scale {
        values: RATE_AXIS,
        pixels: (LEFT, WIDTH - RIGHT),
    };
    let bottom = height - 24.0;
    let mut canvas = Canvas::new(WIDTH, height);
    for percent in 0..=5 {
        let x = scale.at(f64::from(percent) / 100.0);
        canvas.line([x, TOP], [x, bottom], Paint::Rule, 0.7);
        let tick = if percent == 5 {
            "5 %".to_owned()
        } else {
            percent.to_string()
        };
        canvas.text(
            [x, bottom + 12.0],
            &tick,
            10.0,
            Anchor::Middle,
            Paint::Muted,
        );
    }
    let mut drawn = Vec::new();
    for (row, card) in cards.iter().enumerate() {
        let y = TOP + ROW * (row as f64 + 0.5);
        let x = scale.within(card.limit);
        canvas.group(&[("class", "limit")], |canvas| {
            canvas.line([x, y - ROW / 2.0], [x, y + ROW / 2.0], Paint::Limit, 1.4);
        });
        if !drawn.contains(&card.limit) {
            let text = format!("limit {}", format::limit(card.limit));
            canvas.text([x, TOP - 10.0], &text, 10.0, Anchor::Middle, Paint::Limit);
            drawn.push(card.limit);
        }
        stage_row(&mut canvas, &scale, card, y);
    }
    canvas.finish(Naming {
        id,
        title: &headline(cards),
        description: &caption(cards),
    })
}

fn stage_row(canvas: &mut Canvas, scale: &Scale, card: &StageCard, y: f64) {
    let label = format!("{} {}", card.status.mark(), card.stage);
    canvas.text(
        [0.0, y - 6.0],
        &label,
        TEXT + 0.5,
        Anchor::Start,
        Paint::Ink,
    );
    canvas.text(
        [0.0, y + 8.0],
        &card.rate.n_text(),
        10.0,
        Anchor::Start,
        Paint::Muted,
    );
    let text = card.rate.text_beside(card.limit);
    if let Some(previous) = &card.previous
        && let Some(value) = previous.value
    {
        let mark = Whisker {
            value,
            interval: previous.interval(),
            y: y + 10.0,
            paint: Paint::Muted,
            hollow: true,
            text: &previous.text(),
        };
        whisker(canvas, scale, &mark);
    }
    let Some(value) = card.rate.value else {
        let at = [scale.pixels.0 + 4.0, y];
        canvas.text(at, &card.rate.reason(), 10.5, Anchor::Start, Paint::Muted);
        return;
    };
    let paint = status_paint(card.status);
    let mark = Whisker {
        value,
        interval: card.rate.interval(),
        y: y - 4.0,
        paint,
        hollow: false,
        text: &text,
    };
    whisker(canvas, scale, &mark);
    canvas.bold([WIDTH, y - 6.0], &text, TEXT + 1.0, Anchor::End, Paint::Ink);
    canvas.text(
        [WIDTH, y + 8.0],
        &card.rate.interval_text(),
        10.0,
        Anchor::End,
        Paint::Muted,
    );
}

/// n, interval method and what hollow means.
pub fn caption(cards: &[StageCard]) -> String {
    let mut methods: Vec<&str> = cards.iter().map(|card| card.rate.method.as_str()).collect();
    methods.retain(|method| !method.is_empty());
    methods.dedup();
    let n = cards.iter().map(|card| card.rate.n).sum();
    let unit = cards.first().map_or("unit", |card| card.unit.as_str());
    let mut caption = format!(
        "Errors over assessed units (unit: {unit}), {} assessed",
        format::count(n)
    );
    if !methods.is_empty() {
        caption.push_str(&format!("; whiskers: {}", methods.join(", ")));
    }
    if cards.iter().any(|card| card.previous.is_some()) {
        caption.push_str("; hollow: trailing four weeks");
    }
    caption
}
