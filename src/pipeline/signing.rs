//! The key that signs evidence: made at the first gate, kept beside the database.

use super::PipelineError;
use crate::gates::{EvidenceKey, PublicKey};
use crate::store::Store;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

const SECRET: &str = "evidence-key";
const PUBLISHED: &str = "evidence-key.pub";

/// The key of this store; `None` in memory, where nothing lasts that could be vouched for.
///
/// The secret half lies in `evidence-key`, readable by its owner alone, the public one in `evidence-key.pub`.
///
/// # Errors
/// Files that cannot be read or written, and a key file that holds no key.
pub fn evidence_key(store: &Store) -> Result<Option<EvidenceKey>, PipelineError> {
    let Some(folder) = store.path().and_then(Path::parent) else {
        return Ok(None);
    };
    let secret = folder.join(SECRET);
    let seed = match std::fs::read_to_string(&secret) {
        Ok(text) => seed_of(&text).ok_or_else(|| PipelineError::Parameter {
            what: "evidence key",
            given: secret.display().to_string(),
            detail: "it holds no key of 64 hexadecimal digits; restore it from a backup, or move it away to have a new one made, which readers of later records have to be told".to_owned(),
        })?,
        Err(error) if error.kind() == ErrorKind::NotFound => made(&secret)?,
        Err(source) => return Err(failed(&secret, source)),
    };
    let key = EvidenceKey::of_seed(&seed);
    let published = folder.join(PUBLISHED);
    let text = format!("{}\n", key.public());
    if std::fs::read_to_string(&published).ok().as_ref() != Some(&text) {
        std::fs::write(&published, text).map_err(|source| failed(&published, source))?;
    }
    Ok(Some(key))
}

/// The public half of this store's key.
///
/// # Errors
/// As [`evidence_key`].
pub fn public_evidence_key(store: &Store) -> Result<Option<PublicKey>, PipelineError> {
    Ok(evidence_key(store)?.map(|key| key.public()))
}

fn made(secret: &PathBuf) -> Result<[u8; 32], PipelineError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| PipelineError::Internal(format!("no random numbers: {error}")))?;
    let digits: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let written = options
        .open(secret)
        .and_then(|mut file| writeln!(file, "{digits}").and_then(|()| file.sync_all()));
    match written {
        Ok(()) => Ok(seed),
        // Another thread was first; its key holds.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let text = std::fs::read_to_string(secret).map_err(|source| failed(secret, source))?;
            seed_of(&text)
                .ok_or_else(|| PipelineError::Internal("a key is being made; ask again".to_owned()))
        }
        Err(source) => Err(failed(secret, source)),
    }
}

fn seed_of(text: &str) -> Option<[u8; 32]> {
    let digits = text.trim();
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    let mut seed = [0; 32];
    for (at, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(seed)
}

fn failed(path: &Path, source: std::io::Error) -> PipelineError {
    PipelineError::Io {
        file: path.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::{SECRET, evidence_key, public_evidence_key};
    use crate::store::Store;

    #[test]
    fn a_store_keeps_one_key_and_shows_its_public_half() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("a store");
        let first = public_evidence_key(&store)
            .expect("a key")
            .expect("on disk");
        let again = public_evidence_key(&store)
            .expect("a key")
            .expect("on disk");
        assert_eq!(first, again);
        let published = std::fs::read_to_string(folder.path().join("evidence-key.pub"));
        assert_eq!(published.expect("a file").trim(), first.to_string());
        let secret = folder.path().join(SECRET);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&secret)
                .expect("a file")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(&secret, "not a key").expect("written");
        let error = evidence_key(&store).err().expect("no key").to_string();
        assert!(
            error.contains("evidence-key") && !error.contains("not a key"),
            "{error}"
        );
        let memory = Store::in_memory().expect("a store");
        assert!(evidence_key(&memory).expect("none").is_none());
    }
}
