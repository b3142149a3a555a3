//! White space that makes differences where there are none: all of it can be mended by a program.

use crate::check::Case;
use crate::check::finding::Finding;

/// The byte-order mark that some programs begin a file with.
const MARK: char = '\u{feff}';

/// The rule's name.
const RULE: &str = "white-space";

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text, lines) in case.change.texts().filter(|(path, ..)| path.ends_with(".md")) {
        let shown = case.change.outside(path);
        let mut warn = |what: &str, line: Option<u32>| {
            findings.push(Finding::warning(RULE, &shown, what, "run `git dream check --fix`").at(line));
        };
        if text.starts_with(MARK) {
            warn("it begins with a byte-order mark", None);
        }
        if text.contains("\r\n") {
            warn("its lines end as on Windows", None);
        }
        if !text.is_empty() && !text.ends_with('\n') {
            warn("its last line does not end", None);
        }
        let ends_blank = |line: &&str| line.ends_with([' ', '\t']);
        let added = (1..).zip(text.lines()).filter(|(number, _)| lines.added.contains(number));
        for (number, _) in added.filter(|(_, line)| ends_blank(line)) {
            warn("blanks at the end of the line", Some(number));
        }
    }
    findings
}

/// The text without any of it.
pub(in crate::check) fn mended(text: &str) -> String {
    let mut mended: String =
        text.trim_start_matches(MARK).lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
    let length = mended.trim_end_matches('\n').len();
    mended.truncate(length);
    if !mended.is_empty() {
        mended.push('\n');
    }
    mended
}
