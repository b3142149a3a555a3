//! What went wrong in captures that nobody watched, one line each, in a file beside the queue.

use crate::redact::redact;
use jiff::Timestamp;
use std::path::Path;

/// Most lines that are kept, the newest.
const MOST_LINES: usize = 200;
/// Longest line, bytes.
const LONGEST: usize = 1000;

/// Notes that something went wrong. Best effort: there is nobody to tell if even that fails.
pub fn note(file: &Path, at: Timestamp, what: &str) {
    let line: String = what.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = format!("{} {}", at.strftime("%Y-%m-%dT%H:%M:%SZ"), redact(&line).cut(LONGEST));
    let mut lines = read(file);
    lines.push(line);
    let kept = lines.split_off(lines.len().saturating_sub(MOST_LINES));
    let folder = file.parent().unwrap_or(Path::new("."));
    let beside = file.with_extension(format!("log.{}", std::process::id()));
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&beside, kept.join("\n") + "\n"))
        .and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
}

/// What went wrong, oldest first.
pub fn read(file: &Path) -> Vec<String> {
    let text = std::fs::read(file).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
}

/// Forgets it, once a capture went well again.
pub fn clear(file: &Path) {
    let _ = std::fs::remove_file(file);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_trouble_is_kept_in_one_line_each_and_without_secrets() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("deep/trouble.log");
        assert_eq!(read(&file), Vec::<String>::new());
        let secret = ["gh", "p_", &"a1B2".repeat(9)].concat();
        for number in 0..(MOST_LINES + 5) {
            note(&file, Timestamp::UNIX_EPOCH, &format!("{number}\n{secret}"));
        }
        let lines = read(&file);
        assert_eq!(lines.len(), MOST_LINES);
        assert!(lines[0].starts_with("1970-01-01T00:00:00Z 5 "), "{}", lines[0]);
        assert!(!lines.iter().any(|line| line.contains(&secret)));
        clear(&file);
        assert_eq!(read(&file), Vec::<String>::new());
    }
}
