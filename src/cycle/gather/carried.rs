//! Digests that were captured elsewhere, read from files of lines.
//!
//! Digests combine by set union, so what comes of it does not depend on which file holds which, nor on a session being in
//! several. Refuses to take silence for completeness: parts that were dealt out and are not here are told, and so is what
//! was skipped where the lines were written.

use super::{Gathered, Sources};
use crate::digest::Digest;
use crate::digest::lines::{self, Carried, Rest, Tally};
use crate::ledger::Erased;
use crate::session::{SessionId, Skipped};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Everything from one file of lines.
struct OneFile {
    /// Where each session was read, as far as the line tells.
    places: Vec<(SessionId, Option<PathBuf>)>,
    digests: Vec<Digest>,
    rest: Rest,
}

impl Gathered {
    /// Adds the digests of the sources' files of lines; those in `seen` are counted only.
    pub(super) fn add_carried(&mut self, sources: &Sources<'_>, seen: &BTreeSet<SessionId>, erased: &Erased) {
        let files: Vec<OneFile> =
            sources.digests.par_iter().map(|path| read_one(path, sources, seen)).collect();
        let mut tallies = Vec::new();
        for OneFile { places, digests, rest } in files {
            let sessions: Vec<SessionId> = places.iter().map(|(session, _)| session.clone()).collect();
            self.count(&sessions, erased);
            for (session, place) in &places {
                place.iter().for_each(|place| self.place(std::slice::from_ref(session), place, sources));
            }
            self.count_tallied(&rest.tallies, sessions.len());
            self.digests.extend(digests);
            self.skipped.extend(rest.skipped);
            tallies.extend(rest.tallies);
        }
        self.skipped.extend(missing(&tallies));
    }

    /// Counts what is not among the lines themselves: sessions that were found more often than they are carried, and those
    /// that were being written.
    fn count_tallied(&mut self, tallies: &[Tally], carried: usize) {
        let sum = |of: fn(&Tally) -> u32| tallies.iter().map(of).fold(0, u32::saturating_add);
        self.read = self.read.saturating_add(sum(|tally| tally.read).saturating_sub(carried as u32));
        self.unsettled = self.unsettled.saturating_add(sum(|tally| tally.unsettled));
    }
}

fn read_one(path: &Path, sources: &Sources<'_>, seen: &BTreeSet<SessionId>) -> OneFile {
    let (mut places, mut digests) = (Vec::new(), Vec::new());
    let rest = lines::read_file(path, &mut |Carried { mut digest, file }| {
        let file = file.map(|file| PathBuf::from(file.as_str()));
        if !seen.contains(&digest.session) {
            if let Some(outcomes) = sources.outcomes {
                digest.apply(outcomes, file.as_deref());
            }
            places.push((digest.session.clone(), file));
            digests.push(digest);
        } else {
            places.push((digest.session, file));
        }
    });
    OneFile { places, digests, rest }
}

/// The parts that others of the same deal are here of, and that are not.
fn missing(tallies: &[Tally]) -> Option<Skipped> {
    let mut here: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for shard in tallies.iter().filter_map(|tally| tally.shard) {
        here.entry(shard.of()).or_default().insert(shard.index());
    }
    let mut named = Vec::new();
    let mut count = 0;
    for (of, parts) in here {
        count += of as usize - parts.len();
        named.extend((0..of).filter(|part| !parts.contains(part)).take(8).map(|part| format!("{part}/{of}")));
    }
    let named = named.join(", ");
    (count > 0).then(|| Skipped {
        path: named.clone(),
        line: None,
        reason: format!(
            "{count} of the parts that were dealt out are not here ({named}): their sessions are left for a later run"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_not_here_is_told() {
        let tally = |shard: &str| Tally { version: 1, read: 0, unsettled: 0, shard: shard.parse().ok() };
        assert_eq!(missing(&[tally("0/2"), tally("1/2"), tally("1/2"), tally("all")]), None);
        assert_eq!(missing(&[tally("0/3"), tally("2/3")]).unwrap().path, "1/3");
        let told = missing(&[tally("0/4000000000")]).unwrap();
        assert!(told.reason.starts_with("3999999999 of"), "{}", told.reason);
    }
}
