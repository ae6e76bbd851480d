//! The part of YAML that data sets use: top-level keys with a scalar, a list or a map of scalars.
//!
//! Anything else under a key that is needed is refused rather than guessed: anchors, tags, texts over several lines,
//! nesting. What stands under other keys is passed over.

/// A value as it is written; numbers and words stay text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Scalar(String),
    List(Vec<String>),
    Map(Vec<(String, String)>),
}

/// The values of the wanted keys, in the order of the file.
///
/// # Errors
/// A sentence with the line and what is not read there.
pub(super) fn read(text: &str, wanted: &[&str]) -> Result<Vec<(String, Value)>, String> {
    let mut found: Vec<(String, Value)> = Vec::new();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let number = at + 1;
        at += 1;
        let content = without_comment(line).trim_end();
        if content.trim().is_empty() || content == "---" || content.starts_with([' ', '\t', '-']) {
            continue;
        }
        let Some((key, rest)) = key_and_rest(content) else {
            continue;
        };
        if !wanted.contains(&key.as_str()) {
            continue;
        }
        if found.iter().any(|(known, _)| *known == key) {
            return Err(format!("line {number}: `{key}` is given twice"));
        }
        let value = if rest.is_empty() {
            let (value, n_lines) = block(&lines[at..], number)?;
            at += n_lines;
            value
        } else {
            inline(rest, number)?
        };
        found.push((key, value));
    }
    Ok(found)
}

/// A list or map in the lines below its key, and how many lines it takes.
fn block(lines: &[&str], number: usize) -> Result<(Value, usize), String> {
    let (mut list, mut map) = (Vec::new(), Vec::new());
    let mut indent = None;
    let mut n_lines = 0;
    for (index, line) in lines.iter().enumerate() {
        let number = number + 1 + index;
        let content = without_comment(line).trim_end();
        let inner = content.trim_start_matches(' ');
        if inner.is_empty() {
            continue;
        }
        let depth = content.len() - inner.len();
        let is_item = inner == "-" || inner.starts_with("- ");
        // A list may stand at the depth of its key, a map may not.
        if depth == 0 && !is_item {
            break;
        }
        if *indent.get_or_insert(depth) != depth {
            return Err(refused(number, "indentation that changes"));
        }
        if is_item {
            list.push(scalar(inner[1..].trim(), number)?);
        } else {
            let (key, rest) = key_and_rest(inner)
                .ok_or_else(|| refused(number, "a line without `key: value`"))?;
            map.push((key, scalar(rest, number)?));
        }
        if !list.is_empty() && !map.is_empty() {
            return Err(refused(number, "a list and a map in one"));
        }
        n_lines = index + 1;
    }
    let value = if map.is_empty() {
        Value::List(list)
    } else {
        Value::Map(map)
    };
    Ok((value, n_lines))
}

/// A value behind its key: `[a, b]`, `{0: a}` or a scalar.
fn inline(text: &str, number: usize) -> Result<Value, String> {
    if let Some(inner) = text.strip_prefix('[') {
        let inner = inner
            .strip_suffix(']')
            .ok_or_else(|| refused(number, "a list that does not end on its line"))?;
        let items = pieces(inner, number)?;
        let items = items.into_iter().map(|item| scalar(item, number));
        return Ok(Value::List(items.collect::<Result<_, _>>()?));
    }
    if let Some(inner) = text.strip_prefix('{') {
        let inner = inner
            .strip_suffix('}')
            .ok_or_else(|| refused(number, "a map that does not end on its line"))?;
        let mut map = Vec::new();
        for piece in pieces(inner, number)? {
            let (key, rest) =
                key_and_rest(piece).ok_or_else(|| refused(number, "a map without `key: value`"))?;
            map.push((key, scalar(rest, number)?));
        }
        return Ok(Value::Map(map));
    }
    Ok(Value::Scalar(scalar(text, number)?))
}

/// Parts between commas that stand in no quotes; a comma at the end is allowed.
fn pieces(text: &str, number: usize) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut start, mut quote) = (0, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if letter == open => quote = None,
            (None, ',') => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            (None, '[' | ']' | '{' | '}') => return Err(refused(number, "nesting")),
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() {
        parts.push(last);
    }
    Ok(parts)
}

fn scalar(text: &str, number: usize) -> Result<String, String> {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            let inner = inner
                .strip_suffix(quote)
                .filter(|inner| !(inner.contains(quote) || quote == '"' && inner.contains('\\')))
                .ok_or_else(|| refused(number, "quotes within quotes or an escape"))?;
            return Ok(inner.to_owned());
        }
    }
    match text.chars().next() {
        Some('&' | '*' | '!' | '|' | '>' | '[' | '{' | '%' | '@' | '`') => Err(refused(
            number,
            "an anchor, tag, text over lines or nesting",
        )),
        _ if text.contains(": ") => Err(refused(number, "nesting")),
        _ => Ok(text.to_owned()),
    }
}

/// `key: rest` or `key:`; the key without its quotes.
fn key_and_rest(text: &str) -> Option<(String, &str)> {
    let (key, rest) = text.split_once(':')?;
    if !rest.is_empty() && !rest.starts_with([' ', '\t']) {
        return None;
    }
    let key = key.trim().trim_matches(['"', '\'']);
    Some((key.to_owned(), rest.trim()))
}

/// A line up to a `#` that stands in no quotes and behind white space.
fn without_comment(line: &str) -> &str {
    let (mut quote, mut before) = (None, ' ');
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') if !before.is_alphanumeric() => quote = Some(letter),
            (Some(open), _) if letter == open => quote = None,
            (None, '#') if before.is_whitespace() => return &line[..at],
            _ => {}
        }
        before = letter;
    }
    line
}

fn refused(number: usize, what: &str) -> String {
    format!(
        "line {number} holds {what}; only plain lists and maps of names are read: write `names` as one name a line"
    )
}

#[cfg(test)]
mod tests {
    use super::{Value, read};

    fn one(text: &str) -> Result<Value, String> {
        let mut found = read(text, &["names"])?;
        Ok(found.pop().expect("the key").1)
    }

    #[test]
    fn lists_and_maps_are_read_in_every_plain_spelling() {
        let list = Value::List(vec!["a".to_owned(), "b c".to_owned()]);
        for text in [
            "names: [a, 'b c']",
            "names:\n- a\n- b c\nnc: 2",
            "path: x\nnames:\n  - \"a\" # first\n\n  - b c\ntrain:\n  - y",
            "---\nnames: [a, b c,]",
        ] {
            assert_eq!(one(text).as_ref(), Ok(&list), "{text}");
        }
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let map = Value::Map(vec![pair("0", "a"), pair("7", "it's #1")]);
        for text in [
            "names: {0: a, 7: \"it's #1\"}",
            "names:\n  0: a\n  7: \"it's #1\"",
        ] {
            assert_eq!(one(text).as_ref(), Ok(&map), "{text}");
        }
        assert_eq!(one("names: it's"), Ok(Value::Scalar("it's".to_owned())));
    }

    #[test]
    fn what_is_not_read_is_refused_with_its_line() {
        for text in [
            "names: &a [b]",
            "names: [a,\n b]",
            "names: [[a]]",
            "names:\n  a:\n    b: c\n",
            "names:\n  - a\n  b: c",
            "names: |\n  text",
            "names: \"a\\n\"",
        ] {
            let said = one(text).expect_err("beyond the subset");
            assert!(said.starts_with("line "), "{said}");
        }
        assert!(one("names: [a]\nnames: [b]").is_err());
    }
}
