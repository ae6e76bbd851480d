//! One LIDC file, as it stands: sessions, nodules, outlines.

use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeMap;

use super::builder::Builder;

/// The nine ratings of a nodule and the highest value of each scale (the lowest is 1), as the LIDC data dictionary has them.
pub const CHARACTERISTICS: [(&str, u8); 9] = [
    ("subtlety", 5),
    ("internalStructure", 4),
    ("calcification", 6),
    ("sphericity", 5),
    ("margin", 5),
    ("lobulation", 5),
    ("spiculation", 5),
    ("texture", 5),
    ("malignancy", 5),
];

/// Coordinates lie below this: CT matrices go up to 2048.
pub const MAX_SIDE_PX: u32 = 8192;

/// The readings of one scan.
#[derive(Debug, Default)]
pub struct Message {
    pub uid: Option<String>,
    pub series: String,
    pub study: String,
    pub date_service: String,
    pub time_service: String,
    pub sessions: Vec<Session>,
}

/// One reader's pass.
#[derive(Debug, Default)]
pub struct Session {
    pub nodules: Vec<Nodule>,
    pub non_nodules: Vec<NonNodule>,
}

/// A nodule by one reader.
#[derive(Debug, Default)]
pub struct Nodule {
    pub id: String,
    pub characteristics: BTreeMap<&'static str, String>,
    pub rois: Vec<Roi>,
    /// Why it cannot be read, where a value is broken.
    pub fault: Option<String>,
}

/// One outline or point on one slice.
#[derive(Debug)]
pub struct Roi {
    /// NaN until it is read.
    pub z_mm: f64,
    /// FALSE outlines a hole.
    pub included: Option<bool>,
    pub points: Vec<[u32; 2]>,
}

impl Default for Roi {
    fn default() -> Self {
        Self {
            z_mm: f64::NAN,
            included: None,
            points: Vec::new(),
        }
    }
}

/// A finding that the reader held to be no nodule.
#[derive(Debug)]
pub struct NonNodule {
    pub id: String,
    /// NaN until it is read.
    pub z_mm: f64,
    pub points: Vec<[u32; 2]>,
    pub fault: Option<String>,
}

impl Default for NonNodule {
    fn default() -> Self {
        Self {
            id: String::new(),
            z_mm: f64::NAN,
            points: Vec::new(),
            fault: None,
        }
    }
}

/// Why a file could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    #[error("is not well-formed XML at byte {at}: {cause}")]
    Xml { at: u64, cause: String },
    #[error("ends inside an element; it was cut short, export it again")]
    CutShort,
    #[error("holds a document type declaration, which is not read; remove it")]
    DocumentType,
    #[error("refers to the entity `{name}`, which is not resolved; write the character itself")]
    Entity { name: String },
    #[error("nests more than {limit} elements")]
    TooDeep { limit: usize },
    #[error("`{name}` stands inside another `{name}`")]
    Nested { name: &'static str },
    #[error("has `{found}` as its root, not `LidcReadMessage`")]
    Root { found: String },
    #[error("names no SeriesInstanceUid, so its readings belong to no scan")]
    NoSeries,
}

impl Message {
    /// Reads one file.
    pub fn parse(text: &str, max_depth: usize) -> Result<Self, MessageError> {
        let mut reader = Reader::from_str(text);
        let mut builder = Builder::default();
        loop {
            let at = reader.buffer_position();
            let event = reader.read_event().map_err(|error| MessageError::Xml {
                at,
                cause: error.to_string(),
            })?;
            match event {
                Event::Start(start) => {
                    builder.start(&start)?;
                    if builder.open.len() > max_depth {
                        return Err(MessageError::TooDeep { limit: max_depth });
                    }
                }
                Event::Empty(start) => {
                    builder.start(&start)?;
                    builder.end();
                }
                Event::End(_) => builder.end(),
                Event::Text(text) => builder.text(&text.xml10_content()),
                Event::CData(text) => builder.text(&text.xml10_content()),
                Event::GeneralRef(reference) => builder.reference(&reference)?,
                Event::DocType(_) => return Err(MessageError::DocumentType),
                Event::Eof => return builder.finish(),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
        }
    }
}
