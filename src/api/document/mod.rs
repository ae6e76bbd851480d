//! The OpenAPI document: what the typed endpoints say, completed by what they cannot.

mod codes;

use self::codes::PROBLEMS;
use super::operations::WITH_PARAMETERS;
use super::parameters::{Form, Parameter};
use serde_json::{Map, Value, json};

/// Adds query parameters, examples of problems, the system's own paths, and the request id; takes out the problems
/// that an operation cannot meet.
pub fn complete(typed: &str) -> String {
    // The text was serialised by the line before; the fallback keeps a faulty one visible.
    let Ok(mut document) = serde_json::from_str::<Value>(typed) else {
        return typed.to_owned();
    };
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, operations) in paths.iter_mut() {
            for (method, operation) in operations.as_object_mut().into_iter().flatten() {
                complete_operation(path, method, operation);
            }
        }
        for (path, operations) in system_paths() {
            paths.insert(path.to_owned(), operations);
        }
    }
    if let Some(schemas) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    {
        schemas.values_mut().for_each(allow_null);
    }
    if let Some(info) = document.get_mut("info").and_then(Value::as_object_mut) {
        info.insert(
            "license".to_owned(),
            json!({"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}),
        );
    }
    serde_json::to_string_pretty(&document).unwrap_or_else(|_| typed.to_owned())
}

fn complete_operation(path: &str, method: &str, operation: &mut Value) {
    let id = operation
        .get("operationId")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let has_body = operation.get("requestBody").is_some();
    let is_upload = matches!(id.as_str(), "import" | "explain");
    let takes_json = operation
        .pointer("/requestBody/content/application~1json; charset=utf-8")
        .is_some();
    let conditional = parameter_names(operation)
        .iter()
        .any(|name| name.eq_ignore_ascii_case("if-match"));
    let n_forms = operation
        .pointer("/responses/200/content")
        .and_then(Value::as_object)
        .map_or(0, Map::len);
    let meets = |status: u16, code: &str| match status {
        403 => method != "get",
        404 => match code {
            "project.not_found" => path.contains("{project}"),
            "import.not_found" => path.contains("{import}"),
            "annotator.not_found" => path.contains("{annotator}"),
            "study.not_found" => path.contains("{study}"),
            "policy.not_found" => id == "evaluate_gate",
            _ => path.contains("{evaluation}"),
        },
        406 => n_forms > 1,
        409 => id == "create_project",
        412 => conditional,
        413 => has_body && is_upload == (code == "import.too_large"),
        415 => takes_json,
        _ if code.starts_with("import.") => is_upload,
        _ => true,
    };
    let parameters = operation
        .as_object_mut()
        .map(|operation| operation.entry("parameters").or_insert_with(|| json!([])));
    if let Some(parameters) = parameters.and_then(Value::as_array_mut) {
        for parameter in parameters.iter_mut() {
            add_example(parameter);
        }
        if let Some((_, query)) = WITH_PARAMETERS.iter().find(|(known, _)| *known == id) {
            parameters.extend(query.iter().map(described));
        }
        parameters.push(request_id_parameter());
    }
    let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    responses.retain(|status, _| {
        let status: u16 = status.parse().unwrap_or(0);
        status < 400
            || PROBLEMS
                .iter()
                .any(|(of, code, _)| *of == status && meets(*of, code))
    });
    for (status, code, detail) in PROBLEMS {
        if !meets(*status, code) {
            continue;
        }
        let response = responses
            .entry(status.to_string())
            .or_insert_with(|| added_problem(*status));
        let content = response
            .pointer_mut("/content/application~1problem+json")
            .and_then(Value::as_object_mut);
        if let Some(examples) = content
            .map(|content| content.entry("examples").or_insert_with(|| json!({})))
            .and_then(Value::as_object_mut)
        {
            examples.insert(
                (*code).to_owned(),
                json!({"value": problem_example(*status, code, detail)}),
            );
        }
    }
    for response in responses.values_mut().filter_map(Value::as_object_mut) {
        let headers = response.entry("headers").or_insert_with(|| json!({}));
        if let Some(headers) = headers.as_object_mut() {
            headers.insert("X-Request-Id".to_owned(), request_id_header());
        }
    }
}

fn parameter_names(operation: &Value) -> Vec<&str> {
    operation
        .get("parameters")
        .and_then(Value::as_array)
        .map(|parameters| {
            parameters
                .iter()
                .filter_map(|one| one.get("name")?.as_str())
                .collect()
        })
        .unwrap_or_default()
}

/// Examples of path parameters and conditional headers.
fn add_example(parameter: &mut Value) {
    let example = match parameter
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default()
    {
        "project" => json!("chest"),
        "annotator" => json!("reader-a"),
        "study" => json!("study-0042"),
        "policy" => json!("default"),
        "week" => json!("2026-W47"),
        "import" | "evaluation" => json!(1),
        _ => json!("\"9f86d081884c7d65\""),
    };
    if let Some(parameter) = parameter.as_object_mut() {
        parameter.entry("example").or_insert(example);
    }
}

fn described(parameter: &Parameter) -> Value {
    let values = parameter.values.map(|values| values());
    let plain = match (parameter.form, &values) {
        (Form::Whole(min, max), _) => json!({"type": "integer", "minimum": min, "maximum": max}),
        (Form::Day, _) => json!({"type": "string", "format": "date"}),
        (_, Some(values)) => json!({"type": "string", "enum": values}),
        _ => json!({"type": "string", "minLength": 1}),
    };
    let (schema, example, explode) = match parameter.form {
        Form::List => {
            let names: Vec<&str> = parameter.example.split(',').collect();
            (
                json!({"type": "array", "items": plain}),
                json!(names),
                false,
            )
        }
        Form::Repeated => (
            json!({"type": "array", "items": plain}),
            json!([parameter.example]),
            true,
        ),
        Form::Whole(..) => (
            plain,
            json!(parameter.example.parse::<u32>().unwrap_or(0)),
            true,
        ),
        Form::Text | Form::Day => (plain, json!(parameter.example), true),
    };
    json!({
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "required": false,
        "style": "form",
        "explode": explode,
        "schema": schema,
        "example": example,
    })
}

fn request_id_parameter() -> Value {
    json!({
        "name": "X-Request-Id",
        "in": "header",
        "description": "An id of your own for this request (letters, digits, `-`, `_`, `.`, up to 128); it is given back and stands in the log.",
        "required": false,
        "schema": {"type": "string", "maxLength": 128},
        "example": "nightly-2026-11-23-1",
    })
}

fn request_id_header() -> Value {
    json!({"description": "The id of this request, yours or a new one.", "schema": {"type": "string"}})
}

fn added_problem(status: u16) -> Value {
    let description = match status {
        403 => "A browser sends this for a page of another site.",
        415 => "The body has another content type than this operation takes.",
        _ => "The request cannot be carried out.",
    };
    json!({
        "description": description,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    })
}

fn problem_example(status: u16, code: &str, detail: &str) -> Value {
    let title = poem::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Error");
    json!({
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": "5f0c9a4e-3c55-4c3e-9d9e-0d6f2a1b7c11",
    })
}

/// Health, readiness, counters and this document stand beside `/api/v1`, not in it.
fn system_paths() -> Vec<(&'static str, Value)> {
    let path = |id: &str, summary: &str, content_type: &str, example: Value, not_ready: bool| {
        let mut responses = json!({"200": {
            "description": summary,
            "headers": {"X-Request-Id": request_id_header()},
            "content": {content_type: {"schema": {"type": if example.is_object() { "object" } else { "string" }}, "example": example}},
        }});
        if let (true, Some(responses)) = (not_ready, responses.as_object_mut()) {
            let problem = problem_example(503, "system.not_ready", "the database does not answer");
            responses.insert(
                "503".to_owned(),
                json!({
                    "description": "The database does not answer.",
                    "headers": {"X-Request-Id": request_id_header()},
                    "content": {"application/problem+json": {
                        "schema": {"$ref": "#/components/schemas/Problem"},
                        "examples": {"system.not_ready": {"value": problem}},
                    }},
                }),
            );
        }
        json!({
            "servers": [{"url": "/"}],
            "get": {
                "tags": ["System"],
                "summary": summary,
                "operationId": id,
                "parameters": [request_id_parameter()],
                "responses": responses,
            },
        })
    };
    let counters = "concord_requests_total{area=\"imports\",status=\"201\"} 4\n";
    vec![
        (
            "/healthz",
            path(
                "healthz",
                "The process runs",
                "text/plain",
                json!("ok"),
                false,
            ),
        ),
        (
            "/readyz",
            path(
                "readyz",
                "The database answers",
                "text/plain",
                json!("ready"),
                true,
            ),
        ),
        (
            "/metrics",
            path(
                "metrics",
                "Counters in Prometheus' text format",
                "text/plain",
                json!(counters),
                false,
            ),
        ),
        (
            "/openapi.json",
            path(
                "openapi",
                "This document",
                "application/json",
                json!({"openapi": "3.0.0"}),
                false,
            ),
        ),
    ]
}

/// What need not be there may be null: fields without a value are written, so that rows have equal keys.
fn allow_null(schema: &mut Value) {
    let required: Vec<String> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| {
            names
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default();
    for (name, property) in schema
        .get_mut("properties")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        if required.contains(name) {
            continue;
        }
        if let Some(reference) = property.get("$ref").cloned() {
            *property = json!({"allOf": [{"$ref": reference}], "nullable": true});
        } else if let Some(property) = property.as_object_mut() {
            property.insert("nullable".to_owned(), json!(true));
        }
    }
}
