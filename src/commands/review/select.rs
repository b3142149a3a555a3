//! Which learnings are meant by what was typed.

use super::id;
use crate::commands::exit::Usage;
use crate::learning::author::quote;
use crate::memory::place::outside;
use crate::redact::redact;
use crate::review::answers::{Answer, Answers};
use crate::review::{Review, Waiting};
use anyhow::Result;

/// Fewest characters of a commit's or a pattern's name that name it.
const FEWEST: usize = 4;

/// What waits on a branch or of a cycle: `dream/2026-01-02-abcdef`, `origin/dream/…` or the cycle alone.
pub(super) fn of(waiting: Vec<Waiting>, named: &str) -> Result<Vec<Waiting>> {
    let open: std::collections::BTreeSet<String> = waiting.iter().map(|one| one.branch.clone()).collect();
    let is_meant = |one: &Waiting| {
        let branch = named.trim_start_matches("refs/heads/").trim_start_matches("refs/remotes/");
        one.cycle == named || one.branch == branch || branch.ends_with(&format!("/{}", one.branch))
    };
    let meant: Vec<Waiting> = waiting.into_iter().filter(is_meant).collect();
    if meant.is_empty() {
        let open = Vec::from_iter(open);
        let waits = match open.as_slice() {
            [] => "nothing waits for review at all".to_owned(),
            open => format!("something waits on {}", open.join(", ")),
        };
        return Err(Usage(format!("nothing waits for review on {named:?}: {waits}")).into());
    }
    Ok(meant)
}

/// The answers that the options give.
pub(super) fn answers(review: &Review<'_>, accept: &[String], reject: &[String]) -> Result<Answers> {
    let mut answers = Answers::default();
    for said in reject {
        let (named, reason) = said.split_once('=').unwrap_or((said, ""));
        let reason = redact(&quote::one_line(reason));
        if reason.is_empty() {
            return Err(Usage(format!(
                "--reject {said:?} does not say why: write --reject {named}=\"the reason\", which the next dream will \
                 know"
            ))
            .into());
        }
        for one in meant(review, named)? {
            add(&mut answers, one, Answer::Reject(reason.clone()))?;
        }
    }
    let is_all = |named: &&String| named.as_str() == "all";
    for named in accept.iter().filter(|named| !is_all(named)) {
        for one in meant(review, named)? {
            add(&mut answers, one, Answer::Accept)?;
        }
    }
    if accept.iter().any(|named| is_all(&named)) {
        for one in meant(review, "all")? {
            answers.0.entry(one.key()).or_insert(Answer::Accept);
        }
    }
    Ok(answers)
}

fn add(answers: &mut Answers, one: &Waiting, answer: Answer) -> Result<()> {
    match answers.0.insert(one.key(), answer.clone()) {
        Some(other) if other != answer => {
            Err(Usage(format!("{} ({}) is to be decided in two ways", id(one), one.learning.title)).into())
        }
        _ => Ok(()),
    }
}

/// The learning that a name means, or everything.
fn meant<'a>(review: &'a Review<'_>, named: &str) -> Result<Vec<&'a Waiting>> {
    let root = &review.settings.memory.root;
    let is_meant = |one: &&Waiting| {
        let begins = |name: &str| named.len() >= FEWEST && name.starts_with(named);
        let note = one.note.as_str();
        let is_commit = begins(&one.commit.to_string()) || one.learning.commit.as_deref().is_some_and(begins);
        let is_note = named == note || named == one.name() || named == outside(root, note);
        named == "all" || is_commit || is_note || begins(&one.learning.pattern)
    };
    let meant: Vec<&Waiting> = review.waiting.iter().filter(is_meant).collect();
    match meant.as_slice() {
        [] if review.waiting.is_empty() => Err(Usage("nothing waits for review".to_owned()).into()),
        [] => {
            let waiting: Vec<String> =
                review.waiting.iter().map(|one| format!("\n  {} {}", id(one), one.note)).collect();
            Err(Usage(format!(
                "no learning that waits is called {named:?}: name its commit, its note or its pattern; these \
                 wait:{}",
                waiting.concat()
            ))
            .into())
        }
        [_, _, ..] if named != "all" => {
            let fitting: Vec<String> =
                meant.iter().map(|one| format!("{} ({})", id(one), one.note)).collect();
            Err(Usage(format!(
                "{named:?} fits several learnings: name the commit of one: {}",
                fitting.join(", ")
            ))
            .into())
        }
        _ => Ok(meant),
    }
}
