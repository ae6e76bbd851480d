//! The pages over real HTTP, for tests.

use concord::dashboard::{PagesState, pages};
use concord::store::Store;
use poem::listener::{Acceptor, Listener, TcpListener};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

const PER_SHAPE: usize = 6;

pub struct Site {
    pub address: String,
    pub store: Arc<Store>,
    pub agent: ureq::Agent,
    _runtime: tokio::runtime::Runtime,
}

pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub policy: String,
    pub body: String,
}

impl Site {
    pub fn over(store: Store) -> Self {
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

    pub fn get(&self, path: &str) -> Answer {
        let answer = self
            .agent
            .get(format!("http://{}{path}", self.address))
            .call()
            .unwrap();
        Self::read(answer)
    }

    pub fn post(&self, path: &str, form: &[(&str, &str)], site: &str) -> Answer {
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
    pub fn crawl(
        &self,
        start: &str,
        mut look: impl FnMut(&str, &Answer),
    ) -> BTreeMap<String, usize> {
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
pub fn shape(path: &str) -> String {
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

pub fn links(body: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in [" href=\"", " src=\"", " action=\""] {
        for rest in body.split(name).skip(1) {
            let value = rest.split('"').next().unwrap();
            found.push(value.replace("&#38;", "&").replace("&amp;", "&"));
        }
    }
    found
}
