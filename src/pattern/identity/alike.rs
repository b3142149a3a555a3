//! Whether two lessons may be the same one in other words.
//!
//! [`super::same`] decides which lesson keeps which name, for good, so it is strict: what it takes for one, no cycle
//! tells apart again. Here the question is only whether what people rejected is being said again, and an error costs
//! little: a lesson is held back until it has enough evidence of its own. So this looks wider: at the words that an
//! error shares, at the steps that one workflow has of the other. Owns that wider look; refuses to name anything.

use crate::digest::failure::mask;
use crate::pattern::stem::stem;
use crate::pattern::{playbook, preference};
use crate::redact::Clean;
use std::collections::BTreeSet;

/// Share of the shorter error's words that the other has to have.
const OF_THE_SHORTER: f64 = 0.6;
/// Share of the longer error's words that the other has to have.
const OF_THE_LONGER: f64 = 0.3;
/// Words shared from which an error is the same under another step of its program.
const UNDER_ANOTHER_STEP: usize = 3;
/// Words shared from which it is the same under another program: a shell's error, say, has its last command's name.
const UNDER_ANOTHER_PROGRAM: usize = 5;

/// Words that errors of every sort have in common. Sorted.
const SAID_BY_ALL: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "because", "been", "but", "by", "can", "cannot", "code",
    "command", "could", "did", "do", "does", "error", "exit", "exited", "fail", "failed", "failure", "fatal",
    "for", "from", "has", "have", "in", "invalid", "is", "it", "its", "no", "not", "of", "on", "or",
    "please", "since", "so", "status", "still", "than", "that", "the", "there", "this", "to", "try",
    "unable", "until", "use", "warning", "was", "while", "will", "with", "you", "your",
];

/// Whether two anchors ([`crate::pattern::Pattern::anchor`]) may be the same lesson in other words: `a`, the earlier one,
/// and `b`.
pub fn alike(a: &[Clean], b: &[Clean]) -> bool {
    if super::same(a, b) {
        return true;
    }
    let (Some((sort_a, rest_a)), Some((sort_b, rest_b))) = (a.split_first(), b.split_first()) else {
        return false;
    };
    match (sort_a.as_str(), sort_b.as_str(), rest_a, rest_b) {
        ("error", "error", [step_a, template_a], [step_b, template_b]) => {
            alike_errors(step_a, template_a, step_b, template_b)
        }
        ("workflow", "workflow", ..) => playbook::contains_workflow(rest_a, rest_b),
        ("wish" | "correction", "wish" | "correction", ..) => preference::alike_wish(rest_a, rest_b),
        // An agent that suggests what people asked for says nothing new. That people ask for what an agent suggested is.
        ("wish" | "correction" | "suggestion", "suggestion", ..) => preference::alike_wish(rest_a, rest_b),
        // What runs leave out and what they do in its place are two sides of one habit.
        ("contrast", "contrast", [_, step_a, ..], [_, step_b, ..]) => step_a == step_b,
        _ => false,
    }
}

/// Whether two lessons, seen in the very same sessions, are about one thing: the same program, some of the same steps.
/// Of wishes, [`super::said_again`] tells. Says nothing about lessons of which only this is known.
pub fn touch(a: &[Clean], b: &[Clean]) -> bool {
    let (Some((sort_a, rest_a)), Some((sort_b, rest_b))) = (a.split_first(), b.split_first()) else {
        return false;
    };
    match (sort_a.as_str(), sort_b.as_str(), rest_a, rest_b) {
        ("error", "error", [step_a, _], [step_b, _]) => step_a == step_b,
        ("workflow", "workflow", ..) => rest_a.iter().filter(|step| rest_b.contains(step)).count() > 1,
        _ => false,
    }
}

/// Whether a workflow is this shorter one with steps more.
pub(super) fn grown_workflow(shorter: &[Clean], longer: &[Clean]) -> bool {
    match (shorter.split_first(), longer.split_first()) {
        (Some((sort, steps)), Some((sort_of_longer, more))) => {
            sort.as_str() == "workflow"
                && sort == sort_of_longer
                && steps.len() <= more.len()
                && playbook::contains_workflow(steps, more)
        }
        _ => false,
    }
}

fn alike_errors(step_a: &Clean, template_a: &Clean, step_b: &Clean, template_b: &Clean) -> bool {
    let (a, b) = (words(template_a), words(template_b));
    let shared = a.intersection(&b).count();
    let share = |of: usize| if of == 0 { 0.0 } else { shared as f64 / of as f64 };
    let program = |step: &Clean| step.split(' ').next().unwrap_or_default().to_owned();
    let needed = if step_a == step_b {
        1
    } else if program(step_a) == program(step_b) {
        UNDER_ANOTHER_STEP
    } else {
        UNDER_ANOTHER_PROGRAM
    };
    shared >= needed
        && share(a.len().min(b.len())) >= OF_THE_SHORTER
        && share(a.len().max(b.len())) >= OF_THE_LONGER
}

/// The words of a template that say what is wrong, as stems.
fn words(template: &str) -> BTreeSet<String> {
    let spoken = template.split_whitespace().filter(|word| !mask::is_placeholder(word));
    spoken
        .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()))
        .map(str::to_lowercase)
        .filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1)
        .filter(|word| SAID_BY_ALL.binary_search(&word.as_str()).is_err())
        .map(|word| stem(&word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;

    fn anchor(parts: &[&str]) -> Vec<Clean> {
        parts.iter().map(|part| redact(part)).collect()
    }

    #[test]
    fn an_error_is_known_again_by_its_words() {
        assert!(SAID_BY_ALL.is_sorted());
        let alike = |a: &[&str], b: &[&str]| alike(&anchor(a), &anchor(b));
        let ramp = ["error", "ferry load", "error: the ramp is still up"];
        assert!(alike(&ramp, &["error", "ferry load", "cannot load <num> crates while the ramp is up"]));
        assert!(!alike(&ramp, &["error", "ferry load", "error: the hold is full"]));
        assert!(
            !alike(&ramp, &["error", "kiln fire", "error: the ramp is still up"]),
            "two words are not enough"
        );
        let long = "no space left on device while writing the kiln journal";
        assert!(alike(&["error", "kiln fire", long], &["error", "sh", &format!("sh: {long}")]));
        assert!(!alike(&["error", "x", "<path> <num>"], &["error", "x", "<path>: <num>"]));
    }

    #[test]
    fn a_workflow_is_known_again_by_the_steps_it_has_of_the_other() {
        let alike = |a: &[&str], b: &[&str]| alike(&anchor(a), &anchor(b));
        assert!(alike(&["workflow", "a", "b", "c"], &["workflow", "a", "b", "c", "d", "e"]));
        assert!(
            !alike(&["workflow", "a", "b"], &["workflow", "a", "x", "y", "b", "z"]),
            "too little of the longer"
        );
        assert!(!alike(&["workflow", "a", "b", "c"], &["workflow", "c", "b", "a"]));
    }

    #[test]
    fn a_workflow_may_have_grown_and_not_shrunk() {
        let grown = |a: &[&str], b: &[&str]| grown_workflow(&anchor(a), &anchor(b));
        let (short, long) = (["workflow", "a", "b", "c"], ["workflow", "x", "a", "b", "y", "c"]);
        assert!(grown(&short, &long) && !grown(&long, &short));
        assert!(!grown(&["error", "a", "b"], &["error", "a", "b", "c"]));
        assert!(!grown(&short, &["workflow", "a", "x", "y", "z", "u"]));
    }

    #[test]
    fn a_wish_is_known_again_and_its_opposite_is_not() {
        let alike = |a: &[&str], b: &[&str]| alike(&anchor(a), &anchor(b));
        assert!(alike(&["wish", "+function", "+short"], &["wish", "+function", "-long"]));
        assert!(alike(
            &["wish", "+amber", "+varnish"],
            &["correction", "+amber", "+coat", "+varnish", "-plain"]
        ));
        assert!(!alike(&["wish", "+function", "+short"], &["wish", "+function", "+long"]));
        assert!(!alike(&["wish", "+amber"], &["wish", "-amber"]));
        assert!(!alike(&["wish", "+amber"], &["wish", "+varnish"]));
    }
}
