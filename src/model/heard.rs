//! What came of asking once, before anybody has looked at it.

use super::answer;
use super::failure::telling;
use super::{Answer, Failure, Reply, Tokens};
use serde_json::Value;

/// What came of asking once.
#[derive(Debug, PartialEq)]
pub(super) struct Heard {
    /// What was said, or why nothing was.
    pub(super) said: Result<Said, Failure>,
    /// What it took, answer or not.
    pub(super) took: Took,
}

/// An answer as it came: foreign text.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    /// The text.
    pub(super) text: String,
    /// The model that answered, as the service names it.
    pub(super) model: String,
}

/// What a call took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Took {
    /// Nothing: the service did no work.
    Nothing,
    /// So much, as the service counted it.
    Counted(Tokens),
    /// Nobody knows: the request was sent and no answer came back. It counts as the most that it can have taken.
    Unknown,
}

impl Heard {
    /// Nothing was said, and nothing taken.
    pub(super) fn nothing(failure: Failure) -> Heard {
        Heard { said: Err(failure), took: Took::Nothing }
    }

    /// Nothing was heard, and nobody knows what it took.
    pub(super) fn lost(failure: Failure) -> Heard {
        Heard { said: Err(failure), took: Took::Unknown }
    }

    /// The answer: the object of this schema in what was said, redacted. `asked` is the model that was asked, for where
    /// the service does not say which answered.
    pub(super) fn answer(self, schema: &Value, asked: &str) -> Answer {
        let tokens = match self.took {
            Took::Counted(tokens) => tokens,
            Took::Nothing | Took::Unknown => Tokens::default(),
        };
        let said = self.said?;
        let object = answer::find(&said.text, schema)
            .ok_or_else(|| Failure::Malformed(format!("no such JSON object in: {}", telling(&said.text))))?;
        let named = telling(&said.model);
        let model = if named.is_empty() { asked.to_owned() } else { named };
        Ok(Reply { text: answer::cleaned(object), model, tokens })
    }

    /// Whether asking again may find what got lost on the way.
    pub(super) fn is_lost(&self) -> bool {
        self.took == Took::Unknown && matches!(self.said, Err(Failure::Broken(_)))
    }
}
