//! Secrets that found their way into the text: whatever redaction would still take out.

use super::Finding;
use crate::redact::redact;

/// One finding a line; a secret over several lines is one finding without a line.
pub(super) fn inspect(text: &str) -> Vec<Finding> {
    const REMEDY: &str = "take it out, and revoke it if it is real: history keeps it";
    let finding = |line| Finding {
        rule: "secret",
        line,
        what: "a secret, an e-mail address or somebody's home folder".to_owned(),
        remedy: REMEDY,
    };
    if &*redact(text) == text {
        return Vec::new();
    }
    let dirty = text.lines().enumerate().filter(|(_, line)| &*redact(line) != *line);
    let mut findings: Vec<Finding> = dirty.map(|(index, _)| finding(u32::try_from(index + 1).ok())).collect();
    if findings.is_empty() {
        findings.push(finding(None));
    }
    findings
}
