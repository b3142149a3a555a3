//! Every threshold there is, with its unit and default. `dream.toml` holds what a memory repository changes.

mod engine;
mod publish;

pub use engine::{EngineSettings, Price, Prices};
pub use publish::PublishSettings;

use serde::{Deserialize, Serialize};

/// What `dream.toml` can say. Every field has a default; unknown keys are an error, so that a typo is seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `[memory]`
    pub memory: MemorySettings,
    /// `[reading]`
    pub reading: Reading,
    /// `[mining]`
    pub mining: Mining,
    /// `[impact]`
    pub impact: ImpactSettings,
    /// `[engine]`
    pub engine: EngineSettings,
    /// `[publish]`
    pub publish: PublishSettings,
    /// `[author]`
    pub author: Author,
}

/// The file that holds a memory repository's settings.
pub const FILE: &str = "dream.toml";

/// Settings that cannot be used: what is wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid(String);

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Invalid {}

impl Settings {
    /// Reads settings from the text of a `dream.toml`.
    ///
    /// Errors: no TOML, an unknown key, a value out of its range.
    pub fn parse(text: &str) -> Result<Settings, Invalid> {
        let settings: Settings =
            toml::from_str(text).map_err(|error| Invalid(format!("{FILE} cannot be used: {error}")))?;
        settings.check()?;
        Ok(settings)
    }

    /// Reads settings from the bytes of a `dream.toml`; without one everything is at its default.
    ///
    /// Errors: no UTF-8, and what [`Settings::parse`] says.
    pub fn of_file(content: Option<&[u8]>) -> Result<Settings, Invalid> {
        let Some(content) = content else { return Ok(Settings::default()) };
        let text = std::str::from_utf8(content);
        Settings::parse(
            text.map_err(|_| Invalid(format!("{FILE} is not UTF-8: save it as UTF-8 and commit it")))?,
        )
    }

    /// Whether every value is in its range.
    fn check(&self) -> Result<(), Invalid> {
        let Settings { memory, mining, impact, .. } = self;
        let shares = [
            ("memory.max_loss", memory.max_loss),
            ("mining.template_similarity", mining.template_similarity),
            ("mining.job_similarity", mining.job_similarity),
            ("mining.false_discovery_rate", mining.false_discovery_rate),
            ("mining.least_chance", mining.least_chance),
            ("mining.workflow_core_share", mining.workflow_core_share),
            ("mining.workflow_optional_share", mining.workflow_optional_share),
            ("mining.workflow_fill_share", mining.workflow_fill_share),
            ("mining.workflow_in_order", mining.workflow_in_order),
            ("mining.workflow_converged", mining.workflow_converged),
            ("mining.habit_share", mining.habit_share),
            ("mining.wish_similarity", mining.wish_similarity),
            ("impact.significance", impact.significance),
            ("impact.least_power", impact.least_power),
        ];
        for (name, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                return Err(Invalid(format!("{FILE}: `{name} = {value}` must lie between 0 and 1")));
            }
        }
        if !(memory.growth.is_finite() && memory.growth >= 0.0) {
            return Err(Invalid(format!("{FILE}: `memory.growth = {}` must be 0 or more", memory.growth)));
        }
        let counts = [
            ("mining.min_sessions", mining.min_sessions),
            ("mining.min_jobs", mining.min_jobs),
            ("mining.suggestion_sessions", mining.suggestion_sessions),
        ];
        for (name, value) in counts {
            if value == 0 {
                return Err(Invalid(format!("{FILE}: `{name} = 0` must be 1 or more")));
            }
        }
        self.engine.check(FILE)?;
        self.publish.check(FILE)?;
        let outside = |part: std::path::Component<'_>| !matches!(part, std::path::Component::Normal(_));
        if std::path::Path::new(&memory.root).components().any(outside) {
            return Err(Invalid(format!(
                "{FILE}: `memory.root = {:?}` must be a folder inside the repository",
                memory.root
            )));
        }
        if memory.about.iter().any(|about| about.path().trim().is_empty()) {
            return Err(Invalid(format!(
                "{FILE}: `memory.about` names a clone by an empty path; write its folder, as in `[\"../app\"]`"
            )));
        }
        Ok(())
    }
}

/// Where the memory is and how large it may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemorySettings {
    /// Folder of the memory inside its repository; empty: the repository is the memory.
    pub root: String,
    /// The branch that learnings are proposed for; empty: the branch that HEAD names.
    pub target: String,
    /// Clones of the repositories that notes are about, where what notes name is looked up. The one that the memory is
    /// a folder of is looked into anyway.
    pub about: Vec<About>,
    /// Tokens that MEMORY.md may have (bytes / 4).
    pub budget: u32,
    /// Most learnings one cycle may propose.
    pub max_learnings: u32,
    /// Most of them that rest on nothing but what agents suggested.
    pub max_suggestions: u32,
    /// Largest share of the notes' lines that one cycle may drop, 0 to 1.
    pub max_loss: f64,
    /// By what share the sessions behind a learning must have grown since it was last proposed before it is
    /// revised or, when it was rejected, proposed again; 0.5 is half as many more.
    pub growth: f64,
    /// Days without use, up to the newest session, after which a note is proposed for the archive, the least useful first:
    /// no session has shown or done what it is about, and no two have opened it; 0: never.
    pub retire_after_days: u32,
}

/// A repository that notes are about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum About {
    /// A clone's folder, from the top of the memory's repository; its name is the project's.
    Clone(String),
    /// The same for a project of another name.
    Project(AboutProject),
}

/// A clone of a project's repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AboutProject {
    /// The project, as notes' scopes name it.
    pub project: String,
    /// The clone's folder, from the top of the memory's repository.
    pub path: String,
}

impl About {
    /// The clone's folder, from the top of the memory's repository.
    pub fn path(&self) -> &str {
        match self {
            About::Clone(path) | About::Project(AboutProject { path, .. }) => path,
        }
    }
}

impl Default for MemorySettings {
    fn default() -> Self {
        MemorySettings {
            root: String::new(),
            target: String::new(),
            about: Vec::new(),
            budget: 2000,
            max_learnings: 50,
            max_suggestions: 5,
            max_loss: 0.25,
            growth: 0.5,
            retire_after_days: 180,
        }
    }
}

/// How sessions are read and digested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reading {
    /// A session that was written to less than this many minutes ago is left for the next cycle.
    pub settle_minutes: u32,
    /// Bytes kept of a tool result, half from its beginning and half from its end.
    pub max_output: usize,
    /// Bytes kept of what a person or an agent said, and of injected text.
    pub max_text: usize,
    /// Bytes kept of one argument of a call.
    pub max_argument: usize,
    /// Arguments kept of one call.
    pub max_arguments: usize,
    /// Longest line or record that is read, bytes; a longer one is skipped and counted.
    pub max_record: usize,
    /// Most text kept of one session, bytes; what comes after is skipped and counted.
    pub max_session: usize,
    /// Longest quote kept in a digest, bytes.
    pub max_quote: usize,
    /// Longest beginning kept of what was asked, bytes.
    pub max_ask: usize,
    /// Most bytes kept of one state-changing call's arguments.
    pub max_args: usize,
    /// Most steps kept of one session.
    pub max_steps: usize,
    /// Most failures kept of one session.
    pub max_failures: usize,
    /// Most remarks kept of one session.
    pub max_remarks: usize,
    /// Most state-changing calls kept of one session.
    pub max_writes: usize,
    /// How many calls after a failure its fix is looked for.
    pub fix_window: usize,
}

impl Default for Reading {
    fn default() -> Self {
        Reading {
            settle_minutes: 30,
            max_output: 4096,
            max_text: 16 * 1024,
            max_argument: 2048,
            max_arguments: 64,
            max_record: 32 * 1024 * 1024,
            max_session: 32 * 1024 * 1024,
            max_quote: 240,
            max_ask: 600,
            max_args: 600,
            max_steps: 200,
            max_failures: 24,
            max_remarks: 16,
            max_writes: 24,
            fix_window: 12,
        }
    }
}

/// What it takes for a pattern to be one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mining {
    /// Independent sessions that any pattern needs.
    pub min_sessions: u32,
    /// Distinct jobs that a mistake or a playbook needs.
    pub min_jobs: u32,
    /// Distinct people that a preference needs, where the transcripts tell people apart.
    pub min_people: u32,
    /// Most quotes a pattern carries.
    pub max_evidence: usize,
    /// Share of equal tokens from which two masked error lines are one template, 0 to 1.
    pub template_similarity: f64,
    /// Share of telling words (rare ones count more) from which two requests are one job, 0 to 1.
    pub job_similarity: f64,
    /// False-discovery rate of contrast mining, 0 to 1.
    pub false_discovery_rate: f64,
    /// Least probability of making runs fail with which a habit is told as a place to check, 0 to 1; higher for
    /// fewer and surer ones.
    pub least_chance: f64,
    /// Most calls that are told as places to check because failing runs differ in them, where runs of a job are too
    /// few for a test.
    pub untested_calls: usize,
    /// Largest gap (steps) inside a workflow.
    pub workflow_gap: usize,
    /// Shortest workflow, steps.
    pub workflow_min_steps: usize,
    /// Longest workflow, steps.
    pub workflow_max_steps: usize,
    /// Share of the sessions that follow a workflow from which a step is one of its core, 0 to 1.
    pub workflow_core_share: f64,
    /// Share of them from which a step is an optional one, 0 to 1.
    pub workflow_optional_share: f64,
    /// Share of them from which a step that the search left out, since other sessions take it too, is put in, 0 to 1.
    pub workflow_fill_share: f64,
    /// How many times likelier a step must be in them than in other sessions.
    pub workflow_lift: f64,
    /// Of the sessions that take most of its steps, the share that must take them in order, 0 to 1.
    pub workflow_in_order: f64,
    /// Of the sessions that were asked for the same, the share that must follow it, 0 to 1.
    pub workflow_converged: f64,
    /// A step sequence that more than this share of all sessions shows is a habit, not a workflow, 0 to 1.
    pub habit_share: f64,
    /// Similarity from which two wishes are the same, 0 to 1.
    pub wish_similarity: f64,
    /// Independent sessions of agents that must have suggested something of their own accord before it is proposed.
    pub suggestion_sessions: u32,
}

impl Default for Mining {
    fn default() -> Self {
        Mining {
            min_sessions: 3,
            min_jobs: 2,
            min_people: 2,
            max_evidence: 5,
            template_similarity: 0.6,
            job_similarity: 0.75,
            false_discovery_rate: 0.1,
            least_chance: 0.25,
            untested_calls: 6,
            workflow_gap: 4,
            workflow_min_steps: 3,
            workflow_max_steps: 12,
            workflow_core_share: 0.7,
            workflow_optional_share: 0.35,
            workflow_fill_share: 0.8,
            workflow_lift: 3.0,
            workflow_in_order: 0.5,
            workflow_converged: 0.4,
            habit_share: 0.5,
            wish_similarity: 0.5,
            suggestion_sessions: 1,
        }
    }
}

/// When it is said what a note did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImpactSettings {
    /// Independent sessions that each side of a comparison needs.
    pub least_sessions: u32,
    /// Of the notes that are said to work, the share that may do nothing, 0 to 1; the same for those said to be
    /// ineffective.
    pub significance: f64,
    /// Probability that a comparison would show it if a note halved its mistake, from which it is said that no effect is
    /// seen rather than that it is too early, 0 to 1.
    pub least_power: f64,
}

impl Default for ImpactSettings {
    fn default() -> Self {
        ImpactSettings { least_sessions: 8, significance: 0.05, least_power: 0.8 }
    }
}

/// Who writes the commits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Author {
    /// Name in the commits; not empty.
    pub name: String,
    /// E-mail in the commits; not empty.
    pub email: String,
}

impl Default for Author {
    fn default() -> Self {
        Author { name: "git-dream".to_owned(), email: "git-dream@localhost".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_shows_every_default() {
        let template = include_str!("../templates/init/dream.toml");
        let shown: String = template
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(setting) if !setting.starts_with(' ') => setting,
                _ => line,
            })
            .filter(|line| !line.starts_with('#'))
            .map(|line| format!("{line}\n"))
            .collect();
        let shown: toml::Table = toml::from_str(&shown).unwrap();
        let defaults = toml::Table::try_from(Settings::default()).unwrap();
        assert_eq!(shown, defaults);
    }

    #[test]
    fn mistakes_are_named() {
        let said = |text: &str| Settings::parse(text).unwrap_err().to_string();
        assert!(said("[mining]\nmin_sesions = 2").contains("min_sesions"));
        assert!(said("[memory]\nmax_loss = 2.0").contains("memory.max_loss"));
        assert!(said("[memory]\nroot = \"../up\"").contains("inside the repository"));
        assert!(said("[memory]\nabout = [\"\"]").contains("memory.about"));
        assert!(said("[memory\n").contains("line 1"));
        assert_eq!(Settings::parse(""), Ok(Settings::default()));
    }
}
