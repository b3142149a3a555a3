//! The door to git, judged by git itself.

use crate::sandbox::Sandbox;
use git_dream::repo::{Commit, FileChange, Identity, Oid, Plan, RefMove, Repo, Signing};

/// The time that all commits of these tests carry.
pub(crate) fn noon() -> jiff::Timestamp {
    "2026-01-02T12:00:00Z".parse().unwrap()
}

pub(crate) fn dreamer() -> Identity {
    Identity { name: "git-dream".to_owned(), email: "git-dream@localhost".to_owned() }
}

pub(crate) fn file(path: &str, content: &str) -> FileChange {
    FileChange { path: path.to_owned(), content: Some(content.as_bytes().to_vec()) }
}

fn deletion(path: &str) -> FileChange {
    FileChange { path: path.to_owned(), content: None }
}

pub(crate) fn commit(message: &str, changes: Vec<FileChange>) -> Commit {
    Commit { message: message.to_owned(), changes }
}

pub(crate) fn plan(base: Option<Oid>, commits: Vec<Commit>) -> Plan {
    Plan { base, identity: dreamer(), at: noon(), signing: Signing::AsConfigured, commits }
}

pub(crate) fn moving(name: &str, from: Option<Oid>, to: Option<Oid>) -> RefMove {
    RefMove { name: name.to_owned(), from, to, reason: "dream: a test".to_owned() }
}

/// The commits that a plan of learnings makes on `main`, and a branch on the last one.
fn dream(repo: &Repo, branch: &str, commits: Vec<Commit>) -> Vec<Oid> {
    let written = repo.write(&plan(repo.resolve("main").unwrap(), commits)).unwrap();
    repo.move_refs(&[moving(&format!("refs/heads/{branch}"), None, written.last().copied())]).unwrap();
    written
}

#[test]
fn git_sees_the_commits_as_planned_and_nothing_else_changed() {
    let sandbox = Sandbox::new();
    let dir = sandbox
        .repo("memory", &[("MEMORY.md", "# Memory\n"), ("mistakes/old.md", "old\n"), ("run.sh", "a\n")]);
    sandbox.git(&dir, &["update-index", "--chmod=+x", "run.sh"]);
    sandbox.git(&dir, &["commit", "--quiet", "-m", "Make it run"]);
    std::fs::write(dir.join("MEMORY.md"), "half written\n").unwrap();
    std::fs::write(dir.join("staged.md"), "staged\n").unwrap();
    sandbox.git(&dir, &["add", "staged.md"]);
    let before =
        (sandbox.git(&dir, &["status", "--porcelain"]), std::fs::read(dir.join(".git/index")).unwrap());

    let repo = Repo::open(&dir.join("mistakes")).unwrap();
    let written = dream(
        &repo,
        "dream/1",
        vec![
            commit(
                "mistake: pay the total\n\nWhy.\n\nDream-Kind: mistake\n",
                vec![file("mistakes/pay/total.md", "x\n")],
            ),
            commit(
                "archive: retire old",
                vec![deletion("mistakes/old.md"), file("archive/old.md", "old\n"), file("run.sh", "b\n")],
            ),
        ],
    );

    let log = sandbox.git(&dir, &["log", "--format=%H %an %ae %cI %s", "main..dream/1"]);
    let expected: Vec<String> = [(written[1], "archive: retire old"), (written[0], "mistake: pay the total")]
        .iter()
        .map(|(id, subject)| format!("{id} git-dream git-dream@localhost 2026-01-02T12:00:00Z {subject}"))
        .collect();
    assert_eq!(log, expected.join("\n"));
    let trailers =
        sandbox.git(&dir, &["log", "-1", "--format=%(trailers:key=Dream-Kind,valueonly)", "dream/1~1"]);
    assert_eq!(trailers, "mistake");
    let tree = sandbox.git(&dir, &["ls-tree", "-r", "--format=%(objectmode) %(path)", "dream/1"]);
    let expected =
        ["100644 MEMORY.md", "100644 archive/old.md", "100644 mistakes/pay/total.md", "100755 run.sh"];
    assert_eq!(tree, expected.join("\n"));
    assert_eq!(sandbox.git(&dir, &["reflog", "--format=%gs", "dream/1"]), "dream: a test");
    let after =
        (sandbox.git(&dir, &["status", "--porcelain"]), std::fs::read(dir.join(".git/index")).unwrap());
    assert_eq!(before, after);
    sandbox.fsck(&dir);
}

#[test]
fn the_same_plan_gives_the_same_commits_in_another_copy() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[("a/b.md", "b\n")]);
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--bare", "memory", "copy.git"]);
    let written = [dir, sandbox.path("copy.git")].map(|dir| {
        let repo = Repo::open(&dir).unwrap();
        let commits = vec![commit("one", vec![file("a/c.md", "c")]), commit("two", vec![deletion("a/b.md")])];
        repo.write(&plan(repo.resolve("main").unwrap(), commits)).unwrap()
    });
    assert_eq!(written[0], written[1]);
}

#[test]
fn an_empty_repository_can_begin_with_a_plan() {
    let sandbox = Sandbox::new();
    let repo = Repo::init(&sandbox.path("new"), "trunk").unwrap();
    assert_eq!(repo.head_branch().unwrap().as_deref(), Some("trunk"));
    assert_eq!((repo.head().unwrap(), repo.resolve("trunk").unwrap()), (None, None));
    let plan = Plan {
        signing: Signing::Never,
        ..plan(None, vec![commit("Begin", vec![file("MEMORY.md", "# M\n")])])
    };
    let tip = repo.write(&plan).unwrap()[0];
    repo.move_refs(&[moving("refs/heads/trunk", None, Some(tip))]).unwrap();
    assert_eq!(repo.read(tip, "MEMORY.md").unwrap().as_deref(), Some(&b"# M\n"[..]));
    sandbox.fsck(&sandbox.path("new"));
}

#[test]
fn impossible_changes_are_refused_with_their_path() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[("a.md", "a\n"), ("b/c.md", "c\n")]);
    let repo = Repo::open(&dir).unwrap();
    let base = repo.resolve("main").unwrap();
    for (changes, told) in [
        (vec![file("../x", "")], "../x"),
        (vec![file(".git/config", "")], ".git/config"),
        (vec![file("a.md/x", "")], "a.md"),
        (vec![file("b", "")], "b is a folder"),
        (vec![file("a.md", "1"), file("a.md", "2")], "twice"),
    ] {
        let error = repo.write(&plan(base, vec![commit("x", changes)])).unwrap_err();
        assert!(format!("{error:#}").contains(told), "{error:#}");
    }
}

#[test]
fn linked_worktrees_and_bare_clones_are_the_same_repository() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[("a.md", "a\n")]);
    sandbox.git(&dir, &["worktree", "add", "--quiet", "-b", "side", "../side"]);
    let side = Repo::open(&sandbox.path("side")).unwrap();
    assert_eq!(side.head_branch().unwrap().as_deref(), Some("side"));
    dream(&side, "dream/1", vec![commit("x", vec![file("x.md", "x")])]);
    let main = Repo::at(Repo::open(&dir).unwrap().git_dir()).unwrap();
    assert!(main.resolve("dream/1").unwrap().is_some());
    assert_eq!(main.private_dir().canonicalize().unwrap(), side.private_dir().canonicalize().unwrap());
    sandbox.git(&dir, &["checkout", "--quiet", "--detach"]);
    assert_eq!(main.head_branch().unwrap(), None);
}

#[test]
fn what_cannot_be_opened_is_explained() {
    let sandbox = Sandbox::new();
    let error = Repo::open(&sandbox.path("home")).unwrap_err();
    assert!(error.to_string().contains("git dream init"), "{error}");
    for (option, told) in
        [("--ref-format=reftable", "git refs migrate"), ("--object-format=sha256", "SHA-256")]
    {
        let dir = sandbox.path(option.trim_start_matches('-'));
        std::fs::create_dir(&dir).unwrap();
        // A git that does not know the option yet cannot make what it would explain.
        if sandbox.try_git(&dir, &["init", "--quiet", option]).status == 0 {
            let error = Repo::open(&dir).unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
        }
    }
}

/// Only root can give a folder away, and only a system with users has folders that belong to others.
#[cfg(unix)]
#[test]
fn a_repository_of_another_user_is_refused_with_the_way_out() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[]);
    let given = sandbox.command("chown", &dir).args(["-R", "12345"]).arg(&dir).output().unwrap();
    if given.status.success() {
        let error = Repo::open(&dir).unwrap_err().to_string();
        assert!(error.contains("safe.directory") && error.contains("memory"), "{error}");
    }
}

#[test]
fn history_gives_messages_trailers_and_changed_paths() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[("notes/a.md", "a\n"), ("src/x.rs", "x\n")]);
    let base = Oid::parse(&sandbox.git(&dir, &["rev-parse", "HEAD"])).unwrap();
    sandbox.commit(
        &dir,
        &[("notes/b.md", "b\n"), ("src/x.rs", "y\n")],
        "Add b\n\nDream-Pattern: abc\nDream-Grade: friction",
    );
    std::fs::remove_file(dir.join("notes/a.md")).unwrap();
    let tip = Oid::parse(&sandbox.commit(&dir, &[], "Remove a")).unwrap();
    let repo = Repo::open(&dir).unwrap();
    let past = repo.walk(&[base], tip).unwrap();
    assert_eq!(past.len(), 2);
    assert_eq!(past[0].trailer("dream-pattern").as_deref(), Some("abc"));
    assert_eq!(past[0].author, "Ann");
    let changes: Vec<_> = past
        .iter()
        .flat_map(|past| repo.changes(past.id, "notes").unwrap())
        .map(|c| (c.path, c.before.is_some(), c.after.is_some()))
        .collect();
    assert_eq!(changes, [("notes/b.md".to_owned(), false, true), ("notes/a.md".to_owned(), true, false)]);
    assert_eq!(repo.walk(&[], tip).unwrap().len(), 3);
    assert!(repo.is_ancestor(base, tip).unwrap() && !repo.is_ancestor(tip, base).unwrap());
    assert_eq!(
        repo.list(tip, "").unwrap().iter().map(|e| &*e.path).collect::<Vec<_>>(),
        ["notes/b.md", "src/x.rs"]
    );
}

#[test]
fn the_history_of_a_shallow_clone_ends_where_it_was_cut() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[("a.md", "a\n")]);
    sandbox.commit(&dir, &[("b.md", "b\n")], "Second");
    sandbox.commit(&dir, &[("c.md", "c\n")], "Third");
    let url = format!("file://{}", dir.display());
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--depth=2", &url, "shallow"]);
    let repo = Repo::open(&sandbox.path("shallow")).unwrap();
    let past = repo.walk(&[], repo.head().unwrap().unwrap()).unwrap();
    assert_eq!(past.len(), 2);
    let changes = repo.changes(past[1].id, "").unwrap();
    assert_eq!(changes.iter().map(|change| &*change.path).collect::<Vec<_>>(), ["c.md"]);
}

#[test]
fn any_learning_reverts_cleanly_after_three_later_cycles() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("memory", &[("MEMORY.md", "# Memory\n\n## Index\n")]);
    let mut learnings = Vec::new();
    for cycle in 1..=4 {
        let repo = Repo::open(&dir).unwrap();
        let mut commits: Vec<Commit> = (1..=3)
            .map(|n| {
                commit(
                    &format!("mistake: {cycle}.{n}"),
                    vec![file(&format!("mistakes/{cycle}-{n}.md"), "note\n")],
                )
            })
            .collect();
        let index: String = (1..=cycle).map(|c| format!("- learnt in {c}\n")).collect();
        commits.push(commit("index", vec![file("MEMORY.md", &format!("# Memory\n\n## Index\n{index}"))]));
        let branch = format!("dream/{cycle}");
        learnings.extend(dream(&repo, &branch, commits).into_iter().take(3));
        sandbox.git(&dir, &["merge", "--quiet", "--no-ff", "-m", "Merge", &branch]);
    }
    for learning in learnings {
        sandbox.git(&dir, &["revert", "--no-edit", &learning.to_string()]);
    }
    assert_eq!(sandbox.git(&dir, &["ls-files"]), "MEMORY.md");
}

#[test]
fn many_commits_become_one_pack_and_are_the_commits_that_they_would_be_one_by_one() {
    let sandbox = Sandbox::new();
    let commits: Vec<Commit> = (0..30)
        .map(|number| {
            let note = file(&format!("mistakes/{number}.md"), &format!("note {number}\n"));
            commit(&number.to_string(), vec![note, file("MEMORY.md", &"- a line\n".repeat(number + 2))])
        })
        .collect();
    let write = |name: &str, at_once: usize| -> Vec<Oid> {
        let dir = sandbox.repo(name, &[("MEMORY.md", "# Memory\n")]);
        let repo = Repo::open(&dir).unwrap();
        let mut base = repo.resolve("main").unwrap();
        let mut written = Vec::new();
        for commits in commits.chunks(at_once) {
            written.extend(repo.write(&plan(base, commits.to_vec())).unwrap());
            base = written.last().copied();
        }
        repo.move_refs(&[moving("refs/heads/dream/1", None, base)]).unwrap();
        sandbox.fsck(&dir);
        let last = sandbox.git(&dir, &["show", "dream/1:mistakes/29.md"]);
        assert_eq!(last.trim_end(), "note 29");
        written
    };
    assert_eq!(write("one-pack", 30), write("one-by-one", 1));
}
