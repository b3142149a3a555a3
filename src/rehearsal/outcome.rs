//! What came of a rehearsal, in numbers and in a sentence.
//!
//! Owns which attempts are counted together, what is said of the difference, and whether it is enough for a gate. What
//! could not be judged counts on neither side and is told. Refuses to call no difference a failure of the note: a model
//! that never makes the mistake has nothing to be kept from.

use super::lift::{Counts, Lift, Stratum, lift};
use super::moment::Unfit;
use crate::session::SessionId;
use serde::Serialize;
use std::collections::BTreeMap;

/// Attempts, by what they amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Acts {
    /// They make the mistake again.
    pub repeats: u32,
    /// They do what worked.
    pub does_what_worked: u32,
    /// Neither.
    pub something_else: u32,
    /// They name no call.
    pub unusable: u32,
}

impl std::ops::AddAssign for Acts {
    fn add_assign(&mut self, other: Acts) {
        self.repeats += other.repeats;
        self.does_what_worked += other.does_what_worked;
        self.something_else += other.something_else;
        self.unusable += other.unusable;
    }
}

/// The attempts at one moment, or at one variant of it.
#[derive(Clone, Debug, PartialEq)]
pub struct OfMoment {
    /// The session.
    pub session: SessionId,
    /// The event of the failing call.
    pub event: u32,
    /// Which of the moments it is or varies.
    pub origin: usize,
    /// Which variant, from 1; 0: the moment itself.
    pub variant: u32,
    /// Without the note.
    pub without: Acts,
    /// With it.
    pub with: Acts,
}

/// All attempts of one sort together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Together {
    /// Without the note.
    pub without: Acts,
    /// With it.
    pub with: Acts,
    /// The difference; `None` where one side has no attempt that could be judged.
    pub lift: Option<Lift>,
}

/// What came of a rehearsal.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Each moment with its variants, in the order in which they were played.
    pub moments: Vec<OfMoment>,
    /// The moments themselves.
    pub originals: Together,
    /// Their variants; `None` where there are none.
    pub variants: Option<Together>,
    /// Events that nothing can be told from, and why.
    pub unfit: Vec<(SessionId, u32, Unfit)>,
    /// Moments that there was no room for.
    pub left_out: u32,
    /// Why attempts have no answer, with how many.
    pub unanswered: BTreeMap<String, u32>,
}

/// What the numbers say, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// Nothing could be judged.
    NotMeasured,
    /// The model does not make the mistake even without the note.
    NeverMade,
    /// Fewer attempts repeat it with the note, and not by chance.
    Helps,
    /// The same at the moments themselves, but not at their variants.
    FitsItsExample,
    /// More attempts repeat it with the note, and not by chance.
    Harms,
    /// Chance may account for the difference.
    NoneShown,
}

impl Outcome {
    pub(super) fn of(
        moments: Vec<OfMoment>,
        unfit: Vec<(SessionId, u32, Unfit)>,
        left_out: u32,
        unanswered: BTreeMap<String, u32>,
    ) -> Outcome {
        let (originals, variants): (Vec<&OfMoment>, Vec<&OfMoment>) =
            moments.iter().partition(|moment| moment.variant == 0);
        let (originals, variants) =
            (Together::of(&originals), (!variants.is_empty()).then(|| Together::of(&variants)));
        Outcome { moments, originals, variants, unfit, left_out, unanswered }
    }

    /// What the numbers say.
    pub fn finding(&self) -> Finding {
        let Some(own) = self.originals.lift else { return Finding::NotMeasured };
        let of_variants = self.variants.and_then(|variants| variants.lift);
        match of_variants {
            _ if own.without == 0.0 && own.with == 0.0 => Finding::NeverMade,
            Some(variants) if own.low > 0.0 && is_lost(&own, &variants) => Finding::FitsItsExample,
            _ if own.low > 0.0 => Finding::Helps,
            _ if own.high < 0.0 => Finding::Harms,
            _ => Finding::NoneShown,
        }
    }

    /// What was measured, in a sentence or two; `model`: who was asked.
    pub fn in_words(&self, model: &str) -> String {
        let Some(own) = self.originals.lift else {
            return format!("Not rehearsed with {model}: {}.", self.why_not_measured());
        };
        let repeat = |acts: Acts| format!("{} of {}", acts.counts().repeats, acts.counts().judged);
        let Together { without, with, .. } = self.originals;
        let moments = if own.moments == 1 { "1 moment" } else { &format!("{} moments", own.moments) };
        let mut text = format!(
            "Rehearsed with {model} at {moments}: {} attempts repeat the mistake without the note, {} with it; lift {}.",
            repeat(without),
            repeat(with),
            own.in_words()
        );
        if let Some(variants) = self.variants.and_then(|variants| variants.lift) {
            text.push_str(&format!(" At variants of them: lift {}.", variants.in_words()));
        }
        text
    }

    fn why_not_measured(&self) -> String {
        let unanswered = self.unanswered.keys().next().cloned();
        let unfit = self.unfit.iter().map(|(_, _, why)| why.to_string()).min();
        match (self.moments.is_empty(), unfit, unanswered) {
            (true, Some(why), _) => format!("it has no moment that tells anything ({why})"),
            (true, None, _) => "it quotes no failing call".to_owned(),
            (false, _, Some(why)) => why,
            (false, _, None) => "no attempt could be judged on both sides".to_owned(),
        }
    }

    /// Why this is not enough where so much lift is asked for; `None` where it is, where nothing is asked for, and where
    /// nothing could be measured: neither what was not answered about nor a mistake that this model does not make says
    /// anything against a note. It is the lower end of the interval that has to reach it, at the moments themselves and
    /// at their variants: a gate that good luck opens is none.
    pub fn falls_short(&self, required: f64, model: &str) -> Option<String> {
        if required <= 0.0 || matches!(self.finding(), Finding::NotMeasured | Finding::NeverMade) {
            return None;
        }
        let variants = self.variants.and_then(|variants| variants.lift);
        let lowest =
            [self.originals.lift, variants].into_iter().flatten().map(|lift| lift.low).reduce(f64::min)?;
        (lowest < required).then(|| {
            let asked = format!("[engine] require_lift asks for {required:.2} at the lower end");
            format!("{} {asked}.", self.in_words(model))
        })
    }
}

/// Whether a lift is lost at variants: none is shown there, and less than half of it is left. That the interval of a few
/// attempts holds 0 would not tell it alone.
fn is_lost(own: &Lift, variants: &Lift) -> bool {
    variants.low <= 0.0 && variants.value < own.value / 2.0
}

impl Together {
    fn of(moments: &[&OfMoment]) -> Together {
        let mut together = Together::default();
        let mut strata: BTreeMap<usize, Stratum> = BTreeMap::new();
        for moment in moments {
            together.without += moment.without;
            together.with += moment.with;
            // Variants of one moment have too much in common to count as several.
            let stratum = strata.entry(moment.origin).or_default();
            stratum.without += moment.without.counts();
            stratum.with += moment.with.counts();
        }
        together.lift = lift(&strata.into_values().collect::<Vec<_>>());
        together
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.repeats += other.repeats;
        self.judged += other.judged;
    }
}

impl Lift {
    /// `0.70 (95 % interval 0.31 to 0.88)`
    pub fn in_words(&self) -> String {
        // What rounds to nothing is nothing, and has no sign.
        let told = |value: f64| format!("{:.2}", (value * 100.0).round() / 100.0 + 0.0);
        format!("{} (95 % interval {} to {})", told(self.value), told(self.low), told(self.high))
    }
}
