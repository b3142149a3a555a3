//! Notes as people write them.

/// A note with a body of one sentence. `folder` is `mistakes` or `preferences`.
pub(super) fn plain(folder: &str, name: &str, rule: &str) -> String {
    with_body(folder, name, rule, rule)
}

/// A note with this body.
pub(super) fn with_body(folder: &str, name: &str, rule: &str, body: &str) -> String {
    let kind = folder.trim_end_matches('s');
    let rule = serde_json::Value::from(rule).to_string();
    // Plain where YAML allows it, so that tests can look for the sentence.
    let rule = if rule.contains([':', '#', '\\', '`']) { rule } else { rule.trim_matches('"').to_owned() };
    format!(
        "---\nname: {name}\ndescription: {rule}\nkind: {kind}\nscope: team\nstatus: active\nsince: 2026-01-02\n---\n\n{body}\n"
    )
}

/// A playbook.
pub(super) fn skill(name: &str, rule: &str) -> String {
    format!(
        "---\nname: {name}\ndescription: {rule}\nmetadata:\n  kind: playbook\n  scope: team\n  status: active\n  since: 2026-01-02\n---\n\n1. Run the tests.\n2. Tag the commit.\n"
    )
}
