//! What `opencode export ID` prints: one JSON document a session, its messages with their parts.
//!
//! `packages/opencode/src/cli/cmd/export.ts` and `src/session/message-v2.ts` in OpenCode's repository. A call and its result
//! are one part; whether a command failed stands in the part's metadata. What a person took back (`revert`) is still in an
//! export and left out here. OpenCode itself keeps its sessions in a database, and kept them as one small file a part before:
//! neither is a transcript that can be read by itself.

use super::{Out, Reader, Record, flat_text, seen, time};
use crate::redact::Clean;
use crate::session::SessionId;
use crate::session::draft::{Answer, Draft};
use crate::session::records::Cut;
use crate::session::scan::{self, elements, field, fields, inside, number, short_text, truth};
use crate::session::verdict::is_refusal;
use crate::settings::Reading;
use jiff::Timestamp;

/// Kinds of part that hold nothing to learn from.
const IGNORED: &[&str] = &[
    "reasoning",
    "step-start",
    "step-finish",
    "snapshot",
    "patch",
    "file",
    "agent",
    "retry",
    "compaction",
    "subtask",
];

/// The error of a call that was still going on when the agent was stopped.
const ABORTED: &str = "Tool execution aborted";

/// Reads one file.
pub(in crate::session) struct OpenCode<'s> {
    settings: &'s Reading,
    cut: Cut,
}

/// Whether a record is an export; it may be cut off.
pub(super) fn is_document(record: &[u8]) -> bool {
    // What is known of a session may be longer than the beginning that is looked at.
    let Some(info) = record.trim_ascii().strip_prefix(b"{").map(<[u8]>::trim_ascii_start) else {
        return false;
    };
    let Some(info) = info.strip_prefix(b"\"info\"").map(<[u8]>::trim_ascii_start) else { return false };
    let Some(info) = info.strip_prefix(b":") else { return false };
    let Some([id, project, directory, title]) = seen(info, ["id", "projectID", "directory", "title"]) else {
        return false;
    };
    let is_session = id.and_then(|id| short_text(id, 200)).is_some_and(|id| id.starts_with("ses"));
    is_session && project.or(directory).or(title).is_some()
}

impl<'s> OpenCode<'s> {
    pub(in crate::session) fn new(cut: Cut, settings: &'s Reading) -> OpenCode<'s> {
        OpenCode { settings, cut }
    }

    fn document(&self, document: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        let Ok([info, messages]) = fields(document, ["info", "messages"]) else {
            return out.skip(record, "not a JSON object");
        };
        let Ok([id, parent, directory, revert]) =
            fields(info.unwrap_or_default(), ["id", "parentID", "directory", "revert"])
        else {
            return out.skip(record, "no export of a session: it has no `info`");
        };
        let mut draft = Draft::new(Clean::fixed("opencode"), self.settings);
        let word = |value: Option<&'_ [u8]>| Some(short_text(value?, 4096)?.into_owned());
        draft.source = word(id).and_then(|id| draft.name(&id));
        draft.parent = word(parent).and_then(|parent| draft.name(&parent));
        draft.unattended = draft.parent.is_some();
        draft.folder(&word(directory).unwrap_or_default());
        let revert = revert.filter(|revert| revert.first() == Some(&b'{'));
        let [message, part] =
            revert.and_then(|revert| fields(revert, ["messageID", "partID"]).ok()).unwrap_or_default();
        let taken_back = TakenBack { message, part };
        for message in messages.into_iter().flat_map(elements) {
            match message {
                Ok(message) => {
                    if Self::message(&mut draft, message, taken_back, record, out) {
                        break;
                    }
                }
                Err(_) => out.skip(record, "its messages end in the middle"),
            }
        }
        out.give(draft, SessionId::of(document));
    }

    /// Returns whether what comes from here on was taken back.
    fn message(
        draft: &mut Draft<'_>,
        message: &[u8],
        taken_back: TakenBack<'_>,
        record: Record<'_>,
        out: &mut Out<'_>,
    ) -> bool {
        let Ok([info, parts]) = fields(message, ["info", "parts"]) else {
            out.skip(record, "a message is no object");
            return false;
        };
        let names = ["id", "role", "time", "modelID", "path", "summary", "error"];
        let Ok([id, role, stamp, model, path, summary, error]) = fields(info.unwrap_or_default(), names)
        else {
            out.skip(record, "a message without `info`");
            return false;
        };
        let is_last = id.is_some() && id == taken_back.message;
        if is_last && taken_back.part.is_none() {
            return true;
        }
        let at = time(stamp.and_then(|stamp| field(stamp, "created")));
        let is_agent = match role.and_then(inside).unwrap_or_default() {
            b"assistant" => true,
            b"user" => false,
            other => {
                let role = String::from_utf8_lossy(other);
                out.skip(record, format!("unknown role `{role:.40}`"));
                return is_last;
            }
        };
        if let Some(model) = model.and_then(|model| short_text(model, 200)) {
            draft.model(&model);
        }
        if let Some(cwd) = path.and_then(|path| short_text(field(path, "cwd")?, 4096)) {
            draft.folder(&cwd);
        }
        let who = match (is_agent, summary.and_then(truth)) {
            // The summary of a conversation that grew too long, and what asks for it.
            (_, Some(true)) => Who::Context,
            (true, _) => Who::Agent,
            (false, _) => Who::User,
        };
        for part in parts.into_iter().flat_map(elements).map_while(Result::ok) {
            if is_last && field(part, "id") == taken_back.part {
                break;
            }
            Self::part(draft, at, who, part, record, out);
        }
        if let Some(error) = error.filter(|error| error.first() == Some(&b'{')) {
            Self::error(draft, at, error);
        }
        is_last
    }

    fn part(
        draft: &mut Draft<'_>,
        at: Option<Timestamp>,
        who: Who,
        part: &[u8],
        record: Record<'_>,
        out: &mut Out<'_>,
    ) {
        let names = ["type", "text", "synthetic", "ignored", "time", "tool", "callID", "state"];
        let Ok([kind, text, synthetic, ignored, stamp, tool, call, state]) = fields(part, names) else {
            return out.skip(record, "a part is no object");
        };
        let at = time(stamp.and_then(|stamp| field(stamp, "start"))).or(at);
        let is = |flag: Option<&[u8]>| flag.and_then(truth) == Some(true);
        match kind.and_then(inside).unwrap_or_default() {
            b"text" => {
                let text = text.map(|text| flat_text(text, draft.text_bound())).unwrap_or_default();
                match who {
                    Who::Agent => draft.said_by_agent(at, &text),
                    Who::User if !is(synthetic) && !is(ignored) => draft.user(at, &text),
                    Who::User | Who::Context => draft.context(at, &text),
                }
            }
            b"tool" => {
                let tool = tool.and_then(|tool| short_text(tool, 300)).unwrap_or_default();
                let call = call.and_then(|call| short_text(call, 200));
                Self::call(draft, at, &tool, call.as_deref(), state.unwrap_or(b"{}"), record, out);
            }
            other => {
                let kind = String::from_utf8_lossy(other);
                if !IGNORED.contains(&&*kind) {
                    out.skip(record, format!("unknown kind of part `{kind:.40}`"));
                }
            }
        }
    }

    fn call(
        draft: &mut Draft<'_>,
        at: Option<Timestamp>,
        tool: &str,
        id: Option<&str>,
        state: &[u8],
        record: Record<'_>,
        out: &mut Out<'_>,
    ) {
        let names = ["status", "input", "output", "error", "metadata", "time"];
        let Ok([status, input, output, error, metadata, stamp]) = fields(state, names) else {
            return out.skip(record, "the state of a call is no object");
        };
        let [start, end] = stamp.and_then(|stamp| fields(stamp, ["start", "end"]).ok()).unwrap_or_default();
        let args = draft.arguments(input);
        draft.call(time(start).or(at), id, tool, args);
        let bound = draft.output_bound();
        let ended = time(end).or(at);
        match status.and_then(inside).unwrap_or_default() {
            b"completed" => {
                let exit = metadata.and_then(|metadata| number(field(metadata, "exit")?));
                let output = output.map(|output| flat_text(output, bound)).unwrap_or_default();
                let exit = exit.map(|exit| exit as i32);
                draft.answer(ended, id, Answer { output: &output, exit, ..Answer::default() });
            }
            b"error" => {
                let error = error.map(|error| flat_text(error, bound)).unwrap_or_default();
                if !error.contains(ABORTED) {
                    let output = refusal(&error).unwrap_or(&error);
                    draft.answer(ended, id, Answer { output, failed: Some(true), ..Answer::default() });
                }
            }
            b"pending" | b"running" => {}
            other => {
                let status = String::from_utf8_lossy(other);
                out.skip(record, format!("unknown status `{status:.40}` of a call"));
            }
        }
        draft.forget_open_calls();
    }

    /// Why an answer ended early.
    fn error(draft: &mut Draft<'_>, at: Option<Timestamp>, error: &[u8]) {
        let [name, data] = fields(error, ["name", "data"]).unwrap_or_default();
        if name.and_then(inside) == Some(b"MessageAbortedError") {
            return draft.interrupted(at);
        }
        let said = data.and_then(|data| field(data, "message")).unwrap_or(error);
        let text = flat_text(said, draft.text_bound());
        draft.context(at, &text);
    }
}

/// From where on a person took back what was said.
#[derive(Clone, Copy)]
struct TakenBack<'a> {
    message: Option<&'a [u8]>,
    part: Option<&'a [u8]>,
}

/// Whose words a message has.
#[derive(Clone, Copy)]
enum Who {
    User,
    Agent,
    Context,
}

/// The refusal in an error, without the error's name before it.
fn refusal(error: &str) -> Option<&str> {
    let said = error.trim_start();
    let name_ends = said.find("Error: ").filter(|at| *at < 40).map(|at| at + "Error: ".len());
    let said = &said[name_ends.unwrap_or(0)..];
    is_refusal(said).then_some(said)
}

impl Reader for OpenCode<'_> {
    fn cut(&self) -> Option<Cut> {
        Some(self.cut)
    }

    fn take(&mut self, record: Record<'_>, out: &mut Out<'_>) {
        match scan::whole(record.bytes) {
            Ok(document) => self.document(document, record, out),
            Err(_) => out.skip(record, "not JSON"),
        }
    }

    fn end(self: Box<Self>, _whole: blake3::Hash, _out: &mut Out<'_>) {}
}

#[cfg(test)]
mod tests;
