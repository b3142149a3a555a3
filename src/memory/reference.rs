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

/// Most references that are read of one note. One that names more is a list and no rule.
const MOST_REFERENCES: usize = 400;

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
    references.truncate(MOST_REFERENCES);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRONT: &str = "---\nname: a\ndescription: Use `not/this.rs`.\nkind: mistake\napplies_to: [npm run lint, git push]\n---\n";

    /// What a note of this body names, each as `line: sort what`.
    fn named(body: &str) -> Vec<String> {
        let shown = |what: &What| match what {
            What::Path(path) => format!("path {path}"),
            What::Module(path) => format!("module {path}"),
            What::Name { sort, name } => format!("{sort:?} {name}"),
            What::Flag { program, flag } => format!("flag {program} {flag}"),
            What::Version { package, version } => format!("version {package} {version}"),
        };
        references(&format!("{FRONT}{body}"))
            .iter()
            .map(|reference| format!("{}: {}", reference.line, shown(&reference.what)))
            .filter(|shown| shown != "5: NodeScript lint")
            .collect()
    }

    #[test]
    fn commands_of_many_ecosystems_are_read() {
        let rows: &[(&str, &[&str])] = &[
            ("npm --prefix web run build -- --watch", &["NodeScript build"]),
            ("npm test", &["NodeScript test"]),
            ("npm install", &[]),
            ("pnpm --filter web lint", &["NodeScriptOrProgram lint"]),
            ("yarn workspace web run build", &["NodeScript build"]),
            ("bun run dev", &["NodeScript dev"]),
            ("CI=1 make -j4 V=1 check lint", &["MakeTarget check", "MakeTarget lint"]),
            ("just deploy staging", &["JustRecipe deploy"]),
            ("task build -- --x", &["Task build"]),
            ("cargo xtask dist --fast-mode", &["CargoAlias xtask", "flag xtask --fast-mode"]),
            ("cargo test -p core --test it", &["CargoPackage core", "CargoTest it"]),
            ("cargo run --bin tool -- --dry-run", &["CargoBinary tool", "flag tool --dry-run"]),
            ("poetry run serve --port 80", &["PythonScript serve", "flag serve --port"]),
            ("python -m app.jobs", &["module app/jobs"]),
            ("python3 scripts/gen.py --all", &["path scripts/gen.py", "flag scripts/gen.py --all"]),
            ("composer run stan", &["ComposerScript stan"]),
            ("composer install", &[]),
            ("deno task dev", &["DenoTask dev"]),
            ("poe lint", &["PoeTask lint"]),
            ("uv pip install django==4.2", &["version django 4.2"]),
            ("npm i react@17.0.1", &["version react 17.0.1"]),
            ("pytest tests/unit/test_a.py::test_b -k x", &["path tests/unit/test_a.py"]),
            ("mkdir -p build/out && cp a/b.txt c/d.txt", &[]),
            (
                "tool --output out/x.json --config=conf/a.toml",
                &["flag tool --config", "flag tool --output", "path conf/a.toml"],
            ),
            ("git checkout feature/x", &[]),
            ("echo src/a.rs", &[]),
            ("cat <file> $HOME/a/b", &[]),
        ];
        for (command, expected) in rows {
            let mut expected: Vec<String> = expected.iter().map(|what| format!("8: {what}")).collect();
            let mut found = named(&format!("```sh\n{command}\n```\n"));
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{command}");
        }
    }

    #[test]
    fn only_what_is_told_counts_and_where_it_stands() {
        let body = "# `src/title.rs` fails\n\nEdit `src/a.rs`, not `src/b.rs`.\nThen `src/c.rs:12`.\n\n\
                    **What it looks like:** `src/error.rs`\n\n## Do\n\n- `src/d.rs`\n- ~~`src/e.rs`~~\n\n\
                    Do not run:\n\n```sh\nmake bad\n```\n\n| a | `src/cell.rs` |\n|---|---|\n| b | `src/row.rs` |\n\n\
                    ```rust\nmod a; // src/code.rs\n```\n\n```sh\n# wrong\nmake old\n\nmake new\n```\n\n\
                    ```console\n$ make typed\nmake printed\n```\n\n## Removed\n\n`src/f.rs`\n\n\
                    ## Evidence\n\n- `src/g.rs`\n\n### More\n\n`src/h.rs`\n\n## After\n\n`src/i.rs`\n";
        let expected = [
            "7: path src/title.rs",
            "9: path src/a.rs",
            "10: path src/c.rs",
            "16: path src/d.rs",
            "25: path src/cell.rs",
            "27: path src/row.rs",
            "37: MakeTarget new",
            "41: MakeTarget typed",
            "59: path src/i.rs",
        ];
        assert_eq!(named(body), expected);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(?s)[ -~\n`é$|&<'\"#*:-]{0,300}") {
            references(&text);
            references(&format!("---\n{text}\n---\n```sh\n{text}"));
        }
    }
}
