//! The voxels behind or beside a header, in any of the encodings.

use super::header::{Encoding, Header};
use crate::importers::volume_grid::{
    Fault, Packing, Raw, SampleFault, Samples, Stored, Text, named_beside, skip_bytes,
};
use crate::importers::{Upload, UploadFile};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

/// The file that holds the voxels, as the header names it; `None` where they follow the header.
pub fn file_beside<'u>(
    header: &Header,
    file: &UploadFile,
    upload: &'u Upload,
) -> Result<Option<&'u UploadFile>, Fault> {
    let Some(named) = header.field("datafile") else {
        return Ok(None);
    };
    let first = named.split_whitespace().next().unwrap_or_default();
    if first == "LIST" || named.contains('%') {
        return Err(Fault::unsupported(
            "its voxels lie in several files (LIST or a numbered pattern); save it as one file",
        ));
    }
    let found = named_beside(upload, file, named);
    found
        .map(Some)
        .ok_or_else(|| Fault::dangling("is a header whose `data file` is not in the upload"))
}

/// The voxels of a header, ready to be read in their order.
pub fn open(
    header: &Header,
    file: &UploadFile,
    upload: &Upload,
    n_values: u64,
) -> Result<Box<dyn Samples>, Fault> {
    let (scalar, encoding) = (header.scalar()?, header.encoding()?);
    let is_big_endian = header.is_big_endian(scalar, encoding)?;
    let beside = file_beside(header, file, upload)?;
    let (holder, mut start) = beside.map_or((file, header.n_bytes), |other| (other, 0));
    let n_lines = header.skip("lineskip", "line skip")?;
    if n_lines > 0 {
        start += lines(holder, start, n_lines)?;
    }
    let n_bytes = n_values.saturating_mul(scalar.n_bytes() as u64);
    let packing = match encoding {
        Encoding::Gzip => Packing::Gzip,
        Encoding::Bzip2 => Packing::Bzip2,
        Encoding::Raw | Encoding::Text | Encoding::Hex => Packing::Plain,
    };
    let stored = Stored {
        file: holder,
        start,
        packing,
    };
    stored.check_length(
        match encoding {
            Encoding::Raw | Encoding::Gzip | Encoding::Bzip2 => n_bytes,
            Encoding::Hex => n_bytes.saturating_mul(2),
            // A digit and what parts it from the next.
            Encoding::Text => n_values.saturating_mul(2) - 1,
        },
        upload,
    )?;
    let mut reader = stored.open()?;
    let n_skipped = match header.skip("byteskip", "byte skip")? {
        0 => 0,
        -1 if matches!(encoding, Encoding::Raw | Encoding::Gzip | Encoding::Bzip2) => {
            before_the_end(&stored, n_bytes, upload)?
        }
        n => u64::try_from(n).map_err(|_| {
            Fault::invalid("its field `byte skip` is below 0; only -1 is, for raw or packed voxels")
        })?,
    };
    skip_bytes(&mut reader, n_skipped)?;
    Ok(match encoding {
        Encoding::Text => Box::new(Text::new(reader, scalar)),
        Encoding::Hex => {
            let digits = Hex(BufReader::new(reader));
            Box::new(Raw::new(digits, scalar, is_big_endian, None))
        }
        _ => Box::new(Raw::new(reader, scalar, is_big_endian, None)),
    })
}

/// Bytes of so many lines.
fn lines(file: &UploadFile, start: u64, n_lines: i64) -> Result<u64, Fault> {
    let io = |source| crate::importers::ImportError::io(file.path(), source);
    let mut reader = file.open()?;
    reader.seek(SeekFrom::Start(start)).map_err(io)?;
    let mut n_bytes = 0;
    for _ in 0..n_lines {
        let passed = pass_line(&mut reader).map_err(io)?;
        if passed == 0 {
            return Err(Fault::from(SampleFault::CutShort));
        }
        n_bytes += passed;
    }
    Ok(n_bytes)
}

fn pass_line(reader: &mut impl BufRead) -> std::io::Result<u64> {
    let mut passed = 0;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(passed);
        }
        let end = memchr::memchr(b'\n', buffer);
        let n = end.map_or(buffer.len(), |at| at + 1);
        reader.consume(n);
        passed += n as u64;
        if end.is_some() {
            return Ok(passed);
        }
    }
}

/// Unpacked bytes before the last `n_bytes`.
fn before_the_end(stored: &Stored<'_>, n_bytes: u64, upload: &Upload) -> Result<u64, Fault> {
    let n_all = if stored.packing == Packing::Plain {
        stored.file.size_bytes().saturating_sub(stored.start)
    } else {
        let most = upload.limits().max_unpacked_bytes;
        let mut reader = stored.open()?.take(most.saturating_add(1));
        let n_all = std::io::copy(&mut reader, &mut std::io::sink()).map_err(SampleFault::from)?;
        if n_all > most {
            return Err(Fault::unsupported(format!(
                "unpacks to more than {most} bytes, which is the limit"
            )));
        }
        n_all
    };
    n_all
        .checked_sub(n_bytes)
        .ok_or(Fault::from(SampleFault::CutShort))
}

/// Bytes as pairs of hexadecimal digits, with white space anywhere.
struct Hex<R>(BufReader<R>);

impl<R: Read> Read for Hex<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let mut n = 0;
        let mut high: Option<u8> = None;
        while n < out.len() {
            let Some(&byte) = self.0.fill_buf()?.first() else {
                break;
            };
            self.0.consume(1);
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                b'A'..=b'F' => byte - b'A' + 10,
                byte if byte.is_ascii_whitespace() => continue,
                _ => {
                    return Err(std::io::Error::other(
                        "something else than hexadecimal digits",
                    ));
                }
            };
            match high.take() {
                None => high = Some(digit),
                Some(high) => {
                    out[n] = high << 4 | digit;
                    n += 1;
                }
            }
        }
        Ok(n)
    }
}
