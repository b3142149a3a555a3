//! How a ledger's tree is laid out, and the line formats in it.
//!
//! ```text
//! README.md               explains this to whoever looks with plain git
//! digests/<cycle>.jsonl   one digest a line, sorted by session id
//! sessions/<cycle>.txt    one line a session: its id, the tool's own id for it, whose it is
//! cycles/<cycle>.json     what the cycle did
//! outcomes/<cycle>.jsonl  outcomes that became known after their sessions were digested, one a line
//! decisions/<name>.json   a learning that was refused in a review: whose word it is, when and why
//! comments/<name>.json    what a reviewer said about a learning on its pull request: who, when, what
//! erased/<name>.txt       sessions that were erased for good: no word of theirs is left, and they are not read again
//! ```
//!
//! The record of an agent's own branch ([`super::own`]) stands where those of cycles do, and is written anew as long as the
//! agent writes there.
//!
//! A cycle only adds its own files, and so does a review, so that all else is shared with the tree before it, and the cost of
//! a cycle does not grow with what is stored. An inbox has the same layout.

use crate::repo::{FileChange, Oid, Repo};
use crate::session::SessionId;
use anyhow::Result;
use memchr::memchr_iter;
use serde::Deserialize;

pub(super) const DIGESTS: &str = "digests";
pub(super) const SESSIONS: &str = "sessions";
pub(super) const CYCLES: &str = "cycles";
pub(super) const OUTCOMES: &str = "outcomes";
pub(super) const ERASED: &str = "erased";
pub(super) const DECISIONS: &str = "decisions";
pub(super) const COMMENTS: &str = "comments";
const README: &str = "README.md";

/// What README.md says.
const README_TEXT: &str = "\
# The ledger of git-dream

This is not a branch to work on. It is where `git dream` keeps what it learnt from, one commit a cycle, only ever
added to. Everything in it has passed redaction; transcripts are not in it.

- `digests/<cycle>.jsonl`: what each session taught, one JSON object a line, sorted by session id.
- `sessions/<cycle>.txt`: the sessions read, one a line: session id, the tool's own id for it, whose it is
  (`-` where unknown; blanks and `%` written as `%20`, `%25`).
- `cycles/<cycle>.json`: what the cycle did: what it read, what it proposed, what it refused and why.
- `outcomes/<cycle>.jsonl`: outcomes that became known after their sessions were digested, one JSON object a line. Of
  several for one session the last one counts.
- `decisions/<cycle>.<pattern>.json`: a learning that was refused in a review: who, when, why. What stands on the
  target branch counts for more.
- `comments/<cycle>.<pattern>.<id>.json`: what a reviewer said about a learning on its pull request: who, when, what.
- `erased/<name>.txt`: sessions that somebody had erased, one a line: session id, and a hash by which it is known when it
  has gone on since. Nothing else of them is left here: the commits before were written again without them.

Look at it with plain git, where `<ref>` is `refs/dream/ledger` or `refs/dream/inbox/<contributor>`:

    git log <ref>
    git show <ref>:cycles/<cycle>.json
    git grep <session id> <ref>
";

/// Whether a cycle's name can be part of a file name here and of a branch name: letters, digits, `.`, `_` and
/// `-`, at most 100, not beginning with `.` or `-`, not ending in `.` or `.lock`, without `..`.
pub fn is_cycle_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=100).contains(&name.len())
        && name.bytes().all(allowed)
        && !name.starts_with(['.', '-'])
        && !name.ends_with('.')
        && !name.ends_with(".lock")
        && !name.contains("..")
}

/// The path of a cycle's file.
pub(super) fn path(folder: &str, cycle: &str) -> String {
    let ending = match folder {
        DIGESTS | OUTCOMES => "jsonl",
        SESSIONS | ERASED => "txt",
        _ => "json",
    };
    format!("{folder}/{cycle}.{ending}")
}

/// The change that brings README.md up to date; `None` where it is.
pub(super) fn readme(repo: &Repo, tip: Option<Oid>) -> Result<Option<FileChange>> {
    let text = README_TEXT.as_bytes().to_vec();
    let is_current = match tip {
        Some(tip) => repo.read(tip, README)?.as_ref() == Some(&text),
        None => false,
    };
    Ok((!is_current).then(|| FileChange { path: README.to_owned(), content: Some(text) }))
}

/// One line of `sessions/<cycle>.txt`.
pub(super) fn session_line(id: &SessionId, source: Option<&str>, contributor: Option<&str>) -> String {
    format!("{id} {} {}\n", field(source), field(contributor))
}

/// The lines of a file that say something.
pub(super) fn lines(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut begins = 0;
    let ends = memchr_iter(b'\n', content).chain([content.len()]);
    let lines = ends.filter_map(move |end| content.get(std::mem::replace(&mut begins, end + 1)..end));
    lines.filter(|line| !line.is_empty())
}

/// The session that a line of `sessions/<cycle>.txt` names.
pub(super) fn session_of(line: &str) -> Option<SessionId> {
    SessionId::parse(line.split(' ').next()?)
}

/// The session that a line of a file in this folder is about.
pub(super) fn subject(folder: &str, line: &[u8]) -> Option<SessionId> {
    #[derive(Deserialize)]
    struct Of {
        session: SessionId,
    }
    match folder {
        SESSIONS | ERASED => session_of(&String::from_utf8_lossy(line)),
        _ => serde_json::from_slice::<Of>(line).ok().map(|of| of.session),
    }
}

/// What a line of `sessions/<cycle>.txt` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLine {
    /// The session.
    pub session: SessionId,
    /// The tool's own id for it, where it has one.
    pub source: Option<String>,
    /// Whose it is, where that is known.
    pub contributor: Option<String>,
}

impl SessionLine {
    /// Reads a line; `None` where it names no session.
    pub fn parse(line: &str) -> Option<SessionLine> {
        let mut fields = line.trim_end_matches('\n').split(' ');
        let session = SessionId::parse(fields.next()?)?;
        let mut field = || fields.next().filter(|field| *field != "-").map(unescaped);
        Some(SessionLine { session, source: field(), contributor: field() })
    }
}

/// The opposite of [`field`].
fn unescaped(field: &str) -> String {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A field that has no blank in it and is not taken for an absent one.
fn field(value: Option<&str>) -> String {
    match value {
        None | Some("") => "-".to_owned(),
        Some("-") => "%2D".to_owned(),
        Some(text) => {
            let mut written = String::with_capacity(text.len());
            for character in text.chars() {
                if character == '%' || character.is_whitespace() || character.is_control() {
                    let mut bytes = [0; 4];
                    for byte in character.encode_utf8(&mut bytes).bytes() {
                        written.push_str(&format!("%{byte:02X}"));
                    }
                } else {
                    written.push(character);
                }
            }
            written
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_line_has_three_fields_whatever_is_in_them() {
        let id = SessionId::of(b"x");
        let line = session_line(&id, Some("a b\n100%"), Some("-"));
        assert_eq!(line, format!("{id} a%20b%0A100%25 %2D\n"));
        assert_eq!(session_line(&id, None, None), format!("{id} - -\n"));
        assert_eq!(session_of(&line), Some(id.clone()));
        let read = SessionLine::parse(&line).unwrap();
        assert_eq!(
            (read.session, read.source.as_deref(), read.contributor.as_deref()),
            (id, Some("a b\n100%"), Some("-"))
        );
        assert_eq!(session_of("not a session"), None);
    }

    #[test]
    fn a_cycle_name_is_a_file_name_and_a_branch_name() {
        for good in ["2026-01-02", "2026-01-02.2", "night_7"] {
            assert!(is_cycle_name(good), "{good}");
        }
        for bad in ["", "../x", "a/b", ".hidden", "-f", "a..b", "x.lock", "ü", "a b", "x."] {
            assert!(!is_cycle_name(bad), "{bad}");
        }
    }
}
