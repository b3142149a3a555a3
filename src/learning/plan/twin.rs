//! Which notes say the same.
//!
//! Two notes do if they say it in nearly the same words, or if the same calls taught both. Numbers, negations and names
//! (commands, paths, flags, versions, quoted values, error messages) are no words to be lenient about: where they
//! differ, the notes say different things, however alike they look.
//!
//! The words are compared as sets of single words and pairs (Jaccard). So that a large memory is not compared note by
//! note, only notes with the very same names are, and of these only such as share one of their rarest words: a set
//! that shares none of them cannot reach the likeness asked for (prefix filtering, Bayardo, Ma and Srikant, Scaling up
//! all pairs similarity search, 2007).

use super::held::Held;
use super::text::{evidence_lines, says};
use crate::learning::author::quoted::source;
use crate::learning::named::names;
use crate::memory::Memory;
use crate::memory::note::{Front, Note, Status};
use crate::pattern::Kind;
use crate::pattern::preference::{Term, Terms};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

/// Share of all words and pairs that two notes must have in common.
const ALIKE: f64 = 0.7;

/// The same of two notes that are alike without being the same as far as words can tell.
const NEARLY_ALIKE: f64 = 0.35;

/// Share of the calls behind the note with fewer of them that must stand behind the other note, too.
const SAME_CALLS: f64 = 0.7;

/// Calls that two notes must have in common at least.
const LEAST_CALLS: usize = 2;

/// Beginnings of lines that say for whom or when a note holds, in words that all notes of a kind share.
const SHARED_BY_ALL: &[&str] =
    &["#", "**When:**", "**Do:**", "**Seen only with:**", "**Asked for only with:**"];

/// Why two notes are one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Likeness {
    /// They say it in the same words; the share of them.
    Words(f64),
    /// The same calls taught both: how many.
    Calls(usize),
    /// A model holds that they do; the share of words in common.
    Read(f64),
}

/// What a note says, as it is compared. Words are numbers, so that many notes can be compared fast: the hashes of them.
#[derive(Default)]
struct Said {
    /// What must not differ, in order: numbers, words that turn a sentence, names.
    hard: Vec<u64>,
    /// Words that tell it from others, ascending.
    telling: Vec<u64>,
    /// Words and pairs of words, ascending.
    words: Vec<u64>,
}

/// What every note of a memory says.
pub(super) struct Sayings<'a>(BTreeMap<&'a str, (&'a Front, Said)>);

impl<'a> Sayings<'a> {
    pub(super) fn of(memory: &'a Memory) -> Sayings<'a> {
        let notes: Vec<(&String, &Note)> = memory.notes.iter().collect();
        let read = notes.into_par_iter().map_init(Terms::default, |terms, (path, note)| {
            (path.as_str(), (&note.front, Said::of(&lines(note), terms)))
        });
        Sayings(read.collect::<Vec<_>>().into_iter().collect())
    }

    /// The note that says what this new one would say, whoever wrote it.
    pub(super) fn already(&self, note: &Note) -> Option<&'a str> {
        let said = Said::of(&lines(note), &mut Terms::default());
        let same = |(front, other): &(&Front, Said)| {
            may_be_one(front, &note.front) && say_the_same(other, &said).is_some()
        };
        self.0.iter().find(|(_, one)| same(one)).map(|(path, _)| *path)
    }

    /// What these notes say, each with its place.
    fn said(&self, held: &[&Held<'_>]) -> Vec<(usize, &Said)> {
        held.iter().enumerate().filter_map(|(at, held)| Some((at, &self.0.get(held.path)?.1))).collect()
    }

    /// The pairs of these notes that are alike without saying the same as far as words can tell; their numbers,
    /// negations and names are the same. Each by its places in `held`, the lower place first, with the share of words
    /// that they have in common.
    pub(super) fn near(&self, held: &[&Held<'_>]) -> BTreeMap<(usize, usize), f64> {
        let said = self.said(held);
        let mut found: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for (one, other) in candidates(held, &said, NEARLY_ALIKE) {
            let (at_one, at_other) = (said[one].0, said[other].0);
            let share = share(said[one].1, said[other].1);
            if share >= NEARLY_ALIKE && may_be_one(&held[at_one].note.front, &held[at_other].note.front) {
                found.insert((at_one, at_other), share);
            }
        }
        for same in self.pairs(held, &BTreeMap::new()).keys() {
            found.remove(same);
        }
        found
    }

    /// The pairs of these notes that say the same, each by its places in `held`, the lower place first. `read`: the
    /// pairs of paths of which a model holds that.
    pub(super) fn pairs(
        &self,
        held: &[&Held<'_>],
        read: &BTreeMap<(String, String), String>,
    ) -> BTreeMap<(usize, usize), Likeness> {
        let said = self.said(held);
        let mut found: BTreeMap<(usize, usize), Likeness> = BTreeMap::new();
        for (one, other) in same_calls(held) {
            if let Some(shared) = taught_by_the_same_calls(held[one], held[other]) {
                found.insert((one, other), Likeness::Calls(shared));
            }
        }
        if !read.is_empty() {
            for ((one, other), share) in self.near(held) {
                let paths = (held[one].path.to_owned(), held[other].path.to_owned());
                if read.contains_key(&paths) {
                    found.insert((one, other), Likeness::Read(share));
                }
            }
        }
        for (one, other) in candidates(held, &said, ALIKE) {
            if let Some(share) = say_the_same(said[one].1, said[other].1) {
                found.insert((said[one].0, said[other].0), Likeness::Words(share));
            }
        }
        found.retain(|(one, other), _| may_be_one(&held[*one].note.front, &held[*other].note.front));
        found
    }
}

/// Whether two notes may be one, whatever they say: both are followed, and the one holds wherever the other does.
fn may_be_one(one: &Front, other: &Front) -> bool {
    let scopes_fit =
        one.scope == other.scope || [&one.scope, &other.scope].iter().any(|scope| *scope == "team");
    let followed = |front: &Front| matches!(front.status, Status::Active | Status::Pinned);
    one.kind == other.kind && scopes_fit && followed(one) && followed(other)
}

/// The lines in which a note says what to do.
fn lines(note: &Note) -> Vec<&str> {
    let body = says(note).lines();
    let own = body.filter(|line| !SHARED_BY_ALL.iter().any(|start| line.starts_with(start)));
    std::iter::once(note.front.description.as_str()).chain(own).collect()
}

impl Said {
    fn of(lines: &[&str], terms: &mut Terms) -> Said {
        let mut said = Said::default();
        for line in lines {
            said.hard.extend(names(line).iter().map(|name| hash(&[name])));
            let mut last: Option<String> = None;
            for term in terms.of(line) {
                let is_telling = matches!(term, Term::Telling(_));
                let is_turning = matches!(term, Term::Turning(_));
                let (Term::Turning(word) | Term::Plain(word) | Term::Telling(word)) = term;
                let word = if NOT.contains(&word.as_str()) { "not".to_owned() } else { word };
                let number = hash(&[&word]);
                if is_turning || word.bytes().all(|byte| byte.is_ascii_digit()) {
                    said.hard.push(number);
                }
                if is_telling {
                    said.telling.push(number);
                }
                said.words.push(number);
                said.words.extend(last.map(|last| hash(&[&last, &word])));
                last = Some(word);
            }
        }
        for set in [&mut said.telling, &mut said.words] {
            set.sort_unstable();
            set.dedup();
        }
        said
    }
}

/// A number for some words, the same in every run.
fn hash(words: &[&str]) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}

/// Words that say no in one way.
const NOT: &[&str] = &["not", "never", "no", "avoid"];

/// The share of words that two notes have in common, if that makes them one.
fn say_the_same(one: &Said, other: &Said) -> Option<f64> {
    // Where each says a telling word that the other does not, one stands for the other: formatter, linter.
    let telling = shared(&one.telling, &other.telling);
    let replaced = telling < one.telling.len() && telling < other.telling.len();
    if one.hard != other.hard || replaced {
        return None;
    }
    let share = share(one, other);
    (share >= ALIKE).then_some(share)
}

/// The share of words and pairs that two notes have in common.
fn share(one: &Said, other: &Said) -> f64 {
    let shared = shared(&one.words, &other.words);
    let all = one.words.len() + other.words.len() - shared;
    shared as f64 / all.max(1) as f64
}

/// How many numbers two ascending lists have in common.
fn shared(one: &[u64], other: &[u64]) -> usize {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    let mut shared = 0;
    while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
        match a.cmp(b) {
            Ordering::Less => drop(one.next()),
            Ordering::Greater => drop(other.next()),
            Ordering::Equal => {
                shared += 1;
                one.next();
                other.next();
            }
        }
    }
    shared
}

/// Pairs that may be alike enough: the same names, and one of the rarest words in common.
/// Gives their places in `said`. `least`: the share of words that counts as enough.
fn candidates(held: &[&Held<'_>], said: &[(usize, &Said)], least: f64) -> BTreeSet<(usize, usize)> {
    let mut frequency: HashMap<u64, u32> = HashMap::new();
    for word in said.iter().flat_map(|(_, said)| &said.words) {
        *frequency.entry(*word).or_default() += 1;
    }
    let mut found = BTreeSet::new();
    let mut seen: HashMap<(Kind, &[u64], u64), Vec<usize>> = HashMap::new();
    for (at, (place, said)) in said.iter().enumerate() {
        let rarity = |word: &u64| (frequency.get(word).copied().unwrap_or(0), *word);
        let mut words: Vec<(u32, u64)> = said.words.iter().map(rarity).collect();
        words.sort_unstable();
        let enough = words.len() + 1 - (least * words.len() as f64).ceil() as usize;
        for (_, word) in words.into_iter().take(enough) {
            let key = (held[*place].note.front.kind, said.hard.as_slice(), word);
            let others = seen.entry(key).or_default();
            found.extend(others.iter().map(|other| (*other, at)));
            others.push(at);
        }
    }
    found
}

/// Pairs with a call in common.
fn same_calls(held: &[&Held<'_>]) -> BTreeSet<(usize, usize)> {
    let mut by_call: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, held) in held.iter().enumerate().filter(|(_, held)| held.note.front.kind == Kind::Mistake) {
        for call in calls(held) {
            by_call.entry(call).or_default().push(at);
        }
    }
    let mut found = BTreeSet::new();
    for notes in by_call.values() {
        for (position, one) in notes.iter().enumerate() {
            found.extend(notes.iter().skip(position + 1).map(|other| (*one, *other)));
        }
    }
    found
}

fn calls<'a>(held: &Held<'a>) -> BTreeSet<&'a str> {
    evidence_lines(held.note).filter_map(source).collect()
}

/// How many calls taught both notes, if that makes them one: two lines of one output, told as two mistakes. What they say to do
/// must not differ in any name, number or negation.
fn taught_by_the_same_calls(one: &Held<'_>, other: &Held<'_>) -> Option<usize> {
    let (calls_of_one, calls_of_other) = (calls(one), calls(other));
    let shared = calls_of_one.intersection(&calls_of_other).count();
    let fewer = calls_of_one.len().min(calls_of_other.len());
    let same_subject = one.note.front.applies_to == other.note.front.applies_to;
    let enough = shared >= LEAST_CALLS && shared as f64 >= SAME_CALLS * fewer as f64;
    (enough && same_subject && advice(one) == advice(other)).then_some(shared)
}

/// What must not differ in what a note says to do.
fn advice(held: &Held<'_>) -> Vec<u64> {
    let items: Vec<&str> = lines(held.note).into_iter().filter(|line| line.starts_with("- ")).collect();
    Said::of(&items, &mut Terms::default()).hard
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(one: &str, other: &str) -> bool {
        let said = |text: &str| Said::of(&[text], &mut Terms::default());
        say_the_same(&said(one), &said(other)).is_some()
    }

    #[test]
    fn the_same_in_slightly_other_words_is_the_same() {
        let cases = [
            ("Run all the tests before you commit to main.", "Run all tests before you commit on main."),
            (
                "Write the commit message in the imperative mood.",
                "Write commit messages in the imperative mood.",
            ),
            (
                "Before `git push`: run `git pull --rebase` first.",
                "Before `git push`: run `git pull --rebase` first!",
            ),
        ];
        for (one, other) in cases {
            assert!(alike(one, other), "{one} / {other}");
        }
    }

    #[test]
    fn numbers_negations_and_names_are_never_the_same() {
        let sentence = "Run the whole test suite before every commit to the main branch of the shop";
        let cases = [
            // Negations, and what else turns a sentence.
            (format!("{sentence}."), format!("Do not {sentence}.").replace("Run", "run")),
            (format!("{sentence}."), sentence.replace("before", "after")),
            (format!("Never {sentence}."), format!("Always {sentence}.")),
            (format!("{sentence}."), format!("{sentence} unless asked.")),
            // Numbers.
            (format!("{sentence}, 3 times."), format!("{sentence}, 4 times.")),
            (format!("{sentence}, twice with version 1.2."), format!("{sentence}, twice with version 1.3.")),
            (format!("{sentence}, two at a time."), format!("{sentence}, three at a time.")),
            // Names: paths, commands, flags, versions, quoted values, messages.
            (format!("{sentence} with `make all`."), format!("{sentence} with `make test`.")),
            (format!("{sentence} in src/a.rs."), format!("{sentence} in src/b.rs.")),
            (format!("{sentence} with --locked."), format!("{sentence} with --offline.")),
            (format!("{sentence} as “credit card”."), format!("{sentence} as “gift card”.")),
            (format!("{sentence} for Ann."), format!("{sentence} for Bea.")),
            (format!("{sentence} (else `not found`)."), format!("{sentence} (else `not ready`).")),
            // One telling word in another's place.
            (format!("{sentence} and call the linter."), format!("{sentence} and call the formatter.")),
            // The same names the other way round.
            ("Use `glorp`, not `snarf`.".to_owned(), "Use `snarf`, not `glorp`.".to_owned()),
        ];
        for (one, other) in &cases {
            assert!(!alike(one, other), "{one} / {other}");
            assert!(alike(one, one), "{one}");
        }
    }
}
