//! Splits a shell line into the commands it runs.
//!
//! Owns quoting, escapes, substitutions, redirections, here-documents and the operators between commands, as
//! the POSIX shell grammar has them (with bash's `$'…'`, `<(…)`, `&>` and `[[ … ]]`), and which words of a command
//! only say how to run it ([`wrapping`]). Refuses to expand or to judge anything: a substitution is an opaque part
//! of a word. Any text is a line; broken quoting only makes the last word longer.

mod lexer;
mod skip;
mod wrapping;

pub(super) use wrapping::is_assignment;
pub(crate) use wrapping::program_name;

use crate::redact::Clean;
use std::ops::Range;

/// One simple command: what stands between two operators.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Command {
    /// Its words, quotes removed; redirections left out.
    pub(crate) words: Vec<Word>,
    /// Files that its standard output is written to.
    pub(crate) output: Vec<Word>,
    /// The body of its last here-document.
    pub(crate) document: Option<Clean>,
    /// What joins it to the command before.
    pub(crate) joined: Joined,
    /// The next command reads what it writes.
    pub(crate) piped: bool,
}

impl Command {
    /// The words of the command that is run in the end, without assignments and what only says how to run it
    /// (`sudo`, `timeout 5`, `uv run`, …).
    pub(crate) fn unwrapped(&self) -> &[Word] {
        wrapping::unwrapped(&self.words)
    }

    /// The words before those of [`Command::unwrapped`].
    pub(crate) fn wrapping(&self) -> &[Word] {
        let before = self.words.len() - self.unwrapped().len();
        self.words.get(..before).unwrap_or_default()
    }

    /// The program's name without its folder; empty where there is none.
    pub(crate) fn program(&self) -> &str {
        self.unwrapped().first().map(|word| program_name(&word.text)).unwrap_or_default()
    }

    /// The words after the program.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &str> {
        self.unwrapped().iter().skip(1).map(|word| word.text.as_str())
    }

    /// Where it stands in the line, from its first word to its last.
    pub(crate) fn place(&self) -> Option<Range<usize>> {
        Some(self.words.first()?.place.start..self.words.last()?.place.end)
    }
}

/// What joins a command to the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Joined {
    /// `;`, a new line, `&`, or nothing: runs whatever came before.
    #[default]
    Next,
    /// `&&`: runs only if the one before worked.
    And,
    /// `||`: runs only if the one before failed.
    Or,
    /// `|`: reads what the one before writes.
    Pipe,
}

/// One word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    /// Its text without quotes; substitutions left out.
    pub(crate) text: Clean,
    /// Nothing in it was substituted, so its text is what the command got.
    pub(crate) literal: bool,
    /// Where it stands in the line, quotes and substitutions included.
    pub(crate) place: Range<usize>,
}

/// The commands of a line, in order.
pub(crate) fn commands(line: &Clean) -> Vec<Command> {
    lexer::commands(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Vec<String>> {
        let words = |command: &Command| command.words.iter().map(|word| word.text.to_string()).collect();
        commands(&crate::redact::redact(line)).iter().map(words).collect()
    }

    #[test]
    fn operators_quotes_and_redirections_are_read_as_the_shell_reads_them() {
        assert_eq!(
            words(r#"cd "my dir" && FOO=1 cargo te\st 2>&1 --name='a b' | tail -5 >out.txt; echo done # no"#),
            [
                vec!["cd", "my dir"],
                vec!["FOO=1", "cargo", "test", "--name=a b"],
                vec!["tail", "-5"],
                vec!["echo", "done"]
            ]
        );
        assert_eq!(commands(&crate::redact::redact("a>x 2>y >>z"))[0].output.len(), 2);
    }

    #[test]
    fn substitutions_and_documents_are_no_commands() {
        let line = "git commit -m \"$(cat <<'EOF'\nDon't (stop\nEOF\n)\" && git push";
        assert_eq!(words(line), [vec!["git", "commit", "-m", ""], vec!["git", "push"]]);
        let line = "cat > a.txt <<-END\n\trm -rf /\n\tEND\nmake lint";
        assert_eq!(words(line), [vec!["cat"], vec!["make", "lint"]]);
        assert_eq!(words("diff <(sort a) <(sort b) `ls; pwd`"), [vec!["diff", "", "", ""]]);
        assert_eq!(words("xs=(a b); f() { ls; }"), [vec!["xs="], vec!["{", "ls"], vec!["}"]]);
        assert_eq!(
            words("case $x in a) b ;; c|d) e ;; esac"),
            [vec!["case"], vec!["b"], vec!["c"], vec!["e"], vec!["esac"]]
        );
    }

    #[test]
    fn broken_text_ends_somewhere() {
        for line in [
            "'", "\"$(", "a <<", "a <<EOF", "\\", "$", "${", "`é", ">(", "((((", "))))", "é\\", "a<<$(\n'",
            "&>", "$'é",
        ] {
            commands(&crate::redact::redact(line));
        }
    }

    /// The words of every command as they stand in the line.
    fn places(line: &str) -> Vec<Vec<&str>> {
        let commands = commands(&crate::redact::redact(line));
        let words = |command: &Command| command.words.iter().map(|word| &line[word.place.clone()]).collect();
        commands.iter().map(words).collect()
    }

    #[test]
    fn words_are_found_again_where_they_stood() {
        assert_eq!(
            places("cd 'a b' && make -j2 2>&1 | tail -5"),
            [vec!["cd", "'a b'"], vec!["make", "-j2"], vec!["tail", "-5"]]
        );
        assert_eq!(places("cat > x <<'EOF'\nrm -rf $(b)\nEOF\nls"), [vec!["cat"], vec!["ls"]]);
        assert_eq!(places("a \"b; c\" || d $(e; f) &"), [vec!["a", "\"b; c\""], vec!["d", "$(e; f)"]]);
        assert_eq!(places("a\\\n b\\ c\\\n"), [vec!["a", "b\\ c"]]);
        assert!(places("").is_empty() && !places("' \\").is_empty());
        let commands = commands(&crate::redact::redact("cd x && make -j2 2>&1 | tail"));
        assert_eq!(commands.iter().map(|c| c.piped).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(commands[1].place(), Some(8..16));
    }
}
