//! Expectation–maximisation over patterns of votes.

use super::{
    Convergence, PatternProbability, RaterPerformance, Staple, StapleOptions, TIE_MARGIN,
    VotePatterns,
};

/// A probability with its complement, each summed on its own: neither loses digits near 1.
#[derive(Clone, Copy)]
struct Chance {
    yes: f64,
    no: f64,
}

pub(super) struct Estimate<'a> {
    patterns: &'a VotePatterns,
    options: StapleOptions,
    /// Pixels of each pattern within the region.
    n_px: Vec<u64>,
    /// Foreground, by pattern.
    foreground: Vec<Chance>,
    /// By rater: set given foreground, and left out given background.
    sensitivity: Vec<Option<Chance>>,
    specificity: Vec<Option<Chance>>,
    prior: Option<f64>,
    convergence: Convergence,
}

impl<'a> Estimate<'a> {
    pub fn of(patterns: &'a VotePatterns, options: StapleOptions) -> Self {
        let n_px = patterns.in_region(options.region);
        let n_raters = patterns.n_raters as f64;
        let share = |pattern| {
            let yes = patterns.n_votes(pattern);
            Chance {
                yes: yes as f64 / n_raters,
                no: (patterns.n_raters - yes) as f64 / n_raters,
            }
        };
        let foreground: Vec<Chance> = (0..patterns.len()).map(share).collect();
        let n_region: u64 = n_px.iter().sum();
        let n_set: f64 = (n_px.iter().zip(&foreground))
            .map(|(n, share)| *n as f64 * share.yes)
            .sum();
        let mean_share = n_set / n_region as f64;
        let mut estimate = Self {
            patterns,
            options,
            n_px,
            foreground,
            sensitivity: vec![None; patterns.n_raters],
            specificity: vec![None; patterns.n_raters],
            prior: (n_region > 0).then(|| options.prior.unwrap_or(mean_share)),
            convergence: Convergence {
                n_iterations: 0,
                converged: true,
                largest_change: 0.0,
                tolerance: options.tolerance,
                log_likelihood: None,
            },
        };
        if let Some(prior) = estimate.prior {
            estimate.run(prior);
        }
        estimate
    }

    fn run(&mut self, prior: f64) {
        let n_disputed = self.n_disputed_px();
        if n_disputed == 0 {
            // Nothing to decide. Performances are those of the common mask.
            self.maximise();
            let ln = |n: u64, p: f64| if n == 0 { 0.0 } else { n as f64 * p.ln() };
            let (mut n_inside, mut n_outside) = (0, 0);
            for (n, chance) in self.n_px.iter().zip(&self.foreground) {
                *(if chance.yes > 0.5 {
                    &mut n_inside
                } else {
                    &mut n_outside
                }) += n;
            }
            self.convergence.log_likelihood =
                Some(ln(n_inside, prior) + ln(n_outside, 1.0 - prior));
            return;
        }
        self.convergence.converged = false;
        if self.options.max_iterations == 0 {
            self.maximise();
        }
        while !self.convergence.converged
            && self.convergence.n_iterations < self.options.max_iterations
        {
            self.convergence.largest_change = self.maximise();
            self.convergence.log_likelihood = Some(self.expect(prior));
            self.convergence.n_iterations += 1;
            // The first turn has nothing to be compared with.
            self.convergence.converged = self.convergence.n_iterations > 1
                && self.convergence.largest_change <= self.options.tolerance;
        }
    }

    /// Performances from probabilities; the largest change of any.
    fn maximise(&mut self) -> f64 {
        let mut change = 0.0_f64;
        for rater in 0..self.patterns.n_raters {
            let (mut set, mut missed, mut kept_out, mut added) = (0.0, 0.0, 0.0, 0.0);
            for (pattern, (n, chance)) in self.n_px.iter().zip(&self.foreground).enumerate() {
                let (inside, outside) = (*n as f64 * chance.yes, *n as f64 * chance.no);
                if self.patterns.is_set_by(pattern, rater) {
                    set += inside;
                    added += outside;
                } else {
                    missed += inside;
                    kept_out += outside;
                }
            }
            change = change.max(update(&mut self.sensitivity[rater], set, missed));
            change = change.max(update(&mut self.specificity[rater], kept_out, added));
        }
        change
    }

    /// Probabilities from performances; the log-likelihood.
    fn expect(&mut self, prior: f64) -> f64 {
        let logs = |chance: &Option<Chance>| chance.map(|chance| (chance.yes.ln(), chance.no.ln()));
        let sensitivity: Vec<_> = self.sensitivity.iter().map(logs).collect();
        let specificity: Vec<_> = self.specificity.iter().map(logs).collect();
        let mut log_likelihood = 0.0;
        for (pattern, (n, chance)) in self.n_px.iter().zip(&mut self.foreground).enumerate() {
            if *n == 0 {
                continue;
            }
            let (mut inside, mut outside) = (prior.ln(), (1.0 - prior).ln());
            for (rater, (p, q)) in sensitivity.iter().zip(&specificity).enumerate() {
                let is_set = self.patterns.is_set_by(pattern, rater);
                if let Some((hit, miss)) = p {
                    inside += if is_set { hit } else { miss };
                }
                if let Some((kept_out, added)) = q {
                    outside += if is_set { added } else { kept_out };
                }
            }
            let largest = inside.max(outside);
            if largest == f64::NEG_INFINITY {
                // A pattern that occurs always keeps some probability, so this is out of reach; nothing is divided by 0.
                continue;
            }
            log_likelihood +=
                *n as f64 * (largest + ((inside - largest).exp() + (outside - largest).exp()).ln());
            *chance = Chance {
                yes: 1.0 / (1.0 + (outside - inside).exp()),
                no: 1.0 / (1.0 + (inside - outside).exp()),
            };
        }
        log_likelihood
    }

    /// Pixels on which raters differ. They lie in every region.
    fn n_disputed_px(&self) -> u64 {
        let n_px = self.n_px.iter().enumerate();
        n_px.filter(|(pattern, _)| self.patterns.is_disputed(*pattern))
            .map(|(_, n)| n)
            .sum()
    }

    pub fn is_foreground(&self, pattern: usize) -> bool {
        self.foreground[pattern].yes - 0.5 > TIE_MARGIN
    }

    pub fn with<M>(self, consensus: M) -> Staple<M> {
        let value = |chance: &Option<Chance>| chance.map(|chance| chance.yes);
        let performances = self.sensitivity.iter().zip(&self.specificity);
        let in_region = |pattern: &usize| self.n_px[*pattern] > 0;
        let of_pattern = |pattern: usize| PatternProbability {
            raters: (0..self.patterns.n_raters as u32)
                .filter(|rater| self.patterns.is_set_by(pattern, *rater as usize))
                .collect(),
            n_px: self.n_px[pattern],
            probability: self.foreground[pattern].yes,
        };
        let is_tied = |pattern: &usize| (self.foreground[*pattern].yes - 0.5).abs() <= TIE_MARGIN;
        let numbers = 0..self.patterns.len();
        Staple {
            consensus,
            n_tied_px: numbers
                .clone()
                .filter(is_tied)
                .map(|pattern| self.n_px[pattern])
                .sum(),
            raters: performances
                .map(|(sensitivity, specificity)| RaterPerformance {
                    sensitivity: value(sensitivity),
                    specificity: value(specificity),
                })
                .collect(),
            prior: self.prior,
            region: self.options.region,
            n_region_px: self.n_px.iter().sum(),
            n_disputed_px: self.n_disputed_px(),
            convergence: self.convergence,
            patterns: numbers.filter(in_region).map(of_pattern).collect(),
        }
    }
}

/// Sets a chance from weights for and against it; its change. Without any weight it stays undefined, or as it was.
fn update(held: &mut Option<Chance>, yes: f64, no: f64) -> f64 {
    let total = yes + no;
    if total <= 0.0 {
        return 0.0;
    }
    let before = held.map_or(0.0, |chance| chance.yes);
    *held = Some(Chance {
        yes: yes / total,
        no: no / total,
    });
    (yes / total - before).abs()
}
