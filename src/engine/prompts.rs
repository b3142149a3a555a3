//! The prompts: templates under `templates/prompts/`, filled.
//!
//! Owns their form (the part that is the same in every prompt of a task, a line `<!-- user -->`, the part that is not),
//! who may replace them (a memory repository, by a file `templates/prompts/NAME.md` of its own), and their version,
//! which commits name. Refuses a template that leaves out what keeps data data: the fenced material and the canary.

use super::fence;
use crate::model::Prompt;
use crate::redact::redact;
use crate::unusable::Unusable;
use anyhow::Result;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context};
use serde_json::Value;

/// Where a memory repository may lay its own.
pub const FOLDER: &str = "templates/prompts";

/// What stands between the two parts of a template.
const USER: &str = "<!-- user -->";

/// What may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// What to do about a mistake that the miners found no remedy for.
    Explain,
    /// How to put better what the author says.
    Phrase,
    /// Whether two notes say the same.
    Merge,
    /// Which turns ask for the same.
    Wishes,
    /// Whether a session met the criteria of a rubric.
    Grade,
    /// What an agent calls next.
    Rehearse,
}

impl Task {
    /// All of them.
    pub const ALL: [Task; 6] =
        [Task::Explain, Task::Phrase, Task::Merge, Task::Wishes, Task::Grade, Task::Rehearse];

    /// Its name: of the template, on the wire, in records.
    pub fn name(self) -> &'static str {
        match self {
            Task::Explain => "explain",
            Task::Phrase => "phrase",
            Task::Merge => "merge",
            Task::Wishes => "wishes",
            Task::Grade => "grade",
            Task::Rehearse => "rehearse",
        }
    }

    /// The task with this name.
    pub fn parse(name: &str) -> Option<Task> {
        Task::ALL.into_iter().find(|task| task.name() == name)
    }

    fn shipped(self) -> &'static str {
        match self {
            Task::Explain => include_str!("../../templates/prompts/explain.md"),
            Task::Phrase => include_str!("../../templates/prompts/phrase.md"),
            Task::Merge => include_str!("../../templates/prompts/merge.md"),
            Task::Wishes => include_str!("../../templates/prompts/wishes.md"),
            Task::Grade => include_str!("../../templates/prompts/grade.md"),
            Task::Rehearse => include_str!("../../templates/prompts/rehearse.md"),
        }
    }
}

/// The templates in use.
pub struct Prompts {
    templates: Environment<'static>,
    version: String,
    least: u32,
}

/// What one prompt is made from, beside its template.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// What is asked.
    pub task: Task,
    /// What is to be read; comes from transcripts or notes and is fenced here.
    pub material: &'a str,
    /// The JSON Schema of the answer.
    pub schema: Value,
    /// Most tokens of the answer.
    pub most_tokens: u32,
}

impl Prompts {
    /// The templates: the memory repository's own where `own` has one by this file name, else those that this program
    /// ships. `least`: in how many sessions a thing has to be seen.
    ///
    /// Errors: a template that cannot be used, by its name, with what is wrong.
    pub fn load(own: impl Fn(&str) -> Result<Option<String>>, least: u32) -> Result<Prompts> {
        let mut templates = Environment::new();
        templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        let mut hasher = blake3::Hasher::new();
        for task in Task::ALL {
            let file = format!("{}.md", task.name());
            let text = own(&file)?.unwrap_or_else(|| task.shipped().to_owned());
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
            let broken =
                |what: String| Unusable(format!("the template {FOLDER}/{file} cannot be used: {what}"));
            let mut parts = text.split(USER);
            let (Some(system), Some(user), None) = (parts.next(), parts.next(), parts.next()) else {
                return Err(broken(format!("it needs one line `{USER}` between its two parts")).into());
            };
            for (part, text) in [("system", system), ("user", user)] {
                let name = format!("{}.{part}", task.name());
                let added = templates.add_template_owned(name, text.trim().to_owned());
                added.map_err(|error| broken(error.to_string()))?;
            }
        }
        let version = hasher.finalize().to_hex()[..6].to_owned();
        let prompts = Prompts { templates, version, least };
        prompts.try_all()?;
        Ok(prompts)
    }

    /// Names the templates in use, six hexadecimal digits.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Fills every template once, so that a broken one is told before anything is asked.
    fn try_all(&self) -> Result<()> {
        for task in Task::ALL {
            let ask = Ask { task, material: "a line", schema: Value::Null, most_tokens: 1 };
            let (_, canary) = self.fill(&ask)?;
            let prompt = self.prompt(&ask)?;
            let broken = |what: &str| {
                Unusable(format!("the template {FOLDER}/{}.md cannot be used: {what}", task.name()))
            };
            if !prompt.user.contains(&fence::fenced("a line")) {
                return Err(broken("its second part must hold {{ material }}, unchanged").into());
            }
            if !prompt.user.contains(&canary) {
                return Err(broken("its second part must hold {{ canary }}").into());
            }
            if prompt.system.trim().is_empty() {
                return Err(broken("its first part says nothing").into());
            }
        }
        Ok(())
    }

    /// The prompt for this question.
    ///
    /// Errors: a template that cannot be filled.
    pub fn prompt(&self, ask: &Ask<'_>) -> Result<Prompt> {
        let ([system, user], _) = self.fill(ask)?;
        Ok(Prompt {
            task: ask.task.name(),
            system: redact(&system),
            user: redact(&user),
            schema: ask.schema.clone(),
            most_tokens: ask.most_tokens,
        })
    }

    /// Both parts, filled, and the canary that stands in the second.
    fn fill(&self, ask: &Ask<'_>) -> Result<([String; 2], String)> {
        let material = fence::fenced(ask.material);
        let canary = fence::canary(ask.material);
        let name = ask.task.name();
        let fill = |part: &str| -> Result<String> {
            // The first part sees nothing that differs from prompt to prompt: services keep what is the same.
            let values = match part {
                "system" => context! { least => self.least },
                _ => context! { least => self.least, material => &material, canary => &canary },
            };
            let filled = self.templates.get_template(&format!("{name}.{part}"));
            let filled = filled.and_then(|template| template.render(values));
            Ok(filled.map_err(|error| {
                Unusable(format!("the template {FOLDER}/{name}.md cannot be used: {error}"))
            })?)
        };
        let parts = [fill("system")?, fill("user")?];
        Ok((parts, canary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &'static str) -> Result<Prompts> {
        Prompts::load(|file| Ok((file == "merge.md").then(|| text.to_owned())), 3)
    }

    #[test]
    fn a_broken_template_is_told_before_anything_is_asked() {
        for (text, what) in [
            ("one part only", "one line `<!-- user -->`"),
            ("a\n<!-- user -->\n{{ material }} {{ canary", "merge.md"),
            ("a\n<!-- user -->\n{{ material }} {{ canary }} {{ nobody }}", "undefined"),
            ("a\n<!-- user -->\n{{ canary }}", "{{ material }}"),
            ("a\n<!-- user -->\n{{ material | upper }} {{ canary }}", "{{ material }}"),
            ("a\n<!-- user -->\n{{ material }}", "{{ canary }}"),
            ("\n<!-- user -->\n{{ material }} {{ canary }}", "first part"),
        ] {
            let error = with(text).err().unwrap().to_string();
            assert!(error.contains(what) && error.contains("merge.md"), "{text}: {error}");
        }
    }

    #[test]
    fn the_version_names_the_templates_in_use() {
        let shipped = Prompts::load(|_| Ok(None), 3).unwrap();
        let own = with("Be brief.\n<!-- user -->\n{{ material }} {{ canary }}").unwrap();
        assert_eq!(shipped.version().len(), 6);
        assert_ne!(shipped.version(), own.version());
        assert_eq!(shipped.version(), Prompts::load(|_| Ok(None), 3).unwrap().version());
    }

    #[test]
    fn the_first_part_is_the_same_in_every_prompt_of_a_task() {
        let prompts = Prompts::load(|_| Ok(None), 3).unwrap();
        let ask = |material| {
            let ask = Ask { task: Task::Explain, material, schema: Value::Null, most_tokens: 9 };
            prompts.prompt(&ask).unwrap()
        };
        let (one, other) = (ask("one"), ask("other"));
        assert_eq!(one.system, other.system);
        assert_ne!(one.user, other.user);
    }
}
