//! What the comparisons come to.
//!
//! *Works*: it became rarer beyond chance, in the comparison that carries most among those that would show a halving
//! ([`crate::settings::ImpactSettings::least_power`]), or show it not much later than any other.
//! Over all notes the share of false ones among these is bounded (Benjamini and Hochberg 1995), at every single look;
//! who looks every week sees more of them in the long run. *Ineffective*: the same comparison, of readers, rules out
//! that the note halved it, with the same bound, and readers do it as those before the merge did; or, where digests keep
//! when a note came before an agent, it came up after that in more than half of all readers' sessions, beyond chance:
//! who is told and does it all the same, again and again, needs to be told something else, whatever went before.
//! *Too early*: not even a halving would have shown. *No effect seen*: it would have, and has not.
//!
//! Where transcripts show that the note is read, those who did not read it must not have fallen as much: then
//! something else did it. Where hardly any transcript shows it, that says nothing: agents load MEMORY.md without
//! writing that down.

use super::comparison::{Claim, Comparison};
use super::tally::Tally;
use crate::learning::effect::Effect;
use crate::pattern::statistics::discovery::benjamini_hochberg;
use crate::pattern::statistics::interval::wilson;
use crate::settings::Settings;

/// By how much the power of a comparison may be less than another one's that carries less.
const WORTH_LOSING: f64 = 2.0;

/// Share of the sessions that were told from which a note is said to be in vain.
const HALF: f64 = 0.5;

/// What a note's figures come to, and what they can carry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Judged {
    pub(super) effect: Effect,
    pub(super) claim: Claim,
    /// Probability that the comparison would have shown a halving; `None` where nothing is compared.
    pub(super) power: Option<f64>,
}

/// The comparisons of one note.
struct Compared {
    /// The one that decides.
    chosen: Option<Comparison>,
    power: f64,
    /// Whether it is one of readers.
    is_of_readers: bool,
    /// Whether it came up less often than before among those who read the note, and among those who did not.
    fell: [bool; 2],
    /// Whether it came up again in most sessions after they had been told.
    is_in_vain: bool,
}

/// Judges notes together, in their order.
pub(super) fn judge<'a>(notes: impl Iterator<Item = &'a Tally>, settings: &Settings) -> Vec<Judged> {
    let compared: Vec<Compared> = notes.map(|tally| Compared::of(tally, settings)).collect();
    let level = settings.impact.significance;
    let chosen = |one: &Compared| one.chosen.as_ref().filter(|_| one.power > 0.0).map(Comparison::fallen);
    let fallen = of_those_tested(compared.iter().map(chosen));
    let of_readers =
        |one: &Compared| one.chosen.as_ref().filter(|_| one.is_of_readers).map(Comparison::not_halved);
    let not_halved = of_those_tested(compared.iter().map(of_readers));
    let judged = compared.iter().zip(fallen.iter().zip(&not_halved)).map(|(one, (fallen, not_halved))| {
        let is_sure = |q: &Option<f64>| q.is_some_and(|q| q <= level);
        let [readers_fell, others_fell] = one.fell;
        let would_show = one.power >= settings.impact.least_power;
        let claim = one.chosen.as_ref().map_or(Claim::Nothing, Comparison::carries);
        let (effect, claim) = match () {
            () if is_sure(fallen) && others_fell && claim == Claim::ReadersAgainstBefore => {
                (Effect::NoEffectSeen, Claim::FellAnyway)
            }
            () if is_sure(fallen) => (Effect::Works, claim),
            () if (is_sure(not_halved) || one.is_in_vain) && !readers_fell => (Effect::Ineffective, claim),
            () if would_show => (Effect::NoEffectSeen, claim),
            () => (Effect::TooEarly, claim),
        };
        Judged { effect, claim, power: claim.compares().then_some(one.power) }
    });
    judged.collect()
}

/// False-discovery bounds over the tests that were made.
fn of_those_tested(p: impl Iterator<Item = Option<f64>>) -> Vec<Option<f64>> {
    let p: Vec<Option<f64>> = p.collect();
    let tested: Vec<f64> = p.iter().flatten().copied().collect();
    let mut q = benjamini_hochberg(&tested).into_iter();
    p.iter().map(|p| p.and_then(|_| q.next())).collect()
}

impl Compared {
    fn of(tally: &Tally, settings: &Settings) -> Compared {
        let least = settings.impact.least_sessions;
        let level = settings.impact.significance;
        let found_by = settings.mining.min_sessions.saturating_sub(1);
        let is_large_enough = |comparison: &Comparison| comparison.smaller >= least;
        let is_read = tally.read().of >= least;
        let against_before = match is_read {
            true => Comparison::with_before(tally, Claim::ReadersAgainstBefore, found_by, |case| case.read),
            false => Comparison::with_before(tally, Claim::AfterAgainstBefore, found_by, |_| true),
        };
        let within_jobs = Comparison::of_readers(tally, Claim::WithinJobs, |case| case.job);
        let within_agents = Comparison::of_readers(tally, Claim::WithinAgents, |case| case.agent.clone());
        let ranked = [within_jobs, within_agents, against_before].into_iter().filter(is_large_enough);
        let ranked: Vec<(f64, Comparison)> =
            ranked.map(|comparison| (comparison.power(level), comparison)).collect();
        let best = ranked.iter().map(|(power, _)| *power).fold(0.0, f64::max);
        let enough = settings.impact.least_power.min(best / WORTH_LOSING);
        let chosen = ranked.into_iter().find(|(power, _)| *power >= enough);
        // What speaks against a verdict need not be as sure as what speaks for it: nothing is taken off for luck.
        let fell = [true, false].map(|read| {
            let plain =
                Comparison::with_before(tally, Claim::ReadersAgainstBefore, 0, move |case| case.read == read);
            is_read && is_large_enough(&plain) && plain.fallen() <= level
        });
        let (power, chosen) = chosen.unzip();
        let told = tally.usage.followed + tally.usage.contradicted;
        let (at_least, _) = wilson(tally.usage.contradicted, told.max(tally.read().of));
        Compared {
            is_of_readers: is_read && chosen.is_some(),
            power: power.unwrap_or(0.0),
            fell,
            is_in_vain: at_least > HALF,
            chosen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tally::{Case, Period};
    use super::*;
    use crate::learning::effect::Usage;

    /// What is said of a note that came before so many sessions, of which some met its mistake after that.
    fn said(contradicted: u32, followed: u32, known: bool) -> Effect {
        let case =
            |hit| Case { period: Period::After, week: 0, job: 0, agent: "codex".to_owned(), read: true, hit };
        let hits = (0..contradicted).map(|_| case(true));
        let tally = Tally {
            cases: hits.chain((0..followed).map(|_| case(false))).collect(),
            usage: if known {
                Usage { contradicted, followed, ..Usage::default() }
            } else {
                Usage::default()
            },
            ..Tally::default()
        };
        judge([tally].iter(), &Settings::default())[0].effect
    }

    #[test]
    fn a_note_that_most_go_against_once_they_have_it_is_in_vain_whatever_was_before() {
        assert_eq!(said(9, 1, true), Effect::Ineffective);
        assert_eq!(said(9, 1, false), Effect::TooEarly, "nobody knows when they read it");
        assert_eq!([said(3, 0, true), said(5, 4, true), said(0, 9, true)], [Effect::TooEarly; 3]);
    }
}
