//! Answers to questions: about the whole task as annotations of their own, about one region as its attributes.

use super::pieces::Piece;
use crate::domain::{Annotation, Shape};
use serde_json::Value;
use std::collections::BTreeMap;

/// An answer about one region, in words; `None` where nothing was answered.
pub(super) fn in_words(piece: &Piece) -> Option<String> {
    let value = &piece.value;
    let joined = |chosen: &[super::value::Chosen]| {
        let names: Vec<String> = chosen.iter().map(super::value::Chosen::named).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    match piece.kind.as_str() {
        "choices" => joined(value.choices.as_deref()?),
        "taxonomy" => joined(value.taxonomy.as_deref()?),
        "rating" => value.rating.map(|rating| rating.to_string()),
        "number" => value.number.map(|number| number.to_string()),
        "datetime" => value.datetime.clone(),
        "pairwise" => value.selected.clone(),
        _ => None,
    }
}

/// What was answered about the whole task.
pub(super) fn answers(piece: &Piece) -> Result<Vec<Annotation>, String> {
    let value = &piece.value;
    let missing = |field: &str| format!("`value` has no `{field}`");
    let question = &piece.from_name;
    let shapes = match piece.kind.as_str() {
        "choices" | "taxonomy" => {
            let chosen = if piece.kind == "choices" {
                &value.choices
            } else {
                &value.taxonomy
            };
            let chosen = chosen.as_deref().ok_or_else(|| missing(&piece.kind))?;
            if chosen.is_empty() {
                return Err(format!("`{}` names no choice", piece.kind));
            }
            let names = chosen.iter().map(super::value::Chosen::named);
            names.map(|name| category(question, name)).collect()
        }
        "rating" | "number" => {
            let rank = if piece.kind == "rating" {
                value.rating
            } else {
                value.number
            };
            vec![rank_of(question, rank.ok_or_else(|| missing(&piece.kind))?)]
        }
        "datetime" => {
            let time = value.datetime.clone().ok_or_else(|| missing("datetime"))?;
            vec![category(question, time)]
        }
        "pairwise" => {
            let side = value.selected.clone().ok_or_else(|| missing("selected"))?;
            vec![category(question, side)]
        }
        "ranker" => ranked(
            question,
            value.ranker.as_ref().ok_or_else(|| missing("ranker"))?,
        )?,
        _ => return Err("answers no question that is known".to_owned()),
    };
    let several = shapes.len() > 1;
    let annotation = |(index, (label, shape)): (usize, (String, Shape))| Annotation {
        source_id: if several {
            format!("{}#{index}", piece.id)
        } else {
            piece.id.clone()
        },
        label,
        shape,
        attributes: BTreeMap::new(),
        confidence: piece.confidence,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
        invalid: None,
    };
    Ok(shapes.into_iter().enumerate().map(annotation).collect())
}

fn category(question: &str, value: String) -> (String, Shape) {
    let shape = Shape::Classification {
        question: question.to_owned(),
        value: value.clone(),
    };
    (value, shape)
}

fn rank_of(question: &str, rank: f64) -> (String, Shape) {
    let shape = Shape::Ordinal {
        question: question.to_owned(),
        rank,
    };
    (question.to_owned(), shape)
}

/// A list put in order gives each of its entries a rank, one sorted into buckets a category; what was left in the list (`_`) is neither.
fn ranked(control: &str, ranker: &Value) -> Result<Vec<(String, Shape)>, String> {
    let columns: Vec<(&str, &Value)> = match ranker {
        Value::Object(columns) => columns.iter().map(|(name, ids)| (&**name, ids)).collect(),
        Value::Array(_) => vec![(control, ranker)],
        _ => return Err("`ranker` is neither an object nor a list".to_owned()),
    };
    let mut found = Vec::new();
    for (column, ids) in columns.into_iter().filter(|(column, _)| *column != "_") {
        let ids = ids
            .as_array()
            .ok_or("`ranker` holds a column that is no list")?;
        for (at, id) in ids.iter().enumerate() {
            let id = match id {
                Value::String(id) => id.clone(),
                Value::Number(id) => id.to_string(),
                _ => {
                    return Err(
                        "`ranker` holds an entry that is neither a text nor a number".to_owned(),
                    );
                }
            };
            let question = format!("{control}: {id}");
            found.push(if column == control {
                rank_of(&question, (at + 1) as f64)
            } else {
                category(&question, column.to_owned())
            });
        }
    }
    if found.is_empty() {
        return Err("`ranker` sorts nothing".to_owned());
    }
    Ok(found)
}
