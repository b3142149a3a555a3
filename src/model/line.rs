//! The line to a service: whichever wire format it speaks, a prompt in and what was heard out.

use super::Prompt;
use super::access::Access;
use super::anthropic::Messages;
use super::heard::Heard;
use super::openai::Chat;
use super::program::Program;
use super::service::Wire;
use crate::unusable::Unusable;
use crate::web::retry::Patience;

/// The line to a service.
pub(super) enum Line {
    OpenAi(Chat),
    Anthropic(Messages),
    Program(Program),
}

impl Line {
    /// Opens a line; nothing is sent yet, but a key may be fetched from the program that prints it.
    ///
    /// Errors: no key, or certificates that are none.
    pub(super) fn open(access: &Access, model: &str, patience: Patience) -> Result<Line, Unusable> {
        match access.service.wire {
            Wire::OpenAi => Chat::new(access, model, patience).map(Line::OpenAi),
            Wire::Anthropic => Messages::new(access, model, patience).map(Line::Anthropic),
            Wire::Program => Ok(Line::Program(Program::new(&access.program, model, patience.deadline))),
        }
    }

    /// Asks once. `of` tells the prompt from others.
    pub(super) async fn ask(&self, prompt: &Prompt, of: &str) -> Heard {
        match self {
            Line::OpenAi(chat) => chat.ask(prompt, of).await,
            Line::Anthropic(messages) => messages.ask(prompt, of).await,
            Line::Program(program) => program.ask(prompt).await,
        }
    }
}
