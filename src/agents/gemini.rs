//! Gemini CLI: hooks and MCP servers in one `settings.json`.
//!
//! `docs/hooks/reference.md` in its repository. Timeouts are in milliseconds, and one event comes after every call, failed or
//! not.

use super::call::Shell;
use super::content::Content;
use super::hooks::{AFTER_A_CALL, ONCE, groups, server};
use super::{Agent, Around, Part, Program, entry};
use std::path::PathBuf;

const EVENTS: [(&str, u32); 3] = [("SessionStart", ONCE), ("AfterTool", AFTER_A_CALL), ("SessionEnd", ONCE)];

/// The user's folder: in what Gemini CLI takes for the home folder.
pub(super) fn folder(around: &Around) -> PathBuf {
    around.folder("GEMINI_CLI_HOME").unwrap_or_else(|| around.home.to_owned()).join(".gemini")
}

pub(super) fn parts(around: &Around, program: &Program) -> Vec<Part> {
    let folder = around.project.as_ref().map_or_else(|| folder(around), |top| top.join(".gemini"));
    let command = |event: &str| program.hook(event, Agent::Gemini, Shell::Power);
    let members = vec![
        ("hooks", groups(&EVENTS, 1000, Some(entry::SERVER), command)),
        ("mcpServers", server(program, None)),
    ];
    vec![Part { file: folder.join("settings.json"), content: Content::Json(members) }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn its_settings_move_with_its_home() {
        let elsewhere = std::env::temp_dir();
        let of = |moved: bool| {
            let variable =
                |name: &str| (moved && name == "GEMINI_CLI_HOME").then(|| elsewhere.clone().into_os_string());
            let home = Path::new("/home/ada");
            folder(&Around { home, project: None, memory: None, variable: &variable })
        };
        assert_eq!(of(true), elsewhere.join(".gemini"));
        assert_eq!(of(false), Path::new("/home/ada/.gemini"));
    }
}
