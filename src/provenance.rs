//! Where a note, or one line of it, comes from, and what has become of it.
//!
//! [`name::find`] tells which note somebody means, [`explain`] tells its story: the learnings that proposed it ([`kin`]),
//! what people did with them ([`crate::verdict`]), the sessions that are quoted ([`evidence`]), whose each line is
//! ([`lines`]), and what happened since ([`since`]). Everything is read from history and ledger; where those are cut
//! off or were erased, [`Provenance::unknown`] says so. Refuses to read more than the one note needs: not the whole
//! history, and of the ledger only the files that hold a session it quotes. Refuses to print.

pub mod evidence;
mod kin;
pub mod lines;
pub mod name;
pub mod since;
pub mod words;

use crate::learning::standing::Verdict;
use crate::ledger::{CycleRecord, Ledger, SupportRecord};
use crate::memory::place::{self, ARCHIVE, outside};
use crate::memory::{MEMORY_FILE, note};
use crate::repo::versions::{Versions, Wanted};
use crate::repo::{Oid, Repo};
use crate::verdict::{self, Decider, How, Notes, Proposal};
use anyhow::Result;
use evidence::Quote;
use jiff::Timestamp;
use kin::Kin;
use lines::{Hand, Line};
use since::{Sessions, Touched};
use std::collections::BTreeSet;

/// What is asked about.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The repository.
    pub repo: &'a Repo,
    /// The memory's folder in it.
    pub root: &'a str,
    /// The tip of the branch that the memory is on.
    pub target: Oid,
    /// The ledger, as it stands.
    pub ledger: &'a Ledger<'a>,
    /// Its cycles, oldest first.
    pub cycles: &'a [CycleRecord],
}

/// The story of a note.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// Its path inside the memory: where it stands, else where it was proposed last.
    pub note: String,
    /// The rule in a sentence, else the title of the last learning about it.
    pub title: String,
    /// Where it stands now.
    pub place: Place,
    /// The line that was asked for.
    pub line: Option<Line>,
    /// What cycles proposed about it, oldest first.
    pub proposals: Vec<Proposed>,
    /// What it rests on: the quotes of the newest learning that stands first.
    pub quotes: Vec<Quote>,
    /// The lines that people wrote, in their order.
    pub hands: Vec<Hand>,
    /// How many lines it has.
    pub lines: usize,
    /// What was done to it by commits that are no learnings, oldest first.
    pub touched: Vec<Touched>,
    /// What sessions since it was taken up say; `None` where it never was, or no cycle came after it.
    pub sessions: Option<Sessions>,
    /// What cannot be known here, and why: sentences for people.
    pub unknown: Vec<String>,
}

/// Where a note stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among the others, where agents read it.
    Memory,
    /// In the archive.
    Archive,
    /// Nowhere on the branch: it waits, was not taken, or is gone; the verdict on its last proposal says which.
    Nowhere,
}

/// One learning about the note.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The cycle.
    pub cycle: String,
    /// When it ran.
    pub at: Timestamp,
    /// `add`, `revise`, …
    pub change: String,
    /// The learning in a sentence.
    pub title: String,
    /// The note's path inside the memory, as it was proposed.
    pub note: String,
    /// Fingerprint of its pattern.
    pub pattern: String,
    /// How well founded it was.
    pub grade: String,
    /// What it rested on.
    pub support: SupportRecord,
    /// Its commit.
    pub commit: Option<Oid>,
    /// What its commit, or a copy of it, says; `None` where git has removed the commit.
    pub message: Option<String>,
    /// Why, as that says.
    pub rationale: Option<String>,
    /// What people did with it.
    pub verdict: Verdict,
    /// How it came to that.
    pub how: How,
    /// Who decided, where git keeps it.
    pub by: Option<Decider>,
}

/// The note as it is looked at, on the way to its story.
struct Looked<'a> {
    asked: &'a Asked<'a>,
    notes: &'a Notes<'a>,
    kin: Kin<'a>,
    /// Where it stands, or stood last.
    note: String,
    versions: Versions,
    /// How many of the files of `versions` are this note's own.
    own: usize,
    /// Its content now.
    content: Option<Vec<u8>>,
}

/// Tells the story of a note, and of one line of it (counted from 1) where one is asked for.
///
/// `path`: inside the memory, as [`name::find`] gives it. Errors: repository or ledger cannot be read.
pub fn explain(asked: &Asked<'_>, path: &str, line: Option<u32>) -> Result<Provenance> {
    let notes = Notes::few(asked.repo, asked.cycles, asked.target, asked.root);
    let looked = look(asked, &notes, path)?;
    let decided = decided(&looked)?;
    let proposals: Vec<Proposed> = decided.iter().map(|proposal| proposed(&looked, proposal)).collect();
    let texts = lines::proposed_texts(asked, &proposals)?;
    let whose = lines::whose(&looked, &proposals, &texts)?;
    let quotes = evidence::quotes(&looked, &proposals)?;
    let touched = since::touched(&looked, &proposals)?;
    let sessions = since::sessions(&looked, &proposals)?;
    let now = looked.content.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let said = looked.content.clone().or_else(|| kin::last_proposed(asked, &looked.kin));
    let described = said.and_then(|text| note::parse(&String::from_utf8_lossy(&text)).ok());
    let last_title = || proposals.last().map(|proposal| proposal.title.clone());
    Ok(Provenance {
        title: described.map(|note| note.front.description).or_else(last_title).unwrap_or_default(),
        place: match &looked.content {
            None => Place::Nowhere,
            Some(_) if looked.note.split('/').next() == Some(ARCHIVE) => Place::Archive,
            Some(_) => Place::Memory,
        },
        line: line.and_then(|number| lines::line(number, &now, &whose, &quotes)),
        hands: lines::hands(&whose, &now),
        lines: whose.len(),
        unknown: unknown(&looked, &proposals, &quotes),
        note: looked.note,
        proposals,
        quotes,
        touched,
        sessions,
    })
}

/// Finds what belongs to the note, and its history.
fn look<'a>(asked: &'a Asked<'a>, notes: &'a Notes<'a>, path: &str) -> Result<Looked<'a>> {
    let mut kin = Kin::of(asked.cycles, [path.to_owned()]);
    let mut standing = kin::standing(asked, notes, &kin, path)?;
    if let (Some(now), true) = (&standing, kin.learnings.is_empty()) {
        // Written by hand, or moved by hand from where it was proposed: its history says which.
        let versions = walk(asked, &kin, std::slice::from_ref(now))?;
        let earlier = versions.commits.iter().flat_map(|version| version.files.first());
        let paths = earlier.filter_map(|file| place::inside(asked.root, &file.path)).map(str::to_owned);
        kin = Kin::of(asked.cycles, paths);
    }
    let last = kin.learnings.last().map(|(_, learning)| learning.note.clone());
    let note = standing.take().or(last).unwrap_or_else(|| path.to_owned());
    let mut paths = vec![note.clone()];
    paths.extend(kin.paths.iter().filter(|path| **path != note).cloned());
    let own = paths.len();
    let content = asked.repo.read(asked.target, &outside(asked.root, &note))?;
    if content.is_none() {
        // Whether the others of its cycle were taken tells how it was left out.
        paths.extend(kin.mates());
    }
    let versions = walk(asked, &kin, &paths)?;
    Ok(Looked { asked, notes, kin, note, versions, own, content })
}

/// The history of these files of the memory.
fn walk(asked: &Asked<'_>, kin: &Kin<'_>, paths: &[String]) -> Result<Versions> {
    let paths: Vec<String> = paths.iter().map(|path| outside(asked.root, path)).collect();
    let mut landmarks: Vec<Oid> = Vec::new();
    for base in asked.cycles.iter().filter_map(|cycle| Oid::parse(&cycle.base)) {
        if landmarks.last() != Some(&base) {
            landmarks.push(base);
        }
    }
    let bases = kin.learnings.iter().filter_map(|(cycle, _)| Oid::parse(&cycle.base));
    let kept: BTreeSet<Oid> = bases.collect();
    let telling: Vec<String> =
        kin.patterns.iter().map(|pattern| format!("Dream-Pattern: {pattern}")).collect();
    asked.repo.versions(&Wanted {
        tip: asked.target,
        paths: &paths,
        folders: &kin::folders(asked.root),
        landmarks: &landmarks,
        kept: &kept,
        telling: &telling,
    })
}

/// What people did with every learning about the note.
fn decided<'a>(looked: &Looked<'a>) -> Result<Vec<Proposal<'a>>> {
    let Looked { notes, kin, versions, .. } = looked;
    if kin.learnings.is_empty() {
        return Ok(Vec::new());
    }
    let commits = versions.commits.iter().map(|version| version.past.clone()).collect();
    let wanted = |learning: &crate::ledger::LearningRecord| kin.patterns.contains(&learning.pattern);
    verdict::decided_among(notes, commits, wanted)
}

fn proposed(looked: &Looked<'_>, proposal: &Proposal<'_>) -> Proposed {
    let Proposal { cycle, learning, verdict, how, by, .. } = proposal;
    let commit = learning.commit();
    let key = [(cycle.cycle.clone(), learning.pattern.clone())];
    let mut messages = looked.versions.commits.iter().map(|version| &version.past.message);
    let copy = || messages.find(|message| verdict::named(message) == key).cloned();
    let own = commit.and_then(|commit| looked.asked.repo.past(commit).ok()).map(|past| past.message);
    let message = own.or_else(copy);
    Proposed {
        cycle: cycle.cycle.clone(),
        at: cycle.at,
        change: learning.change.clone(),
        title: learning.title.clone(),
        note: learning.note.clone(),
        pattern: learning.pattern.clone(),
        grade: learning.grade.clone(),
        support: learning.support,
        commit,
        rationale: message.as_deref().map(evidence::rationale),
        message,
        verdict: *verdict,
        how: how.clone(),
        by: by.clone(),
    }
}

/// What cannot be known.
fn unknown(looked: &Looked<'_>, proposals: &[Proposed], quotes: &[Quote]) -> Vec<String> {
    let mut unknown = Vec::new();
    if let Some(cut) = looked.versions.cut {
        unknown.push(format!(
            "this clone is shallow: what was before {} cannot be told; run `git fetch --unshallow`",
            cut.short()
        ));
    }
    let gone = proposals.iter().filter(|proposal| proposal.rationale.is_none()).count();
    if gone > 0 {
        unknown.push(format!(
            "{} no longer here: git removes what no branch has, or it was never fetched",
            if gone == 1 { "the commit of a learning is" } else { "the commits of some learnings are" }
        ));
    }
    let erased = quotes.iter().filter(|quote| quote.session_known.is_none()).count();
    if looked.asked.ledger.tip().is_none() {
        unknown.push(
            "there is no ledger here: fetch it with `git fetch origin refs/dream/ledger:refs/dream/ledger`"
                .to_owned(),
        );
    } else if erased > 0 {
        unknown.push(format!(
            "{erased} of {} quoted sessions {} not in the ledger: erased, or never added",
            quotes.len(),
            if erased == 1 { "is" } else { "are" }
        ));
    }
    unknown
}

/// Whether this is the file that agents always load.
fn is_main(path: &str) -> bool {
    path == MEMORY_FILE
}
