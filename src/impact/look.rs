//! Brings together what measuring needs: every digest there is, what people decided, and what sessions show.

use super::merged::{Merged, merged};
use super::seen::{self, Seen};
use super::{Measured, measure_seen, usage_seen};
use crate::learning::effect::Usage;
use crate::ledger::cache::Cache;
use crate::ledger::{CycleRecord, Ledger, known};
use crate::memory::MEMORY_FILE;
use crate::memory::index;
use crate::memory::place::outside;
use crate::pattern::{self, Fingerprint, Given};
use crate::repo::{Oid, Repo};
use crate::session::Skipped;
use crate::settings::{Mining, Settings};
use crate::verdict::{self, Proposal};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// What was found.
#[derive(Debug, Default)]
pub struct Looked {
    /// The learnings that stand, by the path of their note.
    pub merged: Vec<Merged>,
    /// What they did, by the path of their note; without those that cannot be measured.
    pub measured: BTreeMap<String, Measured>,
    /// Why others cannot, by the path of their note.
    pub unmeasured: BTreeMap<String, Unmeasured>,
    /// How often those came before agents.
    pub usage: BTreeMap<String, Usage>,
    /// Sessions that were looked at.
    pub sessions: usize,
    /// Lines of the ledger that could not be read.
    pub skipped: Vec<Skipped>,
}

/// Why a note has no figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmeasured {
    /// The sessions do not make one pattern of it any more.
    Unseen,
    /// No session can show whether it was followed: it tells what people disagree on, or what agents suggested.
    NothingToFollow,
}

impl std::fmt::Display for Unmeasured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Unmeasured::Unseen => {
                "what it was made from is no pattern any more, now that more sessions are known"
            }
            Unmeasured::NothingToFollow => {
                "it tells what people disagree on, or what agents suggested, and no session shows whether it was followed"
            }
        })
    }
}

/// Measures every note that stands at this commit of the target.
///
/// Loads and mines all sessions, as a cycle does, unless no learning stands or the cache has what they show; writes
/// nothing but that cache.
pub fn look(repo: &Repo, settings: &Settings, target: Oid) -> Result<Looked> {
    let ledger = Ledger::open(repo)?.with_cache(Cache::of(repo, true));
    let (cycles, skipped) = ledger.cycles()?;
    let proposals = verdict::decided(repo, &cycles, target, &settings.memory.root)?;
    let looked = look_among(&ledger, settings, target, &cycles, &proposals)?;
    Ok(Looked { skipped: skipped.into_iter().chain(looked.skipped).collect(), ..looked })
}

/// The same for who knows already what people decided on the learnings of these cycles.
pub fn look_among(
    ledger: &Ledger<'_>,
    settings: &Settings,
    target: Oid,
    cycles: &[CycleRecord],
    proposals: &[Proposal<'_>],
) -> Result<Looked> {
    let main = ledger.repo().read(target, &outside(&settings.memory.root, MEMORY_FILE))?;
    let index = main.map(|main| index::named(&String::from_utf8_lossy(&main))).unwrap_or_default();
    let merged = merged(proposals, &index);
    if merged.is_empty() {
        return Ok(Looked::default());
    }
    let mut skipped = Vec::new();
    let key = seen::key(ledger, &settings.mining)?;
    let seen = match Seen::recalled(ledger, &key) {
        Some(seen) => seen,
        None => mined(ledger, cycles, &settings.mining, key, &mut skipped)?,
    };
    let measured = measure_seen(&seen, &merged, settings);
    let others = merged.iter().filter(|note| !measured.contains_key(&note.note));
    let reason = |note: &Merged| match seen.occasions.contains_key(&note.pattern) {
        true => Unmeasured::NothingToFollow,
        false => Unmeasured::Unseen,
    };
    let unmeasured: BTreeMap<String, Unmeasured> =
        others.map(|note| (note.note.clone(), reason(note))).collect();
    let is_unmeasured = |note: &&Merged| unmeasured.contains_key(&note.note);
    let usage = usage_seen(&seen, merged.iter().filter(is_unmeasured));
    Ok(Looked { merged, measured, unmeasured, usage, sessions: seen.sessions.len(), skipped })
}

/// Loads and mines all sessions; keeps what was proposed of that.
fn mined(
    ledger: &Ledger<'_>,
    cycles: &[CycleRecord],
    settings: &Mining,
    key: String,
    skipped: &mut Vec<Skipped>,
) -> Result<Seen> {
    let all = ledger.digests()?;
    let known = known(cycles);
    // Readers need not be left out: here they are what it is about.
    let notes: BTreeMap<Fingerprint, String> = BTreeMap::new();
    let given = Given { settings, known: &known, notes: &notes };
    let mined = ledger.cache().recalling(|| pattern::mine_telling(all.digests, &given, &|_, _| {}));
    let learnings = cycles.iter().flat_map(|cycle| &cycle.learnings);
    let proposed: BTreeSet<&str> = learnings.map(|learning| learning.pattern.as_str()).collect();
    let seen = Seen::of(&mined, |pattern| proposed.contains(pattern.as_str()));
    // The program ends soon: nobody has to wait until so many small texts are given back.
    mined.into_patterns();
    // What has to be told of lines that cannot be read is told every time.
    if all.skipped.is_empty() {
        seen.keep(ledger, key)?;
    }
    skipped.extend(all.skipped);
    Ok(seen)
}
