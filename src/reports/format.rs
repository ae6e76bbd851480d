//! How numbers are printed: no more digits than the interval supports, units always, reasons where there is no number.
//!
//! Spaces before units do not break; minus signs and ranges are typographic.

use super::model::{Figure, Unit};

/// A space that does not break a line.
pub const NO_BREAK: char = '\u{a0}';
/// The decimals that are tried at most before a value counts as its rounding.
const MOST_DECIMALS: usize = 6;

impl Unit {
    /// Factor from the stored to the printed number.
    pub const fn scale(self) -> f64 {
        match self {
            Self::Share | Self::ShareDifference | Self::Relative => 100.0,
            _ => 1.0,
        }
    }

    /// What stands after the number; empty for plain coefficients.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Share | Self::Relative => "%",
            Self::ShareDifference => "pp",
            Self::Ratio | Self::RatioDifference | Self::Count => "",
            Self::Mm => "mm",
            Self::Px => "px",
            Self::Voxels => "voxels",
            Self::Mm2 => "mm²",
            Self::Mm3 => "mm³",
            Self::Px2 => "px²",
            Self::PerDay => "per day",
            Self::Minutes => "min",
            Self::Steps => "steps",
        }
    }

    /// Whether a plus sign means something.
    pub const fn is_signed(self) -> bool {
        matches!(
            self,
            Self::ShareDifference | Self::RatioDifference | Self::Relative
        )
    }

    /// Decimals of a number without interval.
    const fn plain_decimals(self) -> usize {
        match self {
            Self::Ratio | Self::RatioDifference | Self::Mm => 2,
            Self::Count | Self::PerDay | Self::Voxels => 0,
            _ => 1,
        }
    }

    /// A value that is not 0, or not 1, must not read as if it were.
    const fn is_bounded(self) -> bool {
        matches!(self, Self::Share | Self::Ratio)
    }
}

impl Figure {
    /// Decimals that the interval supports: the last digit is worth at most a fifth of the interval's width.
    pub fn decimals(&self) -> usize {
        let scale = self.unit.scale();
        let most = if scale > 1.0 { 2 } else { 3 };
        let supported = match self
            .interval()
            .map(|(lower, upper)| (upper - lower) * scale)
        {
            Some(width) if width > 0.0 => (-(width / 5.0).log10() - 1e-9)
                .ceil()
                .clamp(0.0, f64::from(most)) as usize,
            // Without an interval a share is told to the steps that its n allows.
            _ if self.unit == Unit::Share && self.n < 100 => 0,
            _ => self.unit.plain_decimals(),
        };
        match self.value {
            Some(value) if self.unit.is_bounded() => {
                keep_apart(value * scale, &[0.0, scale], supported)
            }
            _ => supported,
        }
    }

    /// The value with its unit, `0.8 %`, or a dash where it is undefined.
    pub fn text(&self) -> String {
        self.text_with(self.decimals())
    }

    /// The value beside a limit: it never reads as equal to the limit when it is not.
    pub fn text_beside(&self, limit: f64) -> String {
        let scale = self.unit.scale();
        let decimals = self.value.map_or(0, |value| {
            keep_apart(value * scale, &[limit * scale], self.decimals())
        });
        self.text_with(decimals)
    }

    /// The interval alone, `0.3–1.9 %`; empty where there is none.
    pub fn interval_text(&self) -> String {
        let Some((lower, upper)) = self.interval() else {
            return String::new();
        };
        let (scale, decimals) = (self.unit.scale(), self.decimals());
        let signed = self.unit.is_signed();
        let [low, high] = [lower, upper].map(|bound| number(bound * scale, decimals, signed));
        let range = if signed || lower < 0.0 {
            format!("{low} to {high}").replace(' ', &NO_BREAK.to_string())
        } else {
            format!("{low}–{high}")
        };
        unit_after(range, self.unit)
    }

    /// Value and interval, `0.8 % (0.3–1.9 %)`.
    pub fn text_with_interval(&self) -> String {
        match self.interval_text() {
            interval if interval.is_empty() => self.text(),
            interval => format!("{} ({interval})", self.text()),
        }
    }

    /// What the value stands on: `3 of 250` for a rate, `n = 250` otherwise.
    pub fn n_text(&self) -> String {
        let space = NO_BREAK;
        match self.numerator {
            Some(numerator) => format!("{}{space}of{space}{}", count(numerator), count(self.n)),
            None => format!("n{space}={space}{}", count(self.n)),
        }
    }

    /// Why there is no value, in words; empty where there is one.
    pub fn reason(&self) -> String {
        match (&self.value, &self.undefined) {
            (Some(_), _) => String::new(),
            (None, Some(code)) => reason_text(code),
            (None, None) => "not measured".to_owned(),
        }
    }

    fn text_with(&self, decimals: usize) -> String {
        match self.value {
            Some(value) => unit_after(
                number(value * self.unit.scale(), decimals, self.unit.is_signed()),
                self.unit,
            ),
            None => "–".to_owned(),
        }
    }
}

/// A reason code such as `no_variation` as words.
pub fn reason_text(code: &str) -> String {
    code.replace('_', " ")
}

/// A share as a limit is written: only the digits that it has, `1.2 %`.
pub fn limit(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = (0..=4)
        .find(|&d| (rounded(percent, d) - percent).abs() < 1e-9)
        .unwrap_or(4);
    unit_after(number(percent, decimals, false), Unit::Share)
}

/// A count with commas between thousands.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A plain coefficient with a fixed number of decimals; a dash where there is none.
pub fn coefficient(value: Option<f64>, decimals: usize) -> String {
    value
        .filter(|value| value.is_finite())
        .map_or_else(|| "–".to_owned(), |value| number(value, decimals, false))
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A number with a typographic minus, and a plus where a sign means something; zero has no sign.
pub fn number(value: f64, decimals: usize, signed: bool) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let is_zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    match (is_zero, value < 0.0, signed) {
        (false, true, _) => format!("−{digits}"),
        (false, false, true) => format!("+{digits}"),
        _ => digits,
    }
}

fn unit_after(number: String, unit: Unit) -> String {
    match unit.suffix() {
        "" => number,
        suffix => format!("{number}{NO_BREAK}{}", suffix.replace(' ', "\u{a0}")),
    }
}

/// The least number of decimals, from `least` on, at which `value` does not read as one of the `marks` that it is not.
fn keep_apart(value: f64, marks: &[f64], least: usize) -> usize {
    let reads_as_another = |decimals: usize| {
        marks
            .iter()
            .any(|&mark| value != mark && rounded(value, decimals) == rounded(mark, decimals))
    };
    (least..=MOST_DECIMALS)
        .find(|&decimals| !reads_as_another(decimals))
        .unwrap_or(least)
}

/// What a reader takes the printed number for.
fn rounded(value: f64, decimals: usize) -> f64 {
    format!("{value:.decimals$}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace(NO_BREAK, " ")
    }

    #[test]
    fn a_rate_shows_the_digits_that_its_interval_supports() {
        let narrow = Figure::rate(8, 1000).with_interval(0.004, 0.0157, "Wilson");
        assert_eq!(plain(&narrow.text_with_interval()), "0.8 % (0.4–1.6 %)");
        let wide = Figure::rate(1, 12).with_interval(0.015, 0.354, "Wilson");
        assert_eq!(plain(&wide.text_with_interval()), "8 % (2–35 %)");
        assert_eq!(plain(&wide.n_text()), "1 of 12");
    }

    #[test]
    fn coefficients_keep_two_digits_and_signs_are_typographic() {
        let kappa = Figure::new(0.428, 30, Unit::Ratio).with_interval(-0.08, 0.53, "");
        assert_eq!(plain(&kappa.text_with_interval()), "0.4 (−0.1 to 0.5)");
        let firm = Figure::new(0.4281, 300, Unit::Ratio).with_interval(0.33, 0.53, "");
        assert_eq!(plain(&firm.text_with_interval()), "0.43 (0.33–0.53)");
        let bias = Figure::new(0.061, 80, Unit::Relative).with_interval(0.041, 0.079, "");
        assert_eq!(plain(&bias.text_with_interval()), "+6.1 % (+4.1 to +7.9 %)");
        assert_eq!(number(-0.0004, 2, true), "0.00");
    }

    #[test]
    fn a_value_never_reads_as_zero_one_or_the_limit_when_it_is_not() {
        assert_eq!(plain(&Figure::rate(4, 5).text()), "80 %");
        let rare = Figure::new(0.00004, 30_000, Unit::Share);
        assert_eq!(plain(&rare.text()), "0.004 %");
        let close = Figure::new(0.9992, 40, Unit::Ratio);
        assert_eq!(close.text(), "0.999");
        let near = Figure::rate(1196, 100_000);
        assert_eq!(plain(&near.text()), "1.2 %");
        assert_eq!(plain(&near.text_beside(0.012)), "1.196 %");
        assert_eq!(plain(&Figure::rate(0, 250).text_beside(0.012)), "0.0 %");
        assert_eq!(plain(&Figure::rate(3, 250).text_beside(0.012)), "1.2 %");
    }

    #[test]
    fn the_undefined_has_a_dash_and_a_reason() {
        let none = Figure::undefined("no_variation", 44, Unit::Ratio);
        assert_eq!(
            (none.text(), none.reason()),
            ("–".to_owned(), "no variation".to_owned())
        );
        assert_eq!(none.interval_text(), "");
        assert_eq!(plain(&none.n_text()), "n = 44");
    }

    #[test]
    fn limits_and_counts_are_written_as_people_write_them() {
        assert_eq!(plain(&limit(0.012)), "1.2 %");
        assert_eq!(plain(&limit(0.01)), "1 %");
        assert_eq!(plain(&limit(0.0125)), "1.25 %");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
        assert_eq!(coefficient(None, 2), "–");
    }
}
