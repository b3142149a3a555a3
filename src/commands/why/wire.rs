//! The story of a note for programs.

use crate::digest::OutcomeSource;
use crate::ledger::SupportRecord;
use crate::provenance::evidence::{Around, Deed, Quote};
use crate::provenance::lines::{Author, Command, Hand, Line, Owner};
use crate::provenance::since::{Sessions, Touch, Touched};
use crate::provenance::{Place, Proposed, Provenance};
use crate::verdict::Decider;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

/// Version of this format.
const VERSION: u32 = 1;

/// The story of a note.
#[derive(Serialize)]
pub(super) struct Story<'a> {
    version: u32,
    target: &'a str,
    note: &'a str,
    /// What the note says of itself.
    description: &'a str,
    /// `memory`, `archive` or `nowhere`.
    place: &'static str,
    lines: usize,
    line: Option<WireLine<'a>>,
    learnings: Vec<Learning<'a>>,
    evidence: Vec<Evidence<'a>>,
    changes: Vec<Change<'a>>,
    sessions_since: Option<Since>,
    by_hand: Vec<Range<'a>>,
    /// Lines that a command wrote in the name of who ran it.
    by_command: Vec<Range<'a>>,
    unknown: &'a [String],
}

/// One line.
#[derive(Serialize)]
struct WireLine<'a> {
    number: u32,
    text: &'a str,
    /// `learning`, `index`, `person`, `init` or `forget` (the command that wrote it), or `untold` where a shallow clone does not have the commit.
    whose: &'static str,
    commit: String,
    /// Place among `learnings`.
    learning: Option<usize>,
    /// Place among `evidence`.
    evidence: Option<usize>,
    author: Option<Signed<'a>>,
}

/// A person's commit.
#[derive(Serialize)]
struct Signed<'a> {
    #[serde(flatten)]
    by: &'a Decider,
    subject: &'a str,
}

/// One learning about the note.
#[derive(Serialize)]
struct Learning<'a> {
    cycle: &'a str,
    at: Timestamp,
    change: &'a str,
    title: &'a str,
    note: &'a str,
    pattern: &'a str,
    grade: &'a str,
    support: SupportRecord,
    commit: Option<String>,
    rationale: Option<&'a str>,
    verdict: String,
    how: String,
    by: Option<&'a Decider>,
    /// What reviewers said about it on its pull request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    comments: Vec<Said<'a>>,
}

/// What a reviewer said.
#[derive(Serialize)]
struct Said<'a> {
    by: &'a str,
    at: Timestamp,
    line: Option<u32>,
    text: &'a str,
}

/// One quote.
#[derive(Serialize)]
struct Evidence<'a> {
    quote: &'a str,
    session: &'a str,
    event: u32,
    date: Option<Date>,
    /// Whether the ledger has the session.
    known: bool,
    agent: Option<&'a str>,
    model: Option<&'a str>,
    project: Option<&'a str>,
    contributor: Option<&'a str>,
    ask: Option<&'a str>,
    succeeded: Option<bool>,
    succeeded_says: Option<OutcomeSource>,
    around: Vec<Event<'a>>,
}

/// Something that happened around it.
#[derive(Serialize)]
struct Event<'a> {
    event: u32,
    quoted: bool,
    /// `failed`, `said` or `did`.
    what: &'static str,
    /// The call, or a person's words.
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_after: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_up: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correction: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worked: Option<bool>,
}

/// A commit that is no learning.
#[derive(Serialize)]
struct Change<'a> {
    /// `written`, `reworded`, `moved`, `removed` or `reverted`.
    what: &'static str,
    from: Option<&'a str>,
    to: Option<&'a str>,
    #[serde(flatten)]
    author: Signed<'a>,
}

/// What sessions since say.
#[derive(Serialize)]
struct Since {
    looked_at: usize,
    is_all: bool,
    read: usize,
    last_read: Option<Timestamp>,
    opened: usize,
    followed: Option<usize>,
    contradicted: Option<usize>,
    seen_again: Option<usize>,
    seen_again_though_read: Option<usize>,
    last_seen: Option<Timestamp>,
}

/// Lines that a person wrote, or a command that they ran.
#[derive(Serialize)]
struct Range<'a> {
    first: u32,
    last: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Command>,
    #[serde(flatten)]
    author: Signed<'a>,
}

/// The story as it is printed.
pub(super) fn of<'a>(story: &'a Provenance, target: &'a str) -> Story<'a> {
    Story {
        version: VERSION,
        target,
        note: &story.note,
        description: &story.title,
        place: match story.place {
            Place::Memory => "memory",
            Place::Archive => "archive",
            Place::Nowhere => "nowhere",
        },
        lines: story.lines,
        line: story.line.as_ref().map(line),
        learnings: story.proposals.iter().map(learning).collect(),
        evidence: story.quotes.iter().map(evidence).collect(),
        changes: story.touched.iter().map(change).collect(),
        sessions_since: story.sessions.as_ref().map(since),
        by_hand: story.hands.iter().filter(|hand| hand.command.is_none()).map(range).collect(),
        by_command: story.hands.iter().filter(|hand| hand.command.is_some()).map(range).collect(),
        unknown: &story.unknown,
    }
}

fn signed(author: &Author) -> Signed<'_> {
    Signed { by: &author.by, subject: &author.subject }
}

fn line(line: &Line) -> WireLine<'_> {
    let (whose, commit, learning, author) = match &line.owner {
        Owner::Learning(at, commit) => ("learning", commit, Some(*at), None),
        Owner::Index(commit) => ("index", commit, None, None),
        Owner::Person(author) => ("person", &author.by.commit, None, Some(signed(author))),
        Owner::Command(Command::Init, author) => ("init", &author.by.commit, None, Some(signed(author))),
        Owner::Command(Command::Forget, author) => ("forget", &author.by.commit, None, Some(signed(author))),
        Owner::Untold(commit) => ("untold", commit, None, None),
    };
    WireLine {
        number: line.number,
        text: &line.text,
        whose,
        commit: commit.to_string(),
        learning,
        evidence: line.quote,
        author,
    }
}

fn learning(proposed: &Proposed) -> Learning<'_> {
    Learning {
        cycle: &proposed.cycle,
        at: proposed.at,
        change: &proposed.change,
        title: &proposed.title,
        note: &proposed.note,
        pattern: &proposed.pattern,
        grade: &proposed.grade,
        support: proposed.support,
        commit: proposed.commit.map(|commit| commit.to_string()),
        rationale: proposed.rationale.as_deref(),
        verdict: proposed.verdict.to_string(),
        how: proposed.how.to_string(),
        by: proposed.by.as_ref(),
        comments: proposed
            .comments
            .iter()
            .map(|said| Said { by: said.by.as_str(), at: said.at, line: said.line, text: said.text.as_str() })
            .collect(),
    }
}

fn evidence(quote: &Quote) -> Evidence<'_> {
    let known = quote.session_known.as_ref();
    Evidence {
        quote: &quote.quote,
        session: quote.session.as_str(),
        event: quote.event,
        date: known.and_then(|known| known.began).or(quote.on),
        known: known.is_some(),
        agent: known.map(|known| known.agent.as_str()),
        model: known.and_then(|known| known.model.as_deref()),
        project: known.and_then(|known| known.project.as_deref()),
        contributor: known.and_then(|known| known.contributor.as_deref()),
        ask: known.map(|known| known.ask.as_str()),
        succeeded: known.and_then(|known| known.outcome).map(|(succeeded, _)| succeeded),
        succeeded_says: known.and_then(|known| known.outcome).map(|(_, by)| by),
        around: known.map(|known| known.around.iter().map(event).collect()).unwrap_or_default(),
    }
}

fn event(around: &Around) -> Event<'_> {
    let blank = Event {
        event: around.event,
        quoted: around.is_quoted,
        what: "did",
        text: "",
        message: None,
        times: None,
        fixed_by: None,
        fixed_after: None,
        given_up: None,
        correction: None,
        worked: None,
    };
    match &around.deed {
        Deed::Failed { call, message, times, fix, given_up } => Event {
            what: "failed",
            text: call,
            message: Some(message),
            times: Some(*times),
            fixed_by: fix.as_ref().map(|(_, call)| call.as_str()),
            fixed_after: fix.as_ref().map(|(later, _)| *later),
            given_up: Some(*given_up),
            ..blank
        },
        Deed::Said { text, is_correction } => {
            Event { what: "said", text, correction: Some(*is_correction), ..blank }
        }
        Deed::Suggested { text, saw } => {
            let message = (!saw.is_empty()).then_some(saw.as_str());
            Event { what: "suggested", text, message, ..blank }
        }
        Deed::Did { call, worked } => Event { text: call, worked: Some(*worked), ..blank },
    }
}

fn change(touched: &Touched) -> Change<'_> {
    let (what, from, to) = match &touched.what {
        Touch::Written => ("written", None, None),
        Touch::Reworded => ("reworded", None, None),
        Touch::Moved { from, to } => ("moved", Some(from.as_str()), Some(to.as_str())),
        Touch::Removed => ("removed", None, None),
        Touch::TakenBack => ("reverted", None, None),
    };
    Change { what, from, to, author: signed(&touched.author) }
}

fn since(sessions: &Sessions) -> Since {
    let again = sessions.again.as_ref();
    Since {
        looked_at: sessions.looked_at,
        is_all: sessions.is_all,
        read: sessions.read,
        last_read: sessions.last_read,
        opened: sessions.opened,
        followed: sessions.done.map(|done| done.followed),
        contradicted: sessions.done.map(|done| done.contradicted),
        seen_again: again.map(|again| again.sessions),
        seen_again_though_read: again.map(|again| again.though_read),
        last_seen: again.and_then(|again| again.last),
    }
}

fn range(hand: &Hand) -> Range<'_> {
    Range { first: hand.first, last: hand.last, command: hand.command, author: signed(&hand.author) }
}
