//! How useful a note is beside others: who stays in the index when it is full.
//!
//! The one ranking, for whoever makes the index anew. Owns the formula; what goes into it, whoever asks knows: a cycle
//! knows the patterns and what the notes did, a check only what the ledger wrote down. Refuses to retire anything.

use super::effect::Effect;
use crate::pattern::statistics::interval::wilson;
use crate::pattern::{Grade, Rate};
use jiff::Timestamp;

/// What is known of a note.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Known {
    /// The weight of its pattern; 0 where it is not known.
    pub weight: f64,
    /// Independent sessions that speak for it.
    pub sessions: u32,
    /// How well founded it is.
    pub grade: Option<Grade>,
    /// What it did.
    pub effect: Option<Effect>,
    /// Of the sessions that it came before and that can tell, those that followed it.
    pub followed: Rate,
    /// Days since a session last showed what it is about; `None` where nobody knows. Being read does not count: whatever
    /// is in the index is read.
    pub unconfirmed: Option<f64>,
}

/// How useful the note is; larger is more. Its weight (what its mistake costs, or how many ask for it), more where it
/// is better founded, where it works and where those that it came before follow it, less where it is read in vain and the longer nobody has met what it is about.
pub fn of(known: &Known) -> f64 {
    let weight = if known.weight > 0.0 { known.weight } else { f64::from(known.sessions) };
    let certainty = match known.grade {
        Some(Grade::Confirmed) => 1.5,
        Some(Grade::Corroborated) => 1.25,
        Some(Grade::Friction) | None => 1.0,
        Some(Grade::Suggested) => 0.5,
    };
    let (certainly_followed, _) = wilson(known.followed.hits, known.followed.of);
    let effect = match known.effect {
        Some(Effect::Works) => 2.0,
        Some(Effect::TooEarly) | None => 1.0 + FOLLOWED * certainly_followed,
        Some(Effect::NoEffectSeen) => 0.75 + FOLLOWED * certainly_followed,
        Some(Effect::Ineffective) => 0.25,
    };
    let fresh = known.unconfirmed.map_or(1.0, |days| retrievability(days, known.sessions));
    weight * certainty * effect * fresh
}

/// What being followed by everybody adds. It is less than what working adds: who met no mistake may have met none without
/// the note either.
const FOLLOWED: f64 = 0.5;

/// Days after which a note with one witness is as good as nine in ten.
const STABILITY: f64 = 30.0;

/// How likely a note still is what somebody needs, 0 to 1, after these days without use: the forgetting curve of FSRS
/// (free spaced repetition scheduler, version 4.5) `R = (1 + 19/81 · t/S)^-0.5`, which is 0.9 after `S` days. Every
/// independent witness adds to the stability `S`. It was fitted to people's recall; here it only ranks.
pub fn retrievability(days: f64, witnesses: u32) -> f64 {
    let stability = STABILITY * f64::from(witnesses.max(1));
    (1.0 + 19.0 / 81.0 * days.max(0.0) / stability).powf(-0.5)
}

/// Days from one moment to another; below 0 where the other came first.
pub fn days(from: Timestamp, to: Timestamp) -> f64 {
    (to.as_second() - from.as_second()) as f64 / 86_400.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_works_stays_and_what_is_read_in_vain_leaves_first() {
        let note = Known { weight: 4.0, sessions: 5, grade: Some(Grade::Friction), ..Known::default() };
        let with = |effect| of(&Known { effect: Some(effect), ..note });
        assert!(with(Effect::Works) > of(&note) && of(&note) > with(Effect::NoEffectSeen));
        assert!(with(Effect::NoEffectSeen) > with(Effect::Ineffective));
        assert!(of(&Known { grade: Some(Grade::Confirmed), ..note }) > of(&note));
        assert!(of(&Known { unconfirmed: Some(90.0), ..note }) < of(&note));
        assert_eq!(of(&Known { weight: 0.0, ..note }), 5.0);
        let followed = |hits, of_all| of(&Known { followed: Rate { hits, of: of_all }, ..note });
        assert!(with(Effect::Works) > followed(40, 40) && followed(40, 40) > followed(4, 4));
        assert!(followed(4, 4) > followed(0, 0) && followed(0, 0) == of(&note));
    }

    #[test]
    fn a_witness_makes_forgetting_slower() {
        assert!((retrievability(30.0, 1) - 0.9).abs() < 1e-9);
        assert!((retrievability(120.0, 4) - 0.9).abs() < 1e-9);
        assert!(retrievability(120.0, 1) < 0.9 && retrievability(-3.0, 0) == 1.0);
    }
}
