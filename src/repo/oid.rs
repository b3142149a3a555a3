//! The name of a git object, as plain data.
//!
//! Kept apart from git2's own type so that no other module depends on git2.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names a git object: the 20 bytes of its SHA-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid([u8; 20]);

impl Oid {
    /// Takes a name that was written down; `None` unless it is 40 hexadecimal digits and not all zeros, which
    /// git writes where there is no object.
    pub fn parse(text: &str) -> Option<Oid> {
        if text.len() != 40 {
            return None;
        }
        git2::Oid::from_str(text).ok().filter(|oid| !oid.is_zero()).map(Oid::from)
    }

    /// The name as git writes it into folders.
    pub fn from_bytes(bytes: [u8; 20]) -> Oid {
        Oid(bytes)
    }

    /// The opposite.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The first ten digits: enough for people to recognise a commit.
    pub fn short(&self) -> String {
        self.to_string().chars().take(10).collect()
    }

    pub(super) fn raw(&self) -> git2::Oid {
        git2::Oid::from_bytes(&self.0).unwrap_or_else(|_| zero())
    }
}

/// What git writes where there is no object.
pub(super) fn zero() -> git2::Oid {
    git2::Oid::ZERO_SHA1
}

impl From<git2::Oid> for Oid {
    fn from(raw: git2::Oid) -> Oid {
        let mut bytes = [0; 20];
        for (to, from) in bytes.iter_mut().zip(raw.as_bytes()) {
            *to = *from;
        }
        Oid(bytes)
    }
}

impl std::fmt::Display for Oid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for Oid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Serialize for Oid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Oid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Oid, D::Error> {
        let text = String::deserialize(deserializer)?;
        Oid::parse(&text).ok_or_else(|| serde::de::Error::custom("not the name of a git object"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let text = "8c3c5d7a0f2be11c0ffee0123456789abcdef012";
        assert_eq!(Oid::parse(text).unwrap().to_string(), text);
        assert_eq!(Oid::parse("8c3c5d7"), None);
        assert_eq!(Oid::parse(&"0".repeat(40)), None);
        assert_eq!(Oid::parse(&"é".repeat(20)), None);
    }
}
