//! The story of a note for people: one screen.

use super::super::log::decision;
use super::super::talk::{BAD, COMMAND, FAINT, GOOD, STRONG, count};
use crate::learning::author::quote::{brief, one_line};
use crate::learning::standing::Verdict;
use crate::memory::MEMORY_FILE;
use crate::provenance::evidence::Quote;
use crate::provenance::lines::{Author, Owner};
use crate::provenance::since::{Done, Sessions, Touch};
use crate::provenance::{Place, Proposed, Provenance, words};
use std::fmt::Write;

/// Most quotes that are shown without being asked for all.
const MOST_QUOTES: usize = 3;

/// Most comments of reviewers that are shown; `--json` has all of them.
const MOST_COMMENTS: usize = 5;

/// Longest text of somebody else's that is shown whole, bytes.
const MOST_TEXT: usize = 160;

/// Width of the labels.
const LABEL: usize = 10;

/// The story. `all`: with every quote and what stood around it.
pub(super) fn of(story: &Provenance, branch: &str, all: bool) -> String {
    let mut text = String::new();
    let _ =
        writeln!(text, "{STRONG}{}{STRONG:#}  {FAINT}{}{FAINT:#}", plain(&story.note), place(story, branch));
    if !story.title.is_empty() {
        let _ = writeln!(text, "  {}", plain(&story.title));
    }
    text.push('\n');
    line(&mut text, story);
    let focus = focus(story);
    if let Some(proposed) = focus {
        learnt(&mut text, proposed);
        let because = proposed.rationale.as_deref().unwrap_or("that is no longer known");
        for (at, reason) in because.lines().filter(|line| !line.trim().is_empty()).enumerate() {
            row(&mut text, if at == 0 { "Because" } else { "" }, &plain(reason));
        }
    } else if story.place != Place::Nowhere && story.note != MEMORY_FILE {
        let by = match story.quotes.is_empty() {
            true => "by no cycle: people wrote it",
            false => "by no cycle that is known here, though it quotes sessions",
        };
        row(&mut text, "Learnt", by);
    }
    quotes(&mut text, story, all);
    if let Some(focus) = focus {
        // Another note that went into this one grew by itself.
        let own = story.proposals.iter().filter(|proposed| proposed.pattern == focus.pattern);
        row(&mut text, "Support", &growth(&own.collect::<Vec<_>>()));
    }
    proposals(&mut text, story, focus);
    comments(&mut text, story);
    since(&mut text, story);
    hands(&mut text, story);
    for unknown in &story.unknown {
        row(&mut text, "Unknown", unknown);
    }
    text
}

/// Somebody else's text on one line, without what a terminal would obey.
pub(super) fn plain(text: &str) -> String {
    one_line(text)
}

fn short(text: &str) -> String {
    brief(text, MOST_TEXT)
}

/// A row with its label; without one it goes on with the row before.
fn row(text: &mut String, label: &str, content: &str) {
    let _ = writeln!(text, "{STRONG}{label:LABEL$}{STRONG:#}{content}");
}

fn place(story: &Provenance, branch: &str) -> String {
    match (story.place, story.proposals.last()) {
        (Place::Memory, _) => format!("on {branch}, {}", lines(story.lines)),
        (Place::Archive, _) => format!("retired, in the archive on {branch}"),
        (Place::Nowhere, Some(last)) => format!("not on {branch}: {}", last.verdict),
        (Place::Nowhere, None) => format!("not on {branch}"),
    }
}

/// The learning that the story is told of: the one of the line, else the newest that stands, else the newest.
fn focus(story: &Provenance) -> Option<&Proposed> {
    let of_line = story.line.as_ref().and_then(|line| match &line.owner {
        Owner::Learning(at, _) => story.proposals.get(*at),
        _ => None,
    });
    let standing = || story.proposals.iter().rev().find(|proposed| proposed.verdict.stands());
    of_line.or_else(standing).or(story.proposals.last())
}

fn line(text: &mut String, story: &Provenance) {
    let Some(line) = &story.line else { return };
    let says = if line.text.trim().is_empty() { "(blank)".to_owned() } else { short(&line.text) };
    row(text, &format!("Line {}", line.number), &format!("{STRONG}{says}{STRONG:#}"));
    let whose = match &line.owner {
        Owner::Learning(at, commit) => match story.proposals.get(*at) {
            Some(proposed) => format!(
                "from the learning of {}, here since commit {}",
                proposed.at.strftime("%Y-%m-%d"),
                commit.short()
            ),
            None => format!("from a learning, here since commit {}", commit.short()),
        },
        Owner::Index(commit) => format!("made by git-dream from the notes, with commit {}", commit.short()),
        Owner::Person(author) => format!("written by {}", signed(author)),
        Owner::Command(command, author) => {
            format!("written by {COMMAND}git dream {command}{COMMAND:#} for {}", signed(author))
        }
        Owner::Untold(commit) => {
            format!("older than {}, with which this shallow clone begins", commit.short())
        }
    };
    row(text, "", &whose);
}

/// Who, when, with which commit, and what they said.
fn signed(Author { by, subject }: &Author) -> String {
    let day = by.at.strftime("%Y-%m-%d");
    format!("{} on {day} with {} “{}”", plain(&by.name), by.commit.short(), short(subject))
}

fn learnt(text: &mut String, proposed: &Proposed) {
    let Proposed { cycle, at, change, grade, commit, pattern, .. } = proposed;
    let commit = commit.map(|commit| format!(" with commit {}", commit.short())).unwrap_or_default();
    let day = at.strftime("%Y-%m-%d");
    row(
        text,
        "Learnt",
        &format!("{day} in cycle {cycle}{commit} {FAINT}({change}, {grade}, pattern {pattern}){FAINT:#}"),
    );
}

fn quotes(text: &mut String, story: &Provenance, all: bool) {
    let asked = story.line.as_ref().and_then(|line| line.quote).and_then(|at| story.quotes.get(at));
    let (shown, left): (Vec<&Quote>, usize) = match asked {
        Some(quote) => (vec![quote], 0),
        None if all => (story.quotes.iter().collect(), 0),
        None => {
            (story.quotes.iter().take(MOST_QUOTES).collect(), story.quotes.len().saturating_sub(MOST_QUOTES))
        }
    };
    for (at, quote) in shown.into_iter().enumerate() {
        row(text, if at == 0 { "Evidence" } else { "" }, &format!("“{}”", short(&quote.quote)));
        let of = format!("{}#{}", quote.session, quote.event);
        let Some(known) = &quote.session_known else {
            row(
                text,
                "",
                &format!("  {FAINT}{of}{}: the ledger does not have this session{FAINT:#}", day(quote)),
            );
            continue;
        };
        row(text, "", &format!("  {FAINT}{of}{} {}{FAINT:#}", day(quote), words::session(known)));
        for around in known.around.iter().filter(|around| all || around.is_quoted) {
            if let Some(told) = words::told(around) {
                row(text, "", &format!("  {FAINT}{told}{FAINT:#}"));
            }
        }
    }
    if left > 0 {
        row(text, "", &format!("{FAINT}and {left} more:{FAINT:#} {COMMAND}--verbose{COMMAND:#}"));
    }
}

fn day(quote: &Quote) -> String {
    let began = quote.session_known.as_ref().and_then(|known| known.began);
    began.or(quote.on).map(|day| format!(" ({day})")).unwrap_or_default()
}

/// How support grew: `3 → 5 → 9 sessions over 3 cycles`.
fn growth(proposals: &[&Proposed]) -> String {
    let Some(last) = proposals.last() else { return String::new() };
    let mut counts: Vec<u32> = proposals.iter().map(|proposed| proposed.support.sessions).collect();
    counts.pop();
    let before: String = counts.iter().map(|sessions| format!("{sessions} → ")).collect();
    let cycles = u32::try_from(proposals.len()).unwrap_or(u32::MAX);
    let over = if counts.is_empty() { String::new() } else { format!(" over {}", count(cycles, "cycle")) };
    let support = last.support;
    let mut circle = vec![count(support.jobs, "job"), count(support.agents, "agent")];
    match support.people {
        0 => {}
        1 => circle.push("1 person".to_owned()),
        people => circle.push(format!("{people} people")),
    }
    format!("{before}{}{over} {FAINT}({}){FAINT:#}", count(support.sessions, "session"), circle.join(", "))
}

/// What people did with it; with every proposal, where there were several.
fn proposals(text: &mut String, story: &Provenance, focus: Option<&Proposed>) {
    let Some(focus) = focus else { return };
    let colour = match focus.verdict {
        Verdict::Merged | Verdict::Edited | Verdict::PartlyTaken => GOOD,
        Verdict::Rejected | Verdict::Reverted => BAD,
        Verdict::Pending | Verdict::Unclear => STRONG,
    };
    let decided = plain(&decision(&focus.how.to_string(), focus.by.as_ref()));
    row(text, "Verdict", &format!("{colour}{}{colour:#}: {decided}", focus.verdict));
    if story.proposals.len() < 2 {
        return;
    }
    for (at, proposed) in story.proposals.iter().enumerate() {
        let Proposed { at: day, change, verdict, how, by, .. } = proposed;
        let (day, decided) = (day.strftime("%Y-%m-%d"), plain(&decision(&how.to_string(), by.as_ref())));
        let label = if at == 0 { "Proposed" } else { "" };
        row(text, label, &format!("{day} {change} {verdict}: {decided}"));
    }
}

/// What reviewers said about its proposals, the newest last.
fn comments(text: &mut String, story: &Provenance) {
    let said: Vec<_> = story.proposals.iter().flat_map(|proposed| &proposed.comments).collect();
    let newest = said.get(said.len().saturating_sub(MOST_COMMENTS)..).unwrap_or_default();
    for (at, comment) in newest.iter().enumerate() {
        let label = if at == 0 { "Reviewers" } else { "" };
        let (day, by) = (comment.at.strftime("%Y-%m-%d"), plain(&comment.by));
        row(text, label, &format!("{day} {by}: “{}”", short(&comment.text)));
    }
}

fn since(text: &mut String, story: &Provenance) {
    let mut label = "Since";
    for touched in &story.touched {
        let did = match &touched.what {
            Touch::Written => "written".to_owned(),
            Touch::Reworded => "reworded".to_owned(),
            Touch::Moved { from, to } => format!("moved from {} to {}", plain(from), plain(to)),
            Touch::Removed => "removed".to_owned(),
            Touch::TakenBack => "reverted".to_owned(),
        };
        row(text, label, &format!("{did} by {}", signed(&touched.author)));
        label = "";
    }
    if let Some(sessions) = &story.sessions {
        row(text, label, &said(sessions));
    }
}

/// What sessions since say.
fn said(sessions: &Sessions) -> String {
    let Sessions { looked_at, is_all, read, last_read, opened, done, again } = sessions;
    let day = |at: &Option<jiff::Timestamp>| {
        at.map(|at| format!(", last on {}", at.strftime("%Y-%m-%d"))).unwrap_or_default()
    };
    let mut text = format!("{}{looked_at} sessions: ", if *is_all { "" } else { "the newest " });
    let _ = match read {
        0 => write!(text, "none read it"),
        read => write!(text, "{read} read it{}", day(last_read)),
    };
    if *opened > 0 {
        let _ = write!(text, ", {opened} of them all of it");
    }
    if let Some(Done { followed, contradicted }) = done.filter(|done| done.followed + done.contradicted > 0) {
        let _ = write!(text, "; {followed} then followed it, {contradicted} contradicted it");
    }
    if let Some(again) = again {
        let _ = match again.sessions {
            0 => write!(text, "; the mistake was not seen again"),
            seen => write!(text, "; the mistake was seen again in {seen}{}", day(&again.last)),
        };
        if again.though_read > 0 {
            let _ = write!(text, ", {} of them with the note read", again.though_read);
        }
    }
    text
}

fn hands(text: &mut String, story: &Provenance) {
    let mut before = None;
    // Of what no cycle proposed all is by hand.
    for hand in &story.hands {
        let lines = match hand.last - hand.first {
            0 => format!("line {}", hand.first),
            _ => format!("lines {}–{}", hand.first, hand.last),
        };
        let label = hand.command.map_or("By hand".to_owned(), |command| format!("By {command}"));
        let is_same = before.replace(hand.command) == Some(hand.command);
        row(text, if is_same { "" } else { &label }, &format!("{lines}: {}", signed(&hand.author)));
    }
}

fn lines(n: usize) -> String {
    count(n, "line")
}
