//! The agents that git-dream can be connected to: what is put into their settings, and how it is taken out.
//!
//! One file an agent says where its settings lie and what belongs there: hooks that call `git dream hook`, and the MCP
//! server `git-dream`. What is ours is recognised by what it calls. Settings are only added to, so that they can be given
//! back byte for byte; what cannot be read is left alone. Refuses to decide whether anything is captured: that is the
//! person's consent ([`crate::capture::consent`]).

mod agents_md;
mod block;
mod call;
mod claude_code;
mod codex;
mod content;
mod cursor;
mod edit;
mod entry;
mod file;
mod gemini;
mod hooks;
mod json;
mod opencode;
mod plan;
mod record;
mod state;
mod toml;
mod tree;

pub use call::{Program, on_path};
pub use plan::{Change, connect, disconnect, write};
pub use record::Record;
pub use state::{Seen, State, state};

use crate::session::homes::Homes;
use content::Content;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// An agent program, or a file that agents read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agent {
    /// Anthropic's Claude Code.
    ClaudeCode,
    /// OpenAI's Codex CLI.
    Codex,
    /// Google's Gemini CLI.
    Gemini,
    /// OpenCode.
    OpenCode,
    /// Cursor, and its command line.
    Cursor,
    /// `AGENTS.md` of a project, which most agents read.
    AgentsMd,
}

impl Agent {
    /// All of them.
    pub const ALL: [Agent; 6] =
        [Agent::ClaudeCode, Agent::Codex, Agent::Gemini, Agent::OpenCode, Agent::Cursor, Agent::AgentsMd];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Agent::ClaudeCode => "claude-code",
            Agent::Codex => "codex",
            Agent::Gemini => "gemini",
            Agent::OpenCode => "opencode",
            Agent::Cursor => "cursor",
            Agent::AgentsMd => "agents-md",
        }
    }

    /// The agent with this name.
    pub fn named(name: &str) -> Option<Agent> {
        Agent::ALL.into_iter().find(|agent| agent.name() == name)
    }

    /// What its people have to know or do beyond what is written, a sentence each.
    pub fn advice(self) -> &'static [&'static str] {
        match self {
            Agent::ClaudeCode => &["Sessions that run take it up when they are started again."],
            Agent::Codex => &["Codex runs no new hook before you trust it: start `codex` and type /hooks."],
            Agent::Gemini => &["Sessions that run take it up when they are started again."],
            Agent::OpenCode => &["OpenCode takes it up when it is started again."],
            Agent::Cursor => &["Cursor asks before it starts a new MCP server: its settings, under MCP."],
            Agent::AgentsMd => &["Commit AGENTS.md, so that everybody's agents read it."],
        }
    }

    /// What is to be in which of its files.
    fn parts(self, around: &Around, program: &Program) -> anyhow::Result<Vec<Part>> {
        Ok(match self {
            Agent::ClaudeCode => claude_code::parts(around, program),
            Agent::Codex => codex::parts(around, program)?,
            Agent::Gemini => gemini::parts(around, program),
            Agent::OpenCode => opencode::parts(around, program),
            Agent::Cursor => cursor::parts(around, program),
            Agent::AgentsMd => agents_md::parts(around),
        })
    }

    /// Its folder, and its programs: what shows that it is there.
    fn traces(self, around: &Around) -> (Option<PathBuf>, &'static [&'static str]) {
        match self {
            Agent::ClaudeCode => (Some(around.homes().claude_code()), &["claude"]),
            Agent::Codex => (Some(around.homes().codex()), &["codex"]),
            Agent::Gemini => (Some(around.homes().gemini().join(".gemini")), &["gemini"]),
            Agent::OpenCode => (Some(around.homes().opencode()), &["opencode"]),
            Agent::Cursor => (Some(around.home.join(".cursor")), &["cursor", "cursor-agent"]),
            Agent::AgentsMd => (around.project.clone(), &[]),
        }
    }
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Where settings are looked for.
pub struct Around<'a> {
    /// The user's home folder.
    pub home: &'a Path,
    /// The project's top folder, where the project's own settings are meant and not the user's.
    pub project: Option<PathBuf>,
    /// Where in the project its memory is, if it is in it: what `AGENTS.md` points to.
    pub memory: Option<String>,
    /// Looks a name up in the environment.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
}

impl Around<'_> {
    /// Where agents keep their own.
    fn homes(&self) -> Homes<'_> {
        Homes { home: self.home, variable: self.variable }
    }
}

/// What is to be in a file.
struct Part {
    file: PathBuf,
    content: Content,
}

/// What is wrong with a text: the line, if it is in one, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Faulty {
    line: Option<usize>,
    why: String,
}
