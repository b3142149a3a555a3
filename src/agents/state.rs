//! Whether an agent is connected, for `git dream doctor` and lists.

use super::call::{Called, is_on_path};
use super::content::Found;
use super::{Agent, Around, Program, file};
use serde::Serialize;
use std::path::PathBuf;

/// How an agent stands to git-dream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", content = "why", rename_all = "lowercase")]
pub enum State {
    /// Everything is in its settings.
    Connected,
    /// Nothing is.
    Not,
    /// Something is, but not all of it, or an older form, or it calls a program that is not there: says what.
    Outdated(String),
    /// Its settings cannot be read: says which, and why.
    Unreadable(String),
}

/// What is seen of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How it stands.
    pub state: State,
    /// Whether the agent seems to be on this machine: its folder or its program is there.
    pub is_there: bool,
    /// The files that its connection is in, or would be.
    pub files: Vec<PathBuf>,
}

/// How an agent stands to git-dream, which `program` says how to call.
pub fn state(agent: Agent, around: &Around, program: &Program) -> Seen {
    let (folder, programs) = agent.traces(around);
    let search_path = (around.variable)("PATH");
    let is_there = folder.is_some_and(|folder| folder.is_dir())
        || programs.iter().any(|program| is_on_path(program, search_path.as_deref()));
    let parts = match agent.parts(around, program) {
        Ok(parts) => parts,
        Err(error) => {
            return Seen { state: State::Unreadable(format!("{error:#}")), is_there, files: Vec::new() };
        }
    };
    let files = parts.iter().filter(|part| part.content.is_wanted()).map(|part| part.file.clone()).collect();
    let seen = |state| Seen { state, is_there, files };
    let (mut has_some, mut lacks, mut called) = (false, Vec::new(), Vec::new());
    for part in &parts {
        let name = part.file.display();
        let text = match file::read(&part.file) {
            Ok(bytes) => bytes.map(String::from_utf8).transpose().map_err(|_| "is not UTF-8".to_owned()),
            Err(error) => Err(format!("{error:#}")),
        };
        let found = text.and_then(|text| {
            part.content.found(text.as_deref()).map_err(|faulty| {
                let line = faulty.line.map_or_else(String::new, |line| format!("line {line}: "));
                format!("{line}{}", faulty.why)
            })
        });
        match found {
            Err(why) => return seen(State::Unreadable(format!("{name}: {why}"))),
            Ok(Found::Foreign) => lacks.push(format!("{name} was not written by git-dream")),
            Ok(Found::Nothing) if part.content.is_wanted() => lacks.push(format!("{name} lacks its part")),
            Ok(Found::Nothing) => {}
            Ok(Found::Same(calls)) => {
                has_some = true;
                called.extend(calls);
            }
            Ok(Found::Other(calls)) => {
                has_some = true;
                called.extend(calls);
                lacks.push(format!("{name} has an older form"));
            }
        }
    }
    let gone = called.iter().find_map(|Called { program }| match program {
        Some(path) if !path.is_file() => Some(format!("{} is called and is not there", path.display())),
        None if !is_on_path("git-dream", search_path.as_deref()) => {
            Some("`git dream` is called and `git-dream` is not on the search path".to_owned())
        }
        _ => None,
    });
    seen(match (has_some, gone, lacks.into_iter().next()) {
        (false, _, _) => State::Not,
        (true, Some(gone), _) => State::Outdated(gone),
        (true, None, Some(lack)) => State::Outdated(lack),
        (true, None, None) => State::Connected,
    })
}
