//! Where a note comes from, asked of histories that people made with the real git.

mod naming;

use crate::cli::{FERRY, Mistake, NOW, dreamt, json, transcripts_of};
use crate::sandbox::{Ran, Sandbox};
use serde_json::{Value, json as value};
use std::path::{Path, PathBuf};

/// When the second dream is.
const LATER: &str = "2026-02-05T02:00:00Z";

/// A memory with a dream of one learning, its branch and its note.
struct Told {
    sandbox: Sandbox,
    dir: PathBuf,
    branch: String,
    note: String,
}

impl Told {
    fn new() -> Told {
        let sandbox = Sandbox::new();
        let (dir, branch) = dreamt(&sandbox, "m");
        let note = sandbox.git(&dir, &["diff", "--name-only", "main", &branch, "--", "mistakes"]);
        Told { sandbox, dir, branch, note }
    }

    fn git(&self, line: &str) -> String {
        let line = line.replace("DREAM", &self.branch).replace("NOTE", &self.note);
        self.sandbox.git(&self.dir, &line.split(' ').collect::<Vec<_>>())
    }

    fn merge(&self) {
        self.git("merge --quiet --no-ff --no-edit DREAM");
        self.git("branch --quiet -D DREAM");
    }

    /// Rewrites a note in the working tree and commits it as Bea.
    fn reword(&self, note: &str, from: &str, to: &str) -> String {
        let path = self.dir.join(note);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(path, text.replace(from, to)).unwrap();
        let bea = ["-c", "user.name=Bea", "-c", "user.email=bea@example.com"];
        self.sandbox.git(&self.dir, &[&bea[..], &["commit", "--quiet", "-am", "Say it better"]].concat());
        self.git("rev-parse HEAD")
    }

    fn why(&self, name: &str) -> Value {
        json(self.sandbox.dream(&self.dir, &["why", name, "--json"]))
    }

    fn text(&self, name: &str) -> String {
        self.sandbox.dream(&self.dir, &["why", name]).ok()
    }

    fn fails(&self, name: &str) -> Ran {
        let ran = self.sandbox.dream(&self.dir, &["why", name]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran:#?}");
        ran
    }

    /// The number of the note's first line with these words.
    fn line(&self, note: &str, words: &str) -> usize {
        let text = self.git(&format!("show main:{note}"));
        text.lines().position(|line| line.contains(words)).unwrap() + 1
    }
}

/// Sessions of another month in which the mistakes happen again.
fn later(sandbox: &Sandbox, folder: &str, mistakes: &[Mistake], month: &str) -> PathBuf {
    let folder = transcripts_of(sandbox, folder, mistakes);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace("2025-12-", month).replace("session-", &format!("{month}session-"));
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn dream(sandbox: &Sandbox, dir: &Path, folder: &Path, now: &str) -> Value {
    json(sandbox.dream(dir, &["run", "--json", "--now", now, "--sessions", folder.to_str().unwrap()]))
}

#[test]
fn a_merged_note_says_where_every_part_of_it_comes_from() {
    let told = Told::new();
    told.merge();
    let merge = told.git("rev-parse HEAD");
    let learnt = told.git("rev-parse HEAD^2~1");
    let line = told.line(&told.note, "--lower-ramp");
    let story = told.why(&format!("{}:{line}", told.note));
    assert_eq!((&story["version"], &story["place"]), (&value!(1), &value!("memory")));
    assert_eq!((&story["line"]["whose"], &story["line"]["commit"]), (&value!("learning"), &value!(learnt)));
    let learning = &story["learnings"][0];
    assert_eq!((&learning["verdict"], &learning["how"]), (&value!("merged"), &value!("merge")));
    assert_eq!((&learning["by"]["name"], &learning["by"]["commit"]), (&value!("Ann"), &value!(merge)));
    assert!(learning["rationale"].as_str().unwrap().starts_with("Seen in 5 sessions"), "{learning:#}");
    assert_eq!(learning["support"]["sessions"], 5);
    let quote = story["evidence"].as_array().unwrap().iter().find(|it| it["quote"] == FERRY.1).unwrap();
    assert_eq!((&quote["known"], &quote["agent"]), (&value!(true), &value!("claude-code")));
    assert!(quote["date"].as_str().unwrap().starts_with("2025-12-0"), "{quote:#}");
    let event = quote["around"].as_array().unwrap().iter().find(|it| it["quoted"] == true).unwrap();
    assert_eq!((&event["text"], &event["fixed_by"]), (&value!(FERRY.0), &value!(FERRY.2)));
    assert_eq!(
        (&story["by_hand"], &story["changes"], &story["unknown"]),
        (&value!([]), &value!([]), &value!([]))
    );
    let text = told.text(&told.note);
    for said in ["5 sessions", "merge by Ann on 2026-01-01", FERRY.1, FERRY.2, "Repair the pump"] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    assert!(text.lines().count() < 30, "{text}");
}

#[test]
fn a_note_is_found_by_whatever_people_call_it() {
    let told = Told::new();
    told.merge();
    let story = told.why(&told.note);
    let pattern = story["learnings"][0]["pattern"].as_str().unwrap();
    let commit = story["learnings"][0]["commit"].as_str().unwrap();
    let name = told.note.trim_start_matches("mistakes/").trim_end_matches(".md");
    let whole = told.dir.join(&told.note);
    let index = told.line("MEMORY.md", "--lower-ramp");
    let in_index = format!("MEMORY.md:{index}");
    for called in [
        told.note.trim_end_matches(".md"),
        name,
        "ferry",
        "the ramp",
        pattern,
        commit,
        &commit[..8],
        whole.to_str().unwrap(),
        in_index.as_str(),
    ] {
        assert_eq!(told.why(called)["note"], told.note.as_str(), "{called}");
    }
    let inside = told.dir.join("mistakes");
    let ran = told.sandbox.dream(&inside, &["why", "--json", &format!("./{name}.md:2")]);
    assert_eq!(json(ran)["line"]["number"], 2);
    let own = told.why("MEMORY.md:1");
    assert_eq!((&own["note"], &own["line"]["whose"]), (&value!("MEMORY.md"), &value!("init")));
}

#[test]
fn what_names_no_note_or_several_is_said_with_what_may_be_meant() {
    let told = Told::new();
    told.merge();
    let near = told.fails("mistakes/ferry-load-the-rampe.md");
    assert!(near.stderr.contains("did you mean") && near.stderr.contains(&told.note), "{near:#?}");
    assert!(told.fails("zzzzzz").stderr.contains("git dream log"));
    assert!(told.fails(&format!("{}:999", told.note)).stderr.contains("has only"));
    assert!(told.fails(&format!("{}:0", told.note)).stderr.contains("has only"));
    assert!(told.fails("MEMORY.md").stderr.contains("MEMORY.md:12"));
    assert!(told.fails("").stderr.contains("no note is called"));
    told.sandbox.commit(&told.dir, &[("preferences/ferry-crew.md", "Ask the crew.\n")], "Write");
    let several = told.fails("ferry");
    assert!(several.stderr.contains(&told.note) && several.stderr.contains("preferences/ferry-crew.md"));
    let nowhere = told.sandbox.dream(&told.sandbox.path(""), &["why", "x"]);
    assert_eq!(nowhere.status, 2, "{nowhere:#?}");
    told.sandbox.git(&told.sandbox.path(""), &["init", "--quiet", "--initial-branch=main", "unborn"]);
    let unborn = told.sandbox.dream(&told.sandbox.path("unborn"), &["why", "x"]);
    assert!(unborn.status == 2 && unborn.stderr.contains("has no commit yet"), "{unborn:#?}");
}

#[test]
fn lines_that_people_changed_are_theirs_and_renames_are_followed() {
    let told = Told::new();
    told.merge();
    let commit = told.reword(&told.note, "# `ferry", "# Beware: `ferry");
    told.git("mv NOTE mistakes/the-ramp.md");
    told.git("commit --quiet -m Call_it_what_it_is");
    let moved = "mistakes/the-ramp.md";
    let line = told.line(moved, "# Beware");
    let story = told.why(&format!("{moved}:{line}"));
    let whose = &story["line"];
    assert_eq!((&whose["whose"], &whose["commit"]), (&value!("person"), &value!(commit)));
    assert_eq!(
        (&whose["author"]["name"], &whose["author"]["subject"]),
        (&value!("Bea"), &value!("Say it better"))
    );
    assert_eq!(story["by_hand"].as_array().unwrap().len(), 1);
    let hand = &story["by_hand"][0];
    assert_eq!(
        (&hand["first"], &hand["last"], &hand["name"]),
        (&value!(line), &value!(line), &value!("Bea"))
    );
    assert_eq!(
        (&story["learnings"][0]["verdict"], &story["evidence"][0]["known"]),
        (&value!("edited"), &value!(true))
    );
    let changes: Vec<&str> =
        story["changes"].as_array().unwrap().iter().map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!(changes, ["reworded", "moved"]);
    assert_eq!(told.why(&format!("{moved}:2"))["line"]["whose"], "learning");
    assert_eq!(told.why(&told.note)["note"], moved, "its old name leads to it");
    let text = told.text("the-ramp");
    assert!(text.contains(&format!("line {line}: Bea on 2026-01-01")), "{text}");
}

#[test]
fn what_was_changed_while_squashing_is_not_the_dreams() {
    let told = Told::new();
    told.git("merge --quiet --squash DREAM");
    let path = told.dir.join(&told.note);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("**Do:**", "**Do, at once:**")).unwrap();
    told.git("add --all");
    told.git("commit --quiet --no-edit");
    told.git("branch --quiet -D DREAM");
    let squash = told.git("rev-parse HEAD");
    let at =
        |words: &str| told.why(&format!("{}:{}", told.note, told.line(&told.note, words)))["line"].clone();
    let (theirs, ours) = (at("at once"), at("--lower-ramp"));
    assert_eq!((&theirs["whose"], &theirs["author"]["name"]), (&value!("person"), &value!("Ann")));
    assert_eq!((&ours["whose"], &ours["commit"]), (&value!("learning"), &value!(squash)));
    let story = told.why(&told.note);
    assert_eq!((&story["learnings"][0]["verdict"], &story["changes"]), (&value!("edited"), &value!([])));
}

#[test]
fn notes_that_wait_were_rejected_retired_or_written_by_hand_are_explained() {
    let told = Told::new();
    let pending = told.why("ferry");
    assert_eq!(
        (&pending["place"], &pending["learnings"][0]["verdict"]),
        (&value!("nowhere"), &value!("pending"))
    );
    assert!(pending["description"].as_str().unwrap().contains("--lower-ramp"), "{pending:#}");
    told.git("branch --quiet -D DREAM");
    let rejected = told.why(&told.note);
    assert_eq!(rejected["learnings"][0]["verdict"], "rejected");
    assert!(rejected["learnings"][0]["rationale"].as_str().is_some_and(|text| text.starts_with("Seen in")));
    assert!(told.text("ferry").contains("not on main: rejected"));
    assert!(told.fails(&format!("{}:3", told.note)).stderr.contains("ask without one"));

    let told = Told::new();
    told.merge();
    std::fs::create_dir_all(told.dir.join("archive/mistakes")).unwrap();
    told.git("mv NOTE archive/NOTE");
    told.git("commit --quiet -m Enough");
    let retired = told.why(&told.note);
    assert_eq!(
        (&retired["place"], &retired["learnings"][0]["how"]),
        (&value!("archive"), &value!("note archived"))
    );
    told.git("rm --quiet archive/NOTE");
    told.git("commit --quiet -m Away_with_it");
    let gone = told.why("ferry");
    let changes: Vec<&str> =
        gone["changes"].as_array().unwrap().iter().map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!((&gone["place"], changes.last()), (&value!("nowhere"), Some(&"removed")));

    told.sandbox.commit(&told.dir, &[("preferences/tabs.md", "Indent with tabs.\n")], "Say how we indent");
    let own = told.why("tabs:1");
    assert_eq!((&own["learnings"], &own["line"]["whose"]), (&value!([]), &value!("person")));
    assert_eq!(own["by_hand"][0]["subject"], "Say how we indent");
    assert!(told.text("tabs").contains("people wrote it"));
}

#[test]
fn what_sessions_did_since_and_how_support_grew_is_told() {
    let told = Told::new();
    let (sandbox, dir) = (&told.sandbox, &told.dir);
    told.git("branch --quiet -D DREAM");
    // Rejected once; then more of the same, and it is proposed again.
    let again = dream(sandbox, dir, &later(sandbox, "more", &[FERRY], "2026-01-"), LATER);
    let branch = again["branch"].as_str().expect("ten sessions are more than five").to_owned();
    sandbox.git(dir, &["merge", "--quiet", "--no-ff", "--no-edit", &branch]);
    let story = told.why("ferry");
    let grown: Vec<u64> = story["learnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|learning| learning["support"]["sessions"].as_u64().unwrap())
        .collect();
    assert_eq!(grown, [5, 10]);
    assert!(told.text("ferry").contains("5 → 10 sessions over 2 cycles"), "{}", told.text("ferry"));
    assert_eq!(story["sessions_since"], Value::Null, "no cycle came after it");
    let reading = later(sandbox, "reading", &[FERRY], "2026-03-");
    let first = std::fs::read_dir(&reading).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&first).unwrap();
    let note = story["note"].as_str().unwrap();
    std::fs::write(&first, text.replacen("ferry load crates --lower-ramp", &format!("cat {note}"), 1))
        .unwrap();
    dream(sandbox, dir, &reading, "2026-04-01T00:00:00Z");
    let since = told.why("ferry")["sessions_since"].clone();
    assert_eq!(
        (&since["looked_at"], &since["read"], &since["seen_again"]),
        (&value!(5), &value!(1), &value!(5))
    );
    assert_eq!(since["seen_again_though_read"], 1);
    let text = told.text("ferry");
    assert!(text.contains("5 sessions: 1 read it") && text.contains("seen again in 5"), "{text}");
}

#[test]
fn a_revert_and_a_second_landing_are_told() {
    let told = Told::new();
    told.merge();
    let learnt = told.git("rev-parse HEAD^2~1");
    told.git(&format!("revert --no-edit {learnt}"));
    let reverted = told.why("ferry");
    assert_eq!(
        (&reverted["place"], &reverted["learnings"][0]["verdict"]),
        (&value!("nowhere"), &value!("reverted"))
    );
    told.git("revert --no-edit HEAD");
    let again = told.why("ferry");
    assert_eq!(again["learnings"][0]["how"], "reverted and landed again");
    assert_eq!(again["changes"].as_array().unwrap().len(), 2, "{again:#}");
}

#[test]
fn a_memory_in_a_folder_of_a_code_repository_is_asked_from_anywhere_in_it() {
    let sandbox = Sandbox::new();
    let dir = sandbox.repo("code", &[("src/main.rs", "fn main() {}\n")]);
    sandbox.dream(&dir, &["init", "--root", "docs/memory"]).ok();
    let report = dream(&sandbox, &dir, &transcripts_of(&sandbox, "sessions", &[FERRY]), NOW);
    sandbox.git(&dir, &["merge", "--quiet", "--ff-only", report["branch"].as_str().unwrap()]);
    let note = report["learnings"][0]["note"].as_str().unwrap();
    let inside = note.trim_start_matches("docs/memory/");
    for (from, called) in [
        ("", inside),
        ("", &format!("docs/memory/{inside}") as &str),
        ("src", &format!("../docs/memory/{inside}:3")),
        ("docs/memory/mistakes", inside.trim_start_matches("mistakes/")),
        ("src", "ferry"),
    ] {
        let story = json(sandbox.dream(&dir.join(from), &["why", "--json", called]));
        let verdict = (&story["note"], &story["learnings"][0]["how"]);
        assert_eq!(verdict, (&value!(inside), &value!("fast-forward")), "{called}");
    }
}

#[test]
fn a_shallow_clone_without_a_ledger_says_what_cannot_be_known() {
    let told = Told::new();
    told.merge();
    told.reword(&told.note, "# `ferry", "# Beware: `ferry");
    let url = format!("file://{}", told.dir.display());
    told.sandbox.git(&told.sandbox.path(""), &["clone", "--quiet", "--depth=1", &url, "shallow"]);
    let shallow = told.sandbox.path("shallow");
    let story = json(told.sandbox.dream(&shallow, &["why", "--json", "ferry"]));
    let unknown = story["unknown"].to_string();
    assert!(unknown.contains("git fetch --unshallow") && unknown.contains("no ledger"), "{unknown}");
    assert!(!story["evidence"].as_array().unwrap().is_empty(), "the note itself quotes");
    assert_eq!(
        (&story["by_hand"], &story["changes"]),
        (&value!([]), &value!([])),
        "nobody can say whose it is"
    );
    told.sandbox.git(&shallow, &["fetch", "--quiet", "origin", "refs/dream/ledger:refs/dream/ledger"]);
    let story = json(told.sandbox.dream(&shallow, &["why", "--json", "ferry"]));
    assert!(story["unknown"].to_string().contains("git fetch --unshallow"));
    assert_eq!(story["learnings"][0]["support"]["sessions"], 5);
    told.sandbox.git(&shallow, &["fetch", "--quiet", "--unshallow"]);
    let story = json(told.sandbox.dream(&shallow, &["why", "--json", "ferry"]));
    assert_eq!((&story["learnings"][0]["verdict"], &story["unknown"]), (&value!("edited"), &value!([])));
}

#[test]
fn hostile_and_broken_notes_are_shown_as_data() {
    let told = Told::new();
    let hostile = "\u{1b}[31mred\u{1b}[0m\u{202e}\n";
    told.sandbox.commit(&told.dir, &[("preferences/evil.md", hostile)], "\u{1b}]0;title\u{7}Write");
    std::fs::write(told.dir.join("preferences/latin.md"), b"gr\xfc\xdfe\r\nx\n").unwrap();
    told.git("add --all");
    told.git("commit --quiet -m Greet");
    let text = told.text("evil:1");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && text.contains("red"), "{text:?}");
    assert_eq!(told.why("latin:1")["line"]["whose"], "person");
    std::fs::write(told.dir.join("preferences/latin.md"), "new\n").unwrap();
    let ran = told.sandbox.dream(&told.dir, &["why", "latin"]);
    assert!(ran.status == 0 && ran.stderr.contains("working tree differs"), "{ran:#?}");
}
