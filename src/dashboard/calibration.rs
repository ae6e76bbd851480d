//! The weekly session: reports by week, decisions with what was measured since, and a form for new ones.

use super::PagesState;
use super::answer::{PageError, answer, blocking, problem};
use super::frame::Frame;
use super::links::{Link, key_of};
use super::units::{errors_link, item_link, rater_link};
use super::views::{Empty, Section, count, linked};
use crate::domain::Stage;
use crate::pipeline::{self, Project, Week, decisions};
use crate::reports::model::{CalibrationReport, Figure};
use crate::reports::render::{self, Audience, CellView, TableView};
use crate::store::Store;
use askama::Template;
use poem::http::{StatusCode, header};
use poem::web::{Data, Form, Path};
use poem::{Request, Response, handler};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "pages/calibration.html")]
struct CalibrationPage<'a> {
    frame: &'a Frame,
    sections: &'a [Section],
    weeks: Vec<String>,
    /// Value and text of what a decision can move.
    metrics: Vec<(String, String)>,
    action: String,
}

#[handler]
pub async fn show_sessions(state: Data<&PagesState>, Path(project): Path<String>) -> Response {
    answer(&state, move |store| sessions_page(store, key_of(&project))).await
}

fn sessions_page(store: &Store, name: &str) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let link = |week: &str| Link::project(name).to("calibration").to(week);
    let mut weeks = store.weeks(project.id)?;
    weeks.reverse();
    let made = store.calibration_decisions(project.id, None)?;
    let n_of_week = |week: &str| {
        made.iter()
            .filter(|decision| decision.decision.week == week)
            .count() as u64
    };
    let row = |row: &crate::store::WeekRow| {
        vec![
            linked(CellView::text(&row.week), link(&row.week)),
            CellView::count(count(row.n_readings)),
            CellView::count(count(row.n_comparisons)),
            CellView::count(n_of_week(&row.week)),
        ]
    };
    let table = TableView::new(
        &["Session", "Readings", "Comparisons", "Decisions"],
        weeks.iter().map(row).collect(),
        "Each opens as one page to meet over; it prints on A4 and Letter.",
    );
    let mut n_moved = 0;
    let mut decided = Vec::new();
    for decision in made.iter().rev() {
        let (before, since) = decisions::measured(store, project, decision)?;
        let effect = effect(&before, since.as_ref());
        n_moved += usize::from(effect == MOVED);
        decided.push(vec![
            CellView::text(&decision.decision.week),
            CellView::text(&decision.decision.decision),
            CellView::text(&decision.decision.metric),
            CellView::figure(&before),
            since
                .as_ref()
                .map_or_else(super::views::no_number, CellView::figure),
            CellView {
                strong: effect == MOVED,
                ..CellView::text(effect)
            },
        ]);
    }
    let headline = match (made.len(), weeks.first()) {
        (_, None) => "No week has finished work yet".to_owned(),
        (0, Some(week)) => format!(
            "{} is the latest session; no decision is on record",
            week.week
        ),
        (n, Some(week)) => format!(
            "{} is the latest session; {n_moved} of {n} decisions moved their metric",
            week.week
        ),
    };
    let frame = Frame::new(project, "calibration", headline);
    let weekly = Section::new("sessions", "Sessions").table(
        table,
        Empty::new(
            "No reading says when it was finished, so there are no weeks; the report over everything still works.",
            format!("concord report calibration --project {name} --week all"),
        ),
    );
    let weekly = weekly.more("All weeks together", link("all"));
    let sections = [
        weekly,
        Section::new("decisions", "Decisions and what was measured since").table(
            TableView::new(
                &["Week", "Decision", "Should move", "Its week and the three before", "Since", "Effect"],
                decided,
                "Moved: the two intervals do not meet.",
            ),
            Empty::quiet("A decision is recorded below with the metric that it should move; before and after appear here."),
        ),
    ];
    let page = CalibrationPage {
        frame: &frame,
        sections: &sections,
        weeks: weeks.into_iter().map(|row| row.week).collect(),
        metrics: metrics(store, project)?,
        action: Link::project(name).to("calibration").into(),
    };
    Ok(page.render()?)
}

const MOVED: &str = "moved";

fn effect(before: &Figure, since: Option<&Figure>) -> &'static str {
    let Some(since) = since else {
        return "not measured yet";
    };
    match (before.interval(), since.interval()) {
        (Some((lower, upper)), Some((since_lower, since_upper)))
            if since_upper < lower || since_lower > upper =>
        {
            MOVED
        }
        (Some(_), Some(_)) => "within chance",
        _ => "not comparable",
    }
}

/// Error rates overall, by stage, rater and label: what a decision can name.
fn metrics(store: &Store, project: &Project) -> Result<Vec<(String, String)>, PageError> {
    let mut found = vec![("error_rate".to_owned(), "error rate, all".to_owned())];
    let mut add = |scope: &str, key: &str| {
        // The metric's own syntax parts scopes at commas.
        if !key.contains([',', '=']) {
            found.push((
                format!("error_rate:{scope}={key}"),
                format!("error rate, {scope} {key}"),
            ));
        }
    };
    for stage in Stage::ALL {
        add("stage", stage.as_str());
    }
    for row in store.raters(project.id)? {
        add("rater", &row.rater);
    }
    let labels: std::collections::BTreeSet<String> = store
        .labels(project.id)?
        .into_iter()
        .map(|row| project.protocol.canonical_label(&row.label).to_owned())
        .collect();
    for label in &labels {
        add("label", label);
    }
    Ok(found)
}

/// One session as the report that is also mailed, with links into the server.
#[handler]
pub async fn show_report(
    state: Data<&PagesState>,
    Path((project, week)): Path<(String, String)>,
) -> Response {
    answer(&state, move |store| {
        let project = pipeline::project(store, key_of(&project))?;
        let mut report = pipeline::calibration(store, &project, key_of(&week))?;
        link_up(store, &project, &mut report)?;
        Ok(render::html(&report, Audience::Server)?)
    })
    .await
}

fn link_up(
    store: &Store,
    project: &Project,
    report: &mut CalibrationReport,
) -> Result<(), PageError> {
    let week = Week::parse(store, project, &report.week)?;
    for case in &mut report.agenda {
        case.link = Some(
            item_link(project, &case.item)
                .with("label", case.label.as_str())
                .into(),
        );
    }
    for row in &mut report.annotators {
        row.link = Some(rater_link(project, &row.rater, &week).into());
    }
    for row in &mut report.agreement {
        row.link = Some(super::agreement::row_link(project, &week, row).into());
    }
    for matrix in &mut report.confusions {
        for confusion in &mut matrix.top {
            confusion.link = Some(
                errors_link(project, &week)
                    .with("kind", "reference")
                    .with("reference", matrix.row_side.as_str())
                    .with("a_label", confusion.reference.as_str())
                    .with("b_label", confusion.candidate.as_str())
                    .into(),
            );
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Decided {
    week: String,
    text: String,
    metric: String,
}

/// Records a decision, then shows it.
#[handler]
pub async fn decide(
    state: Data<&PagesState>,
    Path(project): Path<String>,
    request: &Request,
    decided: poem::Result<Form<Decided>>,
) -> Response {
    if !from_here(request) {
        return problem(&PageError::forbidden(
            "decisions are taken from this server's own form only",
        ));
    }
    let Ok(Form(decided)) = decided else {
        return problem(&PageError::parameter(
            "form",
            "week, text and metric are needed",
        ));
    };
    let name = key_of(&project).to_owned();
    let back = Link::project(&name).to("calibration").at("decisions");
    let recorded = blocking(&state, move |store| {
        let project = pipeline::project(store, &name)?;
        Ok(decisions::record(
            store,
            &project,
            &decided.week,
            &decided.text,
            &decided.metric,
        )?)
    })
    .await;
    match recorded {
        Ok(_) => Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(header::LOCATION, back.to_string())
            .finish(),
        Err(error) => problem(&error),
    }
}

/// Whether the form stood on a page of this server: another site's page must not write through a reader's browser.
fn from_here(request: &Request) -> bool {
    let text = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let site = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let origin = text("origin")
        .is_none_or(|origin| origin.split_once("://").map(|(_, host)| host) == text("host"));
    site && origin
}
