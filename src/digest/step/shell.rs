//! Splits a shell line into the commands it runs.
//!
//! Owns quoting, escapes, substitutions, redirections, here-documents and the operators between commands, as
//! the POSIX shell grammar has them (with bash's `$'…'`, `<(…)`, `&>` and `[[ … ]]`). Refuses to expand or to
//! judge anything: a substitution is an opaque part of a word. Any text is a line; broken quoting only makes
//! the last word longer. One pass, no recursion, so that hostile text costs what its length is.

use crate::redact::Clean;
use std::ops::Range;

/// Most commands taken from one line. What follows is dropped: a script that long is no step of work.
const MOST_COMMANDS: usize = 64;
/// Most words of one command. Generated argument lists are longer; nothing after these names the command.
const MOST_WORDS: usize = 256;

/// One simple command: what stands between two operators.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Command {
    /// Its words, quotes removed; redirections left out.
    pub(super) words: Vec<Word>,
    /// Files that its standard output is written to.
    pub(super) output: Vec<Word>,
    /// The body of its last here-document.
    pub(super) document: Option<Clean>,
    /// What joins it to the command before.
    pub(super) joined: Joined,
}

/// What joins a command to the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Joined {
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
pub(super) struct Word {
    /// Its text without quotes; substitutions left out.
    pub(super) text: Clean,
    /// Nothing in it was substituted, so its text is what the command got.
    pub(super) literal: bool,
}

/// The commands of a line, in order.
pub(super) fn commands(line: &Clean) -> Vec<Command> {
    let mut lexer = Lexer::new(line);
    while lexer.at < lexer.bytes.len() && lexer.done.len() < MOST_COMMANDS {
        lexer.advance();
    }
    lexer.end_command(Joined::Next);
    lexer.done
}

/// Where the word after a redirection operator goes.
#[derive(Clone, Copy, PartialEq)]
enum Awaited {
    /// It is an ordinary word of the command.
    Word,
    /// It is a file that standard output is written to.
    Output,
    /// It names a file or descriptor that says nothing about the step.
    Ignored,
    /// It is the word that ends a here-document; whether leading tabs are stripped.
    Delimiter { tabs: bool },
}

/// A word that is being read.
#[derive(Default)]
struct Unfinished {
    /// The parts of the line that it is made of.
    pieces: Vec<Range<usize>>,
    /// Something in it was substituted.
    substituted: bool,
}

struct Lexer<'a> {
    line: &'a Clean,
    bytes: &'a [u8],
    at: usize,
    done: Vec<Command>,
    command: Command,
    word: Option<Unfinished>,
    awaited: Awaited,
    /// Delimiters of here-documents that begin after this line's end.
    documents: Vec<(Clean, bool)>,
    open_groups: usize,
}

impl<'a> Lexer<'a> {
    fn new(line: &'a Clean) -> Lexer<'a> {
        Lexer {
            line,
            bytes: line.as_bytes(),
            at: 0,
            done: Vec::new(),
            command: Command::default(),
            word: None,
            awaited: Awaited::Word,
            documents: Vec::new(),
            open_groups: 0,
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Reads one token or one part of a word.
    fn advance(&mut self) {
        match self.peek(0) {
            b' ' | b'\t' | b'\r' => self.skip_and_end_word(1),
            b'\n' => {
                self.end_command(Joined::Next);
                self.at += 1;
                self.read_documents();
            }
            b'\\' if self.peek(1) == b'\n' => self.at += 2,
            b'\\' => {
                self.at += 1;
                self.take(character_length(self.peek(0)));
            }
            b'\'' => self.single_quoted(1),
            b'"' => self.double_quoted(),
            b'$' if self.peek(1) == b'\'' => self.single_quoted(2),
            b'$' | b'`' => self.substitution(),
            b'<' | b'>' if self.peek(1) == b'(' => {
                self.skip_substituted(skip_parenthesised(self.bytes, self.at + 2))
            }
            b'<' | b'>' => self.redirection(),
            b'&' if self.peek(1) == b'>' => {
                self.end_word();
                self.at += 1;
                self.redirection();
            }
            b'&' if self.peek(1) == b'&' => self.operator(2, Joined::And),
            b'|' if self.peek(1) == b'|' => self.operator(2, Joined::Or),
            b'|' => self.operator(if self.peek(1) == b'&' { 2 } else { 1 }, Joined::Pipe),
            b'&' | b';' => self.operator(1, Joined::Next),
            b'(' => self.open_group(),
            b')' => self.close_group(),
            b'#' if self.word.is_none() => self.at = find(self.bytes, self.at, b'\n'),
            first => self.take(character_length(first)),
        }
    }

    /// Adds the next bytes to the word, growing its last piece where they adjoin.
    fn take(&mut self, length: usize) {
        let end = (self.at + length).min(self.bytes.len());
        let word = self.word.get_or_insert_default();
        match word.pieces.last_mut() {
            Some(piece) if piece.end == self.at => piece.end = end,
            _ => word.pieces.push(self.at..end),
        }
        self.at = end;
    }

    fn single_quoted(&mut self, opening: usize) {
        let start = (self.at + opening).min(self.bytes.len());
        let end = find(self.bytes, start, b'\'');
        self.word.get_or_insert_default().pieces.push(start..end);
        self.at = (end + 1).min(self.bytes.len());
    }

    fn double_quoted(&mut self) {
        self.at += 1;
        self.word.get_or_insert_default();
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if matches!(self.peek(1), b'"' | b'\\' | b'$' | b'`') => {
                    self.at += 1;
                    self.take(1);
                }
                b'$' | b'`' => self.substitution(),
                first => self.take(character_length(first)),
            }
        }
    }

    /// `$name`, `${…}`, `$(…)`, `` `…` ``: skipped, and the word marked.
    fn substitution(&mut self) {
        let end = match (self.peek(0), self.peek(1)) {
            (b'`', _) => find(self.bytes, self.at + 1, b'`') + 1,
            (_, b'(') => skip_parenthesised(self.bytes, self.at + 2),
            (_, b'{') => find(self.bytes, self.at + 2, b'}') + 1,
            (_, next) if next == b'_' || next.is_ascii_alphanumeric() => {
                let name = self.bytes[self.at + 1..].iter();
                self.at + 1 + name.take_while(|b| **b == b'_' || b.is_ascii_alphanumeric()).count()
            }
            (_, b'?' | b'!' | b'@' | b'*' | b'#' | b'$') => self.at + 2,
            _ => return self.take(1),
        };
        self.skip_substituted(end);
    }

    fn skip_substituted(&mut self, end: usize) {
        self.word.get_or_insert_default().substituted = true;
        self.at = end.min(self.bytes.len());
    }

    fn redirection(&mut self) {
        // Digits right before the operator are the descriptor, not a word.
        let descriptor = self.word.as_ref().map(|word| self.text_of(word));
        let numbered =
            descriptor.as_deref().is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()));
        let standard_output = !numbered || descriptor.as_deref() == Some("1");
        if numbered {
            self.word = None;
        }
        self.end_word();
        let (length, awaited) = match (self.peek(0), self.peek(1), self.peek(2)) {
            (b'<', b'<', b'<') => (3, Awaited::Ignored),
            (b'<', b'<', b'-') => (3, Awaited::Delimiter { tabs: true }),
            (b'<', b'<', _) => (2, Awaited::Delimiter { tabs: false }),
            (b'<' | b'>', b'&', _) | (b'<', b'>', _) => (2, Awaited::Ignored),
            (b'<', ..) => (1, Awaited::Ignored),
            (_, b'>' | b'|', _) if standard_output => (2, Awaited::Output),
            (_, b'>' | b'|', _) => (2, Awaited::Ignored),
            _ if standard_output => (1, Awaited::Output),
            _ => (1, Awaited::Ignored),
        };
        self.at += length;
        self.awaited = awaited;
    }

    fn operator(&mut self, length: usize, joined: Joined) {
        self.end_command(joined);
        self.at += length;
    }

    fn open_group(&mut self) {
        let array = self.word.as_ref().is_some_and(|word| self.text_of(word).ends_with('='));
        if array {
            self.skip_substituted(skip_parenthesised(self.bytes, self.at + 1));
            return;
        }
        // A name before a parenthesis defines a function; the name is no command.
        self.word = None;
        self.command.words.clear();
        self.open_groups += 1;
        self.at += 1;
    }

    fn close_group(&mut self) {
        if self.open_groups == 0 {
            // The pattern of a `case` branch.
            self.word = None;
            self.command.words.retain(|word| &*word.text == "case");
        }
        self.end_command(Joined::Next);
        self.open_groups = self.open_groups.saturating_sub(1);
        self.at += 1;
    }

    fn skip_and_end_word(&mut self, length: usize) {
        self.end_word();
        self.at += length;
    }

    fn text_of(&self, word: &Unfinished) -> Clean {
        let pieces: Vec<Clean> =
            word.pieces.iter().filter_map(|piece| self.line.part(piece.clone())).collect();
        match pieces.as_slice() {
            [one] => one.clone(),
            many => Clean::join(&many.iter().collect::<Vec<_>>(), ""),
        }
    }

    fn end_word(&mut self) {
        let Some(unfinished) = self.word.take() else { return };
        let word = Word { text: self.text_of(&unfinished), literal: !unfinished.substituted };
        match std::mem::replace(&mut self.awaited, Awaited::Word) {
            Awaited::Word if self.command.words.len() < MOST_WORDS => self.command.words.push(word),
            Awaited::Output => self.command.output.push(word),
            Awaited::Delimiter { tabs } => self.documents.push((word.text, tabs)),
            Awaited::Word | Awaited::Ignored => {}
        }
    }

    /// Ends the command; the next one is joined to it like this.
    fn end_command(&mut self, joined: Joined) {
        self.end_word();
        self.awaited = Awaited::Word;
        let next = Command { joined, ..Command::default() };
        let command = std::mem::replace(&mut self.command, next);
        if !command.words.is_empty() || !command.output.is_empty() {
            self.done.push(command);
        } else if joined == Joined::Next {
            // Nothing stood here (a blank line after `&&`): the earlier operator still holds.
            self.command.joined = command.joined;
        }
    }

    /// Skips the here-documents that were announced on the line just ended; the last one belongs to the last
    /// command.
    fn read_documents(&mut self) {
        for (delimiter, tabs) in std::mem::take(&mut self.documents) {
            let body = document(self.bytes, self.at, delimiter.as_bytes(), tabs);
            if let Some(command) = self.done.last_mut() {
                command.document = self.line.part(self.at..body.end);
            }
            self.at = body.next;
        }
    }
}

/// Where a here-document's body ends and what follows it begins.
struct Document {
    end: usize,
    next: usize,
}

fn document(bytes: &[u8], start: usize, delimiter: &[u8], tabs: bool) -> Document {
    let mut at = start;
    while at < bytes.len() {
        let end = find(bytes, at, b'\n');
        let mut line = &bytes[at..end];
        while tabs && line.first() == Some(&b'\t') {
            line = &line[1..];
        }
        if line.strip_suffix(b"\r").unwrap_or(line) == delimiter {
            return Document { end: at, next: (end + 1).min(bytes.len()) };
        }
        at = end + 1;
    }
    Document { end: bytes.len(), next: bytes.len() }
}

/// The position after the parenthesis that closes the one just opened, quotes and here-documents minded.
fn skip_parenthesised(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    // What is open: `(` or `"`.
    let mut open = vec![b'('];
    while let (Some(&byte), Some(&innermost)) = (bytes.get(at), open.last()) {
        let quoted = innermost == b'"';
        match byte {
            b'\\' => at += 1,
            b'"' if quoted => drop(open.pop()),
            b'"' => open.push(b'"'),
            b'\'' if !quoted => at = find(bytes, at + 1, b'\''),
            b'(' if !quoted || bytes.get(at.wrapping_sub(1)) == Some(&b'$') => open.push(b'('),
            b')' if !quoted => drop(open.pop()),
            b'<' if !quoted && bytes.get(at + 1) == Some(&b'<') => {
                at = skip_document(bytes, at + 2);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    at.min(bytes.len())
}

/// The position of a here-document's closing line, given the position after its `<<`.
fn skip_document(bytes: &[u8], start: usize) -> usize {
    let mut at = start.min(bytes.len());
    let tabs = bytes.get(at) == Some(&b'-');
    while matches!(bytes.get(at), Some(b'-' | b' ' | b'\'' | b'"' | b'\\' | b'<')) {
        at += 1;
    }
    let delimiter =
        at..at + bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if delimiter.is_empty() {
        return at;
    }
    let body = (find(bytes, delimiter.end, b'\n') + 1).min(bytes.len());
    document(bytes, body, &bytes[delimiter], tabs).next
}

/// The position of this byte from here on, or the end.
fn find(bytes: &[u8], from: usize, byte: u8) -> usize {
    let from = from.min(bytes.len());
    memchr::memchr(byte, &bytes[from..]).map_or(bytes.len(), |found| from + found)
}

/// Length in bytes of the UTF-8 character that begins with this byte.
fn character_length(first: u8) -> usize {
    match first {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
        _ => 1,
    }
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
}
