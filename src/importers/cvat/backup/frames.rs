//! What the frames of a task are called: the manifest of its media, or the order in which a job lists its files.

use super::task::{Job, Task};
use crate::importers::json::fields::{count, word};
use crate::importers::json::{Element, JsonStream};
use crate::importers::{ImportError, Limits, UploadFile};
use serde_json::Value;
use std::collections::HashMap;

/// One line of a manifest; far more than any tool writes.
const MAX_LINE_BYTES: usize = 1 << 20;

/// One image.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    pub name: String,
    pub size_px: Option<(u32, u32)>,
}

/// What the manifest says.
#[derive(Debug, PartialEq)]
pub(super) enum Media {
    Images(Vec<Frame>),
    Video(Frame),
    /// There is no manifest.
    Unnamed,
}

impl Media {
    pub fn read(file: &UploadFile, limits: &Limits) -> Result<Self, ImportError> {
        let mut lines = JsonStream::new(file.path(), file.open()?, MAX_LINE_BYTES);
        let mut images = Vec::new();
        let mut video = None;
        let mut is_video = false;
        for number in 1.. {
            let Some(line) = lines.next_value(|| format!("line {number}"))? else {
                break;
            };
            let Element::Raw(raw) = line else {
                let detail = format!("line {number} is larger than {MAX_LINE_BYTES} bytes");
                return Err(ImportError::container(file.path(), detail));
            };
            let Ok(line) = serde_json::from_slice::<Value>(raw) else {
                let detail = format!("line {number} does not read as JSON; export it again");
                return Err(ImportError::container(file.path(), detail));
            };
            is_video |= word(&line, "type") == Some("video");
            if let Some(properties) = line.get("properties") {
                video = Some(Frame {
                    name: word(properties, "name").unwrap_or_default().to_owned(),
                    size_px: resolution(properties),
                });
            }
            if let (Some(name), false) = (word(&line, "name"), is_video) {
                if images.len() >= limits.max_files {
                    return Err(ImportError::Limit {
                        file: file.path().to_owned(),
                        detail: "too many images are listed".to_owned(),
                        limit: format!("{} images", limits.max_files),
                    });
                }
                let extension = word(&line, "extension").unwrap_or_default();
                let side = |side: &str| count(&line, side).filter(|side| *side > 0);
                images.push(Frame {
                    name: format!("{name}{extension}"),
                    size_px: side("width").zip(side("height")),
                });
            }
        }
        Ok(match video {
            Some(video) if is_video => Self::Video(video),
            _ => Self::Images(images),
        })
    }
}

/// Width and height of a video.
fn resolution(properties: &Value) -> Option<(u32, u32)> {
    let sides = properties.get("resolution")?.as_array()?;
    let [width, height] = sides.as_slice() else {
        return None;
    };
    let side = |value: &Value| {
        let side = u32::try_from(value.as_u64()?).ok()?;
        (side > 0).then_some(side)
    };
    side(width).zip(side(height))
}

/// The frames of one task by number.
pub(super) struct Frames {
    media: Media,
    start: usize,
    step: usize,
    by_name: HashMap<String, usize>,
}

impl Frames {
    pub fn new(task: &Task, media: Media) -> Self {
        let is_laid_out = task.jobs.iter().any(|job| job.files.is_some());
        let by_name = match &media {
            Media::Images(images) if is_laid_out => {
                let named = images.iter().enumerate();
                named.map(|(at, image)| (image.name.clone(), at)).collect()
            }
            _ => HashMap::new(),
        };
        Self {
            media,
            start: task.start as usize,
            step: task.step as usize,
            by_name,
        }
    }

    pub fn is_video(&self) -> bool {
        matches!(self.media, Media::Video(_))
    }

    pub fn video(&self) -> Option<&Frame> {
        match &self.media {
            Media::Video(video) => Some(video),
            _ => None,
        }
    }

    /// Whether there is an image at a place of a job.
    pub fn has(&self, job: &Job, place: usize) -> bool {
        self.at(job, place).is_some()
    }

    /// The image at a place of a job.
    pub fn at(&self, job: &Job, place: usize) -> Option<Frame> {
        let Media::Images(images) = &self.media else {
            let name = job.files.as_ref()?.get(place)?;
            return Some(Frame {
                name: name.clone(),
                size_px: None,
            });
        };
        match &job.files {
            Some(files) => {
                let name = files.get(place)?;
                let known = self.by_name.get(name).and_then(|&at| images.get(at));
                Some(Frame {
                    name: name.clone(),
                    size_px: known.and_then(|image| image.size_px),
                })
            }
            None => {
                let frame = job.frame_at(place)? as usize;
                let at = frame.checked_mul(self.step)?.checked_add(self.start)?;
                images.get(at).cloned()
            }
        }
    }
}
