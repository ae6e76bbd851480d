//! Published measurements with their published answers.

use super::*;

#[test]
fn shrout_and_fleiss_1979_judges() {
    // Shrout & Fleiss 1979, tables 2 and 4, doi:10.1037/0033-2909.86.2.420: six targets, four judges.
    let ratings = [
        [9, 2, 5, 8],
        [6, 1, 3, 2],
        [8, 4, 6, 8],
        [7, 1, 2, 6],
        [10, 5, 6, 9],
        [6, 2, 4, 7],
    ];
    let values = ratings
        .iter()
        .flatten()
        .map(|x| Some(f64::from(*x)))
        .collect();
    let matrix = RatingMatrix::numeric(names(6), names(4), values).unwrap();
    let expected = [0.17, 0.29, 0.71, 0.44, 0.62, 0.91];
    for (found, expected) in intraclass_correlations(&matrix, 0.95)
        .unwrap()
        .iter()
        .zip(expected)
    {
        near(found.value, expected, 5e-3);
        let (value, lower, upper) = (
            found.value.unwrap(),
            found.lower.unwrap(),
            found.upper.unwrap(),
        );
        assert!(lower < value && value < upper, "{}", found.name);
    }
    // The intervals of McGraw & Wong for these data, as in R's psych::ICC.
    let random = intraclass_correlation(&matrix, IccForm::TwoWayRandomSingle, 0.95).unwrap();
    near(random.lower, 0.019, 5e-4);
    near(random.upper, 0.761, 5e-4);
}

#[test]
fn bland_and_altman_1986_peak_flow() {
    // Bland & Altman 1986, table, doi:10.1016/S0140-6736(86)90837-8: Wright and mini meter, first readings, l/min. Mean difference
    // −2.1, s 38.8; limits −79.7 and 75.5 with 2 s in place of 1.96 s.
    let large = [
        494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427,
    ];
    let mini = [
        512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451,
    ];
    let pairs: Vec<_> = large
        .iter()
        .zip(mini)
        .map(|(a, b)| (f64::from(*a), f64::from(b)))
        .collect();
    let found = bland_altman(&pairs, 0.95).unwrap();
    let limits = found.limits.unwrap();
    near(found.value, -2.1, 0.05);
    near(Some(limits.sd), 38.8, 0.05);
    near(Some(limits.bias - 2.0 * limits.sd), -79.7, 0.1);
    near(Some(limits.bias + 2.0 * limits.sd), 75.5, 0.1);
    // Their intervals: bias −22.0 to 17.8, lower limit −114.3 to −45.1, upper 40.9 to 110.1, from the limits at 2 s.
    near(found.lower, -22.0, 0.1);
    near(found.upper, 17.8, 0.1);
    let half = 0.5 * (limits.loa_lower_interval[1] - limits.loa_lower_interval[0]);
    near(Some(half), 0.5 * (114.3 - 45.1), 0.1);
    let half = 0.5 * (limits.loa_upper_interval[1] - limits.loa_upper_interval[0]);
    near(Some(half), 0.5 * (110.1 - 40.9), 0.1);
    // The exact intervals lie further out at so few pairs (Carkeet 2015).
    assert!(limits.loa_upper_exact[0] > limits.loa_upper_interval[0]);
    assert!(limits.loa_upper_exact[1] > limits.loa_upper_interval[1]);
}
