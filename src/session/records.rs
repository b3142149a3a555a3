//! A transcript's bytes as records, in bounded memory whatever the input.
//!
//! Decodes what is compressed or in UTF-16, hashes all that it reads, and cuts it into lines, into the elements
//! of an array, or leaves it one document. A record longer than the bound is passed over without being held.
//! Refuses to look into a record.

use memchr::{memchr, memchr2};
use std::io::{self, Read};

/// How much is read at once, bytes.
const CHUNK: usize = 256 * 1024;

/// A buffer larger than this is given back once the long record that needed it is gone, bytes.
const LARGE: usize = 4 * 1024 * 1024;

/// How a file is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// One record a line.
    Lines,
    /// One record a line, with its white space, and empty lines too.
    Text,
    /// One record an element of the outermost array.
    Elements,
    /// All of it.
    Document,
}

/// The next thing in the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next<'a> {
    /// A record, and whether its end was seen: the last line of a file that is still written has none.
    Record { bytes: &'a [u8], number: u64, ended: bool },
    /// A record that was too long to be held.
    TooLong { number: u64 },
    /// Nothing more.
    End,
}

/// Reads records.
pub(crate) struct Records<R> {
    inner: R,
    /// Read bytes up to `filled`, then room. The room is not cleared again for every chunk.
    buffer: Vec<u8>,
    filled: usize,
    /// The first byte not given away yet.
    start: usize,
    /// Where the search for the record's end goes on.
    looked: usize,
    at_end: bool,
    hasher: blake3::Hasher,
    number: u64,
    longest: usize,
    elements: Elements,
}

impl<R: Read> Records<R> {
    /// Reads from here; `longest` is the most bytes that one record may have.
    pub(crate) fn new(inner: R, longest: usize) -> Records<R> {
        Records {
            inner,
            buffer: Vec::new(),
            filled: 0,
            start: 0,
            looked: 0,
            at_end: false,
            hasher: blake3::Hasher::new(),
            number: 0,
            longest: longest.max(1),
            elements: Elements::default(),
        }
    }

    /// The first bytes of the file, at least so many if there are as many, without taking them.
    pub(crate) fn peek(&mut self, bytes: usize) -> io::Result<&[u8]> {
        while self.filled - self.start < bytes && !self.at_end {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.filled])
    }

    /// The next record. Empty ones are passed over, but counted.
    pub(crate) fn next(&mut self, cut: Cut) -> io::Result<Next<'_>> {
        loop {
            let mut too_long = false;
            let end = loop {
                if let Some(end) = self.find_end(cut) {
                    break Some(end);
                }
                self.looked = self.filled;
                if self.filled - self.start > self.longest {
                    too_long = true;
                    self.start = self.filled;
                }
                if self.at_end {
                    break None;
                }
                self.fill()?;
            };
            let from = self.start;
            let to = end.unwrap_or(self.filled);
            if end.is_none() && from == to && !too_long {
                return Ok(Next::End);
            }
            self.number += 1;
            self.start = end.map_or(to, |end| end + 1);
            self.looked = self.start;
            let number = self.number;
            if too_long || to - from > self.longest {
                return Ok(Next::TooLong { number });
            }
            if cut == Cut::Text {
                return Ok(Next::Record { bytes: &self.buffer[from..to], number, ended: true });
            }
            if !self.buffer[from..to].trim_ascii().is_empty() {
                let ended = end.is_some() || cut == Cut::Document;
                return Ok(Next::Record { bytes: self.buffer[from..to].trim_ascii(), number, ended });
            }
            if cut == Cut::Elements {
                // What stands before the first element is no element.
                self.number -= 1;
            }
        }
    }

    /// The hash of all bytes read so far; of the file, once [`Next::End`] was seen.
    pub(crate) fn hash(&self) -> blake3::Hash {
        self.hasher.finalize()
    }

    fn find_end(&mut self, cut: Cut) -> Option<usize> {
        let unseen = &self.buffer[self.looked..self.filled];
        let found = match cut {
            Cut::Lines | Cut::Text => memchr(b'\n', unseen),
            Cut::Elements => self.elements.find_end(unseen),
            Cut::Document => None,
        };
        found.map(|distance| self.looked + distance)
    }

    /// Reads on, until whole chunks are full: an even pace is what the hash is fastest with.
    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 && (self.start == self.filled || self.start >= CHUNK) {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.looked -= self.start;
            self.start = 0;
            if self.buffer.len() > LARGE && self.filled < CHUNK {
                self.buffer.truncate(LARGE);
                self.buffer.shrink_to(LARGE);
            }
        }
        let old = self.filled;
        // A long record doubles the room, so that it is looked at in few pieces, but never beyond its bound.
        let held = old - self.start;
        let room = held.min(self.longest.saturating_sub(held)).max(1).next_multiple_of(CHUNK);
        if self.buffer.len() < old + room {
            self.buffer.reserve_exact(old + room - self.buffer.len());
            self.buffer.resize(old + room, 0);
        }
        let end = old + room;
        while self.filled < end && !self.at_end {
            match self.inner.read(&mut self.buffer[self.filled..end]) {
                Ok(got) => {
                    self.filled += got;
                    self.at_end = got == 0;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.at_end = true;
                    self.hasher.update(&self.buffer[old..self.filled]);
                    return Err(error);
                }
            }
        }
        self.hasher.update(&self.buffer[old..self.filled]);
        Ok(())
    }
}

/// Finds the commas between the elements of the outermost array, over any number of chunks.
#[derive(Debug, Default)]
struct Elements {
    depth: u64,
    in_string: bool,
    escaped: bool,
}

impl Elements {
    /// Where the piece before an outermost bracket or comma ends; the search goes on behind it.
    fn find_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.escaped {
                self.escaped = false;
                at += 1;
            } else if self.in_string {
                at += memchr2(b'"', b'\\', &bytes[at..])?;
                self.escaped = bytes[at] == b'\\';
                self.in_string = self.escaped;
                at += 1;
            } else {
                match bytes[at] {
                    b'"' => self.in_string = true,
                    b'[' | b'{' => {
                        self.depth += 1;
                        if self.depth == 1 {
                            return Some(at);
                        }
                    }
                    b']' | b'}' => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return Some(at);
                        }
                    }
                    b',' if self.depth == 1 => return Some(at),
                    _ => {}
                }
                at += 1;
            }
        }
        None
    }
}

/// Gives UTF-16 as UTF-8. Unpaired surrogates become U+FFFD.
pub(crate) struct Utf16<R> {
    inner: R,
    big_endian: bool,
    raw: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
}

impl<R: Read> Utf16<R> {
    /// Reads UTF-16 of this byte order.
    pub(crate) fn new(inner: R, big_endian: bool) -> Utf16<R> {
        Utf16 { inner, big_endian, raw: Vec::new(), ready: Vec::new(), given: 0 }
    }

    fn refill(&mut self) -> io::Result<()> {
        let kept = self.raw.len();
        self.raw.resize(kept + 16 * 1024, 0);
        let got = self.inner.read(&mut self.raw[kept..])?;
        self.raw.truncate(kept + got);
        let mut whole = self.raw.len() & !1;
        let unit = |pair: &[u8]| {
            let pair = [pair[0], pair[1]];
            if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        };
        // Half a surrogate pair at the end waits for the other half.
        let splits = whole >= 2 && got > 0 && (0xD800..0xDC00).contains(&unit(&self.raw[whole - 2..whole]));
        whole -= if splits { 2 } else { 0 };
        let units = self.raw[..whole].chunks_exact(2).map(unit);
        let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        self.ready = text.collect::<String>().into_bytes();
        self.given = 0;
        self.raw.drain(..whole);
        if got == 0 {
            self.raw.clear();
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.refill()?;
            while self.ready.is_empty() && !self.raw.is_empty() {
                self.refill()?;
            }
        }
        let count = (self.ready.len() - self.given).min(out.len());
        out[..count].copy_from_slice(&self.ready[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives one byte a read: the worst that a source may do.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(out.len()).min(1);
            out[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn all(bytes: &[u8], longest: usize, cut: Cut) -> Vec<String> {
        let mut records = Records::new(Slow(bytes), longest);
        let mut seen = Vec::new();
        loop {
            match records.next(cut).unwrap() {
                Next::Record { bytes, number, ended } => {
                    let open = if ended { "" } else { "…" };
                    seen.push(format!("{number}:{}{open}", String::from_utf8_lossy(bytes)));
                }
                Next::TooLong { number } => seen.push(format!("{number}: too long")),
                Next::End => {
                    assert_eq!(records.hash(), blake3::hash(bytes));
                    return seen;
                }
            }
        }
    }

    #[test]
    fn cuts_lines_and_passes_over_long_ones() {
        assert_eq!(all(b"a\r\n\nbb\nccccccccc\nd", 4, Cut::Lines), ["1:a", "3:bb", "4: too long", "5:d…"]);
        assert_eq!(all(b"", 4, Cut::Lines), Vec::<String>::new());
        assert_eq!(all(b"longer than four", 4, Cut::Lines), ["1: too long"]);
    }

    #[test]
    fn cuts_the_elements_of_an_array() {
        let array = br#" [ {"a":"],\"["} , [1,2],3 ,"x"]"#;
        assert_eq!(all(array, 99, Cut::Elements), [r#"1:{"a":"],\"["}"#, "2:[1,2]", "3:3", r#"4:"x""#]);
        assert_eq!(all(b"[{\"a\":1},{\"b", 99, Cut::Elements), ["1:{\"a\":1}", "2:{\"b…"]);
    }

    #[test]
    fn a_gigabyte_on_one_line_is_not_held() {
        let endless = io::repeat(b'x').take(200 * 1024 * 1024);
        let mut records = Records::new(endless, 1024 * 1024);
        assert_eq!(records.next(Cut::Lines).unwrap(), Next::TooLong { number: 1 });
        assert!(records.buffer.capacity() < 8 * 1024 * 1024, "{}", records.buffer.capacity());
    }

    proptest! {
        #[test]
        fn utf16_is_decoded_whole(text in any::<String>(), big_endian in any::<bool>()) {
            let bytes = text.encode_utf16().flat_map(|unit| {
                if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }
            }).collect::<Vec<u8>>();
            let mut decoded = String::new();
            Utf16::new(Slow(&bytes), big_endian).read_to_string(&mut decoded).unwrap();
            prop_assert_eq!(decoded, text);
        }
    }
}
