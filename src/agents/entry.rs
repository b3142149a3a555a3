//! Which entries of an agent's settings are ours.
//!
//! The hooks that call git-dream, whatever the event, and the MCP server that is named after it and started by it.
//! Refuses to take anything for ours that only looks like it: an entry with another command is somebody else's.

use super::call::{self, Called};
use serde_json::Value;

/// The name of the MCP server.
pub(super) const SERVER: &str = "git-dream";

/// What agents call the object with MCP servers.
pub(super) const SERVERS: [&str; 3] = ["mcpServers", "mcp", "mcp_servers"];

/// An entry of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where it stands and what it says, in one line that is the same for the same entry.
    pub(super) line: String,
    /// What it calls.
    pub(super) called: Called,
}

/// The entries of ours in settings, sorted.
pub(super) fn ours(settings: &Value) -> Vec<Entry> {
    let mut found = Vec::new();
    let members = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    for (event, groups) in members(settings.get("hooks")) {
        for group in groups.as_array().into_iter().flatten() {
            let matcher = group.get("matcher").and_then(Value::as_str).filter(|matcher| !matcher.is_empty());
            let inside = group.get("hooks").and_then(Value::as_array);
            for handler in inside.map_or(std::slice::from_ref(group), Vec::as_slice) {
                if let Some(called) = hook(handler) {
                    let line = format!("hooks {event} {} {handler}", matcher.unwrap_or_default());
                    found.push(Entry { line, called });
                }
            }
        }
    }
    for place in SERVERS {
        let entry = settings.get(place).and_then(|servers| servers.get(SERVER));
        if let Some((entry, called)) = entry.and_then(|entry| Some((entry, server(entry)?))) {
            found.push(Entry { line: format!("{place} {entry}"), called });
        }
    }
    found.sort_by(|a, b| a.line.cmp(&b.line));
    found
}

/// What a hook's handler calls, if it is ours.
pub(super) fn hook(handler: &Value) -> Option<Called> {
    call::hook_in(handler.get("command")?.as_str()?)
}

/// What an MCP server's entry starts, if it is ours.
pub(super) fn server(entry: &Value) -> Option<Called> {
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let command = entry.get("command")?;
    let mut words = command.as_str().map_or_else(|| texts(command), |program| vec![program.to_owned()]);
    words.extend(entry.get("args").map(texts).unwrap_or_default());
    call::server_in(&words)
}
