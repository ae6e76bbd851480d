//! Speed of surfaces and polygons on fixed data. `peers/overlap.py` runs other tools on the same data.
//!
//! Sizes and seeds: one pair of volumes of 128 x 256 x 256 voxels; 100 masks of 512 x 512 px; 200 polygon pairs of 400 corners, all
//! wavy discs of seed 7. Masks against masks stand in `run_lengths.rs`, matching in `matching.rs`.

use std::hint::black_box;

use concord::geometry::{Mask, MultiPolygon, SliceAxis, Volume};
use concord::metrics::{Overlap, Surfaces, assd, hd95, iou, nsd};
use criterion::{Criterion, criterion_group, criterion_main};

use scenes::{Draw, checksum, mask, polygon};

mod scenes;

/// A ball whose surface waves; slices of 256 x 256, 128 of them.
fn ball(centre: [f64; 3], wave: f64) -> Volume {
    let slice = |z: usize| {
        let mut raster = vec![0_u8; 256 * 256];
        for (at, pixel) in raster.iter_mut().enumerate() {
            let (x, y) = ((at % 256) as f64 - centre[2], (at / 256) as f64 - centre[1]);
            let depth = 2.0 * (z as f64 - centre[0]);
            let radius = 100.0 + wave * (0.1 * x).sin() * (0.1 * y).cos();
            *pixel = u8::from(x * x + y * y + depth * depth <= radius * radius);
        }
        (
            z as i64,
            Mask::from_raster(256, 256, &raster).expect("the size fits"),
        )
    };
    let slices = (0..128).map(slice).collect();
    Volume::new(256, 256, SliceAxis::Index, slices).expect("slices are distinct")
}

fn overlap(criterion: &mut Criterion) {
    let mut draw = Draw(7);
    let polygons: Vec<_> = (0..200)
        .map(|_| [polygon(&mut draw, 400), polygon(&mut draw, 400)])
        .collect();
    let ratio = |p: &MultiPolygon, q: &MultiPolygon| {
        let overlap = Overlap::of_polygons(p, q).expect("coordinates are finite");
        iou(&overlap).value().expect("wavy discs have an area")
    };
    checksum(
        "iou 200 polygon pairs",
        polygons.iter().map(|[p, q]| ratio(p, q)).sum(),
    );
    criterion.bench_function("iou_200_polygon_pairs_400_corners", |bench| {
        bench.iter(|| {
            let pairs = black_box(&polygons).iter();
            let values = pairs.map(|[p, q]| Overlap::of_polygons(p, q).map(|o| iou(&o).value()));
            values.collect::<Vec<_>>()
        });
    });
    let near: Vec<_> = polygons
        .iter()
        .map(|[p, _]| [p.clone(), p.scaled([1.01, 1.01])])
        .collect();
    checksum(
        "iou 200 near polygon pairs",
        near.iter().map(|[p, q]| ratio(p, q)).sum(),
    );
    criterion.bench_function("iou_200_near_polygon_pairs_400_corners", |bench| {
        bench.iter(|| {
            let pairs = black_box(&near).iter();
            let values = pairs.map(|[p, q]| Overlap::of_polygons(p, q).map(|o| iou(&o).value()));
            values.collect::<Vec<_>>()
        });
    });
}

fn surfaces(criterion: &mut Criterion) {
    let (a, b) = (
        ball([62.0, 125.0, 127.0], 4.0),
        ball([64.0, 128.0, 128.0], 6.0),
    );
    let figures = |found: Surfaces| {
        let within = nsd(&found, 1.0).expect("the tolerance is positive");
        hd95(&found).value().unwrap_or(0.0) + within.value().unwrap_or(0.0)
    };
    let found = Surfaces::of_volumes(&a, &b, Some([2.5, 0.7, 0.7])).expect("one grid");
    checksum("surfaces 128x256x256", figures(found));
    let mut group = criterion.benchmark_group("surfaces");
    group.sample_size(10);
    group.bench_function("hd95_assd_nsd_128x256x256", |bench| {
        bench.iter(|| {
            let found = Surfaces::of_volumes(black_box(&a), black_box(&b), Some([2.5, 0.7, 0.7]));
            found.map(|found| (hd95(&found), assd(&found), nsd(&found, 1.0)))
        });
    });
    let mut draw = Draw(7);
    let pairs: Vec<_> = (0..100)
        .map(|_| mask(&mut draw))
        .map(|m| (m.eroded(1), m))
        .collect();
    let sum = pairs
        .iter()
        .map(|(a, b)| figures(Surfaces::of_masks(a, b, Some([0.7, 0.7])).expect("one size")));
    checksum("surfaces 100 masks 512x512", sum.sum());
    group.bench_function("hd95_assd_nsd_100_masks_512x512", |bench| {
        bench.iter(|| {
            let found = black_box(&pairs).iter().map(|(a, b)| {
                let found = Surfaces::of_masks(a, b, Some([0.7, 0.7]));
                found.map(|found| (hd95(&found), assd(&found), nsd(&found, 1.0)))
            });
            found.collect::<Vec<_>>()
        });
    });
    group.finish();
}

criterion_group!(benches, overlap, surfaces);
criterion_main!(benches);
