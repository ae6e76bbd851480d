//! An upload as a list of files on disk, whatever it came as: a file, a folder, a zip, a tar or a tar.gz.
//!
//! Archives are unpacked into a temporary folder under limits, so that readers can stream and seek without
//! holding anything in memory.

mod archive;

use super::{ImportError, Limits};
use crate::domain::{Skip, SkipReason};
use archive::{archive_kind, unpack};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

const HEAD_BYTES: u64 = 8 << 10;

/// One file of an upload.
#[derive(Debug)]
pub struct UploadFile {
    path: String,
    disk: PathBuf,
    size_bytes: u64,
    head: Vec<u8>,
}

impl UploadFile {
    /// Path inside the upload, with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// File name without folders.
    pub fn name(&self) -> &str {
        super::context::base_name(&self.path)
    }

    /// Size on disk.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// The first bytes (up to 8 KiB), for detection.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// The head as text without a byte order mark and leading white space; bytes that are no UTF-8 are replaced.
    pub fn head_text(&self) -> String {
        String::from_utf8_lossy(&self.head)
            .trim_start_matches('\u{feff}')
            .trim_start()
            .to_owned()
    }

    /// Where the bytes lie; for readers that need a file.
    pub fn disk_path(&self) -> &Path {
        &self.disk
    }

    /// A buffered reader from the start.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(&self) -> Result<BufReader<File>, ImportError> {
        File::open(&self.disk)
            .map(|file| BufReader::with_capacity(256 << 10, file))
            .map_err(|source| ImportError::io(&self.path, source))
    }

    /// The whole content, refused beyond `max_bytes`.
    ///
    /// # Errors
    /// When the file is larger or cannot be read.
    pub fn read_all(&self, max_bytes: u64) -> Result<Vec<u8>, ImportError> {
        if self.size_bytes > max_bytes {
            return Err(ImportError::Limit {
                file: self.path.clone(),
                detail: format!("{} bytes have to be held at once", self.size_bytes),
                limit: format!("{max_bytes} bytes"),
            });
        }
        std::fs::read(&self.disk).map_err(|source| ImportError::io(&self.path, source))
    }
}

/// The files of one upload, in path order, and the hash of its bytes.
#[derive(Debug)]
pub struct Upload {
    name: String,
    files: Vec<UploadFile>,
    set_aside: Vec<Skip>,
    sha256: String,
    limits: Limits,
    _unpacked: Option<tempfile::TempDir>,
}

impl Upload {
    /// Opens a file, a folder or an archive.
    ///
    /// # Errors
    /// Missing or unreadable files, broken archives, limits.
    pub fn open(path: &Path, limits: Limits) -> Result<Self, ImportError> {
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        Self::open_named(path, &name, limits)
    }

    /// As `open`, for bytes that were spooled to disk under another name.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_named(path: &Path, name: &str, limits: Limits) -> Result<Self, ImportError> {
        let metadata = std::fs::metadata(path).map_err(|source| ImportError::io(name, source))?;
        let mut set_aside = Vec::new();
        let mut unpacked = None;
        let (listed, sha256) = if metadata.is_dir() {
            let listed = walk(path, &limits, &mut set_aside)?;
            let sha256 = hash_folder(&listed)?;
            (listed, sha256)
        } else {
            let sha256 = hash_file(path, name)?;
            let kind = archive_kind(path, name)?;
            match kind {
                None => (vec![(name.to_owned(), path.to_owned())], sha256),
                Some(kind) => {
                    let folder =
                        tempfile::tempdir().map_err(|source| ImportError::io(name, source))?;
                    let listed = unpack(kind, path, name, folder.path(), &limits, &mut set_aside)?;
                    unpacked = Some(folder);
                    (listed, sha256)
                }
            }
        };
        let mut files = listed
            .into_iter()
            .map(|(path, disk)| describe(path, disk))
            .collect::<Result<Vec<_>, _>>()?;
        files.sort_by(|left, right| left.path.cmp(&right.path));
        if files.is_empty() {
            return Err(ImportError::container(name, "there are no files in it"));
        }
        Ok(Self {
            name: name.to_owned(),
            files,
            set_aside,
            sha256,
            limits,
            _unpacked: unpacked,
        })
    }

    /// The file or folder name as the user gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All files, in path order.
    pub fn files(&self) -> &[UploadFile] {
        &self.files
    }

    /// Entries that could not be taken over at all (links, nested archives), with reasons.
    pub fn set_aside(&self) -> &[Skip] {
        &self.set_aside
    }

    /// SHA-256 of the file, or of the sorted list of paths and hashes of a folder, in hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The limits that hold for this upload.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

fn describe(path: String, disk: PathBuf) -> Result<UploadFile, ImportError> {
    let read = || -> std::io::Result<(u64, Vec<u8>)> {
        let file = File::open(&disk)?;
        let size_bytes = file.metadata()?.len();
        let mut head = Vec::with_capacity(HEAD_BYTES.min(size_bytes) as usize);
        file.take(HEAD_BYTES).read_to_end(&mut head)?;
        Ok((size_bytes, head))
    };
    let (size_bytes, head) = read().map_err(|source| ImportError::io(&path, source))?;
    Ok(UploadFile {
        path,
        disk,
        size_bytes,
        head,
    })
}

type Listed = Vec<(String, PathBuf)>;

fn walk(root: &Path, limits: &Limits, set_aside: &mut Vec<Skip>) -> Result<Listed, ImportError> {
    let mut listed = Vec::new();
    let mut pending = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = pending.pop() {
        let entries =
            std::fs::read_dir(&folder).map_err(|source| ImportError::io(&prefix, source))?;
        for entry in entries {
            let entry = entry.map_err(|source| ImportError::io(&prefix, source))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}/{name}")
            };
            let kind = entry
                .file_type()
                .map_err(|source| ImportError::io(&path, source))?;
            if kind.is_dir() {
                pending.push((entry.path(), path));
            } else if kind.is_file() && !is_clutter(&name) {
                listed.push((path, entry.path()));
            } else {
                set_aside.push(left_out(path, &kind_word(kind.is_symlink())));
            }
            if listed.len() > limits.max_files {
                return Err(too_many_files(&prefix, limits));
            }
        }
    }
    Ok(listed)
}

fn kind_word(symlink: bool) -> String {
    if symlink {
        "a symbolic link is not followed"
    } else {
        "a file of the operating system"
    }
    .to_owned()
}

fn is_clutter(name: &str) -> bool {
    name == ".DS_Store" || name == "Thumbs.db" || name.starts_with("._")
}

fn left_out(file: String, detail: &str) -> Skip {
    Skip {
        reason: SkipReason::NotAnnotation,
        file,
        record: String::new(),
        detail: detail.to_owned(),
    }
}

fn too_many_files(file: &str, limits: &Limits) -> ImportError {
    ImportError::Limit {
        file: file.to_owned(),
        detail: "the upload holds too many files".to_owned(),
        limit: format!("{} files", limits.max_files),
    }
}

fn hash_file(path: &Path, name: &str) -> Result<String, ImportError> {
    let mut file = File::open(path).map_err(|source| ImportError::io(name, source))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n = file
            .read(&mut buffer)
            .map_err(|source| ImportError::io(name, source))?;
        if n == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(&buffer[..n]);
    }
}

fn hash_folder(listed: &Listed) -> Result<String, ImportError> {
    let mut sorted: Vec<&(String, PathBuf)> = listed.iter().collect();
    sorted.sort();
    let mut hasher = Sha256::new();
    for (path, disk) in sorted {
        hasher.update(path.as_bytes());
        hasher.update([0]);
        hasher.update(hash_file(disk, path)?.as_bytes());
        hasher.update([0]);
    }
    Ok(hex(&hasher.finalize()))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
