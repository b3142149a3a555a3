//! Capturing what is new of connected projects.

use super::super::exit::Usage;
use super::super::run::tell_skipped;
use super::super::talk::{COMMAND, STRONG, Talk, count};
use super::super::whereabouts;
use super::to::LinesOptions;
use crate::capture::consent::Consent;
use crate::capture::intake::{self, Sources, Taken};
use crate::capture::outbox::Outbox;
use crate::capture::places::Places;
use crate::capture::{push, trouble};
use crate::learning::author::quote;
use crate::ledger::Stamp;
use crate::ledger::stat_cache::StatCache;
use crate::nearest::copy;
use crate::remote::Remote;
use crate::repo::Identity;
use crate::settings::{Author, Reading};
use crate::usage;
use anyhow::{Result, anyhow};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Version of what `--json` prints.
const VERSION: u32 = 1;
/// The variable that keeps sessions out.
pub(super) const VARIABLE: &str = "GIT_DREAM_CAPTURE";

#[derive(clap::Args)]
pub(super) struct ConnectedOptions {
    /// Put what is captured into the queue and push nothing
    #[arg(long)]
    no_push: bool,
    /// Date captures with this moment instead of now
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
}

impl ConnectedOptions {
    /// The same as arguments.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &str> {
        let now = self.now.iter().flat_map(|now| ["--now", now.as_str()]);
        self.no_push.then_some("--no-push").into_iter().chain(now)
    }
}

/// What a capture works with.
pub(super) struct Here {
    pub(super) places: Places,
    pub(super) consent: Consent,
    pub(super) stamp: Stamp,
    no_push: bool,
    /// How long a remote is waited for.
    pub(super) patience: Option<Duration>,
}

/// What came of it, and what `--json` prints.
#[derive(Default, Serialize)]
pub(super) struct Captured {
    version: u32,
    memories: Vec<OfMemory>,
    not_captured: Vec<NotCaptured>,
    /// What went wrong with the copies that agents read.
    unread: Vec<String>,
    unsettled: usize,
    skipped: usize,
}

/// What came of it for one memory.
#[derive(Serialize)]
struct OfMemory {
    memory: String,
    contributor: String,
    captured: usize,
    pushed: usize,
    queued: usize,
    failure: Option<String>,
}

#[derive(Serialize)]
struct NotCaptured {
    reason: String,
    sessions: usize,
}

impl Here {
    /// Finds it out.
    pub(super) fn find(options: &ConnectedOptions) -> Result<Here> {
        let places = whereabouts::places();
        let consent = Consent::read(&places.consent)?;
        // What names a person is the inbox, and only as they chose to be called.
        let identity = Identity::of(&Author::default());
        let stamp = Stamp { identity, at: whereabouts::now(options.now.as_deref())? };
        Ok(Here { places, consent, stamp, no_push: options.no_push, patience: None })
    }

    /// The recipients that are agreed to.
    fn recipients(&self) -> BTreeSet<(&str, &str)> {
        let projects = self.consent.projects.iter();
        projects.map(|project| (project.memory.as_str(), project.name.as_str())).collect()
    }

    /// Captures from these transcripts and pushes what waits.
    pub(super) fn capture(
        &self,
        transcripts: &[PathBuf],
        are_over: bool,
        folder: Option<&Path>,
    ) -> Result<(Captured, Taken)> {
        let reading = Reading::default();
        let mut known = BTreeSet::new();
        for (memory, _) in self.recipients() {
            if let Some(outbox) = Outbox::open_if_there(&self.places, memory)? {
                known.append(&mut outbox.known()?);
            }
        }
        let kept_out = self.places.kept_out_paths();
        let agreed = blake3::hash(format!("{:?}", self.consent).as_bytes()).to_hex();
        let readers = format!("{} {agreed}", env!("CARGO_PKG_VERSION"));
        let mut cache = StatCache::in_file(self.places.seen(), &readers);
        let usage = self.places.usage();
        let kept_out = &kept_out;
        let sources = Sources { transcripts, are_over, folder, kept_out, usage: &usage, reading: &reading };
        let taken = intake::read(&sources, &self.consent, &known, &cache);
        let mut added = BTreeMap::new();
        for ((memory, name), digests) in &taken.digests {
            let outbox = Outbox::open(&self.places, memory)?;
            added.insert((memory.as_str(), name.as_str()), outbox.add(name, digests, &self.stamp)?);
        }
        taken.remember(&mut cache)?;
        usage::prune(&usage, self.stamp.at);
        let mut captured = Captured {
            version: VERSION,
            unsettled: taken.unsettled,
            skipped: taken.skipped.len(),
            ..Captured::default()
        };
        for (reason, sessions) in &taken.outside {
            captured.not_captured.push(NotCaptured { reason: reason.clone(), sessions: *sessions });
        }
        for (memory, name) in self.recipients() {
            let count = added.get(&(memory, name)).copied().unwrap_or_default();
            captured.memories.extend(self.hand_over(memory, name, count)?);
        }
        let mut memories: BTreeSet<&str> = self.recipients().into_iter().map(|(memory, _)| memory).collect();
        // A remote that just failed is not waited for once more.
        let failed = captured.memories.iter().filter(|of| of.failure.is_some());
        for of in failed {
            memories.remove(of.memory.as_str());
        }
        for memory in memories.into_iter().filter(|_| !self.no_push) {
            captured.unread.extend(self.bring(memory));
        }
        Ok((captured, taken))
    }

    /// Brings the copy that agents here read of a memory up to date; gives what went wrong.
    fn bring(&self, memory: &str) -> Option<String> {
        if Path::new(memory).is_absolute() {
            return None;
        }
        let failed = copy::refresh(&self.places, memory, self.patience).err()?;
        Some(format!(
            "agents here go on reading an older copy of {}, which could not be brought up to date: {failed:#}",
            quote::one_line(memory)
        ))
    }

    /// Pushes what waits for one memory.
    fn hand_over(&self, memory: &str, name: &str, captured: usize) -> Result<Option<OfMemory>> {
        let Some(outbox) = Outbox::open_if_there(&self.places, memory)? else { return Ok(None) };
        let remote = Remote::at(outbox.repo(), memory);
        let remote = match self.patience {
            Some(patience) => remote.within(patience),
            None => remote,
        };
        let pushed = match self.no_push {
            true => Ok(0),
            false => push::push(&outbox, name, &remote, &self.stamp),
        };
        let (pushed, failure) = match pushed {
            Ok(pushed) => (pushed, None),
            Err(error) => (0, Some(format!("{error:#}"))),
        };
        let queued = outbox.waiting(name)?;
        let (memory, contributor) = (memory.to_owned(), name.to_owned());
        Ok(Some(OfMemory { memory, contributor, captured, pushed, queued, failure }))
    }
}

impl Captured {
    /// What went wrong with memories, in a sentence each.
    pub(super) fn failures(&self) -> impl Iterator<Item = String> {
        let waiting = self.memories.iter().filter_map(|of| {
            let failure = of.failure.as_ref()?;
            Some(format!(
                "{} for {}, which could not be pushed: {failure}",
                waits(of.queued),
                quote::one_line(&of.memory)
            ))
        });
        waiting.chain(self.unread.iter().cloned())
    }
}

/// Whether the environment keeps sessions out.
pub(in crate::commands) fn is_kept_out() -> bool {
    std::env::var(VARIABLE).is_ok_and(|said| matches!(said.trim(), "0" | "false" | "no" | "off"))
}

fn waits(sessions: usize) -> String {
    format!("{} {} in the queue", count(sessions, "session"), if sessions == 1 { "waits" } else { "wait" })
}

pub(super) fn main(
    options: &ConnectedOptions,
    sources: &LinesOptions,
    dir: &Path,
    talk: &Talk,
) -> Result<()> {
    let here = Here::find(options)?;
    if is_kept_out() {
        talk.say(&format!("{VARIABLE} keeps everything out: nothing was captured."));
        return Ok(());
    }
    if here.consent.projects.is_empty() {
        return Err(Usage(
            "no project is connected, so nothing may be captured: `git dream connect --memory URL` in a project agrees to \
             it; or write digests to a file with --to FILE"
                .to_owned(),
        )
        .into());
    }
    let found = sources.find(dir)?;
    let (captured, taken) = here.capture(found.transcripts(), found.are_over(), None)?;
    if talk.json {
        talk.data_json(&captured)?;
    } else {
        tell(&captured, talk);
        tell_skipped(&taken.skipped, talk);
    }
    let failures: Vec<String> = captured.failures().collect();
    if !failures.is_empty() {
        return Err(anyhow!("{}; the next capture tries again", failures.join("; ")));
    }
    trouble::clear(&here.places.trouble());
    Ok(())
}

fn tell(captured: &Captured, talk: &Talk) {
    for of in &captured.memories {
        talk.say(&format!(
            "{STRONG}{}{STRONG:#} captured for {} as {}, {} pushed.",
            count(of.captured, "session"),
            quote::one_line(&of.memory),
            of.contributor,
            of.pushed
        ));
        if of.queued > 0 && of.failure.is_none() {
            talk.say(&format!("{}.", waits(of.queued)));
        }
    }
    if captured.memories.is_empty() {
        talk.say("Nothing to capture: no session of a connected project is new.");
    }
    if captured.unsettled > 0 {
        talk.say(&format!(
            "{} may still be written to: left for the next capture.",
            count(captured.unsettled, "transcript")
        ));
    }
    for NotCaptured { reason, sessions } in &captured.not_captured {
        talk.say(&format!("{} not captured: {}", count(*sessions, "session"), quote::one_line(reason)));
    }
    if captured.not_captured.iter().any(|not| not.reason.contains("not connected")) {
        talk.mention(&format!("{COMMAND}git dream connect --list{COMMAND:#} shows what is connected"));
    }
}
