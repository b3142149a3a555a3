//! Where this user's agents keep what is theirs: their settings, and the transcripts among it.
//!
//! Owns the variables with which each agent is moved elsewhere, and what lies beside transcripts and is none. Refuses to
//! know the environment: it is passed in.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where Gemini CLI keeps what it notes of each project, its chats among it.
const GEMINI: &str = ".gemini/tmp";
/// Of a project of Gemini CLI, the folder with the transcripts.
const GEMINI_CHATS: &str = "chats";
/// Where Cursor keeps a folder a project, in the user's home.
const CURSOR: &str = ".cursor/projects";
/// Of a project of Cursor, the folder with the transcripts.
const CURSOR_TRANSCRIPTS: &str = "agent-transcripts";

/// The folders of this user's agents, whether they exist or not.
#[derive(Clone, Copy)]
pub struct Homes<'a> {
    /// The user's own folder.
    pub home: &'a Path,
    /// Looks a name up in the environment. What is no whole path counts as none.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
}

impl Homes<'_> {
    /// Claude Code's folder, if it is not the usual one.
    pub fn claude_code_moved(&self) -> Option<PathBuf> {
        self.said("CLAUDE_CONFIG_DIR")
    }

    /// Claude Code's folder.
    pub fn claude_code(&self) -> PathBuf {
        self.claude_code_moved().unwrap_or_else(|| self.home.join(".claude"))
    }

    /// Codex's folder.
    pub fn codex(&self) -> PathBuf {
        self.said("CODEX_HOME").unwrap_or_else(|| self.home.join(".codex"))
    }

    /// OpenCode's folder of settings.
    pub fn opencode(&self) -> PathBuf {
        self.said("XDG_CONFIG_HOME").unwrap_or_else(|| self.home.join(".config")).join("opencode")
    }

    /// What Gemini CLI takes for the user's home: it keeps a folder `.gemini` there.
    pub fn gemini(&self) -> PathBuf {
        self.said("GEMINI_CLI_HOME").unwrap_or_else(|| self.home.to_owned())
    }

    /// The folders with transcripts: Claude Code's projects, Codex's sessions and archive, Gemini CLI's and Cursor's
    /// projects, the sessions of pi and omp.
    pub fn transcripts(&self) -> Vec<PathBuf> {
        let (claude_code, codex) = (self.claude_code(), self.codex());
        let mut folders =
            vec![claude_code.join("projects"), codex.join("sessions"), codex.join("archived_sessions")];
        folders.extend([self.gemini().join(GEMINI), self.home.join(CURSOR)]);
        folders.extend(self.of_pi());
        folders
    }

    /// The transcript of this session of Cursor's, whose command line does not tell its hooks where that is. Of copies, as
    /// they are left when a project moves, the one last written to.
    pub fn cursor_transcript(&self, session: &str) -> Option<PathBuf> {
        let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if session.is_empty() || !session.chars().all(is_id) {
            return None;
        }
        let file = format!("{session}.jsonl");
        let projects = std::fs::read_dir(self.home.join(CURSOR)).ok()?.filter_map(Result::ok);
        let places = projects.flat_map(|project| {
            let folder = project.path().join(CURSOR_TRANSCRIPTS);
            [folder.join(session).join(&file), folder.join(&file)]
        });
        let written = |place: PathBuf| Some((std::fs::metadata(&place).ok()?.modified().ok(), place));
        places.filter_map(written).max().map(|(_, place)| place)
    }

    /// The sessions of pi and of omp: where `PI_CODING_AGENT_SESSION_DIR` says, else below `PI_CODING_AGENT_DIR`, which both
    /// take, else below each one's own folder. Both variables may begin with `~/`.
    fn of_pi(&self) -> Vec<PathBuf> {
        if let Some(sessions) = self.said("PI_CODING_AGENT_SESSION_DIR") {
            return vec![sessions];
        }
        match self.said("PI_CODING_AGENT_DIR") {
            Some(folder) => vec![folder.join("sessions")],
            None => vec![self.home.join(".pi/agent/sessions"), self.home.join(".omp/agent/sessions")],
        }
    }

    /// The folder that a variable names.
    fn said(&self, variable: &str) -> Option<PathBuf> {
        let path = PathBuf::from((self.variable)(variable)?);
        let path = path.strip_prefix("~").map(|below| self.home.join(below)).unwrap_or(path);
        path.is_absolute().then_some(path)
    }
}

/// Whether this lies in a project's folder beside the transcripts: what agents wrote, logs, checkpoints, terminals.
pub(super) fn is_beside_transcripts(path: &Path) -> bool {
    let projects = path.parent().and_then(Path::parent);
    let kept = [(GEMINI, GEMINI_CHATS), (CURSOR, CURSOR_TRANSCRIPTS)];
    let of_agent = kept.iter().find(|(all, _)| projects.is_some_and(|projects| projects.ends_with(all)));
    of_agent.is_some_and(|(_, transcripts)| path.file_name().is_some_and(|name| name != *transcripts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::discover::expand;
    use std::fs;

    fn usual(home: &Path) -> Homes<'_> {
        Homes { home, variable: &|_| None }
    }

    fn write(file: &Path) {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "{}").unwrap();
    }

    #[test]
    fn the_environment_says_where_agents_keep_what_is_theirs() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let with = |set: &str, value: &str| {
            let variable = |name: &str| (name == set).then(|| value.into());
            Homes { home, variable: &variable }.transcripts()
        };
        let all = [
            home.join(".claude/projects"),
            home.join(".codex/sessions"),
            home.join(".codex/archived_sessions"),
            home.join(".gemini/tmp"),
            home.join(".cursor/projects"),
            home.join(".pi/agent/sessions"),
            home.join(".omp/agent/sessions"),
        ];
        assert_eq!(with("", ""), all);
        assert_eq!(with("CODEX_HOME", ""), all, "nothing is no folder");
        assert_eq!(with("CODEX_HOME", "somewhere"), all, "nor is what is no whole path");
        let moved = home.join("elsewhere");
        let text = moved.to_str().unwrap();
        assert_eq!(with("CLAUDE_CONFIG_DIR", text)[0], moved.join("projects"));
        assert_eq!(with("CODEX_HOME", text)[1..3], [moved.join("sessions"), moved.join("archived_sessions")]);
        assert_eq!(with("GEMINI_CLI_HOME", text)[3], moved.join(".gemini/tmp"));
        assert_eq!(with("PI_CODING_AGENT_DIR", text)[5..], [moved.join("sessions")]);
        assert_eq!(with("PI_CODING_AGENT_SESSION_DIR", "~/s")[5..], [home.join("s")]);
    }

    #[test]
    fn beside_transcripts_nothing_is_looked_at() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let kept = [
            ".cursor/projects/p/agent-transcripts/u/u.jsonl",
            ".cursor/projects/p/agent-transcripts/v.jsonl",
            ".gemini/tmp/shop/chats/s-1/worker.jsonl",
            ".gemini/tmp/shop/chats/session-1.jsonl",
        ];
        let beside = [
            ".cursor/projects/p/mcps/a/tool.json",
            ".cursor/projects/p/notes.md",
            ".cursor/projects/p/terminals/1.json",
            ".gemini/tmp/shop/checkpoints/a.json",
            ".gemini/tmp/shop/logs.json",
            ".gemini/tmp/shop/tool-outputs/session-1/x.json",
        ];
        kept.iter().chain(&beside).for_each(|file| write(&home.join(file)));
        let kept: Vec<PathBuf> = kept.iter().map(|file| home.join(file)).collect();
        assert_eq!(expand(&usual(home).transcripts()[3..5]), (kept.clone(), Vec::new()));
        assert_eq!(expand(&[home.to_owned()]), (kept.clone(), Vec::new()));
        assert_eq!(expand(&[home.join(".gemini/tmp/shop")]), (kept[2..].to_vec(), Vec::new()));
    }

    #[test]
    fn a_session_of_cursor_s_is_found_by_its_id() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(CURSOR).join("p/agent-transcripts");
        let (nested, flat) = (folder.join("u1/u1.jsonl"), folder.join("u2.jsonl"));
        fs::create_dir_all(folder.join("u1")).unwrap();
        for file in [&nested, &flat] {
            fs::write(file, "{}").unwrap();
        }
        assert_eq!(usual(home.path()).cursor_transcript("u1"), Some(nested));
        assert_eq!(usual(home.path()).cursor_transcript("u2"), Some(flat));
        for none in ["", "u3", "../agent-transcripts/u2", "."] {
            assert_eq!(usual(home.path()).cursor_transcript(none), None, "{none}");
        }
    }
}
