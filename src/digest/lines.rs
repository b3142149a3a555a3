//! Digests as lines of JSON: how they travel where git does not.
//!
//! One object a line. A digest, as the ledger has it, with the file that its session was read from beside it; what the
//! reading skipped; and last what the reading came to, so that whoever puts parts together sees what is missing. Files
//! of such lines may be concatenated, cut between lines, and read in any order.
//!
//! Owns that form. Refuses to trust it: lines are bounded, a broken one is counted and passed over, and every text is
//! redacted again ([`Clean`]).

use super::Digest;
use crate::redact::{Clean, redact};
use crate::session::records::{Cut, Next, Records};
use crate::session::shard::Shard;
use crate::session::skips::Skips;
use crate::session::{SessionId, Skipped};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Version of the lines that are written.
pub const VERSION: u32 = 1;

/// Longest line that is read, bytes. The settings bound a digest to a small part of that.
const LONGEST: usize = 4 * 1024 * 1024;

/// Longest reason that is taken from a line, bytes.
const LONGEST_REASON: usize = 300;

/// A digest on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// The digest.
    pub digest: Digest,
    /// What the file is called that the session was read from, below the folder that was named.
    pub file: Option<Clean>,
}

/// What one reading came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Version of the lines.
    pub version: u32,
    /// Sessions found; one that lies in two files is found twice, and carried once.
    pub read: u32,
    /// Transcripts that were being written still, and left for the next time.
    pub unsettled: u32,
    /// The part of the files that was read, where it was not all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

/// The lines beside the digests, each with one of these.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Aside {
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<Lost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    captured: Option<Tally>,
}

/// [`Skipped`], fit to travel.
#[derive(Serialize, Deserialize)]
struct Lost {
    path: Clean,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    reason: Clean,
}

/// A digest's line.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Clean>,
    #[serde(flatten)]
    digest: &'a Digest,
}

/// The one field of a line that is no part of the digest.
#[derive(Deserialize)]
struct Origin {
    #[serde(default)]
    file: Option<Clean>,
}

/// Writes digests, in the order in which they come, then what was skipped, then the tally.
pub fn write(carried: &[Carried], skipped: &[Skipped], tally: &Tally, to: &mut dyn Write) -> io::Result<()> {
    for Carried { digest, file } in carried {
        write_line(&Line { file: file.as_ref(), digest }, to)?;
    }
    for Skipped { path, line, reason } in skipped {
        let lost = Lost { path: redact(path), line: *line, reason: redact(reason) };
        write_line(&Aside { skipped: Some(lost), captured: None }, to)?;
    }
    write_line(&Aside { skipped: None, captured: Some(tally.clone()) }, to)
}

fn write_line(line: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *to, line)?;
    to.write_all(b"\n")
}

/// What a file of lines holds beside its digests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// What could not be used here, and what could not be used where the lines were written.
    pub skipped: Vec<Skipped>,
    /// The tallies, one a reading.
    pub tallies: Vec<Tally>,
}

/// Reads a file of lines and gives each digest to `take` as soon as it is read.
pub fn read_file(path: &Path, take: &mut dyn FnMut(Carried)) -> Rest {
    match File::open(path) {
        Ok(file) => read(file, &path.display().to_string(), take),
        Err(error) => {
            let reason = format!("cannot be opened: {error}");
            let skipped = vec![Skipped { path: path.display().to_string(), line: None, reason }];
            Rest { skipped, tallies: Vec::new() }
        }
    }
}

/// Reads lines as if they were a file of this name.
pub fn read(source: impl Read, name: &str, take: &mut dyn FnMut(Carried)) -> Rest {
    let mut skips = Skips::default();
    let mut rest = Rest::default();
    let mut records = Records::new(source, LONGEST);
    loop {
        match records.next(Cut::Lines) {
            Ok(Next::Record { bytes, number, .. }) => {
                if let Err(reason) = read_line(bytes, &mut rest, take) {
                    skips.add(Some(number), reason);
                }
            }
            Ok(Next::TooLong { number }) => skips.add(Some(number), format!("longer than {LONGEST} bytes")),
            Ok(Next::End) => break,
            Err(error) => {
                skips.add(None, format!("cannot be read: {error}"));
                break;
            }
        }
    }
    let mut skipped = skips.of_file(name);
    skipped.append(&mut rest.skipped);
    Rest { skipped, ..rest }
}

fn read_line(line: &[u8], rest: &mut Rest, take: &mut dyn FnMut(Carried)) -> Result<(), &'static str> {
    if [&br#"{"skipped":"#[..], br#"{"captured":"#].iter().any(|key| line.starts_with(key)) {
        let Aside { skipped, captured } =
            serde_json::from_slice(line).map_err(|_| "neither a digest nor a word about some")?;
        rest.tallies.extend(captured);
        rest.skipped.extend(skipped.map(|Lost { path, line, reason }| Skipped {
            path: path.to_string(),
            line,
            reason: plain(&reason),
        }));
        return Ok(());
    }
    let digest: Digest = serde_json::from_slice(line).map_err(|_| "not a digest")?;
    if SessionId::parse(digest.session.as_str()).is_none() {
        return Err("a digest whose session has no proper id");
    }
    let file = serde_json::from_slice(line).ok().and_then(|Origin { file }| file);
    take(Carried { digest, file });
    Ok(())
}

/// A reason that may be shown: one line of it, without what a terminal would obey.
fn plain(reason: &Clean) -> String {
    reason.cut(LONGEST_REASON).chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The files of lines that these files and folders are or hold, sorted, each once. A folder's files are all taken but
/// those whose names begin with `.` or `_`, which engines that write many files keep for themselves.
pub fn find(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<Skipped>) {
    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    for path in paths {
        let walk = WalkDir::new(path).follow_links(true).into_iter();
        let walk = walk.filter_entry(|entry| {
            entry.depth() == 0 || !matches!(entry.file_name().as_encoded_bytes().first(), Some(b'.' | b'_'))
        });
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => files.push(entry.into_path()),
                Err(error) => skipped.push(Skipped {
                    path: error.path().unwrap_or(path).display().to_string(),
                    line: None,
                    reason: format!("cannot be opened: {error}"),
                }),
            }
        }
    }
    files.sort();
    files.dedup();
    (files, skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(content: &str) -> Carried {
        let session = SessionId::of(content.as_bytes());
        let counts = serde_json::json!({ "calls": 1, "failed": 0, "retries": 0, "turns": 1 });
        let digest = serde_json::json!({
            "session": session, "root": "r", "agent": "codex", "ask": content, "counts": counts,
            "outcome": { "score": 0.25, "by": "stated" },
        });
        Carried { digest: serde_json::from_value(digest).unwrap(), file: Some(redact("a/b.jsonl")) }
    }

    fn read_all(bytes: &[u8]) -> (Vec<Carried>, Rest) {
        let mut all = Vec::new();
        let rest = read(bytes, "x", &mut |carried| all.push(carried));
        (all, rest)
    }

    #[test]
    fn what_was_written_is_read_and_files_may_be_joined() {
        let tally = Tally { version: VERSION, read: 3, unsettled: 1, shard: "1/4".parse().ok() };
        let lost = Skipped { path: "c.jsonl".into(), line: Some(7), reason: "empty".into() };
        let mut bytes = Vec::new();
        for content in ["one", "größe"] {
            write(&[carried(content)], std::slice::from_ref(&lost), &tally, &mut bytes).unwrap();
        }
        let (all, rest) = read_all(&bytes);
        assert_eq!(all, [carried("one"), carried("größe")]);
        let both = Rest { skipped: vec![lost.clone(), lost], tallies: vec![tally.clone(), tally] };
        assert_eq!(rest, both);
    }

    #[test]
    fn a_broken_line_costs_only_itself() {
        let mut bytes = b"{\"session\":\"0123456789abcdef\"\n\xff\n[]\n{\"captured\":7}\n".to_vec();
        let id = carried("one").digest.session.to_string();
        let mut forged = serde_json::to_value(&carried("one").digest).unwrap();
        forged["session"] = "../../x\ny".into();
        bytes.extend(format!("{forged}\n{}\n", " ".repeat(LONGEST + 1)).bytes());
        write(&[carried("one")], &[], &Tally { version: 1, read: 1, unsettled: 0, shard: None }, &mut bytes)
            .unwrap();
        let (all, rest) = read_all(&bytes);
        assert_eq!(all.iter().map(|one| one.digest.session.to_string()).collect::<Vec<_>>(), [id]);
        assert_eq!(rest.skipped.len(), 6, "{:#?}", rest.skipped);
    }

    #[test]
    fn what_comes_in_is_redacted_again_and_cannot_speak_to_a_terminal() {
        let secret = ["gh", "p_", &"a1B2".repeat(9)].concat();
        let mut line = serde_json::to_value(&carried("one").digest).unwrap();
        line["ask"] = secret.as_str().into();
        line["file"] = format!("{secret}.jsonl").into();
        let lost = serde_json::json!({ "skipped": { "path": secret, "reason": "\u{1b}[2Jgone" } });
        let (all, rest) = read_all(format!("{line}\n{lost}\n").as_bytes());
        assert!(!format!("{all:?}{rest:?}").contains(&secret));
        assert_eq!(rest.skipped[0].reason, " [2Jgone");
    }

    #[test]
    fn a_folder_is_read_as_engines_leave_it() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["part-00001", "part-00000", "_SUCCESS", ".part-00000.crc", "deep/er.jsonl"] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let (files, skipped) = find(&[folder.path().to_owned(), folder.path().join("part-00000")]);
        let names = files.iter().map(|path| path.strip_prefix(folder.path()).unwrap().display().to_string());
        assert_eq!(names.collect::<Vec<_>>().len(), 3, "{files:?}");
        assert_eq!(skipped, []);
    }
}
