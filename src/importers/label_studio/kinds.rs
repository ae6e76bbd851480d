//! The kinds of results that Label Studio writes, by what is made of them.

/// Kinds that draw on an image, each with or without labels of its own.
const REGIONS: &[&str] = &[
    "rectangle",
    "polygon",
    "ellipse",
    "brush",
    "magicwand",
    "bitmask",
    "vector",
    "keypoint",
    "videorectangle",
];

/// Controls that ask about the whole task, or about a region when they share its id.
const QUESTIONS: &[&str] = &[
    "choices", "rating", "number", "taxonomy", "datetime", "pairwise", "ranker",
];

/// A kind without the `labels` that a control with labels of its own adds: `rectanglelabels` draws what `rectangle` draws.
pub(super) fn drawn_kind(kind: &str) -> &str {
    kind.strip_suffix("labels")
        .filter(|stem| !stem.is_empty())
        .unwrap_or(kind)
}

/// Whether a result draws something.
pub(super) fn is_region(kind: &str) -> bool {
    REGIONS.contains(&drawn_kind(kind))
}

/// Whether a result answers a question.
pub(super) fn is_question(kind: &str) -> bool {
    QUESTIONS.contains(&kind)
}

/// Why a result of this kind is not read; `None` for kinds that are.
pub(super) fn unread(kind: &str) -> Option<&'static str> {
    if is_region(kind) || is_question(kind) || kind == "labels" {
        return None;
    }
    Some(match kind {
        "relation" => "joins two regions; relations are not read",
        "textarea" => "is a typed text, which may hold personal data and is not kept",
        "hypertextlabels" => "marks a span of HTML, which is not read",
        "paragraphlabels" => "marks a stretch of a dialogue, which is not read",
        "timeserieslabels" => "marks a stretch of a time series, which is not read",
        "timelinelabels" => "marks a stretch of a video's time line, which is not read",
        _ => "results of this type are not read",
    })
}
