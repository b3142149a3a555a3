//! A learning as the reviewer sees it: what it says, why, and what it changes.
//!
//! A proposal is text from elsewhere, so nothing in it may act on the terminal or hide: control characters and those
//! that cannot be seen are written out.

use crate::commands::talk::{BAD, COMMAND, FAINT, GOOD, STRONG, support};
use crate::learning::author::quote::visible;
use crate::repo::compare;
use crate::review::Waiting;
use crate::review::outcome::{Contents, Fit, Outcome};
use anyhow::Result;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The title line, what it is about, the reasons and the quotes.
pub(super) fn head(one: &Waiting, number: usize, of: usize) -> String {
    let mut text = String::new();
    let learning = &one.learning;
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n{FAINT}{number} of {of} on {}{FAINT:#}", one.branch);
    let _ = writeln!(text, "{STRONG}{}: {}{STRONG:#}", learning.kind, visible(&learning.title));
    let _ = writeln!(
        text,
        "{FAINT}{} {}; {}, {}; {}{FAINT:#}\n",
        learning.change,
        visible(&one.note),
        learning.grade,
        support(&learning.support),
        one.commit.short()
    );
    let reasons = reasons(&one.message);
    // The whole title is above, and what a new note quotes stands in it, below.
    let reasons =
        reasons.strip_prefix(&format!("{}: {}\n\n", learning.kind, learning.title)).unwrap_or(reasons);
    let reasons = match learning.change.as_str() {
        "add" => reasons.split("\n\nEvidence:\n").next().unwrap_or(reasons),
        _ => reasons,
    };
    for line in reasons.lines() {
        let _ = writeln!(text, "{}", visible(line));
    }
    text
}

/// The body of a commit message without the trailers.
fn reasons(message: &str) -> &str {
    let body = message.split_once("\n\n").map_or("", |(_, body)| body).trim_end();
    let is_trailers = |paragraph: &str| paragraph.lines().all(|line| line.starts_with("Dream-"));
    match body.rsplit_once("\n\n") {
        Some((reasons, last)) if is_trailers(last) => reasons.trim_end(),
        _ if is_trailers(body) => "",
        _ => body,
    }
}

/// What it changes on the target, or what keeps it from fitting.
pub(super) fn change(one: &Waiting, fit: &Fit, outcome: &Outcome<'_>) -> Result<String> {
    let mut text = String::new();
    match fit {
        Fit::Fits { contents, beside_others } => {
            write_contents(&mut text, contents, outcome)?;
            if *beside_others {
                let _ = writeln!(
                    text,
                    "{FAINT}The note was changed since, elsewhere; both changes stand side by side.{FAINT:#}"
                );
            }
        }
        Fit::Conflict { why, draft } => {
            for step in &one.steps {
                write_diff(&mut text, &step.path, step.before.as_deref(), step.after.as_deref())?;
            }
            let way = if draft.is_some() { "edit it, or skip it" } else { "skip it, or reject it" };
            let _ = writeln!(text, "{BAD}It does not fit:{BAD:#} {}; {way}.", visible(why));
        }
    }
    Ok(text)
}

/// The differences that new contents make.
pub(super) fn write_contents(text: &mut String, contents: &Contents, outcome: &Outcome<'_>) -> Result<()> {
    let is_new = |path: &String| outcome.text(path).is_none();
    let goes = |path: &&String| contents.get(*path).is_some_and(Option::is_none);
    // A note that moves keeps its path but for the folder that it leaves or enters: the archive, an agent's.
    let from = |to: &String| {
        let is_same = |from: &&String| is_under(from, to) || is_under(to, from);
        contents.keys().filter(goes).find(is_same).filter(|_| is_new(to))
    };
    let moved: BTreeSet<&String> = contents.keys().filter_map(from).collect();
    for (path, after) in contents.iter().filter(|(path, _)| !moved.contains(path)) {
        match from(path) {
            Some(from) => {
                let _ = writeln!(text, "{STRONG}moved from {}{STRONG:#}", visible(from));
                let before = outcome.text(from).unwrap_or_default();
                write_diff(text, path, Some(before), after.as_deref())?;
            }
            None => write_diff(text, path, outcome.text(path), after.as_deref())?,
        }
    }
    Ok(())
}

/// Whether a path is the other one in a further folder.
fn is_under(path: &str, other: &str) -> bool {
    path.strip_suffix(other).is_some_and(|folder| folder.ends_with('/'))
}

fn write_diff(text: &mut String, path: &str, before: Option<&[u8]>, after: Option<&[u8]>) -> Result<()> {
    let what = match (before, after) {
        (None, _) => "new file ",
        (_, None) => "goes: ",
        _ => "",
    };
    let _ = writeln!(text, "{STRONG}{what}{}{STRONG:#}", visible(path));
    for (sort, line) in compare::diff(before.unwrap_or_default(), after.unwrap_or_default())? {
        let line = visible(&line);
        let _ = match sort {
            '@' => writeln!(text, "{COMMAND}@@{line}{COMMAND:#}"),
            '+' => writeln!(text, "{GOOD}+{line}{GOOD:#}"),
            '-' => writeln!(text, "{BAD}-{line}{BAD:#}"),
            _ => writeln!(text, " {line}"),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_what_stands_between_the_subject_and_the_trailers() {
        assert_eq!(
            reasons("s\n\nWhy.\n\nEvidence:\n\n  > q\n\nDream-Cycle: c\nDream-Kind: k\n"),
            "Why.\n\nEvidence:\n\n  > q"
        );
        assert_eq!(reasons("s\n\nDream-Cycle: c\n"), "");
        assert_eq!(reasons("s\n"), "");
    }
}
