//! Capturing on many machines and dreaming on one: the parts are a partition, and what they come to together is what one
//! machine comes to, byte for byte.

mod lines;

use crate::dream::{NOW, memory, sessions};
use crate::sandbox::Sandbox;
use std::path::{Path, PathBuf};

/// The shipped sessions as a fleet has them: in many files in several folders, some twice, some of one job told by a
/// file of outcomes only.
fn fleet(sandbox: &Sandbox) -> PathBuf {
    let all = sessions(sandbox);
    let folder = sandbox.path("fleet");
    for (at, few) in all.chunks(4).enumerate() {
        let place = folder.join(format!("team-{}/-home-user{}-app", at % 3, at % 5));
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join(format!("{at}.jsonl")), few.join("\n") + "\n").unwrap();
    }
    // The same sessions below another person's name: which copy counts must not depend on who reads which.
    let place = folder.join("team-9/-home-zoe-app");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("copies.jsonl"), all.get(..9).unwrap().join("\n") + "\n").unwrap();
    std::fs::write(folder.join("broken.jsonl"), "{\"role\":\"user\"\n").unwrap();
    folder
}

/// Captures the parts of a folder, each on its own; gives the files of digests.
pub(crate) fn capture(sandbox: &Sandbox, sources: &Path, parts: u32, more: &[&str]) -> PathBuf {
    let folder = sandbox.path(&format!("digests-{parts}"));
    std::fs::create_dir_all(&folder).unwrap();
    for part in 0..parts {
        let to = folder.join(format!("{part}.jsonl"));
        let (shard, to) = (format!("{part}/{parts}"), to.to_str().unwrap());
        let mut args =
            vec!["capture", "--sessions", sources.to_str().unwrap(), "--shard", &shard, "--to", to];
        args.extend(more);
        sandbox.dream(&sandbox.path(""), &args).ok();
    }
    folder
}

/// All refs of a repository with where they stand.
pub(crate) fn refs(sandbox: &Sandbox, repo: &Path) -> String {
    sandbox.git(repo, &["for-each-ref", "--format=%(objectname) %(refname)"])
}

/// Dreams in a new memory; gives what its refs come to.
fn dreamt(sandbox: &Sandbox, name: &str, args: &[&str]) -> String {
    let memory = memory(sandbox, name);
    let mut all = vec!["run", "--now", NOW];
    all.extend(args);
    sandbox.dream(&memory, &all).ok();
    refs(sandbox, &memory)
}

#[test]
fn parts_together_come_to_what_one_machine_comes_to() {
    let sandbox = Sandbox::new();
    let fleet = fleet(&sandbox);
    let alone = dreamt(&sandbox, "alone", &["--sessions", fleet.to_str().unwrap()]);
    assert!(alone.contains("refs/heads/dream/"), "{alone}");
    for parts in [1, 2, 7] {
        let folder = capture(&sandbox, &fleet, parts, &[]);
        let name = format!("parts-{parts}");
        assert_eq!(dreamt(&sandbox, &name, &["--digests", folder.to_str().unwrap()]), alone, "{parts} parts");
    }
    // Named one by one, backwards, one of them twice, and some of the transcripts beside them.
    let mut args = vec!["--digests".to_owned()];
    let file = |part: u32| sandbox.path(&format!("digests-7/{part}.jsonl")).to_str().unwrap().to_owned();
    args.extend([6, 5, 4, 4, 3, 2, 1, 0].map(file));
    args.extend(["--sessions".to_owned(), fleet.join("team-1").to_str().unwrap().to_owned()]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let branch = |refs: &str| refs.lines().find(|line| line.contains("/heads/dream/")).map(str::to_owned);
    assert_eq!(branch(&dreamt(&sandbox, "mixed", &args)), branch(&alone));
}

#[test]
fn each_file_is_in_one_part_wherever_the_folder_lies() {
    let sandbox = Sandbox::new();
    let fleet = fleet(&sandbox);
    let moved = sandbox.path("elsewhere/deeper");
    std::fs::create_dir_all(moved.parent().unwrap()).unwrap();
    let list = |folder: &Path, shard: &str| {
        let args = ["capture", "--list", "--sessions", folder.to_str().unwrap(), "--shard", shard];
        let text = sandbox.dream(&sandbox.path(""), &args).ok();
        text.lines()
            .map(|line| line.strip_prefix(folder.to_str().unwrap()).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let whole = list(&fleet, "0/1");
    let parts: Vec<Vec<String>> = (0..4).map(|part| list(&fleet, &format!("{part}/4"))).collect();
    let mut joined = parts.concat();
    joined.sort();
    assert_eq!(joined, whole);
    std::fs::rename(&fleet, &moved).unwrap();
    // One more file moves no other.
    std::fs::write(moved.join("another.jsonl"), "{}").unwrap();
    for (part, before) in parts.iter().enumerate() {
        let mut now = list(&moved, &format!("{part}/4"));
        now.retain(|name| name != "/another.jsonl");
        assert_eq!(&now, before);
    }
    // A list of names that are nowhere yet is dealt out in the same way: what a bucket holds, before it is fetched.
    let names: String = whole.iter().map(|name| format!("{}\n", name.trim_start_matches('/'))).collect();
    std::fs::write(sandbox.path("names"), names).unwrap();
    let args = ["capture", "--list", "--paths-from", "names", "--shard", "2/4"];
    let dealt = sandbox.dream(&sandbox.path(""), &args).ok();
    assert_eq!(dealt.lines().map(|name| format!("/{name}")).collect::<Vec<_>>(), parts[2]);
}

/// Every format that git-dream reads, with forks, sub-agents and what real tools leave behind.
#[test]
fn parts_of_real_transcripts_come_to_the_same() {
    let data = Path::new("/work/shared/data");
    let folders = ["claude-code", "codex", "other-agents", "specstory", "tau-airline"];
    let real: Vec<String> = folders
        .iter()
        .map(|folder| data.join(folder))
        .filter(|folder| folder.is_dir())
        .map(|folder| folder.to_str().unwrap().to_owned())
        .collect();
    if real.is_empty() {
        eprintln!("skipped: there are no real transcripts here beside the shipped ones");
        return;
    }
    let sandbox = Sandbox::new();
    let mut args = vec!["--sessions"];
    args.extend(real.iter().map(String::as_str));
    let alone = dreamt(&sandbox, "alone", &args);
    let folder = sandbox.path("digests");
    std::fs::create_dir_all(&folder).unwrap();
    for part in 0..5 {
        let (shard, to) = (format!("{part}/5"), folder.join(format!("{part}.jsonl")));
        let mut capture = vec!["capture", "--shard", &shard, "--to", to.to_str().unwrap()];
        capture.extend(&args);
        sandbox.dream(&sandbox.path(""), &capture).ok();
    }
    assert_eq!(dreamt(&sandbox, "parts", &["--digests", folder.to_str().unwrap()]), alone);
}
