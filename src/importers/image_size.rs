//! Sizes of the images that lie beside annotations, for formats that state positions as shares of them.

use super::UploadFile;
use std::io::Read;

/// How far into a JPEG file its orientation is looked for.
const JPEG_HEAD_BYTES: u64 = 256 << 10;

/// What an image file says about its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ImageSize {
    Known(u32, u32),
    /// The file asks viewers to lay it on its side, so that width and height depend on the viewer.
    Turned(u8),
}

/// The size of an image in its own pixels; `None` for what is no image.
pub(super) fn image_size(file: &UploadFile) -> Option<ImageSize> {
    imagesize::image_type(file.head()).ok()?;
    let size = imagesize::size(file.disk_path()).ok()?;
    let (width, height) = (
        u32::try_from(size.width).ok()?,
        u32::try_from(size.height).ok()?,
    );
    if width == 0 || height == 0 {
        return None;
    }
    match orientation(file) {
        Some(turn @ 5..=8) if width != height => Some(ImageSize::Turned(turn)),
        _ => Some(ImageSize::Known(width, height)),
    }
}

/// Whether the bytes begin like an image that has a size.
pub(super) fn is_image(file: &UploadFile) -> bool {
    imagesize::image_type(file.head()).is_ok()
}

/// The orientation in a JPEG's Exif block (1 to 8).
fn orientation(file: &UploadFile) -> Option<u8> {
    if !file.head().starts_with(b"\xff\xd8") {
        return None;
    }
    let mut bytes = Vec::new();
    let mut reader = file.open().ok()?.take(JPEG_HEAD_BYTES);
    reader.read_to_end(&mut bytes).ok()?;
    let mut at = 2;
    loop {
        let [0xff, marker] = *bytes.get(at..at + 2)?.as_array::<2>()? else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes(*bytes.get(at + 2..at + 4)?.as_array()?));
        if marker == 0xda {
            return None;
        }
        let block = bytes.get(at + 4..at + 2 + length);
        if marker == 0xe1
            && let Some(tiff) = block.and_then(|block| block.strip_prefix(b"Exif\0\0"))
        {
            return exif_orientation(tiff);
        }
        at += 2 + length;
    }
}

/// Tag 0x0112 of the first directory.
fn exif_orientation(tiff: &[u8]) -> Option<u8> {
    let is_little = tiff.starts_with(b"II");
    let short = |at: usize| -> Option<u16> {
        let bytes = *tiff.get(at..at.checked_add(2)?)?.as_array()?;
        Some(if is_little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let bytes = *tiff.get(4..8)?.as_array()?;
    let start = if is_little {
        u32::from_le_bytes(bytes)
    } else {
        u32::from_be_bytes(bytes)
    } as usize;
    (0..usize::from(short(start)?))
        .map(|index| start + 2 + 12 * index)
        .find(|at| short(*at) == Some(0x0112))
        .and_then(|at| u8::try_from(short(at + 8)?).ok())
}

#[cfg(test)]
mod tests {
    use super::exif_orientation;

    #[test]
    fn the_orientation_is_found_in_either_byte_order_and_never_beyond_the_end() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0";
        assert_eq!(exif_orientation(little), Some(6));
        assert_eq!(exif_orientation(big), Some(8));
        for n in 0..little.len() - 4 {
            assert_eq!(exif_orientation(&little[..n]), None);
        }
    }
}
