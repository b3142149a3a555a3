//! Which requests are for one job.
//!
//! Pairs that are alike are found by prefix filtering (Chaudhuri, Ganti, Kaushik: "A primitive operator for
//! similarity joins", 2006): with words ordered from telling to common, two requests that are alike enough share
//! one of the first few words of the lighter one. Groups grow from the most similar pair on; two groups become
//! one if what most members of the one have is alike to what most members of the other have.

use super::request::{is_numbered, weights};
use crate::pattern::worded::Word;
use std::collections::BTreeMap;

/// How much of the likeness the lighter request decides: 1 would call every request one job that says a part of
/// what another says, 0 would count every added detail against it.
const LIGHTER_SHARE: f64 = 0.85;

/// A set of words by rank (telling first), ascending.
type Words = Vec<u32>;

/// Groups requests (distinct and sorted) into jobs. In: each as a set of places in `words`; the share of weight from
/// which two are one, 0 to 1. Out: the groups, as places in `requests`; every place is in one of them.
pub(super) fn group(requests: &[&[Word]], words: &[String], similarity: f64) -> Vec<Vec<usize>> {
    let similarity = if similarity.is_finite() { similarity.clamp(0.05, 1.0) } else { 1.0 };
    let ranked = Ranked::of(requests, words);
    let mut pairs = ranked.alike(similarity);
    // The most similar first; requests come in a fixed order, so equal pairs do too.
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    let mut groups: Vec<Group> = (0..requests.len()).map(|place| Group::of(place, &ranked)).collect();
    let mut of: Vec<usize> = (0..requests.len()).collect();
    for (_, one, other) in pairs {
        let (Some(&one), Some(&other)) = (of.get(one), of.get(other)) else { continue };
        if one == other {
            continue;
        }
        let (small, large) =
            if groups[one].members.len() < groups[other].members.len() { (one, other) } else { (other, one) };
        if groups[small].is_one_job_with(&groups[large], &ranked, similarity) {
            let joining = std::mem::take(&mut groups[small]);
            for &member in &joining.members {
                of[member] = large;
            }
            groups[large].take_in(joining);
        }
    }
    groups.into_iter().map(|group| group.members).filter(|members| !members.is_empty()).collect()
}

/// Requests as ranks of words.
struct Ranked {
    /// What each word weighs, by rank.
    weight: Vec<f64>,
    /// Each request's words, and those that bear a digit.
    sets: Vec<(Words, Words)>,
    /// What each request's words weigh together.
    total: Vec<f64>,
}

impl Ranked {
    fn of(requests: &[&[Word]], words: &[String]) -> Ranked {
        let mut by_weight: Vec<(Word, f64)> = (0..).zip(weights(requests, words)).collect();
        by_weight.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut rank: Words = vec![0; words.len()];
        for (at, (word, _)) in (0..).zip(&by_weight) {
            rank[*word as usize] = at;
        }
        let ranks = |words: &mut dyn Iterator<Item = &Word>| -> Words {
            let mut ranks: Words = words.map(|&word| rank[word as usize]).collect();
            ranks.sort_unstable();
            ranks
        };
        let numbered: Vec<bool> = words.iter().map(|word| is_numbered(word)).collect();
        let sets = requests.iter().map(|words| {
            let with_digit = &mut words.iter().filter(|&&word| numbered[word as usize]);
            (ranks(&mut words.iter()), ranks(with_digit))
        });
        let sets: Vec<(Words, Words)> = sets.collect();
        let weight: Vec<f64> = by_weight.iter().map(|(_, weight)| *weight).collect();
        let mut ranked = Ranked { weight, sets, total: Vec::new() };
        ranked.total = ranked.sets.iter().map(|(words, _)| ranked.weigh(words)).collect();
        ranked
    }

    fn weigh(&self, words: &[u32]) -> f64 {
        words.iter().filter_map(|&word| self.weight.get(word as usize)).sum()
    }

    /// Every pair of requests that are alike enough, with how alike.
    fn alike(&self, similarity: f64) -> Vec<(f64, usize, usize)> {
        let mut having: Vec<Vec<usize>> = vec![Vec::new(); self.weight.len()];
        for (place, (words, _)) in self.sets.iter().enumerate() {
            for &word in words {
                having[word as usize].push(place);
            }
        }
        let mut pairs = Vec::new();
        let mut looked_at = vec![usize::MAX; self.sets.len()];
        for (this, (words, numbered)) in self.sets.iter().enumerate() {
            // What is shared must weigh at least this much, so that one of the words up to there is shared.
            let mut left = self.total[this];
            let shared_at_least = similarity * self.total[this];
            for &word in words {
                if left < shared_at_least {
                    break;
                }
                left -= self.weight[word as usize];
                for &other in &having[word as usize] {
                    let lighter = (self.total[this], this) < (self.total[other], other);
                    if !lighter || std::mem::replace(&mut looked_at[other], this) == this {
                        continue;
                    }
                    let (other_words, other_numbered) = &self.sets[other];
                    if !same_numbers(numbered, other_numbered, similarity) {
                        continue;
                    }
                    let alike = self.likeness((words, self.total[this]), (other_words, self.total[other]));
                    if alike >= similarity {
                        pairs.push((alike, this.min(other), this.max(other)));
                    }
                }
            }
        }
        pairs
    }

    /// Weight of the shared words over a mean of both weights that leans to the lighter one: a symmetric form of
    /// Tversky's index (Jimenez, Becerra, Gelbukh: "Softcardinality-core", 2013).
    fn likeness(&self, one: (&[u32], f64), other: (&[u32], f64)) -> f64 {
        let shared: f64 = shared(one.0, other.0).filter_map(|word| self.weight.get(word as usize)).sum();
        let of = LIGHTER_SHARE * one.1.min(other.1) + (1.0 - LIGHTER_SHARE) * one.1.max(other.1);
        if of > 0.0 { shared / of } else { 1.0 }
    }
}

/// Requests that are taken to be one job.
#[derive(Default)]
struct Group {
    members: Vec<usize>,
    /// How many members have each word.
    having: BTreeMap<u32, usize>,
    /// Every word with a digit that a member has.
    numbered: Words,
}

impl Group {
    fn of(place: usize, ranked: &Ranked) -> Group {
        let (words, numbered) = &ranked.sets[place];
        Group {
            members: vec![place],
            having: words.iter().map(|&word| (word, 1)).collect(),
            numbered: numbered.clone(),
        }
    }

    /// The words that more than half of the members have.
    fn core(&self) -> Words {
        let most = |(_, having): &(&u32, &usize)| **having * 2 > self.members.len();
        self.having.iter().filter(most).map(|(word, _)| *word).collect()
    }

    fn is_one_job_with(&self, other: &Group, ranked: &Ranked, similarity: f64) -> bool {
        let (one, two) = (self.core(), other.core());
        same_numbers(&self.numbered, &other.numbered, similarity)
            && ranked.likeness((&one, ranked.weigh(&one)), (&two, ranked.weigh(&two))) >= similarity
    }

    fn take_in(&mut self, other: Group) {
        self.members.extend(other.members);
        for (word, having) in other.having {
            *self.having.entry(word).or_default() += having;
        }
        self.numbered.extend(other.numbered);
        self.numbered.sort_unstable();
        self.numbered.dedup();
    }
}

/// Whether two requests name the same numbers, as far as both name any.
fn same_numbers(one: &[u32], other: &[u32], similarity: f64) -> bool {
    let fewer = one.len().min(other.len());
    shared(one, other).count() as f64 >= similarity * fewer as f64
}

/// What two ascending lists have in common.
fn shared<'a>(one: &'a [u32], other: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    let mut rest = other;
    one.iter().copied().filter(move |&word| {
        while let [first, later @ ..] = rest
            && *first < word
        {
            rest = later;
        }
        rest.first() == Some(&word)
    })
}
