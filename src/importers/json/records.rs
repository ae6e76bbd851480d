//! Raw values read into records, and what to say when they are not what they should be.

use super::slices::{elements, members};
use serde::de::DeserializeOwned;

/// Reads a raw value into a record; the message names the field, never what stood in it.
pub(in crate::importers) fn record<T: DeserializeOwned>(
    raw: &[u8],
    fields: &[(&str, Shape)],
) -> Result<T, String> {
    serde_json::from_slice(raw).map_err(|error| explain(raw, fields, &error))
}

/// What a field of a record must be, to say which one is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::importers) enum Shape {
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
                let word = word
                    .strip_prefix(b"\"")
                    .and_then(|word| word.strip_suffix(b"\""))
                    .unwrap_or(word);
                [b"true".as_slice(), b"false", b"True", b"False", b"0", b"1"].contains(&word)
                    || is_number(raw)
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
            return format!(
                "holds `{literal}`, which is no JSON number; finite numbers are needed"
            );
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
        for (start, words) in [
            ("missing field `", "has no"),
            ("duplicate field `", "gives twice"),
        ] {
            if let Some(field) = said
                .strip_prefix(start)
                .and_then(|rest| rest.split('`').next())
            {
                return format!("{words} `{field}`");
            }
        }
        if let Some((field, _)) = fields.iter().find(|(_, shape)| *shape == Shape::Nested) {
            return format!("`{field}` is not in a form that is known");
        }
    }
    format!(
        "does not read as JSON at byte {} of the record",
        error.column()
    )
}

/// What a raw value is, in words.
pub(in crate::importers::json) fn kind_word(raw: &[u8]) -> &'static str {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_the_field_and_not_its_content() {
        #[derive(serde::Deserialize)]
        #[allow(dead_code)]
        struct R {
            bbox: Vec<f64>,
        }
        let fields = [("bbox", Shape::Numbers)];
        let said = |raw: &str| record::<R>(raw.as_bytes(), &fields).err().expect("a fault");
        assert_eq!(
            said("{\"bbox\":\"Jane\"}"),
            "`bbox` is a text; a list of numbers is needed"
        );
        assert_eq!(
            said("{\"bbox\":[1,\"Jane\"]}"),
            "`bbox[1]` is a text; a finite number is needed"
        );
        assert!(said("{\"bbox\":[NaN]}").contains("holds `NaN`"));
        assert_eq!(said("[1]"), "is a list; an object is needed");
        assert_eq!(
            said("{\"bbox\":[1e999]}"),
            "`bbox[0]` is no number that fits 64 bits; a finite number is needed"
        );
    }
}
