//! Which days a report looks at, and which it compares them with.

use crate::pipeline::{PipelineError, Project};
use crate::reports::model::Period;
use crate::store::{Filter, Store};
use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday};

/// One ISO week, or the whole programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    name: String,
    /// Monday; `None` for the whole programme.
    first_day: Option<Date>,
}

/// Weeks before this one that it is compared with.
const N_TRAILING: i64 = 4;

impl Week {
    /// Reads `2026-W47`, `latest` or `all`.
    ///
    /// # Errors
    /// Anything else, and what the store raises.
    pub fn parse(store: &Store, project: &Project, text: &str) -> Result<Self, PipelineError> {
        match text {
            "all" => Ok(Self::all()),
            "latest" => match latest_week(store, project)? {
                Some(week) => Self::of_name(&week),
                None => Ok(Self::all()),
            },
            name => Self::of_name(name),
        }
    }

    /// The whole programme.
    pub fn all() -> Self {
        Self {
            name: "all".to_owned(),
            first_day: None,
        }
    }

    fn of_name(name: &str) -> Result<Self, PipelineError> {
        let parse = || -> Option<Date> {
            let (year, week) = name.split_once("-W")?;
            let date =
                ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, Weekday::Monday).ok()?;
            (week.len() == 2).then(|| date.date())
        };
        let first_day = parse().ok_or_else(|| PipelineError::Parameter {
            what: "week",
            given: name.chars().take(20).collect(),
            detail: "write an ISO week such as 2026-W47, `latest` or `all`".to_owned(),
        })?;
        Ok(Self {
            name: name.to_owned(),
            first_day: Some(first_day),
        })
    }

    /// `2026-W47`, or `all`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Monday and Sunday; `None` for the whole programme.
    pub fn days(&self) -> Option<(Date, Date)> {
        let first = self.first_day?;
        Some((first, first.checked_add(6.days()).ok()?))
    }

    /// First and last day; `None` for the whole programme.
    pub fn period(&self) -> Option<Period> {
        let (first, last) = self.days()?;
        Some(Period {
            first_day: first.to_string(),
            last_day: last.to_string(),
        })
    }

    /// Admits what was finished in this week.
    pub fn filter(&self) -> Filter {
        Filter {
            week: self.first_day.map(|_| self.name.clone()),
            ..Filter::default()
        }
    }

    /// Admits the four weeks before; `None` for the whole programme.
    pub fn trailing_filter(&self) -> Option<Filter> {
        let first = self.first_day?;
        Some(Filter {
            local_day_from: Some(first.checked_sub((7 * N_TRAILING).days()).ok()?),
            local_day_to: Some(first.checked_sub(1.day()).ok()?),
            ..Filter::default()
        })
    }

    /// Admits this week and the one before, for day-by-day pictures.
    pub fn fortnight_filter(&self) -> Filter {
        let Some(first) = self.first_day else {
            return Filter::default();
        };
        Filter {
            local_day_from: first.checked_sub(7.days()).ok(),
            local_day_to: first.checked_add(6.days()).ok(),
            ..Filter::default()
        }
    }
}

/// The last ISO week in which something was finished.
///
/// # Errors
/// What the store raises.
pub fn latest_week(store: &Store, project: &Project) -> Result<Option<String>, PipelineError> {
    Ok(store.weeks(project.id)?.pop().map(|row| row.week))
}

#[cfg(test)]
mod tests {
    use super::Week;

    #[test]
    fn a_week_begins_on_monday_and_is_compared_with_the_four_before() {
        let week = Week::of_name("2026-W47").expect("an ISO week");
        let period = week.period().expect("a week has days");
        assert_eq!(
            (period.first_day.as_str(), period.last_day.as_str()),
            ("2026-11-16", "2026-11-22")
        );
        let trailing = week.trailing_filter().expect("a week has weeks before it");
        assert_eq!(
            trailing
                .local_day_from
                .map(|day| day.to_string())
                .as_deref(),
            Some("2026-10-19")
        );
        assert_eq!(
            trailing.local_day_to.map(|day| day.to_string()).as_deref(),
            Some("2026-11-15")
        );
    }

    #[test]
    fn what_is_no_week_is_refused() {
        for text in ["2026-W54", "2026-47", "W47", "2026-W7", ""] {
            assert!(Week::of_name(text).is_err(), "{text}");
        }
    }
}
