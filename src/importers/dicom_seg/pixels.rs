//! Runs of one frame after another, by segment.

use super::Fault;
use super::document::Document;
use super::frames::{self, Storage};
use super::header::Header;
use std::collections::BTreeMap;

/// Runs that one file may hold, so that noise cannot unfold into more memory than the machine has.
const MAX_BOUNDS: usize = 1 << 26;

/// The pixel data of a file, read frame by frame.
pub struct Pixels<'a> {
    header: &'a Header,
    bytes: &'a [u8],
    n_bounds: usize,
    /// Pixels whose value no segment describes.
    pub undescribed: BTreeMap<u32, u64>,
}

impl<'a> Pixels<'a> {
    /// Checks that the pixel data have the length that the header calls for.
    pub fn new(header: &'a Header, document: &'a Document) -> Result<Self, Fault> {
        let bytes = document.pixel_bytes();
        let needed = header
            .n_pixels()
            .checked_mul(header.frames.len() as u64)
            .map_or(u64::MAX, |n_pixels| header.storage.n_bytes(n_pixels));
        let found = bytes.len() as u64;
        if found != needed && Some(found) != needed.checked_add(1) {
            return Err(Fault::invalid(format!(
                "{} frames of {}x{} px take {needed} bytes, but the pixel data have {found}; export it again",
                header.frames.len(),
                header.width_px,
                header.height_px
            )));
        }
        Ok(Self {
            header,
            bytes,
            n_bounds: 0,
            undescribed: BTreeMap::new(),
        })
    }

    /// The runs of frame `index` by segment. A frame of one segment names it even where nothing is set.
    pub fn frame(&mut self, index: usize) -> Result<Vec<(u32, Vec<u32>)>, Fault> {
        let header = self.header;
        let n_pixels = header.n_pixels();
        let segment = header.frames.get(index).and_then(|frame| frame.segment);
        let stored = |bytes: &'a [u8]| {
            let n = header.storage.n_bytes(n_pixels) as usize;
            bytes.get(index * n..(index + 1) * n).unwrap_or_default()
        };
        let found = match (header.storage, segment) {
            (Storage::Binary, Some(segment)) => {
                let first = index as u64 * n_pixels;
                vec![(segment, frames::binary(self.bytes, first, n_pixels))]
            }
            (Storage::Fractional { maximum }, Some(segment)) => {
                vec![(segment, frames::fractional(stored(self.bytes), maximum))]
            }
            (Storage::LabelMap { n_bytes }, _) => {
                let is_kept = |value| !header.segments.is_background(value);
                let runs = frames::by_value(stored(self.bytes), n_bytes, is_kept);
                let (known, other): (Vec<_>, Vec<_>) = runs
                    .into_iter()
                    .partition(|(value, _)| header.segments.get(*value).is_some());
                for (value, bounds) in other {
                    let n: u64 = bounds.chunks_exact(2).map(|b| u64::from(b[1] - b[0])).sum();
                    *self.undescribed.entry(value).or_default() += n;
                }
                known
            }
            (Storage::Binary | Storage::Fractional { .. }, None) => Vec::new(),
        };
        self.n_bounds += found.iter().map(|(_, bounds)| bounds.len()).sum::<usize>();
        if self.n_bounds > MAX_BOUNDS {
            return Err(Fault::unsupported(format!(
                "has more than {} runs of pixels, which is the limit",
                MAX_BOUNDS / 2
            )));
        }
        Ok(found)
    }
}
