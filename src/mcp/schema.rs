//! JSON schemas as every client understands them.
//!
//! What may be left out is described by leaving it out of what is required; that it may be `null` as well, and in how many
//! bits a number is kept, some clients take for something that they do not know. Takes only the schemas of this program.

use rmcp::model::JsonObject;
use serde_json::Value;

/// The schema without `null` where something may be left out, and without formats of numbers.
pub(super) fn plain(schema: &JsonObject) -> JsonObject {
    let mut plain_one = JsonObject::new();
    for (key, value) in schema {
        match (key.as_str(), value) {
            ("default", Value::Null) => {}
            ("format", Value::String(format)) if is_of_numbers(format) => {}
            ("type", Value::Array(types)) => {
                let real: Vec<&Value> = types.iter().filter(|name| *name != "null").collect();
                let only = if let [one] = real.as_slice() { (*one).clone() } else { value.clone() };
                plain_one.insert(key.clone(), only);
            }
            ("anyOf", Value::Array(choices)) => {
                let is_null = |choice: &&Value| choice.get("type").is_some_and(|name| name == "null");
                let real: Vec<&Value> = choices.iter().filter(|choice| !is_null(choice)).collect();
                match real.as_slice() {
                    [Value::Object(only)] => plain_one.extend(plain(only)),
                    _ => drop(plain_one.insert(key.clone(), value.clone())),
                }
            }
            (_, Value::Object(inner)) => drop(plain_one.insert(key.clone(), Value::Object(plain(inner)))),
            _ => drop(plain_one.insert(key.clone(), value.clone())),
        }
    }
    plain_one
}

fn is_of_numbers(format: &str) -> bool {
    ["int", "uint"].iter().any(|kind| {
        format.strip_prefix(kind).is_some_and(|bits| bits.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_left_out_is_not_null() {
        let schema = serde_json::json!({
            "properties": {
                "limit": { "type": ["integer", "null"], "format": "int64", "default": null, "maximum": 20 },
                "kind": { "anyOf": [{ "$ref": "#/$defs/Kind" }, { "type": "null" }], "description": "d" },
                "format": { "type": "string", "format": "date" },
            },
            "required": ["query"],
        });
        let expected = serde_json::json!({
            "properties": {
                "limit": { "type": "integer", "maximum": 20 },
                "kind": { "$ref": "#/$defs/Kind", "description": "d" },
                "format": { "type": "string", "format": "date" },
            },
            "required": ["query"],
        });
        assert_eq!(Value::Object(plain(schema.as_object().unwrap())), expected);
    }
}
