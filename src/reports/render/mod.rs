//! The model as one HTML file, as Markdown and as JSON.

mod html;
mod json;
mod markdown;
mod rows;
mod sheet;
mod tables;
mod words;

pub use html::{Audience, CardView, Plot, STYLE, html};
pub use json::json;
pub use markdown::markdown;
pub use sheet::protocol_sheet;
pub use tables::{CellView, Column, TableView};

/// Why a report could not be rendered; both causes are faults of this program.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the report template failed")]
    Template(#[from] askama::Error),
    #[error("the report could not be written as JSON")]
    Json(#[from] serde_json::Error),
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
