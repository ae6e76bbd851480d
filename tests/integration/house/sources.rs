//! The sources of the project as the rules read them: without comments, literals and tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One source of `src`, as the rules look at it.
pub struct Source {
    /// Path below `src`, with `/`.
    pub path: String,
    pub room: String,
    pub text: String,
    /// The text with comments and the insides of literals blanked out; offsets and lines stay.
    pub code: String,
    /// As `code`, with items under `#[cfg(test)]` blanked out too; nothing of a file that is test only.
    pub shipped: String,
}

impl Source {
    pub fn line_of(&self, offset: usize) -> usize {
        self.text[..offset].matches('\n').count() + 1
    }
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

pub fn sources() -> Vec<Source> {
    let folder = root().join("src");
    // Written by hand for builds without the database; not part of the project.
    let left_out = ["pure.rs"];
    let mut sources: Vec<Source> = rust_files(&folder)
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source is text");
            let below = path.strip_prefix(&folder).expect("below the folder");
            let path = below.to_string_lossy().replace('\\', "/");
            let room = path
                .split('/')
                .next()
                .expect("a first part")
                .trim_end_matches(".rs")
                .to_owned();
            let code = without_words(&text);
            let shipped = without_tests(&code);
            Source {
                path,
                room,
                text,
                code,
                shipped,
            }
        })
        .filter(|source| !left_out.contains(&source.path.as_str()))
        .collect();
    let test_only = test_modules(&sources);
    for source in &mut sources {
        let is_test = |module: &String| {
            source.path == format!("{module}.rs") || source.path.starts_with(&format!("{module}/"))
        };
        if test_only.iter().any(is_test) {
            source.shipped = blank(&source.shipped);
        }
    }
    assert!(sources.len() > 250, "only {} sources seen", sources.len());
    sources
}

fn blank(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '\n' {
                "\n".to_owned()
            } else {
                " ".repeat(c.len_utf8())
            }
        })
        .collect()
}

/// Blanks out comments and the insides of string and character literals.
fn without_words(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let end = if rest.starts_with(b"//") {
            at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            at + find(rest, b"*/").map_or(rest.len(), |n| n + 2)
        } else if let Some(n) = raw_string(rest).filter(|_| at == 0 || !is_word(bytes[at - 1])) {
            at + n
        } else if rest[0] == b'"' {
            at + quoted(rest, b'"')
        } else if rest[0] == b'\'' && (rest.get(1) == Some(&b'\\') || is_char(&text[at..])) {
            at + quoted(rest, b'\'')
        } else {
            at += 1;
            continue;
        };
        for byte in &mut code[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    String::from_utf8(code).expect("blanks are ASCII")
}

pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// A character literal rather than a lifetime: one character and a quote.
fn is_char(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    chars.next().is_some() && chars.next() == Some('\'')
}

fn quoted(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

fn raw_string(bytes: &[u8]) -> Option<usize> {
    let prefix = if bytes.starts_with(b"br") { 2 } else { 1 };
    if bytes.first() != Some(&b'r') && prefix == 1 {
        return None;
    }
    let n_hashes = bytes[prefix..].iter().take_while(|b| **b == b'#').count();
    if bytes.get(prefix + n_hashes) != Some(&b'"') {
        return None;
    }
    let start = prefix + n_hashes + 1;
    let end = [b"\"".as_slice(), &b"#".repeat(n_hashes)].concat();
    find(&bytes[start..], &end).map(|n| start + n + end.len())
}

/// Blanks out every item that stands under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut kept = code.to_owned();
    while let Some(start) = kept.find("#[cfg(test)]") {
        let item = &kept[start..];
        let open = item.find('{').unwrap_or(item.len());
        let end = match item.find(';') {
            Some(semicolon) if semicolon < open => semicolon + 1,
            _ => closing(item, open),
        };
        let blanked = blank(&item[..end]);
        kept.replace_range(start..start + end, &blanked);
    }
    kept
}

fn closing(text: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 && byte == b'}' {
            return at + 1;
        }
    }
    text.len()
}

/// Paths, without ending, of modules that are declared under `#[cfg(test)]`.
fn test_modules(sources: &[Source]) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for source in sources {
        let stem = source.path.trim_end_matches(".rs");
        let folder = match stem.strip_suffix("/mod") {
            Some(folder) => folder.to_owned(),
            None if stem == "lib" || stem == "main" => String::new(),
            None => stem.to_owned(),
        };
        for (at, _) in source.code.match_indices("#[cfg(test)]") {
            let item = &source.text[at..];
            let item = &item[..item.find(['{', ';']).unwrap_or(item.len())];
            let Some((before, name)) = item.rsplit_once("mod ") else {
                continue;
            };
            match before.split_once("#[path = \"") {
                Some((_, named)) => {
                    let file = named.split('"').next().unwrap_or_default();
                    let beside = source
                        .path
                        .rsplit_once('/')
                        .map_or("", |(folder, _)| folder);
                    modules.insert(format!("{beside}/{}", file.trim_end_matches(".rs")));
                }
                None => {
                    modules.insert(format!("{folder}/{}", name.trim()));
                }
            }
        }
    }
    assert!(
        modules.len() > 15,
        "only {} test modules seen",
        modules.len()
    );
    modules
}

/// Rooms named after `crate::`, one by one or in braces, with the offset.
pub fn named_rooms(code: &str) -> Vec<(usize, String)> {
    let word = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut named = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let after = &code[at + path.len()..];
        if let Some(group) = after.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            for (offset, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if start && !c.is_whitespace() => {
                        named.push((at, word(&group[offset..])));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            named.push((at, word(after)));
        }
    }
    named
}

pub fn closing_bracket(code: &str) -> usize {
    let mut depth = 0;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

#[test]
fn the_reader_of_sources_sees_code_and_nothing_else() {
    let text = "a /* crate::x */ \"crate::y\" 'c' &'a b r#\"crate::z\"# // crate::w\ncrate::v::U; use crate::{r::T, s::{K, L}, q};";
    let code = without_words(text);
    assert_eq!(code.len(), text.len());
    let named: Vec<String> = named_rooms(&code)
        .into_iter()
        .map(|(_, name)| name)
        .collect();
    assert_eq!(named, ["v", "r", "s", "q"]);
    let shipped = without_tests(
        "fn a() {} #[cfg(test)] mod t { fn b() { c } } fn d() {} #[cfg(test)]\nmod u;",
    );
    assert!(shipped.contains("fn a") && shipped.contains("fn d"));
    assert!(!shipped.contains("fn b") && !shipped.contains("mod u"));
}
