//! The labels of two annotators token by token, as a table for κ.

use std::collections::BTreeMap;

use super::{LabelledSpan, by_label, check, merged};
use crate::metrics::MetricError;

/// Labels that may lie on one token; more is no annotation but an attack on memory.
const N_LABELS_MOST: usize = 64;

/// Two annotators' labels on the tokens of one text, counted against each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenTable {
    /// Sets of labels that occur, sorted; the empty set is a token outside every span.
    pub categories: Vec<Vec<String>>,
    /// `(row, column, tokens)` by place in `categories`; rows are the reference's. Cells of 0 are left out.
    pub rows: Vec<(usize, usize, u64)>,
}

impl TokenTable {
    /// The categories as names: labels joined by ` + `, and `outside` for none.
    pub fn names(&self) -> Vec<String> {
        let name = |labels: &Vec<String>| match labels.as_slice() {
            [] => "outside".to_owned(),
            labels => labels.join(" + "),
        };
        self.categories.iter().map(name).collect()
    }

    /// Tokens counted.
    pub fn n(&self) -> u64 {
        self.rows.iter().map(|(.., n)| n).sum()
    }
}

/// The tokens of a text as `[start, end)` in Unicode scalar values.
///
/// # Definition
/// A run of characters that are alphanumeric (`char::is_alphanumeric`) is a token; every other character that is not white space is a token
/// of its own; white space is none. No language, no dictionary: the same on every machine. A combining mark stands alone, so that decomposed
/// letters fall apart: normalise the text (NFC) first where the annotation tool did.
/// # Properties
/// Rising, apart from each other, none empty; every character but white space lies in exactly one.
/// # Example
/// ```
/// use concord::metrics::tokens;
/// // `5`, `mg`, `(`, `Ü`, `)`
/// assert_eq!(tokens("5 mg (Ü)"), [[0, 1], [2, 4], [5, 6], [6, 7], [7, 8]]);
/// ```
/// # Checked against
/// Python's `re` with `[^\W_]+|[^\s\w]|_` on the texts of `tests/oracles/spans/figures.json`.
pub fn tokens(text: &str) -> Vec<[u64; 2]> {
    let mut found: Vec<[u64; 2]> = Vec::new();
    let mut in_word = false;
    for (at, character) in text.chars().enumerate() {
        let at = at as u64;
        let is_word = character.is_alphanumeric();
        match found.last_mut().filter(|_| in_word && is_word) {
            Some(last) => last[1] = at + 1,
            None if !character.is_whitespace() => found.push([at, at + 1]),
            None => {}
        }
        in_word = is_word;
    }
    found
}

/// Counts two annotators' labels against each other, token by token.
///
/// # Definition
/// A token carries the set of labels of the spans that share at least one character with it. The categories are these sets, so that a token
/// with two labels is a category of its own, and the table does not depend on the order of spans.
/// # Input
/// Tokens as `[start, end)`, rising and apart from each other, such as those of [`tokens`].
/// # Edge cases
/// No tokens: an empty table. A token outside every span of both counts as agreement on `outside`, which is why κ on tokens is high where spans
/// are few; see [`character_table`] for a frame of your own.
/// # Properties
/// Transposed when the sides change places; independent of both orders.
/// # Errors
/// `EmptySpan`; `TokenOrder` for tokens that are empty, overlap or fall back; `TooManyLabels` for more than 64 labels on one token.
/// # Example
/// ```
/// use concord::metrics::{LabelledSpan, token_table, tokens};
/// let span = |start, end| LabelledSpan { start, end, label: "drug".into() };
/// // "aspirin", "81", "mg": the second annotator takes the dose in.
/// let found = token_table(&tokens("aspirin 81 mg"), &[span(0, 7)], &[span(0, 10)])?;
/// assert_eq!(found.names(), ["outside", "drug"]);
/// assert_eq!(found.rows, [(0, 0, 1), (0, 1, 1), (1, 1, 1)]);
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// κ on tokens: Cohen 1960, doi:10.1177/001316446002000104; its dependence on the tokens outside: Hripcsak & Rothschild 2005,
/// doi:10.1197/jamia.M1733.
/// # Checked against
/// scikit-learn 1.9.1 (`cohen_kappa_score`, `confusion_matrix`), `tests/oracles/spans/figures.json`.
pub fn token_table(
    tokens: &[[u64; 2]],
    reference: &[LabelledSpan],
    candidate: &[LabelledSpan],
) -> Result<TokenTable, MetricError> {
    let mut free_from = 0;
    for &[start, end] in tokens {
        if start < free_from || end <= start {
            return Err(MetricError::TokenOrder { start, end });
        }
        free_from = end;
    }
    let names = names(reference, candidate);
    let (a, b) = (
        labels_on(tokens, reference, &names)?,
        labels_on(tokens, candidate, &names)?,
    );
    Ok(table(
        &names,
        a.into_iter().zip(b).zip(tokens.iter().map(|_| 1)),
    ))
}

/// Counts two annotators' labels against each other, character by character, within a frame.
///
/// # Definition
/// As [`token_table`], with every character of `frame` a token. Stretches are counted at once, so that the length of the text costs nothing.
/// # Input
/// The frame as `[start, end)`: `[0, length]` for the whole text, or the hull of both annotators' spans.
/// # Edge cases
/// Parts of spans beyond the frame do not count. An empty frame: an empty table.
/// # Properties
/// As [`token_table`].
/// # Errors
/// `EmptySpan`; `TokenOrder` for a frame that ends before it starts; `TooManyLabels`.
/// # Example
/// ```
/// use concord::metrics::{LabelledSpan, character_table};
/// let span = |start, end| LabelledSpan { start, end, label: "drug".into() };
/// let found = character_table([0, 10], &[span(2, 6)], &[span(4, 7)])?;
/// assert_eq!(found.rows, [(0, 0, 5), (0, 1, 1), (1, 0, 2), (1, 1, 2)]);
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// As [`token_table`].
/// # Checked against
/// scikit-learn 1.9.1, `tests/oracles/spans/figures.json`.
pub fn character_table(
    frame: [u64; 2],
    reference: &[LabelledSpan],
    candidate: &[LabelledSpan],
) -> Result<TokenTable, MetricError> {
    let [from, to] = frame;
    if to < from {
        return Err(MetricError::TokenOrder {
            start: from,
            end: to,
        });
    }
    for span in reference.iter().chain(candidate) {
        check(span)?;
    }
    let ends = reference.iter().chain(candidate);
    let mut cuts: Vec<u64> = ends.flat_map(|span| [span.start, span.end]).collect();
    cuts.extend(frame);
    cuts.retain(|cut| (from..=to).contains(cut));
    cuts.sort_unstable();
    cuts.dedup();
    let stretches: Vec<[u64; 2]> = cuts.windows(2).map(|pair| [pair[0], pair[1]]).collect();
    let names = names(reference, candidate);
    let (a, b) = (
        labels_on(&stretches, reference, &names)?,
        labels_on(&stretches, candidate, &names)?,
    );
    let lengths = stretches.iter().map(|[start, end]| end - start);
    Ok(table(&names, a.into_iter().zip(b).zip(lengths)))
}

fn names<'a>(a: &'a [LabelledSpan], b: &'a [LabelledSpan]) -> Vec<&'a str> {
    let mut names: Vec<&str> = a.iter().chain(b).map(|span| span.label.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Labels on each stretch, as rising places in `names`.
fn labels_on(
    stretches: &[[u64; 2]],
    spans: &[LabelledSpan],
    names: &[&str],
) -> Result<Vec<Vec<usize>>, MetricError> {
    let mut found = vec![Vec::new(); stretches.len()];
    let by_label = by_label(spans)?;
    for (label, name) in names.iter().enumerate() {
        let Some(bounds) = by_label.get(name) else {
            continue;
        };
        for (start, end) in merged(bounds) {
            let first = stretches.partition_point(|stretch| stretch[1] <= start);
            for (labels, stretch) in found[first..].iter_mut().zip(&stretches[first..]) {
                if stretch[0] >= end {
                    break;
                }
                // Two stretches of one label may touch the same token.
                if labels.last() != Some(&label) {
                    labels.push(label);
                }
                if labels.len() > N_LABELS_MOST {
                    return Err(MetricError::TooManyLabels {
                        most: N_LABELS_MOST,
                    });
                }
            }
        }
    }
    Ok(found)
}

type Labelled = ((Vec<usize>, Vec<usize>), u64);

fn table(names: &[&str], tokens: impl Iterator<Item = Labelled>) -> TokenTable {
    let mut cells: BTreeMap<(Vec<usize>, Vec<usize>), u64> = BTreeMap::new();
    for (pair, n) in tokens {
        *cells.entry(pair).or_default() += n;
    }
    let mut sets: Vec<&Vec<usize>> = cells.keys().flat_map(|(a, b)| [a, b]).collect();
    sets.sort_unstable();
    sets.dedup();
    let place = |set: &Vec<usize>| sets.binary_search(&set).unwrap_or(sets.len());
    let rows = cells.iter().map(|((a, b), n)| (place(a), place(b), *n));
    let named = |set: &&Vec<usize>| set.iter().map(|&label| names[label].to_owned()).collect();
    TokenTable {
        rows: rows.collect(),
        categories: sets.iter().map(named).collect(),
    }
}
