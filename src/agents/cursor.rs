//! Cursor and its command line: hooks in `hooks.json`, MCP servers in `mcp.json`.
//!
//! <https://cursor.com/docs/hooks>, <https://cursor.com/docs/mcp>. Handlers stand in the event's list themselves. A
//! command that fails comes as `postToolUse`, too; `postToolUseFailure` takes no answer, so there is nothing to ask for there.

use super::call::Shell;
use super::content::Content;
use super::hooks::{AFTER_A_CALL, ONCE, server};
use super::tree::Tree;
use super::{Agent, Around, Part, Program};

const EVENTS: [(&str, u32); 3] =
    [("sessionStart", ONCE), ("postToolUse", AFTER_A_CALL), ("sessionEnd", ONCE)];

pub(super) fn parts(around: &Around, program: &Program) -> Vec<Part> {
    let folder = around.project.as_deref().unwrap_or(around.home).join(".cursor");
    let handler = |(event, seconds): &(&'static str, u32)| {
        let command = Tree::Text(program.hook(event, Agent::Cursor, Shell::Power));
        let handler = vec![("command", command), ("timeout", Tree::Number(*seconds))];
        (*event, Tree::List(vec![Tree::Object(handler)]))
    };
    let hooks = Tree::Object(EVENTS.iter().map(handler).collect());
    vec![
        Part {
            file: folder.join("hooks.json"),
            content: Content::Json(vec![("version", Tree::Number(1)), ("hooks", hooks)]),
        },
        Part {
            file: folder.join("mcp.json"),
            content: Content::Json(vec![("mcpServers", server(program, Some("stdio")))]),
        },
    ]
}
