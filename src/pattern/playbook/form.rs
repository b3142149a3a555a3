//! Which forms of a step are steps of their own.
//!
//! `rio cogeo create` and `rio cogeo validate` are two steps, `bequep scan north` and `bequep scan south` are one:
//! a word after a program that no table knows may be a sub-command or an argument. Sessions tell. Sub-commands are
//! few, come back, and follow each other in one session in the same order; arguments are many, or one a session.
//! The same holds for flags (`snakemake -n`, then `snakemake --cores`) and files (`query -f clone.sql`, then
//! `query -f swap.sql`). The other way round, a second word that every session says another is no sub-command.
//! Refuses to split a step on one session's word.

use crate::digest::Digest;
use crate::digest::step::{self, Form, Step};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Share of a step's uses that forms which come back must cover.
const COVERED: f64 = 0.8;
/// Share of the sessions with the commoner of two forms in which they must follow each other.
const TOGETHER: f64 = 0.3;
/// Share of the sessions with both of two forms in which the same one must come first.
const SAME_ORDER: f64 = 0.8;
/// Most forms that a step may have: more are arguments.
const MOST_FORMS: usize = 12;
/// Share of a step's calls from which a word is part of the step and tells no mode.
const NEARLY_ALL: f64 = 0.9;
/// Among so many telling words of a call its mode is looked for.
const PLACES: usize = 3;
/// From so many second words on, one a session, they are arguments.
const LEAST_VALUES: usize = 4;
/// Share of a program's second words that have to be no verb for all of them to be arguments.
const MOSTLY: f64 = 0.75;
/// Largest share of a program's sessions that the commonest of its arguments may have.
const MOST_SAY: f64 = 0.4;

/// What every form is called, now that all sessions are known.
#[derive(Debug, Default)]
pub(super) struct Settled(HashMap<Form, Step>);

impl Settled {
    /// Settles the forms of these sessions. `support`: the sessions that must show a form.
    pub(super) fn of<'a>(digests: impl Iterator<Item = &'a Digest>, support: usize) -> Settled {
        let mut uses: BTreeMap<Step, Vec<Vec<&Form>>> = BTreeMap::new();
        let mut sessions_of: BTreeMap<String, usize> = BTreeMap::new();
        for digest in digests {
            let mut here: BTreeMap<Step, Vec<&Form>> = BTreeMap::new();
            for form in &digest.forms {
                let forms = here.entry(form.step()).or_default();
                if !forms.contains(&form) {
                    forms.push(form);
                }
            }
            let programs: BTreeSet<&str> = here.keys().map(program).collect();
            programs.into_iter().for_each(|name| *sessions_of.entry(name.to_owned()).or_default() += 1);
            for (step, forms) in here {
                uses.entry(step).or_default().push(forms);
            }
        }
        let programs = without_arguments(&uses, &sessions_of);
        let mut settled = HashMap::new();
        for (step, sessions) in &uses {
            let name = programs.get(step).unwrap_or(step);
            let modes = Modes::of(sessions, support);
            let (constant, scripted) = (constant(sessions), step::is_edit(step));
            for form in sessions.iter().flatten().copied() {
                let mode = modes.iter().find_map(|modes| modes.of_form(form));
                let mode = mode.or(constant).or(form.details().next().filter(|_| scripted));
                settled
                    .entry(form.clone())
                    .or_insert_with(|| mode.map_or_else(|| name.clone(), |mode| form.with(mode)));
            }
        }
        Settled(settled)
    }

    /// The steps of a session, in order.
    pub(super) fn steps<'a>(&'a self, digest: &'a Digest) -> Vec<&'a Step> {
        let settled = digest.forms.iter().filter_map(|form| self.0.get(form));
        if digest.forms.is_empty() { digest.steps.iter().collect() } else { settled.collect() }
    }
}

/// The program alone for steps whose second word is an argument: it takes many values, one a session, and none of them
/// is what most sessions say. `pushfeed tidewaters`, `pushfeed saltroad` and `pushfeed owls` are one step.
/// `sessions_of` has how many sessions use each program.
fn without_arguments(
    uses: &BTreeMap<Step, Vec<Vec<&Form>>>,
    sessions_of: &BTreeMap<String, usize>,
) -> BTreeMap<Step, Step> {
    let mut by_program: BTreeMap<&str, Vec<(&Step, usize)>> = BTreeMap::new();
    for (step, sessions) in uses {
        by_program.entry(program(step)).or_default().push((step, sessions.len()));
    }
    by_program.retain(|program, steps| {
        let all: usize = steps.iter().map(|(_, sessions)| sessions).sum();
        let sessions = sessions_of.get(*program).copied().unwrap_or(0);
        let most = steps.iter().map(|(_, sessions)| *sessions).max().unwrap_or(0);
        steps.len() >= LEAST_VALUES
            && most as f64 <= MOST_SAY * all as f64
            && all as f64 * NEARLY_ALL <= sessions as f64
            && steps.iter().filter(|(step, _)| step::may_be_argument(step)).count() as f64
                >= MOSTLY * steps.len() as f64
    });
    let named = by_program.into_iter().flat_map(|(program, steps)| {
        steps.into_iter().map(move |(step, _)| (step.clone(), Step(step.0.cut(program.len()))))
    });
    named.collect()
}

/// The word after a step that all of its calls have and that may be one more sub-command.
fn constant<'a>(sessions: &[Vec<&'a Form>]) -> Option<&'a str> {
    let mut forms = sessions.iter().flatten();
    let word = forms.next()?.details().next()?;
    let is_name = word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && !word.starts_with('-');
    (is_name && forms.all(|form| form.details().next() == Some(word))).then_some(word)
}

fn program(step: &Step) -> &str {
    step.split(' ').next().unwrap_or_default()
}

/// The words that are modes of one step: at the first place where calls differ by words that come back, and follow
/// each other.
struct Modes<'a> {
    /// The words that come back and are not in nearly every call.
    telling: BTreeSet<&'a str>,
    /// Which of a call's telling words it is.
    place: usize,
    /// Those that are steps of their own.
    own: BTreeSet<&'a str>,
}

impl<'a> Modes<'a> {
    /// The modes of one step, if it has any; `sessions` has the forms that each session used, as they first came.
    fn of(sessions: &[Vec<&'a Form>], support: usize) -> Option<Modes<'a>> {
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        let mut uses = 0;
        for session in sessions {
            let mut here: BTreeMap<&str, usize> = BTreeMap::new();
            for form in session {
                uses += 1;
                form.details()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .for_each(|word| *here.entry(word).or_default() += 1);
            }
            for (word, times) in here {
                let count = counts.entry(word).or_default();
                *count = (count.0 + 1, count.1 + times);
            }
        }
        counts.retain(|_, (sessions, times)| {
            *sessions >= support && (*times as f64) < NEARLY_ALL * uses as f64
        });
        let telling: BTreeSet<&str> = counts.into_keys().collect();
        (0..PLACES).find_map(|place| {
            let mut modes = Modes { telling: telling.clone(), place, own: BTreeSet::new() };
            let labels = |session: &Vec<&'a Form>| {
                let mut labels: Vec<Option<&str>> = Vec::new();
                for label in session.iter().map(|form| modes.at_place(form)) {
                    if !labels.contains(&label) {
                        labels.push(label);
                    }
                }
                labels
            };
            let labels: Vec<Vec<Option<&str>>> = sessions.iter().map(labels).collect();
            modes.own = steps_of_their_own(&labels, support)?.into_iter().flatten().collect();
            Some(modes)
        })
    }

    fn at_place(&self, form: &'a Form) -> Option<&'a str> {
        form.details().filter(|word| self.telling.contains(word)).nth(self.place)
    }

    /// The mode of a form; `None` where it is just the step.
    fn of_form(&self, form: &'a Form) -> Option<&'a str> {
        self.at_place(form).filter(|word| self.own.contains(word))
    }
}

/// The labels of one step's calls that are steps; `sessions` has the labels that each session used, as they first came.
fn steps_of_their_own<'a>(
    sessions: &[Vec<Option<&'a str>>],
    support: usize,
) -> Option<BTreeSet<Option<&'a str>>> {
    let mut counts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    sessions.iter().flatten().for_each(|label| *counts.entry(*label).or_default() += 1);
    let all: usize = counts.values().sum();
    counts.retain(|_, sessions| *sessions >= support);
    let covered: usize = counts.values().sum();
    if !(2..=MOST_FORMS).contains(&counts.len()) || (covered as f64) < COVERED * all as f64 {
        return None;
    }
    let mut first: BTreeMap<(Option<&str>, Option<&str>), usize> = BTreeMap::new();
    for session in sessions {
        let known: Vec<Option<&str>> =
            session.iter().copied().filter(|label| counts.contains_key(label)).collect();
        for (at, before) in known.iter().enumerate() {
            known[at + 1..].iter().for_each(|after| *first.entry((*before, *after)).or_default() += 1);
        }
    }
    let follow = |(&(before, after), &there): (&(Option<&str>, Option<&str>), &usize)| {
        let back = first.get(&(after, before)).copied().unwrap_or(0);
        let most = counts.get(&before).max(counts.get(&after)).copied().unwrap_or(0);
        there >= support
            && there as f64 >= SAME_ORDER * (there + back) as f64
            && there as f64 >= TOGETHER * most as f64
    };
    first.iter().any(follow).then(|| counts.into_keys().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the steps of the first of these sessions are called. `|` stands between a step and its detail.
    fn settled(sessions: &[&str]) -> Vec<String> {
        let digest = |forms: &&str| -> Digest {
            let forms: Vec<String> = forms.split(", ").map(|form| form.replace('|', "\t")).collect();
            serde_json::from_value(serde_json::json!({
                "session": "0123456789abcdef", "root": "x", "agent": "a", "ask": "", "forms": forms,
                "counts": { "calls": 1, "failed": 0, "retries": 0, "turns": 1 },
            }))
            .unwrap()
        };
        let digests: Vec<Digest> = sessions.iter().map(digest).collect();
        let settled = Settled::of(digests.iter(), 3);
        settled.steps(&digests[0]).iter().map(|step| step.to_string()).collect()
    }

    #[test]
    fn forms_that_follow_each_other_are_steps() {
        let session = "rio cogeo|create, edit *.md, rio cogeo|validate";
        assert_eq!(
            settled(&[session, session, session, "rio cogeo|info"]),
            ["rio cogeo create", "edit *.md", "rio cogeo validate"]
        );
        assert_eq!(settled(&["snakemake|-n, snakemake|--cores"; 3]), ["snakemake -n", "snakemake --cores"]);
    }

    #[test]
    fn arguments_are_not() {
        let one_each = ["scan|north", "scan|south", "scan|north", "scan|south", "scan|north", "scan|south"];
        assert_eq!(settled(&one_each), ["scan"]);
        let any_order = ["go|a, go|b", "go|b, go|a", "go|a, go|b", "go|b, go|a", "go|a, go|b", "go|b, go|a"];
        assert_eq!(settled(&any_order), ["go", "go"]);
        let many = ["x|a, x|b", "x|c, x|d", "x|e, x|f", "x|a, x|b", "x|a, x|b"];
        assert_eq!(settled(&many), ["x", "x"]);
        assert_eq!(settled(&["rio cogeo|create, rio cogeo|validate"; 2]), ["rio cogeo", "rio cogeo"]);
    }
}
