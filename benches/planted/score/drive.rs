//! Runs the program under examination, and reads what it leaves behind.

use super::{Note, Outcome};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

/// Names the build under examination: where it lies, what it calls itself, and the first digits of its bytes'
/// BLAKE3, which tell apart two builds of one version.
pub(crate) fn build(binary: &Path) -> Result<String, String> {
    let shown = |error: std::io::Error| format!("{}: {error}", binary.display());
    let printed = Command::new(binary).arg("--version").output().map_err(shown)?;
    let version = String::from_utf8_lossy(&printed.stdout).trim().to_owned();
    let bytes = std::fs::read(binary).map_err(shown)?;
    let digits = blake3::hash(&bytes).to_hex();
    Ok(format!("{version}, build {}, {}", &digits[..12], binary.display()))
}

/// Makes a memory in `<folder>/memory` and lets the program dream on `<folder>/transcripts`.
pub(crate) fn dream(
    binary: &Path,
    folder: &Path,
    pass: &[String],
    settings: &[String],
) -> Result<Outcome, String> {
    let memory = folder.join("memory");
    let home = folder.join("home");
    std::fs::create_dir_all(&home).map_err(|error| error.to_string())?;
    let made = program(binary, folder, &home).arg("init").arg(&memory).output();
    let made = succeeded("git-dream init", made)?;
    change_settings(&memory, &home, settings)?;
    let started = Instant::now();
    let ran = program(binary, &memory, &home)
        .args(["run", "--json", "--now", "2026-01-05T00:00:00Z", "--sessions"])
        .arg(folder.join("transcripts"))
        .args(pass)
        .output();
    let ran = succeeded("git-dream run", ran)?;
    let seconds = started.elapsed().as_secs_f64();
    let mut outcome = outcome(&memory, &home, &ran.stdout)?;
    outcome.seconds = seconds;
    for printed in [made, ran] {
        outcome.bytes.extend(printed.stdout);
        outcome.bytes.extend(printed.stderr);
    }
    Ok(outcome)
}

/// Changes lines of `dream.toml`, where every setting stands commented with its default, and commits that.
fn change_settings(memory: &Path, home: &Path, settings: &[String]) -> Result<(), String> {
    if settings.is_empty() {
        return Ok(());
    }
    let path = memory.join("dream.toml");
    let mut text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    for setting in settings {
        let (key, value) = setting.split_once('=').ok_or_else(|| format!("{setting} is no key=value"))?;
        let stands =
            |line: &&str| line.trim_start_matches('#').trim_start().starts_with(&format!("{key} = "));
        let line = text.lines().find(stands).ok_or_else(|| format!("dream.toml has no {key}"))?.to_owned();
        text = text.replacen(&line, &format!("{key} = {value}"), 1);
    }
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    git(memory, home, &["commit", "--quiet", "-m", "Change settings", "dream.toml"]).map(|_| ())
}

/// The program, in this folder, knowing nothing of the machine it runs on.
fn program(binary: &Path, folder: &Path, home: &Path) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(folder);
    hermetic(&mut command, home);
    command
}

fn hermetic(command: &mut Command, home: &Path) {
    command.env_clear().env("HOME", home).env("LC_ALL", "C").env("GIT_CONFIG_NOSYSTEM", "1");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    for (name, value) in [("NAME", "Exam"), ("EMAIL", "exam@example.org")] {
        command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
}

fn succeeded(what: &str, output: std::io::Result<Output>) -> Result<Output, String> {
    let output = output.map_err(|error| format!("{what}: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!("{what} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr)))
}

fn git(memory: &Path, home: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("git");
    command.current_dir(memory);
    hermetic(&mut command, home);
    succeeded(&format!("git {}", arguments.join(" ")), command.args(arguments).output())
        .map(|output| output.stdout)
}

/// Reads the printed JSON, the notes it names, and every object.
fn outcome(memory: &Path, home: &Path, printed: &[u8]) -> Result<Outcome, String> {
    let report: Value =
        serde_json::from_slice(printed).map_err(|error| format!("the printed JSON: {error}"))?;
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut outcome = Outcome::default();
    for learning in report["learnings"].as_array().into_iter().flatten() {
        let (commit, path) = (text(learning, "commit"), text(learning, "note"));
        let shown = git(memory, home, &["show", &format!("{commit}:{path}")])?;
        outcome.notes.push(Note {
            kind: text(learning, "kind"),
            title: text(learning, "title"),
            text: String::from_utf8_lossy(&shown).into_owned(),
            path,
        });
    }
    if let Some(branch) = report["branch"].as_str() {
        let shown = git(memory, home, &["show", &format!("{branch}:MEMORY.md")]).unwrap_or_default();
        outcome.index = String::from_utf8_lossy(&shown).into_owned();
    }
    outcome.refused =
        report["refused"].as_array().into_iter().flatten().map(|refused| text(refused, "title")).collect();
    outcome.bytes = git(memory, home, &["cat-file", "--batch-all-objects", "--batch", "--unordered"])?;
    Ok(outcome)
}
