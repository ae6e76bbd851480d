//! The server: binds, serves, and stops gracefully.

use super::{ApiState, routes};
use crate::config::{ServerConfig, ServerConfigError};
use crate::store::Store;
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Route, Server};
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Why the server did not start or ended on its own.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Config(#[from] ServerConfigError),
    #[error("`{address}` cannot be listened on; is another server running there?")]
    Bind {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("folder `{folder}` for uploads cannot be made", folder = folder.display())]
    Spool {
        folder: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the server failed")]
    Serving(#[source] std::io::Error),
}

/// Serves the API and `pages` until SIGTERM or SIGINT; running requests then have `grace_s` seconds to end.
///
/// `on_ready` hears the address that was bound once connections are taken.
///
/// # Errors
/// An address that is reachable from outside or taken, and faults of the operating system.
pub async fn run(
    config: ServerConfig,
    store: Arc<Store>,
    pages: Route,
    on_ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    // Before the port is bound, so that a signal after `on_ready` is never lost.
    let terminate = signal(SignalKind::terminate()).map_err(ServeError::Serving)?;
    let interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Serving)?;
    run_until(config, store, pages, on_ready, either(terminate, interrupt)).await
}

async fn either(mut terminate: Signal, mut interrupt: Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// As [`run`], until `stop` resolves.
///
/// # Errors
/// As [`run`].
pub async fn run_until(
    config: ServerConfig,
    store: Arc<Store>,
    pages: Route,
    on_ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    config.check()?;
    let spool_dir = config.data_dir.join("uploads");
    std::fs::create_dir_all(&spool_dir).map_err(|source| ServeError::Spool {
        folder: spool_dir.clone(),
        source,
    })?;
    let bind_error = |source| ServeError::Bind {
        address: config.bind,
        source,
    };
    let acceptor = TcpListener::bind(config.bind)
        .into_acceptor()
        .await
        .map_err(bind_error)?;
    let bound = acceptor
        .local_addr()
        .iter()
        .find_map(|address| address.as_socket_addr().copied())
        .unwrap_or(config.bind);
    let state = ApiState {
        store,
        spool_dir,
        max_upload_bytes: config.max_upload_bytes,
    };
    let endpoint = routes(state, pages);
    on_ready(bound);
    Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(endpoint, stop, Some(Duration::from_secs(config.grace_s)))
        .await
        .map_err(ServeError::Serving)
}
