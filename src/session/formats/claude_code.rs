//! Claude Code's JSONL, one file a session; also its `stream-json` output, which has the same messages in other
//! envelopes.
//!
//! The format is internal to Claude Code and undocumented; this reader follows what its SDK reads and what files
//! show. A file holds one conversation and, in older versions, the side chains of its sub-agents: each of those
//! becomes a session of its own, with the conversation as its parent. Side chains are told apart by following
//! `parentUuid` to a record that was read before, so a cycle of parents cannot trap the reader.

use super::claude_line::Found;
use super::{Out, Reader, Record, time};
use crate::redact::Clean;
use crate::session::draft::{Answer, Draft};
use crate::session::excerpt;
use crate::session::scan::{self, field, fields, short_text, text, truth};
use crate::session::{SessionId, formats};
use crate::settings::Reading;
use jiff::Timestamp;
use std::collections::HashMap;

/// Most side chains of one file that are told apart; a hostile file must not open drafts without end.
const MOST_CHAINS: usize = 512;

/// Most records of side chains whose chain is remembered.
const MOST_LINKS: usize = 200_000;

/// Kinds of record that hold nothing to learn from.
const IGNORED: &[&str] = &[
    "summary",
    "system",
    "progress",
    "file-history-snapshot",
    "file-history-delta",
    "queue-operation",
    "custom-title",
    "ai-title",
    "last-prompt",
    "tag",
    "agent-name",
    "agent-color",
    "agent-setting",
    "mode",
    "permission-mode",
    "content-replacement",
    "cost-state",
    "atis-latch",
    "pr-link",
    "worktree-state",
    "result",
    "stream_event",
    "rate_limit_event",
    "attribution-snapshot",
    "task-summary",
    "compact_boundary",
];

/// Reads one file.
pub(in crate::session) struct ClaudeCode<'s> {
    settings: &'s Reading,
    main: Draft<'s>,
    session: Option<String>,
    chains: Vec<Chain<'s>>,
    /// The chain of a side-chain record, by its uuid or by the call that started it.
    chain_of: HashMap<String, usize>,
}

struct Chain<'s> {
    draft: Draft<'s>,
    hasher: blake3::Hasher,
}

/// How a line is to be taken.
struct Line<'a> {
    kind: &'a [u8],
    at: Option<Timestamp>,
    /// Put there by the tool, not typed.
    injected: bool,
    /// Written by another agent of a team.
    from_team: bool,
    is_api_error: bool,
}

/// Whether a line looks like one of these transcripts.
pub(super) fn is_line(line: &[u8]) -> bool {
    let names = ["type", "sessionId", "session_id", "parentUuid", "message", "leafUuid", "payload"];
    let Some([kind, session, session_too, parent, message, leaf, payload]) = formats::seen(line, names)
    else {
        return false;
    };
    let kind = kind.and_then(|kind| short_text(kind, 40));
    let is_turn = matches!(kind.as_deref(), Some("user" | "assistant"));
    let is_known =
        kind.as_deref().is_some_and(|kind| is_turn || IGNORED.contains(&kind) || kind == "attachment");
    let has_message = message.is_some_and(|message| message.first() == Some(&b'{'));
    let has_session = session.or(session_too).or(parent).is_some();
    let is_summary = kind.as_deref() == Some("summary") && leaf.is_some();
    let is_snapshot = kind.as_deref().is_some_and(|kind| kind.starts_with("file-history-"));
    payload.is_none()
        && ((is_known && has_session)
            || (has_message && (is_turn || has_session))
            || is_summary
            || is_snapshot)
}

impl<'s> ClaudeCode<'s> {
    pub(in crate::session) fn new(settings: &'s Reading) -> ClaudeCode<'s> {
        let main = Draft::new(Clean::fixed("claude-code"), settings);
        ClaudeCode { settings, main, session: None, chains: Vec::new(), chain_of: HashMap::new() }
    }

    /// The side chain that a line belongs to: its agent's, or that of the record before it.
    fn chain(
        &mut self,
        uuid: Option<&[u8]>,
        agent: Option<&[u8]>,
        parent: Option<&[u8]>,
        line: &[u8],
    ) -> usize {
        let name =
            |raw: Option<&[u8]>| raw.and_then(|raw| short_text(raw, 200)).map(|name| name.into_owned());
        let (uuid, agent, parent) = (name(uuid), name(agent), name(parent));
        let known = [&agent, &parent].into_iter().flatten().find_map(|key| self.chain_of.get(key).copied());
        let index = known.unwrap_or_else(|| self.open_chain(agent.as_ref().or(uuid.as_ref())));
        for key in agent.into_iter().chain(uuid) {
            if self.chain_of.len() < MOST_LINKS {
                self.chain_of.entry(key).or_insert(index);
            }
        }
        if let Some(chain) = self.chains.get_mut(index) {
            chain.hasher.update(line);
            chain.hasher.update(b"\n");
        }
        index
    }

    fn open_chain(&mut self, name: Option<&String>) -> usize {
        if self.chains.len() < MOST_CHAINS {
            let mut draft = Draft::new(self.main.agent.clone(), self.settings);
            draft.unattended = true;
            // A sub-agent may stand in a sub-folder of the project; it is the conversation's all the same.
            draft.project = self.main.project.clone();
            draft.contributor = self.main.contributor.clone();
            let parent = self.session.clone().unwrap_or_default();
            draft.parent = draft.name(&parent);
            draft.source = draft.name(&format!("{parent}/{}", name.map_or("side chain", String::as_str)));
            self.chains.push(Chain { draft, hasher: blake3::Hasher::new() });
        }
        self.chains.len() - 1
    }

    fn turn(
        draft: &mut Draft<'_>,
        line: &Line<'_>,
        found: &Found<'_>,
        record: Record<'_>,
        out: &mut Out<'_>,
    ) {
        let role = match line.kind {
            b"user" | b"assistant" => line.kind,
            _ => found.role.and_then(scan::inside).unwrap_or_default(),
        };
        let is_agent = role == b"assistant";
        let model = found.model.and_then(|model| short_text(model, 200)).unwrap_or_default();
        let is_synthetic = line.is_api_error || model == "<synthetic>";
        if is_agent {
            draft.model(&model);
        }
        let say = |draft: &mut Draft<'_>, text: &[u8]| {
            let Some(text) = excerpt::of_string(text, draft.text_bound()) else { return };
            match (is_agent, line.injected || is_synthetic) {
                (true, false) => draft.said_by_agent(line.at, &text),
                (_, true) if !text.starts_with("[Request interrupted") => draft.context(line.at, &text),
                _ if line.from_team => draft.said_by_agent(line.at, &text),
                _ => draft.user(line.at, &text),
            }
        };
        if let Some(text) = found.text {
            say(draft, text);
        }
        for _ in 0..found.bare {
            out.skip(record, "a content block is no object");
        }
        for [kind, text, id, name, input, call, content, is_error] in &found.blocks {
            match kind.and_then(scan::inside).unwrap_or_default() {
                b"text" => say(draft, text.unwrap_or_default()),
                b"tool_use" | b"server_tool_use" | b"mcp_tool_use" => {
                    let args = draft.arguments(*input);
                    let id = id.and_then(|id| short_text(id, 200));
                    let name = name.and_then(|name| short_text(name, 300)).unwrap_or_default();
                    draft.call(line.at, id.as_deref(), &name, args);
                }
                b"tool_result" | b"mcp_tool_result" => {
                    let output = content.map(|content| formats::flat_text(content, draft.output_bound()));
                    let output = output.unwrap_or_default();
                    let answer =
                        Answer { output: &output, failed: is_error.and_then(truth), ..Answer::default() };
                    let id = call.and_then(|id| short_text(id, 200));
                    if !draft.answer(line.at, id.as_deref(), answer) {
                        out.skip(record, "a result without its call");
                    }
                }
                _ => {}
            }
        }
    }

    /// Text that the tool attached: memory files, hook output, and what was typed while the agent was busy.
    fn attachment(draft: &mut Draft<'_>, at: Option<Timestamp>, attachment: &[u8]) {
        let names = ["type", "prompt", "content", "commandMode"];
        let Ok([kind, prompt, content, mode]) = fields(attachment, names) else { return };
        let is_queued = kind.and_then(scan::inside) == Some(b"queued_command");
        let is_typed = mode.is_none_or(|mode| scan::inside(mode) == Some(b"prompt"));
        match prompt.filter(|_| is_queued) {
            Some(prompt) => {
                let text = formats::flat_text(prompt, draft.text_bound());
                if is_typed { draft.user(at, &text) } else { draft.context(at, &text) }
            }
            None => {
                let content = content.map(|content| match content.first() {
                    Some(b'{') => field(content, "content").unwrap_or(content),
                    _ => content,
                });
                let text = content.map(|content| formats::flat_text(content, draft.text_bound()));
                draft.context(at, &text.unwrap_or_default());
            }
        }
    }
}

impl Reader for ClaudeCode<'_> {
    fn take(&mut self, record: Record<'_>, out: &mut Out<'_>) {
        let Ok(found) = Found::of(record.bytes) else { return out.skip(record, "not a JSON object") };
        let [
            kind,
            session,
            session_too,
            cwd,
            uuid,
            parent,
            sidechain,
            agent_id,
            parent_call,
            stamp,
            role,
            meta,
            summary,
            hidden,
            api_error,
            team,
            origin,
            attachment,
        ] = found.envelope;
        if let (None, Some(session)) =
            (&self.session, session.or(session_too).and_then(|id| short_text(id, 200)))
        {
            self.main.source = self.main.name(&session);
            self.session = Some(session.into_owned());
        }
        if let Some(cwd) = cwd.and_then(|cwd| short_text(cwd, 4096)) {
            self.main.folder(&cwd);
        }
        let is = |flag: Option<&[u8]>| flag.and_then(truth) == Some(true);
        let line = Line {
            kind: kind.or(role).and_then(scan::inside).unwrap_or_default(),
            at: time(stamp),
            injected: is(meta) || is(summary) || is(hidden) || origin.is_some_and(is_not_human),
            from_team: team.is_some_and(|team| team != b"null"),
            is_api_error: is(api_error),
        };
        let is_attachment = line.kind == b"attachment";
        let is_turn = matches!(line.kind, b"user" | b"assistant") || (kind.is_none() && found.has_message);
        if !is_turn && !is_attachment {
            let kind = String::from_utf8_lossy(line.kind);
            if !IGNORED.contains(&&*kind) {
                out.skip(record, format!("unknown kind of record `{kind:.40}`"));
            }
            return;
        }
        if found.broken {
            return out.skip(record, "the message is no object");
        }
        let starting_call = parent_call.filter(|call| scan::inside(call).is_some());
        let draft = if is(sidechain) || starting_call.is_some() {
            let index = self.chain(uuid, agent_id.or(starting_call), parent, record.bytes);
            let Some(chain) = self.chains.get_mut(index) else { return };
            if let Some(cwd) = cwd.and_then(|cwd| short_text(cwd, 4096)) {
                chain.draft.folder(&cwd);
            }
            &mut chain.draft
        } else {
            &mut self.main
        };
        if is_attachment {
            Self::attachment(draft, line.at, attachment.unwrap_or_default());
        } else {
            Self::turn(draft, &line, &found, record, out);
        }
    }

    fn end(self: Box<Self>, whole: blake3::Hash, out: &mut Out<'_>) {
        let is_alone = self.main.is_empty() && self.chains.len() == 1;
        out.give(self.main, SessionId::of_hash(whole));
        for chain in self.chains {
            let hash = if is_alone { whole } else { chain.hasher.finalize() };
            out.give(chain.draft, SessionId::of_hash(hash));
        }
    }
}

/// Newer versions say where a user turn comes from.
fn is_not_human(origin: &[u8]) -> bool {
    field(origin, "kind").and_then(text).is_some_and(|kind| kind != "human")
}
