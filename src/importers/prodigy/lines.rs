//! The lines of a file. A broken one leaves the others as they are.

use crate::importers::json::fields::max_record_bytes;
use crate::importers::{ImportError, Limits, UploadFile};
use std::io::{BufRead, Read};

/// One line that is not blank.
pub(super) enum Line<'l> {
    Whole(&'l [u8]),
    TooLong,
}

/// Hands over every line with its number, from 1.
pub(super) fn each(
    file: &UploadFile,
    limits: &Limits,
    mut take: impl FnMut(u64, Line<'_>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let max_bytes = max_record_bytes(limits);
    let mut reader = file.open()?;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = |source| ImportError::io(file.path(), source);
        let n = Read::by_ref(&mut reader)
            .take(max_bytes as u64 + 1)
            .read_until(b'\n', &mut line)
            .map_err(read)?;
        if n == 0 {
            break;
        }
        if n > max_bytes {
            if !line.ends_with(b"\n") {
                skip_line(&mut reader).map_err(read)?;
            }
            take(number, Line::TooLong)?;
            continue;
        }
        let bare = match number {
            1 => line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line),
            _ => &line,
        };
        let bare = bare.trim_ascii();
        if !bare.is_empty() {
            take(number, Line::Whole(bare))?;
        }
    }
    Ok(())
}

fn skip_line(reader: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let piece = reader.fill_buf()?;
        if piece.is_empty() {
            return Ok(());
        }
        let end = memchr::memchr(b'\n', piece);
        let n = end.map_or(piece.len(), |end| end + 1);
        reader.consume(n);
        if end.is_some() {
            return Ok(());
        }
    }
}
