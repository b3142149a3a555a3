//! Home folders: `/home/alice/x` becomes `~/x`, so that commands stay readable and nobody is named.

use super::Detector;
use crate::redact::gate::{By, Finding};
use std::ops::Range;

/// Where systems keep homes; the last two are how some agents write a folder into a file name.
pub(super) const DETECTOR: Detector = Detector {
    keywords: &["/home/", "/Users/", "\\Users\\", "\\Users/", ":/Users/", "-home-", "-Users-"],
    find,
};

fn find(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    if bytes.get(hit.start) == Some(&b'-') {
        find_in_file_name(text, hit, findings);
        return;
    }
    let windows = bytes.get(hit.start..hit.end).is_some_and(|keyword| keyword.contains(&b'\\'));
    let doubled = usize::from(windows && bytes.get(hit.end) == Some(&b'\\'));
    let name = hit.end + doubled;
    let end = name + name_length(bytes, name);
    let Some(start) = start_of_path(bytes, hit, windows) else { return };
    let Some(user) = text.get(name..end) else { return };
    if is_user(user, bytes.get(end)) {
        findings.push(Finding { range: start..end, by: By::Words("~") });
    }
}

fn name_length(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    // Bytes of other scripts belong to names, too.
    let length = rest
        .iter()
        .take(64)
        .take_while(|b| b.is_ascii_alphanumeric() || b"_.-@+".contains(b) || **b >= 0x80)
        .count();
    length - rest.get(..length).unwrap_or_default().iter().rev().take_while(|b| **b == b'.').count()
}

/// A page of a web site (`/home/index.html`, `/home/settings.tsx`) is nobody's home.
fn is_user(name: &str, after: Option<&u8>) -> bool {
    let begins = name.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_');
    let page = name.rsplit_once('.').is_some_and(|(_, end)| {
        ["html", "htm", "tsx", "ts", "js", "jsx", "vue", "php", "css", "md", "py", "rs", "json"]
            .contains(&end)
    });
    begins && !(page && after != Some(&b'/')) && !name.starts_with("...")
}

/// Where the path begins, with the drive or mount before it; `None` when the folder lies inside another one.
fn start_of_path(bytes: &[u8], hit: &Range<usize>, windows: bool) -> Option<usize> {
    let mut start = hit.start;
    let ends_with = |end: usize, what: &[u8]| bytes.get(..end).is_some_and(|left| left.ends_with(what));
    if windows && ends_with(start, b"\\") {
        start -= 1;
    }
    if windows || bytes.get(start) == Some(&b':') {
        let drive = start.checked_sub(usize::from(windows))?;
        let letter = if windows { drive.checked_sub(1)? } else { start.checked_sub(1)? };
        let fits = (!windows || bytes.get(drive) == Some(&b':')) && bytes.get(letter)?.is_ascii_alphabetic();
        return fits.then_some(letter);
    }
    if start >= 6 && ends_with(start - 1, b"/mnt/") {
        start -= 6;
    } else if start >= 2
        && ends_with(start - 1, b"/")
        && bytes.get(start - 1).is_some_and(u8::is_ascii_alphabetic)
    {
        start -= 2;
    }
    if start >= 16 && ends_with(start, b"/System/Volumes") || ends_with(start, b"/private") {
        return Some(start);
    }
    let before = start.checked_sub(1).and_then(|i| bytes.get(i)).copied().unwrap_or(b' ');
    let scheme = before == b'/' && ends_with(start, b"://") || ends_with(start, b"file:");
    let drive = before == b':' && start >= 2;
    let escape = start >= 2 && bytes.get(start - 2) == Some(&b'\\') && matches!(before, b'n' | b't' | b'r');
    let inside = before.is_ascii_alphanumeric() || b"/._-~}*)".contains(&before) || before >= 0x80;
    (!inside || scheme || drive || escape).then_some(start)
}

/// `projects/-Users-alice-site`: the name goes, the rest stays.
fn find_in_file_name(text: &str, hit: &Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let before = hit.start.checked_sub(1).and_then(|i| bytes.get(i)).copied().unwrap_or(b' ');
    let rest = bytes.get(hit.end..).unwrap_or_default();
    let length = rest.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if matches!(before, b'/' | b'\\') && length > 0 {
        findings.push(Finding { range: hit.end..hit.end + length, by: By::Kind("user") });
    }
}

#[cfg(test)]
mod tests {
    use crate::redact::redact;

    #[test]
    fn homes_become_tildes() {
        for (raw, clean) in [
            ("cd /home/alice/x && ls", "cd ~/x && ls"),
            ("\"/Users/bob.smith\"", "\"~\""),
            ("C:\\Users\\Carol\\src", "~\\src"),
            ("C:\\\\Users\\\\Carol\\\\src", "~\\\\src"),
            ("C:/Users/Carol/src", "~/src"),
            ("file:///home/dave/a.txt", "file://~/a.txt"),
            ("/mnt/c/Users/eve/a", "~/a"),
            ("a\\n/home/frank/b", "a\\n~/b"),
            ("PATH=/home/g/bin:/home/g/.cargo/bin", "PATH=~/bin:~/.cargo/bin"),
            ("projects/-Users-alice-site/x", "projects/-Users-[redacted:user:1]-site/x"),
        ] {
            assert_eq!(&*redact(raw), clean);
        }
    }

    #[test]
    fn other_folders_stay() {
        for text in [
            "https://a.org/home/news",
            "src/home/page",
            "/home/",
            "/home/$USER",
            "/home/index.html",
            "app/Users/list",
        ] {
            assert_eq!(&*redact(text), text);
        }
    }
}
