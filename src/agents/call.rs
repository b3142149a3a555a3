//! How an agent calls git-dream: written into its settings, and recognised there again.

use super::Agent;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// How this program is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// As git's own commands are: it is on the search path.
    Git,
    /// By where it lies.
    At(PathBuf),
}

/// What a shell makes of a quoted program at the beginning of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shell {
    /// Runs it: POSIX shells, and cmd.
    Plain,
    /// Prints it, unless `&` stands before it: PowerShell.
    Power,
}

impl Program {
    /// As `git dream` where `git-dream` is on the search path, else as the program that runs now.
    pub fn find(search_path: Option<&OsStr>, this: &Path) -> Program {
        match is_on_path("git-dream", search_path) {
            true => Program::Git,
            false => Program::At(this.to_owned()),
        }
    }

    /// The command line of a hook for this event.
    pub(super) fn hook(&self, event: &str, agent: Agent, shell: Shell) -> String {
        let program = match self {
            Program::Git => "git dream".to_owned(),
            Program::At(path) => quoted(path, shell),
        };
        format!("{program} hook {event} --agent {agent}")
    }

    /// The program of the MCP server, and its arguments.
    pub(super) fn server(&self) -> (String, Vec<String>) {
        match self {
            Program::Git => ("git".to_owned(), vec!["dream".to_owned(), "mcp".to_owned()]),
            Program::At(path) => (path.display().to_string(), vec!["mcp".to_owned()]),
        }
    }

    /// What to start, and with which arguments to begin, where no shell is between.
    pub(super) fn words(&self) -> Vec<String> {
        let (program, mut arguments) = self.server();
        arguments.pop();
        arguments.insert(0, program);
        arguments
    }
}

/// Whether a program of this name is on the search path.
pub(super) fn is_on_path(name: &str, search_path: Option<&OsStr>) -> bool {
    on_path(name, search_path).is_some()
}

/// The program of this name that a shell would run.
pub fn on_path(name: &str, search_path: Option<&OsStr>) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    let folders = search_path.into_iter().flat_map(std::env::split_paths);
    let mut files =
        folders.flat_map(|folder| endings.iter().map(move |end| folder.join(format!("{name}{end}"))));
    files.find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

fn quoted(path: &Path, shell: Shell) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%=".contains(c);
    if !cfg!(windows) {
        return match path.chars().all(is_plain) {
            true => path,
            false => format!("'{}'", path.replace('\'', r"'\''")),
        };
    }
    // Slashes, because Git's bash takes a backslash for something else; Windows takes either.
    let path = path.replace('\\', "/");
    match (path.chars().all(is_plain), shell) {
        (true, _) => path,
        (false, Shell::Plain) => format!("\"{path}\""),
        (false, Shell::Power) => format!("& \"{path}\""),
    }
}

/// A call of git-dream that stands in settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Called {
    /// The program; `None` where git is to find it.
    pub(super) program: Option<PathBuf>,
}

/// The call in a hook's command line, if it is one of ours: `git dream hook`, or `git dream capture --hook` as it was
/// written by hand before there was anything to connect.
pub(super) fn hook_in(line: &str) -> Option<Called> {
    let words = words(line);
    let (called, arguments) = called(&words)?;
    let first = arguments.first().map(String::as_str);
    let is_ours = match first {
        Some("hook") => true,
        Some("capture") => arguments.iter().any(|argument| argument == "--hook"),
        _ => false,
    };
    is_ours.then_some(called)
}

/// The call that starts an MCP server, if it is ours.
pub(super) fn server_in(words: &[String]) -> Option<Called> {
    let (called, arguments) = called(words)?;
    (arguments.first().map(String::as_str) == Some("mcp")).then_some(called)
}

fn called(words: &[String]) -> Option<(Called, &[String])> {
    let words = if words.first().is_some_and(|word| word == "&") { words.get(1..)? } else { words };
    let (program, arguments) = words.split_first()?;
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default();
    match name.strip_suffix(".exe").unwrap_or(name) {
        "git" if arguments.first().is_some_and(|first| first == "dream") => {
            Some((Called { program: None }, arguments.get(1..)?))
        }
        // Called by its name alone, it is found where git finds it.
        "git-dream" if name == program => Some((Called { program: None }, arguments)),
        "git-dream" => Some((Called { program: Some(PathBuf::from(program)) }, arguments)),
        _ => None,
    }
}

/// The words of a command line, rid of quotes. Not a shell: enough for what [`Program::hook`] writes, and people do.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\\', quoted)
                if quoted != Some('\'') && characters.peek().is_some_and(|c| "\\\"' ".contains(*c)) =>
            {
                word.get_or_insert_default().extend(characters.next());
            }
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('"' | '\'', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_recognised_and_what_others_wrote_is_not() {
        for path in ["/usr/bin/git-dream", "/home/o'neil/my tools/git-dream"] {
            let line = Program::At(PathBuf::from(path)).hook("SessionStart", Agent::Codex, Shell::Plain);
            assert_eq!(hook_in(&line), Some(Called { program: Some(PathBuf::from(path)) }), "{line}");
        }
        let line = Program::Git.hook("SessionEnd", Agent::ClaudeCode, Shell::Plain);
        assert_eq!(line, "git dream hook SessionEnd --agent claude-code");
        let anywhere = Some(Called { program: None });
        for ours in
            [&line, "git-dream hook Stop", "git dream capture --hook --background", "git-dream.exe hook X"]
        {
            assert_eq!(hook_in(ours), anywhere, "{ours}");
        }
        assert!(hook_in(r#"& "C:/Program Files/git-dream.exe" hook SessionEnd"#).is_some());
        assert!(hook_in(r"C:\tools\git-dream.exe hook SessionEnd").is_some());
        for other in [
            "",
            "git dream",
            "git dream status",
            "git dream capture",
            "echo git dream hook",
            "my-git-dream hook",
            "git-dream-hook",
            "sh -c 'git dream hook SessionEnd'",
            "'",
            "\\",
        ] {
            assert_eq!(hook_in(other), None, "{other}");
        }
        let (program, arguments) = Program::Git.server();
        let words: Vec<String> = std::iter::once(program).chain(arguments).collect();
        assert_eq!(server_in(&words), anywhere);
        assert_eq!(server_in(&["npx".to_owned(), "git-dream".to_owned(), "mcp".to_owned()]), None);
    }
}
