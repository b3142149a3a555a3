//! A key to a service, which never shows itself.

use std::fmt;

/// A key. It has no way into a text: not by `Debug`, not by `Display`, not by `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key(String);

impl Key {
    /// The key that somebody wrote down; `None` where it is empty or holds what cannot be sent in a header.
    pub(super) fn new(written: &str) -> Option<Key> {
        let key = written.trim();
        let can_be_sent = !key.is_empty() && key.bytes().all(|byte| (0x21..0x7f).contains(&byte));
        can_be_sent.then(|| Key(key.to_owned()))
    }

    /// The key itself, for the header that it is sent in.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// A text in which the key, should it stand there, is no more.
    pub(super) fn hide(&self, text: &str) -> String {
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
