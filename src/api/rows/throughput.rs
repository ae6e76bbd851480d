//! Studies per specialist and day.

use super::{Cell, TableRow};
use crate::analytics::{ThroughputDay, ThroughputSummary};
use crate::pipeline::Table;
use poem_openapi::Object;
use poem_openapi::types::Example;

table_row! {
    /// What one specialist finished at one stage, on one day or on all days together.
    #[derive(Object, Clone, Debug)]
    #[oai(example)]
    pub struct ThroughputRow {
        /// The specialist.
        pub rater: String,
        /// clinician, annotator, physician or model.
        pub role: String,
        /// training, annotation or verification.
        pub stage: String,
        /// Local day; null over all days, and for work without a known time.
        pub day: Option<String>,
        /// yes or no: whether the calendar has this day as a working day.
        pub workday: Option<String>,
        /// below, within or above the protocol's band.
        pub band: Option<String>,
        /// What figures per day rest on: working days with finished studies.
        pub n: u64,
        /// Studies finished; each counts once.
        pub n_studies: u64,
        /// Studies delivered again.
        pub n_rework: u64,
        /// Studies whose time is unknown; on no day.
        pub n_undated: u64,
        /// Mean of studies per working day.
        pub mean_per_day: Option<f64>,
        /// Median of studies per working day.
        pub median_per_day: Option<f64>,
        /// Standard deviation over mean; null with fewer than two days.
        pub coefficient_of_variation: Option<f64>,
        /// Days below the band.
        pub n_days_below: Option<u64>,
        /// Days within the band.
        pub n_days_within: Option<u64>,
        /// Days above the band.
        pub n_days_above: Option<u64>,
        /// Working time per study in minutes; null where any reading does not report it.
        pub minutes_per_study: Option<f64>,
        /// Why there are no figures per day.
        pub undefined: Option<String>,
    }
}

impl From<ThroughputSummary> for ThroughputRow {
    fn from(summary: ThroughputSummary) -> Self {
        Self {
            rater: summary.rater,
            role: summary.role.to_string(),
            stage: summary.stage.to_string(),
            day: None,
            workday: None,
            band: None,
            n: summary.n_days,
            n_studies: summary.n_studies,
            n_rework: summary.n_rework,
            n_undated: summary.n_undated,
            mean_per_day: summary.mean_per_day,
            median_per_day: summary.median_per_day,
            coefficient_of_variation: summary.coefficient_of_variation,
            n_days_below: Some(summary.band.n_below),
            n_days_within: Some(summary.band.n_within),
            n_days_above: Some(summary.band.n_above),
            minutes_per_study: summary.minutes_per_study,
            undefined: (summary.n_days == 0).then(|| "no_dated_work".to_owned()),
        }
    }
}

impl From<ThroughputDay> for ThroughputRow {
    fn from(day: ThroughputDay) -> Self {
        let counts = day.day.is_some() && day.is_workday && day.n_studies > 0;
        Self {
            rater: day.rater,
            role: day.role.to_string(),
            stage: day.stage.to_string(),
            workday: day
                .day
                .map(|_| if day.is_workday { "yes" } else { "no" }.to_owned()),
            band: day.place.map(|place| place.as_str().to_owned()),
            n: u64::from(counts),
            n_studies: day.n_studies,
            n_rework: day.n_rework,
            n_undated: if day.day.is_none() { day.n_studies } else { 0 },
            mean_per_day: None,
            median_per_day: None,
            coefficient_of_variation: None,
            n_days_below: None,
            n_days_within: None,
            n_days_above: None,
            minutes_per_study: day
                .active_ms
                .filter(|_| day.n_studies > 0)
                .map(|active_ms| active_ms as f64 / 60_000.0 / day.n_studies as f64),
            undefined: day.day.is_none().then(|| "no_time_known".to_owned()),
            day: day.day.map(|day| day.to_string()),
        }
    }
}

impl Example for ThroughputRow {
    fn example() -> Self {
        Self {
            rater: "reader-a".to_owned(),
            role: "annotator".to_owned(),
            stage: "annotation".to_owned(),
            day: None,
            workday: None,
            band: None,
            n: 10,
            n_studies: 471,
            n_rework: 4,
            n_undated: 0,
            mean_per_day: Some(47.1),
            median_per_day: Some(47.0),
            coefficient_of_variation: Some(0.05),
            n_days_below: Some(1),
            n_days_within: Some(8),
            n_days_above: Some(1),
            minutes_per_study: Some(9.4),
            undefined: None,
        }
    }
}
