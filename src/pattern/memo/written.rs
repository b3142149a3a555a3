//! Readings as bytes.
//!
//! Numbers are little-endian base-128 varints, a text or a list is its length and then its parts, and what may be
//! absent has a byte before it that says so. Owns the forms of plain values; a reading's own form stands beside its
//! type. Refuses to guess: bytes that do not fit give nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A value that can be written to bytes and read back.
pub(crate) trait Written: Sized {
    /// Appends the value.
    fn write(&self, out: &mut Vec<u8>);

    /// Takes a value from the front; `None` where there is none.
    fn read(from: &mut &[u8]) -> Option<Self>;
}

/// The value that these bytes are, all of them.
pub(in crate::pattern) fn read_whole<T: Written>(mut bytes: &[u8]) -> Option<T> {
    let value = T::read(&mut bytes)?;
    bytes.is_empty().then_some(value)
}

impl Written for u8 {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn read(from: &mut &[u8]) -> Option<u8> {
        let (first, rest) = from.split_first()?;
        *from = rest;
        Some(*first)
    }
}

impl Written for i8 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn read(from: &mut &[u8]) -> Option<i8> {
        Some(i8::from_le_bytes([u8::read(from)?]))
    }
}

impl Written for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(from: &mut &[u8]) -> Option<bool> {
        match u8::read(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Written for usize {
    fn write(&self, out: &mut Vec<u8>) {
        let mut left = *self;
        while left >= 0x80 {
            out.push(left as u8 | 0x80);
            left >>= 7;
        }
        out.push(left as u8);
    }

    fn read(from: &mut &[u8]) -> Option<usize> {
        let mut value = 0_usize;
        for place in 0..usize::BITS.div_ceil(7) {
            let byte = u8::read(from)?;
            value |= usize::from(byte & 0x7f).checked_shl(place * 7)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

impl Written for String {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn read(from: &mut &[u8]) -> Option<String> {
        let length = usize::read(from)?;
        let (text, rest) = from.split_at_checked(length)?;
        *from = rest;
        Some(std::str::from_utf8(text).ok()?.to_owned())
    }
}

impl<T: Written> Written for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Option<T>> {
        if bool::read(from)? { T::read(from).map(Some) } else { Some(None) }
    }
}

impl Written for Range<usize> {
    fn write(&self, out: &mut Vec<u8>) {
        self.start.write(out);
        self.end.write(out);
    }

    fn read(from: &mut &[u8]) -> Option<Range<usize>> {
        Some(usize::read(from)?..usize::read(from)?)
    }
}

impl<K: Written, V: Written> Written for (K, V) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(from: &mut &[u8]) -> Option<(K, V)> {
        Some((K::read(from)?, V::read(from)?))
    }
}

impl<T: Written> Written for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        self.iter().for_each(|value| value.write(out));
    }

    fn read(from: &mut &[u8]) -> Option<Vec<T>> {
        let length = usize::read(from)?;
        // Every value takes a byte at least: a length that promises more is not believed.
        let mut values = Vec::with_capacity(length.min(from.len()));
        for _ in 0..length {
            values.push(T::read(from)?);
        }
        Some(values)
    }
}

impl<T: Written + Ord> Written for BTreeSet<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        self.iter().for_each(|value| value.write(out));
    }

    fn read(from: &mut &[u8]) -> Option<BTreeSet<T>> {
        Some(Vec::read(from)?.into_iter().collect())
    }
}

impl<K: Written + Ord, V: Written> Written for BTreeMap<K, V> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        for (key, value) in self {
            key.write(out);
            value.write(out);
        }
    }

    fn read(from: &mut &[u8]) -> Option<BTreeMap<K, V>> {
        Some(Vec::<(K, V)>::read(from)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Everything = (BTreeMap<String, i8>, (Option<Range<usize>>, Vec<(BTreeSet<String>, bool)>));

    #[test]
    fn what_was_written_is_read_back_and_nothing_else_is() {
        let value: Everything = (
            BTreeMap::from([("größe".to_owned(), -1), (String::new(), 1)]),
            (Some(3..usize::MAX), vec![(BTreeSet::from(["a".to_owned()]), true)]),
        );
        let mut bytes = Vec::new();
        value.write(&mut bytes);
        assert_eq!(read_whole::<Everything>(&bytes), Some(value));
        for cut in 0..bytes.len() {
            assert_eq!(read_whole::<Everything>(&bytes[..cut]), None, "{cut}");
        }
        bytes.push(0);
        assert_eq!(read_whole::<Everything>(&bytes), None);
        assert_eq!(read_whole::<Vec<bool>>(&[0xff; 12]), None, "a length beyond all bounds");
    }
}
