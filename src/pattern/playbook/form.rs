//! Which forms of a step are steps of their own.
//!
//! `rio cogeo create` and `rio cogeo validate` are two steps, `bequep scan north` and `bequep scan south` are one:
//! a word after a program that no table knows may be a sub-command or an argument. Sessions tell. Sub-commands are
//! few, come back, and follow each other in one session in the same order; arguments are many, or one a session.
//! The same holds for a first flag (`snakemake -n`, then `snakemake --cores`). Refuses to split a step on one
//! session's word.

use crate::digest::Digest;
use crate::digest::step::{Form, Step};
use crate::pattern::worded::different;
use std::collections::{BTreeMap, HashMap};

/// Share of a step's uses that forms which come back must cover.
const COVERED: f64 = 0.8;
/// Share of the step's sessions in which two forms must follow each other.
const TOGETHER: f64 = 0.3;
/// Share of the sessions with both of two forms in which the same one must come first.
const SAME_ORDER: f64 = 0.8;
/// Most forms that a step may have: more are arguments.
const MOST_FORMS: usize = 12;

/// What every form is called, now that all sessions are known.
#[derive(Debug, Default)]
pub(super) struct Settled(HashMap<Form, Step>);

impl Settled {
    /// Settles the forms of these sessions. `support`: the sessions that must show a form.
    pub(super) fn of<'a>(digests: impl Iterator<Item = &'a Digest>, support: usize) -> Settled {
        let taken: Vec<&[Form]> = digests.map(|digest| digest.forms.as_slice()).collect();
        let all: Vec<&Form> = taken.iter().copied().flatten().collect();
        let (forms, form_of) = different(&all);
        let steps: Vec<Step> = forms.iter().map(|form| form.step()).collect();
        let names: Vec<&Step> = steps.iter().collect();
        let (kinds, kind_of) = different(&names);
        // Of each step the forms that each session used, as they first came. A step of one form has nothing to settle.
        let mut forms_of = vec![0usize; kinds.len()];
        kind_of.iter().for_each(|&kind| forms_of[kind] += 1);
        let mut uses: Vec<Vec<Vec<usize>>> = vec![Vec::new(); kinds.len()];
        let mut rest = form_of.as_slice();
        for session in &taken {
            let (here, after) = rest.split_at(session.len());
            rest = after;
            let mut of_kinds: Vec<(usize, Vec<usize>)> = Vec::new();
            for &form in here.iter().filter(|&&form| forms_of[kind_of[form]] > 1) {
                match of_kinds.iter_mut().find(|(kind, _)| *kind == kind_of[form]) {
                    Some((_, known)) if known.contains(&form) => {}
                    Some((_, known)) => known.push(form),
                    None => of_kinds.push((kind_of[form], vec![form])),
                }
            }
            of_kinds.into_iter().for_each(|(kind, forms)| uses[kind].push(forms));
        }
        let mut is_own = vec![false; forms.len()];
        for sessions in &uses {
            steps_of_their_own(sessions, support).into_iter().for_each(|form| is_own[form] = true);
        }
        let name = |(at, form): (usize, &&Form)| {
            let step = if is_own[at] { form.in_full() } else { steps[at].clone() };
            ((*form).clone(), step)
        };
        let settled = forms.iter().enumerate().map(name).collect();
        Settled(settled)
    }

    /// The steps of a session, in order.
    pub(super) fn steps<'a>(&'a self, digest: &'a Digest) -> Vec<&'a Step> {
        let settled = digest.forms.iter().filter_map(|form| self.0.get(form));
        if digest.forms.is_empty() { digest.steps.iter().collect() } else { settled.collect() }
    }
}

/// The forms of one step that are steps; `sessions` has the forms that each session used, as they first came.
fn steps_of_their_own(sessions: &[Vec<usize>], support: usize) -> Vec<usize> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    sessions.iter().flatten().for_each(|form| *counts.entry(*form).or_default() += 1);
    let all: usize = counts.values().sum();
    counts.retain(|_, sessions| *sessions >= support);
    let covered: usize = counts.values().sum();
    if !(2..=MOST_FORMS).contains(&counts.len()) || (covered as f64) < COVERED * all as f64 {
        return Vec::new();
    }
    let forms: Vec<usize> = counts.into_keys().collect();
    let mut first: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for session in sessions {
        let known: Vec<usize> = session.iter().copied().filter(|form| forms.contains(form)).collect();
        for (at, &before) in known.iter().enumerate() {
            known[at + 1..].iter().for_each(|&after| *first.entry((before, after)).or_default() += 1);
        }
    }
    let follow = |(before, after): &(usize, usize)| {
        let times = |pair| first.get(&pair).copied().unwrap_or(0);
        let (there, back) = (times((*before, *after)), times((*after, *before)));
        there >= support && there as f64 >= SAME_ORDER * (there + back) as f64
    };
    let pairs: Vec<(usize, usize)> = first.keys().copied().filter(follow).collect();
    let shows = |session: &&Vec<usize>| {
        let place = |form: &usize| session.iter().position(|here| here == form);
        pairs
            .iter()
            .any(|(before, after)| matches!((place(before), place(after)), (Some(a), Some(b)) if a < b))
    };
    let together = sessions.iter().filter(shows).count();
    if (together as f64) < TOGETHER * sessions.len() as f64 { Vec::new() } else { forms }
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
