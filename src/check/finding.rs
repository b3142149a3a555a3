//! What a rule found.

use serde::Serialize;

/// One thing that speaks against a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file, from the root of the repository.
    pub path: String,
    /// The line in it, from 1, where one line is to blame.
    pub line: Option<u32>,
    /// The rule's name.
    pub rule: &'static str,
    /// Whether it forbids merging.
    pub severity: Severity,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The change must not be merged like this.
    Error,
    /// A reviewer should look at it.
    Warning,
}

impl Finding {
    /// Something that forbids merging.
    pub(super) fn error(
        rule: &'static str,
        path: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        let (what, remedy) = (what.into(), remedy.into());
        Finding { path: path.to_owned(), line: None, rule, severity: Severity::Error, what, remedy }
    }

    /// Something to look at.
    pub(super) fn warning(
        rule: &'static str,
        path: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding { severity: Severity::Warning, ..Finding::error(rule, path, what, remedy) }
    }

    /// The same, at this line.
    pub(super) fn at(self, line: Option<u32>) -> Finding {
        Finding { line, ..self }
    }
}
