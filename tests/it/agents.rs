//! Agents connected and disconnected: real settings files, held against what the agents' makers say of them.

mod plugin;

use crate::sandbox::{Ran, Sandbox};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A machine with settings of somebody who has used agents for a while.
pub(super) struct Machine {
    pub(super) sandbox: Sandbox,
    pub(super) project: PathBuf,
}

impl Machine {
    pub(super) fn new() -> Machine {
        let sandbox = Sandbox::new();
        let project = sandbox.repo("shop", &[("README.md", "# Shop\n")]);
        Machine { sandbox, project }
    }

    pub(super) fn home(&self, inside: &str) -> PathBuf {
        self.sandbox.path("home").join(inside)
    }

    pub(super) fn put(&self, inside: &str, text: &str) {
        let file = self.home(inside);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    pub(super) fn has(&self, inside: &str) -> Option<String> {
        std::fs::read_to_string(self.home(inside)).ok()
    }

    /// Runs `git-dream connect` where `git dream` works, so that this is what is written.
    pub(super) fn connect(&self, arguments: &[&str]) -> Ran {
        let mut all = vec!["connect"];
        all.extend(arguments);
        let mut command = self.sandbox.dream_command(&self.project, &all);
        let programs = Path::new(env!("CARGO_BIN_EXE_git-dream")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(programs).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap());
        self.sandbox.run(command)
    }

    /// Everything in the home folder but what is git-dream's own.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries =
            walkdir::WalkDir::new(self.home("")).sort_by_file_name().into_iter().map(Result::unwrap);
        let files = entries.filter(|entry| !entry.file_type().is_dir()).map(walkdir::DirEntry::into_path);
        let theirs = files.filter(|file| !file.iter().any(|name| name == ".local"));
        theirs.map(|file| (file.clone(), std::fs::read(file).unwrap())).collect()
    }
}

/// Settings as people have them, for every agent, by the file below the home folder.
fn lived_in() -> Vec<(&'static str, String)> {
    let claude = "{\n    \"model\": \"opus\",\n    \"permissions\": {\"allow\": [\"Bash(npm run *)\"], \"deny\": []},\n    \"hooks\": {\n        \"PostToolUse\": [\n            {\n                \"matcher\": \"Edit|Write\",\n                \"hooks\": [{ \"type\": \"command\", \"command\": \"npx prettier --write\" }]\n            }\n        ],\n        \"Stop\": []\n    },\n    \"env\": { \"FOO\": \"b\\u00e4r\" }\n}";
    let gemini = "// Mine, do not touch\n{\n\t\"ui\": { \"theme\": \"GitHub\" }, /* dark? */\n\t\"mcpServers\": {\n\t\t\"github\": { \"command\": \"docker\", \"args\": [\"run\", \"-i\"], }, // needs a token\n\t},\n\t// \"hooks\": {},\n}\n";
    let codex = "\u{feff}model = \"gpt-5.5\"   # fast\r\napproval_policy=\"on-request\"\r\n\r\n[mcp_servers.docs]\r\ncommand = 'npx'\r\nargs = [\r\n  \"-y\",\r\n  \"docs\", # the good one\r\n]\r\n\r\n[projects.\"/home/ann/shop\"]\r\ntrust_level = \"trusted\"";
    let opencode = "{ \"$schema\": \"https://opencode.ai/config.json\",\r\n   \"theme\": \"system\",\r\n   \"mcp\": {},\r\n}\r\n";
    vec![
        (".claude/settings.json", claude.to_owned()),
        (".claude.json", "{\"numStartups\":7,\"mcpServers\":{},\"projects\":{\"/x\":{\"mcpServers\":{}}}}".to_owned()),
        (".codex/config.toml", codex.to_owned()),
        (".gemini/settings.json", gemini.to_owned()),
        (".config/opencode/opencode.jsonc", opencode.to_owned()),
        (".cursor/hooks.json", "{\n  \"version\": 1,\n  \"hooks\": {\n    \"stop\": [ { \"command\": \"./audit.sh\" } ]\n  }\n}\n".to_owned()),
        (".cursor/mcp.json", "\u{feff}{}\n".to_owned()),
    ]
}

const AGENTS: [&str; 5] = ["claude-code", "codex", "gemini", "opencode", "cursor"];

#[test]
fn settings_are_given_back_byte_for_byte() {
    for is_lived_in in [true, false] {
        let machine = Machine::new();
        if is_lived_in {
            lived_in().iter().for_each(|(file, text)| machine.put(file, text));
        }
        let before = machine.files();
        for agent in AGENTS {
            let ran = machine.connect(&[agent, "--yes"]);
            assert!(ran.stderr.contains(&format!("{agent} is connected.")), "{ran:?}");
            assert!(
                ran.stderr.contains("\n+") && ran.stderr.contains("Nothing is captured by this"),
                "{ran:?}"
            );
            let connected = machine.files();
            let again = machine.connect(&[agent, "--yes"]);
            assert!(again.stderr.contains("connected already"), "{again:?}");
            assert_eq!(machine.files(), connected, "a second time changes nothing");
        }
        let listed: Value = serde_json::from_str(&machine.connect(&["--list", "--json"]).ok()).unwrap();
        for agent in listed["agents"].as_array().unwrap() {
            let is_program = AGENTS.contains(&agent["agent"].as_str().unwrap());
            assert_eq!(agent["state"], if is_program { "connected" } else { "not" }, "{agent}");
        }
        for agent in AGENTS {
            machine.connect(&[agent, "--remove", "--yes"]).ok();
        }
        for ((file, now), (_, then)) in machine.files().iter().zip(&before) {
            assert_eq!(String::from_utf8_lossy(now), String::from_utf8_lossy(then), "{}", file.display());
        }
        assert_eq!(machine.files(), before);
    }
}

#[test]
fn what_people_write_meanwhile_stays() {
    let machine = Machine::new();
    lived_in().iter().for_each(|(file, text)| machine.put(file, text));
    for agent in AGENTS {
        machine.connect(&[agent, "--yes"]).ok();
    }
    // Claude Code writes its file anew all the time, in its own way.
    let state: Value = serde_json::from_str(&machine.has(".claude.json").unwrap()).unwrap();
    machine.put(".claude.json", &serde_json::to_string_pretty(&state).unwrap());
    let settings = machine.has(".claude/settings.json").unwrap().replace("\"opus\"", "\"sonnet\"");
    machine.put(".claude/settings.json", &settings);
    let config = machine.has(".codex/config.toml").unwrap() + "\r\n[tui]\r\nnotifications = true\r\n";
    machine.put(".codex/config.toml", &config);
    for agent in AGENTS {
        machine.connect(&[agent, "--remove", "--yes"]).ok();
    }
    assert_eq!(
        machine.has(".claude/settings.json").unwrap(),
        lived_in()[0].1.replace("\"opus\"", "\"sonnet\"")
    );
    let state: Value = serde_json::from_str(&machine.has(".claude.json").unwrap()).unwrap();
    assert_eq!((&state["numStartups"], &state["mcpServers"]), (&Value::from(7), &Value::Null));
    let config = machine.has(".codex/config.toml").unwrap();
    assert!(config.starts_with(&lived_in()[2].1) && config.contains("notifications = true"), "{config}");
    assert!(!config.contains("git-dream"), "{config}");
    assert!(machine.has(".codex/hooks.json").is_none(), "ours from the beginning to the end");
}

#[test]
fn an_older_form_is_replaced_and_others_are_not() {
    let machine = Machine::new();
    machine.put(
        ".claude/settings.json",
        r#"{
  "hooks": {
    "SessionEnd": [
      { "hooks": [{ "type": "command", "command": "git dream capture --hook --background" }] },
      { "hooks": [{ "type": "command", "command": "say bye" }] }
    ],
    "Stop": [{ "hooks": [{ "type": "command", "command": "/gone/git-dream hook Stop" }] }]
  }
}
"#,
    );
    let listed = machine.connect(&["--list"]).ok();
    assert!(listed.contains("/gone/git-dream is called and is not there"), "{listed}");
    machine.connect(&["claude-code", "--yes"]).ok();
    let settings = machine.has(".claude/settings.json").unwrap();
    assert!(settings.contains("say bye") && !settings.contains("capture --hook"), "{settings}");
    assert!(
        !settings.contains("\"Stop\"") && settings.contains("git dream hook SessionEnd --agent claude-code")
    );
    machine.connect(&["claude-code", "--remove", "--yes"]).ok();
    let left: Value = serde_json::from_str(&machine.has(".claude/settings.json").unwrap()).unwrap();
    let bye = serde_json::json!([{"hooks": [{"type": "command", "command": "say bye"}]}]);
    assert_eq!(left, serde_json::json!({"hooks": {"SessionEnd": bye}}));
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    let machine = Machine::new();
    let broken = "{\n  \"hooks\": {\n    \"Stop\": [}\n  }\n}\n";
    machine.put(".claude/settings.json", broken);
    let ran = machine.connect(&["claude-code", "--yes"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    for said in ["settings.json, line 3", "Nothing was changed", "\"PostToolUseFailure\""] {
        assert!(ran.stderr.contains(said), "{said}: {ran:?}");
    }
    assert_eq!(machine.has(".claude/settings.json").as_deref(), Some(broken));
    assert!(machine.has(".claude.json").is_none(), "nothing or everything");
    machine.put(".config/opencode/plugins/git-dream.js", "// mine\n");
    let ran = machine.connect(&["opencode", "--yes"]);
    assert!(ran.status == 2 && ran.stderr.contains("not written by git-dream"), "{ran:?}");
    std::fs::write(machine.home(".gemini"), "a file").unwrap();
    assert_eq!(machine.connect(&["gemini", "--yes"]).status, 3);
    machine.sandbox.git(&machine.project, &["init", "--quiet", "--bare", "bare.git"]);
    for (arguments, said) in [
        (&["codexx"][..], "one of claude-code, codex"),
        (&["codex", "--memory", "x"], "./codex"),
        (&["--project"], "--project is for an agent"),
        (&["codex"], "agree with --yes"),
        (&["./codex", "--memory", "x"], "there is no folder"),
        (&["-C", "bare.git", "agents-md"], "a bare repository"),
    ] {
        let ran = machine.connect(arguments);
        assert!(ran.status == 2 && ran.stderr.contains(said), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn nothing_is_written_without_a_yes() {
    let machine = Machine::new();
    let said = machine.connect(&["codex", "--dry-run", "--json"]).ok();
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&said["written"], &said["connected"]), (&Value::Bool(false), &Value::Bool(false)));
    let diff = said["files"][0]["diff"].as_str().unwrap();
    assert!(diff.contains("+[mcp_servers.git-dream]"), "{diff}");
    assert!(machine.files().is_empty());
    let ran = machine.connect(&["claude-code", "--dry-run"]);
    assert!(ran.stderr.contains("git dream hook SessionStart --agent claude-code"), "{ran:?}");
    assert!(machine.files().is_empty());
}

#[test]
fn hooks_go_where_codex_has_hooks() {
    let machine = Machine::new();
    let inline = "[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = \"command\"\ncommand = \"say done\"\n";
    machine.put(".codex/config.toml", inline);
    machine.connect(&["codex", "--yes"]).ok();
    let config = machine.has(".codex/config.toml").unwrap();
    assert!(config.contains("git dream hook PostToolUse --agent codex"), "{config}");
    assert!(machine.has(".codex/hooks.json").is_none());
    machine.connect(&["codex", "--remove", "--yes"]).ok();
    assert_eq!(machine.has(".codex/config.toml").as_deref(), Some(inline));
}

#[cfg(unix)]
#[test]
fn a_program_that_is_not_on_the_search_path_is_called_where_it_lies() {
    let machine = Machine::new();
    let program = machine.sandbox.path("my tools/git-dream");
    std::fs::create_dir_all(program.parent().unwrap()).unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_git-dream"), &program).unwrap();
    let mut command = machine.sandbox.command(&program, &machine.project);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let without = std::env::split_paths(&path).filter(|folder| !folder.join("git-dream").exists());
    command.args(["connect", "claude-code", "--yes"]).env("PATH", std::env::join_paths(without).unwrap());
    machine.sandbox.run(command).ok();
    let settings: Value = serde_json::from_str(&machine.has(".claude/settings.json").unwrap()).unwrap();
    let hook = settings["hooks"]["SessionEnd"][0]["hooks"][0]["command"].as_str().unwrap();
    assert!(
        hook.starts_with('\'') && hook.ends_with("my tools/git-dream' hook SessionEnd --agent claude-code"),
        "{hook}"
    );
    let mut shell = machine.sandbox.command("sh", &machine.project);
    shell.args(["-c", &hook.replace("hook SessionEnd --agent claude-code", "--version")]);
    assert!(machine.sandbox.run(shell).ok().contains(env!("CARGO_PKG_VERSION")));
}

#[cfg(unix)]
#[test]
fn links_stay_links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let machine = Machine::new();
    machine.put("dotfiles/claude.json", "{}\n");
    let dotfile = machine.home("dotfiles/claude.json");
    std::fs::set_permissions(&dotfile, PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::create_dir(machine.home(".claude")).unwrap();
    symlink("../dotfiles/claude.json", machine.home(".claude/settings.json")).unwrap();
    machine.connect(&["claude-code", "--yes"]).ok();
    assert!(machine.home(".claude/settings.json").is_symlink());
    assert!(machine.has("dotfiles/claude.json").unwrap().contains("git dream hook"));
    assert_eq!(std::fs::metadata(&dotfile).unwrap().permissions().mode() & 0o777, 0o600);
    machine.connect(&["claude-code", "--remove", "--yes"]).ok();
    assert_eq!(machine.has("dotfiles/claude.json").as_deref(), Some("{}\n"));
    assert_eq!(std::fs::read_dir(machine.home("dotfiles")).unwrap().count(), 1);
}

#[test]
fn a_project_has_settings_of_its_own() {
    let machine = Machine::new();
    machine.sandbox.commit(&machine.project, &[("AGENTS.md", "# Rules\n\nUse tabs.\n")], "Say how");
    for agent in ["claude-code", "codex", "gemini", "opencode", "cursor"] {
        machine.connect(&[agent, "--project", "--yes"]).ok();
    }
    machine.connect(&["agents-md", "--yes"]).ok();
    let status = machine.sandbox.git(&machine.project, &["status", "--porcelain", "--untracked-files=all"]);
    for file in [
        " M AGENTS.md",
        "?? .claude/settings.json",
        "?? .mcp.json",
        "?? .codex/config.toml",
        "?? .codex/hooks.json",
        "?? .gemini/settings.json",
        "?? opencode.json",
        "?? .opencode/plugins/git-dream.js",
        "?? .cursor/hooks.json",
        "?? .cursor/mcp.json",
    ] {
        assert!(status.contains(file), "{file}: {status}");
    }
    assert!(machine.files().is_empty(), "nothing in the user's own");
    let rules = std::fs::read_to_string(machine.project.join("AGENTS.md")).unwrap();
    assert!(
        rules.starts_with("# Rules\n\nUse tabs.\n\n<!-- git-dream:begin")
            && rules.contains("git dream recall")
    );
    for agent in ["claude-code", "codex", "gemini", "opencode", "cursor"] {
        machine.connect(&[agent, "--project", "--remove", "--yes"]).ok();
    }
    machine.connect(&["agents-md", "--remove", "--yes"]).ok();
    assert_eq!(machine.sandbox.git(&machine.project, &["status", "--porcelain"]), "");
}
