//! The exam's own random numbers: one seed, one world, on every machine.
//!
//! Owns a splitmix64 generator (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
//! OOPSLA 2014) and the few draws that the generator needs. Refuses clocks, hashes of addresses and any
//! other source that would make two runs differ.

/// A stream of random numbers that depends on its seed alone.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// The stream of this seed.
    pub(crate) fn new(seed: u64) -> Random {
        let mut random = Random { state: seed ^ 0x6a09_e667_f3bc_c908 };
        // Neighbouring seeds differ in few bits; the first numbers would be visibly related.
        random.next();
        random.next();
        random
    }

    /// An independent stream for one part of the world, so that a change in one part leaves the others alone.
    pub(crate) fn fork(&self, part: &str) -> Random {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in part.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Random::new(self.state ^ hash)
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when `end` is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        (self.next() >> 11) as f64 / ((1_u64 << 53) as f64) < probability
    }

    /// One of these. The list must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Puts the list into a random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }

    /// `count` different numbers below `end`, in random order; all of them when there are fewer.
    pub(crate) fn sample(&mut self, end: usize, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..end).collect();
        self.shuffle(&mut all);
        all.truncate(count);
        all
    }

    /// `count` characters drawn from this ASCII alphabet.
    pub(crate) fn text(&mut self, alphabet: &str, count: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..count).map(|_| char::from(*self.pick(letters))).collect()
    }

    /// `count` lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, count: usize) -> String {
        self.text("0123456789abcdef", count)
    }

    /// A version 4 UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let variant = self.text("89ab", 1);
        format!("{}-{}-4{}-{variant}{}-{}", self.hex(8), self.hex(4), self.hex(3), self.hex(3), self.hex(12))
    }

    /// A word that no dictionary has and a person could say: two or three syllables.
    pub(crate) fn invented_word(&mut self) -> String {
        const STARTS: [&str; 20] = [
            "b", "br", "d", "dr", "f", "g", "gl", "k", "kr", "l", "m", "n", "p", "pl", "qu", "s", "t", "tr",
            "v", "z",
        ];
        const MIDDLES: [&str; 9] = ["a", "e", "i", "o", "u", "ae", "ou", "ee", "y"];
        const ENDS: [&str; 12] = ["", "", "l", "n", "r", "x", "m", "sk", "nt", "rb", "th", "p"];
        let syllables = self.between(2, 3);
        (0..syllables)
            .map(|_| format!("{}{}{}", self.pick(&STARTS), self.pick(&MIDDLES), self.pick(&ENDS)))
            .collect()
    }
}
