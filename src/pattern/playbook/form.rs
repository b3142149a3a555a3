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
use crate::pattern::worded::different;
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

/// What the sessions' steps are called, now that all sessions are known. As numbers: comparing names a million times
/// takes longer than all the rest.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// What the numbers stand for.
    pub(super) names: Vec<Step>,
    /// The steps of each session, in order.
    pub(super) taken: Vec<Vec<usize>>,
}

impl Settled {
    /// Settles the forms of these sessions. `support`: the sessions that must show a form.
    pub(super) fn of(digests: &[&Digest], support: usize) -> Settled {
        let all: Vec<&Form> = digests.iter().flat_map(|digest| &digest.forms).collect();
        let (forms, form_of) = different(&all, |form| form.as_clean());
        let mut rest = form_of.as_slice();
        let taken: Vec<&[usize]> = digests
            .iter()
            .map(|digest| {
                let (here, after) = rest.split_at(digest.forms.len());
                rest = after;
                here
            })
            .collect();
        let mut numbered = Numbered::default();
        let step_of: Vec<usize> =
            settled(&forms, &taken, support).into_iter().map(|step| numbered.number(step)).collect();
        let mut steps = |(digest, forms): (&&Digest, &[usize])| -> Vec<usize> {
            if forms.is_empty() {
                return digest.steps.iter().map(|step| numbered.number(step.clone())).collect();
            }
            forms.iter().map(|&form| step_of[form]).collect()
        };
        let taken = digests.iter().zip(taken).map(&mut steps).collect();
        Settled { names: numbered.names, taken }
    }
}

/// Steps with their numbers.
#[derive(Default)]
struct Numbered {
    names: Vec<Step>,
    numbers: HashMap<Step, usize>,
}

impl Numbered {
    fn number(&mut self, step: Step) -> usize {
        *self.numbers.entry(step).or_insert_with_key(|step| {
            self.names.push(step.clone());
            self.names.len() - 1
        })
    }
}

/// What each form is called. `taken` has the forms of each session, in order.
fn settled(forms: &[&Form], taken: &[&[usize]], support: usize) -> Vec<Step> {
    let steps: Vec<Step> = forms.iter().map(|form| form.step()).collect();
    let names: Vec<&Step> = steps.iter().collect();
    let (kinds, kind_of) = different(&names, |step| step);
    let programs: Vec<&str> = kinds.iter().map(|kind| kind.program()).collect();
    let (programs, program_of) = different(&programs, |program| program);
    let details: Vec<Vec<&str>> = forms.iter().map(|form| form.details().collect()).collect();
    // Of each step the forms that each session used, as they first came.
    let mut uses: Vec<Vec<Vec<usize>>> = vec![Vec::new(); kinds.len()];
    let mut sessions_of = vec![0usize; programs.len()];
    let mut last_used_in = vec![usize::MAX; programs.len()];
    for (session, taken) in taken.iter().enumerate() {
        let mut of_kinds: Vec<(usize, Vec<usize>)> = Vec::new();
        for &form in *taken {
            match of_kinds.iter_mut().find(|(kind, _)| *kind == kind_of[form]) {
                Some((_, known)) if known.contains(&form) => {}
                Some((_, known)) => known.push(form),
                None => of_kinds.push((kind_of[form], vec![form])),
            }
        }
        for (kind, forms) in of_kinds {
            let program = program_of[kind];
            if std::mem::replace(&mut last_used_in[program], session) != session {
                sessions_of[program] += 1;
            }
            uses[kind].push(forms);
        }
    }
    let sessions_of: BTreeMap<&str, usize> = programs.into_iter().zip(sessions_of).collect();
    let sessions: Vec<(&Step, usize)> =
        kinds.iter().zip(&uses).map(|(kind, uses)| (*kind, uses.len())).collect();
    let programs = without_arguments(&sessions, &sessions_of);
    let of_kinds: Vec<(BTreeMap<usize, &str>, Option<&str>)> = uses
        .iter()
        .map(|uses| (Modes::of(uses, &details, support).unwrap_or_default(), constant(uses, &details)))
        .collect();
    let named = |(number, form): (usize, &&Form)| {
        let step = &steps[number];
        let (mode_of, constant) = &of_kinds[kind_of[number]];
        let script = || details[number].first().copied().filter(|_| step::is_edit(step));
        match mode_of.get(&number).copied().or(*constant).or_else(script) {
            Some(mode) => form.with(mode),
            None => programs.get(step).unwrap_or(step).clone(),
        }
    };
    forms.iter().enumerate().map(named).collect()
}

/// The program alone for steps whose second word is an argument: it takes many values, one a session, and none of them
/// is what most sessions say. `pushfeed tidewaters`, `pushfeed saltroad` and `pushfeed owls` are one step. `steps` has
/// how many sessions take each step, `sessions_of` how many use each program.
fn without_arguments(steps: &[(&Step, usize)], sessions_of: &BTreeMap<&str, usize>) -> BTreeMap<Step, Step> {
    let mut by_program: BTreeMap<&str, Vec<(&Step, usize)>> = BTreeMap::new();
    for &(step, sessions) in steps {
        by_program.entry(step.program()).or_default().push((step, sessions));
    }
    by_program.retain(|program, steps| {
        let all: usize = steps.iter().map(|(_, sessions)| sessions).sum();
        let sessions = sessions_of.get(*program).copied().unwrap_or(0);
        let most = steps.iter().map(|(_, sessions)| *sessions).max().unwrap_or(0);
        let arguments = steps.iter().filter(|(step, _)| step::may_be_argument(step)).count();
        steps.len() >= LEAST_VALUES
            && most as f64 <= MOST_SAY * all as f64
            && all as f64 * NEARLY_ALL <= sessions as f64
            && arguments as f64 >= MOSTLY * steps.len() as f64
    });
    let named = by_program.into_iter().flat_map(|(program, steps)| {
        steps.into_iter().map(move |(step, _)| (step.clone(), Step(step.0.cut(program.len()))))
    });
    named.collect()
}

/// The word after a step that all of its calls have and that may be one more sub-command.
fn constant<'a>(uses: &[Vec<usize>], details: &[Vec<&'a str>]) -> Option<&'a str> {
    let mut first = uses.iter().flatten().map(|form| details[*form].first().copied());
    let word = first.next()??;
    let is_name = word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && !word.starts_with('-');
    (is_name && first.all(|other| other == Some(word))).then_some(word)
}

/// The words that may be modes of one step: those that come back and are not in nearly every call.
struct Modes<'a> {
    telling: BTreeSet<&'a str>,
}

impl<'a> Modes<'a> {
    /// The modes of one step's forms, if it has any: the words at the first place where calls differ by words that
    /// come back and follow each other. `uses` has the forms that each session used, as they first came.
    fn of(uses: &[Vec<usize>], details: &[Vec<&'a str>], support: usize) -> Option<BTreeMap<usize, &'a str>> {
        // Most calls are their step and nothing more.
        if uses.iter().flatten().all(|form| details[*form].is_empty()) {
            return None;
        }
        // Of each word, the sessions and the calls that have it.
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for session in uses {
            let mut here: Vec<&str> = Vec::new();
            for &form in session {
                let words = details[form].iter().enumerate();
                let once = words.filter(|(at, word)| !details[form][..*at].contains(word));
                here.extend(once.map(|(_, word)| *word));
            }
            here.sort_unstable();
            for same in here.chunk_by(|a, b| a == b) {
                let count = counts.entry(same[0]).or_default();
                *count = (count.0 + 1, count.1 + same.len());
            }
        }
        let calls: usize = uses.iter().map(Vec::len).sum();
        let tells = |&(sessions, times): &(usize, usize)| {
            sessions >= support && (times as f64) < NEARLY_ALL * calls as f64
        };
        let telling: BTreeSet<&str> =
            counts.iter().filter(|(_, count)| tells(count)).map(|(word, _)| *word).collect();
        // A sub-command or a flag says what a call does, a file mostly what it does it to.
        let named = telling.iter().copied().filter(|word| !word.contains(['/', '.'])).collect();
        let tried = [Modes { telling: named }, Modes { telling }];
        let modes = tried.iter().filter(|modes| !modes.telling.is_empty());
        let places = modes.flat_map(|modes| (0..PLACES).map(move |place| (modes, place)));
        places.into_iter().find_map(|(modes, place)| modes.at(place, uses, details, support))
    }

    /// The modes of the forms by the telling word at this place of their calls.
    fn at(
        &self,
        place: usize,
        uses: &[Vec<usize>],
        details: &[Vec<&'a str>],
        support: usize,
    ) -> Option<BTreeMap<usize, &'a str>> {
        let label = |form: &usize| -> Option<&'a str> {
            details[*form].iter().copied().filter(|word| self.telling.contains(word)).nth(place)
        };
        let labels = |session: &Vec<usize>| {
            let mut labels: Vec<Option<&str>> = Vec::new();
            for label in session.iter().map(label) {
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
            labels
        };
        let labels: Vec<Vec<Option<&str>>> = uses.iter().map(labels).collect();
        let own = steps_of_their_own(&labels, support)?;
        let modes = uses
            .iter()
            .flatten()
            .filter_map(|form| Some((*form, label(form).filter(|mode| own.contains(&Some(*mode)))?)));
        Some(modes.collect())
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
        let Settled { names, taken } = Settled::of(&digests.iter().collect::<Vec<_>>(), 3);
        taken[0].iter().map(|step| names[*step].to_string()).collect()
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
