//! Names that the repository's own files define.

use super::super::finding::{Found, commit};
use super::super::names::{Defines, called, defines, depends_on, is_manifest, usual};
use super::{AtHead, Before, Head, path};
use crate::memory::reference::Names;
use crate::repo::Oid;
use anyhow::Result;

/// Most manifests of one sort that are read; with more, nothing is proven.
const MOST_MANIFESTS: usize = 200;

/// Most of them whose history is looked at, the ones nearest to the top first.
const MOST_FOLLOWED: usize = 40;

/// Whether any file defines this name.
pub(super) fn at_head(head: &Head<'_>, sort: Names, name: &str) -> Result<AtHead> {
    let mut manifests: Vec<&String> = head.files()?.iter().filter(|file| is_manifest(sort, file)).collect();
    manifests.sort_by_key(|file| (file.matches('/').count(), file.as_str()));
    if manifests.len() > MOST_MANIFESTS || is_made_otherwise(head, sort, name)? {
        return Ok(AtHead::Settled(Found::Unknown));
    }
    let mut found = Found::Stands;
    for file in &manifests {
        let Some(text) = head.text(file)? else { continue };
        match defines(sort, file, &text, name) {
            Defines::Yes => return Ok(AtHead::Settled(Found::Stands)),
            Defines::Perhaps => found = Found::Unknown,
            Defines::No => {}
        }
        if may_be_a_program(sort) && depends_on(&text, name) {
            found = Found::Unknown;
        }
    }
    if found == Found::Unknown {
        return Ok(AtHead::Settled(found));
    }
    for place in places(sort, name) {
        if head.ends_like(&place)? {
            return Ok(AtHead::Settled(Found::Stands));
        }
    }
    let mut followed: Vec<String> = usual(sort).iter().map(|file| (*file).to_owned()).collect();
    followed.extend(manifests.into_iter().take(MOST_FOLLOWED).cloned());
    followed.sort();
    followed.dedup();
    let asks = format!("{sort:?} {name}");
    let had_it = |file: String| {
        let (path, name) = (file.clone(), name.to_owned());
        let like = move |content: &[u8]| {
            // Most versions of a file do not even have the word, and reading its format takes long.
            memchr::memmem::find(content, name.as_bytes()).is_some()
                && defines(sort, &file, &String::from_utf8_lossy(content), &name) == Defines::Yes
        };
        Before { path, like: Some(Box::new(like)), asks: asks.clone() }
    };
    let mut before: Vec<Before> = followed.into_iter().map(had_it).collect();
    before.extend(places(sort, name).into_iter().map(Before::at));
    Ok(AtHead::Lacks(before))
}

/// How a name that `file` defined until this commit is gone.
pub(super) fn proof(head: &Head<'_>, sort: Names, name: &str, file: &str, since: Oid) -> Result<Found> {
    if !is_manifest(sort, file) {
        return path::proof(head, file, file, since);
    }
    let when = commit(&head.about.repo, since)?;
    let called = called(sort);
    Ok(Found::gone_as(&match head.text(file)? {
        Some(_) => format!("`{file}` has had no {called} `{name}` since {when}"),
        None => format!("`{file}`, which had a {called} `{name}`, was deleted in {when}"),
    }))
}

/// Names that a dependency's own program may have just as well.
fn may_be_a_program(sort: Names) -> bool {
    matches!(sort, Names::NodeScriptOrProgram | Names::PythonScript)
}

/// Whether the name may come from elsewhere: a makefile that is made by another program, a package of somebody else.
fn is_made_otherwise(head: &Head<'_>, sort: Names, name: &str) -> Result<bool> {
    match sort {
        Names::MakeTarget => {
            let makers = ["CMakeLists.txt", "configure", "configure.ac", "Makefile.PL", "meson.build"];
            Ok(makers
                .iter()
                .any(|maker| head.files().is_ok_and(|files| files.iter().any(|file| file == maker))))
        }
        Names::CargoPackage => {
            let lock = head.text("Cargo.lock")?;
            Ok(lock.is_some_and(|lock| lock.contains(&format!("name = \"{name}\""))))
        }
        _ => Ok(false),
    }
}

/// Files that define a name by being there.
fn places(sort: Names, name: &str) -> Vec<String> {
    let folder = match sort {
        Names::CargoBinary => "src/bin",
        Names::CargoTest => "tests",
        Names::CargoBench => "benches",
        Names::CargoExample => "examples",
        _ => return Vec::new(),
    };
    vec![format!("{folder}/{name}.rs"), format!("{folder}/{name}/main.rs")]
}
