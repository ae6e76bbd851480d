//! Small CT-like volumes with ellipsoid lesions, rasterised by voxel centres.

use crate::chance::Chance;
use crate::world::{CT_PER_WEEK, CT_WEEKDAY, Habit, SITES, SMALL_MM};

/// Slices, rows, columns.
pub const SIZE: [usize; 3] = [24, 64, 64];
/// Along z, y, x.
pub const SPACING_MM: [f64; 3] = [2.5, 0.8, 0.8];
/// Centre of the first voxel in LPS mm, z, y, x.
pub const ORIGIN_MM: [f64; 3] = [-120.0, -25.6, -25.6];

#[derive(Clone)]
pub struct Lesion {
    /// From the centre of the first voxel, z, y, x.
    pub centre_mm: [f64; 3],
    pub radii_mm: [f64; 3],
    pub diameter_mm: f64,
}

pub struct Phantom {
    pub week: usize,
    pub site: &'static str,
    pub patient: String,
    pub study_uid: String,
    pub series_uid: String,
    pub frame_of_reference_uid: String,
    pub slice_uids: Vec<String>,
    pub lesions: Vec<Lesion>,
}

/// Voxels in z, y, x order.
pub type Raster = Vec<bool>;

impl Phantom {
    pub fn new(number: usize) -> Self {
        let mut chance = Chance::of(&format!("ct/{number}"));
        let [study_uid, series_uid, frame_of_reference_uid] =
            [chance.uid(), chance.uid(), chance.uid()];
        let slice_uids = (0..SIZE[0]).map(|_| chance.uid()).collect();
        // Every volume holds one large lesion; 1 to 4 in all.
        let n_lesions = 1 + number % 4;
        let mut lesions: Vec<Lesion> = Vec::new();
        while lesions.len() < n_lesions {
            let diameter_mm = match lesions.len() {
                0 => chance.between(9.0, 14.0),
                1 | 3 => chance.between(4.6, 5.9),
                _ => chance.between(7.0, 11.0),
            };
            let centre_mm = [
                chance.between(9.0, 48.0),
                chance.between(12.0, 38.0),
                chance.between(10.0, 40.0),
            ];
            let clear = lesions.iter().all(|other| {
                let apart: f64 = (0..3)
                    .map(|axis| (other.centre_mm[axis] - centre_mm[axis]).powi(2))
                    .sum();
                apart.sqrt() > (other.diameter_mm + diameter_mm) / 2.0 + 6.0
            });
            if clear {
                let stretch = chance.between(0.92, 1.08);
                let radius = diameter_mm / 2.0;
                lesions.push(Lesion {
                    centre_mm,
                    radii_mm: [radius, radius * stretch, radius / stretch],
                    diameter_mm,
                });
            }
        }
        Self {
            week: number / CT_PER_WEEK,
            site: SITES[number % 2],
            patient: format!("CT-{:03}", number + 1),
            study_uid,
            series_uid,
            frame_of_reference_uid,
            slice_uids,
            lesions,
        }
    }

    /// The day on which the readers get this volume.
    pub fn day(&self) -> usize {
        self.week * 5 + CT_WEEKDAY
    }

    pub fn gold(&self) -> Raster {
        rasterise(&self.lesions)
    }

    /// What a reader draws, and which lesions that reader misses.
    pub fn read_by(&self, habit: &Habit) -> (Raster, Vec<usize>) {
        let mut chance = Chance::of(&format!("ct-reading/{}/{}", habit.name, self.series_uid));
        let (mut drawn, mut missed) = (Vec::new(), Vec::new());
        for (index, lesion) in self.lesions.iter().enumerate() {
            if chance.hit(habit.small_miss) && lesion.diameter_mm < SMALL_MM {
                missed.push(index);
                continue;
            }
            let spread = habit.ct_radius_spread;
            let factor = habit.radius_factor * (1.0 + chance.between(-spread, spread));
            let mut centre_mm = lesion
                .centre_mm
                .map(|mm| mm + habit.ct_centre_mm * chance.normal());
            centre_mm[2] += habit.shift_px[self.week] * SPACING_MM[2];
            drawn.push(Lesion {
                centre_mm,
                radii_mm: lesion.radii_mm.map(|mm| mm * factor),
                diameter_mm: lesion.diameter_mm * factor,
            });
        }
        (rasterise(&drawn), missed)
    }

    /// Grey values of all slices, one below the other: air, body, spine, lesions.
    pub fn picture(&self) -> Vec<u8> {
        let lesions = self.gold();
        let mut grey = Vec::with_capacity(lesions.len());
        for (index, &lesion) in lesions.iter().enumerate() {
            let [y, x] =
                [index / SIZE[2] % SIZE[1], index % SIZE[2]].map(|pixel| pixel as f64 + 0.5);
            let within = |centre: [f64; 2], radii: [f64; 2]| {
                ((y - centre[0]) / radii[0]).powi(2) + ((x - centre[1]) / radii[1]).powi(2) < 1.0
            };
            grey.push(
                match (
                    lesion,
                    within([32.0, 32.0], [29.0, 31.0]),
                    within([55.0, 32.0], [4.0, 5.0]),
                ) {
                    (true, ..) => 170,
                    (_, _, true) => 230,
                    (_, true, _) => 100 + (8.0 * (x / 9.0).sin() * (y / 7.0).sin()) as u8 / 4 * 4,
                    _ => 12,
                },
            );
        }
        grey
    }
}

fn rasterise(lesions: &[Lesion]) -> Raster {
    let [n_z, n_y, n_x] = SIZE;
    let mut raster = vec![false; n_z * n_y * n_x];
    for (index, voxel) in raster.iter_mut().enumerate() {
        let at = [index / (n_y * n_x), index / n_x % n_y, index % n_x];
        *voxel = lesions.iter().any(|lesion| {
            let reach: f64 = (0..3)
                .map(|axis| {
                    let off_mm = at[axis] as f64 * SPACING_MM[axis] - lesion.centre_mm[axis];
                    (off_mm / lesion.radii_mm[axis]).powi(2)
                })
                .sum();
            reach <= 1.0
        });
    }
    raster
}
