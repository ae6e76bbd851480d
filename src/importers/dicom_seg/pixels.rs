//! Runs of one frame after another, by segment.

use super::Fault;
use super::coding::{self, Coding, Fragments};
use super::document::Document;
use super::frames::{self, Storage};
use super::header::Header;
use crate::importers::Limits;
use dicom_dictionary_std::tags;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Bounds of runs that one file may hold, so that noise cannot unfold into more memory than the machine has.
const MAX_BOUNDS: usize = 1 << 26;

/// The pixel data of a file, read frame by frame.
pub struct Pixels<'a> {
    header: &'a Header,
    coding: Coding,
    bytes: &'a [u8],
    fragments: Option<Fragments>,
    n_bounds: usize,
    /// Pixels whose value no segment describes.
    pub undescribed: BTreeMap<u32, u64>,
}

/// Stored pixels of one frame.
struct Stored<'a> {
    bytes: Cow<'a, [u8]>,
    first: u64,
    is_unpacked: bool,
}

impl<'a> Pixels<'a> {
    /// Checks that the pixel data have the length or the fragments that the header calls for.
    pub fn new(header: &'a Header, document: &'a Document, limits: &Limits) -> Result<Self, Fault> {
        let bytes = document.pixel_bytes();
        let n_frames = header.frames.len();
        let fragments = if matches!(document.coding, Coding::Native | Coding::DeflatedDataSet) {
            check_length(header, bytes.len() as u64)?;
            None
        } else {
            let unfolded = header.storage.n_bytes(header.n_pixels());
            let unfolded = unfolded.saturating_mul(n_frames as u64);
            if unfolded > limits.max_unpacked_bytes {
                return Err(Fault::unsupported(format!(
                    "its pixel data unfold to {unfolded} bytes; the limit is {}",
                    limits.max_unpacked_bytes
                )));
            }
            let offsets = document.data_set.get(tags::EXTENDED_OFFSET_TABLE);
            let offsets = offsets.and_then(|table| table.to_multi_int::<u64>().ok());
            let offsets = offsets.unwrap_or_default();
            Some(Fragments::read(bytes, n_frames, &offsets)?)
        };
        Ok(Self {
            header,
            coding: document.coding,
            bytes,
            fragments,
            n_bounds: 0,
            undescribed: BTreeMap::new(),
        })
    }

    fn stored(&self, index: usize) -> Result<Stored<'a>, Fault> {
        let header = self.header;
        let n_pixels = header.n_pixels();
        let Some(fragments) = &self.fragments else {
            // Uncompressed frames of one bit a pixel begin anywhere in a byte.
            let (bytes, first) = if header.storage == Storage::Binary {
                (self.bytes, index as u64 * n_pixels)
            } else {
                let n = header.storage.n_bytes(n_pixels) as usize;
                let own = self.bytes.get(index * n..(index + 1) * n);
                (own.unwrap_or_default(), 0)
            };
            return Ok(Stored {
                bytes: bytes.into(),
                first,
                is_unpacked: false,
            });
        };
        let data = fragments.frame(self.bytes, index);
        let size_px = (header.width_px, header.height_px);
        let frame = coding::frame(self.coding, data, header.storage, size_px)
            .map_err(|detail| Fault::invalid(format!("frame {}: {detail}", index + 1)))?;
        Ok(Stored {
            bytes: frame.bytes,
            first: 0,
            is_unpacked: frame.is_unpacked,
        })
    }

    /// The runs of frame `index` by segment. A frame of one segment names it even where nothing is set.
    pub fn frame(&mut self, index: usize) -> Result<Vec<(u32, Vec<u32>)>, Fault> {
        let header = self.header;
        let stored = self.stored(index)?;
        let segment = header.frames.get(index).and_then(|frame| frame.segment);
        let found = match (header.storage, segment) {
            (Storage::Binary, Some(segment)) if stored.is_unpacked => {
                vec![(segment, frames::fractional(&stored.bytes, 1))]
            }
            (Storage::Binary, Some(segment)) => {
                let runs = frames::binary(&stored.bytes, stored.first, header.n_pixels());
                vec![(segment, runs)]
            }
            (Storage::Fractional { maximum }, Some(segment)) => {
                vec![(segment, frames::fractional(&stored.bytes, maximum))]
            }
            (Storage::LabelMap { n_bytes }, _) => self.labels(&stored.bytes, n_bytes),
            (Storage::Binary | Storage::Fractional { .. }, None) => Vec::new(),
        };
        self.count(found.iter().map(|(_, bounds)| bounds.len()).sum())?;
        Ok(found)
    }

    /// Counts bounds of runs that are kept.
    pub fn count(&mut self, n_bounds: usize) -> Result<(), Fault> {
        self.n_bounds = self.n_bounds.saturating_add(n_bounds);
        if self.n_bounds > MAX_BOUNDS {
            return Err(Fault::unsupported(format!(
                "has more than {} runs of pixels, which is the limit",
                MAX_BOUNDS / 2
            )));
        }
        Ok(())
    }

    /// The runs of described values; the pixels of others are counted.
    fn labels(&mut self, frame: &[u8], n_bytes: u64) -> Vec<(u32, Vec<u32>)> {
        let segments = &self.header.segments;
        let runs = frames::by_value(frame, n_bytes, |value| !segments.is_background(value));
        let (known, other): (Vec<_>, Vec<_>) = runs
            .into_iter()
            .partition(|(value, _)| segments.get(*value).is_some());
        for (value, bounds) in other {
            let n: u64 = bounds.chunks_exact(2).map(|b| u64::from(b[1] - b[0])).sum();
            *self.undescribed.entry(value).or_default() += n;
        }
        known
    }
}

fn check_length(header: &Header, found: u64) -> Result<(), Fault> {
    let n_pixels = header.n_pixels().checked_mul(header.frames.len() as u64);
    let needed = n_pixels.map_or(u64::MAX, |n_pixels| header.storage.n_bytes(n_pixels));
    if found == needed || Some(found) == needed.checked_add(1) {
        return Ok(());
    }
    Err(Fault::invalid(format!(
        "{} frames of {}x{} px take {needed} bytes, but the pixel data have {found}; export it again",
        header.frames.len(),
        header.width_px,
        header.height_px
    )))
}
