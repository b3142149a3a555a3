//! What people do with a dream, the way people and forges do it with the real git, and the verdicts that follow.

mod table;

use crate::cli::{FERRY, Mistake, NOW, dreamt, json, transcripts_of};
use crate::sandbox::Sandbox;
use serde_json::Value;
use std::path::PathBuf;
use table::TABLE;

/// Three mistakes of one cycle.
const MISTAKES: [Mistake<'_>; 3] = [
    FERRY,
    ("kiln fire tiles", "error: the damper is shut", "kiln fire tiles --open-damper"),
    ("loom weave cloth", "error: no shuttle on this side", "loom weave cloth --swap-shuttle"),
];

/// A memory with a dream of three learnings, by the names of their commands in this order: ferry, kiln, loom.
struct Dreamt {
    sandbox: Sandbox,
    dir: PathBuf,
    branch: String,
    /// Commit and note of each.
    learnings: Vec<(String, String)>,
}

impl Dreamt {
    fn new() -> Dreamt {
        let sandbox = Sandbox::new();
        let dir = sandbox.repo("m", &[]);
        sandbox.dream(&dir, &["init", "--quiet"]).ok();
        let folder = transcripts_of(&sandbox, "sessions", &MISTAKES);
        let args = ["run", "--json", "--now", NOW, "--sessions", folder.to_str().unwrap()];
        let report = json(sandbox.dream(&dir, &args));
        let field = |learning: &Value, name: &str| learning[name].as_str().unwrap().to_owned();
        let mut learnings: Vec<(String, String)> = report["learnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|learning| (field(learning, "commit"), field(learning, "note")))
            .collect();
        learnings.sort_by(|a, b| a.1.cmp(&b.1));
        assert_eq!(learnings.len(), 3, "{report:#}");
        let branch = field(&report, "branch");
        Dreamt { sandbox, dir, branch, learnings }
    }

    /// Runs git. `DREAM` is the branch, `FERRY`, `KILN` and `LOOM` are the learnings' commits, `FERRY.md` and so on
    /// their notes.
    #[track_caller]
    fn git(&self, line: &str) -> String {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for word in &mut words {
            for (name, (commit, note)) in ["FERRY", "KILN", "LOOM"].iter().zip(&self.learnings) {
                *word = word.replace(&format!("{name}.md"), note).replace(name, commit);
            }
            *word = word.replace("DREAM", &self.branch).replace('_', " ");
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.sandbox.git(&self.dir, &words)
    }

    #[track_caller]
    fn all(&self, lines: &[&str]) {
        for line in lines {
            self.git(line);
        }
    }

    /// Changes a note in the working tree and commits it.
    #[track_caller]
    fn edit(&self, learning: usize, change: impl Fn(&str) -> String, how: &[&str]) {
        let path = self.dir.join(&self.learnings[learning].1);
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = change(&text);
        assert_ne!(text, changed);
        std::fs::write(path, changed).unwrap();
        self.sandbox.git(&self.dir, &[&["commit", "--quiet", "--all"], how].concat());
    }

    /// The verdicts and how they came about, in the order of the learnings.
    fn verdicts(&self) -> Vec<(String, String, Value)> {
        let log = json(self.sandbox.dream(&self.dir, &["log", "--json"]));
        let mut found: Vec<(String, String, String, Value)> = log["cycles"][0]["learnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|learning| {
                let text = |name: &str| learning[name].as_str().unwrap().to_owned();
                (text("commit"), text("verdict"), text("how"), learning["by"].clone())
            })
            .collect();
        let place = |commit: &str| self.learnings.iter().position(|(known, _)| known == commit);
        found.sort_by_key(|(commit, ..)| place(commit));
        found.into_iter().map(|(_, verdict, how, by)| (verdict, how, by)).collect()
    }

    /// The same, each told from the history of its note alone.
    fn whys(&self) -> Vec<(String, String, Value)> {
        let notes = self.learnings.iter().map(|(_, note)| note);
        let learning = |note: &String| {
            let story = json(self.sandbox.dream(&self.dir, &["why", "--json", note]));
            let learning = story["learnings"][0].clone();
            let text = |name: &str| learning[name].as_str().unwrap().to_owned();
            (text("verdict"), text("how"), learning["by"].clone())
        };
        notes.map(learning).collect()
    }
}

#[test]
fn verdicts_follow_what_people_do_with_git() {
    let mut wrong = Vec::new();
    for (name, deeds, expected) in TABLE {
        let dreamt = Dreamt::new();
        let base = dreamt.git("rev-parse main");
        deeds(&dreamt);
        let found = dreamt.verdicts();
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(verdict, how)| {
                let how = how.replace("DREAM", &dreamt.branch).replace("BASE", &base[..10]);
                ((*verdict).to_owned(), how)
            })
            .collect();
        let plain: Vec<(String, String)> =
            found.iter().map(|(verdict, how, _)| (verdict.clone(), how.clone())).collect();
        if plain != expected {
            wrong.push(format!("{name}:\nwanted {expected:?}\ngot    {found:?}"));
        }
        let why = dreamt.whys();
        if why != found {
            wrong.push(format!("{name}:\nlog says {found:?}\nwhy says {why:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), TABLE.len(), wrong.join("\n"));
}

#[test]
fn who_decided_is_who_made_the_commit() {
    let dreamt = Dreamt::new();
    let by = |learning: usize| dreamt.verdicts()[learning].2.clone();
    dreamt.all(&["cherry-pick FERRY"]);
    assert_eq!((&by(0)["name"], &by(0)["commit"]), (&"Ann".into(), &dreamt.git("rev-parse HEAD").into()));
    dreamt.all(&["merge --quiet --no-ff --no-edit DREAM"]);
    assert_eq!((&by(1)["name"], &by(1)["commit"]), (&"Ann".into(), &dreamt.git("rev-parse HEAD").into()));
    let bea = ["-c", "user.name=Bea", "-c", "user.email=bea@example.com"];
    let revert = ["revert", "--no-edit", &dreamt.learnings[1].0];
    dreamt.sandbox.git(&dreamt.dir, &[&bea[..], &revert[..]].concat());
    assert_eq!((&by(1)["name"], &by(1)["commit"]), (&"Bea".into(), &dreamt.git("rev-parse HEAD").into()));
    dreamt.all(&["rm --quiet LOOM.md", "commit --quiet -m Not_this_one"]);
    let removed = dreamt.git("rev-parse HEAD");
    dreamt.sandbox.commit(&dreamt.dir, &[("later.txt", "x\n")], "Later");
    assert_eq!(by(2)["commit"], removed);
    let status = json(dreamt.sandbox.dream(&dreamt.dir, &["status", "--json"]));
    assert_eq!(status["verdicts"], serde_json::json!({"merged": 1, "rejected": 1, "reverted": 1}));
    let told = dreamt.sandbox.dream(&dreamt.dir, &["status"]).ok();
    assert!(told.contains("reverted") && told.contains("by Bea on 2026-01-01"), "{told}");
}

#[test]
fn a_shallow_clone_says_what_it_cannot_know() {
    let dreamt = Dreamt::new();
    let (sandbox, dir) = (&dreamt.sandbox, &dreamt.dir);
    dreamt.all(&["merge --quiet --no-ff --no-edit DREAM", "revert --no-edit KILN", "rm --quiet LOOM.md"]);
    dreamt.all(&["commit --quiet -m Wrong", "branch -D DREAM"]);
    for number in 0..5 {
        sandbox.commit(dir, &[("other.txt", &format!("{number}\n"))], "Work");
    }
    let url = format!("file://{}", dir.display());
    sandbox.git(&sandbox.path(""), &["clone", "--quiet", "--depth=2", &url, "shallow"]);
    let shallow = sandbox.path("shallow");
    sandbox.git(&shallow, &["fetch", "--quiet", "origin", "refs/dream/ledger:refs/dream/ledger"]);
    let shallow = Dreamt { dir: shallow, ..dreamt };
    let told: Vec<String> = shallow.verdicts().into_iter().map(|(verdict, ..)| verdict).collect();
    assert_eq!(told, ["merged", "unclear", "unclear"]);
    let status = shallow.sandbox.dream(&shallow.dir, &["status"]).ok();
    assert!(status.contains("git fetch --unshallow"), "{status}");
    shallow.git("fetch --quiet --unshallow");
    let told: Vec<String> = shallow.verdicts().into_iter().map(|(verdict, ..)| verdict).collect();
    assert_eq!(told, ["merged", "reverted", "rejected"]);
}

#[test]
fn a_note_that_moved_is_named_where_it_is() {
    let sandbox = Sandbox::new();
    let (memory, branch) = dreamt(&sandbox, "m");
    sandbox.git(&memory, &["merge", "--quiet", "--squash", &branch]);
    let note = sandbox.git(&memory, &["diff", "--name-only", "main", &branch, "--", "mistakes"]);
    sandbox.git(&memory, &["mv", &note, "mistakes/the-ramp.md"]);
    sandbox.git(&memory, &["commit", "--quiet", "--all", "-m", "Take the dream, and call it what it is"]);
    sandbox.git(&memory, &["branch", "--quiet", "-D", &branch]);
    let log = json(sandbox.dream(&memory, &["log", "--json"]));
    let learning = &log["cycles"][0]["learnings"][0];
    assert_eq!((&learning["verdict"], &learning["note"]), (&"merged".into(), &"mistakes/the-ramp.md".into()));
}
