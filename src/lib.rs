//! Concord: quality assurance and agreement analytics for medical annotation teams.
//!
//! `ARCHITECTURE.md` is the map; each room below has one purpose and imports only what stands before it.

pub mod domain;
pub mod geometry;
pub mod importers;
