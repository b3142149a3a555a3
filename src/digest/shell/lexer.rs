//! Reads a shell line byte by byte.
//!
//! Owns the operators, quotes and redirections; what is skipped whole (substitutions, here-documents) is measured by
//! [`super::skip`]. One pass, no recursion, so that hostile text costs what its length is.

use super::skip::{character_length, document, find, skip_parenthesised};
use super::{Command, Joined, Word};
use crate::redact::Clean;
use std::ops::Range;

/// Most commands taken from one line. What follows is dropped: a script that long is no step of work.
const MOST_COMMANDS: usize = 64;
/// Most words of one command. Generated argument lists are longer; nothing after these names the command.
const MOST_WORDS: usize = 256;

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
struct Unfinished {
    /// Where it begins in the line.
    start: usize,
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
                self.open_word(self.at);
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
            first => self.take(self.ordinary().max(character_length(first))),
        }
    }

    /// How many bytes follow that mean themselves wherever they stand.
    fn ordinary(&self) -> usize {
        let means_itself =
            |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
        self.bytes.get(self.at..).unwrap_or_default().iter().take_while(means_itself).count()
    }

    /// Adds the next bytes to the word, growing its last piece where they adjoin.
    fn take(&mut self, length: usize) {
        let end = (self.at + length).min(self.bytes.len());
        let at = self.at;
        let word = self.open_word(at);
        match word.pieces.last_mut() {
            Some(piece) if piece.end == at => piece.end = end,
            _ => word.pieces.push(at..end),
        }
        self.at = end;
    }

    /// The word being read; one that begins at `start` where none is.
    fn open_word(&mut self, start: usize) -> &mut Unfinished {
        self.word.get_or_insert(Unfinished { start, pieces: Vec::new(), substituted: false })
    }

    fn single_quoted(&mut self, opening: usize) {
        let start = (self.at + opening).min(self.bytes.len());
        let end = find(self.bytes, start, b'\'');
        self.open_word(self.at).pieces.push(start..end);
        self.at = (end + 1).min(self.bytes.len());
    }

    fn double_quoted(&mut self) {
        self.open_word(self.at);
        self.at += 1;
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
                first => self.take(self.ordinary().max(character_length(first))),
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
        self.open_word(self.at).substituted = true;
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
        if let [one] = word.pieces.as_slice() {
            return self.line.part(one.clone()).unwrap_or_default();
        }
        let pieces: Vec<Clean> =
            word.pieces.iter().filter_map(|piece| self.line.part(piece.clone())).collect();
        Clean::join(&pieces.iter().collect::<Vec<_>>(), "")
    }

    fn end_word(&mut self) {
        let Some(unfinished) = self.word.take() else { return };
        // A line that goes on after a word leaves its backslash behind it.
        let mut stood = self.line.get(unfinished.start..self.at).unwrap_or_default();
        while let Some(shorter) = stood.strip_suffix("\\\n") {
            stood = shorter;
        }
        let word = Word {
            text: self.text_of(&unfinished),
            literal: !unfinished.substituted,
            place: unfinished.start..unfinished.start + stood.len(),
        };
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
        let mut command = std::mem::replace(&mut self.command, next);
        if !command.words.is_empty() || !command.output.is_empty() {
            command.piped = joined == Joined::Pipe;
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
