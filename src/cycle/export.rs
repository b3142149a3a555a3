//! Digests of transcripts, for a dream that is dreamt elsewhere: what `git dream capture --to` writes.
//!
//! Reads as a dream reads that knows no session yet, and keeps also what a longer version of the same session replaces:
//! only whoever has all parts together can tell. Refuses to know git.

use super::gather::{Gathered, Sources, digest_all};
use crate::digest::lines::{Carried, Tally, Told, VERSION};
use crate::ledger::one_each;
use crate::redact::redact;
use crate::session::Skipped;
use crate::session::shard::Shard;
use crate::settings::Reading;
use std::collections::BTreeMap;
use std::path::Path;

/// What came of reading.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The digests, sorted by session, each once.
    pub carried: Vec<Carried>,
    /// What could not be used.
    pub skipped: Vec<Skipped>,
    /// What it came to.
    pub tally: Tally,
}

/// Reads and digests every session of the sources. `shard` says which part of the files they are; `name` says what a
/// transcript is called on its way.
pub fn export(
    sources: &Sources<'_>,
    shard: Option<Shard>,
    reading: &Reading,
    name: impl Fn(&Path) -> String,
) -> Exported {
    let mut names = BTreeMap::new();
    let mut gathered = digest_all(sources, reading, &mut |session, path| {
        let name = redact(&name(path));
        let first = names.entry(session.clone()).or_insert_with(|| name.clone());
        if name < *first {
            *first = name;
        }
    });
    let mut digests = std::mem::take(&mut gathered.digests);
    one_each(&mut digests);
    let carried = digests.into_iter().map(|digest| {
        let told = gathered.told(&digest).map(|(outcome, job)| Told { outcome, job: job.cloned() });
        Carried { file: names.remove(&digest.session), told, digest }
    });
    let carried = carried.collect();
    let Gathered { skipped, read, unsettled, .. } = gathered;
    Exported { carried, skipped, tally: Tally { version: VERSION, read, unsettled, shard } }
}
