//! Claude Code: hooks in `settings.json`, MCP servers in a file of their own.
//!
//! <https://code.claude.com/docs/en/hooks>, <https://code.claude.com/docs/en/mcp>. A failed call has an event of its own.
//! No matcher: at every start of a session, also after it was compacted, and after every tool.

use super::call::Shell;
use super::content::Content;
use super::hooks::{AFTER_A_CALL, ONCE, groups, server};
use super::{Agent, Around, Part, Program};

/// The events, and how many seconds Claude Code waits at most. Without a number of its own, the end of a session waits a
/// second and a half only.
const EVENTS: [(&str, u32); 4] = [
    ("SessionStart", ONCE),
    ("PostToolUse", AFTER_A_CALL),
    ("PostToolUseFailure", AFTER_A_CALL),
    ("SessionEnd", ONCE),
];

pub(super) fn parts(around: &Around, program: &Program) -> Vec<Part> {
    let (settings, servers) = match &around.project {
        Some(top) => (top.join(".claude/settings.json"), top.join(".mcp.json")),
        None => {
            let homes = around.homes();
            let beside = homes.claude_code_moved().unwrap_or_else(|| around.home.to_owned());
            (homes.claude_code().join("settings.json"), beside.join(".claude.json"))
        }
    };
    let command = |event: &str| program.hook(event, Agent::ClaudeCode, Shell::Plain);
    vec![
        Part { file: settings, content: Content::Json(vec![("hooks", groups(&EVENTS, 1, None, command))]) },
        Part { file: servers, content: Content::Json(vec![("mcpServers", server(program, Some("stdio")))]) },
    ]
}
