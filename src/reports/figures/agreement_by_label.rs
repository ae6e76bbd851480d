//! Agreement by label with whiskers, weakest first; the period before as a hollow dot.

use super::axis::{Scale, Whisker, whisker};
use super::canvas::{Anchor, Canvas, Naming, TEXT, shortened};
use super::paint::Paint;
use crate::reports::model::{AgreementRow, Figure};

const WIDTH: f64 = 460.0;
const LEFT: f64 = 146.0;
const RIGHT: f64 = 112.0;
const TOP: f64 = 8.0;
const ROW: f64 = 26.0;

/// The printed name of a coefficient.
pub fn coefficient_name(name: &str) -> &str {
    match name {
        "cohen_kappa" => "Cohen’s κ",
        "fleiss_kappa" | "fleiss_kappa_category" => "Fleiss’ κ",
        "krippendorff_alpha" => "Krippendorff’s α",
        "gwet_ac1" => "Gwet’s AC1",
        "gwet_ac2" => "Gwet’s AC2",
        "scott_pi" => "Scott’s π",
        "brennan_prediger" => "Brennan–Prediger",
        "percent_agreement" => "percent agreement",
        "dice" => "Dice",
        "iou" => "IoU",
        other => other,
    }
}

/// Rows from the weakest to the strongest; undefined ones last, by label.
pub fn weakest_first(rows: &[AgreementRow]) -> Vec<&AgreementRow> {
    let mut sorted: Vec<_> = rows.iter().collect();
    let key = |row: &AgreementRow| row.value.value.unwrap_or(f64::INFINITY);
    sorted.sort_by(|a, b| {
        key(a)
            .total_cmp(&key(b))
            .then_with(|| a.label.cmp(&b.label))
    });
    sorted
}

/// What the figure shows, in one sentence.
pub fn headline(rows: &[AgreementRow]) -> String {
    match weakest_first(rows).first() {
        Some(row) if row.value.value.is_some() => format!(
            "Raters agree least on {}: {} {}",
            row.label,
            coefficient_name(&row.coefficient),
            row.value.text_with_interval(),
        ),
        Some(row) => format!("No agreement can be computed: {}", row.value.reason()),
        None => "No item was read by two raters".to_owned(),
    }
}

/// One row a label. The axis begins at 0, or lower where a value or an interval does.
pub fn svg(id: &str, rows: &[AgreementRow]) -> String {
    let sorted = weakest_first(rows);
    let scale = Scale {
        values: (lowest(rows), 1.0),
        pixels: (LEFT, WIDTH - RIGHT),
    };
    let bottom = TOP + ROW * sorted.len() as f64;
    let mut canvas = Canvas::new(WIDTH, bottom + 22.0);
    for tick in scale.ticks(7) {
        let x = scale.at(tick);
        let width = if tick == 0.0 { 1.2 } else { 0.7 };
        canvas.line([x, TOP], [x, bottom], Paint::Rule, width);
        let text = crate::reports::format::number(tick, 1, false);
        canvas.text(
            [x, bottom + 11.0],
            &text,
            10.0,
            Anchor::Middle,
            Paint::Muted,
        );
    }
    for (i, row) in sorted.iter().enumerate() {
        let y = TOP + ROW * (i as f64 + 0.5);
        let n = row.value.n_text();
        let tip = format!("{}: {} ({n})", row.label, row.value.text_with_interval());
        canvas.linked(row.link.as_deref(), &tip, |canvas| {
            label_row(canvas, &scale, row, y)
        });
    }
    canvas.finish(Naming {
        id,
        title: &headline(rows),
        description: &caption(rows),
    })
}

fn label_row(canvas: &mut Canvas, scale: &Scale, row: &AgreementRow, y: f64) {
    let label = shortened(&row.label, 22);
    canvas.text([0.0, y - 5.5], &label, TEXT, Anchor::Start, Paint::Ink);
    let sub = format!(
        "{}, {}",
        coefficient_name(&row.coefficient),
        row.value.n_text()
    );
    canvas.text(
        [0.0, y + 6.5],
        &shortened(&sub, 28),
        9.0,
        Anchor::Start,
        Paint::Muted,
    );
    if let Some(floor) = row.floor {
        let x = scale.within(floor);
        canvas.line([x, y - ROW / 2.0], [x, y + ROW / 2.0], Paint::Limit, 1.4);
    }
    if let Some(previous) = &row.previous
        && let Some(value) = previous.value
    {
        let text = previous.text();
        whisker(canvas, scale, &mark(value, previous, y + 6.0, true, &text));
    }
    let Some(value) = row.value.value else {
        let at = [scale.pixels.0 + 4.0, y];
        canvas.text(
            at,
            &shortened(&row.value.reason(), 34),
            10.0,
            Anchor::Start,
            Paint::Muted,
        );
        return;
    };
    let text = row.value.text();
    whisker(
        canvas,
        scale,
        &mark(value, &row.value, y - 2.0, false, &text),
    );
    canvas.bold([WIDTH - 70.0, y], &text, TEXT, Anchor::End, Paint::Ink);
    canvas.text(
        [WIDTH, y],
        &row.value.interval_text(),
        9.5,
        Anchor::End,
        Paint::Muted,
    );
}

fn mark<'a>(value: f64, figure: &Figure, y: f64, hollow: bool, text: &'a str) -> Whisker<'a> {
    Whisker {
        value,
        interval: figure.interval(),
        y,
        paint: if hollow { Paint::Muted } else { Paint::Accent },
        hollow,
        text,
    }
}

fn lowest(rows: &[AgreementRow]) -> f64 {
    let figures = rows
        .iter()
        .flat_map(|row| [Some(&row.value), row.previous.as_ref()]);
    let bounds = figures
        .flatten()
        .flat_map(|figure| [figure.value, figure.lower]);
    let low = bounds.flatten().fold(0.0, f64::min);
    // Down to the next fifth, and never below the least that κ can be.
    ((low * 5.0).floor() / 5.0).max(-1.0)
}

/// Interval methods, and what hollow dots and red lines mean.
pub fn caption(rows: &[AgreementRow]) -> String {
    let mut methods: Vec<&str> = rows.iter().map(|row| row.value.method.as_str()).collect();
    methods.retain(|method| !method.is_empty());
    methods.sort_unstable();
    methods.dedup();
    let mut caption = match rows.len() {
        1 => "1 label".to_owned(),
        n => format!("{n} labels, weakest first"),
    };
    if !methods.is_empty() {
        caption.push_str(&format!("; whiskers: {}", methods.join(", ")));
    }
    if rows.iter().any(|row| row.previous.is_some()) {
        caption.push_str("; hollow: the period before");
    }
    if rows.iter().any(|row| row.floor.is_some()) {
        caption.push_str("; red line: the floor that the policy sets");
    }
    caption
}
