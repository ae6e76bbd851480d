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
        let _ = write!(folder, "/{}", file_name(&reading.key.rater));
        if !reading.key.session.is_empty() {
            let _ = write!(folder, "/session {}", file_name(&reading.key.session));
        }
        Self { folder }
    }

    /// The set's folder inside the export.
    pub fn folder(&self) -> &str {
        &self.folder
    }
}

/// A name without what folders cannot be called by. Names that need a change are rare; they come back changed.
pub(super) fn file_name(name: &str) -> String {
    let safe: String = name
        .chars()
        .map(|letter| match letter {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            letter if letter.is_control() => '_',
            letter => letter,
        })
        .take(120)
        .collect();
    match safe.trim_matches('.') {
        "" => "_".to_owned(),
        _ if safe.starts_with('.') => format!("_{safe}"),
        _ => safe,
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_leave_no_folder() {
        assert_eq!(file_name("reader a@hospital.org"), "reader a@hospital.org");
        assert_eq!(file_name("../../etc"), "_.._.._etc");
        assert_eq!(file_name(".."), "_");
        assert_eq!(file_name(""), "_");
        assert_eq!(file_name("a\n/b"), "a__b");
    }
}
