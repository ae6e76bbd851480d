//! Answers to questions: categories of a job, and jobs below a category or an object.

use crate::importers::json::fields::{given, list, word};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Nesting beyond this is no export.
const MAX_DEPTH: usize = 16;

/// Everything that was answered.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Answers {
    /// Question and chosen value; questions below an answer carry the names above, joined by `/`.
    pub chosen: Vec<(String, String)>,
    /// Texts that were typed, which are not read.
    pub n_typed: u64,
    /// Objects drawn below an answer, which are not read.
    pub n_objects: u64,
}

/// The answers of one job.
pub(super) fn of_job(job: &str, held: &Value) -> Result<Answers, String> {
    let mut found = Answers::default();
    collect(job, held, MAX_DEPTH, &mut found)?;
    Ok(found)
}

/// The answers to jobs below an object.
pub(super) fn below(object: &Value) -> Result<Answers, String> {
    let mut found = Answers::default();
    children(object, "", MAX_DEPTH, &mut found)?;
    Ok(found)
}

impl Answers {
    /// As attributes of an object; several answers to one question are joined.
    pub fn into_attributes(self) -> BTreeMap<String, String> {
        let mut joined: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (question, value) in self.chosen {
            joined.entry(question).or_default().push(value);
        }
        joined
            .into_iter()
            .map(|(question, mut values)| {
                values.sort();
                (question, values.join(", "))
            })
            .collect()
    }
}

fn collect(question: &str, held: &Value, depth: usize, found: &mut Answers) -> Result<(), String> {
    if depth == 0 {
        return Err(format!("jobs are nested more than {MAX_DEPTH} deep"));
    }
    if given(held, "text").is_some() {
        found.n_typed += 1;
    }
    found.n_objects += list(held, "annotations")?.len() as u64;
    let categories = list(held, "categories")?;
    for category in categories {
        let name = word(category, "name").ok_or("`categories` holds one without `name`")?;
        found.chosen.push((question.to_owned(), name.to_owned()));
        children(category, &format!("{question}/{name}/"), depth, found)?;
    }
    // Older exports put what lies below the only answer beside it.
    let above = match categories {
        [only] => word(only, "name").map_or_else(String::new, |name| format!("{question}/{name}/")),
        _ => format!("{question}/"),
    };
    children(held, &above, depth, found)
}

fn children(holder: &Value, above: &str, depth: usize, found: &mut Answers) -> Result<(), String> {
    let none = Map::new();
    let jobs = match given(holder, "children") {
        None => &none,
        Some(Value::Object(jobs)) => jobs,
        Some(_) => return Err("`children` is no object".to_owned()),
    };
    for (job, held) in jobs {
        collect(&format!("{above}{job}"), held, depth - 1, found)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nested_answers_carry_the_names_above() {
        let held = json!({"categories": [{"name": "YES", "confidence": 100, "children": {"HOW": {"categories": [{"name": "B"}, {"name": "A"}]}}}],
            "children": {"WHY": {"text": "typed"}}});
        let read = of_job("SIGN", &held).expect("sound");
        let expected = [
            ("SIGN", "YES"),
            ("SIGN/YES/HOW", "B"),
            ("SIGN/YES/HOW", "A"),
        ];
        let expected = expected.map(|(question, value)| (question.to_owned(), value.to_owned()));
        assert_eq!(
            (read.chosen.as_slice(), read.n_typed),
            (expected.as_slice(), 1)
        );
        assert_eq!(read.into_attributes()["SIGN/YES/HOW"], "A, B");
        let mut deep = json!({"categories": [{"name": "x"}]});
        for _ in 0..20 {
            deep = json!({"categories": [{"name": "x"}], "children": {"J": deep}});
        }
        assert!(of_job("J", &deep).is_err());
    }
}
