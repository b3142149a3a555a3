//! What an agent had seen, as numbered lines in a bounded room.
//!
//! What people said and what came last goes in first, then how it began; what does not fit is counted where it was.

use crate::redact::{Clean, redact};
use crate::session::{Body, Call, Event, Status};
use std::collections::BTreeSet;

/// Most bytes of what somebody said.
const SAID: usize = 1_200;
/// Most bytes of the first text that was put before the agent: its policy.
const POLICY: usize = 5_000;
/// Most bytes of one argument of a call.
const ARGUMENT: usize = 240;
/// Most arguments of a call.
const ARGUMENTS: usize = 12;
/// Most bytes of what a call gave: of one among the last ones, and of an earlier one.
const OUTPUT: [usize; 2] = [1_600, 400];
/// Calls that count as the last ones.
const LAST: usize = 6;

/// The events as lines, each with its number, at most about `room` bytes.
pub fn lines(seen: &[Event], room: usize) -> Clean {
    let calls = seen.iter().enumerate().rev().filter(|(_, event)| matches!(event.body, Body::Call(_)));
    // From here on calls count as the last ones.
    let late = calls.take(LAST).last().map_or(0, |(at, _)| at);
    let lines: Vec<Clean> =
        seen.iter().enumerate().map(|(at, event)| line(event, at == 0, at >= late)).collect();
    let chosen = choose(seen, &lines, room);
    let mut parts: Vec<Clean> = Vec::new();
    let mut left_out = 0;
    for (at, line) in lines.into_iter().enumerate() {
        if !chosen.contains(&at) {
            left_out += 1;
            continue;
        }
        parts.extend(gap(std::mem::take(&mut left_out)));
        parts.push(line);
    }
    parts.extend(gap(left_out));
    Clean::join(&parts.iter().collect::<Vec<_>>(), "\n")
}

fn gap(left_out: u32) -> Option<Clean> {
    (left_out > 0).then(|| redact(&format!("[{left_out} events left out]")))
}

/// The places of the events that there is room for.
fn choose(seen: &[Event], lines: &[Clean], room: usize) -> BTreeSet<usize> {
    let mut order: Vec<usize> = (0..seen.len()).collect();
    order.sort_by_key(|&at| {
        let rank = match seen.get(at).map(|event| &event.body) {
            Some(Body::Person(_) | Body::Interrupted) => 0,
            _ if at + LAST >= seen.len() => 0,
            Some(Body::Context(_) | Body::Agent(_)) if at == 0 => 1,
            _ => 2,
        };
        // Of equals, the later.
        (rank, usize::MAX - at)
    });
    let mut left = room;
    let mut chosen = BTreeSet::new();
    for at in order {
        let takes = lines.get(at).map_or(0, |line| line.len() + 1);
        if takes <= left {
            left -= takes;
            chosen.insert(at);
        }
    }
    chosen
}

/// One event as one paragraph.
fn line(event: &Event, is_first: bool, is_late: bool) -> Clean {
    let head = |who: &str| redact(&format!("#{} {who}", event.number));
    let most = if is_first { POLICY } else { SAID };
    match &event.body {
        Body::Person(text) => Clean::join(&[&head("person:"), &text.cut(SAID)], " "),
        Body::Agent(text) => Clean::join(&[&head("you said:"), &text.cut(most)], " "),
        Body::Context(text) => Clean::join(&[&head("context:"), &text.cut(most)], " "),
        Body::Interrupted => head("the person stopped you"),
        Body::Call(call) => Clean::join(&[&head("you called:"), &of_call(call, is_late)], " "),
    }
}

fn of_call(call: &Call, is_late: bool) -> Clean {
    let arguments: Vec<Clean> = call
        .args
        .0
        .iter()
        .take(ARGUMENTS)
        .map(|arg| Clean::join(&[&arg.path, &arg.value.cut(ARGUMENT)], "="))
        .collect();
    let arguments = Clean::join(&arguments.iter().collect::<Vec<_>>(), ", ");
    let ended = match call.status {
        Status::Failed { exit: Some(exit) } => redact(&format!("-> failed ({exit}):")),
        Status::Failed { exit: None } => Clean::fixed("-> failed:"),
        Status::Returned => Clean::fixed("->"),
        Status::Refused => Clean::fixed("-> the person did not allow it"),
        Status::Unanswered => Clean::fixed("-> no answer"),
    };
    let [late, early] = OUTPUT;
    let output = call.output.cut(if is_late { late } else { early });
    Clean::join(&[&call.tool, &arguments, &ended, &output], " ")
}
