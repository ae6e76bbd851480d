//! What one value of a TOML file must be: each reader answers with the value or with what is wrong.

use std::str::FromStr;
use toml::de::DeValue;

/// The value as a message shows it.
pub(super) fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("`{text}`"),
        DeValue::Integer(number) => format!("`{number}`"),
        DeValue::Float(number) => format!("`{number}`"),
        DeValue::Boolean(truth) => format!("`{truth}`"),
        DeValue::Datetime(time) => format!("`{time}`"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// Text that is not empty.
pub(super) fn text(value: &DeValue<'_>) -> Result<String, String> {
    match value.as_str() {
        Some(text) if text.trim().is_empty() => {
            Err("this text is empty; write some or leave the key out".to_owned())
        }
        Some(text) => Ok(text.to_owned()),
        None => Err(format!("{} is not text; put text in quotes", shown(value))),
    }
}

/// One of the names of an enum.
pub(super) fn choice<T: FromStr<Err = String>>(value: &DeValue<'_>) -> Result<T, String> {
    text(value)?.parse()
}

/// A finite number that `accepts` takes; `needed` completes "is not …".
pub(super) fn number(
    accepts: impl Fn(f64) -> bool,
    needed: &str,
) -> impl Fn(&DeValue<'_>) -> Result<f64, String> {
    move |value| {
        let number = match value {
            DeValue::Integer(integer) => whole_number(integer).map(|whole| whole as f64),
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => {
                return Err(format!(
                    "{} is not a number; write it without quotes",
                    shown(value)
                ));
            }
        };
        number
            .filter(|number| number.is_finite() && accepts(*number))
            .ok_or_else(|| format!("{} is not {needed}", shown(value)))
    }
}

/// A share that `accepts` takes; a percentage is recognised and answered with its share.
pub(super) fn share(
    accepts: impl Fn(f64) -> bool,
    needed: &str,
) -> impl Fn(&DeValue<'_>) -> Result<f64, String> {
    move |value| {
        let any = number(|_| true, "a finite number")(value)?;
        if accepts(any) {
            return Ok(any);
        }
        let percent = if (1.0..100.0).contains(&any) {
            any
        } else {
            1.2
        };
        let share = format!("{:.6}", percent / 100.0);
        let share = share.trim_end_matches('0');
        Err(format!(
            "{} is not {needed}; write {share} for {percent} %",
            shown(value)
        ))
    }
}

/// A whole number of at least `least`.
pub(super) fn whole(least: u32) -> impl Fn(&DeValue<'_>) -> Result<u32, String> {
    move |value| {
        value
            .as_integer()
            .and_then(whole_number)
            .and_then(|whole| u32::try_from(whole).ok())
            .filter(|&whole| whole >= least)
            .ok_or_else(|| format!("{} is not a whole number of at least {least}", shown(value)))
    }
}

fn whole_number(integer: &toml::de::DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}
