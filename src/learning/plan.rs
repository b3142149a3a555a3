//! Which learnings are worth proposing now.

use super::author::{self, Author, Draft, EVIDENCE};
use super::standing::{Standing, Standings, Verdict, has_grown};
use super::{Change, Learning, Refused};
use crate::memory::note::{Front, Note, Status, render};
use crate::memory::{Memory, place};
use crate::pattern::{Evidence, Fingerprint, Pattern};
use crate::settings::MemorySettings;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// Longest name of a note, bytes.
const MOST_NAME: usize = 60;

/// What came of the patterns.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// What to propose, in the order of the commits.
    pub learnings: Vec<Learning>,
    /// What the gate would not let through.
    pub refused: Vec<Refused>,
    /// Patterns that the memory already says, that wait for review or that people have rejected.
    pub settled: u32,
    /// Patterns that found no room in this cycle; the next one takes them up.
    pub left_over: u32,
}

/// Compares the patterns with the memory and with what people decided.
///
/// In: patterns, the weightiest first; the memory at the target's tip; what is known of earlier proposals;
/// today's date as `2026-01-31`. Out: at most [`MemorySettings::max_learnings`] learnings. A pattern that is
/// pending is left alone; one that was rejected, until its evidence has grown by
/// [`MemorySettings::growth`]; one that was merged is revised only when its note would say something else now,
/// and never over a person's words.
pub fn plan(
    patterns: &[Pattern],
    memory: &Memory,
    standings: &Standings,
    author: &Author,
    settings: &MemorySettings,
    today: &str,
) -> Result<Planned> {
    let mut planned = Planned::default();
    let mut notes: BTreeMap<Fingerprint, String> =
        standings.iter().map(|(pattern, standing)| (pattern.clone(), standing.note.clone())).collect();
    let mut may_drop = most_lost(memory, settings);
    let mut taken: BTreeSet<String> = memory.notes.keys().chain(memory.broken.keys()).cloned().collect();
    for pattern in patterns {
        let standing = standings.get(&pattern.fingerprint);
        let draft = author.draft(pattern, &notes)?;
        let proposal = match standing {
            Some(standing) if !may_propose(standing, pattern, settings) => None,
            Some(standing) if standing.verdict == Verdict::Merged => {
                revise(pattern, &draft, standing, memory, today)
            }
            _ => Some(add(pattern, &draft, &mut taken, today)),
        };
        let Some(learning) = proposal else {
            planned.settled += 1;
            continue;
        };
        let drops = lines_dropped(&learning, memory);
        if let Some(reason) = objection(&learning) {
            planned.refused.push(Refused { title: learning.title, reason });
        } else if planned.learnings.len() >= settings.max_learnings as usize || drops > may_drop {
            planned.left_over += 1;
        } else {
            may_drop -= drops;
            notes.insert(pattern.fingerprint.clone(), learning.note.clone());
            planned.learnings.push(learning);
        }
    }
    Ok(planned)
}

/// How many of the memory's lines one cycle may drop.
fn most_lost(memory: &Memory, settings: &MemorySettings) -> usize {
    let lines: usize = memory.notes.values().map(|note| note.body.lines().count()).sum();
    (lines as f64 * settings.max_loss) as usize
}

/// How many lines of the note that stands are not in its new text.
fn lines_dropped(learning: &Learning, memory: &Memory) -> usize {
    let Some(stands) = memory.notes.get(&learning.note) else { return 0 };
    let kept: BTreeSet<&str> = learning.text.lines().collect();
    stands.body.lines().filter(|line| !kept.contains(line)).count()
}

/// Whether what people decided leaves room for a proposal.
fn may_propose(standing: &Standing, pattern: &Pattern, settings: &MemorySettings) -> bool {
    let grown = || has_grown(&standing.support, &pattern.support, settings.growth);
    match standing.verdict {
        Verdict::Pending => false,
        Verdict::Rejected | Verdict::Merged => grown(),
    }
}

/// Why the gate will not have it, if it will not.
fn objection(learning: &Learning) -> Option<String> {
    let found = super::gate::inspect(&learning.text);
    let first = found.into_iter().next()?;
    Some(format!("{}: {}", first.rule, first.what))
}

/// A new note.
fn add(pattern: &Pattern, draft: &Draft, taken: &mut BTreeSet<String>, today: &str) -> Learning {
    let agent = pattern.scope.agent.as_deref();
    let wanted = place::slug(&draft.subject, MOST_NAME);
    let free = |name: &String| !taken.contains(&place::path(pattern.kind(), name, agent));
    let name = std::iter::once(wanted.clone())
        .chain((2..).map(|n| format!("{wanted}-{n}")))
        .find(free)
        .unwrap_or(wanted);
    let note = place::path(pattern.kind(), &name, agent);
    taken.insert(note.clone());
    let front = Front {
        name,
        description: draft.rule.clone(),
        kind: pattern.kind(),
        scope: author::scope(&pattern.scope),
        status: if draft.open { Status::Open } else { Status::Active },
        since: today.to_owned(),
        applies_to: distinct(&draft.applies_to),
    };
    let text = compose(front, draft, &[], &pattern.evidence, today);
    learning(Change::Add, pattern, draft, note, text)
}

/// A new version of the note that stands; `None` when it would say the same, is pinned, is gone from its place,
/// or carries a person's words.
fn revise(
    pattern: &Pattern,
    draft: &Draft,
    standing: &Standing,
    memory: &Memory,
    today: &str,
) -> Option<Learning> {
    let stands = memory.notes.get(&standing.note)?;
    let ours = standing.text.as_deref().and_then(|text| crate::memory::note::parse(text).ok())?;
    let untouched = says(stands) == says(&ours) && stands.front == ours.front;
    if stands.front.status == Status::Pinned || !untouched {
        return None;
    }
    let front = Front {
        description: draft.rule.clone(),
        scope: author::scope(&pattern.scope),
        applies_to: distinct(&draft.applies_to),
        ..stands.front.clone()
    };
    let same = says(stands).trim() == draft.body.trim() && front == stands.front;
    if same {
        return None;
    }
    let kept: Vec<&str> = stands.body.lines().filter(|line| line.contains("[source: ")).collect();
    let text = compose(front, draft, &kept, &pattern.evidence, today);
    Some(learning(Change::Revise, pattern, draft, standing.note.clone(), text))
}

/// What a note tells its readers: its body up to the evidence.
fn says(note: &Note) -> &str {
    let end = note.body.find(&format!("\n{EVIDENCE}")).unwrap_or(note.body.len());
    note.body[..end].trim()
}

/// The note's text. Evidence is append-only: the lines that stand stay, new quotes come behind them.
fn compose(front: Front, draft: &Draft, kept: &[&str], evidence: &[Evidence], today: &str) -> String {
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

fn learning(change: Change, pattern: &Pattern, draft: &Draft, note: String, text: String) -> Learning {
    Learning {
        change,
        kind: pattern.kind(),
        note,
        title: draft.title.clone(),
        pattern: pattern.fingerprint.clone(),
        anchor: pattern.anchor.clone(),
        grade: pattern.grade,
        support: pattern.support.clone(),
        evidence: pattern.evidence.clone(),
        text,
        rationale: draft.rationale.clone(),
        weight: pattern.weight,
    }
}

/// Every entry once, in order.
fn distinct(entries: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    entries.iter().filter(|entry| seen.insert(entry.as_str())).cloned().collect()
}
