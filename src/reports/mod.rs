//! The weekly report: its model, its figures, and its renderings as HTML, Markdown and JSON.

pub mod figures;
pub mod format;
pub mod model;
pub mod render;
