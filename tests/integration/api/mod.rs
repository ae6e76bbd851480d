//! The server over real HTTP: every resource, every error, every form of an answer.

mod document;
mod gates_and_calibrations;
mod imports;
mod metrics;
mod projects;
mod schema;
mod server;
mod stop;
mod studies;
