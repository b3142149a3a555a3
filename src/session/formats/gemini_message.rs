//! A message of a Gemini CLI chat, made small as soon as it is seen and told to a draft once it is known to stand.
//!
//! Owns what a message is made of: parts that are text, calls or results, and the list of calls that Gemini CLI keeps beside
//! them. Refuses thoughts, wherever they stand.

use super::{Out, Record, as_json, flat_text, time};
use crate::session::Args;
use crate::session::draft::{Answer, Draft};
use crate::session::excerpt::Bound;
use crate::session::scan::{elements, field, fields, inside, short_text, truth};
use crate::session::shell_report::ShellReport;
use jiff::Timestamp;
use std::collections::HashSet;

/// What Gemini CLI puts around the files that a person named with `@`.
const FILES_BEGIN: &str = "--- Content from referenced files ---";
const FILES_END: &str = "--- End of content ---";

/// How the text begins by which it sets up a chat, and where that says which folders the agent works in.
const SET_UP: [&str; 2] = ["<session_context>", "This is the Gemini CLI."];
const WORKS_IN: &str = "I'm currently working in the directory: ";
const LISTED: [&str; 2] = ["**Workspace Directories:**", "working in the following directories:"];

/// What it says when a person stops it.
const STOPPED: &str = "Request cancelled.";

/// Most parts of one message that are looked at.
const MOST_PARTS: usize = 4096;

/// A message, made small.
#[derive(Debug, Default)]
pub(super) struct Message {
    at: Option<Timestamp>,
    model: Option<String>,
    pieces: Vec<Piece>,
    size: usize,
}

#[derive(Debug)]
enum Piece {
    /// Under the user's role.
    User(String),
    Agent(String),
    Context(String),
    Interrupted,
    Call {
        id: Option<String>,
        tool: String,
        args: Args,
    },
    Result {
        id: Option<String>,
        result: Outcome,
    },
}

/// What came of a call.
#[derive(Debug, Default)]
struct Outcome {
    output: String,
    failed: Option<bool>,
    exit: Option<i32>,
    refused: bool,
}

impl Message {
    /// Reads one. The draft only redacts and says how much is kept.
    pub(super) fn read(
        message: &[u8],
        draft: &mut Draft<'_>,
        record: Record<'_>,
        out: &mut Out<'_>,
    ) -> Message {
        let names = ["type", "timestamp", "content", "displayContent", "model", "toolCalls"];
        let Ok([kind, stamp, content, display, model, calls]) = fields(message, names) else {
            out.skip(record, "a message is no object");
            return Message::default();
        };
        let mut read = Message { at: time(stamp), ..Message::default() };
        let content = content.unwrap_or(b"null");
        let calls = calls.filter(|calls| calls.first() == Some(&b'['));
        let bound = draft.text_bound();
        match kind.and_then(inside).unwrap_or_default() {
            b"user" => {
                let typed = display.filter(|display| *display != b"null");
                if let Some(typed) = typed {
                    read.texts(typed, bound, Piece::User);
                }
                read.user(content, typed, draft);
            }
            b"gemini" => {
                read.model = word(model);
                read.texts(content, bound, Piece::Agent);
                if calls.is_none_or(|calls| elements(calls).next().is_none()) {
                    read.called_in(content, draft);
                }
            }
            // Notices to the person at the screen: nobody typed them.
            b"info" | b"error" | b"warning" => {
                let text = flat_text(content, bound);
                let is_stop = text.trim() == STOPPED;
                read.push(if is_stop { Piece::Interrupted } else { Piece::Context(text.into_owned()) });
            }
            other => {
                let kind = String::from_utf8_lossy(other);
                out.skip(record, format!("unknown kind of message `{kind:.40}`"));
            }
        }
        for call in calls.into_iter().flat_map(elements).map_while(Result::ok).take(MOST_PARTS) {
            read.call(call, draft, record, out);
        }
        read
    }

    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        self.size + size_of::<Message>()
    }

    /// Tells it. `answered`: the calls that have a result already, which a history repeats.
    pub(super) fn tell(self, draft: &mut Draft<'_>, answered: &mut HashSet<String>, out: &mut Out<'_>) {
        if let Some(model) = &self.model {
            draft.model(model);
        }
        let at = self.at;
        for piece in self.pieces {
            match piece {
                Piece::User(text) => draft.user(at, &text),
                Piece::Agent(text) => draft.said_by_agent(at, &text),
                Piece::Context(text) => draft.context(at, &text),
                Piece::Interrupted => draft.interrupted(at),
                Piece::Call { id, tool, args } => draft.call(at, id.as_deref(), &tool, args),
                Piece::Result { id, result } => {
                    let is_repeated = id.as_ref().is_some_and(|id| answered.contains(id));
                    let Outcome { output, failed, exit, refused } = &result;
                    let answer = Answer { output, failed: *failed, exit: *exit, refused: *refused };
                    if !is_repeated && !draft.answer(at, id.as_deref(), answer) {
                        out.skips.add(None, "a result without its call");
                    }
                    answered.extend(id);
                }
            }
        }
    }

    fn push(&mut self, piece: Piece) {
        let text = match &piece {
            Piece::User(text) | Piece::Agent(text) | Piece::Context(text) => text.len(),
            Piece::Interrupted => 0,
            Piece::Call { tool, args, .. } => {
                tool.len() + args.0.iter().map(|arg| arg.path.len() + arg.value.len() + 64).sum::<usize>()
            }
            Piece::Result { result, .. } => result.output.len(),
        };
        self.size += text + size_of::<Piece>() + 64;
        self.pieces.push(piece);
    }

    /// The texts of a content.
    fn texts(&mut self, content: &[u8], bound: Bound, piece: fn(String) -> Piece) {
        for text in parts(content).filter(is_text) {
            let text = flat_text(text, bound);
            if !text.trim().is_empty() {
                self.push(piece(text.into_owned()));
            }
        }
    }

    /// What stands under the user's role: what was typed, files that were put behind it, and results. Where `typed` says
    /// what was typed, other text is what Gemini CLI made of that.
    fn user(&mut self, content: &[u8], typed: Option<&[u8]>, draft: &mut Draft<'_>) {
        let typed = typed.map(|typed| flat_text(typed, draft.text_bound()));
        let mut is_file = false;
        for part in parts(content) {
            if let Some(response) = field(part, "functionResponse") {
                let id = word(field(response, "id"));
                let result = Outcome::of(part, draft);
                self.push(Piece::Result { id, result });
            }
            if !is_text(&part) {
                continue;
            }
            let text = flat_text(part, draft.text_bound());
            folders(&text).for_each(|folder| draft.folder(folder));
            let mut rest = &*text;
            while !rest.trim().is_empty() {
                let mark = if is_file { FILES_END } else { FILES_BEGIN };
                let end = rest.find(mark).map(|at| if is_file { at + mark.len() } else { at });
                let (before, after) = rest.split_at(end.unwrap_or(rest.len()));
                match &typed {
                    _ if before.trim().is_empty() => {}
                    None if !is_file => self.push(Piece::User(before.to_owned())),
                    Some(typed) if before.trim() == typed.trim() => {}
                    _ => self.push(Piece::Context(before.to_owned())),
                }
                is_file = is_file != end.is_some();
                rest = after;
            }
        }
    }

    /// Calls that only the content has, as in a history that was put together anew.
    fn called_in(&mut self, content: &[u8], draft: &mut Draft<'_>) {
        for call in parts(content).filter_map(|part| field(part, "functionCall")) {
            let [id, name, args] = fields(call, ["id", "name", "args"]).unwrap_or_default();
            let (id, tool) = (word(id), word(name).unwrap_or_default());
            self.push(Piece::Call { id, tool, args: draft.arguments(args) });
        }
    }

    /// A call as Gemini CLI keeps it, with its result.
    fn call(&mut self, call: &[u8], draft: &mut Draft<'_>, record: Record<'_>, out: &mut Out<'_>) {
        let names = ["id", "name", "args", "result", "status", "resultDisplay"];
        let Ok([id, name, args, result, status, display]) = fields(call, names) else {
            return out.skip(record, "a call is no object");
        };
        let (id, tool) = (word(id), word(name).unwrap_or_default());
        self.push(Piece::Call { id: id.clone(), tool, args: draft.arguments(args) });
        let result = result.filter(|result| *result != b"null");
        let shown = || display.filter(|display| display.first() == Some(&b'"'));
        let mut outcome = result.or_else(shown).map(|result| Outcome::of(result, draft));
        match status.and_then(inside).unwrap_or_default() {
            b"success" => outcome = Some(outcome.unwrap_or_default()),
            b"error" => outcome = Some(Outcome { failed: Some(true), ..outcome.unwrap_or_default() }),
            // A person said no, or stopped it.
            b"cancelled" => outcome = Some(Outcome { refused: true, ..outcome.unwrap_or_default() }),
            b"" => {}
            // It never came to an end.
            b"validating" | b"scheduled" | b"executing" | b"awaiting_approval" => outcome = None,
            other => {
                let status = String::from_utf8_lossy(other);
                out.skip(record, format!("unknown status `{status:.40}` of a call"));
            }
        }
        if let Some(result) = outcome {
            self.push(Piece::Result { id, result });
        }
    }
}

impl Outcome {
    /// Of the parts of a result: what the tool gave the model, and texts beside it.
    fn of(result: &[u8], draft: &Draft<'_>) -> Outcome {
        let bound = draft.output_bound();
        let mut texts = Vec::new();
        let mut failed = None;
        for part in parts(result) {
            if let Some(response) = field(part, "functionResponse").and_then(|call| field(call, "response")) {
                let [output, error] = fields(response, ["output", "error"]).unwrap_or_default();
                failed = failed.or(error.map(|_| true));
                texts.push(match output.or(error) {
                    Some(text) => flat_text(text, bound),
                    None => as_json(response, bound),
                });
            } else if is_text(&part) {
                texts.push(flat_text(part, bound));
            }
        }
        let output = texts.join("\n");
        match ShellReport::of(&output) {
            Some(report) => Outcome { output: report.printed, failed, exit: report.exit, refused: false },
            None => Outcome { output, failed, ..Outcome::default() },
        }
    }
}

/// The parts of a content, which is one or a list of them.
fn parts(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_list = content.first() == Some(&b'[');
    let list = is_list.then(|| elements(content).map_while(Result::ok).take(MOST_PARTS));
    let single = (!is_list && content != b"null").then_some(content);
    list.into_iter().flatten().chain(single)
}

/// The folders that the agent works in, where a text is the one by which Gemini CLI sets up a chat.
fn folders(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim_start();
    let is_setting_up = SET_UP.iter().any(|opening| text.starts_with(opening));
    let mut is_listed = false;
    let lines = text.lines().take_while(move |_| is_setting_up).take(64);
    lines.filter_map(move |line| {
        if let Some(folder) = line.strip_prefix(WORKS_IN) {
            return Some(folder.trim());
        }
        let folder = line.strip_prefix("  - ").filter(|_| is_listed);
        is_listed = folder.is_some() || LISTED.iter().any(|heading| line.ends_with(heading));
        folder.map(str::trim)
    })
}

/// An id or a name.
fn word(value: Option<&[u8]>) -> Option<String> {
    value.and_then(|value| short_text(value, 300)).map(|word| word.into_owned())
}

/// Whether a part is text that was said: no thought, and nothing else.
fn is_text(part: &&[u8]) -> bool {
    let is_thought = |part| field(part, "thought").is_some_and(|thought| truth(thought) != Some(false));
    part.first() == Some(&b'"') || (field(part, "text").is_some() && !is_thought(part))
}
