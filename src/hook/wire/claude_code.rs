//! Claude Code (<https://code.claude.com/docs/en/hooks>): `PostToolUse` comes after calls that went well and
//! `PostToolUseFailure` after the others, with what the agent is given as `error`. What goes well for Claude Code may still
//! be an error by its text, as an MCP tool's answer.

use super::{Called, Fields, Moment, output};
use std::borrow::Cow;

pub(super) fn moment<'a>(event: &str, fields: &Fields<'a>) -> Moment<'a> {
    match event {
        "SessionStart" => fields.begins(),
        "SessionEnd" => Moment::Ends,
        "PostToolUse" => {
            let (parts, failed) = output(fields.response);
            Moment::Called(Called { failed, ..fields.called(parts) })
        }
        "PostToolUseFailure" if !fields.is_interrupted() => {
            let error = fields.error.map(Cow::Borrowed);
            Moment::Called(Called { failed: Some(true), ..fields.called(error.into_iter().collect()) })
        }
        _ => Moment::Other,
    }
}
