//! Cursor's agent transcripts: JSONL of `{role, message: {content: […]}}`, one file a session.
//!
//! The format is undocumented; this reader follows what files show. A line has no id, no model, no folder, and but for a
//! tag in people's turns no time. Calls mostly have no id and no result: then [`Draft::keeps_results`] says that a missing
//! one means nothing. What a person typed stands in `<user_query>`; whatever else is in that turn (files, rules, times) was
//! put there. A turn that ends is a line without a role, and says if a person stopped it.
//!
//! What a line does not say, the place may: `projects/<folder>/agent-transcripts/<id>/<id>.jsonl`, where `<folder>` is the
//! path of the project with `-` for whatever is no letter or digit. That cannot be undone, so the project is the folder
//! above a path of the session's own calls that is spelt so. Transcripts below `subagents` are of agents that the session
//! `<id>` started: nobody typed there.

use super::{Out, Reader, Record, flat_text, seen, time};
use crate::redact::Clean;
use crate::session::SessionId;
use crate::session::draft::{Answer, Draft};
use crate::session::scan::{self, elements, entries, field, fields, is_named, short_text, text, truth};
use crate::settings::Reading;
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::path::Path;

const QUERY: [&str; 2] = ["<user_query>", "</user_query>"];

/// What stands for a text that Cursor did not write down.
const REDACTED: &str = "[REDACTED]";

/// Longest path that is looked at, bytes.
const LONGEST_PATH: usize = 1024;

/// Most folders that calls say they run in.
const MOST_FOLDERS: usize = 256;

/// Reads one file.
pub(in crate::session) struct Cursor<'s> {
    draft: Draft<'s>,
    /// What the place says has been taken up.
    is_placed: bool,
    /// The name of the project's folder among the transcripts.
    spelt: Option<String>,
    /// The project, once a path has shown it.
    root: Option<String>,
    /// Where calls say that they run.
    stated: Vec<String>,
    /// Calls of the last message that have no id.
    nameless: VecDeque<String>,
    calls: u64,
}

/// Whether a line looks like one of these transcripts.
pub(super) fn is_line(line: &[u8]) -> bool {
    let names = ["role", "message", "type", "sessionId", "session_id", "parentUuid", "payload"];
    let Some([role, message, others @ ..]) = seen(line, names) else { return false };
    let has_role = role.and_then(scan::inside).is_some_and(|role| matches!(role, b"user" | b"assistant"));
    // The first turn may be longer than what is looked at of a file: then its message does not end.
    let is_cut = || {
        let start = scan::compact(&line[..line.len().min(200)]);
        message.is_none()
            && [
                &br#"{"role":"user","message":{"content":"#[..],
                br#"{"role":"assistant","message":{"content":"#,
            ]
            .iter()
            .any(|begin| start.starts_with(begin))
    };
    has_role
        && others.iter().all(Option::is_none)
        && (message.is_some_and(|message| message.first() == Some(&b'{')) || is_cut())
}

impl<'s> Cursor<'s> {
    pub(in crate::session) fn new(settings: &'s Reading) -> Cursor<'s> {
        let mut draft = Draft::new(Clean::fixed("cursor"), settings);
        draft.keeps_results = false;
        Cursor {
            draft,
            is_placed: false,
            spelt: None,
            root: None,
            stated: Vec::new(),
            nameless: VecDeque::new(),
            calls: 0,
        }
    }

    /// What the place of the transcript says of it.
    fn place(&mut self, path: Option<&Path>) {
        let Some(path) = path.filter(|_| !std::mem::replace(&mut self.is_placed, true)) else { return };
        let name = |part: &std::ffi::OsStr| part.to_string_lossy().into_owned();
        let parts: Vec<String> = path.with_extension("").iter().map(name).collect();
        let Some(at) = parts.iter().rposition(|part| part == "agent-transcripts") else { return };
        self.spelt = at.checked_sub(1).and_then(|at| parts.get(at)).cloned();
        self.draft.source = parts.last().and_then(|id| self.draft.name(id));
        if let [.., session, folder, _] = parts.get(at + 1..).unwrap_or_default()
            && folder == "subagents"
        {
            self.draft.unattended = true;
            self.draft.parent = self.draft.name(session);
        }
    }

    fn message(
        &mut self,
        is_agent: bool,
        at: Option<Timestamp>,
        message: &[u8],
        record: Record<'_>,
        out: &mut Out<'_>,
    ) {
        let Ok([content, model]) = fields(message, ["content", "model"]) else {
            return out.skip(record, "the message is no object");
        };
        if is_agent {
            self.nameless.clear();
            self.draft.model(&model.and_then(|model| short_text(model, 200)).unwrap_or_default());
        }
        let content = content.unwrap_or_default();
        let blocks = match content.first() {
            Some(b'[') => elements(content).map_while(Result::ok).collect(),
            _ => vec![content],
        };
        let mut typed: Vec<Cow<'_, str>> = Vec::new();
        for block in blocks {
            let names = ["type", "text", "id", "name", "input", "tool_use_id", "content", "is_error"];
            let Ok([kind, said, id, name, input, call, result, error]) = fields(block, names) else {
                match text(block) {
                    Some(said) if is_agent => self.said(at, &said),
                    Some(said) => typed.push(said),
                    None => out.skip(record, "a content block is no object"),
                }
                continue;
            };
            match kind.and_then(scan::inside).unwrap_or_default() {
                b"text" => match said.and_then(text) {
                    Some(said) if is_agent => self.said(at, &said),
                    said => typed.extend(said),
                },
                b"tool_use" => self.call(at, id, name, input),
                b"tool_result" => {
                    if !self.result(at, call, result, error) {
                        out.skip(record, "a result without its call");
                    }
                }
                b"thinking" | b"redacted_thinking" | b"image" => {}
                kind => {
                    let kind = String::from_utf8_lossy(kind);
                    out.skip(record, format!("unknown kind of block `{kind:.40}`"));
                }
            }
        }
        self.typed(at, &typed);
    }

    /// The agent's words, without the marks of what was left out.
    fn said(&mut self, at: Option<Timestamp>, text: &str) {
        if text.contains(REDACTED) {
            let kept: Vec<&str> = text.lines().filter(|line| line.trim() != REDACTED).collect();
            return self.draft.said_by_agent(at, &kept.join("\n"));
        }
        self.draft.said_by_agent(at, text);
    }

    /// The texts of a turn under the user's role. Where one of them says what was typed, nothing else was.
    fn typed(&mut self, at: Option<Timestamp>, texts: &[Cow<'_, str>]) {
        let at = at.or_else(|| texts.iter().find_map(|text| stamp(text)));
        let has_query = texts.iter().any(|text| text.contains(QUERY[0]));
        for text in texts {
            if !has_query {
                self.draft.user(at, text);
                continue;
            }
            let mut rest: &str = text;
            while let Some((before, query, after)) = query_in(rest) {
                self.draft.context(at, before);
                self.draft.user(at, query);
                rest = after;
            }
            self.draft.context(at, rest);
        }
    }

    fn call(&mut self, at: Option<Timestamp>, id: Option<&[u8]>, name: Option<&[u8]>, input: Option<&[u8]>) {
        let args = self.draft.arguments(input);
        self.look_for_folders(input.unwrap_or_default());
        let id = id.and_then(|id| short_text(id, 200)).filter(|id| !id.is_empty());
        let id = id.map(Cow::into_owned).unwrap_or_else(|| {
            self.calls += 1;
            let id = format!("#{}", self.calls);
            self.nameless.push_back(id.clone());
            id
        });
        let name = name.and_then(|name| short_text(name, 300)).unwrap_or_default();
        // A name that goes on over its line holds an argument that went astray.
        let name = name.lines().next().unwrap_or_default();
        self.draft.call(at, Some(&id), name, args);
    }

    /// A result, where a transcript has one: of the call that it names, else of the oldest of the last message.
    fn result(
        &mut self,
        at: Option<Timestamp>,
        id: Option<&[u8]>,
        result: Option<&[u8]>,
        error: Option<&[u8]>,
    ) -> bool {
        self.draft.keeps_results = true;
        let output = result.map(|result| flat_text(result, self.draft.output_bound())).unwrap_or_default();
        let answer = Answer { output: &output, failed: error.and_then(truth), ..Answer::default() };
        let named = id.and_then(|id| short_text(id, 200)).filter(|id| self.draft.waits(id).is_some());
        let id = named.map(Cow::into_owned).or_else(|| self.nameless.pop_front());
        id.is_some_and(|id| self.draft.answer(at, Some(&id), answer))
    }

    /// Folders in a call's arguments: where it says that it runs, and the project above a path.
    fn look_for_folders(&mut self, input: &[u8]) {
        for (key, value) in entries(input).map_while(Result::ok) {
            let Some(path) = short_text(value, LONGEST_PATH) else { continue };
            let is_absolute =
                path.starts_with('/') || path.get(1..3).is_some_and(|drive| matches!(drive, ":\\" | ":/"));
            if !is_absolute {
                continue;
            }
            if self.root.is_none() {
                self.root = self.spelt.as_deref().and_then(|spelt| above(&path, spelt)).map(str::to_owned);
            }
            let is_folder = is_named(key, "working_directory") || is_named(key, "cwd");
            if is_folder
                && self.stated.len() < MOST_FOLDERS
                && !self.stated.iter().any(|known| *known == *path)
            {
                self.stated.push(path.into_owned());
            } else {
                self.draft.hint(&path);
            }
        }
    }
}

impl Reader for Cursor<'_> {
    fn take(&mut self, record: Record<'_>, out: &mut Out<'_>) {
        self.place(out.around.path);
        let line = scan::whole(record.bytes);
        let names = ["role", "message", "type", "timestamp", "status", "error"];
        let Ok([role, message, kind, at, status, error]) = line.and_then(|line| fields(line, names)) else {
            return out.skip(record, "not a JSON object");
        };
        let at = time(at);
        match role.or(kind).and_then(scan::inside).unwrap_or_default() {
            role @ (b"user" | b"assistant") => {
                self.message(role == b"assistant", at, message.unwrap_or_default(), record, out);
            }
            b"system" => {
                let content = message.and_then(|message| field(message, "content")).unwrap_or_default();
                let text = flat_text(content, self.draft.text_bound());
                self.draft.context(at, &text);
            }
            b"turn_ended" if status.and_then(scan::inside) == Some(b"aborted") => self.draft.interrupted(at),
            b"turn_ended" => {
                let error = error.map(|error| flat_text(error, self.draft.text_bound()));
                self.draft.context(at, &error.unwrap_or_default());
            }
            kind => {
                let kind = String::from_utf8_lossy(kind);
                out.skip(record, format!("unknown kind of record `{kind:.40}`"));
            }
        }
    }

    fn end(mut self: Box<Self>, whole: blake3::Hash, out: &mut Out<'_>) {
        for folder in self.root.iter().chain(&self.stated) {
            self.draft.folder(folder);
        }
        out.give(self.draft, SessionId::of_hash(whole));
    }
}

/// What stands before the first query, the query, and what stands behind it. One that never closes is none.
fn query_in(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(QUERY[0])?;
    let (query, after) = rest.split_once(QUERY[1])?;
    Some((before, query, after))
}

/// The folder above a path (or the path itself) that Cursor spells like this.
fn above<'p>(path: &'p str, spelt: &str) -> Option<&'p str> {
    let is_word = |c: char| c.is_alphanumeric();
    let mut end = 0;
    for word in spelt.split('-').filter(|word| !word.is_empty()) {
        let start = end + path.get(end..)?.find(is_word)?;
        end = start + word.len();
        if !path.get(start..end)?.eq_ignore_ascii_case(word) {
            return None;
        }
    }
    let rest = path.get(end..)?;
    (end > 0 && (rest.is_empty() || rest.starts_with(['/', '\\']))).then(|| &path[..end])
}

/// The time in a turn: `<timestamp>Friday, May 8, 2026, 6:05 AM (UTC+5:30)</timestamp>`. None without a zone.
fn stamp(text: &str) -> Option<Timestamp> {
    let (_, rest) = text.split_once("<timestamp>")?;
    let (inner, _) = rest.split_once("</timestamp>").filter(|(inner, _)| inner.len() <= 100)?;
    let (date, zone) = inner.split_once("(UTC")?;
    let date = date.split_whitespace().collect::<Vec<_>>().join(" ");
    // The weekday adds nothing.
    let date = date.split_once(", ").filter(|(day, _)| !day.contains(' ')).map_or(&*date, |(_, date)| date);
    let at = ["%B %d, %Y, %I:%M %p", "%b %d, %Y, %I:%M %p"]
        .iter()
        .find_map(|form| jiff::civil::DateTime::strptime(form, date).ok())?;
    let zone = zone.split_once(')')?.0.trim();
    let (sign, zone) = match zone.strip_prefix(['-', '\u{2212}']) {
        Some(west) => (-1, west),
        None => (1, zone.strip_prefix('+').unwrap_or(zone)),
    };
    let (hours, minutes) = zone.split_once(':').unwrap_or((zone, "0"));
    let part = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<i32>().ok() };
    let seconds = part(hours)?.checked_mul(3600)?.checked_add(part(minutes)?.checked_mul(60)?)?;
    let offset = jiff::tz::Offset::from_seconds(sign * seconds).ok()?;
    offset.to_timestamp(at).ok()
}

#[cfg(test)]
mod tests;
