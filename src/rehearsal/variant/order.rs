//! Earlier calls in another order, where nothing depends on theirs.
//!
//! Two calls right after one another trade places if both only asked, both came back, and the later one names nothing
//! that only the earlier one had told. Refuses to move anything that changed something, or what anybody said.

use super::{Dice, names};
use crate::digest::step;
use crate::session::{Body, Call, Event, Status};
use std::collections::BTreeSet;

/// The events in another order, numbered as they now stand, and whether anything moved.
pub(super) fn changed(seen: Vec<Event>, mut dice: Dice) -> (Vec<Event>, bool) {
    let numbers: Vec<u32> = seen.iter().map(|event| event.number).collect();
    let mut bodies: Vec<Event> = seen;
    let mut moved = false;
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut at = 0;
    while at + 1 < bodies.len() {
        let may_swap = match (bodies.get(at).map(|e| &e.body), bodies.get(at + 1).map(|e| &e.body)) {
            (Some(Body::Call(first)), Some(Body::Call(second))) => are_independent(first, second, &known),
            _ => false,
        };
        // What traded places stays where it is: each pair once.
        let swaps = may_swap && dice.below(4) > 0;
        if swaps {
            bodies.swap(at, at + 1);
            moved = true;
        }
        let done = if swaps { 2 } else { 1 };
        for event in bodies.iter().skip(at).take(done) {
            known.extend(said(event));
        }
        at += done;
    }
    for (event, number) in bodies.iter_mut().zip(numbers) {
        event.number = number;
    }
    (bodies, moved)
}

/// Whether two calls can be made in either order. `known`: every word that was said before both.
fn are_independent(first: &Call, second: &Call, known: &BTreeSet<String>) -> bool {
    let asks = |call: &Call| call.status == Status::Returned && !step::changes_something(call);
    let told: BTreeSet<&str> = names::words(&first.output).map(|(_, word)| word).collect();
    let values = second.args.0.iter().flat_map(|arg| names::words(&arg.value)).map(|(_, word)| word);
    let mut learnt = values.filter(|word| told.contains(word) && !known.contains(*word));
    asks(first)
        && asks(second)
        && (first.tool != second.tool || first.args != second.args)
        && learnt.next().is_none()
}

/// The words of an event.
fn said(event: &Event) -> Vec<String> {
    let texts = match &event.body {
        Body::Person(text) | Body::Agent(text) | Body::Context(text) => vec![text],
        Body::Call(call) => call.args.0.iter().map(|arg| &arg.value).chain([&call.output]).collect(),
        Body::Interrupted => Vec::new(),
    };
    texts.into_iter().flat_map(|text| names::words(text)).map(|(_, word)| word.to_owned()).collect()
}
