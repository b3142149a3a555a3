//! Gemini CLI: hooks and MCP servers in one `settings.json`.
//!
//! `docs/hooks/reference.md` in its repository. Timeouts are in milliseconds, and one event comes after every call, failed or
//! not.

use super::call::Shell;
use super::content::Content;
use super::hooks::{AFTER_A_CALL, ONCE, groups, server};
use super::{Agent, Around, Part, Program, entry};

const EVENTS: [(&str, u32); 3] = [("SessionStart", ONCE), ("AfterTool", AFTER_A_CALL), ("SessionEnd", ONCE)];

pub(super) fn parts(around: &Around, program: &Program) -> Vec<Part> {
    let top = around.project.clone().unwrap_or_else(|| around.homes().gemini());
    let command = |event: &str| program.hook(event, Agent::Gemini, Shell::Power);
    let members = vec![
        ("hooks", groups(&EVENTS, 1000, Some(entry::SERVER), command)),
        ("mcpServers", server(program, None)),
    ];
    vec![Part { file: top.join(".gemini/settings.json"), content: Content::Json(members) }]
}
