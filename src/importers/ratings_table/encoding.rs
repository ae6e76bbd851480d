//! UTF-16, as spreadsheets save "Unicode text", read as UTF-8.

use std::borrow::Cow;
use std::io::{Error, ErrorKind, Read};

const LITTLE: &[u8] = &[0xFF, 0xFE];
const BIG: &[u8] = &[0xFE, 0xFF];
/// Bytes decoded at once.
const CHUNK_BYTES: usize = 64 << 10;

/// Whether text begins with the byte order mark of UTF-16.
pub fn is_utf16(head: &[u8]) -> bool {
    head.starts_with(LITTLE) || head.starts_with(BIG)
}

/// The first bytes of a file as UTF-8; a character that the end cuts is left out.
///
/// # Errors
/// What keeps these bytes from being text.
pub fn head_as_utf8(head: &[u8]) -> Result<Cow<'_, [u8]>, &'static str> {
    if !is_utf16(head) {
        return Ok(Cow::Borrowed(head));
    }
    let even = head.len() - head.len() % 2;
    let mut text = Vec::new();
    let read = Utf16::new(&head[..even], true).read_to_end(&mut text);
    read.map(|_| Cow::Owned(text))
        .map_err(|_| "is broken UTF-16 text; save it as CSV UTF-8")
}

/// Decodes a stream that begins with a byte order mark.
pub struct Utf16<R> {
    reader: R,
    is_big: Option<bool>,
    /// A byte or a high surrogate that waits for its other half.
    odd: Option<u8>,
    high: Option<u16>,
    decoded: Vec<u8>,
    n_given: usize,
    /// Whether the end may cut a pair of surrogates.
    is_head: bool,
}

impl<R: Read> Utf16<R> {
    pub fn new(reader: R, is_head: bool) -> Self {
        Self {
            reader,
            is_big: None,
            odd: None,
            high: None,
            decoded: Vec::new(),
            n_given: 0,
            is_head,
        }
    }

    fn fill(&mut self) -> std::io::Result<()> {
        let broken = || Error::new(ErrorKind::InvalidData, "broken UTF-16");
        let mut raw = vec![0; CHUNK_BYTES];
        self.decoded.clear();
        self.n_given = 0;
        while self.decoded.is_empty() {
            let n = self.reader.read(&mut raw)?;
            if n == 0 {
                let is_cut = self.odd.is_some() || self.high.is_some();
                return if is_cut && !self.is_head {
                    Err(broken())
                } else {
                    Ok(())
                };
            }
            for &byte in raw.iter().take(n) {
                let Some(first) = self.odd.take() else {
                    self.odd = Some(byte);
                    continue;
                };
                let pair = [first, byte];
                let Some(is_big) = self.is_big else {
                    self.is_big = Some(pair == BIG);
                    continue;
                };
                let unit = if is_big {
                    u16::from_be_bytes(pair)
                } else {
                    u16::from_le_bytes(pair)
                };
                self.push(unit).ok_or_else(broken)?;
            }
        }
        Ok(())
    }

    fn push(&mut self, unit: u16) -> Option<()> {
        let units = match (self.high.take(), unit) {
            (None, 0xD800..=0xDBFF) => {
                self.high = Some(unit);
                return Some(());
            }
            (None, _) => char::decode_utf16([unit]).next()?.ok()?,
            (Some(high), _) => char::decode_utf16([high, unit]).next()?.ok()?,
        };
        let mut bytes = [0; 4];
        self.decoded
            .extend_from_slice(units.encode_utf8(&mut bytes).as_bytes());
        Some(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.n_given == self.decoded.len() {
            self.fill()?;
        }
        let rest = self.decoded.get(self.n_given..).unwrap_or_default();
        let n = rest.len().min(out.len());
        out.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.n_given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::{Utf16, head_as_utf8};
    use std::io::Read;

    #[test]
    fn both_byte_orders_and_pairs_of_surrogates_are_read() {
        let text = "item,a\nß,𝄞\n";
        for is_big in [false, true] {
            let bytes: Vec<u8> = std::iter::once(0xFEFF)
                .chain(text.encode_utf16())
                .flat_map(|unit| {
                    if is_big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect();
            let mut read = String::new();
            Utf16::new(&bytes[..], false)
                .read_to_string(&mut read)
                .expect("sound text");
            assert_eq!(read, text);
            assert!(
                Utf16::new(&bytes[..bytes.len() - 1], false)
                    .read_to_string(&mut read)
                    .is_err()
            );
            assert!(head_as_utf8(&bytes[..bytes.len() - 1]).is_ok());
        }
        assert!(head_as_utf8(&[0xFF, 0xFE, 0, 0xDC, b'a', 0]).is_err());
    }
}
