use super::{StoreError, migrations};
use duckdb::{Config, Connection};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The database's file within the data directory.
const FILE_NAME: &str = "concord.duckdb";

/// An import of any size and a server beside other programs have to do with this much for the database. Questions that need more
/// spill to disk.
const MEMORY_LIMIT_BYTES: u64 = 512 << 20;

/// What the database may use of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// What the database may keep in memory; more goes to a folder beside its file. `None`: 80 % of the machine's memory.
    pub memory_limit_bytes: Option<u64>,
    /// `None`: as many as there are cores.
    pub threads: Option<u32>,
    /// Reader connections that are kept open between questions.
    pub max_idle_readers: usize,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            memory_limit_bytes: Some(MEMORY_LIMIT_BYTES),
            threads: None,
            max_idle_readers: 4,
        }
    }
}

/// Files that this process has open: the database's own lock holds between processes only.
static OPEN_FILES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Keeps a file from being opened twice by this process.
#[derive(Debug)]
struct OpenFile(PathBuf);

impl OpenFile {
    fn claim(data_dir: &Path, path: &Path) -> Result<Self, StoreError> {
        let absolute = data_dir
            .canonicalize()
            .map_err(|source| StoreError::Io {
                action: "find the data directory",
                path: data_dir.to_owned(),
                source,
            })?
            .join(FILE_NAME);
        let mut open = OPEN_FILES.lock().unwrap_or_else(PoisonError::into_inner);
        if open.insert(absolute.clone()) {
            Ok(Self(absolute))
        } else {
            Err(StoreError::AlreadyOpen {
                path: path.to_owned(),
            })
        }
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        OPEN_FILES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.0);
    }
}

/// One database with one writer and pooled readers.
pub struct Store {
    writer: Mutex<Connection>,
    /// Readers are cloned from this one, so that they need not wait for the writer.
    template: Mutex<Connection>,
    idle_readers: Mutex<Vec<Connection>>,
    max_idle_readers: usize,
    path: Option<PathBuf>,
    /// Given back last, when the connections are closed.
    _open_file: Option<OpenFile>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish()
    }
}

impl Store {
    /// Opens or makes `concord.duckdb` in `data_dir`, which is made if missing, and brings its schema up to date.
    ///
    /// # Errors
    /// `Locked` when another process has it open, `AlreadyOpen` when this one has, `NewerFile` when a newer program wrote it, `Io`, `Database`.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        Self::open_with(data_dir, StoreConfig::default())
    }

    /// As `open`, within stated limits.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_with(data_dir: &Path, config: StoreConfig) -> Result<Self, StoreError> {
        std::fs::create_dir_all(data_dir).map_err(|source| StoreError::Io {
            action: "make the data directory",
            path: data_dir.to_owned(),
            source,
        })?;
        let path = data_dir.join(FILE_NAME);
        let open_file = OpenFile::claim(data_dir, &path)?;
        let settings = settings(config)?;
        let conn = Connection::open_with_flags(&path, settings)
            .map_err(|source| open_error(&path, source))?;
        Self::start(conn, config, Some((path, open_file)))
    }

    /// A database that lives in memory and ends with this value: for tests.
    ///
    /// # Errors
    /// `Database`.
    pub fn in_memory() -> Result<Self, StoreError> {
        let config = StoreConfig::default();
        let conn = Connection::open_in_memory_with_flags(settings(config)?)
            .map_err(|source| database("open", source))?;
        Self::start(conn, config, None)
    }

    fn start(
        conn: Connection,
        config: StoreConfig,
        file: Option<(PathBuf, OpenFile)>,
    ) -> Result<Self, StoreError> {
        let (path, open_file) = file.unzip();
        migrations::apply(&conn, path.as_deref().unwrap_or(Path::new(":memory:")))?;
        let template = conn
            .try_clone()
            .map_err(|source| database("connect", source))?;
        Ok(Self {
            writer: Mutex::new(conn),
            template: Mutex::new(template),
            idle_readers: Mutex::new(Vec::new()),
            max_idle_readers: config.max_idle_readers,
            path,
            _open_file: open_file,
        })
    }

    /// The database file; `None` in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Writes a complete copy of the database file to `target` while nothing else writes.
    ///
    /// # Errors
    /// `Misuse` in memory, `Io`, `Database`.
    pub fn backup(&self, target: &Path) -> Result<u64, StoreError> {
        let path = self.path.as_ref().ok_or_else(|| {
            StoreError::Misuse("a database in memory has no file to back up".to_owned())
        })?;
        let conn = self.writer();
        conn.execute_batch("CHECKPOINT")
            .map_err(|source| database("checkpoint", source))?;
        std::fs::copy(path, target).map_err(|source| StoreError::Io {
            action: "write the backup",
            path: target.to_owned(),
            source,
        })
    }

    /// The one connection that writes. A thread that panicked while writing left its transaction rolled back,
    /// so a poisoned lock is sound.
    pub(super) fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in one transaction; an error undoes everything.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let conn = self.writer();
        let transaction = conn
            .unchecked_transaction()
            .map_err(|source| database("begin", source))?;
        let result = work(&conn)?;
        transaction
            .commit()
            .map_err(|source| database("commit", source))?;
        Ok(result)
    }

    /// Runs `work` on a reader that sees one state of the database throughout.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let conn = self.reader()?;
        let transaction = conn
            .unchecked_transaction()
            .map_err(|source| database("begin", source))?;
        let result = work(&conn);
        let ended = transaction.rollback();
        if ended.is_ok() {
            let mut idle = self.idle_readers();
            if idle.len() < self.max_idle_readers {
                idle.push(conn);
            }
        }
        result
    }

    fn idle_readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle_readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        if let Some(conn) = self.idle_readers().pop() {
            return Ok(conn);
        }
        self.template
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_clone()
            .map_err(|source| database("connect", source))
    }
}

fn settings(config: StoreConfig) -> Result<Config, StoreError> {
    let build = || -> Result<Config, duckdb::Error> {
        // Extensions are never fetched, and SQL reaches no file but the database's own.
        let mut settings = Config::default()
            .enable_autoload_extension(false)?
            .enable_external_access(false)?;
        if let Some(bytes) = config.memory_limit_bytes {
            settings = settings.max_memory(&format!("{}KiB", (bytes / 1024).max(1)))?;
        }
        if let Some(threads) = config.threads {
            settings = settings.threads(i64::from(threads))?;
        }
        Ok(settings)
    };
    build().map_err(|source| database("configure", source))
}

pub(super) fn database(during: &'static str, source: duckdb::Error) -> StoreError {
    StoreError::Database { during, source }
}

fn open_error(path: &Path, source: duckdb::Error) -> StoreError {
    // The database names a held lock in words only.
    let text = source.to_string();
    if text.contains("Could not set lock") || text.contains("Conflicting lock") {
        StoreError::Locked {
            path: path.to_owned(),
            source,
        }
    } else {
        database("open", source)
    }
}

#[cfg(test)]
mod tests;
