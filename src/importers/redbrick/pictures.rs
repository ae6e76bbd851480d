//! Images in the upload, beside the export: their sizes and what DICOM says about them.

use crate::importers::context::base_name;
use crate::importers::dicom_seg::elements::Elements;
use crate::importers::{Upload, UploadFile};
use dicom_core::Tag;
use std::collections::HashMap;
use std::io::Read;

/// How far into a DICOM file its size is looked for.
const DICOM_HEAD_BYTES: u64 = 1 << 20;

/// What is known about an image.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Picture {
    pub size_px: Option<(u32, u32)>,
    pub modality: Option<String>,
    pub study: Option<String>,
    pub instance: Option<String>,
}

/// The files of an upload by name.
pub(super) struct Pictures<'a> {
    by_name: HashMap<&'a str, Vec<&'a UploadFile>>,
}

impl<'a> Pictures<'a> {
    pub fn new(upload: &'a Upload) -> Self {
        let mut by_name: HashMap<&str, Vec<&UploadFile>> = HashMap::new();
        for file in upload.files() {
            by_name.entry(file.name()).or_default().push(file);
        }
        Self { by_name }
    }

    /// The image that an export names by its path; `None` when it is not there, or several files could be it.
    pub fn find(&self, path: &str) -> Option<Picture> {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let named = self.by_name.get(base_name(path))?;
        let file = match named[..] {
            [only] => only,
            _ => {
                let mut same = named.iter().filter(|file| path.ends_with(file.path()));
                same.next().filter(|_| same.next().is_none())?
            }
        };
        if let Some(picture) = dicom(file) {
            return Some(picture);
        }
        let size = imagesize::size(file.disk_path()).ok()?;
        let side = |side: usize| u32::try_from(side).ok().filter(|side| *side > 0);
        Some(Picture {
            size_px: side(size.width).zip(side(size.height)),
            ..Picture::default()
        })
    }
}

fn dicom(file: &UploadFile) -> Option<Picture> {
    Elements::new(file.head()).ok()?;
    let mut bytes = Vec::new();
    let mut head = file.open().ok()?.take(DICOM_HEAD_BYTES);
    head.read_to_end(&mut bytes).ok()?;
    let mut elements = Elements::new(&bytes).ok()?;
    let (mut picture, mut rows, mut columns) = (Picture::default(), None, None);
    // The pixels do not fit what is looked at; all that is asked for stands before them.
    while let Some(Ok(element)) = elements.next() {
        let number = || {
            let bytes = bytes.get(element.value.clone())?;
            Some(u16::from_le_bytes([*bytes.first()?, *bytes.get(1)?]))
        };
        let words = || Some(elements.text(&element)).filter(|text| !text.is_empty());
        match element.tag {
            Tag(0x0008, 0x0018) => picture.instance = picture.instance.or_else(words),
            Tag(0x0008, 0x0060) => picture.modality = picture.modality.or_else(words),
            Tag(0x0020, 0x000D) => picture.study = picture.study.or_else(words),
            Tag(0x0028, 0x0010) => rows = rows.or_else(number),
            Tag(0x0028, 0x0011) => columns = columns.or_else(number),
            _ => {}
        }
    }
    let side = |side: Option<u16>| side.map(u32::from).filter(|side| *side > 0);
    picture.size_px = side(columns).zip(side(rows));
    Some(picture)
}
