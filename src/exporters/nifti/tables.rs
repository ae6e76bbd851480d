//! What label values are called, for programs and for ITK-SNAP.

use crate::exporters::ExportError;
use crate::exporters::spool::{close, create};
use crate::exporters::vocabulary::Vocabulary;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::Path;

const JSON: &str = "labels.json";
const ITK_SNAP: &str = "labels.txt";
const BACKGROUND: &str = "background";

/// Writes both tables; their names.
pub(super) fn write(vocabulary: &Vocabulary, folder: &Path) -> Result<Vec<String>, ExportError> {
    let mut labels = Map::new();
    let mut lines = vec![
        "################################################".to_owned(),
        "# ITK-SnAP Label Description File".to_owned(),
        "# File format:".to_owned(),
        "# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL".to_owned(),
        "################################################".to_owned(),
        line(0, [0; 3], 0, "Clear Label"),
    ];
    for (at, label, _) in vocabulary.labels() {
        let value = at + 1;
        labels.insert(label.to_owned(), json!(value));
        // One line a label and one pair of quotes, whatever is typed into it.
        let shown: String = label
            .chars()
            .map(|letter| match letter {
                '"' => '\'',
                letter if letter.is_control() => ' ',
                letter => letter,
            })
            .collect();
        lines.push(line(value, colour(value), 1, &shown));
    }
    labels.entry(BACKGROUND).or_insert_with(|| json!(0));
    let whole: Value = json!({ "labels": labels });
    let text =
        serde_json::to_string_pretty(&whole).map_err(|error| ExportError::encode(JSON, error))?;
    for (name, text) in [(JSON, text), (ITK_SNAP, lines.join("\n"))] {
        let mut out = create(folder, name)?;
        writeln!(out, "{text}").map_err(|source| ExportError::io(name, source))?;
        close(name, out)?;
    }
    Ok(vec![JSON.to_owned(), ITK_SNAP.to_owned()])
}

fn line(value: usize, [red, green, blue]: [u8; 3], shown: u8, name: &str) -> String {
    format!("{value:5} {red:5} {green:4} {blue:4} {shown:8} {shown:2} {shown:2}    \"{name}\"")
}

/// Colours that follow each other round the wheel by the golden angle, so that neighbours differ.
fn colour(value: usize) -> [u8; 3] {
    let turn = (value as f64 * 0.618_033_988_75).fract() * 6.0;
    [0.0, 4.0, 2.0].map(|shift| {
        let at = (turn + shift) % 6.0;
        let share = (2.0 - (at - 3.0).abs()).clamp(0.0, 1.0);
        (255.0 - 255.0 * share).round() as u8
    })
}
