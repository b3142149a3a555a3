//! A tool call as SpecStory's markdown shows it.
//!
//! ~~~text
//! <tool-use data-tool-type="shell" data-tool-name="Bash"><details>
//! <summary>Tool use: **Bash**</summary>
//! What it is for
//!
//! `the shell line`            (several lines stand in a fence marked bash)
//!
//! ```text
//! the output
//! ```
//! </details></tool-use>
//! ~~~

/// Most bytes of a block's lines that are held; of the rest only the last lines.
const LONGEST_HEAD: usize = 128 * 1024;

/// A block while its lines are read.
pub(super) struct CallBlock {
    /// The tool's name.
    pub(super) tool: String,
    sort: String,
    lines: Vec<String>,
    held: usize,
    /// The last lines of a block that is too long to be held.
    tail: std::collections::VecDeque<String>,
}

/// What a block says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ReadCall {
    pub(super) arguments: Vec<(&'static str, String)>,
    pub(super) output: String,
}

impl CallBlock {
    /// Begins with the block's first line.
    pub(super) fn new(line: &str) -> CallBlock {
        let attribute = |name: &str| {
            let start = line.find(name)? + name.len();
            line[start..].split('"').next()
        };
        let tool = attribute("data-tool-name=\"").unwrap_or("unnamed").to_owned();
        let sort = attribute("data-tool-type=\"").unwrap_or_default().to_owned();
        CallBlock { tool, sort, lines: Vec::new(), held: 0, tail: std::collections::VecDeque::new() }
    }

    /// Takes a line; false if it ended the block.
    pub(super) fn take(&mut self, line: &str) -> bool {
        if line.starts_with("</details></tool-use>") || line.starts_with("</tool-use>") {
            return false;
        }
        if self.held < LONGEST_HEAD {
            self.held += line.len() + 1;
            self.lines.push(line.to_owned());
        } else {
            self.tail.push_back(line[..line.floor_char_boundary(4096)].to_owned());
            if self.tail.len() > 64 {
                self.tail.pop_front();
            }
        }
        true
    }

    /// What the block says.
    pub(super) fn read(&self) -> ReadCall {
        let mut read = ReadCall::default();
        let mut lines = self.lines.iter().chain(&self.tail).map(String::as_str).peekable();
        let mut described = Vec::new();
        while let Some(line) = lines.next() {
            if let Some((fence, info)) = fence_of(line) {
                let rest = lines.by_ref();
                if info == "text" || (info.is_empty() && !read.arguments.is_empty()) || self.sort == "read" {
                    // The output is the last thing in the block, and may hold fences of its own.
                    read.output = until_last(rest.collect(), fence).join("\n");
                    break;
                }
                let inner = rest.take_while(|line| line.trim_end() != fence).collect::<Vec<_>>().join("\n");
                match (info, self.sort.as_str()) {
                    ("bash" | "sh" | "shell" | "zsh", "shell") => read.arguments.push(("command", inner)),
                    ("", _) => read.output = inner,
                    ("diff", _) => read.arguments.push(("diff", inner)),
                    _ => read.arguments.push(("content", inner)),
                }
            } else if let Some(summary) = line.trim_start_matches("<details>").strip_prefix("<summary>") {
                let summary = summary.trim_end_matches("</summary>");
                let said = summary.splitn(3, "**").nth(2).unwrap_or_default().trim();
                self.inline(
                    said.split_once(": ").filter(|_| said.starts_with('•')).map_or(said, |said| said.1),
                    &mut read,
                );
            } else if line.starts_with("**Answer") || line.starts_with("**Agent task list") {
                described.push(line);
            } else if line.trim_start().starts_with(['`', 'p']) && line.contains('`') {
                self.inline(line.trim(), &mut read);
            } else {
                described.push(line);
            }
        }
        let described = described.join("\n");
        let described = described.trim();
        if read.output.is_empty() && !matches!(self.sort.as_str(), "shell" | "read" | "write" | "search") {
            // Questions and lists are shown as text, with the answer at the end.
            read.output = described.to_owned();
        } else if !described.is_empty() && described.len() < 500 {
            read.arguments.push(("description", described.to_owned()));
        }
        read
    }

    /// `` `the value` ``, or `` name `value` name `value` ``.
    fn inline(&self, text: &str, read: &mut ReadCall) {
        if text.is_empty() {
            return;
        }
        if self.sort == "shell" {
            let line = text.strip_prefix('`').and_then(|text| text.strip_suffix('`')).unwrap_or(text);
            return read.arguments.push(("command", line.to_owned()));
        }
        let mut pieces = text.split('`');
        while let (Some(name), Some(value)) = (pieces.next(), pieces.next()) {
            let name = match name.trim() {
                "pattern" => "pattern",
                "glob" => "glob",
                "query" => "query",
                "url" => "url",
                _ => "path",
            };
            read.arguments.push((name, value.to_owned()));
        }
    }
}

/// A line that opens or closes a fence: the back-ticks, and what stands behind them.
fn fence_of(line: &str) -> Option<(&str, &str)> {
    let length = line.bytes().take_while(|byte| *byte == b'`').count();
    let info = line[length..].trim();
    (length >= 3 && !info.contains([' ', '`'])).then(|| (&line[..length], info))
}

/// The lines before the last one that closes the fence; all of them where none does.
fn until_last<'a>(mut lines: Vec<&'a str>, fence: &str) -> Vec<&'a str> {
    if let Some(end) = lines.iter().rposition(|line| line.trim_end() == fence) {
        lines.truncate(end);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(first: &str, lines: &str) -> ReadCall {
        let mut block = CallBlock::new(first);
        for line in lines.lines() {
            assert!(block.take(line), "{line}");
        }
        block.read()
    }

    #[test]
    fn shell_lines_and_their_output() {
        let bash = "<tool-use data-tool-type=\"shell\" data-tool-name=\"Bash\"><details>";
        let one = read(
            bash,
            "<summary>Tool use: **Bash**</summary>\nRun it\n\n`make`\n\n```text\nExit code 2\n```\n```",
        );
        assert_eq!(one.arguments, [("command", "make".to_owned()), ("description", "Run it".to_owned())]);
        assert_eq!(one.output, "Exit code 2\n```");
        let many =
            read(bash, "<summary>Tool use: **Bash**</summary>\n\n```bash\na <<E\nb\n```\n\n```text\nok\n```");
        assert_eq!((many.arguments[0].1.as_str(), many.output.as_str()), ("a <<E\nb", "ok"));
        let codex = "<tool-use data-tool-type=\"shell\" data-tool-name=\"exec_command\"><details>";
        let codex = read(
            codex,
            "<summary>Tool use: **exec_command** `ls -1`</summary>\n```\nProcess exited with code 0\n```",
        );
        assert_eq!(codex.arguments, [("command", "ls -1".to_owned())]);
        assert_eq!(codex.output, "Process exited with code 0");
    }

    #[test]
    fn paths_and_patterns() {
        let grep = "<tool-use data-tool-type=\"search\" data-tool-name=\"Grep\"><details>";
        let grep = read(
            grep,
            "<summary>Tool use: **Grep**</summary>\n path `./` pattern `Ask`\n\n```text\nFound 1\n```",
        );
        assert_eq!(grep.arguments, [("path", "./".to_owned()), ("pattern", "Ask".to_owned())]);
        assert_eq!(grep.output, "Found 1");
    }
}
