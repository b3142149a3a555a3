//! What is known of common programs, as far as judging failures needs it: which ask a question by their exit status,
//! which only look, and which show texts that others wrote.

use super::shell::Segment;

/// Whether a command's exit status 1 answers a question: no match, they differ, it is not there.
pub fn asks_by_exit(segment: &Segment, line: &str) -> bool {
    let arguments = segment.arguments(line);
    let has = |wanted: &[&str]| arguments.iter().any(|argument| wanted.contains(argument));
    match segment.program(line) {
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

/// Programs that only look; they are nobody's remedy.
pub fn only_looks(program: &str) -> bool {
    matches!(
        program,
        "ls" | "cat"
            | "head"
            | "tail"
            | "less"
            | "more"
            | "grep"
            | "egrep"
            | "fgrep"
            | "rg"
            | "find"
            | "fd"
            | "stat"
            | "file"
            | "wc"
            | "pwd"
            | "echo"
            | "printf"
            | "which"
            | "type"
            | "whereis"
            | "tree"
            | "env"
            | "printenv"
            | "ps"
            | "df"
            | "du"
            | "date"
            | "whoami"
            | "id"
            | "uname"
            | "diff"
            | "cmp"
            | "test"
            | "["
            | "[["
            | "true"
            | "false"
            | "sort"
            | "uniq"
            | "cut"
            | "tr"
            | "jq"
            | "yq"
            | "nl"
            | "od"
            | "xxd"
            | "strings"
            | "man"
            | "sleep"
            | "history"
            | "cd"
            | "realpath"
            | "readlink"
            | "basename"
            | "dirname"
            | "hexdump"
            | "ag"
            | "ack"
            | "lsof"
            | "pgrep"
            | "set"
            | "wait"
            | "exit"
            | "clear"
            | "bat"
            | "hostname"
            | "nproc"
    )
}

/// Programs that only show text: their output may hold anybody's error messages.
pub fn only_shows(program: &str) -> bool {
    matches!(
        program,
        "cat"
            | "head"
            | "tail"
            | "less"
            | "more"
            | "grep"
            | "egrep"
            | "fgrep"
            | "rg"
            | "sed"
            | "awk"
            | "find"
            | "ls"
            | "journalctl"
            | "dmesg"
            | "bat"
            | "nl"
            | "jq"
            | "zcat"
            | "zgrep"
            | "ag"
            | "ack"
            | "strings"
            | "echo"
            | "printf"
            | "diff"
            | "xxd"
            | "sort"
            | "uniq"
            | "kubectl"
            | "docker"
            | "gh"
            | "git"
            | "curl"
            | "wget"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::failure::shell::segments;

    #[test]
    fn questions_are_told_from_orders() {
        let asks = |line: &str| asks_by_exit(&segments(line)[0], line);
        assert!(asks("command -v pnpm") && asks("git diff --quiet") && asks("/usr/bin/grep x y"));
        assert!(!asks("git push") && !asks("make test"));
    }
}
