//! Chest films as they truly are: the leading finding, and for calibration films every shape and landmark.

use crate::chance::Chance;
use crate::world::{FILM_SPACING_MM, FINDINGS, SITES, SMALL_MM};
use std::f64::consts::TAU;

/// Names of the three landmarks, in file order.
pub const LANDMARKS: [&str; 3] = ["carina", "costophrenic_left", "costophrenic_right"];

#[derive(Clone)]
pub struct Film {
    pub number: usize,
    pub site: &'static str,
    pub finding: &'static str,
    /// The one nodule below 6 mm that makes up the finding.
    pub small_nodule: bool,
    /// 0 none, 1 mild, 2 moderate, 3 severe.
    pub severity: usize,
    pub shapes: Vec<Drawn>,
    pub landmarks: [[f64; 2]; 3],
}

/// An outline with its label, in pixels from the corner of the first pixel.
#[derive(Clone)]
pub struct Drawn {
    pub label: &'static str,
    pub outline: Outline,
    /// Diameter of the thing drawn, in mm.
    pub diameter_mm: f64,
}

#[derive(Clone)]
pub enum Outline {
    /// left, top, right, bottom
    Box([f64; 4]),
    Polygon(Vec<[f64; 2]>),
}

impl Film {
    pub fn item(&self) -> String {
        format!("cxr-{:04}", self.number)
    }

    pub fn study(&self) -> String {
        format!("DX-{:04}", self.number)
    }

    /// A film of which only the leading finding matters. Training films show no small nodule.
    pub fn routine(number: usize, training: bool) -> Self {
        let mut chance = Chance::of(&format!("film/{number}"));
        let share = chance.unit();
        let finding = match share {
            share if share < 0.50 => FINDINGS[0],
            share if share < 0.74 => FINDINGS[1],
            share if share < 0.93 => FINDINGS[2],
            _ => FINDINGS[3],
        };
        let small_nodule = finding == "nodule" && chance.hit(0.25) && !training;
        Self {
            number,
            site: site_of(&mut chance),
            finding,
            small_nodule,
            severity: 0,
            shapes: Vec::new(),
            landmarks: [[0.0; 2]; 3],
        }
    }

    /// A calibration film with shapes, landmarks and severity; `place` is its position in the week's set.
    pub fn calibration(number: usize, place: usize) -> Self {
        let mut chance = Chance::of(&format!("film/{number}"));
        let site = site_of(&mut chance);
        let (finding, n_opacities, n_nodules) = match place {
            0 | 1 => (FINDINGS[0], 0, 0),
            2..=6 => (FINDINGS[1], chance.whole(1, 2), chance.whole(0, 1)),
            7..=10 => (FINDINGS[2], 0, chance.whole(1, 3)),
            _ => (FINDINGS[3], 0, 0),
        };
        let mut taken: Vec<[f64; 3]> = Vec::new();
        let mut shapes = Vec::new();
        for _ in 0..n_opacities {
            let radius = chance.between(8.0, 13.0);
            let centre = free_place(&mut chance, &mut taken, radius);
            shapes.push(opacity(&mut chance, centre, radius));
        }
        for index in 0..n_nodules {
            // The first nodule of every other nodule film is small.
            let small = index == 0 && place % 2 == 1;
            let diameter_mm = if small {
                chance.between(4.2, 5.8)
            } else {
                chance.between(8.0, 19.0)
            };
            let radius = diameter_mm / 2.0 / FILM_SPACING_MM;
            let [x, y] = free_place(&mut chance, &mut taken, radius);
            shapes.push(Drawn {
                label: "nodule",
                outline: Outline::Box([x - radius, y - radius, x + radius, y + radius]),
                diameter_mm,
            });
        }
        let severity = if finding == FINDINGS[0] {
            0
        } else {
            chance.whole(1, 3)
        };
        let mut near =
            |x: f64, y: f64| [x + chance.between(-4.0, 4.0), y + chance.between(-4.0, 4.0)];
        let landmarks = [near(128.0, 86.0), near(195.0, 196.0), near(61.0, 196.0)];
        let small_nodule = finding == "nodule"
            && shapes
                .iter()
                .all(|shape: &Drawn| shape.diameter_mm < SMALL_MM);
        Self {
            number,
            site,
            finding,
            small_nodule,
            severity,
            shapes,
            landmarks,
        }
    }
}

fn site_of(chance: &mut Chance) -> &'static str {
    SITES[usize::from(chance.hit(0.4))]
}

/// A place in one of the lungs, clear of everything placed before.
pub fn free_place(chance: &mut Chance, taken: &mut Vec<[f64; 3]>, radius: f64) -> [f64; 2] {
    loop {
        let centre_x = *chance.pick(&[82.0, 174.0]);
        let turn = chance.between(0.0, TAU);
        let reach = chance.unit().sqrt();
        let x = centre_x + (36.0 - radius) * reach * turn.cos();
        let y = 126.0 + (70.0 - radius) * reach * turn.sin();
        let clear =
            |other: &[f64; 3]| (other[0] - x).hypot(other[1] - y) > other[2] + radius + 10.0;
        if taken.iter().all(clear) {
            taken.push([x, y, radius]);
            return [x, y];
        }
    }
}

fn opacity(chance: &mut Chance, [x, y]: [f64; 2], radius: f64) -> Drawn {
    let phase = [chance.between(0.0, TAU), chance.between(0.0, TAU)];
    let outline = (0..32)
        .map(|step| {
            let turn = TAU * f64::from(step) / 32.0;
            let reach = radius
                * (1.0
                    + 0.10 * (2.0 * turn + phase[0]).cos()
                    + 0.05 * (3.0 * turn + phase[1]).cos());
            [x + reach * turn.cos(), y + reach * turn.sin()]
        })
        .collect();
    Drawn {
        label: "opacity",
        outline: Outline::Polygon(outline),
        diameter_mm: 2.0 * radius * FILM_SPACING_MM,
    }
}
