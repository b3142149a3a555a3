//! Which notes come first.
//!
//! Pinned ones, those that name the files at work, then the rules that the index begins with, which bear most; then what is
//! limited to this agent or project, and the rest of the index. Its kinds take turns, so that a small budget is not filled by
//! one of them. A note that is not in the index comes in only by naming the files or by being the agent's own; where there
//! is no index, all of them do.

use super::Candidate;
use crate::memory::{index, place};
use crate::nearest::Nearest;
use crate::pattern::Kind;
use crate::recall::{Recall, words};
use crate::repo::Oid;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Most notes that are taken for naming the files.
const MOST_BY_PATHS: usize = 20;
/// How many rules of the index come before what is limited to this agent or project.
const LOAD_BEARING: usize = 10;
/// Most files that are asked about.
const MOST_PATHS: usize = 50;

/// What files with these endings are about, in the words of notes.
const KINDS: &[(&str, &str)] = &[
    ("rs", "rust cargo clippy"),
    ("py", "python pytest pip"),
    ("ts", "typescript npm node"),
    ("tsx", "typescript react npm"),
    ("js", "javascript npm node"),
    ("jsx", "javascript react npm"),
    ("go", "golang go"),
    ("java", "java maven gradle"),
    ("kt", "kotlin gradle"),
    ("rb", "ruby bundle rails"),
    ("php", "php composer"),
    ("cs", "csharp dotnet"),
    ("c", "gcc clang make"),
    ("h", "gcc clang make"),
    ("cpp", "cpp clang cmake"),
    ("swift", "swift xcode"),
    ("sql", "sql migration database"),
    ("tf", "terraform"),
    ("sh", "shell bash"),
    ("yml", "yaml workflow"),
    ("yaml", "yaml workflow"),
    ("toml", "toml"),
    ("md", "markdown docs"),
    ("css", "css style"),
    ("html", "html"),
    ("ipynb", "notebook jupyter python"),
];

/// The notes that name these files, or what files of their kind are about: their places, the first the best.
pub(super) fn by_paths(nearest: &Nearest, paths: &[String]) -> Result<BTreeMap<String, usize>> {
    let mut question = String::new();
    let mut telling = BTreeSet::new();
    for path in paths.iter().take(MOST_PATHS) {
        let path = path.replace('\\', "/");
        let name = path.rsplit('/').next().unwrap_or_default();
        let kind = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        let about = KINDS.iter().find(|(ending, _)| *ending == kind).map_or("", |(_, about)| *about);
        // A note may call the file by any end of its path.
        let ends = path.match_indices('/').filter_map(|(at, _)| path.get(at + 1..));
        let called: Vec<&str> = std::iter::once(path.as_str()).chain(ends).collect();
        let _ = writeln!(question, "{} {about}", called.join(" "));
        for word in called.into_iter().chain(about.split(' ')) {
            // The first word that a name gives is the name itself.
            let mut first = true;
            words::each(word, |word| {
                if std::mem::take(&mut first) {
                    telling.insert(word.to_owned());
                }
            });
        }
    }
    if telling.is_empty() {
        return Ok(BTreeMap::new());
    }
    let recall = Recall::open(&nearest.repo, nearest.at, &nearest.settings.memory.root)?;
    let hits = recall.ask(&question, MOST_BY_PATHS)?;
    // A word like `src` that they share by chance is no reason.
    let named = hits.into_iter().filter(|hit| hit.words.iter().any(|word| telling.contains(word)));
    Ok(named.enumerate().map(|(place, hit)| (hit.note, place)).collect())
}

/// The notes that may be shown, roughly in order: the first ones are looked at.
pub(super) fn order(
    main: &str,
    all: &BTreeMap<String, Oid>,
    about: &BTreeMap<String, usize>,
    agent: Option<&str>,
) -> Vec<String> {
    let mut by_paths: Vec<(&usize, &String)> = about.iter().map(|(note, place)| (place, note)).collect();
    by_paths.sort();
    let own = agent.map(|agent| format!("agents/{}/", place::slug(agent, place::MOST_AGENT)));
    let own = own.iter().flat_map(|folder| {
        all.range(folder.clone()..)
            .map(|(path, _)| path.as_str())
            .take_while(|path| path.starts_with(folder.as_str()))
    });
    let rest = all.keys().map(String::as_str).filter(|_| !index::has_index(main));
    let listed: Vec<&str> = index::listed(main).chain(rest).collect();
    let mut seen = BTreeSet::new();
    let order = by_paths.into_iter().map(|(_, note)| note.as_str()).chain(in_turn(&listed)).chain(own);
    order.filter(|path| seen.insert(*path)).map(str::to_owned).collect()
}

/// One of each kind, then the next of each.
fn in_turn<'a>(paths: &[&'a str]) -> Vec<&'a str> {
    let mut counted: BTreeMap<Option<Kind>, usize> = BTreeMap::new();
    let mut placed: Vec<(usize, Option<Kind>, &str)> = Vec::new();
    for path in paths {
        let kind = place::kind_at(path);
        let place = counted.entry(kind).or_default();
        placed.push((*place, kind, path));
        *place += 1;
    }
    placed.sort_by_key(|(place, kind, _)| (*place, *kind));
    placed.into_iter().map(|(_, _, path)| path).collect()
}

/// Puts what is most worth its room first.
pub(super) fn sort(candidates: &mut [Candidate], order: &[String], about: &BTreeMap<String, usize>) {
    let place: BTreeMap<&str, usize> =
        order.iter().enumerate().map(|(at, path)| (path.as_str(), at)).collect();
    candidates.sort_by_key(|candidate| {
        let by_path = about.get(&candidate.path).copied().unwrap_or(usize::MAX);
        let at = place.get(candidate.path.as_str()).copied().unwrap_or(usize::MAX);
        let bears = at < about.len() + LOAD_BEARING;
        let fit = if bears { None } else { Some(candidate.fit) };
        (!candidate.is_pinned, by_path, fit, at)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::fit::Fit;

    #[test]
    fn kinds_take_turns_and_what_is_not_listed_stays_out() {
        let main = "## Index\n\n- A [more](mistakes/a.md)\n- B [more](mistakes/b.md)\n- P [more](preferences/p.md)\n";
        let all = [
            "agents/codex/mistakes/o.md",
            "mistakes/a.md",
            "mistakes/b.md",
            "mistakes/z.md",
            "preferences/p.md",
        ];
        let all = all.map(|path| (path.to_owned(), Oid::from_bytes([1; 20]))).into();
        let none = BTreeMap::new();
        assert_eq!(order(main, &all, &none, None), ["mistakes/a.md", "preferences/p.md", "mistakes/b.md"]);
        assert_eq!(order(main, &all, &none, Some("codex")).last().unwrap(), "agents/codex/mistakes/o.md");
        let named = BTreeMap::from([("mistakes/z.md".to_owned(), 0)]);
        assert_eq!(order(main, &all, &named, None)[0], "mistakes/z.md");
        assert_eq!(order("# M\n", &all, &none, None).len(), 5);
    }

    #[test]
    fn pinned_comes_before_named_and_what_bears_most_before_limited() {
        let candidate = |path: &str, is_pinned, fit| Candidate {
            path: path.to_owned(),
            rule: String::new(),
            is_pinned,
            fit,
        };
        let first: Vec<String> = (0..LOAD_BEARING).map(|at| format!("f{at}")).collect();
        let mut candidates = vec![
            candidate("a", false, Fit::Anybody),
            candidate("b", false, Fit::Own),
            candidate("c", false, Fit::Anybody),
            candidate("d", true, Fit::Anybody),
            candidate(&first[0], false, Fit::Anybody),
        ];
        let rest = ["a", "b", "d"].map(str::to_owned);
        let order: Vec<String> = [vec!["c".to_owned()], first.clone(), rest.to_vec()].concat();
        sort(&mut candidates, &order, &BTreeMap::from([("c".to_owned(), 0)]));
        let paths: Vec<&str> = candidates.iter().map(|candidate| candidate.path.as_str()).collect();
        assert_eq!(paths, ["d", "c", &first[0], "b", "a"]);
    }
}
