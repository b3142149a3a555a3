//! Evidence is quoted, not made up: what a note quotes as seen in a session stands in that session's digest.
//!
//! Only lines that the change adds are looked at. A note without evidence is fine: people write notes, too.

use crate::check::Case;
use crate::check::change::Change;
use crate::check::finding::Finding;
use crate::digest::Digest;
use crate::learning::author::quote::one_line;
use crate::learning::author::quoted;
use crate::memory::place;
use crate::session::SessionId;
use std::collections::BTreeSet;

const RULE: &str = "evidence";

/// One line of evidence that a change adds.
struct Quoted {
    path: String,
    line: u32,
    /// What it quotes, and where from; `None` where the line cannot be read.
    source: Option<quoted::Quoted>,
}

/// The sessions that added evidence names.
pub(in crate::check) fn sessions(change: &Change) -> BTreeSet<SessionId> {
    added(change).into_iter().filter_map(|quoted| quoted.source.map(|source| source.session)).collect()
}

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let added = added(case.change);
    if let (None, Some(first)) = (&case.digests, added.first()) {
        let what = "there is no ledger here that its quotes could be looked up in";
        let remedy = "fetch it: `git fetch origin refs/dream/ledger:refs/dream/ledger`";
        findings.push(Finding::warning(RULE, &case.change.outside(&first.path), what, remedy));
    }
    for Quoted { path, line, source } in added {
        let shown = case.change.outside(&path);
        let error = |what: &str, remedy: &str| Finding::error(RULE, &shown, what, remedy).at(Some(line));
        let Some(quoted::Quoted { quote, session, .. }) = source else {
            let remedy = "write it as - `quote` [source: <session>#<event>; added: 2026-01-31]";
            findings.push(error("a line of evidence does not say where it is from", remedy));
            continue;
        };
        let Some(digests) = &case.digests else { continue };
        match digests.get(&session) {
            None => findings.push(error(
                "the session it names is not in the ledger",
                "name a session that is, or leave the line out",
            )),
            Some(digest) if !stands_in(&quote, digest) => findings.push(error(
                "the session it names does not say this",
                "quote it word for word, or leave the line out",
            )),
            Some(_) => {}
        }
    }
    findings
}

/// The evidence that the change adds to notes.
fn added(change: &Change) -> Vec<Quoted> {
    let mut found = Vec::new();
    for (path, text, lines) in change.texts().filter(|(path, ..)| place::is_note(path)) {
        let mut in_evidence = false;
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(heading) = line.strip_prefix('#') {
                in_evidence = heading.trim_start_matches('#').trim().eq_ignore_ascii_case("evidence");
            }
            let item = line.trim_start().strip_prefix("- ").filter(|_| in_evidence);
            let Some(item) = item.filter(|_| lines.added.contains(&number)) else { continue };
            found.push(Quoted { path: path.to_owned(), line: number, source: quoted::parse(item) });
        }
    }
    found
}

/// Whether a session's digest has these words somewhere, one after the other.
fn stands_in(quote: &str, digest: &Digest) -> bool {
    let wanted = one_line(quote.trim_end_matches('…').trim_end());
    let Ok(value) = serde_json::to_value(digest) else { return false };
    let mut open = vec![&value];
    while let Some(value) = open.pop() {
        match value {
            serde_json::Value::String(text) if one_line(text).contains(&wanted) => return true,
            serde_json::Value::Array(values) => open.extend(values),
            serde_json::Value::Object(fields) => open.extend(fields.values()),
            _ => {}
        }
    }
    false
}
