//! Expectation–maximisation over patterns of votes: units with equal votes have equal posteriors, so each pattern is worked out once.

use std::collections::HashMap;

use super::{Convergence, DawidSkene, EmOptions, RaterConfusion, Ratings};
use crate::consensus::Votes;

/// Distinct patterns of votes, in an order that does not depend on that of the units.
pub(super) struct Patterns<'a> {
    votes: Vec<&'a [Votes]>,
    n_units: Vec<f64>,
    of_unit: Vec<Option<u32>>,
}

impl<'a> Patterns<'a> {
    pub fn of(ratings: &'a Ratings) -> Self {
        let mut numbers: HashMap<&[Votes], u32> = HashMap::new();
        let mut votes: Vec<&[Votes]> = Vec::new();
        let mut of_unit: Vec<Option<u32>> = Vec::with_capacity(ratings.n_units());
        for unit in 0..ratings.n_units() {
            let of_this = ratings.of_unit(unit);
            if of_this.is_empty() {
                of_unit.push(None);
                continue;
            }
            let number = *numbers.entry(of_this).or_insert_with(|| {
                votes.push(of_this);
                votes.len() as u32 - 1
            });
            of_unit.push(Some(number));
        }
        let mut order: Vec<u32> = (0..votes.len() as u32).collect();
        order.sort_unstable_by_key(|number| votes[*number as usize]);
        let mut rank = vec![0_u32; order.len()];
        for (to, from) in (0..).zip(&order) {
            rank[*from as usize] = to;
        }
        let mut n_units = vec![0.0; votes.len()];
        for number in of_unit.iter_mut().flatten() {
            *number = rank[*number as usize];
            n_units[*number as usize] += 1.0;
        }
        let votes = order.iter().map(|from| votes[*from as usize]).collect();
        Self {
            votes,
            n_units,
            of_unit,
        }
    }

    pub fn len(&self) -> usize {
        self.votes.len()
    }
}

/// What is estimated. Only categories that occur are held, by their rank.
struct Model<'a> {
    patterns: &'a Patterns<'a>,
    /// Rank of each category among those that occur.
    ranks: &'a [usize],
    n_raters: usize,
    /// Number of categories that occur.
    k: usize,
    smoothing: f64,
    /// By pattern and class.
    posteriors: Vec<f64>,
    class_shares: Vec<f64>,
    /// Expected counts by rater, category given and true class, without smoothing.
    expected: Vec<f64>,
    /// Rates in the same order.
    rates: Vec<f64>,
    /// Their logarithms, and those of the shares.
    ln_rates: Vec<f64>,
    ln_shares: Vec<f64>,
}

impl Model<'_> {
    /// Posteriors from the shares of votes.
    fn start(&mut self) {
        for (pattern, posterior) in self
            .patterns
            .votes
            .iter()
            .zip(self.posteriors.chunks_exact_mut(self.k))
        {
            let n: f64 = pattern.iter().map(|votes| f64::from(votes.n)).sum();
            for votes in *pattern {
                posterior[self.ranks[usize::from(votes.category)]] += f64::from(votes.n) / n;
            }
        }
    }

    /// Shares and rates from posteriors; the largest change of any.
    fn maximise(&mut self) -> f64 {
        let k = self.k;
        self.expected.fill(0.0);
        let mut shares = vec![0.0; k];
        let weighted = self.patterns.votes.iter().zip(&self.patterns.n_units);
        for ((pattern, n_units), posterior) in weighted.zip(self.posteriors.chunks_exact(k)) {
            for (share, p) in shares.iter_mut().zip(posterior) {
                *share += n_units * p;
            }
            for votes in *pattern {
                let at = (votes.rater as usize * k + self.ranks[usize::from(votes.category)]) * k;
                let weight = n_units * f64::from(votes.n);
                for (cell, p) in self.expected[at..at + k].iter_mut().zip(posterior) {
                    *cell += weight * p;
                }
            }
        }
        let n_units: f64 = self.patterns.n_units.iter().sum();
        let mut change = 0.0_f64;
        for ((held, ln_held), share) in self
            .class_shares
            .iter_mut()
            .zip(&mut self.ln_shares)
            .zip(shares)
        {
            let share = share / n_units;
            change = change.max((share - *held).abs());
            (*held, *ln_held) = (share, share.ln());
        }
        for rater in 0..self.n_raters {
            let at = rater * k * k;
            let expected = &self.expected[at..at + k * k];
            for class in 0..k {
                let of_class = expected.iter().skip(class).step_by(k);
                let met: f64 = of_class.clone().sum();
                let total = met + self.smoothing * k as f64;
                for (given, count) in of_class.enumerate() {
                    // A rater who never met a class says nothing about it.
                    let rate = if met > 0.0 {
                        (count + self.smoothing) / total
                    } else {
                        1.0 / k as f64
                    };
                    let cell = at + given * k + class;
                    change = change.max((rate - self.rates[cell]).abs());
                    self.rates[cell] = rate;
                    self.ln_rates[cell] = rate.ln();
                }
            }
        }
        change
    }

    /// Log-likelihood under the present shares and rates; posteriors from them if they are to be kept.
    fn expect(&mut self, keep: bool) -> f64 {
        let k = self.k;
        let mut joint = vec![0.0; k];
        let mut log_likelihood = 0.0;
        let weighted = self.patterns.votes.iter().zip(&self.patterns.n_units);
        for ((pattern, n_units), posterior) in weighted.zip(self.posteriors.chunks_exact_mut(k)) {
            joint.copy_from_slice(&self.ln_shares);
            for votes in *pattern {
                let at = (votes.rater as usize * k + self.ranks[usize::from(votes.category)]) * k;
                let n = f64::from(votes.n);
                for (sum, ln_rate) in joint.iter_mut().zip(&self.ln_rates[at..at + k]) {
                    *sum += n * ln_rate;
                }
            }
            let largest = joint.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if largest == f64::NEG_INFINITY {
                // Some class that the votes support always keeps its share and its rates, so this is out of reach; nothing is divided by 0.
                continue;
            }
            let sum: f64 = joint.iter().map(|ln| (ln - largest).exp()).sum();
            log_likelihood += n_units * (largest + sum.ln());
            if keep {
                for (p, ln) in posterior.iter_mut().zip(&joint) {
                    *p = (ln - largest).exp() / sum;
                }
            }
        }
        log_likelihood
    }
}

pub(super) fn estimate(
    ratings: &Ratings,
    patterns: Patterns<'_>,
    options: EmOptions,
) -> DawidSkene {
    let n_categories = ratings.n_categories();
    let mut occurs = vec![false; n_categories];
    let mut n_ratings = vec![0_u64; ratings.n_raters()];
    for (pattern, n_units) in patterns.votes.iter().zip(&patterns.n_units) {
        for votes in *pattern {
            occurs[usize::from(votes.category)] = true;
            n_ratings[votes.rater as usize] += *n_units as u64 * u64::from(votes.n);
        }
    }
    let classes: Vec<usize> = (0..n_categories)
        .filter(|category| occurs[*category])
        .collect();
    let mut ranks = vec![0; n_categories];
    for (rank, category) in classes.iter().enumerate() {
        ranks[*category] = rank;
    }
    let (k, n_raters) = (classes.len(), ratings.n_raters());
    let mut model = Model {
        patterns: &patterns,
        ranks: &ranks,
        n_raters,
        k,
        smoothing: options.smoothing,
        posteriors: vec![0.0; patterns.len() * k],
        class_shares: vec![0.0; k],
        expected: vec![0.0; n_raters * k * k],
        rates: vec![0.0; n_raters * k * k],
        ln_rates: vec![0.0; n_raters * k * k],
        ln_shares: vec![0.0; k],
    };
    let mut convergence = Convergence {
        n_iterations: 0,
        converged: patterns.len() == 0,
        largest_change: 0.0,
        tolerance: options.tolerance,
        log_likelihood: None,
    };
    if patterns.len() > 0 {
        model.start();
        model.maximise();
        while !convergence.converged && convergence.n_iterations < options.max_iterations {
            model.expect(true);
            convergence.largest_change = model.maximise();
            convergence.converged = convergence.largest_change <= options.tolerance;
            convergence.n_iterations += 1;
        }
        convergence.log_likelihood = Some(model.expect(false));
    }
    written_out(&model, &classes, n_categories, &n_ratings, convergence)
}

/// The result over all categories, those that never occur included.
fn written_out(
    model: &Model<'_>,
    classes: &[usize],
    n_categories: usize,
    n_ratings: &[u64],
    convergence: Convergence,
) -> DawidSkene {
    let k = model.k;
    let mut class_shares = vec![0.0; n_categories];
    for (share, category) in model.class_shares.iter().zip(classes) {
        class_shares[*category] = *share;
    }
    let mut posteriors = vec![0.0; model.patterns.len() * n_categories];
    if k > 0 {
        let of_patterns = model.posteriors.chunks_exact(k);
        for (from, to) in of_patterns.zip(posteriors.chunks_exact_mut(n_categories)) {
            for (p, category) in from.iter().zip(classes) {
                to[*category] = *p;
            }
        }
    }
    let mut pooled = vec![0.0; k * k];
    let mut raters = Vec::with_capacity(model.n_raters);
    for (rater, n_ratings) in n_ratings.iter().enumerate() {
        let mut expected = vec![0.0; n_categories * n_categories];
        let mut is_met = vec![false; n_categories];
        for (class, truly) in classes.iter().enumerate() {
            for (given_class, given) in classes.iter().enumerate() {
                let count = model.expected[(rater * k + given_class) * k + class];
                is_met[*truly] |= count > 0.0;
                pooled[class * k + given_class] += count;
                expected[truly * n_categories + given] = count + model.smoothing;
            }
        }
        raters.push(RaterConfusion::new(
            n_categories,
            *n_ratings,
            expected,
            is_met,
        ));
    }
    let has_slipped = |class: &usize| {
        let row = &pooled[class * k..(class + 1) * k];
        row.iter().any(|count| *count > row[*class])
    };
    let slipped = (0..k)
        .filter(has_slipped)
        .map(|class| classes[class] as u16);
    DawidSkene {
        class_shares,
        raters,
        convergence,
        n_units_rated: model.patterns.n_units.iter().map(|n| *n as u64).sum(),
        slipped_categories: slipped.collect(),
        posteriors,
        patterns: model.patterns.of_unit.clone(),
    }
}
