//! The sidecar table: what the export does not say, by file or item.

use super::ImportError;
use std::collections::BTreeMap;
use std::path::Path;

/// A sidecar larger than this is no sidecar.
const MAX_BYTES: u64 = 256 << 20;

/// Reads a CSV table as rows of column → value; empty cells are left out.
///
/// # Errors
/// A file that cannot be read as CSV with a header line, or without an `item` or `file` column.
pub fn read_sidecar(path: &Path) -> Result<Vec<BTreeMap<String, String>>, ImportError> {
    let name = path.display().to_string();
    let size = std::fs::metadata(path)
        .map_err(|source| ImportError::io(&name, source))?
        .len();
    if size > MAX_BYTES {
        return Err(ImportError::Limit {
            file: name,
            detail: format!("the sidecar table has {size} bytes"),
            limit: format!("{MAX_BYTES} bytes"),
        });
    }
    let text = std::fs::read_to_string(path).map_err(|source| ImportError::io(&name, source))?;
    let mut rows = parse_csv(&name, text.trim_start_matches('\u{feff}'))?.into_iter();
    let header = rows.next().unwrap_or_default();
    if !header
        .iter()
        .any(|column| column == "item" || column == "file")
    {
        return Err(ImportError::Option {
            option: "sidecar".to_owned(),
            detail: format!(
                "`{name}` has neither an `item` nor a `file` column, but {}",
                header.join(", ")
            ),
        });
    }
    rows.enumerate()
        .map(|(index, cells)| {
            if cells.len() != header.len() {
                return Err(ImportError::Option {
                    option: "sidecar".to_owned(),
                    detail: format!(
                        "`{name}` row {}: {} cells where the header has {}",
                        index + 2,
                        cells.len(),
                        header.len()
                    ),
                });
            }
            Ok(header
                .iter()
                .cloned()
                .zip(cells)
                .filter(|(_, value)| !value.is_empty())
                .collect())
        })
        .collect()
}

/// Rows of cells as RFC 4180 writes them; empty lines are skipped.
fn parse_csv(name: &str, text: &str) -> Result<Vec<Vec<String>>, ImportError> {
    let mut rows = Vec::new();
    let mut row: Vec<String> = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (quoted, character) {
            (true, '"') if characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            (true, '"') => quoted = false,
            (true, other) => cell.push(other),
            (false, '"') if cell.is_empty() => quoted = true,
            (false, ',') => row.push(std::mem::take(&mut cell)),
            (false, '\r') if characters.peek() == Some(&'\n') => {}
            (false, '\n' | '\r') => {
                row.push(std::mem::take(&mut cell));
                if row.iter().any(|cell| !cell.is_empty()) {
                    rows.push(std::mem::take(&mut row));
                }
                row.clear();
            }
            (false, other) => cell.push(other),
        }
    }
    if quoted {
        return Err(ImportError::Option {
            option: "sidecar".to_owned(),
            detail: format!("`{name}` ends inside a quoted cell"),
        });
    }
    row.push(cell);
    if row.iter().any(|cell| !cell.is_empty()) {
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::parse_csv;

    #[test]
    fn quoted_cells_may_hold_commas_quotes_and_line_breaks() {
        let rows = parse_csv("x", "a,b\r\n\"1,\"\"2\"\"\n3\",4\n\n5,").expect("sound");
        assert_eq!(
            rows,
            vec![vec!["a", "b"], vec!["1,\"2\"\n3", "4"], vec!["5", ""]]
        );
        assert!(parse_csv("x", "a\n\"b").is_err());
    }
}
