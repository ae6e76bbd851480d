//! Which form of an answer a client wants, and whether it has that answer already.

use super::ApiError;
use poem::http::{HeaderMap, header};
use poem::{IntoResponse, Response};
use poem_openapi::payload::{Binary, Payload, PlainText};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{ApiResponse, ResponseContent};
use sha2::{Digest, Sha256};
use std::marker::PhantomData;

pub const JSON: &str = "application/json";
pub const CSV: &str = "text/csv";
pub const PARQUET: &str = "application/vnd.apache.parquet";
pub const HTML: &str = "text/html";
pub const MARKDOWN: &str = "text/markdown";

/// JSON text that has the schema of `T`, byte for byte as it was made.
pub struct JsonText<T> {
    text: String,
    schema: PhantomData<fn() -> T>,
}

impl<T> JsonText<T> {
    /// Text that is known to be JSON of this schema.
    pub fn of_text(text: String) -> Self {
        Self {
            text,
            schema: PhantomData,
        }
    }
}

impl<T: ToJSON> JsonText<T> {
    /// The value as JSON.
    pub fn of(value: &T) -> Self {
        Self::of_text(value.to_json_string())
    }
}

impl<T: Type> Payload for JsonText<T> {
    const CONTENT_TYPE: &'static str = JSON;

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: Send> IntoResponse for JsonText<T> {
    fn into_response(self) -> Response {
        Response::builder().content_type(JSON).body(self.text)
    }
}

/// A read that can be repeated cheaply.
#[derive(ApiResponse)]
pub enum Read<T: Type> {
    /// As asked.
    #[oai(status = 200)]
    Found(
        JsonText<T>,
        /// Changes whenever the answer does; send it back in `If-None-Match`.
        #[oai(header = "ETag")]
        String,
    ),
    /// Nothing changed since the answer with this entity tag.
    #[oai(status = 304)]
    NotModified(#[oai(header = "ETag")] String),
}

impl<T: Type> Read<T> {
    /// The text, unless the client has it.
    pub fn text(text: String, if_none_match: Option<&str>) -> Self {
        let tag = entity_tag(text.as_bytes());
        if has_already(if_none_match, &tag) {
            Self::NotModified(tag)
        } else {
            Self::Found(JsonText::of_text(text), tag)
        }
    }
}

impl<T: ToJSON> Read<T> {
    /// The value, unless the client has it.
    pub fn of(value: &T, if_none_match: Option<&str>) -> Self {
        Self::text(value.to_json_string(), if_none_match)
    }
}

/// Rows in the form that the client asked for.
#[derive(ResponseContent)]
pub enum Tabular<T: Type> {
    Json(JsonText<T>),
    #[oai(content_type = "text/csv")]
    Csv(PlainText<String>),
    #[oai(content_type = "application/vnd.apache.parquet")]
    Parquet(Binary<Vec<u8>>),
}

/// A read of rows, as JSON, CSV or Parquet by `Accept`.
#[derive(ApiResponse)]
pub enum ReadTable<T: Type> {
    /// One row a group. CSV and Parquet hold the rows alone, in columns named as the fields of a JSON row.
    #[oai(status = 200)]
    Found(
        Tabular<T>,
        /// Changes whenever the answer does; send it back in `If-None-Match`.
        #[oai(header = "ETag")]
        String,
        /// `Accept`: the form depends on it.
        #[oai(header = "Vary")]
        String,
    ),
    /// Nothing changed since the answer with this entity tag.
    #[oai(status = 304)]
    NotModified(#[oai(header = "ETag")] String),
}

impl<T: Type> ReadTable<T> {
    /// The content, unless the client has it.
    pub fn of(content: Tabular<T>, if_none_match: Option<&str>) -> Self {
        let tag = match &content {
            Tabular::Json(json) => entity_tag(json.text.as_bytes()),
            Tabular::Csv(csv) => entity_tag(csv.0.as_bytes()),
            Tabular::Parquet(parquet) => entity_tag(&parquet.0),
        };
        if has_already(if_none_match, &tag) {
            Self::NotModified(tag)
        } else {
            Self::Found(content, tag, "Accept".to_owned())
        }
    }
}

/// A strong entity tag: equal bytes, equal tag.
pub fn entity_tag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    quoted(&hex)
}

/// An opaque text as an entity tag.
pub fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// Whether one of the client's entity tags is this one (RFC 9110 §13.1.2, weak comparison).
pub fn has_already(given: Option<&str>, tag: &str) -> bool {
    given.is_some_and(|given| {
        given
            .split(',')
            .map(str::trim)
            .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
    })
}

/// Which of the offered media types the client likes best; the first of equals.
///
/// # Errors
/// 406 when it takes none of them.
pub fn negotiate(headers: &HeaderMap, offered: &[&'static str]) -> Result<&'static str, ApiError> {
    let given: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let accept = given.join(",");
    if accept.trim().is_empty() {
        return offered
            .first()
            .copied()
            .ok_or_else(|| ApiError::not_acceptable(offered));
    }
    let ranges: Vec<Range<'_>> = accept.split(',').filter_map(Range::read).collect();
    let mut best: Option<(f64, &'static str)> = None;
    for &media_type in offered {
        let quality = ranges
            .iter()
            .filter_map(|range| Some((range.specificity(media_type)?, range.quality)))
            // The most specific range speaks; of equal ones the kindest.
            .max_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)))
            .map_or(0.0, |(_, quality)| quality);
        if quality > best.map_or(0.0, |(quality, _)| quality) {
            best = Some((quality, media_type));
        }
    }
    best.map(|(_, media_type)| media_type)
        .ok_or_else(|| ApiError::not_acceptable(offered))
}

/// One entry of an `Accept` header.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    quality: f64,
}

impl<'a> Range<'a> {
    fn read(entry: &'a str) -> Option<Self> {
        let mut parts = entry.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut quality = 1.0;
        for parameter in parts {
            if let Some(("q" | "Q", value)) = parameter.split_once('=') {
                quality = value
                    .trim()
                    .parse()
                    .ok()
                    .filter(|q| (0.0..=1.0).contains(q))?;
            }
        }
        Some(Self {
            kind,
            subtype,
            quality,
        })
    }

    /// How narrowly this range fits, if it fits at all.
    fn specificity(&self, media_type: &str) -> Option<u8> {
        let (kind, subtype) = media_type.split_once('/')?;
        match (self.kind, self.subtype) {
            ("*", "*") => Some(0),
            (mine, "*") if mine.eq_ignore_ascii_case(kind) => Some(1),
            (mine, my_subtype)
                if mine.eq_ignore_ascii_case(kind) && my_subtype.eq_ignore_ascii_case(subtype) =>
            {
                Some(2)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CSV, JSON, PARQUET, entity_tag, has_already, negotiate};
    use poem::http::{HeaderMap, HeaderValue, header};

    fn chosen(accept: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ACCEPT,
            HeaderValue::from_str(accept).expect("a header"),
        );
        negotiate(&headers, &[JSON, CSV, PARQUET]).ok()
    }

    #[test]
    fn the_form_with_the_highest_quality_wins_and_the_first_of_equals() {
        assert_eq!(chosen("text/csv"), Some(CSV));
        assert_eq!(
            chosen("text/csv;q=0.4, application/vnd.apache.parquet;q=0.9"),
            Some(PARQUET)
        );
        assert_eq!(chosen("*/*"), Some(JSON));
        assert_eq!(chosen("text/*, */*;q=0.1"), Some(CSV));
        assert_eq!(negotiate(&HeaderMap::new(), &[JSON, CSV]).ok(), Some(JSON));
    }

    #[test]
    fn a_narrow_range_overrules_a_wide_one() {
        assert_eq!(chosen("*/*;q=1, application/json;q=0"), Some(CSV));
        assert_eq!(
            chosen("application/json;q=0.2, application/*;q=0.8"),
            Some(PARQUET)
        );
    }

    #[test]
    fn nothing_that_fits_is_refused() {
        assert_eq!(chosen("image/png"), None);
        assert_eq!(chosen("application/json;q=0"), None);
        assert_eq!(chosen("application/json;q=many"), None);
    }

    #[test]
    fn entity_tags_are_compared_weakly_and_one_by_one() {
        let tag = entity_tag(b"body");
        assert!(has_already(Some(&tag), &tag));
        assert!(has_already(Some(&format!("\"other\", W/{tag}")), &tag));
        assert!(has_already(Some("*"), &tag));
        assert!(!has_already(Some("\"other\""), &tag));
        assert!(!has_already(None, &tag));
        assert_ne!(tag, entity_tag(b"another body"));
    }
}
