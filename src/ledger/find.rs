//! Looks single sessions up, without reading the whole ledger.

use super::Ledger;
use super::layout::{self, DIGESTS, SESSIONS};
use crate::digest::Digest;
use crate::session::SessionId;
use anyhow::Result;
use std::collections::BTreeSet;

impl Ledger<'_> {
    /// The digests of these sessions, sorted by session id; those that neither the ledger nor an inbox has are
    /// missing. Reads the lists of sessions, and of the digests only the files that hold one of them.
    pub fn find(&self, wanted: &BTreeSet<SessionId>) -> Result<Vec<Digest>> {
        let ids: BTreeSet<&[u8]> = wanted.iter().map(|id| id.as_str().as_bytes()).collect();
        let mut found = Vec::new();
        if let Some(commit) = self.tip {
            for list in self.repo.list(commit, SESSIONS)? {
                let names = self.repo.read_blob(list.blob)?;
                let holds = |line: &[u8]| line.get(..16).is_some_and(|id| ids.contains(id));
                if !layout::lines(&names).any(holds) {
                    continue;
                }
                let cycle = list.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".txt");
                let Some(digests) = self.repo.read(commit, &layout::path(DIGESTS, cycle))? else { continue };
                let lines = layout::lines(&digests);
                let may_be = |line: &&[u8]| session_named(line).is_none_or(|id| wanted.contains(&id));
                let read =
                    lines.filter(may_be).filter_map(|line| serde_json::from_slice::<Digest>(line).ok());
                found.extend(read.filter(|digest| wanted.contains(&digest.session)));
            }
        }
        found.extend(
            self.pushed(&BTreeSet::new())?
                .digests
                .into_iter()
                .filter(|digest| wanted.contains(&digest.session)),
        );
        let erased = self.erased()?;
        found.retain(|digest| !erased.covers(digest));
        found.sort_by(|a, b| a.session.cmp(&b.session));
        found.dedup_by(|a, b| a.session == b.session);
        Ok(found)
    }
}

/// The session that a digest's line is about, as its beginning says; `None` where only the whole line can tell.
fn session_named(line: &[u8]) -> Option<SessionId> {
    let (id, _) = line.strip_prefix(br#"{"session":""#)?.split_first_chunk::<16>()?;
    SessionId::parse(std::str::from_utf8(id).ok()?)
}
