//! Digests of transcripts, for a dream that is dreamt elsewhere: what `git dream capture --to` writes.
//!
//! Reads as a dream reads that knows no session yet, and keeps also what a longer version of the same session replaces:
//! only whoever has all parts together can tell. Refuses to know git.

use super::gather::{Gathered, Sources, digest_all};
use crate::digest::lines::{Carried, Tally, VERSION};
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
    let Gathered { mut digests, skipped, read, unsettled, .. } =
        digest_all(sources, reading, &mut |session, path| {
            let file = redact(&name(path));
            names
                .entry(session.clone())
                .and_modify(|known| {
                    if file < *known {
                        *known = file.clone()
                    }
                })
                .or_insert(file);
        });
    one_each(&mut digests);
    let carried =
        digests.into_iter().map(|digest| Carried { file: names.remove(&digest.session), digest }).collect();
    Exported { carried, skipped, tally: Tally { version: VERSION, read, unsettled, shard } }
}
