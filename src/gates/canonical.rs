//! One spelling for one value, so that equal evidence has equal bytes and equal hashes.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Canonical JSON after RFC 8785: keys sorted by UTF-16 code units, no spaces, numbers as ECMAScript writes them.
///
/// Anything that reads JSON can recompute a hash from it, whatever order its own maps have.
pub fn canonical_json<T: Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).expect("records of this room have string keys only");
    let mut text = String::new();
    write_value(&mut text, &value);
    text
}

/// SHA-256 of the canonical JSON, in lower-case hexadecimal.
pub fn content_hash<T: Serialize>(value: &T) -> String {
    Sha256::digest(canonical_json(value).as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            text.push_str(&ecmascript_number(number.as_f64().unwrap_or_default()));
        }
        Value::Array(values) => {
            text.push('[');
            for (position, value) in values.iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                write_value(text, value);
            }
            text.push(']');
        }
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (position, (key, value)) in entries.into_iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_value(text, value);
            }
            text.push('}');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

/// The shortest decimal that reads back as the same number, laid out by ECMA-262 `Number::toString`.
fn ecmascript_number(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let sign = if number < 0.0 { "-" } else { "" };
    let scientific = format!("{:e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = mantissa.replace('.', "");
    let n_digits = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    // The number is 0.digits × 10^point.
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    let body = if n_digits <= point && point <= 21 {
        format!("{digits}{}", zeros(point - n_digits))
    } else if 0 < point && point <= 21 {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
        format!("{whole}.{fraction}")
    } else if -6 < point && point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{first}{dot}{rest}e{:+}", point - 1)
    };
    format!("{sign}{body}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_written_as_in_the_table_of_rfc_8785() {
        let rows = [
            (0.0, "0"),
            (-0.0, "0"),
            (5e-324, "5e-324"),
            (-5e-324, "-5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (9_007_199_254_740_992.0, "9007199254740992"),
            (295_147_905_179_352_830_000.0, "295147905179352830000"),
            (9.999999999999997e22, "9.999999999999997e+22"),
            (1e23, "1e+23"),
            (999_999_999_999_999_700_000.0, "999999999999999700000"),
            (1e21, "1e+21"),
            (9.999999999999997e-7, "9.999999999999997e-7"),
            (0.000001, "0.000001"),
            (333_333_333.333_333_3, "333333333.3333333"),
            (0.012, "0.012"),
            (1.0, "1"),
        ];
        for (number, text) in rows {
            assert_eq!(ecmascript_number(number), text);
        }
    }

    #[test]
    fn keys_are_sorted_at_every_depth_and_text_is_escaped() {
        let value =
            json!({"b": [1, 2.5, null], "a": {"z": "\u{1}\"ü", "\u{20ac}": true, "\r": -0.5}});
        assert_eq!(
            canonical_json(&value),
            "{\"a\":{\"\\r\":-0.5,\"z\":\"\\u0001\\\"ü\",\"€\":true},\"b\":[1,2.5,null]}"
        );
    }

    #[test]
    fn keys_are_ordered_by_utf_16_and_not_by_utf_8() {
        let value = json!({"\u{fb33}": 1, "\u{1f600}": 2});
        assert_eq!(canonical_json(&value), "{\"\u{1f600}\":2,\"\u{fb33}\":1}");
    }

    #[test]
    fn the_hash_is_that_of_the_canonical_bytes() {
        // printf '{"a":1}' | sha256sum
        assert_eq!(
            content_hash(&json!({"a": 1.0})),
            "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
        );
    }
}
