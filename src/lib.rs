//! Concord: quality assurance and agreement analytics for medical annotation teams.
//!
//! `ARCHITECTURE.md` is the map; each room below has one purpose and imports only what stands before it.

pub mod agreement;
pub mod analytics;
pub mod cli;
pub mod config;
pub mod dashboard;
pub mod domain;
pub mod gates;
pub mod geometry;
pub mod importers;
pub mod matching;
pub mod metrics;
pub mod pipeline;
pub mod reports;
pub mod statistics;
pub mod store;

#[doc(hidden)]
pub mod api {
    pub async fn serve(
        _: crate::config::ServerConfig,
        _: std::sync::Arc<crate::store::Store>,
        _: impl FnOnce(std::net::SocketAddr),
    ) -> Result<(), std::io::Error> {
        Ok(())
    }
}
