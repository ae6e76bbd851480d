//! A series as a stack of parallel planes on one grid, and where points of the patient lie in it.

use crate::domain::{EXACT_GRID_ATTRIBUTE, GRID_ATTRIBUTE, exact_grid_words, grid_words};
use crate::geometry::Grid;
use crate::importers::dicom_seg::Turning;
use std::collections::BTreeMap;

/// In-plane positions of images of one stack agree within this.
const IN_PLANE_TOLERANCE_MM: f64 = 0.01;
/// Directions and spacings of images of one stack agree within this.
const SAME: f64 = 1e-4;
/// Exports round coordinates to a tenth or hundredth of a millimetre: a contour this near to a plane lies in it.
const ON_PLANE_MM: f64 = 0.1;

/// What all images of a stack share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plane {
    /// Cosines of the direction of a row, and of a column.
    pub row: [f64; 3],
    pub column: [f64; 3],
    pub spacing_yx_mm: [f64; 2],
    pub width_px: u32,
    pub height_px: u32,
}

/// One image.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    pub plane: Plane,
    /// SOP instance UID, with `#number` for a frame.
    pub image: String,
    /// Centre of the first pixel.
    pub position_mm: [f64; 3],
    pub frame_of_reference: Option<String>,
    pub study: Option<String>,
    pub modality: Option<String>,
}

impl Slice {
    /// The same pixels, with rows and columns in the order that all volumes have.
    fn turned(self) -> Self {
        let Plane {
            row,
            column,
            spacing_yx_mm: [dy, dx],
            width_px,
            height_px,
        } = self.plane;
        let turning = Turning::of(row, column, normal(&self.plane));
        let mut position_mm = self.position_mm;
        let ends = [
            (row, f64::from(width_px.saturating_sub(1)) * dx),
            (column, f64::from(height_px.saturating_sub(1)) * dy),
        ];
        for ((direction, length_mm), is_flipped) in ends.into_iter().zip(turning.is_flipped()) {
            if is_flipped {
                for (mm, cosine) in position_mm.iter_mut().zip(direction) {
                    *mm += length_mm * cosine;
                }
            }
        }
        let [row, column] = turning.directions(row, column);
        let [width_px, height_px] = turning.order([width_px, height_px]);
        let [dx, dy] = turning.order([dx, dy]);
        Self {
            plane: Plane {
                row,
                column,
                spacing_yx_mm: [dy, dx],
                width_px,
                height_px,
            },
            position_mm,
            ..self
        }
    }
}

/// Images on one grid, by rising position.
#[derive(Debug)]
pub(super) struct Stack {
    pub series: String,
    pub frame_of_reference: Option<String>,
    pub study: Option<String>,
    pub modality: Option<String>,
    pub plane: Plane,
    normal: [f64; 3],
    /// Where the first pixel's centre lies along rows and columns.
    origin_mm: [f64; 2],
    /// Images with their position along the normal.
    slices: Vec<(f64, String)>,
}

impl Stack {
    /// The stack of a series, its planes in the order of rows and columns that all volumes have; or why its images are none.
    pub fn of(series: String, slices: Vec<Slice>) -> Result<Self, String> {
        let slices: Vec<Slice> = slices.into_iter().map(Slice::turned).collect();
        let first = slices.first().ok_or("it has no image")?.clone();
        let plane = first.plane;
        let (row, column) = (plane.row, plane.column);
        let normal = normal(&plane);
        let is_unit = |a: [f64; 3]| (dot(a, a) - 1.0).abs() <= 1e-2;
        if !is_unit(normal) || !is_unit(row) || !is_unit(column) {
            return Err("the directions of rows and columns are not at right angles".to_owned());
        }
        let along = |mm: [f64; 3]| [dot(row, mm), dot(column, mm)];
        let origin_mm = along(first.position_mm);
        let mut placed = Vec::with_capacity(slices.len());
        for slice in &slices {
            if !plane.is_like(&slice.plane) || slice.frame_of_reference != first.frame_of_reference
            {
                return Err(
                    "its images differ in size, spacing, direction or frame of reference"
                        .to_owned(),
                );
            }
            let [x, y] = along(slice.position_mm);
            if (x - origin_mm[0]).abs().max((y - origin_mm[1]).abs()) > IN_PLANE_TOLERANCE_MM {
                return Err(
                    "its images are shifted against each other within their plane (tilted gantry)"
                        .to_owned(),
                );
            }
            placed.push((dot(normal, slice.position_mm), slice.image.clone()));
        }
        placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        if placed
            .windows(2)
            .any(|pair| key_um(pair[1].0) - key_um(pair[0].0) <= 1)
        {
            return Err("two of its images lie at one position".to_owned());
        }
        Ok(Self {
            series,
            frame_of_reference: first.frame_of_reference,
            study: first.study,
            modality: first.modality,
            plane,
            normal,
            origin_mm,
            slices: placed,
        })
    }

    /// Images in it.
    pub fn n_slices(&self) -> usize {
        self.slices.len()
    }

    /// Images that have a name; planes that a file merely states have none.
    pub fn n_named(&self) -> usize {
        let named = self.slices.iter().filter(|(_, image)| !image.is_empty());
        named.count()
    }

    /// Where a point lies: pixels from the corner of the first one.
    pub fn to_px(&self, mm: [f64; 3]) -> [f64; 2] {
        let [dy, dx] = self.plane.spacing_yx_mm;
        [
            (dot(self.plane.row, mm) - self.origin_mm[0]) / dx + 0.5,
            (dot(self.plane.column, mm) - self.origin_mm[1]) / dy + 0.5,
        ]
    }

    /// Where a point lies along the normal.
    pub fn along_normal_mm(&self, mm: [f64; 3]) -> f64 {
        dot(self.normal, mm)
    }

    /// The image that all of these points lie on, with its position in µm.
    pub fn plane_of(&self, points_mm: &[[f64; 3]]) -> Result<(i64, &str), String> {
        let first = points_mm.first().ok_or("has no point")?;
        let at = self.along_normal_mm(*first);
        let behind = self.slices.partition_point(|(mm, _)| *mm < at);
        let nearest = self
            .slices
            .iter()
            .skip(behind.saturating_sub(1))
            .take(2)
            .min_by(|(a, _), (b, _)| (a - at).abs().total_cmp(&(b - at).abs()))
            .ok_or("its series has no image")?;
        // Never more than a quarter of a step, so that the plane is certain where slices are thin.
        let tolerance_mm = ON_PLANE_MM.min(self.step_mm().map_or(ON_PLANE_MM, |mm| 0.25 * mm));
        let farthest = points_mm
            .iter()
            .map(|point| (self.along_normal_mm(*point) - nearest.0).abs())
            .fold(0.0, f64::max);
        if farthest > tolerance_mm {
            return Err(format!(
                "lies up to {farthest:.2} mm off the nearest image; nothing is interpolated, and {tolerance_mm:.2} mm are allowed for rounding"
            ));
        }
        Ok((key_um(nearest.0), &nearest.1))
    }

    /// Planes from one position to another, both included.
    pub fn n_between_um(&self, low_um: i64, high_um: i64) -> usize {
        let between = low_um..=high_um;
        let keys = self.slices.iter().map(|(mm, _)| key_um(*mm));
        keys.filter(|key| between.contains(key)).count()
    }

    /// Whether an image belongs to the stack.
    pub fn holds(&self, image: &str) -> bool {
        self.slices.iter().any(|(_, name)| name == image)
    }

    /// The smallest step between neighbours.
    fn step_mm(&self) -> Option<f64> {
        self.slices
            .windows(2)
            .map(|pair| pair[1].0 - pair[0].0)
            .min_by(f64::total_cmp)
    }

    /// Spacing along z, y, x; z is 0 where the steps between images are not multiples of one step.
    pub fn spacing_mm(&self) -> [f64; 3] {
        let [y, x] = self.plane.spacing_yx_mm;
        let step = self.step_mm().filter(|step| {
            let is_multiple = |pair: &[(f64, String)]| {
                let steps = (pair[1].0 - pair[0].0) / step;
                (steps - steps.round()).abs() * step < 2e-3
            };
            self.slices.windows(2).all(is_multiple)
        });
        let step = step.map_or(0.0, |mm| (mm * 1000.0).round() / 1000.0);
        [step, y, x]
    }

    /// The grid as segmentations state it, so that both can be compared.
    pub fn grid_attributes(&self) -> BTreeMap<String, String> {
        let [y, x] = self.plane.spacing_yx_mm;
        let [a, b, c] = self.plane.row;
        let [d, e, f] = self.plane.column;
        let [g, h, i] = self.normal;
        let grid = Grid {
            width_px: self.plane.width_px,
            height_px: self.plane.height_px,
            spacing_mm: Some([y.min(x), y, x]),
            origin_mm: Some([self.origin_mm[0], self.origin_mm[1], 0.0]),
            direction: Some([a, b, c, d, e, f, g, h, i]),
        };
        let mut found = BTreeMap::from([(GRID_ATTRIBUTE.to_owned(), grid_words(&grid))]);
        found.extend(exact_grid_words(&grid).map(|words| (EXACT_GRID_ATTRIBUTE.to_owned(), words)));
        found
    }
}

impl Plane {
    fn is_like(&self, other: &Self) -> bool {
        let pairs = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= SAME);
        (self.width_px, self.height_px) == (other.width_px, other.height_px)
            && pairs(&self.row, &other.row)
            && pairs(&self.column, &other.column)
            && pairs(&self.spacing_yx_mm, &other.spacing_yx_mm)
    }
}

/// The direction in which rows and columns make a right-handed frame.
pub(super) fn normal(Plane { row, column, .. }: &Plane) -> [f64; 3] {
    [
        row[1] * column[2] - row[2] * column[1],
        row[2] * column[0] - row[0] * column[2],
        row[0] * column[1] - row[1] * column[0],
    ]
}

/// As segmentations key their planes.
fn key_um(mm: f64) -> i64 {
    (mm * 1000.0).round() as i64
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
