//! `git dream connect`: an agent with the memory, or a project with its consent.

mod agent;
mod project;

use super::exit::Usage;
use super::talk::Talk;
use super::whereabouts;
use crate::agents::Agent;
use crate::capture::consent::Consent;
use anyhow::{Context, Result};
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Version of what `--json` prints.
const VERSION: u32 = 1;

/// Connect an agent with the memory, or agree that sessions of a project are captured
///
/// With the name of an agent: puts hooks and the MCP server into its settings, so that its sessions begin with what the
/// memory has for them and a failed call is answered with the note about it. Shows the difference first and touches nothing
/// else. Agents: claude-code, codex, gemini, opencode, cursor, agents-md.
///
/// With a project's folder: agrees that its sessions are captured, for a memory. Shows what leaves this machine and where
/// to, and asks once. What you agreed to lies in your own configuration folder, never in a repository. Nothing is sent yet:
/// `git dream capture` does that, or a hook at a session's end.
#[derive(clap::Args)]
pub(super) struct Options {
    /// The agent, or the project's folder (`./codex` is a folder); the repository you stand in, if none is named
    #[arg(value_name = "AGENT|PROJECT")]
    named: Option<PathBuf>,
    /// The memory that what its sessions taught goes to: a git address or a path
    #[arg(long, value_name = "URL|PATH", help_heading = OF_A_PROJECT)]
    memory: Option<String>,
    /// The name that you contribute under; git's user.name, if none is given
    #[arg(long = "as", value_name = "NAME", help_heading = OF_A_PROJECT)]
    name: Option<String>,
    /// Keep sessions out that work in folders below the project, or lie in files, that this glob matches
    #[arg(long, value_name = "GLOB", help_heading = OF_A_PROJECT)]
    exclude: Vec<String>,
    /// Write to the settings of the project you stand in, not to your own
    #[arg(long, conflicts_with_all = ["memory", "name", "exclude"], help_heading = OF_AN_AGENT)]
    project: bool,
    /// Agree without being asked
    #[arg(short, long)]
    yes: bool,
    /// Show what would be done, and do nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Show what is connected
    #[arg(long, conflicts_with_all = ["named", "memory", "name", "exclude", "remove", "yes", "dry_run"])]
    list: bool,
    /// Take it back
    #[arg(long, conflicts_with_all = ["memory", "name", "exclude"])]
    remove: bool,
}

const OF_A_PROJECT: &str = "Of a project";
const OF_AN_AGENT: &str = "Of an agent";

pub(super) fn main(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    if options.list {
        return list(options, dir, talk);
    }
    let agent = options.named.as_deref().and_then(Path::to_str).and_then(Agent::named);
    match agent {
        Some(agent) if options.memory.is_some() || options.name.is_some() || !options.exclude.is_empty() => {
            Err(Usage(format!(
                "{agent} is an agent, and --memory, --as and --exclude are about a project: connect one at a time; a folder of \
                 that name is ./{agent}"
            ))
            .into())
        }
        Some(agent) => agent::main(agent, options, dir, talk),
        None if options.project => {
            Err(Usage(format!("--project is for an agent: name one of {}", names_of_agents())).into())
        }
        None => project::main(options, dir, talk),
    }
}

fn names_of_agents() -> String {
    Agent::ALL.map(Agent::name).join(", ")
}

fn list(options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let consent = Consent::read(&whereabouts::places().consent)?;
    let agents = agent::seen(options, dir)?;
    if talk.json {
        let projects = project::listed(&consent);
        return talk.data_json(&serde_json::json!({
            "version": VERSION, "projects": projects, "agents": agent::listed(&agents),
        }));
    }
    let projects = project::list(&consent, talk);
    talk.data(&format!("{projects}{}", agent::list(&agents)))
}

/// Asks, once.
fn agrees(question: &str) -> Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Usage("nobody is there to be asked: agree with --yes".to_owned()).into());
    }
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    let mut said = String::new();
    stdin.lock().read_line(&mut said).context("cannot read your answer")?;
    Ok(matches!(said.trim().to_lowercase().as_str(), "y" | "yes"))
}
