//! JSON in pieces: a scanner that finds where values end, over a stream or a slice.
//!
//! Only one element of an array is held at a time, and a fault within an element (a `NaN`, a wrong type, too
//! deep a nesting) stays within that element; only missing or stray structure breaks the file.

use super::{ImportError, UploadFile};
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::io::{BufRead, ErrorKind};

/// What the value at hand is, by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Scalar,
}

/// Finds the end of one value, fed in pieces.
#[derive(Default)]
struct EndFinder {
    depth: usize,
    in_string: bool,
    escaped: bool,
    started: bool,
}

impl EndFinder {
    /// Position just behind the value, if it ends within `bytes`.
    fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                    at += 1;
                    continue;
                }
                let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at..]) else {
                    return None;
                };
                at += found;
                self.escaped = bytes[at] == b'\\';
                at += 1;
                if !self.escaped {
                    self.in_string = false;
                    if self.depth == 0 {
                        return Some(at);
                    }
                }
                continue;
            }
            match byte {
                b'"' if self.started && self.depth == 0 => return Some(at),
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth == 0 => return Some(at),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if self.depth == 0 => return Some(at),
                _ => {}
            }
            self.started = true;
            at += 1;
        }
        None
    }
}

/// One element as it stands in the file, or the news that it is too large to be held.
pub(super) enum Element<'a> {
    Raw(&'a [u8]),
    TooLarge,
}

/// A JSON file, walked from its start.
pub(super) struct JsonStream<'a, R> {
    file: &'a str,
    reader: R,
    buffer: Vec<u8>,
    max_element_bytes: usize,
    /// Where in the file, for messages: `annotations[41]`.
    place: String,
    first: bool,
}

impl<'a, R: BufRead> JsonStream<'a, R> {
    pub fn new(file: &'a str, reader: R, max_element_bytes: usize) -> Self {
        Self {
            file,
            reader,
            buffer: Vec::new(),
            max_element_bytes,
            place: "the start".to_owned(),
            first: true,
        }
    }

    /// Enters the top-level value.
    pub fn enter(&mut self) -> Result<Kind, ImportError> {
        if self.fill()?.starts_with(b"\xef\xbb\xbf") {
            self.reader.consume(3);
        }
        self.open_container()
    }

    /// The next key of the entered object, or `None` behind its last member. The value must be taken next.
    pub fn next_key(&mut self) -> Result<Option<String>, ImportError> {
        match self.separator(b'}')? {
            None => Ok(None),
            Some(b'"') => {
                let max = 64 << 10;
                if !self.value(max)? {
                    return Err(self.broken(format!("holds a key of more than {max} bytes")));
                }
                let key: String = serde_json::from_slice(&self.buffer)
                    .map_err(|_| self.broken("holds a key that is no sound text"))?;
                match self.peek()? {
                    Some(b':') => self.reader.consume(1),
                    _ => return Err(self.broken("lacks a `:` behind a key")),
                }
                self.place = format!("`{key}`");
                Ok(Some(key))
            }
            Some(_) => Err(self.broken("holds something other than a key")),
        }
    }

    /// What the next value is.
    pub fn kind(&mut self) -> Result<Kind, ImportError> {
        match self.peek()? {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(_) => Ok(Kind::Scalar),
            None => Err(self.cut_short()),
        }
    }

    /// Enters the array or object that comes next; anything else is an error.
    pub fn open_container(&mut self) -> Result<Kind, ImportError> {
        let kind = self.kind()?;
        if kind == Kind::Scalar {
            return Err(self.broken("holds neither an object nor an array"));
        }
        self.reader.consume(1);
        self.first = true;
        Ok(kind)
    }

    /// The next element of the entered array, or `None` behind its last one. `place` names it.
    pub fn next_element(&mut self, place: impl FnOnce() -> String) -> Result<Option<Element<'_>>, ImportError> {
        if self.separator(b']')?.is_none() {
            return Ok(None);
        }
        let max = self.max_element_bytes;
        match self.value(max) {
            Ok(true) if self.buffer.is_empty() => {
                self.place = place();
                Err(self.broken("holds no value where one is expected"))
            }
            Ok(true) => Ok(Some(Element::Raw(&self.buffer))),
            Ok(false) => Ok(Some(Element::TooLarge)),
            Err(error @ ImportError::Io { .. }) => Err(error),
            Err(_) => {
                self.place = place();
                Err(self.cut_short())
            }
        }
    }

    /// Passes over the next value, whatever it is.
    pub fn skip_value(&mut self) -> Result<(), ImportError> {
        self.peek()?;
        self.value(0).map(|_| ())
    }

    /// Makes sure that nothing but white space follows.
    pub fn finish(mut self) -> Result<(), ImportError> {
        self.place = "the end".to_owned();
        match self.peek()? {
            None => Ok(()),
            Some(_) => Err(self.broken("goes on behind its end")),
        }
    }

    /// The first byte of the next member, behind its comma; `None` when `close` ends the container.
    fn separator(&mut self, close: u8) -> Result<Option<u8>, ImportError> {
        match self.peek()? {
            Some(byte) if byte == close => {
                self.reader.consume(1);
                self.first = false;
                return Ok(None);
            }
            Some(b',') if !self.first => self.reader.consume(1),
            Some(_) if self.first => {}
            Some(_) => return Err(self.broken("lacks a comma")),
            None => return Err(self.cut_short()),
        }
        self.first = false;
        match self.peek()? {
            Some(byte) if byte == close || byte == b',' => Err(self.broken("holds a stray comma")),
            Some(byte) => Ok(Some(byte)),
            None => Err(self.cut_short()),
        }
    }

    /// Reads one value into the buffer; `false` when it is larger than `max` bytes (it is passed over).
    fn value(&mut self, max: usize) -> Result<bool, ImportError> {
        self.buffer.clear();
        let mut finder = EndFinder::default();
        let mut n_bytes = 0;
        loop {
            let piece = match self.reader.fill_buf() {
                Ok(piece) => piece,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(ImportError::io(self.file, error)),
            };
            if piece.is_empty() {
                return Err(self.cut_short());
            }
            let end = finder.feed(piece);
            let taken = end.unwrap_or(piece.len());
            n_bytes += taken;
            if n_bytes <= max {
                self.buffer.extend_from_slice(&piece[..taken]);
            }
            self.reader.consume(taken);
            if end.is_some() {
                return Ok(n_bytes <= max);
            }
        }
    }

    fn fill(&mut self) -> Result<&[u8], ImportError> {
        self.reader.fill_buf().map_err(|source| ImportError::io(self.file, source))
    }

    /// The next byte that is no white space, left in place.
    fn peek(&mut self) -> Result<Option<u8>, ImportError> {
        loop {
            let piece = self.fill()?;
            if piece.is_empty() {
                return Ok(None);
            }
            match piece.iter().position(|byte| !byte.is_ascii_whitespace()) {
                Some(at) => {
                    let byte = piece[at];
                    self.reader.consume(at);
                    return Ok(Some(byte));
                }
                None => {
                    let n = piece.len();
                    self.reader.consume(n);
                }
            }
        }
    }

    fn broken(&self, what: impl std::fmt::Display) -> ImportError {
        ImportError::container(self.file, format!("the JSON {what}, at {}; export it again", self.place))
    }

    fn cut_short(&self) -> ImportError {
        ImportError::container(
            self.file,
            format!("the JSON ends at {}: the file is cut short; export it again", self.place),
        )
    }
}

/// The members of an object that is held whole, as raw values.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, &'a [u8])>;

/// Cuts an object into its members.
pub(super) fn members(raw: &[u8]) -> Result<Members<'_>, String> {
    let inner = inside(raw, b'{', b'}').ok_or_else(|| format!("is {}; an object is needed", kind_word(raw)))?;
    let mut found: Members = Vec::new();
    let mut rest = inner.trim_ascii_start();
    while !rest.is_empty() {
        let (key, behind) = take_value(rest);
        let key = text(key).ok_or("holds a member without a sound key")?;
        let behind = behind
            .trim_ascii_start()
            .strip_prefix(b":")
            .ok_or("lacks a `:` behind a key")?;
        let (value, behind) = take_value(behind.trim_ascii_start());
        found.push((key, value));
        rest = next_item(behind)?;
    }
    Ok(found)
}

/// The value under a key, unless it is missing or null; of a key given twice, the last.
pub(super) fn member<'a>(members: &Members<'a>, key: &str) -> Option<&'a [u8]> {
    let (_, value) = members.iter().rev().find(|(name, _)| name == key)?;
    (*value != b"null").then_some(*value)
}

/// The elements of an array that is held whole, as raw values.
pub(super) fn elements(raw: &[u8]) -> Result<Vec<&[u8]>, String> {
    let inner = inside(raw, b'[', b']').ok_or_else(|| format!("is {}; a list is needed", kind_word(raw)))?;
    let mut found = Vec::new();
    let mut rest = inner.trim_ascii_start();
    while !rest.is_empty() {
        let (value, behind) = take_value(rest);
        if value.is_empty() {
            return Err("holds a stray comma".to_owned());
        }
        found.push(value);
        rest = next_item(behind)?;
    }
    Ok(found)
}

/// A raw string's text.
pub(super) fn text(raw: &[u8]) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if memchr::memchr(b'\\', inner).is_none() {
        return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
    }
    serde_json::from_slice(raw).ok().map(Cow::Owned)
}

/// Reads a raw value into a record; the message names the field, never what stood in it.
pub(super) fn record<T: DeserializeOwned>(raw: &[u8], fields: &[(&str, Shape)]) -> Result<T, String> {
    serde_json::from_slice(raw).map_err(|error| explain(raw, fields, &error))
}

/// What a field of a record must be, to say which one is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Number,
    Text,
    Id,
    Numbers,
    List,
    Object,
    Flag,
    /// A form of its own, which the record's own reader checks.
    Nested,
}

impl Shape {
    /// What is wrong with a raw value, if it is not of this shape; null always is.
    fn fault(self, field: &str, raw: &[u8]) -> Option<String> {
        let fits = match self {
            Self::Number => is_number(raw),
            Self::Text => raw.first() == Some(&b'"'),
            Self::Id => raw.first() == Some(&b'"') || is_number(raw),
            Self::Numbers => {
                if let Ok(all) = elements(raw) {
                    let at = all.iter().position(|element| !is_number(element))?;
                    return Self::Number.fault(&format!("{field}[{at}]"), all[at]);
                }
                false
            }
            Self::List => raw.first() == Some(&b'['),
            Self::Object => raw.first() == Some(&b'{'),
            Self::Flag => {
                let word = raw.trim_ascii();
                let word = word.strip_prefix(b"\"").and_then(|word| word.strip_suffix(b"\"")).unwrap_or(word);
                [b"true".as_slice(), b"false", b"True", b"False", b"0", b"1"].contains(&word) || is_number(raw)
            }
            Self::Nested => true,
        };
        let needed = match self {
            Self::Number => "a finite number",
            Self::Text => "a text",
            Self::Id => "a whole number or a text",
            Self::Numbers => "a list of numbers",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Flag => "0, 1, true or false",
            Self::Nested => "another form",
        };
        (!fits && (raw != b"null" || self == Self::Number))
            .then(|| format!("`{field}` is {}; {needed} is needed", kind_word(raw)))
    }
}

/// A number that JSON allows and that fits 64 bits.
fn is_number(raw: &[u8]) -> bool {
    serde_json::from_slice::<f64>(raw).is_ok_and(f64::is_finite)
}

fn explain(raw: &[u8], fields: &[(&str, Shape)], error: &serde_json::Error) -> String {
    for literal in ["NaN", "Infinity"] {
        if error.is_syntax() && memchr::memmem::find(raw, literal.as_bytes()).is_some() {
            return format!("holds `{literal}`, which is no JSON number; finite numbers are needed");
        }
    }
    let members = match members(raw) {
        Ok(members) => members,
        Err(reason) => return reason,
    };
    for (key, value) in &members {
        for (field, shape) in fields {
            if key == field
                && let Some(fault) = shape.fault(field, value)
            {
                return fault;
            }
        }
    }
    let said = error.to_string();
    if error.is_syntax() && said.contains("recursion limit") {
        return "is nested too deeply; at most 128 levels are read".to_owned();
    }
    if error.is_data() {
        // These two messages hold names of our own fields only.
        for (start, words) in [("missing field `", "has no"), ("duplicate field `", "gives twice")] {
            if let Some(field) = said.strip_prefix(start).and_then(|rest| rest.split('`').next()) {
                return format!("{words} `{field}`");
            }
        }
        if let Some((field, _)) = fields.iter().find(|(_, shape)| *shape == Shape::Nested) {
            return format!("`{field}` is not in a form that is known");
        }
    }
    format!("does not read as JSON at byte {} of the record", error.column())
}

fn kind_word(raw: &[u8]) -> &'static str {
    match raw.first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        Some(b'-' | b'0'..=b'9') if is_number(raw) => "a number",
        Some(b'-' | b'0'..=b'9') => "no number that fits 64 bits",
        _ => "no JSON value",
    }
}

fn inside(raw: &[u8], open: u8, close: u8) -> Option<&[u8]> {
    raw.strip_prefix(&[open])?.strip_suffix(&[close])
}

fn take_value(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = EndFinder::default().feed(bytes).unwrap_or(bytes.len());
    bytes.split_at(end)
}

fn next_item(behind: &[u8]) -> Result<&[u8], String> {
    let behind = behind.trim_ascii_start();
    if behind.is_empty() {
        return Ok(behind);
    }
    let rest = behind.strip_prefix(b",").ok_or("lacks a comma")?.trim_ascii_start();
    if rest.is_empty() { Err("holds a stray comma".to_owned()) } else { Ok(rest) }
}

/// How a JSON file begins: the keys of its top-level object with the keys of the first element of each list,
/// or the keys of the first element of its top-level list.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Sketch {
    pub is_list: bool,
    /// Top-level keys; a list's own first element stands under "".
    pub keys: Vec<(String, Vec<String>)>,
}

impl Sketch {
    /// Keys of the first element of the list under `key`.
    pub fn element(&self, key: &str) -> Option<&[String]> {
        self.keys
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, keys)| keys.as_slice())
    }
}

/// How far detection reads into a file.
const SKETCH_BYTES: u64 = 4 << 20;

/// Looks at the first 4 MiB of a file; `None` when it is no JSON. What follows a fault is not looked at.
pub(super) fn sketch(file: &UploadFile) -> Option<Sketch> {
    let head = file.head();
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if !matches!(head.first(), Some(b'{' | b'[')) {
        return None;
    }
    let reader = std::io::Read::take(file.open().ok()?, SKETCH_BYTES);
    let mut stream = JsonStream::new(file.path(), reader, SKETCH_BYTES as usize);
    let mut sketch = Sketch::default();
    // A file that is longer than what is looked at ends in an error here, which is no fault of the file.
    let _ = draw(&mut stream, &mut sketch);
    Some(sketch)
}

fn draw<R: BufRead>(stream: &mut JsonStream<'_, R>, sketch: &mut Sketch) -> Result<(), ImportError> {
    if stream.enter()? == Kind::Array {
        sketch.is_list = true;
        let keys = element_keys(stream)?.unwrap_or_default();
        sketch.keys.push((String::new(), keys));
        return Ok(());
    }
    while let Some(key) = stream.next_key()? {
        sketch.keys.push((key, Vec::new()));
        if stream.kind()? != Kind::Array {
            stream.skip_value()?;
            continue;
        }
        stream.open_container()?;
        if let Some(keys) = element_keys(stream)? {
            if let Some(last) = sketch.keys.last_mut() {
                last.1 = keys;
            }
            while stream.next_element(String::new)?.is_some() {}
        }
    }
    Ok(())
}

/// Keys of the next element, none if it is no object; `None` behind the last element.
fn element_keys<R: BufRead>(stream: &mut JsonStream<'_, R>) -> Result<Option<Vec<String>>, ImportError> {
    Ok(stream.next_element(String::new)?.map(|element| match element {
        Element::Raw(raw) => members(raw)
            .unwrap_or_default()
            .into_iter()
            .map(|(key, _)| key.into_owned())
            .collect(),
        Element::TooLarge => Vec::new(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(text: &str) -> Result<Vec<String>, String> {
        // A buffer of three bytes makes every token cross a border.
        let reader = std::io::BufReader::with_capacity(3, text.as_bytes());
        let mut stream = JsonStream::new("f.json", reader, 40);
        let mut seen = Vec::new();
        let mut run = || -> Result<(), ImportError> {
            stream.enter()?;
            while let Some(key) = stream.next_key()? {
                if stream.kind()? == Kind::Array {
                    stream.open_container()?;
                    let mut n = 0;
                    while let Some(element) = stream.next_element(|| format!("{key}[{n}]"))? {
                        seen.push(match element {
                            Element::Raw(raw) => format!("{key}={}", String::from_utf8_lossy(raw)),
                            Element::TooLarge => format!("{key}=too large"),
                        });
                        n += 1;
                    }
                } else {
                    stream.skip_value()?;
                    seen.push(key);
                }
            }
            Ok(())
        };
        run().map_err(|error| error.to_string())?;
        stream.finish().map_err(|error| error.to_string())?;
        Ok(seen)
    }

    #[test]
    fn elements_are_cut_out_whole_whatever_they_hold() {
        let text = "\u{feff} {\"a\" : [ {\"x\":\"]\\\"}\"} , NaN,[1,[2]],\"s\" ], \"n\":-1.5e3,\"o\":{\"a\":[{}]},\"e\":[]} ";
        let expected = ["a={\"x\":\"]\\\"}\"}", "a=NaN", "a=[1,[2]]", "a=\"s\"", "n", "o"];
        assert_eq!(walk(text).expect("sound structure"), expected);
    }

    #[test]
    fn a_sketch_sees_the_keys_behind_an_empty_list() {
        let text = br#"{"licenses":[],"images":[{"id":1,"width":2},{"x":0}],"annotations":[7]}"#;
        let mut stream = JsonStream::new("f.json", text.as_slice(), 100);
        let mut sketch = Sketch::default();
        draw(&mut stream, &mut sketch).expect("sound structure");
        assert_eq!(sketch.element("images").map(<[String]>::len), Some(2));
        assert_eq!(sketch.keys.len(), 3);
        assert!(!sketch.is_list);
    }

    #[test]
    fn an_element_beyond_the_limit_is_passed_over() {
        let text = format!("{{\"a\":[[{}0],7]}}", "1,".repeat(40));
        assert_eq!(walk(&text).expect("sound structure"), ["a=too large", "a=7"]);
    }

    #[test]
    fn broken_structure_says_where() {
        let said = |text| walk(text).expect_err("broken");
        assert_eq!(
            said("{\"a\":[1,{\"x\":"),
            "`f.json`: the JSON ends at a[1]: the file is cut short; export it again"
        );
        assert_eq!(
            said("{\"a\":[1 2]}"),
            "`f.json`: the JSON lacks a comma, at `a`; export it again"
        );
        assert!(said("{\"a\":[1,,2]}").contains("a stray comma"));
        assert!(said("{\"a\":1}x").contains("goes on behind its end"));
        assert!(said("7").contains("neither an object nor an array"));
        assert!(said("").contains("cut short"));
        assert!(said("{\"a\" 1}").contains("lacks a `:`"));
        assert!(said("{a:1}").contains("something other than a key"));
    }

    #[test]
    fn slices_are_cut_like_streams() {
        let members = members(b"{ \"a\" : [1, {\"b\":2}] ,\"k\\u0041\":\"}\" }").expect("sound");
        assert_eq!(members[0], (Cow::Borrowed("a"), b"[1, {\"b\":2}]".as_slice()));
        assert_eq!(members[1].0, "kA");
        assert_eq!(elements(members[0].1).expect("sound").len(), 2);
        assert_eq!(elements(b"[]").expect("sound").len(), 0);
        assert!(elements(b"[1,]").is_err());
        assert!(elements(b"{}").is_err());
        assert!(super::members(b"{\"a\"}").is_err());
    }

    #[test]
    fn a_fault_names_the_field_and_not_its_content() {
        #[derive(serde::Deserialize)]
        #[allow(dead_code)]
        struct R {
            bbox: Vec<f64>,
        }
        let fields = [("bbox", Shape::Numbers)];
        let said = |raw: &str| record::<R>(raw.as_bytes(), &fields).err().expect("a fault");
        assert_eq!(said("{\"bbox\":\"Jane\"}"), "`bbox` is a text; a list of numbers is needed");
        assert_eq!(said("{\"bbox\":[1,\"Jane\"]}"), "`bbox[1]` is a text; a finite number is needed");
        assert!(said("{\"bbox\":[NaN]}").contains("holds `NaN`"));
        assert_eq!(said("[1]"), "is a list; an object is needed");
        assert_eq!(
            said("{\"bbox\":[1e999]}"),
            "`bbox[0]` is no number that fits 64 bits; a finite number is needed"
        );
    }
}
