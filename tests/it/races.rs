//! Everything at once: two dreams on the same new sessions, a person who reviews or merges, a push to a bare remote.
//!
//! A few rounds are run here; `GIT_DREAM_RACES=100` runs a hundred. Each round has a mistake of its own, so that what
//! is lost or proposed twice shows by its name.

use crate::cli::{NOW, transcripts_of};
use crate::sandbox::{Ran, Sandbox};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How many rounds are run where nobody asks for more.
const ROUNDS: usize = 4;

/// A repository with a remote, and what people have accepted so far.
struct Shared {
    sandbox: Sandbox,
    dir: PathBuf,
    remote: PathBuf,
    /// Notes that people have taken.
    accepted: Vec<String>,
    /// How often a program said that somebody else was first.
    lost: usize,
}

impl Shared {
    fn new() -> Shared {
        let sandbox = Sandbox::new();
        let dir = sandbox.repo("m", &[]);
        sandbox.dream(&dir, &["init", "--quiet"]).ok();
        let remote = sandbox.path("remote.git");
        sandbox.git(
            &sandbox.path(""),
            &["init", "--quiet", "--bare", "--initial-branch=main", remote.to_str().unwrap()],
        );
        sandbox.git(&dir, &["remote", "add", "origin", remote.to_str().unwrap()]);
        Shared { sandbox, dir, remote, accepted: Vec::new(), lost: 0 }
    }

    fn dream(&self, folder: &Path) -> Ran {
        self.sandbox
            .dream(&self.dir, &["run", "--json", "--now", NOW, "--sessions", folder.to_str().unwrap()])
    }

    /// The dream branches that are open, with the notes on each.
    fn open(&self) -> Vec<(String, Vec<String>)> {
        let names = ["for-each-ref", "--format=%(refname:short)", "refs/heads/dream"];
        let notes = |branch: &str| {
            let range = format!("main...{branch}");
            let touched = self.sandbox.git(&self.dir, &["diff", "--name-only", &range]);
            touched.lines().filter(|path| path.contains('/')).map(str::to_owned).collect()
        };
        let open = self.sandbox.git(&self.dir, &names);
        open.lines().map(|branch| (branch.to_owned(), notes(branch))).collect()
    }

    /// Takes every branch that is open, with plain git; gives the notes that came with it.
    fn merge(&self) -> Vec<String> {
        let open = self.open();
        for (branch, _) in &open {
            // Two branches that began at one commit both have an index.
            let merge = ["merge", "--quiet", "--no-ff", "--no-edit", "-X", "theirs", branch];
            self.sandbox.git(&self.dir, &merge);
            self.sandbox.git(&self.dir, &["branch", "--quiet", "-D", branch]);
        }
        open.into_iter().flat_map(|(_, notes)| notes).collect()
    }

    /// Accepts everything that waits in a review; gives the notes, or none if somebody else was first.
    fn review(&self) -> (Ran, Vec<String>) {
        let waits: Vec<String> = self.open().into_iter().flat_map(|(_, notes)| notes).collect();
        let ran = self.sandbox.dream(&self.dir, &["review", "--accept", "all", "--now", NOW]);
        let accepted = if ran.status == 0 { waits } else { Vec::new() };
        (ran, accepted)
    }

    /// Pushes what there is; the refs may move while they are read, and then git says so.
    fn push(&self) -> Ran {
        let refs = ["+refs/heads/*:refs/heads/*", "+refs/dream/*:refs/dream/*"];
        self.sandbox.try_git(&self.dir, &[&["push", "--quiet", "origin"][..], &refs].concat())
    }

    /// One round: sessions that nobody has seen, and everybody at once.
    fn round(&mut self, number: usize) {
        let folder = sessions(&self.sandbox, number);
        let (one, other, review, accepted, pushed) = std::thread::scope(|scope| {
            let one = scope.spawn(|| self.dream(&folder));
            let other = scope.spawn(|| self.dream(&folder));
            let pushed = scope.spawn(|| self.push());
            let (review, accepted) = match number % 2 {
                0 => (None, self.merge()),
                _ => {
                    let (ran, accepted) = self.review();
                    (Some(ran), accepted)
                }
            };
            (one.join().unwrap(), other.join().unwrap(), review, accepted, pushed.join().unwrap())
        });
        self.accepted.extend(accepted);
        assert!(pushed.status == 0 || !pushed.stderr.contains("fatal: "), "round {number}: {pushed:#?}");
        let programs = [Some(&one), Some(&other), review.as_ref()];
        for ran in programs.into_iter().flatten().filter(|ran| ran.status != 0) {
            assert_eq!(ran.status, 3, "round {number}: {ran:#?}");
            assert!(ran.stderr.contains("moved by somebody else"), "round {number}: {ran:#?}");
            self.lost += 1;
        }
        assert!(programs.iter().flatten().any(|ran| ran.status == 0), "round {number}: nobody wins");
        // Who lost runs again, as it was told to; then nothing is left to say.
        let _ = self.dream(&folder).ok();
        let again: Value = serde_json::from_str(&self.dream(&folder).ok()).unwrap();
        assert!(again["branch"].is_null() && again["sessions"]["new"] == 0, "round {number}: {again:#}");
    }

    fn check(&mut self, rounds: usize) {
        let git = |args: &[&str]| self.sandbox.git(&self.dir, args);
        let mut sessions: BTreeMap<String, usize> = BTreeMap::new();
        for line in git(&["grep", "-h", "", "refs/dream/ledger", "--", "sessions"]).lines() {
            *sessions.entry(line.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        assert_eq!(sessions.len(), rounds * 5, "every session is in the ledger");
        assert!(sessions.values().all(|times| *times == 1), "and once: {sessions:#?}");
        let log: Value =
            serde_json::from_str(&self.sandbox.dream(&self.dir, &["log", "--json"]).ok()).unwrap();
        let cycles = log["cycles"].as_array().unwrap();
        let learnings: Vec<&Value> =
            cycles.iter().flat_map(|cycle| cycle["learnings"].as_array().unwrap()).collect();
        let mut proposed: BTreeMap<&str, usize> = BTreeMap::new();
        for learning in learnings {
            *proposed.entry(learning["note"].as_str().unwrap()).or_default() += 1;
            assert_eq!(learning["verdict"], "merged", "all of it was taken: {learning:#}");
            self.accepted.push(learning["note"].as_str().unwrap().to_owned());
        }
        assert_eq!(proposed.len(), rounds, "{log:#}");
        assert!(proposed.values().all(|times| *times == 1), "nothing is proposed twice: {log:#}");
        let accepted = std::mem::take(&mut self.accepted);
        for note in accepted {
            assert!(!self.sandbox.git(&self.dir, &["show", &format!("main:{note}")]).is_empty());
        }
        assert_eq!(self.push().status, 0);
        let refs = |dir: &Path| {
            self.sandbox
                .git(dir, &["for-each-ref", "--format=%(objectname)", "refs/heads/main", "refs/dream"])
        };
        assert_eq!(refs(&self.dir), refs(&self.remote));
        self.sandbox.fsck(&self.dir);
        self.sandbox.fsck(&self.remote);
        let lies_about = |name: &str| self.dir.join(".git/dream").join(name).exists();
        assert!(!lies_about("intent") && !lies_about("advance"), "nothing is left half done");
    }
}

/// Sessions that make a mistake of their own.
fn sessions(sandbox: &Sandbox, round: usize) -> PathBuf {
    const SYLLABLES: [&str; 10] = ["bar", "den", "fol", "gim", "hup", "jat", "kes", "lor", "mun", "rip"];
    let word =
        format!("{}{}{}", SYLLABLES[round % 10], SYLLABLES[round / 10 % 10], SYLLABLES[(round * 7 + 3) % 10]);
    let (fails, error, works) = (
        format!("{word} fire tiles"),
        format!("error: the {word} damper is shut"),
        format!("{word} fire tiles --open-{word}"),
    );
    let folder = transcripts_of(sandbox, &format!("round-{round}"), &[(&fails, &error, &works)]);
    for file in std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()) {
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replace("session-", &format!("{word}-session-"))).unwrap();
    }
    folder
}

#[test]
fn whoever_comes_at_once_loses_nothing_and_doubles_nothing() {
    let asked = std::env::var("GIT_DREAM_RACES").ok().and_then(|rounds| rounds.parse().ok());
    let rounds: usize = asked.unwrap_or(ROUNDS);
    let mut shared = Shared::new();
    for number in 0..rounds {
        shared.round(number);
    }
    let merged = shared.merge();
    shared.accepted.extend(merged);
    shared.check(rounds);
    if asked.is_none() {
        println!("{rounds} rounds; GIT_DREAM_RACES=100 runs a hundred");
    }
    println!("{} times somebody else was first", shared.lost);
}
