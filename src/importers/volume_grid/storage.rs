//! Where a file's voxels lie on disk, how they are packed, and whether they can be there at all.

use super::fault::Fault;
use crate::importers::{ImportError, Upload, UploadFile};
use bzip2::read::MultiBzDecoder;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

const GZIP: &[u8] = &[0x1f, 0x8b];
/// Deflate packs no more than this into a byte.
const MAX_DEFLATED: u64 = 1_032;

/// How bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    Plain,
    Gzip,
    Zlib,
    Bzip2,
}

impl Packing {
    /// Plain or gzip, by the first bytes.
    pub fn of(file: &UploadFile) -> Self {
        if file.head().starts_with(GZIP) {
            Self::Gzip
        } else {
            Self::Plain
        }
    }

    /// Unpacks what a reader gives.
    pub fn unpacked<'a>(self, reader: impl BufRead + 'a) -> Box<dyn Read + 'a> {
        match self {
            Self::Plain => Box::new(reader),
            Self::Gzip => Box::new(MultiGzDecoder::new(reader)),
            Self::Zlib => Box::new(ZlibDecoder::new(reader)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(reader)),
        }
    }
}

/// Bytes of a file from `start` on.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    pub file: &'a UploadFile,
    pub start: u64,
    pub packing: Packing,
}

impl<'a> Stored<'a> {
    /// A whole file, packed or not.
    pub fn whole(file: &'a UploadFile) -> Self {
        Self {
            file,
            start: 0,
            packing: Packing::of(file),
        }
    }

    /// Reads from the first unpacked byte on.
    pub fn open(&self) -> Result<Box<dyn Read>, ImportError> {
        let mut reader: BufReader<std::fs::File> = self.file.open()?;
        reader
            .seek(SeekFrom::Start(self.start))
            .map_err(|source| ImportError::io(self.file.path(), source))?;
        Ok(self.packing.unpacked(reader))
    }

    /// Whether so many unpacked bytes can be there, before anything is reserved for them.
    pub fn check_length(&self, n_bytes: u64, upload: &Upload) -> Result<(), Fault> {
        let most = upload.limits().max_unpacked_bytes;
        if n_bytes > most {
            return Err(Fault::unsupported(format!(
                "unpacks to {n_bytes} bytes; the limit is {most}"
            )));
        }
        let n_stored = self.file.size_bytes().saturating_sub(self.start);
        let (can_hold, what) = match self.packing {
            Packing::Plain => (n_stored, ""),
            Packing::Gzip | Packing::Zlib => (n_stored.saturating_mul(MAX_DEFLATED), "packed "),
            // Packs without a bound that would help; what is reserved is bounded by one slice.
            Packing::Bzip2 => return Ok(()),
        };
        if n_bytes > can_hold {
            return Err(Fault::invalid(format!(
                "its header asks for {n_bytes} bytes, more than the {n_stored} {what}bytes of the file hold; it was cut short"
            )));
        }
        Ok(())
    }
}

/// The file of an upload that a header names, relative to its own folder.
pub fn named_beside<'u>(
    upload: &'u Upload,
    header: &UploadFile,
    named: &str,
) -> Option<&'u UploadFile> {
    let named = named.replace('\\', "/");
    let mut parts: Vec<&str> = header.path().split('/').collect();
    parts.pop();
    for part in named.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let wanted = parts.join("/");
    upload.files().iter().find(|other| other.path() == wanted)
}

/// Passes over bytes.
pub fn skip_bytes(reader: &mut dyn Read, n_bytes: u64) -> Result<(), Fault> {
    let passed = std::io::copy(&mut reader.take(n_bytes), &mut std::io::sink())
        .map_err(|error| Fault::from(super::SampleFault::from(error)))?;
    if passed < n_bytes {
        return Err(Fault::from(super::SampleFault::CutShort));
    }
    Ok(())
}
