//! What failing runs do or leave out that succeeding runs of the same job don't.
//!
//! Compares only runs of one job with each other, because a plain comparison of failing with succeeding runs
//! finds what hard jobs have in common and calls it a mistake. Only outcomes that were stated
//! count. The way: [`runs`] picks what is compared; [`habits`] lists what a run does or leaves out, and
//! [`departure`] where failing runs depart from what succeeding ones agree on ([`dealing`] says how often they
//! would by chance); each is a [`candidate`]; [`selection`] weighs them together, bounds false discoveries and tells
//! those worth telling, of several that say the same ([`likeness`]) one.
//!
//! Three tiers. *Confirmed* holds the false-discovery bound. *Corroborated* misses it narrowly. *Friction* is a
//! place to check: a habit that is likely enough, or, where runs of a job are too few for any test, a call in which
//! single runs recur to differ ([`difference`], [`change`]). Refuses to tell what is seen in a single job or
//! what is a matter of long and short runs.

mod candidate;
mod change;
mod dealing;
mod departure;
mod difference;
mod habits;
mod likeness;
mod runs;
mod selection;

use super::statistics::stratified::{self, Table};
use super::{ContrastLesson, Corpus, Evidence, Fingerprint, Grade, Habit, Lesson, Pattern, witness};
use crate::digest::step::Step;
use crate::digest::{Digest, OutcomeSource};
use crate::redact::Clean;
use runs::Runs;
use selection::Finding;
use std::collections::BTreeSet;

/// Traits that share at least this share of their runs say the same, 0 to 1.
const EQUIVALENT: f64 = 0.9;

/// Power of the share of runs without a trait by which its being the mistake is believed beforehand: what half of
/// all runs do is an eighth as likely a mistake as what hardly any does, because most of what agents do is right.
const RARITY: i32 = 3;

/// How readily it is believed that leaving a step out is the mistake, against doing one: most of what some runs do
/// and others do not is needed by neither.
const OMISSION: f64 = 0.5;

/// Most traits that are looked at together, those that show most alone.
const MOST_TOGETHER: usize = 160;

/// How many times the false-discovery bound a habit may miss and still count as corroborated.
const CANDIDATES: f64 = 2.0;

/// Probability with which what could not be tested is taken to make runs fail, 0 to 1.
const UNTESTED_CHANCE: f64 = 0.25;

/// Most further ways to differ in a call that are told with the first; more say no more than to be careful.
const MOST_FURTHER: usize = 3;

/// Most contrasts that are told at once.
const MOST_CONTRASTS: usize = 24;

/// Mines within-job contrasts, most certain first; empty without outcomes.
pub fn mine(corpus: &Corpus<'_>) -> Vec<Pattern> {
    let runs = Runs::of(corpus);
    let cost = runs.cost_of_failing();
    selection::select(&runs, corpus.settings)
        .into_iter()
        .map(|finding| pattern(corpus, finding, cost))
        .collect()
}

/// `cost` is what a failed run costs, in calls.
fn pattern(corpus: &Corpus<'_>, finding: Finding, cost: f64) -> Pattern {
    let failing: BTreeSet<usize> = finding.failing.iter().copied().collect();
    let beside = finding.beside.iter();
    let seen_in: BTreeSet<usize> = failing.iter().chain(beside).copied().collect();
    let anchor = anchor(&finding);
    let parts: Vec<&str> = anchor.iter().map(|part| &**part).collect();
    Pattern {
        fingerprint: Fingerprint::of(&parts),
        support: witness::support(corpus.digests, &corpus.jobs, &seen_in),
        scope: witness::scope(corpus.digests, &seen_in),
        evidence: evidence(corpus, &finding.habit, &failing),
        grade: if is_graded(corpus, &seen_in) {
            finding.grade.min(Grade::Corroborated)
        } else {
            finding.grade
        },
        weight: finding.excess.max(0.0) * cost * finding.chance.unwrap_or(UNTESTED_CHANCE),
        lesson: Lesson::Contrast(ContrastLesson {
            odds_ratio: stratified::odds_ratio(&finding.tables).value,
            p: finding.p,
            q: finding.q,
            chance: finding.chance,
            table: total(&finding.tables),
            also: finding.also,
            habit: finding.habit,
        }),
        anchor,
    }
}

/// Whether a model judged any of these sessions: then nothing is confirmed by them, since what it went by may be the very
/// habit that is compared.
fn is_graded(corpus: &Corpus<'_>, sessions: &BTreeSet<usize>) -> bool {
    let outcomes = sessions.iter().filter_map(|&session| corpus.digests.get(session)?.outcome);
    outcomes.into_iter().any(|outcome| outcome.by == OutcomeSource::Graded)
}

/// The runs of all jobs that tell something.
fn total(tables: &[Table]) -> Table {
    let telling = tables.iter().filter(|table| stratified::is_informative(table));
    telling.fold([0; 4], |sum, table| std::array::from_fn(|i| sum[i] + table[i]))
}

/// `contrast`, the sort of habit, then what it is about. What was merely compared goes by its call alone, because
/// with every new run another way to differ in it may come first.
fn anchor(finding: &Finding) -> Vec<Clean> {
    let about = |sort: &'static str, parts: &[&Clean]| {
        let fixed = [Clean::fixed("contrast"), Clean::fixed(sort)];
        fixed.into_iter().chain(parts.iter().map(|part| (*part).clone())).collect()
    };
    match &finding.habit {
        habit if finding.chance.is_none() || !finding.also.is_empty() => about("differs", &[&habit.step().0]),
        Habit::Does(step) => about("does", &[&step.0]),
        Habit::Omits(step) => about("omits", &[&step.0]),
        Habit::Without { first, then } => about("without", &[&first.0, &then.0]),
        Habit::Repeats(step) => about("repeats", &[&step.0]),
        Habit::Argument { step, path } => about("argument", &[&step.0, path]),
    }
}

/// Quotes from failing sessions, the longest first within each sort: the call itself where the habit is in one,
/// else the last thing that the session changed, which is where it stopped short. A session that changed nothing
/// is not quoted.
fn evidence(corpus: &Corpus<'_>, habit: &Habit, seen_in: &BTreeSet<usize>) -> Vec<Evidence> {
    let mut quotes: Vec<(bool, Evidence)> = seen_in
        .iter()
        .filter_map(|&session| {
            let digest = &corpus.digests[session];
            let call = call_quote(digest, habit).filter(|(_, quote)| !quote.trim().is_empty());
            let is_call = call.is_some();
            let (event, quote) = call.or_else(|| last_change(digest))?;
            Some((!is_call, Evidence { session: digest.session.clone(), event, at: digest.began, quote }))
        })
        .collect();
    quotes.sort_by(|(a_stops, a), (b_stops, b)| {
        a_stops.cmp(b_stops).then(b.quote.len().cmp(&a.quote.len())).then_with(|| a.cmp(b))
    });
    quotes.into_iter().map(|(_, evidence)| evidence).take(corpus.settings.max_evidence).collect()
}

/// The last change that a session made: its event, and the longest value given.
fn last_change(digest: &Digest) -> Option<(u32, Clean)> {
    let last = digest.writes.iter().rfind(|write| write.ok)?;
    let values = last.args.0.iter().map(|arg| &arg.value).filter(|value| !value.trim().is_empty());
    values.max_by_key(|value| value.len()).map(|value| (last.event, value.clone()))
}

/// The event and the words of a call that shows the habit: what went wrong in it, else the value in question.
fn call_quote(digest: &Digest, habit: &Habit) -> Option<(u32, Clean)> {
    let (step, path): (&Step, Option<&Clean>) = match habit {
        Habit::Omits(_) => return None,
        Habit::Does(step) | Habit::Repeats(step) => (step, None),
        Habit::Without { then, .. } => (then, None),
        Habit::Argument { step, path } => (step, Some(path)),
    };
    let failed = digest.failures.iter().find(|failure| failure.step == *step);
    if let (None, Some(failure)) = (path, failed) {
        return Some((failure.event, failure.message.clone()));
    }
    let is_it = |given: &Clean| path.is_none_or(|path| given.starts_with(path.as_str()));
    let calls = digest.writes.iter().filter(|write| write.step == *step);
    let values = calls.flat_map(|write| write.args.0.iter().map(move |arg| (write.event, arg)));
    values
        .filter(|(_, arg)| is_it(&arg.path))
        .map(|(event, arg)| (event, arg.value.clone()))
        .max_by_key(|(_, value)| value.len())
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::*;
    use crate::digest::{Outcome, OutcomeSource, Write};
    use crate::pattern::job::Jobs;
    use crate::redact::redact;
    use crate::session::{Arg, Args, SessionId};
    use crate::settings::Mining;

    fn run(n: usize, job: usize, failed: bool, steps: &[&str], value: &str) -> Digest {
        Digest {
            task: Some(redact(&format!("task-{job}"))),
            ask: redact("do the task, please"),
            outcome: Some(Outcome { score: f64::from(u8::from(!failed)), by: OutcomeSource::Stated }),
            steps: steps.iter().map(|name| Step(redact(name))).collect(),
            writes: vec![Write {
                event: 7,
                step: Step(redact("order")),
                args: Args(vec![Arg { path: redact("cabin"), value: redact(value) }]),
                ok: true,
            }],
            ..Digest::empty(SessionId::of(format!("{n}").as_bytes()), redact("agent"))
        }
    }

    fn mined(mut digests: Vec<Digest>) -> Vec<(Habit, Grade)> {
        digests.sort_by(|a, b| a.session.cmp(&b.session));
        let settings = Mining::default();
        let jobs = Jobs::group(&digests, &settings);
        let patterns = mine(&Corpus { digests: &digests, jobs, settings: &settings });
        let told = patterns.into_iter().filter_map(|pattern| match pattern.lesson {
            Lesson::Contrast(lesson) => Some((lesson.habit, pattern.grade)),
            _ => None,
        });
        told.collect()
    }

    #[test]
    fn a_step_left_out_is_found_and_what_belongs_to_hard_jobs_is_not() {
        // Hard jobs (even) fail four times in six and all search; easy ones fail twice. Within a job those that
        // fail have not checked.
        let digests = (0..20).flat_map(|job| {
            (0..6).map(move |i| {
                let failed = i < if job % 2 == 0 { 4 } else { 2 };
                let checks = if i == 5 { failed } else { !failed };
                let steps = [("search", job % 2 == 0), ("check", checks), ("end", true)];
                let steps: Vec<&str> =
                    steps.iter().filter(|(_, does)| *does).map(|(name, _)| *name).collect();
                run(job * 6 + i, job, failed, &steps, "economy")
            })
        });
        assert_eq!(mined(digests.collect()), [(Habit::Omits(Step(redact("check"))), Grade::Confirmed)]);
    }

    #[test]
    fn a_wrong_value_is_found_against_what_the_job_wants() {
        let wants = ["economy", "business", "first"];
        let digests = (0..12).flat_map(|job| {
            (0..6).map(move |i| {
                let failed = i % 3 == 0;
                run(job * 6 + i, job, failed, &["order"], wants[(job + usize::from(failed && i < 5)) % 3])
            })
        });
        let found = mined(digests.collect());
        let wrong = Habit::Argument { step: Step(redact("order")), path: redact("cabin") };
        assert_eq!(found, [(wrong, Grade::Confirmed)]);
    }

    #[test]
    fn too_few_runs_for_a_test_give_friction_and_free_values_give_nothing() {
        // Three jobs that fail once and succeed once, and the failing run has not ordered. What is ordered is
        // another thing in every run, also in the jobs that never fail.
        let pairs = (0..3).flat_map(|job| {
            [true, false].map(|failed| {
                let mut digest = run(job * 2 + usize::from(failed), job, failed, &[], "same");
                digest.writes.retain(|_| !failed);
                digest
            })
        });
        assert_eq!(mined(pairs.collect()), [(Habit::Omits(Step(redact("order"))), Grade::Friction)]);
        let free = (0..40).map(|n| run(n, n / 4, n < 20 && n % 2 == 0, &[], &format!("value {n}")));
        assert_eq!(mined(free.collect()), []);
    }

    #[test]
    fn where_nothing_matters_hardly_anything_is_confirmed() {
        // Steps and outcomes are dealt out by a fixed rule that knows nothing of either; jobs differ in how often
        // they fail, and one step belongs to those that fail often.
        let worlds = (0..20).filter(|world| {
            let digests = (0..120usize).map(|n| {
                let dice = |what: u32| {
                    let text = format!("{world}/{n}/{what}");
                    blake3::hash(text.as_bytes()).as_bytes()[0]
                };
                let is_hard = n % 12 < 6;
                let mut steps: Vec<String> =
                    (0..20).filter(|step| dice(*step) < 100).map(|step| format!("step {step}")).collect();
                if dice(90) < if is_hard { 200 } else { 60 } {
                    steps.push("hard".to_owned());
                }
                let failed = dice(91) < if is_hard { 180 } else { 80 };
                let mut digest = run(n, n % 12, failed, &[], "same");
                digest.steps = steps.iter().map(|step| Step(redact(step))).collect();
                digest
            });
            mined(digests.collect()).iter().any(|(_, grade)| *grade == Grade::Confirmed)
        });
        assert!(worlds.count() <= 3);
    }

    #[test]
    fn one_job_is_no_pattern_and_no_outcome_is_no_contrast() {
        let one_job =
            (0..12).map(|i| run(i, 0, i % 2 == 0, if i % 2 == 0 { &["bad"] } else { &["good"] }, "x"));
        assert_eq!(mined(one_job.collect()), []);
        let unjudged = (0..60).map(|i| {
            let mut digest = run(i, i / 6, i % 2 == 0, if i % 2 == 0 { &["bad"] } else { &["good"] }, "x");
            digest.outcome =
                digest.outcome.map(|outcome| Outcome { by: OutcomeSource::Abandoned, ..outcome });
            digest
        });
        assert_eq!(mined(unjudged.collect()), []);
    }
}
