//! What was said in a session already, so that it is said once.
//!
//! A file of lines a session, beside what is known of the notes that it saw ([`crate::usage`]), gone when the session ends.
//! A session that never ends leaves a file of a few bytes; such files go when others are written, once they are old.
//! Best effort: what cannot be read or written costs a note that is shown twice.

use crate::capture::places::Places;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// What a session begins with, as something that was said.
pub const BEGINNING: &str = "beginning";

/// Age from which a session's file is somebody's who never came back.
const OLD: Duration = Duration::from_secs(30 * 24 * 3600);
/// Most files that are looked at for being old at a time.
const LOOKED_AT: usize = 50;

/// Whether this was said in the session.
pub fn was_said(places: &Places, session: &str, what: &str) -> bool {
    !session.is_empty()
        && std::fs::read_to_string(file(places, session))
            .is_ok_and(|said| said.lines().any(|line| line == what))
}

/// Remembers that it was said.
pub fn remember(places: &Places, session: &str, what: &str) {
    if session.is_empty() {
        return;
    }
    let file = file(places, session);
    let is_new = !file.exists();
    let written = std::fs::create_dir_all(folder(places)).and_then(|()| {
        let mut open = std::fs::File::options().create(true).append(true).open(&file)?;
        open.write_all(format!("{what}\n").as_bytes())
    });
    if is_new && written.is_ok() {
        sweep(places);
    }
}

/// Forgets what was said in a session.
pub fn forget(places: &Places, session: &str) {
    let _ = std::fs::remove_file(file(places, session));
}

/// Removes what is old.
fn sweep(places: &Places) {
    let files = std::fs::read_dir(folder(places)).into_iter().flatten().flatten().take(LOOKED_AT);
    for file in files {
        let modified = file.metadata().and_then(|metadata| metadata.modified()).ok();
        if modified.and_then(|modified| modified.elapsed().ok()).is_some_and(|age| age > OLD) {
            let _ = std::fs::remove_file(file.path());
        }
    }
}

fn folder(places: &Places) -> PathBuf {
    places.usage().join("said")
}

fn file(places: &Places, session: &str) -> PathBuf {
    folder(places).join(&blake3::hash(session.as_bytes()).to_hex()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_known_in_its_session_until_it_ends() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::of_user(dir.path(), |_| None);
        assert!(!was_said(&places, "../../s", "a"));
        remember(&places, "../../s", "a");
        remember(&places, "../../s", "b");
        let known = |session: &str, what: &str| was_said(&places, session, what);
        assert!(known("../../s", "a") && known("../../s", "b") && !known("../../s", "c") && !known("t", "a"));
        forget(&places, "../../s");
        assert!(!known("../../s", "a"));
        remember(&places, "", "a");
        assert!(!known("", "a"), "who says no name is told every time");
    }
}
