//! How a session went, by a rubric that people wrote and a model that reads.
//!
//! Most transcripts say nothing of how their session ended, and without outcomes nothing can be called a cause. A
//! [`rubric`] names what matters; a model says of every criterion whether a session met it and quotes where that shows;
//! what it cannot quote does not count. Owns rubrics, which sessions are graded ([`candidates`]), the [`excerpt`] of one
//! that is put before the model, and the arithmetic from [`mark`]s to an outcome. Refuses to overrule what a transcript
//! states or its tests show, and to write: outcomes go into the ledger as any that became known later
//! ([`LateOutcome`]), and the next cycle reads them.

pub mod candidates;
pub mod excerpt;
pub mod mark;
mod question;
pub mod rubric;

pub use mark::{Graded, Mark};
pub use question::Question;
pub use rubric::Rubric;

use crate::digest::OutcomeSource;
use crate::engine::prompts::Prompts;
use crate::ledger::LateOutcome;
use crate::model::{Answers, Prompt};
use crate::session::{Session, SessionId};
use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;

/// What came of grading.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Grades {
    /// One a session that was answered about, in the order in which they were given.
    pub graded: Vec<OfSession>,
    /// Sessions without an answer that can be used, and why.
    pub failed: Vec<(SessionId, String)>,
}

/// How one session went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfSession {
    /// The session.
    pub session: SessionId,
    /// What it was asked for, shortened.
    pub ask: String,
    /// Its marks and what follows from them.
    #[serde(flatten)]
    pub graded: Graded,
}

/// Grades sessions. Errors: a template that cannot be filled; a failure after which nothing else is asked
/// ([`crate::model::Failure::is_final`]).
pub fn grade(
    sessions: &[Session],
    rubric: &Rubric,
    prompts: &Prompts,
    answers: &dyn Answers,
) -> Result<Grades> {
    let questions = sessions.iter().map(|session| Question::about(session, rubric, prompts));
    let questions: Vec<Question> = questions.collect::<Result<_>>()?;
    let asked: Vec<Prompt> = questions.iter().map(|question| question.prompt.clone()).collect();
    let mut grades = Grades::default();
    for ((session, question), answer) in sessions.iter().zip(&questions).zip(answers.ask(&asked)) {
        match answer.and_then(|reply| question.read(&reply)) {
            Ok(marks) => grades.graded.push(OfSession {
                session: session.id.clone(),
                ask: candidates::ask(session),
                graded: mark::take(marks, rubric, session),
            }),
            Err(failure) if failure.is_final() => return Err(failure.into()),
            Err(failure) => grades.failed.push((session.id.clone(), failure.to_string())),
        }
    }
    Ok(grades)
}

impl Grades {
    /// What the ledger is to keep. `after`: see [`LateOutcome::after`].
    pub fn outcomes(&self, rubric: &Rubric, now: Timestamp, after: usize) -> Vec<LateOutcome> {
        let outcome = |of: &OfSession| {
            Some(LateOutcome {
                session: of.session.clone(),
                outcome: of.graded.outcome?,
                by: OutcomeSource::Graded,
                rubric: Some(rubric.reference()),
                job: None,
                at: now,
                after,
            })
        };
        self.graded.iter().filter_map(outcome).collect()
    }
}
