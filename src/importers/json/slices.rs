//! JSON values that are held whole, cut into raw members and elements.

use super::EndFinder;
use super::records::kind_word;
use std::borrow::Cow;

/// The members of an object that is held whole, as raw values.
pub(in crate::importers) type Members<'a> = Vec<(Cow<'a, str>, &'a [u8])>;

/// Cuts an object into its members.
pub(in crate::importers) fn members(raw: &[u8]) -> Result<Members<'_>, String> {
    let inner = inside(raw, b'{', b'}')
        .ok_or_else(|| format!("is {}; an object is needed", kind_word(raw)))?;
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
pub(in crate::importers) fn member<'a>(members: &Members<'a>, key: &str) -> Option<&'a [u8]> {
    let (_, value) = members.iter().rev().find(|(name, _)| name == key)?;
    (*value != b"null").then_some(*value)
}

/// The elements of an array that is held whole, as raw values.
pub(in crate::importers) fn elements(raw: &[u8]) -> Result<Vec<&[u8]>, String> {
    let inner = inside(raw, b'[', b']')
        .ok_or_else(|| format!("is {}; a list is needed", kind_word(raw)))?;
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
pub(in crate::importers) fn text(raw: &[u8]) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if memchr::memchr(b'\\', inner).is_none() {
        return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
    }
    serde_json::from_slice(raw).ok().map(Cow::Owned)
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
    let rest = behind
        .strip_prefix(b",")
        .ok_or("lacks a comma")?
        .trim_ascii_start();
    if rest.is_empty() {
        Err("holds a stray comma".to_owned())
    } else {
        Ok(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_cut_like_streams() {
        let members = members(b"{ \"a\" : [1, {\"b\":2}] ,\"k\\u0041\":\"}\" }").expect("sound");
        assert_eq!(
            members[0],
            (Cow::Borrowed("a"), b"[1, {\"b\":2}]".as_slice())
        );
        assert_eq!(members[1].0, "kA");
        assert_eq!(elements(members[0].1).expect("sound").len(), 2);
        assert_eq!(elements(b"[]").expect("sound").len(), 0);
        assert!(elements(b"[1,]").is_err());
        assert!(elements(b"{}").is_err());
        assert!(super::members(b"{\"a\"}").is_err());
    }
}
