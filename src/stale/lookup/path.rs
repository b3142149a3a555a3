//! Files and folders.

use super::super::finding::{Found, commit};
use super::super::ignored::is_ignored;
use super::super::walked;
use super::{AtHead, Before, Head};
use crate::repo::{Lies, Oid, Trace};
use anyhow::Result;

/// Most renames that a file is followed through.
const MOST_RENAMES: usize = 8;

/// Whether there is anything at this path.
pub(super) fn at_head(head: &Head<'_>, path: &str) -> Result<AtHead> {
    if head.about.is_memory(path) {
        return Ok(AtHead::Settled(Found::Unknown));
    }
    Ok(match head.about.repo.lies(head.about.head, path)? {
        Lies::There => AtHead::Settled(Found::Stands),
        Lies::Beyond => AtHead::Settled(Found::Unknown),
        Lies::Nowhere => AtHead::Lacks(vec![Before::at(path.to_owned())]),
    })
}

/// Whether there is a module of Python that this path names: a file, or a folder that can be run.
pub(super) fn module_at_head(head: &Head<'_>, path: &str) -> Result<AtHead> {
    let files = [format!("{path}.py"), format!("{path}/__main__.py")];
    for file in &files {
        if head.ends_like(file)? {
            return Ok(AtHead::Settled(Found::Stands));
        }
    }
    let places = files.into_iter().flat_map(|file| [format!("src/{file}"), file]);
    Ok(AtHead::Lacks(places.map(Before::at).collect()))
}

/// Whether a file or folder that lay at `path` until this commit, and that a note calls `named`, is gone.
pub(super) fn proof(head: &Head<'_>, named: &str, path: &str, since: Oid) -> Result<Found> {
    // The same name elsewhere is what a note may mean that thinks of a folder as the root.
    if head.ends_like(named)? {
        return Ok(Found::Stands);
    }
    if is_ignored(&gitignores(head, path)?, path) {
        return Ok(Found::Unknown);
    }
    let when = commit(&head.about.repo, since)?;
    Ok(Found::gone_as(&match moved_to(head, path, since)? {
        Some(place) => format!("`{path}` was renamed to `{place}` in {when}"),
        None => format!("`{path}` was deleted in {when}"),
    }))
}

/// Where something went that a commit renamed, through all renames since; `None` where it is not at HEAD any more.
fn moved_to(head: &Head<'_>, path: &str, since: Oid) -> Result<Option<String>> {
    let about = head.about;
    let Some(mut place) = about.repo.renamed_to(since, path)? else { return Ok(None) };
    for _ in 0..MOST_RENAMES {
        if about.repo.lies(about.head, &place)? == Lies::There {
            return Ok(Some(place));
        }
        let (traces, _) = walked::trace(about, &[&Before::at(place.clone())], None)?;
        let Some(Trace::Gone(commit)) = traces.first() else { break };
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
        files.extend(head.text(&file)?.map(|text| (folder.to_owned(), text.to_string())));
    }
    Ok(files)
}
