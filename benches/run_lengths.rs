//! IoU of masks on fixed data. `peers/run_lengths.py` runs pycocotools on the same data.
//!
//! Two sides of 400 masks of 512 x 512 px of each kind, seed 7: wavy discs; the same with every other pixel knocked out at random;
//! large discs with twelve holes; cells of 3 to 6 px. One core.

use std::hint::black_box;

use concord::geometry::Mask;
use concord::metrics::iou_matrix;
use criterion::{Criterion, criterion_group, criterion_main};

use scenes::{Draw, checksum, drawn, mask, one_core, wavy_disc};

mod scenes;

/// Keeps a pixel where the top bit of SplitMix64's mix of its position and the mask's number is set.
fn speckled(of: &Mask, number: u64) -> Mask {
    let mut bounds = Vec::new();
    for run in of.bounds().chunks_exact(2) {
        for at in run[0]..run[1] {
            let mut mix = ((number << 32) | u64::from(at)).wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix = (mix ^ (mix >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mix = (mix ^ (mix >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            if (mix ^ (mix >> 31)) >> 63 == 1 {
                bounds.extend([at, at + 1]);
            }
        }
    }
    Mask::from_bounds(512, 512, bounds).expect("positions rise")
}

fn with_holes(draw: &mut Draw) -> Mask {
    let mut mask = drawn(wavy_disc(draw, 64, [180.0, 332.0], [100.0, 220.0]));
    for _ in 0..12 {
        let hole = drawn(wavy_disc(draw, 16, [100.0, 412.0], [8.0, 24.0]));
        mask = mask.difference(&hole).expect("one size");
    }
    mask
}

fn cell(draw: &mut Draw) -> Mask {
    drawn(wavy_disc(draw, 16, [10.0, 502.0], [3.0, 6.0]))
}

/// Draws a mask.
type Kind<'a> = &'a mut dyn FnMut(&mut Draw) -> Mask;

fn run_lengths(criterion: &mut Criterion) {
    let mut numbers = 0..;
    let mut speck = |draw: &mut Draw| speckled(&mask(draw), numbers.next().unwrap_or(0));
    let kinds: [(&str, Kind); 4] = [
        ("wavy discs", &mut mask),
        ("speckled discs", &mut speck),
        ("large with holes", &mut with_holes),
        ("tiny cells", &mut cell),
    ];
    let one_core = one_core();
    for (name, make) in kinds {
        let mut draw = Draw(7);
        let [a, b]: [Vec<Mask>; 2] =
            std::array::from_fn(|_| (0..400).map(|_| make(&mut draw)).collect());
        let matrix = iou_matrix(&a, &b).expect("one size");
        checksum(name, matrix.defined().map(|(.., iou)| iou).sum());
        criterion.bench_function(&format!("iou_matrix_400x400 {name}"), |bench| {
            bench.iter(|| one_core.install(|| iou_matrix(black_box(&a), black_box(&b))));
        });
    }
}

criterion_group!(benches, run_lengths);
criterion_main!(benches);
