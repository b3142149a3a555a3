//! A branch that moves with the working trees that have it checked out, judged by `git status`.

use crate::repo::{commit, file, plan};
use crate::sandbox::Sandbox;
use git_dream::repo::{AdvanceError, Commit, FileChange, MoveError, Oid, Repo};
use std::path::{Path, PathBuf};

/// A repository with two notes and, on nothing yet, a commit that changes one, adds one and deletes one.
struct Memory {
    sandbox: Sandbox,
    dir: PathBuf,
    from: Oid,
    to: Oid,
}

fn learning() -> Commit {
    let gone = FileChange { path: "gone.md".to_owned(), content: None };
    commit("learnt", vec![file("mistakes/a.md", "a\nmore\n"), file("playbooks/b/SKILL.md", "b\n"), gone])
}

impl Memory {
    fn new() -> Memory {
        Memory::with(&[])
    }

    /// The same in a repository that is configured so before anything is checked out.
    fn with(config: &[(&str, &str)]) -> Memory {
        let sandbox = Sandbox::new();
        let dir =
            sandbox.repo("memory", &[("mistakes/a.md", "a\n"), ("gone.md", "g\n"), ("other.md", "o\n")]);
        for (key, value) in config {
            sandbox.git(&dir, &["config", key, value]);
        }
        let repo = Repo::open(&dir).unwrap();
        let from = repo.resolve("main").unwrap().unwrap();
        let to = repo.write(&plan(Some(from), vec![learning()])).unwrap()[0];
        Memory { sandbox, dir, from, to }
    }

    fn repo(&self) -> Repo {
        Repo::open(&self.dir).unwrap()
    }

    fn advance(&self) -> Result<(), AdvanceError> {
        self.repo().advance("main", self.from, self.to, "review: learnt")
    }

    fn status(&self) -> String {
        self.sandbox.git(&self.dir, &["status", "--porcelain"])
    }

    fn main(&self) -> Option<Oid> {
        self.repo().resolve("main").unwrap()
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.dir.join(path)).unwrap()
    }
}

fn blocked(moved: Result<(), AdvanceError>) -> Vec<(String, &'static str)> {
    match moved {
        Err(AdvanceError::InTheWay(blocked)) => {
            blocked.into_iter().map(|blocked| (blocked.path, blocked.why)).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_tree_that_is_on_the_branch_follows_and_what_people_do_elsewhere_stays() {
    let memory = Memory::new();
    let Memory { sandbox, dir, .. } = &memory;
    std::fs::write(dir.join("other.md"), "half written\n").unwrap();
    std::fs::write(dir.join("new.md"), "staged\n").unwrap();
    sandbox.git(dir, &["add", "new.md"]);
    memory.advance().unwrap();
    assert_eq!(memory.status(), "A  new.md\n M other.md");
    assert_eq!(
        (memory.text("mistakes/a.md"), memory.text("playbooks/b/SKILL.md")),
        ("a\nmore\n".into(), "b\n".into())
    );
    assert!(!dir.join("gone.md").exists());
    assert_eq!(sandbox.git(dir, &["reflog", "-1", "--format=%gs", "main"]), "review: learnt");
    sandbox.fsck(dir);
}

#[test]
fn every_tree_follows_from_wherever_the_branch_is_moved_and_the_others_stay() {
    let memory = Memory::new();
    let Memory { sandbox, dir, from, to } = &memory;
    sandbox.git(dir, &["worktree", "add", "--quiet", "-b", "side", "../side"]);
    sandbox.git(dir, &["worktree", "add", "--quiet", "--force", "../twin", "main"]);
    sandbox.git(dir, &["worktree", "add", "--quiet", "--force", "../lost", "main"]);
    std::fs::remove_dir_all(sandbox.path("lost")).unwrap();
    let side = Repo::open(&sandbox.path("side")).unwrap();
    side.advance("main", *from, *to, "x").unwrap();
    let status = |dir: &Path| sandbox.git(dir, &["status", "--porcelain"]);
    assert_eq!([status(dir), status(&sandbox.path("side")), status(&sandbox.path("twin"))], ["", "", ""]);
    assert!(sandbox.path("side").join("gone.md").exists());
    assert!(sandbox.path("twin/playbooks/b/SKILL.md").exists());
    // One that nobody has checked out moves alone.
    sandbox.git(dir, &["branch", "idle", &from.to_string()]);
    memory.repo().advance("idle", *from, *to, "x").unwrap();
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--bare", "memory", "bare.git"]);
    let bare = Repo::open(&sandbox.path("bare.git")).unwrap();
    bare.advance("side", *from, *to, "x").unwrap();
    assert_eq!(
        (memory.repo().resolve("idle").unwrap(), bare.resolve("side").unwrap()),
        (Some(*to), Some(*to))
    );
}

#[test]
fn what_people_have_changed_is_named_and_nothing_moves() {
    type Change = fn(&Sandbox, &Path);
    let table: [(&str, Change, &str, &str); 7] = [
        (
            "edited",
            |_, dir| std::fs::write(dir.join("mistakes/a.md"), "mine\n").unwrap(),
            "mistakes/a.md",
            "changed",
        ),
        (
            "deleted",
            |_, dir| std::fs::remove_file(dir.join("mistakes/a.md")).unwrap(),
            "mistakes/a.md",
            "deleted",
        ),
        (
            "untracked",
            |_, dir| {
                std::fs::create_dir_all(dir.join("playbooks/b")).unwrap();
                std::fs::write(dir.join("playbooks/b/SKILL.md"), "mine\n").unwrap();
            },
            "playbooks/b/SKILL.md",
            "untracked",
        ),
        (
            "a file where a folder goes",
            |_, dir| std::fs::write(dir.join("playbooks"), "").unwrap(),
            "playbooks/b/SKILL.md",
            "untracked",
        ),
        (
            "staged, and put back in the tree",
            |sandbox, dir| {
                std::fs::write(dir.join("mistakes/a.md"), "mine\n").unwrap();
                sandbox.git(dir, &["add", "--all"]);
                std::fs::write(dir.join("mistakes/a.md"), "a\n").unwrap();
            },
            "mistakes/a.md",
            "staged",
        ),
        (
            "said to be unchanged",
            |sandbox, dir| {
                sandbox.git(dir, &["update-index", "--assume-unchanged", "gone.md"]);
                std::fs::write(dir.join("gone.md"), "mine\n").unwrap();
            },
            "gone.md",
            "changed",
        ),
        (
            "ignored",
            |_, dir| {
                std::fs::write(dir.join(".git/info/exclude"), "playbooks\n").unwrap();
                std::fs::create_dir_all(dir.join("playbooks/b")).unwrap();
                std::fs::write(dir.join("playbooks/b/SKILL.md"), "mine\n").unwrap();
            },
            "playbooks/b/SKILL.md",
            "untracked",
        ),
    ];
    for (what, change, path, why) in table {
        let memory = Memory::new();
        change(&memory.sandbox, &memory.dir);
        let before = memory.status();
        let moved = memory.advance();
        let told = moved.as_ref().unwrap_err().to_string();
        assert!(told.contains(path) && told.contains("git stash"), "{what}: {told}");
        assert_eq!(blocked(moved), [(path.to_owned(), why)], "{what}");
        assert_eq!((memory.status(), memory.main()), (before, Some(memory.from)), "{what}");
    }
}

#[test]
fn somebody_elses_move_is_told_from_local_changes() {
    let memory = Memory::new();
    let theirs = memory.sandbox.commit(&memory.dir, &[("mistakes/a.md", "theirs\n")], "Theirs");
    std::fs::write(memory.dir.join("mistakes/a.md"), "mine\n").unwrap();
    match memory.advance() {
        Err(AdvanceError::Refs(MoveError::Lost { found, .. })) => assert_eq!(found, Oid::parse(&theirs)),
        other => panic!("{other:?}"),
    }
    let unrelated = memory.repo().advance("main", Oid::parse(&theirs).unwrap(), memory.to, "x");
    assert!(unrelated.unwrap_err().to_string().contains("not built on"));
}

#[test]
fn a_branch_that_is_being_merged_into_or_rebased_stays() {
    let memory = Memory::new();
    let Memory { sandbox, dir, from, .. } = &memory;
    sandbox.git(dir, &["switch", "--quiet", "-c", "side"]);
    sandbox.commit(dir, &[("other.md", "side\n")], "Side");
    sandbox.git(dir, &["switch", "--quiet", "main"]);
    sandbox.git(dir, &["merge", "--no-commit", "--no-ff", "side"]);
    assert!(memory.advance().unwrap_err().to_string().contains("under way"));
    sandbox.git(dir, &["merge", "--abort"]);
    sandbox.git(dir, &["switch", "--quiet", "--detach"]);
    std::fs::create_dir(dir.join(".git/rebase-merge")).unwrap();
    std::fs::write(dir.join(".git/rebase-merge/head-name"), "refs/heads/main\n").unwrap();
    let told = memory.advance().unwrap_err().to_string();
    assert!(told.contains("a rebase of refs/heads/main"), "{told}");
    assert_eq!(memory.main(), Some(*from));
}

#[test]
fn line_ends_and_executable_bits_are_no_local_changes() {
    let memory = Memory::with(&[("core.autocrlf", "true")]);
    let Memory { sandbox, dir, .. } = &memory;
    std::fs::remove_file(dir.join("mistakes/a.md")).unwrap();
    sandbox.git(dir, &["checkout", "--", "mistakes/a.md"]);
    assert_eq!(memory.text("mistakes/a.md"), "a\r\n");
    memory.advance().unwrap();
    assert_eq!((memory.text("mistakes/a.md").as_str(), memory.status().as_str()), ("a\r\nmore\r\n", ""));

    let memory = Memory::new();
    let Memory { sandbox, dir, .. } = &memory;
    sandbox.git(dir, &["update-index", "--chmod=+x", "other.md"]);
    sandbox.git(dir, &["commit", "--quiet", "-m", "Make it run"]);
    sandbox.git(dir, &["checkout", "--", "other.md"]);
    let repo = memory.repo();
    let base = repo.resolve("main").unwrap().unwrap();
    let next = repo.write(&plan(Some(base), vec![commit("x", vec![file("other.md", "new\n")])])).unwrap()[0];
    repo.advance("main", base, next, "x").unwrap();
    assert_eq!(memory.status(), "");
    assert_eq!(sandbox.git(dir, &["ls-files", "--format=%(objectmode)", "other.md"]), "100755");
}

#[test]
fn a_sparse_checkout_stays_sparse() {
    let memory = Memory::new();
    let Memory { sandbox, dir, .. } = &memory;
    sandbox
        .git(dir, &["sparse-checkout", "set", "--no-cone", "--no-sparse-index", "/other.md", "/playbooks/"]);
    assert!(!dir.join("mistakes/a.md").exists());
    memory.advance().unwrap();
    assert_eq!(memory.status(), "");
    assert!(!dir.join("mistakes/a.md").exists() && dir.join("playbooks/b/SKILL.md").exists());
    assert!(sandbox.git(dir, &["ls-files", "-t"]).contains("S mistakes/a.md"));
    sandbox.git(dir, &["sparse-checkout", "disable"]);
    assert_eq!((memory.text("mistakes/a.md").as_str(), memory.status().as_str()), ("a\nmore\n", ""));
}

/// Leaves a repository as a process does that was killed after it had noted down where the branch goes.
fn leave_a_note(memory: &Memory) {
    let note = serde_json::json!({ "branch": "refs/heads/main", "from": memory.from, "to": memory.to });
    std::fs::create_dir_all(memory.dir.join(".git/dream")).unwrap();
    std::fs::write(memory.dir.join(".git/dream/advance"), note.to_string()).unwrap();
}

#[test]
fn what_a_killed_process_left_is_completed_wherever_it_stopped() {
    for stopped in 0..=4 {
        let memory = Memory::new();
        let Memory { sandbox, dir, from, to } = &memory;
        leave_a_note(&memory);
        if stopped > 0 {
            sandbox.git(dir, &["update-ref", "refs/heads/main", &to.to_string()]);
        }
        // Files are written one by one, the index last.
        if stopped > 1 {
            std::fs::write(dir.join("mistakes/a.md"), if stopped == 2 { "" } else { "a\nmore\n" }).unwrap();
        }
        if stopped > 2 {
            std::fs::remove_file(dir.join("gone.md")).unwrap();
        }
        if stopped > 3 {
            sandbox.git(dir, &["add", "--all"]);
        }
        memory.repo().recover().unwrap();
        let expected = if stopped == 0 { from } else { to };
        assert_eq!((memory.main(), memory.status().as_str()), (Some(*expected), ""), "stopped at {stopped}");
        assert!(!dir.join(".git/dream/advance").exists());
    }
}

#[test]
fn the_lock_of_a_killed_process_is_taken_away_and_nobody_elses() {
    let memory = Memory::new();
    let Memory { sandbox, dir, to, .. } = &memory;
    leave_a_note(&memory);
    sandbox.git(dir, &["update-ref", "refs/heads/main", &to.to_string()]);
    let (lock, ours) = (dir.join(".git/index.lock"), dir.join(".git/index.dream"));
    // As a `git commit` has it while its editor is open.
    std::fs::copy(dir.join(".git/index"), &lock).unwrap();
    let said = format!("{:#}", memory.repo().recover().unwrap_err());
    assert!(said.contains("another git program is at work") && said.contains("index.lock"), "{said}");
    assert!(lock.exists());
    // As a process leaves it that was killed before it put the new index in place.
    std::fs::remove_file(&lock).unwrap();
    std::fs::copy(dir.join(".git/index"), &ours).unwrap();
    std::fs::hard_link(&ours, &lock).unwrap();
    memory.repo().recover().unwrap();
    assert_eq!((memory.main(), memory.status().as_str()), (Some(*to), ""));
    assert!(!lock.exists() && !ours.exists());
}

#[test]
fn what_people_changed_after_the_kill_is_theirs() {
    let memory = Memory::new();
    let Memory { sandbox, dir, to, .. } = &memory;
    leave_a_note(&memory);
    sandbox.git(dir, &["update-ref", "refs/heads/main", &to.to_string()]);
    std::fs::write(dir.join("mistakes/a.md"), "mine\n").unwrap();
    memory.repo().recover().unwrap();
    assert_eq!(memory.text("mistakes/a.md"), "mine\n");
    assert!(dir.join("playbooks/b/SKILL.md").exists() && !dir.join("gone.md").exists());
    // The way out that the documentation names.
    sandbox.git(dir, &["restore", "--staged", "--worktree", "--", "mistakes/a.md"]);
    assert_eq!(memory.status(), "");
}
