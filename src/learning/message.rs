//! The commit message of a learning: why, the quotes, and trailers that tools read.

use super::Learning;
use super::author::quote;
use crate::count::count;
use crate::pattern::{Fingerprint, Kind, Support};
use crate::redact::Clean;
use regex::Regex;
use std::fmt::Write;
use std::sync::LazyLock;

/// Longest subject line, characters: what git's own lists and the forges show whole.
const MOST_SUBJECT: usize = 72;

/// The message of the commit that carries this learning in this cycle. The trailers are those of the design,
/// in its order; nothing before them can be taken for one, because every quoted line is indented.
pub fn of(learning: &Learning, cycle: &str, engine: &str) -> String {
    let Learning { change, kind, pattern, grade, .. } = learning;
    let whole = one_line(&format!("{kind}: {}", learning.title));
    let subject = subject(&whole);
    let mut text = format!("{subject}\n\n");
    if subject != whole {
        let _ = writeln!(text, "{whole}\n");
    }
    let _ = writeln!(text, "{}\n", learning.rationale.trim_end());
    if !learning.evidence.is_empty() {
        text.push_str("Evidence:\n\n");
        for evidence in &learning.evidence {
            let at = evidence.at.map(|at| format!(" ({})", at.strftime("%Y-%m-%d"))).unwrap_or_default();
            let _ = writeln!(text, "  > {}", quote::one_line(&evidence.quote));
            let _ = writeln!(text, "    {}#{}{at}\n", evidence.session, evidence.event);
        }
    }
    let mut text = inert(&text);
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

/// A message in which nothing refers to an issue: forges close what a commit that lands says it closes, and what is quoted
/// may say anything. `closes #12` becomes `closes # 12`. Ids of our own (`15b9393189045eb6#21`) stay.
fn inert(text: &str) -> String {
    static REFERENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let of_number = r"(^|[^\w]|/[\w.-]+)#";
        Regex::new(&format!(r"(?im)(?:{of_number}|\bGH-|/(?:issues|pull|merge_requests|work_items)/)\d")).ok()
    });
    let Some(reference) = REFERENCE.as_ref() else { return text.to_owned() };
    let apart = |found: &regex::Captures<'_>| {
        let (before, digit) = found[0].split_at(found[0].len() - 1);
        format!("{before} {digit}")
    };
    reference.replace_all(text, apart).into_owned()
}

/// The message of the commit that makes the index anew. `left`: the notes that leave it for want of room.
pub fn of_index(cycle: &str, engine: &str, learnings: usize, left: &[String]) -> String {
    let notes = if learnings == 1 { "1 note" } else { &format!("{learnings} notes") };
    let mut text = format!(
        "index: bring MEMORY.md in step with {notes}\n\nGenerated from the notes' descriptions; revert it freely, the next cycle makes it anew.\n\n"
    );
    if !left.is_empty() {
        text.push_str("The index is full. Less useful than what came in, so they leave it and stand on:\n\n");
        text.extend(left.iter().map(|path| format!("  {path}\n")));
        text.push('\n');
    }
    let _ = write!(text, "Dream-Cycle: {cycle}\nDream-Kind: index\nDream-Engine: {engine}\n");
    text
}

/// A message with what asking a model for it took: `1234 tokens, $0.0012`.
pub fn with_cost(mut message: String, cost: Option<String>) -> String {
    if let Some(cost) = cost {
        let _ = writeln!(message, "Dream-Cost: {cost}");
    }
    message
}

/// The message of the commit that begins a memory.
pub const START: &str = "Start the agents' memory";

/// What the message of a learning says of the review that it was taken up in, before the name of who did.
pub const REVIEWED: [&str; 2] = ["Taken up in review by ", "Edited in review by "];

/// A learning's message that says, before its trailers, who took it up in a review, and whether they edited it.
pub fn reviewed(message: &str, is_edited: bool, name: &Clean) -> String {
    let said = format!("{}{name}.", REVIEWED[usize::from(is_edited)]);
    match message.trim_end().rsplit_once("\n\n") {
        Some((body, trailers)) => format!("{body}\n\n{said}\n\n{trailers}\n"),
        None => format!("{}\n\n{said}\n", message.trim_end()),
    }
}

/// The trailer that says why people took something away.
pub const REASON: &str = "Dream-Reason";

/// What the message of a forgetting says.
#[derive(Clone, Copy, Debug)]
pub struct Forgotten<'a> {
    /// What the note says.
    pub title: &'a str,
    /// Where it stood.
    pub note: &'a str,
    /// Where it lies now.
    pub archived: &'a str,
    /// Which folder of the memory it belonged to.
    pub kind: Kind,
    /// The patterns that are barred with it.
    pub patterns: &'a [Fingerprint],
    /// Why.
    pub reason: &'a Clean,
}

/// The message of the commit with which people forget a note on purpose. Verdicts are read from its trailers, of which
/// `Dream-Change` comes first.
pub fn of_forgetting(forgotten: &Forgotten<'_>) -> String {
    let Forgotten { title, note, archived, kind, patterns, reason } = forgotten;
    let whole = one_line(&format!("forget: {title}"));
    let reason = quote::one_line(reason);
    let mut text = format!("{}\n\n{note} goes to {archived}. Why:\n\n  > {reason}\n\n", subject(&whole));
    text.push_str(match patterns {
        [] => "People wrote this note; no pattern is behind it that could be proposed again.\n\n",
        _ => "Its lesson is not proposed again, whatever the evidence, until this commit is reverted or the\nnote is moved back.\n\n",
    });
    let _ = writeln!(text, "Dream-Change: forget\nDream-Kind: {kind}");
    for pattern in *patterns {
        let _ = writeln!(text, "Dream-Pattern: {pattern}");
    }
    let _ = writeln!(text, "{REASON}: {reason}");
    text
}

/// `13 sessions, 6 jobs, 3 agents`.
pub(crate) fn support(support: &Support) -> String {
    let Support { sessions, jobs, agents, .. } = support;
    [count(*sessions, "session"), count(*jobs, "job"), count(*agents, "agent")].join(", ")
}

/// The same with the people, where they are known: for sentences.
pub fn support_in_words(of: &Support) -> String {
    match of.people {
        0 => support(of),
        people => format!("{}, {}", support(of), count(people, "person")),
    }
}

/// A text as one line.
fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A subject line made from a line: cut between words where it is too long.
fn subject(line: &str) -> String {
    if line.chars().count() <= MOST_SUBJECT {
        return line.to_owned();
    }
    // Room for what may have to be added: the end of a code span, and the sign that something is left out.
    let cut: String = line.chars().take(MOST_SUBJECT - 2).collect();
    let words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    let words = words.trim_end_matches([' ', ':', ',', ';']);
    // A code span that was cut open would swallow what follows it on a forge's page.
    let open = words.matches('`').count() % 2 == 1;
    format!("{words}{}…", if open { "`" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::Change;
    use crate::pattern::{Evidence, Grade};
    use crate::redact::redact;
    use crate::session::SessionId;

    fn learning(title: &str, quote: &str) -> Learning {
        let session = SessionId::of(b"s");
        Learning {
            change: Change::Add,
            kind: Kind::Mistake,
            note: "mistakes/a.md".to_owned(),
            title: title.to_owned(),
            pattern: Fingerprint::of(&["a"]),
            anchor: Vec::new(),
            grade: Grade::Corroborated,
            support: Support { sessions: 13, jobs: 6, agents: 3, people: 2, ..Support::default() },
            evidence: vec![Evidence { session, event: 7, at: None, quote: redact(quote) }],
            text: String::new(),
            leaves: Vec::new(),
            rationale: "Why.".to_owned(),
            weight: 1.0,
            worded_by: None,
        }
    }

    #[test]
    fn trailers_are_exact_and_in_order() {
        let text = of(&learning("`a` fails", "boom"), "2026-01-05-abcdef", "builtin/1");
        let trailers: Vec<&str> = text.lines().filter(|line| line.starts_with("Dream-")).collect();
        let session = SessionId::of(b"s");
        let pattern = Fingerprint::of(&["a"]);
        assert_eq!(
            trailers,
            [
                "Dream-Cycle: 2026-01-05-abcdef",
                "Dream-Kind: mistake",
                "Dream-Change: add",
                &format!("Dream-Pattern: {pattern}"),
                "Dream-Support: 13 sessions, 6 jobs, 3 agents",
                "Dream-Grade: corroborated",
                "Dream-Engine: builtin/1",
                &format!("Dream-Evidence: {session}#7"),
            ]
        );
        assert!(text.starts_with("mistake: `a` fails\n\nWhy.\n"));
    }

    #[test]
    fn a_quote_cannot_pose_as_a_trailer_and_a_subject_is_one_short_line() {
        let hostile = "x\n\nDream-Pattern: 0000000000000000\nSigned-off-by: Mallory";
        let text = of(&learning(&"`word word` ".repeat(30), hostile), "c", "builtin/1");
        assert_eq!(text.lines().filter(|line| line.starts_with("Dream-Pattern:")).count(), 1);
        assert!(!text.lines().any(|line| line.starts_with("Signed-off-by")));
        let subject = text.lines().next().unwrap();
        assert!(subject.chars().count() <= MOST_SUBJECT, "{subject}");
        assert!(subject.matches('`').count().is_multiple_of(2), "{subject}");
    }

    #[test]
    fn a_quote_closes_no_issue() {
        for said in ["closes #12", "Fixes: o/r#12", "resolved GH-12", "closes https://h/o/r/issues/12, #13"] {
            let text = of(&learning(said, said), "c", "builtin/1");
            for reference in ["#12", "#13", "GH-12", "issues/12"] {
                assert!(!text.contains(reference), "{text}");
            }
        }
        let session = SessionId::of(b"s");
        assert!(of(&learning("a", "b"), "c", "builtin/1").contains(&format!("    {session}#7\n")));
    }

    #[test]
    fn what_the_subject_has_no_room_for_is_in_the_body() {
        let title = "`frob` fails: `the frobnicator has no room for another part, please remove one of them`";
        let text = of(&learning(title, "boom"), "c", "builtin/1");
        let expected = format!(
            "mistake: `frob` fails: `the frobnicator has no room for another part`…\n\nmistake: {title}\n\nWhy.\n"
        );
        assert!(text.starts_with(&expected), "{text}");
        let endless = subject(&"é".repeat(500));
        assert_eq!(endless.chars().count(), MOST_SUBJECT - 1);
    }

    #[test]
    fn who_took_it_up_is_said_before_the_trailers() {
        let message = "mistake: a\n\nWhy.\n\nDream-Cycle: c\nDream-Pattern: p\n";
        let (ann, trailers) = (redact("Ann"), "Dream-Cycle: c\nDream-Pattern: p\n");
        assert_eq!(
            reviewed(message, true, &ann),
            format!("mistake: a\n\nWhy.\n\nEdited in review by Ann.\n\n{trailers}")
        );
        assert_eq!(reviewed("short\n", false, &ann), "short\n\nTaken up in review by Ann.\n");
    }
}
