use super::server::{DEMO, filled};
use serde_json::Value;

#[test]
fn pages_of_studies_meet_without_gap_or_overlap() {
    let pages = |limit: usize| {
        let mut seen: Vec<Value> = Vec::new();
        let mut after = String::new();
        loop {
            let page = filled()
                .get(&format!("{DEMO}/studies?limit={limit}{after}"))
                .ok(200);
            let studies = page["studies"].as_array().expect("studies");
            assert!(!studies.is_empty() && studies.len() <= limit);
            seen.extend(studies.iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return seen,
            }
        }
    };
    let all = pages(1_000);
    let keys: Vec<&str> = all
        .iter()
        .filter_map(|study| study["study"].as_str())
        .collect();
    assert!(
        keys.len() > 1_000,
        "the shipped examples have more studies than a page"
    );
    assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]));
    assert_eq!(pages(97), all);
    // A last page that is full has no next; one study earlier it has.
    let after = |key: &str| {
        filled()
            .get(&format!("{DEMO}/studies?limit=10&after={key}"))
            .ok(200)
    };
    assert!(after(keys[keys.len() - 11])["next"].is_null());
    assert_eq!(after(keys[keys.len() - 12])["next"], keys[keys.len() - 2]);
    for query in ["limit=0", "limit=1001", "limit=x", "after=", "page=2"] {
        filled()
            .get(&format!("{DEMO}/studies?{query}"))
            .problem(400, "request.parameter");
    }
}

#[test]
fn a_study_leads_to_its_items_and_errors() {
    let all = filled().get(&format!("{DEMO}/studies?limit=1000")).ok(200);
    let mut n_checked = 0;
    for study in all["studies"].as_array().expect("studies").iter().take(12) {
        let key = study["study"].as_str().expect("a key");
        let detail = filled().get(&format!("{DEMO}/studies/{key}")).ok(200);
        assert_eq!(
            detail["items"].as_array().map(Vec::len),
            study["n_items"].as_u64().map(|n| n as usize)
        );
        let errors = detail["errors"].as_array().expect("errors");
        assert_eq!(
            Some(errors.len() as u64),
            study["n_errors"].as_u64(),
            "{key}"
        );
        assert!(
            errors
                .iter()
                .all(|unit| unit["error"].is_string() && unit["kind"] == "reference")
        );
        n_checked += 1;
    }
    assert_eq!(n_checked, 12);
    let problem = filled()
        .get(&format!("{DEMO}/studies/1.2.840.99"))
        .problem(404, "study.not_found");
    assert!(
        !problem.to_string().contains("1.2.840.99"),
        "a key may be a patient's"
    );
}

#[test]
fn the_worklist_begins_with_the_worst() {
    let list = filled()
        .get(&format!("{DEMO}/worklist?limit=50&per_pair=5"))
        .ok(200);
    let units = list["units"].as_array().expect("units");
    assert!(!units.is_empty() && units.len() <= 50);
    let ranks: Vec<f64> = units
        .iter()
        .map(|unit| {
            unit["severity"].as_f64().unwrap_or(0.0) * unit["weight"].as_f64().unwrap_or(0.0)
        })
        .collect();
    assert!(ranks.windows(2).all(|pair| pair[0] >= pair[1]), "{ranks:?}");
    let peers = filled()
        .get(&format!("{DEMO}/worklist?kind=peer&rater=reader-a"))
        .ok(200);
    let peers = peers["units"].as_array().expect("units");
    assert!(
        peers
            .iter()
            .all(|one| one["unit"]["a"] == "reader-a" || one["unit"]["b"] == "reader-a")
    );
}

#[test]
fn a_scorecard_is_about_one_rater() {
    let list = filled().get(&format!("{DEMO}/annotators")).ok(200);
    let annotators = list["annotators"].as_array().expect("annotators");
    assert!(annotators.len() > 4);
    let card = filled()
        .get(&format!("{DEMO}/annotators/reader-a/scorecard"))
        .ok(200);
    assert_eq!(
        (card["week"].as_str(), card["roles"][0]["role"].as_str()),
        (Some("all"), Some("annotator"))
    );
    assert!(!card["errors"].as_array().expect("rows").is_empty());
    assert!(
        card["overlap"]
            .as_array()
            .expect("rows")
            .iter()
            .all(|row| row["rater"] == "reader-a")
    );
    assert!(
        card["agreement"]
            .as_array()
            .expect("rows")
            .iter()
            .all(|row| row["a"] == "reader-a" && row["b"].is_null())
    );
    assert!(
        card["throughput"]
            .as_array()
            .expect("rows")
            .iter()
            .all(|row| row["rater"] == "reader-a")
    );
    let week = filled()
        .get(&format!(
            "{DEMO}/annotators/reader-a/scorecard?week=2026-W46"
        ))
        .ok(200);
    assert_eq!(week["week"], "2026-W46");
    let same = filled()
        .get(&format!(
            "{DEMO}/metrics/errors?group_by=stage&rater=reader-a&week=2026-W46"
        ))
        .ok(200);
    assert_eq!(week["errors"], same["rows"], "two ways to one number");
    let problem = filled()
        .get(&format!("{DEMO}/annotators/jane-doe/scorecard"))
        .problem(404, "annotator.not_found");
    assert!(
        !problem.to_string().contains("jane-doe"),
        "names stay out of errors"
    );
    filled()
        .get(&format!("{DEMO}/annotators/reader-a/scorecard?week=47"))
        .problem(400, "request.parameter");
}
