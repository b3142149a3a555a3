//! OpenCode: MCP servers in `opencode.json`, and a plugin in place of hooks.
//!
//! <https://opencode.ai/docs/plugins>. The plugin is `templates/agents/opencode.js`, with how git-dream is called filled in. It
//! tells `git dream hook` what Claude Code's hooks are told, under the same names.

use super::content::Content;
use super::entry::SERVER;
use super::tree::Tree;
use super::{Around, Part, Program};

/// The plugin; the line with [`PLACE`] is filled.
const PLUGIN: &str = include_str!("../../templates/agents/opencode.js");
/// What stands where the program and its first arguments go.
const PLACE: &str = "[\"git\", \"dream\"]";
/// The plugin's first line.
const FIRST_LINE: &str = "// Written by `git dream connect opencode`";

pub(super) fn parts(around: &Around, program: &Program) -> Vec<Part> {
    let (settings, plugins) = match &around.project {
        Some(top) => (top.clone(), top.join(".opencode/plugins")),
        None => (around.homes().opencode(), around.homes().opencode().join("plugins")),
    };
    // Either may be there; people who write comments use the second.
    let named = ["opencode.json", "opencode.jsonc"].map(|name| settings.join(name));
    let [usual, commented] = named;
    let settings = if !usual.exists() && commented.exists() { commented } else { usual };
    let (command, arguments) = program.server();
    let mut words = vec![command];
    words.extend(arguments);
    let entry = vec![("type", "local".into()), ("command", words.into()), ("enabled", Tree::Flag(true))];
    let words = Tree::from(program.words()).json(None, "", "");
    vec![
        Part {
            file: settings,
            content: Content::Json(vec![("mcp", Tree::Object(vec![(SERVER, Tree::Object(entry))]))]),
        },
        Part {
            file: plugins.join("git-dream.js"),
            content: Content::Whole { first_line: FIRST_LINE, text: PLUGIN.replacen(PLACE, &words, 1) },
        },
    ]
}
