//! What sessions made of every note that people took up.
//!
//! For each learning that stands on the target: how often what it is against came up before the merge and since, and
//! since then where the note was read and where it was not ([`measure`], a pure function). The way: [`mod@merged`] says
//! since when a note stands and under which names; [`occasion`] which sessions could have shown what it is against and
//! which did; [`following`] what was done once the note had come before an agent; [`tally`] sorts all that by time and by
//! [`reading`], independent ones only; [`comparison`] says what a difference can carry, and with [`judgement`] what it
//! comes to. [`mod@look`] brings together what that needs, and [`seen`] keeps what takes long.
//!
//! Three rules keep the figures honest. A note is proposed *because* its mistake came up, so what came before is too
//! much by chance; the comparison with it takes that into account ([`comparison`]). Of several comparisons the one that
//! carries most decides, if it is large enough to tell. And many notes are judged at once, so the false ones among
//! those that are said to work are bounded, not the error of each. Refuses to call anything a cause, and to judge what
//! has no time: sessions that do not say when they were are counted apart.

pub mod comparison;
pub mod following;
mod judgement;
mod look;
mod merged;
mod occasion;
mod reading;
mod seen;
mod tally;
pub mod wire;

#[cfg(test)]
mod planted;

pub use comparison::Claim;
pub use look::{Looked, Unmeasured, look, look_among};
pub use merged::{Merged, merged};
pub use occasion::Hit;
pub use tally::Week;

use crate::learning::effect::{Impact, Usage};
use crate::pattern::{Fingerprint, Mined};
use crate::settings::Settings;
use judgement::Judged;
use occasion::Occasion;
use seen::Seen;
use std::collections::{BTreeMap, BTreeSet};
use tally::{Tally, Witnesses};

/// What a note did, and how well that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The figures and what they come to.
    pub impact: Impact,
    /// What the comparison that decided can carry.
    pub claim: Claim,
    /// Probability, 0 to 1, that this comparison would have shown it if the note halved the odds of what it is against;
    /// `None` where nothing is compared.
    pub power: Option<f64>,
    /// What is counted: `sessions that ran git push`.
    pub occasion: String,
    /// What a hit is.
    pub hit: Hit,
    /// Sessions that count nowhere, because they do not say when they were.
    pub undated: u32,
    /// Sessions between the merge and the last change of what the note says: they count neither as before nor as after.
    pub between: u32,
    /// The rate week by week, the oldest first; weeks without an occasion are left out.
    pub weeks: Vec<Week>,
}

/// Measures notes.
///
/// In: what was mined from all sessions (readers of a note may have been left out of what speaks for it, or not), the
/// learnings that stand, and the thresholds. Out: by the path of the note, for every note whose pattern sessions still
/// show; a conflict has nothing to follow and is not measured.
pub fn measure(mined: &Mined, merged: &[Merged], settings: &Settings) -> BTreeMap<String, Measured> {
    let wanted: BTreeSet<&Fingerprint> = merged.iter().map(|note| &note.pattern).collect();
    measure_seen(&Seen::of(mined, |pattern| wanted.contains(pattern)), merged, settings)
}

/// How often notes that cannot be measured came before agents, by their paths.
fn usage_seen<'a>(seen: &Seen, notes: impl Iterator<Item = &'a Merged>) -> BTreeMap<String, Usage> {
    let witnesses = Witnesses::of(&seen.sessions);
    notes.map(|note| (note.note.clone(), witnesses.usage_alone(note))).collect()
}

/// The same, of what the sessions show of these learnings' patterns.
fn measure_seen(seen: &Seen, merged: &[Merged], settings: &Settings) -> BTreeMap<String, Measured> {
    let witnesses = Witnesses::of(&seen.sessions);
    let mut tallies: Vec<(&Merged, Tally, &Occasion)> = Vec::new();
    for note in merged {
        let Some(Some(occasion)) = seen.occasions.get(&note.pattern) else { continue };
        tallies.push((note, witnesses.tally(occasion, note), occasion));
    }
    let judged = judgement::judge(tallies.iter().map(|(_, tally, _)| tally), settings);
    let measured = tallies.into_iter().zip(judged).map(|((note, tally, occasion), judged)| {
        let Judged { effect, claim, power } = judged;
        let impact = Impact {
            before: tally.before(),
            after: tally.after(),
            read: tally.read(),
            unread: tally.unread(),
            last_read: tally.last_read,
            last_seen: tally.last_seen,
            last_occasion: tally.last_occasion,
            usage: tally.usage,
            effect,
        };
        let (undated, between, weeks) = (tally.undated, tally.between, tally.weeks());
        let (occasion, hit) = (occasion.of.clone(), occasion.hit);
        (note.note.clone(), Measured { impact, claim, power, occasion, hit, undated, between, weeks })
    });
    measured.collect()
}
