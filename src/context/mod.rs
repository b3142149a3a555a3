//! What to put in front of a session: the rules that hold for it, within a budget.
//!
//! First what people wrote into MEMORY.md themselves, then what is pinned or names the files at work, then the rules of its
//! index, which is where a cycle keeps the most useful ones, with what is for this agent or project alone behind the first of
//! them. Owns which notes are for whom ([`fit`]), how they rank ([`rank`]) and what the block says.
//! States facts and gives no orders: text that talks like an instruction is what agents are right to distrust. The same
//! memory and the same question give the same block. Refuses to open more of a large memory than it shows.

pub mod fit;
mod own;
mod rank;
pub mod shown;

use crate::memory::note::{self, Note, Status};
use crate::memory::{MEMORY_FILE, index, place};
use crate::nearest::Nearest;
use crate::repo::Oid;
use anyhow::Result;
use fit::{Fit, Surroundings};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Most notes that are opened for one block.
const MOST_OPENED: usize = 400;
/// Share of the budget that the text which people wrote around the index may take, as its inverse.
const OWN_SHARE: usize = 2;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Where the agent works.
    pub folder: &'a Path,
    /// Which agent it is, as [`crate::agents::Agent`] names it.
    pub agent: Option<&'a str>,
    /// Files that the work is about, as far as anybody knows.
    pub paths: &'a [String],
    /// Most tokens, as the index counts them.
    pub budget: usize,
}

/// The block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// As markdown; empty where there is nothing to say.
    pub text: String,
    /// The notes in it, in order: path inside the memory, and rule.
    pub notes: Vec<(String, String)>,
    /// What it costs.
    pub tokens: usize,
    /// Notes that are for this agent and found no room.
    pub left_out: usize,
}

/// A note that may be shown.
struct Candidate {
    path: String,
    rule: String,
    is_pinned: bool,
    fit: Fit,
}

/// The block for a session.
///
/// Errors: the memory cannot be read.
pub fn of(nearest: &Nearest, asked: &Asked<'_>) -> Result<Context> {
    let Nearest { repo, settings, at, .. } = nearest;
    let root = settings.memory.root.as_str();
    let main = repo.read(*at, &place::outside(root, MEMORY_FILE))?;
    let main = main.map(|main| String::from_utf8_lossy(&main).into_owned()).unwrap_or_default();
    let surroundings = Surroundings::of(nearest, asked.folder, asked.agent);
    let about = rank::by_paths(nearest, asked.paths)?;
    let all = notes_at(nearest, &main, &about, asked.agent)?;
    let order = rank::order(&main, &all, &about, asked.agent);
    let mut candidates = Vec::new();
    for path in order.iter().take(MOST_OPENED) {
        let Some(blob) = all.get(path) else { continue };
        candidates.extend(candidate(path, &repo.read_blob(*blob)?, &surroundings));
    }
    rank::sort(&mut candidates, &order, &about);
    let readable = candidates.len();
    let head = head(nearest, asked.folder);
    let own = own::text(&main, asked.budget.saturating_sub(index::tokens(&head)) / OWN_SHARE);
    Ok(within(
        asked.budget,
        &head,
        &own,
        candidates,
        readable.max(suited(&all, &surroundings) + index::omitted(&main)),
    ))
}

/// The notes that may be shown by their paths inside the memory: where there is an index, those that it lists, those that
/// name the files at work, and the agent's own; else all. A folder of thousands of notes is not listed for a few.
fn notes_at(
    nearest: &Nearest,
    main: &str,
    about: &BTreeMap<String, usize>,
    agent: Option<&str>,
) -> Result<BTreeMap<String, Oid>> {
    let Nearest { repo, settings, at, .. } = nearest;
    let root = settings.memory.root.as_str();
    let own = agent.map(|agent| format!("agents/{}", place::slug(agent, place::MOST_AGENT)));
    let folder = match (index::has_index(main), &own) {
        (false, _) => Some(root.to_owned()),
        (true, Some(own)) => Some(place::outside(root, own)),
        (true, None) => None,
    };
    let files = folder.map(|folder| repo.list(*at, &folder)).transpose()?.unwrap_or_default();
    let lying = files.into_iter().map(|file| (file.path, file.blob));
    let named: Vec<String> = index::listed(main)
        .chain(about.keys().map(String::as_str))
        .map(|path| place::outside(root, path))
        .collect();
    let named = repo.blobs(*at, named.iter().map(String::as_str))?;
    let all = lying.chain(named.into_iter().map(|(path, blob)| (path.to_owned(), blob)));
    let inside = |(path, blob): (String, Oid)| Some((place::inside(root, &path)?.to_owned(), blob));
    Ok(all.filter_map(inside).filter(|(path, _)| place::is_note(path)).collect())
}

/// How many notes lie where they can be for this agent.
fn suited(all: &BTreeMap<String, Oid>, surroundings: &Surroundings) -> usize {
    all.keys().filter(|path| surroundings.place_fits(path)).count()
}

/// A note, unless it is not for this agent or no agent is to follow it. A file that is no note says nothing.
fn candidate(path: &str, content: &[u8], surroundings: &Surroundings) -> Option<Candidate> {
    let Note { front, .. } = note::parse(&String::from_utf8_lossy(content)).ok()?;
    let is_followed = matches!(front.status, Status::Active | Status::Pinned);
    let fit = surroundings.fit(path, &front.scope)?;
    let limits =
        if front.scope == "team" { String::new() } else { format!(" ({})", shown::line(&front.scope)) };
    let rule = format!("{}{limits}", shown::line(&front.description));
    (is_followed && !rule.is_empty()).then(|| Candidate {
        path: path.to_owned(),
        rule,
        is_pinned: front.status == Status::Pinned,
        fit,
    })
}

/// What stands above the rules.
fn head(nearest: &Nearest, folder: &Path) -> String {
    format!(
        "# What was learnt here before (git-dream)\n\nRules from earlier sessions; people reviewed each before it was kept. \
         Behind a rule stands its note, which has more and the evidence: {}. `git dream recall WORDS` finds others, by words \
         or by an error message.\n\n",
        shown::how_to_open(nearest, folder)
    )
}

/// As much as the budget has room for; `suited`: how many notes there are for this agent.
fn within(budget: usize, head: &str, own: &str, candidates: Vec<Candidate>, suited: usize) -> Context {
    let gap = if own.is_empty() { "" } else { "\n" };
    let mut text = format!("{head}{own}{gap}");
    let mut notes = Vec::new();
    let foot = |left: usize| match left {
        0 => String::new(),
        left => format!("\n{left} more found no room here.\n"),
    };
    let reserve = foot(suited);
    let mut seen = BTreeSet::new();
    for Candidate { path, rule, .. } in candidates {
        let line = format!("- {rule} ({path})\n");
        let fits = index::tokens(&format!("{text}{line}{reserve}")) <= budget;
        if fits && seen.insert(path.clone()) {
            text.push_str(&line);
            notes.push((path, rule));
        }
    }
    let left_out = suited.saturating_sub(notes.len());
    text.push_str(&foot(left_out));
    if (notes.is_empty() && own.is_empty()) || index::tokens(&text) > budget {
        return Context { left_out: suited, ..Context::default() };
    }
    Context { tokens: index::tokens(&text), text, notes, left_out }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(rules: &[&str]) -> Vec<Candidate> {
        let one = |rule: &&str| Candidate {
            path: format!("mistakes/{rule}.md"),
            rule: rule.repeat(8),
            is_pinned: false,
            fit: Fit::Anybody,
        };
        rules.iter().map(one).collect()
    }

    #[test]
    fn the_budget_holds_whatever_it_is() {
        let rules = ["one", "two", "three", "four"];
        for budget in 0..120 {
            let context = within(budget, "# Head\n\n", "Ours.\n", candidates(&rules), 9);
            assert!(
                context.tokens <= budget && context.tokens == index::tokens(&context.text),
                "{context:?}"
            );
            assert_eq!(context.left_out + context.notes.len(), 9);
        }
        let context = within(500, "# Head\n\n", "", candidates(&rules), 4);
        assert_eq!((context.notes.len(), context.left_out), (4, 0));
        assert!(!context.text.contains("found no room"), "{}", context.text);
        assert_eq!(within(500, "# Head\n\n", "", Vec::new(), 0), Context::default());
    }
}
