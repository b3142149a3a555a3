//! The way over a JSON value: where it ends, without a look at what it says.
//!
//! Owns the speed. Most bytes of a transcript stand in strings that only have to be stepped over, so everything
//! here searches for bytes instead of reading them one by one.

use super::Broken;
use memchr::memchr;

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

/// The end of the string whose opening quote is at `at`. Looks for quotes and then back over backslashes: line
/// breaks are escapes too, and stopping at every one of them would cost most of the speed. Where escaped quotes
/// stand close together (JSON inside a string), blocks are looked at instead.
pub(super) fn string_end(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    let first = at + 1;
    let mut from = first;
    while let Some(distance) = bytes.get(from..).and_then(|rest| memchr(b'"', rest)) {
        let quote = from + distance;
        let backslashes = bytes[first..quote].iter().rev().take_while(|b| **b == b'\\').count();
        if backslashes % 2 == 0 {
            return Ok(quote + 1);
        }
        from = quote + 1;
        if distance < CLOSE {
            // The byte after an escaped quote begins with a clean slate.
            match end_by_blocks(&bytes[from..]) {
                Ok(end) => return Ok(from + end),
                Err(rest) => from += rest,
            }
        }
    }
    Err(Broken { at: bytes.len() })
}

/// Escaped quotes nearer to each other than this are dense, bytes.
const CLOSE: usize = 24;

/// So many blocks are looked at before it is tried again whether quotes are still dense.
const BLOCKS: usize = 16;

/// The end of a string that goes on here, found in blocks of 64 bytes at one pace whatever they hold; else how
/// far was looked, which is never between a backslash and what it escapes. After Langdale and Lemire, "Parsing
/// gigabytes of JSON per second" (2019), with words of eight bytes in the place of wide registers.
fn end_by_blocks(bytes: &[u8]) -> Result<usize, usize> {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let mut escaped_first = 0u64;
    let mut looked = 0;
    for block in bytes.chunks_exact(64).take(BLOCKS) {
        let (mut quotes, mut backslashes) = (0u64, 0u64);
        for (index, word) in block.chunks_exact(8).enumerate() {
            let word = word.iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
            quotes |= equal_bytes(word, b'"') << (8 * index);
            backslashes |= equal_bytes(word, b'\\') << (8 * index);
        }
        // A backslash that is escaped itself escapes nothing. Runs that begin at an odd place are told from
        // those at an even one by the carry of an addition.
        let backslashes = backslashes & !escaped_first;
        let follows = backslashes << 1 | escaped_first;
        let odd_starts = backslashes & !EVEN & !follows;
        let (ends, carry) = odd_starts.overflowing_add(backslashes);
        let escaped = (EVEN ^ (ends << 1)) & follows;
        let closing = quotes & !escaped;
        if closing != 0 {
            return Ok(looked + closing.trailing_zeros() as usize + 1);
        }
        escaped_first = u64::from(carry);
        looked += 64;
    }
    // The byte behind the last block may be escaped: it is passed over with the backslash before it.
    Err((looked + escaped_first as usize).min(bytes.len()))
}

/// One bit for each of eight bytes that equals this one, lowest byte first.
fn equal_bytes(word: u64, byte: u8) -> u64 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let differing = word ^ (u64::from(byte) * 0x0101_0101_0101_0101);
    let equal = !(((differing & LOW) + LOW) | differing | LOW);
    (equal >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
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
