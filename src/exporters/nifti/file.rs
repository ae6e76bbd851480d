//! One NIfTI-1 file: a header, and label values slice by slice.

use super::frame::Frame;
use crate::geometry::Mask;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::io::{Result as IoResult, Write};

const HEADER_BYTES: usize = 348;
/// NIFTI_INTENT_LABEL.
const LABEL_INTENT: i16 = 1002;
const MILLIMETRES: u8 = 2;
/// NIFTI_XFORM_SCANNER_ANAT.
const SCANNER: i16 = 1;

/// How wide a label value is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Width {
    One,
    Two,
    Four,
}

/// Masks with their values, by slice.
pub(super) type Slices<'a> = BTreeMap<u32, Vec<(u32, &'a Mask)>>;

/// Writes a packed file. `most` is the largest value of the whole export, so that all files have one type.
pub(super) fn write(
    out: impl Write,
    frame: &Frame,
    slices: &Slices<'_>,
    most: u32,
) -> IoResult<()> {
    let width = match most {
        0..=255 => Width::One,
        256..=65_535 => Width::Two,
        _ => Width::Four,
    };
    let mut packed = GzEncoder::new(out, Compression::default());
    packed.write_all(&header(frame, width))?;
    // No extension follows.
    packed.write_all(&[0; 4])?;
    let [columns, rows, n_slices] = frame.size;
    let mut values = vec![0_u32; columns as usize * rows as usize];
    let mut bytes = Vec::new();
    for slice in 0..n_slices {
        values.fill(0);
        for (value, mask) in slices.get(&slice).into_iter().flatten() {
            for run in mask.bounds().chunks_exact(2) {
                if let Some(run) = values.get_mut(run[0] as usize..run[1] as usize) {
                    run.fill(*value);
                }
            }
        }
        bytes.clear();
        for value in &values {
            match width {
                Width::One => bytes.push(*value as u8),
                Width::Two => bytes.extend((*value as u16).to_le_bytes()),
                Width::Four => bytes.extend((*value as i32).to_le_bytes()),
            }
        }
        packed.write_all(&bytes)?;
    }
    packed.finish()?.flush()
}

fn header(frame: &Frame, width: Width) -> [u8; HEADER_BYTES] {
    let mut header = Header([0; HEADER_BYTES]);
    header.put(0, (HEADER_BYTES as i32).to_le_bytes());
    let n_axes = if frame.is_plane { 2 } else { 3 };
    let [columns, rows, slices] = frame.size.map(|n| n as i16);
    header.i16s(40, &[n_axes, columns, rows, slices, 1, 1, 1, 1]);
    header.i16s(68, &[LABEL_INTENT]);
    let (code, bits) = match width {
        Width::One => (2, 8),
        Width::Two => (512, 16),
        Width::Four => (8, 32),
    };
    header.i16s(70, &[code, bits]);
    // A plain image has no third axis; readers want a number above 0 there.
    let [x, y, z] = frame.spacing_xyz_mm;
    let z = if frame.is_plane { 1.0 } else { z };
    header.f32s(76, &[1.0, x, y, z, 0.0, 0.0, 0.0, 0.0]);
    header.f32s(108, &[352.0]);
    header.put(123, [MILLIMETRES]);
    header.put(344, *b"n+1\0");
    if let Some((directions, first)) = frame.placed {
        // LPS to RAS: left and posterior change their signs.
        let ras = |[l, p, s]: [f64; 3]| [-l, -p, s];
        let columns = directions.map(ras);
        let first = ras(first);
        header.i16s(252, &[SCANNER, SCANNER]);
        let [b, c, d] = quaternion(columns);
        header.f32s(256, &[b, c, d, first[0], first[1], first[2]]);
        for row in 0..3 {
            let steps = [0, 1, 2].map(|axis| columns[axis][row] * frame.spacing_xyz_mm[axis]);
            header.f32s(280 + 16 * row, &[steps[0], steps[1], steps[2], first[row]]);
        }
    }
    header.0
}

struct Header([u8; HEADER_BYTES]);

impl Header {
    fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        if let Some(slot) = self.0.get_mut(at..at + N) {
            slot.copy_from_slice(&bytes);
        }
    }

    fn i16s(&mut self, at: usize, numbers: &[i16]) {
        for (index, number) in numbers.iter().enumerate() {
            self.put(at + 2 * index, number.to_le_bytes());
        }
    }

    fn f32s(&mut self, at: usize, numbers: &[f64]) {
        for (index, number) in numbers.iter().enumerate() {
            self.put(at + 4 * index, (*number as f32).to_le_bytes());
        }
    }
}

/// b, c, d of the rotation whose columns are given, with a not negative; as `nifti_mat44_to_quatern` has it.
fn quaternion([x, y, z]: [[f64; 3]; 3]) -> [f64; 3] {
    let trace = x[0] + y[1] + z[2] + 1.0;
    if trace > 0.5 {
        let a = 0.5 * trace.sqrt();
        return [
            0.25 * (y[2] - z[1]) / a,
            0.25 * (z[0] - x[2]) / a,
            0.25 * (x[1] - y[0]) / a,
        ];
    }
    let xd = 1.0 + x[0] - (y[1] + z[2]);
    let yd = 1.0 + y[1] - (x[0] + z[2]);
    let zd = 1.0 + z[2] - (x[0] + y[1]);
    let (a, bcd) = if xd > 1.0 {
        let b = 0.5 * xd.sqrt();
        let rest = [b, 0.25 * (y[0] + x[1]) / b, 0.25 * (z[0] + x[2]) / b];
        (0.25 * (y[2] - z[1]) / b, rest)
    } else if yd > 1.0 {
        let c = 0.5 * yd.sqrt();
        let rest = [0.25 * (y[0] + x[1]) / c, c, 0.25 * (z[1] + y[2]) / c];
        (0.25 * (z[0] - x[2]) / c, rest)
    } else {
        let d = 0.5 * zd.sqrt();
        let rest = [0.25 * (z[0] + x[2]) / d, 0.25 * (z[1] + y[2]) / d, d];
        (0.25 * (x[1] - y[0]) / d, rest)
    };
    if a < 0.0 { bcd.map(|part| -part) } else { bcd }
}
