//! What a model is shown of a session: a few lines of its digest.
//!
//! Owns the choice of lines and of sessions, few and short, and the line between what an agent did, which may be quoted
//! for what to do, and what a tool printed, which may not. Refuses to look into transcripts: a digest is all there is.

use crate::digest::Digest;
use crate::digest::failure::{Failure, mask};
use crate::learning::author::quote;
use crate::pattern::{ContrastLesson, ErrorLesson, Mined, Pattern};
use crate::redact::Clean;
use crate::session::{Args, SessionId};
use std::collections::BTreeSet;

/// Most excerpts in one question.
const MOST: usize = 6;

/// Longest line, bytes.
const LONGEST_LINE: usize = 160;

/// Most lines of what was done after a failure, and in a run.
const MOST_LINES: usize = 5;

/// A few lines of one session.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Excerpt {
    /// What the answer calls it.
    pub(super) id: String,
    /// The session.
    pub(super) session: SessionId,
    /// Its lines.
    lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq)]
struct Line {
    /// What it shows.
    label: &'static str,
    /// Verbatim and cut.
    text: Clean,
    /// Where it stands.
    event: u32,
    /// Whether it shows what an agent did and may be learnt from.
    quotable: bool,
}

impl Excerpt {
    /// The event of a line that says these words and may be quoted.
    pub(super) fn says(&self, words: &str) -> Option<u32> {
        let mut lines = self.lines.iter().filter(|line| line.quotable);
        lines.find(|line| quote::one_line(&line.text).contains(words)).map(|line| line.event)
    }

    fn written(&self) -> String {
        let mut text = format!("[{}]\n", self.id);
        for Line { label, text: said, .. } in &self.lines {
            text.push_str(&format!("{label}: {}\n", quote::one_line(said)));
        }
        text
    }
}

/// The excerpts as they are shown.
pub(super) fn written(excerpts: &[Excerpt]) -> String {
    excerpts.iter().map(Excerpt::written).collect::<Vec<_>>().join("\n")
}

/// Everything that the agent of a session did, as far as its digest keeps it: event and words.
pub(super) fn done(digest: &Digest) -> Vec<(u32, Clean)> {
    let mut done: Vec<(u32, Clean)> = Vec::new();
    for failure in &digest.failures {
        done.push((failure.event, call(&failure.args)));
        let values = failure.attempts.iter().flat_map(|change| &change.to);
        done.extend(values.map(|value| (failure.event, value.clone())));
        if let Some(fix) = &failure.fix {
            done.push((fix.event, fix.call.clone()));
            done.extend(fix.calls.iter().map(|call| (fix.event, call.clone())));
            let changed = fix.changes.iter().flat_map(|change| [Some(&change.path), change.to.as_ref()]);
            done.extend(changed.flatten().map(|text| (fix.event, text.clone())));
        }
    }
    done.extend(digest.writes.iter().chain(&digest.checks).map(|write| (write.event, call(&write.args))));
    done
}

/// The names of what was done.
pub(super) fn steps(digest: &Digest) -> impl Iterator<Item = &str> {
    let finer = digest.forms.iter().flat_map(|form| form.details());
    digest.steps.iter().map(|step| step.0.as_str()).chain(finer)
}

/// The arguments of a call as one text: a shell's command line, else each with its name.
fn call(args: &Args) -> Clean {
    match args.0.as_slice() {
        [only] if only.path.as_str() == "command" => only.value.clone(),
        several => {
            let mut parts: Vec<&Clean> = Vec::new();
            for arg in several {
                parts.extend([&arg.path, &arg.value]);
            }
            Clean::join(&parts, " ")
        }
    }
}

/// Sessions that failed so, and what their agents did then; those first that show most.
pub(super) fn of_error(pattern: &Pattern, lesson: &ErrorLesson, mined: &Mined) -> Vec<Excerpt> {
    let mut shown: Vec<(usize, SessionId, Vec<Line>, &str)> = Vec::new();
    for &session in &pattern.support.seen_in {
        let Some(digest) = mined.digests.get(session) else { continue };
        let Some(failure) = failure_of(lesson, digest) else { continue };
        let after = after(failure, digest);
        if after.is_empty() {
            continue;
        }
        let mut lines = vec![
            line("called", &call(&failure.args), failure.event, false),
            line("failed with", &failure.message, failure.event, false),
        ];
        lines.extend(after);
        shown.push((lines.len(), digest.session.clone(), lines, &digest.root));
    }
    shown.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut roots = BTreeSet::new();
    shown.retain(|(_, _, _, root)| roots.insert(*root));
    numbered(shown.into_iter().map(|(_, session, lines, _)| (session, lines)))
}

/// The failure of a session that a lesson is about: the one whose message shares most words with the template.
fn failure_of<'a>(lesson: &ErrorLesson, digest: &'a Digest) -> Option<&'a Failure> {
    let words: BTreeSet<&str> = lesson.template.split_whitespace().collect();
    let shared = |failure: &&Failure| {
        mask::masked(&failure.message).split_whitespace().filter(|word| words.contains(word)).count()
    };
    let of_step = digest
        .failures
        .iter()
        .filter(|failure| failure.step == lesson.step || failure.step.program() == lesson.step.program());
    of_step.rev().max_by_key(shared).filter(|failure| shared(failure) * 2 >= words.len().min(4))
}

/// What was done after a failure.
fn after(failure: &Failure, digest: &Digest) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    if let Some(fix) = &failure.fix {
        let label = if fix.guessed { "did next" } else { "then worked" };
        lines.extend(fix.calls.iter().map(|call| line("did first", call, fix.event, true)));
        lines.push(line(label, &fix.call, fix.event, true));
    }
    let later =
        digest.writes.iter().chain(&digest.checks).filter(|write| write.ok && write.event > failure.event);
    let mut later: Vec<Line> =
        later.map(|write| line("did later", &call(&write.args), write.event, true)).collect();
    later.sort_by_key(|line| line.event);
    later.retain(|line| !line.text.is_empty() && !lines.iter().any(|known| known.text == line.text));
    lines.extend(later);
    lines.truncate(MOST_LINES);
    lines
}

/// Runs of the jobs in which failing runs differ so: what those that ended well did, then what failing ones did.
pub(super) fn of_contrast(pattern: &Pattern, lesson: &ContrastLesson, mined: &Mined) -> Vec<Excerpt> {
    let jobs: BTreeSet<usize> =
        pattern.support.seen_in.iter().map(|&session| mined.jobs.of(session)).collect();
    let about = lesson.habit.step().program();
    let mut shown: [Vec<(SessionId, Vec<Line>)>; 2] = [Vec::new(), Vec::new()];
    let mut roots = BTreeSet::new();
    for session in jobs.iter().flat_map(|&job| mined.jobs.sessions(job)) {
        let Some(digest) = mined.digests.get(*session) else { continue };
        let Some(ended_well) = digest.outcome.map(|outcome| outcome.succeeded()) else { continue };
        let label = if ended_well { "ended well, did" } else { "failed, did" };
        let mut done: Vec<_> = digest.writes.iter().chain(&digest.checks).filter(|write| write.ok).collect();
        // What the claim is about comes first.
        done.sort_by_key(|write| (write.step.program() != about, write.event));
        let lines = done.iter().take(MOST_LINES);
        let mut lines: Vec<Line> =
            lines.map(|write| line(label, &call(&write.args), write.event, ended_well)).collect();
        lines.retain(|line| !line.text.is_empty());
        lines.sort_by_key(|line| line.event);
        let kept = &mut shown[usize::from(!ended_well)];
        if !lines.is_empty() && kept.len() < MOST - 2 && roots.insert(&digest.root) {
            kept.push((digest.session.clone(), lines));
        }
    }
    let [well, failing] = shown;
    numbered(well.into_iter().chain(failing.into_iter().take(2)))
}

fn line(label: &'static str, text: &Clean, event: u32, quotable: bool) -> Line {
    Line { label, text: text.cut(LONGEST_LINE), event, quotable }
}

fn numbered(shown: impl Iterator<Item = (SessionId, Vec<Line>)>) -> Vec<Excerpt> {
    let number = |(at, (session, lines)): (usize, (SessionId, Vec<Line>))| Excerpt {
        id: format!("e{}", at + 1),
        session,
        lines,
    };
    shown.take(MOST).enumerate().map(number).collect()
}
