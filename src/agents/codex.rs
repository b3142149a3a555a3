//! Codex: everything may stand in `config.toml`; hooks in `hooks.json`, too.
//!
//! <https://developers.openai.com/codex/hooks>, `codex-rs/config/src/hook_config.rs` in its repository. Codex reads hooks from
//! both files and warns where one folder has both: so they go where there are some, and to `hooks.json` where there are
//! none. One event after every call, failed or not. Codex runs a hook only after its person looked at it; what they
//! trusted stands in `config.toml`, by the hook's place in its list, so ours go to the end of each.

use super::call::Shell;
use super::content::Content;
use super::hooks::{AFTER_A_CALL, ONCE, groups, server};
use super::{Agent, Around, Part, Program, file, toml};
use anyhow::Result;
use std::path::Path;

/// The events, and how many seconds Codex waits at most. It gives the end of a session three, and warns of more.
const EVENTS: [(&str, u32); 3] = [("SessionStart", ONCE), ("PostToolUse", AFTER_A_CALL), ("SessionEnd", 3)];

pub(super) fn parts(around: &Around, program: &Program) -> Result<Vec<Part>> {
    let folder = around.project.as_ref().map_or_else(|| around.homes().codex(), |top| top.join(".codex"));
    let (config, hooks_file) = (folder.join("config.toml"), folder.join("hooks.json"));
    let hooks = ("hooks", groups(&EVENTS, 1, None, |event| program.hook(event, Agent::Codex, Shell::Plain)));
    let (mut inline, mut apart) = (vec![("mcp_servers", server(program, None))], Vec::new());
    if has_hooks(&config)? && !hooks_file.exists() {
        inline.push(hooks)
    } else {
        apart.push(hooks)
    }
    Ok(vec![
        Part { file: config, content: Content::Toml(inline) },
        Part { file: hooks_file, content: Content::Json(apart) },
    ])
}

/// Whether hooks stand in `config.toml`; not what was trusted, which always stands there.
fn has_hooks(config: &Path) -> Result<bool> {
    let Some(bytes) = file::read(config)? else { return Ok(false) };
    let settings = toml::read(&String::from_utf8_lossy(&bytes)).unwrap_or_default();
    let hooks = settings.get("hooks").and_then(|hooks| hooks.as_object());
    Ok(hooks.is_some_and(|hooks| hooks.keys().any(|key| key != "state")))
}
