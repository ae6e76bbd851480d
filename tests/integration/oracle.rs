//! What other tools answered: the files of `tests/oracles`.

use serde_json::Value;
use std::path::Path;

/// A file below `tests/oracles`.
pub fn oracle(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/oracles")
        .join(path);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&bytes).expect("sound JSON")
}

#[track_caller]
pub fn rows(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

#[track_caller]
pub fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[track_caller]
pub fn count(value: &Value) -> usize {
    value.as_u64().expect("a count") as usize
}
