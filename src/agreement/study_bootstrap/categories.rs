//! Resampled studies of categorical ratings: counts are drawn, not units.

use std::collections::HashMap;

use super::Studies;
use crate::agreement::all::{
    AgreementOptions, conger_figures, pair_figures, pooled_figures, rater_pairs,
};
use crate::agreement::coefficient::Coefficient;
use crate::agreement::contingency::ContingencyTable;
use crate::agreement::error::AgreementError;
use crate::agreement::krippendorff::Bootstrap;
use crate::agreement::matrix::RatingMatrix;
use crate::agreement::patterns::{Pattern, UnitPatterns, collapse};
use crate::agreement::scale::Scale;

/// Units of one study with the same place in a table or list of patterns.
struct Grouped {
    study: u32,
    place: usize,
    n_units: u64,
}

pub(super) fn add(
    matrix: &RatingMatrix,
    scale: Scale,
    options: AgreementOptions,
    found: &mut [Coefficient],
) -> Result<(), AgreementError> {
    let studies = Studies::of(matrix, options);
    let level = options.level;
    let mut rest = found;
    let categories = matrix.categories();
    for (a, b) in rater_pairs(matrix.raters().len()) {
        let cells = cells_by_study(matrix, a, b);
        let evaluate = |times: &[u32]| {
            let mut counts = vec![0; categories.len() * categories.len()];
            draw(&cells, times, &mut counts);
            let table = ContingencyTable::new(categories.to_vec(), counts)?;
            Ok(values(pair_figures(&table, scale, level)?))
        };
        let n_figures = pair_figures(&matrix.table(a, b)?, scale, level)?.len();
        let (of_pair, others) = rest.split_at_mut(n_figures);
        rest = others;
        studies.add_intervals(of_pair, evaluate)?;
    }
    let all = UnitPatterns::from_matrix(matrix);
    let by_study = patterns_by_study(matrix, &all.patterns);
    let (rows, rows_by_study) = distinct_rows(matrix)?;
    let without_bootstrap = AgreementOptions {
        level,
        bootstrap: Bootstrap {
            n_resamples: 0,
            ..options.bootstrap
        },
    };
    studies.add_intervals(rest, |times| {
        let mut counts = vec![0; all.patterns.len()];
        draw(&by_study, times, &mut counts);
        let drawn = all.patterns.iter().zip(counts).filter(|(_, n)| *n > 0);
        let patterns = drawn.map(|(pattern, n_units)| Pattern {
            n_units,
            ..pattern.clone()
        });
        let units = UnitPatterns {
            categories: all.categories.clone(),
            patterns: patterns.collect(),
        };
        let mut figures = pooled_figures(&units, scale, without_bootstrap)?;
        let mut counts = vec![0; rows.n_units()];
        draw(&rows_by_study, times, &mut counts);
        figures.extend(conger_figures(&rows, Some(&counts), scale, level)?);
        Ok(values(figures))
    })
}

fn values(figures: Vec<Coefficient>) -> Vec<Option<f64>> {
    figures.into_iter().map(|figure| figure.value).collect()
}

/// Adds up the groups, each as often as its study was drawn.
fn draw(groups: &[Grouped], times: &[u32], counts: &mut [u64]) {
    for group in groups {
        let times = times.get(group.study as usize).copied().unwrap_or(0);
        if let Some(count) = counts.get_mut(group.place) {
            *count += u64::from(times) * group.n_units;
        }
    }
}

/// Cells of two raters' table, by study.
fn cells_by_study(matrix: &RatingMatrix, a: usize, b: usize) -> Vec<Grouped> {
    let k = matrix.categories().len();
    let rows = matrix.codes().chunks_exact(matrix.raters().len().max(1));
    let place = |(row, study): (&[u16], &u32)| {
        let (a, b) = (usize::from(*row.get(a)?), usize::from(*row.get(b)?));
        (a < k && b < k).then_some((*study, a * k + b))
    };
    let units = rows.zip(matrix.study_of_unit());
    grouped(units.filter_map(place).collect())
}

/// Counts equal pairs of study and place.
fn grouped(mut places: Vec<(u32, usize)>) -> Vec<Grouped> {
    places.sort_unstable();
    let group = |run: &[(u32, usize)]| {
        let (study, place) = *run.first()?;
        let n_units = run.len() as u64;
        Some(Grouped {
            study,
            place,
            n_units,
        })
    };
    let runs = places.chunk_by(|a, b| a == b);
    runs.filter_map(group).collect()
}

/// The different rows of a matrix, and which of them each study holds.
fn distinct_rows(matrix: &RatingMatrix) -> Result<(RatingMatrix, Vec<Grouped>), AgreementError> {
    let mut known: HashMap<&[u16], usize> = HashMap::new();
    let mut codes = Vec::new();
    let mut places = Vec::new();
    let rows = matrix.codes().chunks_exact(matrix.raters().len().max(1));
    for (row, study) in rows.zip(matrix.study_of_unit()) {
        let next = known.len();
        let place = *known.entry(row).or_insert_with(|| {
            codes.extend_from_slice(row);
            next
        });
        places.push((*study, place));
    }
    let (raters, categories) = (matrix.raters().to_vec(), matrix.categories().to_vec());
    let rows = RatingMatrix::from_codes(raters, categories, codes)?;
    Ok((rows, grouped(places)))
}

/// Patterns by study, as places in `all`.
fn patterns_by_study(matrix: &RatingMatrix, all: &[Pattern]) -> Vec<Grouped> {
    let n_raters = matrix.raters().len().max(1);
    let mut rows_of_study: Vec<Vec<u16>> = vec![Vec::new(); matrix.n_studies() as usize];
    for (row, study) in matrix
        .codes()
        .chunks_exact(n_raters)
        .zip(matrix.study_of_unit())
    {
        if let Some(rows) = rows_of_study.get_mut(*study as usize) {
            rows.extend_from_slice(row);
        }
    }
    let places: HashMap<&[(usize, u32)], usize> = all
        .iter()
        .enumerate()
        .map(|(place, pattern)| (pattern.ratings.as_slice(), place))
        .collect();
    let mut groups = Vec::new();
    for (study, rows) in (0..).zip(rows_of_study) {
        for pattern in collapse(&rows, n_raters, matrix.categories().len()) {
            if let Some(&place) = places.get(pattern.ratings.as_slice()) {
                groups.push(Grouped {
                    study,
                    place,
                    n_units: pattern.n_units,
                });
            }
        }
    }
    groups
}
