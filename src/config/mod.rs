//! Settings of a running program: one small struct per concern.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Where the server listens and keeps its data.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    pub bind: SocketAddr,
    pub data_dir: PathBuf,
    /// Largest upload that is taken, in bytes.
    pub max_upload_bytes: u64,
    /// How long running requests may take to end after a stop signal, in seconds.
    pub grace_s: u64,
}

/// Why a server setting is refused.
#[derive(Debug, thiserror::Error)]
pub enum ServerConfigError {
    #[error(
        "`{0}` is reachable from other machines; there is no access control yet, so bind to 127.0.0.1 or [::1] and put an authenticating proxy in front"
    )]
    NotLoopback(SocketAddr),
}

impl ServerConfig {
    /// Checks the settings.
    ///
    /// # Errors
    /// `NotLoopback`: without access control, anyone who reaches the port could read and change everything.
    pub fn check(&self) -> Result<(), ServerConfigError> {
        if self.bind.ip().is_loopback() {
            Ok(())
        } else {
            Err(ServerConfigError::NotLoopback(self.bind))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ServerConfig;

    #[test]
    fn only_loopback_addresses_are_bound_while_there_is_no_access_control() {
        let at = |bind: &str| ServerConfig {
            bind: bind.parse().expect("an address"),
            data_dir: "data".into(),
            max_upload_bytes: 1,
            grace_s: 1,
        };
        assert!(at("127.0.0.1:8080").check().is_ok());
        assert!(at("[::1]:0").check().is_ok());
        assert!(at("0.0.0.0:8080").check().is_err());
        assert!(at("10.1.2.3:8080").check().is_err());
    }
}
