//! Geometry held against what other tools give for the same shapes; see `tests/oracles/`.

use serde::Deserialize;

use super::{Mask, MultiPolygon, Outline, SliceAxis, SurfaceDistances, Volume};

#[derive(Deserialize)]
struct Surfaces {
    percents: Vec<f64>,
    cases: Vec<SurfaceCase>,
}

#[derive(Deserialize)]
struct SurfaceCase {
    shape: Vec<u32>,
    spacing: Vec<f64>,
    tolerance: f64,
    a: String,
    b: String,
    n_elements: [usize; 2],
    size: [f64; 2],
    mean: f64,
    percentiles: Vec<f64>,
    share_within: f64,
}

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + b.abs())
}

fn raster(bits: &str) -> Vec<u8> {
    bits.bytes().map(|bit| bit - b'0').collect()
}

impl SurfaceCase {
    fn distances(&self) -> SurfaceDistances {
        if let ([height, width], [y, x]) = (&self.shape[..], &self.spacing[..]) {
            let [a, b] = [&self.a, &self.b]
                .map(|bits| Mask::from_raster(*width, *height, &raster(bits)).unwrap());
            return SurfaceDistances::of_masks(&a, &b, [*y, *x]).unwrap();
        }
        let (height, width) = (self.shape[1], self.shape[2]);
        let spacing = [self.spacing[0], self.spacing[1], self.spacing[2]];
        let [a, b] = [&self.a, &self.b].map(|bits| {
            let pixels = raster(bits);
            let slices = pixels.chunks((height * width) as usize).enumerate();
            let slices = slices.map(|(z, slice)| {
                let mask = Mask::from_raster(width, height, slice).unwrap();
                (z as i64, mask)
            });
            Volume::new(width, height, SliceAxis::Index, slices.collect()).unwrap()
        });
        SurfaceDistances::of_volumes(&a, &b, spacing).unwrap()
    }
}

#[test]
fn surface_figures_agree_with_surface_distance() {
    let text = include_str!("../../tests/oracles/surface_distance/figures.json");
    let oracle: Surfaces = serde_json::from_str(text).unwrap();
    assert!(oracle.cases.len() > 500);
    let mut n_ties = 0;
    for (index, case) in oracle.cases.iter().enumerate() {
        let found = case.distances();
        let sides = found.elements();
        for (side, elements) in sides.into_iter().enumerate() {
            assert_eq!(elements.len(), case.n_elements[side], "case {index}");
            let size: f64 = elements.iter().map(|element| element.size).sum();
            assert!(
                near(size, case.size[side], 1e-6),
                "case {index}: size {size}"
            );
        }
        assert!(
            near(found.mean().unwrap(), case.mean, 1e-6),
            "case {index}: mean"
        );
        assert!(
            near(
                found.share_within(case.tolerance).unwrap(),
                case.share_within,
                1e-6
            ),
            "case {index}: share within"
        );
        for (&percent, &expected) in oracle.percents.iter().zip(&case.percentiles) {
            let [to, from] = found.percentile(percent).unwrap();
            if !near(to.max(from), expected, 1e-6) {
                // DIFFERENCE: where the share is met exactly, the other tool's rounding may pass on to the next distance.
                let [to, from] = found.percentile(percent + 1e-6).unwrap();
                assert!(
                    near(to.max(from), expected, 1e-6),
                    "case {index}: {percent} %"
                );
                n_ties += 1;
            }
        }
    }
    assert_eq!(n_ties, 8, "percentiles that differ by a tie");
}

#[derive(Deserialize)]
struct Polygons {
    cases: Vec<PolygonCase>,
}

#[derive(Deserialize)]
struct PolygonCase {
    a: MultiPolygon,
    b: MultiPolygon,
    areas: [f64; 3],
    perimeter: f64,
    centroid: [f64; 2],
    mean_distance: Option<f64>,
}

#[test]
fn polygon_areas_and_distances_agree_with_shapely() {
    let text = include_str!("../../tests/oracles/overlap/polygons.json");
    let oracle: Polygons = serde_json::from_str(text).unwrap();
    assert!(oracle.cases.len() > 200);
    let mut n_distances = 0;
    for (index, case) in oracle.cases.iter().enumerate() {
        let found = case.a.overlap_areas_px2(&case.b);
        let areas = [found.a_px2, found.b_px2, found.intersection_px2];
        for (area, expected) in areas.into_iter().zip(case.areas) {
            let enough = 1e-9 * expected.max(case.areas[0].min(case.areas[1]) * 1e-3);
            assert!(
                (area - expected).abs() <= enough,
                "case {index}: {area} against {expected}"
            );
        }
        assert!(
            near(case.a.perimeter_px(), case.perimeter, 1e-12),
            "case {index}"
        );
        let centroid = case.a.centroid_px().unwrap();
        for (value, expected) in centroid.into_iter().zip(case.centroid) {
            assert!(
                near(value, expected, 1e-9),
                "case {index}: centroid {value}"
            );
        }
        if let Some(expected) = case.mean_distance {
            let [a, b] = [&case.a, &case.b].map(|shape| Outline::of_polygon(shape).unwrap());
            let found = a.mean_symmetric_distance_px(&b);
            assert!(
                near(found, expected, 1e-4),
                "case {index}: {found} against {expected}"
            );
            n_distances += 1;
        }
    }
    assert!(n_distances > 40);
}

#[derive(Deserialize)]
struct Masks {
    cases: Vec<MaskCase>,
}

#[derive(Deserialize)]
struct MaskCase {
    size: [u32; 2],
    rasters: [String; 2],
    counts: [String; 2],
    areas: [u64; 2],
    iou: f64,
    both_empty: bool,
}

#[test]
fn mask_codes_areas_and_overlaps_agree_with_pycocotools() {
    let text = include_str!("../../tests/oracles/overlap/masks.json");
    let oracle: Masks = serde_json::from_str(text).unwrap();
    assert_eq!(oracle.cases.len(), 200);
    for case in &oracle.cases {
        let [width, height] = case.size;
        let masks = [0, 1].map(|side| {
            let mask = Mask::from_raster(width, height, &raster(&case.rasters[side])).unwrap();
            assert_eq!(mask.to_coco_string(), case.counts[side]);
            let read = Mask::from_coco_string(width, height, &case.counts[side]).unwrap();
            assert_eq!(read, mask);
            assert_eq!(mask.area_px(), case.areas[side]);
            mask
        });
        let shared = masks[0].intersection_px(&masks[1]).unwrap();
        let union = case.areas[0] + case.areas[1] - shared;
        if !case.both_empty {
            assert_eq!(shared as f64 / union as f64, case.iou);
        }
    }
}
