use super::server::Running;
use concord::api::{ServeError, run_until};
use concord::config::ServerConfig;
use concord::store::Store;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[test]
fn a_stop_waits_for_nobody_who_is_idle() {
    let server = Running::start(Store::in_memory().expect("a database"), 1_000);
    assert_eq!(server.get("/healthz").text(), "ok");
    let started = Instant::now();
    server.stop();
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn an_address_that_others_reach_is_refused() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let config = ServerConfig {
        bind: "0.0.0.0:0".parse().expect("an address"),
        data_dir: data.path().to_owned(),
        max_upload_bytes: 1,
        grace_s: 1,
    };
    let store = Arc::new(Store::in_memory().expect("a database"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let ended = runtime.block_on(run_until(
        config,
        store,
        poem::Route::new(),
        |_| panic!("it must not listen"),
        std::future::ready(()),
    ));
    assert!(matches!(ended, Err(ServeError::Config(_))));
}

/// The program itself: a request that is under way when SIGTERM comes is answered before the end.
#[test]
fn sigterm_lets_a_running_request_end() {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut child = Command::new(env!("CARGO_BIN_EXE_concord"))
        .args([
            "--data-dir",
            &data.path().display().to_string(),
            "serve",
            "--bind",
            "127.0.0.1:0",
        ])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program");
    let mut messages = BufReader::new(child.stderr.take().expect("messages")).lines();
    let address = messages
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| Some(line.split("http://").nth(1)?.split('/').next()?.to_owned()))
        .expect("an address");
    let drained = std::thread::spawn(move || messages.map_while(Result::ok).count());
    let mut socket = TcpStream::connect(&address).expect("a connection");
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a time limit");
    let body = r#"{"name": "late"}"#;
    let head = format!(
        "POST /api/v1/projects HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).expect("a head");
    std::thread::sleep(Duration::from_millis(300));
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .expect("kill");
    assert!(killed.success());
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        TcpStream::connect(&address).is_err(),
        "no new connections are taken"
    );
    socket.write_all(body.as_bytes()).expect("the rest");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let status = child.wait().expect("an end");
    assert!(status.success(), "{status}");
    drained.join().expect("read to the end");
}
