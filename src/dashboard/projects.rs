//! The list of projects; the only one opens by itself.

use super::PagesState;
use super::answer::{PageError, blocking, html, problem};
use super::frame::Frame;
use super::links::Link;
use super::views::{instant, plural};
use crate::pipeline::projects;
use askama::Template;
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Response, handler};

struct Row {
    name: String,
    href: String,
    facts: String,
}

#[derive(Template)]
#[template(path = "pages/projects.html")]
struct ProjectsPage {
    frame: Frame,
    projects: Vec<Row>,
}

enum Found {
    One(String),
    List(String),
}

#[handler]
pub async fn show_list(state: Data<&PagesState>) -> Response {
    let found = blocking(&state, |store| {
        let mut rows = Vec::new();
        for project in projects(store)? {
            let zone = project.time_zone()?;
            rows.push(Row {
                href: Link::project(&project.name).into(),
                facts: format!(
                    "protocol {} {} · {} · since {}",
                    project.protocol.name,
                    project.protocol.version,
                    plural(store.imports(project.id)?.len() as u64, "import", "imports"),
                    instant(project.created_at_us, &zone),
                ),
                name: project.name,
            });
        }
        if let [only] = rows.as_slice() {
            return Ok(Found::One(only.href.clone()));
        }
        let page = ProjectsPage {
            frame: Frame::bare(match rows.len() {
                0 => "No project yet",
                _ => "Projects",
            }),
            projects: rows,
        };
        Ok(Found::List(page.render().map_err(PageError::from)?))
    })
    .await;
    match found {
        Ok(Found::One(href)) => Response::builder()
            .status(StatusCode::TEMPORARY_REDIRECT)
            .header(header::LOCATION, href)
            .finish(),
        Ok(Found::List(page)) => html(StatusCode::OK, page),
        Err(error) => problem(&error),
    }
}
