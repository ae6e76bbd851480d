//! The lines of an NRRD header: fields, and pairs of key and value.

use crate::importers::UploadFile;
use crate::importers::volume_grid::{Fault, Scalar};
use std::collections::BTreeMap;
use std::io::{BufRead, Read};

pub const MAGIC: &[u8] = b"NRRD000";
/// Headers of hundreds of segments take some hundred kilobytes.
const MAX_HEADER_BYTES: u64 = 16 << 20;

/// What a header says.
#[derive(Debug, Default)]
pub struct Header {
    fields: BTreeMap<String, String>,
    pub pairs: BTreeMap<String, String>,
    /// Bytes up to the voxels, where they lie in the same file.
    pub n_bytes: u64,
}

/// How voxels are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Raw,
    Gzip,
    Bzip2,
    Text,
    Hex,
}

impl Header {
    /// Reads up to the empty line, or the end of a header that lies apart from its voxels.
    pub fn read(file: &UploadFile) -> Result<Self, Fault> {
        let mut reader = file.open()?.take(MAX_HEADER_BYTES);
        let mut header = Self::default();
        let mut line = Vec::new();
        let mut is_first = true;
        loop {
            line.clear();
            let n = reader
                .read_until(b'\n', &mut line)
                .map_err(|source| crate::importers::ImportError::io(file.path(), source))?;
            header.n_bytes += n as u64;
            if header.n_bytes == MAX_HEADER_BYTES {
                return Err(Fault::unsupported(format!(
                    "its header goes on after {MAX_HEADER_BYTES} bytes"
                )));
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end_matches(['\r', '\n']);
            if is_first {
                if !text.as_bytes().starts_with(MAGIC) {
                    return Err(Fault::invalid("is no NRRD file"));
                }
                is_first = false;
                continue;
            }
            if n == 0 || text.is_empty() {
                return Ok(header);
            }
            header.line(text)?;
        }
    }

    fn line(&mut self, text: &str) -> Result<(), Fault> {
        if text.starts_with('#') {
            return Ok(());
        }
        let (pair, field) = (text.find(":="), text.find(": "));
        match (pair, field) {
            (Some(at), field) if field.is_none_or(|field| at < field) => {
                let value = unescaped(&text[at + 2..]);
                self.pairs.entry(text[..at].to_owned()).or_insert(value);
            }
            (_, Some(at)) => {
                self.fields
                    .entry(plain(&text[..at]))
                    .or_insert_with(|| text[at + 2..].trim().to_owned());
            }
            // "data file:" may end its line.
            _ => match text.strip_suffix(':') {
                Some(name) => {
                    self.fields.entry(plain(name)).or_default();
                }
                None => {
                    return Err(Fault::invalid(
                        "has a header line without `: ` or `:=`; a field or a key and its value is needed",
                    ));
                }
            },
        }
        Ok(())
    }

    /// A field by its name in lower case without spaces.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    pub fn needed(&self, name: &str, shown: &str) -> Result<&str, Fault> {
        self.field(name)
            .ok_or_else(|| Fault::invalid(format!("its header lacks the field `{shown}`")))
    }

    /// Voxels along each axis.
    pub fn sizes(&self) -> Result<Vec<u32>, Fault> {
        let n_axes: usize = self
            .needed("dimension", "dimension")?
            .parse()
            .ok()
            .filter(|n| (1..=16).contains(n))
            .ok_or_else(|| Fault::invalid("its field `dimension` is not 1 to 16"))?;
        let sizes: Option<Vec<u32>> = self
            .needed("sizes", "sizes")?
            .split_whitespace()
            .map(|size| size.parse().ok().filter(|n| *n > 0))
            .collect();
        sizes.filter(|sizes| sizes.len() == n_axes).ok_or_else(|| {
            Fault::invalid(format!(
                "its field `sizes` is not {n_axes} whole numbers above 0"
            ))
        })
    }

    pub fn scalar(&self) -> Result<Scalar, Fault> {
        let name = self.needed("type", "type")?.to_ascii_lowercase();
        Ok(match name.as_str() {
            "signed char" | "int8" | "int8_t" => Scalar::I8,
            "uchar" | "unsigned char" | "uint8" | "uint8_t" => Scalar::U8,
            "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => {
                Scalar::I16
            }
            "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => {
                Scalar::U16
            }
            "int" | "signed int" | "int32" | "int32_t" => Scalar::I32,
            "uint" | "unsigned int" | "uint32" | "uint32_t" => Scalar::U32,
            "longlong"
            | "long long"
            | "long long int"
            | "signed long long"
            | "signed long long int"
            | "int64"
            | "int64_t" => Scalar::I64,
            "ulonglong"
            | "unsigned long long"
            | "unsigned long long int"
            | "uint64"
            | "uint64_t" => Scalar::U64,
            "float" => Scalar::F32,
            "double" => Scalar::F64,
            _ => {
                return Err(Fault::unsupported(
                    "its field `type` names no kind of number that is read",
                ));
            }
        })
    }

    pub fn encoding(&self) -> Result<Encoding, Fault> {
        let name = self.needed("encoding", "encoding")?.to_ascii_lowercase();
        Ok(match name.as_str() {
            "raw" => Encoding::Raw,
            "gz" | "gzip" => Encoding::Gzip,
            "bz2" | "bzip2" => Encoding::Bzip2,
            "txt" | "text" | "ascii" => Encoding::Text,
            "hex" => Encoding::Hex,
            _ => {
                return Err(Fault::unsupported(
                    "its field `encoding` is none of raw, gzip, bzip2, ascii, hex",
                ));
            }
        })
    }

    /// Byte order; what is one byte long, or text, has none.
    pub fn is_big_endian(&self, scalar: Scalar, encoding: Encoding) -> Result<bool, Fault> {
        match self.field("endian").map(str::to_ascii_lowercase).as_deref() {
            Some("big") => Ok(true),
            Some("little") => Ok(false),
            None if scalar.n_bytes() == 1 || encoding == Encoding::Text => Ok(false),
            _ => Err(Fault::invalid(
                "its field `endian` is neither `little` nor `big`, which numbers of several bytes need",
            )),
        }
    }

    /// A whole number that may be left out.
    pub fn skip(&self, name: &str, shown: &str) -> Result<i64, Fault> {
        let Some(text) = self.field(name) else {
            return Ok(0);
        };
        text.parse()
            .map_err(|_| Fault::invalid(format!("its field `{shown}` is no whole number")))
    }
}

/// Names of fields are compared without case and spaces, as Teem does.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| !letter.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n') => text.push('\n'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            (other, false) => text.push(other),
        }
    }
    text
}
