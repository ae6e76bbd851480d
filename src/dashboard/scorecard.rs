//! One annotator: rates by stage and week, labels, confusions, days, and the errors themselves.

use super::PagesState;
use super::answer::{PageError, answer};
use super::asked::{Asked, UnitsAsked};
use super::frame::{Frame, render};
use super::links::{Link, key_of};
use super::throughput::{chart_plots, summary_table};
use super::units::{errors_link, units, units_table};
use super::views::{Empty, Section, count, linked, linked_count, linked_figure, no_number, plain};
use crate::domain::{ComparisonKind, ErrorKind};
use crate::pipeline::scorecard::{RateRow, rates, weekly_rates, work};
use crate::pipeline::{self, Project, Week};
use crate::reports::format;
use crate::reports::model::{AnnotatorRow, Figure};
use crate::reports::render::{CellView, TableView};
use crate::store::{Filter, GroupBy, Store};
use poem::web::{Data, Path, Query};
use poem::{Response, handler};

/// Errors listed on the card; the errors page has all.
const MOST_ERRORS: usize = 15;
const MOST_CONFUSIONS: usize = 12;

#[handler]
pub async fn show(
    state: Data<&PagesState>,
    Path((project, rater)): Path<(String, String)>,
    asked: Query<Vec<(String, String)>>,
) -> Response {
    let asked = Asked::from(asked);
    answer(&state, move |store| {
        scorecard(store, key_of(&project), key_of(&rater), &asked)
    })
    .await
}

fn scorecard(store: &Store, name: &str, rater: &str, asked: &Asked) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let week = &asked.week(store, project)?;
    let row = pipeline::annotator_rows(store, project, week)?
        .into_iter()
        .find(|row| row.rater == rater)
        .ok_or_else(|| {
            PageError::not_found(format!("project `{name}` has no annotator `{rater}`"))
        })?;
    let own = Filter {
        rater: Some(rater.to_owned()),
        ..week.filter()
    };
    let frame = Frame::new(project, "annotators", headline(&row))
        .lead(lead(&row))
        .with_weeks(store, project, week, Vec::new())?;
    let stages = rates(
        store,
        project,
        &own,
        GroupBy {
            stage: true,
            ..GroupBy::default()
        },
    )?;
    let labels = rates(
        store,
        project,
        &own,
        GroupBy {
            label: true,
            ..GroupBy::default()
        },
    )?;
    let days = work(
        store,
        project,
        &Filter {
            rater: own.rater.clone(),
            ..week.fortnight_filter()
        },
    )?;
    let nothing = || Empty::quiet("No reading was compared with a reference in this period.");
    let sections = vec![
        Section::new("stages", "Error rate by stage and kind of reference").table(
            rate_table(project, week, rater, &stages, "Stage"),
            nothing(),
        ),
        weeks_section(project, rater, &weekly_rates(store, project, rater)?),
        Section::new("labels", "By label").sortable(
            label_table(store, project, week, rater, &own, &labels)?,
            nothing(),
        ),
        Section::new("confusions", "Labels taken for one another").table(
            confusion_table(store, project, week, rater, &own)?,
            Empty::quiet("No label was taken for another."),
        ),
        Section::new("throughput", "Throughput, this week and the one before")
            .plots(chart_plots(&days))
            .table(
                summary_table(project, week, &days),
                Empty::quiet("Nothing was finished on a known day in this period."),
            )
            .more(
                "Day by day",
                Link::project(name)
                    .to("throughput")
                    .with("week", week.name())
                    .with("rater", rater),
            ),
        errors_section(store, project, week, rater)?,
    ];
    render(&frame, &sections)
}

fn headline(row: &AnnotatorRow) -> String {
    match row.rate.value {
        Some(_) => format!(
            "{}: {} ({})",
            row.rater,
            row.rate.text_with_interval(),
            row.status.word()
        ),
        None => format!("{}: not assessed, {}", row.rater, row.rate.reason()),
    }
}

/// Bias, agreement and pace in one line.
fn lead(row: &AnnotatorRow) -> String {
    let mut parts = vec![format!("{}; {} in error", row.role, row.rate.n_text())];
    let mut add = |name: &str, figure: &Figure| {
        if figure.value.is_some() {
            parts.push(format!("{name} {}", figure.text_with_interval()));
        }
    };
    let of = row.size_of().map_or(String::new(), |of| format!(" ({of})"));
    add(&format!("size bias{of}"), &row.size_bias);
    add("κ to the others", &row.kappa);
    add("median Dice", &row.dice);
    add("median studies a day", &row.studies_per_day);
    if let Some(change) = &row.change {
        let word = if change.moved {
            "moved"
        } else {
            "within chance"
        };
        parts.push(format!(
            "change to the four weeks before {} ({word})",
            change.difference.text_with_interval()
        ));
    }
    parts.join(" · ")
}

fn rate_table(
    project: &Project,
    week: &Week,
    rater: &str,
    rows: &[RateRow],
    first: &str,
) -> TableView {
    let kinds = ErrorKind::ALL;
    let mut names = vec![
        first.to_owned(),
        "Reference".into(),
        "Status".into(),
        "Error rate".into(),
        "Limit".into(),
    ];
    names.extend(kinds.iter().map(|kind| capital(&plain(kind.as_str()))));
    names.push("Not judged".into());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let row = |row: &RateRow| {
        let errors = || {
            errors_link(project, week)
                .with("kind", "reference")
                .with("rater", rater)
                .with("stage", row.stage.map(|stage| stage.as_str()))
                .with("reference", row.reference_kind.map(|kind| kind.as_str()))
        };
        let mut cells = vec![
            CellView::text(row.stage.map_or("–", |stage| stage.as_str())),
            CellView::text(row.reference_kind.map_or("–", |kind| kind.as_str())),
            CellView::status(row.status),
            linked_figure(&row.rate, errors()),
            row.limit.map_or_else(no_number, |limit| CellView {
                numeric: true,
                ..CellView::text(format::limit(limit))
            }),
        ];
        for kind in kinds {
            let n = row.kinds.get(kind).copied().unwrap_or(0);
            cells.push(linked_count(n, errors().with("error", kind.as_str())));
        }
        cells.push(CellView::count(row.n_not_applicable));
        cells
    };
    let caption = "Kinds of error count instances, the rate counts units; Wilson's interval. Kinds of reference are never mixed.";
    TableView::new(&names, rows.iter().map(row).collect(), caption)
}

/// Every week under the limits of a p chart.
fn weeks_section(project: &Project, rater: &str, rows: &[RateRow]) -> Section {
    let n_beyond = rows
        .iter()
        .filter(|row| row.control.is_some_and(|control| control.beyond))
        .count();
    let title = match n_beyond {
        0 => "Week by week: no week beyond its control limits".to_owned(),
        1 => "Week by week: one week beyond its control limits".to_owned(),
        n => format!("Week by week: {n} weeks beyond their control limits"),
    };
    let row = |row: &RateRow| {
        let week = row.week.clone().unwrap_or_default();
        let link = Link::project(&project.name)
            .to("errors")
            .with("week", week.as_str())
            .with("kind", "reference")
            .with("rater", rater)
            .with("stage", row.stage.map(|stage| stage.as_str()));
        let percent = |share: f64| format::number(share * 100.0, 1, false);
        vec![
            CellView::text(&week),
            CellView::text(row.stage.map_or("–", |stage| stage.as_str())),
            CellView::text(row.reference_kind.map_or("–", |kind| kind.as_str())),
            linked_figure(&row.rate, link),
            row.control.map_or_else(no_number, |control| CellView {
                numeric: true,
                ..CellView::text(format!(
                    "{}–{} %",
                    percent(control.lower),
                    percent(control.upper)
                ))
            }),
            CellView {
                strong: row.control.is_some_and(|control| control.beyond),
                ..CellView::text(match row.control {
                    Some(control) if control.beyond => "✕ beyond",
                    Some(_) => "within",
                    None => "too few weeks",
                })
            },
        ]
    };
    Section::new("weeks", title).table(
        TableView::new(
            &["Week", "Stage", "Reference", "Error rate", "Control limits", "Signal"],
            rows.iter().map(row).collect(),
            "p chart of each stage and kind of reference: pooled rate ± 3 standard errors (Montgomery 2013, 7.2).",
        ),
        Empty::quiet("No week has a reading that was compared with a reference."),
    )
}

fn label_table(
    store: &Store,
    project: &Project,
    week: &Week,
    rater: &str,
    own: &Filter,
    rows: &[RateRow],
) -> Result<TableView, PageError> {
    let by_label = GroupBy {
        label: true,
        ..GroupBy::default()
    };
    let biases = store.size_bias(project.id, own, by_label)?;
    let row = |row: &RateRow| {
        let label = row.label.clone().unwrap_or_default();
        let errors = || {
            errors_link(project, week)
                .with("kind", "reference")
                .with("rater", rater)
                .with("label", row.label.as_deref())
                .with("reference", row.reference_kind.map(|kind| kind.as_str()))
        };
        let bias = biases
            .iter()
            .find(|bias| {
                (&bias.group.label, bias.group.reference_kind) == (&row.label, row.reference_kind)
            })
            .and_then(|bias| {
                Some(Figure::new(
                    bias.median?,
                    count(bias.n),
                    crate::reports::model::Unit::Relative,
                ))
            });
        let mut cells = vec![
            CellView::text(if label.is_empty() {
                "(refused)"
            } else {
                &label
            }),
            CellView::text(row.reference_kind.map_or("–", |kind| kind.as_str())),
            linked_figure(&row.rate, errors()),
            bias.map_or_else(no_number, |bias| CellView::figure(&bias)),
        ];
        for kind in ErrorKind::ALL {
            let n = row.kinds.get(kind).copied().unwrap_or(0);
            cells.push(linked_count(n, errors().with("error", kind.as_str())));
        }
        cells
    };
    let mut names = vec![
        "Label".to_owned(),
        "Reference".into(),
        "Error rate".into(),
        "Size, median".into(),
    ];
    names.extend(
        ErrorKind::ALL
            .iter()
            .map(|kind| capital(&plain(kind.as_str()))),
    );
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(TableView::new(
        &names,
        rows.iter().map(row).collect(),
        "Units in which either side has the label. Size: (candidate − reference) / reference; positive draws larger.",
    ))
}

fn confusion_table(
    store: &Store,
    project: &Project,
    week: &Week,
    rater: &str,
    own: &Filter,
) -> Result<TableView, PageError> {
    let filter = Filter {
        kind: Some(ComparisonKind::Reference),
        ..own.clone()
    };
    let mut rows = store.confusion(project.id, &filter, GroupBy::default())?;
    rows.retain(|row| row.a_label != row.b_label);
    rows.sort_by_key(|row| std::cmp::Reverse(row.n));
    rows.truncate(MOST_CONFUSIONS);
    let row = |row: &crate::store::ConfusionRow| {
        let link = errors_link(project, week)
            .with("kind", "reference")
            .with("rater", rater)
            .with(
                "reference",
                row.group.reference_kind.map(|kind| kind.as_str()),
            )
            .with("a_label", row.a_label.as_str())
            .with("b_label", row.b_label.as_str());
        vec![
            CellView::text(&row.a_label),
            CellView::text(&row.b_label),
            CellView::text(row.group.reference_kind.map_or("–", |kind| kind.as_str())),
            linked(CellView::count(count(row.n)), link),
        ]
    };
    Ok(TableView::new(
        &["Reference", "Read as", "Kind of reference", "Times"],
        rows.iter().map(row).collect(),
        "",
    ))
}

fn errors_section(
    store: &Store,
    project: &Project,
    week: &Week,
    rater: &str,
) -> Result<Section, PageError> {
    let asked = UnitsAsked {
        filter: Filter {
            rater: Some(rater.to_owned()),
            kind: Some(ComparisonKind::Reference),
            ..week.filter()
        },
        ..UnitsAsked::default()
    };
    let (found, next) = units(store, project.id, &asked, None, MOST_ERRORS)?;
    let section = Section::new("errors", "Errors against references").table(
        units_table(project, &found),
        Empty::quiet("No error against a reference in this period."),
    );
    Ok(match next {
        Some(_) => section.more(
            "All errors of this annotator",
            errors_link(project, week)
                .with("kind", "reference")
                .with("rater", rater),
        ),
        None => section,
    })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
