use super::schema::check;
use super::server::{DEMO, DOCUMENT, example, filled};
use serde_json::Value;
use std::path::Path;

/// Set it to write the snapshot anew.
const UPDATE: &str = "CONCORD_UPDATE_SNAPSHOTS";

fn each_operation(mut visit: impl FnMut(&str, &str, &Value)) {
    for (path, operations) in DOCUMENT["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            if method != "servers" {
                visit(path, method, operation);
            }
        }
    }
}

#[test]
fn the_document_is_the_one_that_was_reviewed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/openapi.json");
    let text = serde_json::to_string_pretty(&*DOCUMENT).expect("JSON") + "\n";
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &text).expect("a written snapshot");
    }
    let kept = std::fs::read_to_string(&path).expect("a snapshot");
    assert!(
        kept == text,
        "the interface changed; look at the difference after {UPDATE}=1"
    );
}

#[test]
fn every_operation_is_described_to_the_last_parameter() {
    let mut n_operations = 0;
    each_operation(|path, method, operation| {
        n_operations += 1;
        let place = format!("{method} {path}");
        assert!(
            operation["operationId"].is_string() && operation["summary"].is_string(),
            "{place}"
        );
        for name in path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        {
            let parameters = operation["parameters"].as_array().expect("parameters");
            assert!(
                parameters
                    .iter()
                    .any(|one| one["name"] == name && one["in"] == "path"),
                "{place}: {name}"
            );
        }
        for parameter in operation["parameters"].as_array().expect("parameters") {
            assert!(
                parameter["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{place}: {parameter}"
            );
            assert!(!parameter["example"].is_null(), "{place}: {parameter}");
        }
        for (status, response) in operation["responses"].as_object().expect("responses") {
            assert!(
                response["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{place} {status}"
            );
            assert!(
                response["headers"]["X-Request-Id"].is_object(),
                "{place} {status}"
            );
            if status.as_str() >= "400" {
                let examples =
                    response["content"]["application/problem+json"]["examples"].as_object();
                assert!(
                    examples.is_some_and(|examples| !examples.is_empty()),
                    "{place} {status}"
                );
            }
        }
        let system = matches!(path, "/healthz" | "/readyz" | "/metrics" | "/openapi.json");
        assert_eq!(
            operation["responses"]["500"].is_object(),
            !system,
            "{place}"
        );
    });
    assert!(n_operations > 25, "{n_operations}");
}

#[test]
fn every_schema_is_described_and_its_example_fits_it() {
    let schemas = DOCUMENT["components"]["schemas"]
        .as_object()
        .expect("schemas");
    let mut n_examples = 0;
    for (name, schema) in schemas {
        assert!(
            schema["description"].is_string()
                || schema["oneOf"].is_array()
                || schema["anyOf"].is_array(),
            "{name}"
        );
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let described = property["description"].is_string()
                || property["$ref"].is_string()
                || property["allOf"].is_array();
            assert!(described, "{name}.{field}");
        }
        if !schema["example"].is_null() {
            n_examples += 1;
            check(&DOCUMENT, schema, &schema["example"], name);
        } else {
            assert!(name.starts_with("Calibration"), "{name} has no example");
        }
    }
    assert!(n_examples > 40, "{n_examples}");
}

#[test]
fn swagger_ui_needs_nothing_from_outside() {
    let page = filled().get("/docs");
    assert_eq!((page.status, page.media_type()), (200, "text/html"));
    let text = page.text();
    assert!(
        text.contains("SwaggerUIBundle(") && text.contains("\"group_by\""),
        "the completed document is shown"
    );
    for outside in [
        "src=\"http",
        "href=\"http",
        "@import",
        "url(http",
        "url('http",
    ] {
        assert!(!text.contains(outside), "{outside}");
    }
    let served = filled().get("/openapi.json").json();
    assert_eq!(served, *DOCUMENT);
    assert!(
        served["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3."))
    );
}

#[test]
fn health_readiness_and_counters_answer() {
    assert_eq!(filled().get("/healthz").text(), "ok");
    assert_eq!(filled().get("/readyz").text(), "ready");
    filled().get(DEMO).ok(200);
    let counters = filled().get("/metrics");
    assert!(
        counters
            .text()
            .contains("concord_requests_total{area=\"projects\",status=\"200\"}"),
        "{}",
        counters.text()
    );
    assert!(
        counters
            .text()
            .contains("concord_request_duration_seconds_bucket")
    );
    assert!(
        !counters.text().contains("demo"),
        "no name of a project in counters"
    );
}

#[test]
fn every_declared_operation_answers_on_a_filled_project() {
    let studies = filled().get(&format!("{DEMO}/studies?limit=1")).ok(200);
    let imports = filled().get(&format!("{DEMO}/imports")).ok(200);
    let evaluated = filled().ask(
        "POST",
        &format!("{DEMO}/gates/default/evaluations"),
        &[],
        &[],
    );
    let evaluation = evaluated
        .header("location")
        .and_then(|path| path.rsplit('/').next())
        .expect("a number")
        .to_owned();
    let protocol = filled().get(&format!("{DEMO}/protocol")).body;
    let mut n_answers = 0;
    each_operation(|path, method, operation| {
        let path = path
            .replace("{project}", "demo")
            .replace("{annotator}", "reader-b")
            .replace(
                "{study}",
                studies["studies"][0]["study"].as_str().expect("a key"),
            )
            .replace("{import}", &imports["imports"][0]["id"].to_string())
            .replace("{policy}", "default")
            .replace("{evaluation}", &evaluation)
            .replace("{week}", "latest");
        let inside = operation["tags"][0] != "System";
        let path = if inside {
            format!("/api/v1{path}")
        } else {
            path
        };
        let (content_type, query, body) =
            match operation["operationId"].as_str().unwrap_or_default() {
                "create_project" => ("application/json", "", br#"{"name": "declared"}"#.to_vec()),
                "record_decision" => (
                    "application/json",
                    "",
                    br#"{"text": "x", "metric": "error_rate"}"#.to_vec(),
                ),
                "put_protocol" => ("application/toml", "", protocol.clone()),
                "import" | "explain" => (
                    "application/octet-stream",
                    "?annotator=x&layer=declared",
                    example("coco/2026-W45-reader-a.json"),
                ),
                _ => ("application/octet-stream", "", Vec::new()),
            };
        // A reading that the examples do not hold would move the figures of other tests.
        let path = if path.ends_with("/demo/imports") && method == "post" {
            path.replace("/demo/", "/declared-imports/")
        } else {
            path
        };
        if path.contains("declared-imports") {
            filled()
                .post(
                    "/api/v1/projects",
                    "application/json",
                    br#"{"name": "declared-imports"}"#,
                )
                .ok(201);
        }
        let headers: &[(&str, &str)] = if body.is_empty() {
            &[]
        } else {
            &[("content-type", content_type)]
        };
        let answer = filled().ask(
            &method.to_uppercase(),
            &format!("{path}{query}"),
            headers,
            &body,
        );
        assert!(
            (200..300).contains(&answer.status),
            "{method} {path}: {} {}",
            answer.status,
            answer.text()
        );
        n_answers += 1;
    });
    assert!(n_answers > 25, "{n_answers}");
}
