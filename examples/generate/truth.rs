//! What was put into the exports, and so what Concord should find in them.

use crate::chance::SEED;
use crate::film::Outline;
use crate::measure::{boundary_px, box_iou};
use crate::programme::{FilmReading, Programme, Rating};
use crate::reading::{BOX_EDGE_PX, KEYPOINT_MM, MIN_IOU, POLYGON_PX};
use crate::world::{FILM_SPACING_MM, Habit, PHYSICIANS, READERS, WEEKS, week_of};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub fn write(programme: &Programme) -> String {
    let habits: Map<String, Value> = READERS
        .iter()
        .map(|habit| (habit.name.to_owned(), parameters(habit)))
        .collect();
    let document = json!({
        "about": "written by `cargo run --release --example generate -- examples`; see README.md",
        "seed": SEED,
        "time_zone": "Europe/Berlin",
        "weeks": WEEKS,
        "habits": habits,
        "studies_per_day": studies_per_day(programme),
        "findings": findings(programme),
        "confusion": confusion(programme),
        "calibration_films": calibration(programme),
        "opacity_area": opacity_area(programme),
        "ct": volumes(programme),
    });
    let text = serde_json::to_string_pretty(&document).expect("numbers and text");
    format!("{text}\n")
}

fn parameters(habit: &Habit) -> Value {
    json!({
        "note": habit.note,
        "studies_per_day": [habit.per_day.start(), habit.per_day.end()],
        "p_wrong_finding_by_week": habit.wrong_finding,
        "p_nodule_opacity_confusion": habit.confusion,
        "p_small_lesion_missed": habit.small_miss,
        "p_shape_missed": habit.shape_miss,
        "p_extra_box_per_film": habit.shape_extra,
        "radius_factor": habit.radius_factor,
        "shift_px_by_week": habit.shift_px,
        "film_wobble_sd_px": habit.wobble_px,
        "keypoint_sd_px": habit.keypoint_px,
        "p_severity_off_by_one_by_week": habit.severity_off,
        "ct_radius_spread": habit.ct_radius_spread,
        "ct_centre_sd_mm": habit.ct_centre_mm,
    })
}

/// Studies by stage, rater and local date.
fn studies_per_day(
    programme: &Programme,
) -> BTreeMap<&str, BTreeMap<&str, BTreeMap<String, usize>>> {
    let films = programme
        .ratings
        .iter()
        .filter(|row| row.role != "clinician");
    let films = films.map(|row| (row.stage, row.rater, row.at.date()));
    let volumes = programme
        .volume_readings
        .iter()
        .filter(|reading| reading.rater.starts_with("reader"));
    let volumes = volumes.map(|reading| ("annotation", reading.rater, reading.at.date()));
    let mut counts: BTreeMap<&str, BTreeMap<&str, BTreeMap<String, usize>>> = BTreeMap::new();
    for (stage, rater, date) in films.chain(volumes) {
        *counts
            .entry(stage)
            .or_default()
            .entry(rater)
            .or_default()
            .entry(date)
            .or_default() += 1;
    }
    counts
}

/// Leading findings that differ from a reference: stage, kind of reference, rater, week.
///
/// A film with an adjudicated reference counts there and not under `verification`.
fn findings(programme: &Programme) -> Value {
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for (row, reference) in assessed(programme) {
        let key = format!(
            "{}/{}/{}/{}",
            row.stage,
            reference.reference,
            row.rater,
            WEEKS[week_of(row.at.day)]
        );
        let count = counts.entry(key).or_default();
        count[0] += usize::from(row.label != reference.label);
        count[1] += 1;
    }
    (counts.into_iter())
        .map(|(key, [n_wrong, n_assessed])| {
            let mut part = key.split('/');
            let mut next = || part.next().unwrap_or_default();
            json!({
                "stage": next(), "reference": next(), "rater": next(), "week": next(),
                "n_wrong": n_wrong, "n_assessed": n_assessed,
            })
        })
        .collect()
}

/// Every row that has a reference by someone else, with the highest one.
fn assessed(programme: &Programme) -> Vec<(&Rating, &Rating)> {
    let mut references: BTreeMap<usize, &Rating> = BTreeMap::new();
    for row in programme
        .ratings
        .iter()
        .filter(|row| !row.reference.is_empty())
    {
        let best = references.entry(row.film).or_insert(row);
        if row.reference == "adjudicated" {
            *best = row;
        }
    }
    (programme.ratings.iter())
        .filter_map(|row| Some((row, *references.get(&row.film)?)))
        .filter(|(row, reference)| row.rater != reference.rater && row.role != "clinician")
        .collect()
}

/// Reference label, stated label, count; annotation stage, by reader.
fn confusion(programme: &Programme) -> Value {
    let mut counts: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for (row, reference) in assessed(programme)
        .into_iter()
        .filter(|(row, _)| row.stage == "annotation")
    {
        *counts
            .entry((row.rater, reference.label, row.label))
            .or_default() += 1;
    }
    (counts.into_iter())
        .map(|((rater, reference, candidate), n)| json!({"rater": rater, "reference": reference, "candidate": candidate, "n": n}))
        .collect()
}

/// Errors of one calibration reading against the physician's, by kind; a unit has at most one.
fn errors(programme: &Programme, reading: &FilmReading) -> BTreeMap<&'static str, usize> {
    let film = &programme.films[reading.week][reading.film];
    let mut kinds: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut add = |kind| *kinds.entry(kind).or_default() += 1;
    let mut found = BTreeSet::new();
    for marked in &reading.answer.shapes {
        let Some(origin) = marked.origin else {
            add("extra");
            continue;
        };
        let reference = &film.shapes[origin];
        let verdict = match (&reference.outline, &marked.drawn.outline) {
            (Outline::Box(a), Outline::Box(b)) if box_iou(a, b) < MIN_IOU => None,
            (Outline::Box(a), Outline::Box(b)) => {
                Some((0..4).any(|side| (a[side] - b[side]).abs() > BOX_EDGE_PX))
            }
            (Outline::Polygon(a), Outline::Polygon(b)) => Some(boundary_px(a, b) >= POLYGON_PX),
            _ => unreachable!("a shape keeps its kind"),
        };
        // Too little overlap: one left over on either side.
        let Some(out_of_tolerance) = verdict else {
            add("extra");
            continue;
        };
        found.insert(origin);
        if marked.drawn.label != reference.label {
            add("wrong_label");
        } else if out_of_tolerance {
            add("out_of_tolerance");
        }
    }
    (0..film.shapes.len())
        .filter(|index| !found.contains(index))
        .for_each(|_| add("missing"));
    let far = (film.landmarks.iter().zip(&reading.answer.landmarks))
        .any(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]) * FILM_SPACING_MM > KEYPOINT_MM);
    if far {
        add("landmarks_out_of_tolerance");
    }
    if reading.answer.finding != film.finding {
        add("wrong_finding");
    }
    if reading.answer.severity != film.severity {
        add("wrong_severity");
    }
    kinds
}

fn calibration(programme: &Programme) -> Value {
    let mut rows = Vec::new();
    for habit in &READERS {
        for (week, name) in WEEKS.iter().enumerate() {
            let mut total: BTreeMap<&str, usize> = BTreeMap::new();
            let mut wrong_films = Vec::new();
            let of_week = programme
                .film_readings
                .iter()
                .filter(|reading| reading.rater == habit.name && reading.week == week);
            for reading in of_week {
                let kinds = errors(programme, reading);
                if !kinds.is_empty() {
                    wrong_films.push(programme.films[week][reading.film].item());
                }
                for (kind, n) in kinds {
                    *total.entry(kind).or_default() += n;
                }
            }
            rows.push(json!({
                "rater": habit.name, "week": name, "n_films": programme.films[week].len(),
                "n_wrong_films": wrong_films.len(), "wrong_films": wrong_films, "errors": total,
            }));
        }
    }
    Value::from(rows)
}

/// Relative difference of polygon areas, reader against physician, of opacities drawn as such.
fn opacity_area(programme: &Programme) -> Value {
    let mut found: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for reading in programme
        .film_readings
        .iter()
        .filter(|reading| !PHYSICIANS.contains(&reading.rater))
    {
        let film = &programme.films[reading.week][reading.film];
        for marked in reading
            .answer
            .shapes
            .iter()
            .filter(|marked| marked.drawn.label == "opacity")
        {
            let Some(reference) = marked.origin.map(|origin| &film.shapes[origin]) else {
                continue;
            };
            if reference.label == "opacity" {
                let [a, b] = [reference.outline.area(), marked.drawn.outline.area()];
                found.entry(reading.rater).or_default().push((b - a) / a);
            }
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    (found.iter())
        .map(|(rater, values)| {
            (
                rater.to_string(),
                json!({"n": values.len(), "mean_relative_difference": rounded(mean(values))}),
            )
        })
        .collect::<Map<_, _>>()
        .into()
}

/// Voxel counts of each reader's segmentation against the gold one.
fn volumes(programme: &Programme) -> Value {
    let of_volume = |volume: &crate::phantom::Phantom| {
        let gold = volume.gold();
        let n_gold = gold.iter().filter(|voxel| **voxel).count();
        let readers: Map<String, Value> = (READERS.iter())
            .map(|habit| {
                let (drawn, missed) = volume.read_by(habit);
                let n_drawn = drawn.iter().filter(|voxel| **voxel).count();
                let n_both = gold.iter().zip(&drawn).filter(|(a, b)| **a && **b).count();
                let facts = json!({
                    "n_voxels": n_drawn, "n_intersection": n_both, "missed_lesions": missed,
                    "dice": rounded(2.0 * n_both as f64 / (n_gold + n_drawn) as f64),
                    "relative_volume_difference": rounded((n_drawn as f64 - n_gold as f64) / n_gold as f64),
                });
                (habit.name.to_owned(), facts)
            })
            .collect();
        let diameters: Vec<f64> = volume
            .lesions
            .iter()
            .map(|lesion| rounded(lesion.diameter_mm))
            .collect();
        json!({
            "item": volume.series_uid, "study": volume.study_uid, "week": WEEKS[volume.week], "site": volume.site,
            "lesion_diameters_mm": diameters, "n_gold_voxels": n_gold, "readers": readers,
        })
    };
    programme.volumes.iter().map(of_volume).collect()
}

fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
