//! A JSON file as a stream of members and elements.

use super::EndFinder;
use crate::importers::ImportError;
use std::io::{BufRead, ErrorKind};

/// What the value at hand is, by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::importers) enum Kind {
    Object,
    Array,
    Scalar,
}

/// One element as it stands in the file, or the news that it is too large to be held.
pub(in crate::importers) enum Element<'a> {
    Raw(&'a [u8]),
    TooLarge,
}

/// A JSON file, walked from its start.
pub(in crate::importers) struct JsonStream<'a, R> {
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
    pub fn next_element(
        &mut self,
        place: impl FnOnce() -> String,
    ) -> Result<Option<Element<'_>>, ImportError> {
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

    /// What the next element of the entered array is, or `None` behind its last one. The element must be entered
    /// or passed over next.
    pub fn next_kind(&mut self) -> Result<Option<Kind>, ImportError> {
        match self.separator(b']')? {
            None => Ok(None),
            Some(_) => self.kind().map(Some),
        }
    }

    /// The next value of a file that holds one behind another (JSON lines), or `None` at its end. `place` names it.
    pub fn next_value(
        &mut self,
        place: impl FnOnce() -> String,
    ) -> Result<Option<Element<'_>>, ImportError> {
        if self.first && self.fill()?.starts_with(b"\xef\xbb\xbf") {
            self.reader.consume(3);
        }
        self.first = false;
        if self.peek()?.is_none() {
            return Ok(None);
        }
        self.place = place();
        if !self.value(self.max_element_bytes)? {
            return Ok(Some(Element::TooLarge));
        }
        if self.buffer.is_empty() {
            return Err(self.broken("holds no value where one is expected"));
        }
        Ok(Some(Element::Raw(&self.buffer)))
    }

    /// The value of the member whose key was taken, whole.
    pub fn whole_value(&mut self) -> Result<Element<'_>, ImportError> {
        self.peek()?;
        let max = self.max_element_bytes;
        Ok(if self.value(max)? {
            Element::Raw(&self.buffer)
        } else {
            Element::TooLarge
        })
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
        self.reader
            .fill_buf()
            .map_err(|source| ImportError::io(self.file, source))
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
        ImportError::container(
            self.file,
            format!("the JSON {what}, at {}; export it again", self.place),
        )
    }

    fn cut_short(&self) -> ImportError {
        ImportError::container(
            self.file,
            format!(
                "the JSON ends at {}: the file is cut short; export it again",
                self.place
            ),
        )
    }
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
        let expected = [
            "a={\"x\":\"]\\\"}\"}",
            "a=NaN",
            "a=[1,[2]]",
            "a=\"s\"",
            "n",
            "o",
        ];
        assert_eq!(walk(text).expect("sound structure"), expected);
    }

    #[test]
    fn an_element_beyond_the_limit_is_passed_over() {
        let text = format!("{{\"a\":[[{}0],7]}}", "1,".repeat(40));
        assert_eq!(
            walk(&text).expect("sound structure"),
            ["a=too large", "a=7"]
        );
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
}
