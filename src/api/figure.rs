//! One number with everything that is needed to judge it.

use crate::reports::model::Figure;
use poem_openapi::Object;
use poem_openapi::types::{Example, ParseFromJSON};
use serde_json::{Value, json};

/// A value with its interval and n, or the reason why there is none.
#[derive(Object)]
#[oai(rename = "Figure", example)]
pub struct FigureDto {
    /// Null where undefined.
    value: Option<f64>,
    /// Why there is no value.
    undefined: Option<String>,
    /// Lower bound of the interval.
    lower: Option<f64>,
    /// Upper bound of the interval.
    upper: Option<f64>,
    /// What a rate counts over `n`; null for anything else.
    numerator: Option<u64>,
    /// Units, pairs or days behind the value.
    n: u64,
    /// share, ratio, mm, px …
    unit: String,
    /// How the interval was made; empty without interval.
    method: String,
}

impl Example for FigureDto {
    fn example() -> Self {
        from_json(json!({
            "value": 0.025, "undefined": null, "lower": 0.004, "upper": 0.129, "numerator": 1, "n": 40,
            "unit": "share", "method": "Wilson, 95 %",
        }))
    }
}

impl From<Figure> for FigureDto {
    fn from(figure: Figure) -> Self {
        // The unit's name is the one that it has in files.
        let unit = serde_json::to_value(figure.unit).ok();
        Self {
            value: figure.value,
            undefined: figure.undefined,
            lower: figure.lower,
            upper: figure.upper,
            numerator: figure.numerator,
            n: figure.n,
            unit: unit
                .as_ref()
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            method: figure.method,
        }
    }
}

/// An example written as JSON.
pub fn from_json<T: ParseFromJSON>(value: Value) -> T {
    match T::parse_from_json(Some(value)) {
        Ok(example) => example,
        Err(error) => unreachable!(
            "an example of this program does not fit its own schema: {}",
            error.into_message()
        ),
    }
}
