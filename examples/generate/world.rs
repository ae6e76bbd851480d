//! Who reads, when, and with which habits. Everything that a reader of the demo may want to know is here as a number.

use crate::chance::Chance;
use std::ops::RangeInclusive;

/// Three ISO weeks of five working days, 2 to 20 November 2026; Berlin is at UTC+01:00 throughout.
pub const WEEKS: [&str; 3] = ["2026-W45", "2026-W46", "2026-W47"];
pub const N_DAYS: usize = 15;
/// Monday and Tuesday of the first week.
pub const N_TRAINING_DAYS: usize = 2;
pub const TRAINING_PER_DAY: usize = 44;
/// Wednesdays: films that all five readers read.
pub const CALIBRATION_WEEKDAY: usize = 2;
pub const CALIBRATION_PER_WEEK: usize = 12;
/// Thursdays: CT volumes that all five readers segment.
pub const CT_WEEKDAY: usize = 3;
pub const CT_PER_WEEK: usize = 3;
/// Films that physicians verify, for each reader and day (Monday to Thursday), by week.
pub const VERIFIED_PER_DAY: [usize; 3] = [30, 25, 25];
pub const ADJUDICATED_PER_WEEK: [usize; 3] = [14, 13, 13];
pub const PHYSICIANS: [&str; 3] = ["physician-1", "physician-2", "physician-3"];
pub const CLINICIAN: &str = "clinician-1";
pub const PANEL: &str = "panel";
pub const SITES: [&str; 2] = ["site-north", "site-south"];

/// What a film can show as its leading finding.
pub const FINDINGS: [&str; 4] = ["no_finding", "opacity", "nodule", "effusion"];
pub const SMALL_MM: f64 = 6.0;

pub const FILM_PX: u32 = 256;
pub const FILM_SPACING_MM: f64 = 1.4;

/// One reader's known habits. Arrays are by week.
pub struct Habit {
    pub name: &'static str,
    pub note: &'static str,
    pub per_day: RangeInclusive<usize>,
    /// Chance of a wrong leading finding on any film.
    pub wrong_finding: [f64; 3],
    /// Chance of calling a nodule an opacity, or the reverse.
    pub confusion: f64,
    /// Chance of missing a nodule or lesion below 6 mm.
    pub small_miss: f64,
    /// Chance of missing any other drawn shape.
    pub shape_miss: f64,
    /// Chance, for each film, of a drawn box where nothing is.
    pub shape_extra: f64,
    /// All outlines are scaled by this about their centre.
    pub radius_factor: f64,
    /// All positions are shifted to the right by this, in pixels of the film or CT slice.
    pub shift_px: [f64; 3],
    /// Standard deviation of each outline's wobble on films.
    pub wobble_px: f64,
    /// Standard deviation of each keypoint along x and y.
    pub keypoint_px: f64,
    /// Chance that a severity is off by one.
    pub severity_off: [f64; 3],
    /// CT: half-width of the uniform factor on each lesion's radius.
    pub ct_radius_spread: f64,
    /// CT: standard deviation of a lesion's centre.
    pub ct_centre_mm: f64,
}

const CAREFUL: Habit = Habit {
    name: "",
    note: "",
    per_day: 46..=49,
    wrong_finding: [0.0; 3],
    confusion: 0.0,
    small_miss: 0.0,
    shape_miss: 0.0,
    shape_extra: 0.0,
    radius_factor: 1.0,
    shift_px: [0.0; 3],
    wobble_px: 0.15,
    keypoint_px: 0.4,
    severity_off: [0.0; 3],
    ct_radius_spread: 0.01,
    ct_centre_mm: 0.1,
};

pub const READERS: [Habit; 5] = [
    Habit {
        name: "reader-a",
        note: "reference quality",
        ..CAREFUL
    },
    Habit {
        name: "reader-b",
        note: "over-segments: every radius is 6 % too large, within tolerance",
        per_day: 45..=50,
        wrong_finding: [0.003; 3],
        radius_factor: 1.06,
        severity_off: [0.02; 3],
        ct_radius_spread: 0.0,
        ct_centre_mm: 0.0,
        ..CAREFUL
    },
    Habit {
        name: "reader-c",
        note: "misses small lesions: 60 % of those below 6 mm",
        per_day: 44..=48,
        small_miss: 0.6,
        ..CAREFUL
    },
    Habit {
        name: "reader-d",
        note: "drifts: on target in the first week, clearly worse in the third",
        per_day: 47..=51,
        wrong_finding: [0.0, 0.04, 0.10],
        shift_px: [0.1, 0.9, 3.2],
        severity_off: [0.0, 0.1, 0.3],
        ..CAREFUL
    },
    Habit {
        name: "reader-e",
        note: "fast and sloppy: about 60 studies a day, confuses nodule and opacity",
        per_day: 58..=62,
        wrong_finding: [0.02; 3],
        confusion: 0.10,
        shape_miss: 0.08,
        shape_extra: 0.10,
        wobble_px: 0.8,
        keypoint_px: 1.4,
        severity_off: [0.15; 3],
        ct_radius_spread: 0.12,
        ct_centre_mm: 0.6,
        ..CAREFUL
    },
];

pub const fn week_of(day: usize) -> usize {
    day / 5
}

pub const fn weekday_of(day: usize) -> usize {
    day % 5
}

const fn day_of_month(day: usize) -> usize {
    2 + 7 * week_of(day) + weekday_of(day)
}

/// A local time: working day 0–14 and seconds since midnight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub day: usize,
    pub second: usize,
}

impl Moment {
    fn clock(self, hours_back: usize) -> [usize; 3] {
        [
            self.second / 3600 - hours_back,
            self.second / 60 % 60,
            self.second % 60,
        ]
    }

    pub fn date(self) -> String {
        format!("2026-11-{:02}", day_of_month(self.day))
    }

    /// `2026-11-04T09:12:31+01:00`
    pub fn local(self) -> String {
        let [hour, minute, second] = self.clock(0);
        format!("{}T{hour:02}:{minute:02}:{second:02}+01:00", self.date())
    }

    /// `2026-11-04T08:12:31Z`
    pub fn utc(self) -> String {
        let [hour, minute, second] = self.clock(1);
        format!("{}T{hour:02}:{minute:02}:{second:02}Z", self.date())
    }

    /// Date and time as DICOM writes them, local.
    pub fn dicom(self) -> [String; 2] {
        let [hour, minute, second] = self.clock(0);
        [
            self.date().replace('-', ""),
            format!("{hour:02}{minute:02}{second:02}"),
        ]
    }
}

/// When `n` studies of one day were finished, in order, and how long each was worked on, in seconds.
pub fn working_day(rater: &str, day: usize, n: usize) -> Vec<(Moment, usize)> {
    let mut chance = Chance::of(&format!("clock/{rater}/{day}"));
    // Eight o'clock to about half past four, with a lunch break of 45 minutes.
    let slot = 27_900.0 / n as f64;
    let start = 28_800.0 + chance.between(0.0, 600.0);
    (0..n)
        .map(|index| {
            let finished = start + slot * (index as f64 + chance.between(0.75, 1.0));
            let lunch = if finished > 43_200.0 { 2_700.0 } else { 0.0 };
            let active = slot * chance.between(0.55, 0.75);
            let second = (finished + lunch) as usize;
            (Moment { day, second }, active as usize)
        })
        .collect()
}
