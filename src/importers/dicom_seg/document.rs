//! A segmentation's data set, decoded, and where its pixels lie.

use super::Fault;
use super::coding::{Coding, inflated};
use super::elements::{Element, Elements, PIXEL_DATA};
use crate::importers::dicom_document::{decode, is_read};
use dicom_core::Tag;
use dicom_object::InMemDicomObject;

const META_LENGTH: Tag = Tag(0x0002, 0x0000);

/// A file of which everything but the pixels is decoded.
pub struct Document {
    pub data_set: InMemDicomObject,
    pub coding: Coding,
    bytes: Vec<u8>,
    pixels: Element,
}

impl Document {
    /// Checks the lengths that the file claims, and decodes what lies before its pixels.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Fault> {
        let (syntax, data_set) = stated(&bytes)?;
        let coding = Coding::of(&syntax)?;
        let bytes = if coding == Coding::DeflatedDataSet {
            inflated(bytes.get(data_set..).unwrap_or_default())?
        } else {
            bytes
        };
        let mut elements = Elements::new(&bytes)?;
        let mut first = None;
        let mut pixels = None;
        for element in elements.by_ref() {
            let element = element?;
            if element.tag.group() != 0x0002 {
                first.get_or_insert(element.start);
            }
            if element.tag == PIXEL_DATA {
                pixels = Some(element);
                break;
            }
        }
        let pixels = pixels.ok_or_else(|| {
            Fault::invalid("has no pixel data; it was cut short or is broken".to_owned())
        })?;
        let is_native = matches!(coding, Coding::Native | Coding::DeflatedDataSet);
        if pixels.encapsulated == is_native {
            let (found, stated) = if is_native {
                ("compressed", "an uncompressed")
            } else {
                ("uncompressed", "a compressed")
            };
            return Err(Fault::invalid(format!(
                "has {found} pixel data under {stated} transfer syntax"
            )));
        }
        let before_pixels = bytes
            .get(first.unwrap_or(0)..pixels.start)
            .unwrap_or_default();
        // What compresses pixels leaves the data set as it is, with explicit representations.
        let plain = if is_read(elements.transfer_syntax()) {
            elements.transfer_syntax()
        } else {
            super::elements::EXPLICIT_LITTLE_ENDIAN
        };
        let data_set = decode(plain, before_pixels)?;
        Ok(Self {
            data_set,
            coding,
            bytes,
            pixels,
        })
    }

    /// The value of the pixel data as it stands.
    pub fn pixel_bytes(&self) -> &[u8] {
        self.bytes
            .get(self.pixels.value.clone())
            .unwrap_or_default()
    }
}

/// The transfer syntax, and where the data set begins, which may be compressed.
fn stated(bytes: &[u8]) -> Result<(String, usize), Fault> {
    let mut elements = Elements::new(bytes)?;
    let mut data_set = 0;
    let mut meta_end = usize::MAX;
    while data_set < meta_end {
        let Some(Ok(element)) = elements.next() else {
            break;
        };
        if element.tag.group() != 0x0002 {
            break;
        }
        data_set = element.value.end;
        if element.tag == META_LENGTH {
            let length = bytes.get(element.value.clone()).unwrap_or_default();
            let length = length.try_into().map_or(u32::MAX, u32::from_le_bytes);
            meta_end = element.value.end.saturating_add(length as usize);
        }
    }
    Ok((elements.transfer_syntax().to_owned(), data_set))
}
