//! Left taken for right: a hint, not an error. Paired points that fit better when their names are exchanged.

use serde::Serialize;

use super::{NamedPoint, by_name};
use crate::metrics::MetricError;

/// A left and a right point that the candidate placed nearer to each other's reference than to their own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExchangedSides {
    /// In the order in which the reference lists them.
    pub first: String,
    pub second: String,
    /// Sum of both distances under their own names.
    pub as_named_px: f64,
    /// Sum of both distances with the candidate's names exchanged; smaller than `as_named_px`.
    pub exchanged_px: f64,
}

/// The name of the same point on the other side of the body; `None` for a name without a side.
///
/// # Definition
/// The name is cut at `_`, `-`, `.`, `:`, `/` and spaces. Of its parts exactly one must be `left`, `right`, `l` or `r`, in lower case, upper
/// case or capitalised; it is turned into the other, written alike.
/// # Properties
/// The other side's name leads back.
/// # Example
/// ```
/// use concord::metrics::mirror_name;
/// assert_eq!(mirror_name("left_eye").as_deref(), Some("right_eye"));
/// assert_eq!(mirror_name("Hip.R").as_deref(), Some("Hip.L"));
/// assert_eq!(mirror_name("nose"), None);
/// ```
/// # Checked against
/// COCO's seventeen names, in `keypoints/tests.rs`.
pub fn mirror_name(name: &str) -> Option<String> {
    const SIDES: [(&str, &str); 10] = [
        ("left", "right"),
        ("right", "left"),
        ("Left", "Right"),
        ("Right", "Left"),
        ("LEFT", "RIGHT"),
        ("RIGHT", "LEFT"),
        ("l", "r"),
        ("r", "l"),
        ("L", "R"),
        ("R", "L"),
    ];
    let mut mirrored = String::with_capacity(name.len() + 1);
    let mut n_sides = 0;
    for piece in name.split_inclusive(['_', '-', '.', ':', '/', ' ']) {
        let word = piece.trim_end_matches(['_', '-', '.', ':', '/', ' ']);
        let other = SIDES.iter().find(|(side, _)| *side == word);
        n_sides += usize::from(other.is_some());
        mirrored.push_str(other.map_or(word, |(_, other)| other));
        mirrored.push_str(&piece[word.len()..]);
    }
    (n_sides == 1).then_some(mirrored)
}

/// The paired points that the candidate placed as if left were right.
///
/// # Definition
/// For each pair (p, p′) of [`mirror_name`] that both annotators placed: |p − q′| + |p′ − q| < |p − q| + |p′ − q′|, with q the candidate's
/// points, in px of the image plane.
/// # Input
/// Two sets in one frame.
/// # Edge cases
/// A pair of which either annotator left out a point is not judged. Equal sums are no hint.
/// # Properties
/// Symmetric in the sums. Nothing else is changed by it: distances, similarity and verdict stay those of the names as given.
/// # Errors
/// `RepeatedPoint`; a coordinate that is not finite.
/// # Example
/// ```
/// use concord::metrics::{NamedPoint, exchanged_sides};
/// let point = |name: &str, x: f64| NamedPoint { name: name.into(), x, y: 0.0, z_mm: None, visible: None };
/// let reference = [point("left_eye", 0.0), point("right_eye", 10.0)];
/// let candidate = [point("left_eye", 9.0), point("right_eye", 1.0)];
/// let found = exchanged_sides(&reference, &candidate)?;
/// assert_eq!((found[0].as_named_px, found[0].exchanged_px), (18.0, 2.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// "Inversion" among the errors of Ronchi & Perona 2017, doi:10.48550/arXiv.1707.05388; here by distance alone, without a threshold.
/// # Checked against
/// By hand in `keypoints/tests.rs`.
pub fn exchanged_sides(
    reference: &[NamedPoint],
    candidate: &[NamedPoint],
) -> Result<Vec<ExchangedSides>, MetricError> {
    let (ours, theirs) = (by_name(reference)?, by_name(candidate)?);
    let mut found = Vec::new();
    for (at, first) in reference.iter().enumerate() {
        let Some(other) = mirror_name(&first.name) else {
            continue;
        };
        // Each pair once, where the first of it stands.
        if reference[..at].iter().any(|earlier| earlier.name == other) {
            continue;
        }
        let (Some(second), Some(to_first), Some(to_second)) = (
            ours.get(other.as_str()),
            theirs.get(first.name.as_str()),
            theirs.get(other.as_str()),
        ) else {
            continue;
        };
        let apart = |a: &NamedPoint, b: &NamedPoint| (a.x - b.x).hypot(a.y - b.y);
        let as_named_px = apart(first, to_first) + apart(second, to_second);
        let exchanged_px = apart(first, to_second) + apart(second, to_first);
        if exchanged_px < as_named_px && as_named_px.is_finite() {
            found.push(ExchangedSides {
                first: first.name.clone(),
                second: other,
                as_named_px,
                exchanged_px,
            });
        }
    }
    Ok(found)
}
