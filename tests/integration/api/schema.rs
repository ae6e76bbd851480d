//! Holds answers against the OpenAPI document: status, media type, and the shape of JSON bodies.

use super::server::Answer;
use serde_json::Value;

/// Asserts that the document declares this answer. Paths and methods that it does not know must say so.
#[track_caller]
pub fn check_declared(document: &Value, method: &str, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    let Some(operations) = operations(document, path) else {
        return;
    };
    let Some(operation) = operations.get(method.to_lowercase()) else {
        assert!(
            matches!(answer.status, 405 | 403),
            "{method} {path} is not declared and answers {}",
            answer.status
        );
        return;
    };
    let declared = &operation["responses"][answer.status.to_string()];
    assert!(
        declared.is_object(),
        "{method} {path} does not declare {}: {}",
        answer.status,
        lossy(answer)
    );
    let Some(content) = declared
        .get("content")
        .and_then(Value::as_object)
        .filter(|content| !content.is_empty())
    else {
        assert!(
            answer.body.is_empty(),
            "{method} {path} {} has a body",
            answer.status
        );
        return;
    };
    let media_type = answer.media_type();
    let (_, media) = content
        .iter()
        .find(|(name, _)| name.split(';').next() == Some(media_type))
        .unwrap_or_else(|| {
            panic!(
                "{method} {path} {} does not declare {media_type}",
                answer.status
            )
        });
    if media_type.ends_with("json") {
        let place = format!("{method} {path}");
        check(document, &media["schema"], &answer.json(), &place);
        if media_type == "application/problem+json" {
            let code = answer.json()["code"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            assert!(
                media["examples"].get(&code).is_some(),
                "{place} does not declare the code {code}"
            );
        }
    }
}

fn lossy(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body)
        .chars()
        .take(300)
        .collect()
}

/// The operations at the declared path that fits; literal segments before parameters.
fn operations<'d>(document: &'d Value, path: &str) -> Option<&'d Value> {
    let inner = path.strip_prefix("/api/v1").unwrap_or(path);
    let paths = document["paths"].as_object()?;
    paths.get(inner).or_else(|| {
        let asked: Vec<&str> = inner.split('/').collect();
        paths
            .iter()
            .find(|(declared, _)| {
                let declared: Vec<&str> = declared.split('/').collect();
                declared.len() == asked.len()
                    && declared
                        .iter()
                        .zip(&asked)
                        .all(|(declared, asked)| declared == asked || declared.starts_with('{'))
            })
            .map(|(_, operations)| operations)
    })
}

/// Asserts that a value has the shape of a schema: types, required keys, no key that is not declared.
#[track_caller]
pub fn check(document: &Value, schema: &Value, value: &Value, place: &str) {
    if value.is_null() && schema["nullable"] == true {
        return;
    }
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        let target = document
            .pointer(pointer)
            .unwrap_or_else(|| panic!("{name} is missing"));
        return check(document, target, value, place);
    }
    if let Some(all) = schema["allOf"].as_array() {
        return all
            .iter()
            .for_each(|one| check(document, one, value, place));
    }
    if schema["anyOf"].is_array() || schema["oneOf"].is_array() {
        return;
    }
    match schema["type"].as_str() {
        Some("object") => {
            let object = value
                .as_object()
                .unwrap_or_else(|| panic!("{place} is no object: {value}"));
            let Some(properties) = schema["properties"].as_object() else {
                return;
            };
            for required in schema["required"].as_array().into_iter().flatten() {
                let name = required.as_str().unwrap_or_default();
                assert!(object.contains_key(name), "{place} lacks {name}");
            }
            for (key, value) in object {
                let property = properties
                    .get(key)
                    .unwrap_or_else(|| panic!("{place} has an undeclared key {key}"));
                check(document, property, value, &format!("{place}.{key}"));
            }
        }
        Some("array") => {
            let items = value
                .as_array()
                .unwrap_or_else(|| panic!("{place} is no list: {value}"));
            for (index, item) in items.iter().enumerate() {
                check(
                    document,
                    &schema["items"],
                    item,
                    &format!("{place}[{index}]"),
                );
            }
        }
        Some("string") => assert!(value.is_string(), "{place} is no text: {value}"),
        Some("integer") => assert!(
            value.is_i64() || value.is_u64(),
            "{place} is no whole number: {value}"
        ),
        Some("number") => assert!(value.is_number(), "{place} is no number: {value}"),
        Some("boolean") => assert!(value.is_boolean(), "{place} is no truth value: {value}"),
        // A part of `allOf` may add a description alone.
        None => {}
        Some(other) => panic!("{place} has a schema of type {other}"),
    }
}
