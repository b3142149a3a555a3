//! Gemini CLI (`docs/hooks/reference.md` of its repository): `AfterTool` comes after every call with `llmContent`, which is
//! what the model reads, and `error` where the tool itself failed. Of a command `llmContent` is a text of labelled lines,
//! `Output: …` and `Exit Code: 1` among them.

use super::{Called, Fields, Moment, output};
use crate::session::scan::{self, field, fields};
use std::borrow::Cow;

/// What stands before a part of the text of a command.
const LABELS: [&str; 4] = ["Output: ", "Stdout: ", "Stderr: ", "Error: "];
/// What stands there where there is nothing.
const NOTHING: [&str; 2] = ["(empty)", "(none)"];
/// Labels of what is no output.
const OTHER: [&str; 8] = [
    "Command: ",
    "Directory: ",
    "Exit Code: ",
    "Signal: ",
    "Background PIDs: ",
    "Process Group PGID: ",
    "Output: (",
    "Error: (",
];

pub(super) fn moment<'a>(event: &str, told: &Fields<'a>) -> Moment<'a> {
    match event {
        "SessionStart" => told.begins(),
        "SessionEnd" => Moment::Ends,
        "AfterTool" => Moment::Called(called(told)),
        _ => Moment::Other,
    }
}

fn called<'a>(told: &Fields<'a>) -> Called<'a> {
    let response = told.response.unwrap_or(b"null");
    let Ok([content, error]) = fields(response, ["llmContent", "error"]) else {
        return told.called(output(told.response).0);
    };
    let error = error.filter(|error| *error != b"null");
    let content = content.or_else(|| error.and_then(|error| field(error, "message")).or(error));
    let text = content.and_then(scan::text);
    if let Some(exit) = text.as_deref().and_then(exit_code) {
        let printed = serde_json::to_vec(&printed(text.as_deref().unwrap_or_default())).unwrap_or_default();
        return Called { exit: Some(exit), ..told.called(vec![Cow::Owned(printed)]) };
    }
    let (parts, is_error) = output(content.or(told.response));
    Called { failed: error.map(|_| true).or(is_error), ..told.called(parts) }
}

/// The exit status in the text of a command.
fn exit_code(text: &str) -> Option<i32> {
    let said = text.lines().rev().take(12).find_map(|line| line.strip_prefix("Exit Code: "))?;
    said.trim().parse().ok()
}

/// What a command printed, without the labels.
fn printed(text: &str) -> String {
    let lines = text.lines().filter(|line| !OTHER.iter().any(|label| line.starts_with(label)));
    let plain = |line| LABELS.iter().find_map(|label| str::strip_prefix(line, label)).unwrap_or(line);
    lines.map(plain).filter(|line| !NOTHING.contains(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_status_and_the_output_of_a_command_stand_in_its_text() {
        let told = json!({
            "tool_name": "run_shell_command", "tool_input": {"command": "git push"},
            "tool_response": {
                "llmContent": "Command: git push\nDirectory: (root)\nOutput: hint: x\nerror: failed to push\nError: (none)\nExit Code: 1\nSignal: (none)\nBackground PIDs: (none)",
                "returnDisplay": "…",
            },
        });
        let told = told.to_string();
        let Moment::Called(called) = moment("AfterTool", &Fields::of(told.as_bytes()).unwrap()) else {
            panic!()
        };
        assert_eq!((called.exit, &*called.output[0]), (Some(1), &b"\"hint: x\\nerror: failed to push\""[..]));
        let told = json!({"tool_name": "x", "tool_response": {"llmContent": "no such file", "error": {"message": "m"}}});
        let told = told.to_string();
        let Moment::Called(called) = moment("AfterTool", &Fields::of(told.as_bytes()).unwrap()) else {
            panic!()
        };
        assert_eq!((called.failed, &*called.output[0]), (Some(true), &b"\"no such file\""[..]));
    }
}
