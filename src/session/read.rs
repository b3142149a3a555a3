//! One file's sessions: opened, decoded, recognised by content, read in bounded memory.
//!
//! Whatever a file holds, reading it ends without a panic and says what could not be used. Owns what is true of
//! every format: encodings, compression, binary files, files that are still being written. Refuses to decide
//! what a session that is still being written is worth: it reports it, the caller waits.

use super::formats::{self, Around, Out, Record};
use super::records::{Cut, Next, Records, Utf16};
use super::skips::Skips;
use super::{Session, Skipped, place, scan};
use crate::settings::Reading;
use jiff::Timestamp;
use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read};
use std::path::Path;

/// How much of a file's beginning decides its format, bytes.
const START: usize = 64 * 1024;

/// Most bytes that a compressed file may grow to; a few kilobytes of zeros can claim any size.
const MOST_UNPACKED: u64 = 4 * 1024 * 1024 * 1024;

/// What reading a file came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRead {
    /// What could not be used.
    pub skipped: Vec<Skipped>,
    /// Sessions given.
    pub sessions: u64,
    /// The file seems to be written still: its last record is cut off, or it changed while it was read.
    pub unfinished: bool,
    /// When it was last written to, if the file system says.
    pub modified: Option<Timestamp>,
    /// It is no transcript of a known format; [`FileRead::skipped`] says why.
    pub unknown: bool,
}

impl FileRead {
    /// Whether the session is to be left for the next cycle: still being written, or written to less than
    /// [`Reading::settle_minutes`] before `now`.
    pub fn is_settled(&self, now: Timestamp, settings: &Reading) -> bool {
        let settle = i64::from(settings.settle_minutes) * 60;
        let rested = self.modified.is_none_or(|modified| now.as_second() - modified.as_second() >= settle);
        rested && !self.unfinished
    }
}

/// Reads all sessions of a file, in the file's order, and gives each to `emit` as soon as it is known whole.
pub fn read_file(path: &Path, settings: &Reading, emit: &mut dyn FnMut(Session)) -> FileRead {
    let name = path.display().to_string();
    let mut skips = Skips::default();
    let mut read = FileRead::default();
    match File::open(path).and_then(|file| Ok((file.metadata()?, file))) {
        Ok((before, file)) if before.is_file() => {
            let owner = owner_of(path);
            let project = project_of(path);
            let around = Around { owner: owner.as_deref(), project: project.as_deref(), path: Some(path) };
            let mut out = Out { emit, skips: &mut skips, around, sessions: 0 };
            read = read_from(&file, settings, &mut out);
            read.modified = modified(&before);
            let after = std::fs::metadata(path).ok();
            read.unfinished |=
                after.is_some_and(|after| after.len() != before.len() || modified(&after) != read.modified);
        }
        Ok(_) => skips.add(None, "not a file"),
        Err(error) => skips.add(None, format!("cannot be opened: {error}")),
    }
    read.skipped = skips.of_file(&name);
    read
}

/// Reads all sessions from bytes as if they were a file of this name.
pub fn read_bytes(name: &str, bytes: &[u8], settings: &Reading, emit: &mut dyn FnMut(Session)) -> FileRead {
    let mut skips = Skips::default();
    let mut out = Out { emit, skips: &mut skips, around: Around::default(), sessions: 0 };
    let mut read = read_from(bytes, settings, &mut out);
    read.skipped = skips.of_file(name);
    read
}

fn read_from(source: impl Read, settings: &Reading, out: &mut Out<'_>) -> FileRead {
    let mut read = FileRead::default();
    let result = decoded(source).and_then(|source| {
        let mut records = Records::new(source, settings.max_record);
        read_records(&mut records, settings, out, &mut read)
    });
    if let Err(error) = result {
        out.skips.add(None, format!("cannot be read: {error}"));
        read.unfinished = true;
    }
    read.sessions = out.sessions;
    read
}

fn read_records(
    records: &mut Records<impl Read>,
    settings: &Reading,
    out: &mut Out<'_>,
    read: &mut FileRead,
) -> io::Result<()> {
    let start = records.peek(START)?;
    let start = &start[..start.len().min(START)];
    if start.trim_ascii().is_empty() {
        read.unknown = true;
        out.skips.add(None, "empty");
        return Ok(());
    }
    let cut = cut_of(start);
    let Some(mut reader) = formats::recognise(start, cut, settings) else {
        read.unknown = true;
        out.skips.add(None, what_instead(start));
        return Ok(());
    };
    let cut = reader.cut().unwrap_or(cut);
    // A source that breaks in the middle (a cut-off archive) still gives what came before.
    let result = loop {
        match records.next(cut) {
            Ok(Next::Record { bytes, number, ended }) => {
                if !ended && cut == Cut::Lines && bytes.first() == Some(&b'{') && scan::whole(bytes).is_err()
                {
                    read.unfinished = true;
                    out.skips.add(Some(number), "cut off in the middle");
                } else {
                    reader.take(Record { bytes, number }, out);
                }
            }
            Ok(Next::TooLong { number }) => {
                out.skips.add(Some(number), format!("longer than {} bytes", settings.max_record));
            }
            Ok(Next::End) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    reader.end(records.hash(), out);
    if out.sessions == 0 && out.skips.is_empty() {
        out.skips.add(None, "nothing happens in it");
    }
    result
}

/// What a file is that begins like this and is no transcript.
fn what_instead(start: &[u8]) -> &'static str {
    let first = scan::first(start);
    if memchr::memchr(0, start).is_some() {
        "a binary file"
    } else if ["captured", "skipped", "counts"].iter().any(|key| scan::field(first, key).is_some()) {
        "digests, not transcripts: name them with --digests"
    } else {
        "no transcript of a known format"
    }
}

/// How a file that begins like this is cut.
fn cut_of(start: &[u8]) -> Cut {
    let text = start.trim_ascii_start();
    let begins = |byte| text.get(1..).unwrap_or_default().trim_ascii_start().first() == Some(&byte);
    match text.first() {
        // An array of objects; `[` also begins lines of other kinds.
        Some(b'[') if begins(b'{') || begins(b'[') => Cut::Elements,
        // An object that goes on over the end of its first line is a document.
        Some(b'{') => match memchr::memchr(b'\n', text) {
            Some(end) if scan::whole(&text[..end]).is_err() => Cut::Document,
            _ => Cut::Lines,
        },
        _ => Cut::Lines,
    }
}

/// The file's text: unpacked, without a byte-order mark, in UTF-8.
fn decoded<'r>(mut source: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
    let (magic, source) = peeked(&mut source, 4).map(|(magic, rest)| (magic, rest.chain(source)))?;
    match magic.as_slice() {
        [0x28, 0xB5, 0x2F, 0xFD] => {
            let unpacked = ruzstd::decoding::StreamingDecoder::new(source).map_err(io::Error::other)?;
            text_of(unpacked.take(MOST_UNPACKED))
        }
        [0x1F, 0x8B, ..] => Err(io::Error::other("compressed with gzip; unpack it first")),
        _ => text_of(source),
    }
}

fn text_of<'r>(mut source: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
    let (start, rest) = peeked(&mut source, 4)?;
    let mut source = rest.chain(source);
    match start.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => {
            source.read_exact(&mut [0; 3])?;
            Ok(Box::new(source))
        }
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
            source.read_exact(&mut [0; 2])?;
            Ok(Box::new(Utf16::new(source, start[0] == 0xFE)))
        }
        // Without a mark: JSON and markdown begin with ASCII, so every other byte is zero.
        [b'{' | b'[' | b'<' | b'#', 0, _, 0] => Ok(Box::new(Utf16::new(source, false))),
        [0, b'{' | b'[' | b'<' | b'#', 0, _] => Ok(Box::new(Utf16::new(source, true))),
        _ => Ok(Box::new(source)),
    }
}

/// The first bytes, and something to read them from again.
fn peeked(source: &mut impl Read, bytes: u64) -> io::Result<(Vec<u8>, Cursor<Vec<u8>>)> {
    let mut start = Vec::new();
    source.take(bytes).read_to_end(&mut start)?;
    Ok((start.clone(), Cursor::new(start)))
}

/// Whose home folder a transcript lies in, or whose name its folder repeats: Claude Code names a project's
/// folder after its path, `-home-ada-src-app` or `C--Users-ada-app`.
fn owner_of(path: &Path) -> Option<String> {
    let text = path.display().to_string();
    let encoded = |component: &str| {
        let drive = component.starts_with(|c: char| c.is_ascii_alphabetic());
        let component = component.get(2..).filter(|rest| drive && rest.starts_with('-')).unwrap_or(component);
        let rest = ["-home-", "-Users-"].iter().find_map(|home| component.strip_prefix(home))?;
        rest.split('-').next().filter(|owner| !owner.is_empty()).map(str::to_owned)
    };
    text.split(['/', '\\']).rev().find_map(encoded).or_else(|| place::home_owner(&text).map(str::to_owned))
}

/// The folder that a transcript was put into by a tool that keeps its transcripts with the project.
fn project_of(path: &Path) -> Option<String> {
    let kept = path.ancestors().find(|folder| folder.ends_with(".specstory"))?;
    Some(kept.parent()?.file_name()?.to_string_lossy().into_owned())
}

fn modified(metadata: &Metadata) -> Option<Timestamp> {
    metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok())
}

#[cfg(test)]
mod tests {
    use super::super::Body;
    use super::*;
    use proptest::prelude::*;

    const CLAUDE: &str = concat!(
        r#"{"type":"user","sessionId":"s1","uuid":"u1","cwd":"/home/ada/app","timestamp":"2026-01-02T03:04:05Z","message":{"role":"user","content":"fix it"}}"#,
        "\n",
        r#"{"type":"assistant","sessionId":"s1","uuid":"u2","message":{"model":"m","content":[{"type":"tool_use","id":"t","name":"Bash","input":{"command":"make"}}]}}"#,
        "\n",
        r#"{"type":"user","sessionId":"s1","uuid":"u3","message":{"content":[{"type":"tool_result","tool_use_id":"t","is_error":true,"content":"Exit code 2\nboom"}]}}"#,
        "\n",
    );

    fn read(bytes: &[u8]) -> (Vec<Session>, FileRead) {
        let mut sessions = Vec::new();
        let read = read_bytes("a.jsonl", bytes, &Reading::default(), &mut |session| sessions.push(session));
        (sessions, read)
    }

    fn reasons(read: &FileRead) -> Vec<(Option<u64>, &str)> {
        read.skipped.iter().map(|skipped| (skipped.line, skipped.reason.as_str())).collect()
    }

    #[test]
    fn encodings_change_nothing_but_the_bytes() {
        let (plain, _) = read(CLAUDE.as_bytes());
        assert_eq!(plain.len(), 1);
        assert_eq!(plain[0].id, crate::session::SessionId::of(CLAUDE.as_bytes()));
        let marked = [b"\xEF\xBB\xBF", CLAUDE.as_bytes()].concat();
        let wide = CLAUDE.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let wide_marked = [b"\xFF\xFE".to_vec(), wide.clone()].concat();
        let packed =
            ruzstd::encoding::compress_to_vec(CLAUDE.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
        for other in [marked, wide, wide_marked, packed] {
            assert_eq!(read(&other).0, plain, "{other:?}");
        }
    }

    #[test]
    fn what_is_no_transcript_is_said_to_be_none() {
        let cases: [(&[u8], &str); 6] = [
            (b"", "empty"),
            (b" \n\n", "empty"),
            (b"\x7fELF\0\0\0\0", "a binary file"),
            (b"\x1f\x8b\x08", "cannot be read: compressed with gzip; unpack it first"),
            (b"# Notes\n\nNothing.", "no transcript of a known format"),
            (b"{\"name\":\"package\"}", "no transcript of a known format"),
        ];
        for (bytes, reason) in cases {
            let (sessions, read) = read(bytes);
            assert_eq!((sessions.len(), reasons(&read)), (0, vec![(None, reason)]));
        }
    }

    #[test]
    fn a_line_that_is_still_written_makes_the_session_unfinished() {
        let (sessions, whole) = read(CLAUDE.trim_end().as_bytes());
        assert!(!whole.unfinished && sessions.len() == 1);
        let (sessions, cut) = read(&CLAUDE.as_bytes()[..CLAUDE.len() - 20]);
        assert!(cut.unfinished);
        assert_eq!(reasons(&cut), [(Some(3), "cut off in the middle")]);
        assert_eq!(sessions[0].events.len(), 2);
    }

    #[test]
    fn bad_lines_are_counted_and_the_rest_is_read() {
        let bad = format!("{{broken}}\n{CLAUDE}\u{0}\u{1}\n42\n{{\"type\":\"from-the-future\"}}\n");
        let (sessions, read) = read(bad.as_bytes());
        assert_eq!(sessions[0].events.len(), 2);
        let found = reasons(&read);
        let expected = [
            (Some(1), "not a JSON object"),
            (Some(5), "not a JSON object"),
            (Some(6), "not a JSON object"),
            (Some(7), "unknown kind of record `from-the-future`"),
        ];
        assert_eq!(found, expected);
        let mut invalid = CLAUDE.as_bytes().to_vec();
        let place = invalid.windows(6).position(|window| window == b"fix it").unwrap();
        invalid[place] = 0xFF;
        let (sessions, _) = super::tests::read(&invalid);
        assert!(matches!(&sessions[0].events[0].body, Body::Person(text) if &**text == "\u{FFFD}ix it"));
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let settings = Reading { max_record: 1000, ..Reading::default() };
        let long = format!("{CLAUDE}{{\"type\":\"user\",\"x\":\"{}\"}}\n{CLAUDE}", "y".repeat(5000));
        let read =
            read_bytes("a", long.as_bytes(), &settings, &mut |session| assert_eq!(session.events.len(), 4));
        assert_eq!(reasons(&read), [(Some(4), "longer than 1000 bytes")]);
    }

    #[test]
    fn a_session_without_end_is_bounded() {
        let settings = Reading { max_session: 20_000, ..Reading::default() };
        let line = format!(
            "{{\"type\":\"user\",\"sessionId\":\"s\",\"message\":{{\"content\":\"{}\"}}}}\n",
            "w ".repeat(500)
        );
        let endless = line.repeat(400);
        let read =
            read_bytes("a", endless.as_bytes(), &settings, &mut |session| assert!(session.events.len() < 25));
        assert!(reasons(&read)[0].1.ends_with("events left out: the session is too long"));
    }

    #[test]
    fn a_file_tells_whether_it_has_settled() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("s.jsonl");
        std::fs::write(&file, CLAUDE).unwrap();
        let read = read_file(&file, &Reading::default(), &mut |_| ());
        let written = read.modified.unwrap();
        let later = |minutes: i64| written + jiff::SignedDuration::from_mins(minutes);
        assert!(!read.is_settled(later(29), &Reading::default()));
        assert!(read.is_settled(later(31), &Reading::default()));
        let missing = read_file(&folder.path().join("none"), &Reading::default(), &mut |_| ());
        assert_eq!(missing.skipped.len(), 1);
    }

    #[test]
    fn the_place_of_a_transcript_says_whose_it_is() {
        let owner = |path: &str| owner_of(Path::new(path));
        assert_eq!(owner("/srv/copy/-home-ada-src-app/x.jsonl").as_deref(), Some("ada"));
        assert_eq!(owner("D:\\copy\\C--Users-ada-app\\x.jsonl").as_deref(), Some("ada"));
        assert_eq!(owner("/home/ada/.codex/sessions/x.jsonl").as_deref(), Some("ada"));
        assert_eq!(owner("/data/x.jsonl"), None);
    }

    /// Lines that look like every format's, cut and mixed.
    fn mutated() -> impl Strategy<Value = Vec<u8>> {
        let starts: Vec<&'static [u8]> = vec![
            CLAUDE.as_bytes(),
            br#"{"type":"user","sessionId":"s","isSidechain":true,"uuid":"a","parentUuid":"b","message":{"content":"x"}}"#,
            br#"{"timestamp":"2026-01-02T03:04:05Z","type":"session_meta","payload":{"id":"c","cwd":"/home/ada/x"}}"#,
            br#"{"type":"response_item","payload":{"type":"function_call","name":"shell","arguments":"{\"command\":[\"bash\",\"-lc\",\"ls\"]}","call_id":"1"}}"#,
            br#"{"type":"response_item","payload":{"type":"function_call_output","call_id":"1","output":"{\"output\":\"x\",\"metadata\":{\"exit_code\":1}}"}}"#,
            br#"{"task_id":1,"reward":0.5,"traj":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"i","function":{"name":"f","arguments":"{'a': 1}"}}]},{"role":"tool","content":"r"}]}"#,
            br#"[{"role":"user","content":[{"type":"text","text":"x"}]},{"role":"assistant","content":"y"}]"#,
            br#"{"schema_version":"ATIF-v1.4","steps":[{"step_id":1,"source":"agent","message":"m","tool_calls":[{"tool_call_id":"1","function_name":"f","arguments":{}}]}]}"#,
            br#"{"role":"user","message":{"content":[{"type":"text","text":"<timestamp>Friday, May 8, 2026, 6:05 AM (UTC+5:30)</timestamp><user_query>x</user_query>"}]}}"#,
            br#"{"role":"assistant","message":{"content":[{"type":"tool_use","name":"S","input":{"path":"/home/ada/x"}},{"type":"tool_result","content":"r"}]}}"#,
            br#"{"type":"session","version":3,"id":"p","timestamp":"2026-01-02T03:04:05Z","cwd":"/home/ada/x"}"#,
            br#"{"type":"message","id":"1","parentId":null,"message":{"role":"assistant","content":[{"type":"toolCall","id":"c","name":"bash","arguments":{"command":"x"}}]}}"#,
            br#"{"type":"message","id":"2","parentId":"1","message":{"role":"toolResult","toolCallId":"c","content":[{"type":"text","text":"r"}],"isError":true}}"#,
            br#"{"type":"message","id":"3","parentId":"1","message":{"role":"user","content":"y"}}"#,
            br#"{"type":"leaf","id":"4","parentId":"3","targetId":"2"}"#,
            br#"{"sessionId":"s","projectHash":"p","kind":"subagent","directories":["/home/ada/x"]}"#,
            br#"{"id":"g","timestamp":"2026-01-02T03:04:05Z","type":"gemini","content":[{"text":"x"}],"toolCalls":[{"id":"1","name":"f","args":{"command":"x"},"status":"success","result":[{"functionResponse":{"id":"1","response":{"output":"Output: r\nExit Code: 1"}}}]}]}"#,
            br#"{"$set":{"messages":[{"id":"g","type":"user","content":[{"functionResponse":{"id":"1","response":{"error":"r"}}}]}]}}"#,
            br#"{"$rewindTo":"g"}"#,
            br#"{"info":{"id":"ses_1","directory":"/home/ada/x"},"messages":[{"info":{"id":"m","role":"assistant"},"parts":[{"type":"tool","tool":"bash","callID":"1","state":{"status":"completed","input":{"command":"x"},"output":"r","metadata":{"exit":1}}}]}]}"#,
            br#"{"git_dream":1,"agent":"a"}"#,
            br#"{"call":{"tool":"t","args":{"command":"x"},"status":"failed"}}"#,
            b"<!-- Generated by SpecStory -->\n_**User (2026-01-16 15:23:32Z)**_\n\nhi\n",
            b"_**Agent (m 2026-01-16)**_\n<tool-use data-tool-type=\"shell\" data-tool-name=\"B\"><details>\n<summary>x **B** `y`</summary>\n```text\n",
        ];
        let piece = (prop::sample::select(starts), any::<prop::sample::Index>(), any::<Option<u8>>());
        prop::collection::vec((piece, any::<bool>()), 1..6).prop_map(|pieces| {
            let mut bytes = Vec::new();
            for ((start, place, byte), cut) in pieces {
                let mut piece = start.to_vec();
                let place = place.index(piece.len());
                if let Some(byte) = byte {
                    piece[place] = byte;
                }
                piece.truncate(if cut { place } else { piece.len() });
                bytes.extend(piece);
                bytes.push(b'\n');
            }
            bytes
        })
    }

    proptest! {
        #[test]
        fn no_transcript_panics(bytes in mutated()) {
            let (sessions, read) = read(&bytes);
            prop_assert_eq!(sessions.len() as u64, read.sessions);
            for session in sessions {
                let numbers = session.events.iter().map(|event| event.number).collect::<Vec<_>>();
                prop_assert_eq!(numbers, (1..=session.events.len() as u32).collect::<Vec<_>>());
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            read(&bytes);
        }
    }
}
