//! Files that grow record by record, so that an export never has to fit into memory.

use super::ExportError;
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, Write};
use std::path::Path;

/// The records of one JSON list, on disk until the file that holds them is put together.
pub(super) struct Spool {
    file: BufWriter<File>,
    n: u64,
}

impl Spool {
    /// An empty list.
    pub fn new(name: &str) -> Result<Self, ExportError> {
        let file = tempfile::tempfile().map_err(|source| ExportError::io(name, source))?;
        Ok(Self {
            file: BufWriter::new(file),
            n: 0,
        })
    }

    /// Appends a record.
    pub fn push(&mut self, name: &str, record: &impl Serialize) -> Result<(), ExportError> {
        let separator: &[u8] = if self.n == 0 { b"\n" } else { b",\n" };
        self.file
            .write_all(separator)
            .map_err(|source| ExportError::io(name, source))?;
        serde_json::to_writer(&mut self.file, record)
            .map_err(|error| ExportError::encode(name, error))?;
        self.n += 1;
        Ok(())
    }

    /// Records so far.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Writes the list, brackets included.
    pub fn copy_to(self, name: &str, out: &mut impl Write) -> Result<(), ExportError> {
        let copy = || -> std::io::Result<()> {
            let mut file = self.file.into_inner().map_err(|error| error.into_error())?;
            file.rewind()?;
            out.write_all(b"[")?;
            let mut reader = std::io::BufReader::new(file);
            let mut buffer = vec![0; 64 << 10];
            loop {
                let n = reader.read(&mut buffer)?;
                if n == 0 {
                    break;
                }
                out.write_all(&buffer[..n])?;
            }
            out.write_all(b"\n]")
        };
        copy().map_err(|source| ExportError::io(name, source))
    }
}

/// Creates a file of the export, folders included.
pub(super) fn create(folder: &Path, name: &str) -> Result<BufWriter<File>, ExportError> {
    let path = folder.join(name);
    let make = || -> std::io::Result<File> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        File::create_new(&path)
    };
    make()
        .map(BufWriter::new)
        .map_err(|source| ExportError::io(name, source))
}

/// Flushes a finished file, so that a full disk is noticed.
pub(super) fn close(name: &str, mut file: BufWriter<File>) -> Result<(), ExportError> {
    file.flush().map_err(|source| ExportError::io(name, source))
}
