//! A segmentation's data set, decoded, and where its pixels lie.

use super::Fault;
use super::elements::{Element, Elements, PIXEL_DATA};
use crate::importers::dicom_document::{decode, is_read};
use dicom_object::InMemDicomObject;

/// A file of which everything but the pixels is decoded.
pub struct Document {
    pub data_set: InMemDicomObject,
    bytes: Vec<u8>,
    pixels: Element,
}

impl Document {
    /// Checks the lengths that the file claims, and decodes what lies before its pixels.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Fault> {
        let mut elements = Elements::new(&bytes)?;
        let mut first = None;
        let mut pixels = None;
        while let Some(element) = elements.next() {
            // A compressed data set is no sequence of elements; its transfer syntax says so.
            let element = match element {
                Err(_) if !is_read(elements.transfer_syntax()) => break,
                element => element?,
            };
            if element.tag.group() != 0x0002 {
                first.get_or_insert(element.start);
            }
            if element.tag == PIXEL_DATA {
                pixels = Some(element);
                break;
            }
        }
        let syntax = elements.transfer_syntax();
        if !is_read(syntax) {
            return Err(Fault::unsupported(format!(
                "is compressed or big endian (transfer syntax `{syntax}`); save it as Explicit VR Little Endian"
            )));
        }
        let pixels = pixels.ok_or_else(|| {
            Fault::invalid("has no pixel data; it was cut short or is broken".to_owned())
        })?;
        if pixels.encapsulated {
            return Err(Fault::invalid(
                "has compressed pixel data under an uncompressed transfer syntax".to_owned(),
            ));
        }
        let before_pixels = bytes
            .get(first.unwrap_or(0)..pixels.start)
            .unwrap_or_default();
        let data_set = decode(syntax, before_pixels)?;
        Ok(Self {
            data_set,
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
