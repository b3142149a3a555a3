//! The answer in what a model said.
//!
//! A service that holds a model to a schema answers one JSON object. Others wrap it: in a fence, in a sentence, behind
//! what the model thought aloud. Owns finding it, and the words that ask such a service for it. Refuses to judge what
//! the object says.

use crate::redact::{Clean, redact};
use serde_json::Value;

/// Most places where an object is looked for.
const MOST_TRIES: usize = 1_000;

/// What asks for an object of this schema where the service does not see to it.
pub(super) fn asking_for(schema: &Value) -> String {
    format!("Answer with one JSON object and nothing else. It has to fit this JSON Schema:\n{schema}")
}

/// The first object in a text that has what the schema requires at its top; `None` where there is none.
pub(super) fn find<'a>(text: &'a str, schema: &Value) -> Option<&'a str> {
    let whole = text.trim();
    if is_answer(whole, schema) {
        return Some(whole);
    }
    // What a model thought before it answered may hold drafts of the answer.
    let said = whole.rsplit_once("</think>").map_or(whole, |(_, said)| said);
    let mut from = 0;
    for _ in 0..MOST_TRIES {
        let rest = said.get(from..)?;
        let start = from + rest.find('{')?;
        let candidate = said.get(start..)?;
        let mut values = serde_json::Deserializer::from_str(candidate).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                let end = start + values.byte_offset();
                if has_required(&value, schema) {
                    return said.get(start..end);
                }
                from = end;
            }
            _ => from = start + 1,
        }
    }
    None
}

fn is_answer(text: &str, schema: &Value) -> bool {
    text.starts_with('{')
        && serde_json::from_str::<Value>(text).is_ok_and(|value| has_required(&value, schema))
}

fn has_required(value: &Value, schema: &Value) -> bool {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    value.is_object() && required.filter_map(Value::as_str).all(|name| value.get(name).is_some())
}

/// An answer that has passed redaction and is still JSON: where a placeholder would take a quote away with it, the
/// strings are redacted one by one.
pub(super) fn cleaned(answer: &str) -> Clean {
    let clean = redact(answer);
    if clean.as_str() == answer || serde_json::from_str::<Value>(&clean).is_ok() {
        return clean;
    }
    match serde_json::from_str(answer) {
        Ok(value) => redact(&redacted(value).to_string()),
        Err(_) => clean,
    }
}

/// A value, all strings in it redacted. As deep as the parser goes, which stops at 128.
fn redacted(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(redact(&text).as_str().to_owned()),
        Value::Array(values) => values.into_iter().map(redacted).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (redact(&name).as_str().to_owned(), redacted(value)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_found_in_what_surrounds_it() {
        let schema = json!({"type": "object", "required": ["why"]});
        let find = |text| find(text, &schema);
        assert_eq!(find(" {\"why\": \"a </think> b\"}\n"), Some("{\"why\": \"a </think> b\"}"));
        assert_eq!(find("Sure! As {you} wish:\n```json\n{\"why\": 1}\n```"), Some("{\"why\": 1}"));
        assert_eq!(find("<think>{\"why\": 0}? no</think>{\"why\": 1}"), Some("{\"why\": 1}"));
        assert_eq!(find("{\"type\": \"result\"} {\"a\": {\"why\": 2}} {\"why\": 3}"), Some("{\"why\": 3}"));
        for none in ["", "{", "[{\"why\": 1}", "{\"why\": ", "why", "{\"how\": 1}", "null"] {
            let expected = (none == "[{\"why\": 1}").then_some("{\"why\": 1}");
            assert_eq!(find(none), expected, "{none}");
        }
        for hostile in ["{\"a\":", "{", "{\"a\":[", "{\"a\":\"{\\\""] {
            assert_eq!(super::find(&hostile.repeat(300_000), &schema), None);
        }
    }

    #[test]
    fn a_redacted_answer_is_still_json() {
        let secret = ["gh", "p_", &"a1B2".repeat(9)].concat();
        let answer = json!({"quote": format!("export TOKEN=\"{secret}\" && run"), "n": [1, "a"]}).to_string();
        let clean = cleaned(&answer);
        let value: Value = serde_json::from_str(&clean).unwrap();
        assert!(!clean.contains(&secret) && value["n"] == json!([1, "a"]), "{clean}");
    }
}
