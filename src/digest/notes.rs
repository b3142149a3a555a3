//! Which notes of the memory a session was shown or opened.
//!
//! A note counts as read where its path stands in text that was put before the agent (a memory file, a line of the
//! index, a hook's output), in a call that went through, or in what such a call printed of MEMORY.md or
//! `git dream recall` printed; a playbook also where it was loaded as a skill. An index line is itself the rule, so who
//! was shown the line has read the note. Where a transcript does not keep all that MEMORY.md showed, [`INDEX`] itself is
//! among the names. Refuses to guess: what an agent's tool loads without writing it down was not read as far as anybody
//! knows (hooks and servers of git-dream keep a log of that, [`crate::usage`]), and neither is a listing of files.

use super::step::{self, Step};
use super::uses::{Found, How, Uses};
use crate::redact::{Clean, redact};
use crate::session::{Body, Call, Session, Status};
use memchr::memmem;
use regex::Regex;
use std::sync::LazyLock;

/// The file with the memory's index.
const INDEX: &str = "MEMORY.md";

/// A note's path inside a memory, wherever the memory lies. What lies in the archive is no note any more.
static NOTE_PATH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let path = r"(?-u:\b)(?:archive[/\\])?(?:agents[/\\][a-z0-9][a-z0-9-]*[/\\])?(?:(?:mistakes|preferences)[/\\][a-z0-9][a-z0-9-]*\.md|playbooks[/\\][a-z0-9][a-z0-9-]*[/\\]SKILL\.md)(?-u:\b)";
    Regex::new(path).ok()
});

/// How an agent is shown a skill: the folder that it lies in, then what it says.
static SKILL_FOLDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let opening = r"^Base directory for this skill: \S*?(?:(agents/[a-z0-9][a-z0-9-]*)/)?(?:playbooks|skills)/([a-z0-9][a-z0-9-]*)/?\s";
    Regex::new(opening).ok()
});

/// What stands where a part of an output was left out.
const CUT: &str = " bytes left out …]";

/// How agents are told of git-dream: by its name as a program, as a server and as a command of git.
const NAMES: [&str; 3] = ["git-dream", "git dream", "git_dream"];

/// The notes that were put before the agent or that it opened.
pub(super) fn read_in(session: &Session) -> Uses {
    let mut found = Found::default();
    for event in &session.events {
        let mut add = |notes: &mut dyn Iterator<Item = Clean>, how: How| {
            notes.for_each(|note| found.add(note, how, Some(event.number)));
        };
        match &event.body {
            Body::Context(text) => add(&mut paths_in(text).into_iter().chain(skill_in(text)), How::Shown),
            // Where no results are kept, that a note was asked for is all there is.
            Body::Call(call) if matches!(call.status, Status::Returned | Status::Unrecorded) => {
                add(&mut call.args.0.iter().flat_map(|arg| paths_in(&arg.value)), How::Opened);
                let opens_index = names_index(call);
                if opens_index || asks_for_notes(call) {
                    add(&mut paths_in(&call.output).into_iter(), How::Shown);
                }
                if opens_index && call.output.contains(CUT) {
                    add(&mut std::iter::once(Clean::fixed(INDEX)), How::Opened);
                }
            }
            _ => {}
        }
    }
    found.into_uses()
}

/// Whether the agent was told of git-dream, or asked it.
pub(super) fn speaks_of_git_dream(session: &Session) -> bool {
    let names =
        |text: &Clean| NAMES.iter().any(|name| memmem::find(text.as_bytes(), name.as_bytes()).is_some());
    session.events.iter().any(|event| match &event.body {
        Body::Context(text) => names(text),
        Body::Call(call) => asks_for_notes(call) || step::is_git_dream(&Step(call.tool.clone())),
        _ => false,
    })
}

/// The note paths that a text names.
fn paths_in(text: &Clean) -> Vec<Clean> {
    // Hardly any text names a note: a search for bytes says so before the expression is tried.
    if memmem::find(text.as_bytes(), b".md").is_none() {
        return Vec::new();
    }
    let Some(pattern) = NOTE_PATH.as_ref() else { return Vec::new() };
    let found = pattern.find_iter(text).filter(|found| !found.as_str().starts_with("archive"));
    let path = |found: regex::Match<'_>| match found.as_str().contains('\\') {
        true => Some(redact(&found.as_str().replace('\\', "/"))),
        false => text.part(found.range()),
    };
    found.filter_map(path).collect()
}

/// The note of the playbook that a text shows as a skill.
fn skill_in(text: &Clean) -> Option<Clean> {
    // Only the beginning says it, and only few texts begin so.
    if !text.starts_with("Base directory") {
        return None;
    }
    let found = SKILL_FOLDER.as_ref()?.captures(text)?;
    let circle = found.get(1).map(|circle| format!("{}/", circle.as_str())).unwrap_or_default();
    Some(redact(&format!("{circle}playbooks/{}/SKILL.md", found.get(2)?.as_str())))
}

/// Whether a call is about the file with the index.
fn names_index(call: &Call) -> bool {
    call.args.0.iter().any(|arg| memmem::find(arg.value.as_bytes(), INDEX.as_bytes()).is_some())
}

/// Whether a call asks git-dream for notes.
fn asks_for_notes(call: &Call) -> bool {
    let asks = |text: &str| ["recall", "context", "playbooks"].iter().any(|word| text.contains(word));
    let is_ours = |text: &str| text.contains("git dream ") || text.contains("git-dream ");
    // Some agents call a server's tools by their bare names.
    matches!(&*call.tool, "recall" | "playbooks")
        || call.tool.contains("dream") && asks(&call.tool)
        || call.args.0.iter().any(|arg| is_ours(&arg.value) && asks(&arg.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::read_bytes;
    use crate::settings::Reading;
    use serde_json::{Value, json};

    #[test]
    fn a_note_is_recognised_wherever_the_memory_lies() {
        let text = redact(
            r"see mem/agents/codex/mistakes/cargo-lock.md, C:\mem\preferences\tabs.md and playbooks/release/SKILL.md, not mistakes.md or archive/mistakes/old.md",
        );
        let found: Vec<String> = paths_in(&text).iter().map(|path| path.to_string()).collect();
        assert_eq!(
            found,
            ["agents/codex/mistakes/cargo-lock.md", "preferences/tabs.md", "playbooks/release/SKILL.md"]
        );
    }

    /// The session in a transcript of these records.
    fn session(records: &[Value]) -> Session {
        let lines: Vec<String> = records.iter().map(Value::to_string).collect();
        let mut sessions = Vec::new();
        let mut take = |session| sessions.push(session);
        let read = read_bytes("s.jsonl", lines.join("\n").as_bytes(), &Reading::default(), &mut take);
        assert_eq!(sessions.len(), 1, "{:?}", read.skipped);
        sessions.remove(0)
    }

    /// The notes that were read in a transcript of these records.
    fn read(records: &[Value]) -> Vec<String> {
        let mut paths: Vec<String> =
            read_in(&session(records)).notes().map(|path| path.to_string()).collect();
        paths.sort();
        paths
    }

    /// A call of Claude Code with its result.
    fn claude(tool: &str, input: Value, output: &str, is_error: bool) -> [Value; 2] {
        let message = |role: &str, content: Value| {
            json!({ "type": role, "uuid": role, "sessionId": "s", "timestamp": "2026-01-01T00:00:00Z",
                "cwd": "/home/ann/mill", "message": { "role": role, "content": [content] } })
        };
        [
            message("assistant", json!({ "type": "tool_use", "id": "t", "name": tool, "input": input })),
            message(
                "user",
                json!({ "type": "tool_result", "tool_use_id": "t", "content": output, "is_error": is_error }),
            ),
        ]
    }

    #[test]
    fn claude_code_reads_notes_by_its_tools_and_is_shown_memory_files_and_skills() {
        let file = json!({ "file_path": "/home/ann/mill/memory/mistakes/sail.md" });
        assert_eq!(read(&claude("Read", file.clone(), "1\t---", false)), ["mistakes/sail.md"]);
        assert!(read(&claude("Read", file, "File does not exist.", true)).is_empty(), "it never saw it");
        let index = "## Index\n\n- Reef it. [more](mistakes/sail.md)\n- Oil it. [more](mistakes/cog.md)\n";
        let cat = json!({ "command": "cat memory/MEMORY.md" });
        assert_eq!(read(&claude("Bash", cat.clone(), index, false)), ["mistakes/cog.md", "mistakes/sail.md"]);
        let long = format!("{index}{}", "and much more\n".repeat(900));
        let kept = read(&claude("Bash", cat, &long, false));
        assert_eq!(kept, [INDEX, "mistakes/cog.md", "mistakes/sail.md"], "not all of it is kept");
        let list = json!({ "command": "find memory" });
        assert!(read(&claude("Bash", list, "memory/mistakes/sail.md", false)).is_empty(), "a listing");
        let recall = json!({ "command": "git dream recall 'reef the sail'" });
        assert_eq!(read(&claude("Bash", recall, "mistakes/sail.md: Reef it.", false)), ["mistakes/sail.md"]);
        let loaded = json!({ "type": "attachment", "uuid": "a", "sessionId": "s",
            "timestamp": "2026-01-01T00:00:00Z", "attachment": { "type": "nested_memory",
            "path": "/home/ann/mill/CLAUDE.md", "content": { "content": index } } });
        let said = json!({ "type": "user", "uuid": "b", "sessionId": "s",
            "timestamp": "2026-01-01T00:00:00Z", "message": { "role": "user", "content": "mend the sail" } });
        assert_eq!(read(&[said.clone(), loaded]), ["mistakes/cog.md", "mistakes/sail.md"]);
        let skill = json!({ "type": "user", "uuid": "c", "sessionId": "s", "isMeta": true,
            "timestamp": "2026-01-01T00:00:00Z", "message": { "role": "user", "content":
            "Base directory for this skill: /home/ann/mill/.claude/skills/hoist-sail\n\n# Hoist\n" } });
        assert_eq!(read(&[said, skill]), ["playbooks/hoist-sail/SKILL.md"]);
    }

    #[test]
    fn what_git_dream_itself_put_there_is_recognised_and_is_no_evidence() {
        let hook = |event: &str, text: &str| {
            json!({ "type": "attachment", "uuid": event, "sessionId": "s", "timestamp": "2026-01-01T00:00:00Z",
                "attachment": { "type": "hook_additional_context", "hookEvent": event, "content": [text] } })
        };
        let note =
            "git-dream: reef it ([more](mistakes/sail.md))\n> error: the sail is torn\n> Always reef first.";
        let recall =
            claude("mcp__git-dream__recall", json!({ "query": "sail" }), "error: the sail is torn", false);
        let shell = json!({ "command": "git dream recall 'the sail is torn'" });
        let asked = claude("Bash", shell, "mistakes/oil.md\nerror: the sail is torn\nTraceback", true);
        let records: Vec<Value> =
            [hook("SessionStart", note)].into_iter().chain(recall).chain(asked).collect();
        let session = session(&records);
        let told: Vec<Option<u32>> = read_in(&session).0.iter().map(|one| one.event).collect();
        assert_eq!(told, [Some(1)], "a call that failed was shown nothing");
        assert!(speaks_of_git_dream(&session));
        let digest = crate::digest::read(&session, &Reading::default());
        assert!(
            digest.failures.is_empty() && digest.remarks.is_empty() && digest.steps.is_empty(),
            "{digest:#?}"
        );
        assert!(digest.writes.is_empty() && digest.checks.is_empty(), "{digest:#?}");
        let gemini = json!({ "sessionId": "s", "projectHash": "x", "messages": [
            { "type": "user", "content": "mend it\n\n<hook_context>Always reef first, see mistakes/sail.md</hook_context>" },
            { "type": "gemini", "content": "Done." },
        ] });
        assert_eq!(read(std::slice::from_ref(&gemini)), ["mistakes/sail.md"]);
        assert!(crate::digest::read(&self::session(&[gemini]), &Reading::default()).remarks.is_empty());
    }

    #[test]
    fn codex_reads_notes_by_its_shell_and_is_shown_instructions() {
        let record = |payload: Value| json!({ "timestamp": "2026-01-01T00:00:00Z", "type": "response_item", "payload": payload });
        let begun = json!({ "timestamp": "2026-01-01T00:00:00Z", "type": "session_meta",
            "payload": { "id": "s", "cwd": "/home/ann/mill", "instructions": Value::Null } });
        let arguments = json!({ "command": ["bash", "-lc", "cat mistakes/sail.md"] }).to_string();
        let call = record(
            json!({ "type": "function_call", "name": "shell", "arguments": arguments, "call_id": "c" }),
        );
        let output = json!({ "output": "---\nname: sail", "metadata": { "exit_code": 0 } }).to_string();
        let result = record(json!({ "type": "function_call_output", "call_id": "c", "output": output }));
        assert_eq!(read(&[begun.clone(), call, result]), ["mistakes/sail.md"]);
        let shown = record(json!({ "type": "message", "role": "user", "content": [{ "type": "input_text",
            "text": "# AGENTS.md instructions for /home/ann/mill\n\n- Oil it. [more](mistakes/cog.md)" }] }));
        assert_eq!(read(&[begun.clone(), shown]), ["mistakes/cog.md"]);
        let hooked =
            record(json!({ "type": "message", "role": "developer", "content": [{ "type": "input_text",
            "text": "git-dream: oil it ([more](mistakes/oil.md))" }] }));
        assert_eq!(read(&[begun, hooked]), ["mistakes/oil.md"]);
    }
}
