//! Where branches quote sessions: in notes, and in the messages of commits.
//!
//! Only tells. What stands on a branch is people's.

use crate::ledger::CycleRecord;
use crate::memory::place::inside;
use crate::repo::{Oid, Repo};
use crate::session::SessionId;
use crate::verdict::open_branches;
use anyhow::Result;
use serde::Serialize;
use std::collections::BTreeSet;

/// What a branch quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Quoted {
    /// The branch: `main`, `dream/2026-01-02-abcdef`.
    pub branch: String,
    /// Whether it is a dream branch, which may be deleted and dreamt again.
    pub is_dream: bool,
    /// Lines of files at its tip: `<path>:<line>`, sorted.
    pub lines: Vec<String>,
    /// Commits of its history whose messages do, oldest first. Of a dream branch only its own.
    pub commits: Vec<String>,
}

/// What the target and the open dream branches quote of these sessions; a branch that quotes nothing is left out.
pub fn find(
    repo: &Repo,
    root: &str,
    (target, tip): (&str, Oid),
    cycles: &[CycleRecord],
    sessions: &BTreeSet<SessionId>,
) -> Result<Vec<Quoted>> {
    let mut quoted = Vec::from_iter(of(repo, root, target, (tip, &[]), sessions)?);
    for (branch, tips) in open_branches(repo)? {
        let made_for = cycles.iter().find(|cycle| cycle.branch.as_ref() == Some(&branch));
        let base = made_for.and_then(|cycle| Oid::parse(&cycle.base)).filter(|base| repo.past(*base).is_ok());
        for at in tips {
            let since: Vec<Oid> = base.into_iter().chain([tip]).collect();
            let found = of(repo, root, &branch, (at, &since), sessions)?;
            quoted.extend(found.map(|found| Quoted { is_dream: true, ..found }));
        }
    }
    quoted.dedup();
    Ok(quoted)
}

fn of(
    repo: &Repo,
    root: &str,
    branch: &str,
    (tip, since): (Oid, &[Oid]),
    sessions: &BTreeSet<SessionId>,
) -> Result<Option<Quoted>> {
    let sources: Vec<String> = sessions.iter().map(|session| format!("{session}#")).collect();
    let names = |text: &str| sources.iter().any(|source| text.contains(source.as_str()));
    let mut found = Quoted { branch: branch.to_owned(), ..Quoted::default() };
    for file in repo.list(tip, root)?.into_iter().filter(|file| file.path.ends_with(".md")) {
        let content = repo.read_blob(file.blob)?;
        let text = String::from_utf8_lossy(&content);
        let path = inside(root, &file.path).unwrap_or(&file.path);
        let lines = text.lines().zip(1_u32..).filter(|(line, _)| names(line));
        found.lines.extend(lines.map(|(_, number)| format!("{path}:{number}")));
    }
    let commits = repo.walk(since, tip)?.into_iter().filter(|past| names(&past.message));
    found.commits.extend(commits.map(|past| past.id.to_string()));
    Ok((!found.lines.is_empty() || !found.commits.is_empty()).then_some(found))
}
