//! Conversations as chat messages: OpenAI's, Anthropic's, and what evaluation harnesses make of them.
//!
//! A record is a session (an object that has its messages under one of many names, or a bare list of messages)
//! or one message of the only session in the file. Results are paired with the calls of the message before
//! them, because ids repeat over a conversation in some files and are missing in others.

use super::{Out, Reader, Record, flat_text, seen, time};
use crate::redact::Clean;
use crate::session::SessionId;
use crate::session::draft::{Answer, Draft};
use crate::session::excerpt;
use crate::session::outcomes::score_of;
use crate::session::records::Cut;
use crate::session::scan::{self, elements, field, fields, number, short_text, truth};
use crate::settings::Reading;
use jiff::Timestamp;
use std::borrow::Cow;

/// Under which names a session has its messages.
const MESSAGES: [&str; 9] =
    ["messages", "traj", "trajectory", "conversation", "history", "turns", "dialogue", "transcript", "chat"];

/// Under which names it says how it ended.
const OUTCOMES: [&str; 8] =
    ["reward", "outcome", "score", "success", "passed", "resolved", "is_correct", "correct"];

/// Under which names it says what it was asked.
const TASKS: [&str; 6] = ["task_id", "task", "job", "instance_id", "problem_id", "question_id"];

/// Reads one file.
pub(in crate::session) struct Chat<'s> {
    settings: &'s Reading,
    cut: Cut,
    /// The file's only session, where each record is a message.
    single: Conversation<'s>,
}

/// A session while it is being read.
struct Conversation<'s> {
    draft: Draft<'s>,
    /// Calls that wait for their result: the id they have in the file, and the one they have in the draft.
    pending: Vec<(String, String)>,
    calls: u64,
}

/// Whether a record is a session or a message of one.
pub(super) fn is_record(record: &[u8]) -> bool {
    match record.trim_ascii().first() {
        Some(b'[') => elements(record).next().and_then(Result::ok).is_some_and(is_message),
        Some(b'{') => messages_of(record).is_some() || is_message(record),
        _ => false,
    }
}

fn is_message(object: &[u8]) -> bool {
    let names = ["role", "type", "from", "content", "value", "tool_calls", "message", "payload"];
    let Some([role, kind, from, content, value, calls, message, payload]) = seen(object, names) else {
        return false;
    };
    let says = content.or(value).or(calls).is_some();
    let role = role.or(from).or(kind).and_then(|role| short_text(role, 20));
    message.or(payload).is_none() && says && role.is_some_and(|role| role_of(&role).is_some())
}

/// The messages of a session, also of one that is cut off after its first messages.
fn messages_of(object: &[u8]) -> Option<&[u8]> {
    let list = seen(object, MESSAGES)?.into_iter().flatten().find(|list| list.first() == Some(&b'['));
    match list {
        Some(list) => elements(list).next().is_none_or(|first| first.is_ok_and(is_message)).then_some(list),
        None => MESSAGES.iter().find_map(|name| {
            // The start of a large file may end inside the list.
            let at = memchr::memmem::find(object, format!("\"{name}\"").as_bytes())?;
            let list =
                object[at + name.len() + 2..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
            elements(list).next().and_then(Result::ok).is_some_and(is_message).then_some(list)
        }),
    }
}

fn is_answered(call: &[u8]) -> bool {
    let [result, output] = fields(call, ["result", "output"]).unwrap_or_default();
    result.or(output).is_some_and(|result| result != b"null")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    User,
    Agent,
    Tool,
    Context,
}

fn role_of(role: &str) -> Option<Role> {
    match role.to_ascii_lowercase().as_str() {
        "user" | "human" | "customer" => Some(Role::User),
        "assistant" | "ai" | "agent" | "model" | "gemini" | "gpt" | "bot" => Some(Role::Agent),
        "tool" | "function" | "toolresult" | "tool_result" | "observation" | "environment" | "ipython" => {
            Some(Role::Tool)
        }
        "system" | "developer" | "info" | "error" | "warning" => Some(Role::Context),
        _ => None,
    }
}

impl<'s> Chat<'s> {
    pub(in crate::session) fn new(cut: Cut, settings: &'s Reading) -> Chat<'s> {
        Chat { settings, cut, single: Conversation::new(settings) }
    }

    fn session(&self, record: Record<'_>, object: &[u8], out: &mut Out<'_>) {
        let mut conversation = Conversation::new(self.settings);
        if object.first() == Some(&b'{') {
            conversation.envelope(object, record, out);
        }
        let messages = if object.first() == Some(&b'[') { Some(object) } else { messages_of(object) };
        for message in messages.into_iter().flat_map(elements) {
            match message {
                Ok(message) => conversation.message(message, record, out),
                Err(_) => out.skip(record, "its messages end in the middle"),
            }
        }
        if conversation.draft.is_empty() {
            return out.skip(record, "nothing happens in it");
        }
        out.give(conversation.draft, SessionId::of(record.bytes));
    }
}

impl<'s> Conversation<'s> {
    fn new(settings: &'s Reading) -> Conversation<'s> {
        Conversation { draft: Draft::new(Clean::fixed("chat"), settings), pending: Vec::new(), calls: 0 }
    }

    /// What stands beside the messages.
    fn envelope(&mut self, object: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        let word = |value: &'_ [u8]| match short_text(value, 400) {
            Some(text) => Some(text.into_owned()),
            None => number(value).map(|_| String::from_utf8_lossy(value).into_owned()),
        };
        let first = |names: &[&str]| names.iter().find_map(|name| word(field(object, name)?));
        // Only ids that name one run: sessions with one source id are taken for one session at two moments.
        let source = first(&["session_id", "sessionId", "conversation_id", "trajectory_id", "run_id"]);
        self.draft.source = source.and_then(|source| self.draft.name(&source));
        let parent = first(&["parent_session_id", "parent_id", "parent"]);
        self.draft.parent = parent.and_then(|parent| self.draft.name(&parent));
        self.draft.task = first(&TASKS).and_then(|task| self.draft.name(&task));
        self.draft.contributor =
            first(&["contributor", "user_name", "author"]).and_then(|who| self.draft.name(&who));
        self.draft.project =
            first(&["project", "repository", "repo"]).and_then(|project| self.draft.name(&project));
        if let Some(agent) =
            first(&["agent", "agent_name", "scaffold"]).and_then(|agent| self.draft.name(&agent))
        {
            self.draft.agent = agent;
        }
        if let Some(model) = first(&["model", "model_name"]) {
            self.draft.model(&model);
        }
        if let Some(cwd) = first(&["cwd", "workdir", "directory"]) {
            self.draft.folder(&cwd);
        }
        let info = field(object, "info").or_else(|| field(object, "metadata")).unwrap_or_default();
        let said = [object, info].into_iter().find_map(|place| {
            let found = fields(place, OUTCOMES).ok()?.into_iter().flatten().next()?;
            (found != b"null").then_some(found)
        });
        // Some harnesses give `{"reward": {"reward": 1, …}}`.
        let said = said.map(|said| field(said, "reward").or_else(|| field(said, "score")).unwrap_or(said));
        self.draft.outcome = said.and_then(score_of);
        if said.is_some() && self.draft.outcome.is_none() {
            out.skip(record, "an outcome that is neither 0 to 1, true or false, nor pass or fail");
        }
    }

    fn message(&mut self, message: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        let names = [
            "role",
            "type",
            "from",
            "content",
            "value",
            "tool_calls",
            "toolCalls",
            "function_call",
            "tool_call_id",
            "toolCallId",
            "is_error",
            "isError",
            "timestamp",
            "model",
            "text",
        ];
        let Ok(
            [
                role,
                kind,
                from,
                content,
                value,
                calls,
                calls_too,
                legacy,
                call_id,
                call_id_too,
                error,
                error_too,
                stamp,
                model,
                text,
            ],
        ) = fields(message, names)
        else {
            return out.skip(record, "a message is no object");
        };
        let role = role.or(from).or(kind).and_then(|role| short_text(role, 40)).unwrap_or_default();
        let content = content.or(value).or(text);
        let at = time(stamp);
        let failed = error.or(error_too).and_then(truth);
        match role_of(&role) {
            Some(Role::Tool) => {
                let id = call_id.or(call_id_too).and_then(|id| short_text(id, 300));
                self.result(at, id.as_deref(), content, failed, record, out);
            }
            Some(role) => {
                if role == Role::Agent {
                    self.pending.clear();
                    if let Some(model) = model.and_then(|model| short_text(model, 200)) {
                        self.draft.model(&model);
                    }
                }
                let calls = calls.or(calls_too).into_iter().flat_map(elements).map_while(Result::ok);
                let calls =
                    calls.chain(legacy.filter(|call| call.first() == Some(&b'{'))).collect::<Vec<_>>();
                // Where calls carry their results, the text is what the agent said after them.
                let are_answered = calls.iter().any(|call| is_answered(call));
                if !are_answered {
                    self.content(role, at, content.unwrap_or_default(), record, out);
                }
                for call in calls {
                    self.call(at, call);
                }
                if are_answered {
                    self.content(role, at, content.unwrap_or_default(), record, out);
                }
            }
            None => out.skip(record, format!("unknown role `{role:.40}`")),
        }
    }

    fn content(
        &mut self,
        role: Role,
        at: Option<Timestamp>,
        content: &[u8],
        record: Record<'_>,
        out: &mut Out<'_>,
    ) {
        if content.first() != Some(&b'[') {
            let text = flat_text(content, self.draft.text_bound());
            return self.say(role, at, &text);
        }
        for block in elements(content).map_while(Result::ok) {
            let [kind, text] = fields(block, ["type", "text"]).unwrap_or_default();
            match kind.and_then(scan::inside).unwrap_or_default() {
                b"tool_use" | b"toolCall" | b"tool_call" => self.call(at, block),
                b"tool_result" | b"toolResult" => {
                    let [id, inner, error] =
                        fields(block, ["tool_use_id", "content", "is_error"]).unwrap_or_default();
                    let id = id.and_then(|id| short_text(id, 300));
                    self.result(at, id.as_deref(), inner, error.and_then(truth), record, out);
                }
                b"thinking" | b"reasoning" | b"redacted_thinking" => {}
                _ => {
                    let text = excerpt::of_string(text.unwrap_or(block), self.draft.text_bound())
                        .unwrap_or_default();
                    self.say(role, at, &text);
                }
            }
        }
    }

    fn say(&mut self, role: Role, at: Option<Timestamp>, text: &str) {
        match role {
            Role::User => self.draft.user(at, text),
            Role::Agent => self.draft.said_by_agent(at, text),
            Role::Context | Role::Tool => self.draft.context(at, text),
        }
    }

    /// A call, with its result where that stands in the call itself.
    fn call(&mut self, at: Option<Timestamp>, call: &[u8]) {
        let function =
            field(call, "function").filter(|function| function.first() == Some(&b'{')).unwrap_or(call);
        let names = ["name", "arguments", "args", "input", "parameters"];
        let [name, arguments, args, input, parameters] = fields(function, names).unwrap_or_default();
        let args = self.draft.arguments(arguments.or(args).or(input).or(parameters));
        let [id, result, output, error, status] =
            fields(call, ["id", "result", "output", "error", "status"]).unwrap_or_default();
        self.calls += 1;
        let key = self.calls.to_string();
        let name = name.and_then(|name| short_text(name, 300)).unwrap_or_default();
        self.draft.call(at, Some(&key), &name, args);
        let status = status.and_then(|status| short_text(status, 40)).unwrap_or_default();
        let error = error.filter(|error| !matches!(*error, b"null" | b"false" | b"\"\""));
        let inline = error.or(result).or(output).filter(|inline| *inline != b"null");
        if inline.is_some() || !status.is_empty() {
            let output =
                inline.map(|inline| flat_text(inline, self.draft.output_bound())).unwrap_or_default();
            let failed = match &*status {
                "error" | "failed" | "failure" => Some(true),
                _ => Some(error.is_some()),
            };
            let refused = matches!(&*status, "cancelled" | "canceled" | "rejected" | "denied");
            self.draft.answer(at, Some(&key), Answer { output: &output, failed, exit: None, refused });
        } else {
            let id = id.and_then(|id| short_text(id, 300)).unwrap_or_default();
            self.pending.push((id.into_owned(), key));
        }
    }

    fn result(
        &mut self,
        at: Option<Timestamp>,
        id: Option<&str>,
        content: Option<&[u8]>,
        failed: Option<bool>,
        record: Record<'_>,
        out: &mut Out<'_>,
    ) {
        let output =
            content.map(|content| flat_text(content, self.draft.output_bound())).unwrap_or(Cow::Borrowed(""));
        let by_id = id.and_then(|id| self.pending.iter().position(|(pending, _)| pending == id));
        if self.pending.is_empty() {
            return out.skip(record, "a result without its call");
        }
        let (_, key) = self.pending.remove(by_id.unwrap_or(0));
        self.draft.answer(at, Some(&key), Answer { output: &output, failed, ..Answer::default() });
    }
}

impl Reader for Chat<'_> {
    fn cut(&self) -> Option<Cut> {
        Some(self.cut)
    }

    fn take(&mut self, record: Record<'_>, out: &mut Out<'_>) {
        let Ok(object) = scan::whole(record.bytes) else { return out.skip(record, "not JSON") };
        if object.first() == Some(&b'[') || messages_of(object).is_some() {
            self.session(record, object, out);
        } else if is_message(object) {
            self.single.message(object, record, out);
        } else {
            out.skip(record, "neither a conversation nor a message");
        }
    }

    fn end(self: Box<Self>, whole: blake3::Hash, out: &mut Out<'_>) {
        out.give(self.single.draft, SessionId::of_hash(whole));
    }
}
