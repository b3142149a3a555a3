//! Which failures are one error: the same step and template, or the same telling template under steps of one
//! program.

use super::{Occurrence, TELLING_WORDS};
use crate::digest::failure::mask;
use crate::digest::step::Step;
use crate::pattern::template;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Words a template needs for one error to be recognised under another program.
const UNMISTAKABLE_WORDS: usize = 6;

/// The failures of one error.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    /// The step that most of its sessions failed at.
    pub step: Step,
    /// The template, with everything masked that a mask knows: the name that stays.
    pub template: String,
    /// The template with what never varied written out.
    pub wording: String,
    /// Groups of one family are alike and differ in words that take turns.
    pub family: (String, usize),
    /// Every failure, in the corpus' order.
    pub occurrences: Vec<Occurrence<'a>>,
}

impl<'a> Group<'a> {
    /// Its independent witnesses.
    pub(super) fn roots(&self) -> BTreeSet<&'a str> {
        self.roots_where(|_| true)
    }

    /// Its independent witnesses of failures like this.
    pub(super) fn roots_where(&self, wanted: impl Fn(&Occurrence<'a>) -> bool) -> BTreeSet<&'a str> {
        let wanted = self.occurrences.iter().filter(|occurrence| wanted(occurrence));
        wanted.map(|occurrence| occurrence.digest.root.as_str()).collect()
    }
}

/// A family with the number of a template in it, and the failures that have it.
type Templated<'a> = ((String, usize), Vec<Occurrence<'a>>);

/// Groups failures, in a fixed order.
pub(super) fn by_step_and_template<'a>(occurrences: &[Occurrence<'a>], similarity: f64) -> Vec<Group<'a>> {
    let mut families: BTreeMap<String, Vec<Occurrence<'a>>> = BTreeMap::new();
    for occurrence in occurrences {
        families.entry(family(occurrence)).or_default().push(*occurrence);
    }
    let mut by_template: BTreeMap<(String, String), Templated<'a>> = BTreeMap::new();
    for (family, members) in families {
        let messages: Vec<&str> = members.iter().map(|occurrence| occurrence.message.as_str()).collect();
        let templates = template::find(&messages, similarity);
        for (member, number) in members.into_iter().zip(templates.of) {
            let Some(found) = templates.all.get(number) else { continue };
            let owner = if is_shell(&member) && found.words() >= UNMISTAKABLE_WORDS {
                String::new()
            } else if found.words() >= TELLING_WORDS {
                family.clone()
            } else {
                member.failure.step.to_string()
            };
            let alike = templates.family.get(number).copied().unwrap_or_default();
            let entry = by_template.entry((owner.clone(), found.to_string()));
            entry.or_insert_with(|| ((format!("{family}/{owner}"), alike), Vec::new())).1.push(member);
        }
    }
    let by_template: Vec<_> = by_template.into_iter().collect();
    by_template
        .into_par_iter()
        .map(|((_, template), (family, members))| of(template, family, members))
        .collect()
}

/// Makes one group of several of one family; `None` where they share no word.
pub(super) fn joined<'a>(groups: &[&Group<'a>]) -> Option<Group<'a>> {
    let occurrences: Vec<Occurrence<'a>> =
        groups.iter().flat_map(|group| group.occurrences.iter().copied()).collect();
    let messages: Vec<&str> = occurrences.iter().map(|occurrence| occurrence.message.as_str()).collect();
    let template = template::of_one_error(&messages)?.to_string();
    Some(of(template, groups.first()?.family.clone(), occurrences))
}

/// How many words of a template say something.
pub(super) fn telling_words(template: &str) -> usize {
    mask::tokens(template)
        .iter()
        .filter(|token| {
            token.masked == token.raw && token.raw.chars().filter(|c| c.is_alphabetic()).count() > 1
        })
        .count()
}

/// Failures are compared with those of the same program or tool.
fn family(occurrence: &Occurrence<'_>) -> String {
    occurrence.failure.step.program().to_owned()
}

/// Whether a shell line failed, and not another tool.
pub(super) fn is_shell(occurrence: &Occurrence<'_>) -> bool {
    matches!(occurrence.failure.args.0.as_slice(), [only] if &*only.path == "command")
}

/// The group of failures with this template.
pub(super) fn of<'a>(
    template: String,
    family: (String, usize),
    mut occurrences: Vec<Occurrence<'a>>,
) -> Group<'a> {
    occurrences.sort_by_key(|o| (o.session, o.failure.event));
    let mut roots: BTreeMap<&Step, BTreeSet<&str>> = BTreeMap::new();
    for occurrence in &occurrences {
        roots.entry(&occurrence.failure.step).or_default().insert(&occurrence.digest.root);
    }
    // The first of equals, so that the name does not depend on chance.
    let most = roots.iter().rev().max_by_key(|(_, roots)| roots.len());
    let all: BTreeSet<&str> = roots.values().flatten().copied().collect();
    let step = most.map(|(step, of)| {
        if of.len() * 4 >= all.len() * 3 {
            (*step).clone()
        } else {
            shared_start(roots.keys().copied(), step)
        }
    });
    let messages: Vec<&str> = occurrences.iter().map(|occurrence| occurrence.message.as_str()).collect();
    Group {
        step: step.unwrap_or_else(|| Step(crate::redact::Clean::fixed(""))),
        wording: template::wording(&messages).unwrap_or_else(|| template.clone()),
        template,
        family,
        occurrences,
    }
}

/// The words that all steps begin with (`edit *.rs`, `edit *.md` is `edit`); `otherwise` where there are none.
fn shared_start<'s>(steps: impl Iterator<Item = &'s Step>, otherwise: &Step) -> Step {
    let mut shared: Vec<&str> = otherwise.split(' ').collect();
    for step in steps {
        let same = shared.iter().zip(step.split(' ')).take_while(|(a, b)| *a == b).count();
        shared.truncate(same);
    }
    let length = shared.join(" ").len();
    if length == 0 { otherwise.clone() } else { Step(otherwise.0.cut(length)) }
}
