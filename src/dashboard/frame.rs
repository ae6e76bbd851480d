//! What stands around every page: title, way through the project, choice of week.

use super::answer::PageError;
use super::links::Link;
use super::views::Section;
use crate::pipeline::{Project, Week};
use crate::store::Store;
use askama::Template;

/// Pages of a project, in the order of the navigation: step and name.
const PAGES: &[(&str, &str)] = &[
    ("", "Overview"),
    ("annotators", "Annotators"),
    ("studies", "Studies"),
    ("agreement", "Agreement"),
    ("errors", "Errors"),
    ("throughput", "Throughput"),
    ("calibration", "Calibration"),
    ("gates", "Gates"),
    ("imports", "Imports"),
    ("definitions", "Definitions"),
];

/// One entry of the navigation.
pub struct NavEntry {
    pub href: String,
    pub text: &'static str,
    pub current: bool,
}

/// The choice of a week. Other choices of the page go along.
pub struct WeekChoice {
    pub options: Vec<(String, String, bool)>,
    pub kept: Vec<(&'static str, String)>,
}

/// Head and foot of a page.
pub struct Frame {
    pub title: String,
    pub overline: String,
    /// States the finding.
    pub headline: String,
    pub lead: String,
    pub home: String,
    pub nav: Vec<NavEntry>,
    pub week: Option<WeekChoice>,
    pub stamp: String,
    pub version: &'static str,
}

impl Frame {
    /// A page of a project; `page` is its step in the navigation.
    pub fn new(project: &Project, page: &str, headline: impl Into<String>) -> Self {
        let root = || Link::project(&project.name);
        let name = PAGES
            .iter()
            .find(|(step, _)| *step == page)
            .map_or("", |(_, name)| *name);
        let headline = headline.into();
        Self {
            title: format!("{headline} – {} – Concord", project.name),
            overline: format!("{} · {name}", project.name),
            headline,
            lead: String::new(),
            home: root().into(),
            nav: PAGES
                .iter()
                .map(|&(step, text)| NavEntry {
                    href: if step.is_empty() {
                        root()
                    } else {
                        root().to(step)
                    }
                    .into(),
                    text,
                    current: step == page,
                })
                .collect(),
            week: None,
            stamp: format!(
                "Protocol {} {}, hash {} · days in {}",
                project.protocol.name,
                project.protocol.version,
                project.protocol_hash,
                project.protocol.calendar.time_zone
            ),
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// One sentence below the headline.
    #[must_use]
    pub fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = lead.into();
        self
    }

    /// Lets the reader choose a week.
    ///
    /// # Errors
    /// What the store raises.
    pub fn with_weeks(
        mut self,
        store: &Store,
        project: &Project,
        week: &Week,
        kept: Vec<(&'static str, String)>,
    ) -> Result<Self, PageError> {
        let mut names: Vec<String> = store
            .weeks(project.id)?
            .into_iter()
            .map(|row| row.week)
            .collect();
        names.reverse();
        if week.period().is_some() && !names.iter().any(|name| name == week.name()) {
            names.insert(0, week.name().to_owned());
        }
        let mut options: Vec<(String, String, bool)> = names
            .into_iter()
            .enumerate()
            .map(|(i, name)| {
                let text = if i == 0 {
                    format!("{name} (latest)")
                } else {
                    name.clone()
                };
                let chosen = name == week.name();
                (name, text, chosen)
            })
            .collect();
        options.push((
            "all".to_owned(),
            "all weeks".to_owned(),
            week.period().is_none(),
        ));
        self.overline = match week.period() {
            Some(period) => format!(
                "{} · {} to {}",
                self.overline, period.first_day, period.last_day
            ),
            None => format!("{} · all weeks", self.overline),
        };
        self.week = Some(WeekChoice { options, kept });
        Ok(self)
    }

    /// Without a project: the list of projects, and what went wrong.
    pub fn bare(headline: &str) -> Self {
        Self {
            title: format!("{headline} – Concord"),
            overline: "Concord".to_owned(),
            headline: headline.to_owned(),
            lead: String::new(),
            home: "/".to_owned(),
            nav: Vec::new(),
            week: None,
            stamp: String::new(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/sections.html")]
struct SectionsPage<'a> {
    frame: &'a Frame,
    sections: &'a [Section],
}

/// A page of tables and figures.
///
/// # Errors
/// A template that fails.
pub fn render(frame: &Frame, sections: &[Section]) -> Result<String, PageError> {
    Ok(SectionsPage { frame, sections }.render()?)
}

#[derive(Template)]
#[template(path = "pages/problem.html")]
struct ProblemPage<'a> {
    frame: &'a Frame,
    detail: &'a str,
}

/// What went wrong, as a page.
pub(super) fn problem_page(error: &PageError) -> String {
    let frame = Frame::bare(error.title);
    let page = ProblemPage {
        frame: &frame,
        detail: &error.detail,
    };
    page.render().unwrap_or_else(|_| error.title.to_owned())
}
