//! What is to be exported, and whose file it goes to.

use super::ExportError;
use crate::domain::{Annotation, Item, Reading};
use std::fmt::Write;

/// One reading with its annotations.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    pub reading: Reading,
    pub annotations: Vec<Annotation>,
}

/// Takes one item with its readings.
pub type Visitor<'a> = dyn FnMut(&Item, &[Work]) -> Result<(), ExportError> + 'a;

/// Where annotations come from. Exporters may walk it more than once: labels have to be known before they are numbered.
pub trait Source {
    /// Hands over every item with its readings, in a fixed order.
    ///
    /// # Errors
    /// What the visitor returns, and `Source` where reading fails.
    fn each(&self, visit: &mut Visitor<'_>) -> Result<(), ExportError>;
}

/// Readings that share a file in formats which know no raters: one stage, role, reference kind, rater and session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadingSet {
    folder: String,
    rater: String,
}

impl ReadingSet {
    /// The pattern with which such files are imported again, so that stage, role, reference, rater and session come back.
    pub const PATTERN: &'static str = r"(?P<stage>[a-z]+)\.(?P<role>[a-z]+)(?:\.(?P<reference>[a-z]+))?/(?P<rater>[^/]+)(?:/session (?P<session>[^/]+))?/[^/]+$";

    /// The set that a reading belongs to.
    pub(super) fn of(reading: &Reading) -> Self {
        let mut folder = format!("{}.{}", reading.key.stage, reading.role);
        if let Some(kind) = reading.reference {
            // Writing into a string cannot fail.
            let _ = write!(folder, ".{kind}");
        }
        let rater = file_name(&reading.key.rater);
        let _ = write!(folder, "/{rater}");
        if !reading.key.session.is_empty() {
            let _ = write!(folder, "/session {}", file_name(&reading.key.session));
        }
        Self { folder, rater }
    }

    /// The rater, as the folder is called: file and path then say the same when they are read again.
    pub(super) fn rater(&self) -> &str {
        &self.rater
    }

    /// The set's folder inside the export.
    pub fn folder(&self) -> &str {
        &self.folder
    }
}

/// A name as a folder can be called: what it cannot hold is written as `%` and two hexadecimal digits, so that two names stay two.
/// Names that need it are rare; they come back as they stand in the path.
pub(super) fn file_name(name: &str) -> String {
    let mut safe = String::new();
    for (at, letter) in name.char_indices() {
        let is_refused = letter.is_control()
            || matches!(
                letter,
                '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '%'
            )
            || (letter == '.' && (at == 0 || at + 1 == name.len()));
        if is_refused {
            for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                // Writing into a string cannot fail.
                let _ = write!(safe, "%{byte:02X}");
            }
        } else {
            safe.push(letter);
        }
    }
    if safe.is_empty() {
        "%".to_owned()
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_leave_no_folder_and_two_names_stay_two() {
        assert_eq!(file_name("reader a@hospital.org"), "reader a@hospital.org");
        assert_eq!(file_name("../../etc"), "%2E.%2F..%2Fetc");
        assert_eq!(file_name(".."), "%2E%2E");
        assert_eq!(file_name(""), "%");
        let odd = [
            "a/b", "a_b", "a%2Fb", "a\\b", "a\nb", ".a", "%2Ea", "a.", "a", "", "%",
        ];
        let names: std::collections::BTreeSet<String> =
            odd.iter().map(|name| file_name(name)).collect();
        assert_eq!(names.len(), odd.len());
    }
}
