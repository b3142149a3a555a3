//! The odd repositories and settings that people work in: each works, or says what to do.

use crate::cli::{NOW, dreamt, json, run, transcripts};
use crate::sandbox::Sandbox;
use std::path::Path;

#[test]
fn on_a_dream_branch_everything_is_about_the_branch_it_is_for() {
    let sandbox = Sandbox::new();
    let (memory, branch) = dreamt(&sandbox, "m");
    let looked_at = |dir: &Path| {
        let ran = sandbox.dream(dir, &["status", "--json"]);
        let said = ran.stderr.clone();
        (json(ran)["target"].as_str().unwrap().to_owned(), said)
    };
    // A clone has no ledger: there the default branch of its origin counts.
    sandbox.git(&memory, &["clone", "--quiet", ".", "../clone", "--branch", &branch]);
    assert_eq!(looked_at(&sandbox.path("clone")).0, "main");
    // The branch of the last dream need not have a usual name.
    sandbox.git(&memory, &["branch", "--quiet", "-D", &branch]);
    sandbox.git(&memory, &["checkout", "--quiet", "-b", "trunk/memory"]);
    let folder = transcripts(&sandbox);
    let again = folder.with_file_name("more");
    std::fs::create_dir(&again).unwrap();
    for number in 0..5 {
        let name = format!("session-{number}.jsonl");
        let text = std::fs::read_to_string(folder.join(&name)).unwrap();
        let text = text.replace("ferry load", "train load").replace("the ramp is still up", "no such siding");
        let text = text.replace("--lower-ramp", "--siding 4").replace("session-", "later-");
        std::fs::write(again.join(name), text).unwrap();
    }
    let report =
        json(sandbox.dream(&memory, &["run", "--json", "--now", NOW, "--sessions", again.to_str().unwrap()]));
    let dream = report["branch"].as_str().unwrap();
    sandbox.git(&memory, &["checkout", "--quiet", dream]);
    assert_eq!(looked_at(&memory).0, "trunk/memory");
    let status = sandbox.dream(&memory, &["status"]);
    assert!(status.stderr.contains(dream) && status.stderr.contains("trunk/memory"), "{status:#?}");
    assert!(status.stdout.contains(&format!("git log -p trunk/memory..{dream}")), "{status:#?}");
    let run = run(&sandbox, &memory, &["--dry-run"]);
    assert!(run.stderr.contains("This is about trunk/memory"), "{run:#?}");
}

#[test]
fn a_repository_that_cannot_be_worked_in_is_the_users_to_mend() {
    let sandbox = Sandbox::new();
    let (memory, _) = dreamt(&sandbox, "m");
    std::fs::create_dir(sandbox.path("nothing")).unwrap();
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--bare", "m", "bare"]);
    sandbox.git(&sandbox.path(""), &["init", "--quiet", "--initial-branch=main", "unborn"]);
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "m", "detached"]);
    sandbox.git(&sandbox.path("detached"), &["checkout", "--quiet", "--detach"]);
    sandbox.git(&sandbox.path(""), &["init", "--quiet", "--object-format=sha256", "long"]);
    std::fs::write(memory.join("file"), "").unwrap();
    for (name, settings) in [
        ("elsewhere", "[memory]\ntarget = \"nosuch\"\n"),
        ("dreaming", "[memory]\ntarget = \"dream/x\"\n"),
        ("impossible", "[memory]\ntarget = \"a..b\"\n"),
        ("nobody", "[author]\nemail = \"\"\n"),
        ("latin", "# caf\u{e9}\n"),
    ] {
        let dir = sandbox.repo(name, &[("MEMORY.md", "# Memory\n")]);
        let bytes: Vec<u8> = settings.chars().map(|c| c as u8).collect();
        std::fs::write(dir.join("dream.toml"), bytes).unwrap();
        sandbox.commit(&dir, &[], "Settle");
    }
    for (dir, args, says) in [
        ("nothing", &["status"][..], "not in a git repository: run `git dream init`"),
        ("nothing", &["run"], "not in a git repository"),
        ("nothing", &["log"], "not in a git repository"),
        ("unborn", &["run"], "no commit yet: run `git dream init`"),
        ("unborn", &["log"], "no commit yet"),
        ("detached", &["run"], "HEAD is on no branch: check one out"),
        ("detached", &["status"], "HEAD is on no branch"),
        ("bare", &["init"], "bare repository"),
        ("elsewhere", &["status"], "no branch `nosuch`"),
        ("dreaming", &["status"], "a dream branch"),
        ("impossible", &["run"], "not a name that git allows"),
        ("latin", &["status"], "dream.toml is not UTF-8"),
        ("nobody", &["run", "--sessions", "../old sessions"], "correct `[author]`"),
        ("elsewhere", &["init", "--root", "/docs"], "inside the repository"),
        ("elsewhere", &["init", "--root", "../docs"], "inside the repository"),
        ("long", &["status"], "SHA-256"),
        ("m", &["init", "file"], "is a file"),
        ("m", &["init", "mistakes"], "--root mistakes"),
    ] {
        let ran = sandbox.dream(&sandbox.path(dir), args);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{dir} {args:?}: {ran:#?}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(says), "{dir} {args:?}: {ran:#?}");
    }
}

#[test]
fn init_at_the_top_of_a_code_repository_says_so_and_how_to_move_it() {
    let sandbox = Sandbox::new();
    let code = sandbox.repo("code", &[("src/main.rs", "fn main() {}\n"), ("README.md", "ours\n")]);
    let made = sandbox.dream(&code, &["init"]);
    assert!(made.status == 0 && made.stderr.contains("1 file that has nothing to do"), "{made:#?}");
    assert!(
        made.stderr.contains("git revert --no-edit HEAD && git dream init --root docs/memory"),
        "{made:#?}"
    );
    assert_eq!(std::fs::read_to_string(code.join("README.md")).unwrap(), "ours\n");
    // What it says works, and is said once.
    sandbox.git(&code, &["revert", "--no-edit", "HEAD"]);
    let moved = sandbox.dream(&code, &["init", "--root", "./docs/memory/"]);
    assert!(moved.status == 0 && !moved.stderr.contains("nothing to do with"), "{moved:#?}");
    assert!(code.join("docs/memory/MEMORY.md").is_file() && !code.join("MEMORY.md").exists());
    // A memory with the files that repositories have anyway is no code repository.
    let plain = sandbox.repo("plain", &[("LICENSE", "MIT\n"), (".github/x.yml", ""), ("README.md", "# M\n")]);
    let made = sandbox.dream(&plain, &["init"]);
    assert!(made.status == 0 && !made.stderr.contains("nothing to do with"), "{made:#?}");
}

#[test]
fn odd_repositories_work_or_say_what_to_do() {
    let sandbox = Sandbox::new();
    let (memory, branch) = dreamt(&sandbox, "m");
    // A linked worktree is the same memory.
    sandbox.git(&memory, &["worktree", "add", "--quiet", "../side", "-b", "side"]);
    let status = sandbox.dream(&sandbox.path("side"), &["status"]).ok();
    assert!(status.contains(&branch), "{status}");
    // Nobody can tell for which branch to dream.
    sandbox.git(&memory, &["checkout", "--quiet", "--detach"]);
    let detached = sandbox.dream(&memory, &["run"]);
    assert!(detached.status != 0 && detached.stderr.contains("[memory] target"), "{detached:#?}");
    // No commit yet.
    let unborn = sandbox.path("unborn");
    std::fs::create_dir(&unborn).unwrap();
    sandbox.git(&unborn, &["init", "--quiet"]);
    let ran = run(&sandbox, &unborn, &[]);
    assert!(ran.status != 0 && ran.stderr.contains("git dream init"), "{ran:#?}");
    // A branch in the way of all dream branches.
    let blocked = sandbox.repo("blocked", &[]);
    sandbox.dream(&blocked, &["init", "--quiet"]).ok();
    sandbox.git(&blocked, &["branch", "dream"]);
    let ran = run(&sandbox, &blocked, &[]);
    assert!(ran.status == 3 && ran.stderr.contains("git branch -m dream"), "{ran:#?}");
    // A bare repository is dreamt in like any other.
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--bare", blocked.to_str().unwrap(), "bare"]);
    sandbox.git(&sandbox.path("bare"), &["branch", "-m", "dream", "was-dream"]);
    assert_eq!(run(&sandbox, &sandbox.path("bare"), &[]).status, 0);
}

#[test]
fn locale_and_time_zone_change_nothing() {
    let sandbox = Sandbox::new();
    let memory = sandbox.repo("m", &[]);
    sandbox.dream(&memory, &["init"]).ok();
    let folder = transcripts(&sandbox);
    let refs: Vec<String> = [("UTC", "C"), ("Pacific/Kiritimati", "tr_TR.UTF-8"), ("No/Where", "xx_YY")]
        .iter()
        .map(|(zone, locale)| {
            let copy = sandbox.path(&locale.replace('.', "-"));
            sandbox.git(&sandbox.path(""), &["clone", "--quiet", "m", copy.to_str().unwrap()]);
            let mut command = sandbox.dream_command(&copy, &["run", "--quiet", "--now", NOW, "--sessions"]);
            let output = command.arg(&folder).env("TZ", zone).env("LC_ALL", locale).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            sandbox.git(&copy, &["for-each-ref", "refs/heads/dream", "refs/dream"])
        })
        .collect();
    assert!(refs[0].contains("refs/heads/dream/") && refs.iter().all(|other| *other == refs[0]), "{refs:#?}");
}

#[test]
fn two_roots_are_one_too_many() {
    let sandbox = Sandbox::new();
    let code = sandbox.repo("code", &[("src/main.rs", "fn main() {}\n")]);
    sandbox.dream(&code, &["init", "--root", "docs/memory"]).ok();
    let other = sandbox.dream(&code, &["init", "--root", "notes"]);
    assert_eq!(other.status, 2, "{other:#?}");
    assert!(other.stderr.contains("docs/memory") && !code.join("notes").exists(), "{other:#?}");
    sandbox.dream(&code, &["init"]).ok();
    assert!(!code.join("MEMORY.md").exists(), "without --root the one in dream.toml holds");
}
