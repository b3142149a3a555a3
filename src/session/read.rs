//! One file's sessions: opened, decoded, recognised by content, read in bounded memory.
//!
//! Whatever a file holds, reading it ends without a panic and says what could not be used. Owns what is true of
//! every format: encodings, compression, binary files, files that are still being written. Refuses to decide
//! what a session that is still being written is worth: it reports it, the caller waits.

use super::formats::{self, Out, Record};
use super::records::{Cut, Next, Records, Utf16};
use super::skips::Skips;
use super::{Session, Skipped, place, scan};
use crate::settings::Reading;
use jiff::Timestamp;
use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read};
use std::path::Path;

/// How much of a file's beginning decides its format, bytes.
const START: usize = 64 * 1024;

/// Most bytes that a compressed file may grow to; a few kilobytes of zeros can claim any size.
const MOST_UNPACKED: u64 = 4 * 1024 * 1024 * 1024;

/// What reading a file came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRead {
    /// What could not be used.
    pub skipped: Vec<Skipped>,
    /// Sessions given.
    pub sessions: u64,
    /// The file seems to be written still: its last record is cut off, or it changed while it was read.
    pub unfinished: bool,
    /// When it was last written to, if the file system says.
    pub modified: Option<Timestamp>,
    /// It is no transcript of a known format; [`FileRead::skipped`] says why.
    pub unknown: bool,
}

impl FileRead {
    /// Whether the session is to be left for the next cycle: still being written, or written to less than
    /// [`Reading::settle_minutes`] before `now`.
    pub fn is_settled(&self, now: Timestamp, settings: &Reading) -> bool {
        let settle = i64::from(settings.settle_minutes) * 60;
        let rested = self.modified.is_none_or(|modified| now.as_second() - modified.as_second() >= settle);
        rested && !self.unfinished
    }
}

/// Reads all sessions of a file, in the file's order, and gives each to `emit` as soon as it is known whole.
pub fn read_file(path: &Path, settings: &Reading, emit: &mut dyn FnMut(Session)) -> FileRead {
    let name = path.display().to_string();
    let mut skips = Skips::default();
    let mut read = FileRead::default();
    match File::open(path).and_then(|file| Ok((file.metadata()?, file))) {
        Ok((before, file)) if before.is_file() => {
            let owner = owner_of(path);
            let mut out = Out { emit, skips: &mut skips, owner: owner.as_deref(), sessions: 0 };
            read = read_from(&file, settings, &mut out);
            read.modified = modified(&before);
            let after = std::fs::metadata(path).ok();
            read.unfinished |= after.is_some_and(|after| {
                after.len() != before.len() || modified(&after) != read.modified
            });
        }
        Ok(_) => skips.add(None, "not a file"),
        Err(error) => skips.add(None, format!("cannot be opened: {error}")),
    }
    read.skipped = skips.of_file(&name);
    read
}

/// Reads all sessions from bytes. `modified` and changes while reading are not known here.
fn read_from(source: impl Read, settings: &Reading, out: &mut Out<'_>) -> FileRead {
    let mut read = FileRead::default();
    let result = decoded(source).and_then(|source| {
        let mut records = Records::new(source, settings.max_record);
        read_records(&mut records, settings, out, &mut read)
    });
    if let Err(error) = result {
        out.skips.add(None, format!("cannot be read: {error}"));
        read.unfinished = true;
    }
    read.sessions = out.sessions;
    read
}

fn read_records(
    records: &mut Records<impl Read>,
    settings: &Reading,
    out: &mut Out<'_>,
    read: &mut FileRead,
) -> io::Result<()> {
    let start = records.peek(START)?;
    let start = &start[..start.len().min(START)];
    if start.trim_ascii().is_empty() {
        read.unknown = true;
        out.skips.add(None, "empty");
        return Ok(());
    }
    let cut = cut_of(start);
    let reader = if memchr::memchr(0, start).is_some() { Err("a binary file") } else { recognised(start, cut, settings) };
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(reason) => {
            read.unknown = true;
            out.skips.add(None, reason);
            return Ok(());
        }
    };
    let cut = reader.cut().unwrap_or(cut);
    // A source that breaks in the middle (a cut-off archive) still gives what came before.
    let result = loop {
        match records.next(cut) {
            Ok(Next::Record { bytes, number, ended }) => {
                if !ended && cut == Cut::Lines && bytes.first() == Some(&b'{') && scan::whole(bytes).is_err() {
                    read.unfinished = true;
                    out.skips.add(Some(number), "cut off in the middle");
                } else {
                    reader.take(Record { bytes, number }, out);
                }
            }
            Ok(Next::TooLong { number }) => {
                out.skips.add(Some(number), format!("longer than {} bytes", settings.max_record));
            }
            Ok(Next::End) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    reader.end(records.hash(), out);
    if out.sessions == 0 && out.skips.is_empty() {
        out.skips.add(None, "nothing happens in it");
    }
    result
}

fn recognised<'s>(
    start: &[u8],
    cut: Cut,
    settings: &'s Reading,
) -> Result<Box<dyn formats::Reader + 's>, &'static str> {
    formats::recognise(start, cut, settings).ok_or("no transcript of a known format")
}

/// How a file that begins like this is cut.
fn cut_of(start: &[u8]) -> Cut {
    let text = start.trim_ascii_start();
    let begins = |byte| text.get(1..).unwrap_or_default().trim_ascii_start().first() == Some(&byte);
    match text.first() {
        // An array of objects; `[` also begins lines of other kinds.
        Some(b'[') if begins(b'{') || begins(b'[') => Cut::Elements,
        // An object that goes on over the end of its first line is a document.
        Some(b'{') => match memchr::memchr(b'\n', text) {
            Some(end) if scan::whole(&text[..end]).is_err() => Cut::Document,
            _ => Cut::Lines,
        },
        _ => Cut::Lines,
    }
}



/// The file's text: unpacked, without a byte-order mark, in UTF-8.
fn decoded<'r>(mut source: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
    let (magic, source) = peeked(&mut source, 4).map(|(magic, rest)| (magic, rest.chain(source)))?;
    match magic.as_slice() {
        [0x28, 0xB5, 0x2F, 0xFD] => {
            let unpacked = ruzstd::decoding::StreamingDecoder::new(source).map_err(io::Error::other)?;
            text_of(unpacked.take(MOST_UNPACKED))
        }
        [0x1F, 0x8B, ..] => Err(io::Error::other("compressed with gzip; unpack it first")),
        _ => text_of(source),
    }
}

fn text_of<'r>(mut source: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
    let (start, rest) = peeked(&mut source, 4)?;
    let mut source = rest.chain(source);
    match start.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => {
            source.read_exact(&mut [0; 3])?;
            Ok(Box::new(source))
        }
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
            source.read_exact(&mut [0; 2])?;
            Ok(Box::new(Utf16::new(source, start[0] == 0xFE)))
        }
        // Without a mark: JSON and markdown begin with ASCII, so every other byte is zero.
        [b'{' | b'[' | b'<' | b'#', 0, _, 0] => Ok(Box::new(Utf16::new(source, false))),
        [0, b'{' | b'[' | b'<' | b'#', 0, _] => Ok(Box::new(Utf16::new(source, true))),
        _ => Ok(Box::new(source)),
    }
}

/// The first bytes, and something to read them from again.
fn peeked(source: &mut impl Read, bytes: u64) -> io::Result<(Vec<u8>, Cursor<Vec<u8>>)> {
    let mut start = Vec::new();
    source.take(bytes).read_to_end(&mut start)?;
    Ok((start.clone(), Cursor::new(start)))
}

/// Whose home folder a transcript lies in, or whose name its folder repeats: Claude Code names a project's
/// folder after its path, `-home-ada-src-app`.
fn owner_of(path: &Path) -> Option<String> {
    let text = path.display().to_string();
    let encoded = |component: &str| {
        let rest = ["-home-", "-Users-"].iter().find_map(|home| component.strip_prefix(home))?;
        rest.split('-').next().filter(|owner| !owner.is_empty()).map(str::to_owned)
    };
    text.split(['/', '\\']).rev().find_map(encoded).or_else(|| place::home_owner(&text).map(str::to_owned))
}

fn modified(metadata: &Metadata) -> Option<Timestamp> {
    metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok())
}
