//! What a file's path says: user and time of a save, and in KiTS21's folders the case, structure and task.

use crate::importers::UploadFile;
use std::collections::HashMap;

/// What is known from a path.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Place {
    /// The image or series, as far as the path tells.
    pub item: String,
    /// What was done, where folders say so.
    pub task: Option<String>,
    pub user: Option<String>,
    pub saved_at_s: Option<i64>,
    /// Whether a later save of the same task stands in the same folder.
    pub is_replaced: bool,
}

/// Names of saves: seconds since 1970, and who saved.
fn save(name: &str) -> Option<(i64, &str)> {
    let (seconds, user) = name.strip_suffix(".json")?.split_once('_')?;
    let is_time = (9..=11).contains(&seconds.len()) && seconds.bytes().all(|b| b.is_ascii_digit());
    let seconds = seconds.parse().ok().filter(|_| is_time)?;
    (!user.is_empty()).then_some((seconds, user))
}

/// Reads one path.
fn place(path: &str) -> Place {
    let parts: Vec<&str> = path.split('/').collect();
    let (name, folders) = parts.split_last().unwrap_or((&path, &[]));
    let Some((seconds, user)) = save(name) else {
        return Place {
            item: path.strip_suffix(".json").unwrap_or(path).to_owned(),
            ..Place::default()
        };
    };
    let mut found = Place {
        user: Some(user.to_owned()),
        saved_at_s: Some(seconds),
        ..Place::default()
    };
    match folders {
        [.., case, "raw", region, number, task] => {
            found.item = format!("{case}/{region}/{number}");
            // Three people draw the same: `delineation1` to `delineation3` are one task.
            let task = task.trim_end_matches(|c: char| c.is_ascii_digit());
            found.task = Some(task.to_owned());
        }
        [] => found.item = name.strip_suffix(".json").unwrap_or(name).to_owned(),
        folders => found.item = folders.join("/"),
    }
    found
}

/// All files with their places, and which of them a later save replaces.
pub(super) fn in_order<'u>(files: &[&'u UploadFile]) -> Vec<(&'u UploadFile, Place)> {
    let mut placed: Vec<(&UploadFile, Place)> = files
        .iter()
        .map(|&file| (file, place(file.path())))
        .collect();
    let folder = |file: &UploadFile| {
        let path = file.path();
        path.rsplit_once('/')
            .map_or(String::new(), |(folder, _)| folder.to_owned())
    };
    let mut last: HashMap<String, i64> = HashMap::new();
    for (file, place) in &placed {
        if let (Some(_), Some(seconds)) = (&place.task, place.saved_at_s) {
            let known = last.entry(folder(file)).or_insert(seconds);
            *known = seconds.max(*known);
        }
    }
    for (file, place) in &mut placed {
        place.is_replaced = place.task.is_some()
            && last
                .get(&folder(file))
                .is_some_and(|seconds| place.saved_at_s < Some(*seconds));
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn paths_tell_case_task_user_and_time() {
        let read = place("data/case_00001/raw/artery/00/delineation2/1617626759_i_M.json");
        assert_eq!(read.item, "case_00001/artery/00");
        assert_eq!(
            (read.task.as_deref(), read.user.as_deref(), read.saved_at_s),
            (Some("delineation"), Some("i_M"), Some(1_617_626_759))
        );
        let read = place("knee/1617626759_ann.json");
        assert_eq!((read.item.as_str(), read.task), ("knee", None));
        let read = place("a/scan_1.json");
        assert_eq!((read.item.as_str(), read.user), ("a/scan_1", None));
        assert_eq!(place("1617626759_.json").user, None);
    }
}
