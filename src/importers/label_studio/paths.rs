//! Names of images and videos, out of the addresses and paths that tasks hold.

use crate::importers::context::base_name;
use crate::importers::item_key_of;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

const VIDEO_EXTENSIONS: &[&str] = &[
    ".mp4", ".webm", ".mov", ".avi", ".mkv", ".m4v", ".ogv", ".mpg", ".mpeg",
];

/// Whether a path ends like an image.
pub(super) fn is_image(path: &str) -> bool {
    let name = base_name(path);
    item_key_of(name) != name
}

/// Whether a path ends like a video.
pub(super) fn is_video(path: &str) -> bool {
    let name = base_name(path).to_ascii_lowercase();
    VIDEO_EXTENSIONS
        .iter()
        .any(|extension| name.len() > extension.len() && name.ends_with(extension))
}

/// The path of an image as the export gives it: of an address without its query, of local storage and of cloud storage behind the
/// tool the path in the query, of a DICOM server the UID in it. `None` for an image that is written out in the task, and for an
/// address that tells images apart in its query alone.
pub(super) fn file_name(value: &str) -> Option<String> {
    if value.starts_with("data:") || value.is_empty() {
        return None;
    }
    let is_address = value.contains("://") || value.starts_with('/');
    let decoded = |path: &str| {
        if is_address {
            percent_decoded(path)
        } else {
            path.to_owned()
        }
    };
    let path = match value.split_once('?').filter(|_| is_address) {
        Some((path, query)) => in_query(path, query).unwrap_or_else(|| decoded(path)),
        None => decoded(value),
    };
    let tells_nothing = value.contains('?') && is_address && path == decoded(before_query(value));
    let is_named =
        !base_name(&path).is_empty() && (!tells_nothing || is_image(&path) || is_video(&path));
    is_named.then_some(path)
}

fn before_query(value: &str) -> &str {
    value.split('?').next().unwrap_or(value)
}

/// What the query of an address says about the file behind it.
fn in_query(path: &str, query: &str) -> Option<String> {
    let pairs = || query.split('&').filter_map(|part| part.split_once('='));
    let value = |name: &str| {
        pairs()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| percent_decoded(value))
    };
    let is_local = path.ends_with("local-files/") || path.ends_with("local-files");
    if let Some(path) = value("d").filter(|_| is_local) {
        return Some(path);
    }
    if let Some(uri) = value("fileuri") {
        let bytes = STANDARD
            .decode(&uri)
            .or_else(|_| URL_SAFE.decode(&uri))
            .ok();
        let decoded = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        return Some(decoded.unwrap_or(uri));
    }
    if let Some(uid) = value("objectUID") {
        return Some(uid);
    }
    if is_image(path) || is_video(path) {
        return None;
    }
    pairs()
        .map(|(_, value)| percent_decoded(value))
        .find(|value| is_image(value) || is_video(value))
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
            (
                "/tasks/4/resolve/?fileuri=czM6Ly9idWNrZXQvY3QvYS5wbmc=",
                Some("s3://bucket/ct/a.png"),
            ),
            (
                "https://pacs/wado?studyUID=1.2&objectUID=1.2.3",
                Some("1.2.3"),
            ),
            ("https://host/show?file=a%20b.png&size=2", Some("a b.png")),
            ("https://host/show?case=7", None),
            (
                "https://host/images/12345",
                Some("https://host/images/12345"),
            ),
            ("what?.png", Some("what?.png")),
            ("data:image/png;base64,AAAA", None),
            ("", None),
        ];
        for (given, expected) in cases {
            assert_eq!(file_name(given).as_deref(), expected, "{given}");
        }
    }
}
