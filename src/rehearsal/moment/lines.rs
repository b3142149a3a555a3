//! What an agent had seen, as numbered lines in a bounded room.
//!
//! What people said and what came last goes in first, then how it began; what does not fit is counted where it was.

use crate::redact::Clean;
use crate::session::told::{Telling, told};
use crate::session::{Body, Event};

/// Events and calls at the end that go in first and are told at length.
const LAST: usize = 6;

const TELLING: Telling = Telling {
    words: ["you said", "you called", "the person stopped you"],
    person: 1_200,
    agent: 1_200,
    opening: 5_000,
    arguments: (12, 240),
    output: 400,
    last: (LAST, 1_600),
};

/// The events as lines, each with its number, at most about `room` bytes.
pub fn lines(seen: &[Event], room: usize) -> Clean {
    told(seen, &TELLING, room, |at, event| match &event.body {
        Body::Person(_) | Body::Interrupted => 0,
        _ if at + LAST >= seen.len() => 0,
        Body::Context(_) | Body::Agent(_) if at == 0 => 1,
        _ => 2,
    })
}
