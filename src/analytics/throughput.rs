//! Studies per specialist and local working day against the protocol's band.

use super::AnalyticsError;
use super::errors::count;
use crate::domain::{Calendar, Protocol, Role, Stage, ThroughputBand};
use crate::statistics::{BandShare, band_share, coefficient_of_variation, mean, median};
use crate::store::{Filter, ProjectId, Store};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// Where a day lies against the band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BandPlace {
    Below,
    Within,
    Above,
}

impl BandPlace {
    /// The name in JSON and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Below => "below",
            Self::Within => "within",
            Self::Above => "above",
        }
    }

    fn of(n_studies: u64, band: ThroughputBand) -> Self {
        if n_studies < u64::from(band.min_per_day) {
            Self::Below
        } else if n_studies > u64::from(band.max_per_day) {
            Self::Above
        } else {
            Self::Within
        }
    }
}

/// What one specialist finished on one local day.
#[derive(Clone, Debug)]
pub struct ThroughputDay {
    pub rater: String,
    pub role: Role,
    pub stage: Stage,
    /// `None`: the export gives no time, so these studies are on no day.
    pub day: Option<Date>,
    /// Whether the calendar has this day as a working day.
    pub is_workday: bool,
    pub n_studies: u64,
    pub n_rework: u64,
    pub n_items: u64,
    pub n_annotations: u64,
    /// `None`: unknown, never zero.
    pub active_ms: Option<u64>,
    /// `None` without a day.
    pub place: Option<BandPlace>,
}

/// A specialist's days together. Only working days on which something was finished count.
#[derive(Clone, Debug)]
pub struct ThroughputSummary {
    pub rater: String,
    pub role: Role,
    pub stage: Stage,
    pub n_days: u64,
    pub n_studies: u64,
    pub n_rework: u64,
    /// Studies whose time is unknown.
    pub n_undated: u64,
    pub mean_per_day: Option<f64>,
    pub median_per_day: Option<f64>,
    /// Standard deviation over mean; `None` with fewer than two days.
    pub coefficient_of_variation: Option<f64>,
    pub band: BandShare,
    /// Minutes of working time per study, where every reading reports it.
    pub minutes_per_study: Option<f64>,
}

/// Days and their summaries, by rater and stage.
///
/// # Errors
/// What the store raises.
pub fn throughput(
    store: &Store,
    project: ProjectId,
    protocol: &Protocol,
    filter: &Filter,
) -> Result<(Vec<ThroughputDay>, Vec<ThroughputSummary>), AnalyticsError> {
    let days: Vec<ThroughputDay> = store
        .throughput(project, filter)?
        .into_iter()
        .map(|row| {
            let n_studies = count(row.n_studies);
            ThroughputDay {
                is_workday: row
                    .local_day
                    .is_some_and(|day| is_workday(&protocol.calendar, day)),
                place: row
                    .local_day
                    .map(|_| BandPlace::of(n_studies, protocol.throughput)),
                rater: row.rater,
                role: row.role,
                stage: row.stage,
                day: row.local_day,
                n_studies,
                n_rework: count(row.n_rework),
                n_items: count(row.n_items),
                n_annotations: count(row.n_annotations),
                active_ms: if row.n_active_unknown > 0 {
                    None
                } else {
                    row.active_ms.map(count)
                },
            }
        })
        .collect();
    let mut grouped: BTreeMap<(&str, Stage, Role), Vec<&ThroughputDay>> = BTreeMap::new();
    for day in &days {
        grouped
            .entry((&day.rater, day.stage, day.role))
            .or_default()
            .push(day);
    }
    let summaries = grouped
        .into_iter()
        .map(|((rater, stage, role), of_rater)| summarise(protocol, rater, role, stage, &of_rater))
        .collect();
    Ok((days, summaries))
}

fn summarise(
    protocol: &Protocol,
    rater: &str,
    role: Role,
    stage: Stage,
    days: &[&ThroughputDay],
) -> ThroughputSummary {
    let per_day: Vec<f64> = days
        .iter()
        .filter(|day| day.is_workday && day.n_studies > 0)
        .map(|day| day.n_studies as f64)
        .collect();
    let band = protocol.throughput;
    let n_studies: u64 = days.iter().map(|day| day.n_studies).sum();
    let active_ms: Option<u64> = days.iter().map(|day| day.active_ms).sum();
    ThroughputSummary {
        rater: rater.to_owned(),
        role,
        stage,
        n_days: per_day.len() as u64,
        n_studies,
        n_rework: days.iter().map(|day| day.n_rework).sum(),
        n_undated: days
            .iter()
            .filter(|day| day.day.is_none())
            .map(|day| day.n_studies)
            .sum(),
        mean_per_day: mean(&per_day),
        median_per_day: median(&per_day),
        coefficient_of_variation: coefficient_of_variation(&per_day),
        band: band_share(
            &per_day,
            f64::from(band.min_per_day),
            f64::from(band.max_per_day),
        ),
        minutes_per_study: active_ms
            .filter(|_| n_studies > 0)
            .map(|active_ms| active_ms as f64 / 60_000.0 / n_studies as f64),
    }
}

/// Whether the calendar has this day as a working day.
pub fn is_workday(calendar: &Calendar, day: Date) -> bool {
    let weekday = u8::try_from(day.weekday().to_monday_one_offset()).unwrap_or(0);
    calendar.workdays.contains(&weekday) && !calendar.holidays.contains(&day.to_string())
}

#[cfg(test)]
mod tests {
    use super::{BandPlace, is_workday};
    use crate::domain::{Protocol, ThroughputBand};
    use jiff::civil::date;

    #[test]
    fn both_ends_of_the_band_are_within_it() {
        let band = ThroughputBand {
            min_per_day: 45,
            max_per_day: 50,
        };
        let places: Vec<_> = [44, 45, 50, 51]
            .map(|n| BandPlace::of(n, band).as_str())
            .to_vec();
        assert_eq!(places, ["below", "within", "within", "above"]);
    }

    #[test]
    fn weekends_and_holidays_are_no_working_days() {
        let mut calendar = Protocol::default().calendar;
        calendar.holidays.push("2026-11-18".to_owned());
        assert!(is_workday(&calendar, date(2026, 11, 17)));
        assert!(!is_workday(&calendar, date(2026, 11, 18)));
        assert!(!is_workday(&calendar, date(2026, 11, 21)));
    }
}
