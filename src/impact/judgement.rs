//! What the comparisons come to.
//!
//! *Works*: in the comparison that carries most among those that would show a halving
//! ([`crate::settings::ImpactSettings::least_power`]; else the one that would soonest), it became rarer beyond chance.
//! Over all notes the share of false ones among these is bounded (Benjamini and Hochberg 1995), at every single look;
//! who looks every week sees more of them in the long run. *Ineffective*: readers do it as those before the merge did,
//! and that the note halved it can be ruled out, with the same bound. *Too early*: not even a halving would have shown.
//! *No effect seen*: it would have, and has not.
//!
//! Where transcripts show that the note is read, those who did not read it must not have fallen as much: then
//! something else did it. Where hardly any transcript shows it, that says nothing: agents load MEMORY.md without
//! writing that down.

use super::comparison::{Claim, Comparison};
use super::merged::Merged;
use super::tally::{Case, Tally};
use crate::learning::effect::Effect;
use crate::pattern::statistics::discovery::benjamini_hochberg;
use crate::settings::Settings;

/// What a note's figures come to, and what they can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) effect: Effect,
    pub(super) claim: Claim,
}

/// The comparisons of one note.
struct Compared {
    /// The one that decides.
    chosen: Option<Comparison>,
    power: f64,
    /// Whether those who did not read the note fell as well.
    fell_anyway: bool,
    /// Readers against those before.
    readers: Option<Comparison>,
}

/// Judges notes together, in their order.
pub(super) fn judge<'a>(
    notes: impl Iterator<Item = (&'a Merged, &'a Tally)>,
    settings: &Settings,
) -> Vec<Judged> {
    let compared: Vec<Compared> = notes.map(|(_, tally)| Compared::of(tally, settings)).collect();
    let level = settings.impact.significance;
    let chosen = |one: &Compared| one.chosen.as_ref().filter(|_| one.power > 0.0).map(Comparison::fallen);
    let fallen = of_those_tested(compared.iter().map(chosen));
    let readers = |one: &Compared| one.readers.as_ref().map(Comparison::not_halved);
    let not_halved = of_those_tested(compared.iter().map(readers));
    let judged = compared.iter().zip(fallen.iter().zip(&not_halved)).map(|(one, (fallen, not_halved))| {
        let has_fallen = fallen.is_some_and(|q| q <= level);
        let readers_fell = || one.readers.as_ref().is_some_and(|readers| readers.fallen() <= level);
        let would_show = one.power >= settings.impact.least_power;
        let claim = one.chosen.as_ref().map_or(Claim::Nothing, |chosen| chosen.claim);
        let (effect, claim) = match () {
            () if has_fallen && one.fell_anyway => (Effect::NoEffectSeen, Claim::FellAnyway),
            () if has_fallen => (Effect::Works, claim),
            () if not_halved.is_some_and(|q| q <= level) && !readers_fell() => {
                (Effect::Ineffective, Claim::ReadersAgainstBefore)
            }
            () if would_show => (Effect::NoEffectSeen, claim),
            () => (Effect::TooEarly, claim),
        };
        Judged { effect, claim }
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
        let found_by = settings.mining.min_sessions;
        let is_large_enough = |comparison: &Comparison| comparison.smaller >= least;
        let with_before = |claim: Claim, fits: fn(&Case) -> bool| {
            Some(Comparison::with_before(tally, claim, found_by, fits)).filter(is_large_enough)
        };
        let readers = with_before(Claim::ReadersAgainstBefore, |case| case.read);
        let is_read = tally.read().of >= least;
        let all = match is_read {
            true => readers.clone(),
            false => with_before(Claim::AfterAgainstBefore, |_| true),
        };
        let within_jobs = Comparison::of_readers(tally, Claim::WithinJobs, |case| case.job);
        let within_agents = Comparison::of_readers(tally, Claim::WithinAgents, |case| case.agent.clone());
        let ranked = [Some(within_jobs), Some(within_agents), all].into_iter().flatten();
        let mut chosen: Option<(f64, Comparison)> = None;
        for comparison in ranked.filter(is_large_enough) {
            let power = comparison.power(level);
            if chosen.as_ref().is_none_or(|(best, _)| *best < settings.impact.least_power && power > *best) {
                chosen = Some((power, comparison));
            }
        }
        let others = with_before(Claim::AfterAgainstBefore, |case| !case.read).filter(|_| is_read);
        let (power, chosen) = chosen.unzip();
        let against_before = |one: &Comparison| one.claim == Claim::ReadersAgainstBefore;
        Compared {
            fell_anyway: chosen.as_ref().is_some_and(against_before)
                && others.is_some_and(|others| others.fallen() <= level),
            power: power.unwrap_or(0.0),
            chosen,
            readers,
        }
    }
}
