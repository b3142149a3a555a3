//! pi's sessions, and those of its fork omp: JSONL of a header and entries, one file a session.
//!
//! After pi's `docs/session.md` and `session-manager.ts`, versions 1 to 3, and omp's `docs/session.md`. Entries make a tree:
//! a person can go back and go on from an earlier entry, and both ways stay in the file. The conversation is the branch that
//! the last entry ends, as when pi takes the session up again; what was left behind is none of it. Which branch that is
//! shows only at the file's end, so the events of all of them are held until then, within the bound of one session, and of
//! every entry its place ([`Tree`]). What was said before a compaction is still what happened: it stays, and the summary is
//! context.
//!
//! `isError` of a result is the tool's own word, except where a person had the call stopped or passed over. Commands that
//! people ran themselves (`!`) are context: no agent chose them. A fork (`parentSession`) is tied to its origin. An omp
//! session with a `session_init` is a sub-agent's: nobody typed there.

use super::pi_tree::Tree;
use super::{Out, Reader, Record, flat_text, seen, time};
use crate::redact::Clean;
use crate::session::SessionId;
use crate::session::draft::{Answer, Draft};
use crate::session::scan::{self, elements, field, fields, number, short_text, truth};
use crate::settings::Reading;
use jiff::Timestamp;

/// The newest version of the format that this reader knows.
const VERSION: f64 = 3.0;

/// Most models of one session that are told apart.
const MOST_MODELS: usize = 64;

/// Entries that hold nothing to learn from.
const IGNORED: &[&str] = &[
    "model_change",
    "thinking_level_change",
    "active_tools_change",
    "custom",
    "label",
    "session_info",
    "usage",
    "context_edit",
    "context_transform",
    "ephemeral",
];

/// Those that only omp writes.
const IGNORED_OF_OMP: &[&str] = &[
    "title",
    "title_change",
    "service_tier_change",
    "mode_change",
    "ttsr_injection",
    "credential_pin",
    "model_usage",
    "reset_boundary",
    "archive",
    "mcp_tool_selection",
];

/// How the result of a call begins that did not run because a person said something first.
const PASSED_OVER: &str = "Skipped due to queued user message";

/// How the result of a call ends that a person stopped.
const STOPPED: [&str; 2] = ["Command aborted", "Operation aborted"];

/// Reads one file.
pub(in crate::session) struct Pi<'s> {
    draft: Draft<'s>,
    tree: Tree,
    has_header: bool,
    /// From before there was a tree: each entry continues the one before.
    is_linear: bool,
    is_omp: bool,
    models: Vec<String>,
}

/// A message's fields.
struct Message<'a> {
    role: &'a [u8],
    content: &'a [u8],
    at: Option<Timestamp>,
}

/// Whether a line is the header of such a session.
pub(super) fn is_line(line: &[u8]) -> bool {
    let names = ["type", "id", "timestamp", "cwd", "version", "payload", "message"];
    let Some([kind, id, stamp, cwd, version, payload, message]) = seen(line, names) else { return false };
    kind.and_then(scan::inside) == Some(b"session")
        && id.and_then(scan::inside).is_some_and(|id| !id.is_empty())
        && stamp.or(cwd).or(version).is_some()
        && payload.or(message).is_none()
}

impl<'s> Pi<'s> {
    pub(in crate::session) fn new(settings: &'s Reading) -> Pi<'s> {
        Pi {
            draft: Draft::new(Clean::fixed("pi"), settings),
            tree: Tree::default(),
            has_header: false,
            is_linear: false,
            is_omp: false,
            models: Vec::new(),
        }
    }

    fn header(&mut self, header: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        if std::mem::replace(&mut self.has_header, true) {
            return out.skip(record, "a second session in one file");
        }
        let names = ["id", "cwd", "version", "parentSession", "branchedFrom", "title", "titleSource"];
        let Ok([id, cwd, version, parent, branched, title, titled_by]) = fields(header, names) else {
            return;
        };
        let name =
            |raw: Option<&[u8]>| raw.and_then(|raw| short_text(raw, 4096)).unwrap_or_default().into_owned();
        let version = version.and_then(number).unwrap_or(1.0);
        if version > VERSION {
            out.skip(record, "written by a newer pi; what is known of it is read");
        }
        self.is_linear = version < 2.0;
        self.is_omp |= title.or(titled_by).is_some();
        self.draft.source = self.draft.name(&name(id));
        self.draft.parent = self.draft.name(id_of(&name(parent.or(branched))));
        self.draft.folder(&name(cwd));
    }

    /// A message; gives the call that it answers, and the model that wrote it.
    fn message(
        &mut self,
        at: Option<Timestamp>,
        message: &[u8],
        record: Record<'_>,
        out: &mut Out<'_>,
    ) -> (Option<usize>, Option<u8>) {
        let names = ["role", "content", "timestamp", "model", "attribution", "synthetic", "summary"];
        let Ok([role, content, stamp, model, by, synthetic, summary]) = fields(message, names) else {
            out.skip(record, "the message is no object");
            return (None, None);
        };
        let role = role.and_then(scan::inside).unwrap_or_default();
        let said = Message { role, content: content.unwrap_or_default(), at: at.or_else(|| time(stamp)) };
        match role {
            b"user" if synthetic.and_then(truth) == Some(true) => self.context(&said),
            b"user" => self.user(&said, by.and_then(scan::inside) == Some(b"agent")),
            b"assistant" => {
                self.agent(&said, message, record, out);
                return (None, model.and_then(|model| self.model(model)));
            }
            b"toolResult" => return (self.result(&said, message, record, out), None),
            b"bashExecution" | b"pythonExecution" => self.ran(&said, message),
            b"custom" | b"hookMessage" | b"fileMention" | b"developer" | b"system" => self.context(&said),
            b"branchSummary" | b"compactionSummary" => {
                self.context(&Message { content: summary.unwrap_or_default(), ..said });
            }
            _ => {
                let role = String::from_utf8_lossy(said.role);
                out.skip(record, format!("unknown role `{role:.40}`"));
            }
        }
        (None, None)
    }

    fn context(&mut self, said: &Message<'_>) {
        let text = flat_text(said.content, self.draft.text_bound());
        self.draft.context(said.at, &text);
    }

    fn user(&mut self, said: &Message<'_>, by_agent: bool) {
        let bound = self.draft.text_bound();
        for block in blocks(said.content) {
            // A picture has no text.
            let block =
                if block.first() == Some(&b'{') { field(block, "text").unwrap_or_default() } else { block };
            let text = flat_text(block, bound);
            if by_agent { self.draft.said_by_agent(said.at, &text) } else { self.draft.user(said.at, &text) }
        }
    }

    fn agent(&mut self, said: &Message<'_>, message: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        for block in blocks(said.content) {
            let Ok([kind, id, name, arguments]) = fields(block, ["type", "id", "name", "arguments"]) else {
                let text = flat_text(block, self.draft.text_bound());
                self.draft.said_by_agent(said.at, &text);
                continue;
            };
            match kind.and_then(scan::inside).unwrap_or_default() {
                b"text" => {
                    let text = flat_text(block, self.draft.text_bound());
                    self.draft.said_by_agent(said.at, &text);
                }
                b"toolCall" => {
                    let args = self.draft.arguments(arguments);
                    let id = id.and_then(|id| short_text(id, 400));
                    let name = name.and_then(|name| short_text(name, 300)).unwrap_or_default();
                    self.draft.call(said.at, id.as_deref(), &name, args);
                }
                b"" => out.skip(record, "a content block without a type"),
                // Thoughts, pictures, and what services keep for themselves.
                _ => {}
            }
        }
        let [reason, error] = fields(message, ["stopReason", "errorMessage"]).unwrap_or_default();
        match reason.and_then(scan::inside) {
            Some(b"aborted") => self.draft.interrupted(said.at),
            Some(b"error") => self.context(&Message { content: error.unwrap_or_default(), ..*said }),
            _ => {}
        }
    }

    fn model(&mut self, model: &[u8]) -> Option<u8> {
        let model = short_text(model, 200)?;
        let known = self.models.iter().position(|known| *known == *model);
        let at = known.or_else(|| {
            self.models.push((self.models.len() < MOST_MODELS).then(|| model.into_owned())?);
            Some(self.models.len() - 1)
        })?;
        u8::try_from(at).ok()
    }

    fn result(
        &mut self,
        said: &Message<'_>,
        message: &[u8],
        record: Record<'_>,
        out: &mut Out<'_>,
    ) -> Option<usize> {
        let [id, error] = fields(message, ["toolCallId", "isError"]).unwrap_or_default();
        let id = id.and_then(|id| short_text(id, 400));
        let call = id.as_deref().and_then(|id| self.draft.waits(id));
        let output = flat_text(said.content, self.draft.output_bound());
        let last = output.trim_end().lines().next_back().unwrap_or_default();
        let answer = Answer {
            output: &output,
            failed: error.and_then(truth),
            exit: last.strip_prefix("Command exited with code ").and_then(|code| code.parse().ok()),
            refused: output.starts_with(PASSED_OVER) || STOPPED.contains(&last),
        };
        if call.is_none() || !self.draft.answer(said.at, id.as_deref(), answer) {
            out.skip(record, "a result without its call");
        }
        call
    }

    /// What a person ran themselves, and what came of it.
    fn ran(&mut self, said: &Message<'_>, message: &[u8]) {
        let [command, code, output] = fields(message, ["command", "code", "output"]).unwrap_or_default();
        let bound = self.draft.text_bound();
        let text = |raw: Option<&[u8]>| flat_text(raw.unwrap_or_default(), bound).into_owned();
        self.draft.context(said.at, &format!("Ran `{}`\n{}", text(command.or(code)), text(output)));
    }

    /// An entry; gives the call that it answers, and the model that wrote it.
    fn entry(
        &mut self,
        kind: &[u8],
        at: Option<Timestamp>,
        record: Record<'_>,
        out: &mut Out<'_>,
    ) -> (Option<usize>, Option<u8>) {
        let inner = |name: &str| field(record.bytes, name).unwrap_or_default();
        let context = |content| Message { role: b"", content, at };
        match kind {
            b"message" => return self.message(at, inner("message"), record, out),
            b"compaction" | b"branch_summary" => self.context(&context(inner("summary"))),
            b"custom_message" => self.context(&context(inner("content"))),
            b"session_init" => {
                self.is_omp = true;
                self.draft.unattended = true;
            }
            kind => {
                let kind = String::from_utf8_lossy(kind);
                let is_of_omp = IGNORED_OF_OMP.contains(&&*kind);
                self.is_omp |= is_of_omp;
                if !is_of_omp && !IGNORED.contains(&&*kind) {
                    out.skip(record, format!("unknown kind of entry `{kind:.40}`"));
                }
            }
        }
        (None, None)
    }
}

impl Reader for Pi<'_> {
    fn take(&mut self, record: Record<'_>, out: &mut Out<'_>) {
        let line = scan::whole(record.bytes);
        let names = ["type", "id", "parentId", "timestamp", "targetId"];
        let Ok([kind, id, parent, stamp, target]) = line.and_then(|line| fields(line, names)) else {
            return out.skip(record, "not a JSON object");
        };
        match kind.and_then(scan::inside).unwrap_or_default() {
            b"session" => self.header(record.bytes, record, out),
            // The title that omp keeps in the first line is no entry.
            b"title" => self.is_omp = true,
            b"leaf" | b"leaf_change" => self.tree.go_to(target),
            kind => {
                let from = self.draft.len();
                let (answered, model) = self.entry(kind, time(stamp), record, out);
                let parent = parent.filter(|_| !self.is_linear);
                let entry = (from..self.draft.len(), answered, model);
                if !self.tree.add(id, parent, entry) {
                    out.skip(record, "more entries than are read of one session");
                }
            }
        }
    }

    fn end(mut self: Box<Self>, whole: blake3::Hash, out: &mut Out<'_>) {
        if self.is_omp {
            self.draft.agent = Clean::fixed("omp");
        }
        let (on, off) = self.tree.parted();
        off.iter().filter_map(|entry| entry.answered).for_each(|call| self.draft.unanswer(call));
        let models = on.iter().filter_map(|entry| self.models.get(usize::from(entry.model?)));
        models.for_each(|model| self.draft.model(model));
        self.draft.keep(&on.iter().map(|entry| entry.events.clone()).collect::<Vec<_>>());
        out.give(self.draft, SessionId::of_hash(whole));
    }
}

/// A content as blocks: the elements of a list, or the one text that it is.
fn blocks(content: &[u8]) -> Vec<&[u8]> {
    match content.first() {
        Some(b'[') => elements(content).map_while(Result::ok).collect(),
        None | Some(b'n') => Vec::new(),
        Some(_) => vec![content],
    }
}

/// The id of the session that a header names as its origin: by that id, or by the file `<time>_<id>.jsonl`.
fn id_of(named: &str) -> &str {
    let file = named.rsplit(['/', '\\']).next().unwrap_or(named);
    match file.strip_suffix(".jsonl") {
        Some(stem) => stem.split_once('_').map_or(stem, |(_, id)| id),
        None => named,
    }
}

#[cfg(test)]
mod tests;
