//! Quantiles, intervals, bootstrap, control-chart limits, evidence and sampling plans.

mod bootstrap;
mod charts;
mod clustered;
#[cfg(test)]
mod clustered_tests;
#[cfg(test)]
mod coverage_tests;
mod distributions;
mod evidence;
mod exact_charts;
mod incomplete;
mod interval;
mod lot;
mod memory_charts;
mod noncentral_t;
#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod published_tests;
mod quantile;
mod run_length;
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
pub use clustered::{
    ClusterCount, ClusteredRate, ClusteredVerdict, MIN_ERRONEOUS_CLUSTERS, clustered_rate,
    further_clean_clusters, judge_clustered_rate,
};
pub use distributions::{
    beta_quantile, chi_squared_quantile, chi_squared_tails, f_quantile, f_tails, normal_cdf,
    normal_quantile, normal_tails, student_t_cdf, student_t_quantile,
};
pub use evidence::{Population, RateVerdict, Rule, judge_rate};
pub use exact_charts::{exact_p_chart, exact_u_chart};
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
pub use run_length::{
    RunLength, cusum_run_length, ewma_run_length, shewhart_run_length, siegmund_run_length,
};
pub use run_rules::{RunRules, Signal};
pub use sampling::{
    AcceptancePlan, CurvePoint, DoublePlan, OutgoingLimit, PlanRisks, SamplingPlan,
    SequentialBehaviour, SequentialDecision, SequentialPlan, acceptance_probability,
    average_outgoing_rate, average_sample_number, average_total_assessed, find_double_plan,
    find_single_plan, operating_curve, outgoing_limit, plan_risks, rate_at_acceptance,
};
pub use shrinkage::{RatePrior, ShrunkRate, fit_rate_prior, shrink_rates};
pub use special::{binomial_pmf, ln_gamma};
pub use status::Status;
pub use summary::{
    BandShare, band_share, coefficient_of_variation, mean, mean_interval, sample_variance,
};
