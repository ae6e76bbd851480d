//! Agreement on pixels and voxels, counted on runs, against what other tools count on arrays.

use concord::agreement::{
    Bootstrap, ContingencyTable, Scale, UnitPatterns, Weights, cohen_kappa, fleiss_kappa,
    krippendorff_alpha_value,
};
use concord::geometry::{
    Mask, PixelCounts, SliceAxis, Universe, Volume, label_counts, rater_counts,
    rater_counts_of_volumes,
};
use serde_json::Value;

use crate::draw::Draw;
use crate::oracle::oracle;

impl Draw {
    fn window(&mut self, size: u32) -> [u32; 2] {
        let low = self.below(size);
        [low, low + 1 + self.below(size - low)]
    }

    fn mask(&mut self, height: u32, width: u32) -> Mask {
        let ([y0, y1], [x0, x1]) = (self.window(height), self.window(width));
        let per_mille = [0, 100, 500, 900, 1000][self.below(5_usize)];
        let mut raster = vec![0; (height * width) as usize];
        for y in y0..y1 {
            for x in x0..x1 {
                raster[(y * width + x) as usize] = u8::from(self.below(1000) < per_mille);
            }
        }
        Mask::from_raster(width, height, &raster).unwrap()
    }

    fn volume(&mut self, [depth, height, width]: [u32; 3]) -> Volume {
        let slices = (0..depth).map(|z| (i64::from(z) - 2, self.mask(height, width)));
        Volume::new(width, height, SliceAxis::Index, slices.collect()).unwrap()
    }

    /// One mask a label; 0 is background.
    fn map(&mut self, height: u32, width: u32, k: u32) -> Vec<Mask> {
        let map: Vec<u32> = (0..height * width).map(|_| self.below(k + 1)).collect();
        let of = |label| {
            let raster: Vec<u8> = map.iter().map(|&found| u8::from(found == label)).collect();
            Mask::from_raster(width, height, &raster).unwrap()
        };
        (1..=k).map(of).collect()
    }
}

/// Counts how many figures were held against each other, and how many were undefined on both sides.
#[derive(Debug, Default, PartialEq)]
struct Held {
    defined: usize,
    undefined: usize,
}

impl Held {
    #[track_caller]
    fn hold(&mut self, found: Option<f64>, expected: &Value) {
        match (found, expected.as_f64()) {
            (None, None) => self.undefined += 1,
            (Some(found), Some(expected)) => {
                assert!((found - expected).abs() < 1e-13, "{found} for {expected}");
                self.defined += 1;
            }
            (found, _) => panic!("{found:?} for {expected}"),
        }
    }
}

fn table(counts: PixelCounts) -> ContingencyTable {
    ContingencyTable::of_marks([counts.both, counts.a_only, counts.b_only, counts.neither])
}

fn kappa(table: &ContingencyTable) -> Option<f64> {
    cohen_kappa(table, Weights::Unweighted, 0.95).unwrap().value
}

fn kappa_of_labels(a: &[Mask], b: &[Mask], universe: Universe) -> Option<f64> {
    let counts = label_counts(a, b, universe).unwrap();
    let categories = (0..=a.len()).map(|label| label.to_string()).collect();
    kappa(&ContingencyTable::new(categories, counts).unwrap())
}

fn hold_several(held: &mut Held, counts: &[u64], expected: &Value) {
    let units = UnitPatterns::of_marks(counts);
    held.hold(
        fleiss_kappa(&units, Weights::Unweighted, 0.95)
            .unwrap()
            .value,
        &expected["fleiss"],
    );
    let alpha = krippendorff_alpha_value(&units, Scale::Nominal).unwrap();
    held.hold(alpha, &expected["alpha"]);
}

#[test]
fn agreement_on_pixels_is_what_other_tools_count_on_arrays() {
    let oracle = oracle("pixel_agreement/figures.json");
    let mut draw = Draw(oracle["seed"].as_u64().unwrap());
    let mut held = Held::default();
    for expected in oracle["pairs"].as_array().unwrap() {
        let (height, width) = (1 + draw.below(24), 1 + draw.below(70));
        let (a, b) = (draw.mask(height, width), draw.mask(height, width));
        let extra = draw.below(500_u64);
        let value = |universe| kappa(&table(PixelCounts::of_masks(&a, &b, universe).unwrap()));
        held.hold(value(Universe::UnionBox), &expected["cut"]);
        held.hold(value(Universe::WholeImage), &expected["whole"]);
        let given = a.union(&b).unwrap().area_px() + extra;
        assert_eq!(Some(given), expected["given"].as_u64());
        held.hold(value(Universe::Given(given)), &expected["within_given"]);
    }
    assert_eq!(held.defined + held.undefined, 3 * 120);
    assert!(held.defined > 250 && held.undefined > 20, "{held:?}");

    let mut held = Held::default();
    for expected in oracle["volumes"].as_array().unwrap() {
        let size = [1 + draw.below(5), 1 + draw.below(12), 1 + draw.below(20)];
        let (a, b) = (draw.volume(size), draw.volume(size));
        let _ = draw.below(500);
        let value = |universe| kappa(&table(PixelCounts::of_volumes(&a, &b, universe).unwrap()));
        held.hold(value(Universe::UnionBox), &expected["cut"]);
        let n_voxels = u64::from(size[0] * size[1] * size[2]);
        held.hold(value(Universe::Given(n_voxels)), &expected["whole"]);
        let given = expected["given"].as_u64().unwrap();
        held.hold(value(Universe::Given(given)), &expected["within_given"]);
        let counts = PixelCounts::of_volumes(&a, &b, Universe::UnionBox).unwrap();
        let several = rater_counts_of_volumes(&[a, b], Universe::UnionBox).unwrap();
        let one = counts.a_only + counts.b_only;
        assert_eq!(several, [counts.neither, one, counts.both]);
    }
    assert_eq!(held.defined + held.undefined, 3 * 40);
    assert!(held.defined > 100, "{held:?}");

    let mut held = Held::default();
    for expected in oracle["raters"].as_array().unwrap() {
        let (height, width) = (1 + draw.below(20), 1 + draw.below(40));
        let masks: Vec<Mask> = (0..2 + draw.below(5))
            .map(|_| draw.mask(height, width))
            .collect();
        let counts = rater_counts(&masks, Universe::UnionBox).unwrap();
        hold_several(&mut held, &counts, expected);
    }
    assert_eq!(held.defined + held.undefined, 2 * 60);
    assert!(held.defined > 100, "{held:?}");

    let mut held = Held::default();
    for expected in oracle["maps"].as_array().unwrap() {
        let (height, width, k) = (1 + draw.below(16), 1 + draw.below(40), 1 + draw.below(4));
        let (a, b) = (draw.map(height, width, k), draw.map(height, width, k));
        held.hold(
            kappa_of_labels(&a, &b, Universe::UnionBox),
            &expected["cut"],
        );
        held.hold(
            kappa_of_labels(&a, &b, Universe::WholeImage),
            &expected["whole"],
        );
    }
    assert_eq!(held.defined + held.undefined, 2 * 40);
    assert!(held.defined > 70, "{held:?}");
}

#[test]
fn several_raters_of_one_item_pool_with_those_of_another() {
    let row = |from, to| Mask::from_bounds(20, 1, vec![from, to]).unwrap();
    let items = [
        [row(0, 8), row(0, 9), row(1, 8)],
        [row(5, 15), row(6, 15), row(5, 14)],
    ];
    let mut pooled = vec![0; 4];
    for masks in &items {
        let counts = rater_counts(masks, Universe::WholeImage).unwrap();
        for (sum, n) in pooled.iter_mut().zip(counts) {
            *sum += n;
        }
    }
    assert_eq!(pooled, [21, 1, 3, 15]);
    let units = UnitPatterns::of_marks(&pooled);
    assert_eq!(units.n_units(), 40);
    let bootstrap = Bootstrap {
        n_resamples: 0,
        seed: 1,
    };
    let alpha =
        concord::agreement::krippendorff_alpha(&units, Scale::Nominal, bootstrap, 0.95).unwrap();
    let same = krippendorff_alpha_value(&units, Scale::Nominal).unwrap();
    assert_eq!(alpha.value, same);
}
