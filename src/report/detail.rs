//! What stands behind a learning: why it was proposed, what it says, what it changes, on what evidence.
//!
//! Read from the commit that proposed it or, where git has removed that one with its branch, from the commit that
//! brought it to the target. Bounded: a page holds hundreds, so each is cut where it gets long, and says so.

use crate::learning::author::quote::visible;
use crate::ledger::Ledger;
use crate::memory::MEMORY_FILE;
use crate::memory::note;
use crate::memory::place::{inside, outside};
use crate::provenance::evidence::{self, Quote};
use crate::repo::{Oid, Repo, compare};
use crate::verdict::Proposal;
use anyhow::Result;

/// Most lines of a note, and of a change, that are shown.
const MOST_LINES: usize = 100;
/// Most bytes of a note, and of a change, that are shown.
const MOST_BYTES: usize = 6_000;
/// Most quotes that are shown of a learning.
const MOST_QUOTES: usize = 5;
/// Most bytes of one quote, and of what was done around it.
const MOST_QUOTE: usize = 600;

/// What stands behind a learning.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Why it was proposed; `None` where its commit is gone.
    pub rationale: Option<String>,
    /// What its note says, without front matter; `None` where that is not known.
    pub body: Option<Cut>,
    /// What it changes, file by file.
    pub changes: Vec<Change>,
    /// Its quotes, with what the ledger knows of their sessions.
    pub quotes: Vec<Quote>,
    /// How many more there are.
    pub more_quotes: usize,
    /// Why something is missing: a sentence for people.
    pub missing: Option<String>,
}

/// A text of which the end may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// What is shown.
    pub text: String,
    /// How many lines are not.
    pub left_out: usize,
}

/// What becomes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path inside the memory, and where it lay before, where that is elsewhere.
    pub path: String,
    /// What is done to it, in a word or two: `new`, `changed`, `removed`, `moved from …`.
    pub what: String,
    /// The lines as a diff has them: `@`, `+`, `-` or a blank, and the line.
    pub lines: Vec<(char, String)>,
    /// How many lines more there are.
    pub left_out: usize,
}

/// What was read of a learning, before its sessions are looked up.
pub(super) struct Read {
    pub(super) detail: Detail,
    /// For whom its note says it holds.
    pub(super) scope: Option<String>,
}

/// Reads what stands behind a learning; what is missing is said, and is no error.
pub(super) fn read(repo: &Repo, root: &str, proposal: &Proposal<'_>) -> Result<Read> {
    let (cycle, learning) = (proposal.cycle, proposal.learning);
    let own = learning.commit().filter(|commit| repo.past(*commit).is_ok());
    let landed = proposal.by.as_ref().map(|by| by.commit).filter(|_| proposal.verdict.stands());
    let Some((at, message)) = own.or(landed).and_then(|at| Some((at, repo.past(at).ok()?.message))) else {
        let missing = "The commit that proposed it is not here: git removes what no branch has, or it was never fetched.";
        let detail = Detail { missing: Some(missing.to_owned()), ..Detail::default() };
        return Ok(Read { detail, scope: None });
    };
    let part = evidence::part_about(&message, &cycle.cycle, &learning.pattern);
    let (rationale, mut quotes) = match &part {
        Some(part) => (Some(evidence::rationale(part)), evidence::quoted(part)),
        None => (None, Vec::new()),
    };
    let more_quotes = quotes.len().saturating_sub(MOST_QUOTES);
    quotes.truncate(MOST_QUOTES);
    for quote in &mut quotes {
        quote.quote = cut_line(&quote.quote);
    }
    let paths = [&learning.note, &proposal.note];
    let texts = paths.iter().filter_map(|path| repo.read(at, &outside(root, path)).transpose());
    let text = texts.take(1).collect::<Result<Vec<_>>>()?.pop();
    let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
    let (scope, body) = match text.as_deref().map(note::parse) {
        Some(Ok(note)) => (Some(note.front.scope), Some(cut(&note.body))),
        Some(Err(_)) => (None, text.as_deref().map(cut)),
        None => (None, None),
    };
    let is_named = |path: &str| {
        paths.iter().any(|named| *named == path) || learning.leaves.iter().any(|left| left == path)
    };
    let changes = changes(repo, root, at, is_named)?;
    let missing = rationale.is_none().then(|| {
        "Its own commit is not here, and the one that brought it does not say why it was proposed.".to_owned()
    });
    Ok(Read { detail: Detail { rationale, body, changes, quotes, more_quotes, missing }, scope })
}

/// Adds what the ledger knows of the quoted sessions, all of them in one look.
pub(super) fn look_up<'d>(
    details: impl IntoIterator<Item = &'d mut Detail>,
    ledger: &Ledger<'_>,
) -> Result<()> {
    let mut details: Vec<&mut Detail> = details.into_iter().collect();
    let counts: Vec<usize> = details.iter().map(|detail| detail.quotes.len()).collect();
    let mut all: Vec<Quote> =
        details.iter_mut().flat_map(|detail| std::mem::take(&mut detail.quotes)).collect();
    evidence::look_up(&mut all, ledger)?;
    let mut all = all.into_iter();
    for (detail, count) in details.into_iter().zip(counts) {
        detail.quotes.extend(all.by_ref().take(count));
    }
    Ok(())
}

/// What a commit makes of the files that are wanted.
fn changes(repo: &Repo, root: &str, at: Oid, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Change>> {
    let read = |blob: Option<Oid>| blob.map(|blob| repo.read_blob(blob)).transpose();
    let mut files = Vec::new();
    for change in repo.changes(at, root)? {
        let Some(path) = inside(root, &change.path).filter(|path| *path != MEMORY_FILE && is_wanted(path))
        else {
            continue;
        };
        // What cannot be read as a file is a link or a submodule, and no learning's.
        if let (Ok(before), Ok(after)) = (read(change.before), read(change.after)) {
            files.push((path.to_owned(), before, after));
        }
    }
    let gone = files.iter().position(|(_, _, after)| after.is_none());
    let new = files.iter().position(|(_, before, _)| before.is_none());
    if let (Some(gone), Some(new)) = (gone, new) {
        let (from, before, _) = files.remove(gone);
        if let Some((_, then, _)) = files.get_mut(if new > gone { new - 1 } else { new }) {
            *then = before;
        }
        let moved = files.into_iter().map(|(path, before, after)| change(path, Some(&from), before, after));
        return moved.collect();
    }
    files.into_iter().map(|(path, before, after)| change(path, None, before, after)).collect()
}

fn change(
    path: String,
    from: Option<&str>,
    before: Option<Vec<u8>>,
    after: Option<Vec<u8>>,
) -> Result<Change> {
    let what = match (&before, &after, from) {
        (None, _, _) => "new".to_owned(),
        (_, None, _) => "removed".to_owned(),
        (_, _, Some(from)) => format!("moved from {from}"),
        _ => "changed".to_owned(),
    };
    let all = compare::diff(&before.unwrap_or_default(), &after.unwrap_or_default())?;
    let mut bytes = 0;
    let mut lines = Vec::new();
    for (sort, line) in all.iter().take(MOST_LINES) {
        bytes += line.len();
        if bytes > MOST_BYTES && !lines.is_empty() {
            break;
        }
        lines.push((*sort, cut_line(line)));
    }
    let left_out = all.len() - lines.len();
    Ok(Change { path, what, lines, left_out })
}

/// The beginning of a text, in whole lines, with everything written out that cannot be seen.
fn cut(text: &str) -> Cut {
    let text = text.trim();
    let mut shown = String::new();
    let mut lines = 0;
    let all = text.lines().count();
    for line in text.lines().take(MOST_LINES) {
        if shown.len() + line.len() > MOST_BYTES && lines > 0 {
            break;
        }
        shown.push_str(&visible(line.get(..line.floor_char_boundary(MOST_BYTES)).unwrap_or(line)));
        shown.push('\n');
        lines += 1;
    }
    Cut { text: shown, left_out: all - lines }
}

/// One line as far as there is room for it, with everything written out that cannot be seen.
pub(super) fn cut_line(line: &str) -> String {
    let shown = visible(line.get(..line.floor_char_boundary(MOST_QUOTE)).unwrap_or(line));
    if line.len() > MOST_QUOTE { format!("{shown}…") } else { shown }
}
