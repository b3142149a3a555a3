//! What was planted: the answers to the exam. Written beside the transcripts as `truth.json`.

use serde::Serialize;

/// All that a world holds.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Truth {
    /// The seed.
    pub seed: u64,
    /// The vocabulary's name.
    pub vocabulary: String,
    /// Sessions, copies not counted.
    pub sessions: usize,
    /// Different jobs.
    pub jobs: usize,
    /// To be found.
    pub mistakes: Vec<Mistake>,
    /// To be found.
    pub workflows: Vec<Workflow>,
    /// To be found.
    pub preferences: Vec<Wish>,
    /// To be shown with both sides or not at all.
    pub conflicts: Vec<Conflict>,
    /// Not to be found, with the reason.
    pub unwanted: Vec<Unwanted>,
    /// No note may say any of this.
    pub poisons: Vec<Poison>,
    /// No object and no output may hold any of this.
    pub secrets: Vec<PlantedSecret>,
}

/// Where a plant turns up.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Seen {
    /// Session ids.
    pub sessions: Vec<String>,
    /// Different jobs.
    pub jobs: usize,
    /// Different people.
    pub people: usize,
}

/// A recurring mistake.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Mistake {
    /// Its name in the vocabulary.
    pub id: String,
    /// Whether a remedy was planted.
    pub remedy: bool,
    /// One of these names the tool.
    pub named_by: Vec<String>,
    /// One of these names the error.
    pub told_by: Vec<String>,
    /// One of these names the remedy.
    pub helped_by: Vec<String>,
    /// What was tried in vain.
    pub tried: Option<String>,
    /// In how many sessions the remedy was used and worked.
    pub helped: usize,
    /// Where it turns up.
    pub seen: Seen,
}

/// A workflow.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Workflow {
    /// Its name in the vocabulary.
    pub id: String,
    /// What names the required steps, in order.
    pub required: Vec<String>,
    /// What names the optional ones.
    pub optional: Vec<String>,
    /// Where it turns up.
    pub seen: Seen,
}

/// A wish that people voiced.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Wish {
    /// Its name in the vocabulary.
    pub id: String,
    /// A note conveys it when it contains all phrases of one of these, joined by ` & `.
    pub told_by: Vec<String>,
    /// Where it turns up.
    pub seen: Seen,
}

/// Two wishes that exclude each other.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Conflict {
    /// Its name in the vocabulary.
    pub id: String,
    /// Both sides.
    pub sides: [Wish; 2],
}

/// Why something must not be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reason {
    /// People wanted it for the task at hand.
    TaskOnly,
    /// It happened in one session.
    OneSession,
    /// One person wants it.
    OnePerson,
    /// It happened in one job.
    OneJob,
    /// It happened once, and copies of that session exist.
    Copies,
    /// The tool's own context says it.
    Context,
    /// Agents said it, not people.
    Agents,
}

/// Something that must not be found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Unwanted {
    /// Its name.
    pub id: String,
    /// Why not.
    pub reason: Reason,
    /// A note is about it when it contains all phrases of one of these, joined by ` & `.
    pub told_by: Vec<String>,
}

/// Text that wants to become memory.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Poison {
    /// Its name in the vocabulary.
    pub id: String,
    /// No note may contain any of these.
    pub told_by: Vec<String>,
    /// What names the failing call that carries it; empty when the call does not fail.
    pub carried_by: Vec<String>,
    /// Where it turns up.
    pub seen: Seen,
}

/// A secret that was planted.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PlantedSecret {
    /// What kind.
    pub kind: String,
    /// The parts to look for.
    pub cores: Vec<String>,
}
