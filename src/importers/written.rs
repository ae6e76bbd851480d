//! Numbers and times as options and exports write them.

use super::ImportError;

/// Spacing as `z,y,x` or `y,x` in mm.
pub(crate) fn parse_spacing_mm(text: &str) -> Result<[f64; 3], ImportError> {
    let refuse = || ImportError::Option {
        option: "spacing_mm".to_owned(),
        detail: format!(
            "`{text}` is not two or three positive numbers, such as 2.5,0.7,0.7 (z,y,x)"
        ),
    };
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| part.trim().parse::<f64>())
        .collect::<Result<_, _>>()
        .map_err(|_| refuse())?;
    if numbers.iter().any(|mm| !mm.is_finite() || *mm <= 0.0) {
        return Err(refuse());
    }
    match numbers[..] {
        [y, x] => Ok([0.0, y, x]),
        [z, y, x] => Ok([z, y, x]),
        _ => Err(refuse()),
    }
}

/// An instant as RFC 3339, or a bare date, meaning its noon in UTC.
pub(crate) fn parse_instant(field: &str, text: &str) -> Result<i64, ImportError> {
    instant_us(text).ok_or_else(|| ImportError::Option {
        option: field.to_owned(),
        detail: format!("`{text}` is not a time such as 2026-11-16T09:30:00+01:00 or 2026-11-16"),
    })
}

/// Reads the time forms that exports use: RFC 3339, the same with a space, without a zone (UTC), or a bare
/// date (noon UTC). `None` for anything else.
pub(crate) fn instant_us(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_microsecond());
    }
    let civil = match text.parse::<jiff::civil::DateTime>() {
        Ok(civil) if text.len() > 10 => civil,
        Ok(civil) => civil.date().at(12, 0, 0, 0),
        Err(_) => text.parse::<jiff::civil::Date>().ok()?.at(12, 0, 0, 0),
    };
    civil
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::instant_us;

    #[test]
    fn the_time_forms_of_exports_are_read_as_utc() {
        let nine = Some(1_795_597_200_000_000);
        assert_eq!(instant_us("2026-11-25T09:00:00Z"), nine);
        assert_eq!(instant_us("2026-11-25T10:00:00+01:00"), nine);
        assert_eq!(instant_us("2026-11-25 09:00:00"), nine);
        assert_eq!(instant_us("2026-11-25 11:00:00.000000+02:00"), nine);
        assert_eq!(instant_us("2026-11-25"), Some(1_795_608_000_000_000));
        assert_eq!(instant_us("yesterday"), None);
    }
}
