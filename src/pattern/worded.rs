//! The words of texts as numbers.
//!
//! Miners compare the requests of all sessions by their words, every one with many others. Owns the numbering: each
//! different text is read once, and each different word has one number, so that comparing takes no look at letters.
//! Numbers are in the order of the words, whatever order the texts come in. Refuses to know what a word is: that is
//! the reader's business.

use rayon::prelude::*;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A word, as a place in [`Worded::words`].
pub(super) type Word = u32;

/// Texts that one thread reads at a time.
const AT_ONCE: usize = 32;

/// The words of some texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Worded {
    /// Every word there is, sorted.
    pub(super) words: Vec<String>,
    /// The words of each different text, ascending, each once.
    sets: Vec<Vec<Word>>,
    /// Which of the sets each text has.
    of: Vec<usize>,
}

impl Worded {
    /// Reads texts with what gives the words of one.
    pub(super) fn of<W>(texts: &[&str], read: impl Fn(&str) -> W + Sync) -> Worded
    where
        W: IntoIterator<Item = String> + Send,
    {
        let (different, of) = different(texts, |text| text);
        let read: Vec<W> = different.par_iter().with_min_len(AT_ONCE).map(|text| read(text)).collect();
        let mut numbers: HashMap<String, Word> = HashMap::new();
        let mut number = |word: String| {
            let next = numbers.len() as Word;
            *numbers.entry(word).or_insert(next)
        };
        let mut sets: Vec<Vec<Word>> =
            read.into_iter().map(|words| words.into_iter().map(&mut number).collect()).collect();
        let mut words: Vec<(String, Word)> = numbers.into_iter().collect();
        words.sort_unstable();
        let mut place: Vec<Word> = vec![0; words.len()];
        for (at, (_, number)) in (0..).zip(&words) {
            place[*number as usize] = at;
        }
        for set in &mut sets {
            set.iter_mut().for_each(|number| *number = place[*number as usize]);
            set.sort_unstable();
            set.dedup();
        }
        Worded { words: words.into_iter().map(|(word, _)| word).collect(), sets, of }
    }

    /// The words of a text, ascending, each once; none for a text that was not among those read.
    pub(super) fn set(&self, text: usize) -> &[Word] {
        self.of.get(text).and_then(|&set| self.sets.get(set)).map_or(&[], Vec::as_slice)
    }

    /// The words of every text, in the texts' order.
    pub(super) fn each(&self) -> impl Iterator<Item = &[Word]> {
        (0..self.of.len()).map(|text| self.set(text))
    }

    /// The number of a word, if any text has it.
    pub(super) fn number(&self, word: &str) -> Option<Word> {
        self.words.binary_search_by(|known| known.as_str().cmp(word)).ok().map(|at| at as Word)
    }
}

/// The different ones among some values, which are what their texts are: in the order of their first, and for each
/// value which of them it is.
///
/// Digests that say the same mostly share the memory of it: a text that lies where one lay before is not read again.
pub(super) fn different<'t, T: Copy>(values: &[T], text: impl Fn(T) -> &'t str) -> (Vec<T>, Vec<usize>) {
    let mut by_address: HashMap<(usize, usize), usize, BuildHasherDefault<Address>> =
        HashMap::with_capacity_and_hasher(values.len() / SHARED, BuildHasherDefault::default());
    let mut by_text: HashMap<&str, usize> = HashMap::new();
    let mut different = Vec::new();
    let mut place_of = |value: &T| {
        let text = text(*value);
        *by_address.entry((text.as_ptr().addr(), text.len())).or_insert_with(|| {
            *by_text.entry(text).or_insert_with(|| {
                different.push(*value);
                different.len() - 1
            })
        })
    };
    let of = values.iter().map(&mut place_of).collect();
    (different, of)
}

/// How many values mostly share a text. Only a guess at the room that texts take.
const SHARED: usize = 4;

/// Spreads where texts lie; who writes a text has no say in that.
#[derive(Default)]
struct Address(u64);

impl Hasher for Address {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_usize(usize::from(*byte)));
    }

    fn write_usize(&mut self, part: usize) {
        self.0 = (self.0.rotate_left(5) ^ part as u64).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn equal_texts_are_one_wherever_they_lie() {
        let elsewhere = String::from("oak");
        let values = ["oak", "elm", &elsewhere, "", "elm"];
        assert_eq!(different(&values, |text| text), (vec!["oak", "elm", ""], vec![0, 1, 0, 2, 1]));
        // A part that begins where the whole does is another text.
        assert_eq!(different(&[&values[1][..2], values[1]], |text| text).1, [0, 1]);
    }

    #[test]
    fn numbers_are_in_the_order_of_words_and_a_text_is_read_once() {
        let read = AtomicUsize::new(0);
        let words = |text: &str| {
            read.fetch_add(1, Ordering::Relaxed);
            text.split(' ').map(str::to_owned).collect::<Vec<_>>()
        };
        let worded = Worded::of(&["oak elm oak", "elm ash", "oak elm oak"], words);
        assert_eq!(worded.words, ["ash", "elm", "oak"]);
        assert_eq!(
            [worded.set(0), worded.set(1), worded.set(2), worded.set(3)],
            [&[1, 2][..], &[0, 1], &[1, 2], &[]]
        );
        assert_eq!((worded.number("oak"), worded.number("fir")), (Some(2), None));
        assert_eq!(read.load(Ordering::Relaxed), 2);
    }
}
