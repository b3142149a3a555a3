//! What agents will read must not try to steer them, hide anything or hold a secret: the gate, on every text that the
//! change touches.

use crate::check::Case;
use crate::check::finding::Finding;
use crate::learning::gate;

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text, _) in case.change.texts().filter(|(path, ..)| is_read(path)) {
        let shown = case.change.outside(path);
        // The mark that Windows programs begin a file with hides nothing: white space, which `style` mends.
        for found in gate::inspect(text.strip_prefix('\u{feff}').unwrap_or(&text)) {
            findings.push(Finding::error(found.rule, &shown, found.what, found.remedy).at(found.line));
        }
    }
    findings
}

/// Whether agents read the file: everything but what programs read.
fn is_read(path: &str) -> bool {
    !path.starts_with(".git") && !path.ends_with(".toml") && !path.ends_with(".yml")
}
