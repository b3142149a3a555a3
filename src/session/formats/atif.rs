//! ATIF trajectories (`ATIF-v1.x`), one JSON document a session, as evaluation harnesses and editors export them.
//! Format: <https://harborframework.com/docs/trajectory-format>.
//!
//! Results stand in the step that called. Trajectories of sub-agents inside a document become sessions of their
//! own under it.

use super::{Out, Reader, Record, flat_text, seen, time};
use crate::redact::Clean;
use crate::session::SessionId;
use crate::session::draft::{Answer, Draft};
use crate::session::outcomes::score_of;
use crate::session::records::Cut;
use crate::session::scan::{self, elements, field, fields, number, short_text, truth};
use crate::settings::Reading;

/// Deepest sub-agents of sub-agents that are read.
const DEEPEST: usize = 4;

/// Reads one file.
pub(in crate::session) struct Atif<'s> {
    settings: &'s Reading,
    cut: Cut,
}

/// Whether a record is a trajectory; it may be cut off.
pub(super) fn is_document(record: &[u8]) -> bool {
    let Some([version, steps]) = seen(record, ["schema_version", "steps"]) else { return false };
    let names_itself =
        version.and_then(|version| short_text(version, 40)).is_some_and(|v| v.starts_with("ATIF"));
    let has_steps = steps.is_some_and(|steps| {
        let first = elements(steps).next().and_then(Result::ok);
        first.is_some_and(|step| field(step, "step_id").is_some() && field(step, "source").is_some())
    });
    names_itself || has_steps
}

impl<'s> Atif<'s> {
    pub(in crate::session) fn new(cut: Cut, settings: &'s Reading) -> Atif<'s> {
        Atif { settings, cut }
    }

    /// Recursion is bounded by [`DEEPEST`].
    fn document(
        &self,
        document: &[u8],
        parent: Option<&Clean>,
        depth: usize,
        record: Record<'_>,
        out: &mut Out<'_>,
    ) {
        let names = [
            "session_id",
            "trajectory_id",
            "agent",
            "steps",
            "extra",
            "final_metrics",
            "subagent_trajectories",
        ];
        let Ok([session, trajectory, agent, steps, extra, metrics, subagents]) = fields(document, names)
        else {
            return out.skip(record, "not a JSON object");
        };
        let mut draft = Draft::new(Clean::fixed("atif"), self.settings);
        let word = |value: &'_ [u8]| short_text(value, 300).map(|text| text.into_owned());
        if let Some(name) = agent.and_then(|agent| field(agent, "name")).and_then(word) {
            draft.agent = draft.name(&name).unwrap_or(draft.agent);
        }
        if let Some(model) = agent.and_then(|agent| field(agent, "model_name")).and_then(word) {
            draft.model(&model);
        }
        draft.source = session.or(trajectory).and_then(word).and_then(|id| draft.name(&id));
        draft.parent = parent.cloned();
        draft.unattended = parent.is_some();
        for extra in [extra, metrics.and_then(|metrics| field(metrics, "extra"))].into_iter().flatten() {
            let names = ["task_id", "task", "reward", "outcome", "cwd", "project"];
            let [task_id, task, reward, outcome, cwd, project] = fields(extra, names).unwrap_or_default();
            if let Some(task) = task_id.or(task).and_then(word) {
                draft.task = draft.name(&task);
            }
            draft.outcome = reward.or(outcome).and_then(score_of).or(draft.outcome);
            draft.project = project.and_then(word).and_then(|project| draft.name(&project)).or(draft.project);
            if let Some(cwd) = cwd.and_then(word) {
                draft.folder(&cwd);
            }
        }
        for step in steps.into_iter().flat_map(elements) {
            match step {
                Ok(step) => Self::step(&mut draft, step, record, out),
                Err(_) => out.skip(record, "its steps end in the middle"),
            }
        }
        let source = draft.source.clone();
        out.give(draft, SessionId::of(document));
        for subagent in subagents.into_iter().flat_map(elements).map_while(Result::ok) {
            if depth < DEEPEST {
                self.document(subagent, source.as_ref(), depth + 1, record, out);
            }
        }
    }

    fn step(draft: &mut Draft<'_>, step: &[u8], record: Record<'_>, out: &mut Out<'_>) {
        let names = [
            "source",
            "timestamp",
            "message",
            "model_name",
            "tool_calls",
            "observation",
            "is_copied_context",
        ];
        let Ok([source, stamp, message, model, calls, observation, copied]) = fields(step, names) else {
            return out.skip(record, "a step is no object");
        };
        let at = time(stamp);
        let text = message.map(|message| flat_text(message, draft.text_bound())).unwrap_or_default();
        match source.and_then(scan::inside).unwrap_or_default() {
            // Copied from another trajectory, where it is read already.
            _ if copied.and_then(truth) == Some(true) => return draft.context(at, &text),
            b"user" => draft.user(at, &text),
            b"agent" | b"assistant" => draft.said_by_agent(at, &text),
            b"system" => draft.context(at, &text),
            other => out.skip(record, format!("unknown source `{:.40}`", String::from_utf8_lossy(other))),
        }
        if let Some(model) = model.and_then(|model| short_text(model, 200)) {
            draft.model(&model);
        }
        for call in calls.into_iter().flat_map(elements).map_while(Result::ok) {
            let [id, name, args] =
                fields(call, ["tool_call_id", "function_name", "arguments"]).unwrap_or_default();
            let args = draft.arguments(args);
            let id = id.and_then(|id| short_text(id, 200));
            let name = name.and_then(|name| short_text(name, 300)).unwrap_or_default();
            draft.call(at, id.as_deref(), &name, args);
        }
        let results = observation.and_then(|observation| field(observation, "results"));
        for result in results.into_iter().flat_map(elements).map_while(Result::ok) {
            let names = ["source_call_id", "content", "extra", "is_error"];
            let [id, content, extra, error] = fields(result, names).unwrap_or_default();
            let names = ["exit_code", "is_error"];
            let [exit, error_too] = extra.and_then(|extra| fields(extra, names).ok()).unwrap_or_default();
            let output = content.map(|content| flat_text(content, draft.output_bound())).unwrap_or_default();
            let answer = Answer {
                output: &output,
                failed: error.or(error_too).and_then(truth),
                exit: exit.and_then(number).map(|exit| exit as i32),
                refused: false,
            };
            let id = id.and_then(|id| short_text(id, 200));
            if !draft.answer(at, id.as_deref(), answer) {
                // Something the agent was shown without having called for it.
                draft.context(at, &output);
            }
        }
    }
}

impl Reader for Atif<'_> {
    fn cut(&self) -> Option<Cut> {
        Some(self.cut)
    }

    fn take(&mut self, record: Record<'_>, out: &mut Out<'_>) {
        match scan::whole(record.bytes) {
            Ok(document) => self.document(document, None, 0, record, out),
            Err(_) => out.skip(record, "not JSON"),
        }
    }

    fn end(self: Box<Self>, _whole: blake3::Hash, _out: &mut Out<'_>) {}
}

#[cfg(test)]
mod tests {
    use crate::session::{Body, FileRead, Session, Status, read_bytes};
    use crate::settings::Reading;
    use serde_json::{Value, json};

    fn read(document: &Value) -> (Vec<Session>, FileRead) {
        let mut sessions = Vec::new();
        let bytes = serde_json::to_vec_pretty(document).unwrap();
        let read = read_bytes("a.json", &bytes, &Reading::default(), &mut |session| sessions.push(session));
        (sessions, read)
    }

    fn trajectory(steps: Value) -> Value {
        json!({
            "schema_version": "ATIF-v1.4",
            "session_id": "run-7",
            "agent": {"name": "potter", "model_name": "m-1"},
            "steps": steps,
            "extra": {"task_id": "glaze", "reward": 0.25},
        })
    }

    #[test]
    fn calls_find_their_results_in_the_same_step() {
        let (sessions, read) = read(&trajectory(json!([
            {"step_id": 1, "source": "system", "message": "rules"},
            {"step_id": 2, "source": "user", "message": "glaze the bowl", "timestamp": "2026-01-02T03:04:05Z"},
            {"step_id": 3, "source": "agent", "message": "I will.", "tool_calls": [
                {"tool_call_id": "a", "function_name": "glaze", "arguments": {"pots": [{"kind": "bowl"}]}},
                {"tool_call_id": "b", "function_name": "fire", "arguments": {}},
            ], "observation": {"results": [
                {"source_call_id": "b", "content": "cracked", "extra": {"exit_code": 4}},
                {"source_call_id": "a", "content": [{"type": "text", "text": "done"}]},
                {"content": "the oven beeps"},
            ]}},
            {"step_id": 4, "source": "user", "message": "from elsewhere", "is_copied_context": true},
        ])));
        assert!(read.skipped.is_empty(), "{:?}", read.skipped);
        let session = &sessions[0];
        assert_eq!(
            (&*session.agent, session.task.as_deref(), session.outcome),
            ("potter", Some("glaze"), Some(0.25))
        );
        assert_eq!((session.source.as_deref(), session.model.as_deref()), (Some("run-7"), Some("m-1")));
        let [rules, asked, said, glaze, fire, beep, copied] = session.events.as_slice() else {
            panic!("{:?}", session.events)
        };
        assert!(matches!(&rules.body, Body::Context(_)) && matches!(&said.body, Body::Agent(_)));
        assert!(asked.at.is_some() && matches!(&asked.body, Body::Person(_)));
        let (Body::Call(glaze), Body::Call(fire)) = (&glaze.body, &fire.body) else { panic!() };
        assert_eq!(glaze.args.get("pots[].kind").map(|kind| &**kind), Some("bowl"));
        assert_eq!((glaze.status, &*glaze.output), (Status::Returned, "done"));
        assert_eq!((fire.status, &*fire.output), (Status::Failed { exit: Some(4) }, "cracked"));
        assert!(matches!(&beep.body, Body::Context(_)) && matches!(&copied.body, Body::Context(_)));
    }

    #[test]
    fn sub_agents_become_sessions_under_theirs_down_to_a_depth() {
        let mut document = trajectory(json!([{"step_id": 1, "source": "user", "message": "innermost"}]));
        for depth in 0..8 {
            let mut outer = trajectory(json!([{"step_id": 1, "source": "user", "message": "do it"}]));
            outer["session_id"] = json!(format!("level-{depth}"));
            outer["subagent_trajectories"] = json!([document]);
            document = outer;
        }
        let (sessions, _) = read(&document);
        assert_eq!(sessions.len(), super::DEEPEST + 1);
        assert_eq!(sessions[0].parent, None);
        assert!(matches!(&sessions[0].events[0].body, Body::Person(_)));
        assert_eq!(sessions[1].parent, sessions[0].source);
        assert!(matches!(&sessions[1].events[0].body, Body::Agent(_)));
    }

    #[test]
    fn broken_steps_are_told_and_the_rest_is_read() {
        let steps = json!([
            {"step_id": 1, "source": "user", "message": "glaze the bowl"},
            {"step_id": 2, "source": "oracle", "message": "?"},
            3,
        ]);
        let (sessions, read) = read(&trajectory(steps));
        assert_eq!(sessions[0].events.len(), 1);
        let reasons: Vec<&str> = read.skipped.iter().map(|skipped| skipped.reason.as_str()).collect();
        assert_eq!(reasons, ["a step is no object", "unknown source `oracle`"]);
    }
}
