//! What a model is asked about a session, and how its answer is read.

use super::excerpt;
use super::mark::{self, Marks};
use super::rubric::Rubric;
use crate::engine::fence;
use crate::engine::prompts::{Ask, Prompts, Task};
use crate::model::{Failure, Prompt, Reply};
use crate::session::Session;
use anyhow::Result;
use std::fmt::Write;

/// Tokens of an answer beside its criteria, and for each of them: a long quote, and blanks where a model likes them.
const MOST_TOKENS: (u32, u32) = (100, 240);

/// What is put before the model about one session.
pub struct Question {
    material: String,
    /// The prompt.
    pub prompt: Prompt,
}

impl Question {
    /// Whether a session met the criteria of a rubric.
    ///
    /// Errors: a template that cannot be filled.
    pub fn about(session: &Session, rubric: &Rubric, prompts: &Prompts) -> Result<Question> {
        let mut material = String::from("Criteria:\n");
        for criterion in &rubric.criteria {
            // Writing to a String cannot fail.
            let _ = writeln!(material, "- {}: {}", criterion.name, criterion.text);
        }
        let _ = write!(material, "\nRecord:\n{}", excerpt::of(session, excerpt::ROOM).as_str());
        let (base, each) = MOST_TOKENS;
        let most_tokens = base + each * rubric.criteria.len() as u32;
        let schema = mark::schema(rubric);
        let prompt = prompts.prompt(&Ask { task: Task::Grade, material: &material, schema, most_tokens })?;
        Ok(Question { material, prompt })
    }

    /// The marks in an answer.
    ///
    /// Errors: it is none, or does what the session says and not what was asked.
    pub fn read(&self, reply: &Reply) -> Result<Marks, Failure> {
        if fence::sings(&reply.text, &self.material) {
            return Err(Failure::Malformed("it obeys a text that it was to read".to_owned()));
        }
        reply.parse()
    }
}
