//! Cursor (<https://cursor.com/docs/hooks>): `postToolUse` comes with `tool_output`, a text that holds the tool's answer as
//! JSON, of a command with its exit status; what it is answered is put behind the result. `postToolUseFailure` and
//! `afterShellExecution` take no answer, so nothing is said there: it would count as said.

use super::{Called, Fields, Moment, output};
use crate::session::scan;
use std::borrow::Cow;

pub(super) fn moment<'a>(event: &str, fields: &Fields<'a>) -> Moment<'a> {
    match event {
        "sessionStart" => fields.begins(),
        "sessionEnd" => Moment::Ends,
        "postToolUse" => Moment::Called(called(fields)),
        _ => Moment::Other,
    }
}

fn called<'a>(fields: &Fields<'a>) -> Called<'a> {
    let text = fields.response.and_then(scan::text).unwrap_or_default();
    let inner = text.trim().as_bytes();
    let is_json = matches!(inner.first(), Some(b'{' | b'[' | b'"')) && scan::whole(inner).is_ok();
    if !is_json {
        return fields.called(output(fields.response).0);
    }
    let exit = scan::field(inner, "exitCode").and_then(scan::number).map(|exit| exit as i32);
    let (parts, failed) = output(Some(inner));
    let parts = parts.into_iter().map(|part| Cow::Owned(part.into_owned())).collect();
    Called { exit, failed, ..fields.called(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_holds_the_answer_of_the_tool() {
        let of = |output: &str| {
            let told = json!({"tool_name": "Shell", "tool_input": {"command": "x"}, "tool_output": output})
                .to_string();
            let Moment::Called(called) = moment("postToolUse", &Fields::of(told.as_bytes()).unwrap()) else {
                panic!()
            };
            let parts: Vec<String> =
                called.output.iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect();
            (called.exit, parts.join(" "))
        };
        assert_eq!(of(r#"{"exitCode":2,"stdout":"a","stderr":"b"}"#), (Some(2), "\"a\" \"b\"".to_owned()));
        assert_eq!(of(r#"{"output":"a","exitCode":0}"#), (Some(0), "\"a\"".to_owned()));
        assert_eq!(of(r#""Error: a""#), (None, "\"Error: a\"".to_owned()));
        assert_eq!(of("plain {text"), (None, "\"plain {text\"".to_owned()));
    }
}
