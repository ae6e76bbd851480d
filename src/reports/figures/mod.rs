//! Figures: each function takes plain model rows and returns one SVG element.
//!
//! Titles state the finding; colours are custom properties of the page (`paint`), so that light and dark work.

pub mod agreement_by_label;
mod axis;
mod canvas;
pub mod confusion;
pub mod control_chart;
pub mod distribution;
mod legend;
pub mod outline;
pub mod overlay;
mod paint;
mod picture;
pub mod rater_heatmap;
pub mod rater_rates;
pub mod sparkline;
pub mod stage_rates;
pub mod throughput;
pub mod verdict_bar;

pub use canvas::{Naming, escape, identifier};
pub use paint::{DASHES, RATERS};

/// Error rates are drawn on one fixed axis, so that cards and weeks can be compared by eye.
pub const RATE_AXIS: (f64, f64) = (0.0, 0.05);

#[cfg(test)]
mod tests;
