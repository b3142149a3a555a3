//! What the team does with the memory: reviews what is proposed, the ways people and forges do it, and works on the
//! notes by hand.

use crate::calendar::{Fate, Lesson};
use crate::memory::{Learning, Memory};
use crate::oversight::Oversight;
use crate::random::Random;
use std::collections::{BTreeMap, BTreeSet};

/// How often the open branches are reviewed in a week.
const REVIEWED: f64 = 0.75;

/// A branch that waits for review.
pub(crate) struct Open {
    /// Its name.
    pub branch: String,
    /// What is on it, with the lesson that each is about.
    pub learnings: Vec<(Option<usize>, Learning)>,
}

/// Something that is to be done to a note in a later week.
#[derive(Clone, Debug)]
struct Deed {
    week: usize,
    what: What,
    lesson: usize,
    note: String,
}

#[derive(Clone, Debug)]
enum What {
    TakeBack { returns: bool },
    BringBack(String),
    Edit,
    Pin,
    Archive,
}

/// The team as reviewers.
pub(crate) struct People<'a> {
    lessons: &'a [Lesson],
    random: Random,
    deeds: Vec<Deed>,
    /// Lessons that they have taken back: they will not have them again.
    regretted: BTreeSet<usize>,
    /// By note: the commit of the target that brought it alone, where one did.
    brought: BTreeMap<String, String>,
    /// How many times each way of taking and leaving was used.
    pub ways: BTreeMap<&'static str, usize>,
}

impl<'a> People<'a> {
    /// People who know what each of these lessons is worth.
    pub(crate) fn new(lessons: &'a [Lesson], random: Random) -> People<'a> {
        People {
            lessons,
            random,
            deeds: Vec::new(),
            regretted: BTreeSet::new(),
            brought: BTreeMap::new(),
            ways: BTreeMap::new(),
        }
    }

    /// Whether they want it.
    fn wants(&self, week: usize, lesson: Option<usize>, learning: &Learning) -> bool {
        let Some(number) = lesson.filter(|number| !self.regretted.contains(number)) else { return false };
        let lesson = &self.lessons[number];
        match learning.change.as_str() {
            "retire" => lesson.until < week || lesson.fate == Fate::Unwelcome,
            _ => lesson.fate != Fate::Unwelcome,
        }
    }

    /// Reviews what is open, in most weeks.
    pub(crate) fn review(
        &mut self,
        week: usize,
        memory: &Memory,
        open: &mut Vec<Open>,
        oversight: &mut Oversight,
    ) -> Result<(), String> {
        if !self.random.chance(REVIEWED) {
            return Ok(());
        }
        for branch in open.drain(..) {
            let before = memory.tip("main")?;
            let (wanted, unwanted): (Vec<_>, Vec<_>) = branch
                .learnings
                .iter()
                .cloned()
                .partition(|(lesson, learning)| self.wants(week, *lesson, learning));
            self.decide(memory, &branch.branch, &wanted, &unwanted)?;
            in_step(memory)?;
            oversight.merged(memory, &before)?;
            for (lesson, learning) in &unwanted {
                oversight.rejected(*lesson, learning, "left out");
            }
            for (lesson, learning) in &wanted {
                oversight.accepted(*lesson, learning);
                self.remember(week, *lesson, learning);
            }
        }
        Ok(())
    }

    fn decide(
        &mut self,
        memory: &Memory,
        branch: &str,
        wanted: &[(Option<usize>, Learning)],
        unwanted: &[(Option<usize>, Learning)],
    ) -> Result<(), String> {
        let names = |list: &[(Option<usize>, Learning)]| -> Vec<String> {
            list.iter().map(|(_, learning)| learning.commit.clone()).collect()
        };
        let (wanted, unwanted) = (names(wanted), names(unwanted));
        let way = match (wanted.is_empty(), unwanted.is_empty(), self.random.below(4)) {
            (_, _, 3) => "reviewed by `git dream review`",
            (true, _, _) => "branch deleted",
            (_, true, 0) => "merged",
            (_, true, 1) => "squashed",
            (_, true, _) | (_, _, 0) => "cherry-picked",
            (_, _, 1) => "reverted on the branch, then merged",
            _ => "reverted on the branch, then squashed",
        };
        *self.ways.entry(way).or_default() += 1;
        match way {
            "branch deleted" => {}
            "reviewed by `git dream review`" => {
                let reasons: Vec<String> =
                    unwanted.iter().map(|commit| format!("{commit}=we do not want this")).collect();
                let now = memory.now();
                let mut words = vec!["review", branch, "--quiet", "--now", &now];
                wanted.iter().for_each(|commit| words.extend(["--accept", commit]));
                reasons.iter().for_each(|reason| words.extend(["--reject", reason]));
                memory.dream(&words)?;
                for commit in &wanted {
                    let note = note_of(memory, commit)?;
                    let landed = memory.git(&["log", "-1", "--format=%H", "main", "--", &note])?;
                    self.brought.insert(note, landed.trim().to_owned());
                }
            }
            "cherry-picked" => {
                for commit in &wanted {
                    if !memory.succeeds(&["cherry-pick", commit]) {
                        settle(memory, &["cherry-pick", "--continue"], &["cherry-pick", "--skip"])?;
                    }
                    self.brought.insert(note_of(memory, commit)?, memory.tip("main")?);
                }
            }
            _ => {
                if !unwanted.is_empty() {
                    memory.git(&["checkout", "--quiet", branch])?;
                    for commit in unwanted.iter().rev() {
                        memory.git(&["revert", "--no-edit", commit])?;
                    }
                    memory.git(&["checkout", "--quiet", "main"])?;
                }
                if way.ends_with("squashed") {
                    // As a forge does it: the messages of all commits in one body.
                    let body =
                        memory.git(&["log", "--reverse", "--format=* %B", &format!("main..{branch}")])?;
                    let message = format!("Take what was dreamt (#{})\n\n{body}", self.random.between(2, 99));
                    if !memory.succeeds(&["merge", "--squash", "--quiet", branch]) {
                        resolve(memory)?;
                    }
                    memory.commit(&message)?;
                } else {
                    if !memory.succeeds(&["merge", "--no-ff", "--no-edit", "--quiet", branch]) {
                        settle(memory, &["commit", "--quiet", "--no-edit"], &["merge", "--abort"])?;
                    }
                    for commit in &wanted {
                        self.brought.insert(note_of(memory, commit)?, commit.clone());
                    }
                }
            }
        }
        match memory.tip(branch) {
            Ok(_) => memory.git(&["branch", "--quiet", "-D", branch]).map(|_| ()),
            // A review that has decided everything closes the branch itself.
            Err(_) => Ok(()),
        }
    }

    /// What is to be done with a note that was taken.
    fn remember(&mut self, week: usize, lesson: Option<usize>, learning: &Learning) {
        let Some(lesson) = lesson.filter(|_| learning.change == "add") else { return };
        let (later, what) = match self.lessons[lesson].fate {
            Fate::Welcome | Fate::Unwelcome => return,
            Fate::Regretted { returns } => (self.random.between(2, 4), What::TakeBack { returns }),
            Fate::Edited => (1, What::Edit),
            Fate::Pinned => (1, What::Pin),
            Fate::Archived => (4, What::Archive),
        };
        self.deeds.push(Deed { week: week + later, what, lesson, note: learning.note.clone() });
    }

    /// Works on the memory by hand: what is due in this week.
    pub(crate) fn work(
        &mut self,
        week: usize,
        memory: &Memory,
        oversight: &mut Oversight,
    ) -> Result<(), String> {
        if week == 2 {
            oversight.by_hand(own_words(memory)?);
        }
        let (due, later) = std::mem::take(&mut self.deeds).into_iter().partition(|deed| deed.week <= week);
        self.deeds = later;
        for deed in due {
            self.act(week, memory, &deed, oversight)?;
            in_step(memory)?;
        }
        Ok(())
    }

    fn act(
        &mut self,
        week: usize,
        memory: &Memory,
        deed: &Deed,
        oversight: &mut Oversight,
    ) -> Result<(), String> {
        let note = &deed.note;
        let text = memory.read("main", note);
        if let (What::BringBack(commit), None) = (&deed.what, &text) {
            memory.git(&["revert", "--no-edit", commit])?;
            *self.ways.entry("revert reverted").or_default() += 1;
            self.regretted.remove(&deed.lesson);
            oversight.brought_back(deed.lesson);
        }
        let Some(text) = text else { return Ok(()) };
        let way = match &deed.what {
            What::TakeBack { returns } => {
                let commit = self.brought.get(note).cloned();
                let reverted =
                    commit.is_some_and(|commit| memory.succeeds(&["revert", "--no-edit", &commit]));
                if !reverted {
                    let _ = memory.git(&["revert", "--abort"]);
                    memory.git(&["rm", "--quiet", note])?;
                    memory.commit(&format!("Remove {note}: we do not want this"))?;
                }
                if *returns {
                    let what = What::BringBack(memory.tip("main")?);
                    self.deeds.push(Deed { week: week + 5, what, ..deed.clone() });
                }
                self.regretted.insert(deed.lesson);
                oversight.taken_back(deed.lesson);
                if reverted { "reverted later" } else { "note removed later" }
            }
            What::Edit => {
                memory.write(note, &edited(&text))?;
                oversight.by_hand(memory.commit(&format!("Say in {note} what we do"))?);
                "edited by hand"
            }
            What::Pin => {
                memory.write(note, &text.replacen("status: active", "status: pinned", 1))?;
                oversight.by_hand(memory.commit(&format!("Pin {note}"))?);
                "pinned"
            }
            What::Archive => {
                let place = format!("archive/{note}");
                memory.write(&place, &text)?;
                memory.git(&["rm", "--quiet", note])?;
                memory.commit(&format!("Put {note} away"))?;
                self.regretted.insert(deed.lesson);
                oversight.taken_back(deed.lesson);
                "archived by hand"
            }
            What::BringBack(_) => return Ok(()),
        };
        *self.ways.entry(way).or_default() += 1;
        Ok(())
    }
}

/// A note that a person has changed: a word in a line that was proposed, and a paragraph of their own.
fn edited(text: &str) -> String {
    let own = "Ann: ask in the platform channel before you work around this.";
    let (rule, evidence) = text.split_once("\n## Evidence").unwrap_or((text, ""));
    let mut lines: Vec<String> = rule.lines().map(str::to_owned).collect();
    if let Some(line) = lines.iter_mut().rev().find(|line| !line.trim().is_empty()) {
        line.push_str(" (checked by Ann)");
    }
    format!("{}\n\n{own}\n\n## Evidence{evidence}", lines.join("\n").trim_end())
}

/// What people have in their memory from the beginning: their own words around the index, and a note of their own.
fn own_words(memory: &Memory) -> Result<Option<String>, String> {
    let main = memory.read("main", "MEMORY.md").unwrap_or_default();
    let main =
        main.replacen("## Index", "We deploy on Tuesdays; ask before you touch production.\n\n## Index", 1);
    memory.write("MEMORY.md", &format!("{main}\n## House rules\n\n- Nobody pushes on Friday evening.\n"))?;
    let note = "---\nname: ask-before-force-push\ndescription: Ask the team before you force-push a shared branch.\nkind: preference\nscope: team\nstatus: active\nsince: 2025-11-24\n---\n\nAsk the team before you force-push a branch that others work on.\n";
    memory.write("preferences/ask-before-force-push.md", note)?;
    let commit = memory.commit("Write down what we know ourselves")?;
    in_step(memory)?;
    Ok(commit)
}

/// Brings the index in step with the notes, as `check` tells people to.
fn in_step(memory: &Memory) -> Result<(), String> {
    memory.dream(&["check", "--fix", "--quiet"])?;
    memory.commit("Bring the index in step").map(|_| ())
}

/// Keeps what stands on the target where both sides changed a file.
fn resolve(memory: &Memory) -> Result<(), String> {
    let torn = memory.git(&["diff", "--name-only", "--diff-filter=U"])?;
    for path in torn.lines() {
        if !memory.succeeds(&["checkout", "--ours", "--", path]) {
            memory.git(&["rm", "--quiet", "--force", "--", path])?;
        }
        let _ = memory.git(&["add", "--", path]);
    }
    Ok(())
}

/// Settles a conflict and goes on; where nothing is left to commit, `otherwise`.
fn settle(memory: &Memory, go_on: &[&str], otherwise: &[&str]) -> Result<(), String> {
    resolve(memory)?;
    if memory.succeeds(go_on) { Ok(()) } else { memory.git(otherwise).map(|_| ()) }
}

/// The note that a learning's commit is about.
fn note_of(memory: &Memory, commit: &str) -> Result<String, String> {
    let touched =
        memory.git(&["show", "--format=", "--name-only", "--no-renames", "--diff-filter=AM", commit])?;
    Ok(touched.lines().next().unwrap_or_default().to_owned())
}
