//! What the lines of a text file look like, and a walk over them.

use crate::importers::{ImportError, UploadFile};
use std::io::{BufRead, Read};

/// Lines of one file; each takes a place in memory until its track is whole.
const MAX_LINES: u64 = 3_000_000;
/// Longer lines hold no box, and no mask of an image that is read.
const MAX_LINE_BYTES: u64 = 16 << 20;

/// What a file's lines hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nine columns: flag, class and visibility.
    Truth,
    /// Ten columns: confidence, and positions in space that are mostly −1.
    Results,
    /// Run lengths.
    Masks,
}

/// What a text file holds, by the lines of its beginning: all must fit.
pub(super) fn kind(file: &UploadFile) -> Option<Kind> {
    if !file.name().to_ascii_lowercase().ends_with(".txt") {
        return None;
    }
    let text = file.head_text();
    let is_whole = file.head().len() as u64 == file.size_bytes();
    let mut lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    if !is_whole && lines.len() > 1 {
        lines.pop();
    }
    let mut kinds = lines
        .iter()
        .map(|line| of_line(line, is_whole || lines.len() > 1));
    let first = kinds.next()??;
    // A broken line among sound ones is left out when the file is read.
    let n_other = kinds.filter(|kind| *kind != Some(first)).count();
    (n_other < 2 || n_other * 5 <= lines.len()).then_some(first)
}

fn of_line(line: &str, is_whole: bool) -> Option<Kind> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    if cells.len() == 1 {
        return is_of_masks(line, is_whole).then_some(Kind::Masks);
    }
    let numbers: Option<Vec<f64>> = cells.iter().map(|cell| cell.parse().ok()).collect();
    let numbers = numbers?;
    let &[frame, id, _, _, width, height, ..] = &numbers[..] else {
        return None;
    };
    let is_whole_number = |number: f64, least: f64| number.fract() == 0.0 && number >= least;
    if !is_whole_number(frame, 0.0) || !is_whole_number(id, -1.0) {
        return None;
    }
    match numbers[6..] {
        [flag, class, visibility] => (is_whole_number(class, -1.0)
            && [-1.0, 0.0, 1.0].contains(&flag)
            && (-1.0..=1.0).contains(&visibility))
        .then_some(Kind::Truth),
        [_, _, _, _] => (width >= 0.0 && height >= 0.0).then_some(Kind::Results),
        _ => None,
    }
}

fn is_of_masks(line: &str, is_whole: bool) -> bool {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let numbers = words.iter().take(5);
    let are_numbers =
        numbers.clone().count() == 5 && numbers.clone().all(|word| word.parse::<u32>().is_ok());
    // The one run-length text of a file may be longer than its beginning.
    are_numbers
        && words.len() == 6
        && (!is_whole || words[5].bytes().all(|byte| (48..112).contains(&byte)))
}

/// Walks the lines that are not blank; `visit` takes each with its number from 1.
pub(super) fn walk(
    file: &UploadFile,
    mut visit: impl FnMut(u64, &str) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let limit = |detail: String, limit: String| ImportError::Limit {
        file: file.path().to_owned(),
        detail,
        limit,
    };
    let mut reader = file.open()?;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let n = reader
            .by_ref()
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut line)
            .map_err(|source| ImportError::io(file.path(), source))?;
        if n == 0 {
            break;
        }
        if n as u64 == MAX_LINE_BYTES && line.last() != Some(&b'\n') {
            let detail = format!("line {number} is too long");
            return Err(limit(detail, format!("{MAX_LINE_BYTES} bytes")));
        }
        if number > MAX_LINES {
            let detail = "has too many lines".to_owned();
            return Err(limit(detail, format!("{MAX_LINES} lines")));
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}').trim();
        if !text.is_empty() {
            visit(number, text)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Kind, of_line};

    #[test]
    fn lines_are_told_by_their_columns() {
        for (line, wanted) in [
            ("1,2,3.5,-4,5,6,1,3,0.5", Some(Kind::Truth)),
            ("1,-1,3.5,-4,5,6,17.2,-1,-1,-1", Some(Kind::Results)),
            ("0 1001 1 375 1242 abc", Some(Kind::Masks)),
            ("1,2,3,4,5,6,1,3,2", None),
            ("1,2,3,4,5,6,7", None),
            ("1.5,2,3,4,5,6,1,3,0.5", None),
            ("a,2,3,4,5,6,1,3,0.5", None),
            ("0 0.5 0.5 0.25 0.4", None),
            ("0 1001 1 375 1242", None),
        ] {
            assert_eq!(of_line(line, true), wanted, "{line}");
        }
    }
}
