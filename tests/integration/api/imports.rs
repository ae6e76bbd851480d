use super::server::{DEMO, Running, example, filled};
use concord::store::Store;
use serde_json::{Value, json};

const RAW: &str = "application/octet-stream";

fn project(name: &str) -> String {
    let body = json!({ "name": name }).to_string();
    filled()
        .post("/api/v1/projects", "application/json", body.as_bytes())
        .ok(201);
    format!("/api/v1/projects/{name}")
}

fn form(name: &str, file: &[u8]) -> (String, Vec<u8>) {
    let mut body =
        b"--edge\r\nContent-Disposition: form-data; name=\"remark\"\r\n\r\nhello\r\n--edge\r\n"
            .to_vec();
    body.extend(
        format!(
            "Content-Disposition: form-data; name=\"{name}\"; filename=\"C:\\\\x\\\\a.json\"\r\n"
        )
        .bytes(),
    );
    body.extend(b"Content-Type: application/json\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--edge--\r\n");
    ("multipart/form-data; boundary=edge".to_owned(), body)
}

#[test]
fn the_same_bytes_and_parameters_are_the_same_import_again() {
    let project = project("twice");
    let export = example("coco/2026-W45-reader-a.json");
    let path = format!(
        "{project}/imports?annotator=reader-a&role=annotator&stage=annotation&filename=a.json"
    );
    let first = filled().post(&path, RAW, &export);
    let made = first.ok(201);
    assert_eq!(made["already_imported"], false);
    assert_eq!(made["import"]["name"], "a.json");
    assert_eq!(made["import"]["report"]["format"], "coco");
    assert!(made["import"]["report"]["counts"]["annotations"].as_u64() > Some(0));
    let again = filled().post(&path, RAW, &export);
    let known = again.ok(200);
    assert_eq!(known["already_imported"], true);
    assert_eq!(known["import"], made["import"]);
    assert_eq!(again.header("location"), first.header("location"));

    let other = filled()
        .post(&path.replace("reader-a&", "reader-b&"), RAW, &export)
        .ok(201);
    assert_ne!(other["import"]["id"], made["import"]["id"]);
    assert!(
        other["scored"]["n_comparisons"].as_u64() > Some(0),
        "two raters of the same items are compared"
    );

    let location = first
        .header("location")
        .expect("where it is found")
        .to_owned();
    assert_eq!(filled().get(&location).ok(200), made["import"]);
    let list = filled().get(&format!("{project}/imports")).ok(200);
    assert_eq!(list["imports"].as_array().map(Vec::len), Some(2));
    assert_eq!(list["imports"][1], made["import"], "newest first");
    filled()
        .get(&format!("{project}/imports/999999"))
        .problem(404, "import.not_found");
}

#[test]
fn a_form_and_the_raw_bytes_lead_to_the_same_report() {
    let project = project("forms");
    let export = example("coco/2026-W45-reader-a.json");
    let raw = filled()
        .post(&format!("{project}/explain?annotator=a"), RAW, &export)
        .ok(200);
    let (content_type, body) = form("file", &export);
    let formed = filled()
        .post(
            &format!("{project}/explain?annotator=a"),
            &content_type,
            &body,
        )
        .ok(200);
    assert_eq!(raw["counts"], formed["counts"]);
    let imported = filled()
        .post(
            &format!("{project}/imports?annotator=a"),
            &content_type,
            &body,
        )
        .ok(201);
    assert_eq!(
        imported["import"]["name"], "a.json",
        "no folder of the uploader's machine"
    );
    let (content_type, body) = form("document", &export);
    filled()
        .post(
            &format!("{project}/imports?annotator=a"),
            &content_type,
            &body,
        )
        .problem(400, "request.malformed");
}

#[test]
fn explaining_writes_nothing() {
    let project = project("explained");
    let report = filled()
        .post(
            &format!("{project}/explain"),
            RAW,
            &example("coco/2026-W45-reader-a.json"),
        )
        .ok(200);
    assert!(
        report["missing"]
            .as_array()
            .expect("a list")
            .contains(&json!("annotator"))
    );
    assert!(!report["rejected"].as_array().expect("a list").is_empty());
    let list = filled().get(&format!("{project}/imports")).ok(200);
    assert_eq!(list["imports"], json!([]));
}

#[test]
fn an_unknown_format_is_answered_with_every_format_and_its_reason() {
    let problem = filled()
        .post(
            &format!("{DEMO}/imports?annotator=a"),
            RAW,
            b"not an export of anything",
        )
        .problem(422, "import.unknown_format");
    let rejected = problem["rejected"].as_array().expect("the formats");
    assert_eq!(rejected.len(), concord::importers::ALL.len());
    assert!(rejected.iter().all(|one| {
        one["reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty())
    }));
}

#[test]
fn what_an_import_cannot_be_is_said_with_its_own_code() {
    let project = project("refusals");
    let export = example("coco/2026-W45-reader-a.json");
    let post =
        |query: &str, body: &[u8]| filled().post(&format!("{project}/imports{query}"), RAW, body);
    let problem = post("", &export).problem(422, "import.missing_annotator");
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|text| text.contains("`annotator`") && !text.contains("--"))
    );
    post("?annotator=a&format=cvat", &export).problem(422, "import.not_this_format");
    post("?annotator=a&format=nothing", &export).problem(400, "import.no_such_format");
    post("?annotator=a&spacing_mm=wide", &export).problem(400, "import.option");
    post("?annotator=a&pattern=(", &export).problem(400, "import.option");
    post("?annotater=a", &export).problem(400, "request.parameter");
    post("?annotator=a&role=chief", &export).problem(400, "request.parameter");
    post("?annotator=a&annotator=b", &export).problem(400, "request.parameter");
    post("?annotator=a", b"").problem(400, "request.malformed");
    post("?annotator=a", b"PK\x03\x04 no zip").problem(422, "import.broken_container");
    filled()
        .post("/api/v1/projects/nowhere/imports", RAW, &export)
        .problem(404, "project.not_found");
    let list = filled().get(&format!("{project}/imports")).ok(200);
    assert_eq!(
        list["imports"],
        Value::Array(Vec::new()),
        "nothing of a refused upload is kept"
    );
}

#[test]
fn an_upload_beyond_the_limit_is_refused_while_it_streams() {
    let server = Running::start(Store::in_memory().expect("a database"), 1_000);
    server
        .post(
            "/api/v1/projects",
            "application/json",
            br#"{"name": "small"}"#,
        )
        .ok(201);
    let path = "/api/v1/projects/small/imports?annotator=a";
    server
        .post(path, RAW, &vec![b' '; 1_001])
        .problem(413, "import.too_large");
    server
        .post(path, RAW, &vec![b' '; 8 << 20])
        .problem(413, "import.too_large");
    server
        .post(path, RAW, &vec![b' '; 1_000])
        .problem(422, "import.unknown_format");
    let (content_type, body) = form("file", &vec![b' '; 5_000]);
    server
        .post(path, &content_type, &body)
        .problem(413, "import.too_large");
    server.stop();
}
