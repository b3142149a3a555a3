//! What a note rests on: the quotes, and what was done around them in the sessions that they are from.
//!
//! Quotes are read from the learnings' commits and from the note itself; what surrounds them, from the digests of
//! their sessions. Refuses to look at transcripts: they never left the machine that they were written on.

use super::{Looked, Proposed};
use crate::digest::failure::{Failure, Fix};
use crate::digest::remark::Sort;
use crate::digest::{Digest, OutcomeSource, Write};
use crate::learning::author::quoted::parse;
use crate::ledger::Ledger;
use crate::session::{Args, SessionId};
use anyhow::Result;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// How much is shown of a session before the quoted event, and after it.
const AROUND: usize = 2;

/// A quote.
#[derive(Clone, Debug)]
pub struct Quote {
    /// Its words.
    pub quote: String,
    /// The session that it is from.
    pub session: SessionId,
    /// The event of that session.
    pub event: u32,
    /// The day of the session, where the commit says it.
    pub on: Option<Date>,
    /// What the ledger has of the session; `None` where it has nothing: it was erased, or never added.
    pub session_known: Option<Known>,
}

/// What is known of a session.
#[derive(Clone, Debug)]
pub struct Known {
    /// The tool that held it.
    pub agent: String,
    /// The model.
    pub model: Option<String>,
    /// Where it worked.
    pub project: Option<String>,
    /// For whom.
    pub contributor: Option<String>,
    /// The day on which it began.
    pub began: Option<Date>,
    /// What was asked first.
    pub ask: String,
    /// Whether it succeeded, and how that is known.
    pub outcome: Option<(bool, OutcomeSource)>,
    /// What was done around the quoted event, in order.
    pub around: Vec<Around>,
}

/// Something that happened in a session.
#[derive(Clone, Debug)]
pub struct Around {
    /// The event.
    pub event: u32,
    /// Whether the quote is from it.
    pub is_quoted: bool,
    /// What it was.
    pub deed: Deed,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Deed {
    /// A call failed.
    Failed {
        /// The call.
        call: String,
        /// What it said.
        message: String,
        /// How often it failed like this.
        times: u32,
        /// How many calls later which one worked.
        fix: Option<(u32, String)>,
        /// Whether the agent said that it did not get past it.
        given_up: bool,
    },
    /// A person said this.
    Said {
        /// Their words.
        text: String,
        /// Whether it corrects the agent; else it is a wish.
        is_correction: bool,
    },
    /// An agent suggested to remember this.
    Suggested {
        /// Its words.
        text: String,
        /// What it says that it saw; empty where it says nothing.
        saw: String,
    },
    /// A call that changed or checked something.
    Did {
        /// The call.
        call: String,
        /// Whether it worked.
        worked: bool,
    },
}

/// The quotes of all learnings, those of the newest that stands first, and those that only the note itself has.
pub(super) fn quotes(looked: &Looked<'_>, proposals: &[Proposed]) -> Result<Vec<Quote>> {
    let mut quotes: Vec<Quote> = Vec::new();
    let (stand, others): (Vec<&Proposed>, Vec<&Proposed>) =
        proposals.iter().rev().partition(|proposal| proposal.verdict.stands());
    for message in stand.into_iter().chain(others).filter_map(|proposal| proposal.message.as_deref()) {
        quotes.extend(quoted(message));
    }
    let now = looked.content.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let items = now.lines().filter_map(|line| parse(line.trim_start().strip_prefix("- ")?));
    quotes.extend(items.map(|item| Quote {
        quote: item.quote,
        session: item.session,
        event: item.event,
        on: None,
        session_known: None,
    }));
    let mut seen = BTreeSet::new();
    quotes.retain(|quote| seen.insert((quote.session.clone(), quote.event)));
    look_up(&mut quotes, looked.asked.ledger)?;
    Ok(quotes)
}

/// Adds what the ledger knows of the sessions that these quotes are from. Reads of it only the files that hold one.
pub fn look_up(quotes: &mut [Quote], ledger: &Ledger<'_>) -> Result<()> {
    let sessions: BTreeSet<SessionId> = quotes.iter().map(|quote| quote.session.clone()).collect();
    let digests = ledger.find(&sessions)?;
    let digests: BTreeMap<&SessionId, &Digest> =
        digests.iter().map(|digest| (&digest.session, digest)).collect();
    for quote in quotes {
        quote.session_known = digests.get(&quote.session).map(|digest| known(digest, quote.event));
    }
    Ok(())
}

/// The quotes in a learning's commit message, as [`crate::learning::message::of`] writes them.
pub fn quoted(message: &str) -> Vec<Quote> {
    let mut quotes = Vec::new();
    let mut lines = message.lines();
    while let Some(line) = lines.next() {
        let Some(quote) = line.strip_prefix("  > ") else { continue };
        let Some((session, rest)) = lines.next().and_then(|line| line.trim().split_once('#')) else {
            continue;
        };
        let (event, on) = rest.split_once(' ').unwrap_or((rest, ""));
        let (Some(session), Ok(event)) = (SessionId::parse(session), event.parse()) else { continue };
        let on = on.trim_matches(['(', ')']).parse().ok();
        quotes.push(Quote { quote: quote.to_owned(), session, event, on, session_known: None });
    }
    quotes
}

/// The reasons in a learning's commit message: what stands between its subject and its evidence.
pub fn rationale(message: &str) -> String {
    let mut lines = message.lines();
    let subject = lines.next().unwrap_or_default();
    let body: Vec<&str> =
        lines.take_while(|line| *line != "Evidence:" && !line.starts_with("Dream-Cycle:")).collect();
    let body = body.join("\n");
    let body = body.trim();
    // What the subject had no room for stands before the reasons.
    match body.split_once("\n\n").filter(|_| subject.ends_with('…')) {
        Some((_, rest)) => rest.trim().to_owned(),
        None => body.to_owned(),
    }
}

/// The part of a message that is about one learning, by its cycle and its pattern: a squash puts many messages
/// together, indented and each with its trailers at its end. `None` where the message does not name it.
pub fn part_about(message: &str, cycle: &str, pattern: &str) -> Option<String> {
    let mut part: Vec<&str> = Vec::new();
    let (mut in_trailers, mut is_cycle, mut is_it) = (false, false, false);
    for line in message.lines().chain([""]) {
        let bare = line.trim_start();
        let is_trailer = bare.starts_with("Dream-");
        if in_trailers && !is_trailer {
            if is_it {
                break;
            }
            part.clear();
            is_cycle = false;
        }
        is_cycle |= bare.strip_prefix("Dream-Cycle: ").is_some_and(|name| name.trim() == cycle);
        is_it |= is_cycle && bare.strip_prefix("Dream-Pattern: ").is_some_and(|name| name.trim() == pattern);
        in_trailers = is_trailer;
        part.push(line);
    }
    if !is_it {
        return None;
    }
    // A forge makes a list of the messages, below the title of the whole.
    let is_subject = |line: &&str| {
        let kinds = ["* mistake: ", "* playbook: ", "* preference: "];
        kinds.iter().any(|kind| line.starts_with(kind))
    };
    let named = part.iter().position(is_subject).unwrap_or(0);
    // The quotes of a message are indented by two.
    let lines = part.iter().skip(named).skip_while(|line| line.trim().is_empty());
    let lines: Vec<&str> = lines.map(|line| line.trim_end()).collect();
    let indent = lines.iter().find(|line| line.trim_start().starts_with("Dream-"));
    let indent = indent.map_or(0, |line| line.len() - line.trim_start().len());
    let within =
        |line: &&str| line.get(indent..).filter(|_| line.starts_with(' ')).unwrap_or(line).to_owned();
    let text: Vec<String> = lines.iter().map(within).collect();
    Some(text.join("\n").trim_start_matches("* ").to_owned())
}

/// What a digest says of the session, and of what was done around an event.
fn known(digest: &Digest, event: u32) -> Known {
    let text = |clean: &Option<crate::redact::Clean>| clean.as_ref().map(|clean| clean.to_string());
    Known {
        agent: digest.agent.to_string(),
        model: text(&digest.model),
        project: text(&digest.project),
        contributor: text(&digest.contributor),
        began: digest.began.map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).date()),
        ask: digest.ask.to_string(),
        outcome: digest.outcome.map(|outcome| (outcome.succeeded(), outcome.by)),
        around: around(digest, event),
    }
}

/// The quoted event, and what the digest has of those before and after it.
fn around(digest: &Digest, event: u32) -> Vec<Around> {
    let mut deeds: BTreeMap<u32, Deed> = BTreeMap::new();
    for Write { event, args, ok, step } in digest.writes.iter().chain(&digest.checks) {
        deeds.insert(*event, Deed::Did { call: call(step, args), worked: *ok });
    }
    for remark in &digest.remarks {
        let is_correction = remark.sort == Sort::Correction;
        deeds.insert(remark.event, Deed::Said { text: remark.text.to_string(), is_correction });
    }
    for suggestion in &digest.suggestions {
        let (text, saw) = (suggestion.text.to_string(), suggestion.saw.to_string());
        deeds.insert(suggestion.event, Deed::Suggested { text, saw });
    }
    for failure in &digest.failures {
        deeds.insert(failure.event, failed(failure));
    }
    // What fixed the quoted failure is told with it.
    let quoted = digest.failures.iter().find(|failure| failure.event == event);
    if let Some(fix) = quoted.and_then(|failure| failure.fix.as_ref()) {
        deeds.remove(&fix.event);
    }
    let before = deeds.range(..event).rev().take(AROUND);
    let mut chosen: Vec<(&u32, &Deed)> = before.collect();
    chosen.reverse();
    chosen.extend(deeds.range(event..=event));
    chosen.extend(deeds.range(event.saturating_add(1)..).take(AROUND));
    let told = |(at, deed): (&u32, &Deed)| Around { event: *at, is_quoted: *at == event, deed: deed.clone() };
    chosen.into_iter().map(told).collect()
}

fn failed(failure: &Failure) -> Deed {
    let worked = |fix: &Fix| (fix.event.saturating_sub(failure.event), fix.call.to_string());
    Deed::Failed {
        call: call(&failure.step, &failure.args),
        message: failure.message.to_string(),
        times: failure.times,
        fix: failure.fix.as_ref().map(worked),
        given_up: failure.given_up,
    }
}

/// A call for people: its command line, else what it did with its arguments.
fn call(step: &str, args: &Args) -> String {
    if let Some(command) = args.get("command").or_else(|| args.get("cmd")) {
        return command.to_string();
    }
    let args: Vec<String> = args.0.iter().map(|arg| format!("{}={}", arg.path, arg.value)).collect();
    if args.is_empty() { step.to_owned() } else { format!("{step} {}", args.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reads_back_as_its_reasons_and_quotes() {
        let message = "mistake: `x` fails…\n\nmistake: `x` fails for long\n\nIt fails.\n\nOften.\n\nEvidence:\n\n  > error: no\n    0123456789abcdef#7 (2026-01-02)\n\n  > other\n    0123456789abcdee#8\n\nDream-Cycle: c\n";
        assert_eq!(rationale(message), "It fails.\n\nOften.");
        let found: Vec<(String, u32, bool)> =
            quoted(message).into_iter().map(|it| (it.quote, it.event, it.on.is_some())).collect();
        assert_eq!(found, [("error: no".to_owned(), 7, true), ("other".to_owned(), 8, false)]);
        assert_eq!(rationale("mistake: a\n\nWhy.\n\nDream-Cycle: c"), "Why.");
        assert!(quoted("  > cut off").is_empty());
    }

    #[test]
    fn of_a_squash_each_learning_has_its_own_part() {
        let one = |name: &str| {
            format!(
                "mistake: {name}\n\nIt is {name}.\n\nEvidence:\n\n  > no {name}\n    0123456789abcdef#7\n\nDream-Cycle: c\nDream-Pattern: {name}\nDream-Grade: friction\n"
            )
        };
        let indented = |text: String| text.lines().map(|line| format!("  {line}\n")).collect::<String>();
        let github = format!("Dreams (#7)\n\n* {}\n* {}", one("a"), one("b"));
        let by_git = format!("Squashed\n\n{}\n{}", indented(one("a")), indented(one("b")));
        for message in [one("b"), github, by_git] {
            let part = part_about(&message, "c", "b").unwrap();
            assert_eq!(rationale(&part), "It is b.", "{part}");
            assert_eq!(quoted(&part).len(), 1, "{part}");
            assert_eq!(part_about(&message, "other", "b"), None);
        }
    }
}
