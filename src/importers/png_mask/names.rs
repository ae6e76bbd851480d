//! Names of what masks draw: from files beside the images, or from the user's table.
//!
//! | file | holds |
//! |---|---|
//! | `labelmap.txt` | `name:r,g,b:parts:actions`, a line a class |
//! | `label_colors.txt` | `r g b name`; the first line is value 0 |
//! | `class_dict.csv` | a table `name,r,g,b` |
//! | `dataset.json` | `labels`: numbers by name, or names by number |
//! | `classes.txt`, `class_names.txt`, `labels.txt` | a name a line, the first of which is the background or `__ignore__` |

use crate::importers::context::base_name;
use crate::importers::{Context, ImportError, Upload, UploadFile};
use serde_json::Value;
use std::collections::BTreeMap;

/// Larger files are no lists of names.
const MAX_BYTES: u64 = 4 << 20;
/// Names of pixels that show nothing.
const BACKGROUND: &[&str] = &["background", "_background_", "__background__", "bg"];

/// The classes of one folder and all below.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    folder: String,
    labels: Vec<Label>,
    by_value: BTreeMap<u32, u16>,
    by_colour: BTreeMap<u32, u16>,
}

#[derive(Clone, Debug)]
struct Label {
    name: String,
    is_background: bool,
}

/// What the files of an upload and the user's table name.
#[derive(Debug, Default)]
pub struct Names {
    sets: Vec<Classes>,
    /// Files that name nothing that could be used, with reasons.
    pub unused: Vec<(String, &'static str)>,
}

type Reader = fn(&mut Classes, &str) -> Result<(), String>;

fn reader(file: &UploadFile) -> Option<Reader> {
    Some(match file.name().to_ascii_lowercase().as_str() {
        "labelmap.txt" => Classes::read_labelmap,
        "label_colors.txt" => Classes::read_colours,
        "class_dict.csv" => Classes::read_table,
        "dataset.json" => Classes::read_dataset,
        "classes.txt" | "class_names.txt" | "labels.txt" => Classes::read_list,
        _ => return None,
    })
}

/// Whether a file names classes.
pub fn is_list_of_names(file: &UploadFile) -> bool {
    reader(file).is_some() && file.size_bytes() <= MAX_BYTES
}

impl Names {
    /// Looks through an upload.
    ///
    /// # Errors
    /// A list of names that cannot be read.
    pub fn of(upload: &Upload, context: &Context) -> Result<Self, ImportError> {
        let mut names = Self::default();
        for file in upload.files().iter().filter(|file| is_list_of_names(file)) {
            let Some(read) = reader(file) else {
                continue;
            };
            let bytes = file.read_all(MAX_BYTES)?;
            let text = String::from_utf8_lossy(&bytes);
            let path = file.path();
            let mut classes = Classes {
                folder: path[..path.len() - base_name(path).len()].to_owned(),
                ..Classes::default()
            };
            read(&mut classes, text.trim_start_matches('\u{feff}'))
                .map_err(|said| ImportError::container(path, said))?;
            if classes.labels.is_empty() {
                let reason = "names no value that can be used: a plain list of names has to begin with the background";
                names.unused.push((path.to_owned(), reason));
            } else {
                names.sets.push(classes);
            }
        }
        let rows = context.options().sidecar.iter();
        let mut stated = Classes::default();
        for (value, label) in rows.filter_map(|row| row.get("value").zip(row.get("label"))) {
            stated.state(value, label)?;
        }
        if !stated.labels.is_empty() {
            // What the user says holds everywhere.
            names.sets = vec![stated];
        }
        Ok(names)
    }

    /// The classes of a file: those of the deepest folder above it.
    pub fn of_path(&self, path: &str) -> Option<&Classes> {
        let above = self.sets.iter().filter(|set| path.starts_with(&set.folder));
        above.max_by_key(|set| set.folder.len())
    }
}

impl Classes {
    /// Takes a class in.
    pub fn add(
        &mut self,
        name: &str,
        value: Option<u32>,
        colour: Option<u32>,
    ) -> Result<(), String> {
        let name = name.trim();
        if name.is_empty() {
            return Err("gives a class without a name".to_owned());
        }
        let known = self.labels.iter().position(|label| label.name == name);
        let at = known.unwrap_or(self.labels.len());
        let at = u16::try_from(at).map_err(|_| "names more than 65535 classes".to_owned())?;
        if known.is_none() {
            let lower = name.to_ascii_lowercase();
            self.labels.push(Label {
                name: name.to_owned(),
                is_background: BACKGROUND.contains(&lower.as_str()),
            });
        }
        if value.is_some_and(|value| self.by_value.insert(value, at).is_some()) {
            return Err("gives two names to one value".to_owned());
        }
        if colour.is_some_and(|colour| self.by_colour.insert(colour, at).is_some()) {
            return Err("gives two names to one colour".to_owned());
        }
        Ok(())
    }

    /// Takes a class in that shows nothing.
    pub fn add_nothing(&mut self, name: &str, value: u32) -> Result<(), String> {
        self.add(name, Some(value), None)?;
        if let Some(label) = self.labels.last_mut() {
            label.is_background = true;
        }
        Ok(())
    }

    /// The place of a value's label.
    pub fn of_value(&self, value: u32) -> Option<u16> {
        self.by_value.get(&value).copied()
    }

    /// The place of a colour's label, red highest.
    pub fn of_colour(&self, colour: u32) -> Option<u16> {
        self.by_colour.get(&colour).copied()
    }

    /// Whether colours are named.
    pub fn has_colours(&self) -> bool {
        !self.by_colour.is_empty()
    }

    /// Whether values are named.
    pub fn has_values(&self) -> bool {
        !self.by_value.is_empty()
    }

    /// A label.
    pub fn name(&self, at: u16) -> &str {
        self.labels
            .get(usize::from(at))
            .map_or("", |label| &label.name)
    }

    /// Whether a label stands for nothing drawn.
    pub fn is_background(&self, at: u16) -> bool {
        self.labels
            .get(usize::from(at))
            .is_some_and(|label| label.is_background)
    }

    fn state(&mut self, value: &str, label: &str) -> Result<(), ImportError> {
        let refuse = |detail: String| ImportError::Option {
            option: "sidecar".to_owned(),
            detail,
        };
        let colour = value.strip_prefix('#');
        let number = match colour {
            Some(hex) if hex.len() == 6 => u32::from_str_radix(hex, 16).ok(),
            Some(_) => None,
            None => value.parse().ok(),
        };
        let number = number.ok_or_else(|| {
            refuse(format!(
                "`value` is `{value}`; a whole number or a colour such as `#ff0000` is needed"
            ))
        })?;
        let (value, colour) = if colour.is_some() {
            (None, Some(number))
        } else {
            (Some(number), None)
        };
        self.add(label, value, colour)
            .map_err(|said| refuse(format!("`value` {said}")))
    }

    fn read_labelmap(&mut self, text: &str) -> Result<(), String> {
        for (line, number) in lines(text) {
            let mut parts = line.split(':');
            let (name, colour) = (parts.next().unwrap_or_default(), parts.next());
            let colour =
                match colour.map(str::trim) {
                    None | Some("") => None,
                    Some(text) => Some(colour_of(text.split(',')).ok_or_else(|| {
                        format!("line {number} is not `name:r,g,b:parts:actions`")
                    })?),
                };
            let added = self.add(name, None, colour);
            added.map_err(|said| format!("line {number} {said}"))?;
        }
        Ok(())
    }

    fn read_colours(&mut self, text: &str) -> Result<(), String> {
        for ((line, number), value) in lines(text).zip(0..) {
            let mut words = line.splitn(4, char::is_whitespace);
            let colour = colour_of(words.by_ref().take(3));
            let colour = colour.ok_or_else(|| format!("line {number} is not `r g b name`"))?;
            let name = words.next().unwrap_or_default();
            // Classes that share a colour are still told apart by their value.
            let colour = Some(colour).filter(|colour| !self.by_colour.contains_key(colour));
            self.add(name, Some(value), colour)
                .map_err(|said| format!("line {number} {said}"))?;
        }
        Ok(())
    }

    fn read_table(&mut self, text: &str) -> Result<(), String> {
        for (line, number) in lines(text) {
            let mut cells = line.rsplitn(4, ',').collect::<Vec<_>>();
            cells.reverse();
            if number == 1 && cells.last().is_some_and(|cell| cell.trim() == "b") {
                continue;
            }
            let colour = cells
                .get(1..4)
                .and_then(|rgb| colour_of(rgb.iter().copied()));
            let colour = colour.ok_or_else(|| format!("line {number} is not `name,r,g,b`"))?;
            let added = self.add(cells[0].trim_matches('"'), None, Some(colour));
            added.map_err(|said| format!("line {number} {said}"))?;
        }
        Ok(())
    }

    fn read_dataset(&mut self, text: &str) -> Result<(), String> {
        let held: Value = serde_json::from_str(text).map_err(|_| {
            "is no JSON; an object with `labels` is needed: export it again".to_owned()
        })?;
        let labels = held.get("labels").and_then(Value::as_object);
        for (key, value) in labels.into_iter().flatten() {
            let (name, number) = match (value, key.parse::<u32>()) {
                (Value::String(name), Ok(number)) => (name.as_str(), Some(number)),
                (value, _) => (
                    key.as_str(),
                    value.as_u64().and_then(|number| u32::try_from(number).ok()),
                ),
            };
            // Regions that are made of several labels are none of their own.
            if let Some(number) = number {
                self.add(name, Some(number), None)?;
            }
        }
        Ok(())
    }

    fn read_list(&mut self, text: &str) -> Result<(), String> {
        let names: Vec<&str> = lines(text).map(|(line, _)| line).collect();
        let first = names.first().map(|name| name.to_ascii_lowercase());
        let n_ignored = match first.as_deref() {
            Some("__ignore__") => 1,
            Some(first) if BACKGROUND.contains(&first) => 0,
            _ => return Ok(()),
        };
        for (name, value) in names.into_iter().skip(n_ignored).zip(0..) {
            self.add(name, Some(value), None)?;
        }
        Ok(())
    }
}

/// Lines that are no comments, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.lines()
        .zip(1..)
        .map(|(line, number)| (line.trim(), number))
        .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
}

fn colour_of<'t>(parts: impl Iterator<Item = &'t str>) -> Option<u32> {
    let parts: Vec<u8> = parts
        .map(|part| part.trim().parse())
        .collect::<Result<_, _>>()
        .ok()?;
    match parts[..] {
        [red, green, blue] => Some(u32::from_be_bytes([0, red, green, blue])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Classes;

    fn read(reader: super::Reader, text: &str) -> Result<Classes, String> {
        let mut classes = Classes::default();
        reader(&mut classes, text).map(|()| classes)
    }

    fn named(classes: &Classes, at: Option<u16>) -> Option<&str> {
        at.map(|at| classes.name(at))
    }

    #[test]
    fn every_form_of_list_is_read() {
        let text = "# label:color_rgb:parts:actions\nbackground:0,0,0::\nlung, left:255,0,16::\n";
        let map = read(Classes::read_labelmap, text).expect("a label map");
        assert_eq!(named(&map, map.of_colour(0x00FF_0010)), Some("lung, left"));
        assert!(map.is_background(map.of_colour(0).expect("black")));
        let map = read(
            Classes::read_colours,
            "0 0 0 bg\n1 2 3 big nodule\n1 2 3 other",
        )
        .expect("colours");
        assert_eq!(named(&map, map.of_value(1)), Some("big nodule"));
        assert_eq!(named(&map, map.of_value(2)), Some("other"));
        assert_eq!(named(&map, map.of_colour(0x0001_0203)), Some("big nodule"));
        let map = read(Classes::read_table, "name,r,g,b\nlung, left,1,2,3\n").expect("a table");
        assert_eq!(named(&map, map.of_colour(0x0001_0203)), Some("lung, left"));
        for text in [
            r#"{"labels":{"0":"background","2":"liver"}}"#,
            r#"{"labels":{"background":0,"liver":2,"all":[1,2]}}"#,
        ] {
            let map = read(Classes::read_dataset, text).expect("a data set");
            assert_eq!(named(&map, map.of_value(2)), Some("liver"), "{text}");
        }
        for text in ["_background_\nliver", "__ignore__\n_background_\nliver"] {
            let map = read(Classes::read_list, text).expect("a list");
            assert_eq!(named(&map, map.of_value(1)), Some("liver"), "{text}");
        }
        assert_eq!(
            read(Classes::read_list, "liver\nspleen")
                .expect("a list")
                .of_value(1),
            None
        );
    }

    #[test]
    fn broken_lists_say_where() {
        let said = |reader, text| read(reader, text).expect_err("broken");
        assert_eq!(
            said(Classes::read_labelmap, "a:1,2::"),
            "line 1 is not `name:r,g,b:parts:actions`"
        );
        assert_eq!(
            said(Classes::read_labelmap, "a:1,2,3\nb:1,2,3"),
            "line 2 gives two names to one colour"
        );
        assert_eq!(
            said(Classes::read_colours, "a 1 2 3"),
            "line 1 is not `r g b name`"
        );
        assert_eq!(
            said(Classes::read_table, "a,1,2,300"),
            "line 1 is not `name,r,g,b`"
        );
    }
}
