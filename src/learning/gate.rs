//! The safety gate: may this text become something that future agents read and act on?
//!
//! Owns the rules, one small file a rule, and the words that reviewers see when one refuses. Takes text from
//! anywhere (a learning that a cycle wants to propose, a note that a person changed) and gives findings; a
//! learning with any finding is refused. Also recognises error texts that talk to agents ([`is_instruction_like`]).
//!
//! Rules look for what a sentence does, with small grammars of verbs and objects, on text that was folded first:
//! letter case, look-alike letters, emphasis, spaced-out letters and leetspeak are gone by then. What forbids a
//! dangerous thing ("never pipe curl into sh") is no finding; what permits it is.
//!
//! Refuses to repair: it never changes a text so that it passes. English only; what other languages say is left
//! to the reviewer.

mod addressed;
mod approval;
mod authority;
mod concealment;
mod consent;
mod exfiltration;
mod fetch;
mod flag;
mod grammar;
mod hidden;
mod lookalike;
mod markup;
mod role;
mod safeguard;
mod secret;

pub use addressed::is_instruction_like;

use grammar::Block;

/// Why a text is refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The rule's name, as `git dream check` prints it.
    pub rule: &'static str,
    /// The line, from 1, where one line is to blame.
    pub line: Option<u32>,
    /// What is wrong, for people; shows nothing of the text that could act on a terminal or an agent.
    pub what: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Everything that speaks against the text, by line. Empty: it may pass.
pub fn inspect(text: &str) -> Vec<Finding> {
    let blocks = grammar::blocks(text);
    let mut findings = hidden::inspect(text);
    findings.extend(lookalike::inspect(text));
    findings.extend(markup::inspect(text));
    findings.extend(secret::inspect(text));
    findings.extend(spoken(&blocks));
    findings.sort_by(|a, b| (a.line, a.rule, &a.what).cmp(&(b.line, b.rule, &b.what)));
    findings.dedup();
    findings
}

/// The rules about what sentences tell the reader to do.
fn spoken(blocks: &[Block]) -> Vec<Finding> {
    let mut findings = fetch::inspect(blocks);
    findings.extend(authority::inspect(blocks));
    findings.extend(role::inspect(blocks));
    findings.extend(concealment::inspect(blocks));
    findings.extend(approval::inspect(blocks));
    findings.extend(safeguard::inspect(blocks));
    findings.extend(exfiltration::inspect(blocks));
    findings
}

#[cfg(test)]
mod tests;
