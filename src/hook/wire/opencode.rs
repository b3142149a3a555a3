//! OpenCode, whose plugins are JavaScript (<https://opencode.ai/docs/plugins>): the plugin that `git dream connect opencode`
//! puts there tells a hook, under the names that other agents have for them, `session_id`, `cwd`, and at
//! `tool.execute.after` also `tool_name`, `tool_input`, `tool_response` (a text) and, of a command, `exit_code`. It is
//! answered with `additional_context`.

use super::{Called, Fields, Moment, output};
use crate::session::scan;

pub(super) fn moment<'a>(event: &str, fields: &Fields<'a>) -> Moment<'a> {
    match event {
        "session.created" => fields.begins(),
        "session.deleted" | "server.instance.disposed" => Moment::Ends,
        "tool.execute.after" => {
            let (parts, failed) = output(fields.error.or(fields.response));
            let exit = fields.exit.and_then(scan::number).map(|exit| exit as i32);
            let failed = fields.error.map(|_| true).or(failed);
            Moment::Called(Called { exit, failed, ..fields.called(parts) })
        }
        _ => Moment::Other,
    }
}
