//! The client that is generated from the swagger description of Gitea, which Forgejo's began as: what it may send.

use super::folder;
use crate::server::Request;
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What the package says: the code that is run, and the types.
struct Client {
    operations: Vec<Operation>,
    types: String,
}

struct Operation {
    name: String,
    method: String,
    path: String,
}

#[expect(clippy::print_stdout, reason = "whoever runs the tests has to see what was not tested")]
fn client() -> Option<&'static Client> {
    static CLIENT: OnceLock<Option<Client>> = OnceLock::new();
    CLIENT
        .get_or_init(|| {
            let dist = folder().join("node_modules/gitea-js/dist");
            let (Ok(code), Ok(types)) =
                (std::fs::read_to_string(dist.join("index.mjs")), std::fs::read_to_string(dist.join("index.d.ts")))
            else {
                println!("skipped: requests are not held against Gitea's description of its API; .ci/run installs it");
                return None;
            };
            let operation = Regex::new(r#"(?s)(\w+): \([^)]*\) => this\.request\(__spreadValues\(\{\s*path: `([^`]+)`,\s*method: "(\w+)""#).unwrap();
            let operations = operation.captures_iter(&code).map(|found| Operation {
                name: found[1].to_owned(),
                path: found[2].to_owned(),
                method: found[3].to_owned(),
            });
            Some(Client { operations: operations.collect(), types })
        })
        .as_ref()
}

pub(super) fn is_there() -> bool {
    client().is_some()
}

/// What is wrong with a request to this path of the API.
pub(super) fn wrong(request: &Request, path: &str) -> Option<String> {
    let client = client()?;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |operation: &&Operation| {
        let wanted: Vec<&str> = operation.path.split('/').collect();
        operation.method == request.method
            && wanted.len() == parts.len()
            && wanted.iter().zip(&parts).all(|(wanted, part)| wanted.starts_with("${") || wanted == part)
    };
    // `pulls/{index}/reviews` fits `pulls/{base}/{head}`, too.
    let placeholders = |operation: &&Operation| operation.path.matches("${").count();
    let Some(operation) = client.operations.iter().filter(fits).min_by_key(placeholders) else {
        return Some(format!("there is no {} {path}", request.method));
    };
    let declared = client.declared(&operation.name);
    let may_ask = declared.split_once("query?: {").and_then(|(_, rest)| rest.split_once("}, params"));
    let may_ask = may_ask.map(|(fields, _)| fields_of(fields)).unwrap_or_default();
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match may_ask.get(name) {
            Some(sort) if of_sort(sort, &Value::from(value)) => {}
            sort => return Some(format!("{}: {name}={value}, which may be {sort:?}", operation.name)),
        }
    }
    let Value::Object(body) = request.json() else { return None };
    let sort = Regex::new(r"body: (\w+)").unwrap();
    let sort = sort.captures(declared).map(|found| found[1].to_owned()).unwrap_or_default();
    let interface =
        client.types.split_once(&format!("interface {sort} {{")).and_then(|(_, rest)| rest.split_once("\n}"));
    let fields = interface.map(|(fields, _)| fields_of(fields)).unwrap_or_default();
    body.iter().find_map(|(name, value)| match fields.get(name) {
        Some(sort) if of_sort(sort, value) => None,
        of => Some(format!("{}: {name} is {value}, and may be {of:?}", operation.name)),
    })
}

impl Client {
    /// The types of an operation's arguments.
    fn declared(&self, name: &str) -> &str {
        let found = self.types.split_once(&format!(" {name}: ("));
        found.and_then(|(_, rest)| rest.split_once(") =>")).map_or("", |(declared, _)| declared)
    }
}

fn fields_of(text: &str) -> BTreeMap<String, String> {
    let field = Regex::new(r"(?m)^\s*(\w+)\??: ([^;]+);").unwrap();
    field.captures_iter(text).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

/// Whether a value is of a sort, as TypeScript writes it. In a query everything is text.
fn of_sort(sort: &str, value: &Value) -> bool {
    let all = |test: fn(&Value) -> bool| value.as_array().is_some_and(|values| values.iter().all(test));
    match sort {
        "string" => value.is_string(),
        "number" => value.is_number() || value.as_str().is_some_and(|text| text.parse::<u64>().is_ok()),
        "boolean" => value.is_boolean(),
        "string[]" => all(Value::is_string),
        "number[]" => all(Value::is_number),
        "any[]" => value.is_array(),
        words => {
            value.as_str().is_some_and(|text| words.split(" | ").any(|word| word.trim_matches('\'') == text))
        }
    }
}
