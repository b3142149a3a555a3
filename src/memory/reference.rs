//! What a note names that can be looked up: paths, commands, flags, versions.
//!
//! Owns reading them in a note's text ([`references`]). Only what stands as code and is told to be used counts: not the
//! evidence, not what a sentence says not to use. Refuses to look anything up: whether the repository that the note is
//! about still has it, only that repository can say.

mod command;
mod path;
mod sentence;
mod told;
mod version;

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use told::{Snippet, Sort};

/// Something that a note names and the repository it is about no longer has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeadReference {
    /// The line of the note's file, counted from 1.
    pub line: u32,
    /// What is named, as the note writes it.
    pub named: String,
    /// What is gone, and since which commit where that is known: a sentence for people.
    pub gone: String,
}

/// Something that a note names and that can be looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The line of the note's file, counted from 1.
    pub line: u32,
    /// What is named, as the note writes it.
    pub named: String,
    /// What it is.
    pub what: What,
}

/// What can be looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A file or folder, from the root of the repository or of some folder in it.
    Path(String),
    /// What a module of Python is run by: `python -m app.main` names `app/main`.
    Module(String),
    /// A name that one of the repository's own files defines.
    Name {
        /// What sort of name.
        sort: Names,
        /// The name.
        name: String,
    },
    /// A flag of a program, with its dashes and without a value.
    Flag {
        /// The program: a path of the repository, or the name of a program that it may define.
        program: String,
        /// The flag.
        flag: String,
    },
    /// A version of a dependency or of a language.
    Version {
        /// What is versioned.
        package: String,
        /// The version's numbers, joined by full stops; the last ones may be left out.
        version: String,
    },
}

/// Names that files of a repository define.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Names {
    /// `npm run NAME`: a script in `package.json`.
    NodeScript,
    /// `yarn NAME`: the same, but it may also be a program that a dependency brings.
    NodeScriptOrProgram,
    /// `make NAME`
    MakeTarget,
    /// `just NAME`
    JustRecipe,
    /// `task NAME`
    Task,
    /// `cargo NAME`, where cargo itself has no such command.
    CargoAlias,
    /// `cargo … -p NAME`
    CargoPackage,
    /// `cargo … --bin NAME`
    CargoBinary,
    /// `cargo … --test NAME`
    CargoTest,
    /// `cargo … --bench NAME`
    CargoBench,
    /// `cargo … --example NAME`
    CargoExample,
    /// `cargo … --features NAME`
    CargoFeature,
    /// `poetry run NAME`: an entry point in `pyproject.toml`, or a program that a dependency brings.
    PythonScript,
    /// `poe NAME`
    PoeTask,
    /// `composer run NAME`
    ComposerScript,
    /// `deno task NAME`
    DenoTask,
}

/// Everything that a note names and that can be looked up, each once, by line. In: the note's file, front matter
/// included.
pub fn references(text: &str) -> Vec<Reference> {
    let mut found = BTreeSet::new();
    for snippet in told::snippets(text) {
        read(&snippet, &mut found);
    }
    let mut seen = BTreeSet::new();
    let mut references: Vec<Reference> = found.into_iter().collect();
    references.retain(|reference| seen.insert(reference.what.clone()));
    references
}

fn read(snippet: &Snippet, found: &mut BTreeSet<Reference>) {
    let Snippet { line, text, sort, sentence } = snippet;
    let text = text.trim_end();
    let whole = |what: What| Reference { line: *line, named: text.trim().to_owned(), what };
    if *sort == Sort::Span {
        if !version::is_hedged(sentence)
            && let Some((package, version)) = version::version(text.trim())
        {
            found.insert(whole(What::Version { package, version }));
            return;
        }
        if !text.trim().contains(char::is_whitespace) {
            found.extend(path::path(text.trim()).map(|path| whole(What::Path(path))));
            return;
        }
    }
    let is_output = *sort == Sort::Line;
    for command::Named { at, named, what } in command::names(text, is_output) {
        let before = text.get(..at).unwrap_or_default().matches('\n').count();
        let line = line.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
        found.insert(Reference { line, named, what });
    }
}
