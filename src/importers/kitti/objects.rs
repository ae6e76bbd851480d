//! One line: an object with its boxes.

use crate::domain::{Annotation, MEASUREMENT_PREFIX, Shape};
use crate::geometry::{Cuboid, Rect};
use crate::importers::one_reading::plain;
use crate::importers::structure::no_extent;
use std::f64::consts::{FRAC_PI_2, PI};

/// What the benchmark calls regions that nobody labelled.
const DONT_CARE: &str = "DontCare";

/// What a line says.
pub(super) enum Line {
    DontCare,
    /// The boxes of one object: on the image, in space, or both.
    Object(Vec<Annotation>),
}

/// Whether a line could be an object's: a word, then 14 or 15 numbers.
pub(super) fn looks_right(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let starts_with_word = words
        .next()
        .is_some_and(|word| word.parse::<f64>().is_err() && !word.contains([',', '{', '<']));
    let mut n_numbers = 0;
    let all_numbers = words.all(|word| {
        n_numbers += 1;
        word.parse::<f64>().is_ok()
    });
    starts_with_word && all_numbers && (n_numbers == 14 || n_numbers == 15)
}

/// Reads a line that is not blank.
pub(super) fn line(text: &str, record: &str) -> Result<Line, String> {
    let mut words = text.split_ascii_whitespace();
    let label = words.next().ok_or("is blank")?;
    let fields: Vec<&str> = words.collect();
    if fields.len() != 14 && fields.len() != 15 {
        return Err(format!(
            "has {} fields; 15, or 16 with a score, are needed",
            fields.len() + 1
        ));
    }
    let mut numbers = Vec::with_capacity(15);
    for (at, field) in fields.iter().enumerate() {
        let number = field
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite());
        numbers.push(number.ok_or_else(|| format!("field {} is no finite number", at + 2))?);
    }
    if label == DONT_CARE {
        return Ok(Line::DontCare);
    }
    let mut found = Vec::new();
    if let Some((shape, fault)) = boxed(&numbers[3..7]) {
        let mut annotation = plain(record, label, shape);
        annotation.invalid = fault;
        found.push(annotation);
    }
    if let Some(shape) = cuboid(&numbers[7..14]).map_err(|error| error.to_string())? {
        found.push(plain(format!("{record}/3d"), label, shape));
    }
    if found.is_empty() {
        return Err("has neither a box on the image nor one in space".to_owned());
    }
    for annotation in &mut found {
        // Both are -1 where they are not known.
        if numbers[0] >= 0.0 {
            let name = format!("{MEASUREMENT_PREFIX}truncated");
            annotation.attributes.insert(name, numbers[0].to_string());
        }
        if numbers[1] >= 0.0 {
            annotation
                .attributes
                .insert("occluded".to_owned(), numbers[1].to_string());
        }
        match numbers.get(14) {
            Some(score) if (0.0..=1.0).contains(score) => annotation.confidence = Some(*score),
            // Scores of the benchmark need not be probabilities.
            Some(score) => {
                annotation
                    .attributes
                    .insert("score".to_owned(), score.to_string());
            }
            None => {}
        }
    }
    Ok(Line::Object(found))
}

/// Left, top, right, bottom; four equal negative numbers, or four zeros, stand for none.
fn boxed(corners: &[f64]) -> Option<(Shape, Option<String>)> {
    let &[left, top, right, bottom] = corners else {
        return None;
    };
    if left <= 0.0 && corners.iter().all(|number| *number == left) {
        return None;
    }
    let (width, height) = (right - left, bottom - top);
    let fault = (width <= 0.0 || height <= 0.0).then(|| no_extent("box", width, height));
    let rect = Rect::from_corners([left, top], [right, bottom]);
    Some((Shape::Box(rect), fault))
}

/// Height, width, length, the middle of the bottom, and the turn about the camera's y axis; sizes that are not positive stand
/// for none.
///
/// The camera looks along z with x to the right and y down. Here x is ahead, y left and z up, so a point (x, y, z) of the camera
/// lies at (z, -x, -y). A box without a turn points to the camera's right, which is -y here, and a turn about the axis that
/// points down goes the other way round about the one that points up.
fn cuboid(numbers: &[f64]) -> Result<Option<Shape>, crate::geometry::GeometryError> {
    let &[height, width, length, x, y, z, rotation_y] = numbers else {
        return Ok(None);
    };
    if height <= 0.0 && width <= 0.0 && length <= 0.0 {
        return Ok(None);
    }
    let centre = [z, -x, 0.5 * height - y];
    let yaw_rad = (-rotation_y - FRAC_PI_2 + PI).rem_euclid(2.0 * PI) - PI;
    Cuboid::new(centre, [length, width, height], yaw_rad).map(|cuboid| Some(Shape::Cuboid(cuboid)))
}
