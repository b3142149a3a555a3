//! Watches over what must never happen, with its own books: it believes git and the calendar, and of what the program
//! says only what it proposes.

use crate::calendar::{Fate, Lesson, Matter};
use crate::lines::Hand;
use crate::memory::{Learning, Memory};
use crate::people::Open;
use std::collections::{BTreeMap, BTreeSet};

/// By what share the evidence of a rejected lesson has to grow before it may be proposed again: the default of
/// `[memory] growth`.
const GROWTH: f64 = 0.5;
/// What share of the sessions in which a lesson showed may go uncounted: nobody reads every transcript rightly, and a
/// threshold that is passed by one session must not be broken by one that was missed.
const MISSED: f64 = 0.1;
/// Tokens that MEMORY.md may have: the default of `[memory] budget`.
pub(crate) const BUDGET: usize = 2000;

/// How one lesson, or one learning that is about none, was last decided.
#[derive(Clone, Debug)]
struct Decided {
    /// The week in which it was proposed.
    proposed: usize,
    /// Whether it was taken and then taken back.
    reverted: bool,
    /// The sessions that the program counted for it.
    sessions: u32,
    /// Its fingerprint then: under another one it comes back in other words.
    pattern: String,
    how: String,
}

/// The books.
pub(crate) struct Oversight {
    lessons: Vec<Lesson>,
    /// By lesson: in how many sessions of each week it showed; week 1 stands first.
    shown: Vec<Vec<u32>>,
    /// Rejections that hold, by what they are about.
    rejections: BTreeMap<String, Decided>,
    /// When each was last proposed, by what it is about, and as what.
    proposals: BTreeMap<String, (usize, Learning)>,
    /// Changes to notes that stand which were not taken, by change and lesson.
    declined: BTreeSet<String>,
    /// The lessons whose note stands, and those that were ever taken.
    taken: BTreeSet<usize>,
    ever_taken: BTreeSet<usize>,
    /// The lessons that are pinned, put away or taken back by hand.
    apart: BTreeSet<usize>,
    /// What people wrote by hand.
    hand: Hand,
    /// What was counted.
    pub counts: Counts,
    /// What went wrong, in words.
    pub wrongs: Vec<String>,
}

/// What was counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub proposed: usize,
    pub spurious: usize,
    pub accepted: usize,
    pub rejected: usize,
    pub again: usize,
    pub rejected_again: usize,
    pub reverted_again: usize,
    pub in_other_words: usize,
    pub pending_twice: usize,
    pub lines_checked: usize,
    pub overwritten: usize,
    pub most_tokens: usize,
    pub over_budget: usize,
    pub changes: BTreeMap<String, usize>,
    pub declined_again: usize,
    pub wrongly_retired: usize,
    pub twice: usize,
}

/// How the notes stand at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ending {
    /// Notes in the program's words about what was over for a quarter of the year at least (twelve weeks, where notes
    /// go after sixty days without use and a review may take two more weeks): the time of each had come.
    pub stale: usize,
    /// The same with a person's words in them: these are theirs to put away.
    pub stale_of_people: usize,
    pub stale_retired: usize,
    /// The lessons of those that are still there.
    pub stale_kept: Vec<String>,
    pub working: usize,
    pub working_kept: usize,
    pub lessons: usize,
    pub lessons_taken: usize,
}

impl Oversight {
    pub(crate) fn new(lessons: &[Lesson]) -> Oversight {
        Oversight {
            lessons: lessons.to_vec(),
            shown: vec![Vec::new(); lessons.len()],
            rejections: BTreeMap::new(),
            proposals: BTreeMap::new(),
            declined: BTreeSet::new(),
            taken: BTreeSet::new(),
            ever_taken: BTreeSet::new(),
            apart: BTreeSet::new(),
            hand: Hand::default(),
            counts: Counts::default(),
            wrongs: Vec::new(),
        }
    }

    /// Takes down in how many sessions of this week each lesson showed.
    pub(crate) fn happened(&mut self, shown: &[u32]) {
        for (weeks, count) in self.shown.iter_mut().zip(shown) {
            weeks.push(*count);
        }
    }

    /// Looks at what a cycle proposes.
    pub(crate) fn proposed(
        &mut self,
        week: usize,
        lesson: Option<usize>,
        learning: &Learning,
        open: &[Open],
    ) {
        self.counts.proposed += 1;
        *self.counts.changes.entry(learning.change.clone()).or_default() += 1;
        self.counts.spurious += usize::from(lesson.is_none());
        let waits = |(about, other): &(Option<usize>, Learning)| {
            other.pattern == learning.pattern || lesson.is_some() && *about == lesson
        };
        if let Some((_, other)) = open.iter().flat_map(|open| &open.learnings).find(|other| waits(other)) {
            self.counts.pending_twice += 1;
            self.wrong(week, learning, lesson, &format!("waits already as “{}”", other.title));
        }
        if let Some(number) = lesson {
            let stale = self.lessons[number].until < week;
            if learning.change == "retire" && !stale && self.lessons[number].fate != Fate::Unwelcome {
                self.counts.wrongly_retired += 1;
                self.wrong(week, learning, lesson, "is to be retired while it works");
            }
            if learning.change == "add" && self.taken.contains(&number) {
                self.counts.twice += 1;
                self.wrong(week, learning, lesson, "is in the memory already");
            }
        }
        if matches!(learning.change.as_str(), "add" | "restore") {
            self.again(week, lesson, learning);
        }
        self.counts.declined_again += usize::from(self.declined.contains(&change(lesson, learning)));
        self.proposals.insert(name(lesson, learning), (week, learning.clone()));
    }

    /// Whether what was rejected comes back, and with the new evidence that it takes.
    fn again(&mut self, week: usize, lesson: Option<usize>, learning: &Learning) {
        let Some(before) = self.rejections.get(&name(lesson, learning)).cloned() else { return };
        self.counts.again += 1;
        let (then, now) = match lesson {
            Some(number) => (self.seen_by(number, before.proposed), self.seen_by(number, week)),
            None => (before.sessions, learning.sessions),
        };
        let needed = (f64::from(then) * (1.0 + GROWTH)).max(f64::from(then) + 1.0);
        let slack = lesson.map_or(0.0, |_| MISSED);
        if f64::from(now) < needed * (1.0 - slack) {
            match before.reverted {
                true => self.counts.reverted_again += 1,
                false => self.counts.rejected_again += 1,
            }
            let other_words = before.pattern != learning.pattern;
            self.counts.in_other_words += usize::from(other_words);
            let Decided { proposed, sessions, how, .. } = before;
            let counted = learning.sessions;
            let how = if other_words { format!("{how} in other words") } else { how };
            let what = format!(
                "was {how}, proposed in week {proposed}: showed in {then} sessions then, in {now} now (counted {sessions}, {counted})"
            );
            self.wrong(week, learning, lesson, &what);
        }
    }

    /// In how many sessions a lesson showed up to a week.
    fn seen_by(&self, lesson: usize, week: usize) -> u32 {
        self.shown[lesson].iter().take(week).sum()
    }

    fn wrong(&mut self, week: usize, learning: &Learning, lesson: Option<usize>, what: &str) {
        let about = lesson.map_or("no lesson", |number| self.lessons[number].id.as_str());
        self.wrongs.push(format!("week {week}: {} “{}” ({about}) {what}", learning.change, learning.title));
    }

    /// A learning was taken.
    pub(crate) fn accepted(&mut self, lesson: Option<usize>, learning: &Learning) {
        self.counts.accepted += 1;
        let Some(number) = lesson else { return };
        match learning.change.as_str() {
            "retire" => self.taken.remove(&number),
            _ => self.ever_taken.insert(number) | self.taken.insert(number),
        };
        self.rejections.remove(&name(lesson, learning));
    }

    /// A learning was not taken.
    pub(crate) fn rejected(&mut self, lesson: Option<usize>, learning: &Learning, how: &str) {
        self.counts.rejected += 1;
        // Only what was new is rejected as a lesson: a note that stands stays.
        if matches!(learning.change.as_str(), "add" | "restore") {
            self.hold(name(lesson, learning), false, how);
        } else {
            self.declined.insert(change(lesson, learning));
        }
    }

    /// A note was taken back by hand.
    pub(crate) fn taken_back(&mut self, lesson: usize) {
        self.taken.remove(&lesson);
        self.apart.insert(lesson);
        self.hold(format!("lesson {lesson}"), true, "taken back");
    }

    /// What was taken back stands again.
    pub(crate) fn brought_back(&mut self, lesson: usize) {
        self.rejections.remove(&format!("lesson {lesson}"));
    }

    fn hold(&mut self, name: String, reverted: bool, how: &str) {
        let Some((proposed, learning)) = self.proposals.get(&name).cloned() else { return };
        let Learning { sessions, pattern, .. } = learning;
        self.rejections.insert(name, Decided { proposed, reverted, sessions, pattern, how: how.to_owned() });
    }

    /// A commit that people made by hand: its lines are theirs.
    pub(crate) fn by_hand(&mut self, commit: Option<String>) {
        self.hand.commits.extend(commit);
    }

    /// Checks that a proposed branch leaves people's lines alone.
    pub(crate) fn branched(&mut self, memory: &Memory, branch: &str) -> Result<(), String> {
        self.lines_stand(memory, "main", branch)?;
        self.weigh(memory, branch);
        Ok(())
    }

    /// Checks that people's lines still stand after a merge.
    pub(crate) fn merged(&mut self, memory: &Memory, before: &str) -> Result<(), String> {
        self.lines_stand(memory, before, "main")
    }

    /// Looks at how large MEMORY.md is.
    pub(crate) fn weigh(&mut self, memory: &Memory, at: &str) {
        let tokens = memory.read(at, "MEMORY.md").unwrap_or_default().len().div_ceil(4);
        self.counts.most_tokens = self.counts.most_tokens.max(tokens);
        if tokens > BUDGET {
            self.counts.over_budget += 1;
            self.wrongs.push(format!("MEMORY.md has {tokens} tokens on {at}"));
        }
    }

    fn lines_stand(&mut self, memory: &Memory, before: &str, after: &str) -> Result<(), String> {
        let looked_at = self.hand.look(memory, before, after)?;
        self.counts.lines_checked += looked_at.lines;
        self.counts.overwritten += looked_at.gone.len();
        self.wrongs.extend(looked_at.gone);
        Ok(())
    }

    /// How the notes stand at the end of the year.
    pub(crate) fn ending(&self, weeks: usize, active: &BTreeSet<usize>) -> Ending {
        let mut ending = Ending::default();
        for (number, lesson) in self.lessons.iter().enumerate() {
            let is_wanted = lesson.fate != Fate::Unwelcome && !matches!(lesson.matter, Matter::Dispute(_));
            if is_wanted && lesson.until >= lesson.from + 8 {
                ending.lessons += 1;
                ending.lessons_taken += usize::from(self.ever_taken.contains(&number));
            }
            if self.apart.contains(&number)
                || lesson.fate == Fate::Pinned
                || !self.ever_taken.contains(&number)
            {
                continue;
            }
            if lesson.until + weeks / 4 <= weeks && lesson.fate == Fate::Edited {
                ending.stale_of_people += 1;
            } else if lesson.until + weeks / 4 <= weeks {
                ending.stale += 1;
                match active.contains(&number) {
                    true => ending.stale_kept.push(format!("{} (until week {})", lesson.id, lesson.until)),
                    false => ending.stale_retired += 1,
                }
            } else if lesson.until >= weeks {
                ending.working += 1;
                ending.working_kept += usize::from(active.contains(&number));
            }
        }
        ending
    }
}

/// What a learning is about: a lesson or, where it is about none, its own pattern.
fn name(lesson: Option<usize>, learning: &Learning) -> String {
    match lesson {
        Some(number) => format!("lesson {number}"),
        None => format!("pattern {}", learning.pattern),
    }
}

/// A change to a note that stands: what is done, and about what.
fn change(lesson: Option<usize>, learning: &Learning) -> String {
    format!("{} {}", learning.change, name(lesson, learning))
}
