//! Why the columns of a table cannot be told apart.

use super::layout::KNOWN;

/// What is to be named so that a table can be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LayoutError {
    #[error("`{field}` is not a known column; known are {}", KNOWN.join(", "))]
    UnknownField { field: String },
    #[error("there is no column `{column}`; the table has {}", quoted(names))]
    NoColumn { column: String, names: Vec<String> },
    #[error(
        "{} do not say which column is the item, the rater and the label; name them, as in --column rater=Reader",
        quoted(names)
    )]
    Unclear { names: Vec<String> },
    #[error("{} hold boxes, not ratings", quoted(names))]
    Boxes { names: Vec<String> },
    #[error("two columns are called `{name}`; rename one")]
    SameName { name: String },
    #[error(
        "{} share no values, so they do not seem to be raters; name the item, the rater and the label, as in --column rater=Reader",
        quoted(names)
    )]
    Unlike { names: Vec<String> },
    #[error(
        "there are {found} columns of ratings; at least two are needed, or the columns item, rater and label"
    )]
    TooFewRaters { found: usize },
    #[error(
        "{} may hold ratings of one rater each, or counts of one category each, since all rows have one sum; write layout = \
         \"wide\" or layout = \"counts\" in a mapping",
        quoted(names)
    )]
    MaybeCounts { names: Vec<String> },
    #[error(
        "{} seem to cross readers with conditions; write in a mapping how to tell them apart, as in rater_pattern = \
         '(?P<rater>.+)_(?P<condition>.+)', or '(?P<rater>.+)' if each is a rater",
        quoted(names)
    )]
    Crossed { names: Vec<String> },
    #[error("rater_pattern: {detail}")]
    Pattern { detail: String },
    #[error(
        "the layout patterns needs a column frequency beside the raters; name it, as in --column frequency=N"
    )]
    NoFrequency,
}

fn quoted(names: &[String]) -> String {
    if names.is_empty() {
        return "no header row".to_owned();
    }
    let shown: Vec<String> = names
        .iter()
        .take(12)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > 12 { ", …" } else { "" };
    format!("the columns {}{more}", shown.join(", "))
}
