//! The pages over real HTTP: every link leads somewhere, nothing comes from outside, hostile names stay text.

use crate::site::{Site, links};
use crate::stored::import_text;
use concord::domain::IngestOptions;
use concord::importers::{Limits, Upload};
use concord::pipeline::{
    LotRequest, Silent, create_project, import_programme, ingest, judge, project,
};
use concord::store::Store;
use std::io::Write as _;
use std::path::Path;

fn filled() -> Site {
    let store = Store::in_memory().unwrap();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/manifest.toml");
    let programme = import_programme(&store, "demo", &manifest, &Silent).unwrap();
    judge(
        &store,
        &programme.project,
        &programme.policy,
        &LotRequest::default(),
    )
    .unwrap();
    Site::over(store)
}

#[test]
fn every_page_of_a_filled_project_opens_and_every_link_leads_somewhere() {
    let site = filled();
    let opened = site.crawl("/", |path, answer| {
        for link in links(&answer.body) {
            let own = link.starts_with('/') && !link.starts_with("//");
            assert!(
                own || link.starts_with('#') || link.starts_with("data:"),
                "{path} leads outside: {link}"
            );
        }
        let outside = answer.body.replace("http://www.w3.org/2000/svg", "");
        for sign in ["http://", "https://", "@import", "url(\"", "url('"] {
            assert!(
                !outside.contains(sign) || path.contains("/definitions"),
                "{path} holds {sign}"
            );
        }
        if path.ends_with(".png") || path.starts_with("/assets/") {
            return;
        }
        assert!(answer.policy.starts_with("default-src 'none'"), "{path}");
        assert!(
            !answer.body.contains("NaN") && !answer.body.contains("Some("),
            "{path}"
        );
    });
    let n: usize = opened.values().sum();
    assert!(n >= 120, "only {n} pages were opened: {opened:#?}");
    let mut n_outlines = 0;
    let polygons = "/p/demo/errors?week=all&kind=reference&technique=polygon";
    for link in links(&site.get(polygons).body) {
        if link.contains("/items/") {
            assert!(
                site.get(&link).body.contains("class=\"figure overlay\""),
                "{link}"
            );
            n_outlines += 1;
        }
    }
    assert!(n_outlines >= 10, "{n_outlines} outlines");
    let n_of = |start: &str| -> usize {
        opened
            .iter()
            .filter(|(shape, _)| shape.starts_with(start))
            .map(|(_, n)| n)
            .sum()
    };
    for page in [
        "/p/demo?",
        "/p/demo/annotators?",
        "/p/demo/annotators/*?",
        "/p/demo/studies?",
        "/p/demo/studies/*?",
        "/p/demo/items/*?",
        "/p/demo/items/*/image.png?",
        "/p/demo/agreement?",
        "/p/demo/errors?",
        "/p/demo/throughput?",
        "/p/demo/gates?",
        "/p/demo/gates/*?",
        "/p/demo/imports?",
        "/p/demo/imports/*?",
        "/p/demo/calibration?",
        "/p/demo/calibration/*?",
        "/p/demo/definitions?",
        "/assets/concord.css?",
    ] {
        assert!(n_of(page) > 0, "{page} was not found by following links");
    }
    println!("{n} pages opened");
}

#[test]
fn a_list_of_errors_goes_on_where_the_page_before_ended() {
    let site = filled();
    let mut path = "/p/demo/errors?week=all&kind=reference&technique=classification".to_owned();
    let (mut items, mut n_pages) = (Vec::new(), 0);
    loop {
        let answer = site.get(&path);
        assert_eq!(answer.status, 200);
        let of_page = answer.body.matches("<td><a href=\"/p/demo/items/").count();
        items.push(of_page);
        n_pages += 1;
        let Some(next) = links(&answer.body)
            .into_iter()
            .find(|link| link.contains("after="))
        else {
            break;
        };
        assert_eq!(of_page, 100);
        path = next;
    }
    let expected = site.store.error_units(
        project(&site.store, "demo").unwrap().id,
        &concord::store::Filter {
            kind: Some(concord::domain::ComparisonKind::Reference),
            technique: Some(concord::domain::Technique::Classification),
            ..Default::default()
        },
        None,
        None,
        100_000,
    );
    assert_eq!(items.iter().sum::<usize>(), expected.unwrap().len());
    assert!(n_pages > 0);
}

#[test]
fn hostile_names_stay_text() {
    let store = Store::in_memory().unwrap();
    let project = create_project(&store, "hostile", None).unwrap();
    let names = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "../..",
        "a&b'c/d?e#f%2F",
        ".",
        "~x",
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ratings.csv");
    let mut file = std::fs::File::create(&path).unwrap();
    writeln!(file, "item,study,rater,label,reference,finished_at").unwrap();
    for (i, name) in names.iter().enumerate() {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        for (rater, label, reference) in [
            (format!("r{name}"), (*name).to_owned(), ""),
            (format!("s{name}"), format!("other{name}"), ""),
            ("gold<b>".to_owned(), "sound".to_owned(), "gold"),
        ] {
            let row = [
                quoted(name),
                quoted(name),
                quoted(&rater),
                quoted(&label),
                reference.to_owned(),
            ];
            writeln!(file, "{},2026-11-{:02}T09:00:00Z", row.join(","), 16 + i).unwrap();
        }
    }
    drop(file);
    let upload = Upload::open(&path, Limits::DEFAULT).unwrap();
    let done = ingest(
        &store,
        &project,
        &upload,
        &IngestOptions::default(),
        &Silent,
    )
    .unwrap();
    assert!(done.report.counts.items >= 4, "{:?}", done.report);
    let site = Site::over(store);
    let opened = site.crawl("/", |path, answer| {
        for sign in ["<script>alert", "<img src=x", "<b>\"", "gold<b>"] {
            assert!(!answer.body.contains(sign), "{path} holds {sign}");
        }
    });
    let n: usize = opened.values().sum();
    assert!(n >= 60, "{n} pages: {opened:#?}");
    assert!(
        opened
            .iter()
            .any(|(shape, n)| shape.starts_with("/p/hostile/items/") && *n >= 4)
    );
}

#[test]
fn an_empty_project_says_what_to_import_and_how() {
    let store = Store::in_memory().unwrap();
    create_project(&store, "empty", None).unwrap();
    let site = Site::over(store);
    assert_eq!(site.get("/").location.as_deref(), Some("/p/empty"));
    for page in [
        "",
        "/annotators",
        "/studies",
        "/agreement",
        "/errors",
        "/throughput",
        "/imports",
    ] {
        let answer = site.get(&format!("/p/empty{page}"));
        assert_eq!(answer.status, 200, "{page}");
        assert!(
            answer
                .body
                .contains("concord import EXPORT --project empty"),
            "{page}: {}",
            answer.body
        );
    }
    assert!(
        site.get("/p/empty/gates")
            .body
            .contains("concord gate --project empty")
    );
    assert!(
        site.get("/p/empty/calibration")
            .body
            .contains("concord report calibration --project empty")
    );
    let n: usize = site.crawl("/p/empty", |_, _| {}).values().sum();
    assert!(n >= 14, "{n}");
}

#[test]
fn without_a_project_the_first_page_says_how_to_begin() {
    let site = Site::over(Store::in_memory().unwrap());
    let answer = site.get("/");
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("concord demo") && answer.body.contains("concord import"));
}

#[test]
fn a_request_that_cannot_be_answered_gets_a_page_that_says_why() {
    let store = Store::in_memory().unwrap();
    create_project(&store, "chest", None).unwrap();
    let site = Site::over(store);
    for (path, status, word) in [
        ("/p/nope", 404, "nope"),
        ("/p/chest?week=2026-W99", 400, "2026-W99"),
        ("/p/chest/errors?kind=x%3Cb%3E", 400, "kind"),
        ("/p/chest/errors?after=1", 400, "after"),
        ("/p/chest/annotators/nobody", 404, "nobody"),
        ("/p/chest/studies/none", 404, "none"),
        ("/p/chest/items/none", 404, "none"),
        ("/p/chest/gates/17", 404, "17"),
        ("/p/chest/gates/x", 404, "x"),
        ("/p/chest/imports/17", 404, "17"),
        ("/p/chest/calibration/2026-1", 400, "2026-1"),
    ] {
        let answer = site.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert!(
            answer.body.starts_with("<!doctype html>") && answer.body.contains(word),
            "{path}: {}",
            answer.body
        );
        assert!(
            !answer.body.contains("<b>") && !answer.body.contains("panicked"),
            "{path}"
        );
    }
}

#[test]
fn decisions_are_taken_from_this_servers_own_form_only() {
    let site = filled();
    let form = [
        ("week", "2026-W47"),
        ("metric", "error_rate:rater=reader-c"),
        ("text", "Re-read <lateral> films"),
    ];
    let refused = site.post("/p/demo/calibration", &form, "cross-site");
    assert_eq!(refused.status, 403);
    assert!(!site.get("/p/demo/calibration").body.contains("lateral"));
    let kept = site.post("/p/demo/calibration", &form, "same-origin");
    assert_eq!(
        (kept.status, kept.location.as_deref()),
        (303, Some("/p/demo/calibration#decisions"))
    );
    let page = site.get("/p/demo/calibration").body;
    assert!(
        page.contains("Re-read &#60;lateral&#62; films"),
        "the decision is shown"
    );
    let faulty = site.post(
        "/p/demo/calibration",
        &[("week", "2026-W47")],
        "same-origin",
    );
    assert_eq!(faulty.status, 400);
    let unknown = [("week", "2026-W47"), ("metric", "mood"), ("text", "x")];
    assert_eq!(
        site.post("/p/demo/calibration", &unknown, "same-origin")
            .status,
        400
    );
}

#[test]
fn masks_that_seem_turned_are_named_on_the_first_page_and_listed() {
    let store = Store::in_memory().unwrap();
    let project = create_project(&store, "kidneys", None).unwrap();
    // Six pixels in one corner of 20 × 10, and the same turned by half a circle.
    for (rater, counts) in [
        ("anna", "[3,6,191]"),
        ("ben", "[191,6,3]"),
        ("cem", "[3,6,191]"),
    ] {
        let text = format!(
            r#"{{"images":[{{"id":1,"file_name":"a.png","width":20,"height":10}}],"categories":[{{"id":1,"name":"kidney"}}],
               "annotations":[{{"id":1,"image_id":1,"category_id":1,"segmentation":{{"size":[10,20],"counts":{counts}}}}}]}}"#
        );
        let options = IngestOptions {
            annotator: Some(rater.to_owned()),
            ..IngestOptions::default()
        };
        import_text(&store, &project, &format!("{rater}.json"), &text, &options).unwrap();
    }
    let site = Site::over(store);
    let first = site.get("/p/kidneys").body;
    assert!(
        first.contains("2 pairs of masks agree much better"),
        "{first}"
    );
    let list = site.get("/p/kidneys/orientation");
    assert_eq!(list.status, 200);
    assert!(
        list.body
            .contains("2 comparisons suggest mirrored or turned masks")
    );
    assert_eq!(list.body.matches("turned by half a circle").count(), 2);
    let none = site.get("/p/kidneys/unmatched").body;
    assert!(none.contains("Every item that was read was compared"));
}
