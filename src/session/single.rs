//! One call that an agent tells of while its session goes on.
//!
//! It becomes the [`Call`] that the session's transcript will give when it is read: shortened, redacted and judged the same
//! way, so that what was learnt from transcripts is found again at the moment that it happens.

use super::draft::{Answer, Draft};
use super::{Body, Call, Session, SessionId, formats};
use crate::redact::Clean;
use crate::settings::Reading;

/// What an agent says of a call and its result.
#[derive(Clone, Copy, Debug, Default)]
pub struct Single<'a> {
    /// The tool's name.
    pub tool: &'a str,
    /// The arguments, as JSON.
    pub input: &'a [u8],
    /// The parts of the result, in order, each as JSON: texts, lists of texts or of blocks with a `text`, other values.
    pub output: &'a [&'a [u8]],
    /// Whether it failed, if the agent says.
    pub failed: Option<bool>,
    /// The exit status, if the agent says.
    pub exit: Option<i32>,
}

/// The call.
pub fn call(told: &Single<'_>, settings: &Reading) -> Option<Call> {
    let mut draft = Draft::new(Clean::default(), settings);
    let args = draft.arguments(Some(told.input.trim_ascii()));
    draft.call(None, None, told.tool, args);
    let mut output = String::new();
    for part in told.output {
        let part = formats::flat_text(part.trim_ascii(), draft.output_bound());
        if !output.is_empty() && !output.ends_with('\n') && !part.is_empty() {
            output.push('\n');
        }
        output.push_str(&part);
    }
    draft.answer(
        None,
        None,
        Answer { output: &output, failed: told.failed, exit: told.exit, refused: false },
    );
    let Session { events, .. } = draft.finish(SessionId::of(b""), None, None);
    events.into_iter().find_map(|event| match event.body {
        Body::Call(call) => Some(call),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::failure;
    use crate::session::{Status, read_bytes};

    #[test]
    fn it_is_what_the_transcript_will_say() {
        let transcript = concat!(
            r#"{"type":"assistant","sessionId":"s","uuid":"a","message":{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"Bash","input":{"command":"make jam"}}]}}"#,
            "\n",
            r#"{"type":"user","sessionId":"s","uuid":"b","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","is_error":true,"content":"Exit code 2\nerror: no jar"}]}}"#,
            "\n",
        );
        let mut calls = Vec::new();
        read_bytes("t", transcript.as_bytes(), &Reading::default(), &mut |session| {
            calls.extend(session.events.into_iter().filter_map(|event| match event.body {
                Body::Call(call) => Some(call),
                _ => None,
            }));
        });
        let told = Single {
            tool: "Bash",
            input: br#"{"command":"make jam"}"#,
            output: &[br#""Exit code 2\nerror: no jar""#],
            failed: Some(true),
            exit: None,
        };
        assert_eq!(call(&told, &Reading::default()).as_slice(), calls);
        assert!(failure::has_failed(&calls[0]) && calls[0].status == Status::Failed { exit: Some(2) });
    }

    #[test]
    fn whatever_is_told_becomes_a_call() {
        for (input, output) in
            [(&b""[..], &b""[..]), (b"[[[", b"{\"a\":"), (b"\"\xff\"", b"7"), (b"null", b"null")]
        {
            let told = Single { tool: "", input, output: &[output], ..Single::default() };
            assert!(call(&told, &Reading::default()).is_some());
        }
    }
}
