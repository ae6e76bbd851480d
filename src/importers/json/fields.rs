//! Fields of a record that is held whole. Messages name the field and what is needed, never what stood in it.

use super::records::{kind_word, record};
use super::stream::Element;
use crate::importers::Limits;
use crate::importers::written::instant_us;
use serde_json::Value;

/// Records beyond this are not read: as values they take several times the memory.
const MAX_RECORD_BYTES: usize = 48 << 20;

/// How large a record may be that is read into a value.
pub(in crate::importers) fn max_record_bytes(limits: &Limits) -> usize {
    limits.max_token_bytes.min(MAX_RECORD_BYTES)
}

/// Reads an element into a value; one that is too large or no JSON is said so.
pub(in crate::importers) fn value_of(element: &Element, max_bytes: usize) -> Result<Value, String> {
    match element {
        Element::Raw(raw) => record(raw, &[]),
        Element::TooLarge => Err(format!("is larger than {max_bytes} bytes")),
    }
}

/// What stands under a key, unless it is missing or null.
pub(in crate::importers) fn given<'v>(holder: &'v Value, name: &str) -> Option<&'v Value> {
    holder.get(name).filter(|value| !value.is_null())
}

/// A number that the record cannot do without.
pub(in crate::importers) fn number(holder: &Value, name: &str) -> Result<f64, String> {
    let value = given(holder, name).ok_or_else(|| format!("has no `{name}`"))?;
    value
        .as_f64()
        .filter(|number| number.is_finite())
        .ok_or_else(|| format!("`{name}` is {}; a finite number is needed", word_for(value)))
}

/// A whole number of at least 0 that fits 32 bits, if there is one.
pub(in crate::importers) fn count(holder: &Value, name: &str) -> Option<u32> {
    let value = given(holder, name)?;
    let whole = value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number))
            .then_some(number as u64)
    })?;
    u32::try_from(whole).ok()
}

/// Width and height in pixels, where both are given and positive.
pub(in crate::importers) fn size_px(holder: &Value) -> Option<(u32, u32)> {
    let side = |name: &str| count(holder, name).filter(|side| *side > 0);
    side("width").zip(side("height"))
}

/// A text that is not empty.
pub(in crate::importers) fn word<'v>(holder: &'v Value, name: &str) -> Option<&'v str> {
    given(holder, name)?
        .as_str()
        .filter(|text| !text.is_empty())
}

/// The elements of a list; none when it is missing or null.
pub(in crate::importers) fn list<'v>(holder: &'v Value, name: &str) -> Result<&'v [Value], String> {
    match given(holder, name) {
        None => Ok(&[]),
        Some(Value::Array(elements)) => Ok(elements),
        Some(other) => Err(format!("`{name}` is {}; a list is needed", word_for(other))),
    }
}

/// A point written as `{"x": …, "y": …}`.
pub(in crate::importers) fn point(value: &Value) -> Result<[f64; 2], String> {
    Ok([number(value, "x")?, number(value, "y")?])
}

/// A list of such points.
pub(in crate::importers) fn points(values: &[Value]) -> Result<Vec<[f64; 2]>, String> {
    values.iter().map(point).collect()
}

/// A time in microseconds since the epoch, where it is in a form that is known.
pub(in crate::importers) fn instant(holder: &Value, name: &str) -> Option<i64> {
    instant_us(word(holder, name)?)
}

/// What a value is, in words.
pub(in crate::importers) fn word_for(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "an object",
        Value::Array(_) => "a list",
        Value::String(_) => "a text",
        Value::Bool(_) => "true or false",
        Value::Null => kind_word(b"null"),
        Value::Number(_) => "a number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn faults_name_the_field_and_not_its_content() {
        let held = json!({"x": "Jane", "n": 3.0, "w": 4, "e": "", "width": 0, "height": 2});
        assert_eq!(
            number(&held, "x"),
            Err("`x` is a text; a finite number is needed".to_owned())
        );
        assert_eq!(number(&held, "y"), Err("has no `y`".to_owned()));
        assert_eq!(
            list(&held, "x"),
            Err("`x` is a text; a list is needed".to_owned())
        );
        assert_eq!((count(&held, "n"), count(&held, "w")), (Some(3), Some(4)));
        assert_eq!((word(&held, "e"), size_px(&held)), (None, None));
    }
}
