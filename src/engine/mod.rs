//! What a language model may settle, and what of its answers holds.
//!
//! The builtin engine finds and counts; where a memory repository names a model, it is asked about what the counting left
//! open: mistakes nobody's fix explains, wishes in free words, how a note is worded. Owns the questions (templates under
//! `templates/prompts/`), the fences that keep transcript text data, and the checks: a quote that is not verbatim in its
//! session, a number or a name that nothing bears out, too few independent sessions, or a text that the gate refuses is
//! dropped, counted and listed. Refuses to write anything: what is left is patterns and words for [`crate::learning`].

pub(crate) mod fence;
mod ground;
pub mod prompts;

mod excerpt;
mod explain;
mod merge;
mod phrase;

/// What of an answer is taken.
#[derive(Clone, Debug, PartialEq)]
enum Taken<T> {
    /// What holds.
    Kept(T),
    /// It claims nothing, which is a good answer.
    Nothing,
    /// It claims something that does not hold; why.
    Refused(String),
}
