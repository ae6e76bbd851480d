//! Distribution of a metric per annotator: box plots, with every value as a dot while there are few.

use super::axis::Scale;
use super::canvas::{Anchor, Canvas, Naming, TEXT, shortened};
use super::paint::Paint;
use crate::reports::format;
use crate::reports::model::Distribution;

const WIDTH: f64 = 460.0;
const LEFT: f64 = 120.0;
const RIGHT: f64 = 48.0;
const TOP: f64 = 8.0;
const ROW: f64 = 30.0;
/// With fewer values a box would draw more than is known.
const LEAST_FOR_BOX: usize = 8;
/// With more values dots would cover each other; only those beyond the whiskers stay.
const MOST_DOTS: usize = 40;
/// Tukey's fence, in interquartile ranges (Tukey 1977, Exploratory Data Analysis).
const FENCE: f64 = 1.5;

/// Quantile by linear interpolation of order statistics (type 7 of Hyndman & Fan 1996, doi:10.2307/2684934).
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let at = share * sorted.len().checked_sub(1)? as f64;
    let low = sorted.get(at.floor() as usize)?;
    let high = sorted.get(at.ceil() as usize)?;
    Some(low + (at - at.floor()) * (high - low))
}

fn sorted(distribution: &Distribution) -> Vec<f64> {
    let mut values = distribution.values.clone();
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    values
}

/// Median and number of values of one annotator.
fn median(distribution: &Distribution) -> Option<f64> {
    quantile(&sorted(distribution), 0.5)
}

/// What the figure shows, in one sentence.
pub fn headline(rows: &[Distribution]) -> String {
    let medians = rows
        .iter()
        .filter_map(|row| median(row).map(|value| (value, row)));
    match medians.min_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((value, row)) => format!(
            "{} has the lowest median {}: {} (n = {})",
            row.rater,
            row.metric,
            format::number(value, 2, false),
            row.values.len(),
        ),
        None => "Nothing overlaps yet that could be measured".to_owned(),
    }
}

/// What boxes, whiskers and dots are.
pub fn caption(rows: &[Distribution]) -> String {
    let n_undefined: u64 = rows.iter().map(|row| row.n_undefined).sum();
    let mut caption = format!(
        "Box: quartiles and median; whiskers: furthest value within {FENCE} interquartile ranges; \
         dots: single values (all of them up to n = {MOST_DOTS}, no box below n = {LEAST_FOR_BOX})"
    );
    if n_undefined > 0 {
        caption.push_str(&format!(
            "; {} undefined left out",
            format::count(n_undefined)
        ));
    }
    caption
}

/// One row an annotator, in the given order; the axis ends at 1 and begins at the lowest value.
pub fn svg(id: &str, rows: &[Distribution]) -> String {
    let values = rows
        .iter()
        .flat_map(|row| &row.values)
        .copied()
        .filter(|v| v.is_finite());
    let lowest = values.fold(0.9_f64, f64::min);
    let scale = Scale {
        values: ((lowest * 10.0 - 1e-9).floor() / 10.0, 1.0),
        pixels: (LEFT, WIDTH - RIGHT),
    };
    let bottom = TOP + ROW * rows.len() as f64;
    let mut canvas = Canvas::new(WIDTH, bottom + 22.0);
    for tick in scale.ticks(6) {
        let x = scale.at(tick);
        canvas.line([x, TOP], [x, bottom], Paint::Rule, 0.7);
        let text = format::number(tick, if scale.values.0 < 0.85 { 1 } else { 2 }, false);
        canvas.text(
            [x, bottom + 11.0],
            &text,
            10.0,
            Anchor::Middle,
            Paint::Muted,
        );
    }
    for (i, row) in rows.iter().enumerate() {
        let y = TOP + ROW * (i as f64 + 0.5);
        let values = sorted(row);
        let n = format!("n = {}", format::count(values.len() as u64));
        canvas.text(
            [0.0, y - 5.5],
            &shortened(&row.rater, 18),
            TEXT,
            Anchor::Start,
            Paint::Ink,
        );
        canvas.text([0.0, y + 6.5], &n, 9.0, Anchor::Start, Paint::Muted);
        if let Some(median) = quantile(&values, 0.5) {
            let text = format::number(median, 2, false);
            canvas.bold([WIDTH, y], &text, TEXT, Anchor::End, Paint::Ink);
        }
        distribution_row(&mut canvas, &scale, &values, y);
    }
    canvas.finish(Naming {
        id,
        title: &headline(rows),
        description: &caption(rows),
    })
}

fn distribution_row(canvas: &mut Canvas, scale: &Scale, values: &[f64], y: f64) {
    let quartiles = [0.25, 0.5, 0.75].map(|share| quantile(values, share));
    let [Some(lower), Some(median), Some(upper)] = quartiles else {
        let at = [scale.pixels.0 + 4.0, y];
        canvas.text(at, "nothing measured", 10.0, Anchor::Start, Paint::Muted);
        return;
    };
    let boxed = values.len() >= LEAST_FOR_BOX;
    let reach = FENCE * (upper - lower);
    let inside = |value: f64| value >= lower - reach && value <= upper + reach;
    if boxed {
        let within = || values.iter().copied().filter(|&value| inside(value));
        let (low, high) = (
            within().fold(lower, f64::min),
            within().fold(upper, f64::max),
        );
        canvas.line([scale.at(low), y], [scale.at(lower), y], Paint::Accent, 1.2);
        canvas.line(
            [scale.at(upper), y],
            [scale.at(high), y],
            Paint::Accent,
            1.2,
        );
        let (from, to) = (scale.at(lower), scale.at(upper));
        canvas.group(&[("opacity", "0.22")], |canvas| {
            canvas.rect([from, y - 7.0, to - from, 14.0], Paint::Accent);
        });
        canvas.frame([from, y - 7.0, to - from, 14.0], Paint::Accent, 1.0);
    }
    for (i, &value) in values.iter().enumerate() {
        if values.len() <= MOST_DOTS || !inside(value) {
            // A fixed zigzag keeps equal values apart.
            let offset = [0.0, -4.0, 4.0, -2.0, 2.0][i % 5];
            canvas.group(&[("opacity", "0.65")], |canvas| {
                canvas.dot([scale.at(value), y + offset], 1.9, Paint::Ink);
            });
        }
    }
    canvas.line(
        [scale.at(median), y - 8.5],
        [scale.at(median), y + 8.5],
        Paint::Ink,
        2.2,
    );
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quartiles_interpolate_order_statistics() {
        let values = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(quantile(&values, 0.25), Some(1.75));
        assert_eq!(quantile(&values, 0.5), Some(2.5));
        assert_eq!(quantile(&values[..1], 0.75), Some(1.0));
        assert_eq!(quantile(&[], 0.5), None);
    }
}
