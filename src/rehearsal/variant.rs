//! The same situation with other names, numbers and order.
//!
//! A note that only fits its own example helps at the moment that it was made from and at no variant of it. Owns what is
//! replaced ([`names`]: ids and numbers of records, people's names, each by one of the same form, everywhere alike, also
//! in the call that failed and in what worked) and what changes places ([`order`]: earlier calls that only asked and do
//! not build on each other). What the note names stays, or the note could not be about the variant; but a record that
//! no other of its moments has is its own example's, and is replaced whatever the note says. Small numbers stay: a
//! price, a date or a count stands in sums that would no longer add up. The same seed gives the same variant.

mod names;
mod order;

use super::moment::{Mistake, Moment, Prepared, Remedy};
use crate::digest::failure::Change;
use crate::redact::{Clean, redact};
use crate::session::{Arg, Args, Body, Call, Event};
use names::Renaming;
use std::collections::BTreeSet;

/// Numbers that look like chance and are the same every time (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014: SplitMix64).
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// Dice for this seed and this thing.
    pub(super) fn of(seed: u64, about: &str) -> Dice {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.update(about.as_bytes());
        let mut start = [0; 8];
        start.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        Dice(u64::from_le_bytes(start))
    }

    /// The next number, below `end`; 0 where that is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed % (end.max(1) as u64)) as usize
    }
}

/// The names and numbers of records in a moment: what it may share with other moments of a note.
pub fn records(moment: &Moment) -> BTreeSet<String> {
    names::records(&texts(moment))
}

/// A variant of a moment; `None` where nothing in it can be changed. `note`: what the note says. `shared`: records that
/// several of its moments have ([`records`]).
pub fn of(moment: &Moment, note: &str, shared: &BTreeSet<String>, seed: u64) -> Option<Moment> {
    let about = format!("{}#{}", moment.session, moment.event);
    let said = names::Said { texts: &texts(moment), arguments: &arguments(moment) };
    let renaming = Renaming::of(&said, &kept(moment), note, shared, Dice::of(seed, &about));
    let seen: Vec<Event> = moment.seen.iter().map(|event| renamed_event(event, &renaming)).collect();
    let (seen, moved) = order::changed(seen, Dice::of(seed, &format!("{about} order")));
    let Mistake { step, call, remedy } = &moment.mistake;
    let remedy = remedy.as_ref().map(|remedy| Remedy {
        step: remedy.step.clone(),
        call: renamed_call(&remedy.call, &renaming),
        changes: remedy.changes.iter().map(|change| renamed_change(change, &renaming)).collect(),
        first: remedy
            .first
            .iter()
            .map(|first| Prepared { step: first.step.clone(), call: renamed(&first.call, &renaming) })
            .collect(),
        guessed: remedy.guessed,
    });
    let mistake = Mistake { step: step.clone(), call: renamed_call(call, &renaming), remedy };
    (moved || seen != moment.seen || mistake != moment.mistake).then(|| Moment {
        seen,
        mistake,
        ..moment.clone()
    })
}

/// Every text of a moment that names may stand in.
fn texts(moment: &Moment) -> Vec<&Clean> {
    fn of_call(call: &Call) -> impl Iterator<Item = &Clean> {
        call.args.0.iter().map(|arg| &arg.value).chain(std::iter::once(&call.output))
    }
    let mut texts: Vec<&Clean> = Vec::new();
    for event in &moment.seen {
        match &event.body {
            Body::Person(text) | Body::Agent(text) | Body::Context(text) => texts.push(text),
            Body::Call(call) => texts.extend(of_call(call)),
            Body::Interrupted => {}
        }
    }
    texts.extend(moment.mistake.call.args.0.iter().map(|arg| &arg.value));
    texts.extend(
        moment.mistake.remedy.iter().flat_map(|remedy| remedy.call.args.0.iter().map(|arg| &arg.value)),
    );
    texts
}

/// Every argument of a moment's calls.
fn arguments(moment: &Moment) -> Vec<&Arg> {
    let seen = moment.seen.iter().filter_map(|event| match &event.body {
        Body::Call(call) => Some(call),
        _ => None,
    });
    let Mistake { call, remedy, .. } = &moment.mistake;
    let calls = seen.chain([call]).chain(remedy.iter().map(|remedy| &remedy.call));
    calls.flat_map(|call| &call.args.0).collect()
}

/// What is the same in every variant: the names of tools, arguments and steps.
fn kept(moment: &Moment) -> BTreeSet<String> {
    let Mistake { step, remedy, .. } = &moment.mistake;
    let tools = moment.tools.iter().flat_map(|tool| std::iter::once(&tool.name).chain(&tool.arguments));
    let first = remedy.iter().flat_map(|remedy| remedy.first.iter().map(|first| &first.step.0));
    let steps = std::iter::once(&step.0).chain(remedy.iter().map(|remedy| &remedy.step.0)).chain(first);
    tools.chain(steps).flat_map(|text| names::words(text)).map(|(_, word)| word.to_owned()).collect()
}

fn renamed(text: &Clean, renaming: &Renaming) -> Clean {
    renaming.applied(text).map_or_else(|| text.clone(), |text| redact(&text))
}

fn renamed_call(call: &Call, renaming: &Renaming) -> Call {
    let args =
        call.args.0.iter().map(|arg| Arg { path: arg.path.clone(), value: renamed(&arg.value, renaming) });
    Call {
        tool: call.tool.clone(),
        args: Args(args.collect()),
        status: call.status,
        output: renamed(&call.output, renaming),
    }
}

fn renamed_change(change: &Change, renaming: &Renaming) -> Change {
    let value = |value: &Option<Clean>| value.as_ref().map(|value| renamed(value, renaming));
    Change { path: change.path.clone(), from: value(&change.from), to: value(&change.to) }
}

fn renamed_event(event: &Event, renaming: &Renaming) -> Event {
    let body = match &event.body {
        Body::Person(text) => Body::Person(renamed(text, renaming)),
        Body::Agent(text) => Body::Agent(renamed(text, renaming)),
        Body::Context(text) => Body::Context(renamed(text, renaming)),
        Body::Call(call) => Body::Call(renamed_call(call, renaming)),
        Body::Interrupted => Body::Interrupted,
    };
    Event { number: event.number, at: event.at, body }
}

#[cfg(test)]
mod tests;
