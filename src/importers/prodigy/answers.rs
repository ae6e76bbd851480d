//! Choices among options, and yes-or-no questions.

use crate::domain::{Annotation, Shape};
use crate::importers::json::fields::{given, list, word};
use crate::importers::json::record;
use crate::importers::one_reading::plain;
use serde_json::Value;
use std::collections::HashSet;

/// More options are no choice that a person is asked.
const MAX_OPTIONS: usize = 10_000;

/// Whether tasks that do not say how many options may be chosen allow several: they do where one of the upload chose several.
#[derive(Default)]
pub(super) struct Styles {
    several: bool,
}

impl Styles {
    /// Looks at a line before any is read.
    pub fn see(&mut self, line: &[u8]) {
        if self.several || memchr::memmem::find(line, b"\"accept\"").is_none() {
            return;
        }
        let Ok(task) = record::<Value>(line, &[]) else {
            return;
        };
        let n_chosen = given(&task, "accept")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        self.several = style(&task).is_none() && n_chosen > 1;
    }
}

/// `single` or `multiple`, where the task says so.
fn style(task: &Value) -> Option<&str> {
    word(given(task, "config")?, "choice_style")
}

/// Whether a task asks for a choice.
pub(super) fn asks(task: &Value) -> bool {
    given(task, "options").is_some() || given(task, "accept").is_some_and(Value::is_array)
}

/// What was chosen. A choice of one option is a class; where several may be chosen, every option is a question of its own.
pub(super) fn chosen(task: &Value, id: &str, styles: &Styles) -> Result<Vec<Annotation>, String> {
    let accepted = texts(list(task, "accept")?, "accept")?;
    let options = list(task, "options")?;
    let n_options = options.len().max(accepted.len());
    if n_options > MAX_OPTIONS {
        return Err(format!(
            "has {n_options} options; at most {MAX_OPTIONS} are read"
        ));
    }
    let options: Vec<&Value> = options
        .iter()
        .map(|option| given(option, "id").unwrap_or(option))
        .collect();
    let options = texts(options, "options")?;
    let offered: HashSet<&String> = options.iter().collect();
    if let Some(stray) = accepted
        .iter()
        .position(|chosen| !offered.is_empty() && !offered.contains(chosen))
    {
        return Err(format!("`accept[{stray}]` is none of the ids in `options`"));
    }
    let is_multiple = match style(task) {
        Some("multiple") => true,
        Some(_) if accepted.len() > 1 => {
            return Err(format!(
                "`accept` has {} options where one may be chosen",
                accepted.len()
            ));
        }
        Some(_) => false,
        None => styles.several,
    };
    if !is_multiple {
        let one = |value: String| answer(id.to_owned(), String::new(), value);
        return Ok(accepted.into_iter().map(one).collect());
    }
    let taken: HashSet<&String> = accepted.iter().collect();
    let asked = if options.is_empty() {
        accepted.clone()
    } else {
        options
    };
    let one = |(at, option): (usize, String)| {
        let is_chosen = taken.contains(&option);
        answer(format!("{id}#{at}"), option, yes_or_no(is_chosen))
    };
    Ok(asked.into_iter().enumerate().map(one).collect())
}

/// A yes or no to a label of the whole input.
pub(super) fn labelled(label: &str, is_accepted: bool, id: &str) -> Annotation {
    answer(id.to_owned(), label.to_owned(), yes_or_no(is_accepted))
}

fn yes_or_no(is_accepted: bool) -> String {
    if is_accepted { "accept" } else { "reject" }.to_owned()
}

fn answer(id: String, question: String, value: String) -> Annotation {
    let label = value.clone();
    plain(id, &label, Shape::Classification { question, value })
}

/// Ids, which are texts or numbers.
fn texts<'v>(
    values: impl IntoIterator<Item = &'v Value>,
    name: &str,
) -> Result<Vec<String>, String> {
    let text = |(at, value): (usize, &Value)| match value {
        Value::String(text) if !text.is_empty() => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(format!("`{name}[{at}]` is no id")),
    };
    values.into_iter().enumerate().map(text).collect()
}
