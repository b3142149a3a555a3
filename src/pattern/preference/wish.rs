//! What a sentence asks for: its telling words, each wanted or not.
//!
//! Owns polarity: `use tabs`, `don't use tabs`, `tabs, not spaces`, `never commit without tabs` and `you used
//! spaces again` say different things with nearly the same words. Refuses to compare: see [`super::likeness`].

mod act;
mod manner;
mod polarity;
mod predicate;
mod unit;

use super::lexicon::LEXICON;
use crate::digest::remark::word::words;
use crate::pattern::memo::written::Written;
use crate::pattern::memo::{Reading, remembered};
pub(super) use act::{act_and_thing, is_tie};
use polarity::{
    blames_the_agent, deed, signs, spare_complaints, spare_other_numbers, spare_reasons, spare_reports,
    spare_what_is_qualified,
};
use predicate::judge_subjects;
use std::collections::BTreeMap;
use std::ops::Range;
use unit::{Role, Turn, Unit, units};

/// What a sentence asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// Each telling word, and whether it is wanted (1), not wanted (-1) or only where or when (0).
    pub(super) terms: BTreeMap<String, i8>,
    /// Where the sentence names what is wanted.
    pub(super) wanted: Option<Range<usize>>,
    /// Where the sentence names what is not wanted.
    pub(super) unwanted: Option<Range<usize>>,
    /// It says that the one is to stand in the other's place.
    pub(super) replaces: bool,
}

impl Wish {
    /// Whether it wants one thing and turns down several words at once, of which any may be the one that is meant.
    pub(super) fn refuses_several(&self) -> bool {
        let telling = |wanted: i8| {
            self.terms.iter().filter(move |(term, sign)| **sign == wanted && LEXICON.telling(term) > 0.5)
        };
        telling(1).next().is_some() && telling(-1).count() > 1
    }
}

impl Written for Wish {
    fn write(&self, out: &mut Vec<u8>) {
        let Wish { terms, wanted, unwanted, replaces } = self;
        terms.write(out);
        wanted.write(out);
        unwanted.write(out);
        replaces.write(out);
    }

    fn read(from: &mut &[u8]) -> Option<Wish> {
        Some(Wish {
            terms: Written::read(from)?,
            wanted: Written::read(from)?,
            unwanted: Written::read(from)?,
            replaces: Written::read(from)?,
        })
    }
}

/// Reads a sentence. `blames`: it is a correction, so that `you used npm` means that npm is not wanted.
pub(super) fn read(text: &str, blames: bool) -> Wish {
    remembered(if blames { Reading::Blame } else { Reading::Wish }, text, || read_anew(text, blames))
}

fn read_anew(text: &str, blames: bool) -> Wish {
    let words = words(text);
    let units = units(&words);
    let mut signs = signs(&units);
    let blames = blames || blames_the_agent(&words);
    if blames && let Some(from) = deed(&words) {
        let until = words[from..].iter().find(|word| word.is_mark()).map_or(usize::MAX, |mark| mark.at.start);
        let start = words[from].at.start;
        // `you changed the alert but forgot the runbook`: what comes before is no blame.
        let but = words[from..].iter().find(|word| word.text == "but").map_or(0, |but| but.at.start);
        // `you launched it on the node, it is forbidden`: what is said after the deed is no part of it.
        let within = |unit: &&Unit| unit.at.start >= start && unit.at.start < until;
        let first = units.iter().position(|unit| within(&unit)).unwrap_or_default();
        let deed: Vec<Unit> = units.iter().filter(within).cloned().collect();
        for (at, sign) in polarity::signs(&deed).into_iter().enumerate() {
            let at_but = deed.get(at).is_some_and(|unit| unit.at.start < but);
            if let Some(own) = signs.get_mut(first + at) {
                *own = if at_but { 0 } else { -sign };
            }
        }
    }
    manner::spare_acts(&words, &units, &mut signs, blames);
    judge_subjects(&words, &units, &mut signs);
    let instead = spare_complaints(&words, &units, &mut signs);
    spare_what_is_qualified(&units, &mut signs);
    spare_reports(&words, &units, &mut signs);
    spare_other_numbers(&words, &units, &mut signs);
    spare_reasons(&words, &units, &mut signs);
    let mut wish = Wish { replaces: instead || replaces(&units, &signs), ..Wish::default() };
    let mut both_ways = Vec::new();
    for (unit, &sign) in units.iter().zip(&signs) {
        if let Role::Term(term) = &unit.role {
            let known = wish.terms.entry(term.clone()).or_insert(sign);
            if *known * sign < 0 {
                both_ways.push(term.clone());
            } else if *known == 0 {
                *known = sign;
            }
        }
    }
    for (number, counted) in units.iter().zip(&signs).zip(units.iter().zip(&signs).skip(1)) {
        if let Some(term) = count_of(number.0, counted.0)
            && *number.1 != 0
        {
            wish.terms.entry(term).or_insert(*number.1);
        }
    }
    // `double quotes, not single quotes` is not about quotes being wanted or not.
    for term in both_ways {
        wish.terms.insert(term, 0);
    }
    name_sides(&units, &signs, &mut wish);
    act::add(&words, &units, &mut wish.terms);
    wish
}

/// A number and what is counted, as one term: that two people say `5 lines` tells more than that both say `lines`.
fn count_of(number: &Unit, counted: &Unit) -> Option<String> {
    match (&number.role, &counted.role) {
        (Role::Term(number), Role::Term(counted))
            if number.bytes().all(|b| b.is_ascii_digit()) && LEXICON.has("plain", counted) =>
        {
            Some(format!("{number} {counted}"))
        }
        _ => None,
    }
}

/// Whether one thing is asked for in another's place.
fn replaces(units: &[Unit], signs: &[i8]) -> bool {
    let has = |wanted: i8| {
        units.iter().zip(signs).any(|(unit, &sign)| sign == wanted && matches!(unit.role, Role::Term(_)))
    };
    units.iter().any(|unit| unit.role == Role::Not { turns: Turn::Replaces }) && has(1) && has(-1)
}

/// Finds where the sentence names what is wanted and what is not.
fn name_sides(units: &[Unit], signs: &[i8], wish: &mut Wish) {
    let mut runs: Vec<(i8, Range<usize>, f64)> = Vec::new();
    let mut joins = false;
    for (unit, &sign) in units.iter().zip(signs) {
        match &unit.role {
            Role::Term(term) if sign != 0 => {
                let telling = LEXICON.telling(term);
                match runs.last_mut() {
                    Some((open, at, sum)) if joins && *open == sign => {
                        at.end = unit.at.end;
                        *sum += telling;
                    }
                    _ => runs.push((sign, unit.at.clone(), telling)),
                }
                // A verb that everybody uses is no part of the name: `run zeta fmt` names `zeta fmt`.
                if telling < 0.5 && runs.last().is_some_and(|run| run.1 == unit.at) {
                    runs.pop();
                    joins = false;
                } else {
                    joins = true;
                }
            }
            Role::Filler | Role::Only if joins => {
                joins = matches!(runs.last(), Some(run) if unit.at.start <= run.1.end + 1)
            }
            _ => joins = false,
        }
    }
    let first = |wanted: i8| runs.iter().find(|run| run.0 == wanted).map(|run| run.1.clone());
    wish.unwanted = first(-1);
    if wish.unwanted.is_none() || wish.replaces {
        wish.wanted = first(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> String {
        let wish = read(text, false);
        let sign = |sign: &i8| ["-", "", "+"][(*sign + 1) as usize];
        let terms = wish.terms.iter().filter(|(term, _)| !is_tie(term));
        terms.map(|(term, s)| format!("{}{term}", sign(s))).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn polarity_follows_the_sentence() {
        let cases = [
            ("use pnpm, not npm", "-npm +pnpm"),
            ("don't use npm", "-npm"),
            ("npm is banned here", "-npm"),
            ("emojis are not welcome", "-emoji"),
            ("pnpm instead of npm please", "-npm +pnpm"),
            ("instead of npm, use pnpm", "-npm +pnpm"),
            ("we prefer glorp over snarf", "+glorp -snarf"),
            ("not glorp but snarf", "-glorp +snarf"),
            ("switch from glorp to snarf", "-glorp +snarf"),
            ("never commit without zeta fmt", "commit +fmt +zeta"),
            ("don't commit until zeta passes", "commit +pass +zeta"),
            ("don't forget zeta", "+zeta"),
            ("never push to main", "main -push"),
            ("glorps go on the snarf, without exception", "+glorp +snarf"),
            ("always glorp, no exceptions!", "+glorp"),
            ("no exceptions in glorp", "-glorp"),
            ("before you commit, run zeta", "commit +run +zeta"),
            ("no emojis in commit messages", "commit-message -emoji"),
            ("use zeta instead", "+zeta"),
            ("run zeta too", "+run +zeta"),
            ("only deploy after zeta", "deploy +zeta"),
            ("intermediate values must not be rounded", "intermediat -round valu"),
            ("glorp on in release", "+glorp +on +releas"),
            ("turn glorp off", "+glorp +off +turn"),
            ("no #glorp in snarf, ever", "-glorp snarf"),
            ("strip glorps before you commit", "commit -glorp"),
            ("glorps never go in git, strip them", "git -glorp"),
            ("cups? no. glorp", "-cup +glorp"),
            ("why is there no glorp?", "+glorp"),
            ("glorp missing", "+glorp"),
            ("at top, they read not more", "+read +top"),
            ("glorps stay out of snarf, always", "-glorp snarf"),
            ("please leave glorps out of snarf", "-glorp snarf"),
            ("stay away from glorps", "-glorp"),
            ("glorps have no place in snarf", "-glorp snarf"),
            ("wax glorps must go, always", "-glorp -wax"),
            ("snarf must be glorp free", "-glorp snarf"),
            ("snarf must be free of glorps", "-glorp snarf"),
            ("glorps are a mess, snarf please", "-glorp +snarf"),
            ("glorps without snarf are a mess", "glorp +snarf"),
            ("glorps again", "-glorp"),
            ("why are there glorps again?", "-glorp"),
            ("why tin glorps? wood, always", "glorp -tin +wood"),
            ("tin glorps again. wood!", "glorp -tin +wood"),
            ("there is tin in the glorp. it must be wood", "glorp -tin +wood"),
            ("always implicit none", "+implicit +none"),
            ("keep glorps small, I have no time", "+glorp +small"),
            ("no select * in glorps", "glorp -star"),
            ("glorp without snarf again...", "glorp +snarf"),
            ("glorps are not wished", "-glorp"),
            ("no glorps in snarf; they go into zindle", "-glorp snarf +zindl"),
            ("don't hide glorps in snarf; zindle is the place.", "-glorp -hid snarf +zindl"),
            ("the glorp is for snarfs only, do not wax it", "glorp +snarf -wax"),
            ("snarfs were waxed, we never wax", "snarf -wax"),
            ("one snarf in staging", "+1 +snarf +stag"),
            ("one snarf hides glorps, always three", "1 +3 +glorp +hid +snarf"),
        ];
        for (text, expected) in cases {
            assert_eq!(terms(text), expected, "{text}");
        }
    }

    #[test]
    fn blame_turns_the_deed_around() {
        let sign = |text: &str, term: &str| read(text, true).terms.get(term).copied();
        assert_eq!(sign("you used npm again", "npm"), Some(-1));
        assert_eq!(sign("you forgot to run zeta", "zeta"), Some(1));
        assert_eq!(sign("you didn't run zeta", "zeta"), Some(1));
        assert_eq!(sign("why did you add comments?", "comment"), Some(-1));
        assert_eq!(sign("I said use pnpm", "pnpm"), Some(1));
        assert_eq!(sign("you should use pnpm", "pnpm"), Some(1));
        assert_eq!(sign("stop adding comments", "comment"), Some(-1));
        assert_eq!(sign("I told you not to use npm", "npm"), Some(-1));
    }

    #[test]
    fn the_sides_are_named_verbatim() {
        let text = "Always use `zeta fmt` instead of the blorp formatter, thanks";
        let wish = read(text, false);
        assert_eq!(wish.wanted.map(|at| &text[at]), Some("zeta fmt"));
        assert_eq!(wish.unwanted.map(|at| &text[at]), Some("blorp formatter"));
    }
}
