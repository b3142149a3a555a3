//! What `git dream rehearse` prints, for people and for programs.

use crate::commands::talk::{BAD, COMMAND, FAINT, GOOD, STRONG, count};
use crate::ledger::CostRecord;
use crate::rehearsal::lift::Lift;
use crate::rehearsal::outcome::{Acts, Finding, Together};
use crate::rehearsal::{Effort, Outcome, Subject};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What `--json` prints.
#[derive(Serialize)]
pub(super) struct Rehearsed {
    version: u32,
    /// Who was asked; absent where nobody was.
    pub(super) engine: Option<String>,
    /// Attempts at each moment, on either side.
    times: u32,
    /// Variants of each moment that were to be made.
    variants: u32,
    pub(super) notes: Vec<OfNote>,
    /// What asking cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cost: Option<CostRecord>,
    /// What asking would cost at most; only of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<CostRecord>,
}

/// One note.
#[derive(Clone, Serialize)]
pub(super) struct OfNote {
    pub(super) note: String,
    finding: Finding,
    /// `None` where nothing could be measured.
    lift: Option<Lift>,
    variants_lift: Option<Lift>,
    without: Acts,
    with: Acts,
    moments: Vec<Moment>,
    unfit: Vec<Unfit>,
    left_out: u32,
    unanswered: Vec<Unanswered>,
    #[serde(skip)]
    variants: Option<Together>,
}

#[derive(Clone, Serialize)]
struct Moment {
    session: String,
    event: u32,
    /// 0: the moment itself.
    variant: u32,
    without: Acts,
    with: Acts,
}

#[derive(Clone, Serialize)]
struct Unfit {
    session: String,
    event: u32,
    reason: String,
}

#[derive(Clone, Serialize)]
struct Unanswered {
    reason: String,
    attempts: u32,
}

impl Rehearsed {
    /// What came of each note, in their order; nothing where an outcome lacks.
    pub(super) fn of(subjects: &[Subject], outcomes: &[Outcome], effort: Effort) -> Rehearsed {
        let outcomes = outcomes.iter().map(Some).chain(std::iter::repeat(None));
        let notes =
            subjects.iter().zip(outcomes).map(|(subject, outcome)| OfNote::of(&subject.note, outcome));
        let Effort { times, variants } = effort;
        Rehearsed {
            version: 1,
            engine: None,
            times,
            variants,
            notes: notes.collect(),
            cost: None,
            estimate: None,
        }
    }

    /// The same as what a dry run prints.
    pub(super) fn estimated(&self, engine: &str, estimate: CostRecord) -> Rehearsed {
        let Rehearsed { version, times, variants, .. } = *self;
        let (engine, notes) = (Some(engine.to_owned()), self.notes.clone());
        Rehearsed { version, engine, times, variants, notes, cost: None, estimate: Some(estimate) }
    }
}

impl OfNote {
    fn of(note: &str, outcome: Option<&Outcome>) -> OfNote {
        let originals = outcome.map(|outcome| outcome.originals).unwrap_or_default();
        let variants = outcome.and_then(|outcome| outcome.variants);
        let moments = outcome.into_iter().flat_map(|outcome| &outcome.moments).map(|moment| Moment {
            session: moment.session.to_string(),
            event: moment.event,
            variant: moment.variant,
            without: moment.without,
            with: moment.with,
        });
        let unfit = outcome.into_iter().flat_map(|outcome| &outcome.unfit);
        let unanswered = outcome.into_iter().flat_map(|outcome| &outcome.unanswered);
        OfNote {
            note: note.to_owned(),
            finding: outcome.map_or(Finding::NotMeasured, Outcome::finding),
            lift: originals.lift,
            variants_lift: variants.and_then(|variants| variants.lift),
            without: originals.without,
            with: originals.with,
            moments: moments.collect(),
            unfit: unfit
                .map(|(session, event, why)| Unfit {
                    session: session.to_string(),
                    event: *event,
                    reason: why.to_string(),
                })
                .collect(),
            left_out: outcome.map_or(0, |outcome| outcome.left_out),
            unanswered: unanswered
                .map(|(reason, attempts)| Unanswered { reason: reason.clone(), attempts: *attempts })
                .collect(),
            variants,
        }
    }
}

/// The outcome for people.
pub(super) fn text(rehearsed: &Rehearsed) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for note in &rehearsed.notes {
        let _ = writeln!(text, "{STRONG}{}{STRONG:#}", note.note);
        if note.moments.is_empty() {
            let _ = writeln!(text, "  it has no moment that can be rehearsed{}", why_none(note));
            continue;
        }
        let originals = note.moments.iter().filter(|moment| moment.variant == 0).count();
        let more =
            if note.left_out > 0 { format!(", {} more left out", note.left_out) } else { String::new() };
        let _ = writeln!(text, "  {}{more}{}", count(originals, "moment"), unfit(note));
        let _ = writeln!(text, "    without the note  {}", acts(note.without));
        let _ = writeln!(text, "    with the note     {}", acts(note.with));
        if let Some(lift) = note.lift {
            let _ = writeln!(text, "    {STRONG}lift              {}{STRONG:#}", lift.in_words());
        }
        if let Some(variants) = &note.variants {
            let _ = writeln!(text, "  {}", count(note.moments.len() - originals, "variant"));
            let _ = writeln!(text, "    without the note  {}", acts(variants.without));
            let _ = writeln!(text, "    with the note     {}", acts(variants.with));
            if let Some(lift) = variants.lift {
                let _ = writeln!(text, "    {STRONG}lift              {}{STRONG:#}", lift.in_words());
            }
        } else if rehearsed.variants > 0 {
            let _ = writeln!(text, "  {FAINT}nothing in it could be varied{FAINT:#}");
        }
        for Unanswered { reason, attempts } in &note.unanswered {
            let _ = writeln!(text, "  {} without an answer: {reason}", count(*attempts, "attempt"));
        }
        let _ = writeln!(text, "  {}", finding(note.finding));
    }
    text
}

fn acts(acts: Acts) -> String {
    let Acts { repeats, does_what_worked, something_else, unusable } = acts;
    let all = repeats + does_what_worked + something_else + unusable;
    let unusable = if unusable > 0 { format!(", {unusable} cannot be used") } else { String::new() };
    format!(
        "{repeats} of {all} repeat the mistake, {does_what_worked} do what worked, {something_else} something else{unusable}"
    )
}

/// Why there is no moment at all.
fn why_none(note: &OfNote) -> String {
    match note.unfit.is_empty() {
        true => ": it quotes no failing call".to_owned(),
        false => unfit(note),
    }
}

/// What nothing could be told from, counted by reason.
fn unfit(note: &OfNote) -> String {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for unfit in &note.unfit {
        *reasons.entry(&unfit.reason).or_default() += 1;
    }
    let told = reasons.iter().map(|(reason, many)| format!("; {} left out: {reason}", count(*many, "quote")));
    told.collect()
}

fn finding(finding: Finding) -> String {
    match finding {
        Finding::NotMeasured => {
            format!("{FAINT}not measured: one side has no attempt that could be judged{FAINT:#}")
        }
        Finding::NeverMade => {
            format!(
                "{FAINT}nothing to measure: this model does not make the mistake here, with the note or without{FAINT:#}"
            )
        }
        Finding::Helps => format!("{GOOD}it helps{GOOD:#}: more than chance would"),
        Finding::FitsItsExample => {
            format!("{BAD}it fits its own example{BAD:#}: at variants of it no lift is shown")
        }
        Finding::Harms => format!("{BAD}it harms{BAD:#}: with it the mistake is made more often"),
        Finding::NoneShown => {
            format!(
                "{FAINT}no lift shown{FAINT:#}: the interval holds 0; more attempts narrow it ({COMMAND}--times{COMMAND:#})"
            )
        }
    }
}

/// What asking came to, in a sentence.
pub(super) fn cost(cost: &CostRecord, rehearsed: &Rehearsed) -> String {
    let engine = rehearsed.engine.as_deref().unwrap_or("a model");
    let recalled = match cost.recalled {
        0 => String::new(),
        recalled => format!("; {} known from before", count(recalled, "answer")),
    };
    format!("{engine} was asked {}: {}{recalled}.", count(cost.calls, "question"), cost.in_words())
}
