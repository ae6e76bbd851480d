//! The pages over real HTTP: every link leads somewhere, nothing comes from outside, hostile names stay text.

use concord::dashboard::{PagesState, pages};
use concord::domain::IngestOptions;
use concord::importers::{Limits, Upload};
use concord::pipeline::{
    LotRequest, Silent, create_project, import_programme, ingest, judge, project,
};
use concord::store::Store;
use poem::listener::{Acceptor, Listener, TcpListener};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

const PER_SHAPE: usize = 6;

struct Site {
    address: String,
    store: Arc<Store>,
    agent: ureq::Agent,
    _runtime: tokio::runtime::Runtime,
}

struct Answer {
    status: u16,
    location: Option<String>,
    policy: String,
    body: String,
}

impl Site {
    fn over(store: Store) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let store = Arc::new(store);
        let acceptor = runtime
            .block_on(TcpListener::bind("127.0.0.1:0").into_acceptor())
            .unwrap();
        let address = acceptor.local_addr()[0]
            .to_string()
            .replace("socket://", "");
        let app = pages(PagesState {
            store: store.clone(),
        });
        runtime.spawn(poem::Server::new_with_acceptor(acceptor).run(app));
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0);
        Self {
            address,
            store,
            agent: config.build().into(),
            _runtime: runtime,
        }
    }

    fn get(&self, path: &str) -> Answer {
        let answer = self
            .agent
            .get(format!("http://{}{path}", self.address))
            .call()
            .unwrap();
        Self::read(answer)
    }

    fn post(&self, path: &str, form: &[(&str, &str)], site: &str) -> Answer {
        let request = self
            .agent
            .post(format!("http://{}{path}", self.address))
            .header("sec-fetch-site", site);
        Self::read(request.send_form(form.iter().copied()).unwrap())
    }

    fn read(mut answer: ureq::http::Response<ureq::Body>) -> Answer {
        let text = |name: &str| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        Answer {
            status: answer.status().as_u16(),
            location: text("location"),
            policy: text("content-security-policy").unwrap_or_default(),
            body: String::from_utf8_lossy(&answer.body_mut().read_to_vec().unwrap()).into_owned(),
        }
    }

    /// Opens pages from `start` on, a few of each shape; what was opened, by shape.
    fn crawl(&self, start: &str, mut look: impl FnMut(&str, &Answer)) -> BTreeMap<String, usize> {
        let mut seen = BTreeSet::from([start.to_owned()]);
        let mut waiting = VecDeque::from([start.to_owned()]);
        let mut opened: BTreeMap<String, usize> = BTreeMap::new();
        while let Some(path) = waiting.pop_front() {
            let n = opened.entry(shape(&path)).or_default();
            if *n == PER_SHAPE {
                continue;
            }
            *n += 1;
            let answer = self.get(&path);
            if let Some(location) = &answer.location {
                assert_eq!(answer.status, 307, "{path}");
                waiting.push_back(location.clone());
                continue;
            }
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            look(&path, &answer);
            for link in links(&answer.body) {
                if link == "/docs" {
                    continue;
                }
                let (link, anchor) = link.split_once('#').unwrap_or((&link, ""));
                if link.is_empty() {
                    assert!(
                        answer.body.contains(&format!("id=\"{anchor}\"")),
                        "{path} points at #{anchor}"
                    );
                } else if link.starts_with('/') && seen.insert(link.to_owned()) {
                    waiting.push_back(link.to_owned());
                }
            }
        }
        opened
    }
}

/// A path without its keys and values: pages of one shape are made by the same code.
fn shape(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut steps: Vec<&str> = path.split('/').collect();
    if let Some(step) = steps.get_mut(4) {
        *step = "*";
    }
    let names: Vec<&str> = query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    format!("{}?{}", steps.join("/"), names.join("&"))
}

fn links(body: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in [" href=\"", " src=\"", " action=\""] {
        for rest in body.split(name).skip(1) {
            let value = rest.split('"').next().unwrap();
            found.push(value.replace("&#38;", "&").replace("&amp;", "&"));
        }
    }
    found
}

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
