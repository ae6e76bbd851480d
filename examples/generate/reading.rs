//! What a reader makes of a film, given the reader's habits.

use crate::chance::Chance;
use crate::film::{Drawn, Film, Outline, free_place};
use crate::measure::{boundary_px, box_iou};
use crate::world::{FILM_SPACING_MM, FINDINGS, Habit, SMALL_MM};
use std::f64::consts::TAU;

/// Limits of the demo's protocol that answers keep clear of, so that no verdict hangs on a rounding.
pub const MIN_IOU: f64 = 0.5;
pub const POLYGON_PX: f64 = 1.0;
pub const BOX_EDGE_PX: f64 = 5.0;
pub const KEYPOINT_MM: f64 = 5.0;

/// One reader's pass over one calibration film.
pub struct Answer {
    pub finding: &'static str,
    pub severity: usize,
    pub shapes: Vec<Marked>,
    pub landmarks: [[f64; 2]; 3],
}

/// A drawn shape and the true one that it stands for; `None` where nothing is.
pub struct Marked {
    pub drawn: Drawn,
    pub origin: Option<usize>,
}

/// The leading finding that a reader states.
pub fn finding(habit: &Habit, film: &Film, week: usize, training: bool) -> &'static str {
    let mut chance = Chance::of(&format!("finding/{}/{}", habit.name, film.number));
    let [miss, confuse, wrong] = [chance.unit(), chance.unit(), chance.unit()];
    // Training was passed by all: habits show in routine work only.
    if training {
        return film.finding;
    }
    if film.small_nodule && miss < habit.small_miss {
        return FINDINGS[0];
    }
    if confuse < habit.confusion {
        match film.finding {
            "nodule" => return "opacity",
            "opacity" => return "nodule",
            _ => {}
        }
    }
    if wrong < habit.wrong_finding[week] {
        return if film.finding == FINDINGS[0] {
            "opacity"
        } else {
            FINDINGS[0]
        };
    }
    film.finding
}

/// The truth itself, as the physician draws it.
pub fn truth(film: &Film) -> Answer {
    Answer {
        finding: film.finding,
        severity: film.severity,
        shapes: (film.shapes.iter().enumerate())
            .map(|(index, shape)| Marked {
                drawn: shape.clone(),
                origin: Some(index),
            })
            .collect(),
        landmarks: film.landmarks,
    }
}

pub fn answer(habit: &Habit, film: &Film, week: usize) -> Answer {
    let mut chance = Chance::of(&format!("shapes/{}/{}", habit.name, film.number));
    let mut shapes = Vec::new();
    for (index, shape) in film.shapes.iter().enumerate() {
        let miss = if shape.diameter_mm < SMALL_MM {
            habit.small_miss
        } else {
            0.0
        };
        if chance.hit(miss.max(habit.shape_miss)) {
            continue;
        }
        let swapped = chance.hit(habit.confusion);
        let mut drawn = redraw(&mut chance, habit, shape, week);
        if swapped {
            drawn.label = if shape.label == "nodule" {
                "opacity"
            } else {
                "nodule"
            };
        }
        shapes.push(Marked {
            drawn,
            origin: Some(index),
        });
    }
    if chance.hit(habit.shape_extra) {
        shapes.push(Marked {
            drawn: invented(&mut chance, film),
            origin: None,
        });
    }
    // Who drew none of a film's nodules states none either.
    let finding = if film.finding == "nodule" && shapes.is_empty() {
        FINDINGS[0]
    } else {
        finding(
            habit,
            &Film {
                small_nodule: false,
                ..film.clone()
            },
            week,
            false,
        )
    };
    let severity = match chance.hit(habit.severity_off[week]) {
        true if film.severity == 3 => 2,
        true => film.severity + 1,
        false => film.severity,
    };
    let landmarks = film
        .landmarks
        .map(|point| keypoint(&mut chance, habit, point, week));
    Answer {
        finding,
        severity,
        shapes,
        landmarks,
    }
}

fn redraw(chance: &mut Chance, habit: &Habit, shape: &Drawn, week: usize) -> Drawn {
    loop {
        let outline = match &shape.outline {
            Outline::Box(edges) => Outline::Box(redraw_box(chance, habit, edges, week)),
            Outline::Polygon(points) => {
                Outline::Polygon(redraw_polygon(chance, habit, points, week))
            }
        };
        let clear = match (&shape.outline, &outline) {
            (Outline::Box(a), Outline::Box(b)) => (box_iou(a, b) - MIN_IOU).abs() > 0.01,
            (Outline::Polygon(a), Outline::Polygon(b)) => {
                (boundary_px(a, b) - POLYGON_PX).abs() > 0.08
            }
            _ => unreachable!("a shape keeps its kind"),
        };
        if clear {
            return Drawn {
                outline,
                ..shape.clone()
            };
        }
    }
}

fn redraw_box(chance: &mut Chance, habit: &Habit, edges: &[f64; 4], week: usize) -> [f64; 4] {
    let shift = habit.shift_px[week];
    let centre = [(edges[0] + edges[2]) / 2.0, (edges[1] + edges[3]) / 2.0];
    // A box's edges wobble half as much as an outline, lest small boxes vanish.
    let mut edge = |side: usize, shift: f64| {
        let middle = centre[side % 2];
        middle
            + (edges[side] - middle) * habit.radius_factor
            + 0.5 * habit.wobble_px * chance.normal()
            + shift
    };
    [edge(0, shift), edge(1, 0.0), edge(2, shift), edge(3, 0.0)]
}

fn redraw_polygon(
    chance: &mut Chance,
    habit: &Habit,
    points: &[[f64; 2]],
    week: usize,
) -> Vec<[f64; 2]> {
    let n = points.len() as f64;
    let centre = [0, 1].map(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / n);
    // A smooth wobble of four waves; its standard deviation over the outline is `wobble_px`.
    let waves: Vec<[f64; 2]> = (1..=4)
        .map(|_| {
            [
                habit.wobble_px / 2.0 * chance.normal(),
                chance.between(0.0, TAU),
            ]
        })
        .collect();
    (points.iter().enumerate())
        .map(|(index, point)| {
            let turn = TAU * index as f64 / n;
            let wobble: f64 = (waves.iter().zip(1..))
                .map(|([height, phase], wave)| {
                    height * std::f64::consts::SQRT_2 * (f64::from(wave) * turn + phase).cos()
                })
                .sum();
            let arm = [point[0] - centre[0], point[1] - centre[1]];
            let reach = arm[0].hypot(arm[1]);
            let factor = habit.radius_factor + wobble / reach;
            [
                centre[0] + arm[0] * factor + habit.shift_px[week],
                centre[1] + arm[1] * factor,
            ]
        })
        .collect()
}

fn keypoint(chance: &mut Chance, habit: &Habit, [x, y]: [f64; 2], week: usize) -> [f64; 2] {
    loop {
        let dx = habit.keypoint_px * chance.normal() + habit.shift_px[week];
        let dy = habit.keypoint_px * chance.normal();
        let distance_mm = dx.hypot(dy) * FILM_SPACING_MM;
        // Careful readers stay below 2.5 mm; nobody lands on the limit.
        let careful = habit.keypoint_px < 1.0 && habit.shift_px[week] < 1.0;
        if (distance_mm - KEYPOINT_MM).abs() > 0.1 && !(careful && distance_mm > 2.5) {
            return [x + dx, y + dy];
        }
    }
}

fn invented(chance: &mut Chance, film: &Film) -> Drawn {
    let mut taken = (film.shapes.iter())
        .map(|shape| {
            let [x, y] = shape.outline.centre();
            [x, y, shape.diameter_mm / 2.0 / FILM_SPACING_MM]
        })
        .collect();
    let radius = chance.between(3.0, 6.0);
    let [x, y] = free_place(chance, &mut taken, radius);
    Drawn {
        label: "nodule",
        outline: Outline::Box([x - radius, y - radius, x + radius, y + radius]),
        diameter_mm: 2.0 * radius * FILM_SPACING_MM,
    }
}
