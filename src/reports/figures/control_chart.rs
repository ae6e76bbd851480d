//! Individuals and moving ranges with their control limits, small.

use super::axis::Scale;
use super::canvas::{Anchor, Canvas, Naming};
use super::paint::Paint;
use crate::reports::format;

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 130.0;
const RIGHT: f64 = 44.0;
const GAP: f64 = 10.0;

/// Values in time order and their limits, as the statistics give them.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlChart {
    /// What is charted, such as `studies per day, reader C`.
    pub subject: String,
    /// Label (a day) and value.
    pub values: Vec<(String, f64)>,
    pub centre: f64,
    pub lower: f64,
    pub upper: f64,
    /// Mean moving range and its upper limit.
    pub range_centre: f64,
    pub range_upper: f64,
    pub decimals: usize,
}

impl ControlChart {
    /// Values beyond a limit.
    pub fn n_out_of_control(&self) -> usize {
        let out = |value: f64| value < self.lower || value > self.upper;
        self.values.iter().filter(|(_, value)| out(*value)).count()
    }

    /// What the chart shows, in one sentence.
    pub fn headline(&self) -> String {
        match (self.values.len(), self.n_out_of_control()) {
            (0, _) => format!("{}: no values", self.subject),
            (n, 0) => format!("{}: in control over {n} values", self.subject),
            (n, out) => format!(
                "{}: {out} of {n} values beyond the control limits",
                self.subject
            ),
        }
    }

    fn ranges(&self) -> Vec<f64> {
        let pairs = self.values.iter().zip(self.values.iter().skip(1));
        pairs.map(|((_, a), (_, b))| (b - a).abs()).collect()
    }
}

struct Panel {
    scale: Scale,
    centre: f64,
    limits: Vec<f64>,
}

/// Individuals above, moving ranges below; values beyond a limit are ringed.
pub fn svg(id: &str, chart: &ControlChart) -> String {
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    let values: Vec<f64> = chart.values.iter().map(|(_, value)| *value).collect();
    let ranges = chart.ranges();
    let split = HEIGHT * 0.64;
    let individuals = Panel {
        scale: fitted(&values, &[chart.lower, chart.upper], (split - GAP, 8.0)),
        centre: chart.centre,
        limits: vec![chart.lower, chart.upper],
    };
    let moving = Panel {
        scale: fitted(
            &ranges,
            &[0.0, chart.range_upper],
            (HEIGHT - 8.0, split + GAP),
        ),
        centre: chart.range_centre,
        limits: vec![chart.range_upper],
    };
    let step = (WIDTH - RIGHT - 12.0) / values.len().saturating_sub(1).max(1) as f64;
    panel(
        &mut canvas,
        &individuals,
        &values,
        6.0,
        step,
        chart.decimals,
    );
    // A range belongs to the later of its two values.
    panel(
        &mut canvas,
        &moving,
        &ranges,
        6.0 + step,
        step,
        chart.decimals,
    );
    canvas.finish(Naming {
        id,
        title: &chart.headline(),
        description: &format!(
            "Individuals and moving ranges, n = {}; dashed: limits at the centre ± 2.66 and at 3.267 mean moving ranges",
            values.len(),
        ),
    })
}

fn fitted(values: &[f64], limits: &[f64], pixels: (f64, f64)) -> Scale {
    let all = || values.iter().chain(limits).copied();
    let (low, high) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    let room = if high > low { 0.06 * (high - low) } else { 1.0 };
    Scale {
        values: (low - room, high + room),
        pixels,
    }
}

fn panel(
    canvas: &mut Canvas,
    panel: &Panel,
    values: &[f64],
    from: f64,
    step: f64,
    decimals: usize,
) {
    let right = WIDTH - RIGHT;
    let line = |value: f64| panel.scale.at(value);
    let centre_y = line(panel.centre);
    canvas.line([0.0, centre_y], [right, centre_y], Paint::Rule, 1.0);
    for &limit in &panel.limits {
        let y = line(limit);
        canvas.dashed(&[4.0, 3.0], |canvas| {
            canvas.line([0.0, y], [right, y], Paint::Limit, 1.0);
        });
        let text = format::number(limit, decimals, false);
        canvas.text([right + 5.0, y], &text, 9.5, Anchor::Start, Paint::Limit);
    }
    let text = format::number(panel.centre, decimals, false);
    canvas.text(
        [right + 5.0, centre_y],
        &text,
        9.5,
        Anchor::Start,
        Paint::Muted,
    );
    let place = |i: usize, value: f64| [from + step * i as f64, line(value)];
    let points: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(i, &value)| place(i, value))
        .collect();
    if points.len() > 1 {
        canvas.path(&points, Paint::Muted, 1.0);
    }
    let (low, high) = (
        panel
            .limits
            .first()
            .copied()
            .filter(|_| panel.limits.len() > 1),
        panel.limits.last().copied(),
    );
    for (&at, &value) in points.iter().zip(values) {
        let out = low.is_some_and(|low| value < low) || high.is_some_and(|high| value > high);
        if out {
            canvas.ring(at, 4.5, Paint::Fail);
        }
        canvas.dot(at, 2.2, if out { Paint::Fail } else { Paint::Ink });
    }
}
