//! The builtin author: words a pattern without a model.
//!
//! A note is made from a template under `templates/notes/` whose slots are typed: steps, masked messages,
//! argument paths, counts. Text that came out of a tool is shown as data, inside a code span or quotation
//! marks; free text is copied only from what people typed and, as a quotation that says so, from what agents suggest.

mod condition;
mod contrast;
mod error;
pub mod quote;
pub mod quoted;
mod reasons;
mod suggestion;
mod wish;
mod words;
mod workflow;

pub use suggestion::suggested_in;
pub use words::{Phrase, Reading, Told, Words, is_unexplained};

use crate::pattern::{Evidence, Fingerprint, Lesson, Pattern, Scope};
use anyhow::{Context as _, Result};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::Serialize;
use std::collections::BTreeMap;

/// How long a rule should be at most, bytes: it is a line of the index, which every agent loads.
pub const RULE: usize = 200;

/// The heading that a note's evidence stands under.
pub const EVIDENCE: &str = "## Evidence";

/// What a pattern says, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The learning in a few words.
    pub title: String,
    /// What the note's name is made of.
    pub subject: String,
    /// The rule in one sentence: the note's description, and its line in the index.
    pub rule: String,
    /// Tools and commands it is about.
    pub applies_to: Vec<String>,
    /// The note's body up to its evidence.
    pub body: String,
    /// What was measured when it was written, for the head of its evidence.
    pub measured: Option<String>,
    /// Why, for the commit.
    pub rationale: String,
    /// Whether agents are to follow it, or people have to decide first.
    pub open: bool,
    /// Who worded it, where that was not this author.
    pub worded_by: Option<String>,
}

/// What the author needs to know beside the pattern.
pub struct Author {
    templates: Environment<'static>,
    /// Words that others found, to be taken where they fit.
    words: Words,
}

/// What stands in a note of any kind; the templates say where.
#[derive(Default, Serialize)]
struct Slots {
    title: String,
    /// When the note applies.
    when: String,
    /// The masked message, as a code span.
    message: Option<String>,
    /// What to do, one sentence each.
    advice: Vec<String>,
    /// Where it holds, when that is not everywhere.
    limits: Vec<String>,
    /// A playbook's steps.
    steps: Vec<workflow::StepSlot>,
    /// A playbook's pitfalls: markdown links.
    pitfalls: Vec<String>,
    /// A conflict's sides.
    sides: Vec<wish::SideSlot>,
}

/// The words of one lesson before they are put into its template.
struct Wording {
    template: &'static str,
    /// What the note's name is made of; the title, unless that is long.
    subject: Option<String>,
    rule: String,
    applies_to: Vec<String>,
    slots: Slots,
    measured: Option<String>,
    rationale: String,
    open: bool,
}

/// Compiles the expressions that errors are told by.
pub(super) fn get_ready() {
    condition::advice("");
}

impl Author {
    /// An author with the templates that this program ships.
    ///
    /// Errors: a template that cannot be parsed.
    pub fn builtin() -> Result<Author> {
        let mut templates = Environment::new();
        templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        for (name, text) in [
            ("mistake", include_str!("../../../templates/notes/mistake.md")),
            ("playbook", include_str!("../../../templates/notes/playbook.md")),
            ("preference", include_str!("../../../templates/notes/preference.md")),
            ("conflict", include_str!("../../../templates/notes/conflict.md")),
            ("suggestion", include_str!("../../../templates/notes/suggestion.md")),
        ] {
            templates
                .add_template(name, text)
                .with_context(|| format!("the template `{name}` cannot be parsed"))?;
        }
        Ok(Author { templates, words: Words::default() })
    }

    /// The same author, who takes these words where they fit.
    pub fn with(self, words: Words) -> Author {
        Author { words, ..self }
    }

    /// What this author says of a pattern of its own, before anybody's words are taken.
    pub fn tells(&self, pattern: &Pattern) -> Told {
        word(pattern, &BTreeMap::new()).told()
    }

    /// Words a pattern. `notes` says where the notes of other patterns are, so that pitfalls can be linked.
    ///
    /// Errors: a template that cannot be filled.
    pub fn draft(&self, pattern: &Pattern, notes: &BTreeMap<Fingerprint, String>) -> Result<Draft> {
        let mut wording = word(pattern, notes);
        let worded_by = wording.take(&self.words, pattern);
        wording.slots.limits = limits(&pattern.scope);
        let template = self.templates.get_template(wording.template)?;
        let body = template
            .render(context! { note => Value::from(Serde(&wording.slots)) })
            .with_context(|| format!("the template `{}` cannot be filled", wording.template))?;
        Ok(Draft {
            subject: wording.subject.unwrap_or_else(|| wording.slots.title.clone()),
            title: wording.slots.title,
            rule: wording.rule,
            applies_to: wording.applies_to,
            body: format!("{}\n", tidy(&body)),
            measured: wording.measured,
            rationale: wording.rationale,
            open: wording.open,
            worded_by,
        })
    }
}

/// This author's own words for a pattern.
fn word(pattern: &Pattern, notes: &BTreeMap<Fingerprint, String>) -> Wording {
    match &pattern.lesson {
        Lesson::Error(lesson) => error::word(lesson, pattern),
        Lesson::Contrast(lesson) => contrast::word(lesson, pattern),
        Lesson::Correction(lesson) => wish::word_correction(lesson, pattern),
        Lesson::Workflow(lesson) => workflow::word(lesson, pattern, notes),
        Lesson::Wish(lesson) => wish::word(lesson, pattern),
        Lesson::Conflict(lesson) => wish::word_conflict(lesson, pattern),
        Lesson::Suggestion(lesson) => suggestion::word(lesson, pattern),
    }
}

/// Runs of blank lines, which optional parts of a template leave, become one; so do blank ends of lines.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// Where a pattern holds, one limit each; nothing when it holds for the whole team.
fn limits(scope: &Scope) -> Vec<String> {
    let limit = |what: &str, value: &Option<crate::redact::Clean>| {
        value.as_ref().map(|value| format!("{what} {}", quote::code(value)))
    };
    [
        limit("the agent", &scope.agent),
        limit("the model", &scope.model),
        limit("the project", &scope.project),
        limit("work for", &scope.contributor),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A pattern's scope as a note's front matter has it: `team`, or its limits.
pub fn scope(scope: &Scope) -> String {
    let limit = |what: &str, value: &Option<crate::redact::Clean>| {
        value.as_ref().map(|value| format!("{what} {}", quote::one_line(value)))
    };
    let limits: Vec<String> = [
        limit("agent", &scope.agent),
        limit("model", &scope.model),
        limit("project", &scope.project),
        limit("contributor", &scope.contributor),
    ]
    .into_iter()
    .flatten()
    .collect();
    if limits.is_empty() { "team".to_owned() } else { limits.join(", ") }
}

/// One line of a note's evidence list.
pub fn evidence_line(evidence: &Evidence, added: &str) -> String {
    let Evidence { session, event, quote, .. } = evidence;
    format!("- {} [source: {session}#{event}; added: {added}]", quote::code(quote))
}
