//! Quantiles, intervals, bootstrap, control-chart limits, evidence and sampling plans.

mod bootstrap;
mod charts;
mod distributions;
mod evidence;
mod incomplete;
mod interval;
mod lot;
mod memory_charts;
mod noncentral_t;
mod quantile;
mod run_rules;
mod sampling;
mod shrinkage;
mod special;
mod status;
mod summary;
#[cfg(test)]
mod tests;

pub use bootstrap::{
    BootstrapEstimate, ResampleSource, cluster_bootstrap, percentile_bootstrap, resample_counts,
    resample_indices,
};
#[cfg(test)]
use charts::chart_of_scores;
pub use charts::{ChartPoint, ControlChart, IndividualsChart, individuals_chart, p_chart, u_chart};
pub use distributions::{
    beta_quantile, chi_squared_quantile, chi_squared_tails, f_quantile, f_tails, normal_cdf,
    normal_quantile, normal_tails, student_t_cdf, student_t_quantile,
};
pub use evidence::{Population, RateVerdict, Rule, judge_rate};
pub use incomplete::{
    Tails, incomplete_beta, incomplete_gamma, inverse_incomplete_beta, inverse_incomplete_gamma,
};
pub use interval::{
    Interval, IntervalMethod, StatisticsError, check_level, clopper_pearson, clopper_pearson_lower,
    clopper_pearson_upper, newcombe_difference, wilson,
};
pub use lot::{hypergeometric_interval, hypergeometric_lower, hypergeometric_upper};
pub use memory_charts::{CusumPoint, cusum_chart, ewma_chart};
pub use noncentral_t::{noncentral_t_cdf, noncentral_t_quantile};
pub use quantile::{median, quantile, weighted_percentile};
pub use run_rules::{RunRules, Signal};
pub use sampling::{SamplingPlan, acceptance_probability, find_single_plan};
pub use shrinkage::{RatePrior, ShrunkRate, fit_rate_prior, shrink_rates};
pub use special::{binomial_pmf, ln_gamma};
pub use status::Status;
pub use summary::{
    BandShare, band_share, coefficient_of_variation, mean, mean_interval, sample_variance,
};
