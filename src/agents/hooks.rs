//! Hooks as Claude Code was the first to write them down, and Codex and Gemini after it: by event, groups of handlers.

use super::tree::{Members, Tree};

/// How long an agent waits for what happens once in a session, at most: far longer than an answer takes.
pub(super) const ONCE: u32 = 10;
/// How long it waits after a tool call, at most. In seconds.
pub(super) const AFTER_A_CALL: u32 = 5;

/// Groups of one handler for each of these events: their names, the seconds that the agent waits at most, and the command.
/// `in_a_second`: how many units of the agent's own make a second.
pub(super) fn groups(
    events: &[(&'static str, u32)],
    in_a_second: u32,
    name: Option<&str>,
    command: impl Fn(&str) -> String,
) -> Tree {
    let group = |(event, seconds): &(&'static str, u32)| {
        let mut handler: Members = name.map(|name| ("name", Tree::from(name))).into_iter().collect();
        handler.push(("type", "command".into()));
        handler.push(("command", Tree::Text(command(event))));
        handler.push(("timeout", Tree::Number(seconds * in_a_second)));
        let group = Tree::Object(vec![("hooks", Tree::List(vec![Tree::Object(handler)]))]);
        (*event, Tree::List(vec![group]))
    };
    Tree::Object(events.iter().map(group).collect())
}

/// The MCP server as most agents take it: a program and its arguments.
pub(super) fn server(program: &super::Program, sort: Option<&str>) -> Tree {
    let (command, arguments) = program.server();
    let mut entry: Members = sort.map(|sort| ("type", Tree::from(sort))).into_iter().collect();
    entry.push(("command", Tree::Text(command)));
    entry.push(("args", arguments.into()));
    Tree::Object(vec![(super::entry::SERVER, Tree::Object(entry))])
}
