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
