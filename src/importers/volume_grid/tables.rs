//! Label tables beside label maps: ITK-SNAP descriptions, colour tables (3D Slicer, FreeSurfer), `index` and `name`
//! columns of BIDS, and JSON with names by value (nnU-Net, decathlon) or values by name.

use super::names::Names;
use crate::importers::{ImportError, Upload, UploadFile, item_key_of};
use serde_json::Value;

/// A table larger than this is none.
const MAX_BYTES: u64 = 4 << 20;
const ITK_SNAP: &str = "itk-snap label description file";
const COLOURS: &[&str] = &["# color table file", "#$id: freesurfercolorlut"];
const BACKGROUND: &str = "background";
/// Keys of JSON objects that hold a table.
const JSON_KEYS: &[&str] = &["labels", "LabelMap", "label_map"];

type Entries = Vec<(i64, String)>;

/// Whether a file is a label table, by its content.
pub fn is_table(file: &UploadFile) -> bool {
    entries(file).is_ok_and(|entries| entries.is_some())
}

/// The label tables of an upload.
#[derive(Default)]
pub struct Tables(Vec<Table>);

struct Table {
    folder: String,
    stem: String,
    entries: Entries,
}

impl Tables {
    /// Reads every table of the upload.
    pub fn of(upload: &Upload) -> Result<Self, ImportError> {
        let mut found = Vec::new();
        for file in upload.files() {
            if let Some(entries) = entries(file)? {
                let is_text = !file.head_text().starts_with('{');
                let table = Table {
                    folder: folder_of(file.path()).to_owned(),
                    stem: stem_of(file).to_owned(),
                    entries,
                };
                found.push((is_text, table));
            }
        }
        // JSON first, else as the files stand: other tables cannot hold every name.
        found.sort_by_key(|(is_text, _)| *is_text);
        Ok(Self(found.into_iter().map(|(_, table)| table).collect()))
    }

    /// What a label map's values are called: by the tables of its own name in its folder, else by all of its folder, else by those
    /// of the nearest folder above that has one.
    pub fn beside(&self, file: &UploadFile) -> Names {
        let stem = item_key_of(file.name());
        let mut folder = folder_of(file.path());
        let own = |table: &&Table| table.folder == folder && table.stem == stem;
        let mut names = Names::default();
        for table in self.0.iter().filter(own) {
            names.add(&table.entries);
        }
        while names.is_empty() {
            for table in self.0.iter().filter(|table| table.folder == folder) {
                names.add(&table.entries);
            }
            if folder.is_empty() {
                break;
            }
            folder = folder_of(folder);
        }
        names
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn stem_of(file: &UploadFile) -> &str {
    let name = file.name();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// What a table says; `None` for files that are none.
fn entries(file: &UploadFile) -> Result<Option<Entries>, ImportError> {
    let head = file.head_text();
    if file.size_bytes() > MAX_BYTES || head.contains('\0') {
        return Ok(None);
    }
    let first = head
        .lines()
        .find(|line| line.chars().any(char::is_alphanumeric));
    let first = first.unwrap_or_default().trim().to_ascii_lowercase();
    let kind = if head.starts_with('{') {
        Kind::Json
    } else if first.contains(ITK_SNAP) {
        Kind::ItkSnap
    } else if COLOURS.iter().any(|start| first.starts_with(start)) {
        Kind::Colours
    } else if let [Some(index), Some(name)] = columns(&first) {
        Kind::Columns(index, name)
    } else {
        return Ok(None);
    };
    let bytes = file.read_all(MAX_BYTES)?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    let found: Entries = match kind {
        Kind::Json => serde_json::from_str(text)
            .ok()
            .and_then(|json| from_json(&json))
            .unwrap_or_default(),
        Kind::ItkSnap => text.lines().filter_map(itk_snap).collect(),
        Kind::Colours => text.lines().filter_map(colour).collect(),
        Kind::Columns(index, name) => text
            .lines()
            .skip(1)
            .filter_map(|line| {
                let cells: Vec<&str> = line.split('\t').collect();
                Some((
                    cells.get(index)?.trim().parse().ok()?,
                    cells.get(name)?.trim().to_owned(),
                ))
            })
            .collect(),
    };
    let named: Entries = found
        .into_iter()
        .filter(|(value, name)| *value != 0 && !name.is_empty())
        .collect();
    Ok((!named.is_empty()).then_some(named))
}

enum Kind {
    Json,
    ItkSnap,
    Colours,
    /// Places of value and name.
    Columns(usize, usize),
}

fn columns(first: &str) -> [Option<usize>; 2] {
    let place = |name: &str| first.split('\t').position(|cell| cell.trim() == name);
    [place("index"), place("name")]
}

/// `IDX R G B A VIS MSH "name"`.
fn itk_snap(line: &str) -> Option<(i64, String)> {
    let (numbers, name) = line.split_once('"')?;
    let name = name.rsplit_once('"')?.0;
    let value = numbers.split_whitespace().next()?.parse().ok()?;
    Some((value, name.to_owned()))
}

/// `value name R G B A`; the name may hold spaces where it is quoted.
fn colour(line: &str) -> Option<(i64, String)> {
    let line = line.trim();
    let (value, rest) = line.split_once(char::is_whitespace)?;
    let value = value.parse().ok()?;
    let rest = rest.trim_start();
    if let Some(quoted) = rest.strip_prefix('"') {
        return Some((value, quoted.split_once('"')?.0.to_owned()));
    }
    let mut words = rest.split_whitespace();
    let name = words.next()?;
    let n_numbers = words.filter(|word| word.parse::<u8>().is_ok()).count();
    (n_numbers >= 3).then(|| (value, name.to_owned()))
}

/// Names by value, or values by name; a region that stands for several values names none of them. Numbers under names at the top level are
/// a table only with a background of 0: most files of settings look the same.
fn from_json(json: &Value) -> Option<Entries> {
    let whole = json.as_object()?;
    let stated = JSON_KEYS
        .iter()
        .find_map(|key| whole.get(*key)?.as_object());
    let table = stated.unwrap_or(whole);
    if table.is_empty() {
        return None;
    }
    let by_value: Option<Entries> = table
        .iter()
        .map(|(key, name)| Some((key.trim().parse().ok()?, name.as_str()?.to_owned())))
        .collect();
    if by_value.is_some() {
        return by_value;
    }
    let background = table.get(BACKGROUND).and_then(Value::as_i64);
    if stated.is_none() && background != Some(0) {
        return None;
    }
    let by_name: Option<Vec<Option<(i64, String)>>> = table
        .iter()
        .map(|(name, value)| match value {
            Value::Array(values) if values.iter().all(Value::is_i64) => Some(None),
            value => Some(Some((value.as_i64()?, name.clone()))),
        })
        .collect();
    Some(by_name?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::{colour, from_json, itk_snap};

    #[test]
    fn lines_of_itk_snap_and_colour_tables_are_read() {
        let line = "    2    0  255    0        1  1  0    \"left lung\"";
        assert_eq!(itk_snap(line), Some((2, "left lung".to_owned())));
        assert_eq!(itk_snap("# IDX -R- -G- \"x\""), None);
        assert_eq!(
            colour("3 bone 241 214 145 255"),
            Some((3, "bone".to_owned()))
        );
        assert_eq!(
            colour("17  Left-Hippocampus 220 216 20 0"),
            Some((17, "Left-Hippocampus".to_owned()))
        );
        assert_eq!(colour("3 words without colours"), None);
    }

    #[test]
    fn json_names_values_either_way() {
        let read = |text: &str| from_json(&serde_json::from_str(text).expect("JSON"));
        let liver = Some(vec![(1, "liver".to_owned())]);
        assert_eq!(read(r#"{"labels": {"1": "liver"}}"#), liver);
        assert_eq!(read(r#"{"labels": {"liver": 1, "organs": [1, 2]}}"#), liver);
        assert_eq!(read(r#"{"1": "liver"}"#), liver);
        let with_background = read(r#"{"background": 0, "liver": 1}"#);
        assert_eq!(with_background.map(|entries| entries.len()), Some(2));
        assert_eq!(read(r#"{"version": 1}"#), None);
        assert_eq!(read(r#"{"name": "x", "n": 1}"#), None);
        assert_eq!(read(r#"[1]"#), None);
    }
}
