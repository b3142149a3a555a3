//! Looks things up in one repository: at HEAD first, and in its history only what HEAD lacks.

use super::finding::{Found, commit};
use super::ignored::is_ignored;
use super::place::About;
use crate::memory::reference::What;
use crate::repo::{Lies, Oid, Trace, Wanted};
use anyhow::Result;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Most commits that are walked back through.
const MOST_COMMITS: usize = 20_000;

/// Most renames that a file is followed through.
const MOST_RENAMES: usize = 8;

/// A test of a file's content.
pub(super) type Like = Box<dyn Fn(&[u8]) -> bool>;

/// Something that HEAD lacks and that earlier commits may have had.
pub(super) struct Before {
    /// A path.
    pub(super) path: String,
    /// What the file there was like; `None`: that there was anything.
    pub(super) like: Option<Like>,
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

    /// A file's text at HEAD; bytes that are no UTF-8 are replaced.
    pub(super) fn text(&self, path: &str) -> Result<Option<String>> {
        let bytes = self.about.repo.read(self.about.head, path)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// What a repository says about each of these things.
pub(super) fn answers(about: &About, whats: &BTreeSet<&What>) -> Result<BTreeMap<What, Found>> {
    let head = Head { about, files: OnceCell::new() };
    let mut answers = BTreeMap::new();
    let mut lacking: Vec<(&What, Vec<Before>)> = Vec::new();
    for what in whats {
        match at_head(&head, what)? {
            AtHead::Settled(found) => drop(answers.insert((*what).clone(), found)),
            AtHead::Lacks(before) => lacking.push((what, before)),
        }
    }
    let before = || lacking.iter().flat_map(|(_, before)| before);
    let wanted: Vec<Wanted<'_>> =
        before().map(|Before { path, like }| Wanted { path: path.clone(), like: like.as_deref() }).collect();
    let traces = match wanted.is_empty() {
        true => Vec::new(),
        false => about.repo.trace(about.head, &wanted, None, MOST_COMMITS)?,
    };
    let mut traces = traces.into_iter();
    for (what, before) in &lacking {
        let mut gone: Vec<(&Before, Oid)> = Vec::new();
        for (before, trace) in before.iter().zip(traces.by_ref()) {
            if let Trace::Gone(commit) = trace {
                gone.push((before, commit));
            }
        }
        let found = match last(about, &gone)? {
            Some((before, commit)) => proof(&head, what, &before.path, commit)?,
            None => Found::Unknown,
        };
        answers.insert((*what).clone(), found);
    }
    Ok(answers)
}

/// What went last.
fn last<'b>(about: &About, gone: &[(&'b Before, Oid)]) -> Result<Option<(&'b Before, Oid)>> {
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
        What::Path(path) => path_at_head(head, path),
        _ => Ok(AtHead::Settled(Found::Unknown)),
    }
}

fn path_at_head(head: &Head<'_>, path: &str) -> Result<AtHead> {
    if head.about.is_memory(path) {
        return Ok(AtHead::Settled(Found::Unknown));
    }
    Ok(match head.about.repo.lies(head.about.head, path)? {
        Lies::There => AtHead::Settled(Found::Stands),
        Lies::Beyond => AtHead::Settled(Found::Unknown),
        Lies::Nowhere => AtHead::Lacks(vec![Before { path: path.to_owned(), like: None }]),
    })
}

/// Whether what was at `path` until this commit proves that what a note names is gone.
fn proof(head: &Head<'_>, what: &What, path: &str, since: Oid) -> Result<Found> {
    let about = head.about;
    match what {
        What::Path(named) => {
            // The same name elsewhere is what a note may mean that thinks of a folder as the root.
            if head.ends_like(named)? {
                return Ok(Found::Stands);
            }
            if is_ignored(&gitignores(head, path)?, path) {
                return Ok(Found::Unknown);
            }
            let when = commit(&about.repo, since)?;
            Ok(Found::gone_as(&match moved_to(head, path, since)? {
                Some(place) => format!("`{path}` was renamed to `{place}` in {when}"),
                None => format!("`{path}` was deleted in {when}"),
            }))
        }
        _ => Ok(Found::Unknown),
    }
}

/// Where something went that a commit renamed, through all renames since; `None` where it is not at HEAD any more.
fn moved_to(head: &Head<'_>, path: &str, since: Oid) -> Result<Option<String>> {
    let about = head.about;
    let Some(mut place) = about.repo.renamed_to(since, path)? else { return Ok(None) };
    for _ in 0..MOST_RENAMES {
        if about.repo.lies(about.head, &place)? == Lies::There {
            return Ok(Some(place));
        }
        let wanted = [Wanted { path: place.clone(), like: None }];
        let trace = about.repo.trace(about.head, &wanted, None, MOST_COMMITS)?;
        let Some(Trace::Gone(commit)) = trace.first() else { break };
        let Some(next) = about.repo.renamed_to(*commit, &place)? else { break };
        place = next;
    }
    Ok(None)
}

/// The `.gitignore` files that can say something about a path, outer folders first.
fn gitignores(head: &Head<'_>, path: &str) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    for folder in std::iter::once("").chain(folders) {
        let file = if folder.is_empty() { ".gitignore".to_owned() } else { format!("{folder}/.gitignore") };
        files.extend(head.text(&file)?.map(|text| (folder.to_owned(), text)));
    }
    Ok(files)
}
