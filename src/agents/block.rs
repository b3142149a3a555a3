//! A marked block in a markdown file that people write.

use super::edit::{Insertion, newline};

/// How the block begins. What follows in the line is for people.
const BEGIN: &str = "<!-- git-dream:begin";
/// How it ends.
const END: &str = "<!-- git-dream:end -->";

/// The block with this text.
pub(super) fn marked(text: &str) -> String {
    format!("{BEGIN} (written by `git dream connect agents-md`) -->\n{}\n{END}\n", text.trim())
}

/// What to put in: the block, at the end.
pub(super) fn insertions(text: &str, block: &str) -> Vec<Insertion> {
    let newline = newline(text);
    let separate = match text {
        "" => 0,
        _ if text.ends_with('\n') => 1,
        _ => 2,
    };
    vec![Insertion::new(text.len(), newline.repeat(separate) + &block.replace('\n', newline))]
}

/// The block that stands in a text, with the line ends of Unix, and where it is; none where its end is missing.
pub(super) fn find(text: &str) -> Option<(String, std::ops::Range<usize>)> {
    let from = text
        .match_indices(BEGIN)
        .map(|(at, _)| at)
        .find(|at| text[..*at].is_empty() || text[..*at].ends_with('\n'))?;
    let inside = text.get(from..)?;
    let end = inside.find(END)? + END.len();
    let rest = inside.get(end..)?;
    let line_end = ["\r\n", "\n"].into_iter().find(|ending| rest.starts_with(ending)).map_or(0, str::len);
    let range = from..from + end + line_end;
    Some((text.get(range.clone())?.replace("\r\n", "\n"), range))
}

/// The text without the block, and without the empty line that was put before it.
pub(super) fn without(text: &str) -> String {
    let Some((_, range)) = find(text) else { return text.to_owned() };
    let (before, after) =
        (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
    let line = newline(text);
    let is_apart = before.strip_suffix(line).is_some_and(|shorter| shorter.ends_with('\n'));
    let before = if is_apart { before.strip_suffix(line).unwrap_or(before) } else { before };
    format!("{before}{after}")
}

#[cfg(test)]
mod tests {
    use super::super::edit::with;
    use super::*;

    #[test]
    fn a_block_is_found_and_taken_out_wherever_it_stands() {
        let block = marked("## Memory\n\nRead it.");
        for text in ["# Shop\n\nRules.\n", "# Shop\r\n\r\nRules.\r\n", ""] {
            let (written, _) = with(text, insertions(text, &block));
            assert_eq!(find(&written).unwrap().0, block);
            assert_eq!(without(&written), text);
            let moved = format!("{written}\nMore.\n");
            assert_eq!(without(&moved), format!("{text}\nMore.\n"));
        }
        assert_eq!(find(&format!("see {BEGIN} -->\n{END}\n")), None);
        assert_eq!(find(&format!("{BEGIN} -->\nno end")), None);
    }
}
