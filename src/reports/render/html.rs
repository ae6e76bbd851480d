//! One self-contained HTML file from the templates in `reports/`.

use super::rows;
use super::tables::TableView;
use super::{RenderError, words};
use crate::reports::figures::{
    agreement_by_label, confusion, distribution, rater_heatmap, sparkline, stage_rates, throughput,
    verdict_bar,
};
use crate::reports::model::{CalibrationReport, StageCard};
use askama::Template;

/// The style sheet that reports and pages share.
pub const STYLE: &str = include_str!("../../../reports/style.css");

/// Who opens the page: links to the server are kept only where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A file that is mailed or archived.
    File,
    /// A page of the server.
    Server,
}

/// A figure with its title and caption.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    pub title: String,
    pub caption: String,
    pub svg: String,
}

/// A verdict card as the template `card` of `parts.html` prints it.
#[derive(Clone, Debug, PartialEq)]
pub struct CardView<'a> {
    pub card: &'a StageCard,
    pub value: String,
    pub unit: &'static str,
    /// The interval bar.
    pub bar: String,
    pub trend: Option<String>,
    pub audits: Option<String>,
    pub facts: Vec<String>,
}

impl<'a> CardView<'a> {
    pub fn new(card: &'a StageCard) -> Self {
        let trend = (card.weeks.len() > 1)
            .then(|| sparkline::svg(&format!("trend-{}", card.stage), &card.weeks, card.limit));
        Self {
            card,
            value: card.rate.text_beside(card.limit),
            unit: words::units(card.unit),
            bar: verdict_bar::svg(&format!("verdict-{}", card.stage), card),
            trend,
            audits: words::audits(card),
            facts: words::facts(card),
        }
    }
}

struct CaseView<'a> {
    case: &'a crate::reports::model::AgendaCase,
    title: String,
    technique: String,
    pairs: TableView,
}

struct Section {
    id: String,
    title: String,
    table: Option<TableView>,
    plots: Vec<Plot>,
    /// What to import when there is nothing to show.
    empty: &'static str,
}

#[derive(Template)]
#[template(path = "calibration.html")]
struct Page<'a> {
    report: &'a CalibrationReport,
    style: &'static str,
    title: String,
    headline: String,
    stamp: String,
    cards: Vec<CardView<'a>>,
    front: Vec<Plot>,
    cases: Vec<CaseView<'a>>,
    decisions: TableView,
    decisions_title: String,
    sections: Vec<Section>,
}

/// The report as one HTML file without outside resources.
pub fn html(report: &CalibrationReport, audience: Audience) -> Result<String, RenderError> {
    let mut report = report.clone();
    keep_links(&mut report, audience);
    let report = &report;
    let headline = words::headline(report);
    let case = |case| CaseView {
        case,
        title: words::case_title(case),
        technique: words::plain(&case.technique),
        pairs: rows::pairs(case),
    };
    let page = Page {
        report,
        style: STYLE,
        title: format!("{} calibration – {headline}", report.project),
        headline,
        stamp: words::stamp(report),
        cards: report.stages.iter().map(CardView::new).collect(),
        front: front(report),
        cases: report.agenda.iter().map(case).collect(),
        decisions: rows::decisions(&report.decisions),
        decisions_title: words::decisions_title(report),
        sections: sections(report),
    };
    Ok(page.render()?)
}

/// Drops links that lead nowhere from where the page is read, or anywhere else than the page and the server.
fn keep_links(report: &mut CalibrationReport, audience: Audience) {
    let keep = |link: &mut Option<String>| {
        link.take_if(|link| {
            let within_page = link.starts_with('#');
            let on_server = link.starts_with('/') && !link.starts_with("//");
            !(within_page || on_server && audience == Audience::Server)
        });
    };
    report
        .findings
        .iter_mut()
        .for_each(|finding| keep(&mut finding.link));
    report
        .annotators
        .iter_mut()
        .for_each(|row| keep(&mut row.link));
    report
        .agreement
        .iter_mut()
        .for_each(|row| keep(&mut row.link));
    report
        .agenda
        .iter_mut()
        .for_each(|case| keep(&mut case.link));
    let cells = report
        .heatmaps
        .iter_mut()
        .flat_map(|heatmap| &mut heatmap.cells);
    cells.for_each(|cell| keep(&mut cell.link));
    let top = report
        .confusions
        .iter_mut()
        .flat_map(|matrix| &mut matrix.top);
    top.for_each(|confusion| keep(&mut confusion.link));
}

/// The two figures of the first page.
fn front(report: &CalibrationReport) -> Vec<Plot> {
    let mut plots = Vec::new();
    if !report.agreement.is_empty() {
        plots.push(Plot {
            title: agreement_by_label::headline(&report.agreement),
            caption: captioned(report, agreement_by_label::caption(&report.agreement)),
            svg: agreement_by_label::svg("agreement-by-label", &report.agreement),
        });
    }
    if let Some(days) = report
        .throughput
        .as_ref()
        .filter(|days| !days.points.is_empty())
    {
        plots.push(Plot {
            title: throughput::headline(days),
            caption: captioned(report, throughput::caption(days)),
            svg: throughput::svg("throughput-by-day", days),
        });
    }
    plots
}

/// A caption ends with the protocol that the numbers follow.
fn captioned(report: &CalibrationReport, caption: String) -> String {
    let ending = format!(
        "protocol {} {}",
        report.protocol.name, report.protocol.version
    );
    match caption.is_empty() {
        true => ending,
        false => format!("{}; {ending}", caption.trim_end_matches('.')),
    }
}

fn sections(report: &CalibrationReport) -> Vec<Section> {
    let mut rates = Vec::new();
    if !report.stages.is_empty() {
        rates.push(Plot {
            title: stage_rates::headline(&report.stages),
            caption: captioned(report, stage_rates::caption(&report.stages)),
            svg: stage_rates::svg("rates-by-stage", &report.stages),
        });
    }
    if !report.distributions.is_empty() {
        rates.push(Plot {
            title: distribution::headline(&report.distributions),
            caption: captioned(report, distribution::caption(&report.distributions)),
            svg: distribution::svg("overlap-by-annotator", &report.distributions),
        });
    }
    let annotators = Section {
        id: "annotators".to_owned(),
        title: words::annotators_title(report),
        table: (!report.annotators.is_empty()).then(|| rows::annotators(&report.annotators)),
        plots: rates,
        empty: "Import annotations that name their annotator.",
    };
    let heatmap = |(i, heatmap)| Plot {
        title: rater_heatmap::headline(heatmap),
        caption: captioned(report, heatmap.caption.clone()),
        svg: rater_heatmap::svg(&format!("raters-{}", i + 1), heatmap),
    };
    let agreement = Section {
        id: "agreement".to_owned(),
        title: "Agreement between raters".to_owned(),
        table: (!report.agreement.is_empty()).then(|| rows::agreement(&report.agreement)),
        plots: report.heatmaps.iter().enumerate().map(heatmap).collect(),
        empty: "Import readings of the same items by at least two raters.",
    };
    let matrix = |(i, matrix)| Plot {
        title: confusion::headline(matrix),
        caption: captioned(report, matrix.caption.clone()),
        svg: confusion::svg(&format!("confusion-{}", i + 1), matrix),
    };
    let confusions = Section {
        id: "confusions".to_owned(),
        title: "Labels taken for one another".to_owned(),
        table: None,
        plots: report.confusions.iter().enumerate().map(matrix).collect(),
        empty: "No label was taken for another, or there is no reference to tell.",
    };
    let mut sections = vec![annotators, agreement, confusions];
    sections.push(throughput_section(report));
    for (i, table) in report.tables.iter().enumerate() {
        sections.push(Section {
            id: format!("table-{}", i + 1),
            title: table.title.clone(),
            table: Some(rows::data(table)),
            plots: Vec::new(),
            empty: "",
        });
    }
    sections.push(Section {
        id: "imports".to_owned(),
        title: words::imports_title(report),
        table: (!report.imports.is_empty()).then(|| rows::imports(&report.imports)),
        plots: Vec::new(),
        empty: "Nothing was imported in this period.",
    });
    sections
}

/// The figure stands on the first page; here is what it was drawn from.
fn throughput_section(report: &CalibrationReport) -> Section {
    let table = report
        .throughput
        .as_ref()
        .filter(|days| !days.points.is_empty());
    Section {
        id: "throughput".to_owned(),
        title: match table {
            Some(days) => format!("Throughput: {}", throughput::headline(days)),
            None => "Throughput".to_owned(),
        },
        table: table.map(rows::throughput),
        plots: Vec::new(),
        empty: "Import annotations with finished-at times to get studies per day.",
    }
}
