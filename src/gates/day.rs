//! A calendar day in files and records.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A day without a time zone, written `YYYY-MM-DD` everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(date)
    }
}

impl From<Day> for Date {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // Other spellings of ISO 8601 are dates too, but one day must have one spelling.
        match text.parse::<Date>() {
            Ok(date) if date.to_string() == text => Ok(Self(date)),
            _ => Err(format!(
                "`{text}` is not a day of the calendar; write it as 2026-12-24"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn only_the_one_spelling_of_a_real_day_is_read() {
        assert_eq!(
            "2028-02-29".parse::<Day>().map(|day| day.to_string()),
            Ok("2028-02-29".to_owned())
        );
        for wrong in [
            "2026-02-29",
            "20260223",
            "2026-2-3",
            "2026-02-23T10:00",
            "24.12.2026",
            "",
        ] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn json_holds_the_plain_text() {
        let day: Day = serde_json::from_str("\"2026-11-23\"").unwrap();
        assert_eq!(serde_json::to_string(&day).unwrap(), "\"2026-11-23\"");
        assert!(serde_json::from_str::<Day>("\"never\"").is_err());
    }
}
