//! Gemini CLI (`docs/hooks/reference.md` of its repository): `AfterTool` comes after every call with `llmContent`, which is
//! what the model reads, and `error` where the tool itself failed. Of a command `llmContent` is a report ([`ShellReport`]).

use super::{Called, Fields, Moment, output};
use crate::session::scan::{self, field, fields};
use crate::session::shell_report::ShellReport;
use std::borrow::Cow;

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
    if let Some(report) = text.as_deref().and_then(ShellReport::of) {
        let printed = serde_json::to_vec(&report.printed).unwrap_or_default();
        let failed = error.map(|_| true);
        return Called { exit: report.exit, failed, ..told.called(vec![Cow::Owned(printed)]) };
    }
    let (parts, is_error) = output(content.or(told.response));
    Called { failed: error.map(|_| true).or(is_error), ..told.called(parts) }
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
