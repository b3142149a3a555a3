//! What is known of a quoted session, in words: who worked, and what was done around the quote.
//!
//! Somebody else's text in it is brought on one line, without what cannot be seen, and cut.

use super::evidence::{Around, Deed, Known};
use crate::learning::author::quote::{brief, one_line};
use std::fmt::Write;

/// Longest text of somebody else's that is shown whole, bytes.
const MOST_TEXT: usize = 160;

fn short(text: &str) -> String {
    brief(text, MOST_TEXT)
}

/// Who worked where on what, and how it ended.
pub fn session(known: &Known) -> String {
    let mut text = one_line(&known.agent);
    for (word, part) in [("with", &known.model), ("in", &known.project), ("for", &known.contributor)] {
        if let Some(part) = part {
            let _ = write!(text, " {word} {}", one_line(part));
        }
    }
    if !known.ask.trim().is_empty() {
        let _ = write!(text, ", asked “{}”", brief(&known.ask, MOST_TEXT / 2));
    }
    match known.outcome {
        Some((true, _)) => text.push_str(", succeeded"),
        Some((false, _)) => text.push_str(", failed"),
        None => {}
    }
    text
}

/// What happened, in a sentence; `None` where the quote says it all.
pub fn told(around: &Around) -> Option<String> {
    let deed = match &around.deed {
        Deed::Failed { call, message, times, fix, given_up } => {
            let again = if *times > 1 { format!(" {times} times") } else { String::new() };
            let said = if around.is_quoted { String::new() } else { format!(": {}", short(message)) };
            let end = match (fix, given_up) {
                (Some((later, call)), _) => {
                    format!(
                        "; {} later this worked: {}",
                        if *later == 1 { "1 event".to_owned() } else { format!("{later} events") },
                        short(call)
                    )
                }
                (None, true) => "; the agent gave it up".to_owned(),
                (None, false) => String::new(),
            };
            format!("failed{again}: {}{said}{end}", short(call))
        }
        Deed::Said { .. } if around.is_quoted => return None,
        Deed::Suggested { saw, .. } if around.is_quoted && saw.is_empty() => return None,
        Deed::Suggested { saw, .. } if around.is_quoted => {
            format!("the agent says that it saw: {}", short(saw))
        }
        Deed::Suggested { text, .. } => format!("the agent suggested: “{}”", short(text)),
        Deed::Said { text, is_correction: true } => format!("a person corrected: “{}”", short(text)),
        Deed::Said { text, is_correction: false } => format!("a person said: “{}”", short(text)),
        Deed::Did { call, worked } => format!("{}: {}", if *worked { "did" } else { "failed" }, short(call)),
    };
    Some(if around.is_quoted { deed } else { format!("#{} {deed}", around.event) })
}
