//! Seeded pairs of small masks and volumes: the ones that `tests/oracles/boundary/cases.py` draws and other tools have measured.

use super::{Mask, SliceAxis, Volume};
use crate::draw::Draw;

pub(crate) const SEED: u64 = 20_211_123;
const N_VOLUMES: usize = 500;
const N_MASKS: usize = 250;

/// One pair: shape and spacing `[z, y, x]`, a tolerance, and the two rasters.
pub(crate) struct Case {
    pub shape: [i64; 3],
    pub spacing: [f64; 3],
    pub tolerance: f64,
    pub a: Vec<u8>,
    pub b: Vec<u8>,
}

impl Case {
    pub fn masks(&self) -> [Mask; 2] {
        let [_, height, width] = self.shape.map(|side| side as u32);
        [&self.a, &self.b].map(|raster| Mask::from_raster(width, height, raster).unwrap())
    }

    pub fn volumes(&self) -> [Volume; 2] {
        [&self.a, &self.b].map(|raster| volume(self.shape, raster))
    }
}

pub(crate) fn volume(shape: [i64; 3], raster: &[u8]) -> Volume {
    let [_, height, width] = shape.map(|side| side as u32);
    let slices = raster.chunks((height * width) as usize).enumerate();
    let slices = slices.map(|(z, slice)| {
        let mask = Mask::from_raster(width, height, slice).unwrap();
        (z as i64, mask)
    });
    Volume::new(width, height, SliceAxis::Index, slices.collect()).unwrap()
}

/// Voxels of a lattice in the order z, y, x.
fn places(shape: [i64; 3]) -> impl Iterator<Item = [i64; 3]> {
    let [n_z, n_y, n_x] = shape;
    (0..n_z).flat_map(move |z| (0..n_y).flat_map(move |y| (0..n_x).map(move |x| [z, y, x])))
}

fn lumps(draw: &mut Draw, shape: [i64; 3], at_border: bool) -> Vec<u8> {
    let mut raster = vec![0; shape.iter().product::<i64>() as usize];
    for _ in 0..draw.whole(1, 4) {
        let mut centre = shape.map(|side| draw.whole(0, side));
        if at_border {
            let axis = draw.whole(0, 3) as usize;
            centre[axis] = (shape[axis] - 1) * draw.whole(0, 2);
        }
        let radius = draw.whole(1, 6);
        let weights = [0; 3].map(|_| draw.whole(1, 4));
        for (voxel, place) in raster.iter_mut().zip(places(shape)) {
            let square = |k: usize| weights[k] * (place[k] - centre[k]).pow(2);
            *voxel |= u8::from((0..3).map(square).sum::<i64>() <= radius * radius);
        }
    }
    raster
}

fn noise(draw: &mut Draw, shape: [i64; 3]) -> Vec<u8> {
    let share = draw.whole(5, 70);
    places(shape)
        .map(|_| u8::from(draw.whole(0, 100) < share))
        .collect()
}

fn voxel(draw: &mut Draw, shape: [i64; 3]) -> Vec<u8> {
    let at = shape.map(|side| draw.whole(0, side));
    places(shape).map(|place| u8::from(place == at)).collect()
}

fn plate(draw: &mut Draw, shape: [i64; 3]) -> Vec<u8> {
    let axis = draw.whole(0, 3) as usize;
    let at = draw.whole(0, shape[axis]);
    places(shape)
        .map(|place| u8::from(place[axis] == at && draw.whole(0, 10) < 8))
        .collect()
}

fn case(draw: &mut Draw, index: usize, is_flat: bool) -> Case {
    let kind = index % 10;
    let mut shape = [0; 3].map(|_| draw.whole(1, 13));
    if is_flat || kind == 8 {
        shape[0] = 1;
    }
    if is_flat && kind == 8 {
        shape[1] = 1;
    }
    let spacing = [0; 3].map(|_| draw.whole(200, 5_000) as f64 / 1000.0);
    let tolerance = draw.whole(100, 6_000) as f64 / 1000.0;
    let n = shape.iter().product::<i64>() as usize;
    let (empty, full) = (vec![0; n], vec![1; n]);
    let (a, b) = match kind {
        1 | 8 => (noise(draw, shape), noise(draw, shape)),
        2 => (empty, lumps(draw, shape, false)),
        3 => {
            let lumps = lumps(draw, shape, false);
            let is_empty = index % 20 == 3;
            (if is_empty { empty.clone() } else { lumps }, empty)
        }
        4 => (voxel(draw, shape), voxel(draw, shape)),
        5 => (lumps(draw, shape, true), lumps(draw, shape, true)),
        6 => {
            let lumps = lumps(draw, shape, false);
            let is_full = index % 20 == 6;
            (full.clone(), if is_full { full } else { lumps })
        }
        7 => {
            let a = noise(draw, shape);
            (a.clone(), a)
        }
        9 => (plate(draw, shape), plate(draw, shape)),
        _ => (lumps(draw, shape, false), lumps(draw, shape, false)),
    };
    Case {
        shape,
        spacing,
        tolerance,
        a,
        b,
    }
}

fn cases(is_flat: bool, n: usize) -> Vec<Case> {
    let mut draw = Draw(SEED);
    (0..n)
        .map(|index| case(&mut draw, index, is_flat))
        .collect()
}

/// 500 pairs of volumes, ten kinds in turn.
pub(crate) fn volumes() -> Vec<Case> {
    cases(false, N_VOLUMES)
}

/// 250 pairs of masks, ten kinds in turn; the first axis is of length 1.
pub(crate) fn masks() -> Vec<Case> {
    cases(true, N_MASKS)
}
