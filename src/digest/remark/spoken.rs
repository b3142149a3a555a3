//! What of a turn the person said themselves, sentence by sentence.
//!
//! People paste: code, diffs, logs, quotes, whole documents. None of that is their wish. Owns telling it apart
//! and cutting the rest into sentences; bounded work however large the paste. Refuses to judge a sentence.

use std::ops::Range;

/// Bytes looked at from the start of a turn. People write their words before or after what they paste.
const HEAD: usize = 12 * 1024;
/// Bytes looked at from its end.
const TAIL: usize = 4 * 1024;
/// A longer line is pasted.
const LONGEST_LINE: usize = 1600;
/// A turn longer than this that has headings is a document that somebody pasted, from its first heading on.
const LONGEST_TYPED: usize = 1200;
/// A line is hard-wrapped only where it is at least this long, bytes.
const SHORTEST_WRAPPED: usize = 60;
/// How a placeholder for a secret begins: a line that hands one over stands by itself.
const PLACEHOLDER: &str = "[redacted:";
/// Most sentences taken of one turn.
const MOST_SENTENCES: usize = 200;

/// The sentences of a turn that the person said themselves, as byte ranges, in order.
pub(crate) fn sentences(turn: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for part in looked_at(turn) {
        let mut pending: Option<Range<usize>> = None;
        for line in own_lines(turn, part) {
            let text = turn.get(line.clone()).unwrap_or_default();
            match &mut pending {
                Some(open) if continues(turn, open, &line, text) => open.end = line.end,
                _ => {
                    split(turn, pending.take(), &mut found);
                    pending = Some(line);
                }
            }
        }
        split(turn, pending, &mut found);
    }
    found.truncate(MOST_SENTENCES);
    found
}

/// The parts of a turn that are looked at: all of it, or its beginning and its end.
fn looked_at(turn: &str) -> Vec<Range<usize>> {
    if turn.len() <= HEAD + TAIL {
        return std::iter::once(0..turn.len()).collect();
    }
    let head = boundary(turn, HEAD);
    let tail = boundary(turn, turn.len() - TAIL);
    // The first line of the tail is half a line.
    let tail = turn.get(tail..).and_then(|rest| rest.find('\n')).map_or(turn.len(), |at| tail + at + 1);
    vec![0..head, tail..turn.len()]
}

/// The last character boundary at or before this byte.
fn boundary(text: &str, byte: usize) -> usize {
    (0..=byte.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default()
}

/// A hard-wrapped line goes on in the next one when it is long, unfinished, and the next starts in lower case.
fn continues(turn: &str, open: &Range<usize>, line: &Range<usize>, text: &str) -> bool {
    let before = turn.get(open.clone()).unwrap_or_default();
    let last_line = before.rsplit('\n').next().unwrap_or_default();
    line.start == open.end + 1
        && last_line.len() >= SHORTEST_WRAPPED
        && !before.contains(PLACEHOLDER)
        && !text.contains(PLACEHOLDER)
        && !before.ends_with(['.', '!', '?', ':', ';'])
        && text.chars().next().is_some_and(char::is_lowercase)
}

/// Lines that the person wrote, without list markers; pasted lines are left out.
fn own_lines(turn: &str, part: Range<usize>) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut fence: Option<&str> = None;
    let mut tag: Option<String> = None;
    let mut in_diff = false;
    let mut start = part.start;
    for raw in turn.get(part).unwrap_or_default().split('\n') {
        let at = start..start + raw.len();
        start += raw.len() + 1;
        let line = raw.trim();
        if let Some(mark) = fence {
            if line.starts_with(mark) {
                fence = None;
            }
            continue;
        }
        if let Some(closing) = &tag {
            if line.contains(closing.as_str()) {
                tag = None;
            }
            continue;
        }
        if let Some(mark) = ["```", "~~~", "\"\"\"", "'''"].into_iter().find(|mark| line.starts_with(mark)) {
            fence = Some(mark);
            continue;
        }
        if let Some(name) = opened_tag(line) {
            let closing = format!("</{name}");
            if !line.contains(&closing) && turn.get(at.end..).is_some_and(|rest| rest.contains(&closing)) {
                tag = Some(closing);
            }
            continue;
        }
        let opens_diff = ["diff --git", "@@ ", "+++ ", "--- a/", "--- /"].iter().any(|s| line.starts_with(s));
        in_diff = opens_diff || in_diff && raw.starts_with([' ', '+', '-']);
        if is_heading(line) && turn.len() > LONGEST_TYPED {
            break;
        }
        if quotes_somebody(line) {
            break;
        }
        if in_diff || raw.len() > LONGEST_LINE || !is_prose(raw, line) {
            continue;
        }
        lines.push(without_marker(turn, at));
    }
    lines
}

/// The name of the markup element that a line opens with: tools wrap what they add to a turn in such tags.
fn opened_tag(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('<')?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))?;
    let name = rest.get(..end)?;
    (!name.is_empty() && rest.contains('>')).then_some(name)
}

fn is_heading(line: &str) -> bool {
    let text = line.trim_start_matches('#');
    text.len() < line.len() && text.starts_with(' ')
}

/// A line such as `Consider this feedback:` after which somebody or something else speaks.
fn quotes_somebody(line: &str) -> bool {
    const SPEAKING: &[&str] = &[
        "feedback",
        "suggests",
        "suggested",
        "says",
        "wrote",
        "reviewer",
        "comment",
        "comments",
        "output",
        "log",
        "logs",
        "error",
        "errors",
        "report",
        "reports",
        "reads",
        "got",
        "get",
        "prints",
        "stacktrace",
        "trace",
        "response",
        "transcript",
        "email",
        "e-mail",
        "replied",
        "answer",
    ];
    let Some(intro) = line.strip_suffix(':') else { return false };
    intro
        .split(|c: char| !(c.is_alphanumeric() || c == '-'))
        .any(|word| SPEAKING.iter().any(|speaking| word.eq_ignore_ascii_case(speaking)))
}

/// Whether a line reads like something typed by a person: words, not code, logs, tables or prompts.
fn is_prose(raw: &str, line: &str) -> bool {
    let indent = raw.len() - raw.trim_start().len();
    let is_item = line.starts_with(['-', '*', '•']) || line.starts_with(|c: char| c.is_ascii_digit());
    if line.is_empty() || raw.starts_with('\t') && !is_item || indent >= 4 && !is_item {
        return false;
    }
    const NEVER_TYPED: &[&str] = &[
        ">",
        "$ ",
        "% ",
        "|",
        "[request interrupted",
        "traceback",
        "file \"",
        "at ",
        "caused by",
        "npm err",
        "error:",
        "warning:",
        "error[",
        "fatal:",
        "panic:",
        "===",
        "=== ",
        "---",
        "❯",
        "└",
        "│",
        "⎿",
        "http",
        "caveat:",
        "#!",
        "//",
        "/*",
    ];
    let lower = line.get(..boundary(line, 24)).unwrap_or_default().to_lowercase();
    if NEVER_TYPED.iter().any(|start| lower.starts_with(start)) || starts_with_time(line) {
        return false;
    }
    let total = line.chars().count();
    let wordy = line.chars().filter(|c| c.is_alphabetic() || matches!(c, ' ' | '\'' | ',' | '’')).count();
    const CODE: &[&str] =
        &[" := ", " == ", "(\"", "();", "){", ") {", "=> {", "</", "/>", "::new(", "fmt.", "std::"];
    let code = line.ends_with(['{', '}', ';']) || CODE.iter().any(|mark| line.contains(mark));
    !code && wordy * 10 >= total * 7
}

/// Log lines begin with a date or a time.
fn starts_with_time(line: &str) -> bool {
    let start: String = line.trim_start_matches(['[', '(']).chars().take(8).collect();
    let digits = start.chars().filter(char::is_ascii_digit).count();
    digits >= 4 && start.contains([':', '-', '/']) || start.starts_with("[20")
}

/// The line without `- `, `* `, `2) ` or `3. ` at its start and without white space around.
fn without_marker(turn: &str, line: Range<usize>) -> Range<usize> {
    let text = turn.get(line.clone()).unwrap_or_default();
    let mut rest = text.trim_start();
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after_digits = rest.get(digits..).unwrap_or_default();
    if let Some(item) = rest.strip_prefix(['-', '*', '•']).filter(|item| item.starts_with(' ')) {
        rest = item;
    } else if digits > 0 && digits < 3 {
        rest = after_digits.strip_prefix(['.', ')']).filter(|item| item.starts_with(' ')).unwrap_or(rest);
    }
    let rest = rest.trim_start();
    let start = line.end - rest.len();
    start..start + rest.trim_end().len()
}

/// Cuts a run of lines at sentence ends.
fn split(turn: &str, run: Option<Range<usize>>, found: &mut Vec<Range<usize>>) {
    let Some(run) = run else { return };
    let text = turn.get(run.clone()).unwrap_or_default();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let followed_by_space = chars.peek().is_none_or(|&(_, next)| next.is_whitespace());
        let before = text.get(start..at).unwrap_or_default();
        let ends = match c {
            '.' => followed_by_space && !ends_in_abbreviation(before),
            '!' | '?' => followed_by_space,
            '。' | '！' | '？' => true,
            '—' => true,
            '–' | '-' => before.ends_with(' ') && followed_by_space,
            _ => false,
        };
        if ends {
            let end =
                if matches!(c, '.' | '!' | '?' | '。' | '！' | '？') { at + c.len_utf8() } else { at };
            push_trimmed(text, start..end, run.start, found);
            start = at + c.len_utf8();
        }
    }
    push_trimmed(text, start..text.len(), run.start, found);
}

fn ends_in_abbreviation(before: &str) -> bool {
    let last = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    ["e.g", "i.e", "etc", "vs", "z.b", "p.ex", "resp", "incl", "approx"]
        .iter()
        .any(|known| last.eq_ignore_ascii_case(known))
}

fn push_trimmed(text: &str, part: Range<usize>, offset: usize, found: &mut Vec<Range<usize>>) {
    let sentence = text.get(part.clone()).unwrap_or_default();
    let trimmed = sentence.trim();
    if trimmed.is_empty() {
        return;
    }
    let start = offset + part.start + (sentence.len() - sentence.trim_start().len());
    found.push(start..start + trimmed.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(turn: &str) -> Vec<&str> {
        sentences(turn).into_iter().map(|at| &turn[at]).collect()
    }

    #[test]
    fn sentences_end_where_people_end_them() {
        assert_eq!(
            said("Fix a.rs, e.g. the loop. Use tabs!\n- keep it short\n2) no emojis; thanks"),
            ["Fix a.rs, e.g. the loop.", "Use tabs!", "keep it short", "no emojis; thanks"]
        );
    }

    #[test]
    fn pasted_text_is_not_said() {
        let turn = "Look:\n```\nalways use npm\n```\n> never test\n<hook>\nalways push\n</hook>\n\
                    diff --git a/x b/x\n@@ -1 +1 @@\n-never old\n+always new\n\n2026-01-02 10:00 INFO always on\n    \
                    never_indented()\nthe reviewer says:\nalways use var";
        assert_eq!(said(turn), ["Look:"]);
    }

    #[test]
    fn a_pasted_document_ends_what_was_said() {
        let turn = format!("Do this plan.\n# Plan\n{}", "Always use the plan.\n".repeat(100));
        assert_eq!(said(&turn), ["Do this plan."]);
    }

    #[test]
    fn a_huge_paste_costs_bounded_work_and_its_end_is_heard() {
        let turn = format!("Hello.\n{}\nuse tabs", "x".repeat(3_000_000));
        assert_eq!(said(&turn), ["Hello.", "use tabs"]);
        assert!(sentences(&"a. ".repeat(100_000)).len() <= MOST_SENTENCES);
    }
}
