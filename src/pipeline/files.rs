//! Protocol, policy and data files on disk.

use super::PipelineError;
use crate::domain::Protocol;
use crate::gates::{Policy, default_policy_toml, parse_policy, parse_protocol};
use crate::store::{Store, StoreConfig};
use std::path::Path;

/// The text of a small file.
///
/// # Errors
/// When it cannot be read as text.
pub fn read_text(path: &Path) -> Result<String, PipelineError> {
    std::fs::read_to_string(path).map_err(|source| PipelineError::Io {
        file: path.display().to_string(),
        source,
    })
}

/// Writes a file, making its folder where it is missing.
///
/// # Errors
/// When it cannot be written.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), PipelineError> {
    let written = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder),
        _ => Ok(()),
    }
    .and_then(|()| std::fs::write(path, content));
    written.map_err(|source| PipelineError::Io {
        file: path.display().to_string(),
        source,
    })
}

/// The protocol in a file.
///
/// # Errors
/// When it cannot be read, or with every fault by line and key.
pub fn read_protocol(path: &Path) -> Result<Protocol, PipelineError> {
    Ok(parse_protocol(
        &path.display().to_string(),
        &read_text(path)?,
    )?)
}

/// The policy in a file; the default policy where there is none.
///
/// # Errors
/// When it cannot be read, or with every fault by line and key.
pub fn read_policy(path: Option<&Path>) -> Result<Policy, PipelineError> {
    match path {
        Some(path) => Ok(parse_policy(
            &path.display().to_string(),
            &read_text(path)?,
        )?),
        None => Ok(parse_policy("default policy", default_policy_toml())?),
    }
}

/// Opens the database in a folder, making both where they are missing.
///
/// # Errors
/// What the store raises: a newer file, another process that holds it.
pub fn open_store(data_dir: &Path) -> Result<Store, PipelineError> {
    Ok(Store::open_with(data_dir, StoreConfig::default())?)
}
