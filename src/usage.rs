//! Which notes git-dream put before an agent, or an agent opened through it: kept on this machine until its session is
//! digested.
//!
//! One file of JSON lines a session in a folder of the user. Hooks, `git dream context` and the MCP server write there
//! ([`keep`]); whoever digests the session on this machine puts what is there into its digest ([`add_to`]), which takes it
//! wherever the digest goes. A file stays as long as its session may go on or be read again, and [`prune`] takes it then.
//! Refuses to trust the files: they are bounded, what is no place of a note is no note, and what cannot be read is counted.

use crate::digest::Digest;
use crate::digest::uses::Found;
pub use crate::digest::uses::How;
use crate::memory::place::is_note;
use crate::redact::redact;
use crate::session::{Session, Skipped};
use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Most that is read of one file, bytes: some thousand calls that were answered with notes.
const MOST_READ: u64 = 1 << 20;
/// Most notes that are taken from one line.
const MOST_AT_ONCE: usize = 256;
/// How long a file is kept after it was last written to. Agents keep transcripts for a month unless told otherwise, and
/// who told them so digests sessions more often than twice a year.
const KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);

/// Notes that came before an agent at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// The session as its agent calls it.
    pub session: String,
    /// When.
    pub at: Timestamp,
    /// How.
    pub how: How,
    /// Their paths inside the memory.
    pub notes: Vec<String>,
}

/// Keeps it, in this folder of the user.
///
/// Errors: the file cannot be written.
pub fn keep(folder: &Path, used: &Used) -> Result<()> {
    let file = file(folder, &used.session);
    let failed = || format!("cannot write {}", file.display());
    std::fs::create_dir_all(folder).with_context(failed)?;
    let line = serde_json::to_string(used).with_context(failed)?;
    let mut open = File::options().create(true).append(true).open(&file).with_context(failed)?;
    open.write_all(format!("{}\n", redact(&line).as_str()).as_bytes()).with_context(failed)
}

/// Puts what was kept of a session into its digest, each note at the last event before it came, and says what could not be
/// used. A session is asked for by the id that its agent gave it, else by the name of its transcript.
pub fn add_to(digest: &mut Digest, session: &Session, folder: &Path, transcript: &Path) -> Option<Skipped> {
    let stem = || transcript.file_stem().map(|stem| redact(&stem.to_string_lossy()));
    let id = session.source.clone().or_else(stem)?;
    let file = file(folder, &id);
    // Whatever else lies under that name is not opened: reading it might never end.
    let log = std::fs::metadata(&file).is_ok_and(|about| about.is_file()).then(|| read(&file))?;
    let (kept, broken) = match log {
        Ok(log) => of_session(&log, &id),
        Err(error) => {
            let reason = format!("cannot be read: {error}");
            return Some(Skipped { path: file.display().to_string(), line: None, reason });
        }
    };
    digest.connected |= !kept.is_empty();
    let mut found = Found::default();
    for used in kept {
        let event = event_at(session, used.at);
        used.notes.iter().for_each(|note| found.add(redact(note), used.how, event));
    }
    digest.uses = std::mem::take(&mut digest.uses).and(found);
    (broken > 0).then(|| Skipped {
        path: file.display().to_string(),
        line: None,
        reason: format!("{broken} of its lines do not say which notes came before the session"),
    })
}

/// Removes the files that nobody will ask for any more; `now` is the moment that this is asked at.
///
/// Best effort: a file that cannot be removed costs its bytes.
pub fn prune(folder: &Path, now: Timestamp) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let written =
            entry.metadata().ok().filter(std::fs::Metadata::is_file).and_then(|about| about.modified().ok());
        let Some(written) = written.and_then(|written| Timestamp::try_from(written).ok()) else { continue };
        if path.extension().is_some_and(|kind| kind == "jsonl") && now.duration_since(written) > KEPT {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// The beginning of a file, up to the end of a line.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut log = Vec::new();
    File::open(file)?.take(MOST_READ).read_to_end(&mut log)?;
    if log.len() as u64 == MOST_READ {
        let whole = memchr::memrchr(b'\n', &log).unwrap_or_default();
        log.truncate(whole);
    }
    Ok(log)
}

/// What these lines say about a session, and how many say nothing about it. Of paths that are no places of notes the line
/// is relieved.
fn of_session(log: &[u8], id: &str) -> (Vec<Used>, usize) {
    let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let mut broken = 0;
    let mut kept = Vec::new();
    for line in lines {
        match serde_json::from_slice::<Used>(line) {
            Ok(mut used) if *redact(&used.session) == *id => {
                used.notes.retain(|note| is_note(note));
                used.notes.truncate(MOST_AT_ONCE);
                kept.push(used);
            }
            _ => broken += 1,
        }
    }
    (kept, broken)
}

/// The last event up to a moment: what comes after it came after the note. 0 where the session had not begun; `None`
/// where no event says when it was.
fn event_at(session: &Session, at: Timestamp) -> Option<u32> {
    let mut timed = session.events.iter().filter_map(|event| Some((event.at?, event.number))).peekable();
    timed.peek()?;
    Some(timed.take_while(|(moment, _)| *moment <= at).last().map_or(0, |(_, number)| number))
}

/// Where what is known of a session lies.
fn file(folder: &Path, session: &str) -> PathBuf {
    folder.join(format!("{}.jsonl", &blake3::hash(session.as_bytes()).to_hex()[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest;
    use crate::digest::uses::{Use, Uses};
    use crate::session::{Body, Event};
    use crate::settings::Reading;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A session with an event every ten seconds from second 100 on; the first one names a note.
    fn session() -> Session {
        let said = ["[more](mistakes/sail.md)", "and on", "and on"].map(|text| Body::Context(redact(text)));
        let mut session = Session { source: Some(redact("s-1")), ..Session::of(said) };
        for (number, event) in (0..).zip(&mut session.events) {
            event.at = Some(at(100 + 10 * number));
        }
        session
    }

    fn used(session: &str, second: i64, how: How, notes: &[&str]) -> Used {
        let notes = notes.iter().map(|note| (*note).to_owned()).collect();
        Used { session: session.to_owned(), at: at(second), how, notes }
    }

    /// The digest of the session with what was kept, and what could not be used.
    fn digested(folder: &Path, session: &Session) -> (Digest, Option<Skipped>) {
        let mut digest = digest::read(session, &Reading::default());
        let skipped = add_to(&mut digest, session, folder, Path::new("t/s-1.jsonl"));
        (digest, skipped)
    }

    fn one(how: How, event: Option<u32>, note: &str) -> Use {
        Use { how, event, notes: vec![redact(note)] }
    }

    #[test]
    fn what_was_kept_of_a_session_comes_into_its_digest_beside_what_the_transcript_shows() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for used in [
            used("s-1", 95, How::Opened, &["mistakes/sail.md"]),
            used("s-1", 120, How::Shown, &["playbooks/hoist/SKILL.md"]),
            used("s-1", 999, How::Shown, &["preferences/tabs.md"]),
            used("another", 105, How::Shown, &["mistakes/cog.md"]),
        ] {
            keep(folder, &used).unwrap();
        }
        let (digest, skipped) = digested(folder, &session());
        assert_eq!((skipped, digest.connected), (None, true));
        let late = ["playbooks/hoist/SKILL.md", "preferences/tabs.md"].map(redact).to_vec();
        let late = Use { how: How::Shown, event: Some(3), notes: late };
        assert_eq!(digest.uses, Uses(vec![one(How::Opened, Some(0), "mistakes/sail.md"), late]));
        let events = session().events.into_iter().map(|event| Event { at: None, ..event }).collect();
        let (digest, _) = digested(folder, &Session { events, source: None, ..session() });
        let untimed = digest.uses.0.first().unwrap();
        assert_eq!((untimed.event, untimed.notes.len()), (None, 2), "found by the transcript's name");
    }

    #[test]
    fn what_makes_no_sense_is_counted_and_harms_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (digest, skipped) = digested(folder, &session());
        assert_eq!((skipped, digest.connected, digest.uses.len()), (None, false, 1), "no log");
        let file = file(folder, "s-1");
        let mut log = b"\xff\xfe\n{\n[]\n\n{\"session\":\"s-1\"}\n".to_vec();
        let line =
            |session, notes: &[&str]| serde_json::to_string(&used(session, 105, How::Shown, notes)).unwrap();
        log.extend(line("forged", &["mistakes/cog.md"]).bytes().chain(*b"\n"));
        log.extend(
            line("s-1", &["../../etc/passwd", "mistakes/oil.md", "archive/mistakes/old.md"])
                .bytes()
                .chain(*b"\n"),
        );
        std::fs::write(&file, &log).unwrap();
        let (digest, skipped) = digested(folder, &session());
        assert!(skipped.unwrap().reason.starts_with("5 of its lines"));
        assert_eq!(
            digest.uses.notes().map(|note| note.as_str()).collect::<Vec<_>>(),
            ["mistakes/oil.md", "mistakes/sail.md"]
        );
        // Cut in the middle of a line, where it is too long.
        std::fs::write(&file, (line("s-1", &["mistakes/oil.md"]) + "\n").repeat(20_000)).unwrap();
        assert_eq!(digested(folder, &session()).1, None);
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        assert_eq!(digested(folder, &session()).0.uses.len(), 1);
    }

    #[test]
    fn old_files_go_and_what_may_still_be_read_stays() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        keep(folder, &used("s-1", 105, How::Shown, &[])).unwrap();
        let other = folder.join("notes.txt");
        std::fs::write(&other, "mine").unwrap();
        let written = std::fs::metadata(file(folder, "s-1")).unwrap().modified().unwrap();
        let written = Timestamp::try_from(written).unwrap();
        let day = |days: i64| written + SignedDuration::from_hours(24 * days);
        prune(folder, day(179));
        assert!(file(folder, "s-1").exists());
        prune(folder, day(181));
        assert!(!file(folder, "s-1").exists() && other.exists());
    }
}
