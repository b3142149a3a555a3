//! A vocabulary: the words of one working world, read from TOML.
//!
//! Owns the file format and the filling of `{slots}`. A vocabulary says what can be planted; which of it a
//! seed plants, how often and where is the world's business. What a seed leaves unplanted is not lost: it
//! turns up once, as noise that looks exactly like a plant.

use crate::random::Random;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One working world.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vocabulary {
    /// For the report.
    pub name: String,
    /// Names of home folders.
    pub people: Vec<String>,
    /// Where home folders lie: `/home` or `/Users`.
    pub homes: String,
    /// Repositories worked in.
    pub projects: Vec<Project>,
    /// Words that every seed invents anew; usable as slots everywhere.
    #[serde(default)]
    pub invented: Vec<String>,
    /// Values for `{slots}`; drawn anew for each use.
    pub slots: BTreeMap<String, Vec<String>>,
    /// What ordinary jobs are made of.
    pub jobs: Jobs,
    /// What agents say between calls.
    pub chatter: Vec<String>,
    /// The text of an AGENTS.md that the tool puts before the agent: context, never a person's wish.
    pub agents_file: Preference,
    /// Resolutions that agents voice, not people.
    pub said_by_agents: Vec<Preference>,
    /// Harmless steps strewn everywhere.
    pub noise: Vec<Step>,
    /// Plants.
    pub mistakes: Vec<Mistake>,
    /// Plants.
    pub workflows: Vec<Workflow>,
    /// Plants.
    pub preferences: Vec<Preference>,
    /// Plants.
    pub conflicts: Vec<Conflict>,
    /// Wishes that hold for the task at hand only, though several people voice them.
    pub task_only: Vec<Preference>,
    /// Errors that one session meets, never to be seen again.
    pub one_offs: Vec<Mistake>,
    /// Text in tool results that wants to become memory.
    pub poisons: Vec<Poison>,
}

/// A repository that is worked in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Project {
    /// Folder below the home folder, `code/shop`.
    pub folder: String,
    /// Files to read and edit.
    pub files: Vec<String>,
    /// Runs the tests.
    pub test: String,
    /// What a passing run prints.
    pub pass: String,
    /// What a failing run prints, `{symbol}` and other slots filled.
    pub fail: String,
}

/// What ordinary jobs are made of: a family of wordings, filled with a thing and a place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Jobs {
    /// What is wanted.
    pub things: Vec<String>,
    /// Where it is wanted.
    pub places: Vec<String>,
    /// Each family says the same in other words.
    pub asks: Vec<Vec<String>>,
    /// Sentences that say what one task needs; each is used a few times at most.
    pub details: Vec<String>,
}

/// A call that can be made: a shell command, or a named tool with JSON arguments.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// The shell command, or the arguments as JSON when `tool` is given.
    pub call: String,
    /// The named tool, if it is not the shell.
    #[serde(default)]
    pub tool: Option<String>,
    /// What it prints when it works.
    #[serde(default)]
    pub ok: String,
    /// The share of runs that have it; absent: all of them.
    #[serde(default)]
    pub optional: Option<f64>,
    /// What a playbook must say to name it, when that is not the tool or the command's first two words.
    #[serde(default)]
    pub key: Option<String>,
}

/// A mistake: a call that fails, and perhaps what helps.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mistake {
    /// Stable name, for the report.
    pub id: String,
    /// The call that fails.
    pub fails: Step,
    /// What it says. Slots are the variable parts.
    pub error: String,
    /// Its exit status.
    #[serde(default = "one")]
    pub exit: i32,
    /// A step that has to come first, if that is the remedy; then the failing call is made again.
    #[serde(default)]
    pub first: Option<Step>,
    /// What works instead, if that is the remedy.
    #[serde(default)]
    pub instead: Option<Step>,
    /// Something that was tried and did not help; for mistakes nobody solves.
    #[serde(default)]
    pub tried: Option<Step>,
    /// A note must contain one of these to name the tool.
    pub named_by: Vec<String>,
    /// A note must contain one of these to name the error.
    pub told_by: Vec<String>,
    /// A note must contain one of these to name the remedy.
    #[serde(default)]
    pub helped_by: Vec<String>,
}

fn one() -> i32 {
    1
}

impl Mistake {
    /// Whether anything helps.
    pub(crate) fn has_remedy(&self) -> bool {
        self.first.is_some() || self.instead.is_some()
    }
}

/// A workflow that different jobs share.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Workflow {
    /// Stable name, for the report.
    pub id: String,
    /// The jobs that are done this way, each in several wordings.
    pub asks: Vec<Vec<String>>,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// A wish in several wordings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Preference {
    /// Stable name, for the report.
    pub id: String,
    /// The same wish in different words.
    pub wordings: Vec<String>,
    /// A note conveys it when it contains all phrases of one of these, joined by ` & `.
    pub told_by: Vec<String>,
}

/// Two wishes that exclude each other.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conflict {
    /// Stable name, for the report.
    pub id: String,
    /// Both sides.
    pub sides: [Preference; 2],
}

/// Text that wants to become memory.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Poison {
    /// Stable name, for the report.
    pub id: String,
    /// The call whose result carries it; the tool `web` fetches a page, the tool `person` is a paste by a person.
    pub carrier: Step,
    /// The text.
    pub text: String,
    /// Whether the call fails with it.
    #[serde(default)]
    pub fails: bool,
    /// No note may contain any of these.
    pub told_by: Vec<String>,
}

impl Vocabulary {
    /// Reads a vocabulary file; the error names what is wrong in it.
    pub(crate) fn parse(text: &str) -> Result<Vocabulary, String> {
        let vocabulary: Vocabulary = toml::from_str(text).map_err(|error| error.to_string())?;
        for preference in &vocabulary.preferences {
            if preference.wordings.len() < 4 {
                return Err(format!("preference {} has fewer than 4 wordings", preference.id));
            }
        }
        for workflow in &vocabulary.workflows {
            let required = workflow.steps.iter().filter(|step| step.optional.is_none()).count();
            if workflow.asks.len() < 4 || required < 3 || !(4..=8).contains(&workflow.steps.len()) {
                return Err(format!(
                    "workflow {} needs 4 jobs and 4 to 8 steps, 3 of them required",
                    workflow.id
                ));
            }
        }
        for mistake in vocabulary.mistakes.iter().filter(|mistake| mistake.has_remedy()) {
            if mistake.helped_by.is_empty() {
                return Err(format!("mistake {} has a remedy that nothing would recognise", mistake.id));
            }
        }
        Ok(vocabulary)
    }
}

/// What `{slots}` stand for within one stretch of a session: the same slot keeps its value.
pub(crate) struct Filling<'a> {
    lists: &'a BTreeMap<String, Vec<String>>,
    bound: BTreeMap<String, String>,
}

impl<'a> Filling<'a> {
    /// A filling that starts with these values bound.
    pub(crate) fn new(
        lists: &'a BTreeMap<String, Vec<String>>,
        bound: &BTreeMap<String, String>,
    ) -> Filling<'a> {
        Filling { lists, bound: bound.clone() }
    }

    /// Binds a slot.
    pub(crate) fn bind(&mut self, slot: &str, value: &str) {
        self.bound.insert(slot.to_owned(), value.to_owned());
    }

    /// Replaces every `{slot}`. Braces around anything that is no slot stay: JSON and code have them too.
    pub(crate) fn fill(&mut self, template: &str, random: &mut Random) -> String {
        let mut filled = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let (before, from_brace) = rest.split_at(open);
            filled.push_str(before);
            let name = from_brace[1..].split('}').next().unwrap_or_default();
            match self.value(name, random).filter(|_| from_brace.len() > name.len() + 1) {
                Some(value) => {
                    filled.push_str(&value);
                    rest = &from_brace[name.len() + 2..];
                }
                None => {
                    filled.push('{');
                    rest = &from_brace[1..];
                }
            }
        }
        filled.push_str(rest);
        filled
    }

    fn value(&mut self, slot: &str, random: &mut Random) -> Option<String> {
        if let Some(bound) = self.bound.get(slot) {
            return Some(bound.clone());
        }
        let fresh = match slot {
            "number" => random.between(2, 9_999).to_string(),
            "small" => random.between(2, 60).to_string(),
            "hex" => random.hex(12),
            "sha" => random.hex(40),
            "uuid" => random.uuid(),
            "port" => random.between(1_024, 65_000).to_string(),
            "ip" => format!("10.{}.{}.{}", random.below(256), random.below(256), random.between(1, 254)),
            "clock" => {
                format!("{:02}:{:02}:{:02}", random.below(24), random.below(60), random.below(60))
            }
            _ => random.pick(self.lists.get(slot)?).clone(),
        };
        self.bound.insert(slot.to_owned(), fresh.clone());
        Some(fresh)
    }
}
