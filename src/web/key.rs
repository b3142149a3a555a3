//! A key to a service, which never shows itself.

use crate::unusable::Unusable;
use std::fmt;
use std::process::{Command, Stdio};

/// A key. It has no way into a text: not by `Debug`, not by `Display`, not by `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Key {
    /// The key that somebody wrote down; `None` where it is empty or holds what cannot be sent in a header.
    pub(crate) fn new(written: &str) -> Option<Key> {
        let key = written.trim();
        let can_be_sent = !key.is_empty() && key.bytes().all(|byte| (0x21..0x7f).contains(&byte));
        can_be_sent.then(|| Key(key.to_owned()))
    }

    /// What a program prints, as a key. What it says on stderr goes to the person's terminal.
    ///
    /// Errors: it cannot be run, fails, or prints no key.
    pub(crate) fn printed_by(words: &[String]) -> Result<Key, Unusable> {
        let (program, arguments) =
            words.split_first().ok_or_else(|| Unusable("no key command".to_owned()))?;
        let ran = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| Unusable(format!("the key command `{program}` cannot be run: {error}")))?;
        if !ran.status.success() {
            return Err(Unusable(format!("the key command `{program}` failed ({})", ran.status)));
        }
        let printed = String::from_utf8_lossy(&ran.stdout);
        Key::new(printed.trim().lines().next().unwrap_or_default())
            .ok_or_else(|| Unusable(format!("the key command `{program}` printed no key")))
    }

    /// The key itself, for the header that it is sent in.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// A text in which the key, should it stand there, is no more.
    pub(crate) fn hide(&self, text: &str) -> String {
        text.replace(&self.0, "<key>")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_itself_nowhere() {
        let key = Key::new(" s3cr3t-of-ann \n").unwrap();
        assert_eq!(key.reveal(), "s3cr3t-of-ann");
        assert_eq!(format!("{key:?} {:#?}", Some(&key)), "Key(…) Some(\n    Key(…),\n)");
        assert_eq!(key.hide("no such key: s3cr3t-of-ann"), "no such key: <key>");
        assert!(
            Key::new(" ").is_none() && Key::new("two\nlines").is_none() && Key::new("schlüssel").is_none()
        );
    }
}
