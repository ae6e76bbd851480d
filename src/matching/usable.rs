//! Which similarities can make a pair.

/// Finite, above 0 and at or above the minimum.
pub(super) fn is_usable(similarity: f64, min_overlap: f64) -> bool {
    similarity.is_finite() && similarity > 0.0 && similarity >= min_overlap
}
