//! What each agent tells a hook on stdin, and how it is answered.
//!
//! One small file an agent, made from its documentation and its source. What is told is looked into without being built, so
//! that neither a huge result nor deep nesting costs anything; what is not there is not said. Refuses to believe that the
//! event is what the text says: the command line says which it is.

mod claude_code;
mod codex;
mod cursor;
mod gemini;
mod opencode;

use super::{Moment, Told};
use crate::agents::Agent;
use crate::session::scan::{self, short_text};
use std::borrow::Cow;
use std::path::PathBuf;

/// Most bytes that a hook is told; whoever tells more is not answered.
pub const MOST: u64 = 32 << 20;

/// Longest name, id or path that is taken, bytes.
const LONGEST: usize = 4096;

/// A call that came back, as its agent tells of it.
#[derive(Clone, Debug, Default)]
pub struct Called<'a> {
    /// The tool's name.
    pub tool: String,
    /// Its arguments, as JSON.
    pub input: Cow<'a, [u8]>,
    /// The parts of its result, each as JSON.
    pub output: Vec<Cow<'a, [u8]>>,
    /// Whether it failed, where the agent says so.
    pub failed: Option<bool>,
    /// Its exit status, where the agent says so.
    pub exit: Option<i32>,
    /// The agent tells of failing and of other calls alike, and not which this is.
    pub is_unmarked: bool,
}

/// What an agent tells at this event. Errors: what it tells is no JSON object.
pub fn read<'a>(agent: Agent, event: &str, told: &'a [u8]) -> Result<Told<'a>, String> {
    let fields = Fields::of(told).ok_or("what is on stdin is not what a hook is told, a JSON object")?;
    let moment = match agent {
        Agent::ClaudeCode => claude_code::moment(event, &fields),
        Agent::Codex => codex::moment(event, &fields),
        Agent::Gemini => gemini::moment(event, &fields),
        Agent::Cursor => cursor::moment(event, &fields),
        Agent::OpenCode => opencode::moment(event, &fields),
        Agent::AgentsMd => Moment::Other,
    };
    let path = |value: Option<&[u8]>| Some(PathBuf::from(short_text(value?, LONGEST)?.into_owned()));
    // An editor may have no folder of its own for a call, but the one that its window shows.
    let folder = path(fields.cwd).filter(|folder| !folder.as_os_str().is_empty());
    let first = |roots: &'a [u8]| scan::elements(roots).next()?.ok();
    let window = || path(fields.roots.and_then(first));
    Ok(Told {
        session: fields.session.and_then(|id| short_text(id, LONGEST)).unwrap_or_default().into_owned(),
        folder: folder.or_else(window),
        transcript: path(fields.transcript),
        moment,
    })
}

/// What an agent is told back, as it wants it. The answer is whole: no agent reads half a line.
pub fn answer(agent: Agent, event: &str, text: &str) -> String {
    let answer = match agent {
        Agent::Cursor | Agent::OpenCode => serde_json::json!({ "additional_context": text }),
        Agent::ClaudeCode | Agent::Codex | Agent::Gemini | Agent::AgentsMd => serde_json::json!({
            "hookSpecificOutput": { "hookEventName": event, "additionalContext": text },
        }),
    };
    format!("{answer}\n")
}

/// The fields of what is told, by the names that agents have for them.
#[derive(Clone, Copy, Debug, Default)]
struct Fields<'a> {
    session: Option<&'a [u8]>,
    cwd: Option<&'a [u8]>,
    roots: Option<&'a [u8]>,
    transcript: Option<&'a [u8]>,
    source: Option<&'a [u8]>,
    tool: Option<&'a [u8]>,
    input: Option<&'a [u8]>,
    response: Option<&'a [u8]>,
    error: Option<&'a [u8]>,
    exit: Option<&'a [u8]>,
    is_interrupt: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    fn of(told: &'a [u8]) -> Option<Fields<'a>> {
        let object = scan::whole(told).ok().filter(|object| object.first() == Some(&b'{'))?;
        let names = [
            "session_id",
            "conversation_id",
            "cwd",
            "workspace_roots",
            "transcript_path",
            "source",
            "tool_name",
            "tool_input",
            "tool_response",
            "tool_output",
            "error",
            "exit_code",
            "is_interrupt",
        ];
        let [
            session,
            conversation,
            cwd,
            roots,
            transcript,
            source,
            tool,
            input,
            response,
            output,
            error,
            exit,
            interrupt,
        ] = scan::fields(object, names).ok()?;
        Some(Fields {
            session: session.or(conversation),
            cwd,
            roots,
            transcript,
            source,
            tool,
            input,
            response: response.or(output),
            error: error.filter(|error| *error != b"null"),
            exit,
            is_interrupt: interrupt,
        })
    }

    /// Whether a session goes on with what was said before, by the word for how it began.
    fn begins(&self) -> Moment<'a> {
        let source = self.source.and_then(|source| short_text(source, 40)).unwrap_or_default();
        Moment::Begins { again: matches!(&*source, "resume" | "fork") }
    }

    /// The call with this result.
    fn called(&self, output: Vec<Cow<'a, [u8]>>) -> Called<'a> {
        Called {
            tool: self.tool.and_then(|tool| short_text(tool, LONGEST)).unwrap_or_default().into_owned(),
            input: Cow::Borrowed(self.input.unwrap_or(b"null")),
            output,
            ..Called::default()
        }
    }

    fn is_interrupted(&self) -> bool {
        self.is_interrupt.and_then(scan::truth) == Some(true)
    }
}

/// A result as texts: what a shell wrote to its two outputs, what an MCP tool gave, else the value as it is; and whether it
/// says itself that it is an error.
fn output(response: Option<&[u8]>) -> (Vec<Cow<'_, [u8]>>, Option<bool>) {
    let Some(response) = response else { return (Vec::new(), None) };
    let names = ["stdout", "stderr", "output", "content", "isError", "is_error"];
    let Ok([stdout, stderr, output, content, is_error, is_error_too]) = scan::fields(response, names) else {
        return (vec![Cow::Borrowed(response)], None);
    };
    let is_error = is_error.or(is_error_too).and_then(scan::truth).filter(|is_error| *is_error);
    let streams: Vec<&[u8]> = [stdout, stderr].into_iter().flatten().collect();
    let parts = match (streams.as_slice(), output.or(content)) {
        ([], None) => vec![response],
        ([], Some(text)) => vec![text],
        (streams, _) => streams.to_vec(),
    };
    (parts.into_iter().map(Cow::Borrowed).collect(), is_error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn results_of_all_sorts_are_texts() {
        let texts = |response: serde_json::Value| {
            let response = response.to_string();
            let (parts, is_error) = output(Some(response.as_bytes()));
            let parts: Vec<String> =
                parts.iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect();
            (parts.join(" "), is_error)
        };
        assert_eq!(texts(json!("a")), ("\"a\"".to_owned(), None));
        assert_eq!(texts(json!({"stdout": "a", "stderr": "b", "interrupted": false})).0, "\"a\" \"b\"");
        assert_eq!(texts(json!({"content": [{"type": "text", "text": "a"}], "isError": true})).1, Some(true));
        assert_eq!(texts(json!({"filePath": "/a"})).0, "{\"filePath\":\"/a\"}");
        assert_eq!(output(None), (Vec::new(), None));
    }

    #[test]
    fn what_is_no_object_is_refused_and_what_is_odd_is_read() {
        for told in [&b""[..], b"\xff\xfe", b"[]", b"{", b"{} {}", &[b'['; 100_000]] {
            assert!(read(Agent::ClaudeCode, "SessionStart", told).is_err());
        }
        let deep = format!(r#"{{"tool_response":{}1{},"cwd":7}}"#, "[".repeat(200_000), "]".repeat(200_000));
        let told = read(Agent::Codex, "PostToolUse", deep.as_bytes()).unwrap();
        assert!(matches!(told.moment, Moment::Called(_)) && told.folder.is_none());
    }
}
