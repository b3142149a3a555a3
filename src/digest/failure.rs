//! What went wrong in a session, and what the same agent did next that worked.
//!
//! Owns the judgement of one session's failures: [`judge`] says whether a call failed and whether that is a
//! mistake, [`salient`] which line says why, [`fix`] what worked afterwards, [`mask`] what varies in a message.
//! Refuses what is no mistake: answers given by exit status, checks that fail before the fix, what a person
//! refused; and texts that talk to agents ([`super::addressed`]).

mod admission;
mod clarity;
pub mod difference;
pub mod fix;
mod json;
pub mod judge;
mod listing;
pub mod mask;
mod program;
pub mod salient;
mod substitute;
mod wrapper;

use super::addressed::without_orders;
use super::step::{self, Step};
use crate::redact::Clean;
use crate::session::{Arg, Args, Body, Call, Session, Status};
use crate::settings::Reading;
use fix::Seen;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most changes kept of tries that failed with the same error again.
const MOST_ATTEMPTS: usize = 4;

/// Among so many calls after a check that was not run again, an edit is an answer to it.
const EDITS_NEXT: usize = 4;

/// Most arguments kept of a failing call.
const MOST_ARGUMENTS: usize = 40;

/// A kind of failure in one session: one step with one error, however often it repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The first event where it happened.
    pub event: u32,
    /// The last event where it did, if that is another one and known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<u32>,
    /// What was being done: the step of the failing call (the failing part, for a shell line of several).
    pub step: Step,
    /// The line of the output that says what went wrong, verbatim, at most
    /// [`crate::settings::Reading::max_quote`] bytes.
    pub message: Clean,
    /// Other lines of that output that may say why or name the error by a code, verbatim, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Clean>,
    /// The failing call's arguments, values shortened. For shell tools one entry, `command`.
    pub args: Args,
    /// Exit status, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<i32>,
    /// How often it happened in the session, at least 1.
    pub times: u32,
    /// Calls spent from the first failure until the fix, or until it was given up.
    pub cost: u32,
    /// What was changed in tries that failed with the same error again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Change>,
    /// The agent said that it did not get past it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given_up: bool,
    /// What worked in the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// What the same agent did after a failure that worked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// The call that worked.
    pub event: u32,
    /// Its step; the failing one's, unless the agent took another way.
    pub step: Step,
    /// Arguments that differ between the failing call and this one. Empty when the same call worked later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Steps that succeeded between the two and that the session had not done before the failure: what was
    /// missing, if the call itself did not change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub between: Vec<Step>,
    /// The call of each of `between`, verbatim and shortened; empty where the step says all, and in digests of
    /// versions that did not keep them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Clean>,
    /// The command line or the essential argument that worked, verbatim and shortened.
    pub call: Clean,
    /// The very same call worked after files had been edited: perhaps it failed because of the work itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// Only what came next and worked, while the failing step was never tried again: a remedy only where many
    /// sessions did the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
}

/// One argument that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Path of the argument, as in [`Args`].
    pub path: Clean,
    /// What it was; `None` if it was not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Clean>,
    /// What it became; `None` if it was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Clean>,
}

/// Whether a call failed: marked as failed by the transcript, or its text says so. Expected non-zero exits (a
/// search without a match) are none.
pub fn has_failed(call: &Call) -> bool {
    judge::failed(call)
}

/// The same where nobody said how it went: also a command whose output may be what it failed with, and is not what it was
/// to show.
pub fn may_have_failed(call: &Call) -> bool {
    judge::failed(call) || judge::may_have_failed(call)
}

/// The line of a failing call's output that says what went wrong, as a digest keeps it, unless it talks to agents: good to
/// know the error by, and never to be shown. `None` where no line says it.
pub fn known_by(call: &Call, most: usize) -> Option<Clean> {
    salient::known_by(&call.output, most).map(|message| without_orders(&message))
}

/// Most runs of one step that are compared with a failing one.
const COMPARED_RUNS: usize = 16;

/// Longest report that is looked at for a count, bytes.
const SHORT_REPORT: usize = 4096;

/// What went wrong in a session, one entry a step and error, in order of first occurrence. A check (test, build,
/// lint) that fails because of the work itself is not in it.
pub fn find(session: &Session, settings: &Reading) -> Vec<Failure> {
    let mut calls: Vec<Seen<'_>> = session
        .events
        .iter()
        .filter_map(|event| match &event.body {
            Body::Call(call) => {
                Some(Seen { event: event.number, call, steps: step::of(call), failed: has_failed(call) })
            }
            _ => None,
        })
        .collect();
    fail_what_hung(&mut calls);
    let mut found: Vec<Open> = Vec::new();
    let mut known: BTreeMap<(Step, String), usize> = BTreeMap::new();
    for (at, seen) in calls.iter().enumerate().filter(|(_, seen)| seen.failed) {
        let Some(salient::Told { message, beside }) = salient::told(&seen.call.output, settings.max_quote)
        else {
            continue;
        };
        let message = without_orders(&message);
        let beside: Vec<Clean> = beside.iter().map(without_orders).collect();
        let step = step::failing(seen.call);
        if step::is_git_dream(&step) {
            continue;
        }
        let fix = fix::find(&calls, at, &step, settings.fix_window, settings.max_quote);
        if step::is_verification(&step) && is_how_work_goes(&calls, at, &step, &message, fix.as_ref()) {
            continue;
        }
        if counts_findings(&calls, &step, &message) {
            continue;
        }
        let fixed_at = fix.as_ref().map(|(_, place)| *place);
        let key = (step.clone(), mask::masked(&message));
        let given_up = admission::follows(&session.events, seen.event);
        if let Some(open) = known.get(&key).and_then(|&i| found.get_mut(i)) {
            open.again(&calls, at, fix, settings);
            open.failure.given_up |= given_up;
        } else if found.len() < settings.max_failures {
            known.insert(key, found.len());
            let failure = Failure {
                event: seen.event,
                last: None,
                step,
                message,
                beside,
                args: shortened(seen.call, settings.max_quote),
                exit: match seen.call.status {
                    Status::Failed { exit } => exit,
                    _ => None,
                },
                times: 1,
                cost: fixed_at.map_or(1, |fixed| (fixed - at) as u32),
                attempts: Vec::new(),
                given_up,
                fix: fix.map(|(fix, _)| fix),
            };
            found.push(Open { failure, last: at, counted_to: fixed_at.unwrap_or(at) });
        }
    }
    found.into_iter().map(|open| open.failure).collect()
}

/// A command that was stopped at its time limit did what it was started for, unless it is seen later to end by itself:
/// then it hung.
fn fail_what_hung(calls: &mut [Seen<'_>]) {
    for at in 0..calls.len() {
        let Some((seen, later)) = calls.get_mut(at..).and_then(<[Seen<'_>]>::split_first_mut) else { return };
        if seen.failed || !judge::was_stopped(seen.call) {
            continue;
        }
        let step = step::failing(seen.call);
        seen.failed =
            later.iter().any(|other| other.call.status == Status::Returned && other.steps.contains(&step));
    }
}

/// A failure that may come again later in the session.
struct Open {
    failure: Failure,
    /// Where it came last, as an index into the calls.
    last: usize,
    /// Up to where its cost is counted.
    counted_to: usize,
}

impl Open {
    /// It came again, at this call.
    fn again(&mut self, calls: &[Seen<'_>], at: usize, fix: Option<(Fix, usize)>, settings: &Reading) {
        self.failure.times += 1;
        self.failure.last = calls.get(at).map(|call| call.event);
        let fixed_at = fix.as_ref().map_or(at, |(_, place)| *place);
        if at > self.counted_to && self.failure.fix.as_ref().is_some_and(|fix| !fix.guessed) {
            // A new bout after it had been fixed.
            self.failure.cost += (fixed_at - at).max(1) as u32;
        } else {
            self.failure.cost += fixed_at.saturating_sub(self.counted_to) as u32;
        }
        self.counted_to = self.counted_to.max(fixed_at);
        if let (Some(before), Some(now)) = (calls.get(self.last), calls.get(at))
            && let Some((changes, _)) = difference::between_calls(
                before.call,
                now.call,
                &self.failure.step,
                at == self.last + 1,
                settings.max_quote,
            )
        {
            let room = MOST_ATTEMPTS.saturating_sub(self.failure.attempts.len());
            self.failure.attempts.extend(changes.into_iter().take(room));
        }
        // The last try is nearest to what worked: its difference holds only what mattered.
        if let Some((fix, _)) = fix
            && (self.failure.fix.is_none()
                || self.failure.fix.as_ref().is_some_and(|known| known.guessed || known.event == fix.event))
        {
            self.failure.fix = Some(fix);
        }
        self.last = at;
    }
}

/// Whether a check failed because of the work. What was done against it tells: where it passed without an edit, the
/// call was wrong or something was missing, whatever the message says. Else the message tells, and whether files were
/// edited next.
fn is_how_work_goes(
    calls: &[Seen<'_>],
    at: usize,
    step: &Step,
    message: &str,
    fix: Option<&(Fix, usize)>,
) -> bool {
    let until = fix.map_or_else(|| calls.len().min(at + EDITS_NEXT), |(_, place)| *place);
    let edited = fix::edited(calls, at, until, step);
    let fix = fix.map(|(fix, _)| fix).filter(|fix| !fix.guessed);
    let changed = fix.is_some_and(|fix| !fix.changes.is_empty());
    let mends = fix
        .is_some_and(|fix| fix.changes.iter().filter_map(|change| change.to.as_ref()).any(mends_by_itself));
    let prepared = fix.is_some_and(|fix| !fix.between.is_empty()) && !judge::points_at_work(message);
    match judge::cause(message) {
        judge::Cause::Surroundings => false,
        _ if !edited && !mends && (changed || prepared) => false,
        judge::Cause::Work => true,
        judge::Cause::Unclear => edited && !changed,
    }
}

/// Whether a message counts what the same step counts none of when it works, as `3 cracks in jar 7` and `0 cracks`: a
/// check whose name nobody knows, and its finding.
fn counts_findings(calls: &[Seen<'_>], step: &Step, message: &str) -> bool {
    let Some((_, what)) = counted(message).filter(|(many, _)| *many > 0) else { return false };
    let none = |output: &str| {
        let lines = salient::lines(output);
        let mut lines = lines.into_iter().filter_map(|place| output.get(place));
        lines.any(|line| counted(line).is_some_and(|(none, of)| none == 0 && of.starts_with(what)))
    };
    let worked = calls.iter().filter(|seen| !seen.failed && seen.steps.contains(step));
    worked.take(COMPARED_RUNS).any(|seen| none(salient::start(&seen.call.output, SHORT_REPORT)))
}

/// The number a line begins with, and the word behind it.
fn counted(line: &str) -> Option<(u32, &str)> {
    let (number, rest) = line.trim_start().split_once(' ')?;
    let what = rest.split_whitespace().next()?;
    what.starts_with(char::is_alphabetic).then_some((number.parse().ok()?, what))
}

/// Whether an option that was added makes a check mend what it finds: that is an edit.
fn mends_by_itself(added: &Clean) -> bool {
    let says = |word: &str| {
        let parts = word.trim_start_matches('-').split(['-', '=']);
        word.starts_with('-')
            && parts.into_iter().any(|part| matches!(part, "fix" | "write" | "update" | "accept"))
    };
    added.split_whitespace().any(says)
}

/// A call's arguments, values shortened; for shell tools the command line only.
fn shortened(call: &Call, most: usize) -> Args {
    if let Some(line) = step::command_line(call) {
        return Args(vec![Arg { path: Clean::fixed("command"), value: line.cut(most) }]);
    }
    let shorten = |arg: &Arg| Arg { path: arg.path.clone(), value: arg.value.cut(most) };
    Args(call.args.0.iter().take(MOST_ARGUMENTS).map(shorten).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    fn session(calls: Vec<Call>) -> Session {
        Session::of(calls.into_iter().map(Body::Call))
    }

    fn shell(command: &str, exit: i32, output: &str) -> Call {
        let args = Args(vec![Arg { path: Clean::fixed("command"), value: redact(command) }]);
        let status = if exit == 0 { Status::Returned } else { Status::Failed { exit: Some(exit) } };
        Call { tool: Clean::fixed("Bash"), args, status, output: redact(output) }
    }

    fn tool(args: &[(&'static str, &str)], output: &str) -> Call {
        let args =
            args.iter().map(|(path, value)| Arg { path: Clean::fixed(path), value: redact(value) }).collect();
        Call { tool: Clean::fixed("pay"), args: Args(args), status: Status::Returned, output: redact(output) }
    }

    fn failures(calls: Vec<Call>) -> Vec<Failure> {
        find(&session(calls), &Reading::default())
    }

    #[test]
    fn a_changed_flag_is_the_fix() {
        let found = failures(vec![
            shell("packer fill crate --mode loose", 1, "error: mode is not supported by crate 7"),
            shell("ls", 0, "a b"),
            shell("packer fill crate --mode tight 2>&1 | tail -3", 0, "ok"),
        ]);
        assert_eq!(found.len(), 1);
        let fix = found[0].fix.clone().unwrap();
        assert_eq!((found[0].times, found[0].cost), (1, 2));
        assert_eq!(&*fix.call, "packer fill crate --mode tight");
        let change = &fix.changes[0];
        assert_eq!((change.from.as_deref(), change.to.as_deref()), (Some("loose"), Some("tight")));
    }

    #[test]
    fn a_count_that_falls_to_none_is_a_finding() {
        let found = failures(vec![
            shell("jars inspect shelf", 1, "3 cracks on 4300"),
            shell("jars glue shelf --at 4300", 0, "ok"),
            shell("jars inspect shelf", 0, "0 cracks"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn what_was_stopped_has_failed_if_it_ends_by_itself_later() {
        let stopped = || shell("timeout 30 kiln fire jar", 124, "waiting for the flame");
        assert!(failures(vec![stopped(), shell("kiln log", 0, "cold")]).is_empty());
        let ended = shell("kiln fire jar", 0, "fired");
        let found = failures(vec![stopped(), shell("kiln open-gas main", 0, "open"), ended]);
        assert_eq!(found.len(), 1);
        assert!(found[0].fix.is_some());
    }

    #[test]
    fn where_a_substitute_runs_and_what_feeds_it_belongs_to_it() {
        let found = failures(vec![
            shell("python bin/press.py apple", 1, "FileNotFoundError: 'mould.txt'"),
            shell("cd bin && python press.py apple", 0, "ok"),
            shell("store put -f jam/apple/peel", 1, "error: peel is no jam"),
            shell("press cook jam/apple | store put -n red -f -", 0, "ok"),
            shell("oven bake -t plum:1 .", 127, "bash: oven: command not found"),
            shell("clock show", 0, "noon"),
            shell("cat jam/fr/labels.txt", 1, "cat: jam/fr/labels.txt: No such file or directory"),
            shell("jq .fr jam/labels.json", 0, "3"),
            shell("stove bake -t plum:2 .", 0, "ok"),
        ]);
        let calls: Vec<&str> =
            found.iter().filter_map(|f| f.fix.as_ref()).map(|fix| fix.call.as_str()).collect();
        assert_eq!(
            calls,
            [
                "cd bin && python press.py apple",
                "press cook jam/apple | store put -n red -f -",
                "stove bake -t plum:2 .",
                "jq .fr jam/labels.json"
            ]
        );
    }

    #[test]
    fn what_had_been_missing_is_the_fix_of_the_same_call() {
        let found = failures(vec![
            shell("packer fill crate", 1, "error: labels are missing"),
            shell("packer fill crate", 1, "error: labels are missing"),
            shell("labeller print --all", 0, "ok"),
            shell("packer fill crate", 0, "ok"),
        ]);
        assert_eq!((found.len(), found[0].times, found[0].cost), (1, 2, 3));
        let fix = found[0].fix.clone().unwrap();
        assert!(fix.changes.is_empty() && fix.between.len() == 1, "{fix:?}");
    }

    #[test]
    fn another_argument_is_the_fix_of_a_tool() {
        let found = failures(vec![
            tool(&[("order", "A-1"), ("card", "card_1")], "Error: card cannot pay for orders"),
            tool(&[("order", "A-1"), ("card", "wallet_2")], "{\"ok\":true}"),
        ]);
        let fix = found[0].fix.clone().unwrap();
        assert_eq!(fix.changes.len(), 1);
        assert_eq!(&*fix.changes[0].path, "card");
    }

    #[test]
    fn another_operand_is_no_fix() {
        let found = failures(vec![
            shell("python3 alpha.py", 1, "ValueError: bad unit"),
            shell("python3 beta.py", 0, "ok"),
        ]);
        assert!(found[0].fix.as_ref().is_none_or(|fix| fix.guessed), "{found:?}");
    }

    #[test]
    fn checks_that_fail_because_of_the_work_are_no_mistakes() {
        let red = "test a ... FAILED\nassertion `left == right` failed";
        assert!(failures(vec![shell("cargo test", 101, red)]).is_empty());
        assert_eq!(failures(vec![shell("cargo test", 101, "error: no such command: `nextest`")]).len(), 1);
    }
}
