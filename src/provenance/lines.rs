//! Whose the lines of a note are: a learning's, or a person's.
//!
//! A line is a learning's when the commit that brought it names that learning and the learning's text has it; what
//! somebody changed while squashing or amending is theirs, though the message names the learning. Refuses to judge
//! whether a change was for the better.

use super::evidence::Quote;
use super::{Asked, Looked, Proposed};
use crate::learning::message::START;
use crate::memory::place::outside;
use crate::repo::{Oid, Past};
use crate::verdict::{Decider, How, named};
use anyhow::Result;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The lines of a text, without what stands at their ends.
type Text = BTreeSet<Vec<u8>>;

/// Who brought a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This learning, by its place among the proposals, with this commit.
    Learning(usize, Oid),
    /// git-dream, as part of the index.
    Index(Oid),
    /// A person, with this commit.
    Person(Author),
    /// A command that a person ran, with this commit.
    Command(Command, Author),
    /// Somebody before this commit, with which a shallow clone begins.
    Untold(Oid),
}

/// A command that commits what it writes in the name of whoever runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// `git dream init`.
    Init,
    /// `git dream forget`.
    Forget,
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Command::Init => "init",
            Command::Forget => "forget",
        })
    }
}

/// A person and what they said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The commit, whose it is, and when it was made.
    pub by: Decider,
    /// The first line of its message.
    pub subject: String,
}

/// The line that was asked for.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number, from 1.
    pub number: u32,
    /// What it says.
    pub text: String,
    /// Who brought it.
    pub owner: Owner,
    /// The quote that it is, by its place among the quotes.
    pub quote: Option<usize>,
}

/// Lines that one person wrote with one commit, or a command that they ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    /// The first of them, from 1.
    pub first: u32,
    /// The last of them.
    pub last: u32,
    /// Who, when, and what they said.
    pub author: Author,
    /// The command that wrote them; `None`: the person did.
    pub command: Option<Command>,
}

/// What each learning proposed; `None` where that is no longer known.
pub(super) fn proposed_texts(asked: &Asked<'_>, proposals: &[Proposed]) -> Result<Vec<Option<Text>>> {
    let text = |proposal: &Proposed| {
        let path = outside(asked.root, &proposal.note);
        // A commit that git has removed says nothing any more.
        let content = asked.repo.read(proposal.commit?, &path).ok()??;
        Some(content.split(|byte| *byte == b'\n').map(|line| line.trim_ascii_end().to_vec()).collect())
    };
    Ok(proposals.iter().map(text).collect())
}

/// The owner of each line of the note as it stands.
pub(super) fn whose(
    looked: &Looked<'_>,
    proposals: &[Proposed],
    texts: &[Option<Text>],
) -> Result<Vec<Owner>> {
    let owners = looked.asked.repo.blame(&looked.versions, 0)?;
    let content = looked.content.as_deref().unwrap_or_default();
    let mut known: BTreeMap<Oid, (Vec<usize>, Owner)> = BTreeMap::new();
    let mut whose = Vec::with_capacity(owners.len());
    for (commit, line) in owners.iter().zip(content.split(|byte| *byte == b'\n')) {
        let (candidates, otherwise) = match known.get(commit) {
            Some(found) => found,
            None => {
                let Some(version) = looked.versions.of(*commit) else { continue };
                let candidates = learnings_of(&version.past, proposals);
                let by = if looked.versions.cut == Some(*commit) {
                    Owner::Untold(*commit)
                } else if is_index(&version.past) {
                    Owner::Index(*commit)
                } else {
                    let author = author(&version.past);
                    match command(&version.past) {
                        Some(command) => Owner::Command(command, author),
                        None => Owner::Person(author),
                    }
                };
                known.entry(*commit).or_insert((candidates, by))
            }
        };
        let line = line.trim_ascii_end();
        let says = |at: &&usize| match texts.get(**at) {
            Some(Some(text)) => text.contains(line),
            // What it said is no longer known, but the commit names it.
            _ => proposals.get(**at).is_some_and(|proposal| proposal.how != How::Content),
        };
        let learning = candidates.iter().find(says);
        whose.push(learning.map_or(otherwise.clone(), |at| Owner::Learning(*at, *commit)));
    }
    Ok(whose)
}

/// The learnings that a commit brought: those that it is or names, else those that came under a message of
/// somebody's own.
pub(super) fn learnings_of(past: &Past, proposals: &[Proposed]) -> Vec<usize> {
    let keys = named(&past.message);
    let is_named = |proposal: &Proposed| {
        proposal.commit == Some(past.id)
            || keys.iter().any(|(cycle, pattern)| (cycle, pattern) == (&proposal.cycle, &proposal.pattern))
    };
    let places = |wanted: &dyn Fn(&Proposed) -> bool| -> Vec<usize> {
        (0..).zip(proposals).filter(|(_, proposal)| wanted(proposal)).map(|(at, _)| at).collect()
    };
    let by_name = places(&is_named);
    if !by_name.is_empty() {
        return by_name;
    }
    places(&|proposal| proposal.verdict.stands() && proposal.how == How::Content)
}

/// Whose a commit is. What somebody changed in a copy of a learning's commit is theirs who copied it.
pub(super) fn author(past: &Past) -> Author {
    let name = if past.trailer("Dream-Pattern").is_some() { &past.committer } else { &past.author };
    Author {
        by: Decider { commit: past.id, name: name.clone(), at: past.at, reason: None },
        subject: past.message.lines().next().unwrap_or_default().to_owned(),
    }
}

/// The command that made a commit, as its message says.
fn command(past: &Past) -> Option<Command> {
    if past.trailer("Dream-Change").as_deref() == Some("forget") {
        return Some(Command::Forget);
    }
    (past.message.trim_end() == START).then_some(Command::Init)
}

/// Whether a commit made the index anew.
pub(super) fn is_index(past: &Past) -> bool {
    past.trailer("Dream-Kind").as_deref() == Some("index")
}

/// One line with its owner; `None` where the note has no such line.
pub(super) fn line(number: u32, now: &str, whose: &[Owner], quotes: &[Quote]) -> Option<Line> {
    let at = (number as usize).checked_sub(1)?;
    let text = now.split('\n').nth(at)?.trim_end().to_owned();
    let cited = |quote: &Quote| text.contains(&format!("[source: {}#{};", quote.session, quote.event));
    Some(Line { number, owner: whose.get(at)?.clone(), quote: quotes.iter().position(cited), text })
}

/// The stretches of lines that people wrote; blank ones alone are none.
pub(super) fn hands(whose: &[Owner], now: &str) -> Vec<Hand> {
    let mut hands: Vec<Hand> = Vec::new();
    let mut blank = true;
    for ((number, owner), text) in (1_u32..).zip(whose).zip(now.split('\n')) {
        let (author, command) = match owner {
            Owner::Person(author) => (author, None),
            Owner::Command(command, author) => (author, Some(*command)),
            _ => continue,
        };
        let is_blank = text.trim().is_empty();
        match hands.last_mut() {
            Some(hand) if hand.last + 1 == number && hand.author == *author => hand.last = number,
            _ => {
                if blank {
                    hands.pop();
                }
                blank = true;
                hands.push(Hand { first: number, last: number, author: author.clone(), command });
            }
        }
        blank &= is_blank;
    }
    if blank {
        hands.pop();
    }
    hands
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn stretches_of_one_persons_lines_are_told_together() {
        let commit = Oid::parse(&"1".repeat(40)).unwrap();
        let person = |name: &str| {
            let by = Decider { commit, name: name.to_owned(), at: Timestamp::UNIX_EPOCH, reason: None };
            Owner::Person(Author { by, subject: String::new() })
        };
        let ours = || Owner::Learning(0, commit);
        let whose =
            [person("a"), person("a"), ours(), person("b"), ours(), person("a"), person("b"), person("b")];
        let found = hands(&whose, "x\n\nx\n \nx\nx\n\nx\n");
        let ranges: Vec<(u32, u32)> = found.iter().map(|hand| (hand.first, hand.last)).collect();
        assert_eq!(ranges, [(1, 2), (6, 6), (7, 8)]);
    }
}
