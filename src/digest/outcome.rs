//! How a session ended, from the best source that it has.

use super::remark::{Remark, Sort};
use super::{Digest, Outcome, OutcomeSource, calls, failure, step};
use crate::redact::Clean;
use crate::session::{Body, Session, Status};

impl Digest {
    /// Gives it the outcome and the job that a file of outcomes tells of its session: they stand over what the transcript
    /// says.
    pub fn set_told(&mut self, outcome: f64, job: Option<&Clean>) {
        self.outcome = Some(Outcome { score: outcome, by: OutcomeSource::Stated });
        self.task = job.cloned().or_else(|| self.task.take());
    }
}

/// The outcome of a session, with the source of that judgement; `None` when nothing in it tells.
///
/// In this order: what the transcript or an outcomes file states; tests or a build run after the last edit; a
/// person who pushes back in the last thing said; a session that breaks off. That somebody said nothing bad is
/// no success, and neither is a clean lint.
pub(super) fn of(session: &Session, remarks: &[Remark]) -> Option<Outcome> {
    let stated = session.outcome.map(|score| Outcome { score, by: OutcomeSource::Stated });
    stated
        .or_else(|| last_verification(session))
        .or_else(|| pushed_back(session, remarks))
        .or_else(|| abandoned(session))
}

/// The last test or build that ran to its end, if nothing was edited after it: what ran before says nothing about
/// how the work ended.
fn last_verification(session: &Session) -> Option<Outcome> {
    // From the end, as the last of either decides.
    let last = calls(session).rev().map(|(_, call)| (call, step::of(call))).find_map(|(call, steps)| {
        let tests = steps.last().is_some_and(step::is_test);
        (tests || steps.iter().any(step::is_edit)).then_some((call, tests))
    });
    let (last, _) = last.filter(|(_, tests)| *tests)?;
    let score = match last.status {
        Status::Refused | Status::Unanswered | Status::Unrecorded => return None,
        Status::Failed { .. } => 0.0,
        Status::Returned if failure::has_failed(last) => 0.0,
        Status::Returned => 1.0,
    };
    Some(Outcome { score, by: OutcomeSource::Tests })
}

/// A person's last turn corrects the agent, and no agent work answered it.
fn pushed_back(session: &Session, remarks: &[Remark]) -> Option<Outcome> {
    let last_turn = session.events.iter().rev().find(|event| matches!(event.body, Body::Person(_)))?;
    let corrects = |remark: &Remark| remark.sort == Sort::Correction && remark.event == last_turn.number;
    let answered = calls(session).any(|(event, _)| event.number > last_turn.number);
    let unhappy = !answered && remarks.iter().any(corrects);
    unhappy.then_some(Outcome { score: 0.0, by: OutcomeSource::Person })
}

/// The last thing that happened is an interruption or a call without an answer.
fn abandoned(session: &Session) -> Option<Outcome> {
    let broke_off = match &session.events.last()?.body {
        Body::Interrupted => true,
        Body::Call(call) => call.status == Status::Unanswered,
        _ => false,
    };
    broke_off.then_some(Outcome { score: 0.0, by: OutcomeSource::Abandoned })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;
    use crate::session::{Arg, Args, Call};
    use crate::settings::Reading;

    fn ends_with(tool: &str, argument: (&str, &str), status: Status) -> Digest {
        let args = Args(vec![Arg { path: redact(argument.0), value: redact(argument.1) }]);
        let call = Call { tool: redact(tool), args, status, output: Clean::default() };
        let session = Session::of([Body::Person(redact("mend it")), Body::Call(call)]);
        crate::digest::read(&session, &Reading::default())
    }

    #[test]
    fn a_call_whose_result_no_transcript_keeps_says_nothing_of_the_end() {
        let by = |digest: &Digest| digest.outcome.as_ref().map(|outcome| outcome.by);
        let test = |status| ends_with("Shell", ("command", "cargo test"), status);
        assert_eq!(by(&test(Status::Returned)), Some(OutcomeSource::Tests));
        assert_eq!(by(&test(Status::Unanswered)), Some(OutcomeSource::Abandoned));
        assert_eq!(by(&test(Status::Unrecorded)), None);
        let edit = |status| ends_with("StrReplace", ("path", "/w/a.rs"), status);
        assert_eq!(edit(Status::Returned).writes.len(), 1);
        let unknown = edit(Status::Unrecorded);
        assert!(unknown.writes.is_empty() && unknown.failures.is_empty() && unknown.steps.is_empty());
        assert_eq!(unknown.counts.calls, 1);
    }
}
