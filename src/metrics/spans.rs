//! Labelled spans of text: precision, recall and F1, by equal boundaries, by overlap and by character.

mod tokens;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use serde::{Deserialize, Serialize};

use super::{LabelMean, MetricError, MetricValue, Undefined};
pub use tokens::{TokenTable, character_table, token_table, tokens};

/// A stretch of text with its label.
///
/// # Input
/// Offsets count Unicode scalar values (`char`s) from the start of the text: `start` is the first that belongs to it, `end` the first that
/// does not. UTF-16 offsets, as JavaScript tools write them, must be turned into these first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LabelledSpan {
    pub start: u64,
    pub end: u64,
    pub label: String,
}

/// How much the reference has, the candidate has, and both have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpanCounts {
    pub n_reference: u64,
    pub n_candidate: u64,
    pub n_matched: u64,
}

impl SpanCounts {
    /// Share of the candidate's that the reference has too.
    ///
    /// # Definition
    /// n_matched / n_candidate.
    /// # Edge cases
    /// The candidate has none: `CandidateEmpty`, or `BothEmpty`. seqeval gives 0 there.
    /// # Example
    /// ```
    /// use concord::metrics::SpanCounts;
    /// let counts = SpanCounts { n_reference: 4, n_candidate: 2, n_matched: 1 };
    /// assert_eq!((counts.precision().value(), counts.recall().value()), (Some(0.5), Some(0.25)));
    /// assert_eq!(counts.f1().value(), Some(1.0 / 3.0));
    /// ```
    pub fn precision(&self) -> MetricValue {
        match (self.n_candidate, self.n_reference) {
            (0, 0) => Undefined::BothEmpty.into(),
            (0, _) => Undefined::CandidateEmpty.into(),
            (n, _) => MetricValue::Defined(self.n_matched as f64 / n as f64),
        }
    }

    /// Share of the reference's that the candidate has too.
    ///
    /// # Definition
    /// n_matched / n_reference.
    /// # Edge cases
    /// The reference has none: `ReferenceEmpty`, or `BothEmpty`. seqeval gives 0 there.
    pub fn recall(&self) -> MetricValue {
        match (self.n_reference, self.n_candidate) {
            (0, 0) => Undefined::BothEmpty.into(),
            (0, _) => Undefined::ReferenceEmpty.into(),
            (n, _) => MetricValue::Defined(self.n_matched as f64 / n as f64),
        }
    }

    /// Harmonic mean of precision and recall.
    ///
    /// # Definition
    /// 2 · n_matched / (n_reference + n_candidate), which is Dice on spans.
    /// # Input
    /// Counts of one label or of all, matched in one of the three ways of [`compare_spans`].
    /// # Edge cases
    /// Both have none: `BothEmpty`. One has none: 0.
    /// # Properties
    /// In [0, 1]; symmetric, unlike precision and recall, which change places.
    /// # Errors
    /// None.
    /// # Example
    /// ```
    /// use concord::metrics::SpanCounts;
    /// let counts = SpanCounts { n_reference: 4, n_candidate: 2, n_matched: 1 };
    /// assert_eq!(counts.f1().value(), Some(1.0 / 3.0));
    /// ```
    /// # Reference
    /// van Rijsbergen 1979, *Information Retrieval*; without true negatives it is the limit of κ: Hripcsak & Rothschild 2005,
    /// doi:10.1197/jamia.M1733.
    /// # Checked against
    /// seqeval 1.2.2 (0 where there is nothing to divide by), `tests/oracles/spans/figures.json`.
    pub fn f1(&self) -> MetricValue {
        let n = self.n_reference + self.n_candidate;
        if n == 0 {
            return Undefined::BothEmpty.into();
        }
        MetricValue::Defined(2.0 * self.n_matched as f64 / n as f64)
    }

    fn add(&mut self, other: &Self) {
        self.n_reference += other.n_reference;
        self.n_candidate += other.n_candidate;
        self.n_matched += other.n_matched;
    }
}

/// The three ways in which spans of one label are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LabelSpans {
    /// Spans with equal start and end.
    pub exact: SpanCounts,
    /// Spans that share a character, one to one.
    pub overlap: SpanCounts,
    /// Characters within spans.
    pub characters: SpanCounts,
}

/// Which of the three counts of [`LabelSpans`] a figure is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanMatch {
    Exact,
    Overlap,
    Characters,
}

impl LabelSpans {
    /// One of the three counts.
    pub fn counts(&self, by: SpanMatch) -> SpanCounts {
        match by {
            SpanMatch::Exact => self.exact,
            SpanMatch::Overlap => self.overlap,
            SpanMatch::Characters => self.characters,
        }
    }
}

/// Two annotators' spans of one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpanComparison {
    /// By label; every label that either used.
    pub labels: BTreeMap<String, LabelSpans>,
}

/// Counts two annotators' spans of one text against each other, label by label.
///
/// # Definition
/// Always within equal labels. *Exact*: equal start and end; a span that stands n times in one and m times in the other counts min(n, m)
/// times. *Overlap*: the greatest number of one-to-one pairs that share at least one character; the sum of shared characters does not
/// enter. *Characters*: characters within at least one span of the label.
/// # Input
/// Offsets of both into one text; nested, overlapping and repeated spans are allowed.
/// # Edge cases
/// No spans on either side: no labels, and figures that are `BothEmpty`.
/// # Properties
/// Independent of both orders. n_reference and n_candidate change places with the sides; n_matched stays. exact ≤ overlap. Not changed by
/// moving all spans alike, nor by renaming labels.
/// # Errors
/// `EmptySpan` for a span whose end does not lie behind its start.
/// # Example
/// ```
/// use concord::metrics::{LabelledSpan, SpanMatch, compare_spans};
/// let span = |start, end| LabelledSpan { start, end, label: "drug".into() };
/// let found = compare_spans(&[span(0, 5), span(9, 12)], &[span(0, 5), span(8, 12)])?;
/// assert_eq!(found.micro(SpanMatch::Exact).f1().value(), Some(0.5));
/// assert_eq!(found.micro(SpanMatch::Overlap).f1().value(), Some(1.0));
/// // 8 characters and 9, of which 8 are shared.
/// assert_eq!(found.micro(SpanMatch::Characters).f1().value(), Some(16.0 / 17.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Exact: Tjong Kim Sang & De Meulder 2003 (CoNLL), doi:10.3115/1119176.1119195. Overlap: the type match of Segura-Bedmar et al. 2013
/// (SemEval task 9, ACL anthology S13-2056), made one to one by the greatest number of pairs, so that one long span cannot stand for many.
/// # Checked against
/// seqeval 1.2.2 (exact), nervaluate 1.2.1 (exact; overlap where spans lie apart), SciPy 1.17.1 (`maximum_bipartite_matching`, overlap), numpy
/// (characters), `tests/oracles/spans/figures.json`.
pub fn compare_spans(
    reference: &[LabelledSpan],
    candidate: &[LabelledSpan],
) -> Result<SpanComparison, MetricError> {
    let (ours, theirs) = (by_label(reference)?, by_label(candidate)?);
    let mut found = SpanComparison::default();
    let nothing = Vec::new();
    for label in ours.keys().chain(theirs.keys()) {
        if found.labels.contains_key(*label) {
            continue;
        }
        let a = ours.get(label).unwrap_or(&nothing);
        let b = theirs.get(label).unwrap_or(&nothing);
        let spans = |n_matched| SpanCounts {
            n_reference: a.len() as u64,
            n_candidate: b.len() as u64,
            n_matched,
        };
        let (merged_a, merged_b) = (merged(a), merged(b));
        let counts = LabelSpans {
            exact: spans(n_equal(a, b)),
            overlap: spans(n_overlapping(a, b)),
            characters: SpanCounts {
                n_reference: length(&merged_a),
                n_candidate: length(&merged_b),
                n_matched: shared_length(&merged_a, &merged_b),
            },
        };
        found.labels.insert((*label).to_owned(), counts);
    }
    Ok(found)
}

impl SpanComparison {
    /// The counts of all labels together.
    ///
    /// # Definition
    /// Sums over the labels; a figure of them is the micro mean.
    pub fn micro(&self, by: SpanMatch) -> SpanCounts {
        let mut sum = SpanCounts::default();
        for label in self.labels.values() {
            sum.add(&label.counts(by));
        }
        sum
    }

    /// Mean F1 over the labels that either used.
    ///
    /// # Definition
    /// Macro mean: every label weighs alike, however often it occurs.
    /// # Edge cases
    /// A label that one side never used has an F1 of 0, which enters. No labels: `BothEmpty`, n = 0.
    /// # Checked against
    /// seqeval 1.2.2 (`average="macro"`), `tests/oracles/spans/figures.json`.
    pub fn macro_f1(&self, by: SpanMatch) -> LabelMean {
        LabelMean::of(self.labels.values().map(|label| label.counts(by).f1()))
    }
}

/// `(start, end)`, sorted.
type Bounds = (u64, u64);

fn by_label(spans: &[LabelledSpan]) -> Result<BTreeMap<&str, Vec<Bounds>>, MetricError> {
    let mut found: BTreeMap<&str, Vec<Bounds>> = BTreeMap::new();
    for span in spans {
        check(span)?;
        let bounds = found.entry(span.label.as_str()).or_default();
        bounds.push((span.start, span.end));
    }
    for bounds in found.values_mut() {
        bounds.sort_unstable();
    }
    Ok(found)
}

fn check(span: &LabelledSpan) -> Result<(), MetricError> {
    if span.start < span.end {
        return Ok(());
    }
    Err(MetricError::EmptySpan {
        start: span.start,
        end: span.end,
    })
}

/// Spans that occur in both, each as often as in the side that has fewer of it.
fn n_equal(a: &[Bounds], b: &[Bounds]) -> u64 {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while let (Some(one), Some(two)) = (a.get(i), b.get(j)) {
        n += u64::from(one == two);
        i += usize::from(one <= two);
        j += usize::from(two <= one);
    }
    n
}

/// The greatest number of one-to-one pairs that share a character.
///
/// Spans of both sides are taken by rising end. The one that ends first meets those of the other side that start before that end, and of
/// these the one that ends first is its best partner: whatever meets that one also meets the others, so that no larger matching is lost.
fn n_overlapping(a: &[Bounds], b: &[Bounds]) -> u64 {
    let sides = [a, b];
    let mut by_end: Vec<(u64, usize, usize)> = Vec::with_capacity(a.len() + b.len());
    for (side, spans) in sides.iter().enumerate() {
        by_end.extend(
            spans
                .iter()
                .enumerate()
                .map(|(at, span)| (span.1, side, at)),
        );
    }
    by_end.sort_unstable();
    let mut is_done = [vec![false; a.len()], vec![false; b.len()]];
    let mut next = [0, 0];
    let mut open = [BinaryHeap::new(), BinaryHeap::new()];
    let mut n = 0;
    for (end, side, at) in by_end {
        if std::mem::replace(&mut is_done[side][at], true) {
            continue;
        }
        let other = 1 - side;
        while let Some(span) = sides[other].get(next[other]).filter(|span| span.0 < end) {
            open[other].push(Reverse((span.1, next[other])));
            next[other] += 1;
        }
        while let Some(Reverse((_, partner))) = open[other].pop() {
            if !std::mem::replace(&mut is_done[other][partner], true) {
                n += 1;
                break;
            }
        }
    }
    n
}

/// Stretches that the spans cover, in order and apart from each other.
fn merged(sorted: &[Bounds]) -> Vec<Bounds> {
    let mut found: Vec<Bounds> = Vec::new();
    for &(start, end) in sorted {
        match found.last_mut().filter(|last| start <= last.1) {
            Some(last) => last.1 = last.1.max(end),
            None => found.push((start, end)),
        }
    }
    found
}

fn length(stretches: &[Bounds]) -> u64 {
    stretches.iter().map(|(start, end)| end - start).sum()
}

fn shared_length(a: &[Bounds], b: &[Bounds]) -> u64 {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while let (Some(one), Some(two)) = (a.get(i), b.get(j)) {
        n += one.1.min(two.1).saturating_sub(one.0.max(two.0));
        if one.1 <= two.1 {
            i += 1;
        } else {
            j += 1;
        }
    }
    n
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod oracle_tests;
