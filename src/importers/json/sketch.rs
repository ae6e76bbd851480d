//! What a JSON file looks like from its beginning, for detection.

use super::slices::members;
use super::stream::{Element, JsonStream, Kind};
use crate::importers::{ImportError, UploadFile};
use std::io::BufRead;

/// How a JSON file begins: the keys of its top-level object with the keys of the first element of each list,
/// or the keys of the first element of its top-level list.
#[derive(Debug, Default, PartialEq)]
pub(in crate::importers) struct Sketch {
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
pub(in crate::importers) fn sketch(file: &UploadFile) -> Option<Sketch> {
    let head = file.head();
    let head = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
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

fn draw<R: BufRead>(
    stream: &mut JsonStream<'_, R>,
    sketch: &mut Sketch,
) -> Result<(), ImportError> {
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
fn element_keys<R: BufRead>(
    stream: &mut JsonStream<'_, R>,
) -> Result<Option<Vec<String>>, ImportError> {
    Ok(stream
        .next_element(String::new)?
        .map(|element| match element {
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
}
