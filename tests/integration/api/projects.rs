use super::server::{DEMO, filled};
use serde_json::json;

const JSON: &str = "application/json";

fn make(name: &str) -> String {
    let body = json!({ "name": name }).to_string();
    let made = filled().post("/api/v1/projects", JSON, body.as_bytes());
    let project = made.ok(201);
    assert_eq!(project["name"], name);
    made.header("location")
        .expect("where it is found")
        .to_owned()
}

#[test]
fn a_project_is_made_once_and_then_found() {
    let path = make("lifecycle");
    assert_eq!(path, "/api/v1/projects/lifecycle");
    let found = filled().get(&path).ok(200);
    assert_eq!(found["error_unit"], "study");
    assert!(
        found["created_at"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z'))
    );
    let list = filled().get("/api/v1/projects").ok(200);
    let names: Vec<_> = list["projects"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["name"].clone())
        .collect();
    assert!(names.contains(&json!("lifecycle")) && names.contains(&json!("demo")));
    filled()
        .post("/api/v1/projects", JSON, br#"{"name": "lifecycle"}"#)
        .problem(409, "project.exists");
}

#[test]
fn what_is_no_project_is_refused() {
    let post = |body: &[u8]| filled().post("/api/v1/projects", JSON, body);
    post(br#"{"name": "a/b"}"#).problem(400, "request.parameter");
    post(br#"{"name": ""}"#).problem(400, "request.parameter");
    post(br#"{"nam": "x"}"#).problem(400, "request.malformed");
    post(b"{").problem(400, "request.malformed");
    post(br#"{"name": "x", "protocol": "confidence = 2"}"#).problem(422, "config.invalid");
    filled()
        .post("/api/v1/projects", "text/plain", br#"{"name": "x"}"#)
        .problem(415, "request.media_type");
    filled()
        .get("/api/v1/projects/nowhere")
        .problem(404, "project.not_found");
}

#[test]
fn a_protocol_is_read_and_replaced_under_its_entity_tag() {
    let path = format!("{}/protocol", make("protocol"));
    let first = filled().get(&path);
    assert_eq!(
        (first.status, first.media_type()),
        (200, "application/toml")
    );
    let tag = first.header("etag").expect("an entity tag").to_owned();
    let again = filled().ask("GET", &path, &[("if-none-match", &tag)], &[]);
    assert_eq!((again.status, again.body.len()), (304, 0));

    let toml = format!("{}\n# a remark\n", first.text());
    let same = filled()
        .ask("PUT", &path, &[("if-match", &tag)], toml.as_bytes())
        .ok(200);
    assert_eq!(same["changed"], false, "a remark changes nothing");

    let toml = "name = \"strict\"\nversion = \"2\"\nerror_unit = \"item\"\n";
    let put = filled().ask(
        "PUT",
        &path,
        &[("if-match", &tag), ("content-type", "application/toml")],
        toml.as_bytes(),
    );
    assert_eq!(put.ok(200)["changed"], true);
    assert_ne!(put.header("etag"), Some(tag.as_str()));
    assert_eq!(filled().get(&path).text(), toml);
    filled()
        .ask("PUT", &path, &[("if-match", &tag)], toml.as_bytes())
        .problem(412, "request.precondition");
    let project = filled().get("/api/v1/projects/protocol").ok(200);
    assert_eq!(
        (&project["protocol_name"], &project["protocol_version_no"]),
        (&json!("strict"), &json!(2))
    );
}

#[test]
fn every_mistake_of_a_protocol_is_told_at_once() {
    let path = format!("{}/protocol", make("mistakes"));
    let put = |body: &[u8]| filled().ask("PUT", &path, &[], body);
    let problem = put(b"confidence = 2\nunknown = 1\n").problem(422, "config.invalid");
    let faults = problem["faults"].as_array().expect("faults");
    assert_eq!(faults.len(), 2, "{problem}");
    assert_eq!(
        (&faults[0]["line"], &faults[0]["key"]),
        (&json!(1), &json!("confidence"))
    );
    put(&[0xff, 0xfe, 0x00]).problem(400, "request.malformed");
    put(&vec![b'#'; (1 << 20) + 1]).problem(413, "request.too_large");
}

#[test]
fn a_read_that_did_not_change_costs_no_body() {
    for path in [
        "",
        "/imports",
        "/annotators",
        "/studies",
        "/annotators/reader-a/scorecard",
        "/metrics/errors",
    ] {
        let path = format!("{DEMO}{path}");
        let first = filled().get(&path);
        let tag = first
            .header("etag")
            .unwrap_or_else(|| panic!("{path} has no entity tag"))
            .to_owned();
        let again = filled().ask("GET", &path, &[("if-none-match", &tag)], &[]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let other = filled().ask("GET", &path, &[("if-none-match", "\"other\"")], &[]);
        assert_eq!((other.status, other.body), (200, first.body), "{path}");
    }
}

#[test]
fn request_ids_are_given_back_and_unsound_ones_replaced() {
    let echoed = filled().ask("GET", DEMO, &[("x-request-id", "nightly-1")], &[]);
    assert_eq!(echoed.header("x-request-id"), Some("nightly-1"));
    let problem = filled().ask(
        "GET",
        "/api/v1/projects/nowhere",
        &[("x-request-id", "abc.1")],
        &[],
    );
    assert_eq!(
        problem.problem(404, "project.not_found")["request_id"],
        "abc.1"
    );
    let replaced = filled().ask("GET", DEMO, &[("x-request-id", "a b")], &[]);
    assert_eq!(replaced.header("x-request-id").map(str::len), Some(36));
}

#[test]
fn paths_and_methods_that_are_not_there_are_problems_too() {
    filled()
        .get("/api/v1/nothing")
        .problem(404, "path.not_found");
    filled().get("/nothing").problem(404, "path.not_found");
    filled()
        .ask("DELETE", DEMO, &[], &[])
        .problem(405, "path.method_not_allowed");
    filled()
        .get(&format!("{DEMO}/imports/first"))
        .problem(400, "request.malformed");
}

#[test]
fn browsers_are_told_to_load_nothing_from_outside() {
    for path in ["/", "/docs", "/healthz", DEMO, "/api/v1/projects/nowhere"] {
        let answer = filled().get(path);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("http"), "{policy}");
        assert_eq!(
            policy.contains("script-src 'self' 'unsafe-inline'"),
            path == "/docs",
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    }
    let body = br#"{"name": "foreign"}"#;
    let headers = [("content-type", JSON), ("sec-fetch-site", "cross-site")];
    filled()
        .ask("POST", "/api/v1/projects", &headers, body)
        .problem(403, "request.cross_site");
    assert_eq!(filled().ask("GET", DEMO, &headers[1..], &[]).status, 200);
}
