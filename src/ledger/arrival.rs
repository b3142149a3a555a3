//! With which cycle each session came into the ledger.

use super::Ledger;
use super::layout::{SESSIONS, SessionLine};
use anyhow::Result;

impl Ledger<'_> {
    /// Every session that the ledger itself has, with the name of the cycle that brought it. Reads the lists of sessions,
    /// not the digests.
    pub fn arrivals(&self) -> Result<Vec<(SessionLine, String)>> {
        let mut arrivals = Vec::new();
        let Some(tip) = self.tip else { return Ok(arrivals) };
        for list in self.repo.list(tip, SESSIONS)? {
            let cycle = list.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".txt").to_owned();
            let content = self.repo.read_blob(list.blob)?;
            let lines = String::from_utf8_lossy(&content);
            arrivals.extend(lines.lines().filter_map(SessionLine::parse).map(|line| (line, cycle.clone())));
        }
        Ok(arrivals)
    }
}
