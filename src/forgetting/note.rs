//! A note goes to the archive, and its lesson is not proposed again until people take that back.
//!
//! Owns the one commit. That the lesson stays away,
//! [`crate::verdict`] reads from that commit; nothing else is written down.

use crate::cycle::{Target, read_memory, usefulness};
use crate::learning::author::{quote, quoted};
use crate::learning::{into_archive, message};
use crate::ledger::{CycleRecord, LEDGER, Ledger, Stamp};
use crate::memory::note::{Note, Status};
use crate::memory::place::{self, in_archive, outside};
use crate::memory::{MEMORY_FILE, Memory, index};
use crate::pattern::{Fingerprint, Kind};
use crate::redact::Clean;
use crate::repo::{Commit, FileChange, Oid, Plan, Repo, Signing};
use crate::settings::Settings;
use crate::unusable::Unusable;
use crate::verdict::{self, How};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};

/// What forgetting a note does.
#[derive(Clone, Debug)]
pub struct Forgetting {
    /// The branch that it stands on.
    pub target: String,
    /// Where that stood.
    pub base: Oid,
    /// The note's path inside the memory.
    pub note: String,
    /// Where it lies then.
    pub archived: String,
    /// Mistake, playbook or preference.
    pub kind: Kind,
    /// What it says, in a sentence.
    pub title: String,
    /// The patterns whose note it is: these are barred. None for a note that people wrote themselves.
    pub patterns: Vec<Fingerprint>,
    /// Whether people had pinned it.
    pub is_pinned: bool,
    /// Why.
    pub reason: Clean,
    /// The commit; `None` before it is made.
    pub commit: Option<Oid>,
    changes: Vec<FileChange>,
}

/// Plans it. `path`: where the note stands inside the memory, or was proposed. `today` as `2026-01-31`.
///
/// Errors: it does not stand on the target.
pub fn plan(repo: &Repo, settings: &Settings, path: &str, reason: Clean, today: &str) -> Result<Forgetting> {
    let root = settings.memory.root.as_str();
    let target = Target::find(repo, settings)?;
    let base = target.to_change(repo)?;
    let ledger = Ledger::open(repo)?;
    let (cycles, _) = ledger.cycles()?;
    let memory = read_memory(repo, base, root)?;
    let proposals = Proposals::look(repo, &cycles, base, root)?;
    let note = find(path, &memory, &proposals, &target.branch)?;
    let kind = place::kind_at(&note).context("the path of a note names its kind")?;
    let standing = memory.notes.get(&note);
    let patterns = proposals.of_note.get(&note).cloned().unwrap_or_default();
    if ledger.tip().is_none() && standing.is_some_and(quotes_sessions) {
        return Err(Unusable(format!(
            "{note} quotes sessions, so a dream proposed it, and there is no ledger here that says which lesson to \
             bar: run `git fetch origin {LEDGER}:{LEDGER}`, then forget it; if there is none any more, `git mv` it to {}",
            in_archive(&note)
        ))
        .into());
    }
    let title = standing.map(|note| note.front.description.clone());
    let archived = free_place(repo, base, root, &note)?;
    let mut changes = moved(repo, base, root, &note, &archived)?;
    if let Some(standing) = standing {
        let said = format!("Forgotten on purpose: {}", quote::one_line(&reason));
        let text = into_archive(standing, &said, today).into_bytes();
        let of_note = changes.iter_mut().find(|change| change.path == outside(root, &archived));
        of_note.context("the note moves with its folder")?.content = Some(text);
    }
    changes.extend(new_index(&memory, &note, &cycles, settings));
    Ok(Forgetting {
        target: target.branch,
        base,
        title: quote::one_line(title.as_deref().unwrap_or(&note)),
        archived,
        kind,
        patterns: patterns.into_iter().collect(),
        is_pinned: standing.is_some_and(|note| note.front.status == Status::Pinned),
        note,
        reason,
        commit: None,
        changes,
    })
}

/// Commits it on the target, in this person's name, and brings the working trees along that have the target checked out.
///
/// Errors: local changes in the way, or somebody else moved the target first; nothing has changed then.
pub fn commit(repo: &Repo, forgetting: &mut Forgetting, stamp: &Stamp) -> Result<()> {
    let Forgetting { title, note, archived, kind, patterns, reason, .. } = &*forgetting;
    let message =
        message::of_forgetting(&message::Forgotten { title, note, archived, kind: *kind, patterns, reason });
    let plan = Plan {
        base: Some(forgetting.base),
        identity: stamp.identity.clone(),
        at: stamp.at,
        signing: Signing::AsConfigured,
        commits: vec![Commit { message, changes: forgetting.changes.clone() }],
    };
    let written = repo.write(&plan)?;
    let commit = *written.last().context("the commit was not written")?;
    repo.advance(&forgetting.target, forgetting.base, commit, &format!("forget: {}", forgetting.note))?;
    forgetting.commit = Some(commit);
    Ok(())
}

/// Whether a note has evidence, as those have that a dream proposed.
fn quotes_sessions(note: &Note) -> bool {
    note.body.lines().any(|line| quoted::parse(line).is_some())
}

/// What was ever proposed, by where it stands now.
#[derive(Default)]
struct Proposals {
    /// The patterns whose note lies at a path.
    of_note: BTreeMap<String, BTreeSet<Fingerprint>>,
    /// By the path at which a note was proposed: where it stands, or where it was proposed.
    places: BTreeMap<String, String>,
    /// On which branch a note waits.
    waits: BTreeMap<String, String>,
    /// What was forgotten before, with who did it.
    forgotten: BTreeMap<String, String>,
}

impl Proposals {
    fn look(repo: &Repo, cycles: &[CycleRecord], base: Oid, root: &str) -> Result<Proposals> {
        let mut proposals = Proposals::default();
        for proposal in verdict::decided(repo, cycles, base, root)? {
            let note = proposal.note.clone();
            proposals.places.insert(proposal.learning.note.clone(), note.clone());
            if let Some(pattern) = Fingerprint::parse(&proposal.learning.pattern) {
                proposals.of_note.entry(note.clone()).or_default().insert(pattern);
            }
            if let How::Waits(branch) = &proposal.how {
                proposals.waits.insert(note, branch.clone());
            } else if proposal.how == How::Forgotten {
                let by = proposal.by.map_or_else(String::new, |by| {
                    format!(" by {} on {} with {}", by.name, by.at.strftime("%Y-%m-%d"), by.commit.short())
                });
                proposals.forgotten.insert(note, by);
            }
        }
        Ok(proposals)
    }
}

/// Where a note stands that was named by this path, or why it cannot be forgotten.
fn find(path: &str, memory: &Memory, proposals: &Proposals, target: &str) -> Result<String> {
    let stands = |path: &str| memory.notes.contains_key(path) || memory.broken.contains_key(path);
    if stands(path) {
        return Ok(path.to_owned());
    }
    if let Some(moved) = proposals.places.get(path).filter(|moved| stands(moved)) {
        return Ok(moved.clone());
    }
    let said = if let Some(branch) = proposals.waits.get(path) {
        format!(
            "{path} waits for review on {branch} and is not on {target}: refuse it there, with `git dream review`"
        )
    } else if let Some(by) = proposals.forgotten.get(path) {
        format!("{path} was forgotten already{by}; reverting that commit brings it back")
    } else if memory.archived.contains_key(path) || memory.archived.contains_key(&in_archive(path)) {
        format!(
            "{path} is in the archive already; to bar its lesson for good, move it back with `git mv`, commit, and \
             forget it"
        )
    } else {
        format!("{path} does not stand on {target}: `git dream why {path}` says what became of it")
    };
    Err(Unusable(said).into())
}

/// Where in the archive a note finds room.
fn free_place(repo: &Repo, base: Oid, root: &str, note: &str) -> Result<String> {
    let (stem, ending) = match note.strip_suffix("/SKILL.md") {
        Some(folder) => (folder, "/SKILL.md"),
        None => (note.strip_suffix(".md").unwrap_or(note), ".md"),
    };
    let mut number = 1_u32;
    loop {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let place = in_archive(&format!("{stem}{suffix}{ending}"));
        if !repo.has(base, &outside(root, &place))? {
            return Ok(place);
        }
        number += 1;
    }
}

/// The note's file, or its folder with everything in it, on the way to the archive.
fn moved(repo: &Repo, base: Oid, root: &str, note: &str, archived: &str) -> Result<Vec<FileChange>> {
    let folders = note.strip_suffix("SKILL.md").zip(archived.strip_suffix("SKILL.md"));
    let files: Vec<(String, String)> = match folders {
        None => vec![(outside(root, note), outside(root, archived))],
        Some((from, to)) => {
            let (from, to) = (outside(root, from), outside(root, to));
            let files = repo.list(base, &from)?.into_iter();
            files.map(|file| (file.path.clone(), file.path.replacen(&from, &to, 1))).collect()
        }
    };
    let mut changes = Vec::new();
    for (from, to) in files {
        let content = repo.read(base, &from)?;
        changes.push(FileChange { path: from, content: None });
        changes.push(FileChange { path: to, content });
    }
    Ok(changes)
}

/// MEMORY.md without the note in its index; `None` where that says nothing of it.
fn new_index(memory: &Memory, note: &str, cycles: &[CycleRecord], settings: &Settings) -> Option<FileChange> {
    let mut after = memory.clone();
    after.notes.remove(note)?;
    let useful = usefulness::on_record(cycles);
    let text = index::regenerate(&after, &useful, settings.memory.budget as usize);
    let stands = memory.main.as_ref()?;
    let path = outside(&settings.memory.root, MEMORY_FILE);
    (text != *stands).then(|| FileChange { path, content: Some(text.into_bytes()) })
}
