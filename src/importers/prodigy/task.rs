//! What a task says beside its annotations: which input it shows, who answered it, when and how.

use crate::importers::context::base_name;
use crate::importers::json::fields::{given, word};
use serde_json::Value;

/// How the annotator left a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Accept,
    Reject,
    Ignore,
    /// Nobody answered: a recipe's stream, or a model's output.
    None,
}

/// The answer of a task, or what is wrong with it.
pub(super) fn answer(task: &Value) -> Result<Answer, String> {
    match given(task, "answer").map(Value::as_str) {
        None => Ok(Answer::None),
        Some(Some("accept")) => Ok(Answer::Accept),
        Some(Some("reject")) => Ok(Answer::Reject),
        Some(Some("ignore")) => Ok(Answer::Ignore),
        Some(_) => Err("`answer` is none of accept, reject, ignore".to_owned()),
    }
}

/// The input's hash as a text.
pub(super) fn input_hash(task: &Value) -> Result<String, String> {
    match given(task, "_input_hash") {
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
        Some(_) => Err("`_input_hash` is no whole number".to_owned()),
        None => Err("has no `_input_hash`, which names the input".to_owned()),
    }
}

/// The name of the image that a task shows, where it has one: an image may be written out in the task.
pub(super) fn image_name(task: &Value) -> Option<String> {
    let image = word(task, "image")?;
    let named = |name: &str| (!name.starts_with("data:")).then(|| name.to_owned());
    let of_file = given(task, "meta").and_then(|meta| word(meta, "file"));
    let name = word(task, "path")
        .and_then(named)
        .or_else(|| named(image))
        .or_else(|| of_file.and_then(named))?;
    let path = match name.contains("://") {
        true => name.split(['?', '#']).next().unwrap_or_default(),
        false => name.as_str(),
    };
    (!base_name(path).is_empty()).then(|| path.to_owned())
}

/// Who answered, as the session is called; `None` for a session that has no name and is called after the time at which it began.
pub(super) fn annotator(task: &Value) -> Option<&str> {
    ["_annotator_id", "_session_id"]
        .into_iter()
        .find_map(|key| word(task, key))
        .filter(|name| !ends_in_a_time(name))
}

/// `2024-02-06_10-17-19`, alone or behind the name of the dataset.
fn ends_in_a_time(name: &str) -> bool {
    let pattern = b"dddd-dd-dd_dd-dd-dd";
    let Some(start) = name.len().checked_sub(pattern.len()) else {
        return false;
    };
    name.as_bytes()[start..]
        .iter()
        .zip(pattern)
        .all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            _ => byte == wanted,
        })
}

/// When it was answered, in microseconds: the file has seconds.
pub(super) fn answered_at_us(task: &Value) -> Option<i64> {
    let seconds = given(task, "_timestamp")?.as_f64()?;
    (seconds > 0.0 && seconds < 1e11).then(|| (seconds * 1e6).round() as i64)
}

/// The interface in which it was answered; a review names the one of the tasks that it shows.
pub(super) fn view(task: &Value) -> &str {
    let view = word(task, "_view_id").unwrap_or_default();
    match view {
        "review" => word(task, "view_id").unwrap_or_default(),
        _ => view,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_session_called_after_its_time_is_nobody() {
        let of = |name: &str| annotator(&json!({ "_annotator_id": name })).map(str::to_owned);
        assert_eq!(of("ner-ann"), Some("ner-ann".to_owned()));
        assert_eq!(of("2024-02-06_10-17-19"), None);
        assert_eq!(of("ner-2024-02-06_10-17-19"), None);
        assert_eq!(of("2024-02-06"), Some("2024-02-06".to_owned()));
        let both = json!({"_annotator_id": null, "_session_id": "ner-bob"});
        assert_eq!(annotator(&both), Some("ner-bob"));
    }

    #[test]
    fn an_image_is_named_by_its_path_and_never_by_its_bytes() {
        let data = "data:image/png;base64,AAAA";
        let cases = [
            (json!({"image": data}), None),
            (json!({"image": data, "path": "in/a.png"}), Some("in/a.png")),
            (
                json!({"image": data, "meta": {"file": "b.png"}}),
                Some("b.png"),
            ),
            (
                json!({"image": "https://host/c.png?key=1"}),
                Some("https://host/c.png"),
            ),
            (json!({"text": "x", "path": "in/a.txt"}), None),
        ];
        for (task, expected) in cases {
            assert_eq!(image_name(&task).as_deref(), expected, "{task}");
        }
    }

    #[test]
    fn times_are_seconds() {
        let at = |value: Value| answered_at_us(&json!({ "_timestamp": value }));
        assert_eq!(at(json!(1_707_211_049)), Some(1_707_211_049_000_000));
        assert_eq!(at(json!(1.5)), Some(1_500_000));
        assert_eq!(at(json!("x")), None);
    }
}
