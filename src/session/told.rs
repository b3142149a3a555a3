//! Events as somebody reads them who has little time: numbered lines in a bounded room.
//!
//! Owns the form of a line and what is left out: every text is cut, what ranks first goes in first, and what found no room
//! is counted where it was. Refuses to know what for: the bounds and the ranks are the reader's.

use super::{Body, Call, Event, Status};
use crate::redact::{Clean, redact};
use std::collections::BTreeSet;

/// How events are told.
#[derive(Clone, Copy, Debug)]
pub struct Telling {
    /// What stands before the agent's words, before its calls, and for a person who stopped it.
    pub words: [&'static str; 3],
    /// Most bytes of what a person said, and of text that was put before the agent.
    pub person: usize,
    /// Most bytes of what the agent said.
    pub agent: usize,
    /// Most bytes of the first event where it is a text that was put before the agent: its policy.
    pub opening: usize,
    /// Most arguments of a call, and most bytes of each.
    pub arguments: (usize, usize),
    /// Most bytes of what a call gave.
    pub output: usize,
    /// So many calls at the end count as the last ones, and most bytes of what one of those gave.
    pub last: (usize, usize),
}

/// The events as lines, at most about `room` bytes. `rank` says what goes in first, the lowest; of equals, the later.
pub fn told(events: &[Event], telling: &Telling, room: usize, rank: impl Fn(usize, &Event) -> u8) -> Clean {
    let (last, _) = telling.last;
    let calls = events.iter().enumerate().rev().filter(|(_, event)| matches!(event.body, Body::Call(_)));
    // From here on calls count as the last ones.
    let late = calls.take(last).last().map_or(events.len(), |(at, _)| at);
    let lines: Vec<Clean> =
        events.iter().enumerate().map(|(at, event)| line(event, telling, at == 0, at >= late)).collect();
    let mut order: Vec<(u8, usize)> =
        events.iter().enumerate().map(|(at, event)| (rank(at, event), at)).collect();
    order.sort_by_key(|&(rank, at)| (rank, usize::MAX - at));
    let mut left = room;
    let mut chosen = BTreeSet::new();
    for (_, at) in order {
        let takes = lines.get(at).map_or(0, |line| line.len() + 1);
        if takes <= left {
            left -= takes;
            chosen.insert(at);
        }
    }
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

/// One event as one paragraph.
fn line(event: &Event, telling: &Telling, is_first: bool, is_late: bool) -> Clean {
    let [agent, call, stopped] = telling.words;
    let said = |who: &str, text: &Clean, most| {
        Clean::join(&[&redact(&format!("#{} {who}:", event.number)), &text.cut(most)], " ")
    };
    match &event.body {
        Body::Person(text) => said("person", text, telling.person),
        Body::Agent(text) => said(agent, text, if is_first { telling.opening } else { telling.agent }),
        Body::Context(text) => said("context", text, if is_first { telling.opening } else { telling.person }),
        Body::Interrupted => redact(&format!("#{} {stopped}", event.number)),
        Body::Call(made) => {
            let told = of_call(made, telling, is_late);
            said(call, &told, told.len())
        }
    }
}

fn of_call(call: &Call, telling: &Telling, is_late: bool) -> Clean {
    let (most, bytes) = telling.arguments;
    let arguments = call.args.0.iter().take(most);
    let arguments: Vec<Clean> =
        arguments.map(|arg| Clean::join(&[&arg.path, &arg.value.cut(bytes)], "=")).collect();
    let arguments = Clean::join(&arguments.iter().collect::<Vec<_>>(), ", ");
    let ended = match call.status {
        Status::Failed { exit: Some(exit) } => redact(&format!("-> failed ({exit}):")),
        Status::Failed { exit: None } => Clean::fixed("-> failed:"),
        Status::Returned => Clean::fixed("->"),
        Status::Refused => Clean::fixed("-> the person did not allow it"),
        Status::Unanswered => Clean::fixed("-> no answer"),
        Status::Unrecorded => Clean::fixed("-> its answer is not in the transcript"),
    };
    let (_, last) = telling.last;
    let output = call.output.cut(if is_late { last } else { telling.output });
    Clean::join(&[&call.tool, &arguments, &ended, &output], " ")
}
