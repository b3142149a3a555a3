//! The way over a JSON value: where it ends, without a look at what it says.
//!
//! Owns the speed. Most bytes of a transcript stand in strings that only have to be stepped over, so everything
//! here searches for bytes instead of reading them one by one.

use super::Broken;
use memchr::memchr_iter;

/// The end of the value that begins at `at`.
pub fn skip(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    match bytes.get(at) {
        Some(b'"') => string_end(bytes, at),
        Some(b'{' | b'[') => container_end(bytes, at),
        Some(_) => {
            let rest = bytes.get(at..).unwrap_or_default();
            let length = rest
                .iter()
                .position(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'+' | b'.'))
                .unwrap_or(rest.len());
            if length == 0 { Err(Broken { at }) } else { Ok(at + length) }
        }
        None => Err(Broken { at }),
    }
}

/// The end of the string whose opening quote is at `at`. Line breaks and quotes are escapes, in program text and in
/// JSON inside a string every few bytes, and stopping at each of them would cost most of the speed: blocks are
/// passed over that hold no quote but right behind a single backslash.
pub(super) fn string_end(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    let first = at + 1;
    let mut from = first;
    loop {
        let near = &bytes[from.min(bytes.len())..bytes.len().min(from + BLOCK)];
        for quote in memchr_iter(b'"', near) {
            let before = bytes[first..from + quote].iter().rev();
            if before.take_while(|byte| **byte == b'\\').count() % 2 == 0 {
                return Ok(from + quote + 1);
            }
        }
        from += near.len();
        if near.len() < BLOCK {
            return Err(Broken { at: bytes.len() });
        }
        from += passable(&bytes[from - 2..]);
    }
}

/// Bytes looked at together; a multiple of the widest registers' size.
const BLOCK: usize = 64;

/// So many bytes cannot hold a string's end, whole blocks of them. The two bytes in front are only looked back at.
fn passable(bytes: &[u8]) -> usize {
    let mut passed = 0;
    while let Some(block) = bytes.get(passed..passed + BLOCK + 2) {
        let mut open = false;
        for index in 0..BLOCK {
            // Without branches, so that the compiler makes one comparison of many bytes.
            let (twice, escape, here) = (block[index], block[index + 1], block[index + 2]);
            open |= (here == b'"') & ((escape != b'\\') | (twice == b'\\'));
        }
        if open {
            break;
        }
        passed += BLOCK;
    }
    passed
}

fn container_end(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    let mut depth = 0usize;
    let mut here = at;
    while let Some(byte) = bytes.get(here) {
        match byte {
            b'"' => {
                here = string_end(bytes, here)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(here + 1);
                }
            }
            _ => {}
        }
        here += 1;
    }
    Err(Broken { at: bytes.len() })
}
