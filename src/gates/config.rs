//! Reads a TOML file key by key, so that every mistake names its line and key, and all are told at once.

use super::config_values::shown;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One mistake in a protocol or policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Counted from 1.
    pub line: usize,
    /// Dotted path of the key; empty where the text is not TOML at all.
    pub key: String,
    /// What was found and what to write instead.
    pub problem: String,
}

/// Everything that is wrong with a protocol or policy file, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    pub file: String,
    pub faults: Vec<ConfigFault>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, ConfigFault { line, key, problem }) in self.faults.iter().enumerate() {
            let newline = if position > 0 { "\n" } else { "" };
            let key = if key.is_empty() {
                String::new()
            } else {
                format!(", `{key}`")
            };
            write!(f, "{newline}{} line {line}{key}: {problem}", self.file)?;
        }
        Ok(())
    }
}

/// Reads `text`, named `file` in messages, through `build`.
pub(super) fn read<T>(
    file: &str,
    text: &str,
    build: impl FnOnce(&mut Section<'_>) -> T,
) -> Result<T, ConfigError> {
    let faults = Faults {
        text,
        list: RefCell::default(),
    };
    let value = match DeTable::parse(text) {
        Ok(document) => {
            let root = Some(document.get_ref());
            Some(Section::visit(root, String::new(), 0..0, &faults, build))
        }
        Err(error) => {
            let span = error.span().unwrap_or(text.len()..text.len());
            let message = match error.message() {
                "duplicate key" => format!(
                    "`{}` is written twice; keep one",
                    text.get(span.clone()).unwrap_or_default()
                ),
                message => format!("this is not TOML: {message}"),
            };
            faults.add(&span, "", message);
            None
        }
    };
    let mut list = faults.list.into_inner();
    list.sort_by_key(|fault| fault.line);
    match value {
        Some(value) if list.is_empty() => Ok(value),
        _ => Err(ConfigError {
            file: file.to_owned(),
            faults: list,
        }),
    }
}

struct Faults<'t> {
    text: &'t str,
    list: RefCell<Vec<ConfigFault>>,
}

impl Faults<'_> {
    fn add(&self, span: &Range<usize>, key: &str, problem: String) {
        let before = self.text.bytes().take(span.start);
        let line = 1 + before.filter(|&byte| byte == b'\n').count();
        let key = key.to_owned();
        self.list
            .borrow_mut()
            .push(ConfigFault { line, key, problem });
    }
}

/// One table of the file; an absent one answers with nothing to every question.
pub(super) struct Section<'t> {
    table: Option<&'t DeTable<'t>>,
    path: String,
    span: Range<usize>,
    faults: &'t Faults<'t>,
    known: BTreeSet<&'static str>,
}

impl<'t> Section<'t> {
    fn visit<T>(
        table: Option<&'t DeTable<'t>>,
        path: String,
        span: Range<usize>,
        faults: &'t Faults<'t>,
        build: impl FnOnce(&mut Section<'t>) -> T,
    ) -> T {
        let known = BTreeSet::new();
        let mut section = Section {
            table,
            path,
            span,
            faults,
            known,
        };
        let value = build(&mut section);
        section.refuse_unknown_keys();
        value
    }

    fn refuse_unknown_keys(&self) {
        let known: Vec<_> = self.known.iter().copied().collect();
        for key in self.table.into_iter().flat_map(|table| table.keys()) {
            if !self.known.contains(key.get_ref().as_ref()) {
                let path = self.path_of(key.get_ref());
                let problem = format!("this key is not known here; known are {}", known.join(", "));
                self.faults.add(&key.span(), &path, problem);
            }
        }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn find(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.insert(key);
        let entries = self.table?.iter();
        entries
            .into_iter()
            .find_map(|(name, value)| (name.get_ref() == key).then_some(value))
    }

    /// The value of `key` as `parse` reads it; `None` where it is absent, or wrong and so recorded.
    pub fn get<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&DeValue<'_>) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.find(key)?;
        parse(found.get_ref())
            .map_err(|problem| self.faults.add(&found.span(), &self.path_of(key), problem))
            .ok()
    }

    /// As [`Section::get`], but an absent key is a mistake too.
    pub fn require<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&DeValue<'_>) -> Result<T, String>,
    ) -> Option<T> {
        if self.find(key).is_none() {
            self.fault(key, "this key is missing; it has no default");
        }
        self.get(key, parse)
    }

    /// A list whose elements `parse` reads one by one; `None` where it is absent or any of them is wrong.
    pub fn list<T>(
        &mut self,
        key: &'static str,
        mut parse: impl FnMut(&DeValue<'_>) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let found = self.find(key)?;
        let path = self.path_of(key);
        let Some(elements) = found.get_ref().as_array() else {
            let problem = format!(
                "{} is not a list; put it in [brackets]",
                shown(found.get_ref())
            );
            self.faults.add(&found.span(), &path, problem);
            return None;
        };
        let read = elements.iter().map(|element| {
            parse(element.get_ref())
                .map_err(|problem| self.faults.add(&element.span(), &path, problem))
                .ok()
        });
        // Collected twice, so that a wrong element does not hide the next one.
        read.collect::<Vec<_>>().into_iter().collect()
    }

    /// The table `[key]`, whether written out or not.
    pub fn table<T>(&mut self, key: &'static str, build: impl FnOnce(&mut Section<'t>) -> T) -> T {
        let path = self.path_of(key);
        let found = self.find(key);
        let span = found.map_or(0..0, Spanned::span);
        let table = found.and_then(|found| as_table(found, &path, self.faults));
        Section::visit(table, path, span, self.faults, build)
    }

    /// Whether `[key]` is written out.
    pub fn has(&mut self, key: &'static str) -> bool {
        self.find(key).is_some()
    }

    /// The names in the table `[key]`.
    pub fn names(&mut self, key: &'static str) -> BTreeSet<String> {
        let table = self.find(key).and_then(|found| found.get_ref().as_table());
        let names = table.into_iter().flat_map(|table| table.keys());
        names.map(|name| name.get_ref().to_string()).collect()
    }

    /// The tables `[key.NAME]` with their names, in the order of the file.
    pub fn named_tables<T>(
        &mut self,
        key: &'static str,
        mut build: impl FnMut(&str, &mut Section<'t>) -> T,
    ) -> Vec<(String, T)> {
        let path = self.path_of(key);
        let mut named = Vec::new();
        for (name, value) in self.entries(key) {
            let path = format!("{path}.{}", name.get_ref());
            let table = as_table(value, &path, self.faults);
            let built = Section::visit(table, path, name.span(), self.faults, |s| {
                build(name.get_ref(), s)
            });
            named.push((name.get_ref().to_string(), built));
        }
        named
    }

    /// The values `NAME = …` of the table `[key]`, in the order of the file.
    pub fn named_values<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&DeValue<'_>) -> Result<T, String>,
    ) -> Vec<(String, T)> {
        let path = self.path_of(key);
        let mut named = Vec::new();
        for (name, value) in self.entries(key) {
            match parse(value.get_ref()) {
                Ok(parsed) => named.push((name.get_ref().to_string(), parsed)),
                Err(problem) => {
                    let path = format!("{path}.{}", name.get_ref());
                    self.faults.add(&value.span(), &path, problem);
                }
            }
        }
        named
    }

    fn entries(&mut self, key: &'static str) -> Vec<Entry<'t>> {
        let path = self.path_of(key);
        let table = self
            .find(key)
            .and_then(|found| as_table(found, &path, self.faults));
        let mut entries: Vec<_> = table.into_iter().flat_map(|table| table.iter()).collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        entries
    }

    /// The tables `[[key]]`; `None` where there is none.
    pub fn tables<T>(
        &mut self,
        key: &'static str,
        mut build: impl FnMut(&mut Section<'t>) -> T,
    ) -> Option<Vec<T>> {
        let path = self.path_of(key);
        let found = self.find(key)?;
        let Some(elements) = found.get_ref().as_array() else {
            let problem = format!("write `[[{path}]]` in two brackets, once for each");
            self.faults.add(&found.span(), &path, problem);
            return None;
        };
        let mut built = Vec::new();
        for element in elements.iter() {
            if let Some(table) = as_table(element, &path, self.faults) {
                let (path, span) = (path.clone(), element.span());
                built.push(Section::visit(
                    Some(table),
                    path,
                    span,
                    self.faults,
                    &mut build,
                ));
            }
        }
        Some(built)
    }

    /// Spares this table the search for unknown keys, where nothing says which are known.
    pub fn allow_any_key(&mut self) {
        self.table = None;
    }

    /// Records a mistake at `key`, or at this table where the key is not written ("" for the table itself).
    pub fn fault(&mut self, key: &'static str, problem: impl Into<String>) {
        let mut entries = self.table.into_iter().flat_map(|table| table.iter());
        let written = entries.find(|(name, _)| name.get_ref() == key);
        let span = written.map_or(self.span.clone(), |(_, value)| value.span());
        let path = if key.is_empty() {
            self.path.clone()
        } else {
            self.path_of(key)
        };
        self.faults.add(&span, &path, problem.into());
    }
}

type Entry<'t> = (
    &'t Spanned<toml::de::DeString<'t>>,
    &'t Spanned<DeValue<'t>>,
);

fn as_table<'t>(
    found: &'t Spanned<DeValue<'t>>,
    path: &str,
    faults: &Faults<'_>,
) -> Option<&'t DeTable<'t>> {
    let table = found.get_ref().as_table();
    if table.is_none() {
        let problem = format!(
            "{} is not a table; write its keys under `[{path}]`",
            shown(found.get_ref())
        );
        faults.add(&found.span(), path, problem);
    }
    table
}
