//! The style sheet, which reports share, and the few lines of script.

use poem::http::header;
use poem::{Response, handler};

const STYLE: &str = concat!(
    include_str!("../../reports/style.css"),
    include_str!("../../reports/pages/pages.css")
);
const SCRIPT: &str = include_str!("../../reports/pages/pages.js");

#[handler]
pub fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE)
}

#[handler]
pub fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

/// Addresses carry the version, so a browser may keep them.
fn asset(content_type: &'static str, text: &'static str) -> Response {
    Response::builder()
        .content_type(content_type)
        .header(header::CACHE_CONTROL, "max-age=3600")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(text)
}
