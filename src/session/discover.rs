//! Transcripts among files and folders.
//!
//! A file that was named is read whatever it is, and what cannot be read is reported. In a folder only what may
//! be a transcript by its name's ending is looked at, everything else is left alone without a word; what such a
//! file holds decides later. Refuses to know the environment: it is passed in.

use super::Skipped;
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Endings under which transcripts are found in a folder.
const ENDINGS: &[&str] = &["jsonl", "ndjson", "json", "zst", "md"];

/// Files that agents keep beside their transcripts, and that are none.
const NO_TRANSCRIPTS: &[&str] = &[
    "history.jsonl",
    "session_index.jsonl",
    "settings.json",
    "settings.local.json",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "README.md",
    "CLAUDE.md",
    "AGENTS.md",
    "MEMORY.md",
    "SKILL.md",
];

/// Folders that hold no transcripts and may be very large, and those in which agents keep other things.
const NO_FOLDERS: &[&str] = &[".git", "node_modules", "target", "tool-results"];

/// Where Cursor keeps a folder a project, in the user's home.
const CURSOR: &str = ".cursor/projects";

/// The transcripts that these files and folders are or hold: sorted, each once, however often it was named or
/// linked to. Folders are walked into, also over links, but never in a circle.
pub fn expand(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<Skipped>) {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut real_folders = HashMap::new();
    let mut skipped = Vec::new();
    let mut skip = |path: &Path, reason: String| {
        skipped.push(Skipped { path: path.display().to_string(), line: None, reason });
    };
    let mut take = |path: &Path, is_link: bool, found: &mut Vec<PathBuf>| {
        if seen.insert(real_path(path, is_link, &mut real_folders)) {
            found.push(path.to_owned());
        }
    };
    for path in paths {
        match std::fs::metadata(path) {
            Err(error) => skip(path, format!("cannot be opened: {error}")),
            Ok(metadata) if !metadata.is_dir() => take(path, true, &mut found),
            Ok(_) => {
                let walk = WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter();
                let walk = walk.filter_entry(|entry| {
                    let is_left_out = NO_FOLDERS.iter().any(|name| entry.file_name() == *name);
                    let may_hold = !entry.file_type().is_dir() || !is_left_out;
                    entry.depth() == 0 || (may_hold && !is_beside_transcripts(entry.path()))
                });
                for entry in walk {
                    match entry {
                        Ok(entry) if entry.file_type().is_file() && may_be_transcript(entry.path()) => {
                            take(entry.path(), entry.path_is_symlink(), &mut found);
                        }
                        Ok(_) => {}
                        // A circle of links, or a link to nothing: no transcript is lost by it.
                        Err(error) if error.loop_ancestor().is_some() || is_missing(&error) => {}
                        Err(error) => {
                            let place = error.path().unwrap_or(path).to_owned();
                            skip(&place, format!("cannot be opened: {error}"));
                        }
                    }
                }
            }
        }
    }
    // By their text, which is much cheaper to compare than their components, and as good an order.
    found.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    found.dedup();
    (found, skipped)
}

/// Whether this lies in a project's folder of Cursor's beside the transcripts: what agents wrote, terminals, schemas.
fn is_beside_transcripts(path: &Path) -> bool {
    let is_in_project = path.parent().and_then(Path::parent).is_some_and(|all| all.ends_with(CURSOR));
    is_in_project && path.file_name().is_some_and(|name| name != "agent-transcripts")
}

/// Where a file really lies: a link and its target are one file. Of many files in one folder that are no links
/// only the folder is resolved. What cannot be resolved fails later, where it is reported.
fn real_path(path: &Path, is_link: bool, real_folders: &mut HashMap<PathBuf, PathBuf>) -> OsString {
    let (Some(folder), Some(name), false) = (path.parent(), path.file_name(), is_link) else {
        return path.canonicalize().unwrap_or_else(|_| path.to_owned()).into_os_string();
    };
    if !real_folders.contains_key(folder) {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        real_folders.insert(folder.to_owned(), real);
    }
    real_folders.get(folder).map_or_else(|| path.to_owned(), |folder| folder.join(name)).into_os_string()
}

/// The folders in which this user's agents keep their transcripts, whether they exist or not: Claude Code's projects
/// (`CLAUDE_CONFIG_DIR`, else `~/.claude`), Codex' sessions and archive (`CODEX_HOME`, else `~/.codex`), Cursor's projects
/// (`~/.cursor`) and the sessions of pi and omp ([`of_pi`]). `variable` looks a name up in the environment.
pub fn of_user(home: &Path, variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let base = |name: &str, folder: &str| match variable(name).filter(|value| !value.is_empty()) {
        Some(value) => PathBuf::from(value),
        None => home.join(folder),
    };
    let claude = base("CLAUDE_CONFIG_DIR", ".claude");
    let codex = base("CODEX_HOME", ".codex");
    let mut folders = vec![claude.join("projects"), codex.join("sessions"), codex.join("archived_sessions")];
    folders.push(home.join(CURSOR));
    folders.extend(of_pi(home, variable));
    folders
}

/// The transcript of this session of Cursor's, whose command line does not tell its hooks where that is. Of copies, as they
/// are left when a project moves, the one last written to.
pub fn of_cursor(home: &Path, session: &str) -> Option<PathBuf> {
    let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if session.is_empty() || !session.chars().all(is_id) {
        return None;
    }
    let file = format!("{session}.jsonl");
    let projects = std::fs::read_dir(home.join(CURSOR)).ok()?.filter_map(Result::ok);
    let places = projects.flat_map(|project| {
        let folder = project.path().join("agent-transcripts");
        [folder.join(session).join(&file), folder.join(&file)]
    });
    let written = |place: PathBuf| Some((std::fs::metadata(&place).ok()?.modified().ok(), place));
    places.filter_map(written).max().map(|(_, place)| place)
}

/// Where pi and omp keep their sessions: where `PI_CODING_AGENT_SESSION_DIR` says, else below `PI_CODING_AGENT_DIR`, which
/// both take, else below each one's own folder. Both variables may begin with `~/`.
fn of_pi(home: &Path, variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let said = |name: &str| {
        let path = PathBuf::from(variable(name).filter(|value| !value.is_empty())?);
        Some(path.strip_prefix("~").map(|below| home.join(below)).unwrap_or(path))
    };
    if let Some(sessions) = said("PI_CODING_AGENT_SESSION_DIR") {
        return vec![sessions];
    }
    match said("PI_CODING_AGENT_DIR") {
        Some(folder) => vec![folder.join("sessions")],
        None => vec![home.join(".pi/agent/sessions"), home.join(".omp/agent/sessions")],
    }
}

/// Judged by the ending and a few whole names; the rest of a name may be any bytes.
fn may_be_transcript(path: &Path) -> bool {
    let Some(name) = path.file_name() else { return false };
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    let is_one = ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()));
    let is_other = NO_TRANSCRIPTS.iter().any(|other| name == *other);
    is_one && !is_other && !name.as_encoded_bytes().ends_with(b".meta.json")
}

fn is_missing(error: &walkdir::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn finds_each_transcript_once_and_reports_only_what_was_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for file in ["b.jsonl", "deep/er/a.json", "photo.png", "node_modules/x.json", "deep/MEMORY.md"] {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), "{}").unwrap();
        }
        let named =
            [root.to_owned(), root.join("photo.png"), root.join("missing.jsonl"), root.join("b.jsonl")];
        let (found, skipped) = expand(&named);
        let names = found.iter().map(|path| path.strip_prefix(root).unwrap().display().to_string());
        let expected =
            ["b.jsonl".to_owned(), Path::new("deep/er/a.json").display().to_string(), "photo.png".into()];
        assert_eq!(names.collect::<Vec<_>>(), expected);
        assert_eq!(skipped.len(), 1);
        assert!(skipped[0].path.ends_with("missing.jsonl"));
    }

    /// Only some file systems take such names.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_no_unicode_is_a_name() {
        use std::os::unix::ffi::OsStringExt;
        let folder = tempfile::tempdir().unwrap();
        let name = OsString::from_vec(b"s\xe9ance \xff.jsonl".to_vec());
        fs::write(folder.path().join(&name), "{}").unwrap();
        fs::write(folder.path().join(OsString::from_vec(b"\xff.png".to_vec())), "").unwrap();
        let (found, skipped) = expand(&[folder.path().to_owned()]);
        assert_eq!((found, skipped), (vec![folder.path().join(name)], Vec::new()));
    }

    #[cfg(unix)]
    #[test]
    fn a_circle_of_links_ends() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::write(folder.path().join("in/a.jsonl"), "{}").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("in/again")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("in/dangling.jsonl")).unwrap();
        let (found, skipped) = expand(&[folder.path().to_owned()]);
        assert_eq!((found.len(), skipped.len()), (1, 0));
    }

    #[test]
    fn beside_cursor_s_transcripts_nothing_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let projects = folder.path().join(CURSOR);
        let transcripts = ["p/agent-transcripts/u/u.jsonl", "p/agent-transcripts/v.jsonl"];
        for file in
            [&["p/mcps/a/tool.json", "p/notes.md", "p/terminals/1.json"], transcripts.as_slice()].concat()
        {
            fs::create_dir_all(projects.join(file).parent().unwrap()).unwrap();
            fs::write(projects.join(file), "{}").unwrap();
        }
        let expected = transcripts.map(|file| projects.join(file)).to_vec();
        assert_eq!(expand(&of_user(folder.path(), |_| None)[3..4]).0, expected);
        assert_eq!(expand(&[folder.path().to_owned()]).0, expected);
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
        assert_eq!(of_cursor(home.path(), "u1"), Some(nested));
        assert_eq!(of_cursor(home.path(), "u2"), Some(flat));
        for none in ["", "u3", "../agent-transcripts/u2", "."] {
            assert_eq!(of_cursor(home.path(), none), None, "{none}");
        }
    }

    #[test]
    fn the_environment_says_where_agents_keep_their_sessions() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let with = |set: &str, value: &str| of_user(home, |name| (name == set).then(|| value.into()));
        let usual = [
            home.join(".claude/projects"),
            home.join(".codex/sessions"),
            home.join(".codex/archived_sessions"),
            home.join(".cursor/projects"),
            home.join(".pi/agent/sessions"),
            home.join(".omp/agent/sessions"),
        ];
        assert_eq!(with("", ""), usual);
        let moved = home.join("elsewhere");
        let codex = with("CODEX_HOME", moved.to_str().unwrap());
        assert_eq!(codex[1..3], [moved.join("sessions"), moved.join("archived_sessions")]);
        assert_eq!(with("PI_CODING_AGENT_DIR", moved.to_str().unwrap())[4..], [moved.join("sessions")]);
        assert_eq!(with("PI_CODING_AGENT_SESSION_DIR", "~/s")[4..], [home.join("s")]);
    }
}
