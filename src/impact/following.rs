//! What an agent did once a note had come before it.
//!
//! *Contradicted*: what the note is against came up after that in the same session. *Followed*: it did not, and what the
//! note is about was done after that: the step of a mistake worked, or what is done in its place; a workflow was gone
//! through from its first step; what a wish names was used. All else is unknown, and much is: a digest keeps the calls
//! that change or check something, with their events, and no others; and few wishes name anything that can be looked
//! for. Owns what counts as either for each sort of lesson, as two events of a session ([`Moments`]), so that any note of
//! the lesson can be asked about. Refuses to guess, and to say what a note did to how often: [`super::comparison`] does.

use super::occasion::{Occasion, steps_of};
use crate::digest::Digest;
use crate::digest::step::Step;
use crate::pattern::{Habit, Lesson, Mined, Pattern, WishLesson};
use crate::redact::Clean;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// After every event: what is true of a session as a whole.
const AT_THE_END: u32 = u32::MAX;

/// When a lesson came up in one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moments {
    /// Until when what the note is against could be seen: who had the note before that went against it.
    against: Option<u32>,
    /// The same of what follows it.
    with: Option<u32>,
}

/// What was done after a note had come before the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Course {
    /// Nobody can tell.
    Unknown,
    /// What the note says.
    Followed,
    /// What it is against.
    Contradicted,
}

impl Moments {
    /// What was done after this event; unknown where the event is.
    pub fn since(self, event: Option<u32>) -> Course {
        let comes_after =
            |moment: Option<u32>| event.is_some_and(|event| moment.is_some_and(|it| it > event));
        match (comes_after(self.against), comes_after(self.with)) {
            (true, _) => Course::Contradicted,
            (false, true) => Course::Followed,
            (false, false) => Course::Unknown,
        }
    }

    /// Whether what the note is against was seen by this event, and not after it.
    pub fn is_over_by(self, event: Option<u32>) -> bool {
        event.zip(self.against).is_some_and(|(event, against)| against <= event)
    }

    /// An error in one session: `last` is the last event at which it happened, and what works are these steps.
    pub fn of_error(digest: &Digest, last: Option<u32>, steps: &[&Step]) -> Moments {
        let worked =
            deeds(digest).filter(|deed| deed.ok && steps.iter().any(|step| deed.step.is_form_of(step)));
        Moments { against: last, with: worked.map(|deed| deed.event).max() }
    }
}

/// Something that was done at a known event.
struct Deed<'a> {
    event: u32,
    step: &'a Step,
    ok: bool,
}

/// What a digest knows the events of.
fn deeds(digest: &Digest) -> impl Iterator<Item = Deed<'_>> {
    let calls = digest.writes.iter().chain(&digest.checks);
    let calls = calls.map(|call| Deed { event: call.event, step: &call.step, ok: call.ok });
    let fixes = digest.failures.iter().filter_map(|failure| failure.fix.as_ref());
    calls.chain(fixes.map(|fix| Deed { event: fix.event, step: &fix.step, ok: true }))
}

/// The moments of a lesson in the sessions that could tell something about it and had any note before them at a known
/// event.
pub(super) fn moments(pattern: &Pattern, occasion: &Occasion, mined: &Mined) -> BTreeMap<usize, Moments> {
    let has_note = |digest: &Digest| digest.uses.0.iter().any(|one| one.event.is_some());
    let could = occasion.could.iter().filter_map(|&session| Some((session, mined.digests.get(session)?)));
    let told = could.filter(|(_, digest)| has_note(digest));
    match &pattern.lesson {
        Lesson::Error(lesson) => {
            let mut last: BTreeMap<usize, u32> = BTreeMap::new();
            for met in &pattern.support.met {
                let known = last.entry(met.session).or_insert(met.last);
                *known = met.last.max(*known);
            }
            let steps = steps_of(lesson);
            told.map(|(at, digest)| (at, Moments::of_error(digest, last.get(&at).copied(), &steps))).collect()
        }
        Lesson::Contrast(lesson) => told
            .map(|(at, digest)| (at, of_habit(&lesson.habit, digest, occasion.did.contains(&at))))
            .collect(),
        Lesson::Workflow(_) => {
            let core: Vec<Step> = pattern.anchor.iter().skip(1).cloned().map(Step).collect();
            let follows =
                |session| occasion.followed.as_ref().is_some_and(|followed| followed.contains(&session));
            told.map(|(at, digest)| (at, of_workflow(&core, digest, follows(at)))).collect()
        }
        Lesson::Wish(lesson) | Lesson::Correction(lesson) => {
            let mut said: BTreeMap<usize, u32> = BTreeMap::new();
            for turn in &pattern.support.said {
                let known = said.entry(turn.session).or_insert(turn.event);
                *known = turn.event.max(*known);
            }
            told.map(|(at, digest)| (at, of_wish(lesson, digest, said.get(&at).copied()))).collect()
        }
        Lesson::Conflict(_) | Lesson::Suggestion(_) => BTreeMap::new(),
    }
}

/// Of runs of the same jobs that were judged. `did`: it failed with the habit.
fn of_habit(habit: &Habit, digest: &Digest, did: bool) -> Moments {
    let of = |step: &Step| {
        deeds(digest).filter(|deed| deed.step.is_form_of(step)).map(|deed| deed.event).collect()
    };
    let is_done = |step: &Step| digest.steps.iter().any(|done| done.is_form_of(step));
    let events: BTreeSet<u32> = of(habit.step());
    let (last, is_judged) =
        (events.last().copied(), digest.outcome.is_some_and(|outcome| outcome.is_judged()));
    match habit {
        Habit::Omits(step) if did => Moments { against: (!is_done(step)).then_some(AT_THE_END), with: None },
        Habit::Omits(_) => Moments { against: None, with: last },
        _ if did => Moments { against: last, with: None },
        Habit::Does(step) => {
            let leaves_out = is_judged && last.is_none() && !is_done(step);
            Moments { against: None, with: leaves_out.then_some(AT_THE_END) }
        }
        Habit::Without { first, .. } => {
            let firsts: BTreeSet<u32> = of(first);
            let is_in_order = firsts.first().zip(events.first()).is_some_and(|(first, then)| first < then);
            Moments { against: None, with: last.filter(|_| is_in_order) }
        }
        Habit::Repeats(_) | Habit::Argument { .. } => Moments::default(),
    }
}

/// Who has a workflow's note before its first step, and works on, can follow it.
fn of_workflow(core: &[Step], digest: &Digest, follows: bool) -> Moments {
    let is_core = |deed: &Deed<'_>| core.iter().any(|step| deed.step.is_form_of(step));
    let begun = deeds(digest).filter(is_core).map(|deed| deed.event).min();
    let worked = deeds(digest).map(|deed| deed.event).max();
    match follows {
        true => Moments { against: None, with: begun },
        false => {
            Moments { against: worked.map(|last| begun.map_or(last, |begun| begun.min(last))), with: None }
        }
    }
}

/// A wish is followed, as far as anybody can look it up, where what it names is what was used.
fn of_wish(lesson: &WishLesson, digest: &Digest, said: Option<u32>) -> Moments {
    let used =
        |name: &Step| deeds(digest).filter(|deed| deed.step.is_form_of(name)).map(|deed| deed.event).max();
    let named = |name: &Option<Clean>| name.clone().map(Step).and_then(|name| used(&name));
    let with = named(&lesson.wanted).filter(|_| named(&lesson.unwanted).is_none());
    Moments { against: said, with }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;
    use Course::{Contradicted, Followed, Unknown};

    fn step(name: &str) -> Step {
        Step(redact(name))
    }

    /// A session that did these at these events.
    fn session(done: &[(u32, &str)]) -> Digest {
        let write = |(event, step): &(u32, &str)| serde_json::json!({ "event": event, "step": step, "args": [], "ok": true });
        let writes: Vec<serde_json::Value> = done.iter().map(write).collect();
        let steps: Vec<&str> = done.iter().map(|(_, step)| *step).collect();
        serde_json::from_value(serde_json::json!({
            "session": "0123456789abcdef", "root": "r", "agent": "codex", "ask": "", "steps": steps, "writes": writes,
            "outcome": { "score": 0.0, "by": "stated" },
            "counts": { "calls": 1, "failed": 0, "retries": 0, "turns": 1 },
        }))
        .unwrap()
    }

    /// What was done after events 1, 5, 9 and at no known event.
    fn after(moments: Moments) -> [Course; 4] {
        [Some(1), Some(5), Some(9), None].map(|event| moments.since(event))
    }

    #[test]
    fn an_error_that_comes_again_contradicts_and_its_step_that_works_follows() {
        let worked = session(&[(7, "frob push hard")]);
        let moments = |last| Moments::of_error(&worked, last, &[&step("frob push")]);
        assert_eq!(after(moments(None)), [Followed, Followed, Unknown, Unknown]);
        assert_eq!(
            after(moments(Some(4))),
            [Contradicted, Followed, Unknown, Unknown],
            "it was told and mended it"
        );
        assert_eq!(after(moments(Some(8))), [Contradicted, Contradicted, Unknown, Unknown]);
        let elsewhere = Moments::of_error(&worked, None, &[&step("frob pull")]);
        assert_eq!(after(elsewhere), [Unknown; 4]);
    }

    #[test]
    fn a_workflow_is_followed_by_who_had_it_before_its_first_step() {
        let core = [step("mill sweep"), step("mill grind")];
        let begun = session(&[(3, "edit *.rs"), (5, "mill sweep"), (8, "mill grind")]);
        assert_eq!(after(of_workflow(&core, &begun, true)), [Followed, Unknown, Unknown, Unknown]);
        assert_eq!(after(of_workflow(&core, &begun, false)), [Contradicted, Unknown, Unknown, Unknown]);
        let other = session(&[(3, "edit *.rs"), (7, "git push")]);
        assert_eq!(after(of_workflow(&core, &other, false)), [Contradicted, Contradicted, Unknown, Unknown]);
        assert_eq!(after(of_workflow(&core, &session(&[]), false)), [Unknown; 4], "it did nothing");
    }

    #[test]
    fn a_wish_that_is_said_again_contradicts_and_one_that_names_nothing_is_never_followed() {
        let wish = |wanted: Option<&str>, unwanted: Option<&str>| WishLesson {
            wording: redact("use pnpm"),
            variants: Vec::new(),
            wanted: wanted.map(redact),
            unwanted: unwanted.map(redact),
        };
        let used = session(&[(7, "pnpm install")]);
        assert_eq!(
            after(of_wish(&wish(Some("pnpm"), Some("npm")), &used, None)),
            [Followed, Followed, Unknown, Unknown]
        );
        assert_eq!(after(of_wish(&wish(Some("pnpm"), None), &used, Some(6)))[1], Contradicted);
        assert_eq!(after(of_wish(&wish(None, None), &used, None)), [Unknown; 4]);
        let both = session(&[(7, "pnpm install"), (8, "npm install")]);
        assert_eq!(after(of_wish(&wish(Some("pnpm"), Some("npm")), &both, None)), [Unknown; 4]);
    }

    #[test]
    fn a_habit_is_judged_by_what_was_done_and_left_out() {
        let tidy = session(&[(3, "mill sweep"), (7, "mill grind")]);
        let (sweep, grind) = (step("mill sweep"), step("mill grind"));
        assert_eq!(after(of_habit(&Habit::Omits(grind.clone()), &tidy, false))[1], Followed);
        assert_eq!(
            after(of_habit(&Habit::Omits(step("mill oil")), &tidy, true)),
            [Contradicted, Contradicted, Contradicted, Unknown]
        );
        assert_eq!(after(of_habit(&Habit::Does(grind.clone()), &tidy, true))[1..3], [Contradicted, Unknown]);
        assert_eq!(after(of_habit(&Habit::Does(step("mill oil")), &tidy, false))[2], Followed);
        let order = Habit::Without { first: sweep, then: grind.clone() };
        assert_eq!(after(of_habit(&order, &tidy, false))[1], Followed);
        assert_eq!(after(of_habit(&Habit::Repeats(grind), &tidy, false)), [Unknown; 4]);
    }
}
