//! Throughput by day: one dot per specialist and day over the shaded target band; the furthest outside are named.

use super::axis::Scale;
use super::canvas::{Anchor, Canvas, Naming, shortened, text_width};
use super::paint::Paint;
use crate::domain::ThroughputBand;
use crate::reports::format;
use crate::reports::model::{Throughput, ThroughputPoint};
use std::cmp::Ordering;

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 28.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 26.0;
/// Days shown, the last ones.
const N_DAYS: usize = 10;
/// Names written; further outliers keep their shape and their tooltip.
const N_NAMED: usize = 8;

/// Where a day stands to the band.
pub fn beside_band(n_studies: u32, band: ThroughputBand) -> Ordering {
    if n_studies < band.min_per_day {
        Ordering::Less
    } else if n_studies > band.max_per_day {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}

/// What the figure shows, in one sentence.
pub fn headline(throughput: &Throughput) -> String {
    let points = shown(throughput);
    let n = |side| {
        let is = |point: &&&ThroughputPoint| beside_band(point.n_studies, throughput.band) == side;
        points.iter().filter(is).count()
    };
    if points.is_empty() {
        return "No finished work has a date".to_owned();
    }
    let ThroughputBand {
        min_per_day,
        max_per_day,
    } = throughput.band;
    format!(
        "{} of {} specialist days within the band of {min_per_day} to {max_per_day} studies; {} below, {} above",
        n(Ordering::Equal),
        points.len(),
        n(Ordering::Less),
        n(Ordering::Greater),
    )
}

/// How many days and people, and in which time zone.
pub fn caption(throughput: &Throughput) -> String {
    let points = shown(throughput);
    let mut raters: Vec<&str> = points.iter().map(|point| point.rater.as_str()).collect();
    raters.sort_unstable();
    raters.dedup();
    format!(
        "One mark per specialist and day, {} days, {} specialists; days in {}; ▽ below and △ above the band, the furthest named",
        days(&points).len(),
        raters.len(),
        throughput.time_zone,
    )
}

/// The points of the last days, by day, then rater.
fn shown(throughput: &Throughput) -> Vec<&ThroughputPoint> {
    let mut points: Vec<_> = throughput.points.iter().collect();
    points.sort_by(|a, b| (&a.day, &a.rater).cmp(&(&b.day, &b.rater)));
    let all = days(&points);
    if let Some(first) = all.len().checked_sub(N_DAYS).and_then(|skip| all.get(skip)) {
        let first = (*first).to_owned();
        points.retain(|point| point.day >= first);
    }
    points
}

fn days<'a>(sorted: &[&'a ThroughputPoint]) -> Vec<&'a str> {
    let mut days: Vec<&str> = sorted.iter().map(|point| point.day.as_str()).collect();
    days.dedup();
    days
}

pub fn svg(id: &str, throughput: &Throughput) -> String {
    let points = shown(throughput);
    let (band, days) = (throughput.band, days(&points));
    let counts = || points.iter().map(|point| point.n_studies);
    let low = counts()
        .min()
        .unwrap_or(0)
        .min(band.min_per_day)
        .saturating_sub(4);
    let high = counts().max().unwrap_or(0).max(band.max_per_day) + 4;
    let scale = Scale {
        values: (f64::from(low), f64::from(high)),
        pixels: (HEIGHT - BOTTOM, TOP),
    };
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    let (band_top, band_bottom) = (
        scale.at(f64::from(band.max_per_day) + 0.5),
        scale.at(f64::from(band.min_per_day) - 0.5),
    );
    canvas.rect(
        [LEFT, band_top, WIDTH - LEFT, band_bottom - band_top],
        Paint::Band,
    );
    for tick in scale.ticks(6) {
        let y = scale.at(tick);
        canvas.line([LEFT, y], [WIDTH, y], Paint::Rule, 0.6);
        let text = format::number(tick, 0, false);
        canvas.text([LEFT - 5.0, y], &text, 10.0, Anchor::End, Paint::Muted);
    }
    let column = (WIDTH - LEFT) / days.len().max(1) as f64;
    for (i, day) in days.iter().enumerate() {
        let x = LEFT + column * (i as f64 + 0.5);
        canvas.text(
            [x, HEIGHT - 11.0],
            &day_text(day),
            9.5,
            Anchor::Middle,
            Paint::Muted,
        );
    }
    let marks = marks(&points, &days, &scale, band);
    for (point, at) in &marks {
        let tip = format!(
            "{}, {}: {} studies",
            point.rater, point.day, point.n_studies
        );
        canvas.linked(None, &tip, |canvas| {
            day_mark(canvas, *at, beside_band(point.n_studies, band))
        });
    }
    name_furthest(&mut canvas, &marks, band);
    canvas.finish(Naming {
        id,
        title: &headline(throughput),
        description: &caption(throughput),
    })
}

/// Each point with its place; equal counts of one day stand side by side.
fn marks<'a>(
    points: &[&'a ThroughputPoint],
    days: &[&str],
    scale: &Scale,
    band: ThroughputBand,
) -> Vec<(&'a ThroughputPoint, [f64; 2])> {
    let column = (WIDTH - LEFT) / days.len().max(1) as f64;
    let mut marks = Vec::with_capacity(points.len());
    for (i, day) in days.iter().enumerate() {
        let centre = LEFT + column * (i as f64 + 0.5);
        let of_day: Vec<_> = points.iter().filter(|point| point.day == *day).collect();
        for (j, point) in of_day.iter().enumerate() {
            let near = |other: &&&&ThroughputPoint| other.n_studies.abs_diff(point.n_studies) < 2;
            let before = of_day[..j].iter().filter(near).count();
            // 0, 1, −1, 2, −2 … steps from the middle of the day.
            let steps = before.div_ceil(2) as f64;
            let step = if before.is_multiple_of(2) {
                -steps
            } else {
                steps
            };
            let reach = (column / 2.0 - 4.0).max(0.0);
            let x = centre + (step * 7.5).clamp(-reach, reach);
            marks.push((**point, [x, scale.at(f64::from(point.n_studies))]));
        }
    }
    let beyond = |n: u32| band.min_per_day.saturating_sub(n) + n.saturating_sub(band.max_per_day);
    // The furthest are drawn last, on top.
    marks.sort_by_key(|(point, _)| beyond(point.n_studies));
    marks
}

fn day_mark(canvas: &mut Canvas, [x, y]: [f64; 2], side: Ordering) {
    match side {
        Ordering::Equal => canvas.dot([x, y], 3.2, Paint::Accent),
        Ordering::Less => {
            canvas.polygon(
                &[[x - 4.2, y - 3.4], [x + 4.2, y - 3.4], [x, y + 4.2]],
                Paint::Unsure,
            );
        }
        Ordering::Greater => {
            canvas.polygon(
                &[[x - 4.2, y + 3.4], [x + 4.2, y + 3.4], [x, y - 4.2]],
                Paint::Fail,
            );
        }
    }
}

/// Names, from the furthest on, wherever no earlier name is in the way.
fn name_furthest(
    canvas: &mut Canvas,
    marks: &[(&ThroughputPoint, [f64; 2])],
    band: ThroughputBand,
) {
    let mut taken: Vec<[f64; 4]> = Vec::new();
    let outside = marks.iter().rev();
    for (point, [x, y]) in
        outside.filter(|(point, _)| beside_band(point.n_studies, band) != Ordering::Equal)
    {
        if taken.len() == N_NAMED {
            return;
        }
        let text = format!("{} {}", shortened(&point.rater, 14), point.n_studies);
        let width = text_width(&text, 9.5);
        let (from, anchor) = if x + 7.0 + width > WIDTH {
            (x - 7.0 - width, Anchor::End)
        } else {
            (x + 7.0, Anchor::Start)
        };
        let area = [from, y - 5.5, from + width, y + 5.5];
        let meets = |other: &[f64; 4]| {
            area[0] < other[2] && other[0] < area[2] && area[1] < other[3] && other[1] < area[3]
        };
        if taken.iter().any(meets) {
            continue;
        }
        let at = if anchor == Anchor::End {
            [x - 7.0, *y]
        } else {
            [from, *y]
        };
        canvas.text(at, &text, 9.5, anchor, Paint::Ink);
        taken.push(area);
    }
}

/// `Mon 16` for a date, the text itself for anything else.
fn day_text(day: &str) -> String {
    day.parse::<jiff::civil::Date>().map_or_else(
        |_| shortened(day, 10),
        |date| date.strftime("%a %-d").to_string(),
    )
}
