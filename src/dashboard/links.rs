//! Addresses of pages. Keys are percent-encoded; they are pseudonyms and UIDs, never a patient's data.

use std::fmt::Write as _;

/// A path below `/p/{project}`, with its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    path: String,
    query: String,
    anchor: String,
}

impl Link {
    /// The overview of a project.
    pub fn project(project: &str) -> Self {
        Self {
            path: format!("/p/{}", segment(project)),
            query: String::new(),
            anchor: String::new(),
        }
    }

    /// Goes one step down.
    #[must_use]
    pub fn to(mut self, key: &str) -> Self {
        self.path.push('/');
        self.path.push_str(&segment(key));
        self
    }

    /// Asks for something; nothing is asked where there is no value.
    #[must_use]
    pub fn with<'a>(mut self, name: &str, value: impl Into<Option<&'a str>>) -> Self {
        if let Some(value) = value.into() {
            self.query
                .push(if self.query.is_empty() { '?' } else { '&' });
            let _ = write!(self.query, "{name}={}", encoded(value));
        }
        self
    }

    /// Points at a part of the page.
    #[must_use]
    pub fn at(mut self, anchor: &str) -> Self {
        self.anchor = format!("#{}", encoded(anchor));
        self
    }
}

impl std::fmt::Display for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}{}", self.path, self.query, self.anchor)
    }
}

impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.to_string()
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A key as one step of a path. Browsers resolve the steps `.` and `..` (however they are encoded) and drop empty
/// ones, so these carry a tilde, as does a key that begins with one.
fn segment(key: &str) -> String {
    let marked = matches!(key, "" | "." | "..") || key.starts_with('~');
    format!("{}{}", if marked { "~" } else { "" }, encoded(key))
}

/// The key that a decoded step of a path stands for.
pub fn key_of(step: &str) -> &str {
    step.strip_prefix('~').unwrap_or(step)
}

#[cfg(test)]
mod tests {
    use super::{Link, encoded, key_of, segment};

    #[test]
    fn keys_survive_the_way_through_a_path() {
        for key in [
            "reader-a",
            "a/b c%?#",
            "..",
            ".",
            "",
            "~",
            "~a",
            "Ä\u{202e}<b>",
            "%2e%2e",
        ] {
            let step = segment(key);
            assert!(
                step.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)),
                "{step}"
            );
            let decoded = decoded(&step);
            assert!(!matches!(decoded.as_str(), "" | "." | ".."));
            assert_eq!(key_of(&decoded), key);
        }
    }

    #[test]
    fn only_what_has_a_value_is_asked() {
        let link = Link::project("demo")
            .to("errors")
            .with("rater", "a&b")
            .with("label", None)
            .with("kind", "extra");
        assert_eq!(link.to_string(), "/p/demo/errors?rater=a%26b&kind=extra");
        assert_eq!(encoded("κ"), "%CE%BA");
        assert_eq!(
            Link::project("demo")
                .to("imports")
                .at("conflicts")
                .to_string(),
            "/p/demo/imports#conflicts"
        );
    }

    fn decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).unwrap()
    }
}
