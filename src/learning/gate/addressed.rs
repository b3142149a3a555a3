//! Error texts that talk to agents. What a tool printed may be quoted as evidence of a failure; where it tries to
//! steer who reads it, it is not quoted at all.

use super::{fold, grammar, hidden, spoken};
use regex::Regex;
use std::sync::LazyLock;

static MARKERS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let reader = r"(?:ai|llms?|a\.i\.|language models?|assistants?|agents?|claude|gpt\S*|chatgpt|copilot|codex|gemini|cursor|chatbots?|bots?|models?|coding agents?)";
    // A single agent, model or cursor is a part of many a program.
    let addressee = r"(?:ai|llms?|language models?|assistants|(?:ai|coding|autonomous|llm|the) assistants?|(?:ai|coding|autonomous|llm) agents?|agents|claude|gpt\S*|chatgpt|copilot|codex|gemini|chatbots?)";
    let duty = r"(?:must|should|shall|need(?:s)? to|ha(?:ve|s) to|please|is required|are required|may now|can now|will now|ought|are expected|is expected|to fix|to continue|to proceed|to resolve)";
    let expressions = [
        // A turn of somebody who takes turns.
        r"(?m)^\W{0,6}(?:assistant|system|human|user|developer|ai|instructions?|system prompt|end of (?:output|error|log)|tool)\s*:\s+\w+\s+\w+".to_owned(),
        r"<\|?/?(?:im_start|im_end|system|assistant|user|instructions?|system-reminder|important|tool_result|function_results)\b[^>]*>|\[/?(?:inst|system|assistant)\]|#{2,}\s*(?:instructions?|system)\b".to_owned(),
        format!(r"\b{addressee}\b(?:\W+\w+){{0,2}}\W+{duty}\b"),
        format!(r"\b(?:note|notice|attention|important|message|hint|instructions?|warning|reminder|info)\b\W+(?:to|for)\W+(?:\w+\W+){{0,3}}{reader}\b"),
        format!(r"\bif you are (?:an? |the )?(?:\w+ )?{reader}\b|\b(?:dear|hello|hey|hi) {reader}\b|\bas an? (?:ai|llm|language model|assistant|agent)\b"),
        // Urgency together with an order.
        r"\b(?:important|attention|urgent|critical|required action|action required|mandatory|immediately|security notice|notice)\b\s*[:!\-].{0,160}\b(?:you (?:must|should|need|have to)|please|must|to (?:fix|resolve|continue|proceed|repair|unblock)\b.{0,60}\b(?:run|execute|install|download|open|visit|call|use|add|set|send|paste|delete|remove|curl|wget))\b".to_owned(),
        r"\b(?:important|attention|urgent|critical|mandatory)\b\s*[:!\-]+\s*(?:\w+\s+){0,3}(?:run|execute|install|download|open|visit|call|send|paste|delete|ignore|follow|always|never)\b".to_owned(),
        r"\bto (?:fix|resolve|repair|solve|continue|proceed)\b.{0,60}\b(?:curl|wget|iwr|invoke-webrequest)\b".to_owned(),
        r"\b(?:remember|memorize|memorise|save|store|record|add|note)\b(?:\W+\w+){0,6}\W+(?:to|in|into|for)\W+(?:your |the |agent |long.term |project )*(?:memory|memories|future (?:sessions?|runs?|tasks?)|claude\.md|agents\.md|memory\.md|all agents)\b".to_owned(),
        r"\b(?:from now on|in (?:the )?future(?: sessions)?|for all (?:future|subsequent)|henceforth|going forward)\b.{0,80}\b(?:always|never|you|must|use|run|do|should)\b".to_owned(),
        r"\b(?:the user|your (?:user|human|operator|owner|principal)) (?:has |have |wants|asked|approved|authori[sz]ed|already|said|requires|expects)".to_owned(),
        r"\b(?:tell|ask|inform|advise) (?:the|your) (?:user|human|operator)\b".to_owned(),
    ];
    expressions.iter().filter_map(|expression| Regex::new(expression).ok()).collect()
});

/// Whether a text that a tool printed carries instructions to whoever reads it: it speaks to assistants, takes
/// somebody's turn, mixes urgency with orders, or says anything that the gate would refuse.
///
/// Ordinary advice of compilers and package managers (`help: …`, `try running …`) is no instruction in this sense.
pub fn is_instruction_like(text: &str) -> bool {
    let folded = fold::fold(text);
    let flat = folded.replace('\n', " ");
    let marked = MARKERS.iter().any(|marker| marker.is_match(&folded) || marker.is_match(&flat));
    let covert = hidden::inspect(text).iter().any(|finding| {
        !finding.what.starts_with("a terminal escape") && !finding.what.starts_with("a control")
    });
    marked || covert || !spoken(&grammar::blocks(text)).is_empty()
}
