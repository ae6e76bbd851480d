//! What the meeting talks about: cases and decisions.

use super::Figure;
use serde::{Deserialize, Serialize};

/// A disagreement worth five minutes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgendaCase {
    pub item: String,
    pub study: String,
    pub label: String,
    pub technique: String,
    pub raters: Vec<String>,
    pub pairs: Vec<PairScores>,
    /// The rule of the protocol that applies, in words with its tolerance.
    pub rule: String,
    /// Why this case was chosen: size of the disagreement × clinical weight.
    pub why: String,
    /// All outlines over the image, as made by `overlay_svg`.
    pub overlay_svg: Option<String>,
    /// Which slice is shown, or why there is no picture.
    pub overlay_note: Option<String>,
    /// The item's page, where one is served.
    pub link: Option<String>,
}

/// How two raters compare on one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairScores {
    pub a: String,
    pub b: String,
    /// The same metrics in the same order for every pair of a case.
    pub measures: Vec<Measure>,
}

/// One metric by its printed name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    pub name: String,
    pub figure: Figure,
}

/// What an earlier session decided, and what was measured since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub week: String,
    pub text: String,
    /// What it should move, such as `κ effusion`.
    pub metric: String,
    pub before: Figure,
    /// `None` until something was measured.
    pub since: Option<Figure>,
    /// Whether the interval of since − before leaves 0 out.
    pub moved: Option<bool>,
    pub open: bool,
}
