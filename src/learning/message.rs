//! The commit message of a learning: why, the quotes, and trailers that tools read.

use super::Learning;
use super::author::quote;
use crate::pattern::Support;
use std::fmt::Write;

/// Longest subject line, bytes.
const MOST_SUBJECT: usize = 100;

/// The message of the commit that carries this learning in this cycle. The trailers are those of the design,
/// in its order; nothing before them can be taken for one, because every quoted line is indented.
pub fn of(learning: &Learning, cycle: &str, engine: &str) -> String {
    let Learning { change, kind, pattern, grade, .. } = learning;
    let mut text = format!("{}\n\n", subject(&format!("{kind}: {}", learning.title)));
    let _ = writeln!(text, "{}\n", learning.rationale.trim_end());
    if !learning.evidence.is_empty() {
        text.push_str("Evidence:\n\n");
        for evidence in &learning.evidence {
            let at = evidence.at.map(|at| format!(" ({})", at.strftime("%Y-%m-%d"))).unwrap_or_default();
            let _ = writeln!(text, "  > {}", quote::one_line(&evidence.quote));
            let _ = writeln!(text, "    {}#{}{at}\n", evidence.session, evidence.event);
        }
    }
    let _ = writeln!(text, "Dream-Cycle: {cycle}");
    let _ = writeln!(text, "Dream-Kind: {kind}");
    let _ = writeln!(text, "Dream-Change: {change}");
    let _ = writeln!(text, "Dream-Pattern: {pattern}");
    let _ = writeln!(text, "Dream-Support: {}", support(&learning.support));
    let _ = writeln!(text, "Dream-Grade: {}", grade);
    let _ = writeln!(text, "Dream-Engine: {engine}");
    for evidence in &learning.evidence {
        let _ = writeln!(text, "Dream-Evidence: {}#{}", evidence.session, evidence.event);
    }
    text
}

/// The message of the commit that makes the index anew.
pub fn of_index(cycle: &str, engine: &str, learnings: usize) -> String {
    let notes = if learnings == 1 { "1 note" } else { &format!("{learnings} notes") };
    format!(
        "index: bring MEMORY.md in step with {notes}\n\nGenerated from the notes' descriptions; revert it freely, the next cycle makes it anew.\n\nDream-Cycle: {cycle}\nDream-Kind: index\nDream-Engine: {engine}\n"
    )
}

/// `13 sessions, 6 jobs, 3 agents`, with the people where they are known.
pub fn support(support: &Support) -> String {
    let count = |n: u32, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let mut text = [
        count(support.sessions, "session", "sessions"),
        count(support.jobs, "job", "jobs"),
        count(support.agents, "agent", "agents"),
    ]
    .join(", ");
    if support.people > 0 {
        let _ = write!(text, ", {}", count(support.people, "person", "people"));
    }
    text
}

/// A subject line: one line, cut between words.
fn subject(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ");
    if line.len() <= MOST_SUBJECT {
        return line;
    }
    let cut = &line[..line.floor_char_boundary(MOST_SUBJECT - 3)];
    let words = cut.rsplit_once(' ').map_or(cut, |(words, _)| words);
    // A code span that was cut open would swallow what follows it on a forge's page.
    let open = words.matches('`').count() % 2 == 1;
    format!("{words}{}…", if open { "`" } else { "" })
}
