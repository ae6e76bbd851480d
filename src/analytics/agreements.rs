//! Agreement among peers: contingency tables from SQL, coefficients from `agreement`.

use super::AnalyticsError;
use super::errors::count;
use super::ranks::ordered_categories;
use crate::agreement::{Coefficient, ContingencyTable, Weights, cohen_kappa, percent_agreement};
use crate::domain::is_judged;
use crate::geometry::Universe;
use crate::store::{
    AgreementUnit, ContingencyQuestion, ContingencyRow, Filter, ProjectId, Sides, Store,
};
use std::collections::{BTreeMap, BTreeSet};

/// Who is compared on what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgreementGroup {
    pub a_rater: String,
    /// `None`: all others.
    pub b_rater: Option<String>,
    pub study: Option<String>,
    /// Question, attribute or label; `None` over all.
    pub scope: Option<String>,
}

/// Coefficients of one group.
#[derive(Clone, Debug)]
pub struct AgreementFigure {
    pub group: AgreementGroup,
    /// `classification`, `ordinal`, `instance_label`, `presence`, `attribute` or `pixel`.
    pub unit: &'static str,
    pub categories: Vec<String>,
    /// Percent agreement and Cohen's κ: unweighted, and linear and quadratic where categories are ranks.
    pub coefficients: Vec<Coefficient>,
}

impl AgreementFigure {
    /// The coefficient of this name and weighting.
    pub fn coefficient(&self, name: &str, weights: Option<&str>) -> Option<&Coefficient> {
        self.coefficients
            .iter()
            .find(|found| found.name == name && (weights.is_none() || found.weights == weights))
    }
}

/// Agreement on categories, by group.
///
/// # Errors
/// What the store or the coefficients raise.
pub fn agreement_figures(
    store: &Store,
    project: ProjectId,
    question: &ContingencyQuestion,
    filter: &Filter,
    level: f64,
) -> Result<Vec<AgreementFigure>, AnalyticsError> {
    figures_of(
        judged_rows(store, project, question, filter)?,
        question,
        level,
    )
}

/// As [`agreement_figures`], over these studies together.
///
/// # Errors
/// As [`agreement_figures`].
pub fn agreement_figures_of_studies(
    store: &Store,
    project: ProjectId,
    question: &ContingencyQuestion,
    studies: &BTreeSet<&str>,
    level: f64,
) -> Result<Vec<AgreementFigure>, AnalyticsError> {
    let by_study = ContingencyQuestion {
        by_study: true,
        ..question.clone()
    };
    let rows = judged_rows(store, project, &by_study, &Filter::default())?
        .into_iter()
        .filter(|row| in_studies(row.study.as_deref(), studies))
        .map(|row| ContingencyRow { study: None, ..row })
        .collect();
    figures_of(rows, question, level)
}

fn in_studies(study: Option<&str>, studies: &BTreeSet<&str>) -> bool {
    study.is_some_and(|study| studies.contains(study))
}

fn figures_of(
    rows: Vec<ContingencyRow>,
    question: &ContingencyQuestion,
    level: f64,
) -> Result<Vec<AgreementFigure>, AnalyticsError> {
    let mut groups: BTreeMap<AgreementGroup, Vec<ContingencyRow>> = BTreeMap::new();
    for row in rows {
        let group = AgreementGroup {
            a_rater: row.a_rater.clone(),
            b_rater: row.b_rater.clone(),
            study: row.study.clone(),
            scope: row.scope.clone(),
        };
        groups.entry(group).or_default().push(row);
    }
    groups
        .into_iter()
        .map(|(group, rows)| {
            let categories = ordered_categories(
                rows.iter()
                    .flat_map(|row| [row.category_a.as_str(), row.category_b.as_str()]),
            );
            let code = |name: &str| categories.iter().position(|category| category == name);
            let table = ContingencyTable::from_grouped(
                categories.clone(),
                rows.iter().filter_map(|row| {
                    Some((code(&row.category_a)?, code(&row.category_b)?, count(row.n)))
                }),
            )?;
            let ranked = matches!(
                question.unit,
                AgreementUnit::Ordinal | AgreementUnit::Attribute
            ) && categories
                .iter()
                .all(|category| category.parse::<f64>().is_ok());
            Ok(AgreementFigure {
                coefficients: coefficients(&table, ranked, &group, level)?,
                group,
                unit: question.unit.as_str(),
                categories,
            })
        })
        .collect()
}

/// Contingency rows of what raters judged; attributes that a tool writes by itself are left out.
///
/// # Errors
/// What the store raises.
pub fn judged_rows(
    store: &Store,
    project: ProjectId,
    question: &ContingencyQuestion,
    filter: &Filter,
) -> Result<Vec<ContingencyRow>, AnalyticsError> {
    let mut rows = store.contingency(project, question, filter)?;
    if question.unit == AgreementUnit::Attribute {
        rows.retain(|row| row.scope.as_deref().is_none_or(is_judged));
    }
    Ok(rows)
}

/// Pixel- or voxel-wise agreement on masks, within the boxes around each pair.
///
/// # Errors
/// What the store or the coefficients raise.
pub fn pixel_figures(
    store: &Store,
    project: ProjectId,
    sides: Sides,
    by_study: bool,
    by_label: bool,
    filter: &Filter,
    level: f64,
) -> Result<Vec<AgreementFigure>, AnalyticsError> {
    store
        .pixel_agreement(project, sides, by_study, by_label, filter)?
        .into_iter()
        .map(|row| {
            let counts = [row.n_both, row.n_a_only, row.n_b_only, row.n_neither];
            let group = AgreementGroup {
                a_rater: row.a_rater,
                b_rater: row.b_rater,
                study: row.study,
                scope: row.label,
            };
            pixel_figure(group, counts, level)
        })
        .collect()
}

/// Pixel- or voxel-wise agreement on masks by label over these studies, within the boxes around each pair of masks.
///
/// # Errors
/// What the store or the coefficients raise.
pub fn pixel_figures_of_studies(
    store: &Store,
    project: ProjectId,
    studies: &BTreeSet<&str>,
    level: f64,
) -> Result<Vec<AgreementFigure>, AnalyticsError> {
    let mut groups: BTreeMap<AgreementGroup, [f64; 4]> = BTreeMap::new();
    for row in store.pixel_agreement(project, Sides::Pairs, true, true, &Filter::default())? {
        if !in_studies(row.study.as_deref(), studies) {
            continue;
        }
        let group = AgreementGroup {
            a_rater: row.a_rater,
            b_rater: row.b_rater,
            study: None,
            scope: row.label,
        };
        let sums = groups.entry(group).or_default();
        // Whole numbers of pixels, so that the order of adding does not matter.
        for (sum, n) in sums
            .iter_mut()
            .zip([row.n_both, row.n_a_only, row.n_b_only, row.n_neither])
        {
            *sum += n;
        }
    }
    groups
        .into_iter()
        .map(|(group, counts)| pixel_figure(group, counts, level))
        .collect()
}

fn pixel_figure(
    group: AgreementGroup,
    counts: [f64; 4],
    level: f64,
) -> Result<AgreementFigure, AnalyticsError> {
    let table = ContingencyTable::of_marks(counts.map(|n| n.max(0.0).round() as u64));
    let mut coefficients = coefficients(&table, false, &group, level)?;
    for coefficient in &mut coefficients {
        // How much background there is decides how large κ is.
        coefficient.method.push_str("; pixels ");
        coefficient.method.push_str(Universe::UnionBox.name());
    }
    Ok(AgreementFigure {
        coefficients,
        group,
        unit: "pixel",
        categories: table.categories().to_vec(),
    })
}

fn coefficients(
    table: &ContingencyTable,
    ranked: bool,
    group: &AgreementGroup,
    level: f64,
) -> Result<Vec<Coefficient>, AnalyticsError> {
    let raters: Vec<String> = [Some(group.a_rater.clone()), group.b_rater.clone()]
        .into_iter()
        .flatten()
        .collect();
    let weightings: &[Weights] = if ranked {
        &[Weights::Unweighted, Weights::Linear, Weights::Quadratic]
    } else {
        &[Weights::Unweighted]
    };
    let mut found = vec![percent_agreement(table, level)?];
    for weights in weightings {
        found.push(cohen_kappa(table, *weights, level)?);
    }
    for coefficient in &mut found {
        coefficient.raters.clone_from(&raters);
    }
    Ok(found)
}
