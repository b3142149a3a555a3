//! How alike two wishes are, and whether they are opposites.
//!
//! A wish is a vector: a telling word weighs by its rarity among all wishes (inverse document frequency), and
//! carries a sign. Owns the weights and the two measures; refuses to group ([`super::cluster`]).

use super::lexicon::LEXICON;
use super::wish::{Wish, is_tie};
use std::collections::{BTreeMap, BTreeSet};

/// Wishes that a small collection is treated as having besides its own, so that a word that all of a few
/// sentences share does not seem to say nothing.
const BACKGROUND: f64 = 30.0;
/// Occurrences that every word is treated as having besides its own: a slip seen once is not the rarest of all.
const SMOOTHING: f64 = 3.0;
/// What a word weighs that no other wish has and that does not look like a name: it can link nothing.
const SEEN_ONCE: f64 = 0.6;
/// What an alternative weighs that was not said but follows: who wants tabs does not want spaces.
const IMPLIED: f64 = 0.5;
/// Opposite weight per agreeing weight from which two wishes oppose each other.
const OPPOSED: f64 = 0.3;
/// Opposite weight per agreeing weight from which two wishes cannot both be had. Higher: keeping two groups
/// apart is cheap, calling them a conflict is a claim. Known alternatives count double.
const CONTRADICTING: f64 = 0.6;
/// Share of what one does not want that the other wants, from which the opposition alone decides.
const DENIED: f64 = 0.8;
/// Mean sign up to which a word is only where or when.
const BESIDE: f64 = 0.2;
/// Mean sign of a word from which a side is of one mind about it; a side that is divided was misread.
const CLEAR: f64 = 0.7;
/// Share of a middle in which a word must be said, wanted and weigh to be another one's rival.
const RIVAL: f64 = 0.4;
/// Shared likeness that is left where two wishes are about different, known aspects.
const OTHER_ASPECT: f64 = 0.4;

/// The weight of each word, and which words are each other's alternatives.
#[derive(Debug, Default)]
pub(super) struct Weights {
    collection: f64,
    frequency: BTreeMap<String, f64>,
    /// Pairs of word sets of which people said: the one, not the other. Both directions.
    pairs: Vec<Pair>,
}

/// The words of one thing, and those of another that it is to stand in the place of.
pub(super) type Pair = (BTreeSet<String>, BTreeSet<String>);

/// A wish, or the middle of several: each word's signed share, weighted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Vector(BTreeMap<String, Entry>);

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Entry {
    /// Presence, 0 to 1, times weight.
    size: f64,
    /// Mean sign, -1 to 1.
    sign: f64,
    /// Share of it that was said and does not only follow, 0 to 1.
    said: f64,
}

impl Weights {
    /// Learns the weights from distinct wishes and from the requests that a word is in (`asked`: what people work on
    /// every day tells little), and alternatives from those that people name (`replaced`: the wanted and the unwanted
    /// words of wishes that put one thing in another's place).
    pub(super) fn learn<'a>(
        wishes: impl Iterator<Item = &'a Wish>,
        asked: &BTreeMap<String, usize>,
        replaced: &[Pair],
    ) -> Weights {
        let mut weights = Weights::default();
        for wish in wishes {
            weights.collection += 1.0;
            for term in wish.terms.keys() {
                *weights.frequency.entry(term.clone()).or_default() += 1.0;
            }
        }
        for (term, frequency) in &mut weights.frequency {
            *frequency += asked.get(term).copied().unwrap_or_default() as f64;
        }
        let both_ways = replaced
            .iter()
            .flat_map(|(here, there)| [(here.clone(), there.clone()), (there.clone(), here.clone())]);
        weights.pairs = both_ways.collect::<BTreeSet<Pair>>().into_iter().collect();
        weights
    }

    /// How much this word says, shared or not.
    pub(super) fn says(&self, term: &str) -> f64 {
        let frequency = self.frequency.get(term).copied().unwrap_or_default();
        if is_tie(term) && frequency <= 1.0 {
            return 0.0;
        }
        let rarity = ((self.collection + BACKGROUND) / (frequency + SMOOTHING)).ln().max(0.2);
        rarity * LEXICON.telling(term)
    }

    /// How much sharing this word says.
    pub(super) fn of(&self, term: &str) -> f64 {
        let frequency = self.frequency.get(term).copied().unwrap_or_default();
        let named = term.contains(['_', '.', '/', '@', '-']) || term.chars().any(|c| c.is_ascii_digit());
        let alternative = || self.pairs.iter().any(|(here, _)| here.contains(term));
        let chance = frequency <= 1.0 && !named && !LEXICON.knows(term) && !alternative();
        let seen_once = if chance { SEEN_ONCE } else { 1.0 };
        self.says(term) * seen_once
    }

    /// The vector of one wish, with what follows from it.
    pub(super) fn vector(&self, wish: &Wish) -> Vector {
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for (term, &sign) in &wish.terms {
            entries.insert(term.clone(), Entry { size: self.of(term), sign: f64::from(sign), said: 1.0 });
        }
        // Who seems to want both of two alternatives tells about one of them; which one is not clear.
        for (here, there) in &self.pairs {
            if here.iter().chain(there).all(|term| wish.terms.get(term).is_some_and(|sign| *sign > 0)) {
                for term in here.iter().chain(there) {
                    entries.entry(term.clone()).and_modify(|entry| entry.sign = 0.0);
                }
            }
        }
        for (term, sign) in self.implied(wish) {
            let size = self.of(&term) * IMPLIED;
            entries.entry(term).or_insert(Entry { size, sign: f64::from(sign), said: 0.0 });
        }
        Vector(entries)
    }

    /// Alternatives that follow: of a pair the other one, with the other sign; of more than two, wanting one is
    /// not wanting the others, but not wanting one says nothing.
    fn implied(&self, wish: &Wish) -> BTreeMap<String, i8> {
        let mut implied = BTreeMap::new();
        let sign = |term: &String| wish.terms.get(term).copied().unwrap_or_default();
        for group in LEXICON.alternatives_of(wish.terms.keys()) {
            let fits = group.about.as_ref().is_none_or(|about| wish.terms.contains_key(about));
            for term in group.terms.iter().filter(|_| fits) {
                let said = sign(term);
                if said > 0 || said < 0 && group.terms.len() == 2 {
                    implied.extend(
                        group.terms.iter().filter(|t| *t != term).map(|other| (other.clone(), -said)),
                    );
                }
            }
        }
        for (here, there) in &self.pairs {
            let signs: BTreeSet<i8> = here.iter().map(sign).collect();
            let all_said = signs.len() == 1 && !signs.contains(&0);
            if all_said && there.iter().all(|term| !wish.terms.contains_key(term)) {
                let said = signs.into_iter().next().unwrap_or_default();
                implied.extend(there.iter().map(|other| (other.clone(), -said)));
            }
        }
        implied
    }
}

/// How two vectors stand to each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Likeness {
    /// 0 (nothing in common) to 1 (the same), words of opposite sign not counted.
    pub(super) same: f64,
    /// 0 to 1, whatever the signs: whether they speak of the same thing at all.
    pub(super) related: f64,
    /// They want opposite things of what they share.
    pub(super) opposed: bool,
    /// They do, and little of what they share agrees: who wants the one cannot want the other.
    pub(super) contradicts: bool,
}

impl Vector {
    /// The middle of several vectors, each counted so many times.
    pub(super) fn middle<'a>(of: impl Iterator<Item = (&'a Vector, f64)>) -> Vector {
        let mut sums: BTreeMap<String, (f64, f64, f64)> = BTreeMap::new();
        let mut total = 0.0;
        for (vector, times) in of {
            total += times;
            for (term, entry) in &vector.0 {
                let sum = sums.entry(term.clone()).or_default();
                sum.0 += entry.size * times;
                sum.1 += entry.size * entry.sign * times;
                sum.2 += entry.size * entry.said * times;
            }
        }
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let entry = |(size, signed, said): (f64, f64, f64)| Entry {
            size: share(size, total),
            sign: share(signed, size),
            said: share(said, size),
        };
        Vector(sums.into_iter().map(|(term, sum)| (term, entry(sum))).collect())
    }

    /// The cosine of two vectors, with and without regard to signs.
    pub(super) fn likeness(&self, other: &Vector) -> Likeness {
        let (mut agreeing, mut opposing, mut contradicting) = (0.0, 0.0, 0.0);
        let (mut overlap, mut both_wanted, mut both_unwanted) = (0.0, 0.0, 0.0);
        let mut clearly = false;
        // The order of the sums is that of the words, whichever of the two is looked through.
        let (fewer, more) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        for (term, a) in &fewer.0 {
            let Some(b) = more.0.get(term) else { continue };
            let product = a.size * b.size;
            overlap += product;
            if a.sign * b.sign < 0.0 {
                clearly |= a.sign.abs().min(b.sign.abs()) >= CLEAR;
                // Weak where either side is divided about it.
                opposing += product * (a.sign * b.sign).abs();
                // An alternative that only follows has half its weight, on both sides.
                let follows = a.said.min(b.said) < 0.5;
                contradicting += product * (a.sign * b.sign).abs() * if follows { 2.0 } else { 1.0 };
            } else {
                agreeing += product;
                match a.sign.min(b.sign) {
                    least if least > 0.0 => both_wanted += product * (a.sign * b.sign),
                    least if least < 0.0 => both_unwanted += product * (a.sign * b.sign),
                    _ => {}
                }
            }
        }
        // Most have nothing in common.
        if overlap == 0.0 {
            return Likeness { same: 0.0, related: 0.0, opposed: false, contradicts: false };
        }
        // `never round intermediate values`, `intermediate values must not be rounded`: where both turn down the
        // same, what else they name is under the negation in one and beside it in the other.
        if both_unwanted > opposing * 0.5 {
            agreeing += opposing;
            (opposing, contradicting) = (0.0, 0.0);
        }
        let there = self.holds_for(other, both_wanted > 0.0).min(other.holds_for(self, both_wanted > 0.0));
        (opposing, contradicting) = (opposing * there, contradicting * there);
        let denied = match (self.denied_by(other), other.denied_by(self)) {
            (Some(here), Some(there)) => here.max(there),
            (here, there) => here.or(there).unwrap_or(1.0),
        };
        let enough = if denied >= DENIED { OPPOSED } else { CONTRADICTING };
        contradicting *= denied;
        let rivals = self.rivals(other) && other.rivals(self);
        let numbers = self.other_numbers(other) || rivals;
        let length = (self.length() * other.length()).max(f64::MIN_POSITIVE);
        let other_aspect = if self.other_aspect(other) { OTHER_ASPECT } else { 1.0 };
        let opposed =
            opposing * denied.max(0.5) > OPPOSED * agreeing && opposing > 0.0 || numbers && agreeing > 0.0;
        // `yyyy-mm-dd!! how often` says in short what a long sentence says: where they share what the shorter one is
        // about, its own length counts as well.
        let shorter = if self.length() <= other.length() { self } else { other };
        let longer = if self.length() <= other.length() { other } else { self };
        let part = if shorter.is_about_what(longer) {
            agreeing / shorter.length().powi(2).max(f64::MIN_POSITIVE)
        } else {
            0.0
        };
        let same = (agreeing / length).max((agreeing / length * part.min(1.0)).sqrt());
        Likeness {
            same: if opposed { 0.0 } else { same * other_aspect },
            related: overlap / length * other_aspect,
            opposed,
            contradicts: clearly && contradicting > enough * agreeing && opposing > 0.0
                || numbers && agreeing > 0.0,
        }
    }

    /// How much of what this one does not want the other one wants, 0 to 1; `None` where it wants all it names. Of
    /// several words under one negation (`never use the latest tag`) any may be the one that is meant; that the other wants tags denies nothing.
    pub(super) fn denied_by(&self, other: &Vector) -> Option<f64> {
        let (mut unwanted, mut denied) = (0.0, 0.0);
        for (term, entry) in self.0.iter().filter(|(_, entry)| entry.sign < 0.0) {
            let weight = entry.size * entry.size * entry.said * -entry.sign;
            unwanted += weight;
            if other.0.get(term).is_some_and(|there| there.sign > 0.0) {
                denied += weight;
            }
        }
        (unwanted > 0.0).then(|| denied / unwanted)
    }

    /// How far what this one does not want is not wanted where the other one speaks of, 0 to 1: `no logic in
    /// notebooks` says nothing against logic in the package, but `no glorp in tests` does against glorp.
    /// Where they also want something in common, an unmet place decides.
    pub(super) fn holds_for(&self, other: &Vector, agree: bool) -> f64 {
        let square = |entry: &Entry| entry.size * entry.size;
        if !self.0.values().any(|entry| entry.sign < -BESIDE && entry.said > 0.5) {
            return 1.0;
        }
        let (mut places, mut met, mut shunned) = (0.0, 0.0, false);
        for (term, entry) in self.0.iter().filter(|(_, entry)| entry.sign.abs() <= BESIDE) {
            places += square(entry);
            match other.0.get(term) {
                Some(there) if there.sign >= -BESIDE => met += square(entry),
                Some(_) => shunned = true,
                None => {}
            }
        }
        // `never tune on the test split`, `tune on validation, the test split stays untouched`.
        if shunned && met == 0.0 {
            return 0.0;
        }
        let all: f64 = other.0.values().map(square).sum();
        let only_there: f64 =
            other.0.iter().filter(|(term, _)| !self.0.contains_key(*term)).map(|(_, e)| square(e)).sum();
        let only_there = if agree && met == 0.0 { all } else { only_there };
        if places > 0.0 && all > 0.0 { (met / places).max(1.0 - only_there / all) } else { 1.0 }
    }

    /// How much of what this one says the other one speaks of too, whatever it says of it, 0 to 1.
    pub(super) fn shared_with(&self, other: &Vector) -> f64 {
        let (mut all, mut shared) = (0.0, 0.0);
        for (term, entry) in &self.0 {
            let weight = entry.size * entry.size * entry.said;
            all += weight;
            shared += if other.0.contains_key(term) { weight } else { 0.0 };
        }
        if all > 0.0 { shared / all } else { 0.0 }
    }

    /// Whether the heaviest word of this one is in the other one, too.
    fn is_about_what(&self, other: &Vector) -> bool {
        let heaviest = self.0.iter().max_by(|a, b| a.1.size.total_cmp(&b.1.size).then(b.0.cmp(a.0)));
        heaviest
            .is_some_and(|(term, entry)| other.0.get(term).is_some_and(|there| there.sign * entry.sign > 0.0))
    }

    fn length(&self) -> f64 {
        self.0.values().map(|entry| entry.size * entry.size).sum::<f64>().sqrt()
    }

    /// Whether this one says, wanted, what the other one's alternative excludes. However much else the two share,
    /// nobody can have both: the more alike the rest, the surer they speak of one thing.
    fn rivals(&self, other: &Vector) -> bool {
        let largest = self.0.values().map(|entry| entry.size).fold(0.0, f64::max);
        self.0.iter().any(|(term, here)| {
            let said = here.said >= RIVAL && here.sign >= RIVAL && here.size >= largest * RIVAL;
            said && other.0.get(term).is_some_and(|there| there.said < 1.0 - RIVAL && there.sign <= -RIVAL)
        })
    }

    /// `2 spaces` and `4 spaces`: both name numbers, and none in common.
    fn other_numbers(&self, other: &Vector) -> bool {
        let numbers = |vector: &Vector| -> BTreeSet<String> {
            let wanted = vector.0.iter().filter(|(_, entry)| entry.sign > 0.0);
            wanted
                .map(|(term, _)| term)
                .filter(|term| term.bytes().all(|b| b.is_ascii_digit()))
                .cloned()
                .collect()
        };
        let (here, there) = (numbers(self), numbers(other));
        !here.is_empty() && !there.is_empty() && here.is_disjoint(&there)
    }

    /// Both name an aspect of work that the lexicon knows, and none in common.
    fn other_aspect(&self, other: &Vector) -> bool {
        let here: BTreeSet<&str> = self.aspects().collect();
        let mut there = other.aspects().peekable();
        !here.is_empty() && there.peek().is_some() && there.all(|aspect| !here.contains(aspect))
    }

    fn aspects(&self) -> impl Iterator<Item = &str> {
        let largest = self.0.values().map(|entry| entry.size).fold(0.0, f64::max);
        self.0
            .iter()
            .filter(move |(term, entry)| entry.size >= largest * 0.3 && LEXICON.has("aspect", term))
            .map(|(term, _)| term.as_str())
    }

    /// The words that make it up, the heaviest first, those under this share of the heaviest left out.
    pub(super) fn core(&self, share: f64) -> Vec<(&str, f64)> {
        let largest = self.0.values().map(|entry| entry.size).fold(0.0, f64::max);
        let mut core: Vec<(&str, &Entry)> = self
            .0
            .iter()
            .filter(|(_, entry)| entry.size >= largest * share)
            .map(|(t, e)| (t.as_str(), e))
            .collect();
        core.sort_by(|a, b| b.1.size.total_cmp(&a.1.size).then(a.0.cmp(b.0)));
        core.into_iter().map(|(term, entry)| (term, entry.sign)).collect()
    }

    /// How far a word is wanted, -1 to 1, if it is said at all.
    pub(super) fn sign(&self, term: &str) -> Option<f64> {
        self.0.get(term).filter(|entry| entry.said > 0.0).map(|entry| entry.sign)
    }

    /// The words that are said, each with its weight.
    pub(super) fn named(&self) -> Vec<(&str, f64)> {
        let said = self.0.iter().filter(|(_, entry)| entry.said > 0.0);
        said.map(|(term, entry)| (term.as_str(), entry.size)).collect()
    }

    /// All its words.
    pub(super) fn terms(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::super::wish::read;
    use super::*;

    fn compare(collection: &[&str], a: &str, b: &str) -> Likeness {
        let wishes: Vec<Wish> = collection.iter().chain([&a, &b]).map(|text| read(text, false)).collect();
        let said = wishes.iter().filter(|wish| wish.replaces).flat_map(|wish| [(wish, "a"), (wish, "b")]);
        let replaced = super::super::alternative::learn(said);
        let weights = Weights::learn(wishes.iter(), &BTreeMap::new(), &replaced);
        weights.vector(&read(a, false)).likeness(&weights.vector(&read(b, false)))
    }

    #[test]
    fn paraphrases_are_alike_and_other_wishes_are_not() {
        let alike = [
            ("always run zeta fmt before committing", "please don't commit without zeta fmt"),
            ("use pnpm", "we use pnpm rather than npm for installing dependencies"),
            ("keep commits small", "no giant commits please"),
        ];
        for (a, b) in alike {
            assert!(compare(&[], a, b).same >= 0.5, "{a} / {b}: {:?}", compare(&[], a, b));
        }
        for (a, b) in [("keep commits small", "keep functions small"), ("run zeta first", "run blorp first")]
        {
            assert!(compare(&[], a, b).same < 0.5, "{a} / {b}: {:?}", compare(&[], a, b));
        }
    }

    #[test]
    fn opposites_are_never_alike() {
        let cases = [
            ("use tabs", "don't use tabs"),
            ("use tabs", "use spaces"),
            ("glorp instead of snarf", "snarf instead of glorp"),
            ("use 2 spaces", "use 4 spaces"),
            ("short commit messages please", "write detailed commit messages"),
        ];
        for (a, b) in cases {
            let likeness = compare(&[], a, b);
            assert!(
                likeness.opposed && likeness.same == 0.0 && likeness.related >= 0.5,
                "{a} / {b}: {likeness:?}"
            );
        }
        let learnt = compare(&["glorp, not snarf"], "use glorp", "use snarf");
        assert!(learnt.opposed, "{learnt:?}");
    }
}
