//! One reader a transcript format, and how a format is recognised by what is in it.
//!
//! A reader takes records (lines, the elements of an array, or one document) and gives sessions. It reads what
//! it knows and counts what it does not, whatever the version. Names of files and folders play no part in which reader it is.

pub(super) mod atif;
pub(super) mod chat;
pub(super) mod claude_code;
pub(super) mod codex;
pub(super) mod cursor;
pub(super) mod gemini;
pub(super) mod neutral;
pub(super) mod opencode;
pub(super) mod pi;
pub(super) mod specstory;

mod claude_line;
mod gemini_message;
mod pi_tree;
mod specstory_call;

use super::draft::Draft;
use super::excerpt::{self, Bound};
use super::records::Cut;
use super::skips::Skips;
use super::{Session, SessionId, scan};
use crate::settings::Reading;
use jiff::Timestamp;
use std::borrow::Cow;
use std::path::Path;

/// One transcript format's reader.
pub(super) trait Reader {
    /// How the file is to be cut, where the format knows better than the file's first bytes.
    fn cut(&self) -> Option<Cut> {
        None
    }

    /// Takes the next record.
    fn take(&mut self, record: Record<'_>, out: &mut Out<'_>);

    /// The file ends here; these are the bytes of the whole of it, hashed.
    fn end(self: Box<Self>, whole: blake3::Hash, out: &mut Out<'_>);
}

/// A line, an element or a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    /// Its bytes, never empty, without the line's end.
    pub(super) bytes: &'a [u8],
    /// Its line (or position) from 1.
    pub(super) number: u64,
}

/// Where a reader's results go.
pub(super) struct Out<'a> {
    /// Sessions.
    pub(super) emit: &'a mut dyn FnMut(Session),
    /// What could not be used.
    pub(super) skips: &'a mut Skips,
    /// Where the transcript itself lies.
    pub(super) around: Around<'a>,
    /// Sessions given so far.
    pub(super) sessions: u64,
}

/// What the place of a transcript says about its sessions, where they do not say it themselves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around<'a> {
    /// Whose home folder it lies in.
    pub(super) owner: Option<&'a str>,
    /// Which project's folder it lies in.
    pub(super) project: Option<&'a str>,
    /// The file itself.
    pub(super) path: Option<&'a Path>,
}

impl Out<'_> {
    /// Counts a record that could not be used.
    pub(super) fn skip(&mut self, record: Record<'_>, reason: impl Into<String>) {
        self.skips.add(Some(record.number), reason);
    }

    /// Gives a session away, unless nothing happened in it.
    pub(super) fn give(&mut self, draft: Draft<'_>, id: SessionId) {
        if draft.left_out() > 0 {
            self.skips.add(None, format!("{} events left out: the session is too long", draft.left_out()));
        }
        if !draft.is_empty() {
            self.sessions += 1;
            (self.emit)(draft.finish(id, self.around.owner, self.around.project));
        }
    }
}

/// The reader for a file that begins like this; `None` if it is no transcript of a known format.
pub(super) fn recognise<'s>(start: &[u8], cut: Cut, settings: &'s Reading) -> Option<Box<dyn Reader + 's>> {
    let first_lines = || start.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(16);
    for line in first_lines().take_while(|_| cut == Cut::Lines) {
        if neutral::is_line(line) {
            return Some(Box::new(neutral::Neutral::new(settings)));
        }
        if atif::is_document(line) {
            return Some(Box::new(atif::Atif::new(cut, settings)));
        }
        if opencode::is_document(line) {
            return Some(Box::new(opencode::OpenCode::new(cut, settings)));
        }
        if codex::is_line(line) {
            return Some(Box::new(codex::Codex::new(settings)));
        }
        if pi::is_line(line) {
            return Some(Box::new(pi::Pi::new(settings)));
        }
        if cursor::is_line(line) {
            return Some(Box::new(cursor::Cursor::new(settings)));
        }
        if claude_code::is_line(line) {
            return Some(Box::new(claude_code::ClaudeCode::new(settings)));
        }
        if gemini::is_record(line) {
            return Some(Box::new(gemini::Gemini::new(cut, settings)));
        }
        if chat::is_record(line) {
            return Some(Box::new(chat::Chat::new(cut, settings)));
        }
    }
    if specstory::is_start(start) {
        return Some(Box::new(specstory::SpecStory::new(settings)));
    }
    // Of an array its first element decides, of a document its beginning.
    let inner =
        if cut == Cut::Elements { start.trim_ascii_start().get(1..).unwrap_or_default() } else { start };
    if cut != Cut::Lines && atif::is_document(scan::first(inner)) {
        return Some(Box::new(atif::Atif::new(cut, settings)));
    }
    if cut != Cut::Lines && opencode::is_document(scan::first(inner)) {
        return Some(Box::new(opencode::OpenCode::new(cut, settings)));
    }
    if cut != Cut::Lines && gemini::is_record(scan::first(inner)) {
        return Some(Box::new(gemini::Gemini::new(cut, settings)));
    }
    if cut != Cut::Lines && chat::is_record(scan::first(inner)) {
        return Some(Box::new(chat::Chat::new(cut, settings)));
    }
    None
}

/// The values of these names as far as a line goes that may be cut off; `None` if it is no object at all.
fn seen<'a, const N: usize>(line: &'a [u8], names: [&str; N]) -> Option<[Option<&'a [u8]>; N]> {
    let mut found = [None; N];
    let line = line.trim_ascii();
    if line.first() != Some(&b'{') {
        return None;
    }
    for (key, value) in scan::entries(line).map_while(Result::ok) {
        if let Some(index) = names.iter().position(|name| scan::is_named(key, name)) {
            found[index] = Some(value);
        }
    }
    Some(found)
}

/// The text of a content: a string, or a list of strings and of blocks with a `text`, in lines. Other values
/// are given as JSON. Shortened to the bound.
pub(super) fn flat_text(content: &[u8], bound: Bound) -> Cow<'_, str> {
    match content.first() {
        Some(b'"') => excerpt::of_string(content, bound).unwrap_or_default(),
        Some(b'[') => {
            let mut text = String::new();
            for block in scan::elements(content).map_while(Result::ok).take(256) {
                let part = match block.first() {
                    Some(b'{') => scan::field(block, "text").and_then(|text| excerpt::of_string(text, bound)),
                    _ => excerpt::of_string(block, bound),
                };
                if let Some(part) = part {
                    if !text.is_empty() && !text.ends_with('\n') {
                        text.push('\n');
                    }
                    text.push_str(&part);
                }
            }
            Cow::Owned(excerpt::of_text(&text, bound).into_owned())
        }
        Some(b'{') => match scan::field(content, "text") {
            Some(text) => excerpt::of_string(text, bound).unwrap_or_default(),
            None => as_json(content, bound),
        },
        Some(b'n') | None => Cow::Borrowed(""),
        Some(_) => as_json(content, bound),
    }
}

/// A value as JSON without the white space that only lays it out.
fn as_json(value: &[u8], bound: Bound) -> Cow<'_, str> {
    // A huge value would be built only to be cut: twice the bound from each end is enough.
    let window = (bound.head + bound.tail) * 4 + 4096;
    let compact = if value.len() <= window * 2 {
        scan::compact(value)
    } else {
        [scan::compact(&value[..window]).as_slice(), b"\n", &value[value.len() - window..]].concat()
    };
    Cow::Owned(excerpt::of_text(&String::from_utf8_lossy(&compact), bound).into_owned())
}

/// A time stamp as transcripts write it: ISO text, or seconds or milliseconds since 1970.
pub(super) fn time(raw: Option<&[u8]>) -> Option<Timestamp> {
    let raw = raw?;
    if let Some(text) = scan::short_text(raw, 64) {
        return text.parse().ok().or_else(|| format!("{}Z", text.replacen(' ', "T", 1)).parse().ok());
    }
    let number = scan::number(raw)?;
    // Seconds have ten digits in this age, milliseconds thirteen.
    let milliseconds = if number.abs() < 1e11 { number * 1000.0 } else { number };
    Timestamp::from_millisecond(milliseconds as i64).ok()
}
