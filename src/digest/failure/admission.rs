//! Whether an agent itself said that it did not get past a failure.
//!
//! Owns the words for it: that something could not be done, that it is left or skipped. A call that only asked fails
//! as well, by its exit status, and nobody is sorry about an answer; so these words, beside a second try, tell a
//! mistake without remedy from an answer. Refuses to look at what people or tools say.

use super::salient;
use crate::digest::expression::Expression;
use crate::session::{Body, Event};

/// Most of an agent's text that is about the call before it, bytes.
const ABOUT_THE_CALL: usize = 400;

/// Most calls after a failure at which an agent still looks into it.
const LOOKS: usize = 1;

/// Whether the agent's words after this event, as long as it looks into it and no person says more, say that it gave up.
pub(super) fn follows(events: &[Event], failed: u32) -> bool {
    let from = events.partition_point(|event| event.number <= failed);
    let mut looks = 0;
    let talk = events.get(from..).unwrap_or_default().iter().take_while(|event| {
        looks += usize::from(matches!(event.body, Body::Call(_)));
        looks <= LOOKS && !matches!(event.body, Body::Person(_))
    });
    talk.into_iter().any(|event| match &event.body {
        Body::Agent(text) => gives_up(salient::start(text, ABOUT_THE_CALL)),
        _ => false,
    })
}

/// Whether a text says that something could not be done or is left alone.
fn gives_up(text: &str) -> bool {
    static GIVES_UP: Expression = Expression::new(concat!(
        r"(?i)\b(?:could(?: not|n['’]t)|can(?:not| not|['’]t)|unable to|not able to|not something i|no way (?:to|around|round)|",
        r"keeps? (?:on )?(?:failing|refusing|complaining)|still (?:fails|refuses|blocked)|(?:gave|give|giving) up|",
        r"leav(?:e|ing) (?:it|this|that|them)|left (?:it|this|that) (?:as|for|out|open)|skip(?:ped|ping)?|mov(?:e|ing) on|",
        r"out of my (?:hands|reach)|blocked (?:by|on|here)|i['’]?a?m stuck)\b",
    ));
    GIVES_UP.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn giving_up_is_told_from_going_on() {
        for text in
            ["I couldn't get the kiln lit; leaving it for you.", "This keeps failing, I skip that part."]
        {
            assert!(gives_up(text), "{text}");
        }
        for text in
            ["There is no kiln of that name yet.", "Two findings; I will mend both.", "Next, the glaze."]
        {
            assert!(!gives_up(text), "{text}");
        }
    }
}
