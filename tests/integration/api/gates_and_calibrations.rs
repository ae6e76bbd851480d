use super::server::{DEMO, filled};
use serde_json::json;

#[test]
fn an_evaluation_is_kept_byte_for_byte() {
    let path = format!("{DEMO}/gates/default/evaluations");
    let made = filled().ask("POST", &format!("{path}?evaluated_on=2026-11-23"), &[], &[]);
    let evidence = made.ok(201);
    assert_eq!(evidence["evaluated_on"], "2026-11-23");
    assert!(!evidence["checks"].as_array().expect("checks").is_empty());
    let location = made
        .header("location")
        .expect("where it is found")
        .to_owned();
    let read = filled().get(&location);
    assert_eq!((read.status, &read.body), (200, &made.body));
    assert_eq!(
        made.text(),
        concord::gates::canonical_json(&evidence),
        "canonical JSON"
    );
    let again = filled().ask("POST", &format!("{path}?evaluated_on=2026-11-23"), &[], &[]);
    assert_eq!(again.body, made.body, "same inputs, same evidence");

    let list = filled().get(&path).ok(200);
    let first = &list["evaluations"][0];
    assert_eq!(
        (&first["policy"], &first["status"]),
        (&evidence["policy"]["name"], &evidence["status"])
    );
    assert_eq!(first["opens_gate"], evidence["status"] == "pass");
}

#[test]
fn a_policy_in_the_body_is_judged_under_its_own_name() {
    let toml =
        "name = \"complete\"\nversion = \"1\"\n[[check]]\nkind = \"completeness\"\nmin = 0.1\n";
    let post = |policy: &str, query: &str, body: &str| {
        let path = format!("{DEMO}/gates/{policy}/evaluations{query}");
        filled().post(&path, "application/toml", body.as_bytes())
    };
    let evidence = post("complete", "", toml).ok(201);
    assert_eq!(
        (
            &evidence["policy"]["name"],
            evidence["checks"].as_array().map(Vec::len)
        ),
        (&json!("complete"), Some(1))
    );
    let study = evidence["lot"]["studies"][0]
        .as_str()
        .expect("a study")
        .to_owned();
    let one = post("complete", &format!("?study={study}"), toml).ok(201);
    assert_eq!(one["lot"]["studies"], json!([study]));
    post("complete", "?study=nothing", toml).problem(400, "request.parameter");
    post("complete", "?evaluated_on=soon", toml).problem(400, "request.parameter");
    post("another", "", toml).problem(400, "request.parameter");
    post("another", "", "").problem(404, "policy.not_found");
    let problem =
        post("complete", "", "[[check]]\nkind = \"completness\"\n").problem(422, "config.invalid");
    assert_eq!(problem["faults"][0]["line"], 2);
    filled()
        .get(&format!("{DEMO}/gates/complete/evaluations/999999"))
        .problem(404, "gate_evaluation.not_found");
    let of_other = filled()
        .get(&format!("{DEMO}/gates/complete/evaluations"))
        .ok(200);
    let id = of_other["evaluations"][0]["id"].clone();
    filled()
        .get(&format!("{DEMO}/gates/default/evaluations/{id}"))
        .problem(404, "gate_evaluation.not_found");
}

#[test]
fn a_calibration_report_comes_as_model_page_or_text() {
    let path = format!("{DEMO}/calibrations/2026-W47");
    let model = filled().get(&path).ok(200);
    assert_eq!(
        (&model["week"], &model["project"]),
        (&json!("2026-W47"), &json!("demo"))
    );
    assert_eq!(model["stages"].as_array().map(Vec::len), Some(3));
    let html = filled().get_as(&path, "text/html,application/xhtml+xml,*/*;q=0.8");
    assert_eq!((html.status, html.media_type()), (200, "text/html"));
    assert!(html.text().starts_with("<!") && !html.text().contains("src=\"http"));
    let text = filled().get_as(&path, "text/markdown");
    assert_eq!((text.status, text.media_type()), (200, "text/markdown"));
    assert!(text.text().starts_with("# "));
    // A week before any decision, which another test records while this one runs.
    let path = format!("{DEMO}/calibrations/2026-W44");
    let before = filled().get_as(&path, "text/html");
    let tag = before.header("etag").expect("an entity tag").to_owned();
    let again = filled().ask(
        "GET",
        &path,
        &[("accept", "text/html"), ("if-none-match", &tag)],
        &[],
    );
    assert_eq!(again.status, 304);
    assert_eq!(
        filled().get(&format!("{DEMO}/calibrations/latest")).ok(200)["week"],
        "2026-W47"
    );
    assert_eq!(
        filled().get(&format!("{DEMO}/calibrations/all")).ok(200)["week"],
        "all"
    );
    filled()
        .get_as(&path, "application/pdf")
        .problem(406, "request.not_acceptable");
    filled()
        .get(&format!("{DEMO}/calibrations/2026-47"))
        .problem(400, "request.parameter");
}

#[test]
fn a_decision_is_recorded_and_measured_ever_after() {
    let path = format!("{DEMO}/calibrations/2026-W45/decisions");
    let post = |path: &str, body: &str| filled().post(path, "application/json", body.as_bytes());
    let body =
        json!({"text": "redraw the borders", "metric": "error_rate:stage=annotation"}).to_string();
    let made = post(&path, &body).ok(201);
    assert_eq!(
        (&made["week"], &made["text"]),
        (&json!("2026-W45"), &json!("redraw the borders"))
    );
    assert!(made["before"]["n"].as_u64() > Some(0), "{made}");
    assert!(
        made["since"]["n"].as_u64() > Some(0),
        "two weeks follow: {made}"
    );
    let list = filled().get(&path).ok(200);
    assert!(
        list["decisions"]
            .as_array()
            .expect("decisions")
            .contains(&made)
    );
    let later = filled()
        .get(&format!("{DEMO}/calibrations/2026-W47"))
        .ok(200);
    let told = later["decisions"].as_array().expect("decisions");
    assert!(
        told.iter()
            .any(|one| one["text"] == "redraw the borders" && one["open"] == false)
    );
    post(&path, r#"{"text": "x", "metric": "mood"}"#).problem(400, "request.parameter");
    post(&path, r#"{"text": " ", "metric": "error_rate"}"#).problem(400, "request.parameter");
    post(&path, r#"{"text": "x"}"#).problem(400, "request.malformed");
    post(&format!("{DEMO}/calibrations/all/decisions"), &body).problem(400, "request.parameter");
}
