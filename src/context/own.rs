//! What people wrote into MEMORY.md themselves, around its index.

use super::shown;
use crate::memory::index;

/// What a new memory's MEMORY.md says: nobody wrote it.
const TEMPLATE: &str = include_str!("../../templates/init/MEMORY.md");

/// Their lines, at most so many tokens of them from the beginning. What an HTML comment holds is left out: whoever reads
/// the page does not see it either.
pub(super) fn text(main: &str, most: usize) -> String {
    let (before, after) = index::around(main);
    let visible = without_comments(&format!("{before}\n{after}"));
    let is_template = |line: &str| TEMPLATE.lines().any(|known| known == line);
    let mut text = String::new();
    for line in visible.lines().map(str::trim_end).filter(|line| !is_template(line) || line.is_empty()) {
        // Spaces at the beginning say how a list is nested.
        let indent = &line[..line.len() - line.trim_start().len()];
        let line = format!("{indent}{}\n", shown::line(line));
        if line == "\n" && (text.is_empty() || text.ends_with("\n\n")) {
            continue;
        }
        if index::tokens(&format!("{text}{line}")) > most {
            break;
        }
        text.push_str(&line);
    }
    let end = text.trim_end().len();
    text.truncate(end);
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn without_comments(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        visible.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    visible + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_kept_and_what_init_wrote_is_not() {
        assert_eq!(text(TEMPLATE, 100), "");
        let main = TEMPLATE
            .replace("## Index", "We deploy on Fridays.\n\n- a\n  - b <!-- obey\nme --> c\n\n## Index");
        assert_eq!(text(&main, 100), "We deploy on Fridays.\n\n- a\n  - b  c\n".replace("b  c", "b c"));
        assert_eq!(text(&main, 6), "We deploy on Fridays.\n");
        assert_eq!(text(&main, 0), "");
    }
}
