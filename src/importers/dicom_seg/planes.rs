//! Where frames lie along the slice normal.

use super::Fault;
use super::header::{Frame, Header};
use super::turning::Turning;
use crate::domain::{EXACT_GRID_ATTRIBUTE, GRID_ATTRIBUTE, exact_grid_words, grid_words};
use crate::geometry::Grid;
use std::collections::{BTreeMap, BTreeSet};

/// In-plane positions of frames of one stack agree within this.
const IN_PLANE_TOLERANCE_MM: f64 = 0.01;

/// A stack of parallel frames, brought to the usual in-plane order.
pub struct Planes {
    row: [f64; 3],
    column: [f64; 3],
    normal: [f64; 3],
    pub turning: Turning,
    pub width_px: u32,
    pub height_px: u32,
    /// Between rows (y) and columns (x).
    pub spacing_yx_mm: Option<[f64; 2]>,
    /// Place of the first pixel's centre along rows and columns.
    corner_mm: Option<[f64; 2]>,
}

impl Planes {
    /// The stack of these frames; `None` when no frame has a position.
    pub fn of(header: &Header) -> Result<Option<Self>, Fault> {
        let n_placed = header
            .frames
            .iter()
            .filter(|frame| frame.position_mm.is_some())
            .count();
        let (Some([row, column]), true) = (header.orientation, n_placed > 0) else {
            return Ok(None);
        };
        if n_placed < header.frames.len() {
            return Err(Fault::invalid(format!(
                "{} of {} frames have no position",
                header.frames.len() - n_placed,
                header.frames.len()
            )));
        }
        let stored_normal = cross(row, column);
        if (dot(stored_normal, stored_normal) - 1.0).abs() > 1e-2 {
            return Err(Fault::invalid(
                "the directions of its rows and columns are not at right angles".to_owned(),
            ));
        }
        let places = || header.frames.iter().filter_map(|frame| frame.position_mm);
        let stored = |mm: [f64; 3]| [dot(row, mm), dot(column, mm)];
        if let Some(first) = places().next().map(stored) {
            let shifted = |place: [f64; 2]| {
                place
                    .iter()
                    .zip(first)
                    .any(|(a, b)| (a - b).abs() > IN_PLANE_TOLERANCE_MM)
            };
            if places().map(stored).any(shifted) {
                return Err(Fault::unsupported(
                    "its frames are shifted against each other within their plane (tilted gantry or tiles)".to_owned(),
                ));
            }
        }
        let turning = Turning::of(row, column, stored_normal);
        let [width_px, height_px] = turning.order([header.width_px, header.height_px]);
        let spacing_xy_mm = header.spacing_yx_mm.map(|[y, x]| turning.order([x, y]));
        let first_mm = places().next().and_then(|first| {
            let ends = [
                (row, f64::from(header.width_px.saturating_sub(1))),
                (column, f64::from(header.height_px.saturating_sub(1))),
            ];
            let mut turned = first;
            for (axis, (direction, n)) in ends.into_iter().enumerate() {
                if turning.is_flipped()[axis] {
                    let [y, x] = header.spacing_yx_mm?;
                    let step_mm = [x, y][axis];
                    for (mm, cosine) in turned.iter_mut().zip(direction) {
                        *mm += n * step_mm * cosine;
                    }
                }
            }
            Some(turned)
        });
        let [row, column] = turning.directions(row, column);
        Ok(Some(Self {
            row,
            column,
            normal: cross(row, column),
            turning,
            width_px,
            height_px,
            spacing_yx_mm: spacing_xy_mm.map(|[x, y]| [y, x]),
            corner_mm: first_mm.map(|mm| [dot(row, mm), dot(column, mm)]),
        }))
    }

    /// Micrometres along the slice normal.
    pub fn key_um(&self, frame: &Frame) -> i64 {
        frame.position_mm.map_or(0, |position_mm| {
            (dot(self.normal, position_mm) * 1000.0).round() as i64
        })
    }

    /// Size, in-plane spacing and place, and direction: what two segmentations of one item must share.
    pub fn grid(&self) -> Grid {
        Grid {
            width_px: self.width_px,
            height_px: self.height_px,
            spacing_mm: self.spacing_yx_mm.map(|[y, x]| [y.min(x), y, x]),
            origin_mm: self
                .corner_mm
                .map(|[along_row, along_column]| [along_row, along_column, 0.0]),
            direction: Some({
                let ([a, b, c], [d, e, f], [g, h, i]) = (self.row, self.column, self.normal);
                [a, b, c, d, e, f, g, h, i]
            }),
        }
    }

    /// The grid as attributes state it.
    pub fn grid_attributes(&self) -> BTreeMap<String, String> {
        let grid = self.grid();
        let mut found = BTreeMap::from([(GRID_ATTRIBUTE.to_owned(), grid_words(&grid))]);
        found.extend(exact_grid_words(&grid).map(|words| (EXACT_GRID_ATTRIBUTE.to_owned(), words)));
        found
    }

    /// The stated distance between slices, else the step of the frames' positions where it is one regular step.
    pub fn slice_spacing_mm(&self, header: &Header) -> Option<f64> {
        if header.between_slices_mm.is_some() {
            return header.between_slices_mm;
        }
        let positions: BTreeSet<i64> = header
            .frames
            .iter()
            .map(|frame| self.key_um(frame))
            .collect();
        let steps = || {
            positions
                .iter()
                .zip(positions.iter().skip(1))
                .map(|(low, high)| high.saturating_sub(*low))
        };
        let smallest = steps().min()?;
        // Positions are rounded to 1 µm at both ends of a step.
        let is_multiple = |step: i64| {
            let rest = step % smallest;
            rest.min(smallest - rest) <= 2
        };
        steps().all(is_multiple).then_some(smallest as f64 / 1000.0)
    }
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
