//! Classifications of either version: a question with the answers chosen, and questions below an answer.

use crate::importers::json::fields::{given, list, word};
use serde_json::Value;

/// Nesting beyond this is no export.
const MAX_DEPTH: usize = 16;

/// One question with what was answered.
#[derive(Debug, PartialEq)]
pub(super) struct Answered {
    /// Questions below an answer carry the names above, joined by `/`.
    pub question: String,
    pub values: Vec<String>,
    /// Whether one answer only could be given.
    pub is_radio: bool,
}

/// Everything that was answered.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Answers {
    pub answered: Vec<Answered>,
    /// Texts that were typed, which are not read.
    pub n_texts: u64,
}

/// The answers under `classifications`; version 1 may put a list within the list.
pub(super) fn answers(holder: &Value) -> Result<Answers, String> {
    let mut found = Answers::default();
    collect(list(holder, "classifications")?, "", MAX_DEPTH, &mut found)?;
    Ok(found)
}

fn collect(
    questions: &[Value],
    above: &str,
    depth: usize,
    found: &mut Answers,
) -> Result<(), String> {
    if depth == 0 {
        return Err(format!(
            "`classifications` are nested more than {MAX_DEPTH} deep"
        ));
    }
    for question in questions {
        if let Value::Array(inner) = question {
            collect(inner, above, depth - 1, found)?;
            continue;
        }
        let name = word(question, "name")
            .or_else(|| word(question, "title"))
            .ok_or("`classifications` holds one without `name`")?;
        let name = if above.is_empty() {
            name.to_owned()
        } else {
            format!("{above}/{name}")
        };
        let Some((chosen, is_radio)) = chosen(question)? else {
            found.n_texts += 1;
            continue;
        };
        let mut values = Vec::new();
        for answer in &chosen {
            let value = word(answer, "name")
                .or_else(|| word(answer, "title"))
                .ok_or("`classifications` holds an answer without `name`")?;
            values.push(value.to_owned());
            let below = format!("{name}/{value}");
            collect(list(answer, "classifications")?, &below, depth - 1, found)?;
        }
        if !values.is_empty() {
            found.answered.push(Answered {
                question: name,
                values,
                is_radio,
            });
        }
        collect(list(question, "classifications")?, above, depth - 1, found)?;
    }
    Ok(())
}

/// The answers chosen and whether it could be one only; `None` for a typed text.
fn chosen(question: &Value) -> Result<Option<(Vec<&Value>, bool)>, String> {
    if let Some(answer) = given(question, "radio_answer") {
        return Ok(Some((vec![answer], true)));
    }
    for name in ["checklist_answers", "answers"] {
        if given(question, name).is_some() {
            return Ok(Some((list(question, name)?.iter().collect(), false)));
        }
    }
    if given(question, "text_answer").is_some() {
        return Ok(None);
    }
    match given(question, "answer") {
        Some(Value::String(_)) => Ok(None),
        Some(Value::Array(all)) => Ok(Some((all.iter().collect(), false))),
        Some(answer @ Value::Object(_)) => Ok(Some((vec![answer], true))),
        _ => Err(
            "`classifications` holds one whose answer is of a form that is not known".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_of_both_versions_are_unfolded() {
        let held = json!({"classifications": [
            {"name": "view", "radio_answer": {"name": "AP", "classifications": [
                {"name": "supine", "checklist_answers": [{"name": "yes"}, {"name": "tilted"}]}]}},
            {"name": "remark", "text_answer": {"content": "x"}},
            [{"title": "site", "answer": {"title": "left"}}],
            {"title": "kinds", "answers": [{"title": "a"}, {"title": "b"}]},
        ]});
        let read = answers(&held).expect("sound");
        let flat: Vec<(String, String, bool)> = read
            .answered
            .iter()
            .map(|one| (one.question.clone(), one.values.join("+"), one.is_radio))
            .collect();
        let expected = [
            ("view/AP/supine", "yes+tilted", false),
            ("view", "AP", true),
            ("site", "left", true),
            ("kinds", "a+b", false),
        ];
        let expected: Vec<(String, String, bool)> = expected
            .into_iter()
            .map(|(question, values, radio)| (question.to_owned(), values.to_owned(), radio))
            .collect();
        assert_eq!((flat, read.n_texts), (expected, 1));
        assert!(answers(&json!({"classifications": [{"name": "q", "answer": 7}]})).is_err());
    }
}
