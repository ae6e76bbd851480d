//! How stored voxels lie in the patient, and the one order that their slices are brought to.
//!
//! The third stored axis stays the slice axis. The two in-plane axes are exchanged and turned to DICOM's usual order
//! for the nearest principal plane: axial x → L, y → P; sagittal x → P, y → −S; coronal x → L, y → −S. Slices are
//! keyed by their place along x × y in µm, as those of DICOM segmentations are.

/// Cosine between two axes beyond which a grid is sheared.
const MAX_COSINE: f64 = 1e-3;

/// A stored grid, placed.
#[derive(Clone, Debug, PartialEq)]
pub struct Placing {
    /// Whether the stored first axis runs along y.
    pub is_exchanged: bool,
    /// Whether the stored first and second axes are turned round.
    pub is_flipped: [bool; 2],
    pub row: [f64; 3],
    pub column: [f64; 3],
    /// Distance of columns, rows and slices.
    pub spacing_xyz_mm: [f64; 3],
    /// Centre of the first pixel of the first stored slice.
    first_mm: [f64; 3],
    step_mm: [f64; 3],
}

impl Placing {
    /// From the steps in LPS mm along the stored axes and the centre of the first stored voxel.
    pub fn of(size: [u32; 3], steps: [[f64; 3]; 3], first_mm: [f64; 3]) -> Result<Self, String> {
        let lengths = steps.map(|step| dot(step, step).sqrt());
        let is_sound = |length: &f64| length.is_finite() && *length > 0.0;
        if !lengths.iter().all(is_sound) || !first_mm.iter().all(|mm| mm.is_finite()) {
            return Err("an axis of its grid has no length, or its origin is no number".to_owned());
        }
        let unit = |i: usize| steps[i].map(|mm| mm / lengths[i]);
        let units = [unit(0), unit(1), unit(2)];
        for (i, j) in [(0, 1), (0, 2), (1, 2)] {
            if dot(units[i], units[j]).abs() > MAX_COSINE {
                return Err(format!(
                    "its axes {i} and {j} are not at right angles (sheared)"
                ));
            }
        }
        let [l, p, s] = units[2].map(f64::abs);
        let (x, y, y_sign) = if s >= l && s >= p {
            (0, 1, 1.0)
        } else if l >= p {
            (1, 2, -1.0)
        } else {
            (0, 2, -1.0)
        };
        let straight = units[0][x].abs() + units[1][y].abs();
        let is_exchanged = units[1][x].abs() + units[0][y].abs() > straight;
        let (along_x, along_y) = if is_exchanged { (1, 0) } else { (0, 1) };
        let mut is_flipped = [false; 2];
        is_flipped[along_x] = units[along_x][x] < 0.0;
        is_flipped[along_y] = units[along_y][y] * y_sign < 0.0;
        let mut first = first_mm;
        for axis in [0, 1].into_iter().filter(|&axis| is_flipped[axis]) {
            let n = f64::from(size[axis].saturating_sub(1));
            for (mm, step) in first.iter_mut().zip(steps[axis]) {
                *mm += n * step;
            }
        }
        let turned = |i: usize| units[i].map(|c| if is_flipped[i] { -c } else { c });
        Ok(Self {
            is_exchanged,
            is_flipped,
            row: turned(along_x),
            column: turned(along_y),
            spacing_xyz_mm: [lengths[along_x], lengths[along_y], lengths[2]],
            first_mm: first,
            step_mm: steps[2],
        })
    }

    /// Row × column.
    pub fn normal(&self) -> [f64; 3] {
        let ([a, b, c], [d, e, f]) = (self.row, self.column);
        [b * f - c * e, c * d - a * f, a * e - b * d]
    }

    /// Micrometres of a stored slice along the normal.
    pub fn key_um(&self, slice: u32) -> i64 {
        let along = |mm: [f64; 3]| dot(self.normal(), mm);
        ((along(self.first_mm) + f64::from(slice) * along(self.step_mm)) * 1000.0).round() as i64
    }

    /// Place of the first pixel's centre along rows and columns.
    pub fn in_plane_mm(&self) -> [f64; 2] {
        [
            dot(self.row, self.first_mm),
            dot(self.column, self.first_mm),
        ]
    }
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::Placing;

    #[test]
    fn a_ras_grid_is_turned_to_rows_along_l_and_columns_along_p() {
        // RAS steps 2, 3, 4 mm: in LPS the first two are negative.
        let steps = [[-2.0, 0.0, 0.0], [0.0, -3.0, 0.0], [0.0, 0.0, 4.0]];
        let placing = Placing::of([5, 6, 7], steps, [10.0, 20.0, 30.0]).unwrap();
        assert_eq!(
            (placing.is_exchanged, placing.is_flipped),
            (false, [true, true])
        );
        assert_eq!(placing.in_plane_mm(), [2.0, 5.0]);
        assert_eq!((placing.key_um(0), placing.key_um(2)), (30_000, 38_000));
    }

    #[test]
    fn a_sagittal_grid_with_exchanged_axes_runs_along_p_and_down() {
        let steps = [[0.0, 0.0, 2.0], [0.0, 3.0, 0.0], [4.0, 0.0, 0.0]];
        let placing = Placing::of([5, 6, 7], steps, [1.0, 2.0, 3.0]).unwrap();
        assert_eq!(
            (placing.is_exchanged, placing.is_flipped),
            (true, [true, false])
        );
        assert_eq!(placing.spacing_xyz_mm, [3.0, 2.0, 4.0]);
        assert_eq!(placing.in_plane_mm(), [2.0, -11.0]);
        // P × −S = −L.
        assert_eq!((placing.key_um(0), placing.key_um(1)), (-1_000, -5_000));
    }

    #[test]
    fn sheared_and_flat_grids_are_refused() {
        let sheared = [[1.0, 0.0, 0.0], [0.1, 1.0, 0.0], [0.0, 0.0, 1.0]];
        assert!(Placing::of([2; 3], sheared, [0.0; 3]).is_err());
        assert!(Placing::of([2; 3], [[0.0; 3]; 3], [0.0; 3]).is_err());
    }

    /// Every order and sign of axes of a grid turned by 20° and 10°: each stored voxel keeps its place.
    #[test]
    fn every_voxel_keeps_its_place_in_all_48_orientations() {
        let ((s, c), (t, d)) = (20f64.to_radians().sin_cos(), 10f64.to_radians().sin_cos());
        let turned = [[c, s, 0.0], [-s * d, c * d, t], [s * t, -c * t, d]];
        let orders = [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ];
        let (size, lengths) = ([5u32, 6, 7], [0.7, 0.9, 2.5]);
        for order in orders {
            for signs in 0..8 {
                let mut steps = [[0.0; 3]; 3];
                for i in 0..3 {
                    let sign = if signs >> i & 1 == 1 { -1.0 } else { 1.0 };
                    steps[i] = turned[order[i]].map(|part| sign * lengths[i] * part);
                }
                let first = [-12.5, 40.25, 7.75];
                let placing = Placing::of(size, steps, first).unwrap();
                let usual = match order[2] {
                    0 => [(1, 1.0), (2, -1.0)],
                    1 => [(0, 1.0), (2, -1.0)],
                    _ => [(0, 1.0), (1, 1.0)],
                };
                for ((axis, sign), along) in usual.into_iter().zip([placing.row, placing.column]) {
                    assert!(along[axis] * sign > 0.9, "{order:?} {signs}: {along:?}");
                }
                let ([u, v], normal) = (placing.in_plane_mm(), placing.normal());
                for stored in [[0u32, 0, 0], [4, 0, 0], [0, 5, 0], [1, 2, 3], [4, 5, 6]] {
                    let turn = |axis: usize| {
                        let last = size[axis] - 1;
                        f64::from(if placing.is_flipped[axis] {
                            last - stored[axis]
                        } else {
                            stored[axis]
                        })
                    };
                    let (x, y) = if placing.is_exchanged {
                        (turn(1), turn(0))
                    } else {
                        (turn(0), turn(1))
                    };
                    let along_row = u + x * placing.spacing_xyz_mm[0];
                    let along_column = v + y * placing.spacing_xyz_mm[1];
                    let along_normal = placing.key_um(stored[2]) as f64 / 1000.0;
                    for part in 0..3 {
                        let found = placing.row[part] * along_row
                            + placing.column[part] * along_column
                            + normal[part] * along_normal;
                        let wanted = first[part]
                            + (0..3)
                                .map(|i| f64::from(stored[i]) * steps[i][part])
                                .sum::<f64>();
                        assert!(
                            (found - wanted).abs() < 6e-4,
                            "{order:?} {signs} {stored:?}"
                        );
                    }
                }
            }
        }
    }

    /// dcmqi's `24x38x3`: the DICOM segmentation states position 46.4649, 5.01881, −177.75 … −172.75.
    #[test]
    fn an_lps_header_gives_the_places_of_its_dicom_twin() {
        let steps = [[0.7, 0.0, 0.0], [0.0, 0.7, 0.0], [0.0, 0.0, 2.5]];
        let first = [
            46.464900970458984,
            5.018_809_795_379_638,
            -177.75000000000006,
        ];
        let placing = Placing::of([24, 38, 3], steps, first).unwrap();
        assert_eq!(
            [0, 1, 2].map(|slice| placing.key_um(slice)),
            [-177_750, -175_250, -172_750]
        );
        let [u, v] = placing.in_plane_mm();
        assert!((u - 46.4649).abs() < 1e-5 && (v - 5.01881).abs() < 1e-5);
        assert_eq!(
            (placing.row, placing.column),
            ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        );
    }
}
