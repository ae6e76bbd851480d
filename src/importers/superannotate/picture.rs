//! The picture of a pixel project: every part of an instance is one colour of it.

use super::PICTURE_ENDING;
use crate::geometry::Mask;
use crate::importers::UploadFile;
use crate::importers::json::fields::{list, word};
use crate::importers::png_mask::pixels::{Kind, Runs};
use serde_json::Value;
use std::collections::BTreeSet;

/// A decoded picture, and which of its colours were asked for.
pub(super) struct Picture {
    runs: Runs,
    asked: BTreeSet<u32>,
}

impl Picture {
    pub fn read(file: &UploadFile, max_pixels: u64) -> Result<Self, String> {
        let reader = file.open().map_err(|error| error.to_string())?;
        let runs = Runs::read(reader, max_pixels).map_err(|error| error.to_string())?;
        if runs.kind != Kind::Colour {
            return Err("is a picture without colours; parts of instances are colours".to_owned());
        }
        Ok(Self {
            runs,
            asked: BTreeSet::new(),
        })
    }

    pub fn size_px(&self) -> (u32, u32) {
        (self.runs.width_px, self.runs.height_px)
    }

    /// The pixels of all parts of an instance, and how many parts have none.
    pub fn mask(&mut self, instance: &Value) -> Result<(Mask, usize), String> {
        let mut pieces: Vec<[u32; 2]> = Vec::new();
        let mut n_lost = 0;
        let mut colours = BTreeSet::new();
        for part in list(instance, "parts")? {
            let colour = word(part, "color").and_then(colour).ok_or(
                "`parts` holds one whose `color` is none; `#` and six hexadecimal digits are needed",
            )?;
            colours.insert(colour);
        }
        for colour in colours {
            self.asked.insert(colour);
            match self.runs.bounds.get(&colour) {
                Some(bounds) => {
                    let pairs = bounds.chunks_exact(2);
                    pieces.extend(pairs.map(|pair| [pair[0], pair[1]]));
                }
                None => n_lost += 1,
            }
        }
        pieces.sort_unstable();
        let bounds = pieces.into_iter().flatten().collect();
        let (width_px, height_px) = self.size_px();
        let mask =
            Mask::from_bounds(width_px, height_px, bounds).map_err(|error| error.to_string())?;
        Ok((mask, n_lost))
    }

    /// Colours that no instance asked for; what is fully transparent is background.
    pub fn n_unasked(&self) -> usize {
        self.runs
            .bounds
            .keys()
            .filter(|colour| *colour & 0xFF != 0 && !self.asked.contains(colour))
            .count()
    }
}

/// The picture that belongs to an annotation file: named after the file, else after the image that it is about.
pub(super) fn of_file<'u>(
    pictures: &[&'u UploadFile],
    file: &UploadFile,
    image_name: &str,
) -> Option<&'u UploadFile> {
    let folder = file
        .path()
        .rsplit_once('/')
        .map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let stem = file.name().strip_suffix(".json").unwrap_or(file.name());
    let stem = stem.strip_suffix("___pixel").unwrap_or(stem);
    [stem, image_name].into_iter().find_map(|name| {
        let path = format!("{folder}{name}{PICTURE_ENDING}");
        pictures
            .iter()
            .copied()
            .find(|picture| picture.path() == path)
    })
}

/// `#rrggbb` as the pixel's value: red highest, opaque.
fn colour(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('#')?;
    if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16)
        .ok()
        .map(|rgb| rgb << 8 | 0xFF)
}
