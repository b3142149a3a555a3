//! A note's text: what it tells its readers, and the evidence behind it.

use crate::learning::author::quoted::{self, Quoted, parse};
use crate::learning::author::{self, Draft, EVIDENCE};
use crate::memory::note::{Front, Note, render};
use crate::pattern::Evidence;
use crate::redact::redact;
use std::collections::BTreeSet;

/// What a note tells its readers: its body up to the evidence.
pub(super) fn says(note: &Note) -> &str {
    let end = note.body.find(&format!("\n{EVIDENCE}")).unwrap_or(note.body.len());
    note.body[..end].trim()
}

/// The lines of a note that quote a session.
pub(super) fn evidence_lines(note: &Note) -> impl Iterator<Item = &str> {
    quoted::lines(&note.body)
}

/// The quotes of a note, read back from its lines.
pub(super) fn evidence(note: &Note) -> Vec<Evidence> {
    let read = |line: &str| -> Option<Evidence> {
        let Quoted { quote, session, event, .. } = parse(line.trim_start_matches("- "))?;
        Some(Evidence { session, event, at: None, quote: redact(&quote) })
    };
    evidence_lines(note).filter_map(read).collect()
}

/// The note's text. Evidence is append-only: the lines that stand stay, new quotes come behind them.
pub(super) fn compose(
    front: Front,
    draft: &Draft,
    kept: &[&str],
    evidence: &[Evidence],
    today: &str,
) -> String {
    let mut body = format!("\n{}\n{EVIDENCE}\n\n", draft.body);
    if let Some(measured) = &draft.measured {
        body.push_str(&format!("{measured}\n\n"));
    }
    for line in kept {
        body.push_str(&format!("{line}\n"));
    }
    for one in evidence {
        let source = format!("[source: {}#{};", one.session, one.event);
        if !kept.iter().any(|line| line.contains(&source)) {
            body.push_str(&format!("{}\n", author::evidence_line(one, today)));
        }
    }
    render(&Note { front, body })
}

/// Every entry once, in order.
pub(super) fn distinct(entries: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    entries.iter().filter(|entry| seen.insert(entry.as_str())).cloned().collect()
}
