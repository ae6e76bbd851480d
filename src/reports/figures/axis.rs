//! Scales, tick marks and whiskers that several figures share.

use super::canvas::{Anchor, Canvas};
use super::paint::Paint;
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;

/// A linear scale from values to logical pixels.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub values: (f64, f64),
    pub pixels: (f64, f64),
}

impl Scale {
    /// The position of a value; outside values land outside.
    pub fn at(&self, value: f64) -> f64 {
        let ((v0, v1), (p0, p1)) = (self.values, self.pixels);
        p0 + (value - v0) / (v1 - v0) * (p1 - p0)
    }

    /// The position of a value, held within the scale.
    pub fn within(&self, value: f64) -> f64 {
        let (low, high) = (
            self.values.0.min(self.values.1),
            self.values.0.max(self.values.1),
        );
        self.at(value.clamp(low, high))
    }

    /// Round values, at most `most` of them.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        RangedCoordf64::from(self.values.0..self.values.1).key_points(most)
    }
}

/// A value with its interval on a row; what leaves the scale becomes an arrow and a number.
pub struct Whisker<'a> {
    pub value: f64,
    pub interval: Option<(f64, f64)>,
    pub y: f64,
    pub paint: Paint,
    pub hollow: bool,
    /// The value as printed, shown where the dot itself does not fit on the scale.
    pub text: &'a str,
}

/// Half the height of a whisker's end caps.
const CAP: f64 = 3.5;
const DOT: f64 = 4.2;

/// Draws a dot with whiskers.
pub fn whisker(canvas: &mut Canvas, scale: &Scale, mark: &Whisker<'_>) {
    let (y, paint) = (mark.y, mark.paint);
    let width = if mark.hollow { 1.0 } else { 1.8 };
    let (low, high) = scale.values;
    if let Some((lower, upper)) = mark.interval {
        let (from, to) = (scale.within(lower), scale.within(upper));
        canvas.line([from, y], [to, y], paint, width);
        for (bound, x) in [(lower, from), (upper, to)] {
            if bound > high {
                arrow(canvas, [x, y], 1.0, paint);
            } else if bound < low {
                arrow(canvas, [x, y], -1.0, paint);
            } else if !mark.hollow {
                canvas.line([x, y - CAP], [x, y + CAP], paint, width);
            }
        }
    }
    if mark.value > high {
        arrow(canvas, [scale.pixels.1, y], 1.0, paint);
        canvas.bold(
            [scale.pixels.1 - 12.0, y - 9.0],
            mark.text,
            10.5,
            Anchor::End,
            paint,
        );
    } else if mark.value < low {
        arrow(canvas, [scale.pixels.0, y], -1.0, paint);
        canvas.bold(
            [scale.pixels.0 + 12.0, y - 9.0],
            mark.text,
            10.5,
            Anchor::Start,
            paint,
        );
    } else if mark.hollow {
        canvas.ring([scale.at(mark.value), y], DOT - 0.6, paint);
    } else {
        canvas.dot([scale.at(mark.value), y], DOT, paint);
    }
}

/// A solid arrow head whose tip lies at `at`; `direction` is 1 to the right, −1 to the left.
pub fn arrow(canvas: &mut Canvas, [x, y]: [f64; 2], direction: f64, paint: Paint) {
    let tip = x + 2.0 * direction;
    let base = tip - 8.0 * direction;
    canvas.polygon(&[[tip, y], [base, y - 4.5], [base, y + 4.5]], paint);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::figures::canvas::Naming;

    #[test]
    fn ticks_are_round_and_inside() {
        let scale = Scale {
            values: (0.0, 5.0),
            pixels: (100.0, 600.0),
        };
        assert_eq!(scale.at(1.2), 220.0);
        assert_eq!(scale.within(9.0), 600.0);
        assert_eq!(scale.ticks(6), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    }

    #[test]
    fn what_leaves_the_scale_becomes_an_arrow_with_its_number() {
        let scale = Scale {
            values: (0.0, 5.0),
            pixels: (0.0, 100.0),
        };
        let mut canvas = Canvas::new(120.0, 20.0);
        let mark = Whisker {
            value: 7.25,
            interval: Some((4.0, 12.0)),
            y: 10.0,
            paint: Paint::Fail,
            hollow: false,
            text: "7.2 %",
        };
        whisker(&mut canvas, &scale, &mark);
        let naming = Naming {
            id: "w",
            title: "",
            description: "",
        };
        let svg = canvas.finish(naming);
        assert!(svg.contains("7.2 %"));
        assert_eq!(svg.matches("<polygon").count(), 2);
        assert!(!svg.contains("<circle"));
        // The line runs from 4 of 5 (80 px) to the edge (100 px).
        assert!(svg.contains("x1=\"800\" y1=\"100\" x2=\"1000\" y2=\"100\""));
    }
}
