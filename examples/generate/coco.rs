//! COCO instances with keypoints: one file a reader and week.

use crate::film::{Film, LANDMARKS, Outline};
use crate::programme::FilmReading;
use crate::world::FILM_PX;
use serde_json::{Value, json};

/// What of a reading a file holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    Everything,
    Landmarks,
}

/// Coordinates to a hundredth of a pixel, as annotation tools keep them.
pub fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

pub fn write(films: &[Film], readings: &[&FilmReading], contents: Contents) -> String {
    let mut annotations = Vec::new();
    for reading in readings {
        if contents == Contents::Everything {
            for marked in &reading.answer.shapes {
                let category = if marked.drawn.label == "opacity" {
                    1
                } else {
                    2
                };
                annotations.push(shape(
                    annotations.len() + 1,
                    reading.film + 1,
                    category,
                    &marked.drawn.outline,
                ));
            }
        }
        annotations.push(landmarks(
            annotations.len() + 1,
            reading.film + 1,
            &reading.answer.landmarks,
        ));
    }
    let images: Vec<Value> = (films.iter().zip(1..))
        .map(|(film, id)| {
            let file_name = format!("{}.png", film.item());
            json!({"id": id, "file_name": file_name, "width": FILM_PX, "height": FILM_PX})
        })
        .collect();
    let keypoint_category = json!({
        "id": 3, "name": "landmarks", "supercategory": "anatomy",
        "keypoints": LANDMARKS, "skeleton": [[1, 2], [1, 3]]
    });
    let document = json!({
        "info": {"description": "Concord demo, generated", "version": "1", "year": 2026},
        "licenses": [],
        "categories": [
            {"id": 1, "name": "opacity", "supercategory": "finding"},
            {"id": 2, "name": "nodule", "supercategory": "finding"},
            keypoint_category
        ],
        "images": images,
        "annotations": annotations,
    });
    format!("{document}\n")
}

fn shape(id: usize, image_id: usize, category_id: usize, outline: &Outline) -> Value {
    let (segmentation, [left, top, right, bottom]) = match outline {
        Outline::Box(edges) => (json!([]), edges.map(hundredths)),
        Outline::Polygon(points) => {
            let points: Vec<[f64; 2]> = points.iter().map(|point| point.map(hundredths)).collect();
            (json!([points.concat()]), bounds(&points))
        }
    };
    let area = match outline {
        Outline::Box(_) => (right - left) * (bottom - top),
        Outline::Polygon(_) => outline.area(),
    };
    json!({
        "id": id, "image_id": image_id, "category_id": category_id, "iscrowd": 0,
        "segmentation": segmentation, "area": hundredths(area),
        "bbox": [left, top, hundredths(right - left), hundredths(bottom - top)],
    })
}

fn landmarks(id: usize, image_id: usize, points: &[[f64; 2]; 3]) -> Value {
    let points = points.map(|point| point.map(hundredths));
    let [left, top, right, bottom] = bounds(&points);
    let keypoints: Vec<Value> = points
        .iter()
        .flat_map(|[x, y]| [json!(x), json!(y), json!(2)])
        .collect();
    json!({
        "id": id, "image_id": image_id, "category_id": 3, "iscrowd": 0,
        "keypoints": keypoints, "num_keypoints": points.len(),
        "area": hundredths((right - left) * (bottom - top)),
        "bbox": [left, top, hundredths(right - left), hundredths(bottom - top)],
    })
}

fn bounds(points: &[[f64; 2]]) -> [f64; 4] {
    points.iter().fold(
        [f64::MAX, f64::MAX, f64::MIN, f64::MIN],
        |[left, top, right, bottom], [x, y]| {
            [left.min(*x), top.min(*y), right.max(*x), bottom.max(*y)]
        },
    )
}
