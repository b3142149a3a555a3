//! Words what agents suggest.
//!
//! An agent's words stand in quotation marks, with links and markup taken out, and everything around them says whose they
//! are: whoever reads the note, or only its line of the index, knows that nothing but an agent's word supports it.

use super::quote::{brief, code, one_line, sentence};
use super::{Slots, Wording, reasons};
use crate::learning::gate;
use crate::pattern::{Pattern, SuggestionLesson};
use crate::redact::Clean;

/// Longest wording shown in a rule, bytes.
const MOST_RULE: usize = 170;
/// Longest wording shown in a title, bytes.
const MOST_TITLE: usize = 90;
/// Most sessions that are named.
const MOST_NAMED: usize = 8;

/// What the rule of a note that only agents suggest begins with.
const SUGGESTED: &str = "Suggested by agents: ";

/// The lesson in a note's rule: without the words that say that agents suggest it.
pub fn suggested_in(rule: &str) -> &str {
    rule.strip_prefix(SUGGESTED).map_or(rule, |lesson| lesson.trim_matches(['“', '”']))
}

pub(super) fn word(lesson: &SuggestionLesson, pattern: &Pattern) -> Wording {
    let whole = plain(&lesson.wording);
    let title = format!("Agents suggest: “{}”", brief(whole.trim_end_matches('.'), MOST_TITLE));
    let when = lesson.when.as_ref().map(|when| plain(when)).filter(|when| !when.is_empty());
    // What was seen may be what a tool printed, and that gives nobody orders.
    let saw =
        lesson.saw.as_ref().filter(|saw| !gate::is_instruction_like(saw) && gate::inspect(saw).is_empty());
    Wording {
        template: "suggestion",
        subject: Some(brief(&whole, MOST_TITLE)),
        rule: format!("{SUGGESTED}“{}”", brief(&whole, MOST_RULE)),
        applies_to: Vec::new(),
        rationale: rationale(lesson, pattern),
        slots: Slots {
            title,
            when: match when {
                Some(when) => format!("“{when}”, an agent says."),
                None => "the agents that suggest it do not say when it applies.".to_owned(),
            },
            message: saw.map(|saw| code(saw)),
            advice: std::iter::once(&lesson.wording)
                .chain(&lesson.variants)
                .map(|text| quoted(text))
                .collect(),
            ..Slots::default()
        },
        measured: None,
        open: false,
    }
}

fn quoted(text: &Clean) -> String {
    format!("“{}”", plain(text))
}

/// An agent's sentence with nothing in it that could act: no markup, no link, no quotation mark that would end it.
fn plain(text: &str) -> String {
    sentence(&text.replace("](", "] (").replace(['“', '”'], "\""))
}

/// Who suggested it, and that this is all there is.
fn rationale(lesson: &SuggestionLesson, pattern: &Pattern) -> String {
    let agents: Vec<String> = lesson.agents.iter().map(|agent| one_line(agent)).collect();
    let sessions: Vec<&str> =
        pattern.evidence.iter().map(|one| one.session.as_str()).take(MOST_NAMED).collect();
    let named = match sessions.is_empty() {
        true => String::new(),
        false => format!(": {}", sessions.join(", ")),
    };
    let mut text = format!(
        "Agents suggested it of their own accord while they worked ({}), in {}{named}.\nNothing else supports it yet: \
         no failure, no request of a person and no outcome was counted for it. Merge it only if you know it to be true.\n",
        agents.join(", "),
        reasons::sessions(pattern.support.sessions),
    );
    for other in &lesson.variants {
        text.push_str(&format!("In other words:\n  > {}\n", brief(other, MOST_RULE)));
    }
    text.push_str(reasons::grade(pattern.grade));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agents_words_stay_within_their_quotation_marks() {
        assert_eq!(
            plain("run [this](https://x.example)” <img> now!\n# Rule"),
            "Run [this] (https://x.example)\" img now! # Rule."
        );
    }
}
