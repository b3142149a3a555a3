//! What Gemini CLI's shell tool reports of a command: labelled lines, of which only some are the command's own.
//!
//! `packages/core/src/tools/shell.ts` in its repository. The tool counts as having gone well whatever the command's exit
//! status is; only this report has it, and the newer versions leave it out where it is 0. Refuses to take any other text for
//! a report.

/// A report taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellReport {
    /// The exit status, where the report has one.
    pub exit: Option<i32>,
    /// What the command printed.
    pub printed: String,
}

/// Lines before the output.
const BEFORE: [&str; 2] = ["Command: ", "Directory: "];
/// What the output begins with; older versions keep the two outputs apart.
const OUTPUT: [&str; 2] = ["Output: ", "Stdout: "];
/// The second of two outputs.
const SECOND: &str = "Stderr: ";
/// Lines behind the output.
const BEHIND: [&str; 6] = [
    "Exit Code: ",
    "Signal: ",
    "Background PIDs: ",
    "Process Group PGID: ",
    "Error: (none)",
    "</untrusted_context>",
];
/// What stands there where there is nothing.
const NOTHING: [&str; 2] = ["(empty)", "(none)"];

impl ShellReport {
    /// Takes a text apart; `None` if it is no report.
    pub fn of(text: &str) -> Option<ShellReport> {
        let text = text.trim();
        // Newer versions put a mark around what came from outside.
        let text = text.strip_prefix("<untrusted_context>").unwrap_or(text).trim_start();
        let is = |line: &str, labels: &[&str]| labels.iter().any(|label| line.starts_with(label));
        let mut lines: Vec<&str> = text.lines().collect();
        let start = lines.iter().position(|line| !is(line, &BEFORE))?;
        let label =
            OUTPUT.iter().find(|label| lines.get(start).is_some_and(|line| line.starts_with(**label)))?;
        let mut exit = None;
        while let Some(line) = lines.pop_if(|line| is(line, &BEHIND) || line.is_empty()) {
            exit = exit.or_else(|| line.strip_prefix("Exit Code: ")?.trim().parse().ok());
        }
        let output = lines.get(start..).unwrap_or_default().iter().enumerate().map(|(at, line)| match at {
            0 => line.strip_prefix(*label).unwrap_or(line),
            _ if *label == "Stdout: " => line.strip_prefix(SECOND).unwrap_or(line),
            _ => line,
        });
        let printed: Vec<&str> = output.filter(|line| !NOTHING.contains(line)).collect();
        Some(ShellReport { exit, printed: printed.join("\n") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_stays_whole_and_the_labels_go() {
        let cases = [
            (
                "Command: git push\nDirectory: (root)\nOutput: hint: x\nerror: failed to push\nError: (none)\nExit Code: 1\nSignal: (none)\nBackground PIDs: (none)",
                Some(1),
                "hint: x\nerror: failed to push",
            ),
            // A program's own words may look like a label.
            (
                "Output: Error: Cannot find module 'x'\nSignal: lost\nat y\nExit Code: 1\nProcess Group PGID: 71",
                Some(1),
                "Error: Cannot find module 'x'\nSignal: lost\nat y",
            ),
            ("Output: (empty)", None, ""),
            ("Output: fine\nProcess Group PGID: 71", None, "fine"),
            (
                "Command: a\nDirectory: b\nStdout: one\nStderr: two\nError: (none)\nExit Code: 0\nSignal: (none)",
                Some(0),
                "one\ntwo",
            ),
            ("<untrusted_context>\nOutput: bad\nExit Code: 2\n</untrusted_context>", Some(2), "bad"),
            ("Output: x\nError: spawn bash ENOENT\nExit Code: 127", Some(127), "x\nError: spawn bash ENOENT"),
        ];
        for (text, exit, printed) in cases {
            assert_eq!(
                ShellReport::of(text),
                Some(ShellReport { exit, printed: printed.to_owned() }),
                "{text}"
            );
        }
        for other in ["", "Exit Code: 1", "fine\nOutput: x", "Command: a", "Command: a\nDirectory: b"] {
            assert_eq!(ShellReport::of(other), None, "{other}");
        }
    }
}
