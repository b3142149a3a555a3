//! Shell lines, as far as judging failures needs them: which commands stand in a line, with which words.
//!
//! Knows quotes, pipes, lists, here-documents and redirections. Refuses to expand anything. Everything it gives
//! points into the line, so that quotes stay verbatim.

use std::ops::Range;

/// One command of a shell line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Its words with their places in the line, variable assignments in front included, redirections left out.
    pub words: Vec<Range<usize>>,
    /// How many of `words` stand in front of the program: assignments, `sudo`, `timeout 5`, …
    pub before_program: usize,
    /// Its output goes into the next one.
    pub piped: bool,
}

impl Segment {
    /// The program's name without its folder; empty where there is none.
    pub fn program<'a>(&self, line: &'a str) -> &'a str {
        let word =
            self.words.get(self.before_program).and_then(|range| line.get(range.clone())).unwrap_or_default();
        word.rsplit('/').next().unwrap_or_default()
    }

    /// The words after the program.
    pub fn arguments<'a>(&self, line: &'a str) -> Vec<&'a str> {
        self.words.iter().skip(self.before_program + 1).filter_map(|range| line.get(range.clone())).collect()
    }

    /// Where it stands in the line, from its first word to its last.
    pub fn span(&self) -> Option<Range<usize>> {
        Some(self.words.first()?.start..self.words.last()?.end)
    }
}

/// The commands of a shell line, in order.
pub fn segments(line: &str) -> Vec<Segment> {
    let bytes = line.as_bytes();
    let mut done: Vec<Segment> = Vec::new();
    let mut now = Segment::default();
    let mut at = 0;
    let mut here_document: Option<&str> = None;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' => {
                close(&mut done, &mut now, false, line);
                at += 1;
                if let Some(end) = here_document.take() {
                    at = after_here_document(line, at, end);
                }
            }
            b' ' | b'\t' | b'\r' => at += 1,
            b'\\' if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            b'#' if now.words.is_empty()
                || bytes.get(at.wrapping_sub(1)).is_some_and(u8::is_ascii_whitespace) =>
            {
                at = line.get(at..).and_then(|rest| rest.find('\n')).map_or(bytes.len(), |end| at + end);
            }
            b';' | b'(' | b')' => {
                close(&mut done, &mut now, false, line);
                at += 1;
            }
            b'&' if bytes.get(at + 1) == Some(&b'>') => at = redirection(line, at + 1).0,
            b'&' => {
                close(&mut done, &mut now, false, line);
                at += if bytes.get(at + 1) == Some(&b'&') { 2 } else { 1 };
            }
            b'|' => {
                let or = bytes.get(at + 1) == Some(&b'|');
                close(&mut done, &mut now, !or, line);
                at += if or || bytes.get(at + 1) == Some(&b'&') { 2 } else { 1 };
            }
            b'<' | b'>' => {
                let (end, document) = redirection(line, at);
                here_document = document.or(here_document);
                at = end;
            }
            _ => {
                let end = word_end(bytes, at);
                let numbered = matches!(bytes.get(end), Some(b'<' | b'>'))
                    && line.get(at..end).is_some_and(|word| word.bytes().all(|b| b.is_ascii_digit()));
                if numbered {
                    at = redirection(line, end).0; // `2>&1`
                } else {
                    now.words.push(at..end);
                    at = end;
                }
            }
        }
    }
    close(&mut done, &mut now, false, line);
    done
}

/// Ends the command being read, if there is one.
fn close(done: &mut Vec<Segment>, now: &mut Segment, piped: bool, line: &str) {
    if now.words.is_empty() {
        return;
    }
    let mut segment = std::mem::take(now);
    segment.piped = piped;
    segment.before_program = prefix_length(&segment, line);
    done.push(segment);
}

/// Words in front of the program that only say how to run it.
fn prefix_length(segment: &Segment, line: &str) -> usize {
    let word =
        |at: usize| segment.words.get(at).and_then(|range| line.get(range.clone())).unwrap_or_default();
    let mut at = 0;
    while at + 1 < segment.words.len() {
        let wraps =
            matches!(word(at), "sudo" | "env" | "time" | "nohup" | "exec" | "command" | "timeout" | "nice");
        let keyword = matches!(word(at), "then" | "do" | "else" | "if" | "while" | "!" | "{");
        if word(at) == "command" && word(at + 1).starts_with('-') {
            break; // `command -v` asks a question
        }
        if !(wraps || keyword || is_assignment(word(at))) {
            break;
        }
        let is_timeout = word(at) == "timeout";
        at += 1;
        while wraps && at + 1 < segment.words.len() && word(at).starts_with('-') {
            at += 1;
        }
        if is_timeout && at + 1 < segment.words.len() && word(at).starts_with(|c: char| c.is_ascii_digit()) {
            at += 1;
        }
    }
    at
}

/// `NAME=value`.
pub fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

/// Where a word that starts here ends.
fn word_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    let mut depth = 0usize;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\'' => at = closing(bytes, at, b'\'', false),
            b'"' => at = closing(bytes, at, b'"', true),
            b'`' => at = closing(bytes, at, b'`', true),
            b'\\' => at += 2,
            b'$' if bytes.get(at + 1) == Some(&b'(') => {
                depth += 1;
                at += 2;
            }
            b')' if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' if depth == 0 => {
                break;
            }
            _ => at += 1,
        }
    }
    at.min(bytes.len()).max(start + 1)
}

/// The place after the quote that closes the one at `start`.
fn closing(bytes: &[u8], start: usize, quote: u8, escapes: bool) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\\' && escapes {
            at += 2;
        } else if byte == quote {
            return at + 1;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// The place after a redirection that starts here, and the word that ends its here-document, if it is one.
fn redirection(line: &str, start: usize) -> (usize, Option<&str>) {
    let bytes = line.as_bytes();
    let mut at = start;
    while matches!(bytes.get(at), Some(b'<' | b'>' | b'&' | b'-')) {
        at += 1;
    }
    let document = line.get(start..at).is_some_and(|signs| matches!(signs, "<<" | "<<-"));
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    if at >= bytes.len() || bytes.get(at) == Some(&b'\n') || bytes.get(at) == Some(&b'(') {
        return (at.max(start + 1), None);
    }
    let end = word_end(bytes, at);
    let word = line.get(at..end).unwrap_or_default().trim_matches(['\'', '"']);
    (end, document.then_some(word))
}

/// The place after the here-document that starts at this line.
fn after_here_document(line: &str, start: usize, end: &str) -> usize {
    let mut at = start;
    for text in line.get(start..).unwrap_or_default().split_inclusive('\n') {
        at += text.len();
        if text.trim() == end {
            return at;
        }
    }
    line.len()
}

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

    fn words(line: &str) -> Vec<Vec<&str>> {
        segments(line).iter().map(|s| s.words.iter().map(|r| &line[r.clone()]).collect()).collect()
    }

    #[test]
    fn commands_are_told_apart() {
        assert_eq!(
            words("cd 'a b' && make -j2 2>&1 | tail -5"),
            [vec!["cd", "'a b'"], vec!["make", "-j2"], vec!["tail", "-5"]]
        );
        assert_eq!(words("cat > x <<'EOF'\nrm -rf $(b)\nEOF\nls"), [vec!["cat"], vec!["ls"]]);
        assert_eq!(words("a \"b; c\" || d $(e; f) &"), [vec!["a", "\"b; c\""], vec!["d", "$(e; f)"]]);
        assert!(words("").is_empty() && !words("' \\").is_empty());
    }

    #[test]
    fn the_program_stands_behind_what_only_says_how_to_run_it() {
        let line = "FOO=1 sudo -E timeout 5 /usr/bin/make all";
        assert_eq!(segments(line)[0].program(line), "make");
        assert_eq!(segments(line)[0].arguments(line), ["all"]);
        let asks = "command -v pnpm";
        assert!(asks_by_exit(&segments(asks)[0], asks));
    }
}
