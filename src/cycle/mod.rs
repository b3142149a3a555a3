//! One dream: digests in, a branch of learnings out.
//!
//! The story of `git dream run`, told once ([`dream`]): gather what is new ([`gather`]), mine everything there
//! is, look up what people decided ([`verdict`]), plan, commit, move all refs at once. Also `git dream audit`,
//! which stops after mining ([`audit`]). Refuses to print: it gives a [`Report`].

pub mod audit;
pub mod gather;
mod report;
mod verdict;

pub use report::{LearningReport, Report, SessionCounts};
pub use verdict::{Proposal, decided, standings};

use crate::ledger::{Addition, CycleRecord, LEDGER, Ledger, LearningRecord, RefusedRecord, Stamp, SupportRecord};
use crate::learning::author::Author;
use crate::learning::{Learning, Planned, message, plan};
use crate::memory::{MEMORY_FILE, Memory, index};
use crate::pattern::{self, Known, Pattern};
use crate::repo::{Commit, FileChange, Identity, MoveError, Oid, Plan, RefMove, Repo, Signing};
use crate::session::SessionId;
use crate::settings::Settings;
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What the commits' `Dream-Engine` trailer says.
pub const BUILTIN: &str = concat!("builtin/", env!("CARGO_PKG_VERSION"));

/// What a dream is made of.
pub struct Request<'a> {
    /// The memory's repository.
    pub repo: &'a Repo,
    /// Its settings.
    pub settings: &'a Settings,
    /// Where new sessions come from.
    pub sources: gather::Sources<'a>,
    /// The moment that notes and commits are dated with.
    pub now: Timestamp,
    /// Whether to stop before anything is written.
    pub dry_run: bool,
}

/// What the repository held when the dream began.
struct Before<'r> {
    target: String,
    base: Oid,
    ledger: Ledger<'r>,
    cycles: Vec<CycleRecord>,
}

/// Dreams once.
///
/// Nothing is written until everything is known; then objects, then all refs in one move. Errors leave the
/// repository as it was. A dream with nothing to say gives a report without a branch.
pub fn dream(request: &Request<'_>) -> Result<Report> {
    let Request { repo, settings, .. } = request;
    if !request.dry_run {
        repo.recover()?;
    }
    let before = look(repo, settings)?;
    let folded_in = before.ledger.folded_in()?;
    let gathered = gather::gather(&request.sources, &folded_in, settings, repo)?;
    let pending_inbox = before.ledger.seen()?.len() > folded_in.len();
    let setting = fingerprint_of(settings);
    let last = before.cycles.last();
    let same_rules = last.is_some_and(|cycle| cycle.settings == setting && !cycle.counts.contains_key("left_over"));
    if gathered.digests.is_empty() && !pending_inbox && same_rules {
        if !request.dry_run {
            gathered.remember(repo, settings)?;
        }
        return Ok(Report::quiet(&before.target, before.base, &gathered));
    }

    let stored = before.ledger.digests()?;
    let inbox: Vec<_> = stored.digests.iter().filter(|digest| !folded_in.contains(&digest.session)).cloned().collect();
    let mut fresh = gathered.digests.clone();
    fresh.extend(inbox);
    let mut all = stored.digests;
    all.extend(gathered.digests.iter().cloned());
    let all = crate::ledger::newest(all);

    let known = known(&before.cycles);
    let patterns = pattern::mine(&all, &settings.mining, &known);
    let memory = read_memory(repo, before.base, &settings.memory.root)?;
    let standings = verdict::standings(repo, &before.cycles, before.base, &settings.memory.root)?;
    let today = request.now.strftime("%Y-%m-%d").to_string();
    let planned = plan(&patterns, &memory, &standings, &Author::builtin()?, &settings.memory, &today)?;

    let cycle = name(&before, &fresh.iter().map(|d| d.session.clone()).collect(), &setting, request.now);
    let mut report = Report::of(&cycle, &before.target, before.base, &gathered, &planned);
    report.skipped.extend(stored.skipped);
    if request.dry_run {
        return Ok(report);
    }
    let identity = Identity { name: settings.author.name.clone(), email: settings.author.email.clone() };
    let commits = commits(&planned, &memory, &standings, &patterns, settings, &cycle);
    let written = match commits.is_empty() {
        true => Vec::new(),
        false => repo.write(&Plan {
            base: Some(before.base),
            identity: identity.clone(),
            at: request.now,
            signing: Signing::AsConfigured,
            commits,
        })?,
    };
    report.name_commits(&written);
    let record = record(&before, &report, &planned, &patterns, &known, &setting, request.now);
    let addition = Addition { cycle: &cycle, digests: &fresh, record: Some(&record) };
    let ledger = before.ledger.append(&addition, &Stamp { identity, at: request.now })?;
    let mut moves = vec![RefMove {
        name: LEDGER.to_owned(),
        from: before.ledger.tip(),
        to: Some(ledger),
        reason: format!("dream: {cycle}"),
    }];
    if let (Some(branch), Some(tip)) = (&report.branch, written.last()) {
        moves.push(RefMove {
            name: format!("refs/heads/{branch}"),
            from: None,
            to: Some(*tip),
            reason: format!("dream: {cycle}"),
        });
    }
    // What the ledger now holds, the inboxes need not.
    moves.extend(before.ledger.inboxes().iter().map(|(name, tip)| RefMove {
        name: name.clone(),
        from: Some(*tip),
        to: None,
        reason: format!("dream: {cycle}"),
    }));
    // The target may have moved while we dreamt; the branch starts where it stood, which is where it was read.
    repo.move_refs(&moves).map_err(|error| match error {
        MoveError::Failed(error) => error,
        lost => anyhow::Error::new(lost),
    })?;
    gathered.remember(repo, settings)?;
    Ok(report)
}

/// Finds the target branch and opens the ledger.
fn look<'r>(repo: &'r Repo, settings: &Settings) -> Result<Before<'r>> {
    let target = target(repo, settings)?;
    let local = repo.resolve(&format!("refs/heads/{target}"))?;
    let base = match local {
        Some(tip) => Some(tip),
        None => repo.resolve(&format!("refs/remotes/origin/{target}"))?,
    };
    let Some(base) = base else {
        bail!("the branch `{target}` has no commit yet: run `git dream init` there, or commit something first");
    };
    let ledger = Ledger::open(repo)?;
    let (cycles, _) = ledger.cycles()?;
    Ok(Before { target, base, ledger, cycles })
}

/// The branch that learnings are proposed for.
pub fn target(repo: &Repo, settings: &Settings) -> Result<String> {
    if !settings.memory.target.is_empty() {
        return Ok(settings.memory.target.clone());
    }
    let head = repo.head_branch()?;
    head.context("HEAD is on no branch: check one out, or name it in dream.toml (`[memory] target = \"main\"`)")
}

/// Every lesson that earlier cycles named, the first name first.
fn known(cycles: &[CycleRecord]) -> Vec<Known> {
    cycles.iter().flat_map(|cycle| cycle.known.iter().cloned()).collect()
}

/// Reads the memory as it stands at a commit.
pub fn read_memory(repo: &Repo, at: Oid, root: &str) -> Result<Memory> {
    let mut files = Vec::new();
    for entry in repo.list(at, root)? {
        let path = inside(root, &entry.path).unwrap_or(&entry.path).to_owned();
        if path == MEMORY_FILE || crate::memory::place::is_note(&path) {
            files.push((path, repo.read_blob(entry.blob)?));
        }
    }
    Ok(Memory::read(files))
}

/// A path of the repository as the memory knows it; `None` where it lies elsewhere.
pub fn inside<'p>(root: &str, path: &'p str) -> Option<&'p str> {
    match root.trim_matches('/') {
        "" => Some(path),
        root => path.strip_prefix(root)?.strip_prefix('/'),
    }
}

/// A path of the memory as the repository knows it.
pub fn outside(root: &str, path: &str) -> String {
    match root.trim_matches('/') {
        "" => path.to_owned(),
        root => format!("{root}/{path}"),
    }
}

/// One commit a learning, then the index.
fn commits(
    planned: &Planned,
    memory: &Memory,
    standings: &crate::learning::standing::Standings,
    patterns: &[Pattern],
    settings: &Settings,
    cycle: &str,
) -> Vec<Commit> {
    let root = &settings.memory.root;
    let change = |path: &str, text: &str| FileChange { path: outside(root, path), content: Some(text.as_bytes().to_vec()) };
    let mut after = memory.clone();
    let mut commits: Vec<Commit> = Vec::new();
    for learning in &planned.learnings {
        if let Ok(note) = crate::memory::note::parse(&learning.text) {
            after.notes.insert(learning.note.clone(), note);
        }
        commits.push(Commit {
            message: message::of(learning, cycle, BUILTIN),
            changes: vec![change(&learning.note, &learning.text)],
        });
    }
    let index = index::regenerate(&after, &usefulness(planned, standings, patterns), settings.memory.budget as usize);
    if !commits.is_empty() && memory.main.as_deref() != Some(&*index) {
        commits.push(Commit {
            message: message::of_index(cycle, BUILTIN, commits.len()),
            changes: vec![change(MEMORY_FILE, &index)],
        });
    }
    commits
}

/// How useful each note is: the weight of its pattern, as far as it has one.
fn usefulness(
    planned: &Planned,
    standings: &crate::learning::standing::Standings,
    patterns: &[Pattern],
) -> BTreeMap<String, f64> {
    let mut useful: BTreeMap<String, f64> = standings.values().map(|standing| (standing.note.clone(), 0.0)).collect();
    for pattern in patterns {
        if let Some(standing) = standings.get(&pattern.fingerprint) {
            useful.insert(standing.note.clone(), pattern.weight);
        }
    }
    useful.extend(planned.learnings.iter().map(|learning| (learning.note.clone(), learning.weight)));
    useful
}

/// The cycle's name: its day, and a few digits of the hash of what it was made from.
fn name(before: &Before<'_>, fresh: &BTreeSet<SessionId>, setting: &str, now: Timestamp) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [before.base.to_string(), before.ledger.tip().map(|tip| tip.to_string()).unwrap_or_default(), setting.to_owned()] {
        hasher.update(part.as_bytes());
        hasher.update(b"\n");
    }
    for session in fresh {
        hasher.update(session.as_str().as_bytes());
    }
    format!("{}-{}", now.strftime("%Y-%m-%d"), &hasher.finalize().to_hex()[..6])
}

/// Hash of the settings in force.
fn fingerprint_of(settings: &Settings) -> String {
    let text = toml::to_string(settings).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

/// What the ledger keeps of this cycle.
fn record(
    before: &Before<'_>,
    report: &Report,
    planned: &Planned,
    patterns: &[Pattern],
    known: &[Known],
    setting: &str,
    now: Timestamp,
) -> CycleRecord {
    let mut counts = BTreeMap::from([
        ("sessions_read".to_owned(), u64::from(report.sessions.read)),
        ("sessions_new".to_owned(), u64::from(report.sessions.new)),
        ("skipped".to_owned(), report.skipped.len() as u64),
    ]);
    if planned.left_over > 0 {
        counts.insert("left_over".to_owned(), u64::from(planned.left_over));
    }
    let newly_named = patterns.iter().filter(|pattern| !known.iter().any(|known| known.anchor == pattern.anchor));
    CycleRecord {
        version: 1,
        cycle: report.cycle.clone().unwrap_or_default(),
        at: now,
        target: before.target.clone(),
        base: before.base.to_string(),
        branch: report.branch.clone(),
        tip: report.tip.clone(),
        engine: BUILTIN.to_owned(),
        settings: setting.to_owned(),
        counts,
        learnings: planned.learnings.iter().zip(&report.learnings).map(|(l, r)| learning_record(l, &r.commit)).collect(),
        refused: planned
            .refused
            .iter()
            .map(|refused| RefusedRecord { title: refused.title.clone(), reason: refused.reason.clone(), ..Default::default() })
            .collect(),
        known: newly_named
            .map(|pattern| Known { fingerprint: pattern.fingerprint.clone(), anchor: pattern.anchor.clone() })
            .collect(),
    }
}

fn learning_record(learning: &Learning, commit: &str) -> LearningRecord {
    let support = &learning.support;
    LearningRecord {
        commit: commit.to_owned(),
        change: learning.change.to_string(),
        kind: learning.kind.to_string(),
        note: learning.note.clone(),
        title: learning.title.clone(),
        pattern: learning.pattern.to_string(),
        grade: learning.grade.to_string(),
        support: SupportRecord {
            sessions: support.sessions,
            jobs: support.jobs,
            agents: support.agents,
            people: support.people,
        },
    }
}
