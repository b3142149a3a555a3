//! Codex rollouts: JSONL of `{timestamp, type, payload}`, and the layout of early 2025, whose first line is the
//! bare meta object and whose other lines are bare response items.
//!
//! What people and the agent said stands in a rollout twice, as response items and as events; which of the two a
//! file has depends on the version. Both are read, and a text that the other source gave already is left out.

use super::{Out, Reader, Record, flat_text, seen, time};
use crate::redact::Clean;
use crate::session::SessionId;
use crate::session::draft::{Answer, Draft};
use crate::session::excerpt::{self, Bound};
use crate::session::scan::{self, elements, field, fields, number, short_text, text, truth};
use crate::settings::Reading;
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// Kinds of line, item and event that hold nothing to learn from.
const IGNORED: &[&str] = &[
    "world_state",
    "inter_agent_communication",
    "inter_agent_communication_metadata",
    "reasoning",
    "token_count",
    "ghost_snapshot",
    "compaction",
    "context_compaction",
    "other",
    "tool_search_call",
    "tool_search_output",
    "image_generation_call",
    "state",
];

/// Reads one file.
pub(in crate::session) struct Codex<'s> {
    settings: &'s Reading,
    draft: Draft<'s>,
    has_meta: bool,
    /// Texts that only one of the two sources has given so far: above 0 the items, below 0 the events.
    said: HashMap<u64, i32>,
    /// Calls whose result came with an event; the response item repeats it.
    answered: BTreeSet<String>,
}

/// Which of the two sources a text comes from.
#[derive(Clone, Copy)]
enum Source {
    Item,
    Event,
}

/// Whether a line looks like one of a rollout.
pub(super) fn is_line(line: &[u8]) -> bool {
    let names =
        ["type", "payload", "record_type", "id", "timestamp", "instructions", "git", "role", "message"];
    let Some([kind, payload, record, id, stamp, instructions, git, role, message]) = seen(line, names) else {
        return false;
    };
    let is_bare_meta = id.is_some() && stamp.is_some() && (instructions.is_some() || git.is_some());
    let kind = kind.and_then(|kind| short_text(kind, 60)).unwrap_or_default();
    let is_envelope = payload.is_some() && !kind.is_empty();
    let starts_so =
        matches!(&*kind, "session_meta" | "response_item" | "event_msg" | "turn_context" | "compacted");
    is_envelope
        || starts_so
        || record.is_some()
        || (is_bare_meta && kind.is_empty() && role.or(message).is_none())
}

impl<'s> Codex<'s> {
    pub(in crate::session) fn new(settings: &'s Reading) -> Codex<'s> {
        let draft = Draft::new(Clean::fixed("codex"), settings);
        Codex { settings, draft, has_meta: false, said: HashMap::new(), answered: BTreeSet::new() }
    }

    /// A fork repeats the meta records of its origins after its own: only the first counts.
    fn meta(&mut self, payload: &[u8]) {
        let names = [
            "id",
            "session_id",
            "cwd",
            "git",
            "parent_thread_id",
            "forked_from_id",
            "source",
            "instructions",
            "base_instructions",
        ];
        let Ok([id, session, cwd, git, parent, fork, source, instructions, base]) = fields(payload, names)
        else {
            return;
        };
        if std::mem::replace(&mut self.has_meta, true) {
            return;
        }
        let name =
            |raw: Option<&'_ [u8]>| raw.and_then(|raw| short_text(raw, 4096)).map(|name| name.into_owned());
        let subagent = source.and_then(|source| field(source, "subagent"));
        let spawn = subagent.and_then(|subagent| field(subagent, "thread_spawn"));
        let spawned_by = spawn.and_then(|spawn| field(spawn, "parent_thread_id"));
        self.draft.unattended = subagent.is_some();
        self.draft.source = name(id.or(session)).and_then(|id| self.draft.name(&id));
        let parent = name(parent).or_else(|| name(spawned_by)).or_else(|| name(fork));
        self.draft.parent = parent.and_then(|parent| self.draft.name(&parent));
        let repository = git.and_then(|git| name(field(git, "repository_url")));
        if let Some(project) = repository.as_deref().and_then(crate::session::place::last_component) {
            self.draft.project = self.draft.name(project);
        }
        if let Some(cwd) = name(cwd) {
            self.draft.folder(&cwd);
        }
        for text in instructions.into_iter().chain(base) {
            let text = flat_text(text, self.draft.text_bound()).into_owned();
            self.draft.context(None, &text);
        }
    }

    fn turn_context(&mut self, payload: &[u8]) {
        let inner = field(payload, "turn_context").unwrap_or(payload);
        let Ok([model, cwd]) = fields(inner, ["model", "cwd"]) else { return };
        if let Some(model) = model.and_then(|model| short_text(model, 200)) {
            self.draft.model(&model);
        }
        if let Some(cwd) = cwd.and_then(|cwd| short_text(cwd, 4096)) {
            self.draft.folder(&cwd);
        }
    }

    fn item(&mut self, at: Option<Timestamp>, item: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        let names =
            ["type", "role", "content", "call_id", "name", "arguments", "input", "output", "action", "id"];
        let Ok([kind, role, content, call_id, name, args, input, output, action, id]) = fields(item, names)
        else {
            return out.skip(record, "the payload is no object");
        };
        let kind = match kind.and_then(|kind| short_text(kind, 60)) {
            Some(kind) => kind,
            None if role.is_some() => Cow::Borrowed("message"),
            None => Cow::Borrowed(""),
        };
        let call_id = call_id.and_then(|id| short_text(id, 200));
        let tool = name.and_then(|name| short_text(name, 200));
        match &*kind {
            "message" => self.message(at, role.and_then(scan::inside).unwrap_or_default(), content),
            "function_call" | "custom_tool_call" => {
                let args = match input {
                    Some(input) => {
                        let bound = Bound::mostly_beginning(self.settings.max_argument);
                        self.draft.argument("input", &excerpt::of_string(input, bound).unwrap_or_default())
                    }
                    None => self.draft.arguments(args),
                };
                self.draft.call(at, call_id.as_deref(), tool.as_deref().unwrap_or_default(), args);
            }
            "local_shell_call" | "web_search_call" => {
                let args = self.draft.arguments(action);
                let id = call_id.or_else(|| id.and_then(|id| short_text(id, 200)));
                let tool = kind.trim_end_matches("_call");
                self.draft.call(at, id.as_deref(), tool, args);
                if kind == "web_search_call" {
                    // Its result never stands in the rollout.
                    self.draft.answer(at, id.as_deref(), Answer::default());
                }
            }
            "function_call_output" | "custom_tool_call_output" | "local_shell_call_output" => {
                let is_repeated = call_id.as_deref().is_some_and(|id| self.answered.contains(id));
                if !is_repeated && !self.output(at, call_id.as_deref(), output) {
                    out.skip(record, "a result without its call");
                }
            }
            kind if IGNORED.contains(&kind) => {}
            kind => out.skip(record, format!("unknown kind of item `{kind:.40}`")),
        }
    }

    fn message(&mut self, at: Option<Timestamp>, role: &[u8], content: Option<&[u8]>) {
        let Some(content) = content else { return };
        let bound = self.draft.text_bound();
        let blocks = match content.first() {
            Some(b'[') => elements(content).map_while(Result::ok).collect(),
            _ => vec![content],
        };
        for block in blocks {
            let text = flat_text(block, bound);
            match role {
                b"user" if self.is_new(&text, Source::Item) => self.draft.user(at, &text),
                b"assistant" if self.is_new(&text, Source::Item) => self.draft.said_by_agent(at, &text),
                b"user" | b"assistant" => {}
                _ => self.draft.context(at, &text),
            }
        }
    }

    /// Whether the other source has not given this text yet.
    fn is_new(&mut self, text: &str, source: Source) -> bool {
        let hash = blake3::hash(text.trim().as_bytes());
        let key = hash.as_bytes().iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte));
        let balance = self.said.entry(key).or_default();
        let step = match source {
            Source::Item => 1,
            Source::Event => -1,
        };
        let is_new = *balance * step >= 0;
        *balance += step;
        is_new
    }

    fn output(&mut self, at: Option<Timestamp>, id: Option<&str>, output: Option<&[u8]>) -> bool {
        let bound = self.draft.output_bound();
        let Some(raw) = output else { return self.draft.answer(at, id, Answer::default()) };
        // Older versions put JSON into the string: `{"output": …, "metadata": {"exit_code": …}}`.
        let packed = scan::inside(raw).filter(|inside| inside.starts_with(b"{\\\"")).map(|_| text(raw));
        let packed = packed.flatten();
        let object = match &packed {
            Some(json) if scan::whole(json.trim().as_bytes()).is_ok() => json.trim().as_bytes(),
            _ => raw,
        };
        let names = ["output", "content", "metadata", "success", "exit_code"];
        let Ok([inner, content, metadata, success, exit]) = fields(object, names) else {
            let exit = exit_among(raw);
            return self.draft.answer(
                at,
                id,
                Answer { output: &flat_text(raw, bound), exit, ..Answer::default() },
            );
        };
        let exit = metadata.and_then(|metadata| field(metadata, "exit_code")).or(exit).and_then(number);
        let failed = success.and_then(truth).map(|success| !success);
        let text = match inner.or(content) {
            Some(inner) => flat_text(inner, bound),
            None => flat_text(raw, bound),
        };
        let exit = exit.map(|exit| exit as i32);
        self.draft.answer(at, id, Answer { output: &text, failed, exit, ..Answer::default() })
    }

    fn event(&mut self, at: Option<Timestamp>, event: &[u8]) {
        let names = [
            "type",
            "message",
            "call_id",
            "exit_code",
            "aggregated_output",
            "stdout",
            "stderr",
            "success",
            "reason",
            "result",
        ];
        let Ok([kind, message, call_id, exit, aggregated, stdout, stderr, success, reason, result]) =
            fields(event, names)
        else {
            return;
        };
        let message = message.map(|message| flat_text(message, self.draft.text_bound())).unwrap_or_default();
        let id = call_id.and_then(|id| short_text(id, 200));
        match kind.and_then(scan::inside).unwrap_or_default() {
            b"user_message" if self.is_new(&message, Source::Event) => self.draft.user(at, &message),
            b"agent_message" if self.is_new(&message, Source::Event) => {
                self.draft.said_by_agent(at, &message)
            }
            b"turn_aborted"
                if reason.and_then(scan::inside).is_none_or(|reason| reason == b"interrupted") =>
            {
                self.draft.interrupted(at);
            }
            b"error" => self.draft.context(at, &message),
            b"exec_command_end" | b"patch_apply_end" => {
                let bound = self.draft.output_bound();
                let parts = match aggregated {
                    Some(output) => vec![output],
                    None => [stdout, stderr].into_iter().flatten().collect(),
                };
                let output = parts.iter().map(|part| flat_text(part, bound)).collect::<Vec<_>>().join("\n");
                let answer = Answer {
                    output: &output,
                    failed: success.and_then(truth).map(|success| !success),
                    exit: exit.and_then(number).map(|exit| exit as i32),
                    refused: false,
                };
                if self.draft.answer(at, id.as_deref(), answer) {
                    self.answered.extend(id.map(|id| id.into_owned()));
                }
            }
            b"mcp_tool_call_end" => {
                if let Some((id, result)) = id.zip(result) {
                    self.served(at, &id, result);
                }
            }
            _ => {}
        }
    }

    /// What a tool of a server gave back. Only this record says whether it failed; the response item, which may
    /// come before or after it, has the text alone.
    fn served(&mut self, at: Option<Timestamp>, id: &str, result: &[u8]) {
        let Ok([ok, error]) = fields(result, ["Ok", "Err"]) else { return };
        let mark = |ok| field(ok, "isError").or_else(|| field(ok, "is_error")).and_then(truth);
        let failed = error.is_some() || ok.and_then(mark) == Some(true);
        let content = error.or_else(|| ok.and_then(|ok| field(ok, "content")));
        let output = content.map(|content| flat_text(content, self.draft.output_bound())).unwrap_or_default();
        let answer = Answer { output: &output, failed: Some(failed), ..Answer::default() };
        if self.draft.answer(at, Some(id), answer) {
            self.answered.insert(id.to_owned());
        } else if failed {
            self.draft.failed_after_all(id);
        }
    }
}

impl Reader for Codex<'_> {
    fn take(&mut self, record: Record<'_>, out: &mut Out<'_>) {
        let line = scan::whole(record.bytes);
        let names = ["timestamp", "type", "payload", "record_type", "role", "id"];
        let Ok([stamp, kind, payload, record_type, role, id]) = line.and_then(|line| fields(line, names))
        else {
            return out.skip(record, "not a JSON object");
        };
        let at = time(stamp);
        let Some(payload) = payload else {
            // The early layout: no envelope.
            match (kind, record_type) {
                (_, Some(_)) => {}
                (None, None) if role.is_none() && id.is_some() => self.meta(record.bytes),
                _ => self.item(at, record.bytes, record, out),
            }
            return;
        };
        match kind.and_then(scan::inside).unwrap_or_default() {
            b"session_meta" => self.meta(payload),
            b"turn_context" => self.turn_context(payload),
            b"response_item" => self.item(at, payload, record, out),
            b"event_msg" => self.event(at, payload),
            b"compacted" => {
                let bound = self.draft.text_bound();
                let message =
                    field(payload, "message").map(|message| flat_text(message, bound)).unwrap_or_default();
                self.draft.context(at, &message);
            }
            kind => {
                let kind = String::from_utf8_lossy(kind);
                if !IGNORED.contains(&&*kind) {
                    out.skip(record, format!("unknown kind of record `{kind:.40}`"));
                }
            }
        }
    }

    fn end(self: Box<Self>, whole: blake3::Hash, out: &mut Out<'_>) {
        out.give(self.draft, SessionId::of_hash(whole));
    }
}

/// The first exit status other than 0 that one of several results states in a field of its own.
fn exit_among(output: &[u8]) -> Option<i32> {
    let blocks = elements(output).map_while(Result::ok).take(256);
    let codes = blocks.filter_map(|block| {
        let text = short_text(field(block, "text")?, 64 * 1024)?;
        number(field(text.trim().as_bytes(), "exit_code")?).map(|code| code as i32)
    });
    codes.reduce(|first, next| if first == 0 { next } else { first })
}

#[cfg(test)]
mod tests;
