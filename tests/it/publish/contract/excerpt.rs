//! GitLab's description of its API, as far as it is used: methods, paths, and the names and sorts of what is sent.

use crate::server::Request;
use serde_json::{Map, Value};

/// The excerpt; its own first entry says where it is from.
fn excerpt() -> Map<String, Value> {
    serde_json::from_str(include_str!("gitlab.json")).unwrap()
}

/// What is wrong with a request to this path of the API.
pub(super) fn wrong(request: &Request, path: &str) -> Option<String> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.split('/').collect();
    let excerpt = excerpt();
    let operation = excerpt.iter().find(|(name, _)| {
        let Some((method, wanted)) = name.split_once(' ') else { return false };
        let wanted: Vec<&str> = wanted.split('/').collect();
        method == request.method
            && wanted.len() == parts.len()
            && wanted.iter().zip(&parts).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    });
    let Some((name, may_send)) = operation else {
        return Some(format!("there is no {} {path}", request.method));
    };
    let asked = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut sent: Map<String, Value> =
        asked.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    sent.extend(request.json().as_object().cloned().unwrap_or_default());
    for (field, value) in &sent {
        match may_send.get(field).or(may_send.get(format!("{field}!"))) {
            Some(sort) if of_sort(sort, value) => {}
            sort => return Some(format!("{name}: {field} is {value}, and may be {sort:?}")),
        }
    }
    let needed = may_send.as_object()?.keys().filter_map(|field| field.strip_suffix('!'));
    needed
        .filter(|field| !sent.contains_key(*field))
        .map(|field| format!("{name}: {field} is missing"))
        .next()
}

/// Whether a value is of a sort: a name, or a list of the words that it may be. In a query everything is text.
fn of_sort(sort: &Value, value: &Value) -> bool {
    let all = |test: fn(&Value) -> bool| value.as_array().is_some_and(|values| values.iter().all(test));
    match sort.as_str() {
        None => sort.as_array().is_some_and(|words| words.contains(value)),
        Some("string") => value.is_string(),
        Some("integer") => {
            value.is_number() || value.as_str().is_some_and(|text| text.parse::<u64>().is_ok())
        }
        Some("boolean") => value.is_boolean(),
        Some("strings") => all(Value::is_string),
        Some("integers") => all(Value::is_number),
        Some(_) => false,
    }
}
