//! The plugin for OpenCode, played by a real node: what it tells the program, and what it makes of the answers.

use super::Machine;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What stands for git-dream: keeps what it is told, and says something at a session's beginning and at failures.
const PROGRAM: &str = r#"#!/bin/sh
told=$(cat)
printf '%s %s\n' "$*" "$told" >> "$TOLD"
case "$* $told" in
    *session.created*) printf '{"additional_context":"Use npm, not yarn."}' ;;
    *'no such'*) printf '{"additional_context":"Known: run it from the top."}' ;;
    *) ;;
esac
"#;

#[cfg(unix)]
#[test]
fn the_plugin_tells_what_happens_and_puts_the_answers_before_the_model() {
    let machine = Machine::new();
    let node = machine.sandbox.command("node", &machine.project).arg("--version").output();
    if !node.is_ok_and(|ran| ran.status.success()) {
        println!("skipped: the plugin for OpenCode is not played, because there is no node");
        return;
    }
    machine.connect(&["opencode", "--yes"]).ok();
    let programs = fake(&machine, PROGRAM);
    let played = play(&machine, &programs);
    assert_eq!(played["names"], json!(["GitDream"]), "OpenCode takes every export for a plugin");
    assert_eq!(played["first"], json!(["You are OpenCode.", "Use npm, not yarn."]));
    assert_eq!(played["again"], played["first"]);
    assert_eq!(played["other"], json!(["You are OpenCode."]), "no session, as where an agent is made up");
    assert_eq!(played["fine"], "README.md\n");
    assert_eq!(played["failed"], "no such script\n\n\nKnown: run it from the top.");
    assert_eq!(
        played["later"],
        json!(["You are OpenCode.", "Use npm, not yarn.", "Known: run it from the top."])
    );
    let log = std::fs::read_to_string(machine.sandbox.path("told")).unwrap();
    let told: Vec<(&str, Value)> = log
        .lines()
        .map(|line| {
            line.split_once(" {")
                .map(|(said, told)| (said, serde_json::from_str(&format!("{{{told}")).unwrap()))
        })
        .map(Option::unwrap)
        .collect();
    let cwd = machine.project.to_str().unwrap();
    let call = |tool: &str, input: Value, more: Value| {
        let mut told = json!({"session_id": "s1", "cwd": cwd, "tool_name": tool, "tool_input": input});
        told.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ("dream hook tool.execute.after --agent opencode", told)
    };
    let ended = |event: &'static str, session: &str| (event, json!({"session_id": session, "cwd": cwd}));
    assert_eq!(
        told[0],
        ("dream hook session.created --agent opencode", json!({"session_id": "s1", "cwd": cwd}))
    );
    assert_eq!(
        told[1..4],
        [
            call("bash", json!({"command": "ls"}), json!({"tool_response": "README.md\n", "exit_code": 0})),
            call(
                "bash",
                json!({"command": "npm test"}),
                json!({"tool_response": "no such script\n", "exit_code": 1})
            ),
            call("read", json!({"filePath": "/x"}), json!({"error": "no such file"})),
        ]
    );
    assert_eq!(
        told[4..],
        [
            ended("dream hook session.deleted --agent opencode", "s2"),
            ended("dream hook server.instance.disposed --agent opencode", "s1"),
        ],
        "{log}"
    );
}

#[cfg(unix)]
#[test]
fn whatever_goes_wrong_the_plugin_does_not_notice() {
    let machine = Machine::new();
    if machine.sandbox.command("node", &machine.project).arg("--version").output().is_err() {
        return;
    }
    machine.connect(&["opencode", "--yes"]).ok();
    for program in
        ["#!/bin/sh\nexit 3\n", "#!/bin/sh\nprintf 'no json'\n", "#!/nowhere\n", "#!/bin/sh\nprintf '[]'\n"]
    {
        let played = play(&machine, &fake(&machine, program));
        assert_eq!(played["first"], json!(["You are OpenCode."]), "{program}");
        assert_eq!(played["failed"], "no such script\n", "{program}");
    }
}

/// A folder with this program as `git`.
#[cfg(unix)]
fn fake(machine: &Machine, program: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let folder = machine.sandbox.path("programs");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("git"), program).unwrap();
    std::fs::set_permissions(folder.join("git"), PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

/// What comes of a session of OpenCode's.
#[cfg(unix)]
fn play(machine: &Machine, programs: &Path) -> Value {
    let mut command = machine.sandbox.command("node", &machine.project);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).unwrap()).env("TOLD", machine.sandbox.path("told"));
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/agents/plugin.mjs"));
    command.arg(machine.home(".config/opencode/plugins/git-dream.js")).arg(&machine.project);
    serde_json::from_str(&machine.sandbox.run(command).ok()).unwrap()
}
