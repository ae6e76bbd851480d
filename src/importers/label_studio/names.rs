//! Which image a task shows, from its `data`.

use crate::importers::context::base_name;
use crate::importers::item_key_of;
use crate::importers::json::{Members, member, text};

/// What a task shows.
pub(super) enum Shown {
    /// One image, by file name.
    Image(String),
    /// Several; regions say by control name only which one they lie on.
    Several,
    /// No image: a text, a sound, or an image without a name.
    Other,
}

/// The image of a task: `data.image`, else the first value that ends like an image file.
pub(super) fn shown(data: &Members) -> Shown {
    let named = |key: &str| {
        member(data, key)
            .and_then(text)
            .and_then(|value| file_name(&value))
    };
    if let Some(name) = named("image") {
        return Shown::Image(name);
    }
    let first = data
        .iter()
        .filter_map(|(_, raw)| file_name(&text(raw)?))
        .find(|name| item_key_of(name) != *name);
    match first {
        Some(name) => Shown::Image(name),
        None if data
            .iter()
            .any(|(key, raw)| key.starts_with("image") && raw.starts_with(b"[")) =>
        {
            Shown::Several
        }
        None => Shown::Other,
    }
}

/// The path of an image as the export gives it: of an address without its query, of local storage the path
/// in the query; `None` for an image that is written out in the task.
fn file_name(value: &str) -> Option<String> {
    if value.starts_with("data:") || value.is_empty() {
        return None;
    }
    let path = match value.split_once('?') {
        Some((path, query)) => query
            .split('&')
            .find_map(|part| part.strip_prefix("d="))
            .filter(|_| path.ends_with("local-files/") || path.ends_with("local-files"))
            .unwrap_or(path),
        None => value,
    };
    let is_address = value.contains("://") || value.starts_with('/');
    let path = if is_address {
        percent_decoded(path)
    } else {
        path.to_owned()
    };
    (!base_name(&path).is_empty()).then_some(path)
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = bytes
            .get(at + 1..at + 3)
            .filter(|_| byte == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(code.unwrap_or(byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn an_address_gives_its_path_and_local_storage_the_path_in_its_query() {
        let cases = [
            (
                "https://host/a/b%20c.png?sig=x%2Fy",
                Some("https://host/a/b c.png"),
            ),
            ("/data/local-files/?d=ct%5Ccase1.png", Some("ct\\case1.png")),
            (
                "/data/upload/18/image1.jpg",
                Some("/data/upload/18/image1.jpg"),
            ),
            ("100%25.png", Some("100%25.png")),
            ("s3://bucket/50%.png", Some("s3://bucket/50%.png")),
            ("data:image/png;base64,AAAA", None),
            ("", None),
        ];
        for (given, expected) in cases {
            assert_eq!(file_name(given).as_deref(), expected, "{given}");
        }
    }
}
