//! What is known of common programs, as far as judging failures needs it: which ask a question by their exit status,
//! which only look, and which show texts that others wrote.

use crate::digest::shell::Command;

/// Programs that look at something by showing its text.
const SHOW: &[&str] = &[
    "ack", "ag", "bat", "cat", "diff", "echo", "egrep", "fgrep", "find", "grep", "head", "jq", "less", "ls",
    "more", "nl", "printf", "rg", "sort", "strings", "tail", "uniq", "xxd",
];

/// Programs that look and show nothing that anybody wrote.
const LOOK: &[&str] = &[
    "[", "[[", "basename", "cd", "clear", "cmp", "cut", "date", "df", "dirname", "du", "env", "exit",
    "false", "fd", "file", "hexdump", "history", "hostname", "id", "lsof", "man", "nproc", "od", "pgrep",
    "printenv", "ps", "pwd", "readlink", "realpath", "set", "sleep", "stat", "test", "tr", "tree", "true",
    "type", "uname", "wait", "wc", "whereis", "which", "whoami", "yq", "command",
];

/// Programs that may also act, and that show texts of others when they look.
const SHOW_AND_ACT: &[&str] =
    &["awk", "curl", "dmesg", "docker", "gh", "git", "journalctl", "kubectl", "sed", "wget", "zcat", "zgrep"];

/// Whether a command's exit status 1 answers a question: no match, they differ, it is not there.
pub(super) fn asks_by_exit(command: &Command) -> bool {
    let arguments: Vec<&str> = command.arguments().collect();
    let has = |wanted: &[&str]| arguments.iter().any(|argument| wanted.contains(argument));
    match command.program() {
        "grep" | "egrep" | "fgrep" | "zgrep" | "rg" | "ag" | "ack" | "diff" | "cmp" | "colordiff"
        | "test" | "[" | "[[" | "which" | "type" | "hash" | "pgrep" | "pidof" | "fuser" | "lsof" | "expr"
        | "command" | "ugrep" | "false" | "let" | "comm" | "mountpoint" | "kill" | "pkill" | "killall"
        | "read" => true,
        "git" => {
            has(&[
                "grep",
                "check-ignore",
                "--exit-code",
                "--quiet",
                "--verify",
                "--is-ancestor",
                "--no-index",
            ]) || (has(&["config"]) && (has(&["--get"]) || arguments.len() == 2))
        }
        "systemctl" | "service" => has(&["is-active", "is-enabled", "status", "is-failed"]),
        "cargo" | "rustfmt" | "black" | "ruff" | "prettier" | "gofmt" | "isort" => {
            has(&["--check", "--diff", "-l", "--list-different"])
        }
        "curl" => {
            has(&["-f", "-sf", "--fail", "-fsS", "-sSf"]) && arguments.iter().any(|a| a.contains("localhost"))
        }
        "dpkg" | "rpm" => has(&["-s", "-l", "-q", "-W"]),
        "brew" => has(&["list", "ls"]),
        "docker" | "podman" => has(&["inspect"]),
        _ => false,
    }
}

/// Whether an option says that the command only verifies: its exit status then tells whether it found something.
pub(super) fn verifies(command: &Command) -> bool {
    let says =
        |word: &str| matches!(word, "--check" | "--exit-code" | "--detailed-exitcode" | "--list-different");
    command.arguments().any(|word| says(word) || word.starts_with("--verify"))
}

/// Whether an option says that the command only tells what it would do: its exit status may tell whether that is
/// anything.
pub(super) fn only_says(command: &Command) -> bool {
    command.arguments().any(|word| matches!(word, "--dry-run" | "--dryrun" | "--what-if" | "--simulate"))
}

/// Programs that only look; they are nobody's remedy.
pub(super) fn only_looks(program: &str) -> bool {
    SHOW.contains(&program) || LOOK.contains(&program)
}

/// Programs that only show text: their output may hold anybody's error messages.
pub(super) fn only_shows(program: &str) -> bool {
    SHOW.contains(&program) || SHOW_AND_ACT.contains(&program)
}

/// Programs that do nothing but show text.
pub(super) fn never_acts(program: &str) -> bool {
    SHOW.contains(&program) || matches!(program, "awk" | "dmesg" | "journalctl" | "sed" | "zcat" | "zgrep")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::shell::commands;
    use crate::redact::redact;

    #[test]
    fn questions_are_told_from_orders() {
        let asks = |line: &str| asks_by_exit(&commands(&redact(line))[0]);
        assert!(asks("command -v pnpm") && asks("git diff --quiet") && asks("/usr/bin/grep x y"));
        assert!(!asks("git push") && !asks("make test"));
    }
}
