//! What an agent reads: folders and files, in the words that it knows.

use super::path::{self, ROOT};
use super::shelf::Shelf;
use super::{Answer, failed};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Most lines of a file that is shown at all.
const MOST_LINES: usize = 999_999;
/// Digits of a line's number.
const NUMBER: usize = 6;
/// Most characters of one view: the tool's description tells models that longer ones are cut.
const MOST_SHOWN: usize = 16_000;
/// How deep a folder is shown.
const DEPTH: usize = 2;

/// Shows a folder or a file.
pub(super) fn view(shelf: &Shelf, asked: &str, range: Option<&[i64]>) -> Answer {
    let name = match path::parse(asked) {
        Ok(name) => name,
        Err(said) => return failed(said),
    };
    if let Some(shown) = shelf.0.get(&name) {
        return match file(asked, &shown.text, range) {
            Ok(content) => Answer { content, is_error: false, opened: Some(shown.stored.clone()) },
            Err(said) => failed(said),
        };
    }
    if shelf.is_folder(&name) {
        return Answer { content: folder(shelf, asked, &name), is_error: false, opened: None };
    }
    failed(format!("The path {asked} does not exist. Please provide a valid path."))
}

fn folder(shelf: &Shelf, asked: &str, name: &str) -> String {
    // What is shown sorts as its names do, level by level: `a/` before `a.md`, because folders are looked into at once.
    let mut sizes: BTreeMap<Vec<&str>, (usize, bool)> = BTreeMap::new();
    let mut all = 0;
    for (rest, shown) in shelf.below(name) {
        let names: Vec<&str> = rest.split('/').collect();
        let size = shown.text.len();
        all += size;
        for depth in 1..=names.len().min(DEPTH) {
            let Some(above) = names.get(..depth) else { continue };
            let entry = sizes.entry(above.to_vec()).or_insert((0, depth < names.len()));
            entry.0 += size;
        }
    }
    let asked = asked.trim_end_matches('/');
    let mut text = format!(
        "Here're the files and directories up to 2 levels deep in {asked}, excluding hidden items:\n{}\t{asked}",
        size(all)
    );
    for (names, (bytes, is_folder)) in sizes {
        let slash = if is_folder { "/" } else { "" };
        let _ = write!(text, "\n{}\t{asked}/{}{slash}", size(bytes), names.join("/"));
    }
    text
}

fn file(asked: &str, text: &str, range: Option<&[i64]>) -> Result<String, String> {
    let lines: Vec<&str> = text.split('\n').collect();
    if lines.len() > MOST_LINES {
        return Err(format!("File {asked} exceeds maximum line limit of 999,999 lines."));
    }
    let (first, last) = match range {
        Some([first, last]) => {
            let count = lines.len() as i64;
            let last_line = if *last == -1 { count } else { *last };
            if *last < -1 || last_line < (*first).max(1) || *first > count {
                return Err(format!(
                    "Invalid `view_range` parameter: [{first}, {last}]. It should be within the lines of the file: \
                     [1, {count}], or end with -1 for the last one."
                ));
            }
            ((*first).max(1) as usize - 1, last_line.min(count) as usize)
        }
        Some(_) | None => (0, lines.len()),
    };
    let mut content = format!("Here's the content of {asked} with line numbers:\n");
    let mut shown = 0;
    for (at, line) in lines.get(first..last).unwrap_or_default().iter().enumerate() {
        let number = first + at + 1;
        let length = line.chars().count() + 1;
        if shown + length > MOST_SHOWN {
            let cut: String = match shown {
                0 => line.chars().take(MOST_SHOWN).collect(),
                _ => String::new(),
            };
            let next = if shown == 0 {
                let _ = writeln!(content, "{number:>NUMBER$}\t{cut}");
                number + 1
            } else {
                number
            };
            let _ = write!(
                content,
                "[Cut here: a view has {MOST_SHOWN} characters at most, and the file {} lines. Read on with view_range \
                 [{next}, -1].]",
                lines.len()
            );
            return Ok(content);
        }
        shown += length;
        let end = if first + at + 1 == last { "" } else { "\n" };
        let _ = write!(content, "{number:>NUMBER$}\t{line}{end}");
    }
    Ok(content)
}

/// Lines with their numbers, from the `first`, counted from 0.
pub(super) fn numbered(lines: &[&str], first: usize) -> String {
    let numbered = lines.iter().enumerate().map(|(at, line)| format!("{:>NUMBER$}\t{line}", first + at + 1));
    numbered.collect::<Vec<_>>().join("\n")
}

/// A size as people say it: `0B`, `1.5K`.
fn size(bytes: usize) -> String {
    let units = ["B", "K", "M", "G"];
    let steps = bytes.checked_ilog2().map_or(0, |digits| digits as usize / 10).min(units.len() - 1);
    let value = bytes as f64 / 1024_f64.powi(steps as i32);
    let unit = units.get(steps).copied().unwrap_or("G");
    match value.fract() == 0.0 {
        true => format!("{value:.0}{unit}"),
        false => format!("{value:.1}{unit}"),
    }
}

/// Where paths begin, for messages.
pub(super) fn outside(name: &str) -> String {
    format!("{ROOT}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_as_the_vendor_says_them() {
        let said = [0, 1, 1023, 1024, 1536, 1 << 20].map(size);
        assert_eq!(said, ["0B", "1B", "1023B", "1K", "1.5K", "1M"]);
    }

    #[test]
    fn a_long_text_is_cut_at_a_line_and_says_where_to_read_on() {
        let text = "x".repeat(99).split_inclusive('y').collect::<String>() + "\n";
        let long = text.repeat(400);
        let shown = file("/memories/a", &long, None).unwrap();
        assert!(shown.ends_with("Read on with view_range [161, -1].]"), "{}", &shown[shown.len() - 200..]);
        let rest = file("/memories/a", &long, Some(&[399, -1])).unwrap();
        assert!(rest.ends_with("   401\t"), "{rest}");
        let one = file("/memories/a", &"é".repeat(20_000), None).unwrap();
        assert_eq!(one.matches('é').count(), MOST_SHOWN);
        assert!(file("/memories/a", &"\n".repeat(999_999), None).is_err());
        assert!(file("/memories/a", "a\nb", Some(&[3, -1])).is_err());
    }
}
