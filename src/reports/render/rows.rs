//! The model's rows as tables.

use super::tables::{CellView, TableView, lines};
use super::words::{caveat, plain};
use crate::domain::ThroughputBand;
use crate::reports::figures::agreement_by_label::{coefficient_name, weakest_first};
use crate::reports::figures::throughput::beside_band;
use crate::reports::format;
use crate::reports::model::*;
use std::cmp::Ordering;

/// One row an annotator, in the given order.
pub fn annotators(rows: &[AnnotatorRow]) -> TableView {
    let names = [
        "Annotator",
        "Status",
        "Error rate",
        "Missing, extra, wrong label",
        "Size bias",
        "κ to the others",
        "Dice, median",
        "Studies a day, median",
        "Days in band",
        "Change to four weeks before",
    ];
    let row = |row: &AnnotatorRow| {
        let kinds = [row.n_missing, row.n_extra, row.n_wrong_label].map(format::count);
        vec![
            CellView {
                link: row.link.clone(),
                sub: vec![row.role.to_string()],
                ..CellView::text(&row.rater)
            },
            CellView::status(row.status),
            CellView::figure(&row.rate),
            CellView {
                numeric: true,
                ..CellView::text(kinds.join(" · "))
            },
            size_bias(row),
            CellView::figure(&row.kappa),
            CellView::figure(&row.dice),
            CellView::figure(&row.studies_per_day),
            CellView::figure(&row.share_in_band),
            row.change
                .as_ref()
                .map_or_else(|| CellView::text("–"), change),
        ]
    };
    TableView::new(&names, rows.iter().map(row).collect(), "")
}

/// The size bias with what it is of.
fn size_bias(row: &AnnotatorRow) -> CellView {
    let mut cell = CellView::figure(&row.size_bias);
    cell.sub.extend(row.size_of());
    cell
}

fn change(change: &Change) -> CellView {
    let figure = &change.difference;
    let moved = if change.moved {
        "moved"
    } else {
        "within chance"
    };
    let reason = if figure.value.is_none() {
        figure.reason()
    } else {
        moved.to_owned()
    };
    CellView {
        sub: lines([figure.interval_text(), reason]),
        strong: change.moved,
        ..CellView::text(format!("{} {}", change.metric, figure.text()))
    }
}

/// One row a label and coefficient, weakest first.
pub fn agreement(rows: &[AgreementRow]) -> TableView {
    let names = [
        "Label",
        "Unit",
        "Coefficient",
        "Value",
        "Standard error",
        "Percent agreement",
        "Prevalence index",
        "Bias index",
        "Period before",
    ];
    let row = |row: &&AgreementRow| {
        vec![
            CellView {
                link: row.link.clone(),
                ..CellView::text(&row.label)
            },
            CellView::text(plain(&row.unit)),
            CellView::text(coefficient_name(&row.coefficient)),
            CellView::figure(&row.value),
            CellView::plain_number(row.se, 3),
            CellView::figure(&row.percent_agreement),
            CellView::plain_number(row.prevalence_index, 2),
            CellView::plain_number(row.bias_index, 2),
            match &row.previous {
                Some(previous) => CellView::figure(previous),
                None => CellView {
                    numeric: true,
                    ..CellView::text("–")
                },
            },
        ]
    };
    let rows: Vec<_> = weakest_first(rows).iter().map(row).collect();
    TableView::new(
        &names,
        rows,
        "κ falls where prevalence is skewed; read it beside percent agreement and both indices.",
    )
}

/// Earlier decisions with what was measured since.
pub fn decisions(decisions: &[Decision]) -> TableView {
    let names = [
        "Week",
        "Decision",
        "Should move",
        "Before",
        "Since",
        "Effect",
    ];
    let row = |decision: &Decision| {
        let effect = match (
            decision.since.as_ref().and_then(|since| since.value),
            decision.moved,
        ) {
            (None, _) => "not measured yet",
            (_, Some(true)) => "moved",
            (_, Some(false)) => "within chance",
            (_, None) => "not comparable",
        };
        let state = if decision.open { "open" } else { "closed" };
        vec![
            CellView::text(&decision.week),
            CellView::text(&decision.text),
            CellView::text(&decision.metric),
            CellView::figure(&decision.before),
            match &decision.since {
                Some(since) => CellView::figure(since),
                None => CellView {
                    numeric: true,
                    ..CellView::text("–")
                },
            },
            CellView {
                sub: vec![state.to_owned()],
                strong: decision.moved == Some(true),
                ..CellView::text(effect)
            },
        ]
    };
    TableView::new(&names, decisions.iter().map(row).collect(), "")
}

/// Per-pair metrics of one case.
pub fn pairs(case: &AgendaCase) -> TableView {
    let mut names = vec!["Pair"];
    for measure in case.pairs.iter().flat_map(|pair| &pair.measures) {
        if !names.contains(&measure.name.as_str()) {
            names.push(&measure.name);
        }
    }
    let row = |pair: &PairScores| {
        let mut cells = vec![CellView::text(format!("{} – {}", pair.a, pair.b))];
        for name in names.iter().skip(1) {
            let measure = pair.measures.iter().find(|measure| measure.name == *name);
            cells.push(match measure {
                // One case is one pair: an n of 1 would say nothing.
                Some(measure) => CellView {
                    sub: lines([measure.figure.reason()]),
                    numeric: true,
                    ..CellView::text(measure.figure.text())
                },
                None => CellView {
                    numeric: true,
                    ..CellView::text("–")
                },
            });
        }
        cells
    };
    let rows = case.pairs.iter().map(row).collect();
    TableView::new(&names, rows, "")
}

/// One label taken for another, most frequent first.
pub fn confusions(matrix: &ConfusionMatrix) -> TableView {
    let row = |confusion: &Confusion| {
        vec![
            CellView::text(&confusion.reference),
            CellView {
                link: confusion.link.clone(),
                ..CellView::text(&confusion.candidate)
            },
            CellView::figure(&confusion.share),
        ]
    };
    let rows = matrix.top.iter().map(row).collect();
    TableView::new(
        &[
            matrix.row_side.as_str(),
            matrix.column_side.as_str(),
            "Share",
        ],
        rows,
        "",
    )
}

/// Days by specialist: studies finished, and how many days lay below, within and above the band.
pub fn throughput(throughput: &Throughput) -> TableView {
    let mut raters: Vec<&str> = throughput
        .points
        .iter()
        .map(|point| point.rater.as_str())
        .collect();
    raters.sort_unstable();
    raters.dedup();
    let row = |rater: &&str| {
        let days = || {
            throughput
                .points
                .iter()
                .filter(|point| point.rater == **rater)
        };
        let n = |side| {
            let beside = days().filter(|day| beside_band(day.n_studies, throughput.band) == side);
            CellView::count(beside.count() as u64)
        };
        vec![
            CellView::text(*rater),
            CellView::count(days().count() as u64),
            CellView::count(days().map(|day| u64::from(day.n_studies)).sum()),
            n(Ordering::Less),
            n(Ordering::Equal),
            n(Ordering::Greater),
        ]
    };
    let ThroughputBand {
        min_per_day,
        max_per_day,
    } = throughput.band;
    let names = [
        "Specialist",
        "Days",
        "Studies",
        "Days below",
        "Days within",
        "Days above",
    ];
    let caption = format!(
        "Band: {min_per_day} to {max_per_day} studies per day; days in {}",
        throughput.time_zone
    );
    TableView::new(&names, raters.iter().map(row).collect(), caption)
}

/// What imports left out.
pub fn imports(imports: &[ImportCaveat]) -> TableView {
    let names = [
        "File",
        "Format",
        "Annotations",
        "Skipped",
        "Why",
        "Not in the export",
    ];
    let row = |import: &ImportCaveat| {
        vec![
            CellView::text(&import.file),
            CellView::text(&import.format),
            CellView::count(import.n_annotations),
            CellView::count(import.n_skipped()),
            CellView::text(caveat(import)),
            CellView::text(match import.missing.as_slice() {
                [] => "–".to_owned(),
                missing => plain(&missing.join(", ")),
            }),
        ]
    };
    TableView::new(&names, imports.iter().map(row).collect(), "")
}

/// A further table of the model.
pub fn data(table: &DataTable) -> TableView {
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => CellView::text(text),
        Cell::Count(n) => CellView::count(*n),
        Cell::Figure(figure) => CellView::figure(figure),
    };
    let rows = table
        .rows
        .iter()
        .map(|row| row.iter().map(cell).collect())
        .collect();
    let names: Vec<_> = table.columns.iter().map(String::as_str).collect();
    TableView::new(&names, rows, &table.caption)
}
