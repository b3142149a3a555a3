//! A rubric can be read, and is called as its file is.

use crate::check::Case;
use crate::check::finding::Finding;
use crate::grading::rubric;

pub(super) fn inspect(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in case.change.changed.keys() {
        let file =
            path.strip_prefix(rubric::FOLDER).and_then(|rest| rest.strip_prefix('/')?.strip_suffix(".md"));
        let content = case.change.after.get(path).map(|file| String::from_utf8_lossy(&file.bytes));
        let (Some(file), Some(content)) = (file.filter(|file| *file != "README"), content) else { continue };
        let what = match rubric::parse(&content) {
            Err(broken) => broken.reason,
            Ok(rubric) if rubric.name != file => {
                format!("`name` is {:?}, the file is called {file:?}", rubric.name)
            }
            Ok(_) => continue,
        };
        let remedy = "no session can be graded by it: see `git dream grade --help` for what one looks like";
        findings.push(Finding::error("rubric", &case.change.outside(path), what, remedy).at(Some(1)));
    }
    findings
}
