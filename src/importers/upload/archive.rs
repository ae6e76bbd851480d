//! Unpacking archives into a temporary folder, under limits.

use super::{Listed, is_clutter, kind_word, left_out, too_many_files};
use crate::domain::Skip;
use crate::importers::{ImportError, Limits, context};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

const ARCHIVES: &str = "zip, tar or tar.gz";

/// What an archive is packed as.
#[derive(Clone, Copy)]
pub(super) enum ArchiveKind {
    Zip,
    Tar,
    TarGz,
}

pub(super) fn archive_kind(path: &Path, name: &str) -> Result<Option<ArchiveKind>, ImportError> {
    let mut file = File::open(path).map_err(|source| ImportError::io(name, source))?;
    let mut head = Vec::with_capacity(512);
    Read::by_ref(&mut file)
        .take(512)
        .read_to_end(&mut head)
        .map_err(|source| ImportError::io(name, source))?;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        let is_office = is_office_document(file);
        return Ok((!is_office).then_some(ArchiveKind::Zip));
    }
    if is_tar(&head) {
        return Ok(Some(ArchiveKind::Tar));
    }
    let other = OTHER_PACKINGS
        .iter()
        .find(|(magic, _)| head.starts_with(magic));
    if let Some((_, packing)) = other {
        return Err(ImportError::container(
            name,
            format!(
                "is packed as {packing}, which is not unpacked here; unpack it and send the folder, or {ARCHIVES}"
            ),
        ));
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        file.seek(SeekFrom::Start(0))
            .map_err(|source| ImportError::io(name, source))?;
        let mut inner = Vec::with_capacity(512);
        let outcome = flate2::read::MultiGzDecoder::new(file)
            .take(512)
            .read_to_end(&mut inner);
        if outcome.is_ok() && is_tar(&inner) {
            return Ok(Some(ArchiveKind::TarGz));
        }
        if let Err(error) = outcome {
            return Err(ImportError::container(
                name,
                format!(
                    "starts like gzip, but does not unpack ({error}); send it whole, or as {ARCHIVES}"
                ),
            ));
        }
    }
    Ok(None)
}

/// Entries that make a zip one document instead of an archive of files: workbooks and spreadsheets.
const OFFICE_ENTRIES: [&str; 2] = ["xl/workbook.xml", "xl/workbook.bin"];
const OPEN_DOCUMENT: &[u8] = b"application/vnd.oasis.opendocument.";

/// Whether a zip is a workbook or an OpenDocument file, which is read whole and never unpacked into parts.
fn is_office_document(file: File) -> bool {
    let Ok(mut archive) = zip::ZipArchive::new(BufReader::new(file)) else {
        return false;
    };
    if OFFICE_ENTRIES
        .iter()
        .any(|name| archive.index_for_name(name).is_some())
    {
        return true;
    }
    let Ok(entry) = archive.by_name("mimetype") else {
        return false;
    };
    let mut kind = Vec::with_capacity(OPEN_DOCUMENT.len());
    let read = entry
        .take(OPEN_DOCUMENT.len() as u64)
        .read_to_end(&mut kind);
    read.is_ok() && kind == OPEN_DOCUMENT
}

/// Packings that are recognised only to be named: what they begin with, and what they are called.
const OTHER_PACKINGS: &[(&[u8], &str)] = &[
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh91AY&SY", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
];

fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
}

pub(super) fn unpack(
    kind: ArchiveKind,
    path: &Path,
    name: &str,
    folder: &Path,
    limits: &Limits,
    set_aside: &mut Vec<Skip>,
) -> Result<Listed, ImportError> {
    let file = File::open(path).map_err(|source| ImportError::io(name, source))?;
    let packed_bytes = file
        .metadata()
        .map_err(|source| ImportError::io(name, source))?
        .len();
    let mut spool = Spool {
        name,
        folder,
        limits,
        // Small archives of highly regular masks legitimately pack very well.
        budget_bytes: limits
            .max_unpacked_bytes
            .min(packed_bytes.saturating_mul(limits.max_ratio).max(64 << 20)),
        used_bytes: 0,
        listed: Vec::new(),
    };
    match kind {
        ArchiveKind::Zip => spool.zip(file, set_aside)?,
        ArchiveKind::Tar => spool.tar(BufReader::new(file), set_aside)?,
        ArchiveKind::TarGz => {
            spool.tar(
                flate2::read::MultiGzDecoder::new(BufReader::new(file)),
                set_aside,
            )?;
        }
    }
    Ok(spool.listed)
}

struct Spool<'a> {
    name: &'a str,
    folder: &'a Path,
    limits: &'a Limits,
    budget_bytes: u64,
    used_bytes: u64,
    listed: Listed,
}

impl Spool<'_> {
    fn zip(&mut self, file: File, set_aside: &mut Vec<Skip>) -> Result<(), ImportError> {
        let broken = |error: zip::result::ZipError| {
            ImportError::container(
                self.name,
                format!("the zip archive is broken ({error}); export it again"),
            )
        };
        let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(broken)?;
        for index in 0..archive.len() {
            let mut entry = match archive.by_index(index) {
                Ok(entry) => entry,
                Err(error) => {
                    return Err(ImportError::container(
                        self.name,
                        format!(
                            "entry {index} of the zip archive is broken ({error}); export it again"
                        ),
                    ));
                }
            };
            let path = entry.name().map_err(broken)?.replace('\\', "/");
            if entry.is_dir() {
                continue;
            }
            if entry.is_symlink() {
                set_aside.push(left_out(path, &kind_word(true)));
                continue;
            }
            self.entry(path, &mut entry, set_aside)?;
        }
        Ok(())
    }

    fn tar(&mut self, reader: impl Read, set_aside: &mut Vec<Skip>) -> Result<(), ImportError> {
        let mut archive = tar::Archive::new(reader);
        let broken = |error: std::io::Error| {
            ImportError::container(
                self.name,
                format!("the tar archive is broken ({error}); export it again"),
            )
        };
        for entry in archive.entries().map_err(broken)? {
            let mut entry = entry.map_err(|error| {
                ImportError::container(
                    self.name,
                    format!("the tar archive is broken ({error}); export it again"),
                )
            })?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let kind = entry.header().entry_type();
            if kind.is_dir() || kind.is_pax_global_extensions() {
                continue;
            }
            if !kind.is_file() {
                set_aside.push(left_out(
                    path,
                    &kind_word(kind.is_symlink() || kind.is_hard_link()),
                ));
                continue;
            }
            self.entry(path, &mut entry, set_aside)?;
        }
        Ok(())
    }

    /// Spools one entry under a number, so that its name can do no harm on disk.
    fn entry(
        &mut self,
        path: String,
        reader: &mut dyn Read,
        set_aside: &mut Vec<Skip>,
    ) -> Result<(), ImportError> {
        let name = context::base_name(&path);
        if path.starts_with("__MACOSX/") || is_clutter(name) {
            set_aside.push(left_out(path, &kind_word(false)));
            return Ok(());
        }
        if self.listed.len() >= self.limits.max_files {
            return Err(too_many_files(self.name, self.limits));
        }
        let disk = self.folder.join(self.listed.len().to_string());
        let mut out = File::create(&disk).map_err(|source| ImportError::io(&path, source))?;
        let mut buffer = vec![0; 128 << 10];
        loop {
            let n = reader.read(&mut buffer).map_err(|error| {
                ImportError::container(
                    &path,
                    format!("does not unpack ({error}); export the archive again"),
                )
            })?;
            if n == 0 {
                break;
            }
            self.used_bytes += n as u64;
            if self.used_bytes > self.budget_bytes {
                return Err(ImportError::Limit {
                    file: self.name.to_owned(),
                    detail: "the archive unpacks to far more than it holds".to_owned(),
                    limit: format!(
                        "{} times its size and {} bytes",
                        self.limits.max_ratio, self.limits.max_unpacked_bytes
                    ),
                });
            }
            out.write_all(&buffer[..n])
                .map_err(|source| ImportError::io(&path, source))?;
        }
        self.listed
            .push((path.trim_start_matches("./").to_owned(), disk));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::importers::{Limits, Upload};
    use std::io::Write;

    #[test]
    fn a_zip_that_unpacks_to_far_more_than_it_holds_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("bomb.zip");
        let mut writer = zip::ZipWriter::new(std::fs::File::create(&path).expect("a new file"));
        let options: zip::write::FileOptions<()> =
            zip::write::FileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file("zeros.json", options).expect("an entry");
        writer.write_all(&vec![0; 4 << 20]).expect("zeros");
        writer.finish().expect("a whole archive");
        let limits = Limits {
            max_unpacked_bytes: 1 << 20,
            ..Limits::DEFAULT
        };
        let error = Upload::open(&path, limits).expect_err("a bomb").to_string();
        assert!(
            error.contains("unpacks to far more than it holds"),
            "{error}"
        );
        assert!(Upload::open(&path, Limits::DEFAULT).is_ok());
    }

    #[test]
    fn a_packing_that_is_not_unpacked_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("masks.tar.xz");
        let cases = super::OTHER_PACKINGS;
        for (magic, packing) in cases {
            std::fs::write(&path, [magic, &[0_u8; 64][..]].concat()).expect("a new file");
            let error = Upload::open(&path, Limits::DEFAULT).expect_err("not unpacked");
            let error = error.to_string();
            assert!(error.contains(&format!("packed as {packing}")), "{error}");
        }
        assert_eq!(cases.len(), 5);
    }

    #[test]
    fn names_in_an_archive_cannot_leave_the_spool() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("slip.zip");
        let mut writer = zip::ZipWriter::new(std::fs::File::create(&path).expect("a new file"));
        let options: zip::write::FileOptions<()> = zip::write::FileOptions::default();
        writer
            .start_file("../../slipped.txt", options)
            .expect("an entry");
        writer.write_all(b"x").expect("bytes");
        writer.finish().expect("a whole archive");
        let upload = Upload::open(&path, Limits::DEFAULT).expect("readable");
        assert_eq!(upload.files().len(), 1);
        assert!(!folder.path().join("../../slipped.txt").exists());
        assert!(upload.files()[0].disk_path().ends_with("0"));
    }
}
