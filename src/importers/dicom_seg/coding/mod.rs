//! How pixel data are compressed, and frames brought back to what they were.
//!
//! Format: DICOM PS3.5, chapter 8 and annexes A and G.

mod codestream;
mod fragments;
mod rle;

pub use fragments::Fragments;

use super::elements::{EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN};
use super::frames::Storage;
use crate::importers::contained::unless_it_panics;
use crate::importers::dicom_document::Fault;
use dicom_encoding::adapters::{PixelDataObject, RawPixelData};
use dicom_encoding::transfer_syntax::{Codec, TransferSyntaxIndex};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use flate2::read::DeflateDecoder;
use std::borrow::Cow;
use std::io::Read;

/// The largest frame that is decompressed.
const MAX_FRAME_BYTES: u64 = 128 << 20;
/// The largest data set that is inflated.
const MAX_INFLATED_BYTES: u64 = 256 << 20;

/// What a transfer syntax does to pixel data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coding {
    /// One frame after another.
    Native,
    /// The whole data set is deflated, its pixels are native.
    DeflatedDataSet,
    /// Frames as they are, each in fragments of its own.
    Encapsulated,
    Rle,
    DeflatedFrames,
    Jpeg2000(&'static str),
}

impl Coding {
    /// The coding of a transfer syntax; those that lose detail, or that no decoder here reads, are refused by name.
    pub fn of(syntax: &str) -> Result<Self, Fault> {
        Ok(match syntax {
            IMPLICIT_LITTLE_ENDIAN | EXPLICIT_LITTLE_ENDIAN => Self::Native,
            "1.2.840.10008.1.2.1.98" => Self::Encapsulated,
            "1.2.840.10008.1.2.1.99" => Self::DeflatedDataSet,
            "1.2.840.10008.1.2.5" => Self::Rle,
            "1.2.840.10008.1.2.8.1" => Self::DeflatedFrames,
            "1.2.840.10008.1.2.4.90" => Self::Jpeg2000("1.2.840.10008.1.2.4.90"),
            "1.2.840.10008.1.2.4.201" => Self::Jpeg2000("1.2.840.10008.1.2.4.201"),
            "1.2.840.10008.1.2.4.202" => Self::Jpeg2000("1.2.840.10008.1.2.4.202"),
            other => {
                let registered = TransferSyntaxRegistry.get(other);
                let name = registered.map_or("no registered one", |known| known.name());
                return Err(Fault::unsupported(format!(
                    "has the transfer syntax `{other}` ({name}), which is not read; save it as Explicit VR Little Endian"
                )));
            }
        })
    }
}

/// Inflates a whole data set. It is counted first, so that nothing is reserved for what is refused.
pub fn inflated(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let reader = || DeflateDecoder::new(bytes).take(MAX_INFLATED_BYTES + 1);
    let broken = |error| {
        Fault::invalid(format!(
            "its deflated data set is broken ({error}); export it again"
        ))
    };
    let n_bytes = std::io::copy(&mut reader(), &mut std::io::sink()).map_err(broken)?;
    if n_bytes > MAX_INFLATED_BYTES {
        return Err(Fault::unsupported(format!(
            "its data set unfolds to more than {MAX_INFLATED_BYTES} bytes, which is the limit; save it as Explicit VR Little Endian"
        )));
    }
    let mut inflated = Vec::with_capacity(n_bytes as usize);
    reader().read_to_end(&mut inflated).map_err(broken)?;
    Ok(inflated)
}

/// One decompressed frame.
pub struct Frame<'a> {
    pub bytes: Cow<'a, [u8]>,
    /// Whether pixels of one bit were given a byte each.
    pub is_unpacked: bool,
}

/// Decompresses one frame of so many columns and rows.
pub fn frame<'a>(
    coding: Coding,
    data: Cow<'a, [u8]>,
    storage: Storage,
    (width_px, height_px): (u32, u32),
) -> Result<Frame<'a>, String> {
    let n_pixels = u64::from(width_px) * u64::from(height_px);
    let n_bytes = storage.n_bytes(n_pixels);
    if n_bytes > MAX_FRAME_BYTES {
        return Err(format!(
            "takes {n_bytes} bytes; the limit for compressed frames is {MAX_FRAME_BYTES}"
        ));
    }
    let packed = |bytes| Frame {
        bytes,
        is_unpacked: false,
    };
    match coding {
        Coding::Native | Coding::DeflatedDataSet | Coding::Encapsulated => {
            let found = data.len() as u64;
            if found != n_bytes && found != n_bytes + 1 {
                return Err(format!("has {found} bytes where {n_bytes} are needed"));
            }
            Ok(packed(data))
        }
        Coding::Rle => {
            let n_planes = match storage {
                Storage::LabelMap { n_bytes } => n_bytes as usize,
                Storage::Binary | Storage::Fractional { .. } => 1,
            };
            rle::decoded(&data, n_planes, n_bytes as usize / n_planes)
                .map(|bytes| packed(bytes.into()))
        }
        Coding::DeflatedFrames => {
            let mut bytes = Vec::new();
            DeflateDecoder::new(&*data)
                .take(n_bytes + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| format!("its deflated data are broken ({error})"))?;
            if bytes.len() as u64 != n_bytes {
                return Err(format!(
                    "unfolds to {} {} bytes where {n_bytes} are needed",
                    if bytes.len() as u64 > n_bytes {
                        "at least"
                    } else {
                        "only"
                    },
                    bytes.len()
                ));
            }
            Ok(packed(bytes.into()))
        }
        Coding::Jpeg2000(syntax) => {
            let bytes = jpeg_2000(syntax, &data, storage, (width_px, height_px))?;
            Ok(Frame {
                bytes: bytes.into(),
                is_unpacked: storage == Storage::Binary,
            })
        }
    }
}

/// Decodes a code stream whose headers say what the file says.
fn jpeg_2000(
    syntax: &'static str,
    data: &[u8],
    storage: Storage,
    (width_px, height_px): (u32, u32),
) -> Result<Vec<u8>, String> {
    let bits = match storage {
        Storage::Binary | Storage::Fractional { .. } => 8,
        Storage::LabelMap { n_bytes } => 8 * n_bytes as u16,
    };
    codestream::check(data, (width_px, height_px), bits)?;
    let image = Image {
        syntax,
        data,
        size_px: (width_px as u16, height_px as u16),
        bits,
    };
    let Some(Codec::EncapsulatedPixelData(Some(decoder), _)) = TransferSyntaxRegistry
        .get(syntax)
        .map(|known| known.codec())
    else {
        return Err(format!(
            "no decoder of transfer syntax `{syntax}` is built in"
        ));
    };
    let mut bytes = Vec::new();
    // The decoder panics on some damaged code streams.
    let broken = || "its JPEG 2000 code stream is broken".to_owned();
    unless_it_panics(|| decoder.decode_frame(&image, 0, &mut bytes))
        .ok_or_else(broken)?
        .map_err(|_| broken())?;
    let needed = u64::from(width_px) * u64::from(height_px) * u64::from(bits / 8);
    if bytes.len() as u64 != needed {
        return Err(format!(
            "decodes to {} bytes where {needed} are needed",
            bytes.len()
        ));
    }
    Ok(bytes)
}

/// One frame as the registry's decoders want it.
struct Image<'a> {
    syntax: &'static str,
    data: &'a [u8],
    size_px: (u16, u16),
    bits: u16,
}

impl PixelDataObject for Image<'_> {
    fn transfer_syntax_uid(&self) -> &str {
        self.syntax
    }

    fn rows(&self) -> Option<u16> {
        Some(self.size_px.1)
    }

    fn cols(&self) -> Option<u16> {
        Some(self.size_px.0)
    }

    fn samples_per_pixel(&self) -> Option<u16> {
        Some(1)
    }

    fn bits_allocated(&self) -> Option<u16> {
        Some(self.bits)
    }

    fn bits_stored(&self) -> Option<u16> {
        Some(self.bits)
    }

    fn photometric_interpretation(&self) -> Option<&str> {
        Some("MONOCHROME2")
    }

    fn number_of_frames(&self) -> Option<u32> {
        Some(1)
    }

    fn number_of_fragments(&self) -> Option<u32> {
        Some(1)
    }

    fn fragment(&self, fragment: usize) -> Option<Cow<'_, [u8]>> {
        (fragment == 0).then_some(Cow::Borrowed(self.data))
    }

    fn offset_table(&self) -> Option<Cow<'_, [u32]>> {
        None
    }

    fn raw_pixel_data(&self) -> Option<RawPixelData> {
        None
    }
}
