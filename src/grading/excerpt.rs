//! A session as a model gets to see it: numbered lines, bounded.
//!
//! What decides how a session went is mostly what people said, how it began and ended, what failed and what changed
//! something; that goes in first. What does not fit is counted where it was.

use crate::redact::Clean;
use crate::session::{Body, Call, Event, Session, Status};
use std::collections::BTreeSet;

/// Most bytes of the lines of one session, about 6,000 tokens.
pub const ROOM: usize = 18 * 1024;
/// Events at the end that go in first.
const END: usize = 6;
/// Most bytes of what a person said, and of the text that was put before the agent.
const PERSON: usize = 1_500;
/// Most bytes of what the agent said.
const AGENT: usize = 700;
/// Most bytes of one argument of a call.
const ARGUMENT: usize = 160;
/// Most arguments of a call.
const ARGUMENTS: usize = 8;
/// Most bytes of what a call gave.
const OUTPUT: usize = 500;

/// A session's lines in its order, each with its event's number; what was left out is counted between them.
pub fn of(session: &Session, room: usize) -> Clean {
    let lines: Vec<Clean> = session.events.iter().map(line).collect();
    let chosen = choose(session, &lines, room);
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
    (left_out > 0).then(|| crate::redact::redact(&format!("[{left_out} events left out]")))
}

/// The places of the events that have room, what tells most first.
fn choose(session: &Session, lines: &[Clean], room: usize) -> BTreeSet<usize> {
    let events = &session.events;
    let ends = |at: usize| at + END >= events.len();
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by_key(|&at| {
        let rank = match events.get(at).map(|event| &event.body) {
            Some(Body::Person(_) | Body::Interrupted) => 0,
            _ if ends(at) => 1,
            Some(Body::Call(call)) if call.status != Status::Returned => 2,
            // The first one is the policy or the system prompt that the agent was given.
            Some(Body::Context(_)) if at == 0 => 2,
            Some(Body::Call(_)) => 3,
            Some(Body::Agent(_)) => 4,
            Some(Body::Context(_)) | None => 5,
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
fn line(event: &Event) -> Clean {
    let number = format!("#{} ", event.number);
    let head = |who: &str| crate::redact::redact(&format!("{number}{who}"));
    let said = |who: &str, text: &Clean, most| Clean::join(&[&head(who), &text.cut(most)], " ");
    match &event.body {
        Body::Person(text) => said("person:", text, PERSON),
        Body::Agent(text) => said("agent:", text, AGENT),
        Body::Context(text) => said("context:", text, PERSON),
        Body::Interrupted => head("the person stopped the agent"),
        Body::Call(call) => Clean::join(&[&head("call:"), &of_call(call)], " "),
    }
}

fn of_call(call: &Call) -> Clean {
    let arguments: Vec<Clean> = call
        .args
        .0
        .iter()
        .take(ARGUMENTS)
        .map(|arg| Clean::join(&[&arg.path, &arg.value.cut(ARGUMENT)], "="))
        .collect();
    let arguments = Clean::join(&arguments.iter().collect::<Vec<_>>(), ", ");
    let ended = match call.status {
        Status::Failed { exit: Some(exit) } => crate::redact::redact(&format!("-> failed ({exit}):")),
        Status::Failed { exit: None } => Clean::fixed("-> failed:"),
        Status::Returned => Clean::fixed("->"),
        Status::Refused => Clean::fixed("-> the person did not allow it"),
        Status::Unanswered => Clean::fixed("-> no answer"),
    };
    Clean::join(&[&call.tool, &arguments, &ended, &call.output.cut(OUTPUT)], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;
    use crate::session::{Arg, Args, SessionId};

    fn session(bodies: Vec<Body>) -> Session {
        let event = |(at, body)| Event { number: at as u32 + 1, at: None, body };
        Session {
            id: SessionId::of(b"x"),
            source: None,
            parent: None,
            agent: redact("chat"),
            model: None,
            project: None,
            contributor: None,
            task: None,
            outcome: None,
            events: bodies.into_iter().enumerate().map(event).collect(),
        }
    }

    fn call(output: &str, status: Status) -> Body {
        let args = Args(vec![Arg { path: redact("id"), value: redact("7") }]);
        Body::Call(Call { tool: redact("cancel"), args, status, output: redact(output) })
    }

    #[test]
    fn what_people_said_and_the_end_go_in_first() {
        let mut bodies = vec![Body::Person(redact("cancel it"))];
        bodies.extend((0..40).map(|_| call("done, all well", Status::Returned)));
        bodies.push(call("no such id", Status::Failed { exit: None }));
        bodies.extend((0..20).map(|_| Body::Agent(redact("thinking about it"))));
        bodies.push(Body::Person(redact("stop that")));
        let text = of(&session(bodies), 400);
        assert!(text.len() < 520, "{}", text.len());
        for part in [
            "#1 person: cancel it\n[",
            "#42 call: cancel id=7 -> failed: no such id\n",
            "#62 agent: thinking",
            "#63 person: stop that",
            "events left out]",
        ] {
            assert!(text.contains(part), "{part}\n{}", text.as_str());
        }
    }
}
