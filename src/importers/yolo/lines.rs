//! What one line of a label file draws. All positions are shares of the image's width and height.
//!
//! | task | numbers behind the class | with a model's confidence |
//! |---|---|---|
//! | detect | centre x, y, width, height | one more |
//! | segment | x, y of each corner | one more |
//! | pose | a box, then x, y (and visibility) of each keypoint | one more |
//! | obb | x, y of four corners | one more |
//!
//! Reference: <https://docs.ultralytics.com/datasets/>.

use crate::domain::{Keypoint, Shape, Visibility};
use crate::geometry::{MultiPolygon, Rect};
use crate::importers::turned::rectangle;

/// How far corners may lie off the image, as a share of it: turned boxes and outlines may reach over its edge.
const REACH: f64 = 0.5;
/// Shares are written with six digits: on wide images a corner may be off by this much.
const ROUNDING_PX: f64 = 0.05;

/// What a data set's lines describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Detect,
    Segment,
    Pose,
    Obb,
}

impl Task {
    /// A task by its name in `data.yaml`.
    pub fn named(text: &str) -> Option<Self> {
        Some(match text.trim() {
            "detect" => Self::Detect,
            "segment" => Self::Segment,
            "pose" => Self::Pose,
            "obb" => Self::Obb,
            _ => return None,
        })
    }

    /// The one task that words of a path name.
    pub fn of_path(path: &str) -> Option<Self> {
        let lower = path.to_ascii_lowercase();
        let mut found = None;
        for word in lower.split(|letter: char| !letter.is_ascii_alphanumeric()) {
            let task = match word {
                "detect" | "detection" => Self::Detect,
                "seg" | "segment" | "segments" | "segmentation" => Self::Segment,
                "pose" | "keypoints" => Self::Pose,
                "obb" | "oriented" | "rotated" => Self::Obb,
                _ => continue,
            };
            if found.is_some_and(|known| known != task) {
                return None;
            }
            found = Some(task);
        }
        found
    }
}

/// What a line draws.
#[derive(Debug, PartialEq)]
pub(super) struct Drawn {
    pub class: u32,
    pub shape: Shape,
    /// A model's confidence in [0, 1].
    pub confidence: Option<f64>,
    /// The box of a pose, which similarity of keypoints is scaled by.
    pub area_px2: Option<f64>,
}

/// The numbers of a line.
///
/// # Errors
/// What is no number, and a class that is not whole.
pub(super) fn numbers(line: &str) -> Result<(u32, Vec<f64>), String> {
    let mut words = line.split_ascii_whitespace();
    let class = words.next().and_then(|word| word.parse::<f64>().ok());
    let class = class
        .filter(|class| class.fract() == 0.0 && (0.0..1e6).contains(class))
        .ok_or("does not begin with the number of a class")?;
    let mut shares = Vec::new();
    for (index, word) in words.enumerate() {
        let share = word.parse::<f64>().ok().filter(|share| share.is_finite());
        shares.push(share.ok_or_else(|| format!("column {} is no finite number", index + 2))?);
    }
    Ok((class as u32, shares))
}

/// Whether a line's numbers can be YOLO's at all, whatever the task.
pub(super) fn is_plausible(shares: &[f64]) -> bool {
    match shares.len() {
        0..=3 => false,
        4 | 5 => shares.iter().all(|share| (0.0..=1.0).contains(share)),
        _ => shares.iter().all(|share| (-REACH..=2.0).contains(share)),
    }
}

/// Reads a line of a known task.
///
/// # Errors
/// A number of columns that the task does not have, and positions that are no shares of the image.
pub(super) fn drawn(
    line: &str,
    task: Task,
    kpt_shape: Option<(usize, usize)>,
    (width_px, height_px): (u32, u32),
) -> Result<Drawn, String> {
    let (class, mut shares) = numbers(line)?;
    let size = [f64::from(width_px), f64::from(height_px)];
    let n_found = shares.len() + 1;
    let needs = |what: &str| Err(format!("has {n_found} columns; {what}"));
    let n_plain = match (task, kpt_shape) {
        (Task::Detect, _) => 4,
        (Task::Obb, _) => 8,
        (Task::Pose, Some((n_points, n_numbers))) => 4 + n_points * n_numbers,
        (Task::Pose, None) => {
            return Err("keypoints need `kpt_shape`, which no data.yaml gives".to_owned());
        }
        (Task::Segment, _) if shares.len() == 4 || shares.len() == 5 => 4,
        (Task::Segment, _) => shares.len() / 2 * 2,
    };
    let confidence = match shares.len().checked_sub(n_plain) {
        Some(0) => None,
        Some(1) => shares.pop(),
        _ => match task {
            Task::Detect => return needs("a box has 5, or 6 with a confidence"),
            Task::Obb => return needs("a turned box has 9, or 10 with a confidence"),
            Task::Pose => {
                let n = n_plain + 1;
                return needs(&format!(
                    "`kpt_shape` asks for {n}, or one more with a confidence"
                ));
            }
            Task::Segment => return needs("an outline has 7 or more"),
        },
    };
    if confidence.is_some_and(|confidence| !(0.0..=1.0).contains(&confidence)) {
        return Err("its confidence, the last column, is not in 0 to 1".to_owned());
    }
    let mut area_px2 = None;
    let shape = match task {
        Task::Pose => {
            area_px2 = Some(boxed(&shares[..4], size)?.area_px2());
            let n_numbers = kpt_shape.map_or(3, |(_, n)| n);
            Shape::Keypoints(keypoints(
                &shares[4..],
                n_numbers,
                confidence.is_some(),
                size,
            )?)
        }
        Task::Obb => turned(&corners(&shares, size)?)?,
        Task::Segment if n_plain > 4 => outline(corners(&shares, size)?)?,
        Task::Segment if n_plain < 4 => return needs("an outline has 7 or more"),
        Task::Detect | Task::Segment => Shape::Box(boxed(&shares, size)?),
    };
    Ok(Drawn {
        class,
        shape,
        confidence,
        area_px2,
    })
}

fn boxed(shares: &[f64], [width, height]: [f64; 2]) -> Result<Rect, String> {
    match shares {
        &[x, y, w, h] if shares.iter().all(|share| (0.0..=1.0).contains(share)) => {
            Ok(Rect::from_corners(
                [(x - 0.5 * w) * width, (y - 0.5 * h) * height],
                [(x + 0.5 * w) * width, (y + 0.5 * h) * height],
            ))
        }
        _ => Err("its box is not in shares of the image from 0 to 1".to_owned()),
    }
}

fn corners(shares: &[f64], [width, height]: [f64; 2]) -> Result<Vec<[f64; 2]>, String> {
    if shares
        .iter()
        .any(|share| !(-REACH..=1.0 + REACH).contains(share))
    {
        return Err("its corners are not in shares of the image".to_owned());
    }
    let points = shares.chunks_exact(2);
    Ok(points.map(|xy| [xy[0] * width, xy[1] * height]).collect())
}

fn outline(ring: Vec<[f64; 2]>) -> Result<Shape, String> {
    let n = ring.len();
    MultiPolygon::from_ring(ring)
        .map(Shape::Polygon)
        .map_err(|_| format!("its outline has {n} points; at least 3 different ones are needed"))
}

/// Four corners as a turned box; corners that form no rectangle stay the outline that they are.
fn turned(corners: &[[f64; 2]]) -> Result<Shape, String> {
    let &[a, b, c, d] = corners else {
        return Err("a turned box has four corners".to_owned());
    };
    match rectangle([a, b, c, d], ROUNDING_PX) {
        Some(rect) => Ok(Shape::RotatedBox(rect)),
        None => outline(corners.to_vec()),
    }
}

fn keypoints(
    numbers: &[f64],
    n_numbers: usize,
    is_model: bool,
    [width, height]: [f64; 2],
) -> Result<Vec<Keypoint>, String> {
    let mut points = Vec::new();
    for (index, point) in numbers.chunks_exact(n_numbers).enumerate() {
        let (x, y) = (point[0], point[1]);
        let visibility = match point.get(2) {
            // With two numbers a point, tools write zeros or less for what was not labelled.
            None if x < 0.0 || y < 0.0 || (x == 0.0 && y == 0.0) => continue,
            None => Visibility::Visible,
            Some(&0.0) => continue,
            Some(&v) if is_model && v > 0.0 => Visibility::Visible,
            Some(&1.0) => Visibility::Occluded,
            Some(&2.0) => Visibility::Visible,
            Some(v) => {
                return Err(format!(
                    "keypoint {index} has visibility `{v}`; it is 0, 1 or 2"
                ));
            }
        };
        if ![x, y]
            .iter()
            .all(|share| (-REACH..=1.0 + REACH).contains(share))
        {
            return Err(format!("keypoint {index} is not in shares of the image"));
        }
        points.push(Keypoint {
            name: index.to_string(),
            x_px: x * width,
            y_px: y * height,
            z_mm: None,
            visibility,
        });
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::{Task, drawn};

    #[test]
    fn a_task_in_a_path_must_be_the_only_one() {
        assert_eq!(
            Task::of_path("yolov8_oriented_boxes/labels/1.txt"),
            Some(Task::Obb)
        );
        assert_eq!(
            Task::of_path("runs/detect/labels/1.txt"),
            Some(Task::Detect)
        );
        assert_eq!(Task::of_path("pose/seg/1.txt"), None);
        assert_eq!(Task::of_path("segovia/1.txt"), None);
    }

    #[test]
    fn the_wrong_number_of_columns_is_never_read() {
        let size = (100, 100);
        for (task, line) in [
            (Task::Detect, "0 .5 .5 .1"),
            (Task::Detect, "0 .5 .5 .1 .1 .9 4"),
            (Task::Detect, "0 .5 .5 .1 .1 4"),
            (Task::Obb, "0 .5 .5 .1 .1"),
            (Task::Segment, "0 .5 .5"),
            (Task::Segment, "0"),
            (Task::Pose, "0 .5 .5 .1 .1 .2"),
            (Task::Detect, "a .5 .5 .1 .1"),
            (Task::Detect, "0 .5 .5 .1 nan"),
            (Task::Detect, "0 50 50 10 10"),
        ] {
            assert!(drawn(line, task, Some((1, 3)), size).is_err(), "{line}");
        }
    }
}
