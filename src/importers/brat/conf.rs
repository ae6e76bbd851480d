//! `annotation.conf`: which attributes are ticked or not, and for which labels they are asked.

use crate::domain::SkipReason;
use crate::importers::skips::skip;
use crate::importers::{ImportError, Sink, UploadFile};
use std::collections::{HashMap, HashSet};

const NAME: &str = "annotation.conf";
const MAX_BYTES: u64 = 256 << 10;
/// Macros, and bytes that lines may have together once macros are put in.
const MAX_MACROS: usize = 256;
const MAX_WHOLE_BYTES: usize = 4 << 20;

/// Whether a file configures the annotation of its folder and those below.
pub(super) fn is_configuration(file: &UploadFile) -> bool {
    file.name() == NAME
}

/// The configurations of an upload by folder.
#[derive(Default)]
pub(super) struct Configurations(HashMap<String, Configuration>);

/// What one configuration says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Configuration {
    entities: HashSet<String>,
    events: HashSet<String>,
    /// Attributes without values, with the labels that they are asked for.
    ticked: Vec<(String, HashSet<String>)>,
}

impl Configurations {
    /// Reads those of an upload; one that is no text is counted.
    pub fn read(files: &[&UploadFile], sink: &mut dyn Sink) -> Result<Self, ImportError> {
        let mut found = HashMap::new();
        for file in files.iter().filter(|file| is_configuration(file)) {
            let bytes = file.read_all(MAX_BYTES)?;
            let Ok(text) = String::from_utf8(bytes) else {
                let detail = "is no UTF-8 text; attributes that were not ticked stay unknown";
                skip(sink, SkipReason::InvalidRecord, file.path(), "", detail)?;
                continue;
            };
            let folder = file.path().strip_suffix(NAME).unwrap_or_default();
            found.insert(folder.to_owned(), Configuration::new(&text));
        }
        Ok(Self(found))
    }

    /// The configuration of a file: the one in its folder, else in the nearest folder above.
    pub fn of(&self, path: &str) -> Option<&Configuration> {
        let mut folder = path;
        loop {
            folder = match folder.trim_end_matches('/').rfind('/') {
                Some(end) => &folder[..=end],
                None => return self.0.get(""),
            };
            if let Some(found) = self.0.get(folder) {
                return Some(found);
            }
        }
    }
}

impl Configuration {
    fn new(text: &str) -> Self {
        let mut found = Self::default();
        let mut section = String::new();
        let mut macros: Vec<(String, String)> = Vec::new();
        let mut n_whole_bytes = 0;
        for line in text.lines() {
            let bare = line.trim();
            if bare.is_empty() || bare.starts_with('#') {
                continue;
            }
            if let Some(name) = bare
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                name.clone_into(&mut section);
                macros.clear();
                continue;
            }
            if let Some((name, value)) = line
                .split_once(">=")
                .filter(|(name, _)| name.starts_with('<') && macros.len() < MAX_MACROS)
            {
                macros.push((format!("{name}>"), value.trim().to_owned()));
                continue;
            }
            // A macro may hold others and grow without end.
            let mut whole = bare.to_owned();
            for (name, value) in &macros {
                let n_put_in = whole.matches(name.as_str()).count();
                if n_whole_bytes + whole.len() + value.len() * n_put_in <= MAX_WHOLE_BYTES {
                    whole = whole.replace(name, value);
                }
            }
            n_whole_bytes += whole.len();
            found.take(&section, &whole);
        }
        found
    }

    fn take(&mut self, section: &str, line: &str) {
        let (terms, arguments) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        // Of a label's names the first is the one in annotation files; `!` marks one that is not offered.
        let term = terms.split('|').next().unwrap_or_default();
        let term = term.trim_start_matches('!');
        if term.is_empty() {
            return;
        }
        match section {
            "entities" => {
                self.entities.insert(term.to_owned());
            }
            "events" => {
                self.events.insert(term.to_owned());
            }
            "attributes" => {
                let mut labels = HashSet::new();
                for argument in arguments.split(',') {
                    match argument.trim().split_once(':') {
                        Some(("Arg", of)) => {
                            labels.extend(of.split('|').map(|label| label.trim().to_owned()));
                        }
                        Some(("Value", _)) => return,
                        _ => {}
                    }
                }
                self.ticked.push((term.to_owned(), labels));
            }
            _ => {}
        }
    }

    /// How many attributes are asked for by ticking.
    pub fn n_ticked(&self) -> usize {
        self.ticked.len()
    }

    /// The attributes that a span with this label is asked for by ticking, so that without a tick they are not so.
    pub fn ticked(&self, label: &str) -> impl Iterator<Item = &str> {
        let kind = if self.events.contains(label) {
            "<EVENT>"
        } else if self.entities.contains(label) {
            "<ENTITY>"
        } else {
            label
        };
        let asks = move |labels: &HashSet<String>| {
            [label, kind, "<ANY>"]
                .into_iter()
                .any(|wanted| labels.contains(wanted))
        };
        self.ticked
            .iter()
            .filter(move |(_, labels)| asks(labels))
            .map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONF: &str = "[entities]\n<KIND>=Drug|Dose\nDrug\n\tGeneric\n!Thing|A thing\n[events]\nGive\tTheme:Drug\n\
        [attributes]\n<KIND>=Drug|Dose\nNegation\tArg:<EVENT>\nSure\tArg:<ENTITY>, Value:yes|no\nOld Arg:<KIND>\nAny\tArg:<ANY>\n";

    #[test]
    fn ticked_attributes_are_those_without_values() {
        let found = Configuration::new(CONF);
        let of = |label: &str| found.ticked(label).collect::<Vec<_>>();
        assert_eq!(of("Give"), ["Negation", "Any"]);
        assert_eq!(of("Drug"), ["Old", "Any"]);
        assert_eq!(of("Generic"), ["Any"]);
        assert!(found.entities.contains("Thing"));
    }

    #[test]
    fn the_nearest_configuration_holds() {
        let one = |text: &str| Configuration::new(text);
        let all = Configurations(HashMap::from([
            (String::new(), one("[attributes]\nTop Arg:<ANY>")),
            ("a/b/".to_owned(), one("[attributes]\nDeep Arg:<ANY>")),
        ]));
        let of = |path: &str| {
            let found = all.of(path).expect("a configuration");
            found.ticked("X").map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(of("a/b/c/doc.ann"), ["Deep"]);
        assert_eq!(of("a/doc.ann"), ["Top"]);
        assert_eq!(of("doc.ann"), ["Top"]);
    }
}
