//! Labels against labels, and the spread of Dice.

use super::Week;
use crate::domain::ComparisonKind;
use crate::pipeline::{PipelineError, Project};
use crate::reports::model::{Confusion, ConfusionMatrix, Distribution, Figure};
use crate::store::{Filter, GroupBy, OverlapMetric, Store};
use std::collections::BTreeMap;

/// A confusion matrix wider than this is cut to its most frequent labels; the rest is summed up.
const MAX_LABELS: usize = 12;

/// Labels against labels, for references of each kind.
pub fn confusions(
    store: &Store,
    project: &Project,
    week: &Week,
) -> Result<Vec<ConfusionMatrix>, PipelineError> {
    let mut by_kind: BTreeMap<Option<&str>, BTreeMap<(String, String), u64>> = BTreeMap::new();
    for row in store.confusion(project.id, &week.filter(), GroupBy::default())? {
        let kind = row.group.reference_kind.map(|kind| kind.as_str());
        if row.group.kind == ComparisonKind::Peer {
            continue;
        }
        *by_kind
            .entry(kind)
            .or_default()
            .entry((row.a_label, row.b_label))
            .or_default() += u64::try_from(row.n).unwrap_or(0);
    }
    Ok(by_kind
        .into_iter()
        .map(|(kind, counts)| matrix(kind.unwrap_or("reference"), &counts))
        .collect())
}

fn matrix(kind: &str, counts: &BTreeMap<(String, String), u64>) -> ConfusionMatrix {
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for ((a, b), n) in counts {
        *totals.entry(a).or_default() += n;
        *totals.entry(b).or_default() += n;
    }
    let mut labels: Vec<(&str, u64)> = totals.into_iter().collect();
    labels.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), *name));
    let n_left_out = labels.len().saturating_sub(MAX_LABELS);
    let mut labels: Vec<String> = labels
        .into_iter()
        .take(MAX_LABELS)
        .map(|(name, _)| name.to_owned())
        .collect();
    labels.sort_by_key(|name| (name == "(none)", name.clone()));
    let cell = |a: &String, b: &String| counts.get(&(a.clone(), b.clone())).copied().unwrap_or(0);
    let row_total = |a: &str| -> u64 {
        counts
            .iter()
            .filter(|((of, _), _)| of == a)
            .map(|(_, n)| n)
            .sum()
    };
    let mut off_diagonal: Vec<(&(String, String), u64)> = counts
        .iter()
        .filter(|((a, b), _)| a != b)
        .map(|(pair, n)| (pair, *n))
        .collect();
    off_diagonal.sort_by_key(|(pair, n)| (std::cmp::Reverse(*n), *pair));
    let n: u64 = counts.values().sum();
    ConfusionMatrix {
        title: match off_diagonal.first() {
            Some(((a, b), n)) => format!(
                "Most often, {} was read as {} ({n} times)",
                shown(a),
                shown(b)
            ),
            None => "No label was taken for another".to_owned(),
        },
        caption: format!(
            "Rows: label by the {kind} reference; columns: label by the candidate; n = {n} units{}",
            if n_left_out > 0 {
                format!("; {n_left_out} rarer labels are not shown")
            } else {
                String::new()
            }
        ),
        row_side: kind.to_owned(),
        column_side: "candidate".to_owned(),
        counts: labels
            .iter()
            .map(|a| labels.iter().map(|b| cell(a, b)).collect())
            .collect(),
        labels,
        top: off_diagonal
            .into_iter()
            .take(5)
            .map(|((a, b), n)| Confusion {
                reference: a.clone(),
                candidate: b.clone(),
                share: Figure::rate(n, row_total(a)),
                link: None,
            })
            .collect(),
    }
}

fn shown(label: &str) -> &str {
    if label == "(none)" { "nothing" } else { label }
}

/// Dice of every rater against references, or among peers where there are none.
pub fn distributions(
    store: &Store,
    project: &Project,
    week: &Week,
    kind: ComparisonKind,
) -> Result<Vec<Distribution>, PipelineError> {
    let filter = Filter {
        kind: Some(kind),
        ..week.filter()
    };
    let by_rater = GroupBy {
        rater: true,
        ..GroupBy::default()
    };
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in store.overlap_values(project.id, OverlapMetric::Dice, &filter, by_rater)? {
        values
            .entry(row.group.rater.unwrap_or_default())
            .or_default()
            .push(row.value);
    }
    if values.is_empty() && kind == ComparisonKind::Reference {
        return distributions(store, project, week, ComparisonKind::Peer);
    }
    let mut undefined: BTreeMap<String, u64> = BTreeMap::new();
    for row in store.overlap_summary(project.id, &filter, by_rater)? {
        if row.metric == OverlapMetric::Dice {
            *undefined
                .entry(row.group.rater.unwrap_or_default())
                .or_default() += u64::try_from(row.n_undefined).unwrap_or(0);
        }
    }
    Ok(values
        .into_iter()
        .map(|(rater, values)| Distribution {
            n_undefined: undefined.get(&rater).copied().unwrap_or(0),
            rater,
            metric: "Dice".to_owned(),
            values,
        })
        .collect())
}
