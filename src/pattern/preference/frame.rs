//! Whether people fill one place of the same sentence with different things.
//!
//! `names should be snake case always`, `names should be camel case always`: what is said around the place names what
//! both speak of, so each excludes the other although no dictionary knows them as opposites. Owns the comparison
//! of two clauses, and what a whole collection of them shows to be rivals; refuses frames that several things fill at a
//! time (`run … before the merge`), and things that one person wants both of.

use super::alternative::{TAKES_SEVERAL, is_quiet, term};
use super::lexicon::LEXICON;
use super::likeness::Pair;
use crate::digest::remark::word::words;
use crate::pattern::memo::{Reading, remembered};
use std::collections::{BTreeMap, BTreeSet};

/// Most words in the place; more are a sentence of their own.
const LONGEST_FILLING: usize = 4;
/// Least words around the place: fewer are how everybody speaks (`tests should …`).
const SHORTEST_FRAME: usize = 4;
/// Least words around the place where people and repetition speak for it, too.
const SHORTEST_OPEN_FRAME: usize = 2;
/// Longest clause that is compared, words.
const LONGEST_CLAUSE: usize = 16;
/// Sessions that must say what fills the place.
const SESSIONS: usize = 2;
/// Share of the sessions that speak of what stands around the place in which one of the two is said: where it is
/// small, people ask for many things about it, and two of them need not exclude each other.
const COVERED: f64 = 0.6;
/// Sentences in which both stand that are enough by themselves.
const FRAMES: usize = 2;
/// A word that more clauses than this have does not bring two of them together.
const COMMONEST: usize = 100;

/// The words of a wording, marks left out.
pub(super) fn spoken(text: &str) -> Vec<String> {
    let spoken = || words(text).into_iter().filter(|word| !word.is_mark()).map(|word| word.text).collect();
    remembered(Reading::Spoken, text, spoken)
}

/// The first clause of a wording, which says what is wanted; reasons follow after a mark.
pub(super) fn clause(text: &str) -> Vec<String> {
    let clause =
        || words(text).into_iter().take_while(|word| !word.is_mark()).map(|word| word.text).collect();
    remembered(Reading::Clause, text, clause)
}

/// Whether two clauses are the same around one place, name something there, and have nothing in common in it.
pub(super) fn differ_in_one_place(a: &[String], b: &[String]) -> bool {
    // A place in the middle has a frame on both sides of it; else any two sentences about a thing would fit.
    place(a, b).is_some_and(|place| {
        place.closed && place.around.len() >= SHORTEST_FRAME && place.around.iter().any(|word| names(word))
    })
}

/// One place of a sentence, filled twice.
struct Place {
    /// The words around it.
    around: Vec<String>,
    /// Whether words stand on both sides of it.
    closed: bool,
    /// The terms that fill it.
    fillings: (BTreeSet<String>, BTreeSet<String>),
}

/// The one place in which two clauses differ, if something telling stands around it and different things in it.
fn place(a: &[String], b: &[String]) -> Option<Place> {
    let shorter = a.len().min(b.len());
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count().min(shorter - start);
    let around: Vec<String> = a.iter().take(start).chain(a.iter().rev().take(end)).cloned().collect();
    let several = around.iter().any(|word| TAKES_SEVERAL.contains(&word.as_str()));
    // What a sentence begins with is what it speaks of: `drivers go into folders`, `tests go into folders`.
    if several || start == 0 || !around.iter().any(|word| !is_quiet(word)) {
        return None;
    }
    let filling = |of: &[String]| -> Option<BTreeSet<String>> {
        let place = of.get(start..of.len() - end)?;
        let named: BTreeSet<String> =
            place.iter().filter(|word| fills(word)).map(|word| term(word)).collect();
        (place.len() <= LONGEST_FILLING && !named.is_empty()).then_some(named)
    };
    let fillings = (filling(a)?, filling(b)?);
    fillings.0.is_disjoint(&fillings.1).then_some(Place { around, closed: end > 0, fillings })
}

fn names(word: &str) -> bool {
    !is_quiet(word) && LEXICON.telling(&term(word)) > 0.99
}

/// Whether two clauses are word for word the same but for one place, whatever stands in it: `keep y up in exports`,
/// `keep z up in exports`. Nobody may take the one for support of the other.
pub(super) fn differ_in_a_word(a: &[String], b: &[String]) -> bool {
    const SAYS_NOTHING: &[&str] = &[
        "a", "an", "the", "this", "these", "our", "your", "my", "all", "each", "every", "any", "please",
        "we", "you", "i",
    ];
    let shorter = a.len().min(b.len());
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count().min(shorter - start);
    let around = || a.iter().take(start).chain(a.iter().rev().take(end));
    let filling = |of: &[String]| -> Vec<String> {
        let place = of.get(start..of.len() - end).unwrap_or_default();
        place.iter().filter(|word| !SAYS_NOTHING.contains(&word.as_str())).map(|word| term(word)).collect()
    };
    let (here, there) = (filling(a), filling(b));
    let short = |filling: &[String]| (1..=2).contains(&filling.len());
    let several = around().any(|word| TAKES_SEVERAL.contains(&word.as_str()));
    // What a sentence begins with may be what it speaks of; opposites say what is to be done with it.
    let opposite =
        matches!((here.as_slice(), there.as_slice()), ([one], [other]) if LEXICON.exclude(one, other));
    (start > 0 || opposite)
        && start + end > SHORTEST_OPEN_FRAME
        && around().any(|word| names(word))
        && !several
        && short(&here)
        && short(&there)
        && here.iter().all(|word| !there.contains(word))
}

/// What may fill a place is less telling than what makes it one: `links in a new tab`, `links in the same tab`.
fn fills(word: &str) -> bool {
    !is_quiet(word) && LEXICON.telling(&term(word)) > 0.5
}

/// Every sentence that known people said, and who said it.
pub(super) type Told<'a> = BTreeMap<&'a str, Voices<'a>>;

/// Who says something.
#[derive(Clone, Default)]
pub(super) struct Voices<'a> {
    /// By name.
    pub(super) people: BTreeSet<&'a str>,
    /// In these independent sessions.
    pub(super) roots: BTreeSet<&'a str>,
}

impl<'a> Voices<'a> {
    /// One more who says it, in this independent session.
    pub(super) fn hear(&mut self, person: &'a str, root: &'a str) {
        self.people.insert(person);
        self.roots.insert(root);
    }

    /// All of these say it, too.
    pub(super) fn add(&mut self, other: &Voices<'a>) {
        self.people.extend(&other.people);
        self.roots.extend(&other.roots);
    }
}

/// What different people put into one place of the same sentence, again and again, and nobody both of.
pub(super) fn rivals(said: &Told<'_>) -> Vec<Pair> {
    let mut clauses: BTreeMap<Vec<String>, Voices<'_>> = BTreeMap::new();
    for (text, voices) in said {
        clauses.entry(clause(text)).or_default().add(voices);
    }
    let sentences = Sentences::of(said);
    let clauses: Vec<(Vec<String>, Voices<'_>)> = clauses
        .into_iter()
        .filter(|(clause, _)| (SHORTEST_OPEN_FRAME + 1..=LONGEST_CLAUSE).contains(&clause.len()))
        .collect();
    let mut found: BTreeMap<Pair, Evidence> = BTreeMap::new();
    for (a, b) in sharing_a_word(&clauses) {
        let ((here, voices_here), (there, voices_there)) = (&clauses[a], &clauses[b]);
        if voices_here.people.is_disjoint(&voices_there.people)
            && let Some(place) = place(here, there)
            && place.around.len() >= SHORTEST_OPEN_FRAME
        {
            let Some((pair, covered)) = as_rivals(&place, &sentences) else { continue };
            let evidence = found.entry(pair).or_default();
            evidence.frames.insert(place.around);
            evidence.covered |= covered;
        }
    }
    let enough = |evidence: &Evidence| {
        evidence.covered
            || evidence.frames.len() >= FRAMES
                && evidence.frames.iter().any(|frame| frame.len() > SHORTEST_OPEN_FRAME)
    };
    found.into_iter().filter(|(_, evidence)| enough(evidence)).map(|(pair, _)| pair).collect()
}

/// Who says which sentence, and which sentences have which term.
struct Sentences<'a> {
    voices: Vec<&'a Voices<'a>>,
    having: BTreeMap<String, BTreeSet<usize>>,
}

impl<'a> Sentences<'a> {
    fn of(said: &'a Told<'a>) -> Sentences<'a> {
        let mut having: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (at, text) in said.keys().enumerate() {
            for word in spoken(text).iter().filter(|word| !is_quiet(word)) {
                having.entry(term(word)).or_default().insert(at);
            }
        }
        Sentences { voices: said.values().collect(), having }
    }

    fn with_any(&self, terms: &BTreeSet<String>) -> BTreeSet<usize> {
        terms.iter().filter_map(|term| self.having.get(term)).flatten().copied().collect()
    }

    fn voices<'b>(&self, of: impl Iterator<Item = &'b usize>) -> Voices<'a> {
        let mut all = Voices::default();
        of.filter_map(|&at| self.voices.get(at)).for_each(|voices| all.add(voices));
        all
    }
}

/// What speaks for two fillings being rivals.
#[derive(Default)]
struct Evidence {
    /// Sentences in which both stand, each without them.
    frames: BTreeSet<Vec<String>>,
    /// Whether most who speak of what stands around them say one of the two.
    covered: bool,
}

/// Pairs of clauses that have a word in common that names something.
fn sharing_a_word(clauses: &[(Vec<String>, Voices<'_>)]) -> BTreeSet<(usize, usize)> {
    let mut having: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (at, (clause, _)) in clauses.iter().enumerate() {
        for word in clause.iter().filter(|word| !is_quiet(word)) {
            having.entry(word).or_default().insert(at);
        }
    }
    let mut pairs = BTreeSet::new();
    for at in having.values().filter(|at| at.len() <= COMMONEST) {
        let at: Vec<usize> = at.iter().copied().collect();
        for (position, &a) in at.iter().enumerate() {
            pairs.extend(at[position + 1..].iter().map(|&b| (a, b)));
        }
    }
    pairs
}

/// The parts of two fillings that are said again and again of what stands around the place, if nobody says both, the
/// lesser one first; and whether most who speak of it say one of the two.
fn as_rivals(place: &Place, sentences: &Sentences<'_>) -> Option<(Pair, bool)> {
    let topic = |tells: fn(&str) -> bool| -> BTreeSet<String> {
        place.around.iter().filter(|word| tells(word)).map(|word| term(word)).collect()
    };
    let (named, spoken) = (topic(names), topic(|word| !is_quiet(word)));
    let named_at_all = !named.is_empty();
    let topic = if named_at_all { named } else { spoken };
    let about = sentences.with_any(&topic);
    let voices = |of: &BTreeSet<String>| sentences.voices(about.intersection(&sentences.with_any(of)));
    let recurring = |of: &BTreeSet<String>| -> BTreeSet<String> {
        let often = |term: &&String| voices(&BTreeSet::from([(*term).clone()])).roots.len() >= SESSIONS;
        of.iter().filter(often).cloned().collect()
    };
    let (here, there) = (recurring(&place.fillings.0), recurring(&place.fillings.1));
    if here.is_empty() || there.is_empty() {
        return None;
    }
    let (voices_here, voices_there) = (voices(&here), voices(&there));
    let all = sentences.voices(about.iter());
    let either = voices_here.roots.union(&voices_there.roots).count() as f64;
    let apart = voices_here.people.is_disjoint(&voices_there.people);
    let covered = named_at_all && either >= COVERED * all.roots.len() as f64;
    let pair = if here <= there { (here, there) } else { (there, here) };
    apart.then_some((pair, covered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_one_thing_fills_is_filled_twice() {
        let differ = |a: &str, b: &str| differ_in_one_place(&clause(a), &clause(b));
        assert!(differ(
            "Gorps should be blue wax always.",
            "Gorps should be carrying the zindle always, wax melts."
        ));
        assert!(differ("Please put zindle in every gorp.", "Please put blue wax in every gorp."));
        assert!(!differ("name tests as sentences", "run tests before commit"));
        assert!(!differ("always run zindle before the gorp", "always run wax before the gorp"));
        assert!(!differ("we like zindle here", "we like wax here"));
        assert!(!differ("Gorps should be always", "Gorps should be red wax always"));
        assert!(!differ("", "gorps"));
    }
}
