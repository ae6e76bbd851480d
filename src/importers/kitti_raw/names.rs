//! What the frames of a drive are called, and which there are.

use super::folder;
use crate::domain::SkipReason;
use crate::importers::context::{base_name, item_key_of};
use crate::importers::skips::skip;
use crate::importers::{ImportError, Sink, Upload, UploadFile};
use std::collections::BTreeMap;
use std::io::{BufRead, Read};

/// One line of a list; far more than any path is long.
const MAX_LINE_BYTES: u64 = 64 << 10;

/// Names of the frames of one drive.
pub(super) struct Names {
    /// Frames that are known to be there, with the names that a list gives.
    known: BTreeMap<u32, String>,
    /// Whether a list lies beside the file, which CVAT and Datumaro write and KITTI does not.
    pub has_list: bool,
    /// The drive, where an upload holds several whose frames are numbered alike.
    pub drive: Option<String>,
}

impl Names {
    pub fn read(
        drive: &UploadFile,
        list: Option<&UploadFile>,
        upload: &Upload,
        is_alone: bool,
        sink: &mut dyn Sink,
    ) -> Result<Self, ImportError> {
        let folder = folder(drive);
        let mut known = match list {
            Some(list) => listed(list, upload.limits().max_files, sink)?,
            None => BTreeMap::new(),
        };
        if list.is_none() {
            let clouds = format!("{folder}velodyne_points/data/");
            for file in upload.files() {
                let name = file.path().strip_prefix(&clouds).map(item_of_cloud);
                if let Some((Ok(frame), name)) = name.map(|name| (name.parse(), name)) {
                    known.insert(frame, name.to_owned());
                }
            }
        }
        let drive = folder.strip_suffix('/').map(base_name);
        Ok(Self {
            known,
            has_list: list.is_some(),
            drive: drive.filter(|_| !is_alone).map(str::to_owned),
        })
    }

    /// The name of a frame; KITTI writes numbers in ten digits.
    pub fn of(&self, frame: u32) -> String {
        let listed = self.known.get(&frame);
        listed.map_or_else(|| format!("{frame:010}"), String::clone)
    }

    /// Frames that are there, whether or not anything is labelled in them.
    pub fn frames(&self) -> impl Iterator<Item = u32> {
        self.known.keys().copied()
    }
}

/// The name of a cloud without its extension.
fn item_of_cloud(name: &str) -> &str {
    let cut = [".pcd", ".bin", ".txt"]
        .iter()
        .find_map(|extension| name.strip_suffix(extension));
    cut.unwrap_or(name)
}

/// Lines of a number and a name.
fn listed(
    file: &UploadFile,
    max_frames: usize,
    sink: &mut dyn Sink,
) -> Result<BTreeMap<u32, String>, ImportError> {
    let mut reader = file.open()?;
    let mut found = BTreeMap::new();
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let n = (&mut reader)
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut line)
            .map_err(|source| ImportError::io(file.path(), source))?;
        if n == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        let entry = text.split_once(char::is_whitespace);
        let entry = entry.and_then(|(frame, name)| Some((frame.parse::<u32>().ok()?, name.trim())));
        match entry {
            Some((frame, name)) if !found.contains_key(&frame) => {
                if found.len() >= max_frames {
                    return Err(ImportError::Limit {
                        file: file.path().to_owned(),
                        detail: "too many frames are listed".to_owned(),
                        limit: format!("{max_frames} frames"),
                    });
                }
                found.insert(frame, item_of_cloud(name).to_owned());
            }
            entry => {
                let detail = match entry {
                    Some(_) => "names a frame that an earlier line names",
                    None => "is no number with a name behind it",
                };
                let reason = SkipReason::InvalidRecord;
                skip(sink, reason, file.path(), format!("line {number}"), detail)?;
            }
        }
    }
    Ok(found)
}

/// The key of a frame among those of several drives.
pub(super) fn key_in_drive(drive: &str, name: &str) -> String {
    format!("{drive}#{}", item_key_of(name))
}
