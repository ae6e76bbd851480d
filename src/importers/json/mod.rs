//! JSON in pieces: a scanner that finds where values end, over a stream or a slice.
//!
//! Only one element of an array is held at a time, and a fault within an element (a `NaN`, a wrong type, too
//! deep a nesting) stays within that element; only missing or stray structure breaks the file.

pub(super) mod fields;
mod records;
mod sketch;
mod slices;
mod stream;

pub(super) use records::{Shape, record};
pub(super) use sketch::{Sketch, sketch};
pub(super) use slices::{Members, elements, member, members, text};
pub(super) use stream::{Element, JsonStream, Kind};

/// Bytes that open or close something within a container.
const IS_STRUCTURE: [bool; 256] = {
    let mut table = [false; 256];
    let marks = *b"\"{}[]";
    let mut at = 0;
    while at < marks.len() {
        table[marks[at] as usize] = true;
        at += 1;
    }
    table
};

/// Finds the end of one value, fed in pieces.
#[derive(Default)]
pub(super) struct EndFinder {
    depth: usize,
    in_string: bool,
    escaped: bool,
    started: bool,
}

impl EndFinder {
    /// Position just behind the value, if it ends within `bytes`.
    pub fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                    at += 1;
                    continue;
                }
                let found = memchr::memchr2(b'"', b'\\', &bytes[at..])?;
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
            if self.depth > 0 && !IS_STRUCTURE[byte as usize] {
                // Numbers and separators, which most of a large file is made of.
                match bytes[at..]
                    .iter()
                    .position(|&byte| IS_STRUCTURE[byte as usize])
                {
                    Some(n) => at += n,
                    None => return None,
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
