//! The transcripts that this user's agents left.

use super::{Finding, Scene, ago, count};
use crate::ledger::Ledger;
use crate::nearest::Nearest;
use crate::session::discover;
use crate::session::homes::Homes;
use jiff::Timestamp;
use std::path::Path;

const PART: &str = "sessions";

pub(super) fn look(scene: &Scene<'_>, nearest: Option<&Nearest>) -> Vec<Finding> {
    let folders = Homes { home: scene.home, variable: scene.variable }.transcripts();
    let last = nearest.and_then(|nearest| Ledger::open(&nearest.repo).ok()?.last_cycle().ok()?);
    let since = last.map(|cycle| cycle.at);
    let mut findings: Vec<Finding> = Vec::new();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let (transcripts, skipped) = discover::expand(std::slice::from_ref(folder));
        let written = transcripts.iter().filter_map(|path| written(path));
        let newest = written.clone().max();
        let new = written.filter(|at| since.is_none_or(|since| *at > since)).count();
        let mut what = format!("{} in {}", count(transcripts.len(), "transcript"), folder.display());
        if let Some(newest) = newest {
            what.push_str(&format!(", the newest {}", ago(scene.now, newest)));
        }
        if since.is_some() {
            what.push_str(&format!(", {new} written since the last cycle"));
        }
        findings.push(Finding::well(PART, what));
        findings.extend(skipped.iter().take(1).map(|skipped| {
            let what = format!("{} {}", skipped.path, skipped.reason);
            Finding::problem(PART, what, "make it readable for you, or name transcripts with --sessions")
        }));
    }
    if findings.is_empty() {
        let looked: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        findings.push(Finding::note(
            PART,
            format!("no agent left transcripts here: there is no {}", looked.join(", no ")),
            "name transcripts with git dream run --sessions PATH",
        ));
    }
    findings
}

fn written(path: &Path) -> Option<Timestamp> {
    Timestamp::try_from(std::fs::metadata(path).ok()?.modified().ok()?).ok()
}
