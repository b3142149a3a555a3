//! What came of a dream, for people and for programs.

use super::considered::{cost, of_spent};
use super::gather::Gathered;
use super::parts::Part;
use super::target::Target;
use crate::engine::{Engine, Settled};
use crate::learning::refusal::Reopened;
use crate::learning::{Due, Planned, Refused};
use crate::ledger::{CostRecord, LearningRecord, ReopenedRecord};
use crate::model::Tokens;
use crate::pattern::Fingerprint;
use crate::repo::Oid;
use crate::session::Skipped;
use crate::settings::Settings;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// What came of a dream. As JSON it is what `run --json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Version of this format.
    pub version: u32,
    /// The cycle's name; `None` when there was nothing new to dream on.
    pub cycle: Option<String>,
    /// The target branch.
    pub target: String,
    /// [`Target::notice`].
    #[serde(skip)]
    pub notice: Option<String>,
    /// The commit that the branch starts from.
    pub base: String,
    /// The branch; `None` when there was nothing to say.
    pub branch: Option<String>,
    /// The branch's last commit.
    pub tip: Option<String>,
    /// Sessions, counted.
    pub sessions: SessionCounts,
    /// What could not be read.
    #[serde(serialize_with = "as_rows")]
    pub skipped: Vec<Skipped>,
    /// What is proposed, in the order of the commits.
    pub learnings: Vec<LearningRecord>,
    /// What is not proposed, and why.
    pub refused: Vec<Refused>,
    /// Notes that people should look at, because no cycle can mend them.
    pub due: Vec<Due>,
    /// Patterns that the memory already says, that wait for review or that were rejected.
    pub settled: u32,
    /// Patterns that found no room in this cycle.
    pub left_over: u32,
    /// What asking a model cost this time; absent where none was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostRecord>,
    /// What asking a model would cost at most; only of a dry run with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<CostRecord>,
    /// Why a model left questions open, and how many; the builtin engine's words stand there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unanswered: Vec<Unanswered>,
    /// What all answers took, whenever that was paid.
    #[serde(skip)]
    taken: Option<CostRecord>,
    /// How long each part took; no two runs agree in it, so it is for people only.
    #[serde(skip)]
    pub parts: Vec<Part>,
}

/// Questions that a model left open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unanswered {
    /// Why.
    pub reason: String,
    /// How many.
    pub questions: u32,
}

/// Sessions of one dream, counted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct SessionCounts {
    /// Found in the transcripts, and new in inboxes.
    pub read: u32,
    /// Of these, not dreamt on before.
    pub new: u32,
    /// Of the new ones, those that came from inboxes.
    pub inbox: u32,
    /// Dreamt on before, and their outcome has become known since.
    pub judged: u32,
    /// Lines and files that could not be used.
    pub skipped: u32,
    /// Left for the next cycle, because they are still being written.
    pub unsettled: u32,
    /// Of those found, left out because people had them erased.
    pub erased: u32,
}

impl Report {
    /// Nothing new: nothing was mined.
    pub(super) fn quiet(target: &Target, base: Oid, gathered: &Gathered) -> Report {
        Report {
            version: 1,
            cycle: None,
            target: target.branch.clone(),
            notice: target.notice.clone(),
            base: base.to_string(),
            branch: None,
            tip: None,
            sessions: gathered.counts(),
            skipped: gathered.skipped.clone(),
            learnings: Vec::new(),
            refused: Vec::new(),
            due: Vec::new(),
            settled: 0,
            left_over: 0,
            cost: None,
            estimate: None,
            unanswered: Vec::new(),
            taken: None,
            parts: Vec::new(),
        }
    }

    /// What is planned; the commits get their names later.
    pub(super) fn of(
        cycle: &str,
        target: &Target,
        base: Oid,
        gathered: &Gathered,
        planned: &Planned,
    ) -> Report {
        Report {
            cycle: Some(cycle.to_owned()),
            branch: (!planned.learnings.is_empty()).then(|| format!("dream/{cycle}")),
            learnings: planned.learnings.iter().map(LearningRecord::from).collect(),
            refused: planned.refused.clone(),
            due: planned.due.clone(),
            settled: planned.settled,
            left_over: planned.left_over,
            ..Report::quiet(target, base, gathered)
        }
    }

    /// Says of each learning that was rejected before, who did and what is new.
    pub(super) fn name_reopened(&mut self, reopened: &BTreeMap<Fingerprint, Reopened>) {
        for learning in &mut self.learnings {
            let name = Fingerprint::parse(&learning.pattern);
            learning.reopened = name.and_then(|name| reopened.get(&name)).map(ReopenedRecord::from);
        }
    }

    /// Says what came of asking a model.
    pub(super) fn tell_asked(&mut self, asked: &Settled, engine: &Engine<'_>, settings: &Settings) {
        let unanswered = asked.unanswered.iter();
        self.unanswered = unanswered
            .map(|(reason, questions)| Unanswered { reason: reason.clone(), questions: *questions })
            .collect();
        self.cost = Some(of_spent(&(engine.spent)()));
        let (calls, tokens) = asked.all_tokens;
        self.taken = (calls > 0).then(|| cost(calls, tokens, engine, settings));
        for learning in &mut self.learnings {
            let tokens = Fingerprint::parse(&learning.pattern).and_then(|name| asked.tokens.get(&name));
            learning.cost = tokens.map(|(calls, tokens)| cost(*calls, *tokens, engine, settings));
        }
    }

    /// Adds what rehearsing each lesson took: its answers and their tokens, whenever they were paid for.
    pub(super) fn tell_rehearsed(
        &mut self,
        took: &BTreeMap<Fingerprint, (u32, Tokens)>,
        engine: &Engine<'_>,
        settings: &Settings,
    ) {
        if took.is_empty() {
            return;
        }
        self.cost = Some(of_spent(&(engine.spent)()));
        let of_it = |(calls, tokens): &(u32, Tokens)| cost(*calls, *tokens, engine, settings);
        for learning in &mut self.learnings {
            let took = Fingerprint::parse(&learning.pattern).and_then(|name| took.get(&name));
            add(&mut learning.cost, took.filter(|(calls, _)| *calls > 0).map(of_it));
        }
        for took in took.values().filter(|(calls, _)| *calls > 0) {
            add(&mut self.taken, Some(of_it(took)));
        }
    }

    /// What asking about a lesson took, in words.
    pub(super) fn cost_of(&self, pattern: &Fingerprint) -> Option<String> {
        let of_it = self.learnings.iter().find(|learning| learning.pattern == pattern.as_str())?;
        of_it.cost.map(|cost| cost.in_words())
    }

    /// What asking about everything took, in words.
    pub(super) fn cost_of_all(&self) -> Option<String> {
        self.taken.map(|cost| cost.in_words())
    }

    /// The learnings' commits, in their order; the index's comes last and belongs to no learning.
    pub(super) fn name_commits(&mut self, written: &[Oid]) {
        for (learning, commit) in self.learnings.iter_mut().zip(written) {
            learning.commit = Some(commit.to_string());
        }
        self.tip = written.last().map(|tip| tip.to_string());
    }
}

fn add(to: &mut Option<CostRecord>, more: Option<CostRecord>) {
    match (to.as_mut(), more) {
        (Some(known), Some(more)) => *known += more,
        (None, more) => *to = more,
        (Some(_), None) => {}
    }
}

/// [`Skipped`] as `{path, line, reason}`.
fn as_rows<S: Serializer>(skipped: &[Skipped], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Row<'a> {
        path: &'a str,
        line: Option<u64>,
        reason: &'a str,
    }
    serializer.collect_seq(skipped.iter().map(|s| Row { path: &s.path, line: s.line, reason: &s.reason }))
}
