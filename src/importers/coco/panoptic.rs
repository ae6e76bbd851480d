//! Pictures of panoptic segments: the colour of a pixel is the number of the segment that it belongs to.
//!
//! Format: <https://cocodataset.org/#format-data>, "Panoptic Segmentation".

use super::records::{Flag, Id};
use crate::importers::png_mask::pixels::{Kind, Runs};
use crate::importers::{Upload, UploadFile};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// An element of `segments_info`.
#[derive(Deserialize)]
pub(super) struct SegmentRecord {
    pub id: u32,
    pub category_id: Option<Id>,
    pub area: Option<f64>,
    pub iscrowd: Option<Flag>,
}

/// Whether a file is a PNG image.
pub(super) fn is_picture(file: &UploadFile) -> bool {
    file.head().starts_with(PNG)
}

/// The pictures of an upload, by name.
pub(super) struct Pictures<'a> {
    upload: &'a Upload,
    by_name: HashMap<&'a str, Vec<usize>>,
    used: HashSet<usize>,
}

impl<'a> Pictures<'a> {
    pub fn of(upload: &'a Upload) -> Self {
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        let files = upload.files().iter().enumerate();
        for (index, file) in files.filter(|(_, file)| is_picture(file)) {
            by_name.entry(file.name()).or_default().push(index);
        }
        Self {
            upload,
            by_name,
            used: HashSet::new(),
        }
    }

    /// The picture that an annotation of `json` names: in the folder that is called like the JSON file or beside it, else the only one of
    /// its name.
    pub fn find(&mut self, json: &str, name: &str) -> Result<Picture, String> {
        let base = crate::importers::context::base_name(name);
        let candidates = self.by_name.get(base).map_or(&[][..], Vec::as_slice);
        let folder = json.rfind('/').map_or("", |at| &json[..=at]);
        let stem = json.strip_suffix(".json").unwrap_or(json);
        let path = |index: usize| self.upload.files()[index].path();
        let places = [
            format!("{stem}/{name}"),
            format!("{folder}{name}"),
            format!("{stem}/{base}"),
        ];
        let placed = places
            .iter()
            .find_map(|place| candidates.iter().find(|&&index| path(index) == place));
        let index = match (placed, candidates) {
            (Some(&index), _) | (None, &[index]) => index,
            (None, []) => {
                return Err(
                    "its picture of segments is not in the upload; send the folder of PNG files along"
                        .to_owned(),
                );
            }
            (None, _) => {
                return Err(format!(
                    "{} pictures of the upload have the name of its picture of segments, none in the folder that is called like this file",
                    candidates.len()
                ));
            }
        };
        self.used.insert(index);
        Picture::read(&self.upload.files()[index], self.upload.limits().max_pixels)
    }

    /// Pictures that no annotation named.
    pub fn unused(&self) -> Vec<&'a UploadFile> {
        let mut unused: Vec<usize> = self.by_name.values().flatten().copied().collect();
        unused.retain(|index| !self.used.contains(index));
        unused.sort_unstable();
        unused
            .into_iter()
            .map(|index| &self.upload.files()[index])
            .collect()
    }
}

/// One picture: bounds of runs by the number of their segment.
pub(super) struct Picture {
    pub width_px: u32,
    pub height_px: u32,
    pub segments: HashMap<u32, Vec<u32>>,
}

impl Picture {
    fn read(file: &UploadFile, max_pixels: u64) -> Result<Self, String> {
        let reader = file
            .open()
            .map_err(|_| "its picture of segments cannot be read".to_owned())?;
        let runs = Runs::read(reader, max_pixels)
            .map_err(|said| format!("its picture of segments {said}"))?;
        let number: fn(u32) -> u32 = match runs.kind {
            Kind::Colour => |rgba| (rgba >> 24) | (rgba >> 8 & 0xFF00) | (rgba << 8 & 0x00FF_0000),
            Kind::Grey { .. } => |grey| grey,
            Kind::Palette => {
                return Err(
                    "its picture of segments has a palette; segments are numbered by colours"
                        .to_owned(),
                );
            }
        };
        let mut spans: HashMap<u32, Vec<[u32; 2]>> = HashMap::new();
        for (value, bounds) in runs.bounds {
            let runs = bounds.chunks_exact(2).map(|run| [run[0], run[1]]);
            spans.entry(number(value)).or_default().extend(runs);
        }
        // 0 is no segment.
        spans.remove(&0);
        let segments = spans.into_iter().map(|(number, mut spans)| {
            spans.sort_unstable();
            (number, spans.into_iter().flatten().collect())
        });
        Ok(Self {
            width_px: runs.width_px,
            height_px: runs.height_px,
            segments: segments.collect(),
        })
    }
}
