//! A memory with a dream that waits, and what people do to review it.

use crate::cli::{FERRY, Mistake, NOW, json, transcripts_of};
use crate::sandbox::{Ran, Sandbox};
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

/// Three mistakes of one cycle, in the order of their notes: ferry, kiln, loom.
pub(crate) const MISTAKES: [Mistake; 3] = [
    FERRY,
    ("kiln fire tiles", "error: the damper is shut", "kiln fire tiles --open-damper"),
    ("loom weave cloth", "error: no shuttle on this side", "loom weave cloth --swap-shuttle"),
];

pub(super) const LATER: &str = "2026-01-06T09:00:00Z";

/// A memory with a dream of three learnings that waits.
pub(super) struct Dreamt {
    pub(super) sandbox: Sandbox,
    pub(super) dir: PathBuf,
    pub(super) branch: String,
    /// Commit, note and title of each, sorted by note.
    pub(super) learnings: Vec<[String; 3]>,
}

impl Dreamt {
    pub(super) fn new() -> Dreamt {
        Dreamt::at("")
    }

    /// The memory lies in this folder of the repository.
    pub(super) fn at(root: &str) -> Dreamt {
        let sandbox = Sandbox::new();
        let dir = sandbox.repo("m", &[("code.rs", "fn main() {}\n")]);
        let init =
            if root.is_empty() { vec!["init", "--quiet"] } else { vec!["init", "--quiet", "--root", root] };
        sandbox.dream(&dir, &init).ok();
        let (branch, learnings) = dream(&sandbox, &dir, "sessions", &MISTAKES);
        assert_eq!(learnings.len(), 3);
        Dreamt { sandbox, dir, branch, learnings }
    }

    pub(super) fn git(&self, line: &str) -> String {
        self.sandbox.git(&self.dir, &line.split(' ').collect::<Vec<_>>())
    }

    pub(super) fn commit(&self, at: usize) -> &str {
        &self.learnings[at][0]
    }

    pub(super) fn note(&self, at: usize) -> &str {
        &self.learnings[at][1]
    }

    pub(super) fn review(&self, args: &[&str]) -> Ran {
        let mut all = vec!["review", "--now", LATER];
        all.extend(args);
        self.sandbox.dream(&self.dir, &all)
    }

    /// Runs an interactive review with these lines typed and this shell command as editor.
    pub(super) fn typed(&self, lines: &str, editor: &str) -> Ran {
        let mut command = self.sandbox.dream_command(&self.dir, &["review", "--interactive", "--now", LATER]);
        command.env("EDITOR", editor).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that quits early does not read to the end.
        let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Verdict and how it came about of each learning, sorted by note.
    pub(super) fn verdicts(&self) -> Vec<(String, String)> {
        let log = json(self.sandbox.dream(&self.dir, &["log", "--json"]));
        let cycles = log["cycles"].as_array().unwrap().iter();
        let learnings = cycles.flat_map(|cycle| cycle["learnings"].as_array().unwrap().clone());
        let mut verdicts: Vec<(String, String, String)> = learnings
            .map(|learnt| {
                ["note", "verdict", "how"].map(|field| learnt[field].as_str().unwrap().to_owned()).into()
            })
            .collect();
        verdicts.sort();
        verdicts.into_iter().map(|(_, verdict, how)| (verdict, how)).collect()
    }

    /// Makes the cycle one that revised the first note, which said `old` before; the rest of it is forgotten.
    pub(super) fn revises(&self, old: &str, new: &str) {
        let (sandbox, note) = (&self.sandbox, self.note(0));
        let message = self.git(&format!("log -1 --format=%B {}", self.commit(0)));
        let base = sandbox.commit(&self.dir, &[(note, old)], "The note as it was");
        self.git("checkout --quiet --detach");
        let tip = sandbox.commit(&self.dir, &[(note, new)], &message);
        self.git(&format!("branch --force {} HEAD", self.branch));
        self.git("checkout --quiet main");
        self.git("worktree add --quiet --detach ../ledger refs/dream/ledger");
        let ledger = sandbox.path("ledger");
        let path = format!("cycles/{}.json", self.branch.trim_start_matches("dream/"));
        let mut record: Value =
            serde_json::from_str(&std::fs::read_to_string(ledger.join(&path)).unwrap()).unwrap();
        let learnings = record["learnings"].as_array_mut().unwrap();
        learnings.retain(|learning| learning["note"] == note);
        learnings[0]["change"] = "revise".into();
        learnings[0]["commit"] = tip.clone().into();
        record["base"] = base.into();
        record["tip"] = tip.into();
        let commit = sandbox.commit(&ledger, &[(&path, &record.to_string())], "ledger");
        self.git(&format!("update-ref refs/dream/ledger {commit}"));
    }

    pub(super) fn has_branch(&self) -> bool {
        !self.git("for-each-ref refs/heads/dream").is_empty()
    }

    pub(super) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.dir.join(path)).unwrap()
    }
}

/// Dreams on sessions with these mistakes, the first ones a day before all others; the branch, and commit, note and title of each learning.
pub(crate) fn dream(
    sandbox: &Sandbox,
    dir: &std::path::Path,
    folder: &str,
    mistakes: &[Mistake],
) -> (String, Vec<[String; 3]>) {
    // Every folder holds other sessions.
    let name = folder.replace(' ', "-");
    let folder = transcripts_of(sandbox, folder, mistakes);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("session-", &format!("{name}-"))).unwrap();
    }
    let now = if name == "sessions" { NOW } else { "2026-01-06T02:00:00Z" };
    let report =
        json(sandbox.dream(dir, &["run", "--json", "--now", now, "--sessions", folder.to_str().unwrap()]));
    let field = |learning: &Value, name: &str| learning[name].as_str().unwrap().to_owned();
    let mut learnings: Vec<[String; 3]> = report["learnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|learning| ["commit", "note", "title"].map(|name| field(learning, name)))
        .collect();
    learnings.sort_by(|a, b| a[1].cmp(&b[1]));
    (field(&report, "branch"), learnings)
}
