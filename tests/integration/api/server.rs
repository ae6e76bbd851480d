//! A server in this process on a free port, and a client that checks every answer against the OpenAPI document.

use super::schema;
use concord::api::{ApiState, openapi_json, run_until};
use concord::config::ServerConfig;
use concord::dashboard::{PagesState, pages};
use concord::pipeline::{Silent, import_programme};
use concord::store::Store;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, mpsc};
use tokio::sync::oneshot;

/// The project that the shipped examples fill.
pub const DEMO: &str = "/api/v1/projects/demo";

pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let state = ApiState {
        store: Arc::new(Store::in_memory().expect("a database in memory")),
        spool_dir: PathBuf::new(),
        max_upload_bytes: 0,
    };
    serde_json::from_str(&openapi_json(&state)).expect("JSON")
});

static FILLED: LazyLock<Running> = LazyLock::new(|| {
    let store = Store::in_memory().expect("a database in memory");
    import_programme(&store, "demo", &examples().join("manifest.toml"), &Silent)
        .expect("the shipped examples");
    Running::start(store, 64 << 20)
});

/// One server for all tests, with the shipped examples in the project `demo`.
pub fn filled() -> &'static Running {
    &FILLED
}

/// The folder of the shipped exports.
pub fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// The bytes of a shipped export.
pub fn example(path: &str) -> Vec<u8> {
    std::fs::read(examples().join(path)).expect("a shipped export")
}

/// A running server.
pub struct Running {
    address: SocketAddr,
    agent: ureq::Agent,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
    _data: tempfile::TempDir,
}

impl Running {
    /// Serves `store` on a free port.
    pub fn start(store: Store, max_upload_bytes: u64) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let config = ServerConfig {
            bind: "127.0.0.1:0".parse().expect("an address"),
            data_dir: data.path().to_owned(),
            max_upload_bytes,
            grace_s: 5,
        };
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            let store = Arc::new(store);
            let pages = pages(PagesState {
                store: store.clone(),
            });
            let ready = move |address| tell.send(address).expect("somebody waits");
            let stopped = async move {
                let _ = stopped.await;
            };
            runtime
                .block_on(run_until(config, store, pages, ready, stopped))
                .expect("a server");
        });
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .new_agent();
        Self {
            address: told.recv().expect("an address"),
            agent,
            stop: Some(stop),
            thread: Some(thread),
            _data: data,
        }
    }

    /// Stops gracefully and waits for the end.
    pub fn stop(mut self) {
        self.stop
            .take()
            .expect("not stopped before")
            .send(())
            .expect("it runs");
        self.thread
            .take()
            .expect("not stopped before")
            .join()
            .expect("a clean end");
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], &[])
    }

    pub fn get_as(&self, path: &str, accept: &str) -> Answer {
        self.ask("GET", path, &[("accept", accept)], &[])
    }

    pub fn post(&self, path: &str, content_type: &str, body: &[u8]) -> Answer {
        self.ask("POST", path, &[("content-type", content_type)], body)
    }

    /// Sends a request and checks that the OpenAPI document declares what comes back.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_vec()).expect("a sound request");
        let mut response = self.agent.run(request).expect("an answer");
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    value.to_str().expect("text").to_owned(),
                )
            })
            .collect();
        let answer = Answer {
            status: response.status().as_u16(),
            headers,
            body: response
                .body_mut()
                .with_config()
                .limit(1 << 30)
                .read_to_vec()
                .expect("a whole body"),
        };
        assert!(
            answer.header("x-request-id").is_some(),
            "{method} {path} has no request id"
        );
        schema::check_declared(&DOCUMENT, method, path, &answer);
        answer
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The media type without parameters.
    pub fn media_type(&self) -> &str {
        self.header("content-type")
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// Asserts a problem document of this status and code; gives it back.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.media_type(), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"));
        problem
    }

    /// Asserts a success of this status; gives its JSON back.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }
}
