//! Where voxels lie: sform before qform, RAS turned to LPS.

use super::header::{Header, Qform};
use crate::importers::volume_grid::{Fault, Frame, Placing};

/// How far corners may lie apart by the two forms, as a share of the smallest voxel side, before that is remarked on.
const SAME_PLACE: f64 = 0.05;
/// How far b² + c² + d² may lie above 1 before it is no rotation.
const OVER_ONE: f64 = 1e-3;
/// Below it, the rotation is by half a turn, as nibabel has it for 32-bit numbers.
const HALF_TURN: f64 = 3.6e-7;

/// Steps along the stored axes and the first voxel's centre, in mm.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Affine {
    steps: [[f64; 3]; 3],
    first: [f64; 3],
}

/// The frame of a header, and whether its two forms place voxels differently.
pub fn frame(header: &Header) -> Result<(Frame, bool), Fault> {
    let [_, x, y, z, ..] = header.pixdim;
    let spacing = [x, y, z].map(|side| side.abs() * header.unit_mm);
    let is_stated = |n: usize| spacing[..n].iter().all(|mm| mm.is_finite() && *mm > 0.0);
    if header.n_axes < 3 {
        let spacing_xy_mm = is_stated(2).then_some([spacing[0], spacing[1]]);
        return Ok((Frame::Plane { spacing_xy_mm }, false));
    }
    let by_sform = header.sform.map(|rows| by_rows(&rows, header.unit_mm));
    let by_qform = match (&header.qform, is_stated(3)) {
        (Some(form), true) => Some(by_quaternion(form, spacing, header)?),
        (Some(_), false) if by_sform.is_none() => {
            return Err(Fault::invalid(
                "its pixdim states no distance between voxels, which its qform needs",
            ));
        }
        _ => None,
    };
    let differ = match (&by_sform, &by_qform) {
        (Some(a), Some(b)) => lie_apart(a, b, header.size),
        _ => false,
    };
    let Some(affine) = by_sform.or(by_qform) else {
        let spacing_xyz_mm = is_stated(3).then_some(spacing);
        return Ok((Frame::Stack { spacing_xyz_mm }, false));
    };
    // LPS: left and posterior are positive.
    let lps = |[x, y, z]: [f64; 3]| [-x, -y, z];
    Placing::of(header.size, affine.steps.map(lps), lps(affine.first))
        .map(|placing| (Frame::Placed(placing), differ))
        .map_err(Fault::unsupported)
}

fn by_rows(rows: &[[f64; 4]; 3], unit_mm: f64) -> Affine {
    let column = |at: usize| [0, 1, 2].map(|row| rows[row][at] * unit_mm);
    Affine {
        steps: [column(0), column(1), column(2)],
        first: column(3),
    }
}

/// NIfTI-1, "method 2".
fn by_quaternion(form: &Qform, spacing: [f64; 3], header: &Header) -> Result<Affine, Fault> {
    let [mut b, mut c, mut d] = form.bcd;
    let rest = 1.0 - (b * b + c * c + d * d);
    if !rest.is_finite() || rest < -OVER_ONE {
        return Err(Fault::invalid("its quaternion is no rotation"));
    }
    let a = if rest < HALF_TURN {
        let length = (b * b + c * c + d * d).sqrt();
        [b, c, d] = [b / length, c / length, d / length];
        0.0
    } else {
        rest.sqrt()
    };
    let rotation = [
        [
            a * a + b * b - c * c - d * d,
            2.0 * (b * c - a * d),
            2.0 * (b * d + a * c),
        ],
        [
            2.0 * (b * c + a * d),
            a * a + c * c - b * b - d * d,
            2.0 * (c * d - a * b),
        ],
        [
            2.0 * (b * d - a * c),
            2.0 * (c * d + a * b),
            a * a + d * d - b * b - c * c,
        ],
    ];
    let side = if header.pixdim[0] < 0.0 { -1.0 } else { 1.0 };
    let [x, y, z] = spacing;
    let step = |at: usize, mm: f64| [0, 1, 2].map(|row| rotation[row][at] * mm);
    Ok(Affine {
        steps: [step(0, x), step(1, y), step(2, z * side)],
        first: form.offset.map(|at| at * header.unit_mm),
    })
}

fn lie_apart(a: &Affine, b: &Affine, size: [u32; 3]) -> bool {
    let side = |affine: &Affine| {
        let lengths = affine
            .steps
            .map(|step| step.iter().map(|mm| mm * mm).sum::<f64>().sqrt());
        lengths.into_iter().fold(f64::INFINITY, f64::min)
    };
    let most = SAME_PLACE * side(a);
    let corner = |affine: &Affine, at: [bool; 3], row: usize| {
        let along = (0..3).map(|axis| {
            let n = f64::from(u8::from(at[axis])) * f64::from(size[axis] - 1);
            n * affine.steps[axis][row]
        });
        affine.first[row] + along.sum::<f64>()
    };
    (0..8_u8).any(|bits| {
        let at = [bits & 1 != 0, bits & 2 != 0, bits & 4 != 0];
        (0..3).any(|row| (corner(a, at, row) - corner(b, at, row)).abs() > most)
    })
}
