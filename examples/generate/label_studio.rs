//! A Label Studio JSON export: one task a film, coordinates in percent.

use crate::film::{Film, Outline};
use crate::programme::FilmReading;
use crate::world::FILM_PX;
use serde_json::{Value, json};

/// Percent of the image size, with what the tool keeps of it.
fn percent(px: f64) -> f64 {
    (px / f64::from(FILM_PX) * 100.0 * 1e6).round() / 1e6
}

pub fn write(week: usize, films: &[Film], readings: &[&FilmReading]) -> String {
    let tasks: Vec<Value> = (films.iter().enumerate())
        .map(|(index, film)| {
            let id = 100 * (week + 1) + index;
            let of_film = readings.iter().filter(|reading| reading.film == index);
            let annotations: Vec<Value> = of_film.map(|reading| annotation(id, reading)).collect();
            json!({
                "id": id,
                "project": 7,
                "data": {"image": format!("/data/upload/7/{}.png", film.item())},
                "total_annotations": annotations.len(),
                "cancelled_annotations": 0,
                "annotations": annotations,
                "predictions": [],
            })
        })
        .collect();
    format!("{}\n", Value::from(tasks))
}

fn annotation(task: usize, reading: &FilmReading) -> Value {
    let results: Vec<Value> = (reading.answer.shapes.iter().enumerate())
        .map(|(index, marked)| {
            let label = marked.drawn.label;
            let (kind, value) = match &marked.drawn.outline {
                Outline::Box([left, top, right, bottom]) => (
                    "rectanglelabels",
                    json!({
                        "x": percent(*left), "y": percent(*top), "width": percent(right - left),
                        "height": percent(bottom - top), "rotation": 0, "rectanglelabels": [label],
                    }),
                ),
                Outline::Polygon(points) => {
                    let points: Vec<[f64; 2]> =
                        points.iter().map(|point| point.map(percent)).collect();
                    (
                        "polygonlabels",
                        json!({"points": points, "closed": true, "polygonlabels": [label]}),
                    )
                }
            };
            json!({
                "id": format!("{}-{task}-{index}", reading.rater),
                "from_name": kind.trim_end_matches("labels"), "to_name": "image", "type": kind,
                "original_width": FILM_PX, "original_height": FILM_PX, "image_rotation": 0,
                "origin": "manual", "value": value,
            })
        })
        .collect();
    json!({
        "id": 10 * task + usize::from(reading.rater == "reader-e"),
        "task": task,
        // De-identified: the pseudonym stands where the tool writes the user.
        "completed_by": reading.rater,
        "created_at": reading.at.utc(),
        "updated_at": reading.at.utc(),
        "lead_time": reading.active_s,
        "was_cancelled": false,
        "ground_truth": false,
        "result": results,
    })
}
