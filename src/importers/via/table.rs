//! Lines of VIA's tables. Their cells hold JSON; file names are not quoted, whatever they hold.

use super::look::COLUMNS;
use super::project::{Entry, Region, Visit};
use crate::importers::{ImportError, UploadFile};
use serde_json::{Map, Value};
use std::io::{BufRead, Read};

/// Walks the lines of a file; `visit` takes each with its number from 1.
pub(super) fn lines(
    file: &UploadFile,
    max_bytes: usize,
    mut visit: impl FnMut(u64, &str) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut reader = file.open()?;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let n = reader
            .by_ref()
            .take(max_bytes as u64)
            .read_until(b'\n', &mut line)
            .map_err(|source| ImportError::io(file.path(), source))?;
        if n == 0 {
            break;
        }
        if n == max_bytes && line.last() != Some(&b'\n') {
            return Err(ImportError::Limit {
                file: file.path().to_owned(),
                detail: format!("line {number} is too long"),
                limit: format!("{max_bytes} bytes"),
            });
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}').trim_end();
        if !text.is_empty() {
            visit(number, text)?;
        }
    }
    Ok(())
}

/// The cells of a line; `None` where a quotation mark is never closed.
pub(super) fn cells(line: &str) -> Option<Vec<String>> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let cell = cells.last_mut()?;
        match (is_quoted, letter) {
            (true, '"') if letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            (true, '"') => is_quoted = false,
            (false, '"') if cell.is_empty() => is_quoted = true,
            (false, ',') => cells.push(String::new()),
            (_, other) => cell.push(other),
        }
    }
    (!is_quoted).then_some(cells)
}

/// Walks a table of versions 1 and 2.
pub(super) fn walk(file: &UploadFile, max_bytes: usize, visit: Visit) -> Result<(), ImportError> {
    lines(file, max_bytes, |number, line| {
        if number == 1 {
            return Ok(());
        }
        let place = format!("line {number}");
        let met = entry(line, &place);
        visit(met.map_err(|detail| (place, detail)))
    })
}

fn entry(line: &str, place: &str) -> Result<Entry, String> {
    let mut cells = cells(line).ok_or("opens a quotation mark that is never closed")?;
    let n_more = cells
        .len()
        .checked_sub(COLUMNS.len())
        .ok_or_else(|| format!("has {} cells; {} are needed", cells.len(), COLUMNS.len()))?;
    // Commas of a file name cut it into several cells.
    let named: Vec<String> = cells.drain(..=n_more).collect();
    let [size, of_file, _, _, shape, attributes] = &cells[..] else {
        return Err("has another number of cells".to_owned());
    };
    let name = named.join(",");
    if name.is_empty() {
        return Err("has no `filename`".to_owned());
    }
    let mut entry = Entry {
        place: place.to_owned(),
        id: format!("{name} {size}"),
        name,
        attributes: object(of_file, "file_attributes")?,
        ..Entry::default()
    };
    let shape = object(shape, "region_shape_attributes")?;
    let attributes = object(attributes, "region_attributes")?;
    // An image without regions has one line with empty cells.
    if !shape.is_empty() || !attributes.is_empty() {
        entry.regions.push(Region {
            place: place.to_owned(),
            shape: Value::Object(shape),
            attributes,
        });
    }
    Ok(entry)
}

/// A cell that holds an object.
pub(super) fn object(cell: &str, name: &str) -> Result<Map<String, Value>, String> {
    if cell.trim().is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(cell).map_err(|_| format!("`{name}` is no JSON object"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_commas_and_quotes_within_json_are_read() {
        let line = r#"a, b.png,12,"{}",1,0,"{""name"":""point"",""cx"":1,""cy"":2}","{""n"":""a \""b\"", c""}""#;
        let entry = entry(line, "line 2").expect("a line");
        assert_eq!((&*entry.name, &*entry.id), ("a, b.png", "a, b.png 12"));
        assert_eq!(entry.regions[0].attributes["n"], "a \"b\", c");
        assert_eq!(entry.regions[0].shape["cx"], 1);
        assert!(cells("a,\"b").is_none());
    }
}
