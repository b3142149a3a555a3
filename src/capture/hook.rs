//! What an agent tells a hook on stdin, as Claude Code does at a session's end (<https://code.claude.com/docs/en/hooks>).
//!
//! Reads the fields that matter and takes them for what they are: claims. Of where agents keep anything only knows in which
//! folder beside a transcript its sub-agents' are.

use crate::session::{Skipped, discover};
use serde::Deserialize;
use serde_json::Value;
use std::path::{Component, Path, PathBuf};

/// Most bytes that a hook is told.
pub const MOST: u64 = 1 << 20;

/// What a hook was told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Told {
    /// The session, as its agent calls it: a text, from those that use it here.
    pub session_id: Value,
    /// Where the transcript is.
    pub transcript_path: Option<PathBuf>,
    /// Where the agent works.
    pub cwd: Option<PathBuf>,
    /// What happened: `SessionEnd`, `Stop`, …
    pub hook_event_name: String,
}

impl Told {
    /// Reads it. The error says what was expected.
    pub fn read(bytes: &[u8]) -> Result<Told, String> {
        if bytes.trim_ascii().is_empty() {
            return Err(
                "nothing on stdin: --hook is for an agent's hook, which tells a JSON object there".to_owned()
            );
        }
        let told: Told = serde_json::from_slice(bytes).map_err(|error| {
            format!("what is on stdin is not what a hook is told, a JSON object: {error}")
        })?;
        match &told.transcript_path {
            Some(path) if path.is_absolute() => Ok(told),
            Some(_) => Err("`transcript_path` is no absolute path".to_owned()),
            None => {
                Err("there is no `transcript_path`: this agent does not tell where its transcript is"
                    .to_owned())
            }
        }
    }

    /// Whether the session is said to be over. What tells nothing is called at a session's end.
    pub fn is_over(&self) -> bool {
        self.hook_event_name.is_empty() || self.hook_event_name == "SessionEnd"
    }

    /// The transcript, and those of the agents that its session started: in a folder `subagents` of one that is named after
    /// it, beside it or around it, or, as Gemini CLI has it, in a folder beside it that is named after the session.
    pub fn transcripts(&self) -> (Vec<PathBuf>, Vec<Skipped>) {
        let Some(path) = &self.transcript_path else { return (Vec::new(), Vec::new()) };
        let folder = path.parent();
        let around = folder.filter(|folder| folder.file_name() == path.file_stem());
        let named = [Some(path.with_extension("")), around.map(Path::to_owned)];
        let started = named.into_iter().flatten().map(|folder| folder.join("subagents"));
        let session = self.session_id.as_str().unwrap_or_default();
        // A name and no way to elsewhere.
        let is_name = matches!(Path::new(session).components().next(), Some(Component::Normal(name)) if *name == *session);
        let beside = folder.filter(|_| is_name).map(|folder| folder.join(session));
        let places = std::iter::once(path.clone()).chain(started).chain(beside);
        let places: Vec<PathBuf> = places.filter(|place| place.exists()).collect();
        discover::expand(&places)
    }

    /// Where the agent works, if it says so.
    pub fn folder(&self) -> Option<&Path> {
        self.cwd.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transcripts_of_a_session_are_its_own_and_those_of_its_sub_agents() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join("chats").join(name);
        for file in ["one.jsonl", "one/subagents/a.jsonl", "s-1/b.jsonl", "s-2/c.jsonl", "two.jsonl"] {
            std::fs::create_dir_all(place(file).parent().unwrap()).unwrap();
            std::fs::write(place(file), "{}").unwrap();
        }
        let found = |session: &str| {
            let told = Told {
                session_id: session.into(),
                transcript_path: Some(place("one.jsonl")),
                ..Told::default()
            };
            let found = told.transcripts().0;
            found.iter().map(|path| path.file_name().unwrap().display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(found("s-1"), ["one.jsonl", "a.jsonl", "b.jsonl"]);
        for no_name in ["", ".", "..", "../chats", "s-1/..", "s-1/"] {
            assert_eq!(found(no_name), ["one.jsonl", "a.jsonl"], "{no_name}");
        }
    }

    #[test]
    fn what_a_hook_is_told_is_read_and_what_is_wrong_is_said() {
        let path = std::env::temp_dir().join("s.jsonl");
        let said = serde_json::json!({
            "session_id": "x", "transcript_path": path, "cwd": "/w", "hook_event_name": "SessionEnd",
            "reason": "other", "from_the_future": {},
        });
        let told = Told::read(said.to_string().as_bytes()).unwrap();
        assert_eq!((told.transcript_path.as_deref(), told.is_over()), (Some(path.as_path()), true));
        assert!(!Told { hook_event_name: "Stop".to_owned(), ..told }.is_over());
        for (bytes, why) in [
            (&b""[..], "nothing on stdin"),
            (b"\xff\xfe{", "not what a hook is told"),
            (b"[]", "no `transcript_path`"),
            (b"{}", "no `transcript_path`"),
            (b"{\"transcript_path\":null}", "no `transcript_path`"),
            (b"{\"transcript_path\":\"s.jsonl\"}", "no absolute path"),
        ] {
            let said = Told::read(bytes).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
