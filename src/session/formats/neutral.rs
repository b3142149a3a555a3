//! git-dream's own JSONL, so that any agent can be fed in: `docs/neutral-format.md` says what it is, and a test
//! reads the example in it.
//!
//! A line with `git_dream` begins a session, every other line is one thing that happened in it. A file may hold
//! any number of sessions.

use super::{Out, Reader, Record, flat_text, seen, time};
use crate::redact::Clean;
use crate::session::SessionId;
use crate::session::draft::{Answer, Draft};
use crate::session::outcomes::score_of;
use crate::session::scan::{self, field, fields, number, short_text};
use crate::settings::Reading;
use jiff::Timestamp;

/// The newest version of the format that this reader knows.
const VERSION: f64 = 1.0;

/// Reads one file.
pub(in crate::session) struct Neutral<'s> {
    settings: &'s Reading,
    session: Option<(Draft<'s>, blake3::Hasher)>,
    given: u64,
}

/// Whether a line begins a session.
pub(super) fn is_line(line: &[u8]) -> bool {
    seen(line, ["git_dream"]).is_some_and(|[version]| version.and_then(number).is_some())
}

impl<'s> Neutral<'s> {
    pub(in crate::session) fn new(settings: &'s Reading) -> Neutral<'s> {
        Neutral { settings, session: None, given: 0 }
    }

    fn begin(&mut self, line: &[u8], version: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        self.give(None, out);
        if number(version).is_none_or(|version| version > VERSION) {
            out.skip(record, "written for a newer git-dream; what is known of it is read");
        }
        let mut draft = Draft::new(Clean::fixed("unnamed"), self.settings);
        let word = |name: &str| field(line, name).and_then(|value| short_text(value, 1024));
        let name = |draft: &mut Draft<'_>, key: &str| word(key).and_then(|text| draft.name(&text));
        draft.agent = name(&mut draft, "agent").unwrap_or(Clean::fixed("unnamed"));
        draft.source = name(&mut draft, "id");
        draft.parent = name(&mut draft, "parent");
        draft.task = name(&mut draft, "job");
        draft.project = name(&mut draft, "project");
        draft.contributor = name(&mut draft, "contributor");
        draft.model(&word("model").unwrap_or_default());
        draft.folder(&word("folder").unwrap_or_default());
        Self::outcome(&mut draft, field(line, "outcome"), record, out);
        self.session = Some((draft, blake3::Hasher::new()));
    }

    fn outcome(draft: &mut Draft<'_>, outcome: Option<&[u8]>, record: Record<'_>, out: &mut Out<'_>) {
        let Some(outcome) = outcome.filter(|outcome| *outcome != b"null") else { return };
        match score_of(outcome) {
            Some(score) => draft.outcome = Some(score),
            None => out.skip(record, "an outcome that is neither 0 to 1, true or false, nor pass or fail"),
        }
    }

    fn event(draft: &mut Draft<'_>, line: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        let names = ["person", "agent", "context", "call", "interrupted", "outcome", "at"];
        let Ok([person, agent, context, call, interrupted, outcome, at]) = fields(line, names) else {
            return out.skip(record, "not a JSON object");
        };
        let at = time(at);
        let bound = draft.text_bound();
        if let Some(text) = person {
            draft.typed(at, &flat_text(text, bound));
        } else if let Some(text) = agent {
            draft.said_by_agent(at, &flat_text(text, bound));
        } else if let Some(text) = context {
            draft.context(at, &flat_text(text, bound));
        } else if let Some(call) = call {
            Self::call(draft, at, call, record, out);
        } else if interrupted.is_some() {
            draft.interrupted(at);
        } else if outcome.is_some() {
            Self::outcome(draft, outcome, record, out);
        } else {
            out.skip(record, "none of person, agent, context, call, interrupted, outcome");
        }
    }

    fn call(
        draft: &mut Draft<'_>,
        at: Option<Timestamp>,
        call: &[u8],
        record: Record<'_>,
        out: &mut Out<'_>,
    ) {
        let Ok([tool, args, status, exit, output]) =
            fields(call, ["tool", "args", "status", "exit", "output"])
        else {
            return out.skip(record, "a call is no object");
        };
        let args = draft.arguments(args);
        let tool = tool.and_then(|tool| short_text(tool, 300)).unwrap_or_default();
        let status = status.and_then(scan::inside).unwrap_or_default();
        draft.call(at, Some("call"), &tool, args);
        let exit = exit.and_then(number).map(|exit| exit as i32);
        let output = output.map(|output| flat_text(output, draft.output_bound())).unwrap_or_default();
        let failed = match status {
            b"failed" => Some(true),
            b"returned" => Some(false),
            b"refused" | b"unanswered" | b"" => None,
            _ => {
                out.skip(record, "a status that is none of returned, failed, refused, unanswered");
                None
            }
        };
        if status == b"unanswered" {
            draft.forget_open_calls();
        } else {
            let refused = status == b"refused";
            draft.answer(at, Some("call"), Answer { output: &output, failed, exit, refused });
        }
    }

    /// Gives the session away; `whole` is the hash of the file, if it is the only one in it.
    fn give(&mut self, whole: Option<blake3::Hash>, out: &mut Out<'_>) {
        if let Some((draft, hasher)) = self.session.take() {
            let hash = whole.filter(|_| self.given == 0).unwrap_or_else(|| hasher.finalize());
            self.given += 1;
            out.give(draft, SessionId::of_hash(hash));
        }
    }
}

impl Reader for Neutral<'_> {
    fn take(&mut self, record: Record<'_>, out: &mut Out<'_>) {
        let Ok(line) = scan::whole(record.bytes) else { return out.skip(record, "not JSON") };
        let version = field(line, "git_dream");
        if let Some(version) = version {
            self.begin(line, version, record, out);
        }
        let Some((draft, hasher)) = &mut self.session else {
            return out.skip(record, "before the first session's line");
        };
        hasher.update(record.bytes);
        hasher.update(b"\n");
        if version.is_none() {
            Self::event(draft, line, record, out);
        }
    }

    fn end(mut self: Box<Self>, whole: blake3::Hash, out: &mut Out<'_>) {
        self.give(Some(whole), out);
    }
}

#[cfg(test)]
mod tests {
    use crate::session::{Body, Status, read_bytes};
    use crate::settings::Reading;

    #[test]
    fn the_example_of_the_documentation_is_read_whole() {
        let document = include_str!("../../../docs/neutral-format.md");
        let example = document.split("```jsonl\n").nth(1).unwrap().split("```").next().unwrap();
        let mut sessions = Vec::new();
        let read = read_bytes("example", example.as_bytes(), &Reading::default(), &mut |s| sessions.push(s));
        assert_eq!(read.skipped, []);
        let [session] = sessions.as_slice() else { panic!("{sessions:?}") };
        let said =
            |text: &Option<crate::redact::Clean>| text.as_deref().map(str::to_owned).unwrap_or_default();
        let names = [&session.source, &session.task, &session.project, &session.contributor, &session.model];
        assert_eq!(names.map(said), ["run-17", "fix-login", "shop", "ada", "some-model-2"]);
        assert_eq!((session.outcome, session.events.len()), (Some(1.0), 7));
        let statuses = session.events.iter().filter_map(|event| match &event.body {
            Body::Call(call) => Some(call.status),
            _ => None,
        });
        let expected = [Status::Failed { exit: Some(127) }, Status::Returned, Status::Refused];
        assert_eq!(statuses.collect::<Vec<_>>(), expected);
        assert_eq!(session.events[6].body, Body::Interrupted);
    }
}
