//! What a tool printed may be quoted as evidence of a failure; where it tries to steer who reads it, it is not quoted
//! at all.

use super::{grammar, hidden, spoken};
use crate::digest::addressed::addresses_an_agent;

/// Whether a text that a tool printed carries instructions to whoever reads it: it talks to agents, or it says or
/// hides anything that the gate would refuse.
pub fn is_instruction_like(text: &str) -> bool {
    let covert = hidden::inspect(text).iter().any(|finding| {
        !finding.what.starts_with("a terminal escape") && !finding.what.starts_with("a control")
    });
    addresses_an_agent(text) || covert || !spoken(&grammar::blocks(text)).is_empty()
}
