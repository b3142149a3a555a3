//! Digests that somebody else's machine made, or says it made.
//!
//! What our own reader makes is bounded, free of secrets and true to its session; what lies in an inbox is whatever
//! somebody pushed. Owns what is done to a line before it becomes a [`Digest`]: texts, lists and numbers are brought
//! within bounds that no honest digest reaches, and what no reviewer could see is taken out. Secrets go as every
//! text is read ([`crate::redact::Clean`]). Refuses to say whether what a digest tells is true: that takes many people.

use super::Digest;
use super::addressed::fold::is_hidden;
use super::suggestion;
use crate::session::SessionId;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Longest text, bytes: twenty times what a quote may have.
const LONGEST_TEXT: usize = 4096;
/// Longest list: five times as many as steps are kept of a session.
const LONGEST_LIST: usize = 1000;
/// Largest number: more events than fit into the longest session that is read.
const LARGEST: u64 = 10_000_000;
/// Most calls, turns or repetitions that a session is believed: sums over thousands of sessions stay in range.
const MOST_CALLS: u32 = 100_000;
/// How far ahead of us another machine's clock may be.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_hours(24);

/// Reads a digest from a line that anybody may have written. `now`: sessions do not begin after it; `None` where nobody
/// says what time it is.
///
/// Errors: the line is no digest.
pub fn read_line(line: &[u8], now: Option<Timestamp>) -> Result<Digest, serde_json::Error> {
    let mut value: Value = serde_json::from_slice(line)?;
    bound(&mut value);
    let mut digest: Digest = serde_json::from_value(value)?;
    if SessionId::parse(digest.session.as_str()).is_none() {
        return Err(serde::de::Error::custom("the session has no id"));
    }
    if let Some(latest) = now.and_then(|now| now.checked_add(CLOCKS_DIFFER).ok()) {
        digest.began = digest.began.filter(|began| *began <= latest);
        digest.ended = digest.ended.filter(|ended| *ended <= latest);
    }
    bring_into_range(&mut digest);
    suggestion::bound(&mut digest.suggestions);
    Ok(digest)
}

/// Brings a digest's numbers to where sums over thousands of sessions stay in range.
pub(super) fn bring_into_range(digest: &mut Digest) {
    if let Some(outcome) = &mut digest.outcome {
        outcome.score = outcome.score.clamp(0.0, 1.0);
    }
    let counts = &mut digest.counts;
    for count in [&mut counts.calls, &mut counts.failed, &mut counts.retries, &mut counts.turns] {
        *count = (*count).min(MOST_CALLS);
    }
    for failure in &mut digest.failures {
        failure.times = failure.times.clamp(1, MOST_CALLS);
        failure.cost = failure.cost.min(MOST_CALLS);
    }
}

/// Brings everything in a value within bounds. A value is never deeper than its reader allows (128 levels).
fn bound(value: &mut Value) {
    match value {
        Value::String(text) => {
            text.truncate(text.floor_char_boundary(LONGEST_TEXT));
            if text.chars().any(is_hidden) {
                *text = visible(text);
            }
        }
        Value::Array(values) => {
            values.truncate(LONGEST_LIST);
            values.iter_mut().for_each(bound);
        }
        Value::Object(fields) => fields.values_mut().for_each(bound),
        Value::Number(number) if number.as_u64().is_some_and(|number| number > LARGEST) => {
            *number = LARGEST.into();
        }
        _ => {}
    }
}

/// A text without what nobody sees in it. What joins the parts of an emoji or letters of some scripts stays.
fn visible(text: &str) -> String {
    let mut before = ' ';
    let is_seen = |c: char| {
        let joins = matches!(c, '\u{200c}' | '\u{200d}') && !before.is_ascii() && !is_hidden(before);
        before = c;
        joins || !is_hidden(c)
    };
    let mut text = text.to_owned();
    text.retain(is_seen);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(fields: &str) -> Vec<u8> {
        format!(
            r#"{{"session":"00112233aabbccdd","root":"r","agent":"codex","ask":"do it","counts":{{"calls":1,"failed":0,"retries":0,"turns":1}}{fields}}}"#
        )
        .into_bytes()
    }

    #[test]
    fn an_honest_line_is_read_as_it_is() {
        let honest = line(r#","began":"2026-01-02T03:04:05Z","steps":["cargo test"],"forms":["git\tpush"]"#);
        let now = "2026-01-02T00:00:00Z".parse().ok();
        assert_eq!(read_line(&honest, now).unwrap(), serde_json::from_slice::<Digest>(&honest).unwrap());
    }

    #[test]
    fn claims_are_brought_within_bounds() {
        let failure =
            r#"{"event":99999999999,"step":"s","message":"m","args":[],"times":0,"cost":4294967295}"#;
        let fields = format!(
            r#","began":"9999-01-01T00:00:00Z","ended":"2026-01-01T00:00:00Z","outcome":{{"score":1e300,"by":"stated"}},"failures":[{failure}],"steps":[{}]"#,
            vec![r#""a""#; 5000].join(",")
        );
        let digest = read_line(&line(&fields), "2026-01-02T00:00:00Z".parse().ok()).unwrap();
        assert_eq!((digest.began.is_none(), digest.ended.is_some()), (true, true));
        assert_eq!(digest.outcome.unwrap().score, 1.0);
        assert_eq!(digest.steps.len(), LONGEST_LIST);
        let failure = &digest.failures[0];
        assert_eq!((failure.event, failure.times, failure.cost), (10_000_000, 1, MOST_CALLS));
    }

    #[test]
    fn secrets_hidden_text_and_endless_text_do_not_come_in() {
        let secret = ["gh", "p_", &"a1B2".repeat(9)].concat();
        let remark = |text: &str| format!(r#","remarks":[{{"event":1,"text":"{text}","sort":"wish"}}]"#);
        let text_of = |text: &str| read_line(&line(&remark(text)), None).unwrap().remarks[0].text.to_string();
        assert!(!text_of(&format!("use {secret} always")).contains(&secret));
        assert_eq!(text_of("use \u{200b}tabs\u{202e}\u{e0041} here\\u001b[2J"), "use tabs here[2J");
        assert_eq!(text_of("👩\u{200d}💻 is ❤\u{fe0f}"), "👩\u{200d}💻 is ❤\u{fe0f}");
        assert_eq!(text_of(&"ü".repeat(9000)).len(), LONGEST_TEXT);
        for broken in
            ["", "[]", "{}", "{\"session\":1}", &format!("{}1{}", "[".repeat(9999), "]".repeat(9999))]
        {
            assert!(read_line(broken.as_bytes(), None).is_err());
        }
        assert!(read_line(&line(r#","session":"../../etc""#), None).is_err());
    }
}
