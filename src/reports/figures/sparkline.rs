//! Weekly rates as a small line with the limit; this week is the dot.

use super::canvas::{Canvas, Naming};
use super::paint::Paint;
use crate::reports::format;
use crate::reports::model::WeekRate;

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 28.0;

/// Weeks without a rate leave a gap.
pub fn svg(id: &str, weeks: &[WeekRate], limit: f64) -> String {
    let values = || weeks.iter().filter_map(|week| week.rate.value);
    let top = values().fold(limit * 2.0, f64::max);
    let step = (WIDTH - 12.0) / weeks.len().saturating_sub(1).max(1) as f64;
    let place = |i: usize, value: f64| {
        [
            6.0 + step * i as f64,
            HEIGHT - 4.0 - (HEIGHT - 8.0) * value / top,
        ]
    };
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    let limit_y = place(0, limit)[1];
    canvas.line([0.0, limit_y], [WIDTH, limit_y], Paint::Limit, 0.8);
    let mut run: Vec<[f64; 2]> = Vec::new();
    let mut runs = Vec::new();
    for (i, week) in weeks.iter().enumerate() {
        match week.rate.value {
            Some(value) => run.push(place(i, value)),
            None => runs.push(std::mem::take(&mut run)),
        }
    }
    runs.push(run);
    for points in runs.iter().filter(|points| !points.is_empty()) {
        canvas.path(points, Paint::Muted, 1.4);
        // A week between two gaps would be a line of no length.
        if let [only] = points.as_slice() {
            canvas.dot(*only, 1.6, Paint::Muted);
        }
    }
    if let Some((last, value)) = weeks
        .len()
        .checked_sub(1)
        .zip(weeks.last().and_then(|w| w.rate.value))
    {
        canvas.dot(place(last, value), 3.0, Paint::Ink);
    }
    let told: Vec<_> = weeks
        .iter()
        .map(|w| format!("{} {}", w.week, w.rate.text()))
        .collect();
    canvas.finish(Naming {
        id,
        title: &format!("Error rate of the last {} weeks", weeks.len()),
        description: &format!("{}; limit {}", told.join(", "), format::limit(limit)),
    })
}
