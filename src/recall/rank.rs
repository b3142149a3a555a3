//! Which notes answer a question, and why.
//!
//! First the notes that are about an error message that the question holds. Then by BM25F (Robertson and Zaragoza, The
//! Probabilistic Relevance Framework, 2009): a word counts by how rare it is and, with diminishing returns, by how much of
//! it a note has, where the fields of a note weigh differently. The first of these are then looked at once more: a note
//! that has the words of the question beside each other is ahead of one that has them apart.

use super::index::Index;
use super::words;
use super::{Hit, message};
use crate::memory::note;
use crate::repo::Oid;
use std::collections::{BTreeMap, BTreeSet};

/// How fast more of a word stops counting.
const SATURATION: f64 = 1.2;
/// How much a note's length counts against it, 0 to 1.
const LENGTH: f64 = 0.75;
/// How many of the best notes are read.
const LOOKED_AT: usize = 30;
/// What the best pair of lines weighs beside the whole note.
const BESIDE_EACH_OTHER: f64 = 0.5;
/// Longest question that is read, bytes: a whole log.
const LONGEST_QUESTION: usize = 256 * 1024;
/// Lines of a question that an error message is looked for in.
const MOST_LINES: usize = 2000;
/// Lines of a question in which words are tried for what varies.
const LOOKED_AT_CLOSELY: usize = 50;
/// Most different words of a question that are looked up, the rarest.
const MOST_WORDS: usize = 64;

/// A word of the question, with how much it says.
struct Asked {
    word: String,
    rarity: f64,
    list: Vec<(u32, u16)>,
}

/// The best notes for a question, best first. `read` gives a note's text.
pub(super) fn best<E>(
    index: &Index,
    question: &str,
    most: usize,
    mut read: impl FnMut(Oid) -> Result<String, E>,
) -> Result<Vec<Hit>, E> {
    let question = head(question);
    let asked = asked(index, question);
    let messages = messages(index, question);
    let mut ranked = ranked(index, &asked, &messages);
    ranked.truncate(LOOKED_AT.max(most));
    let mut hits = Vec::new();
    for (is_message, score, number) in ranked {
        let Some(indexed) = index.note(number) else { continue };
        let text = read(indexed.blob)?;
        let (front, body) = note::split(&text).unwrap_or(("", &text));
        let (line, beside) = closest(body, &asked);
        let matched = asked.iter().filter(|asked| asked.list.iter().any(|(note, _)| *note == number));
        let description = note::parse(&text).map(|note| note.front.description);
        hits.push(Hit {
            note: indexed.path,
            rule: description.unwrap_or_else(|_| front.lines().next().unwrap_or_default().to_owned()),
            score: score + BESIDE_EACH_OTHER * beside,
            is_its_message: is_message,
            words: matched.map(|asked| asked.word.clone()).collect(),
            line,
        });
    }
    hits.sort_by(|a, b| {
        let by_score = b.score.total_cmp(&a.score).then_with(|| a.note.cmp(&b.note));
        b.is_its_message.cmp(&a.is_its_message).then(by_score)
    });
    hits.truncate(most);
    Ok(hits)
}

/// Every note that has something of the question, best first: whether it is about an error message in it, how much of its
/// words it has, its number.
fn ranked(index: &Index, asked: &[Asked], messages: &BTreeSet<u32>) -> Vec<(bool, f64, u32)> {
    let mean = index.mean_length().max(1.0);
    let mut scores = vec![0.0; index.notes];
    for Asked { rarity, list, .. } in asked {
        for (note, weight) in list {
            let score = rarity * saturated(f64::from(*weight), f64::from(index.length(*note)) / mean);
            scores.get_mut(*note as usize).into_iter().for_each(|sum| *sum += score);
        }
    }
    let noted = scores.into_iter().zip(0_u32..).map(|(score, note)| (messages.contains(&note), score, note));
    let mut ranked: Vec<(bool, f64, u32)> =
        noted.filter(|(is_message, score, _)| *is_message || *score > 0.0).collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    ranked
}

/// The beginning of a question that is too long to be read.
fn head(question: &str) -> &str {
    question.get(..question.floor_char_boundary(LONGEST_QUESTION)).unwrap_or(question)
}

/// The words of a question that notes have.
fn asked(index: &Index, question: &str) -> Vec<Asked> {
    let mut different = BTreeSet::new();
    words::each(question, |word| {
        different.insert(word.to_owned());
    });
    let all = index.notes as f64;
    let look_up = |word: String| {
        let list = index.having(&word);
        let having = list.len() as f64;
        let rarity = ((all - having + 0.5) / (having + 0.5)).ln_1p();
        (!list.is_empty()).then_some(Asked { word, rarity, list })
    };
    let mut asked: Vec<Asked> = different.into_iter().filter_map(look_up).collect();
    asked.sort_by(|a, b| b.rarity.total_cmp(&a.rarity).then_with(|| a.word.cmp(&b.word)));
    asked.truncate(MOST_WORDS);
    asked
}

/// The notes that are about an error message among the lines of a question.
fn messages(index: &Index, question: &str) -> BTreeSet<u32> {
    let known = |(at, line)| match at < LOOKED_AT_CLOSELY {
        true => about(index, line),
        false => message::seen(line).map(|message| index.about(message)).unwrap_or_default(),
    };
    question.lines().take(MOST_LINES).enumerate().flat_map(known).collect()
}

/// The notes that are about the error message that a line is, by their numbers.
pub(super) fn about(index: &Index, line: &str) -> Vec<u32> {
    let Some(plain) = message::seen(line) else { return Vec::new() };
    let found = index.about(plain);
    if !found.is_empty() || index.about(message::OPEN).is_empty() {
        return found;
    }
    message::with_open_places(line).into_iter().flat_map(|message| index.about(message)).collect()
}

/// How much of a word there is, with diminishing returns; `length` is relative to the mean.
fn saturated(weight: f64, length: f64) -> f64 {
    // Weights are counted in quarters.
    let frequency = weight / 4.0;
    frequency * (SATURATION + 1.0) / (frequency + SATURATION * (1.0 - LENGTH + LENGTH * length))
}

/// The line with which, and the one after it, a note is closest to the question, and how close that is.
fn closest(body: &str, asked: &[Asked]) -> (Option<String>, f64) {
    let rarity: BTreeMap<&str, f64> = asked.iter().map(|asked| (asked.word.as_str(), asked.rarity)).collect();
    let lines: Vec<&str> = body.lines().filter(|line| !line.trim().is_empty()).collect();
    let read = |line: &&str| {
        let mut counted: BTreeMap<String, u32> = BTreeMap::new();
        let mut length = 0_u32;
        words::each(line, |word| {
            length += 1;
            if rarity.contains_key(word) {
                *counted.entry(word.to_owned()).or_default() += 1;
            }
        });
        (counted, length)
    };
    let read: Vec<(BTreeMap<String, u32>, u32)> = lines.iter().map(read).collect();
    let mean = f64::from(read.iter().map(|(_, length)| length).sum::<u32>()) / (read.len().max(1)) as f64;
    let mut best: (f64, Option<usize>) = (0.0, None);
    for at in 0..read.len() {
        let pair = read.get(at..(at + 2).min(read.len())).unwrap_or_default();
        let mut together: BTreeMap<&str, u32> = BTreeMap::new();
        let mut length = 0;
        for (counted, words) in pair {
            length += words;
            counted.iter().for_each(|(word, count)| *together.entry(word).or_default() += count);
        }
        let relative = f64::from(length) / (2.0 * mean).max(1.0);
        let weigh = |(word, count): (&&str, &u32)| {
            rarity.get(word).copied().unwrap_or_default() * saturated(4.0 * f64::from(*count), relative)
        };
        let score: f64 = together.iter().map(weigh).sum();
        if score > best.0 {
            best = (score, Some(at));
        }
    }
    // Of the two, the line that has more of it is shown.
    let shown = best.1.and_then(|at| {
        let next = (at + 1 < read.len()).then_some(at + 1);
        let more = |at: &usize| read.get(*at).map_or(0, |(counted, _)| counted.len());
        [Some(at), next].into_iter().flatten().max_by_key(|at| (more(at), std::cmp::Reverse(*at)))
    });
    (shown.and_then(|at| lines.get(at)).map(|line| (*line).to_owned()), best.0)
}
