//! What is said at the calls of held-out runs.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A run, as it stands in the file, and what happened in it.
struct Run {
    line: String,
    trial: i64,
    calls: Vec<Call>,
}

struct Call {
    tool: String,
    arguments: Value,
    result: String,
}

/// An error: the tool, and what it said without its values.
type Template = (String, String);

impl Call {
    /// Its error, if it failed.
    fn error(&self) -> Option<Template> {
        self.result.starts_with("Error").then(|| (self.tool.clone(), without_values(&self.result)))
    }
}

/// What came of the calls of held-out runs.
#[derive(Default)]
struct Score {
    failing: u32,
    /// Their error was seen in what was learnt from; and is in a note.
    seen: u32,
    noted: u32,
    /// The first note is about it; another one was shown.
    right: u32,
    wrong: u32,
    succeeding: u32,
    silent: u32,
}

impl Score {
    fn print(&self, name: &str) {
        let share = |part: u32, of: u32| {
            format!("{part}/{of} {:.1} %", 100.0 * f64::from(part) / f64::from(of.max(1)))
        };
        println!(
            "{name:<22} {:>8} {:>16} {:>16} {:>8} {:>17}",
            self.failing,
            share(self.right, self.seen),
            share(self.right, self.noted),
            self.wrong,
            share(self.silent, self.succeeding),
        );
    }

    fn add(&mut self, other: &Score) {
        self.failing += other.failing;
        self.seen += other.seen;
        self.noted += other.noted;
        self.right += other.right;
        self.wrong += other.wrong;
        self.succeeding += other.succeeding;
        self.silent += other.silent;
    }
}

pub(crate) fn measure(folder: &Path) {
    let runs = read(folder);
    let trials: BTreeSet<i64> = runs.iter().map(|run| run.trial).collect();
    println!(
        "{:<22} {:>8} {:>16} {:>16} {:>8} {:>17}",
        "held out", "failing", "of seen: right", "of noted: right", "wrong", "well: silent"
    );
    let mut all = Score::default();
    for held in &trials {
        let (learnt_from, rest): (Vec<&Run>, Vec<&Run>) = runs.iter().partition(|run| run.trial != *held);
        let score = told(&learnt_from, &rest);
        score.print(&format!("trial {held}"));
        all.add(&score);
    }
    all.print("each trial in turn");
    if trials.len() < 4 {
        let all: Vec<&Run> = runs.iter().collect();
        told(&all, &all).print("all, none held out");
        println!(
            "there is no fourth trial here, so fewer runs are learnt from than its figure would rest on"
        );
    }
}

/// What is said at the calls of runs, by notes that were learnt from others.
fn told(learnt_from: &[&Run], rest: &[&Run]) -> Score {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sessions.jsonl");
    let lines: String = learnt_from.iter().map(|run| format!("{}\n", run.line)).collect();
    std::fs::write(&file, lines).unwrap();
    let memory = dir.path().join("memory");
    own(dir.path(), dir.path(), &["init", memory.to_str().unwrap()], "");
    let sessions = file.to_str().unwrap();
    let report = own(
        &memory,
        dir.path(),
        &["run", "--json", "--now", "2026-01-05T00:00:00Z", "--sessions", sessions],
        "",
    );
    let report: Value = serde_json::from_str(&report).unwrap();
    let mut merge = Command::new("git");
    merge.arg("-C").arg(&memory).args(["-c", "user.name=Bench", "-c", "user.email=bench@localhost"]);
    merge.args(["merge", "--quiet"]).arg(report["branch"].as_str().unwrap());
    assert!(merge.status().unwrap().success());
    let notes = notes(&memory);
    let seen: BTreeSet<Template> =
        learnt_from.iter().flat_map(|run| &run.calls).filter_map(Call::error).collect();
    let mut score = Score::default();
    for (number, call) in rest.iter().flat_map(|run| &run.calls).enumerate() {
        let said = hook(&memory, dir.path(), number, call);
        let Some(error) = call.error() else {
            score.succeeding += 1;
            score.silent += u32::from(said.is_empty());
            continue;
        };
        score.failing += 1;
        if !seen.contains(&error) {
            continue;
        }
        score.seen += 1;
        score.noted += u32::from(notes.values().any(|note| is_about(note, &error)));
        // The first note that is named is the first that is said.
        let first = notes
            .iter()
            .filter_map(|(path, note)| Some((said.find(path.as_str())?, note)))
            .min_by_key(|(at, _)| *at);
        match first {
            Some((_, note)) if is_about(note, &error) => score.right += 1,
            Some(_) => score.wrong += 1,
            None => {}
        }
    }
    score
}

/// What the hook says of a call, in a session that it has not heard of.
fn hook(memory: &Path, home: &Path, session: usize, call: &Call) -> String {
    let told = json!({
        "session_id": format!("bench-{session}"), "cwd": memory, "hook_event_name": "PostToolUse",
        "tool_name": call.tool, "tool_input": call.arguments, "tool_response": call.result,
    });
    own(memory, home, &["hook", "PostToolUse"], &told.to_string())
}

fn own(dir: &Path, home: &Path, arguments: &[&str], told: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_git-dream"));
    command
        .current_dir(dir)
        .args(arguments)
        .env("HOME", home)
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CONFIG_HOME");
    // What is said is measured here, and how fast is below.
    command.env("GIT_DREAM_HOOK_DEADLINE", "10000");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(told.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The mistakes of a memory by their paths.
fn notes(memory: &Path) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(memory.join("mistakes")).unwrap().map(|entry| entry.unwrap());
    files
        .map(|entry| {
            let name = format!("mistakes/{}", entry.file_name().to_string_lossy());
            (name, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// Whether a note names the tool and quotes what is this error without its values.
fn is_about(note: &str, (tool, error): &Template) -> bool {
    note.contains(&format!("`{tool}`")) && note.split('`').any(|quoted| without_values(quoted) == *error)
}

/// What holds a digit becomes `#`, and so does a placeholder.
fn without_values(text: &str) -> String {
    let word = |word: &str| match word.contains(|c: char| c.is_ascii_digit()) || word.contains('<') {
        true => "#".to_owned(),
        false => word.to_owned(),
    };
    text.split(|c: char| c.is_whitespace() || c == ',')
        .filter(|part| !part.is_empty())
        .map(word)
        .collect::<Vec<_>>()
        .join(" ")
}

fn read(folder: &Path) -> Vec<Run> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "jsonl"));
    files.sort();
    let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
    texts.flat_map(|text| text.lines().map(run).collect::<Vec<_>>()).collect()
}

fn run(line: &str) -> Run {
    let value: Value = serde_json::from_str(line).unwrap();
    let mut asked: BTreeMap<String, (String, Value)> = BTreeMap::new();
    let mut calls = Vec::new();
    for message in value["traj"].as_array().unwrap() {
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let arguments =
                serde_json::from_str(&text(&call["function"]["arguments"])).unwrap_or(Value::Null);
            asked.insert(text(&call["id"]), (text(&call["function"]["name"]), arguments));
        }
        if message["role"] == "tool" {
            let id = message["tool_call_id"].as_str().unwrap_or_default();
            if let Some((tool, arguments)) = asked.get(id).cloned() {
                let result = message["content"].as_str().unwrap_or_default().to_owned();
                calls.push(Call { tool, arguments, result });
            }
        }
    }
    Run { line: line.to_owned(), trial: value["trial"].as_i64().unwrap(), calls }
}
