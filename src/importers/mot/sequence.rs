//! Sequences: what their files are called, how large their images are, what their classes are.

use crate::importers::context::base_name;
use crate::importers::{Context, ImportError, Upload, UploadFile};
use std::collections::HashMap;

/// Names of classes, a line a class.
pub(super) const LABELS: &str = "labels.txt";
const DESCRIPTION: &str = "seqinfo.ini";
/// Folders between a sequence and its files.
const PARTS: &[&str] = &["gt", "det", "instances_txt"];
const MAX_BYTES: u64 = 1 << 20;
/// The challenge's own classes, from 1.
const CLASSES: &[&str] = &[
    "pedestrian",
    "person on vehicle",
    "car",
    "bicycle",
    "motorbike",
    "non motorized vehicle",
    "static person",
    "distractor",
    "occluder",
    "occluder on the ground",
    "occluder full",
    "reflection",
    "crowd",
];

/// Where in an image a number lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Pixels from 1.
    One,
    /// Corners from 0.
    Zero,
}

/// Descriptions by folder of the sequence, names of classes by folder of the file.
#[derive(Default)]
pub(super) struct Sequences<'a> {
    described: HashMap<&'a str, Described>,
    labels: HashMap<&'a str, Vec<String>>,
}

#[derive(Default)]
struct Described {
    name: Option<String>,
    width_px: Option<u32>,
    height_px: Option<u32>,
}

/// What is known about the sequence of a file.
pub(super) struct Sequence<'s> {
    pub name: String,
    pub size_px: Option<(u32, u32)>,
    labels: Option<&'s [String]>,
    is_of_masks: bool,
}

/// The folder of a path, without `/` at its end.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a file describes a sequence.
pub(super) fn is_description(file: &UploadFile) -> bool {
    file.name() == DESCRIPTION && file.head_text().contains("[Sequence]")
}

impl<'a> Sequences<'a> {
    /// Looks through an upload.
    ///
    /// # Errors
    /// A description or list of names that cannot be read.
    pub fn of(upload: &'a Upload) -> Result<Self, ImportError> {
        let mut found = Self::default();
        for file in upload.files() {
            let text = || -> Result<String, ImportError> {
                Ok(String::from_utf8_lossy(&file.read_all(MAX_BYTES)?).into_owned())
            };
            if is_description(file) {
                let mut described = Described::default();
                for (key, value) in text()?.lines().filter_map(|line| line.split_once('=')) {
                    let side = || value.trim().parse().ok().filter(|side| *side > 0);
                    match key.trim() {
                        "name" => described.name = Some(value.trim().to_owned()),
                        "imWidth" => described.width_px = side(),
                        "imHeight" => described.height_px = side(),
                        _ => {}
                    }
                }
                found.described.insert(folder(file.path()), described);
            } else if file.name() == LABELS {
                let names = text()?.trim_start_matches('\u{feff}').trim_end().to_owned();
                let names = names.lines().map(|name| name.trim().to_owned()).collect();
                found.labels.insert(folder(file.path()), names);
            }
        }
        Ok(found)
    }

    /// The sequence of a file: the folder above `gt` or `det`, else the file itself.
    pub fn of_file(&self, upload: &Upload, file: &UploadFile) -> Sequence<'_> {
        let within = folder(file.path());
        let stem = file.name().strip_suffix(".txt").unwrap_or(file.name());
        let is_part = PARTS.contains(&base_name(within));
        let root = if is_part { folder(within) } else { within };
        let described = self.described.get(root);
        let is_whole = is_part || ["gt", "det"].contains(&stem);
        let name = described.and_then(|described| described.name.clone());
        let name = name.unwrap_or_else(|| {
            let named = if is_whole { base_name(root) } else { stem };
            let uploaded = upload.name();
            let uploaded = uploaded.split('.').next().unwrap_or(uploaded);
            if named.is_empty() { uploaded } else { named }.to_owned()
        });
        Sequence {
            name,
            size_px: described.and_then(|one| one.width_px.zip(one.height_px)),
            labels: self.labels.get(within).map(Vec::as_slice),
            is_of_masks: false,
        }
    }
}

impl Sequence<'_> {
    /// Takes the classes of MOTS for those of MOTChallenge.
    pub fn set_labels_of_masks(&mut self) {
        self.is_of_masks = true;
    }

    /// The label of a class; `None` where there is none.
    ///
    /// # Errors
    /// A class that the names do not have.
    pub fn label(&self, class: i64) -> Result<Option<String>, String> {
        if class < 1 {
            return Ok(None);
        }
        let at = usize::try_from(class - 1).unwrap_or(usize::MAX);
        let found = match self.labels {
            Some(labels) => labels.get(at).cloned(),
            None if self.is_of_masks => super::masks::label(class).map(str::to_owned),
            None => CLASSES.get(at).map(|&name| name.to_owned()),
        };
        found.map(Some).ok_or_else(|| {
            format!("names class `{class}`, which the known names of classes do not have")
        })
    }

    /// What positions count from.
    ///
    /// # Errors
    /// A sidecar that says neither of the two.
    pub fn origin(&self, file: &UploadFile, context: &Context) -> Result<Origin, ImportError> {
        match context.stated(file.path(), &self.name, "origin") {
            None if self.labels.is_some() => Ok(Origin::Zero),
            None | Some("one_based") => Ok(Origin::One),
            Some("zero_based") => Ok(Origin::Zero),
            Some(_) => Err(ImportError::Option {
                option: "sidecar".to_owned(),
                detail: "`origin` is not one of one_based, zero_based".to_owned(),
            }),
        }
    }
}
