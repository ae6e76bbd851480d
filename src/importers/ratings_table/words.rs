//! Headings that give away what a column holds.

/// Words that tell a long table with columns of its own naming from a table with one column a rater.
pub(super) const RATER_WORDS: [&str; 14] = [
    "rater",
    "reader",
    "annotator",
    "observer",
    "reviewer",
    "grader",
    "coder",
    "judge",
    "assessor",
    "evaluator",
    "user",
    "labeler",
    "labeller",
    "worker",
];
/// What a rater says.
pub(super) const LABEL_WORDS: [&str; 11] = [
    "label",
    "rating",
    "score",
    "grade",
    "diagnosis",
    "class",
    "category",
    "value",
    "response",
    "answer",
    "annotation",
];
/// Corners of boxes, which are no ratings.
pub(super) const BOX_WORDS: [&str; 6] = ["xmin", "ymin", "xmax", "ymax", "bbox", "x1"];
/// Under what an item was read.
pub(super) const CONDITION_WORDS: [&str; 4] = ["condition", "modality", "treatment", "technique"];
