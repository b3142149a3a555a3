//! The list of all learnings: what each says of itself, and what there is to filter by.

use super::super::words::{day, decision, support};
use super::super::{Change, Cut, Detail, Learning, Report};
use super::prose;
use crate::learning::author::quote::visible;
use crate::learning::standing::Verdict;
use crate::provenance::evidence::{Around, Quote};
use crate::provenance::words;
use serde::Serialize;
use std::collections::BTreeMap;

/// One learning.
#[derive(Serialize)]
pub(super) struct Card {
    number: usize,
    kind: String,
    verdict: String,
    class: &'static str,
    scope: String,
    title: String,
    note: String,
    /// When it was decided, else proposed.
    day: String,
    /// Label and text.
    facts: Vec<(&'static str, String)>,
    reason: Option<String>,
    rationale: Option<String>,
    body: Option<Body>,
    changes: Vec<Diff>,
    quotes: Vec<Cited>,
    more_quotes: usize,
    missing: Option<String>,
}

#[derive(Serialize)]
struct Body {
    html: String,
    left_out: usize,
}

#[derive(Serialize)]
struct Diff {
    path: String,
    what: String,
    /// Class, and the line with its sign.
    lines: Vec<(&'static str, String)>,
    left_out: usize,
}

#[derive(Serialize)]
struct Cited {
    quote: String,
    source: String,
    session: Option<String>,
    /// What was done: whether the quote is from it, and in words.
    around: Vec<(bool, String)>,
}

/// What there is to filter by: each with how many learnings have it.
#[derive(Serialize)]
pub(super) struct Filters {
    kinds: Vec<(String, usize)>,
    verdicts: Vec<(String, usize)>,
    scopes: Vec<(String, usize)>,
}

/// The class of a verdict's mark.
pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Merged | Verdict::Edited | Verdict::PartlyTaken => "good",
        Verdict::Pending => "wait",
        Verdict::Rejected | Verdict::Reverted => "bad",
        Verdict::Unclear => "plain",
    }
}

pub(super) fn filters(report: &Report) -> Filters {
    let counted = |of: &dyn Fn(&Learning) -> String| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for learning in &report.learnings {
            *counts.entry(of(learning)).or_default() += 1;
        }
        counts.into_iter().collect::<Vec<_>>()
    };
    Filters {
        kinds: counted(&|learning| visible(&learning.kind)),
        verdicts: counted(&|learning| learning.verdict.to_string()),
        scopes: counted(&|learning| scope(learning)),
    }
}

fn scope(learning: &Learning) -> String {
    match learning.scope.is_empty() {
        true => "not known".to_owned(),
        false => visible(&learning.scope),
    }
}

pub(super) fn card(learning: &Learning) -> Card {
    let Detail { rationale, body, changes, quotes, more_quotes, missing } = &learning.detail;
    let reason = learning.by.as_ref().and_then(|by| by.reason.as_ref());
    Card {
        number: learning.number,
        kind: visible(&learning.kind),
        verdict: learning.verdict.to_string(),
        class: class(learning.verdict),
        scope: scope(learning),
        title: prose::title(&visible(&learning.title)),
        note: visible(&learning.note),
        day: day(learning.decided()),
        facts: facts(learning),
        reason: reason.map(|reason| visible(reason)),
        rationale: rationale.as_deref().map(reasons),
        body: body
            .as_ref()
            .map(|Cut { text, left_out }| Body { html: prose::body(text), left_out: *left_out }),
        changes: changes.iter().map(diff).collect(),
        quotes: quotes.iter().map(cited).collect(),
        more_quotes: *more_quotes,
        missing: missing.clone(),
    }
}

/// The reasons in a commit message, line by line so that nothing hides in them.
fn reasons(rationale: &str) -> String {
    let lines: Vec<String> = rationale.lines().take(60).map(super::super::detail::cut_line).collect();
    prose::body(&lines.join("\n"))
}

fn facts(learning: &Learning) -> Vec<(&'static str, String)> {
    let cycle = format!("{} in {}", day(learning.proposed), learning.cycle);
    let commit = learning.commit.map(|commit| format!(" as {}", commit.short())).unwrap_or_default();
    let mut facts = vec![
        ("Decision", format!("{}: {}", learning.verdict, decision(learning))),
        ("Proposed", format!("{}, {cycle}{commit}", learning.change)),
        ("Rests on", format!("{}; {}", support(learning), learning.grade)),
        ("Holds for", scope(learning)),
    ];
    if let Some(effect) = learning.effect {
        facts.push(("Effect", effect.to_string()));
    }
    if let Some(engine) = &learning.worded_by {
        facts.push(("Words by", engine.clone()));
    }
    if let Some(cost) = &learning.cost {
        facts.push(("Cost", cost.in_words()));
    }
    facts.push(("Pattern", learning.pattern.clone()));
    facts.into_iter().map(|(label, text)| (label, visible(&text))).collect()
}

fn diff(change: &Change) -> Diff {
    let Change { path, what, lines, left_out } = change;
    let line = |(sort, text): &(char, String)| match sort {
        '+' => ("add", format!("+{text}")),
        '-' => ("del", format!("-{text}")),
        '@' => ("hunk", format!("@@{text}")),
        _ => ("same", format!(" {text}")),
    };
    Diff {
        path: visible(path),
        what: visible(what),
        lines: lines.iter().map(line).collect(),
        left_out: *left_out,
    }
}

fn cited(quote: &Quote) -> Cited {
    let known = quote.session_known.as_ref();
    let on =
        known.and_then(|known| known.began).or(quote.on).map(|day| format!(", {day}")).unwrap_or_default();
    let told = |around: &Around| words::told(around).map(|words| (around.is_quoted, words));
    let around = known.map(|known| known.around.iter().filter_map(told).collect()).unwrap_or_default();
    Cited {
        quote: quote.quote.clone(),
        source: format!("session {} event {}{on}", quote.session, quote.event),
        session: known.map(words::session),
        around,
    }
}
