//! One dream: digests in, a branch of learnings out.
//!
//! The story of `git dream run`, told once ([`dream`]): take in what is new ([`intake`]), mine everything there is,
//! look up what people decided ([`crate::verdict`]), plan, commit ([`commits`]), move all refs at once. Also
//! `git dream audit`, which stops after mining ([`audit`]), and the reading alone, for a dream that is dreamt elsewhere
//! ([`export`]). Refuses to print: it gives a [`Report`].

pub mod audit;
mod commits;
mod considered;
pub mod export;
pub mod gather;
mod intake;
mod parts;
mod record;
mod rehearsed;
mod remarked;
mod report;
mod target;
pub mod usefulness;
mod witnesses;

pub use considered::of_spent;
pub use parts::Part;
pub use report::{Report, SessionCounts, Unanswered};
pub use target::Target;

use crate::digest::Digest;
use crate::engine::Engine;
use crate::engine::prompts::{FOLDER, Prompts};
use crate::impact;
use crate::learning::effect::Impact;
use crate::learning::standing::notes;
use crate::learning::{Observed, opened};
use crate::ledger::cache::Cache;
use crate::ledger::{Addition, LEDGER, Ledger, Stamp, known};
use crate::memory::place::{self, inside};
use crate::memory::{MEMORY_FILE, Memory, index};
use crate::pattern::{self, Given, Known, Mined};
use crate::rehearsal::Effort;
use crate::repo::{Identity, MoveError, Oid, Plan, RefMove, Repo, Signing};
use crate::session::SessionId;
use crate::settings::Settings;
use crate::stale;
use crate::unusable::Unusable;
use crate::verdict::{self, Proposal};
use anyhow::Result;
use considered::{Considered, Ground, consider};
use intake::Intake;
use jiff::Timestamp;
use parts::Parts;
use record::fingerprint_of;
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
    /// The model that is asked about what counting leaves open; `None`: none.
    pub engine: Option<Engine<'a>>,
    /// How often it is asked to act with each new note and without it; `None`: never.
    pub rehearse: Option<Effort>,
}

/// What the repository held when the dream began.
struct Before<'r> {
    target: Target,
    base: Oid,
    ledger: Ledger<'r>,
    setting: String,
    /// What the record of the cycle calls its engine.
    engine: String,
    /// The templates of questions; `None` where no model is asked.
    prompts: Option<Prompts>,
}

/// Dreams once.
///
/// Nothing is written until everything is known; then objects, then all refs in one move. Errors leave the
/// repository as it was. A dream with nothing to say gives a report without a branch.
pub fn dream(request: &Request<'_>) -> Result<Report> {
    let parts = Parts::default();
    let mut report = dream_timed(request, &parts)?;
    report.parts = parts.into_vec();
    Ok(report)
}

fn dream_timed(request: &Request<'_>, parts: &Parts) -> Result<Report> {
    let Request { repo, settings, .. } = request;
    if !request.dry_run {
        repo.recover()?;
    }
    let before = parts.timed("looking at the repository", || look(request))?;
    let Intake { gathered, fresh, all } = intake::take_in(request, &before, parts)?;
    let Some(all) = all else {
        let report = Report::quiet(&before.target, before.base, &gathered);
        if !request.dry_run {
            gathered.remember()?;
        }
        return Ok(report);
    };

    let (cycles, _) = parts.timed("loading cycles", || before.ledger.cycles())?;
    let known = known(&cycles);
    let memory = read_memory(repo, before.base, &settings.memory.root)?;
    let (proposals, standings) = parts.timed("looking up what people decided", || {
        verdict::settled(repo, &cycles, before.base, &settings.memory.root)
    })?;
    let witnesses = witnesses::of(&all.digests, &before, &cycles, &standings, &known)?;
    let mut observed = observed(&all.digests, &known, &memory);
    observed.dead = parts
        .timed("looking for what is gone", || {
            stale::find(repo, before.base, settings, before.ledger.cache())
        })?
        .dead;
    let given = Given { settings: &settings.mining, known: &known, notes: &notes(&standings) };
    let mined = parts.timed("mining", || mine(all.digests, &given, before.ledger.cache(), parts));
    observed.impacts = parts.timed("measuring notes", || impacts(&mined, &proposals, &memory, settings));
    let today = request.now.strftime("%Y-%m-%d").to_string();
    let ground = Ground {
        request,
        before: &before,
        cycles: &cycles,
        known: &known,
        memory: &memory,
        standings: &standings,
        observed: &observed,
        witnesses: &witnesses,
        today: &today,
    };
    let Considered { patterns, weighed, mut planned, asked } =
        parts.timed("planning", || consider(&ground, mined))?;
    let rehearsed = parts.timed("rehearsing", || rehearsed::rehearse(&mut planned, request, &before))?;

    remarked::tell(&mut planned, &before.ledger)?;

    let cycle = name(&before, &fresh.iter().map(|d| d.session.clone()).collect(), request.now);
    let mut report = Report::of(&cycle, &before.target, before.base, &gathered, &planned);
    report.skipped.extend(all.skipped);
    report.name_reopened(&weighed.reopened);
    if let (Some(engine), Some(asked)) = (&request.engine, &asked) {
        report.tell_asked(asked, engine, settings);
    }
    if let Some(engine) = &request.engine {
        report.tell_rehearsed(&rehearsed, engine, settings);
    }
    if request.dry_run {
        return Ok(report);
    }
    let identity = Identity::of(&settings.author);
    let commits = commits::of(
        &planned,
        &memory,
        &usefulness::of_notes(&standings, &patterns, &observed),
        settings,
        &report,
    );
    let written = match commits.is_empty() {
        true => Vec::new(),
        false => parts.timed("writing commits", || {
            repo.write(&Plan {
                base: Some(before.base),
                identity: identity.clone(),
                at: request.now,
                signing: Signing::AsConfigured,
                commits,
            })
        })?,
    };
    report.name_commits(&written);
    let record = record::record(&record::Made {
        report: &report,
        planned: &planned,
        patterns: &patterns,
        known: &known,
        standings: &standings,
        outcome_files: before.ledger.late_additions()? as u64 + u64::from(!gathered.late.is_empty()),
        before: &before,
        asked: asked.as_ref(),
        now: request.now,
    });
    let addition =
        Addition { cycle: &cycle, digests: &fresh, outcomes: &gathered.late, record: Some(&record) };
    let ledger = parts.timed("writing the ledger", || {
        before.ledger.append(&addition, &Stamp { identity, at: request.now })
    })?;
    let moves = moves(&before, &report, ledger, written.last().copied())?;
    // The target may have moved while we dreamt; the branch starts where it stood, which is where it was read.
    parts.timed("moving refs", || repo.move_refs(&moves)).map_err(|error| match error {
        MoveError::Failed(error) => error,
        lost => anyhow::Error::new(lost),
    })?;
    gathered.remember()?;
    Ok(report)
}

/// All refs of the cycle: the ledger, the branch, and the inboxes that the ledger now holds.
fn moves(before: &Before<'_>, report: &Report, ledger: Oid, tip: Option<Oid>) -> Result<Vec<RefMove>> {
    let reason = format!("dream: {}", report.cycle.as_deref().unwrap_or_default());
    let moving = |name: &str, from: Option<Oid>, to: Option<Oid>| RefMove {
        name: name.to_owned(),
        from,
        to,
        reason: reason.clone(),
    };
    let mut moves = vec![moving(LEDGER, before.ledger.tip(), Some(ledger))];
    if let (Some(branch), Some(tip)) = (&report.branch, tip) {
        moves.push(moving(&format!("refs/heads/{branch}"), None, Some(tip)));
    }
    moves.extend(before.ledger.read_whole()?.iter().map(|(name, tip)| moving(name, Some(*tip), None)));
    Ok(moves)
}

/// Mines, recalling what earlier cycles read in the same texts.
fn mine(all: Vec<Digest>, given: &Given<'_>, cache: &Cache, parts: &Parts) -> Mined {
    cache.recalling(|| pattern::mine_telling(all, given, &|part, took| parts.add(part, took)))
}

/// What the notes that stand did, by their paths.
fn impacts(
    mined: &Mined,
    proposals: &[Proposal<'_>],
    memory: &Memory,
    settings: &Settings,
) -> BTreeMap<String, Impact> {
    let index = memory.main.as_deref().map(index::named).unwrap_or_default();
    let merged = impact::merged(proposals, &index);
    if merged.is_empty() {
        return BTreeMap::new();
    }
    let measured = impact::measure(mined, &merged, settings);
    measured.into_iter().map(|(note, measured)| (note, measured.impact)).collect()
}

/// Finds the target branch and opens the ledger.
fn look<'r>(request: &Request<'r>) -> Result<Before<'r>> {
    let Request { repo, settings, dry_run, now, .. } = *request;
    let target = Target::find(repo, settings)?;
    let base = target.commit()?;
    let ledger = Ledger::open(repo)?.as_of(now).with_cache(Cache::of(repo, !dry_run));
    let (engine, prompts) = match &request.engine {
        None => (BUILTIN.to_owned(), None),
        Some(engine) => {
            let prompts = templates(repo, base, settings)?;
            (format!("{} prompts/{}", engine.name, prompts.version()), Some(prompts))
        }
    };
    Ok(Before { target, base, ledger, setting: fingerprint_of(settings), engine, prompts })
}

/// The templates of questions: those that the memory brings, as they stand at a commit, else the program's own.
///
/// Errors: one that cannot be used.
pub fn templates(repo: &Repo, at: Oid, settings: &Settings) -> Result<Prompts> {
    let own = |file: &str| {
        let path = place::outside(&settings.memory.root, &format!("{FOLDER}/{file}"));
        let Some(content) = repo.read(at, &path)? else { return Ok(None) };
        let text = String::from_utf8(content);
        let text = text.map_err(|_| {
            Unusable(format!("the template {path} is not UTF-8: save it as UTF-8 and commit it"))
        });
        Ok(Some(text?))
    };
    Prompts::load(own, settings.mining.min_sessions)
}

/// What the sessions tell of the notes that stand.
fn observed<'a>(digests: &[Digest], known: &'a [Known], memory: &Memory) -> Observed<'a> {
    let opened = opened::opened(digests, memory.notes.len());
    let newest = digests.iter().filter_map(|digest| digest.began).max();
    Observed { opened, newest, known, ..Observed::default() }
}

/// Reads the memory as it stands at a commit.
pub fn read_memory(repo: &Repo, at: Oid, root: &str) -> Result<Memory> {
    let mut files = Vec::new();
    for entry in repo.list(at, root)? {
        let path = inside(root, &entry.path).unwrap_or(&entry.path).to_owned();
        if path == MEMORY_FILE || place::is_note(&path) || place::from_archive(&path).is_some() {
            files.push((path, repo.read_blob(entry.blob)?));
        }
    }
    Ok(Memory::read(files))
}

/// The cycle's name: its day, and a few digits of the hash of what it was made from.
fn name(before: &Before<'_>, fresh: &BTreeSet<SessionId>, now: Timestamp) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [
        before.base.to_string(),
        before.ledger.tip().map(|tip| tip.to_string()).unwrap_or_default(),
        before.setting.clone(),
    ] {
        hasher.update(part.as_bytes());
        hasher.update(b"\n");
    }
    for session in fresh {
        hasher.update(session.as_str().as_bytes());
    }
    format!("{}-{}", now.strftime("%Y-%m-%d"), &hasher.finalize().to_hex()[..6])
}
