//! Killed at any instant, a repository is as before or as after, and the next run ends where an undisturbed one does.
//!
//! [`killed_at_any_instant`] tries that with any command; here it is tried with the smallest one that does what
//! a cycle does: this test binary itself, run as [`one_small_cycle`].

use crate::repo::{commit, dreamer, file, moving, noon, plan};
use crate::sandbox::Sandbox;
use git_dream::ledger::{Addition, CycleRecord, LEDGER, Ledger, Stamp};
use git_dream::repo::Repo;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A source of instants that is the same in every run: xorshift64.
struct Instants(u64);

impl Instants {
    /// A moment before `end`.
    fn before(&mut self, end: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        end.mul_f64((self.0 % 10_000) as f64 / 10_000.0)
    }
}

/// Runs `command` in a copy of the repository `template`, kills it at a random instant, lets git check the
/// repository, runs it again to its end, and compares what `state` then says with what it says after a run that
/// nothing disturbed. Does that `times` times.
///
/// `command` gets the copy and gives a command that succeeds there, also when there is nothing left to do.
pub(crate) fn killed_at_any_instant(
    sandbox: &Sandbox,
    template: &Path,
    times: u32,
    command: impl Fn(&Path) -> Command,
    state: impl Fn(&Path) -> String,
) {
    let run = |dir: &Path| {
        let output = command(dir).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    let undisturbed = copy(sandbox, template, "undisturbed");
    let begun = Instant::now();
    run(&undisturbed);
    // A little beyond the end, so that the last steps are hit as often as the first.
    let span = begun.elapsed().mul_f64(1.1);
    let expected = state(&undisturbed);
    assert!(expected.contains("refs/heads/dream/"), "there is a branch to be lost: {expected}");
    let mut instants = Instants(0x9e37_79b9_7f4a_7c15);
    for time in 0..times {
        let dir = copy(sandbox, template, &format!("killed-{time}"));
        let mut child =
            command(&dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let instant = instants.before(span);
        std::thread::sleep(instant);
        child.kill().unwrap();
        child.wait().unwrap();
        sandbox.fsck(&dir);
        run(&dir);
        assert_eq!(state(&dir), expected, "killed after {instant:?}");
        sandbox.fsck(&dir);
        std::fs::remove_dir_all(&dir).unwrap();
    }
}

fn copy(sandbox: &Sandbox, template: &Path, name: &str) -> std::path::PathBuf {
    let to = sandbox.path(name);
    for entry in walkdir::WalkDir::new(template) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(template).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
    to
}

/// All refs and what they stand on, and every lock file that was left.
pub(crate) fn refs_and_locks(sandbox: &Sandbox, dir: &Path) -> String {
    let locks = walkdir::WalkDir::new(dir.join(".git"))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "lock"));
    let locks: Vec<_> = locks.map(|path| path.display().to_string()).collect();
    format!("{}\n{}", sandbox.git(dir, &["for-each-ref"]), locks.join("\n"))
}

/// This test binary, to run as one test in a folder.
fn itself(sandbox: &Sandbox, test: &str, dir: &Path) -> Command {
    let mut command = sandbox.command(std::env::current_exe().unwrap(), dir);
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    command
}

/// What a cycle does to a repository, in the current folder. No test: the tests below run it as a process.
#[test]
#[ignore = "run as a process by the tests of this file"]
fn one_small_cycle() {
    let repo = Repo::from_environment(Path::new(".")).unwrap();
    repo.recover().unwrap();
    if repo.resolve("dream/1").unwrap().is_some() {
        return;
    }
    let base = repo.resolve("main").unwrap();
    let learnings =
        (0..5).map(|n| commit(&format!("mistake: {n}"), vec![file(&format!("mistakes/{n}.md"), "x")]));
    let written = repo.write(&plan(base, learnings.collect())).unwrap();
    let ledger = Ledger::open(&repo).unwrap();
    let record = CycleRecord { cycle: "1".to_owned(), ..CycleRecord::default() };
    let addition = Addition { cycle: "1", digests: &[], outcomes: &[], record: Some(&record) };
    let added = ledger.append(&addition, &Stamp { identity: dreamer(), at: noon() }).unwrap();
    let mut moves = vec![
        moving("refs/heads/dream/1", None, written.last().copied()),
        moving(LEDGER, ledger.tip(), Some(added)),
    ];
    moves.extend(ledger.inboxes().iter().map(|(name, tip)| moving(name, Some(*tip), None)));
    repo.move_refs(&moves).unwrap();
}

#[test]
fn a_killed_cycle_leaves_a_whole_repository() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[("MEMORY.md", "# Memory\n")]);
    for inbox in ["ann", "bob"] {
        sandbox.git(&dir, &["update-ref", &format!("refs/dream/inbox/{inbox}"), "main"]);
    }
    sandbox.git(&dir, &["pack-refs", "--all"]);
    let cycle = |dir: &Path| itself(&sandbox, "kill::one_small_cycle", dir);
    killed_at_any_instant(&sandbox, &dir, 40, cycle, |dir| refs_and_locks(&sandbox, dir));
}

#[test]
fn inside_a_hook_the_repository_is_the_one_that_git_names() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[("MEMORY.md", "# Memory\n")]);
    let other = sandbox.repo("other", &[]);
    let mut cycle = itself(&sandbox, "kill::one_small_cycle", &other);
    assert!(cycle.env("GIT_DIR", dir.join(".git")).output().unwrap().status.success());
    assert_eq!(sandbox.git(&dir, &["branch", "--list", "dream/*"]).trim(), "dream/1");
    assert_eq!(sandbox.git(&other, &["branch", "--list", "dream/*"]), "");
}

/// Moves two refs to and fro for ever, in the current folder, making and deleting a third.
#[test]
#[ignore = "run as a process by the tests of this file"]
fn move_refs_for_ever() {
    let repo = Repo::from_environment(Path::new(".")).unwrap();
    println!("ready");
    let ends = ["main", "other"].map(|name| repo.resolve(name).unwrap());
    loop {
        let at = repo.resolve("refs/dream/a").unwrap();
        let to = if at == ends[0] { ends[1] } else { ends[0] };
        let third = repo.resolve("refs/dream/c/d").unwrap();
        let moves = [
            moving("refs/dream/a", at, to),
            moving("refs/dream/c/d", third, if third.is_some() { None } else { to }),
            moving("refs/dream/b", at, to),
        ];
        repo.move_refs(&moves).unwrap();
    }
}

#[test]
fn refs_that_move_together_are_together_after_any_kill() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[("MEMORY.md", "# Memory\n")]);
    sandbox.git(&dir, &["branch", "other"]);
    sandbox.commit(&dir, &[("MEMORY.md", "# More\n")], "More");
    let mut instants = Instants(7);
    for _ in 0..40 {
        let mut child = itself(&sandbox, "kill::move_refs_for_ever", &dir);
        let mut child = child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().contains("ready")));
        std::thread::sleep(instants.before(Duration::from_millis(30)));
        child.kill().unwrap();
        child.wait().unwrap();
        let repo = Repo::open(&dir).unwrap();
        repo.recover().unwrap();
        let at = repo.resolve("refs/dream/a").unwrap();
        assert_eq!(at, repo.resolve("refs/dream/b").unwrap());
        let ends = ["main", "other"].map(|name| repo.resolve(name).unwrap());
        assert_eq!(repo.resolve("refs/dream/c/d").unwrap().is_some(), at == ends[0] && at.is_some());
        assert!(refs_and_locks(&sandbox, &dir).ends_with('\n'), "{}", refs_and_locks(&sandbox, &dir));
    }
    sandbox.fsck(&dir);
}
