//! What a JSON object about an error says.
//!
//! Owns the keys that such objects use, and where their texts stand in the output. Refuses to judge the texts.

use serde_json::{Map, Value};
use std::ops::Range;

/// Keys under which JSON objects about errors say what went wrong, the most usual first.
const MESSAGES: &[&str] =
    &["message", "error", "detail", "error_message", "reason", "msg", "description", "text"];

/// Keys under which they keep the whole report.
const REPORTS: &[&str] = &["error", "errors", "exception", "fault", "err"];

/// Deepest object in an object whose texts are looked at.
const DEEPEST: usize = 3;

/// What one JSON object says, as places in the text it stands in.
pub(super) struct Said {
    /// The message.
    pub(super) message: Range<usize>,
    /// Its keys say that it reports a failure.
    pub(super) reports: bool,
    /// Its other texts that could name the error: codes, kinds, details. In their order.
    pub(super) others: Vec<Range<usize>>,
}

/// What the JSON object says that is this whole text, an output or a line of one; `None` where it is none or has no
/// message. `escaped`: its quotation marks are written with a backslash, as in a JSON string.
pub(super) fn said(text: &str, escaped: bool) -> Option<Said> {
    let text = text.trim_end();
    let start = text.len() - text.trim_start().len();
    if !text.trim_start().starts_with('{') || !text.ends_with('}') {
        return None;
    }
    let value: Value = match escaped {
        true => serde_json::from_str(&text.replace("\\\"", "\"")).ok()?,
        false => serde_json::from_str(text).ok()?,
    };
    // A failing call's output is about its failure, whatever its keys are called.
    let of_any_key = || MESSAGES.iter().find_map(|name| value.get(name)?.as_str());
    let reported = error_in_json(&value);
    let message = reported.or_else(of_any_key)?;
    if message.trim().is_empty() {
        return None;
    }
    let place = |said: &str| {
        let at = text.get(start..)?.find(said)? + start;
        Some(at..at + said.split('\n').next().unwrap_or_default().len())
    };
    let mut others = Vec::new();
    texts(&value, &mut others);
    others.retain(|other| *other != message && other.contains(char::is_alphabetic));
    let mut others: Vec<Range<usize>> = others.into_iter().filter_map(place).collect();
    others.sort_by_key(|place| place.start);
    Some(Said { message: place(message)?, reports: reported.is_some(), others })
}

/// The texts of an object and the objects in it, in their order. Text in a list is content, not a report.
fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    let mut open = vec![(value, 0)];
    while let Some((value, depth)) = open.pop() {
        match value {
            Value::String(text) => found.push(text),
            Value::Object(object) if depth < DEEPEST => {
                open.extend(object.values().rev().map(|inner| (inner, depth + 1)));
            }
            _ => {}
        }
    }
}

/// The message of a JSON object that reports an error: `{"error": "…"}`, `{"error": {"message": "…"}}`,
/// `{"success": false, "message": "…"}`, `{"isError": true, "content": [{"text": "…"}]}`.
pub(super) fn error_in_json(value: &Value) -> Option<&str> {
    let object = value.as_object()?;
    for name in REPORTS {
        let Some(error) = object.get(*name).filter(|error| is_filled(error)) else { continue };
        let found = match error {
            Value::String(message) => Some(message.as_str()),
            Value::Object(inner) => message_of(inner),
            Value::Array(list) => {
                list.first().and_then(|first| first.as_str().or_else(|| message_of(first.as_object()?)))
            }
            _ => message_of(object),
        };
        if found.is_some() {
            return found;
        }
    }
    let says = |name: &str, wanted: bool| object.get(name).and_then(Value::as_bool) == Some(wanted);
    let failed = ["error", "failed", "failure", "fail", "rejected", "denied"];
    let status =
        || object.get("status").and_then(Value::as_str).is_some_and(|status| failed.contains(&status));
    if says("success", false)
        || says("ok", false)
        || says("isError", true)
        || says("is_error", true)
        || status()
    {
        let content = || object.get("content")?.as_array()?.first()?.as_object()?.get("text")?.as_str();
        return message_of(object).or_else(content);
    }
    None
}

/// The text under the most usual key.
fn message_of(object: &Map<String, Value>) -> Option<&str> {
    MESSAGES.iter().find_map(|name| object.get(*name)?.as_str())
}

/// Whether a report says anything.
fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Bool(true) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_wherever_it_stands_on_its_line() {
        let text =
            "  {\"ok\":false,\"err\":{\"id\":\"7\",\"kind\":\"OVEN_COLD\",\"detail\":\"oven 3 is cold\"}}";
        let found = said(text, false).unwrap();
        assert_eq!(&text[found.message], "oven 3 is cold");
        assert_eq!(found.others.iter().map(|at| &text[at.clone()]).collect::<Vec<_>>(), ["OVEN_COLD"]);
        let text = text.replace('"', "\\\"");
        assert_eq!(&text[said(&text, true).unwrap().message], "oven 3 is cold");
        assert!(said("{\"rows\":[{\"text\":\"x\"}]}", false).is_none() && said("{} {", false).is_none());
    }
}
