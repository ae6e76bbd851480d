//! Agreement by label and by pair of raters, confusions, and the spread of Dice.

use super::Week;
use super::annotators::{coefficient_figure, mean_figure};
use crate::agreement::{ContingencyTable, Weights, cohen_kappa, percent_agreement};
use crate::analytics::{agreement_figures, judged_rows, ordered_categories, overlap_figures};
use crate::domain::ComparisonKind;
use crate::pipeline::{PipelineError, Project};
use crate::reports::model::{AgreementRow, Figure, HeatCell, Heatmap, Unit};
use crate::statistics::cluster_bootstrap;
use crate::store::{
    AgreementUnit, ContingencyQuestion, ContingencyRow, Filter, GroupBy, OverlapMetric, Sides,
    Store,
};
use std::collections::{BTreeMap, BTreeSet};

/// Resamples behind the interval of a pooled κ, and their seed.
const N_RESAMPLES: u32 = 500;
const SEED: u64 = 20_261_102;

/// What is rated, its κ's weights, and its name in the report.
const UNITS: &[(AgreementUnit, Weights, &str)] = &[
    (AgreementUnit::Classification, Weights::Unweighted, "item"),
    (AgreementUnit::Ordinal, Weights::Quadratic, "item, ordinal"),
    (
        AgreementUnit::Presence,
        Weights::Unweighted,
        "item and label",
    ),
    (
        AgreementUnit::InstanceLabel,
        Weights::Unweighted,
        "matched instance",
    ),
    (
        AgreementUnit::Attribute,
        Weights::Quadratic,
        "attribute of matched instances",
    ),
];

/// κ and Dice by label over all pairs of raters, with last period's beside them.
pub fn agreement_rows(
    store: &Store,
    project: &Project,
    week: &Week,
) -> Result<Vec<AgreementRow>, PipelineError> {
    let mut now = rows_for(store, project, &week.filter())?;
    if let Some(trailing) = week.trailing_filter() {
        let before = rows_for(store, project, &trailing)?;
        for row in &mut now {
            row.previous = before
                .iter()
                .find(|other| (&other.label, &other.unit) == (&row.label, &row.unit))
                .map(|other| other.value.clone());
        }
    }
    Ok(now)
}

fn rows_for(
    store: &Store,
    project: &Project,
    filter: &Filter,
) -> Result<Vec<AgreementRow>, PipelineError> {
    let level = project.protocol.confidence;
    let mut rows = Vec::new();
    for &(unit, weights, name) in UNITS {
        let question = ContingencyQuestion {
            unit,
            sides: Sides::Pairs,
            by_study: true,
            by_label: unit == AgreementUnit::Presence,
        };
        let mut by_scope: BTreeMap<String, Vec<ContingencyRow>> = BTreeMap::new();
        for row in judged_rows(store, project.id, &question, filter)? {
            by_scope
                .entry(row.scope.clone().unwrap_or_default())
                .or_default()
                .push(row);
        }
        for (scope, cells) in by_scope {
            rows.push(pooled_row(&scope, name, weights, &cells, level)?);
        }
    }
    let among_peers = Filter {
        kind: Some(ComparisonKind::Peer),
        ..filter.clone()
    };
    let by_label = GroupBy {
        label: true,
        ..GroupBy::default()
    };
    for found in overlap_figures(
        store,
        project.id,
        &[OverlapMetric::Dice],
        &among_peers,
        by_label,
        level,
    )? {
        rows.push(AgreementRow {
            label: found.group.label.clone().unwrap_or_default(),
            unit: "matched shape".to_owned(),
            coefficient: "dice".to_owned(),
            value: mean_figure(&found, Unit::Ratio),
            se: None,
            percent_agreement: Figure::undefined("not_applicable", found.n, Unit::Share),
            prevalence_index: None,
            bias_index: None,
            floor: None,
            previous: None,
            link: None,
        });
    }
    Ok(rows)
}

/// κ over all pairs of raters; units of one study are resampled together.
fn pooled_row(
    scope: &str,
    unit: &str,
    weights: Weights,
    cells: &[ContingencyRow],
    level: f64,
) -> Result<AgreementRow, PipelineError> {
    let categories = ordered_categories(
        cells
            .iter()
            .flat_map(|cell| [cell.category_a.as_str(), cell.category_b.as_str()]),
    );
    let code = |name: &str| categories.iter().position(|category| category == name);
    let mut studies: BTreeMap<&str, Vec<(usize, usize, u64)>> = BTreeMap::new();
    for cell in cells {
        if let (Some(row), Some(column)) = (code(&cell.category_a), code(&cell.category_b)) {
            let n = u64::try_from(cell.n).unwrap_or(0);
            let study = cell.study.as_deref().unwrap_or_default();
            studies.entry(study).or_default().push((row, column, n));
        }
    }
    let clusters: Vec<Vec<(usize, usize, u64)>> = studies.into_values().collect();
    let all: Vec<&Vec<(usize, usize, u64)>> = clusters.iter().collect();
    let pooled = |drawn: &[&Vec<(usize, usize, u64)>]| {
        ContingencyTable::from_grouped(
            categories.clone(),
            drawn.iter().flat_map(|cluster| cluster.iter().copied()),
        )
    };
    let table = pooled(&all)?;
    let weights = if matches!(weights, Weights::Quadratic)
        && categories.iter().any(|name| name.parse::<f64>().is_err())
    {
        Weights::Unweighted
    } else {
        weights
    };
    let kappa = cohen_kappa(&table, weights, level)?;
    let mut value = coefficient_figure(&kappa);
    (value.lower, value.upper, value.method) = (None, None, String::new());
    if value.value.is_some() && clusters.len() > 1 {
        let statistic = |drawn: &[&Vec<(usize, usize, u64)>]| -> Option<f64> {
            cohen_kappa(&pooled(drawn).ok()?, weights, level)
                .ok()?
                .value
        };
        if let Some(found) = cluster_bootstrap(&clusters, statistic, N_RESAMPLES, SEED, level)? {
            value = value.with_interval(
                found.interval.lower,
                found.interval.upper,
                format!("percentile cluster bootstrap by study, B = {N_RESAMPLES}, seed {SEED}"),
            );
        }
    }
    let percent = percent_agreement(&table, level)?;
    Ok(AgreementRow {
        label: if scope.is_empty() {
            "all labels".to_owned()
        } else {
            scope.to_owned()
        },
        unit: unit.to_owned(),
        coefficient: match weights {
            Weights::Unweighted => "cohen_kappa".to_owned(),
            other => format!("cohen_kappa_{}", other.name()),
        },
        value,
        se: None,
        percent_agreement: match percent.value {
            Some(share) => Figure::new(share, percent.n, Unit::Share),
            None => Figure::undefined("no_units", percent.n, Unit::Share),
        },
        prevalence_index: table.prevalence_index(),
        bias_index: percent.bias_index,
        floor: None,
        previous: None,
        link: None,
    })
}

/// Rater × rater: κ for each unit of agreement that occurs, and mean Dice.
pub fn heatmaps(
    store: &Store,
    project: &Project,
    week: &Week,
) -> Result<Vec<Heatmap>, PipelineError> {
    let level = project.protocol.confidence;
    let filter = week.filter();
    let mut maps = Vec::new();
    for &(unit, weights, name) in UNITS {
        if unit == AgreementUnit::Attribute {
            continue;
        }
        let question = ContingencyQuestion {
            unit,
            sides: Sides::Pairs,
            by_study: false,
            by_label: false,
        };
        let mut by_scope: BTreeMap<String, Vec<(String, String, Figure)>> = BTreeMap::new();
        for figure in agreement_figures(store, project.id, &question, &filter, level)? {
            let kappa = figure
                .coefficient("cohen_kappa", Some(weights.name()))
                .or_else(|| figure.coefficient("cohen_kappa", Some("unweighted")));
            if let (Some(kappa), Some(b_rater)) = (kappa, figure.group.b_rater.clone()) {
                by_scope
                    .entry(figure.group.scope.clone().unwrap_or_default())
                    .or_default()
                    .push((
                        figure.group.a_rater.clone(),
                        b_rater,
                        coefficient_figure(kappa),
                    ));
            }
        }
        for (scope, pairs) in by_scope {
            let label = if scope.is_empty() {
                "all labels".to_owned()
            } else {
                scope
            };
            let caption = format!(
                "Cohen's κ ({}) by pair of raters; unit: {name}; {:.0} % intervals by Fleiss, Cohen & Everitt 1969",
                weights.name(),
                level * 100.0
            );
            maps.push(heatmap(label, "κ", caption, pairs));
        }
    }
    let among_peers = Filter {
        kind: Some(ComparisonKind::Peer),
        ..filter
    };
    let by_pair = GroupBy {
        rater_pair: true,
        ..GroupBy::default()
    };
    let pairs: Vec<(String, String, Figure)> = overlap_figures(
        store,
        project.id,
        &[OverlapMetric::Dice],
        &among_peers,
        by_pair,
        level,
    )?
    .into_iter()
    .filter_map(|found| {
        let figure = mean_figure(&found, Unit::Ratio);
        Some((found.group.a_rater?, found.group.rater?, figure))
    })
    .collect();
    if !pairs.is_empty() {
        maps.push(heatmap(
            "all labels".to_owned(),
            "Dice",
            "Mean Dice of matched shapes by pair of raters; missed and extra shapes are errors, not part of the mean".to_owned(),
            pairs,
        ));
    }
    Ok(maps)
}

fn heatmap(
    label: String,
    metric: &str,
    caption: String,
    pairs: Vec<(String, String, Figure)>,
) -> Heatmap {
    let raters: BTreeSet<String> = pairs
        .iter()
        .flat_map(|(a, b, _)| [a.clone(), b.clone()])
        .collect();
    let raters: Vec<String> = raters.into_iter().collect();
    let place = |name: &String| raters.iter().position(|rater| rater == name);
    let cells = pairs
        .into_iter()
        .filter_map(|(a, b, value)| {
            Some(HeatCell {
                row: place(&a)?,
                column: place(&b)?,
                value,
                link: None,
            })
        })
        .collect();
    Heatmap {
        label,
        metric: metric.to_owned(),
        caption,
        raters,
        cells,
    }
}
