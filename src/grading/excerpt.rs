//! A session as a model gets to see it: numbered lines, bounded.
//!
//! What decides how a session went is mostly what people said, how it began and ended, what failed and what changed
//! something; that goes in first. What does not fit is counted where it was.

use crate::redact::Clean;
use crate::session::told::{Telling, told};
use crate::session::{Body, Session, Status};

/// Most bytes of the lines of one session, about 6,000 tokens.
pub const ROOM: usize = 18 * 1024;
/// Events at the end that go in first.
const END: usize = 6;

const TELLING: Telling = Telling {
    words: ["agent", "call", "the person stopped the agent"],
    person: 1_500,
    agent: 700,
    opening: 1_500,
    arguments: (8, 160),
    output: 500,
    last: (0, 500),
};

/// A session's lines in its order, each with its event's number; what was left out is counted between them.
pub fn of(session: &Session, room: usize) -> Clean {
    let events = &session.events;
    told(events, &TELLING, room, |at, event| match &event.body {
        Body::Person(_) | Body::Interrupted => 0,
        _ if at + END >= events.len() => 1,
        Body::Call(call) if !matches!(call.status, Status::Returned | Status::Unrecorded) => 2,
        // The first one is the policy or the system prompt that the agent was given.
        Body::Context(_) if at == 0 => 2,
        Body::Call(_) => 3,
        Body::Agent(_) => 4,
        Body::Context(_) => 5,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;
    use crate::session::{Arg, Args, Call};

    fn session(bodies: Vec<Body>) -> Session {
        Session::of(bodies)
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
