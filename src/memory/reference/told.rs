//! The code in a note that tells agents something: spans and blocks, with the lines they stand on.
//!
//! Owns what of a note counts: not its evidence, not what an error looks like, not what a sentence only mentions
//! ([`super::sentence`]), not code in a programming language.

use super::sentence::{introduces_what_to_avoid, sentence, tells};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// Code as it stands in a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    /// The line of the file it begins on, from 1.
    pub(super) line: u32,
    /// The code.
    pub(super) text: String,
    /// Where it was found.
    pub(super) sort: Sort,
    /// The sentence around it in lower case, without the code in it; empty where there is none.
    pub(super) sentence: String,
}

impl Snippet {
    /// Code that stands in no sentence.
    fn bare(line: u32, text: &str, sort: Sort) -> Snippet {
        Snippet { line, text: text.to_owned(), sort, sentence: String::new() }
    }
}

/// Where code was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Between backticks, or an entry of `applies_to`.
    Span,
    /// One line of a block, which may be a command or what it printed.
    Line,
    /// A block that is a script, comments taken out.
    Script,
}

/// How the parts of a note begin that quote what was seen (the templates under `templates/notes` write them).
const QUOTING: &[&str] = &["What it looks like", "Seen only with", "Asked for only with", "Asked for in"];

/// Languages of blocks that hold shell commands.
const SHELLS: &[&str] = &["sh", "bash", "shell", "zsh", "fish", "powershell", "pwsh", "ps1", "bat", "cmd"];

/// Languages of blocks that hold commands behind a prompt, and what they print.
const CONSOLES: &[&str] = &["console", "shell-session", "shellsession", "sh-session", "terminal", "session"];

/// Stands for a code span in the text of its sentence.
const SPAN: &str = "\u{fffc}";

/// The code that a note tells of, in order. In: the note's file.
pub(super) fn snippets(text: &str) -> Vec<Snippet> {
    let body = body_start(text);
    let mut reader = Reader { lines: Lines::of(text), base: body, ..Reader::default() };
    reader.front(text.get(..body).unwrap_or_default());
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for (event, range) in Parser::new_ext(text.get(body..).unwrap_or_default(), options).into_offset_iter() {
        reader.event(event, range);
    }
    reader.flush();
    reader.found
}

/// Where a file's front matter ends, bytes; 0 where it has none.
fn body_start(text: &str) -> usize {
    let mut end = 0;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let is_fence = line.trim_start_matches('\u{feff}').trim_end() == "---";
        end += line.len();
        match (at, is_fence) {
            (0, false) => return 0,
            (1.., true) => return end,
            _ => {}
        }
    }
    0
}

/// The beginnings of a text's lines.
#[derive(Default)]
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        Lines(
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect(),
        )
    }

    /// The line, from 1, that this byte is on.
    fn at(&self, byte: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= byte)).unwrap_or(u32::MAX)
    }
}

/// What has been read of a note so far.
#[derive(Default)]
struct Reader {
    lines: Lines,
    /// Where the body begins in the file.
    base: usize,
    found: Vec<Snippet>,
    /// The text of the paragraph, heading or cell being read.
    text: String,
    /// The spans in it: where in the text, and where and what in the file.
    spans: Vec<(usize, usize, String)>,
    heading: Option<HeadingLevel>,
    /// The level of the heading whose section is left out.
    left_out: Option<HeadingLevel>,
    /// The heading names what not to do.
    heading_avoids: bool,
    /// The paragraph before the list or block does.
    label_avoids: bool,
    depth: usize,
    struck: bool,
    /// The block being read: its language, where it begins, its text.
    block: Option<(String, usize, String)>,
}

impl Reader {
    /// Takes the entries of `applies_to`; the rest of the front matter names nothing as code.
    fn front(&mut self, front: &str) {
        let mut inside = false;
        let mut at = 0;
        for line in front.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let trimmed = line.trim();
            let listed = match trimmed.strip_prefix("applies_to:") {
                Some(rest) => {
                    inside = true;
                    rest
                }
                None if inside && trimmed.starts_with("- ") => trimmed.trim_start_matches("- "),
                None => {
                    inside = false;
                    continue;
                }
            };
            let listed = listed.trim().trim_start_matches('[').trim_end_matches(']');
            for entry in listed.split(", ").map(|entry| entry.trim_matches(['"', '\'', ' '])) {
                if !entry.is_empty() {
                    let line = self.lines.at(start);
                    self.found.push(Snippet::bare(line, entry, Sort::Span));
                }
            }
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.flush();
                self.heading = Some(level);
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                self.flush();
                let language = match &kind {
                    CodeBlockKind::Fenced(info) => info.split([' ', ',', '{']).next().unwrap_or_default(),
                    CodeBlockKind::Indented => "",
                };
                self.block = Some((language.to_ascii_lowercase(), range.start, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => self.end_block(),
            Event::Start(Tag::List(_)) => {
                self.flush();
                self.depth += 1;
            }
            Event::End(TagEnd::List(_)) => {
                self.flush();
                self.depth = self.depth.saturating_sub(1);
            }
            Event::Start(Tag::Strikethrough) => self.struck = true,
            Event::End(TagEnd::Strikethrough) => self.struck = false,
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Link { .. } | Tag::Image { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image) => {}
            Event::Start(_) | Event::End(_) => self.flush(),
            Event::Text(text) => match &mut self.block {
                Some((_, start, block)) => {
                    if block.is_empty() {
                        *start = range.start;
                    }
                    block.push_str(&text);
                }
                None => self.text.push_str(&text),
            },
            Event::Code(code) => {
                if !self.struck {
                    self.spans.push((self.text.len(), range.start, code.into_string()));
                }
                self.text.push_str(SPAN);
            }
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            _ => {}
        }
    }

    /// Ends the paragraph, heading or cell being read.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        let spans = std::mem::take(&mut self.spans);
        let plain = text.trim();
        if let Some(level) = self.heading.take() {
            self.begin_section(level, plain);
        }
        if plain.is_empty() {
            return;
        }
        let quotes = plain.contains("[source:") || QUOTING.iter().any(|begins| plain.starts_with(begins));
        let avoids = self.heading_avoids || (self.label_avoids && self.depth > 0);
        if self.left_out.is_none() && !quotes && !avoids {
            for (at, offset, code) in spans {
                let (before, rest) = text.split_at_checked(at).unwrap_or((&text, ""));
                let after = rest.strip_prefix(SPAN).unwrap_or(rest);
                if tells(before, after) {
                    let line = self.lines.at(self.base + offset);
                    let sentence = sentence(before, after);
                    self.found.push(Snippet { line, text: code, sort: Sort::Span, sentence });
                }
            }
        }
        if self.depth == 0 {
            self.label_avoids = plain.ends_with(':') && introduces_what_to_avoid(plain);
        }
    }

    fn begin_section(&mut self, level: HeadingLevel, title: &str) {
        if self.left_out.is_some_and(|left_out| level <= left_out) {
            self.left_out = None;
        }
        if title.eq_ignore_ascii_case("evidence") && self.left_out.is_none() {
            self.left_out = Some(level);
        }
        // The first heading is the note's title, which says what goes wrong and not what to leave.
        self.heading_avoids = level != HeadingLevel::H1 && introduces_what_to_avoid(title);
        self.label_avoids = false;
    }

    fn end_block(&mut self) {
        let Some((language, start, text)) = self.block.take() else { return };
        if self.left_out.is_some() || self.heading_avoids || self.label_avoids {
            return;
        }
        let first = self.lines.at(self.base + start);
        if SHELLS.contains(&language.as_str()) {
            self.found.push(Snippet::bare(first, &script(&text), Sort::Script));
            return;
        }
        let is_console = CONSOLES.contains(&language.as_str());
        if !(is_console || language.is_empty() || language == "text") {
            return;
        }
        let typed = |line: &str| line.trim_start().strip_prefix("$ ").map(str::to_owned);
        let has_prompts = is_console || text.lines().any(|line| typed(line).is_some());
        for (line, text) in (first..).zip(text.lines()) {
            match typed(text) {
                Some(typed) => self.found.push(Snippet::bare(line, &typed, Sort::Script)),
                None if has_prompts => {}
                None => self.found.push(Snippet::bare(line, text, Sort::Line)),
            }
        }
    }
}

/// A script with its lines in place, but empty where a comment above or beside them says not to do them.
fn script(text: &str) -> String {
    let mut avoids = false;
    let mut kept = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        let comment =
            if trimmed.starts_with('#') { Some(trimmed) } else { trimmed.split_once(" # ").map(|(_, c)| c) };
        let says_not = comment.is_some_and(introduces_what_to_avoid);
        if trimmed.is_empty() || trimmed.starts_with('#') {
            avoids = says_not;
        } else if !(avoids || says_not) {
            kept.push_str(line.strip_prefix("$ ").unwrap_or(line));
        }
        kept.push('\n');
    }
    kept
}
