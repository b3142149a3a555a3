//! The memory tool as agents use it: what they write waits for people, whatever they try.

mod elsewhere;
mod hostile;

use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};

const NOW: &str = "2026-02-01T00:00:00Z";

const TABS: &str = "---\nname: tabs\ndescription: Use tabs in Go files.\nkind: preference\nscope: team\nstatus: active\nsince: \"2026-01-05\"\n---\n\n# Tabs\n\nUse tabs in Go files.\n";

/// A memory with a note of people's.
fn memory(sandbox: &Sandbox) -> PathBuf {
    let dir = sandbox.repo("memory", &[("README.md", "x\n")]);
    sandbox.dream(&dir, &["init"]).ok();
    sandbox.commit(&dir, &[("preferences/tabs.md", TABS)], "Tabs");
    dir
}

/// The tool at work for an agent.
struct Tool {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Tool {
    fn of(sandbox: &Sandbox, dir: &Path, agent: &str) -> Tool {
        let mut command = sandbox.dream_command(dir, &["memory-tool", "--agent", agent, "--now", NOW]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Tool { process, output }
    }

    fn line(&mut self, line: &[u8]) -> (String, bool) {
        let input = self.process.stdin.as_mut().unwrap();
        input.write_all(line).unwrap();
        input.write_all(b"\n").unwrap();
        input.flush().unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer:?}"));
        assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
        (answer["content"].as_str().unwrap().to_owned(), answer["is_error"].as_bool().unwrap())
    }

    fn ask(&mut self, asked: Value) -> (String, bool) {
        self.line(asked.to_string().as_bytes())
    }

    #[track_caller]
    fn ok(&mut self, asked: Value) -> String {
        let (said, is_error) = self.ask(asked);
        assert!(!is_error, "{said}");
        said
    }

    #[track_caller]
    fn refused(&mut self, asked: Value) -> String {
        let (said, is_error) = self.ask(asked);
        assert!(is_error, "{said}");
        said
    }

    fn view(&mut self, path: &str) -> String {
        self.ok(json!({"command": "view", "path": path}))
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

fn create(path: &str, text: &str) -> Value {
    json!({"command": "create", "path": path, "file_text": text})
}

fn delete(path: &str) -> Value {
    json!({"command": "delete", "path": path})
}

fn branches(sandbox: &Sandbox, dir: &Path) -> Vec<String> {
    let listed = sandbox.git(dir, &["for-each-ref", "--format=%(refname:short)", "refs/heads/dream/"]);
    listed.lines().map(str::to_owned).collect()
}

#[track_caller]
fn branch(sandbox: &Sandbox, dir: &Path) -> String {
    let [only] = <[String; 1]>::try_from(branches(sandbox, dir)).unwrap();
    only
}

#[test]
fn what_an_agent_writes_waits_for_people_and_is_there_again_when_they_took_it() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    let before = sandbox.git(&dir, &["rev-parse", "main"]);
    let mut tool = Tool::of(&sandbox, &dir, "Claude Code");
    tool.ok(create("/memories/notes.md", "# Build\n\nUse `just build`.\n"));
    tool.ok(create("/memories/errors/flaky.md", "The upload test fails on Mondays.\n"));
    tool.ok(json!({"command": "str_replace", "path": "/memories/preferences/tabs.md",
        "old_str": "# Tabs", "new_str": "# Tabs, always"}));
    let branch = branch(&sandbox, &dir);
    assert!(branch.starts_with("dream/2026-02-01-agent-claude-code-"), "{branch}");
    assert_eq!(sandbox.git(&dir, &["rev-parse", "main"]), before);
    assert_eq!(sandbox.git(&dir, &["status", "--porcelain"]), "", "no working tree is touched");
    let subjects = sandbox.git(&dir, &["log", "--format=%s", &format!("main..{branch}")]);
    assert_eq!(
        subjects.lines().collect::<Vec<_>>(),
        [
            "index: bring MEMORY.md in step with 3 notes",
            "preference: Use tabs in Go files.",
            "preference: Build: Use `just build`.",
            "mistake: The upload test fails on Mondays.",
        ]
    );
    let trailers = "%(trailers:key=Dream-Grade,key=Dream-Engine,key=Dream-Change,valueonly,separator=%x2C)";
    let said = sandbox.git(&dir, &["log", "-2", "--skip=1", &format!("--format={trailers}"), &branch]);
    assert_eq!(said, "revise,suggested,agent/claude-code\nadd,suggested,agent/claude-code");
    let checked = sandbox.dream(&dir, &["check", &format!("main..{branch}")]);
    assert_eq!(checked.status, 0, "{checked:#?}");
    let status = sandbox.dream(&dir, &["status"]).ok();
    assert!(status.contains("3 pending") && status.contains("suggested"), "{status}");

    // One is taken, one is refused, one goes on waiting.
    let json = sandbox.dream(&dir, &["review", "--json"]).ok();
    assert!(json.contains("agents/claude-code/preferences/notes.md"), "{json}");
    let reviewed = sandbox.dream(
        &dir,
        &[
            "review",
            "--accept",
            "agents/claude-code/preferences/notes.md",
            "--reject",
            "agents/claude-code/mistakes/errors-flaky.md=it is mended",
            "--now",
            NOW,
        ],
    );
    assert_eq!(reviewed.status, 0, "{reviewed:#?}");
    assert!(tool.view("/memories/notes.md").ends_with("     3\tUse `just build`.\n     4\t"));
    assert!(
        tool.refused(json!({"command": "view", "path": "/memories/errors/flaky.md"})).contains("not exist")
    );
    assert!(tool.view("/memories/preferences/tabs.md").contains("Tabs, always"), "what waits is still seen");
    let again = tool.refused(create("/memories/other.md", "the upload test FAILS on mondays"));
    assert!(again.contains("people have refused this in the same words"), "{again}");
    tool.ok(create("/memories/other.md", "The upload test fails on Tuesdays."));
    assert_eq!(branches(&sandbox, &dir).len(), 2, "what people have begun to decide on is theirs");

    let log = sandbox.dream(&dir, &["log"]).ok();
    for word in ["merged", "rejected", "pending", "it is mended"] {
        assert!(log.contains(word), "{word}: {log}");
    }
    let why = sandbox.dream(&dir, &["why", "agents/claude-code/preferences/notes.md"]).ok();
    assert!(why.contains("The agent claude-code wrote this") && why.contains("suggested"), "{why}");

    // A branch that is deleted is an answer, too: its words do not come back.
    for branch in branches(&sandbox, &dir) {
        sandbox.git(&dir, &["branch", "-D", &branch]);
    }
    assert!(tool.refused(create("/memories/o.md", "The upload test fails on Tuesdays.")).contains("refused"));
    assert!(!tool.view("/memories/preferences/tabs.md").contains("always"));
    tool.ok(delete("/memories/notes.md"));
    let archived = sandbox.git(&dir, &["ls-tree", "-r", "--name-only", &branches(&sandbox, &dir)[0]]);
    assert!(archived.contains("archive/agents/claude-code/preferences/notes.md"), "{archived}");
    assert!(!archived.lines().any(|path| path == "agents/claude-code/preferences/notes.md"));
    sandbox.fsck(&dir);
}

#[test]
fn people_go_on_while_an_agent_writes() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    let mut tool = Tool::of(&sandbox, &dir, "a");
    tool.ok(json!({"command": "insert", "path": "/memories/preferences/tabs.md", "insert_line": 12,
        "insert_text": "In templates, too."}));
    let mended = TABS.replace("# Tabs", "# Tabs and spaces");
    sandbox.commit(&dir, &[("preferences/tabs.md", &mended)], "Say what it is about");
    tool.ok(create("/memories/x.md", "One thing."));
    let branch = branch(&sandbox, &dir);
    assert_eq!(
        sandbox.git(&dir, &["merge-base", "main", &branch]),
        sandbox.git(&dir, &["rev-parse", "main"])
    );
    let both = tool.view("/memories/preferences/tabs.md");
    assert!(both.contains("Tabs and spaces") && both.contains("In templates, too."), "{both}");
    // The same lines: the branch stays where it is, and the review shows both.
    let other = mended.replace("Use tabs in Go files.\n", "Use tabs, in Go.\n");
    sandbox.commit(&dir, &[("preferences/tabs.md", &other)], "Reword");
    tool.ok(create("/memories/y.md", "Another thing."));
    assert_eq!(branches(&sandbox, &dir), [branch]);
    // What is put back as it was is no change, and an empty branch is none.
    for path in ["/memories/x.md", "/memories/y.md"] {
        tool.ok(delete(path));
    }
    let waits = sandbox.dream(&dir, &["review", "--json"]).ok();
    assert!(waits.contains("preferences/tabs.md") && !waits.contains("/x.md"), "{waits}");
    sandbox.fsck(&dir);
}

#[test]
fn two_agents_write_at_once_and_lose_nothing() {
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox);
    std::thread::scope(|scope| {
        for agent in ["a", "b"] {
            let (sandbox, dir) = (&sandbox, &dir);
            scope.spawn(move || {
                let mut tool = Tool::of(sandbox, dir, agent);
                for number in 0..6 {
                    tool.ok(create(
                        &format!("/memories/n{number}.md"),
                        &format!("Rule {number} of {agent}."),
                    ));
                }
            });
        }
    });
    let found = branches(&sandbox, &dir);
    assert_eq!(found.len(), 2, "{found:?}");
    for branch in &found {
        let changed = sandbox.git(&dir, &["diff", "--name-only", "main", branch]);
        assert_eq!(changed.lines().filter(|path| path.starts_with("agents/")).count(), 6, "{changed}");
    }
    // The same agent twice at once writes on one branch.
    std::thread::scope(|scope| {
        for half in 0..2 {
            let (sandbox, dir) = (&sandbox, &dir);
            scope.spawn(move || {
                let mut tool = Tool::of(sandbox, dir, "c");
                for number in 0..4 {
                    tool.ok(create(
                        &format!("/memories/h{half}-{number}.md"),
                        &format!("Half {half} rule {number}."),
                    ));
                }
            });
        }
    });
    let of_c: Vec<String> =
        branches(&sandbox, &dir).into_iter().filter(|name| !found.contains(name)).collect();
    let [of_c] = of_c.as_slice() else { panic!("{of_c:?}") };
    let changed = sandbox.git(&dir, &["diff", "--name-only", "main", of_c]);
    assert_eq!(changed.lines().filter(|path| path.starts_with("agents/c/")).count(), 8, "{changed}");
    sandbox.fsck(&dir);
}

#[test]
fn who_uses_it_wrongly_is_told() {
    let sandbox = Sandbox::new();
    let nowhere = sandbox.path("");
    let code = sandbox.repo("code", &[("a", "b\n")]);
    for dir in [&nowhere, &code] {
        let ran = sandbox.dream(dir, &["memory-tool", "--agent", "a"]);
        assert_eq!(ran.status, 2, "{ran:#?}");
        assert!(ran.stderr.contains("no memory here") && ran.stdout.is_empty(), "{ran:#?}");
    }
    let dir = memory(&sandbox);
    for arguments in [&["memory-tool"][..], &["memory-tool", "--agent", "../.."]] {
        assert_eq!(sandbox.dream(&dir, arguments).status, 2, "{arguments:?}");
    }
    assert_eq!(sandbox.dream(&dir, &["memory-tool", "--agent", "a"]).ok(), "");
}

#[test]
fn the_vendors_own_tool_says_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/vendor-sdk/bin/python");
    if !python.exists() {
        println!("skipped: {} is not there; .ci/run installs it", python.display());
        return;
    }
    let sandbox = Sandbox::new();
    let page = std::fs::read_to_string(root.join("docs/memory-tool.md")).unwrap();
    let example = page.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let file = sandbox.path("example.py");
    std::fs::write(&file, example).unwrap();
    for seed in ["1", "2"] {
        let dir = sandbox.repo(&format!("memory-{seed}"), &[("dream.toml", "")]);
        let mut command = sandbox.command(&python, &dir);
        command
            .arg(root.join("tests/it/memory_tool/peer.py"))
            .arg(&file)
            .arg(env!("CARGO_BIN_EXE_git-dream"));
        command.arg(&dir).arg(seed);
        let ran = sandbox.run(command);
        assert!(ran.status == 0 && ran.stdout.contains("commands done alike"), "{}", ran.stderr);
        assert_eq!(sandbox.dream(&dir, &["check", &format!("main..{}", branch(&sandbox, &dir))]).status, 0);
        let noted = walkdir::WalkDir::new(sandbox.path("home/.local/share/git-dream/usage")).into_iter();
        assert!(
            noted.filter_map(Result::ok).any(|entry| entry.file_type().is_file()),
            "what it opened is noted"
        );
    }
}
