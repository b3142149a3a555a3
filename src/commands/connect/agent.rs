//! Connecting an agent: the difference shown, agreed to, written.

use super::super::exit::Usage;
use super::super::talk::{BAD, COMMAND, FAINT, GOOD, STRONG, Talk};
use super::super::whereabouts;
use super::{Options, VERSION, agrees};
use crate::agents::{self, Agent, Around, Change, Program, Record, Seen, State};
use crate::learning::author::quote;
use crate::repo::Repo;
use crate::repo::compare;
use crate::settings;
use anyhow::{Context, Result};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What `--json` prints.
#[derive(Serialize)]
struct Connected {
    version: u32,
    agent: &'static str,
    /// Whether the agent is connected now.
    connected: bool,
    /// Whether anything was written.
    written: bool,
    files: Vec<Changed>,
}

/// A file that is written, or would be.
#[derive(Serialize)]
struct Changed {
    path: String,
    /// `created`, `changed` or `removed`.
    change: &'static str,
    /// The difference, as `git diff` shows it without its first lines.
    diff: String,
}

/// What `--list --json` prints of an agent.
#[derive(Serialize)]
pub(super) struct Listed {
    agent: &'static str,
    #[serde(flatten)]
    state: State,
    /// Whether the agent seems to be on this machine.
    installed: bool,
    files: Vec<String>,
}

pub(super) fn main(agent: Agent, options: &Options, dir: &Path, talk: &Talk) -> Result<()> {
    let places = whereabouts::places();
    let record_file = places.connected();
    let record = Record::read(&record_file);
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    let home = home.ok_or_else(|| Usage("HOME names no folder: set it to yours".to_owned()))?;
    let variable = |name: &str| std::env::var_os(name);
    let around = around(agent, options, dir, &home, &variable)?;
    let program = program(&around)?;
    let planned = match options.remove {
        true => agents::disconnect(agent, &around, &record),
        false => agents::connect(agent, &around, &program, &record),
    };
    let changes = planned?;
    if !talk.json || !options.yes && !options.dry_run {
        show(&changes)?;
    }
    let is_agreed = match changes.is_empty() || options.dry_run {
        true => false,
        false => options.yes || agrees(if options.remove { "Take this out?" } else { "Write this?" })?,
    };
    if is_agreed {
        agents::write(&changes, &record_file)?;
    }
    if talk.json {
        let files = changes.iter().map(changed).collect::<Result<_>>()?;
        let connected = options.remove != (is_agreed || changes.is_empty());
        let agent = agent.name();
        return talk.data_json(&Connected { version: VERSION, agent, connected, written: is_agreed, files });
    }
    match (changes.is_empty(), is_agreed) {
        (true, _) if options.remove => {
            talk.say(&format!("{agent} is not connected: nothing of ours is there."))
        }
        (true, _) => talk.say(&format!("{agent} is connected already.")),
        (false, false) => talk.say("Nothing was written."),
        (false, true) if options.remove => talk.say(&format!("{agent} is no longer connected.")),
        (false, true) => welcome(agent, options, &around, &program, talk),
    }
    Ok(())
}

/// Where the agent's settings are looked for, with the project's where they are asked for.
fn around<'a>(
    agent: Agent,
    options: &Options,
    dir: &Path,
    home: &'a Path,
    variable: &'a dyn Fn(&str) -> Option<std::ffi::OsString>,
) -> Result<Around<'a>> {
    let repo = Repo::open_if_there(dir)?;
    let top = repo.as_ref().and_then(Repo::work_dir).map(Path::to_owned);
    let is_of_project = options.project || agent == Agent::AgentsMd;
    if is_of_project && repo.is_some() && top.is_none() && !options.list {
        return Err(Usage(
            "a bare repository has no files to write to: go to a working tree of it".to_owned(),
        )
        .into());
    }
    let project = match is_of_project {
        true => Some(
            top.clone().map_or_else(|| std::path::absolute(dir), Ok).context("cannot find this folder")?,
        ),
        false => None,
    };
    let is_memory = top.is_some_and(|top| top.join(settings::FILE).is_file());
    let memory = match is_memory {
        true => Some(Path::new(&whereabouts::settings(dir)?.memory.root).join("MEMORY.md")),
        false => None,
    };
    let memory = memory.map(|path| path.display().to_string());
    Ok(Around { home, project, memory, variable })
}

/// How git-dream is to be called. A project's settings are for everybody, so no path of this machine goes into them.
fn program(around: &Around) -> Result<Program> {
    if around.project.is_some() {
        return Ok(Program::Git);
    }
    let this = std::env::current_exe().context("cannot find this program")?;
    Ok(Program::find((around.variable)("PATH").as_deref(), &this))
}

/// What is said when an agent was connected.
fn welcome(agent: Agent, options: &Options, around: &Around, program: &Program, talk: &Talk) {
    talk.say(&format!("{GOOD}{agent} is connected.{GOOD:#}"));
    let seen = agents::state(agent, around, program);
    if let State::Outdated(why) = &seen.state {
        talk.say(&format!("{BAD}But:{BAD:#} {}", quote::one_line(why)));
    }
    if !seen.is_there {
        talk.say(&format!("{agent} does not seem to be on this machine; it takes this up when it is."));
    }
    agent.advice().iter().for_each(|sentence| talk.say(sentence));
    if agent != Agent::AgentsMd {
        talk.say(&format!(
            "Nothing is captured by this. To agree to that, in a project: {COMMAND}git dream connect --memory URL{COMMAND:#}"
        ));
    }
    let project = if options.project { " --project" } else { "" };
    talk.say(&format!("Take it out: {COMMAND}git dream connect {agent}{project} --remove{COMMAND:#}"));
}

/// Shows what changes. Not silenced by --quiet: nobody can agree to what was not shown.
fn show(changes: &[Change]) -> Result<()> {
    let mut text = String::new();
    for change in changes {
        let what = match sort(change) {
            "created" => " (new)",
            "removed" => " (goes away)",
            _ => "",
        };
        text.push_str(&format!(
            "{STRONG}{}{STRONG:#}{what}\n",
            quote::one_line(&change.file.display().to_string())
        ));
        for (sort, line) in difference(change)? {
            let line = quote::visible(&line);
            text.push_str(&match sort {
                '+' => format!("{GOOD}+{line}{GOOD:#}\n"),
                '-' => format!("{BAD}-{line}{BAD:#}\n"),
                '@' => format!("{FAINT}@@{line}{FAINT:#}\n"),
                _ => format!(" {line}\n"),
            });
        }
        text.push('\n');
    }
    let mut stderr = anstream::stderr();
    let _ = stderr.write_all(text.as_bytes());
    Ok(())
}

fn difference(change: &Change) -> Result<Vec<(char, String)>> {
    let bytes = |text: &Option<String>| text.clone().unwrap_or_default().into_bytes();
    compare::diff(&bytes(&change.before), &bytes(&change.after))
}

fn changed(change: &Change) -> Result<Changed> {
    let lines = difference(change)?.into_iter();
    let diff = lines.map(|(sort, line)| {
        format!("{}{line}\n", if sort == '@' { "@@".to_owned() } else { sort.to_string() })
    });
    Ok(Changed { path: change.file.display().to_string(), change: sort(change), diff: diff.collect() })
}

fn sort(change: &Change) -> &'static str {
    match (&change.before, &change.after) {
        (None, _) => "created",
        (_, None) => "removed",
        _ => "changed",
    }
}

/// How every agent stands: in the user's settings, and `AGENTS.md` in the project's folder.
pub(super) fn seen(options: &Options, dir: &Path) -> Result<Vec<(Agent, Seen)>> {
    let home = std::env::home_dir().unwrap_or_default();
    let variable = |name: &str| std::env::var_os(name);
    let mut all = Vec::new();
    for agent in Agent::ALL {
        let around = around(agent, options, dir, &home, &variable)?;
        let program = program(&around)?;
        all.push((agent, agents::state(agent, &around, &program)));
    }
    Ok(all)
}

pub(super) fn listed(agents: &[(Agent, Seen)]) -> Vec<Listed> {
    let path = |path: &PathBuf| path.display().to_string();
    let listed = |(agent, Seen { state, is_there, files }): &(Agent, Seen)| Listed {
        agent: agent.name(),
        state: state.clone(),
        installed: *is_there,
        files: files.iter().map(path).collect(),
    };
    agents.iter().map(listed).collect()
}

/// The agents, for people.
pub(super) fn list(agents: &[(Agent, Seen)]) -> String {
    let mut lines = String::new();
    for (agent, seen) in agents {
        let said = match &seen.state {
            State::Connected => format!("{GOOD}connected{GOOD:#}"),
            State::Not if seen.is_there => "not connected".to_owned(),
            State::Not => format!("{FAINT}not connected, and not seen on this machine{FAINT:#}"),
            State::Outdated(why) => {
                format!(
                    "{BAD}outdated{BAD:#}: {}; {COMMAND}git dream connect {agent}{COMMAND:#}",
                    quote::one_line(why)
                )
            }
            State::Unreadable(why) => format!("{BAD}unreadable{BAD:#}: {}", quote::one_line(why)),
        };
        lines.push_str(&format!("{STRONG}{agent:12}{STRONG:#} {said}\n"));
    }
    lines
}
