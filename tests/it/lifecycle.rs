//! What becomes of notes that stand, over several cycles: one agent's note becomes the team's, what nobody uses goes
//! to the archive and comes back, what is said twice becomes one.

use crate::cli::{FERRY, Mistake, json};
use crate::ledger::digest;
use crate::repo::{dreamer, moving, noon};
use crate::sandbox::Sandbox;
use git_dream::ledger::{Addition, CycleRecord, LEDGER, LearningRecord, Ledger, Stamp, SupportRecord};
use git_dream::pattern::Fingerprint;
use git_dream::repo::Repo;
use serde_json::{Value, json};
use std::path::PathBuf;

const KILN: Mistake = ("kiln fire tiles", "error: the damper is shut", "kiln fire tiles --open-damper");
const LOOM: Mistake =
    ("loom weave cloth", "error: no shuttle on this side", "loom weave cloth --swap-shuttle");

/// A memory and the sessions that were dreamt on in it.
struct Life {
    sandbox: Sandbox,
    dir: PathBuf,
    /// The memory's folder in it, empty or ending in `/`.
    root: &'static str,
    /// Sessions written so far; each has a job of its own.
    number: u32,
}

/// A session: who worked, on which day, what failed, and a note that was put before the agent.
struct Met<'a> {
    agent: &'a str,
    day: &'a str,
    mistakes: &'a [Mistake<'a>],
    shown: &'a str,
}

const JOBS: [&str; 6] = [
    "Repair the pump",
    "Paint the north wall",
    "Count all lanterns",
    "Write to Ada",
    "Move house",
    "Sell the boat",
];

impl Life {
    fn new() -> Life {
        Life::below("")
    }

    /// A memory in a folder of its repository.
    fn below(root: &'static str) -> Life {
        let sandbox = Sandbox::new();
        let dir = sandbox.repo("m", &[("src/main.rs", "fn main() {}\n")]);
        sandbox.dream(&dir, &["init", "--quiet", "--root", root.trim_end_matches('/')]).ok();
        Life { sandbox, dir, root, number: 0 }
    }

    fn path(&self, note: &str) -> PathBuf {
        self.dir.join(format!("{}{note}", self.root))
    }

    fn git(&self, line: &str) -> String {
        self.sandbox.git(&self.dir, &line.split(' ').collect::<Vec<_>>())
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn has(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    /// Dreams on new sessions, at noon of the day of the last one.
    #[track_caller]
    fn dream(&mut self, sessions: &[(u32, Met<'_>)]) -> Value {
        let mut lines = Vec::new();
        let mut now = String::new();
        for (times, Met { agent, day, mistakes, shown }) in sessions {
            now = format!("{day}T23:00:00Z");
            for _ in 0..*times {
                self.number += 1;
                let n = self.number;
                let at = |second: usize| format!("{day}T{:02}:{:02}:{second:02}Z", n / 60 % 20, n % 60);
                let job = JOBS[n as usize % JOBS.len()];
                lines.push(json!({"git_dream": 1, "id": format!("s{n}"), "agent": agent, "job": format!("j{n}"), "contributor": format!("person-{}", n % 3)}));
                lines.push(json!({"at": at(0), "context": format!("You have notes: {shown}")}));
                lines.push(json!({"at": at(1), "person": format!("{job}, for house {n}")}));
                for (which, (failing, error, working)) in mistakes.iter().enumerate() {
                    let second = 2 * which + 2;
                    let call = |command: &str| json!({"tool": "shell", "args": {"command": command}});
                    let mut failed = call(failing);
                    (failed["exit"], failed["output"]) = (4.into(), (*error).into());
                    let mut worked = call(working);
                    worked["output"] = "done".into();
                    lines.push(json!({"at": at(second), "call": failed}));
                    lines.push(json!({"at": at(second + 1), "call": worked}));
                }
            }
        }
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let file = self.sandbox.path(&format!("sessions-{}.jsonl", self.number));
        std::fs::write(&file, text).unwrap();
        let args = ["run", "--json", "--now", &now, "--sessions", file.to_str().unwrap()];
        json(self.sandbox.dream(&self.dir, &args))
    }

    /// Merges what was proposed, as a pull request would be.
    #[track_caller]
    fn take(&self, report: &Value) {
        let branch = report["branch"].as_str().unwrap_or_else(|| panic!("nothing was proposed: {report:#}"));
        let ran = self.sandbox.dream(&self.dir, &["check", &format!("main..{branch}")]);
        assert_eq!(ran.status, 0, "{ran:#?}");
        self.git(&format!("merge --quiet --no-ff --no-edit {branch}"));
        self.git(&format!("branch --quiet -D {branch}"));
    }

    /// Fails the test unless each of the learnings can be reverted alone with plain git, and reverting the revert
    /// brings it back.
    #[track_caller]
    fn reverts_cleanly(&self, report: &Value) {
        for learning in report["learnings"].as_array().unwrap() {
            let before = self.git("rev-parse HEAD^{tree}");
            self.git(&format!("revert --no-edit {}", learning["commit"].as_str().unwrap()));
            for left in learning["leaves"].as_array().into_iter().flatten() {
                assert!(self.has(left.as_str().unwrap()), "{learning:#}");
            }
            self.git("revert --no-edit HEAD");
            assert_eq!(self.git("rev-parse HEAD^{tree}"), before);
            self.git("reset --quiet --hard HEAD~2");
        }
    }

    /// Verdict and how it came about, of every learning, oldest first.
    fn verdicts(&self) -> Vec<(String, String, String)> {
        let log = json(self.sandbox.dream(&self.dir, &["log", "--json"]));
        let cycles = log["cycles"].as_array().unwrap().iter().rev();
        let learnings = cycles.flat_map(|cycle| cycle["learnings"].as_array().unwrap());
        let text = |learning: &Value, name: &str| learning[name].as_str().unwrap().to_owned();
        learnings.map(|one| (text(one, "change"), text(one, "verdict"), text(one, "how"))).collect()
    }
}

/// What was proposed: the change and the note.
fn proposed(report: &Value) -> Vec<(String, String)> {
    let text = |learning: &Value, name: &str| learning[name].as_str().unwrap().to_owned();
    let learnings = report["learnings"].as_array().unwrap().iter();
    learnings.map(|learning| (text(learning, "change"), text(learning, "note"))).collect()
}

fn met<'a>(agent: &'a str, day: &'a str, mistakes: &'a [Mistake]) -> Met<'a> {
    Met { agent, day, mistakes, shown: "" }
}

#[test]
fn an_agents_note_becomes_the_teams_when_other_agents_show_it() {
    let mut life = Life::below("docs/memory/");
    let first =
        life.dream(&[(5, met("codex", "2026-01-05", &[FERRY])), (3, met("claude-code", "2026-01-06", &[]))]);
    let [(change, note)] = proposed(&first).try_into().unwrap();
    assert!(change == "add" && note.starts_with("agents/codex/mistakes/"), "{note}");
    life.take(&first);
    let before = life.text(&note);
    let second = life.dream(&[(3, met("claude-code", "2026-01-12", &[FERRY]))]);
    let promoted = note.trim_start_matches("agents/codex/").to_owned();
    assert_eq!(proposed(&second), [("promote".to_owned(), promoted.clone())], "{second:#}");
    life.take(&second);
    assert!(!life.has(&note));
    let after = life.text(&promoted);
    assert!(after.contains("scope: team") && after.contains("since: \"2026-01-06\""), "{after}");
    for line in before.lines().filter(|line| line.contains("[source: ")) {
        assert!(after.contains(line), "{line}\n{after}");
    }
    assert!(life.text("MEMORY.md").contains(&format!("]({promoted})")));
    assert_eq!(
        life.verdicts(),
        [
            ("add".to_owned(), "merged".to_owned(), "promoted since; taken".to_owned()),
            ("promote".to_owned(), "merged".to_owned(), "merge".to_owned())
        ]
    );
    life.reverts_cleanly(&second);
    // Reverted: people want it to be one agent's, and are not asked again.
    life.git(&format!("revert --no-edit {}", second["learnings"][0]["commit"].as_str().unwrap()));
    assert_eq!(life.verdicts()[0].1, "merged");
    assert_eq!(life.verdicts()[1].1, "reverted");
    let third = life.dream(&[(1, met("claude-code", "2026-01-19", &[FERRY]))]);
    assert_eq!(proposed(&third), []);
    life.sandbox.fsck(&life.dir);
}

#[test]
fn what_nobody_uses_is_retired_and_comes_back_when_it_shows_again() {
    let mut life = Life::new();
    let first = life.dream(&[(5, met("codex", "2026-01-05", &[FERRY, KILN, LOOM]))]);
    let notes: Vec<String> = proposed(&first).into_iter().map(|(_, note)| note).collect();
    let find = |name: &str| notes.iter().find(|note| note.contains(name)).unwrap().clone();
    let (ferry, kiln, loom) = (find("ferry"), find("kiln"), find("loom"));
    life.take(&first);
    // The kiln's note is read all the time, the loom's is pinned, the ferry's is neither.
    let pinned = life.text(&loom).replace("status: active", "status: pinned");
    life.sandbox.commit(&life.dir, &[(&loom, &pinned)], "Keep this");
    let early = life.dream(&[(2, Met { shown: &kiln, ..met("codex", "2026-06-01", &[]) })]);
    assert_eq!(proposed(&early), []);
    let late = life.dream(&[(2, Met { shown: &kiln, ..met("codex", "2026-09-01", &[]) })]);
    let archived = format!("archive/{ferry}");
    assert_eq!(proposed(&late), [("retire".to_owned(), archived.clone())], "{late:#}");
    // Nothing is proposed twice, and what people did not want is not asked again.
    let again = life.dream(&[(1, met("codex", "2026-09-02", &[]))]);
    assert_eq!(proposed(&again), []);
    let branch = late["branch"].as_str().unwrap().to_owned();
    life.git(&format!("branch --quiet kept {branch}"));
    life.git(&format!("branch --quiet -D {branch}"));
    let again = life.dream(&[(1, met("codex", "2026-09-03", &[]))]);
    assert_eq!(proposed(&again), []);
    life.git(&format!("branch --quiet {branch} kept"));
    life.take(&late);
    assert!(!life.has(&ferry) && life.has(&kiln) && life.has(&loom));
    let text = life.text(&archived);
    assert!(text.contains("status: retired") && text.contains("**Retired 2026-09-01:**"), "{text}");
    assert!(!life.text("MEMORY.md").contains(&ferry));
    let ferrys = |life: &Life| -> Vec<(String, String)> {
        let all =
            life.verdicts().into_iter().filter(|(change, _, how)| change != "add" || how.contains("since"));
        all.map(|(change, verdict, _)| (change, verdict)).collect()
    };
    let pair = |change: &str, verdict: &str| (change.to_owned(), verdict.to_owned());
    assert_eq!(ferrys(&life), [pair("add", "merged"), pair("retire", "merged")]);
    life.reverts_cleanly(&late);
    // Once is not enough to bring it back; evidence is.
    let once = life.dream(&[(1, met("codex", "2026-10-01", &[FERRY]))]);
    assert_eq!(proposed(&once), []);
    let back = life.dream(&[(3, met("codex", "2026-10-08", &[FERRY]))]);
    assert_eq!(proposed(&back), [("restore".to_owned(), ferry.clone())], "{back:#}");
    life.take(&back);
    let text = life.text(&ferry);
    assert!(text.contains("status: active") && text.contains("since: \"2026-01-05\""), "{text}");
    assert!(!text.contains("Retired") && !life.has(&archived), "{text}");
    assert_eq!(ferrys(&life), [pair("retire", "merged"), pair("restore", "merged")]);
    life.reverts_cleanly(&back);
    let quiet = life.dream(&[(1, met("codex", "2026-10-09", &[FERRY]))]);
    assert_eq!(proposed(&quiet), []);
    life.sandbox.fsck(&life.dir);
}

#[test]
fn what_a_person_changed_or_put_away_is_left_where_it_is() {
    let mut life = Life::new();
    let first = life.dream(&[(5, met("codex", "2026-01-05", &[FERRY, KILN]))]);
    life.take(&first);
    let notes: Vec<String> = proposed(&first).into_iter().map(|(_, note)| note).collect();
    let edited = life.text(&notes[0]).replace("**Do:**", "**Do, says Ann:**");
    life.sandbox.commit(&life.dir, &[(&notes[0], &edited)], "In my words");
    std::fs::create_dir_all(life.dir.join("archive/mistakes")).unwrap();
    life.git(&format!("mv {} archive/{}", notes[1], notes[1]));
    life.git("commit --quiet -m Enough");
    let late = life.dream(&[(2, met("codex", "2026-12-01", &[]))]);
    assert_eq!(proposed(&late), []);
    let archived = life
        .verdicts()
        .into_iter()
        .filter(|(_, verdict, how)| verdict == "rejected" && how == "note archived");
    assert_eq!(archived.count(), 1);
}

#[test]
fn when_the_index_is_full_what_is_less_useful_leaves_it() {
    let mut life = Life::new();
    let first = life.dream(&[(4, met("codex", "2026-01-05", &[FERRY]))]);
    life.take(&first);
    let main = life.text("MEMORY.md");
    let settings = format!("[memory]\nbudget = {}\n", main.len() / 4 + 45);
    life.sandbox.commit(&life.dir, &[("dream.toml", &settings)], "Keep it short");
    let second = life.dream(&[(9, met("codex", "2026-01-12", &[KILN]))]);
    life.take(&second);
    let [(_, kiln)] = proposed(&second).try_into().unwrap();
    let [(_, ferry)] = proposed(&first).try_into().unwrap();
    let index = life.text("MEMORY.md");
    assert!(index.contains(&format!("]({kiln})")) && !index.contains(&format!("]({ferry})")), "{index}");
    assert!(index.contains("1 more in") && life.has(&ferry));
    let message = life.git("log -1 --format=%B --grep=^index: HEAD^2");
    assert!(message.contains("The index is full") && message.contains(&ferry), "{message}");
    // Whoever makes the index anew without a dream ranks alike.
    let emptied: Vec<&str> = index.lines().filter(|line| !line.starts_with("- ")).collect();
    std::fs::write(life.path("MEMORY.md"), emptied.join("\n") + "\n").unwrap();
    life.git("commit --quiet --all -m Oops");
    life.sandbox.dream(&life.dir, &["check", "--fix"]).ok();
    let mended = life.text("MEMORY.md");
    assert!(mended.contains(&format!("]({kiln})")) && !mended.contains(&format!("]({ferry})")), "{mended}");
}

/// A note that somebody's earlier cycle wrote and people took up.
fn plant(life: &Life, cycle: &str, note: &str, text: &str, sessions: u32) {
    let pattern = Fingerprint::of(&[note]).to_string();
    let base = life.git("rev-parse HEAD");
    let message = format!("mistake: planted\n\nDream-Cycle: {cycle}\nDream-Pattern: {pattern}");
    let commit = life.sandbox.commit(&life.dir, &[(note, text)], &message);
    let learning = LearningRecord {
        commit: Some(commit.clone()),
        change: "add".to_owned(),
        kind: "preference".to_owned(),
        note: note.to_owned(),
        title: "planted".to_owned(),
        pattern,
        grade: "corroborated".to_owned(),
        support: SupportRecord { sessions, jobs: 2, agents: 1, people: 2 },
        ..LearningRecord::default()
    };
    let record = CycleRecord {
        version: 1,
        cycle: cycle.to_owned(),
        at: noon(),
        target: "main".to_owned(),
        base,
        branch: Some(format!("dream/{cycle}")),
        tip: Some(commit),
        learnings: vec![learning],
        ..CycleRecord::default()
    };
    let repo = Repo::open(&life.dir).unwrap();
    let ledger = Ledger::open(&repo).unwrap();
    let digests = [digest(note, None, 1)];
    let addition = Addition { cycle, digests: &digests, outcomes: &[], record: Some(&record) };
    let added = ledger.append(&addition, &Stamp { identity: dreamer(), at: noon() }).unwrap();
    repo.move_refs(&[moving(LEDGER, ledger.tip(), Some(added))]).unwrap();
}

fn preference(name: &str, rule: &str, session: &str) -> String {
    format!(
        "---\nname: {name}\ndescription: \"{rule}\"\nkind: preference\nscope: team\nstatus: active\nsince: \"2026-01-01\"\n---\n\n# {rule}\n\n## Evidence\n\n- `{rule}` [source: {session}#3; added: 2026-01-01]\n"
    )
}

#[test]
fn what_two_notes_say_becomes_one() {
    let mut life = Life::new();
    for (cycle, name, rule, session, sessions) in [
        ("c1", "tests", "Run all the tests before you commit to main.", "0000000000000001", 4),
        ("c2", "all-tests", "Run all tests before you commit on main.", "0000000000000002", 9),
        ("c3", "no-tests", "Do not run all the tests before you commit to main.", "0000000000000003", 5),
        ("c4", "two-tests", "Run 2 of the tests before you commit to main.", "0000000000000004", 5),
    ] {
        plant(&life, cycle, &format!("preferences/{name}.md"), &preference(name, rule, session), sessions);
    }
    let report = life.dream(&[(1, met("codex", "2026-01-05", &[]))]);
    assert_eq!(
        proposed(&report),
        [("merge".to_owned(), "preferences/all-tests.md".to_owned())],
        "{report:#}"
    );
    let branch = report["branch"].as_str().unwrap().to_owned();
    life.git(&format!("merge --quiet --no-ff --no-edit {branch}"));
    let text = life.text("preferences/all-tests.md");
    assert!(text.contains("0000000000000001#3") && text.contains("0000000000000002#3"), "{text}");
    let archived = life.text("archive/preferences/tests.md");
    assert!(
        archived.contains("status: retired") && archived.contains("`preferences/all-tests.md` says it now")
    );
    assert!(!life.has("preferences/tests.md") && life.has("preferences/no-tests.md"));
    let hows: Vec<String> =
        life.verdicts().into_iter().map(|(_, verdict, how)| format!("{verdict}, {how}")).collect();
    assert_eq!(hows[0], "merged, said by another note since; taken");
    assert!(hows.iter().all(|how| how.starts_with("merged")), "{hows:?}");
    life.reverts_cleanly(&report);
    // The message says why.
    let message =
        life.git(&format!("log -1 --format=%B {}", report["learnings"][0]["commit"].as_str().unwrap()));
    assert!(message.contains("Dream-Change: merge") && message.contains("of their words"), "{message}");
    // Reverted: people want two notes, and are not asked again.
    life.git(&format!("revert --no-edit {}", report["learnings"][0]["commit"].as_str().unwrap()));
    let again = life.dream(&[(1, met("codex", "2026-01-06", &[]))]);
    assert_eq!(proposed(&again), []);
    life.sandbox.fsck(&life.dir);
}
