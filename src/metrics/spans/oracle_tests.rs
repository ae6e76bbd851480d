//! Against seqeval, nervaluate, SciPy and scikit-learn, on spans that both sides draw from one generator.

use super::*;
use crate::draw::Draw;

const LABELS: [&str; 3] = ["dose", "drug", "finding"];

#[derive(Deserialize)]
struct Oracle {
    seed: u64,
    texts: Vec<Text>,
    cases: Vec<Answer>,
}

#[derive(Deserialize)]
struct Text {
    text: String,
    tokens: Vec<[u64; 2]>,
}

#[derive(Deserialize)]
struct Answer {
    n: u64,
    exact: u64,
    overlap: u64,
    characters: Vec<[u64; 3]>,
    kappa: Option<f64>,
    kappa_wide: Option<f64>,
    seqeval: Option<[f64; 3]>,
    seqeval_macro: Option<f64>,
    nervaluate: Option<Nervaluate>,
}

#[derive(Deserialize)]
struct Nervaluate {
    strict: u64,
    ent_type: u64,
}

impl Draw {
    fn label(&mut self) -> String {
        LABELS[self.below(3)].to_owned()
    }
}

fn flat(draw: &mut Draw, n: u64) -> Vec<LabelledSpan> {
    let (mut spans, mut at) = (Vec::new(), 0);
    while at < n {
        let start = at + draw.below(5);
        let end = start + 1 + draw.below(4);
        if end <= n && draw.share() < 0.8 {
            let label = draw.label();
            spans.push(LabelledSpan { start, end, label });
        }
        at = end;
    }
    spans
}

fn moved(draw: &mut Draw, spans: &[LabelledSpan], n: u64) -> Vec<LabelledSpan> {
    let (mut found, mut free) = (Vec::new(), 0);
    for span in spans {
        let LabelledSpan {
            mut start,
            mut end,
            mut label,
        } = span.clone();
        match draw.below(6) {
            0 => continue,
            1 => start += 1,
            2 => end -= 1,
            3 => label = draw.label(),
            4 => end += 1,
            _ => {}
        }
        let start = start.max(free);
        let end = end.min(n);
        if start < end {
            found.push(LabelledSpan { start, end, label });
            free = end;
        }
    }
    found
}

fn nested(draw: &mut Draw, n: u64) -> Vec<LabelledSpan> {
    let mut spans: Vec<LabelledSpan> = Vec::new();
    for _ in 0..draw.below(25) {
        let start = draw.below(n);
        let end = n.min(start + 1 + draw.below(12));
        let label = draw.label();
        let span = LabelledSpan { start, end, label };
        spans.push(span.clone());
        if draw.share() < 0.2 {
            spans.push(span);
        }
    }
    spans
}

fn oracle() -> Oracle {
    let text = include_str!("../../../tests/oracles/spans/figures.json");
    serde_json::from_str(text).unwrap()
}

fn kappa(table: &TokenTable) -> f64 {
    let k = table.categories.len();
    let (mut rows, mut columns, mut equal) = (vec![0.0; k], vec![0.0; k], 0.0);
    for &(row, column, n) in &table.rows {
        let share = n as f64 / table.n() as f64;
        rows[row] += share;
        columns[column] += share;
        equal += if row == column { share } else { 0.0 };
    }
    let expected: f64 = rows.iter().zip(&columns).map(|(a, b)| a * b).sum();
    (equal - expected) / (1.0 - expected)
}

fn near(found: f64, expected: f64, what: &str, index: usize) {
    assert!(
        (found - expected).abs() < 1e-12,
        "case {index}: {what} {found} against {expected}"
    );
}

#[test]
fn figures_are_those_of_the_peers() {
    let oracle = oracle();
    assert_eq!(oracle.cases.len(), 300);
    let mut draw = Draw(oracle.seed);
    let (mut n_seqeval, mut n_kappa, mut n_nervaluate) = (0, 0, 0);
    for (index, answer) in oracle.cases.iter().enumerate() {
        let is_flat = index % 2 == 0;
        let n = 5 + draw.below(120);
        assert_eq!(n, answer.n);
        let (a, b) = if is_flat {
            let a = flat(&mut draw, n);
            let b = moved(&mut draw, &a, n);
            (a, b)
        } else {
            let a = nested(&mut draw, n);
            (a, nested(&mut draw, n))
        };
        let found = compare_spans(&a, &b).unwrap();
        let exact = found.micro(SpanMatch::Exact);
        let overlap = found.micro(SpanMatch::Overlap);
        assert_eq!(exact.n_matched, answer.exact, "case {index}");
        assert_eq!(overlap.n_matched, answer.overlap, "case {index}");
        for (label, expected) in LABELS.iter().zip(&answer.characters) {
            let counts = found.labels.get(*label).copied().unwrap_or_default();
            let counts = counts.characters;
            let ours = [counts.n_reference, counts.n_candidate, counts.n_matched];
            assert_eq!(ours, *expected, "case {index}: {label}");
        }
        if let Some([precision, recall, f1]) = answer.seqeval {
            n_seqeval += 1;
            // DIFFERENCE: where there is nothing to divide by, seqeval gives 0 and we give no value.
            near(
                exact.precision().value().unwrap_or(0.0),
                precision,
                "precision",
                index,
            );
            near(
                exact.recall().value().unwrap_or(0.0),
                recall,
                "recall",
                index,
            );
            near(exact.f1().value().unwrap_or(0.0), f1, "F1", index);
            let mean = found.macro_f1(SpanMatch::Exact).value.value();
            match (mean, answer.seqeval_macro) {
                (Some(mean), Some(expected)) => near(mean, expected, "macro F1", index),
                (mean, expected) => assert_eq!(mean, expected, "case {index}"),
            }
        }
        if let Some(peer) = &answer.nervaluate {
            assert_eq!(exact.n_matched, peer.strict, "case {index}");
            // Its type match uses no span twice either, and on spans that lie apart finds as many.
            assert_eq!(overlap.n_matched, peer.ent_type, "case {index}");
            n_nervaluate += 1;
        }
        let table = character_table([0, n], &a, &b).unwrap();
        assert_eq!(table.n(), n);
        let wide: Vec<[u64; 2]> = (0..n).step_by(4).map(|at| [at, n.min(at + 4)]).collect();
        let wide = token_table(&wide, &a, &b).unwrap();
        for (table, expected) in [(table, answer.kappa), (wide, answer.kappa_wide)] {
            match expected {
                Some(expected) => {
                    near(kappa(&table), expected, "κ", index);
                    n_kappa += 1;
                }
                None => assert_eq!(table.categories.len(), 1, "case {index}"),
            }
        }
    }
    assert_eq!(n_seqeval, 150);
    assert!(n_kappa > 500, "{n_kappa}");
    assert!(n_nervaluate > 140, "{n_nervaluate}");
}

#[test]
fn tokens_are_those_of_a_regular_expression() {
    let texts = oracle().texts;
    assert_eq!(texts.len(), 10);
    for Text {
        text,
        tokens: expected,
    } in texts
    {
        assert_eq!(tokens(&text), expected, "{text}");
    }
}
