//! Looks things up in one repository: at HEAD first, and in its history only what HEAD lacks.

mod flag;
mod name;
mod path;
mod version;

use super::finding::Found;
use super::place::About;
use super::walked::{self, Walked};
use crate::memory::reference::What;
use crate::repo::{Like, Oid, Trace};
use anyhow::Result;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Something that HEAD lacks and that earlier commits may have had.
pub(super) struct Before {
    /// A path.
    pub(super) path: String,
    /// What the file there was like; `None`: that there was anything.
    pub(super) like: Option<Box<Like>>,
    /// What `like` asks for, so that two questions about one path are told apart; empty where there is none.
    pub(super) asks: String,
}

impl Before {
    /// Anything at this path.
    pub(super) fn at(path: String) -> Before {
        Before { path, like: None, asks: String::new() }
    }

    /// Names the question.
    pub(super) fn key(&self) -> String {
        format!("{}\n{}", self.path, self.asks)
    }
}

/// What HEAD says.
pub(super) enum AtHead {
    /// Enough.
    Settled(Found),
    /// It lacks it: what to look for in earlier commits.
    Lacks(Vec<Before>),
}

/// A repository at HEAD.
pub(super) struct Head<'a> {
    pub(super) about: &'a About,
    files: OnceCell<Vec<String>>,
    texts: RefCell<BTreeMap<String, Option<Rc<str>>>>,
}

impl Head<'_> {
    /// Every file at HEAD, sorted.
    pub(super) fn files(&self) -> Result<&[String]> {
        if let Some(files) = self.files.get() {
            return Ok(files);
        }
        let entries = self.about.repo.list(self.about.head, "")?;
        Ok(self.files.get_or_init(|| entries.into_iter().map(|entry| entry.path).collect()))
    }

    /// Whether any file or folder at HEAD has a path that ends like this.
    pub(super) fn ends_like(&self, path: &str) -> Result<bool> {
        let (below, inside) = (format!("/{path}"), format!("/{path}/"));
        let (same, start) = (path, format!("{path}/"));
        Ok(self.files()?.iter().any(|file| {
            file == same || file.starts_with(&start) || file.ends_with(&below) || file.contains(&inside)
        }))
    }

    /// A file's text at HEAD, kept for the next question; bytes that are no UTF-8 are replaced.
    pub(super) fn text(&self, path: &str) -> Result<Option<Rc<str>>> {
        if let Some(known) = self.texts.borrow().get(path) {
            return Ok(known.clone());
        }
        let bytes = self.about.repo.read(self.about.head, path)?;
        let text: Option<Rc<str>> = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into());
        self.texts.borrow_mut().insert(path.to_owned(), text.clone());
        Ok(text)
    }
}

/// What a repository says about each of these things. `last`: what the last walk through its history found; gives what
/// this one did.
pub(super) fn answers(
    about: &About,
    whats: &BTreeSet<&What>,
    last: Option<&Walked>,
) -> Result<(BTreeMap<What, Found>, Walked)> {
    let head = Head { about, files: OnceCell::new(), texts: RefCell::default() };
    let mut answers = BTreeMap::new();
    let mut lacking: Vec<(&What, Vec<Before>)> = Vec::new();
    for what in whats {
        match at_head(&head, what)? {
            AtHead::Settled(found) => drop(answers.insert((*what).clone(), found)),
            AtHead::Lacks(before) => lacking.push((what, before)),
        }
    }
    let before: Vec<&Before> = lacking.iter().flat_map(|(_, before)| before).collect();
    let (traces, walked) = walked::trace(about, &before, last)?;
    let mut traces = traces.into_iter();
    for (what, before) in &lacking {
        let mut gone: Vec<(&Before, Oid)> = Vec::new();
        for (before, trace) in before.iter().zip(traces.by_ref()) {
            if let Trace::Gone(commit) = trace {
                gone.push((before, commit));
            }
        }
        let found = match newest(about, &gone)? {
            Some((before, commit)) => proof(&head, what, &before.path, commit)?,
            None => Found::Unknown,
        };
        answers.insert((*what).clone(), found);
    }
    Ok((answers, walked))
}

/// What went last.
fn newest<'b>(about: &About, gone: &[(&'b Before, Oid)]) -> Result<Option<(&'b Before, Oid)>> {
    let mut dated = Vec::new();
    for (before, commit) in gone {
        dated.push((about.repo.past(*commit)?.at, *before, *commit));
    }
    let last = dated.into_iter().max_by(|a, b| a.0.cmp(&b.0).then(b.1.path.cmp(&a.1.path)));
    Ok(last.map(|(_, before, commit)| (before, commit)))
}

/// Looks at HEAD alone.
fn at_head(head: &Head<'_>, what: &What) -> Result<AtHead> {
    match what {
        What::Path(path) => path::at_head(head, path),
        What::Module(path) => path::module_at_head(head, path),
        What::Name { sort, name } => name::at_head(head, *sort, name),
        What::Flag { program, flag } => flag::at_head(head, program, flag),
        What::Version { package, version } => Ok(AtHead::Settled(version::found(head, package, version)?)),
    }
}

/// Whether what was at `path` until this commit proves that what a note names is gone.
fn proof(head: &Head<'_>, what: &What, path: &str, since: Oid) -> Result<Found> {
    match what {
        What::Path(named) => path::proof(head, named, path, since),
        What::Module(_) => path::proof(head, path, path, since),
        What::Name { sort, name } => name::proof(head, *sort, name, path, since),
        What::Flag { flag, .. } => flag::proof(head, flag, path, since),
        What::Version { .. } => Ok(Found::Unknown),
    }
}
