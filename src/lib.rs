//! Concord: quality assurance and agreement analytics for medical annotation teams.
//!
//! `ARCHITECTURE.md` is the map; each room below has one purpose and imports only what stands before it.

pub mod agreement;
pub mod analytics;
pub mod api;
pub mod cli;
pub mod config;
pub mod consensus;
pub mod dashboard;
pub mod definitions;
pub mod domain;
#[cfg(test)]
#[path = "../tests/draw/mod.rs"]
mod draw;
pub mod exporters;
pub mod gates;
pub mod geometry;
pub mod importers;
pub mod matching;
pub mod metrics;
pub mod pipeline;
pub mod reports;
pub mod statistics;
pub mod store;
