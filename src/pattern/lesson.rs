//! What a pattern can say, one type a sort of lesson.

use super::{Evidence, Fingerprint, Kind, Support};
use crate::digest::step::Step;
use crate::redact::Clean;
use serde::Serialize;

/// What a pattern says.
#[derive(Clone, Debug, PartialEq)]
pub enum Lesson {
    /// A step keeps failing with one error.
    Error(ErrorLesson),
    /// Failing runs of the same jobs differ from succeeding ones in this.
    Contrast(ContrastLesson),
    /// People correct the same thing again and again.
    Correction(WishLesson),
    /// A sequence of steps that sessions converge on.
    Workflow(WorkflowLesson),
    /// People ask for the same thing again and again.
    Wish(WishLesson),
    /// People ask for opposite things.
    Conflict(ConflictLesson),
    /// Agents suggest it.
    Suggestion(SuggestionLesson),
}

/// A step keeps failing with one error.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorLesson {
    /// The step that fails: `book_reservation`, `cargo test`, …
    pub step: Step,
    /// The error with its variable parts masked: `not enough seats on flight <id>`.
    pub template: Clean,
    /// Other lines that the same outputs show in nearly all sessions, masked: a code, the reason.
    pub beside: Vec<Clean>,
    /// The argument paths whose value the error repeats, or that differ in every fix: what to look at.
    pub arguments: Vec<Clean>,
    /// What worked afterwards, most often first.
    pub remedies: Vec<Remedy>,
    /// Sessions where the same step worked in the end, whatever the agent did.
    pub recovered: u32,
    /// Sessions that tried the step again after it had failed so.
    pub retried: u32,
    /// Failing calls in all sessions together.
    pub times: u32,
    /// Calls spent on it in all sessions together.
    pub cost: u32,
}

/// What the same agents did next that worked.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// In what way the working call differed.
    pub way: Way,
    /// Independent sessions in which it worked.
    pub worked: u32,
    /// Independent sessions in which it was tried.
    pub tried: u32,
    /// One example of the call that worked, verbatim and shortened.
    pub example: Evidence,
}

/// In what way a working call differs from the failing one. Values are masked to what the sessions share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// An argument had another value: `payment_id`: `certificate_<num>` → `credit_card_<num>`.
    Changed {
        /// Which.
        path: Clean,
        /// Masked value before; `None` when they have nothing in common.
        from: Option<Clean>,
        /// Masked value after; `None` when they have nothing in common.
        to: Option<Clean>,
    },
    /// An argument was given that had been missing.
    Added {
        /// Which.
        path: Clean,
        /// Its masked value, if shared.
        value: Option<Clean>,
    },
    /// An argument was left out.
    Dropped {
        /// Which.
        path: Clean,
    },
    /// These were done first, in this order, and then the same call worked.
    First(Vec<Done>),
    /// This was done in its place. The command line as it worked, masked.
    Instead {
        /// The step.
        step: Step,
        /// Masked command line or call.
        call: Clean,
    },
}

/// A step that was done, with its call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Done {
    /// The step.
    pub step: Step,
    /// The call with what varied between sessions masked; empty where they share no more than the step.
    pub call: Clean,
}

/// What distinguishes failing from succeeding runs of the same jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct ContrastLesson {
    /// The difference, on the side of the failing runs.
    pub habit: Habit,
    /// Odds ratio of failing with the habit against without, stratified by job (Mantel–Haenszel).
    pub odds_ratio: f64,
    /// p of the stratified test.
    pub p: f64,
    /// Benjamini–Hochberg q over all habits tested.
    pub q: f64,
    /// Probability that it makes runs fail, as far as all habits looked at together say, 0 to 1; `None` where
    /// runs of a job were too few for a test and were merely compared.
    pub chance: Option<f64>,
    /// Sessions: failed with it, failed without, succeeded with it, succeeded without; only jobs that have both
    /// failing and succeeding runs.
    pub table: [u32; 4],
    /// Other ways in which failing runs differ in the same step.
    pub also: Vec<Further>,
}

/// A further way in which failing runs differ in a step, seen by comparing runs and not tested.
#[derive(Clone, Debug, PartialEq)]
pub struct Further {
    /// The difference, on the side of the failing runs.
    pub habit: Habit,
    /// As in [`ContrastLesson::table`].
    pub table: [u32; 4],
}

/// Something that failing runs do or leave out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Habit {
    /// They do this step.
    Does(Step),
    /// They leave this step out.
    Omits(Step),
    /// They do the second without the first having come before.
    Without {
        /// What succeeding runs do first.
        first: Step,
        /// What failing runs do all the same.
        then: Step,
    },
    /// They repeat a failing or idle call.
    Repeats(Step),
    /// They call it with another value of this argument than succeeding runs of the same job.
    Argument {
        /// The call.
        step: Step,
        /// The argument.
        path: Clean,
    },
}

impl Habit {
    /// The step that it is about: what is done, left out, repeated or given an argument.
    pub fn step(&self) -> &Step {
        match self {
            Habit::Does(step) | Habit::Omits(step) | Habit::Repeats(step) => step,
            Habit::Without { then, .. } => then,
            Habit::Argument { step, .. } => step,
        }
    }
}

/// A sequence of steps that sessions of different jobs converge on.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkflowLesson {
    /// Words that the requests behind it share, most telling first.
    pub topic: Vec<Clean>,
    /// A few requests, verbatim and shortened.
    pub asks: Vec<Clean>,
    /// The steps in order.
    pub steps: Vec<WorkflowStep>,
    /// Sessions with this topic that followed it and succeeded, of those with a known outcome.
    pub with: Rate,
    /// The same for sessions with this topic that did not follow it.
    pub without: Rate,
    /// Errors that sessions met on the way: fingerprints of [`ErrorLesson`]s on its steps.
    pub pitfalls: Vec<Fingerprint>,
}

/// One step of a workflow.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkflowStep {
    /// What is done.
    pub step: Step,
    /// Share of the sessions that do it here; below 1 it is optional.
    pub share: f64,
    /// It may as well come after the next step.
    pub swaps: bool,
    /// The call with what varies named, where sessions agree on more than the step: `git tag v<num>`.
    pub example: Option<Clean>,
}

/// So many out of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// How many.
    pub hits: u32,
    /// Out of how many.
    pub of: u32,
}

/// What people keep asking for.
#[derive(Clone, Debug, PartialEq)]
pub struct WishLesson {
    /// The clearest wording, verbatim from a person.
    pub wording: Clean,
    /// Other wordings of the same wish, verbatim, most different first.
    pub variants: Vec<Clean>,
    /// What is wanted, if the wish names it: `pnpm`.
    pub wanted: Option<Clean>,
    /// What is not wanted, if the wish names it: `npm`.
    pub unwanted: Option<Clean>,
}

/// People ask for opposite things.
#[derive(Clone, Debug, PartialEq)]
pub struct ConflictLesson {
    /// The sides, the one with more people first.
    pub sides: Vec<Side>,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// What this side wants.
    pub wish: WishLesson,
    /// How much speaks for it.
    pub support: Support,
    /// Its quotes.
    pub evidence: Vec<Evidence>,
}

/// What agents suggest to remember.
#[derive(Clone, Debug, PartialEq)]
pub struct SuggestionLesson {
    /// Which kind of lesson they call it.
    pub kind: Kind,
    /// The clearest wording, verbatim from an agent.
    pub wording: Clean,
    /// Other wordings, verbatim.
    pub variants: Vec<Clean>,
    /// When it applies, as an agent says.
    pub when: Option<Clean>,
    /// What an agent says that it saw.
    pub saw: Option<Clean>,
    /// The agents that suggested it.
    pub agents: Vec<Clean>,
}
