//! Agreement between raters: by label, by pair, what is taken for what, and how far overlap spreads.

use super::PagesState;
use super::answer::{PageError, answer};
use super::asked::Asked;
use super::frame::{Frame, render};
use super::links::{Link, key_of};
use super::units::errors_link;
use super::views::{
    Empty, Matrix, MatrixCell, MatrixRow, Section, linked, linked_figure, no_number, plain,
};
use crate::domain::{ComparisonKind, Technique};
use crate::pipeline::{self, Project, Week};
use crate::reports::figures::agreement_by_label::{self, coefficient_name, weakest_first};
use crate::reports::figures::{distribution, rater_heatmap};
use crate::reports::format;
use crate::reports::model::{AgreementRow, ConfusionMatrix, Heatmap};
use crate::reports::render::{CellView, Plot, TableView};
use crate::store::Store;
use poem::web::{Data, Path, Query};
use poem::{Response, handler};

#[handler]
pub async fn show(
    state: Data<&PagesState>,
    Path(project): Path<String>,
    asked: Query<Vec<(String, String)>>,
) -> Response {
    let asked = Asked::from(asked);
    answer(&state, move |store| {
        agreement(store, key_of(&project), &asked)
    })
    .await
}

fn agreement(store: &Store, name: &str, asked: &Asked) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let week = &asked.week(store, project)?;
    let rows = pipeline::agreement_rows(store, project, week)?;
    let defined: Vec<AgreementRow> = rows
        .iter()
        .filter(|row| row.value.value.is_some())
        .cloned()
        .collect();
    let headline = match defined.is_empty() {
        true => "No two raters can be compared yet".to_owned(),
        false => {
            let mut named = defined.clone();
            for row in &mut named {
                row.label = row_name(row);
                row.coefficient = coefficient(&row.coefficient);
            }
            agreement_by_label::headline(&named)
        }
    };
    let frame = Frame::new(project, "agreement", headline)
        .lead("κ falls where prevalence is skewed; read it beside percent agreement and both indices.")
        .with_weeks(store, project, week, Vec::new())?;
    let empty = Empty::new(
        "No item was read by two raters in this period. Import readings of the same items by several raters; items \
         meet by file stem or DICOM UID.",
        format!("concord import EXPORT --project {name} --annotator OTHER"),
    );
    let maps = pipeline::heatmaps(store, project, week)?;
    let plots = maps
        .into_iter()
        .enumerate()
        .map(|(i, map)| heatmap_plot(project, week, i, map))
        .collect();
    let mut sections = vec![
        Section::new("labels", "By label, the weakest first")
            .sortable(table(project, week, &rows), empty),
        Section::new(
            "raters",
            "Rater by rater; each cell opens what the two differ on",
        )
        .plots(plots),
    ];
    for matrix in pipeline::confusions(store, project, week)? {
        sections.push(confusion_section(project, week, &matrix));
    }
    let spread = pipeline::distributions(store, project, week, ComparisonKind::Peer)?;
    if !spread.is_empty() {
        sections.push(
            Section::new("spread", "How far overlap spreads among peers").plots(vec![Plot {
                title: distribution::headline(&spread),
                caption: distribution::caption(&spread),
                svg: distribution::svg("spread", &spread),
            }]),
        );
    }
    sections.retain(|section| section.id != "raters" || !section.plots.is_empty());
    render(&frame, &sections)
}

/// The disagreements behind a row.
pub fn row_link(project: &Project, week: &Week, row: &AgreementRow) -> Link {
    let link = errors_link(project, week).with("kind", "peer");
    match technique(&row.unit) {
        // Questions and attributes are no labels of units.
        Some(technique) => link.with("technique", technique.as_str()),
        None if row.unit.starts_with("attribute") => link.with("error", "wrong_attribute"),
        None => link.with(
            "label",
            Some(row.label.as_str()).filter(|label| *label != "all"),
        ),
    }
}

/// What a row is about, told apart from the other rows over all labels.
pub fn row_name(row: &AgreementRow) -> String {
    match row.label.as_str() {
        "all" => format!("all, by {}", plain(&row.unit)),
        label => label.to_owned(),
    }
}

/// The printed name, with its weights.
pub fn coefficient(name: &str) -> String {
    match name.strip_prefix("cohen_kappa_") {
        Some(weights) => format!("κ, {weights} weights"),
        None => coefficient_name(name).to_owned(),
    }
}

/// Units of agreement that are answers, not shapes.
fn technique(unit: &str) -> Option<Technique> {
    match unit {
        "item" => Some(Technique::Classification),
        "item, ordinal" => Some(Technique::Ordinal),
        _ => None,
    }
}

fn table(project: &Project, week: &Week, rows: &[AgreementRow]) -> TableView {
    let names = [
        "Label",
        "Unit",
        "Coefficient",
        "Value",
        "Percent agreement",
        "Prevalence index",
        "Bias index",
        "Four weeks before",
    ];
    let index = |value: Option<f64>| {
        value.map_or_else(no_number, |value| CellView {
            numeric: true,
            ..CellView::text(format::number(value, 2, false))
        })
    };
    let row = |row: &&AgreementRow| {
        let link = || row_link(project, week, row);
        vec![
            linked(CellView::text(&row.label), link()),
            CellView::text(plain(&row.unit)),
            CellView::text(coefficient(&row.coefficient)),
            linked_figure(&row.value, link()),
            match row.percent_agreement.value {
                Some(_) => CellView::figure(&row.percent_agreement),
                None => no_number(),
            },
            index(row.prevalence_index),
            index(row.bias_index),
            match &row.previous {
                Some(previous) if previous.value.is_some() => CellView::figure(previous),
                _ => no_number(),
            },
        ]
    };
    let mut methods: Vec<&str> = rows
        .iter()
        .map(|row| row.value.method.as_str())
        .filter(|method| !method.is_empty())
        .collect();
    methods.sort_unstable();
    methods.dedup();
    TableView::new(
        &names,
        weakest_first(rows).iter().map(row).collect(),
        format!(
            "All pairs of raters pooled. Intervals: {}.",
            if methods.is_empty() {
                "none".to_owned()
            } else {
                methods.join("; ")
            }
        ),
    )
}

fn heatmap_plot(project: &Project, week: &Week, i: usize, mut map: Heatmap) -> Plot {
    let unit = map
        .caption
        .split("unit: ")
        .nth(1)
        .and_then(|rest| rest.split(';').next())
        .unwrap_or_default();
    let technique = technique(unit).map(Technique::as_str);
    for cell in &mut map.cells {
        let (a, b) = (map.raters.get(cell.row), map.raters.get(cell.column));
        cell.link = Some(
            errors_link(project, week)
                .with("kind", "peer")
                .with("rater", a.map(String::as_str))
                .with("other", b.map(String::as_str))
                .with("technique", technique)
                .into(),
        );
    }
    Plot {
        title: rater_heatmap::headline(&map),
        svg: rater_heatmap::svg(&format!("raters-{i}"), &map),
        caption: map.caption,
    }
}

/// The matrix as a table whose off-diagonal counts open their units.
fn confusion_section(project: &Project, week: &Week, matrix: &ConfusionMatrix) -> Section {
    let row = |(name, counts): (&String, &Vec<u64>)| {
        let total: u64 = counts.iter().sum();
        let cell = |(column, &n): (&String, &u64)| MatrixCell {
            text: if n == 0 {
                "·".to_owned()
            } else {
                format::count(n)
            },
            percent: (n * 100).checked_div(total).unwrap_or(0),
            diagonal: column == name,
            link: (n > 0 && column != name).then(|| {
                errors_link(project, week)
                    .with("kind", "reference")
                    .with("reference", matrix.row_side.as_str())
                    .with("a_label", name.as_str())
                    .with("b_label", column.as_str())
                    .into()
            }),
        };
        MatrixRow {
            name: name.clone(),
            cells: matrix.labels.iter().zip(counts).map(cell).collect(),
            total: format::count(total),
        }
    };
    Section {
        matrix: Some(Matrix {
            row_side: matrix.row_side.clone(),
            column_side: matrix.column_side.clone(),
            columns: matrix.labels.clone(),
            rows: matrix.labels.iter().zip(&matrix.counts).map(row).collect(),
            caption: matrix.caption.clone(),
        }),
        ..Section::new(
            format!("confusions-{}", matrix.row_side),
            matrix.title.clone(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::technique;
    use crate::domain::Technique;

    #[test]
    fn only_answers_are_found_by_their_technique() {
        assert_eq!(technique("item"), Some(Technique::Classification));
        assert_eq!(technique("item, ordinal"), Some(Technique::Ordinal));
        assert_eq!(technique("item and label"), None);
    }
}
