//! The consensus room against its peers' answers and the published example.

use std::path::Path;

use concord::consensus::{
    Decision, EmOptions, Ratings, Region, Staple, StapleOptions, dawid_skene, fuse_boxes, majority,
    majority_mask, majority_volume, staple, staple_volumes,
};
use concord::geometry::{Mask, Rect, SliceAxis, Volume};
use serde_json::Value;

fn oracle(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/oracles")
        .join(path);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&bytes).unwrap()
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn count(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found} for {expected}"
    );
}

/// The generator that the script shares: Knuth's MMIX.
struct Draw(u64);

impl Draw {
    fn share(&mut self) -> f64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as f64 / 4_294_967_296.0
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }
}

fn ratings(case: &Value) -> Ratings {
    let mut draw = Draw(case["seed"].as_u64().unwrap());
    let (n_units, n_raters) = (count(&case["n_units"]), count(&case["n_raters"]));
    let (k, missing) = (number(&case["k"]), number(&case["missing"]));
    let mut rows = Vec::new();
    for unit in 0..n_units {
        let share = draw.share();
        let truth = (share * share * k) as u16;
        for rater in 0..n_raters {
            if draw.share() < missing {
                continue;
            }
            let skill = 0.5 + 0.4 * rater as f64 / n_raters as f64;
            let (right, other) = (draw.share() < skill, (draw.share() * k) as u16);
            rows.push((unit, rater, if right { truth } else { other }));
        }
    }
    assert_eq!(rows.len(), count(&case["n_ratings"]));
    Ratings::new(n_units, n_raters, k as usize, rows).unwrap()
}

fn exactly(n_iterations: &Value) -> EmOptions {
    EmOptions {
        max_iterations: count(n_iterations) as u32,
        tolerance: 0.0,
        smoothing: 0.0,
    }
}

/// Shares, rates and posteriors after the peer's number of iterations; how many figures were compared.
fn compare_with_crowd_kit(ratings: &Ratings, expected: &Value, what: &str) -> usize {
    let found = dawid_skene(ratings, exactly(&expected["n_iterations"])).unwrap();
    let mut n = 0;
    for (category, share) in rows(&expected["class_shares"]).iter().enumerate() {
        close(found.class_shares[category], number(share), 1e-9, what);
        n += 1;
    }
    for (rater, matrix) in rows(&expected["rates"]).iter().enumerate() {
        for (truly, row) in (0..).zip(rows(matrix)) {
            for (given, rate) in (0..).zip(rows(row)) {
                let found = found.raters[rater].rate(truly, given).unwrap();
                let what = format!("{what}: rater {rater}, {truly} as {given}");
                close(found, number(rate), 1e-9, &what);
                n += 1;
            }
        }
    }
    for entry in rows(&expected["posteriors"]) {
        let unit = count(&entry[0]);
        for (p, expected) in found.posterior(unit).unwrap().iter().zip(rows(&entry[1])) {
            close(*p, number(expected), 1e-9, &format!("{what}: unit {unit}"));
            n += 1;
        }
    }
    n
}

#[test]
fn dawid_skene_agrees_with_crowd_kit() {
    let file = oracle("consensus/dawid_skene.json");
    let cases = rows(&file["cases"]);
    assert_eq!(cases.len(), 8);
    let mut n = 0;
    for case in cases {
        n += compare_with_crowd_kit(&ratings(case), case, &format!("seed {}", case["seed"]));
    }
    assert_eq!(n, 1425);
}

#[test]
fn a_rater_who_never_met_a_category_is_where_crowd_kit_differs() {
    let file = oracle("consensus/dawid_skene.json");
    let case = &file["never_met"];
    let given = rows(&case["rows"]).iter().map(|row| {
        let category = count(&row[2]) as u16;
        (count(&row[0]), count(&row[1]), category)
    });
    let ratings = Ratings::new(3, 3, 2, given).unwrap();
    let found = dawid_skene(&ratings, exactly(&case["n_iterations"])).unwrap();
    // DIFFERENCE: crowd-kit puts 1e-10 into every cell that a rater used, so that one who gave category 0 once is sure to give it
    // when 1 is true. Nothing is known of that: the rate is undefined here.
    assert_eq!(number(&case["rates"][2][1][0]), 1.0);
    assert_eq!(found.raters[2].rate(1, 0), None);
    // DIFFERENCE: the same 1e-10 is left in every rate that is 0.
    assert!(number(&case["rates"][0][1][0]) > 6e-11);
    assert_eq!(found.raters[0].rate(1, 0), Some(0.0));
}

#[test]
fn shares_of_votes_agree_with_crowd_kit_which_breaks_ties_silently() {
    let file = oracle("consensus/dawid_skene.json");
    let (mut n_decided, mut n_ties, mut n_shares) = (0, 0, 0);
    for case in rows(&file["cases"]) {
        let found = majority(&ratings(case), None, 0.95).unwrap();
        for entry in rows(&case["majority"]) {
            let (unit, label) = (count(&entry[0]), count(&entry[1]) as u16);
            match &found.units[unit].decision {
                Decision::Category(category) => {
                    assert_eq!(*category, label);
                    n_decided += 1;
                }
                // DIFFERENCE: crowd-kit names one of those that tie.
                Decision::Tie(tied) => {
                    assert!(tied.contains(&label));
                    n_ties += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        for entry in rows(&case["vote_shares"]) {
            let expected = rows(&entry[1]).iter().map(number).fold(0.0, f64::max);
            let found = found.units[count(&entry[0])].share().unwrap();
            close(found, expected, 1e-15, "share");
            n_shares += 1;
        }
    }
    assert!(n_decided > 900 && n_ties > 100, "{n_decided}, {n_ties}");
    assert_eq!(n_shares, 320);
}

/// Dawid & Skene 1979, Table 1; the first observer read each form three times.
fn anaesthetists(file: &Value) -> Ratings {
    let mut given = Vec::new();
    for (patient, labels) in rows(&file["patients"]).iter().enumerate() {
        let observers = [0, 0, 0, 1, 2, 3, 4];
        for (observer, label) in observers.into_iter().zip(labels.as_str().unwrap().chars()) {
            let category = label.to_digit(10).unwrap() as u16 - 1;
            given.push((patient, observer, category));
        }
    }
    assert_eq!(given.len(), 315);
    Ratings::new(45, 5, 4, given).unwrap()
}

#[test]
fn the_anaesthetists_of_the_paper_come_out_as_published() {
    let file = oracle("consensus/anaesthetists.json");
    let ratings = anaesthetists(&file);
    let found = dawid_skene(&ratings, EmOptions::default()).unwrap();
    assert!(found.convergence.converged);
    assert!(found.slipped_categories.is_empty());
    let mut n = 0;
    for (found, published) in found.class_shares.iter().zip(rows(&file["class_shares"])) {
        close(*found, number(published), 0.005, "class share");
        n += 1;
    }
    for (observer, matrix) in rows(&file["error_rates"]).iter().enumerate() {
        for (truly, row) in (0..).zip(rows(matrix)) {
            for (given, published) in (0..).zip(rows(row)) {
                let rate = found.raters[observer].rate(truly, given).unwrap();
                let what = format!("observer {}, {truly} as {given}", observer + 1);
                close(rate, number(published), 0.005, &what);
                n += 1;
            }
        }
    }
    assert_eq!(n, 84);
    for (patient, published) in file["posteriors"].as_object().unwrap() {
        let unit = patient.parse::<usize>().unwrap() - 1;
        for (p, published) in found.posterior(unit).unwrap().iter().zip(rows(published)) {
            close(*p, number(published), 0.0006, &format!("patient {patient}"));
        }
    }
    let sure = (0..45).filter(|unit| found.decision(*unit).1.is_some_and(|p| p > 0.9999));
    assert!(sure.count() >= 40);
    assert!(compare_with_crowd_kit(&ratings, &file["crowd_kit"], "anaesthetists") > 200);
}

#[test]
fn the_log_likelihood_climbs_as_another_implementation_printed_it() {
    let file = oracle("consensus/anaesthetists.json");
    let ratings = anaesthetists(&file);
    let printed = rows(&file["log_likelihoods"]);
    assert_eq!(printed.len(), 15);
    for (n_iterations, expected) in printed.iter().enumerate() {
        let options = exactly(&Value::from(n_iterations));
        let found = dawid_skene(&ratings, options).unwrap();
        let found = found.convergence.log_likelihood.unwrap();
        close(found, number(expected), 1e-9, "log-likelihood");
    }
}

/// Masks of all raters, as rasters by rater, then slice.
fn rasters(case: &Value) -> Vec<Vec<Vec<u8>>> {
    let mut draw = Draw(case["seed"].as_u64().unwrap());
    let size = |key: &str| count(&case[key]);
    let (n_raters, depth, height, width) = (
        size("n_raters"),
        size("depth"),
        size("height"),
        size("width"),
    );
    let fuzz = number(&case["fuzz"]);
    let mut found = vec![vec![vec![0_u8; height * width]; depth]; n_raters];
    for z in 0..depth {
        for y in 0..height {
            for x in 0..width {
                let is_hole = (10..14).contains(&x) && (9..12).contains(&y);
                let is_inside =
                    (4..height - 6).contains(&y) && (5..width - 8).contains(&x) && !is_hole;
                for (rater, volume) in found.iter_mut().enumerate() {
                    let flips = draw.share() < fuzz * (1 + rater) as f64;
                    volume[z][y * width + x] = u8::from(is_inside != flips);
                }
            }
        }
    }
    for (volume, n_set) in found.iter().zip(rows(&case["n_set"])) {
        let n: usize = volume.iter().flatten().map(|set| usize::from(*set)).sum();
        assert_eq!(n, count(n_set), "the generators differ");
    }
    found
}

fn check_staple<M>(found: &Staple<M>, case: &Value) -> usize {
    let mut n = 0;
    let figures = rows(&case["sensitivity"])
        .iter()
        .zip(rows(&case["specificity"]));
    for (rater, (sensitivity, specificity)) in found.raters.iter().zip(figures) {
        close(
            rater.sensitivity.unwrap(),
            number(sensitivity),
            1e-9,
            "sensitivity",
        );
        close(
            rater.specificity.unwrap(),
            number(specificity),
            1e-9,
            "specificity",
        );
        n += 2;
    }
    let probabilities = case["probabilities"].as_object().unwrap();
    assert_eq!(found.patterns.len(), probabilities.len());
    for one in &found.patterns {
        let votes = (0..found.raters.len() as u32).map(|rater| {
            if one.raters.contains(&rater) {
                '1'
            } else {
                '0'
            }
        });
        let votes: String = votes.collect();
        close(
            one.probability,
            number(&probabilities[&votes]),
            1e-9,
            &votes,
        );
        n += 1;
    }
    n
}

fn image(case: &Value) -> StapleOptions {
    StapleOptions {
        region: Region::Image,
        prior: None,
        max_iterations: count(&case["n_iterations"]) as u32,
        tolerance: 0.0,
    }
}

#[test]
fn staple_and_majority_agree_with_simpleitk() {
    let file = oracle("consensus/staple.json");
    let cases = rows(&file["cases"]);
    assert_eq!(cases.len(), 7);
    let (mut n, mut n_volumes) = (0, 0);
    for case in cases {
        let (width, height) = (count(&case["width"]) as u32, count(&case["height"]) as u32);
        let rasters = rasters(case);
        let slice = |raster: &Vec<u8>| Mask::from_raster(width, height, raster).unwrap();
        // Slices one above the other are one tall image, which is how the peer's bounds count.
        let tall = |volume: &Vec<Vec<u8>>| {
            Mask::from_raster(width, height * volume.len() as u32, &volume.concat()).unwrap()
        };
        let talls: Vec<Mask> = rasters.iter().map(tall).collect();
        let talls: Vec<&Mask> = talls.iter().collect();
        n += check_staple(&staple(&talls, image(case)).unwrap(), case);
        let voted = majority_mask(&talls).unwrap();
        let bounds: Vec<usize> = voted
            .consensus
            .bounds()
            .iter()
            .map(|at| *at as usize)
            .collect();
        let expected: Vec<usize> = rows(&case["majority_bounds"]).iter().map(count).collect();
        assert_eq!(bounds, expected);
        assert_eq!(voted.n_tied_px as usize, count(&case["n_undecided"]));
        if rasters[0].len() > 1 {
            let volume = |slices: &Vec<Vec<u8>>| {
                let slices = (0..).zip(slices.iter().map(slice)).collect();
                Volume::new(width, height, SliceAxis::Index, slices).unwrap()
            };
            let volumes: Vec<Volume> = rasters.iter().map(volume).collect();
            let volumes: Vec<&Volume> = volumes.iter().collect();
            n += check_staple(&staple_volumes(&volumes, image(case)).unwrap(), case);
            let voted = majority_volume(&volumes).unwrap();
            assert_eq!(voted.n_tied_px as usize, count(&case["n_undecided"]));
            n_volumes += 1;
        }
    }
    assert!(n > 150, "only {n} figures compared");
    assert_eq!(n_volumes, 1);
}

#[test]
fn empty_masks_are_where_simpleitk_differs() {
    let file = oracle("consensus/staple.json");
    // DIFFERENCE: SimpleITK gives NaN for all six; a specificity of 1 is defined in an image, a sensitivity is not.
    let text: Vec<&str> = rows(&file["all_empty"])
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect();
    assert_eq!(text, ["nan"; 6]);
    let empty = Mask::empty(5, 4).unwrap();
    let options = StapleOptions {
        region: Region::Image,
        ..StapleOptions::default()
    };
    let found = staple(&[&empty, &empty, &empty], options).unwrap();
    for rater in found.raters {
        assert_eq!((rater.sensitivity, rater.specificity), (None, Some(1.0)));
    }
}

fn boxes(case: &Value) -> Vec<Vec<Rect>> {
    let mut draw = Draw(case["seed"].as_u64().unwrap());
    let jitter = number(&case["jitter"]);
    let mut raters = vec![Vec::new(); count(&case["n_raters"])];
    for _ in 0..count(&case["n_findings"]) {
        let (x, y) = (draw.between(0.0, 300.0), draw.between(0.0, 300.0));
        let (w, h) = (draw.between(20.0, 60.0), draw.between(20.0, 60.0));
        for rater in &mut raters {
            if draw.share() < number(&case["missing"]) {
                continue;
            }
            let [x0, y0, x1, y1] =
                [x, y, x + w, y + h].map(|edge| edge + draw.between(-jitter, jitter));
            rater.push(Rect { x0, y0, x1, y1 });
        }
    }
    for rater in &mut raters {
        for _ in 0..count(&case["extra"]) {
            let (x0, y0) = (draw.between(0.0, 300.0), draw.between(0.0, 300.0));
            let (x1, y1) = (x0 + draw.between(10.0, 40.0), y0 + draw.between(10.0, 40.0));
            rater.push(Rect { x0, y0, x1, y1 });
        }
    }
    raters
}

fn edges(area: &Rect) -> [f64; 4] {
    [area.x0, area.y0, area.x1, area.y1]
}

#[test]
fn clusters_of_boxes_agree_with_scipy() {
    let file = oracle("consensus/boxes.json");
    let cases = rows(&file["cases"]);
    assert_eq!(cases.len(), 6);
    let mut n = 0;
    for case in cases {
        let found = fuse_boxes(&boxes(case), number(&case["min_iou"]), 1).unwrap();
        let mut clusters: Vec<_> = found
            .boxes
            .iter()
            .map(|one| (one.members.clone(), one.area))
            .collect();
        clusters.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = rows(&case["clusters"]);
        assert_eq!(clusters.len(), expected.len(), "seed {}", case["seed"]);
        let medians = rows(&case["medians"]);
        for ((members, area), (cluster, median)) in
            clusters.iter().zip(expected.iter().zip(medians))
        {
            let cluster: Vec<(usize, usize)> = rows(cluster)
                .iter()
                .map(|member| (count(&member[0]), count(&member[1])))
                .collect();
            assert_eq!(*members, cluster, "seed {}", case["seed"]);
            for (edge, expected) in edges(area).iter().zip(rows(median)) {
                close(*edge, number(expected), 1e-12, "edge");
            }
            n += 1;
        }
    }
    assert!(n > 400, "only {n} clusters compared");
}

#[test]
fn findings_that_lie_apart_are_those_of_weighted_boxes_fusion() {
    let file = oracle("consensus/boxes.json");
    let cases = rows(&file["apart"]);
    assert_eq!(cases.len(), 2);
    for case in cases {
        let read = |area: &Value| {
            let corner = |at: usize| number(&area[at]);
            let (x0, y0, x1, y1) = (corner(0), corner(1), corner(2), corner(3));
            Rect { x0, y0, x1, y1 }
        };
        let raters: Vec<Vec<Rect>> = rows(&case["raters"])
            .iter()
            .map(|boxes| rows(boxes).iter().map(read).collect())
            .collect();
        let found = fuse_boxes(&raters, 0.5, raters.len()).unwrap();
        let fused = rows(&case["fused"]);
        assert_eq!((found.accepted().count(), fused.len()), (9, 9));
        let mut largest = 0.0_f64;
        for one in &found.boxes {
            let off = |other: &Value| {
                let pairs = edges(&one.area).into_iter().zip(rows(other));
                pairs
                    .map(|(a, b)| (a - number(b)).abs())
                    .fold(0.0, f64::max)
            };
            largest = largest.max(fused.iter().map(off).fold(f64::INFINITY, f64::min));
        }
        if raters.len() == 2 {
            // The median of two is their mean; the peer works with 32 bits.
            assert!(largest < 1e-4, "{largest}");
        } else {
            // DIFFERENCE: weighted boxes fusion takes the mean of three edges, Concord the median.
            assert!(largest > 0.3 && largest < 8.0, "{largest}");
        }
    }
}
