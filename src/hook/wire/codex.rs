//! Codex (`codex-rs/hooks/schema`, <https://developers.openai.com/codex/hooks>): `PostToolUse` comes after every call,
//! whether it failed or not, and does not say which; of a command its output is told as a text, of an MCP tool its answer as
//! an object.

use super::{Called, Fields, Moment, output};

pub(super) fn moment<'a>(event: &str, fields: &Fields<'a>) -> Moment<'a> {
    match event {
        "SessionStart" => fields.begins(),
        "SessionEnd" => Moment::Ends,
        "PostToolUse" => {
            let (parts, failed) = output(fields.response);
            Moment::Called(Called { failed, is_unmarked: failed.is_none(), ..fields.called(parts) })
        }
        _ => Moment::Other,
    }
}
