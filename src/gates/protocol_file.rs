//! The protocol as a TOML file: read with every mistake named, written so that it reads back the same.

use super::canonical::content_hash;
use super::config::{self, ConfigError, Section};
use super::config_values::{choice, number, share, shown, text, whole};
use super::day::Day;
use crate::domain::{
    Calendar, LabelRule, Matching, Protocol, ReferenceKind, Stage, StageLimit, ThroughputBand,
    Tolerance,
};
use jiff::tz::TimeZoneDatabase;
use std::collections::{BTreeMap, BTreeSet};

/// The commented protocol file that holds every default with its reason.
pub const fn default_protocol_toml() -> &'static str {
    include_str!("templates/protocol.toml")
}

/// Reads a protocol; a key that is left out keeps its default. `file` is only named in messages.
pub fn parse_protocol(file: &str, text: &str) -> Result<Protocol, ConfigError> {
    config::read(file, text, protocol)
}

/// Writes a protocol so that [`parse_protocol`] reads the same one back.
pub fn protocol_toml(protocol: &Protocol) -> String {
    toml::to_string_pretty(protocol).expect("a protocol holds only what TOML can write")
}

/// Identifies a protocol by what it says, whatever its file looks like.
pub fn protocol_hash(protocol: &Protocol) -> String {
    content_hash(protocol)
}

fn protocol(root: &mut Section<'_>) -> Protocol {
    let default = Protocol::default();
    let tolerance = root.table("tolerance", |section| tolerance(section, default.tolerance));
    Protocol {
        name: root.get("name", text).unwrap_or(default.name),
        version: root.get("version", text).unwrap_or(default.version),
        error_unit: root.get("error_unit", choice).unwrap_or(default.error_unit),
        confidence: root
            .get("confidence", confidence)
            .unwrap_or(default.confidence),
        within_study_correlation: root
            .get(
                "within_study_correlation",
                share(|x| (0.0..=1.0).contains(&x), "a correlation from 0 to 1"),
            )
            .unwrap_or(default.within_study_correlation),
        tolerance,
        matching: root.table("matching", |section| Matching {
            min_overlap: section
                .get(
                    "min_overlap",
                    share(|x| x > 0.0 && x <= 1.0, "an overlap above 0 and at most 1"),
                )
                .unwrap_or(default.matching.min_overlap),
        }),
        labels: labels(root, tolerance),
        stages: root.table("stages", |section| {
            let limit = |&stage: &Stage| (stage, stage_limit(section, stage, &default.stages));
            Stage::ALL.iter().map(limit).collect()
        }),
        throughput: root.table("throughput", |section| band(section, default.throughput)),
        calendar: root.table("calendar", |section| calendar(section, default.calendar)),
        reference_precedence: precedence(root).unwrap_or(default.reference_precedence),
        nsd_tolerance: root
            .get(
                "nsd_tolerance",
                share(|x| x >= 0.0, "a distance of at least 0"),
            )
            .unwrap_or(default.nsd_tolerance),
        keypoint_sigmas: root
            .named_values("keypoint_sigmas", sigma)
            .into_iter()
            .collect(),
        default_keypoint_sigma: root
            .get("default_keypoint_sigma", sigma)
            .unwrap_or(default.default_keypoint_sigma),
    }
}

/// A level of confidence: one half or less would call a coin toss evidence.
pub(super) fn confidence(value: &toml::de::DeValue<'_>) -> Result<f64, String> {
    let any = number(|_| true, "a finite number")(value)?;
    if any > 0.5 && any < 1.0 {
        return Ok(any);
    }
    let percent = if any > 50.0 && any < 100.0 { any } else { 95.0 };
    let level = percent / 100.0;
    let found = shown(value);
    Err(format!(
        "{found} is not a confidence above 0.5 and below 1; write {level} for {percent} %"
    ))
}

/// An error rate's limit: the rate must lie below it, so that 0 could never be met.
pub(super) fn rate_limit(value: &toml::de::DeValue<'_>) -> Result<f64, String> {
    if number(|x| x == 0.0, "zero")(value).is_ok() {
        return Err(format!(
            "{} can never be met, since the rate must lie below it; write 0.012 for 1.2 %",
            shown(value)
        ));
    }
    share(|x| x > 0.0 && x < 1.0, "a share between 0 and 1")(value)
}

/// The keys `min_per_day` and `max_per_day`.
pub(super) fn band(section: &mut Section<'_>, default: ThroughputBand) -> ThroughputBand {
    let band = ThroughputBand {
        min_per_day: section
            .get("min_per_day", whole(0))
            .unwrap_or(default.min_per_day),
        max_per_day: section
            .get("max_per_day", whole(1))
            .unwrap_or(default.max_per_day),
    };
    if band.min_per_day > band.max_per_day {
        let key = if section.has("min_per_day") {
            "min_per_day"
        } else {
            "max_per_day"
        };
        let ThroughputBand {
            min_per_day,
            max_per_day,
        } = band;
        section.fault(key, format!(
            "the band starts at `{min_per_day}` and ends at `{max_per_day}`; set min_per_day no higher than max_per_day"
        ));
    }
    band
}

fn tolerance(section: &mut Section<'_>, default: Tolerance) -> Tolerance {
    let at_least_zero = || number(|x| x >= 0.0, "a tolerance of 0 or more");
    // Polygons must lie below their tolerance, which nothing can do at 0.
    let above_zero = number(
        |x| x > 0.0,
        "a tolerance above 0, below which the distance must lie",
    );
    Tolerance {
        box_edge_px: section
            .get("box_edge_px", at_least_zero())
            .unwrap_or(default.box_edge_px),
        polygon_px: section
            .get("polygon_px", above_zero)
            .unwrap_or(default.polygon_px),
        keypoint_mm: section
            .get("keypoint_mm", at_least_zero())
            .unwrap_or(default.keypoint_mm),
        mask_px: section
            .get("mask_px", at_least_zero())
            .unwrap_or(default.mask_px),
        volume_voxels: section
            .get("volume_voxels", at_least_zero())
            .unwrap_or(default.volume_voxels),
        ordinal_steps: section
            .get("ordinal_steps", at_least_zero())
            .unwrap_or(default.ordinal_steps),
        cloud_error_share: section
            .get(
                "cloud_error_share",
                share(|x| (0.0..=1.0).contains(&x), "a share from 0 to 1"),
            )
            .unwrap_or(default.cloud_error_share),
        text_chars: section
            .get("text_chars", at_least_zero())
            .unwrap_or(default.text_chars),
        track_frames: section
            .get("track_frames", at_least_zero())
            .unwrap_or(default.track_frames),
    }
}

fn stage_limit(
    section: &mut Section<'_>,
    stage: Stage,
    default: &BTreeMap<Stage, StageLimit>,
) -> StageLimit {
    section.table(stage.as_str(), |section| {
        let default = default
            .get(&stage)
            .copied()
            .expect("the default protocol limits every stage");
        section
            .get("max_error_rate", rate_limit)
            .map_or(default, |max_error_rate| StageLimit { max_error_rate })
    })
}

fn labels(root: &mut Section<'_>, default: Tolerance) -> BTreeMap<String, LabelRule> {
    let names = root.names("labels");
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let rules = root.named_tables("labels", |label, section| {
        if label.trim().is_empty() {
            section.fault("", "this label has no name; write `[labels.NAME]`");
        }
        let alias = |value: &toml::de::DeValue<'_>| {
            let alias = text(value)?;
            if names.contains(&alias) {
                return Err(format!(
                    "`{alias}` is a label itself; an alias must be another name"
                ));
            }
            match owners.insert(alias.clone(), label.to_owned()) {
                None => Ok(alias),
                Some(owner) => Err(format!(
                    "`{alias}` is an alias of `{owner}` already; keep one of the two"
                )),
            }
        };
        LabelRule {
            aliases: section.list("aliases", alias).unwrap_or_default(),
            tolerance: section
                .has("tolerance")
                .then(|| section.table("tolerance", |section| tolerance(section, default))),
            required_attributes: distinct(section, "required_attributes", text).unwrap_or_default(),
            clinical_weight: section.get(
                "clinical_weight",
                number(|x| x >= 0.0, "a weight of 0 or more"),
            ),
        }
    });
    rules.into_iter().collect()
}

fn sigma(value: &toml::de::DeValue<'_>) -> Result<f64, String> {
    number(|x| x > 0.0, "a keypoint sigma above 0, such as 0.05")(value)
}

fn calendar(section: &mut Section<'_>, default: Calendar) -> Calendar {
    let weekday = |value: &toml::de::DeValue<'_>| match whole(1)(value) {
        Ok(day @ 1..=7) => Ok(day as u8),
        _ => Err(format!(
            "{} is not an ISO weekday; use 1 (Monday) to 7 (Sunday)",
            shown(value)
        )),
    };
    let time_zone = |value: &toml::de::DeValue<'_>| {
        let name = text(value)?;
        // The bundled database, so that a protocol is right or wrong on every machine alike.
        match TimeZoneDatabase::bundled().get(&name) {
            Ok(zone) => Ok(zone.iana_name().unwrap_or(&name).to_owned()),
            Err(_) => Err(format!(
                "`{name}` is not an IANA time zone; use a name such as Europe/Berlin or UTC"
            )),
        }
    };
    // Order does not matter on a calendar and must not change the hash.
    let mut workdays = distinct(section, "workdays", weekday).unwrap_or(default.workdays);
    workdays.sort_unstable();
    if workdays.is_empty() {
        section.fault(
            "workdays",
            "at least one weekday must be worked; list some of 1 (Monday) to 7 (Sunday)",
        );
    }
    let mut holidays = distinct(section, "holidays", day).unwrap_or_default();
    holidays.sort_unstable();
    Calendar {
        time_zone: section
            .get("time_zone", time_zone)
            .unwrap_or(default.time_zone),
        workdays,
        holidays: holidays.iter().map(Day::to_string).collect(),
    }
}

/// A day, with or without quotes.
pub(super) fn day(value: &toml::de::DeValue<'_>) -> Result<Day, String> {
    match value.as_datetime() {
        Some(time) => time.to_string().parse(),
        None => text(value)?.parse(),
    }
}

fn precedence(root: &mut Section<'_>) -> Option<Vec<ReferenceKind>> {
    let kinds = distinct(root, "reference_precedence", choice::<ReferenceKind>)?;
    let missing: Vec<_> = ReferenceKind::ALL
        .iter()
        .filter(|kind| !kinds.contains(kind))
        .map(|kind| kind.as_str())
        .collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        root.fault(
            "reference_precedence",
            format!("the order lacks {missing}; list every kind once, highest first"),
        );
    }
    Some(kinds)
}

/// A list in which nothing may occur twice.
fn distinct<T: Clone + Ord>(
    section: &mut Section<'_>,
    key: &'static str,
    parse: impl Fn(&toml::de::DeValue<'_>) -> Result<T, String>,
) -> Option<Vec<T>> {
    let mut seen = BTreeSet::new();
    section.list(key, |value| {
        let parsed = parse(value)?;
        if seen.insert(parsed.clone()) {
            Ok(parsed)
        } else {
            Err(format!("{} is listed twice; keep one", shown(value)))
        }
    })
}
