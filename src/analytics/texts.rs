//! Text spans of a pair, and of two raters on a whole text.

use super::verdict::{Outcome, within};
use crate::domain::{Annotation, Protocol, Shape, TextSpan, Tolerance, UnitScore};
use crate::metrics::{
    LabelledSpan, MetricError, SpanComparison, TokenTable, character_table, compare_spans,
};

/// Measures the candidate's span `b` against the reference's `a`.
pub(super) fn measure_span(a: &TextSpan, b: &TextSpan, unit: &mut UnitScore) {
    // Texts are far shorter than 2⁵³ characters, up to which this is exact.
    unit.start_difference_chars = Some(b.start as f64 - a.start as f64);
    unit.end_difference_chars = Some(b.end as f64 - a.end as f64);
    let hull = a.end.max(b.end).saturating_sub(a.start.min(b.start));
    unit.frame_size = Some(hull as f64);
}

/// The verdict on a pair: start and end, the further of the two.
pub(super) fn span_outcome(unit: &UnitScore, tolerance: &Tolerance) -> Outcome {
    let furthest = unit
        .start_difference_chars
        .zip(unit.end_difference_chars)
        .map(|(start, end)| start.abs().max(end.abs()));
    within(
        furthest,
        tolerance.text_chars,
        "characters",
        "the start or the end lies",
        false,
    )
}

/// Two raters' spans of one text, counted against each other.
#[derive(Clone, Debug, PartialEq)]
pub struct TextCounts {
    pub spans: SpanComparison,
    /// Character by character within the hull of all spans, since the length of the text is not known.
    pub characters: TokenTable,
}

/// Counts two raters' spans of one text; `None` where neither marked any.
///
/// # Definition
/// [`compare_spans`] and [`character_table`] by the protocol's names of labels. Structurally invalid spans are left out.
/// # Errors
/// More labels on one character than [`character_table`] takes.
pub fn text_counts(
    protocol: &Protocol,
    a: &[&Annotation],
    b: &[&Annotation],
) -> Result<Option<TextCounts>, MetricError> {
    let spans = |annotations: &[&Annotation]| -> Vec<LabelledSpan> {
        let sound = annotations.iter().filter(|one| one.invalid.is_none());
        sound
            .filter_map(|one| match &one.shape {
                Shape::TextSpan(span) if span.n_chars() > 0 => Some(LabelledSpan {
                    start: span.start,
                    end: span.end,
                    label: protocol.canonical_label(&one.label).to_owned(),
                }),
                _ => None,
            })
            .collect()
    };
    let (a, b) = (spans(a), spans(b));
    let both = || a.iter().chain(&b);
    let (Some(from), Some(to)) = (
        both().map(|span| span.start).min(),
        both().map(|span| span.end).max(),
    ) else {
        return Ok(None);
    };
    Ok(Some(TextCounts {
        spans: compare_spans(&a, &b)?,
        characters: character_table([from, to], &a, &b)?,
    }))
}
