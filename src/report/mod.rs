//! What came of dreaming, for who leads the team: what was learnt, what waits, what people did not want and why, and
//! what the notes did since.
//!
//! [`report`] brings together what the history, the ledger and the memory know into one [`Report`], a plain value; the
//! same inputs give the same value. Three writers read it: [`markdown`] for the summary of a CI run, [`json`] for
//! programs, [`page`] for people with a browser. Refuses to compute anything anew: verdicts are [`crate::verdict`]'s,
//! figures [`crate::impact`]'s, what is gone [`crate::stale`]'s. All words that come from transcripts and notes are
//! somebody else's: every writer shows them as text and never as markup.

mod chart;
mod detail;
mod gather;
pub mod json;
pub mod markdown;
mod note;
pub mod page;
mod trend;
mod words;

pub use detail::{Change, Cut, Detail};
pub use gather::{Asked, report};
pub use note::Measured;
pub use trend::{Merge, Trend, Week};

use crate::learning::effect::Effect;
use crate::learning::standing::Verdict;
use crate::ledger::{CostRecord, SupportRecord};
use crate::memory::reference::DeadReference;
use crate::repo::Oid;
use crate::verdict::{Decider, How};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What came of dreaming.
#[derive(Clone, Debug)]
pub struct Report {
    /// What the memory is called.
    pub memory: String,
    /// The branch that it is on.
    pub branch: String,
    /// Where that stands; `None` while it has no commit.
    pub tip: Option<Oid>,
    /// The moment that the report is made at.
    pub at: Timestamp,
    /// What happened from this moment on is news.
    pub since: Timestamp,
    /// How many notes agents follow, by kind.
    pub notes: BTreeMap<String, usize>,
    /// Sessions in the ledger and in inboxes.
    pub sessions: usize,
    /// The cycles, newest first.
    pub cycles: Vec<Cycle>,
    /// What cycles proposed, newest first.
    pub learnings: Vec<Learning>,
    /// How often what merged notes are against came up, week by week.
    pub trend: Trend,
    /// What the notes did that stand: what works first, then by path.
    pub measured: Vec<Measured>,
    /// Notes that cannot be measured, and why.
    pub unmeasured: Vec<(String, String)>,
    /// Notes that name what is gone, by path.
    pub stale: BTreeMap<String, Vec<DeadReference>>,
    /// What cannot be known here, and why: sentences for people.
    pub unknown: Vec<String>,
    /// Where there is little to report: why, and what to do.
    pub hint: Option<Hint>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// Its name.
    pub name: String,
    /// When it ran.
    pub at: Timestamp,
    /// Which engine wrote.
    pub engine: String,
    /// Sessions that were new to it.
    pub sessions: u64,
    /// How many learnings it proposed.
    pub learnings: usize,
    /// What asking a model cost; `None` where none was asked.
    pub cost: Option<CostRecord>,
    /// What it held back: what each would have said, and why not.
    pub refused: Vec<(String, String)>,
}

/// What a cycle proposed, and what became of it.
#[derive(Clone, Debug)]
pub struct Learning {
    /// Its number, from 1, in the order in which learnings were proposed: it stays the same while cycles are added.
    pub number: usize,
    /// The cycle.
    pub cycle: String,
    /// When that ran.
    pub proposed: Timestamp,
    /// `add`, `revise`, …
    pub change: String,
    /// `mistake`, `playbook`, `preference`.
    pub kind: String,
    /// The learning in a sentence.
    pub title: String,
    /// The note's path inside the memory, now.
    pub note: String,
    /// For whom it holds: `team`, `agent claude-code`; empty where that is not known.
    pub scope: String,
    /// Fingerprint of its pattern.
    pub pattern: String,
    /// How well founded it was.
    pub grade: String,
    /// What it rested on.
    pub support: SupportRecord,
    /// Who worded it, where that was not the builtin engine.
    pub worded_by: Option<String>,
    /// What asking a model about it cost.
    pub cost: Option<CostRecord>,
    /// The commit that proposed it.
    pub commit: Option<Oid>,
    /// What people did with it.
    pub verdict: Verdict,
    /// How it came to that.
    pub how: How,
    /// Who decided, where git keeps it.
    pub by: Option<Decider>,
    /// What its note did; `None` where it does not stand or cannot be measured.
    pub effect: Option<Effect>,
    /// Why it was proposed, what it says and changes, on what evidence.
    pub detail: Detail,
}

impl Learning {
    /// When people decided, as far as git keeps it; else when it was proposed.
    pub fn decided(&self) -> Timestamp {
        self.by.as_ref().map_or(self.proposed, |by| by.at)
    }
}

/// Why there is little to report, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Why.
    pub why: String,
    /// The command that helps.
    pub command: String,
}

impl Report {
    /// What people took up since the moment that the report is about, newest first.
    pub fn taken_up(&self) -> impl Iterator<Item = &Learning> {
        self.news(|verdict| verdict.stands())
    }

    /// What people did not want or took back since then, newest first.
    pub fn turned_down(&self) -> impl Iterator<Item = &Learning> {
        self.news(|verdict| matches!(verdict, Verdict::Rejected | Verdict::Reverted))
    }

    /// What waits, whenever it was proposed.
    pub fn pending(&self) -> impl Iterator<Item = &Learning> {
        self.learnings.iter().filter(|learning| learning.verdict == Verdict::Pending)
    }

    fn news(&self, wanted: impl Fn(Verdict) -> bool) -> impl Iterator<Item = &Learning> {
        let mut news: Vec<&Learning> = self
            .learnings
            .iter()
            .filter(|learning| wanted(learning.verdict) && learning.decided() >= self.since)
            .collect();
        news.sort_by_key(|learning| std::cmp::Reverse(learning.decided()));
        news.into_iter()
    }

    /// The notes that are read and whose mistake became rarer: what would be missed.
    pub fn load_bearing(&self) -> impl Iterator<Item = &Measured> {
        self.measured.iter().filter(|note| note.effect == Effect::Works && note.last_read.is_some())
    }

    /// The notes that are read in vain.
    pub fn ineffective(&self) -> impl Iterator<Item = &Measured> {
        self.measured.iter().filter(|note| note.effect == Effect::Ineffective)
    }

    /// What cycles held back since the moment that the report is about: the cycle, what it would have said, why not.
    pub fn held_back(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let news = self.cycles.iter().filter(|cycle| cycle.at >= self.since);
        news.flat_map(|cycle| {
            let held = cycle.refused.iter();
            held.map(|(title, reason)| (cycle.name.as_str(), title.as_str(), reason.as_str()))
        })
    }

    /// What asking models cost since the moment, by engine; the cycles that asked, and what they paid together.
    pub fn cost(&self, since: Option<Timestamp>) -> BTreeMap<&str, (usize, CostRecord)> {
        let mut costs: BTreeMap<&str, (usize, CostRecord)> = BTreeMap::new();
        for cycle in self.cycles.iter().filter(|cycle| since.is_none_or(|since| cycle.at >= since)) {
            let Some(cost) = cycle.cost else { continue };
            costs
                .entry(engine_name(&cycle.engine))
                .and_modify(|(cycles, sum)| {
                    *cycles += 1;
                    *sum += cost;
                })
                .or_insert((1, cost));
        }
        costs
    }
}

/// An engine without the version of its prompts.
fn engine_name(engine: &str) -> &str {
    engine.split(" prompts/").next().unwrap_or(engine)
}
