//! The words of texts as numbers.
//!
//! Miners compare the requests of all sessions by their words, every one with many others. Owns the numbering: each
//! different text is read once, and each different word has one number, so that comparing takes no look at letters.
//! Numbers are in the order of the words, whatever order the texts come in. Refuses to know what a word is: that is
//! the reader's business.

use rayon::prelude::*;
use std::collections::HashMap;

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
        let (different, of) = different(texts);
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

/// The different ones among some values, in the order of their first, and for each value which of them it is.
pub(super) fn different<T: Copy + Eq + std::hash::Hash>(values: &[T]) -> (Vec<T>, Vec<usize>) {
    let mut places: HashMap<T, usize> = HashMap::with_capacity(values.len());
    let mut different = Vec::new();
    let place_of = |value: &T| {
        *places.entry(*value).or_insert_with(|| {
            different.push(*value);
            different.len() - 1
        })
    };
    let of = values.iter().map(place_of).collect();
    (different, of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

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
