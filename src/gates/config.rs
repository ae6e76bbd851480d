//! Reads a TOML file key by key, so that every mistake names its line and key, and all are told at once.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
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
            faults.add(&span, "", format!("this is not TOML: {}", error.message()));
            None
        }
    };
    let mut list = faults.list.into_inner();
    list.sort_by(|a, b| a.line.cmp(&b.line));
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
        self.list.borrow_mut().push(ConfigFault { line, key, problem });
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
        let mut section = Section { table, path, span, faults, known };
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
        entries.into_iter().find_map(|(name, value)| (name.get_ref() == key).then_some(value))
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

    /// A list whose elements `parse` reads one by one.
    pub fn list<T>(
        &mut self,
        key: &'static str,
        mut parse: impl FnMut(&DeValue<'_>) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let found = self.find(key)?;
        let path = self.path_of(key);
        let Some(elements) = found.get_ref().as_array() else {
            let problem = format!("{} is not a list; put it in [brackets]", shown(found.get_ref()));
            self.faults.add(&found.span(), &path, problem);
            return None;
        };
        let mut values = Vec::new();
        for element in elements.iter() {
            match parse(element.get_ref()) {
                Ok(value) => values.push(value),
                Err(problem) => self.faults.add(&element.span(), &path, problem),
            }
        }
        Some(values)
    }

    /// The table `[key]`, whether written out or not.
    pub fn table<T>(
        &mut self,
        key: &'static str,
        build: impl FnOnce(&mut Section<'t>) -> T,
    ) -> T {
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
            let built =
                Section::visit(table, path, name.span(), self.faults, |s| build(name.get_ref(), s));
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
        let table = self.find(key).and_then(|found| as_table(found, &path, self.faults));
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
                built.push(Section::visit(Some(table), path, span, self.faults, &mut build));
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
        let span = self.table.into_iter().flat_map(|table| table.iter());
        let span = span.filter(|(name, _)| name.get_ref() == key).map(|(_, value)| value.span());
        let span = span.last().unwrap_or_else(|| self.span.clone());
        let path = if key.is_empty() { self.path.clone() } else { self.path_of(key) };
        self.faults.add(&span, &path, problem.into());
    }
}

type Entry<'t> = (&'t Spanned<toml::de::DeString<'t>>, &'t Spanned<DeValue<'t>>);

fn as_table<'t>(
    found: &'t Spanned<DeValue<'t>>,
    path: &str,
    faults: &Faults<'_>,
) -> Option<&'t DeTable<'t>> {
    let table = found.get_ref().as_table();
    if table.is_none() {
        let problem = format!("{} is not a table; write its keys under `[{path}]`", shown(found.get_ref()));
        faults.add(&found.span(), path, problem);
    }
    table
}

/// The value as a message shows it.
pub(super) fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("`{text}`"),
        DeValue::Integer(number) => format!("`{number}`"),
        DeValue::Float(number) => format!("`{number}`"),
        DeValue::Boolean(truth) => format!("`{truth}`"),
        DeValue::Datetime(time) => format!("`{time}`"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// Text that is not empty.
pub(super) fn text(value: &DeValue<'_>) -> Result<String, String> {
    match value.as_str() {
        Some(text) if text.trim().is_empty() => Err("this text is empty; write some or leave the key out".to_owned()),
        Some(text) => Ok(text.to_owned()),
        None => Err(format!("{} is not text; put text in quotes", shown(value))),
    }
}

/// One of the names of an enum.
pub(super) fn choice<T: FromStr<Err = String>>(value: &DeValue<'_>) -> Result<T, String> {
    text(value)?.parse()
}

/// A finite number that `accepts` takes; `needed` completes "is not …".
pub(super) fn number(
    accepts: impl Fn(f64) -> bool,
    needed: &str,
) -> impl Fn(&DeValue<'_>) -> Result<f64, String> {
    move |value| {
        let number = match value {
            DeValue::Integer(integer) => whole_number(integer).map(|whole| whole as f64),
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => return Err(format!("{} is not a number; write it without quotes", shown(value))),
        };
        number
            .filter(|number| number.is_finite() && accepts(*number))
            // One spelling of zero, or hashes would differ.
            .map(|number| number + 0.0)
            .ok_or_else(|| format!("{} is not {needed}", shown(value)))
    }
}

/// A share that `accepts` takes; a percentage is recognised and answered with its share.
pub(super) fn share(
    accepts: impl Fn(f64) -> bool,
    needed: &str,
) -> impl Fn(&DeValue<'_>) -> Result<f64, String> {
    move |value| {
        let any = number(|_| true, "a finite number")(value)?;
        if accepts(any) {
            return Ok(any);
        }
        let percent = if any >= 1.0 && any < 100.0 { any } else { 1.2 };
        let share = format!("{:.6}", percent / 100.0);
        let share = share.trim_end_matches('0');
        Err(format!("{} is not {needed}; write {share} for {percent} %", shown(value)))
    }
}

/// A whole number of at least `least`.
pub(super) fn whole(least: u32) -> impl Fn(&DeValue<'_>) -> Result<u32, String> {
    move |value| {
        value
            .as_integer()
            .and_then(whole_number)
            .and_then(|whole| u32::try_from(whole).ok())
            .filter(|&whole| whole >= least)
            .ok_or_else(|| format!("{} is not a whole number of at least {least}", shown(value)))
    }
}

fn whole_number(integer: &toml::de::DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}
