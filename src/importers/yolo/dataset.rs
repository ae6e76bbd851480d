//! What lies beside the label files: class names, the task, the layout of keypoints.

use super::lines::Task;
use super::yaml::{self, Value};
use crate::importers::{ImportError, UploadFile};
use std::collections::{BTreeMap, BTreeSet};

/// Files of names beyond this are something else.
const MAX_BYTES: u64 = 16 << 20;
const KEYS: &[&str] = &["names", "nc", "task", "kpt_shape"];

/// A data set, from its `data.yaml` or its list of names.
#[derive(Debug, Default)]
pub(super) struct DataSet {
    /// The folder that it describes, with everything below.
    pub folder: String,
    /// `None` where no file names the classes.
    pub names: Option<BTreeMap<u32, String>>,
    pub task: Option<Task>,
    /// Number of keypoints, and numbers a keypoint.
    pub kpt_shape: Option<(usize, usize)>,
    /// Numbers a line, over all lines that are numbers.
    pub lengths: BTreeSet<usize>,
}

/// Whether a file looks like a data set's description.
pub(super) fn is_yaml(file: &UploadFile) -> bool {
    let name = file.name().to_ascii_lowercase();
    (name.ends_with(".yaml") || name.ends_with(".yml"))
        && file
            .head_text()
            .lines()
            .any(|line| line.starts_with("names:"))
}

/// Whether a file lists names, one a line.
pub(super) fn is_list_of_names(file: &UploadFile) -> bool {
    let name = file.name().to_ascii_lowercase();
    (name == "classes.txt" || name.ends_with(".names")) && std::str::from_utf8(file.head()).is_ok()
}

/// The folder of a path, with `/` at its end unless it is the upload itself.
pub(super) fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

impl DataSet {
    /// Reads a `data.yaml`.
    ///
    /// # Errors
    /// What is beyond the part of YAML that is read, or contradicts itself.
    pub fn from_yaml(file: &UploadFile) -> Result<Self, ImportError> {
        let refuse = |detail: String| ImportError::container(file.path(), detail);
        let bytes = file.read_all(MAX_BYTES)?;
        let text = String::from_utf8(bytes)
            .map_err(|_| refuse("is no UTF-8 text; save it as UTF-8".to_owned()))?;
        let mut set = Self {
            folder: folder(file.path()).to_owned(),
            ..Self::default()
        };
        let mut n_classes = None;
        for (key, value) in yaml::read(&text, KEYS).map_err(refuse)? {
            match (key.as_str(), value) {
                ("names", value) => set.names = Some(names(value).map_err(refuse)?),
                ("nc", Value::Scalar(text)) => n_classes = text.parse::<usize>().ok(),
                ("task", Value::Scalar(text)) => {
                    let task = Task::named(&text);
                    set.task = Some(task.ok_or_else(|| {
                        refuse("`task` is not one of detect, segment, pose, obb".to_owned())
                    })?);
                }
                ("kpt_shape", Value::List(numbers)) => {
                    let shape = kpt_shape(&numbers);
                    set.kpt_shape = Some(shape.ok_or_else(|| refuse(BAD_KPT_SHAPE.to_owned()))?);
                }
                ("kpt_shape", _) => return Err(refuse(BAD_KPT_SHAPE.to_owned())),
                _ => {}
            }
        }
        let n_names = set.names.as_ref().map_or(0, BTreeMap::len);
        match n_classes {
            Some(n_classes) if n_classes != n_names => Err(refuse(format!(
                "`nc` is `{n_classes}`, but `names` holds {n_names}; they must agree"
            ))),
            _ => Ok(set),
        }
    }

    /// Reads a list of names, one a line.
    ///
    /// # Errors
    /// A file that is no text, or has an empty line between names.
    pub fn from_names(file: &UploadFile) -> Result<Self, ImportError> {
        let refuse = |detail: &str| ImportError::container(file.path(), detail);
        let bytes = file.read_all(MAX_BYTES)?;
        let text =
            String::from_utf8(bytes).map_err(|_| refuse("is no UTF-8 text; save it as UTF-8"))?;
        let text = text.trim_start_matches('\u{feff}').trim_end();
        let mut names = BTreeMap::new();
        for (index, line) in (0..).zip(text.lines()) {
            if line.trim().is_empty() {
                return Err(refuse(
                    "has an empty line between names, so that classes cannot be counted",
                ));
            }
            names.insert(index, line.trim().to_owned());
        }
        Ok(Self {
            folder: folder(file.path()).to_owned(),
            names: Some(names),
            ..Self::default()
        })
    }

    /// The name of a class.
    ///
    /// # Errors
    /// A class that the data set's names do not have.
    pub fn label(&self, class: u32) -> Result<String, String> {
        match &self.names {
            None => Ok(format!("class-{class}")),
            Some(names) => names.get(&class).cloned().ok_or_else(|| {
                format!(
                    "names class `{class}`, which the {} names do not have",
                    names.len()
                )
            }),
        }
    }

    /// What the lengths of all lines say about the task, where they decide.
    pub fn task_by_lengths(&self) -> Option<Task> {
        let mut drawn = self.lengths.iter().filter(|length| **length > 6);
        match (drawn.next(), drawn.next()) {
            (None, _) => Some(Task::Detect),
            // Outlines differ in their number of corners; turned boxes and keypoints never do.
            (Some(_), Some(_)) if self.has_two_odd_lengths() => Some(Task::Segment),
            _ => None,
        }
    }

    fn has_two_odd_lengths(&self) -> bool {
        let odd = |length: &&usize| **length > 6 && !length.is_multiple_of(2);
        self.lengths.iter().filter(odd).count() > 1
    }
}

const BAD_KPT_SHAPE: &str = "`kpt_shape` is not `[number of keypoints, 2 or 3]`, such as `[17, 3]`";

/// `[17, 3]` as a number of keypoints and 2 or 3 numbers each.
pub(super) fn kpt_shape(numbers: &[impl AsRef<str>]) -> Option<(usize, usize)> {
    let [n_points, n_numbers] = numbers else {
        return None;
    };
    let n_points = n_points.as_ref().trim().parse().ok()?;
    let n_numbers = n_numbers.as_ref().trim().parse().ok()?;
    ((1..=10_000).contains(&n_points) && (2..=3).contains(&n_numbers))
        .then_some((n_points, n_numbers))
}

fn names(value: Value) -> Result<BTreeMap<u32, String>, String> {
    match value {
        Value::List(names) => Ok((0..).zip(names).collect()),
        Value::Map(pairs) => {
            let mut names = BTreeMap::new();
            for (key, name) in pairs {
                let class: u32 = key
                    .parse()
                    .map_err(|_| "`names` has a key that is no class number".to_owned())?;
                if names.insert(class, name).is_some() {
                    return Err(format!("`names` gives class `{class}` twice"));
                }
            }
            Ok(names)
        }
        Value::Scalar(_) => Err("`names` is neither a list nor a map of names".to_owned()),
    }
}
