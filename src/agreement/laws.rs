//! Laws that every coefficient in the registry keeps. One that `all_coefficients` gives and the registry lacks, or the other way
//! round, fails the suite.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::registry::{ALL, Best, Gaps, Raters, find};
use super::*;

const OPTIONS: AgreementOptions = AgreementOptions {
    level: 0.95,
    bootstrap: Bootstrap {
        n_resamples: 20,
        seed: 7,
    },
};
const SCALES: [Scale; 4] = [
    Scale::Nominal,
    Scale::Ordinal,
    Scale::Interval,
    Scale::Ratio,
];

/// Ranks from 1 by unit and rater; `None` is a gap.
type Ratings = Vec<Vec<Option<u8>>>;

/// What tells one figure of a table from the others: name, variant, raters in any order.
type Key = (&'static str, String, BTreeSet<String>);

/// Every figure of a table. `name` says how a rank is written where it is a category, `number` what it counts where it is a number.
fn figures(
    ratings: &Ratings,
    scale: Scale,
    name: &dyn Fn(u8) -> String,
    number: &dyn Fn(u8) -> f64,
) -> BTreeMap<Key, Coefficient> {
    let cells = || {
        let rows = ratings.iter().enumerate();
        rows.flat_map(|(unit, row)| {
            let given = row.iter().enumerate();
            given.filter_map(move |(rater, cell)| {
                Some((format!("r{rater}"), format!("u{unit}"), (*cell)?))
            })
        })
    };
    let matrix = match scale {
        Scale::Nominal | Scale::Ordinal => {
            let rows: Vec<_> = cells().map(|(r, u, rank)| (r, u, name(rank))).collect();
            let declared: Vec<String> = (1..=4).map(name).collect();
            let rows = rows
                .iter()
                .map(|(r, u, l)| (r.as_str(), u.as_str(), l.as_str()));
            RatingMatrix::from_labels(rows, Some(&declared)).unwrap()
        }
        Scale::Interval | Scale::Ratio => {
            let rows: Vec<_> = cells().map(|(r, u, rank)| (r, u, number(rank))).collect();
            let rows = rows.iter().map(|(r, u, v)| (r.as_str(), u.as_str(), *v));
            RatingMatrix::from_values(rows).unwrap()
        }
    };
    let mut found = BTreeMap::new();
    for one in all_coefficients(&matrix, scale, OPTIONS).unwrap() {
        let variant = [one.weights, one.form, one.category.as_deref()];
        let variant = variant.map(Option::unwrap_or_default).join("/");
        let key = (one.name, variant, one.raters.iter().cloned().collect());
        assert!(found.insert(key, one).is_none(), "a figure is given twice");
    }
    found
}

fn plain(ratings: &Ratings, scale: Scale) -> BTreeMap<Key, Coefficient> {
    figures(ratings, scale, &|rank| format!("c{rank}"), &f64::from)
}

fn ratings() -> impl Strategy<Value = Ratings> {
    (2_usize..5).prop_flat_map(|n_raters| {
        let cell = prop_oneof![6 => (1_u8..5).prop_map(Some), 1 => Just(None)];
        proptest::collection::vec(proptest::collection::vec(cell, n_raters), 4..12)
    })
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs())),
        (a, b) => a == b,
    }
}

/// Standard errors, but for α's: a resample draws ways of rating in the order of their categories.
fn near_se(a: &Coefficient, b: &Coefficient) -> bool {
    // A root of what cancels to nothing but rounding.
    let near_root = |a: f64, b: f64| (a - b).abs() <= 1e-6;
    a.name == "krippendorff_alpha"
        || match (a.se, b.se) {
            (Some(a), Some(b)) => near_root(a, b),
            (a, b) => a == b,
        }
}

/// Whether two tables have the same figures with the same values and standard errors.
fn same(a: &BTreeMap<Key, Coefficient>, b: &BTreeMap<Key, Coefficient>) -> Result<(), String> {
    if !a.keys().eq(b.keys()) {
        return Err(format!("{:?} against {:?}", a.keys(), b.keys()));
    }
    for (key, one) in a {
        let other = &b[key];
        // Raters are subtracted in the order in which they first appear.
        let turned = key.0 == "bland_altman" && one.raters != other.raters;
        let value = other
            .value
            .map(|value| if turned { 0.0 - value } else { value });
        if !near(one.value, value) || !near_se(one, other) || one.n != other.n {
            return Err(format!(
                "{key:?}: {:?} against {:?}",
                one.value, other.value
            ));
        }
    }
    Ok(())
}

#[test]
fn the_registry_lists_what_tables_give_and_nothing_else() {
    let full: Ratings = (0..8)
        .map(|unit| {
            (0..3)
                .map(|rater| Some(1 + (unit * 7 + rater * unit) as u8 % 4))
                .collect()
        })
        .collect();
    let mut given = BTreeSet::new();
    for scale in SCALES {
        for (key, _) in plain(&full, scale) {
            let spec = find(key.0).unwrap_or_else(|| panic!("`{}` is not in the registry", key.0));
            assert!(
                spec.scales.contains(&scale),
                "{} on {}",
                key.0,
                scale.name()
            );
            assert_eq!(key.2.len(), if spec.raters == Raters::Two { 2 } else { 3 });
            given.insert((key.0, scale.name()));
        }
    }
    let promised: BTreeSet<_> = ALL
        .iter()
        .flat_map(|spec| spec.scales.iter().map(|scale| (spec.key, scale.name())))
        .collect();
    assert_eq!(given, promised);
    assert!(ALL.len() >= 13);
}

proptest! {
    #[test]
    fn values_keep_to_their_range_and_lie_in_their_interval(table in ratings()) {
        for scale in SCALES {
            for ((name, ..), found) in plain(&table, scale) {
                let spec = find(name).unwrap();
                prop_assert!(found.value.is_some() != found.undefined.is_some(), "{}", name);
                let Some(value) = found.value else { continue };
                let (least, most) = spec.range;
                prop_assert!(least <= value && value <= most, "{} is {}", name, value);
                if let (Some(lower), Some(upper)) = (found.lower, found.upper) {
                    prop_assert!(lower <= upper, "{:?}", found);
                    // A percentile interval need not hold the estimate.
                    if name != "krippendorff_alpha" {
                        prop_assert!(lower - 1e-12 <= value && value <= upper + 1e-12, "{} {} {} {}", name, lower, value, upper);
                    }
                }
            }
        }
    }

    #[test]
    fn raters_who_agree_throughout_get_the_best_value(ranks in proptest::collection::vec(1_u8..5, 4..12), n_raters in 2_usize..5) {
        let table: Ratings = ranks.iter().map(|rank| vec![Some(*rank); n_raters]).collect();
        for scale in SCALES {
            for ((name, variant, _), found) in plain(&table, scale) {
                let best = if find(name).unwrap().best == Best::One { 1.0 } else { 0.0 };
                if let Some(value) = found.value {
                    prop_assert!((value - best).abs() < 1e-9, "{} {} is {}", name, variant, value);
                }
            }
        }
    }

    #[test]
    fn the_order_of_units_and_raters_changes_nothing(table in ratings(), by in 1_usize..5) {
        let mut units = table.clone();
        units.rotate_left(by % table.len());
        units.reverse();
        for scale in SCALES {
            let found = plain(&table, scale);
            let moved = figures(&units, scale, &|rank| format!("c{rank}"), &f64::from);
            if let Err(difference) = same(&found, &moved) {
                return Err(TestCaseError::fail(difference));
            }
        }
        // Raters keep their names but stand in other columns: the names run backwards.
        let n = table[0].len();
        let mirrored: Ratings = table.iter().map(|row| row.iter().rev().copied().collect()).collect();
        for scale in SCALES {
            let found = plain(&table, scale);
            let other = plain(&mirrored, scale);
            for ((name, variant, raters), one) in &found {
                let back: BTreeSet<String> = raters
                    .iter()
                    .map(|rater| format!("r{}", n - 1 - rater[1..].parse::<usize>().unwrap()))
                    .collect();
                let Some(other) = other.get(&(*name, variant.clone(), back)) else {
                    return Err(TestCaseError::fail(format!("{name} is gone")));
                };
                // Raters are listed, and subtracted, in the order in which they first appear.
                if *name == "bland_altman" && one.raters[0] != format!("r{}", n - 1 - other.raters[0][1..].parse::<usize>().unwrap()) {
                    prop_assert!(near(one.value, other.value.map(|value| 0.0 - value)), "{}: {:?} against {:?}", name, one, other);
                } else {
                    prop_assert!(near(one.value, other.value) && near_se(one, other), "{}: {:?} against {:?}", name, one, other);
                }
            }
        }
    }

    #[test]
    fn names_of_nominal_categories_mean_nothing(table in ratings(), shift in 1_u8..4) {
        let renamed: Ratings = table
            .iter()
            .map(|row| row.iter().map(|cell| cell.map(|rank| (rank - 1 + shift) % 4 + 1)).collect())
            .collect();
        let (found, other) = (plain(&table, Scale::Nominal), plain(&renamed, Scale::Nominal));
        for ((name, variant, raters), one) in &found {
            let category = variant.rsplit('/').next().unwrap_or_default();
            let variant = match category.strip_prefix('c') {
                Some(rank) => {
                    let rank: u8 = rank.parse().unwrap();
                    format!("{}c{}", variant.trim_end_matches(category), (rank - 1 + shift) % 4 + 1)
                }
                None => variant.clone(),
            };
            let other = &other[&(*name, variant, raters.clone())];
            prop_assert!(near(one.value, other.value) && near_se(one, other), "{}: {:?} against {:?}", name, one, other);
        }
    }

    #[test]
    fn ranks_counted_from_the_other_end_agree_as_much(table in ratings()) {
        let turned: Ratings = table
            .iter()
            .map(|row| row.iter().map(|cell| cell.map(|rank| 5 - rank)).collect())
            .collect();
        let (found, other) = (plain(&table, Scale::Ordinal), plain(&turned, Scale::Ordinal));
        for ((name, variant, raters), one) in &found {
            if name.ends_with("_category") { continue; }
            let other = &other[&(*name, variant.clone(), raters.clone())];
            prop_assert!(near(one.value, other.value) && near_se(one, other), "{}: {:?} against {:?}", name, one, other);
        }
    }

    #[test]
    fn where_an_interval_scale_starts_and_what_a_ratio_scale_counts_in_mean_nothing(table in ratings()) {
        for (scale, number) in [
            (Scale::Interval, (|rank| 3.0 * f64::from(rank) - 20.0) as fn(u8) -> f64),
            (Scale::Ratio, |rank| 2.5 * f64::from(rank)),
        ] {
            let found = plain(&table, scale);
            let other = figures(&table, scale, &|rank| format!("c{rank}"), &number);
            for (key, one) in &found {
                if key.0 == "bland_altman" { continue; }
                prop_assert!(near(one.value, other[key].value), "{:?}: {:?} against {:?}", key, one.value, other[key].value);
            }
        }
    }

    #[test]
    fn a_lone_rating_enters_nothing_but_the_chance_term_of_those_that_say_so(table in ratings(), rank in 1_u8..5) {
        // Who rated nothing so far is no rater yet, and a rating makes one more.
        prop_assume!(table.iter().any(|ratings| ratings[0].is_some()));
        let mut longer = table.clone();
        let mut lone = vec![None; table[0].len()];
        lone[0] = Some(rank);
        longer.push(lone);
        for scale in SCALES {
            let (found, other) = (plain(&table, scale), plain(&longer, scale));
            for (key, one) in &found {
                let same = near(one.value, other[key].value);
                let may_change = find(key.0).unwrap().gaps == Gaps::LoneForChance;
                prop_assert!(same || may_change, "{:?}: {:?} against {:?}", key, one.value, other[key].value);
                prop_assert!(one.n == other[key].n || may_change, "{:?}", key);
            }
        }
    }
}
